/// Breaks glyphs into lines by display width.
///
/// Breaks at spaces and between Chinese characters; a word is cut only where it is longer than a line. A line never
/// begins with closing punctuation.
struct LineWrapper: Sendable {
    /// Half-width columns in a line; at least 2.
    let columns: Int

    func lines(_ glyphs: [PrinterGlyph]) -> [[PrinterGlyph]] {
        let limit = max(columns, 2)
        var lines: [[PrinterGlyph]] = []
        var line: [PrinterGlyph] = []
        var width = 0
        for word in Self.words(glyphs) {
            let wordWidth = word.reduce(0) { $0 + $1.columns }
            if width + wordWidth <= limit || (Self.isSpace(word) && line.isEmpty) {
                line += word
                width += wordWidth
                continue
            }
            if Self.isSpace(word) { continue }
            if !line.isEmpty {
                lines.append(Self.trimmed(line))
                line = []
                width = 0
            }
            for glyph in word {
                if width + glyph.columns > limit {
                    lines.append(line)
                    line = []
                    width = 0
                }
                line.append(glyph)
                width += glyph.columns
            }
        }
        line = Self.trimmed(line)
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// Whether a text has no place to break, as a number has.
    static func isOneWord(_ glyphs: [PrinterGlyph]) -> Bool { words(glyphs).count == 1 }

    /// Pieces between which a line may break.
    private static func words(_ glyphs: [PrinterGlyph]) -> [[PrinterGlyph]] {
        var words: [[PrinterGlyph]] = []
        var word: [PrinterGlyph] = []
        for glyph in glyphs {
            if let last = word.last, mayBreak(between: last, and: glyph) {
                words.append(word)
                word = []
            }
            word.append(glyph)
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static func mayBreak(between left: PrinterGlyph, and right: PrinterGlyph) -> Bool {
        if !left.mayBreak || !right.mayBreak { return false }
        if left.isSpace || right.isSpace { return left.isSpace != right.isSpace }
        if closing.contains(right.bytes) || opening.contains(left.bytes) { return false }
        return left.columns == 2 || right.columns == 2
    }

    private static func isSpace(_ word: [PrinterGlyph]) -> Bool { word.allSatisfy(\.isSpace) }

    private static func trimmed(_ line: [PrinterGlyph]) -> [PrinterGlyph] {
        Array(line[..<((line.lastIndex { !$0.isSpace || !$0.mayBreak }).map { $0 + 1 } ?? 0)])
    }

    private static let closing = Set(PrintableText(",.;:!?)]%，。、；：！？）】》」』”’％", for: .gbk).glyphs.map(\.bytes))
    private static let opening = Set(PrintableText("([（【《「『“‘", for: .gbk).glyphs.map(\.bytes))
}
