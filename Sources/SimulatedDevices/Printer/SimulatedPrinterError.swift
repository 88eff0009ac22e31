/// Why a simulated printer can't be made, or can't keep what it printed.
public enum SimulatedPrinterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// None of these files is a font with Chinese characters; on Debian, fonts-wqy-zenhei brings one.
    case fontMissing([String])
    case freeType(String, code: Int32)
    case png(String)
    case file(String)

    public var description: String {
        switch self {
        case .fontMissing(let paths):
            "no Chinese font at \(paths.joined(separator: ", ")); install fonts-wqy-zenhei"
        case .freeType(let call, let code): "FreeType \(call): error \(code)"
        case .png(let text): "PNG: \(text)"
        case .file(let text): text
        }
    }
}
