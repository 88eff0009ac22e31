import FHIRModel

/// What the stand-in holds, and the one way it changes: a whole transaction, or nothing.
struct PlatformRecords {
    struct Version: Sendable, Hashable {
        let number: Int
        /// JSON as it came, references rewritten to `Type/id`.
        let content: [UInt8]
    }

    /// By `Type/id`; the newest version last.
    private(set) var held: [String: [Version]] = [:]

    enum Refusal: Error {
        /// HTTP status and what is wrong.
        case refused(Int, [FHIR.OperationOutcome.Issue])
    }

    var counts: [String: Int] {
        held.keys.reduce(into: [:]) { $0[String($1.prefix { $0 != "/" }), default: 0] += 1 }
    }

    func newest(_ name: String) -> Version? { held[name]?.last }

    /// Holds a resource that came from nowhere else, in place of its content before; nil takes it away.
    mutating func hold(_ name: String, _ content: [UInt8]?) {
        held[name] = content.map { [Version(number: (held[name]?.count ?? 0) + 1, content: $0)] }
    }

    /// Takes a transaction and returns the answer's entries; throws `Refusal` with nothing changed.
    mutating func apply(_ transaction: JudgedTransaction) throws(Refusal) -> [FHIR.Bundle.Entry] {
        for put in transaction.puts {
            guard let wanted = put.ifMatch else { continue }
            // RFC 9110 section 13.1.1: the version that is there must be the one that was meant.
            guard wanted == newest(put.name).map({ "W/\"\($0.number)\"" }) else {
                throw .refused(412, [.init(severity: "error", code: "conflict", expression: ["Bundle.entry.request"])])
            }
        }
        return transaction.puts.map { put($0.name, $0.content) }
    }

    /// The same content again changes nothing; other content is a new version.
    private mutating func put(_ name: String, _ content: [UInt8]) -> FHIR.Bundle.Entry {
        var versions = held[name] ?? []
        let status = versions.isEmpty ? "201 Created" : "200 OK"
        if versions.last?.content != content {
            versions.append(Version(number: versions.count + 1, content: content))
        }
        held[name] = versions
        return FHIR.Bundle.Entry(
            response: FHIR.Bundle.Response(
                status: status, location: "\(name)/_history/\(versions.count)", etag: "W/\"\(versions.count)\""))
    }
}
