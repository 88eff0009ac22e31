import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// Makes a new store of what a damaged one still holds, and writes what is missing into the audit chain.
///
/// Links that it adds: `salvage` (ref: where the damaged files are), `salvage-gap` (ref: first and last missing
/// link), `salvage-lost` (ref: kind and id of a row that is gone), and one link for each row that is there but not as
/// the chain last had it.
struct Salvage {
    let files: SalvageFiles
    let keys: KeyRing
    let stamp: Stamp
    /// Counters that must be there afterwards.
    let counters: [String]

    /// More than can be lost of a counter with a lost log.
    private static let margin: UInt64 = 100_000

    func run(reason: String) throws -> SalvageReport {
        try files.prepare()
        var report = SalvageReport(reason: reason, keptIn: files.keptIn())
        let made = try DatabaseQueue(path: files.part, configuration: SalvageFiles.configuration)
        try Schema.migrator.migrate(made)
        let damaged = try openDamaged(made)
        try made.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        try made.write { db in
            // Outside a transaction: on a damaged file its end can fail too.
            try damaged.inDatabase { old in
                let found = try KeySalvage(keys: keys, archive: try? files.archive()).copy(old, db)
                try copy(old, db, found, &report)
            }
        }
        try damaged.close()
        try made.close()
        try files.finish()
        return report
    }

    /// Where a page of the schema is damaged, those of a new store take its place: the tables lie at the same pages.
    private func openDamaged(_ made: DatabaseQueue) throws -> DatabaseQueue {
        func readable() throws -> DatabaseQueue? {
            guard let queue = try? DatabaseQueue(path: files.copy, configuration: SalvageFiles.configuration) else {
                return nil
            }
            let tables = "'meta', 'audit', 'record', 'outbox', 'counter', 'reply'"
            let sql = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name IN (\(tables))"
            if (try? queue.inDatabase({ try Int.fetchOne($0, sql: sql) })) == 6 { return queue }
            try queue.close()
            return nil
        }
        if let queue = try readable() { return queue }
        try graftSchema(made)
        guard let queue = try readable() else {
            // Not even the pages' size is left: the new store begins empty, the damaged file stays for a laboratory.
            let empty = try DatabaseQueue()
            try Schema.migrator.migrate(empty)
            return empty
        }
        return queue
    }

    private func graftSchema(_ made: DatabaseQueue) throws {
        let page = 4096
        var bytes = (try? Data(contentsOf: URL(fileURLWithPath: files.copy))) ?? Data()
        let fresh = try Data(contentsOf: URL(fileURLWithPath: files.part))
        var first = fresh.prefix(page)
        guard first.count == page, bytes.count >= page else { return }
        let others = try made.read { db in
            try Int.fetchAll(db, sql: "SELECT pageno FROM dbstat WHERE name = 'sqlite_schema' AND pageno > 1")
        }
        for number in others where number * page <= min(bytes.count, fresh.count) {
            let place = (number - 1) * page..<number * page
            bytes.replaceSubrange(place, with: fresh[place])
        }
        // Pages in the file, and no free ones (SQLite file format, section 1.3).
        let pages = withUnsafeBytes(of: UInt32(clamping: bytes.count / page).bigEndian) { Data($0) }
        first.replaceSubrange(28..<32, with: pages)
        first.replaceSubrange(32..<40, with: Data(count: 8))
        bytes.replaceSubrange(0..<page, with: first)
        try bytes.write(to: URL(fileURLWithPath: files.copy))
        try? FileManager.default.removeItem(atPath: files.copy + "-shm")
    }

    // MARK: Rows

