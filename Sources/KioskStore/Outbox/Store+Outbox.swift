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
        _ item: OutboxItem, at stamp: Stamp, _ db: Database, _ chain: inout AuditChain,
        _ key: (id: String, key: Sealer)
    ) throws {
        if let visit = item.visit {
            // What a visit has queued before must not come after this: it gets the same urgency, also where it was
            // refused and is put back one day.
            // The pluses keep SQLite to the index by visit; by state and priority it would go through the whole queue.
            try db.executeCached(
                "UPDATE outbox SET priority = ? WHERE visit = ? AND +state <> 'acknowledged' AND +priority > ?",
                [.init(item.priority.rawValue), .text(visit), .init(item.priority.rawValue)])
        }
        let sealed = try OutboxRow.seal(item, key.key)
        let state = OutboxState.pending.rawValue
        let link = try chain.append(
            db, kind: "outbox", ref: item.id, revision: 1,
            content: AuditLink.content(visit: item.visit, state: state, sealed: sealed))
        try db.executeCached(
            """
            INSERT INTO outbox (id, kind, visit, state, revision, size, body, attempts, boot, monotonic, wall,
                quality, last_link, priority, key)
            VALUES (?, ?, ?, ?, 1, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(item.id), .text(item.kind), .init(item.visit), .text(state), .init(item.body.count),
                .blob(sealed),
                .text(stamp.boot), .integer(Int64(clamping: stamp.monotonic)), .integer(stamp.wall),
                .text(stamp.quality.rawValue), .integer(link), .init(item.priority.rawValue), .text(key.id),
            ])
    }

    /// Up to `limit` messages that wait, oldest first, after a place in the queue.
    public func pendingOutbox(after sequence: Int64 = 0, limit: Int) async throws(Fault)
        -> [PendingItem]
    {
        let rows = try await read { [keys] db in
            try OutboxRow.fetchAll(
                db,
                sql:
                    "SELECT * FROM outbox WHERE state = 'pending' AND sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [sequence, max(0, limit)]
            ).map { ($0, try keys.key($0.key, db)) }
        }
        return rows.map { row, key in row.open(key) }
    }

    /// One message with its bytes, whatever its state; nil where there is none.
    public func outboxMessage(_ id: String) async throws(Fault) -> PendingItem? {
        let found = try await read { [keys] db in
            try OutboxRow.fetchOne(db, sql: "SELECT * FROM outbox WHERE id = ?", arguments: [id])
                .map { ($0, try keys.key($0.key, db)) }
        }
        return found.map { row, key in row.open(key) }
    }

    /// The platform has it; the row stays, acknowledged.
    public func markAcknowledged(_ id: String) async throws(Fault) { try await markAcknowledged([id]) }

    /// The platform has all of them: one transaction, one sync of the disk.
    ///
    /// With a visit's message it has what earlier ones of that visit and kind say: those are acknowledged, too, whether
    /// they wait or were refused, and keep why.
    public func markAcknowledged(_ ids: [String]) async throws(Fault) {
        try await move(ids, from: .pending, to: .acknowledged, fault: nil)
    }

    /// Takes a message out of the queue and keeps it, with the reason.
    public func quarantine(_ id: String, _ fault: Fault) async throws(Fault) {
        try await move([id], from: .pending, to: .quarantined, fault: fault)
    }

    /// Puts a quarantined message back into its old place in the queue; what was wrong with it is forgotten. Where the
    /// platform has a later one of its visit and kind, it is not sent over that: it is acknowledged, with the reason.
    ///
    /// Throws `apiNotFound`, or `syncMessageState` where it is not quarantined.
    public func requeue(_ id: String) async throws(Fault) {
        try await require(id, .quarantined)
        try await move([id], from: .quarantined, to: .pending, fault: nil)
        signal.notify()
    }

    /// Puts every quarantined message back into its old place in the queue.
    public func requeueAll() async throws(Fault) {
        let ids = try await read { db in
            try String.fetchAll(db, sql: "SELECT id FROM outbox WHERE state = 'quarantined' ORDER BY sequence")
        }
        // A visit may write between two of these.
        for start in stride(from: 0, to: ids.count, by: 500) {
            try await move(
                Array(ids[start..<min(start + 500, ids.count)]), from: .quarantined, to: .pending, fault: nil)
        }
        signal.notify()
    }

    /// Puts those of these messages that are quarantined back into their old places, and keeps with all that wait why
    /// sending them failed; nil where it did not.
    public func requeue(_ ids: [String], after fault: Fault?) async throws(Fault) {
        try await move(ids, from: .quarantined, to: .pending, fault: nil)
        if let fault { try await markFailed(ids, fault) } else { signal.notify() }
    }

    /// Keeps a waiting message, and those of its visit behind it, from being sent until it is released.
    ///
    /// Throws `apiNotFound`, or `syncMessageState` where it does not wait.
    public func hold(_ id: String, _ held: Bool) async throws(Fault) {
        try await require(id, .pending)
        try await write { db in
            try db.execute(
                sql: "UPDATE outbox SET held = ? WHERE id = ? AND state = 'pending'", arguments: [held, id])
        }
        if !held { signal.notify() }
    }

    /// Sending failed; it stays queued. One more is added to `attempts`.
    public func markFailed(_ id: String, _ fault: Fault) async throws(Fault) { try await markFailed([id], fault) }

    /// Sending failed; all of them stay queued.
    public func markFailed(_ ids: [String], _ fault: Fault) async throws(Fault) {
        let text = try Self.text(fault)
        let wall = clock.stamp().wall
        try await write { db in
            for id in ids {
                try db.execute(
                    sql: """
                        UPDATE outbox SET attempts = attempts + 1, failed_wall = ?, fault = ?
                        WHERE id = ? AND state = 'pending'
                        """,
                    arguments: [wall, text, id])
            }
        }
    }

    private func require(_ id: String, _ wanted: OutboxState) async throws(Fault) {
        let row = try await read { db in
            try Row.fetchOne(db, sql: "SELECT state, fault FROM outbox WHERE id = ?", arguments: [id]).map { row in
                (
                    state: try row.decode(String.self, forColumn: "state"),
                    fault: try row.decode(String?.self, forColumn: "fault")
                )
            }
        }
        guard let row else { throw Fault(.apiNotFound, "message \(id)") }
        guard row.state != wanted.rawValue else { return }
        let settled = row.state == OutboxState.acknowledged.rawValue ? Self.fault(row.fault)?.detail : nil
        throw Fault(.syncMessageState, settled ?? "it is \(row.state)")
    }

    /// A message that has ended is left as it is: a late answer changes nothing. None comes back, or stays, to be sent
    /// after one that says all of it.
    private func move(
        _ ids: [String], from before: OutboxState, to state: OutboxState, fault: Fault?
    ) async throws(Fault) {
        let stamp = clock.stamp()
        let text = try fault.map(Self.text)
        try await write { [keys] db in
            var chain = try AuditChain(db, at: stamp)
            var moved = false
            for id in ids {
                guard let message = try OutboxStanding.find(id, before, db) else { continue }
                moved = true
                if state == .pending, let later = try message.successor(db) {
                    try Self.settle(message, by: later, db, &chain)
                    continue
                }
                try message.move(to: state, fault: text, failedAt: fault == nil ? nil : stamp.wall, db, &chain)
                guard state == .acknowledged else { continue }
                // One that can't be read stays where it is: it is not sent either, and the one that was taken is taken.
                for earlier in (try? message.predecessors(db)) ?? [] {
                    try Self.settle(earlier, by: message.sequence, db, &chain)
                }
            }
            if moved { try chain.seal(db, keys) }
        }
    }

    /// The platform has all of a message by a later one; what was said of it before is kept with the reason.
    private static func settle(
        _ message: OutboxStanding, by later: Int64, _ db: Database, _ chain: inout AuditChain
    ) throws {
        let before = Self.fault(message.fault).map { "; before that: \($0.code.rawValue) \($0.detail)" } ?? ""
        let reason = Fault(.syncMessageState, "message \(later) of its visit, which was taken, says all of it\(before)")
        try message.move(to: .acknowledged, fault: try Self.text(reason), db, &chain)
    }

    private static func text(_ fault: Fault) throws(Fault) -> String {
        String(decoding: try StoredJSON.encode(fault, kind: "fault"), as: UTF8.self)
    }
}
