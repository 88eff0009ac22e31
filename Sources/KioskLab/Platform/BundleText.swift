/// A FHIR Bundle's type and the resources of its entries, as they stand in its text, byte for byte.
struct BundleText {
    private(set) var type: String?
    /// One for each entry, in their order; empty for an entry without one.
    private(set) var resources: [[UInt8]] = []

    /// Throws `JSONText.Malformed` for what is no JSON, or no list of entries.
    init(_ bytes: [UInt8]) throws(JSONText.Malformed) {
        try self.init(JSONText(bytes))
    }

    /// Throws `JSONText.Malformed` for what is no list of entries.
    init(_ given: JSONText) throws(JSONText.Malformed) {
        var text = given
        guard try text.next() == .objectStart else { throw JSONText.Malformed() }
        while let token = try text.next(), token != .objectEnd {
            guard case .key(let key) = token else { throw JSONText.Malformed() }
            switch text.text(key) {
            case "type":
                if case .string(let range) = try text.next() {
                    type = text.text(range)
                } else {
                    throw JSONText.Malformed()
                }
            case "entry": try readEntries(&text)
            default: _ = try text.value()
            }
        }
    }

    private mutating func readEntries(_ text: inout JSONText) throws(JSONText.Malformed) {
        guard try text.next() == .arrayStart else { throw JSONText.Malformed() }
        while let token = try text.next(), token != .arrayEnd {
            guard token == .objectStart else { throw JSONText.Malformed() }
            var resource: [UInt8] = []
            while let token = try text.next(), token != .objectEnd {
                guard case .key(let key) = token else { throw JSONText.Malformed() }
                let value = try text.value()
                if text.text(key) == "resource" { resource = Array(text.bytes[value]) }
            }
            resources.append(resource)
        }
    }
}
