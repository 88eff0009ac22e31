import GRDB
import GRDBSQLite

extension Database {
    /// Executes a statement that is prepared once for a connection, and that gives no rows: of small rows, preparing it
    /// and wrapping its values costs more than writing. GRDB's observers do not see it.
    func executeCached(_ sql: String, _ values: [StoredValue]) throws {
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

    /// A transaction as GRDB's `inTransaction` makes it, whose own statements are prepared once for a connection, too.
    ///
    /// Some errors (a full disk, for one) make SQLite roll back by itself. `body` passes on what its statements throw, so
    /// none of it runs after that; if it did not, the end would be refused all the same.
    func inCachedTransaction<Value>(_ body: () throws -> Value) throws -> Value {
        try cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
        do {
            let value = try body()
            guard isInsideTransaction else {
                throw DatabaseError(resultCode: .SQLITE_ABORT, message: "the transaction was rolled back")
            }
            try cachedStatement(sql: "COMMIT TRANSACTION").execute()
            return value
        } catch {
            try? rollback()
            throw error
        }
    }
}
