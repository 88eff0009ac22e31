/// How many columns of a terminal some text takes: Chinese characters two, combining marks none.
enum TextWidth {
    static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

    static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return isWide(first.value) ? 2 : 1
        }
    }

    /// Cut to a number of columns, its last one an ellipsis where something was cut off.
    static func truncate(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        var result = ""
        var used = 0
        for character in text {
            let next = of(character)
            guard used + next < width else { break }
            result.append(character)
            used += next
        }
        return width > 0 ? result + "…" : ""
    }

    static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - of(text)))
    }

    /// Lines of at most `width` columns: broken at blanks, and anywhere between Chinese characters.
    static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for piece in pieces(of: text) {
            let size = of(piece)
            if used + of(trimmed(piece)) > width, !line.isEmpty {
                lines.append(trimmed(line))
                line = ""
                used = 0
            }
            if line.isEmpty, piece == " " { continue }
            var rest = piece
            var restSize = size
            while restSize > width {
                let head = prefix(of: rest, width)
                lines.append(head)
                rest = String(rest.dropFirst(max(1, head.count)))
                restSize = of(rest)
            }
            line += rest
            used += restSize
        }
        if !trimmed(line).isEmpty || lines.isEmpty { lines.append(trimmed(line)) }
        return lines
    }

    /// Words with the blank behind them, and single Chinese characters with the punctuation that must not begin a line.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var word = ""
        for character in text {
            let isClosing = "，。；：！？、）》”’…·,.;:!?)".contains(character)
            if of(character) == 2, !isClosing {
                if !word.isEmpty { pieces.append(word) }
                word = String(character)
            } else if character == " " {
                pieces.append(word + " ")
                word = ""
            } else if let last = word.last, of(last) == 2, !isClosing {
                pieces.append(word)
                word = String(character)
            } else {
                word.append(character)
            }
        }
        if !word.isEmpty { pieces.append(word) }
        return pieces
    }

    private static func prefix(of text: String, _ width: Int) -> String {
        var used = 0
        return String(
            text.prefix { character in
                used += of(character)
                return used <= width
            })
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }

    /// East Asian Wide and Fullwidth (Unicode Standard Annex 11).
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
