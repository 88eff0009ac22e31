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
    private let attempts: Int
    private let queuedAt: Stamp

    init(row: Row) throws {
        sequence = try row.decode(forColumn: "sequence")
        id = try row.decode(forColumn: "id")
        kind = try row.decode(forColumn: "kind")
        visit = try row.decode(forColumn: "visit")
        body = try row.bytes("body")
        attempts = try row.decode(forColumn: "attempts")
        queuedAt = try row.stamp()
    }

    func open(_ sealer: Sealer) -> PendingItem {
        guard let plain = try? sealer.open(body, context: Self.context(id)), plain.count >= 32,
            Digest.sha256(Array(plain.dropFirst(32))) == Array(plain.prefix(32))
        else {
            let fault = Fault(.storeDamaged, "outbox/\(id) does not open")
            return .damaged(id: id, sequence: sequence, visit: visit, fault: fault)
        }
        let item = OutboxItem(id: id, kind: kind, visit: visit, body: Array(plain.dropFirst(32)))
        return .ready(
            OutboxEntry(
                item: item, sequence: sequence, digest: Array(plain.prefix(32)), attempts: attempts,
                queuedAt: queuedAt))
    }

    static func seal(_ item: OutboxItem, _ sealer: Sealer) throws(Fault) -> [UInt8] {
        try sealer.seal(Digest.sha256(item.body) + item.body, context: context(item.id))
    }

    static func context(_ id: String) -> String { "outbox/\(id)" }
}
