import Foundation

/// Walks JSON (RFC 8259) token by token, in place.
///
/// A parser that builds values would lose how a number was written, and the order of members.
struct JSONText {
    struct Malformed: Error {}

    /// Asked for nothing, a decoder still reads the whole text.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    enum Token: Equatable {
        case objectStart, objectEnd, arrayStart, arrayEnd
        /// A member's name, between its quotes.
        case key(Range<Int>)
        /// A string's content, between its quotes.
        case string(Range<Int>)
        /// A number, `true` or `false`.
        case literal
        case null
    }

    let bytes: [UInt8]
    /// Where the next token is looked for.
    private(set) var place: Int

    /// Throws `Malformed` for what is no JSON.
    init(_ bytes: [UInt8]) throws(Malformed) {
        guard (try? JSONDecoder().decode(Anything.self, from: Data(bytes))) != nil else { throw Malformed() }
        self.init(well: bytes)
    }

    /// Of bytes that are known to be JSON.
    init(well bytes: [UInt8]) {
        self.bytes = bytes
        place = 0
    }

    /// The next token; nil at the end. Throws `Malformed`.
    mutating func next() throws(Malformed) -> Token? {
        var hasComma = false
        while let byte = current {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): place += 1
            case UInt8(ascii: ","): (hasComma, place) = (true, place + 1)
            // Foundation lets a comma before the end pass.
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard !hasComma else { throw Malformed() }
                return step(byte == UInt8(ascii: "}") ? .objectEnd : .arrayEnd)
            case UInt8(ascii: "{"): return step(.objectStart)
            case UInt8(ascii: "["): return step(.arrayStart)
            case UInt8(ascii: "\""): return try string()
            default: return try literal()
            }
        }
        return nil
    }

    /// Goes past one value and returns where it stands. Throws `Malformed`.
    mutating func value() throws(Malformed) -> Range<Int> {
        while let byte = current, byte <= UInt8(ascii: " ") { place += 1 }
        let start = place
        var depth = 0
        repeat {
            switch try next() {
            case .objectStart, .arrayStart: depth += 1
            case .objectEnd, .arrayEnd: depth -= 1
            case nil: throw Malformed()
            default: break
            }
        } while depth > 0
        guard depth == 0 else { throw Malformed() }
        return start..<place
    }

    func text(_ range: Range<Int>) -> String {
        let raw = bytes[range]
        guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
        let quoted = Data([UInt8(ascii: "\"")] + raw + [UInt8(ascii: "\"")])
        return (try? JSONDecoder().decode(String.self, from: quoted)) ?? String(decoding: raw, as: UTF8.self)
    }

    private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func step(_ token: Token) -> Token {
        place += 1
        return token
    }

    private mutating func string() throws(Malformed) -> Token {
        place += 1
        let start = place
        while let byte = current, byte != UInt8(ascii: "\"") { place += byte == UInt8(ascii: "\\") ? 2 : 1 }
        guard current != nil else { throw Malformed() }
        let content = start..<place
        place += 1
        while let byte = current, byte <= UInt8(ascii: " ") { place += 1 }
        guard current == UInt8(ascii: ":") else { return .string(content) }
        place += 1
        return .key(content)
    }

    private mutating func literal() throws(Malformed) -> Token {
        let start = place
        while let byte = current, !Self.ends.contains(byte) { place += 1 }
        guard place > start else { throw Malformed() }
        return bytes[start] == UInt8(ascii: "n") ? .null : .literal
    }

    private static let ends = Set(" \n\r\t,:]}".utf8)
}
