import Foundation

/// The language that people read.
public enum Language: String, Sendable, Hashable, CaseIterable {
    case zh, en

    /// By LC_ALL, LC_MESSAGES or LANG: Chinese for any `zh…`, otherwise English (locale(7)).
    init(environment: [String: String]) {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"]
        let locale = names.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        self = locale.lowercased().hasPrefix("zh") ? .zh : .en
    }
}

/// How an answer is written.
public enum OutputFormat: Sendable, Hashable {
    case text
    /// One JSON object with `schema` and `source`.
    case json
}

/// Everything that a command needs to know of its surroundings; tests choose it.
public struct Settings: Sendable {
    public var socketPath: String
    public var configPath: String
    /// Where kioskd's program is, which answers from disk while the daemon is down.
    public var kioskdPath: String
    public var format: OutputFormat
    public var language: Language
    public var usesColour: Bool
    /// Seconds to add to UTC for a time in seconds since 1970.
    public var utcOffset: @Sendable (Int) -> Int
    public var timeout: Duration

    public init(
        socketPath: String, configPath: String, kioskdPath: String, format: OutputFormat = .text,
        language: Language = .en, usesColour: Bool = false, timeout: Duration = .seconds(10),
        utcOffset: @escaping @Sendable (Int) -> Int = Settings.localOffset
    ) {
        self.socketPath = socketPath
        self.configPath = configPath
        self.kioskdPath = kioskdPath
        self.format = format
        self.language = language
        self.usesColour = usesColour
        self.timeout = timeout
        self.utcOffset = utcOffset
    }

    /// What the options, the environment and the terminal say.
    public init(
        socket: String?, config: String?, json: Bool, language: Language?, environment: [String: String],
        isTerminal: Bool, executable: String
    ) {
        let folder = (executable as NSString).deletingLastPathComponent
        let mayColour = environment["NO_COLOR"].map(\.isEmpty) ?? true
        self.init(
            socketPath: socket ?? environment["KIOSK_SOCKET"] ?? "/run/kiosk/kioskd.sock",
            configPath: config ?? environment["KIOSK_CONFIG"] ?? "/etc/kiosk/kioskd.toml",
            kioskdPath: environment["KIOSKD"] ?? folder + "/kioskd", format: json ? .json : .text,
            language: language ?? Language(environment: environment),
            usesColour: isTerminal && mayColour && environment["TERM"] != "dumb")
    }

    /// This machine's time zone.
    @Sendable public static func localOffset(_ seconds: Int) -> Int {
        var time = time_t(seconds)
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { return 0 }
        return parts.tm_gmtoff
    }
}
