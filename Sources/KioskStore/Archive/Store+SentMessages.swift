import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// Deletes messages of no visit (alerts, attendance) that the platform has and that nothing has touched since `cutoff`
    /// (milliseconds since 1970); the chain says so in the same transaction. A visit's messages go with their visit.
    ///
    /// Returns how many were deleted, at most `limit`.
    func dropSentMessages(before cutoff: Int64, limit: Int) async throws(Fault) -> Int {
        let stamp = clock.stamp()
        return try await write { [keys] db in
            let due = try String.fetchAll(
                db,
                sql: """
                    SELECT o.id FROM outbox o JOIN audit a ON a.seq = o.last_link
                    WHERE o.visit IS NULL AND o.state = 'acknowledged' AND \(ArchivedVisit.changedAt) < :cutoff
                    ORDER BY o.sequence LIMIT :limit
                    """, arguments: ["cutoff": cutoff, "limit": limit])
            guard !due.isEmpty else { return 0 }
            var chain = try AuditChain(db, at: stamp)
            for id in due {
                try chain.append(db, kind: AuditLinkKind.expired, ref: "outbox/\(id)")
                try db.executeCached("DELETE FROM outbox WHERE id = ?", [.text(id)])
            }
            try chain.seal(db, keys)
            return due.count
        }
    }
}
