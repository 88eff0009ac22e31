/// Where each key of a TOML document stands; the parser names no place for a key that it does not expect.
///
/// Works on text that the parser took as valid (TOML 1.0.0): sections, dotted and quoted keys, comments, strings and
/// arrays over several lines, inline tables. Lines and columns count from 1, columns in Unicode scalars.
struct TOMLPositions {
    struct Position: Hashable, Comparable {
        let line: Int
        let column: Int

        static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    private(set) var keys: [[String]: Position] = [:]
    private(set) var values: [[String]: Position] = [:]
    /// Something missing or misplaced where the parser, toml++ 3.4, may end the process instead of reporting an error:
    /// it must not see such a text.
    private(set) var gap: Gap?

    /// A boolean, an integer or a float (TOML 1.0.0). No key of this file takes a date or a time.
    fileprivate static var bareValue: Regex<Substring> {
        /true|false|[+-]?(?:inf|nan)|0x[0-9A-Fa-f_]+|0o[0-7_]+|0b[01_]+|[+-]?[0-9][0-9_]*(?:\.[0-9_]+)?(?:[eE][+-]?[0-9_]+)?/
    }

    struct Gap {
        /// Where the statement begins that holds the gap, in bytes.
        let statement: Int
        let position: Position
        let words: String
    }

    init(_ text: [UInt8]) {
        var scanner = TOMLScanner(text)
        scanner.scan()
        keys = scanner.keys
        values = scanner.values
        gap = scanner.gap
    }
}

/// Walks valid TOML text and notes where keys and values begin.
private struct TOMLScanner {
    var keys: [[String]: TOMLPositions.Position] = [:]
    var values: [[String]: TOMLPositions.Position] = [:]
    var gap: TOMLPositions.Gap?
    private let text: [UInt8]
    private var index = 0
    private var statement = 0
    private var line = 1
    private var column = 1

    init(_ text: [UInt8]) { self.text = text }

    private var current: UInt8? { index < text.count ? text[index] : nil }

    private var position: TOMLPositions.Position { .init(line: line, column: column) }

    mutating func scan() {
        var section: [String] = []
        skipBlank(newlines: true)
        while let byte = current {
            statement = index
            if byte == UInt8(ascii: "[") {
                section = header()
            } else {
                pair(in: section)
            }
            while let byte = current, byte != UInt8(ascii: "\n") { advance() }
            skipBlank(newlines: true)
        }
    }

    private mutating func header() -> [String] {
        advance()
        skipBlank(newlines: false)
        if current == UInt8(ascii: "[") { advance() }
        skipBlank(newlines: false)
        let place = position
        let path = name(in: [])
        if path.isEmpty { note("a section header without a name", at: place) }
        return path
    }

    private mutating func note(_ words: String, at position: TOMLPositions.Position) {
        if gap == nil { gap = .init(statement: statement, position: position, words: words) }
    }

    private mutating func pair(in section: [String]) {
        let path = name(in: section)
        guard current == UInt8(ascii: "=") else { return }
        advance()
        skipBlank(newlines: false)
        if values[path] == nil { values[path] = position }
        value(of: path)
    }

    /// A bare, quoted or dotted key; notes the place of each of its parts.
    private mutating func name(in section: [String]) -> [String] {
        var path = section
        while true {
            let place = position
            guard let part = namePart() else { return path }
            path.append(part)
            if keys[path] == nil { keys[path] = place }
            skipBlank(newlines: false)
            guard current == UInt8(ascii: ".") else { return path }
            advance()
            skipBlank(newlines: false)
        }
    }

    private mutating func namePart() -> String? {
        guard let first = current else { return nil }
        let start = index
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            quoted()
            let raw = text[min(start + 1, text.count)..<max(min(start + 1, text.count), index - 1)]
            let words = String(decoding: raw, as: UTF8.self)
            return first == UInt8(ascii: "'") ? words : TOMLEscapes.decode(words)
        }
        while let byte = current, Self.isBare(byte) { advance() }
        return index > start ? String(decoding: text[start..<index], as: UTF8.self) : nil
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private mutating func value(of path: [String]) {
        let place = position
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): quoted()
        case UInt8(ascii: "["): array(of: path)
        case UInt8(ascii: "{"): inlineTable(of: path)
        default:
            let start = index
            while let byte = current, !",]}#\n".utf8.contains(byte) { advance() }
            check(bare: text[start..<index], at: place)
        }
    }

    private mutating func check(bare bytes: ArraySlice<UInt8>, at place: TOMLPositions.Position) {
        var word = String(decoding: bytes, as: UTF8.self)
        while let last = word.last, [" ", "\t", "\r", "\r\n"].contains(last) { word.removeLast() }
        guard word.wholeMatch(of: TOMLPositions.bareValue) == nil else { return }
        let shown = word.prefix(40).filter { !$0.isNewline && $0.asciiValue.map { $0 >= 32 } != false }
        note(word.isEmpty ? "a value is missing" : "\(shown) is no string, number, true or false", at: place)
    }

    private mutating func array(of path: [String]) {
        advance()
        skipBlank(newlines: true)
        while let byte = current, byte != UInt8(ascii: "]") {
            let before = index
            value(of: path)
            skipBlank(newlines: true)
            if current == UInt8(ascii: ",") { advance() }
            skipBlank(newlines: true)
            if index == before { advance() }
        }
        advance()
    }

    private mutating func inlineTable(of path: [String]) {
        advance()
        skipBlank(newlines: true)
        while let byte = current, byte != UInt8(ascii: "}") {
            let before = index
            pair(in: path)
            skipBlank(newlines: true)
            if current == UInt8(ascii: ",") { advance() }
            skipBlank(newlines: true)
            if index == before { advance() }
        }
        advance()
    }

    /// A string of any of the four kinds, from its first quote to behind its last.
    private mutating func quoted() {
        guard let quote = current else { return }
        let escapes = quote == UInt8(ascii: "\"")
        let isLong = index + 2 < text.count && text[index + 1] == quote && text[index + 2] == quote
        let width = isLong ? 3 : 1
        for _ in 0..<width { advance() }
        while let byte = current {
            if escapes && byte == UInt8(ascii: "\\") {
                advance()
                advance()
                continue
            }
            var run = 0
            while run < width && index + run < text.count && text[index + run] == quote { run += 1 }
            if run == width {
                for _ in 0..<width { advance() }
                // Up to two quotes may stand just before the closing three.
                while isLong && current == quote { advance() }
                return
            }
            advance()
        }
    }

    private mutating func skipBlank(newlines: Bool) {
        while let byte = current {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): advance()
            case UInt8(ascii: "\n") where newlines, UInt8(ascii: "\r") where newlines: advance()
            case UInt8(ascii: "#") where newlines:
                while let byte = current, byte != UInt8(ascii: "\n") { advance() }
            default:
                // A byte order mark at the very beginning takes no column.
                guard index == 0, text.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
                index = 3
            }
        }
    }

    private mutating func advance() {
        guard let byte = current else { return }
        index += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if let next = current, next & 0xC0 == 0x80 {
            // Within one character.
        } else {
            column += 1
        }
    }
}
