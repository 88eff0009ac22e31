import GRDB
import Testing

@testable import KioskStore

/// SQLite ends a transaction by itself after some errors (a full disk, for one). Whoever goes on after such an error must
/// not find the rest kept without the beginning.
struct RolledBackTransactionTests {
    private struct Queue {
        let database: DatabaseQueue

        init() throws {
            database = try DatabaseQueue()
            try database.write { db in try db.execute(sql: "CREATE TABLE note (id TEXT PRIMARY KEY) STRICT") }
        }

        func inTransaction(_ body: (Database) throws -> Void) throws {
            try database.writeWithoutTransaction { db in try db.inCachedTransaction { try body(db) } }
        }

        func notes() throws -> [String] {
            try database.read { db in try String.fetchAll(db, sql: "SELECT id FROM note ORDER BY id") }
        }
    }

    private static func insert(_ db: Database, _ id: String) throws {
        try db.executeCached("INSERT INTO note (id) VALUES (?)", [.text(id)])
    }

    /// A second row of the same name, for which SQLite rolls everything back.
    private static func rollBack(_ db: Database, _ id: String) throws {
        try db.executeCached("INSERT OR ROLLBACK INTO note (id) VALUES (?)", [.text(id)])
    }

    @Test func `what comes after the error is refused, though the error was swallowed`() throws {
        let queue = try Queue()
        let refused = #expect(throws: DatabaseError.self) {
            try queue.inTransaction { db in
                try Self.insert(db, "a")
                try? Self.rollBack(db, "a")
                try Self.insert(db, "b")
            }
        }
        #expect(refused?.resultCode == .SQLITE_ABORT)
        #expect(try queue.notes().isEmpty)
    }

    @Test func `a transaction that ended so is not reported as kept, and the next one is whole`() throws {
        let queue = try Queue()
        let refused = #expect(throws: DatabaseError.self) {
            try queue.inTransaction { db in
                try Self.insert(db, "a")
                try? Self.rollBack(db, "a")
            }
        }
        #expect(refused?.resultCode == .SQLITE_ABORT)
        #expect(try queue.notes().isEmpty)
        try queue.inTransaction { db in for id in ["a", "b"] { try Self.insert(db, id) } }
        #expect(try queue.notes() == ["a", "b"])
    }

    @Test func `outside a transaction nothing is written`() throws {
        let queue = try Queue()
        let refused = #expect(throws: DatabaseError.self) {
            try queue.database.writeWithoutTransaction { db in try Self.insert(db, "a") }
        }
        #expect(refused?.resultCode == .SQLITE_ABORT)
        #expect(try queue.notes().isEmpty)
    }
}
