import GlyphRaster

/// A picture for GS v 0: one bit a dot, rows of whole bytes.
struct RasterImage: Sendable, Hashable {
    let bytesPerRow: Int
    let height: Int
    private(set) var bytes: [UInt8]

    /// Coverage from which a dot is black: strokes of one dot lie between two columns at half coverage.
    private static let threshold: UInt8 = 96

    init(width: Int, height: Int) {
        bytesPerRow = (width + 7) / 8
        self.height = height
        bytes = [UInt8](repeating: 0, count: bytesPerRow * height)
    }

    /// What lies outside is cut off.
    mutating func draw(_ bitmap: GlyphBitmap, x: Int, y: Int, reversed: Bool) {
        for row in 0..<bitmap.height where (0..<height).contains(y + row) {
            for column in 0..<bitmap.width where (0..<bytesPerRow * 8).contains(x + column) {
                let isInk = bitmap.coverage[row * bitmap.width + column] >= Self.threshold
                guard isInk != reversed else { continue }
                bytes[(y + row) * bytesPerRow + (x + column) / 8] |= 0x80 >> UInt8((x + column) % 8)
            }
        }
    }

    /// The same picture without the bytes of a real-time command, which printers obey even within a picture: a dot more
    /// turns `10` into `18`.
    var safe: RasterImage {
        var result = self
        while let index = ESCPOSEncoder.realTimeCommand(in: result.bytes) { result.bytes[index] |= 0x08 }
        return result
    }
}
