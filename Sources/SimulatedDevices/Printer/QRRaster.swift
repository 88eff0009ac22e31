import CQREncode
import GlyphRaster

/// A QR code as dots, by libqrencode.
enum QRRaster {
    /// Nil where the data is empty or holds more than a code can. `level`: 0 L, 1 M, 2 Q, 3 H.
    static func bitmap(_ data: [UInt8], level: UInt8, module: Int) -> GlyphBitmap? {
        guard !data.isEmpty, level <= 3 else { return nil }
        let code = QRcode_encodeData(Int32(data.count), data, 0, QRecLevel(rawValue: UInt32(level)))
        guard let code else { return nil }
        defer { QRcode_free(code) }
        let modules = Int(code.pointee.width)
        guard modules > 0, let cells = code.pointee.data else { return nil }
        let side = modules * module
        var coverage = [UInt8](repeating: 0, count: side * side)
        for row in 0..<side {
            for column in 0..<side where cells[row / module * modules + column / module] & 1 != 0 {
                coverage[row * side + column] = 255
            }
        }
        return GlyphBitmap(width: side, height: side, coverage: coverage)
    }
}
