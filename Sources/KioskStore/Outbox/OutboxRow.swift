import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// A row of the outbox, still sealed. The seal holds SHA-256(body) ‖ body: a digest in clear would let a person's
/// data be guessed.
struct OutboxRow: FetchableRecord, Sendable {
    private let sequence: Int64
    private let id: String
    private let kind: String
    private let visit: VisitID?
    private let body: [UInt8]
    /// The data key that sealed it.
    let key: String?
    private let priority: OutboxPriority
    private let attempts: Int
    private let queuedAt: Stamp

    init(row: Row) throws {
        sequence = try row.decode(forColumn: "sequence")
        id = try row.decode(forColumn: "id")
        kind = try row.decode(forColumn: "kind")
        visit = try row.decode(forColumn: "visit")
        body = try row.bytes("body")
        key = try row.decode(forColumn: "key")
        priority = OutboxPriority(rawValue: try row.decode(forColumn: "priority")) ?? .clinical
        attempts = try row.decode(forColumn: "attempts")
        queuedAt = try row.stamp()
    }

    func open(_ key: RowKey) -> PendingItem {
        guard case .open(let sealer) = key, let bytes = Self.body(body, id: id, sealer) else {
            let fault = Fault(.storeDamaged, "outbox/\(id) does not open")
            return .damaged(id: id, sequence: sequence, visit: visit, fault: fault)
        }
        let item = OutboxItem(id: id, kind: kind, visit: visit, body: bytes, priority: priority)
        return .ready(
            OutboxEntry(
                item: item, sequence: sequence, digest: Digest.sha256(bytes), attempts: attempts, queuedAt: queuedAt))
    }

    /// What a seal holds, where it opens and its digest fits.
    static func body(_ sealed: [UInt8], id: String, _ sealer: Sealer) -> [UInt8]? {
        (try? sealer.open(sealed, context: context(id))).flatMap(body(ofPlain:))
    }

    /// The message in an opened seal, where its digest fits.
    static func body(ofPlain plain: [UInt8]) -> [UInt8]? {
        guard plain.count >= 32 else { return nil }
        let body = Array(plain.dropFirst(32))
        return Digest.sha256(body) == Array(plain.prefix(32)) ? body : nil
    }

    static func seal(_ item: OutboxItem, _ sealer: Sealer) throws(Fault) -> [UInt8] {
        try sealer.seal(Digest.sha256(item.body) + item.body, context: context(item.id))
    }

    static func context(_ id: String) -> String { "outbox/\(id)" }
}
