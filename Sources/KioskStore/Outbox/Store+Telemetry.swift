import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// Telemetry is no record: one message of each kind waits at most, outside the audit chain, and may be left out.
extension Store {
    /// Queues a state report in place of the one of its kind that was not sent.
    public func putTelemetry(_ item: OutboxItem) async throws(Fault) {
        let sealed = try OutboxRow.seal(item, try keys.store)
        let stamp = clock.stamp()
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO telemetry (kind, id, body, boot, monotonic, wall, quality)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (kind) DO UPDATE SET id = excluded.id, body = excluded.body, boot = excluded.boot,
                        monotonic = excluded.monotonic, wall = excluded.wall, quality = excluded.quality
                    """,
                arguments: [
                    item.kind, item.id, sealed.data, stamp.boot, Int64(clamping: stamp.monotonic), stamp.wall,
                    stamp.quality.rawValue,
                ])
        }
        signal.notify()
    }

    /// The state reports that wait. One that does not open is left out: the next replaces it.
    public func telemetry() async throws(Fault) -> [OutboxEntry] {
        let rows = try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM telemetry ORDER BY kind").map { row in
                (
                    kind: try row.decode(String.self, forColumn: "kind"),
                    id: try row.decode(String.self, forColumn: "id"),
                    body: try row.bytes("body"), at: try row.stamp()
                )
            }
        }
        let sealer = try keys.store
        return rows.compactMap { row in
            guard let body = OutboxRow.body(row.body, id: row.id, sealer) else { return nil }
            let item = OutboxItem(id: row.id, kind: row.kind, visit: nil, body: body, priority: .telemetry)
            return OutboxEntry(item: item, sequence: 0, digest: Digest.sha256(body), attempts: 0, queuedAt: row.at)
        }
    }

    /// The platform has it, or will never take it.
    public func removeTelemetry(_ id: String) async throws(Fault) {
        try await write { db in try db.execute(sql: "DELETE FROM telemetry WHERE id = ?", arguments: [id]) }
    }
}
