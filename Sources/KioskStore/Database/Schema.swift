import GRDB

/// The store's tables, as named migrations that are never changed once released.
///
/// What is in clear: kinds, ids, states, times, sizes. Whatever says something of a person is sealed
/// (AES-256-GCM, bound to the row it belongs to).
enum Schema {
    static let first = "v1-records-outbox-audit"

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(first, migrate: firstTables)
        migrator.registerMigration(second, migrate: keysAndCheckpoints)
        migrator.registerMigration("v3-queue", migrate: queue)
        return migrator
    }

    private static func firstTables(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE meta (
                    key TEXT NOT NULL PRIMARY KEY,
                    value BLOB NOT NULL
                ) STRICT;

                CREATE TABLE audit (
                    seq INTEGER NOT NULL PRIMARY KEY,
                    kind TEXT NOT NULL,
                    ref TEXT NOT NULL,
                    revision INTEGER NOT NULL,
                    content BLOB NOT NULL CHECK (length(content) = 32),
                    boot TEXT NOT NULL,
                    monotonic INTEGER NOT NULL,
                    wall INTEGER NOT NULL,
                    quality TEXT NOT NULL,
                    hash BLOB NOT NULL CHECK (length(hash) = 32)
                ) STRICT;
                CREATE INDEX audit_by_ref ON audit (kind, ref, seq);

                CREATE TABLE record (
                    kind TEXT NOT NULL,
                    id TEXT NOT NULL,
                    visit TEXT,
                    state TEXT NOT NULL,
                    revision INTEGER NOT NULL,
                    body BLOB NOT NULL,
                    first_link INTEGER NOT NULL REFERENCES audit (seq),
                    last_link INTEGER NOT NULL REFERENCES audit (seq),
                    PRIMARY KEY (kind, id)
                ) STRICT;
                CREATE INDEX record_by_age ON record (kind, first_link);
                CREATE INDEX record_by_visit ON record (visit, kind, first_link);

                CREATE TABLE outbox (
                    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE,
                    kind TEXT NOT NULL,
                    visit TEXT,
                    state TEXT NOT NULL CHECK (state IN ('pending', 'acknowledged', 'quarantined')),
                    revision INTEGER NOT NULL,
                    size INTEGER NOT NULL,
                    body BLOB NOT NULL,
                    attempts INTEGER NOT NULL,
                    boot TEXT NOT NULL,
                    monotonic INTEGER NOT NULL,
                    wall INTEGER NOT NULL,
                    quality TEXT NOT NULL,
                    failed_wall INTEGER,
                    fault TEXT,
                    last_link INTEGER NOT NULL REFERENCES audit (seq)
                ) STRICT;
                CREATE INDEX outbox_by_state ON outbox (state, sequence);
                CREATE INDEX outbox_by_visit ON outbox (visit);

                CREATE TABLE counter (
                    name TEXT NOT NULL PRIMARY KEY,
                    value INTEGER NOT NULL CHECK (value >= 0)
                ) STRICT;

                CREATE TABLE reply (
                    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
                    key TEXT NOT NULL UNIQUE,
                    body BLOB NOT NULL
                ) STRICT;
                """)
    }
}
