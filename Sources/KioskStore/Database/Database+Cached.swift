import GRDB
import GRDBSQLite

extension Database {
    /// Executes a statement that is prepared once for a connection, and that gives no rows: of small rows, preparing it
    /// and wrapping its values costs more than writing. GRDB's observers do not see it.
    func executeCached(_ sql: String, _ values: [StoredValue]) throws {
        try requireTransaction()
        let statement = try cachedStatement(sql: sql).sqliteStatement
        defer {
            sqlite3_reset(statement)
            // No copy of a person's data is kept until the next execution.
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            let code = value.bind(to: statement, at: CInt(index + 1))
            guard code == SQLITE_OK else { throw executionError(code, sql) }
        }
        let code = sqlite3_step(statement)
        guard code == SQLITE_DONE else { throw executionError(code, sql) }
    }

    private func executionError(_ code: CInt, _ sql: String) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: lastErrorMessage, sql: sql)
    }

    /// Some errors (a full disk, for one) make SQLite roll back by itself: what came after one would be kept alone.
    private func requireTransaction() throws {
        guard isInsideTransaction else {
            throw DatabaseError(resultCode: .SQLITE_ABORT, message: "there is no transaction, or it was rolled back")
        }
    }

    /// A transaction as GRDB's `inTransaction` makes it, whose own statements are prepared once for a connection, too.
    func inCachedTransaction<Value>(_ body: () throws -> Value) throws -> Value {
        try cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
        do {
            let value = try body()
            try requireTransaction()
            try cachedStatement(sql: "COMMIT TRANSACTION").execute()
            return value
        } catch {
            try? rollback()
            throw error
        }
    }
}
