import Foundation
import KioskPlatform

/// One character as the printer takes it: a whole, printable GB18030 character, or one that is drawn for it.
struct PrinterGlyph: Sendable, Hashable {
    let bytes: [UInt8]
    /// Half-width columns: 1 for ASCII, 2 for everything else in Chinese mode.
    let columns: Int
    let isSpace: Bool
    /// False for a space that holds a number and its unit together.
    let mayBreak: Bool
    /// What is drawn in place of bytes: the printer's font lacks it.
    var drawn: Character?

    static let space = PrinterGlyph(bytes: [0x20], columns: 1, isSpace: true, mayBreak: true)
}

/// Text made safe for the wire; the only kind of text that the encoder accepts.
///
/// Control characters never pass: line breaks and tabs become spaces, others 〓, the mark by which Chinese typesetters
/// show a missing character. What the printer's font lacks is drawn where a font of this machine has it, and is 〓 where
/// none has. Invisible characters (joiners, variation selectors, direction marks) are left out.
struct PrintableText: Sendable, Hashable {
    /// 〓 (U+3013) in GB18030.
    static let missing = PrinterGlyph(bytes: [0xA1, 0xFE], columns: 2, isSpace: false, mayBreak: true)

    let glyphs: [PrinterGlyph]
    /// Whether a character was replaced by 〓.
    let hasReplacements: Bool

    init(_ text: String, for available: PrinterProfile.Glyphs, raster: LineRaster? = nil) {
        var glyphs: [PrinterGlyph] = []
        var replaced = false
        for character in text {
            guard let visible = Self.visible(character) else { continue }
            if let glyph = Self.glyph(visible, available) {
                glyphs.append(glyph)
            } else if let columns = raster?.columns(of: visible) {
                glyphs.append(PrinterGlyph(bytes: [], columns: columns, isSpace: false, mayBreak: true, drawn: visible))
            } else {
                glyphs.append(Self.missing)
                replaced = true
            }
        }
        self.glyphs = glyphs
        hasReplacements = replaced
    }

    var columns: Int { glyphs.reduce(0) { $0 + $1.columns } }

    private static func visible(_ character: Character) -> Character? {
        let scalars = character.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
        guard !scalars.isEmpty else { return nil }
        guard scalars.count < character.unicodeScalars.count else { return character }
        return String(String.UnicodeScalarView(scalars)).first
    }

    private static func glyph(_ character: Character, _ available: PrinterProfile.Glyphs) -> PrinterGlyph? {
        if character == "\u{A0}" || character == "\u{202F}" {
            return PrinterGlyph(bytes: [0x20], columns: 1, isSpace: true, mayBreak: false)
        }
        if character.isWhitespace && character != "\u{3000}" { return .space }
        if let bytes = encode(character, available) {
            return PrinterGlyph(bytes: bytes, columns: bytes.count == 1 ? 1 : 2, isSpace: false, mayBreak: true)
        }
        return nil
    }

    private static func encode(_ character: Character, _ available: PrinterProfile.Glyphs) -> [UInt8]? {
        if let bytes = encode(scalarsOf: String(character), available) { return bytes }
        let composed = String(character).precomposedStringWithCanonicalMapping
        if let bytes = encode(scalarsOf: composed, available) { return bytes }
        return lookalikes[character].flatMap { encode(scalarsOf: $0, available) }
    }

    private static func encode(scalarsOf text: String, _ available: PrinterProfile.Glyphs) -> [UInt8]? {
        // More than one scalar is a sequence that no printer font composes.
        guard text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first,
            let bytes = TextEncoding.gb18030.encode(text)
        else { return nil }
        let isPrivate = scalar.properties.generalCategory == .privateUse
        switch bytes.count {
        case 1: return bytes[0] >= 0x20 && bytes[0] < 0x7F ? bytes : nil
        case 2: return isPrivate ? nil : bytes
        case 4: return available == .gb18030 && (0x3400...0x4DB5).contains(scalar.value) ? bytes : nil
        default: return nil
        }
    }

    /// Characters outside the font whose stand-in means the same; none that could change a dose.
    private static let lookalikes: [Character: String] = [
        "\u{A5}": "￥", "\u{B5}": "μ", "\u{2011}": "-", "\u{2010}": "-", "\u{2012}": "-", "\u{2212}": "-",
        "\u{2022}": "·",
        "\u{2126}": "Ω",
    ]
}
