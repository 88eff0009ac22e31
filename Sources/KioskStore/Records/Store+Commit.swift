import Foundation
import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// Stores a change whole, durably, with its audit links; returns only when it would outlive a power cut.
    ///
    /// Throws `visitWrongState` where a record is not at the expected revision, `apiKeyReused` where a reply's key
    /// is taken, and the store's own faults; whatever is thrown, nothing of the change is stored.
    public func commit(_ change: StoreChange) async throws(Fault) {
        let stamp = clock.stamp()
        try await write { [sealer] db in
            var chain = try AuditChain(db, at: stamp)
            for counter in change.counters { try Counter.raise(db, counter.name, to: counter.value) }
            for record in change.records { try Self.store(record, db, &chain, sealer) }
            for item in change.outbox { try Self.enqueue(item, at: stamp, db, &chain, sealer) }
            for (token, reply) in change.replies { try ReplyTable.insert(db, reply, to: token, sealer) }
            try chain.seal(db, sealer)
        }
        if !change.outbox.isEmpty { signal.notify() }
    }

    private static func store(
        _ record: StoreChange.RecordWrite, _ db: Database, _ chain: inout AuditChain, _ sealer: Sealer
    ) throws {
        let kind = record.kind.rawValue
        let present = try Row.fetchOne(
            db, sql: "SELECT revision FROM record WHERE kind = ? AND id = ?",
            arguments: [kind, record.id])
        let revision: Int64 = try present?.decode(forColumn: "revision") ?? 0
        if let expected = record.expecting, Int64(expected) != revision {
            throw Fault(.visitWrongState, "\(kind) is at revision \(revision), not \(expected)")
        }
        let (next, overflow) = revision.addingReportingOverflow(1)
        guard !overflow else { throw Fault(.storeDamaged, "\(kind)/\(record.id) has no next revision") }
        let sealed = try sealer.seal(record.body, context: RecordRow.context(kind, record.id, next))
        let link = try chain.append(
            db, kind: kind, ref: record.id, revision: next,
            content: AuditLink.content(visit: record.visit, state: record.state, sealed: sealed))
        try db.execute(
            sql: """
                INSERT INTO record (kind, id, visit, state, revision, body, first_link, last_link)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (kind, id) DO UPDATE SET visit = excluded.visit, state = excluded.state,
                    revision = excluded.revision, body = excluded.body, last_link = excluded.last_link
                """,
            arguments: [kind, record.id, record.visit, record.state, next, sealed.data, link, link])
    }
}
