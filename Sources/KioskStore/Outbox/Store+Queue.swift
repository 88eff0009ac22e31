import Foundation
import GRDB
import KioskModel

extension Store {
    /// How many messages wait or are quarantined, and the last trouble: the store's own, where it is damaged.
    public func queueSummary() async throws(Fault) -> QueueSummary {
        let now = clock.stamp()
        let oldest = try await readWhereWhole { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT boot, monotonic, wall, quality FROM outbox WHERE state = 'pending'
                    ORDER BY sequence LIMIT 1
                    """
            ).map { try $0.stamp() }
        }
        let fault = try await readWhereWhole { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT fault FROM outbox WHERE state IN ('pending', 'quarantined') AND fault IS NOT NULL
                    ORDER BY failed_wall DESC, sequence DESC LIMIT 1
                    """)
        }
        // By the index alone, which tells how many there are even where a message can't be read.
        let (pending, quarantined) = try await read { db in
            (try Self.count(db, .pending), try Self.count(db, .quarantined))
        }
        return QueueSummary(
            pending: pending, quarantined: quarantined,
            oldestSeconds: (oldest ?? nil).map { Self.seconds(from: $0, to: now) },
            lastFault: damage ?? Self.fault(fault ?? nil))
    }

    /// The queue's messages without their bytes: those that were refused, those that wait, then those that the platform
    /// has; of each the newest first.
    public func queueItems(limit: Int) async throws(Fault) -> [QueueItemView] {
        try await read { db in
            var items: [QueueItemView] = []
            for state in [OutboxState.quarantined, .pending, .acknowledged] where items.count < limit {
                let rows = try Row.fetchAll(
                    db, sql: "SELECT * FROM outbox WHERE state = ? ORDER BY sequence DESC LIMIT ?",
                    arguments: [state.rawValue, limit - items.count])
                items += try rows.map(Self.view)
            }
            return items
        }
    }

    /// One message, without its bytes; nil where there is none.
    public func queueItem(_ id: String) async throws(Fault) -> QueueItemView? {
        try await read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM outbox WHERE id = ?", arguments: [id]).map(Self.view)
        }
    }

    /// How many messages a person holds back; none where that can't be read.
    public func heldMessages() async throws(Fault) -> Int {
        try await readWhereWhole { db in
            try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM outbox WHERE state = 'pending' AND held = 1") ?? 0
        } ?? 0
    }

    /// Gives every message that waits or is quarantined, one after the other.
    public func eachOutboxMessage(_ take: (PendingItem) -> Void) async throws(Fault) {
        var after: Int64 = 0
        while true {
            let place = after
            let rows = try await read { [keys] db in
                try OutboxRow.fetchAll(
                    db,
                    sql: """
                        SELECT * FROM outbox WHERE state <> 'acknowledged' AND sequence > ? ORDER BY sequence LIMIT 16
                        """,
                    arguments: [place]
                ).map { ($0, try keys.key($0.key, db)) }
            }
            guard !rows.isEmpty else { return }
            for item in rows.map({ row, key in row.open(key) }) {
                after = item.sequence
                take(item)
            }
        }
    }

    /// `none`, `pending`, `acknowledged` or `quarantined`: the worst of the visit's messages.
    public func syncState(of visit: VisitID) async throws(Fault) -> String {
        try await read { db in
            let states = try Set(
                String.fetchAll(db, sql: "SELECT state FROM outbox WHERE visit = ?", arguments: [visit]))
            let worst = [OutboxState.quarantined, .pending, .acknowledged].first {
                states.contains($0.rawValue)
            }
            if let worst { return worst.rawValue }
            return try AuditChain.isArchived(db, visit) ? OutboxState.acknowledged.rawValue : "none"
        }
    }

    private static func count(_ db: Database, _ state: OutboxState) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT COUNT(*) FROM outbox WHERE state = ?", arguments: [state.rawValue]) ?? 0
    }

    private static func view(_ row: Row) throws -> QueueItemView {
        var view = QueueItemView(
            id: try row.decode(forColumn: "id"), sequence: try row.decode(forColumn: "sequence"),
            kind: try row.decode(forColumn: "kind"), visit: try row.decode(forColumn: "visit"),
            state: try row.decode(forColumn: "state"), attempts: try row.decode(forColumn: "attempts"),
            bytes: try row.decode(forColumn: "size"), queuedAt: try row.stamp(),
            fault: fault(try row.decode(forColumn: "fault")))
        view.priority = try row.decode(forColumn: "priority")
        view.held = try row.decode(forColumn: "held")
        return view
    }

    /// What a row keeps of its last trouble.
    static func fault(_ text: String?) -> Fault? {
        text.flatMap { try? JSONDecoder().decode(Fault.self, from: Data($0.utf8)) }
    }

    /// By the monotonic clock within one boot, by the wall clock across boots; never negative.
    private static func seconds(from start: Stamp, to end: Stamp) -> Double {
        if start.boot == end.boot {
            return max(0, (Double(end.monotonic) - Double(start.monotonic)) / 1e9)
        }
        return max(0, (Double(end.wall) - Double(start.wall)) / 1000)
    }
}
