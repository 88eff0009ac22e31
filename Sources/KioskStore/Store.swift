import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskPlatform
import Synchronization

/// Where the kiosk keeps everything: visits, prescriptions, outcomes, and what is queued for the platform.
///
/// SQLite in WAL mode with synchronous=FULL: what `commit` returned from outlives a power cut. One connection does
/// all writing and all checkpoints; readers are query-only. Personal data is sealed before it reaches a page.
/// A change that has begun runs to its end even where the calling task is cancelled.
public final class Store: Sendable {
    public let path: String
    let keys: KeyRing
    let clock: any KioskClock
    let signal = OutboxSignal()
    private let reader: any DatabaseReader
    let writer: DatabasePool?
    private let lock: StoreLock?
    /// Whether this run has written its start into the chain.
    let hasStarted = Mutex(false)
    /// The file of sent visits, opened when it is needed.
    let archive = Mutex<Archive?>(nil)
    /// Whether the run before this one ended without closing the store, by a power cut for instance.
    public let wasCutOff: Bool
    private let found = Mutex(Found())
    /// What was saved and what was lost, where this start found the store damaged.
    public let salvage: SalvageReport?

    /// Opens the store, making it where there is none (never when `readOnly`).
    ///
    /// Before it is used the file's header, the keys and the end of the audit chain are checked. Throws
    /// `storeOpenFailed`, `storeDamaged` (the file is left as it is), `storeKeyWrong`, `storeKeyOld`,
    /// `storeRekeyUnfinished`, `storeInUse` or `storeDiskFull`.
    public static func open(
        path: String, keys: StoreKeys, clock: any KioskClock, readOnly: Bool = false
    ) throws(Fault) -> Store {
        try open(path: path, keys: keys, clock: clock, readOnly: readOnly, salvage: nil)
    }

    /// Opens the store with the kiosk's key alone: no recovery key, no checkpoints.
    public static func open(
        path: String, sealer: Sealer, clock: any KioskClock, readOnly: Bool = false
    ) throws(Fault) -> Store {
        try open(path: path, keys: StoreKeys(kiosk: sealer), clock: clock, readOnly: readOnly)
    }

    /// Throws `storeInUse` while another process has the store open for writing.
    public static func requireUnused(path: String) throws(Fault) {
        try StoreLock(path: path + ".lock").release()
    }

    static func open(
        path: String, keys: StoreKeys, clock: any KioskClock, readOnly: Bool, salvage: SalvageReport?
    ) throws(Fault) -> Store {
        let files = StoreFiles(path: path)
        do {
            if readOnly {
                try files.refuseVanished()
                guard files.exists else { throw Fault(.storeOpenFailed, "\(path) does not exist") }
                return try Store(readOnly: files, keys: keys, clock: clock)
            }
            let lock = try StoreLock(path: path + ".lock")
            for file in [path, Archive.path(beside: path)] { SalvageFiles(store: StoreFiles(path: file)).clear() }
            try files.refuseVanished()
            try files.refuseDamagedLog()
            if !files.exists { try files.create() }
            return try Store(files, keys: keys, clock: clock, lock: lock, salvage: salvage)
        } catch {
            throw Fault(store: error)
        }
    }

