import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// Everything of one visit, on its way from the store to the archive.
struct ArchivedVisit {
    private static let recordColumns = "kind, id, visit, state, revision, body, key, first_link, last_link"
    private static let outboxColumns = """
        sequence, id, kind, visit, state, revision, size, body, attempts, boot, monotonic, wall, quality, failed_wall, \
        fault, last_link, key
        """
    static let keyColumns =
        "id, scope, patient, kiosk_key, wrap, recovery_key, recovery_wrap, condemned"

    /// Visits that have ended, whose every message the platform has, and that nothing has touched since `cutoff`
    /// (milliseconds since 1970); the oldest first.
    ///
    /// One with a box of which nobody knows what became is still to be settled, and nothing of a visit changes in the
    /// archive: it is due only where nothing has touched it since `unsettled`. `visit`: asks of this one alone.
    static func due(
        _ db: Database, before cutoff: Int64, unsettled: Int64?, visit: VisitID? = nil, limit: Int
    ) throws -> [VisitID] {
        try String.fetchAll(
            db,
            sql: """
                SELECT r.id FROM record r
                WHERE r.kind = 'visit' AND (:visit IS NULL OR r.id = :visit) AND r.state IN ('closed', 'aborted') AND r.visit = r.id
                    AND EXISTS (SELECT 1 FROM outbox o WHERE o.visit = r.id)
                    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.visit = r.id AND o.state <> 'acknowledged')
                    AND (SELECT MAX(\(changedAt)) FROM audit a WHERE a.seq IN (\(lastLinks)))
                        < CASE WHEN EXISTS (\(openOrders)) THEN :unsettled ELSE :cutoff END
                ORDER BY r.first_link LIMIT :limit
                """, arguments: ["visit": visit, "cutoff": cutoff, "unsettled": unsettled, "limit": limit])
    }

    private static let openOrders = """
        SELECT 1 FROM record d WHERE d.visit = r.id AND d.kind = 'dispense' AND d.state IN ('intended', 'unknown')
        """

    private static let lastLinks = """
        SELECT last_link FROM record WHERE visit = r.id UNION ALL SELECT last_link FROM outbox WHERE visit = r.id
        """

    /// When a link was written: what the clock said, or, where that was known to be wrong, what it said when it was
    /// right again, which is no earlier. Until then the link has no age.
    static let changedAt = """
        CASE a.quality WHEN 'untrusted' THEN COALESCE(
            (SELECT b.wall FROM audit b WHERE b.seq > a.seq AND b.quality <> 'untrusted' ORDER BY b.seq LIMIT 1), :cutoff)
        ELSE a.wall END
        """

    /// When a visit in the store was last changed, in milliseconds since 1970; nil where none of it is there, `cutoff`
    /// where that is not known.
    static func lastChange(_ db: Database, _ visit: VisitID, before cutoff: Int64) throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT MAX(\(changedAt)) FROM audit a WHERE a.seq IN (
                    SELECT last_link FROM record WHERE visit = :visit
                    UNION ALL SELECT last_link FROM outbox WHERE visit = :visit)
                """, arguments: ["visit": visit, "cutoff": cutoff])
    }

    /// Copies a visit's rows into the archive, durably; doing it twice changes nothing.
    static func copy(_ visit: VisitID, from db: Database, to archive: Archive, before cutoff: Int64) throws {
        let key = try String.fetchOne(db, sql: "SELECT key FROM visit_key WHERE visit = ?", arguments: [visit])
        guard let key, let wall = try lastChange(db, visit, before: cutoff) else {
            throw Fault(.storeDamaged, "visit/\(visit) has no key")
        }
        let records = try rows(db, "record", recordColumns, "visit = ?", [visit])
        let messages = try rows(db, "outbox", outboxColumns, "visit = ?", [visit])
        let keys = try rows(db, "data_key", keyColumns, "id = ? OR scope = 'store'", [key])
        try archive.write { old in
            try put(records, into: "record", recordColumns, old)
            try put(messages, into: "outbox", outboxColumns, old)
            try put(keys, into: "data_key", keyColumns, old)
            try old.execute(
                sql: "INSERT OR REPLACE INTO visit (visit, key, wall) VALUES (?, ?, ?)", arguments: [visit, key, wall])
        }
    }

    static func rows(
        _ db: Database, _ table: String, _ columns: String, _ condition: String, _ arguments: StatementArguments
    ) throws -> [Row] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM \(table) WHERE \(condition)", arguments: arguments)
    }

    static func put(_ rows: [Row], into table: String, _ columns: String, _ db: Database) throws {
        for row in rows {
            let values: [DatabaseValue] = Array(row.databaseValues)
            let marks = values.map { _ in "?" }.joined(separator: ", ")
            try db.execute(
                sql: "INSERT OR REPLACE INTO \(table) (\(columns)) VALUES (\(marks))",
                arguments: StatementArguments(values))
        }
    }
}
