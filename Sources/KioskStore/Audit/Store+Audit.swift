import Foundation
import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// Checks every link of the chain, then every record and message against its last link.
    ///
    /// Reads the whole store once, in bounded memory.
    public func verifyAudit() async throws(Fault) -> AuditReport {
        let rows = ArchivedRows(self)
        return try await read { [keys] db in
            var verifier = AuditVerifier(gaps: try AuditChain.gaps(db))
            var found = try Self.firstBrokenLink(db, &verifier)
            if found == nil { found = try Self.brokenEnd(db, try keys.store) }
            if found == nil { found = try Self.firstForeignRow(db, rows) }
            return AuditReport(
                links: verifier.sequence, head: Hex.encode(verifier.head), firstBreak: found,
                archiveBreak: rows.firstBreak)
        }
    }

    private static func firstBrokenLink(_ db: Database, _ verifier: inout AuditVerifier) throws
        -> AuditBreak?
    {
        let links = try Row.fetchCursor(db, sql: "SELECT * FROM audit ORDER BY seq")
        while let row = try links.next() {
            if let found = try verifier.take(row) { return found }
        }
        return nil
    }

    private static func brokenEnd(_ db: Database, _ sealer: Sealer) throws -> AuditBreak? {
        do {
            let last = try Row.fetchOne(db, sql: "SELECT * FROM audit ORDER BY seq DESC LIMIT 1")
            try AuditChain.checkHead(db, sealer, last: last)
            return nil
        } catch let fault as Fault {
            return AuditBreak(sequence: nil, row: nil, reason: fault.detail)
        }
    }

    /// The first row that is not what its last link says: changed, gone, put back, or never linked.
    private static func firstForeignRow(_ db: Database, _ archived: ArchivedRows) throws -> AuditBreak? {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT a.kind, a.ref, a.revision, a.content, a.boot, a.monotonic, a.wall, a.quality, MAX(a.seq) AS seq,
                    COALESCE(r.visit, o.visit) AS visit, COALESCE(r.state, o.state) AS state,
                    COALESCE(r.revision, o.revision) AS present, COALESCE(r.body, o.body) AS body
                FROM audit a
                LEFT JOIN record r ON r.kind = a.kind AND r.id = a.ref
                LEFT JOIN outbox o ON a.kind = 'outbox' AND o.id = a.ref
                WHERE a.kind NOT IN (\(AuditChain.kindsWithoutRow))
                GROUP BY a.kind, a.ref
                """)
        while let row = try rows.next() {
            let name =
                "\(try row.decode(String.self, forColumn: "kind"))/\(try row.decode(String.self, forColumn: "ref"))"
            let sequence: Int64 = try row.decode(forColumn: "seq")
            guard let body = try row.decode(Data?.self, forColumn: "body") else {
                if try AuditChain.isStatedGone(db, name, after: sequence) { continue }
                if archived.answers(for: try AuditLink(row)) { continue }
                return AuditBreak(sequence: sequence, row: name, reason: "\(name) is gone")
            }
            let content = AuditLink.content(
                visit: try row.decode(forColumn: "visit"), state: try row.decode(forColumn: "state"),
                sealed: Array(body))
            let revision: Int64 = try row.decode(forColumn: "revision")
            guard try row.decode(Int64.self, forColumn: "present") == revision,
                try row.bytes("content") == content
            else {
                return AuditBreak(sequence: sequence, row: name, reason: "\(name) was changed")
            }
        }
        return try firstUnlinkedRow(db)
    }

    private static func firstUnlinkedRow(_ db: Database) throws -> AuditBreak? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT kind, id FROM record r
                WHERE NOT EXISTS (SELECT 1 FROM audit a WHERE a.kind = r.kind AND a.ref = r.id)
                UNION ALL
                SELECT 'outbox', id FROM outbox o
                WHERE NOT EXISTS (SELECT 1 FROM audit a WHERE a.kind = 'outbox' AND a.ref = o.id)
                LIMIT 1
                """)
        guard let row else { return nil }
        let name =
            "\(try row.decode(String.self, forColumn: "kind"))/\(try row.decode(String.self, forColumn: "id"))"
        return AuditBreak(sequence: nil, row: name, reason: "\(name) is in no link")
    }
}