    private init(_ files: StoreFiles, keys: StoreKeys, clock: any KioskClock, lock: StoreLock, salvage: SalvageReport?)
        throws
    {
        path = files.path
        self.keys = KeyRing(keys)
        self.clock = clock
        self.lock = lock
        self.salvage = salvage
        wasCutOff = files.markRunning()
        let pool = try DatabasePool(path: files.path, configuration: Self.configuration())
        writer = pool
        reader = pool
        let isCheckDue = wasCutOff || files.isUnchecked
        found.withLock { $0.isCheckDue = isCheckDue }
        // GRDB sets synchronous=NORMAL on the writer once it is set up: FULL has to come after.
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
            // What is overwritten, a doctor's deleted templates for one, must not stay in freed space.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            let durability = try Durability(db)
            guard durability.isEnough else {
                throw Fault(.storeOpenFailed, "SQLite refused: \(durability)")
            }
        }
        try Schema.migrator.migrate(pool)
        try pool.write { [keys = self.keys] db in try Self.adopt(db, keys) }
    }

    private init(readOnly files: StoreFiles, keys: StoreKeys, clock: any KioskClock) throws {
        path = files.path
        self.keys = KeyRing(keys)
        self.clock = clock
        lock = nil
        wasCutOff = false
        salvage = nil
        writer = nil
        let queue = try Self.readOnlyQueue(files)
        reader = queue
        try queue.read { [keys = self.keys] db in
            try keys.unlock(db)
            try AuditChain.checkTail(db, try keys.store)
        }
    }

    /// The database as someone sees it who may only read.
    static func readOnlyQueue(_ files: StoreFiles) throws -> DatabaseQueue {
        guard files.exists else { throw Fault(.storeOpenFailed, "\(files.path) does not exist") }
        var configuration = configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: try files.readOnlyName(), configuration: configuration)
        let isCurrent = try queue.read { db in try Schema.migrator.hasCompletedMigrations(db) }
        guard isCurrent else {
            throw Fault(.storeOpenFailed, "the store was not set up by this version; start kioskd once")
        }
        return queue
    }

    /// Asks the one connection that writes; for start-up messages and tests.
    public func durability() async throws(Fault) -> Durability {
        try await writeWithoutTransaction { try Durability($0) }
    }

    /// Moves what the log holds into the database and closes all connections; the log's files stay, so that a
    /// reader without write permission can still open the database.
    public func close() throws(Fault) {
        signal.finish()
        do {
            try writer?.write { try recordStop($0) }
            // A reader elsewhere may keep the log from being emptied; nothing is lost by that.
            writer?.writeWithoutTransaction { _ = try? $0.checkpoint(.passive) }
            try archive.withLock { try $0?.close() }
            try reader.close()
            if lock != nil { StoreFiles(path: path).markClosed(isCheckDue: isCheckDue) }
            lock?.release()
        } catch {
            throw Fault(store: error)
        }
    }

    /// A tick whenever something new was queued for the platform; each call is a listener of its own.
    public var outboxChanges: AsyncStream<Void> { signal.stream() }

    // MARK: Damage

    /// What this run knows of the files' state.
    private struct Found {
        var isCheckDue = false
        var damage: Fault?
    }

    /// Whether a run was cut off after which nobody has checked the whole store: `fullCheck` is due, in this run or in one
    /// that follows. Closing the store does not change that.
    public var isCheckDue: Bool { found.withLock { $0.isCheckDue } }

    /// The damage that SQLite has met in this run, nil for none. The next start salvages the store then.
    public var damage: Fault? { found.withLock { $0.damage } }

    func markChecked() {
        found.withLock { $0.isCheckDue = false }
        if lock != nil { StoreFiles(path: path).markChecked() }
    }

    /// What an error means. Damage that SQLite itself has met, wherever it was, is kept beside the store for the next start;
    /// not by a reader, who may have looked at a file that was just being written.
    private func fault(_ error: any Error) -> Fault {
        let fault = Fault(store: error)
        guard fault.code == .storeDamaged, !(error is Fault) else { return fault }
        let isWriter = writer != nil
        found.withLock { found in
            if found.damage == nil {
                found.damage =
                    isWriter ? Fault(.storeDamaged, "\(fault.detail); the next start salvages the store") : fault
            }
            let files = StoreFiles(path: path)
            // Where it could not be written down now, it is tried again with the next.
            if isWriter, files.mustBeSalvaged == nil { try? files.demandSalvage(fault.detail) }
        }
        return fault
    }

    // MARK: Transactions

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(Fault) -> Value {
        try await writeWithoutTransaction { db in try db.inCachedTransaction { try body(db) } }
    }

    /// For what must not be in a transaction: settings and checkpoints.
    ///
    /// From the caller straight to the writer's queue and back, in no task between: each change of threads takes longer
    /// than the rows. GRDB's own asynchronous calls would also roll back when the caller's task is cancelled.
    func writeWithoutTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(Fault) -> Value {
        guard let writer else { throw Self.isReadOnly }
        let result = await withCheckedContinuation { (caller: CheckedContinuation<Result<Value, Fault>, Never>) in
            writer.asyncWriteWithoutTransaction { db in caller.resume(returning: self.outcome { try body(db) }) }
        }
        return try result.get()
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(Fault) -> Value {
        let reader = reader
        // In a task of its own: whoever is cancelled still gets its answer.
        return try await Task { () -> Result<Value, Fault> in
            do {
                return .success(try await reader.read(body))
            } catch {
                return .failure(self.fault(error))
            }
        }.value.get()
    }

    private func outcome<Value>(_ body: () throws -> Value) -> Result<Value, Fault> {
        do {
            return .success(try body())
        } catch {
            return .failure(fault(error))
        }
    }

    /// As `read`; nil where the rows it needs are damaged. For what people are shown: the rest must not go with it.
    func readWhereWhole<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(Fault) -> Value? {
        do throws(Fault) {
            return try await read(body)
        } catch {
            guard error.code == .storeDamaged else { throw error }
            return nil
        }
    }

    private static var isReadOnly: Fault {
        Fault(.storeWriteFailed, "the store was opened read-only")
    }

    static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = 2
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // Without its log's files a closed database can't be opened by a user who may only read.
            try db.keepLog()
            if db.configuration.readonly {
                try db.execute(sql: "PRAGMA query_only = 1; PRAGMA wal_autocheckpoint = 0")
            } else {
                // A new file is turned to WAL through a rollback journal. Were its removal not synced, a power cut
                // could bring it back, and SQLite would roll the whole store back to nothing.
                // What is deleted is overwritten in the pages that are written anyway.
                try db.execute(sql: "PRAGMA synchronous = EXTRA; PRAGMA secure_delete = FAST")
            }
        }
        return configuration
    }

    private static func adopt(_ db: Database, _ keys: KeyRing) throws {
        try keys.adopt(db)
        try AuditChain.checkTail(db, try keys.store)
    }
}
