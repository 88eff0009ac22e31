/// The resources of a batch's entries as they stand in its text, byte for byte.
///
/// A parser that builds values would lose how a number was written.
struct BatchMembers {
    private struct Malformed: Error {}

    private let text: [UInt8]
    private var place = 0
    private var type: String?
    private var found: [[UInt8]] = []

    /// In the order of the entries; nil where the text is no batch of entries with resources.
    static func of(_ text: [UInt8]) -> [[UInt8]]? {
        var members = BatchMembers(text: text)
        do {
            try members.object { key, members in
                switch key {
                case "type": members.type = try members.string()
                case "entry": try members.entries()
                default: try members.skip()
                }
            }
        } catch {
            return nil
        }
        return members.type == "batch" ? members.found : nil
    }

    private mutating func entries() throws {
        try array { members in
            try members.object { key, members in
                members.blank()
                let start = members.place
                try members.skip()
                if key == "resource" { members.found.append(Array(members.text[start..<members.place])) }
            }
        }
    }

    private init(text: [UInt8]) { self.text = text }

    private mutating func object(_ member: (String, inout BatchMembers) throws -> Void) throws {
        try take("{")
        if peek() == UInt8(ascii: "}") { return place += 1 }
        while true {
            let key = try string()
            try take(":")
            try member(key, &self)
            if peek() == UInt8(ascii: ",") {
                place += 1
            } else {
                return try take("}")
            }
        }
    }

    private mutating func array(_ element: (inout BatchMembers) throws -> Void) throws {
        try take("[")
        if peek() == UInt8(ascii: "]") { return place += 1 }
        while true {
            try element(&self)
            if peek() == UInt8(ascii: ",") {
                place += 1
            } else {
                return try take("]")
            }
        }
    }

    /// Goes past one value.
    private mutating func skip() throws {
        var depth = 0
        repeat {
            switch peek() {
            case UInt8(ascii: "\""): _ = try string()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                place += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                place += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"): place += 1
            case nil: throw Malformed()
            default:
                while let byte = current, !" \n\r\t,:]}".utf8.contains(byte) { place += 1 }
            }
        } while depth > 0
    }

    private mutating func string() throws -> String {
        try take("\"")
        let start = place
        while let byte = current, byte != UInt8(ascii: "\"") { place += byte == UInt8(ascii: "\\") ? 2 : 1 }
        guard current != nil else { throw Malformed() }
        defer { place += 1 }
        return String(decoding: text[start..<place], as: UTF8.self)
    }

    private mutating func take(_ character: Unicode.Scalar) throws {
        guard peek() == UInt8(ascii: character) else { throw Malformed() }
        place += 1
    }

    private var current: UInt8? { place < text.count ? text[place] : nil }

    private mutating func blank() { while let byte = current, " \n\r\t".utf8.contains(byte) { place += 1 } }

    private mutating func peek() -> UInt8? {
        blank()
        return current
    }
}
