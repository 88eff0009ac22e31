import GRDB

extension Schema {
    /// Priorities and holds of the outbox, and the one place for each kind of telemetry.
    static func queue(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE outbox ADD COLUMN priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3);
                ALTER TABLE outbox ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
                CREATE INDEX outbox_by_priority ON outbox (state, priority, sequence);

                CREATE TABLE telemetry (
                    kind TEXT NOT NULL PRIMARY KEY,
                    id TEXT NOT NULL,
                    body BLOB NOT NULL,
                    boot TEXT NOT NULL,
                    monotonic INTEGER NOT NULL,
                    wall INTEGER NOT NULL,
                    quality TEXT NOT NULL
                ) STRICT;
                """)
    }
}
