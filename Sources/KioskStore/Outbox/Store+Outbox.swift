import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// Where a message of the outbox stands.
enum OutboxState: String, Sendable {
    case pending, acknowledged, quarantined
}

extension Store {
    static func enqueue(
        _ item: OutboxItem, at stamp: Stamp, _ db: Database, _ chain: inout AuditChain, _ sealer: Sealer
    ) throws {
        let sealed = try OutboxRow.seal(item, sealer)
        let state = OutboxState.pending.rawValue
        let link = try chain.append(
            db, kind: "outbox", ref: item.id, revision: 1,
            content: AuditLink.content(visit: item.visit, state: state, sealed: sealed))
        try db.execute(
            sql: """
                INSERT INTO outbox (id, kind, visit, state, revision, size, body, attempts, boot, monotonic, wall,
                    quality, last_link)
                VALUES (?, ?, ?, ?, 1, ?, ?, 0, ?, ?, ?, ?, ?)
                """,
            arguments: [
                item.id, item.kind, item.visit, state, item.body.count, sealed.data, stamp.boot,
                Int64(clamping: stamp.monotonic), stamp.wall, stamp.quality.rawValue, link,
            ])
    }

    /// Up to `limit` messages that wait, oldest first, after a place in the queue.
    public func pendingOutbox(after sequence: Int64 = 0, limit: Int) async throws(Fault)
        -> [PendingItem]
    {
        let rows = try await read { db in
            try OutboxRow.fetchAll(
                db,
                sql:
                    "SELECT * FROM outbox WHERE state = 'pending' AND sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [sequence, max(0, limit)])
        }
        return rows.map { $0.open(sealer) }
    }

    /// One message with its bytes, whatever its state; nil where there is none.
    public func outboxMessage(_ id: String) async throws(Fault) -> PendingItem? {
        let row = try await read { db in
            try OutboxRow.fetchOne(db, sql: "SELECT * FROM outbox WHERE id = ?", arguments: [id])
        }
        return row?.open(sealer)
    }

    /// The platform has it; the row stays, acknowledged.
    public func markAcknowledged(_ id: String) async throws(Fault) {
        try await move(id, to: .acknowledged, fault: nil)
    }

    /// Takes a message out of the queue and keeps it, with the reason.
    public func quarantine(_ id: String, _ fault: Fault) async throws(Fault) {
        try await move(id, to: .quarantined, fault: fault)
    }

    /// Sending failed; it stays queued. One more is added to `attempts`.
    public func markFailed(_ id: String, _ fault: Fault) async throws(Fault) {
        let text = try Self.text(fault)
        let wall = clock.stamp().wall
        try await write { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET attempts = attempts + 1, failed_wall = ?, fault = ?
                    WHERE id = ? AND state = 'pending'
                    """,
                arguments: [wall, text, id])
        }
    }

    /// A message that has ended is left as it is: a late answer changes nothing.
    private func move(_ id: String, to state: OutboxState, fault: Fault?) async throws(Fault) {
        let stamp = clock.stamp()
        let text = try fault.map(Self.text)
        try await write { [sealer] db in
            let row = try Row.fetchOne(
                db, sql: "SELECT visit, revision, body FROM outbox WHERE id = ? AND state = 'pending'",
                arguments: [id])
            guard let row else { return }
            let revision = try row.decode(Int64.self, forColumn: "revision") &+ 1
            var chain = try AuditChain(db, at: stamp)
            let content = AuditLink.content(
                visit: try row.decode(forColumn: "visit"), state: state.rawValue,
                sealed: try row.bytes("body"))
            let link = try chain.append(db, kind: "outbox", ref: id, revision: revision, content: content)
            try db.execute(
                sql: """
                    UPDATE outbox SET state = ?, revision = ?, last_link = ?, fault = ?,
                        attempts = attempts + ?, failed_wall = COALESCE(?, failed_wall)
                    WHERE id = ?
                    """,
                arguments: [
                    state.rawValue, revision, link, text, fault == nil ? 0 : 1,
                    fault == nil ? nil : stamp.wall, id,
                ])
            try chain.seal(db, sealer)
        }
    }

    private static func text(_ fault: Fault) throws(Fault) -> String {
        String(decoding: try StoredJSON.encode(fault, kind: "fault"), as: UTF8.self)
    }
}
