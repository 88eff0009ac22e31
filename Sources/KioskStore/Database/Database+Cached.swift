import GRDB

extension Database {
    /// Executes a statement that is prepared once for a connection: of small rows, preparing costs more than writing.
    func executeCached(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
