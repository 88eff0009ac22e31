import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// Makes what was overwritten unreadable in the files: SQLite overwrites freed space with zeros
    /// (`secure_delete`), and the log with the older pages is moved into the database and cut to nothing.
    ///
    /// False where a reader elsewhere keeps the log. What a flash medium keeps of old blocks is beyond this.
    public func scrub() async throws(Fault) -> Bool {
        guard let writer else { throw Fault(.storeWriteFailed, "the store was opened read-only") }
        do {
            return try await writer.writeWithoutTransaction { db in
                do {
                    try db.checkpoint(.truncate)
                    return true
                } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                    return false
                }
            }
        } catch {
            throw Fault(store: error)
        }
    }

    /// Number and hash (hex) of the audit chain's last link.
    public func auditEnd() async throws(Fault) -> (sequence: Int64, hash: String) {
        try await read { db in
            let last = try Row.fetchOne(db, sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
            guard let last else { return (0, Hex.encode(AuditLink.start)) }
            return (try last.decode(Int64.self, forColumn: "seq"), Hex.encode(try last.bytes("hash")))
        }
    }
}
