import GRDB

/// Reads what can be read of a table whose pages may be damaged anywhere.
///
/// From the first row on, from the last one back, and then each number between by itself.
struct DamagedTable {
    let name: String
    /// A number that the rows between may go up to, where the last row can't be read.
    let ceiling: Int64

    /// How many numbers are tried one by one at the most.
    private static let mostTries: Int64 = 2_000_000

    /// Gives each readable row once; returns whether every row of the table was read.
    func read(_ db: Database, _ take: (Row) throws -> Void) throws -> Bool {
        // A store of an earlier version has fewer tables.
        if (try? db.tableExists(name)) == false { return true }
        var low: Int64 = 0
        if try walk(
            db, "ORDER BY rowid",
            {
                low = $0; try take($1)
            })
        {
            return true
        }
        var high: Int64?
        _ = try walk(
            db, "AND rowid > \(low) ORDER BY rowid DESC",
            {
                high = $0; try take($1)
            })
        let end = min((high ?? max(ceiling, low) &+ 1), low &+ Self.mostTries)
        var number = low + 1
        while number < end {
            _ = try walk(db, "AND rowid = \(number)", { try take($1) })
            number += 1
        }
        return false
    }

    /// False where a damaged page ended it.
    private func walk(_ db: Database, _ clause: String, _ take: (Int64, Row) throws -> Void) throws -> Bool {
        let rows: RowCursor
        do {
            rows = try Row.fetchCursor(db, sql: "SELECT rowid AS place, * FROM \(name) WHERE 1 \(clause)")
        } catch let error as DatabaseError where Self.isDamage(error) {
            return false
        }
        while true {
            let row: Row?
            do {
                row = try rows.next()
            } catch let error as DatabaseError where Self.isDamage(error) {
                return false
            }
            guard let row else { return true }
            guard let place = Int64.fromDatabaseValue(row["place"]) else { continue }
            try take(place, row)
        }
    }

    private static func isDamage(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR, .SQLITE_FORMAT, .SQLITE_ERROR].contains(error.resultCode)
    }
}
