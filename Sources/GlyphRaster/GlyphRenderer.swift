import CFreeType
import Foundation

/// Draws characters into the cells of a receipt printer's font (12×24 and 24×24 dots) by FreeType.
///
/// Not safe for two threads at once: it belongs to one thread, or to whoever holds a lock.
public final class GlyphRenderer {

    /// Where Debian (fonts-wqy-zenhei) and others put a font with the characters of GB18030.
    public static let candidates = [
        "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", "/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    ]

    /// The height of a character and the width of a Chinese one, in dots.
    public static let cell = 24
    /// Dots from the top of the cell to the baseline. Latin letters are set lower (22 dots), so that g and j fit.
    private static let baseline = (latin: 19, chinese: 20)
    private static let latinHeight = 22
    private static let loadNoBitmap: Int32 = 8
    private static let loadRender: Int32 = 4

    private let library: FT_Library
    private let face: FT_Face

    /// Throws `fontMissing` where none of the candidates can be opened.
    public init(candidates: [String] = GlyphRenderer.candidates) throws(GlyphError) {
        var library: FT_Library?
        let code = FT_Init_FreeType(&library)
        guard code == 0, let library else { throw .freeType("FT_Init_FreeType", code: code) }
        for path in candidates {
            // The second face of WenQuanYi's collection is the monospaced one.
            for index in [1, 0] {
                var face: FT_Face?
                if FT_New_Face(library, path, index, &face) == 0, let face {
                    self.library = library
                    self.face = face
                    return
                }
            }
        }
        FT_Done_FreeType(library)
        throw .fontMissing(candidates)
    }

    deinit {
        FT_Done_Face(face)
        FT_Done_FreeType(library)
    }

    public func hasGlyph(_ scalar: Unicode.Scalar) -> Bool { FT_Get_Char_Index(face, FT_ULong(scalar.value)) != 0 }

    /// One character, `columns` half-widths wide, enlarged by whole factors; a hollow box where the font lacks it.
    public func render(
        _ scalar: Unicode.Scalar, columns: Int, widthFactor: Int, heightFactor: Int, bold: Bool
    ) throws(GlyphError) -> GlyphBitmap {
        let width = Self.cell / 2 * columns * widthFactor
        let height = Self.cell * heightFactor
        var bitmap = GlyphBitmap(width: width, height: height, coverage: [UInt8](repeating: 0, count: width * height))
        guard hasGlyph(scalar) else {
            Self.drawBox(&bitmap)
            return bitmap
        }
        let em = (columns == 1 ? Self.latinHeight : Self.cell) * heightFactor
        let size = FT_Set_Pixel_Sizes(face, FT_UInt(Self.cell * widthFactor), FT_UInt(em))
        guard size == 0 else { throw .freeType("FT_Set_Pixel_Sizes", code: size) }
        let code = FT_Load_Char(face, FT_ULong(scalar.value), Self.loadNoBitmap | Self.loadRender)
        guard code == 0, let slot = face.pointee.glyph else { throw .freeType("FT_Load_Char", code: code) }
        let baseline = columns == 1 ? Self.baseline.latin : Self.baseline.chinese
        copy(slot.pointee, into: &bitmap, baseline: baseline * heightFactor)
        if bold { Self.embolden(&bitmap, by: widthFactor) }
        return bitmap
    }

    private func copy(_ slot: FT_GlyphSlotRec, into bitmap: inout GlyphBitmap, baseline: Int) {
        let source = slot.bitmap
        guard let buffer = source.buffer, source.pixel_mode == UInt8(FT_PIXEL_MODE_GRAY.rawValue) else { return }
        let advance = Int(slot.advance.x) >> 6
        let left = Int(slot.bitmap_left) + (bitmap.width - advance) / 2
        let top = baseline - Int(slot.bitmap_top)
        let pitch = Int(source.pitch)
        for row in 0..<Int(source.rows) where (0..<bitmap.height).contains(top + row) {
            for column in 0..<Int(source.width) where (0..<bitmap.width).contains(left + column) {
                bitmap.coverage[(top + row) * bitmap.width + left + column] = buffer[row * pitch + column]
            }
        }
    }

    /// As a thermal head does it: everything once more, one dot to the right.
    private static func embolden(_ bitmap: inout GlyphBitmap, by dots: Int) {
        let plain = bitmap.coverage
        for row in 0..<bitmap.height {
            for column in stride(from: bitmap.width - 1, through: dots, by: -1) {
                let index = row * bitmap.width + column
                bitmap.coverage[index] = max(plain[index], plain[index - dots])
            }
        }
    }

    private static func drawBox(_ bitmap: inout GlyphBitmap) {
        for row in 2..<bitmap.height - 2 {
            for column in 1..<bitmap.width - 1
            where row == 2 || row == bitmap.height - 3 || column == 1 || column == bitmap.width - 2 {
                bitmap.coverage[row * bitmap.width + column] = 255
            }
        }
    }
}
