import HTTPTypes
import KioskModel

extension HTTPField.Name {
    static let idempotencyKey = Self(validated: "Idempotency-Key")
    static let lastEventID = Self(validated: "Last-Event-ID")

    /// The name of a field that is known to be one (RFC 9110 section 5.6.2, token).
    private init(validated name: String) {
        // Only an empty name or one with other characters than a token's gives nil.
        self = Self(name) ?? .eTag
    }
}

extension HTTPFields {
    /// The Idempotency-Key of a write: one field, 1 to 128 visible ASCII characters. Throws `apiKeyMissing`.
    func idempotencyKey() throws(Fault) -> String {
        let keys = self[values: .idempotencyKey]
        guard let key = keys.first else { throw Fault(.apiKeyMissing) }
        guard keys.count == 1 else { throw Fault(.apiKeyMissing, "the field stands \(keys.count) times") }
        let isVisible = key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isVisible, (1...128).contains(key.utf8.count) else {
            throw Fault(.apiKeyMissing, "1 to 128 visible ASCII characters are allowed")
        }
        return key
    }

    /// The Last-Event-ID of a reconnecting reader, where it sends one. Throws `apiMalformed`.
    func lastEventID() throws(Fault) -> UInt64? {
        guard let text = self[.lastEventID] else { return nil }
        guard let number = UInt64(text) else { throw Fault(.apiMalformed, "Last-Event-ID: a number is needed") }
        return number
    }
}

/// The query of a request line: `limit`, or `seconds` for a recording.
enum Query {
    static let longestRecording = 600

    /// How long to record: 1 to 600 seconds, 30 where nothing is said.
    static func seconds(_ query: Substring?) throws(Fault) -> Int {
        guard let query, !query.isEmpty else { return 30 }
        let parts = query.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "seconds", let seconds = Int(parts[1]),
            (1...longestRecording).contains(seconds)
        else { throw Fault(.apiMalformed, "seconds: 1 to \(longestRecording) are allowed") }
        return seconds
    }

    static let defaultLimit = 50
    static let highestLimit = 1000

    static func limit(_ query: Substring?, taken: Bool) throws(Fault) -> Int {
        guard let query, !query.isEmpty else { return defaultLimit }
        let parts = query.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard taken, parts.count == 2, parts[0] == "limit" else {
            throw Fault(.apiMalformed, taken ? "the query may only hold limit" : "this address takes no query")
        }
        guard let limit = Int(parts[1]), (1...highestLimit).contains(limit) else {
            throw Fault(.apiMalformed, "limit: 1 to \(highestLimit) are allowed")
        }
        return limit
    }
}
