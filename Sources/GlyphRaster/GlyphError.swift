/// Why characters can't be drawn.
public enum GlyphError: Error, Sendable, Hashable {
    /// None of these fonts is here.
    case fontMissing([String])
    case freeType(String, code: Int32)
}

extension GlyphError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .fontMissing(let paths):
            "no font for Chinese characters (Debian: fonts-wqy-zenhei); looked for \(paths.joined(separator: ", "))"
        case .freeType(let call, let code): "FreeType \(call): error \(code)"
        }
    }
}
