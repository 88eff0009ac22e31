import KioskModel

/// What the agent needs to know of its kiosk; read from the configuration file by the daemon.
public struct AgentConfiguration: Sendable {
    public let version: String
    public let kiosk: String
    /// The name in Chinese for screen and slip.
    public let kioskName: String
    public let site: String
    /// `lab` or `production`.
    public let profile: String
    public let mode: ServiceMode
    /// The least liveness of a face, 0…1.
    public let leastLiveness: Double
    /// Seconds that one face scan may take.
    public let faceTimeLimit: Double
    /// After a visit's end, until a card that is still there is reminded of and the next patient is invited.
    public let cardReminder: Duration

    public init(
        version: String, kiosk: String, kioskName: String, site: String, profile: String, mode: ServiceMode,
        leastLiveness: Double, faceTimeLimit: Double, cardReminder: Duration = .seconds(15)
    ) {
        self.version = version
        self.kiosk = kiosk
        self.kioskName = kioskName
        self.site = site
        self.profile = profile
        self.mode = mode
        self.leastLiveness = leastLiveness
        self.faceTimeLimit = faceTimeLimit
        self.cardReminder = cardReminder
    }

    var isProduction: Bool { profile != "lab" }
}
