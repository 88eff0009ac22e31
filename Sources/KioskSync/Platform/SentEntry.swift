import Foundation

/// One entry of a sent transaction: what the platform's answer must name in the same place.
struct SentEntry: Sendable, Hashable {
    let type: String
    let id: String

    private struct Outline: Decodable {
        struct Entry: Decodable {
            struct Request: Decodable {
                let method: String
                let url: String
            }

            let request: Request
        }

        let resourceType: String
        let type: String
        let entry: [Entry]
    }

    private struct NotATransaction: Error {}

    static func of(_ body: [UInt8]) throws -> [SentEntry] {
        let outline = try JSONDecoder().decode(Outline.self, from: Data(body))
        guard outline.resourceType == "Bundle", outline.type == "transaction", !outline.entry.isEmpty else {
            throw NotATransaction()
        }
        return try outline.entry.map { entry in
            let parts = entry.request.url.split(separator: "/", omittingEmptySubsequences: false)
            guard entry.request.method == "PUT", parts.count == 2 else { throw NotATransaction() }
            return SentEntry(type: String(parts[0]), id: String(parts[1]))
        }
    }

    /// Whether a location names this resource: `Encounter/ID`, before it any base, after it `/_history/n`.
    func isNamed(by location: String) -> Bool {
        var parts = location.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count >= 2, parts[parts.count - 2] == "_history" { parts.removeLast(2) }
        return parts.count >= 2 && parts[parts.count - 2] == type && parts[parts.count - 1] == id
    }
}
