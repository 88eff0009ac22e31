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
        try await write { [keys] db in
            var chain = try AuditChain(db, at: stamp)
            for counter in change.counters { try Counter.raise(db, counter.name, to: counter.value) }
            for record in change.records {
                let key = try keys.key(ofVisit: record.visit, patient: change.patient(of: record.visit), db)
                try Self.store(record, db, &chain, key)
            }
            for item in change.outbox {
                let key = try keys.key(ofVisit: item.visit, patient: change.patient(of: item.visit), db)
                try Self.enqueue(item, at: stamp, db, &chain, key)
            }
            if !change.replies.isEmpty {
                // An answer tells what the change wrote: it goes when the patient's key goes.
                let visit = change.visit
                let key = try keys.key(ofVisit: visit, patient: change.patient(of: visit), db)
                for (token, reply) in change.replies { try ReplyTable.insert(db, reply, to: token, key) }
            }
            try chain.seal(db, keys)
        }
        if !change.outbox.isEmpty { signal.notify() }
    }

    static func store(
        _ record: StoreChange.RecordWrite, _ db: Database, _ chain: inout AuditChain, _ key: (id: String, key: Sealer)
    ) throws {
        let kind = record.kind.rawValue
        let present = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT revision FROM record WHERE kind = ? AND id = ?"),
            arguments: [kind, record.id])
        let revision: Int64 = try present?.decode(forColumn: "revision") ?? 0
        if present == nil, let visit = record.visit, try AuditChain.isArchived(db, visit) {
            throw Fault(.visitWrongState, "visit \(visit) is in the archive")
        }
        if let expected = record.expecting, Int64(expected) != revision {
            throw Fault(.visitWrongState, "\(kind) is at revision \(revision), not \(expected)")
        }
        let (next, overflow) = revision.addingReportingOverflow(1)
        guard !overflow else { throw Fault(.storeDamaged, "\(kind)/\(record.id) has no next revision") }
        let sealed = try key.key.seal(record.body, context: RecordRow.context(kind, record.id, next))
        let link = try chain.append(
            db, kind: kind, ref: record.id, revision: next,
            content: AuditLink.content(visit: record.visit, state: record.state, sealed: sealed))
        try db.executeCached(
            """
            INSERT INTO record (kind, id, visit, state, revision, body, key, first_link, last_link)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (kind, id) DO UPDATE SET visit = excluded.visit, state = excluded.state,
                revision = excluded.revision, body = excluded.body, key = excluded.key,
                last_link = excluded.last_link
            """,
            [
                .text(kind), .text(record.id), .init(record.visit), .text(record.state), .integer(next), .blob(sealed),
                .text(key.id), .integer(link), .integer(link),
            ])
    }
}
