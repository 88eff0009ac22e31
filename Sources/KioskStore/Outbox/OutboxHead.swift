import GRDB
import KioskModel

/// A waiting message without its bytes: what the order of sending is decided by.
public struct OutboxHead: Sendable, Hashable {
    public let id: String
    /// Place in the queue; 0 for telemetry, which has none.
    public let sequence: Int64
    public let visit: VisitID?
    public let priority: OutboxPriority
    /// Bytes of the message as it will be sent.
    public let size: Int
    /// Held back by a person.
    public let isHeld: Bool
    public let queuedAt: Stamp
}

extension OutboxHead {
    /// A state report's, which has no place in the queue.
    public init(report: OutboxEntry) {
        self.init(
            id: report.item.id, sequence: 0, visit: nil, priority: .telemetry, size: report.item.body.count,
            isHeld: false, queuedAt: report.queuedAt)
    }
}

extension Store {
    /// Up to `limit` waiting messages of one priority after a place in the queue, oldest first; held ones too.
    public func outboxHeads(
        _ priority: OutboxPriority, after sequence: Int64, limit: Int
    ) async throws(Fault) -> [OutboxHead] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT sequence, id, visit, size, held, boot, monotonic, wall, quality FROM outbox
                    WHERE state = 'pending' AND priority = ? AND sequence > ? ORDER BY sequence LIMIT ?
                    """,
                arguments: [priority.rawValue, sequence, max(0, limit)])
            return try rows.map { row in
                OutboxHead(
                    id: try row.decode(forColumn: "id"), sequence: try row.decode(forColumn: "sequence"),
                    visit: try row.decode(forColumn: "visit"), priority: priority,
                    size: try row.decode(forColumn: "size"), isHeld: try row.decode(forColumn: "held"),
                    queuedAt: try row.stamp())
            }
        }
    }

    /// These messages with their bytes, in this order, as far as they still wait.
    public func outboxEntries(_ ids: [String]) async throws(Fault) -> [PendingItem] {
        let rows = try await read { [keys] db in
            try ids.compactMap { id in
                try OutboxRow.fetchOne(
                    db.cachedStatement(sql: "SELECT * FROM outbox WHERE id = ? AND state = 'pending'"), arguments: [id]
                ).map { ($0, try keys.key($0.key, db)) }
            }
        }
        return rows.map { row, key in row.open(key) }
    }
}
