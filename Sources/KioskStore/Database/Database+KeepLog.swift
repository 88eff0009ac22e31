import GRDB
import GRDBSQLite

extension Database {
    /// Leaves the files of the log where they are when the last connection is closed.
    func keepLog() throws {
        var keep: CInt = 1
        let result = sqlite3_file_control(sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &keep)
        guard result == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: result)) }
    }
}
