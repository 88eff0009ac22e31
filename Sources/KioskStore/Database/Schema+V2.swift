import GRDB

extension Schema {
    static let second = "v2-keys-checkpoints"

    /// Data keys and who they belong to; which key sealed a row (NULL: the kiosk key itself, as version 1 did); signed
    /// checkpoints with the platform's countersignatures.
    static func keysAndCheckpoints(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE data_key (
                    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE,
                    scope TEXT NOT NULL CHECK (scope IN ('store', 'patient', 'visit', 'legacy')),
                    patient BLOB,
                    kiosk_key TEXT NOT NULL,
                    wrap BLOB NOT NULL,
                    recovery_key TEXT,
                    recovery_wrap BLOB,
                    condemned INTEGER NOT NULL DEFAULT 0
                ) STRICT;
                CREATE INDEX data_key_by_patient ON data_key (patient);
                CREATE INDEX data_key_by_kiosk_key ON data_key (kiosk_key);

                -- Every key once more, on pages of its own: one lost page must not take many patients' records with it.
                CREATE TABLE data_key_copy (
                    number INTEGER NOT NULL PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE,
                    scope TEXT NOT NULL,
                    patient BLOB,
                    kiosk_key TEXT NOT NULL,
                    wrap BLOB NOT NULL,
                    recovery_key TEXT,
                    recovery_wrap BLOB,
                    condemned INTEGER NOT NULL
                ) STRICT;
                CREATE TRIGGER data_key_made AFTER INSERT ON data_key BEGIN
                    INSERT INTO data_key_copy SELECT * FROM data_key WHERE number = NEW.number;
                END;
                CREATE TRIGGER data_key_changed AFTER UPDATE ON data_key BEGIN
                    DELETE FROM data_key_copy WHERE number = OLD.number;
                    INSERT INTO data_key_copy SELECT * FROM data_key WHERE number = NEW.number;
                END;
                CREATE TRIGGER data_key_gone AFTER DELETE ON data_key BEGIN
                    DELETE FROM data_key_copy WHERE number = OLD.number;
                END;

                CREATE TABLE visit_key (
                    visit TEXT NOT NULL PRIMARY KEY,
                    key TEXT NOT NULL
                ) STRICT;
                CREATE INDEX visit_key_by_key ON visit_key (key);

                CREATE TABLE checkpoint (
                    seq INTEGER NOT NULL PRIMARY KEY,
                    head BLOB NOT NULL CHECK (length(head) = 32),
                    signed BLOB NOT NULL,
                    boot TEXT NOT NULL,
                    monotonic INTEGER NOT NULL,
                    countersignature BLOB
                ) STRICT;

                ALTER TABLE record ADD COLUMN key TEXT;
                ALTER TABLE outbox ADD COLUMN key TEXT;
                ALTER TABLE reply RENAME COLUMN key TO token;
                ALTER TABLE reply ADD COLUMN key TEXT;
                """)
    }
}