    private func copy(
        _ old: Database, _ db: Database, _ found: KeySalvage.Found, _ report: inout SalvageReport
    ) throws {
        let end = oldHead(old, found)
        try copyLinks(old, db, upTo: end?.sequence ?? 0)
        var chain = try AuditChain(db, at: stamp)
        if let end, end.sequence > chain.sequence { chain.jump(to: end.sequence, head: end.head) }
        report.gaps = try Self.gaps(db, upTo: chain.sequence)

        var opened = 0
        var unopened = 0
        var stale: [(kind: String, id: String, revision: Int64, content: [UInt8])] = []
        func judge(_ row: Row, kind: String, context: String, place: String) throws -> Bool {
            let body = try row.bytes("body")
            let id = try row.decode(String.self, forColumn: "id")
            switch try keys.key(String.fromDatabaseValue(row["key"]) ?? found.legacy, db) {
            case .open(let key) where (try? key.open(body, context: context)) != nil: opened += 1
            // Nothing opens it any more: the chain alone says whether it is as it was.
            case .erased: break
            case .open, .lost:
                unopened += 1
                return false
            }
            let revision = try row.decode(Int64.self, forColumn: "revision")
            let content = AuditLink.content(
                visit: try row.decode(forColumn: "visit"), state: try row.decode(forColumn: "state"), sealed: body)
            guard Self.insert(row, into: place, db, key: found.legacy) else { return false }
            let last = try Row.fetchOne(
                db, sql: "SELECT revision, content FROM audit WHERE kind = ? AND ref = ? ORDER BY seq DESC LIMIT 1",
                arguments: [kind, id])
            let lastRevision = try last?.decode(Int64.self, forColumn: "revision")
            let lastContent = try last?.bytes("content")
            if lastRevision != revision || lastContent != content {
                stale.append((kind, id, revision, content))
            }
            return true
        }
        let ceiling = max(chain.sequence, 1)
        _ = try DamagedTable(name: "record", ceiling: ceiling).read(old) { row in
            guard let kind = String.fromDatabaseValue(row["kind"]), let id = String.fromDatabaseValue(row["id"]),
                let revision = Int64.fromDatabaseValue(row["revision"])
            else { return }
            let context = RecordRow.context(kind, id, revision)
            if (try? judge(row, kind: kind, context: context, place: "record")) == true { report.records += 1 }
        }
        _ = try DamagedTable(name: "outbox", ceiling: ceiling).read(old) { row in
            guard let id = String.fromDatabaseValue(row["id"]) else { return }
            let context = OutboxRow.context(id)
            if (try? judge(row, kind: "outbox", context: context, place: "outbox")) == true { report.messages += 1 }
        }
        guard opened > 0 || unopened == 0 || found.areKeysKnown else {
            throw Fault(.storeKeyWrong, "this key opens no row of the store")
        }
        _ = try DamagedTable(name: "reply", ceiling: ceiling).read(old) {
            _ = Self.insert($0, into: "reply", db, key: found.legacy)
        }
        _ = try DamagedTable(name: "checkpoint", ceiling: ceiling).read(old) { row in
            // Of a link that is gone nothing can be proven.
            if let seq = Int64.fromDatabaseValue(row["seq"]), seq <= chain.sequence {
                _ = Self.insert(row, into: "checkpoint", db)
            }
        }
        try KeySalvage.completeVisitKeys(db)
        try copyCounters(old, db)

        report.older = stale.map { "\($0.kind)/\($0.id)" }
        // An archive that can't be read holds nothing that can be shown to be there.
        let archive = try? files.archive()
        report.lost = try Self.lost(db).filter { name in
            !((try? archive?.read { try Self.holds($0, name) }) ?? false)
        }
        try append(report, stale, db, &chain)
    }

    /// The chain's end as it was sealed; nil where it can't be read.
    private func oldHead(_ old: Database, _ found: KeySalvage.Found) -> (sequence: Int64, head: [UInt8])? {
        for key in [try? keys.store, found.firstVersion].compactMap({ $0 }) {
            if let head = (try? AuditChain.sealedHead(old, key)) ?? nil { return head }
        }
        return nil
    }

    private func copyLinks(_ old: Database, _ db: Database, upTo ceiling: Int64) throws {
        _ = try DamagedTable(name: "audit", ceiling: ceiling).read(old) { _ = Self.insert($0, into: "audit", db) }
        // A link that is not as it was written is as good as gone.
        var previous: (sequence: Int64, hash: [UInt8]) = (0, AuditLink.start)
        var wrong: [Int64] = []
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM audit ORDER BY seq")
        while let row = try rows.next() {
            let link = try AuditLink(row)
            let hash = try row.bytes("hash")
            if link.sequence - 1 == previous.sequence, link.hash(after: previous.hash) != hash {
                wrong.append(link.sequence)
            } else {
                previous = (link.sequence, hash)
            }
        }
        for sequence in wrong { try db.execute(sql: "DELETE FROM audit WHERE seq = ?", arguments: [sequence]) }
    }

