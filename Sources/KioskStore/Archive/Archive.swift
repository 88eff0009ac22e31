import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// The file beside the store with the visits that the platform has: still sealed, and covered by the same chain.
///
/// One connection; a damaged archive is a trouble of its own and never keeps the kiosk from its next patient.
final class Archive: Sendable {
    private let queue: DatabaseQueue
    private let isReadOnly: Bool

    /// `kiosk.sqlite` has `kiosk-archive.sqlite`.
    static func path(beside store: String) -> String {
        let base = store.hasSuffix(".sqlite") ? String(store.dropLast(7)) : store
        return base + "-archive.sqlite"
    }

    /// Also where only what was left of it is there.
    static func exists(beside store: String) -> Bool {
        let files = StoreFiles(path: path(beside: store))
        return StoreFiles.size(files.path) ?? 0 > 0 || files.isExchangePending
            || StoreFiles.size(files.path + "-wal") != nil
    }

    /// Opens the archive of a store, making it where there is none. Throws `storeArchiveDamaged`.
    init(beside store: String) throws(Fault) {
        let files = StoreFiles(path: Self.path(beside: store))
        isReadOnly = false
        do {
            try Self.refuseDamaged(files)
            try files.refuseDamagedLog()
            if !files.exists { try files.create() }
            let queue = try DatabaseQueue(path: files.path, configuration: Store.configuration())
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
            }
            try Self.migrator.migrate(queue)
            self.queue = queue
        } catch {
            throw Self.fault(error, files.path)
        }
    }

    /// For reading alone; changes nothing. Throws `storeArchiveDamaged`.
    init(readOnlyBeside store: String) throws(Fault) {
        let files = StoreFiles(path: Self.path(beside: store))
        isReadOnly = true
        do {
            try Self.refuseDamaged(files)
            var configuration = Store.configuration()
            configuration.readonly = true
            queue = try DatabaseQueue(path: try files.readOnlyName(), configuration: configuration)
            _ = try queue.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM data_key") }
        } catch {
            throw Self.fault(error, files.path)
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw Self.fault(error, queue.path)
        }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.write(body)
        } catch {
            throw Self.fault(error, queue.path)
        }
    }

    /// Deletes for good: what is deleted is overwritten, and the log is emptied.
    func destroy(_ body: (Database) throws -> Void) throws {
        do {
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA secure_delete = ON")
                defer { try? db.execute(sql: "PRAGMA secure_delete = FAST") }
                try db.inTransaction {
                    try body(db)
                    return .commit
                }
                _ = try db.checkpoint(.truncate)
            }
        } catch {
            throw Self.fault(error, queue.path)
        }
    }

    func close() throws {
        if !isReadOnly { try? queue.writeWithoutTransaction { _ = try $0.checkpoint(.passive) } }
        try queue.close()
    }

    /// One that was found damaged, or whose file has vanished and left its log behind, is salvaged first.
    private static func refuseDamaged(_ files: StoreFiles) throws(Fault) {
        if let reason = files.mustBeSalvaged { throw Fault(.storeDamaged, reason) }
        try files.refuseVanished()
    }

    private static func fault(_ error: any Error, _ path: String) -> Fault {
        let fault = Fault(store: error)
        let isDamage = fault.code == .storeDamaged || (error as? DatabaseError)?.resultCode == .SQLITE_ERROR
        return isDamage ? Fault(.storeArchiveDamaged, "\(path): \(fault.detail)") : fault
    }

    /// The archive's tables; rows are the store's, byte for byte.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("a1-visits") { db in
            try db.execute(
                sql: """
                    CREATE TABLE visit (
                        visit TEXT NOT NULL PRIMARY KEY,
                        key TEXT NOT NULL,
                        wall INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX visit_by_age ON visit (wall);

                    CREATE TABLE record (
                        kind TEXT NOT NULL, id TEXT NOT NULL, visit TEXT NOT NULL, state TEXT NOT NULL,
                        revision INTEGER NOT NULL, body BLOB NOT NULL, key TEXT, first_link INTEGER NOT NULL,
                        last_link INTEGER NOT NULL,
                        PRIMARY KEY (kind, id)
                    ) STRICT;
                    CREATE INDEX record_by_visit ON record (visit, kind, first_link);

                    CREATE TABLE outbox (
                        sequence INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
                        visit TEXT NOT NULL, state TEXT NOT NULL, revision INTEGER NOT NULL, size INTEGER NOT NULL,
                        body BLOB NOT NULL, attempts INTEGER NOT NULL, boot TEXT NOT NULL, monotonic INTEGER NOT NULL,
                        wall INTEGER NOT NULL, quality TEXT NOT NULL, failed_wall INTEGER, fault TEXT,
                        last_link INTEGER NOT NULL, key TEXT
                    ) STRICT;
                    CREATE INDEX outbox_by_visit ON outbox (visit);

                    CREATE TABLE data_key (
                        id TEXT NOT NULL PRIMARY KEY, scope TEXT NOT NULL, patient BLOB, kiosk_key TEXT NOT NULL,
                        wrap BLOB NOT NULL, recovery_key TEXT, recovery_wrap BLOB, condemned INTEGER NOT NULL
                    ) STRICT;
                    """)
        }
        return migrator
    }
}
