import Foundation
import KioskModel

/// What one transaction stores: all of it, or nothing.
public struct StoreChange: Sendable {
    struct RecordWrite: Sendable {
        let kind: RecordKind
        let id: String
        let visit: VisitID?
        let state: String
        let body: [UInt8]
        let expecting: Int?
    }

    private(set) var records: [RecordWrite] = []
    private(set) var outbox: [OutboxItem] = []
    private(set) var replies: [(token: IdempotencyToken, reply: StoredReply)] = []
    private(set) var counters: [(name: String, value: UInt64)] = []
    private var patients: [VisitID: PatientIdentity] = [:]

    /// Whose visit it is, where the change says so.
    func patient(of visit: VisitID?) -> PatientIdentity? { visit.flatMap { patients[$0] } }

    /// The visit that the change is about, where it is about one.
    var visit: VisitID? { records.lazy.compactMap(\.visit).first ?? outbox.lazy.compactMap(\.visit).first }

    public init() {}

    /// Writes a value as JSON, sealed; an earlier value with this kind and id is replaced.
    ///
    /// `expecting`: the revision that must be there now (0: none may be there); nil writes over any. A record that
    /// is at another revision makes `commit` throw `visitWrongState` and store nothing.
    public mutating func put(
        _ value: some Encodable, kind: RecordKind, id: String, visit: VisitID? = nil, state: String,
        expecting: Int? = nil
    ) throws(Fault) {
        let body = try StoredJSON.encode(value, kind: kind.rawValue)
        if let visit = value as? Visit { patients[visit.id] = visit.patient }
        records.append(
            RecordWrite(kind: kind, id: id, visit: visit, state: state, body: body, expecting: expecting))
    }

    /// Queues the exact bytes that will be sent to the platform.
    public mutating func send(_ item: OutboxItem) { outbox.append(item) }

    /// Keeps the answer for whoever repeats this request.
    public mutating func reply(_ reply: StoredReply, to token: IdempotencyToken) {
        replies.append((token, reply))
    }

    /// Lifts a counter to at least this value, for instance to a controller's high-water mark.
    public mutating func raise(counter name: String, to value: UInt64) {
        counters.append((name, value))
    }
}

/// JSON as the store keeps it: keys sorted, so that equal values are equal bytes.
enum StoredJSON {
    static func encode(_ value: some Encodable, kind: String) throws(Fault) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw Fault(.internalError, "a \(kind) can't be encoded")
        }
    }

    /// Throws `storeDamaged`; the text is never quoted, it may hold a person's data.
    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], row: String)
        throws(Fault) -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw Fault(.storeDamaged, "\(row) does not decode")
        }
    }
}
