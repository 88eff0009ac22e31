import GRDB

/// What SQLite says of the connection that writes.
public struct Durability: Sendable, Hashable {
    /// `wal`.
    public let journalMode: String
    /// 2 is FULL: every commit is synced before it returns.
    public let synchronous: Int
    public let foreignKeys: Bool

    init(_ db: Database) throws {
        journalMode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
        synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? 0
        foreignKeys = try Bool.fetchOne(db, sql: "PRAGMA foreign_keys") ?? false
    }

    var isEnough: Bool { journalMode == "wal" && synchronous == 2 && foreignKeys }
}
