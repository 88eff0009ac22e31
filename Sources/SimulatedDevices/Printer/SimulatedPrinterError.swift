import GlyphRaster

/// Why a simulated printer can't be made, or can't keep what it printed.
public enum SimulatedPrinterError: Error, Sendable, Hashable, CustomStringConvertible {
    case glyphs(GlyphError)
    case png(String)
    case file(String)

    public var description: String {
        switch self {
        case .glyphs(let error): error.description
        case .png(let text): "PNG: \(text)"
        case .file(let text): text
        }
    }
}