    private func copyCounters(_ old: Database, _ db: Database) throws {
        var found: [String: UInt64] = [:]
        _ = try DamagedTable(name: "counter", ceiling: 1000).read(old) { row in
            guard let name = String.fromDatabaseValue(row["name"]), let value = Int64.fromDatabaseValue(row["value"])
            else { return }
            found[name] = UInt64(clamping: value)
        }
        // A number given twice is worse than a gap in the numbers.
        for name in counters where found[name] == nil { found[name] = UInt64(clamping: stamp.wall / 1000) }
        for (name, value) in found {
            try Counter.raise(db, name, to: value.addingReportingOverflow(Self.margin).partialValue)
        }
    }

    private func append(
        _ report: SalvageReport, _ stale: [(kind: String, id: String, revision: Int64, content: [UInt8])],
        _ db: Database, _ chain: inout AuditChain
    ) throws {
        let nothing = Digest.sha256([])
        let folder = (report.keptIn as NSString).lastPathComponent
        _ = try chain.append(db, kind: AuditLinkKind.salvage, ref: folder, revision: 1, content: nothing)
        for gap in report.gaps {
            _ = try chain.append(db, kind: AuditLinkKind.salvageGap, ref: gap, revision: 1, content: nothing)
        }
        for name in report.lost {
            _ = try chain.append(db, kind: AuditLinkKind.salvageLost, ref: name, revision: 1, content: nothing)
        }
        for row in stale {
            let link = try chain.append(
                db, kind: row.kind, ref: row.id, revision: row.revision, content: row.content)
            let sql =
                row.kind == "outbox"
                ? "UPDATE outbox SET last_link = ? WHERE 'outbox' = ? AND id = ?"
                : "UPDATE record SET last_link = ? WHERE kind = ? AND id = ?"
            try db.execute(sql: sql, arguments: [link, row.kind, row.id])
        }
        try chain.seal(db, keys)
    }

    // MARK: What is missing

    /// Whether the archive has a row, by kind and id.
    static func holds(_ archive: Database, _ name: String) throws -> Bool {
        let isMessage = name.hasPrefix("outbox/")
        let table = isMessage ? "outbox WHERE 'outbox/' || id = ?" : "record WHERE kind || '/' || id = ?"
        return try Bool.fetchOne(archive, sql: "SELECT EXISTS (SELECT 1 FROM \(table))", arguments: [name]) ?? false
    }

    /// `key`: what stands in the row's column `key` where it has none.
    static func insert(_ row: Row, into table: String, _ db: Database, key: String? = nil) -> Bool {
        var columns = Array(row.columnNames.filter { $0 != "place" })
        var values: [DatabaseValue] = columns.map { row[$0] }
        if table == "reply", !columns.contains("token") { columns = columns.map { $0 == "key" ? "token" : $0 } }
        if let key {
            let place = columns.firstIndex(of: "key") ?? columns.endIndex
            if place == columns.endIndex {
                columns.append("key")
                values.append(key.databaseValue)
            } else if values[place].isNull {
                values[place] = key.databaseValue
            }
        }
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        let sql = "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))"
        return (try? db.execute(sql: sql, arguments: StatementArguments(values))) != nil
    }

    /// Missing links as `first-last`, without those that an earlier salvage has stated.
    private static func gaps(_ db: Database, upTo end: Int64) throws -> [String] {
        let stated = try AuditChain.gaps(db)
        var gaps: [String] = []
        var next: Int64 = 1
        func missing(before sequence: Int64) {
            guard next < sequence else { return }
            let gap = AuditRange(first: next, last: sequence - 1)
            if !stated.contains(gap) { gaps.append(gap.text) }
        }
        for sequence in try Int64.fetchAll(db, sql: "SELECT seq FROM audit ORDER BY seq") {
            missing(before: sequence)
            next = sequence + 1
        }
        missing(before: end &+ 1)
        return gaps
    }

    static func lost(_ db: Database) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT DISTINCT a.kind || '/' || a.ref FROM audit a
                WHERE a.kind NOT IN (\(AuditChain.kindsWithoutRow))
                    AND NOT EXISTS (SELECT 1 FROM record r WHERE r.kind = a.kind AND r.id = a.ref)
                    AND NOT (a.kind = 'outbox' AND EXISTS (SELECT 1 FROM outbox o WHERE o.id = a.ref))
                    AND NOT EXISTS (
                        SELECT 1 FROM audit s WHERE s.kind IN ('salvage-lost', 'expired') AND s.ref = a.kind || '/' || a.ref)
                ORDER BY 1
                """)
    }
}
