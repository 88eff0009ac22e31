/// Coverage of an area of dots, 0 (paper) to 255 (black), row by row.
public struct GlyphBitmap: Sendable, Hashable {
    public let width: Int
    public let height: Int
    public var coverage: [UInt8]

    public init(width: Int, height: Int, coverage: [UInt8]) {
        self.width = width
        self.height = height
        self.coverage = coverage
    }
}
