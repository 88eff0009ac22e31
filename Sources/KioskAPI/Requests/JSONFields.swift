import KioskModel

/// The members of one JSON object, read by name and type; what was never asked for is refused by `end()`.
struct JSONFields {
    private let path: String
    private let members: [String: JSONValue]
    private var asked: Set<String> = []

    /// Throws `apiMalformed` where the value is no object. `path` is empty for the body itself.
    init(_ value: JSONValue, path: String = "") throws(Fault) {
        guard case .object(let members) = value else {
            throw Fault(.apiMalformed, "\(path.isEmpty ? "the body" : path) is \(value.kind); an object is needed")
        }
        self.members = members
        self.path = path
    }

    /// A text without control characters. `limit` is in characters.
    mutating func text(_ name: String, limit: Int = 200) throws(Fault) -> String {
        guard let text = try optionalText(name, limit: limit) else { throw missing(name) }
        return text
    }

    mutating func optionalText(_ name: String, limit: Int = 200) throws(Fault) -> String? {
        guard let value = take(name) else { return nil }
        guard case .string(let text) = value else { throw wrong(name, value, "a string") }
        guard text.count <= limit, !text.isEmpty else {
            throw Fault(.apiMalformed, "\(full(name)) holds \(text.count) characters; 1 to \(limit) are allowed")
        }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw Fault(.apiMalformed, "\(full(name)) holds a control character")
        }
        return text
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(Fault) -> Int {
        guard let value = take(name) else { throw missing(name) }
        guard case .number(let text) = value, let number = Int(text) else { throw wrong(name, value, "an integer") }
        guard range.contains(number) else {
            let allowed = "\(range.lowerBound) to \(range.upperBound)"
            throw Fault(.apiMalformed, "\(full(name)) is \(number); \(allowed) are allowed")
        }
        return number
    }

    mutating func flag(_ name: String) throws(Fault) -> Bool {
        guard let value = take(name) else { throw missing(name) }
        guard case .bool(let flag) = value else { throw wrong(name, value, "true or false") }
        return flag
    }

    /// Whether the member is there; an absent one is allowed.
    mutating func has(_ name: String) -> Bool { take(name) != nil }

    mutating func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws(Fault) -> Int? {
        has(name) ? try integer(name, in: range) : nil
    }

    mutating func optionalFlag(_ name: String) throws(Fault) -> Bool? {
        has(name) ? try flag(name) : nil
    }

    /// Texts without control characters. `limit` is in characters.
    mutating func texts(_ name: String, count: ClosedRange<Int>, limit: Int) throws(Fault) -> [String] {
        guard let value = take(name) else { throw missing(name) }
        guard case .array(let items) = value else { throw wrong(name, value, "an array") }
        guard count.contains(items.count) else {
            let allowed = "\(count.lowerBound) to \(count.upperBound)"
            throw Fault(.apiMalformed, "\(full(name)) holds \(items.count) items; \(allowed) are allowed")
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            var fields = try JSONFields(.object(["text": item]), path: "\(full(name))[\(index)]")
            texts.append(try fields.text("text", limit: limit))
        }
        return texts
    }

    mutating func object(_ name: String) throws(Fault) -> JSONFields {
        guard let value = take(name) else { throw missing(name) }
        return try JSONFields(value, path: full(name))
    }

    mutating func objects(_ name: String, count: ClosedRange<Int>) throws(Fault) -> [JSONFields] {
        guard let value = take(name) else { throw missing(name) }
        guard case .array(let items) = value else { throw wrong(name, value, "an array") }
        guard count.contains(items.count) else {
            let allowed = "\(count.lowerBound) to \(count.upperBound)"
            throw Fault(.apiMalformed, "\(full(name)) holds \(items.count) items; \(allowed) are allowed")
        }
        var result: [JSONFields] = []
        for (index, item) in items.enumerated() {
            result.append(try JSONFields(item, path: "\(full(name))[\(index)]"))
        }
        return result
    }

    /// Refuses every member that was not asked for, naming it. Call it after the last read.
    func end() throws(Fault) {
        let unknown = members.keys.filter { !asked.contains($0) }.sorted()
        guard let first = unknown.first else { return }
        let allowed = asked.isEmpty ? "none is allowed" : "allowed: \(asked.sorted().joined(separator: ", "))"
        throw Fault(.apiMalformed, "unknown field \(full(String(first.prefix(40)))); \(allowed)")
    }

    private mutating func take(_ name: String) -> JSONValue? {
        asked.insert(name)
        return members[name]
    }

    private func full(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private func missing(_ name: String) -> Fault { Fault(.apiMalformed, "\(full(name)) is missing") }

    private func wrong(_ name: String, _ value: JSONValue, _ needed: String) -> Fault {
        // The value itself is not shown: it may be a PIN.
        Fault(.apiMalformed, "\(full(name)) is \(value.kind); \(needed) is needed")
    }
}
