import GRDB
import KioskModel

extension Store {
    /// The next value of a counter, at least `minimum`; burnt durably before it is returned, so never given twice.
    public func nextCounter(_ name: String, atLeast minimum: UInt64 = 1) async throws(Fault) -> UInt64 {
        try await write { db in try Counter.next(db, name, atLeast: minimum) }
    }

    /// The last value given; 0 where none was.
    public func counter(_ name: String) async throws(Fault) -> UInt64 {
        try await read { db in try Counter.last(db, name) }
    }
}

enum Counter {
    static func next(_ db: Database, _ name: String, atLeast minimum: UInt64) throws -> UInt64 {
        let (next, overflow) = try last(db, name).addingReportingOverflow(1)
        guard !overflow else { throw Fault(.internalError, "counter \(name) is used up") }
        return try set(db, name, to: max(next, minimum))
    }

    static func raise(_ db: Database, _ name: String, to value: UInt64) throws {
        if try last(db, name) < value { try set(db, name, to: value) }
    }

    static func last(_ db: Database, _ name: String) throws -> UInt64 {
        let value = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM counter WHERE name = ?"), arguments: [name])
        return UInt64(clamping: value ?? 0)
    }

    @discardableResult
    private static func set(_ db: Database, _ name: String, to value: UInt64) throws -> UInt64 {
        guard let stored = Int64(exactly: value) else {
            throw Fault(.internalError, "counter \(name) is used up")
        }
        try db.executeCached(
            """
            INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """, [.text(name), .integer(stored)])
        return value
    }
}
