import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// Makes a new archive of what a damaged one still holds: rows that are byte for byte as the store's chain has them.
///
/// Keys, and when a visit was changed last, come from the store, which knows both. A cut at any point leaves the damaged
/// archive in its place, or the finished new one beside it (`SalvageFiles`).
struct ArchiveSalvage {
    let files: SalvageFiles

    /// Gives how many rows were saved.
    func run(_ store: Database) throws -> (records: Int, messages: Int) {
        try files.prepare()
        let made = try DatabaseQueue(path: files.part, configuration: SalvageFiles.configuration)
        try Archive.migrator.migrate(made)
        try made.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        var counts = (records: 0, messages: 0)
        // An archive whose first page is gone gives nothing.
        if let damaged = try? DatabaseQueue(path: files.copy, configuration: SalvageFiles.configuration) {
            counts = try made.write { new in
                try damaged.inDatabase { old in
                    (
                        try copy("record", from: old, to: new, by: store),
                        try copy("outbox", from: old, to: new, by: store)
                    )
                }
            }
            try? damaged.close()
        }
        try made.write { new in try complete(new, from: store) }
        try made.close()
        try files.finish()
        return counts
    }

    /// Kind and id of what the chain names and that is in neither file, nor stated to be gone.
    func lost(_ store: Database) throws -> [String] {
        let queue = try DatabaseQueue(path: files.finished, configuration: SalvageFiles.configuration)
        defer { try? queue.close() }
        let missing = try Salvage.lost(store)
        return try queue.read { new in try missing.filter { try !Salvage.holds(new, $0) } }
    }

    private func copy(_ table: String, from old: Database, to new: Database, by store: Database) throws -> Int {
        guard (try? old.tableExists(table)) == true else { return 0 }
        let ceiling = try Int64.fetchOne(store, sql: "SELECT MAX(seq) FROM audit") ?? 0
        var saved = 0
        _ = try DamagedTable(name: table, ceiling: ceiling).read(old) { row in
            guard let link = try lastLink(of: row, table, store), Self.fits(row, link) else { return }
            // Its time had come, and the cut came before it was deleted.
            let name = "\(link["kind"] as String)/\(link["ref"] as String)"
            if try AuditChain.isStatedGone(store, name, after: 0) { return }
            if Salvage.insert(row, into: table, new) { saved += 1 }
        }
        return saved
    }

    private func lastLink(of row: Row, _ table: String, _ store: Database) throws -> Row? {
        guard let id = String.fromDatabaseValue(row["id"]) else { return nil }
        let kind = table == "outbox" ? "outbox" : String.fromDatabaseValue(row["kind"])
        return try Row.fetchOne(
            store, sql: "SELECT * FROM audit WHERE kind = ? AND ref = ? ORDER BY seq DESC LIMIT 1",
            arguments: [kind, id])
    }

    /// False too where a column is not even of its type.
    private static func fits(_ row: Row, _ link: Row) -> Bool {
        guard let visit = String.fromDatabaseValue(row["visit"]), let state = String.fromDatabaseValue(row["state"]),
            let revision = Int64.fromDatabaseValue(row["revision"]), let body = Data.fromDatabaseValue(row["body"]),
            let wanted = Int64.fromDatabaseValue(link["revision"]),
            let content = Data.fromDatabaseValue(link["content"])
        else { return false }
        return revision == wanted
            && AuditLink.content(visit: visit, state: state, sealed: Array(body)) == Array(content)
    }

    /// The table of visits and the copies of their keys.
    private func complete(_ new: Database, from store: Database) throws {
        let visits = try String.fetchAll(new, sql: "SELECT visit FROM record UNION SELECT visit FROM outbox")
        var keys: Set<String> = []
        for visit in visits {
            let key = try String.fetchOne(store, sql: "SELECT key FROM visit_key WHERE visit = ?", arguments: [visit])
            guard let key else { continue }
            let links = try Int64.fetchAll(
                new,
                sql: """
                    SELECT last_link FROM record WHERE visit = :visit
                    UNION ALL SELECT last_link FROM outbox WHERE visit = :visit
                    """, arguments: ["visit": visit])
            let wall = try links.compactMap { link in
                try Int64.fetchOne(store, sql: "SELECT wall FROM audit WHERE seq = ?", arguments: [link])
            }.max()
            try new.execute(
                sql: "INSERT OR REPLACE INTO visit (visit, key, wall) VALUES (?, ?, ?)",
                arguments: [visit, key, wall ?? 0])
            keys.insert(key)
        }
        for key in keys {
            let rows = try ArchivedVisit.rows(
                store, "data_key", ArchivedVisit.keyColumns, "id = ? AND condemned = 0", [key])
            try ArchivedVisit.put(rows, into: "data_key", ArchivedVisit.keyColumns, new)
        }
        let own = try ArchivedVisit.rows(store, "data_key", ArchivedVisit.keyColumns, "scope = 'store'", [])
        try ArchivedVisit.put(own, into: "data_key", ArchivedVisit.keyColumns, new)
    }
}
