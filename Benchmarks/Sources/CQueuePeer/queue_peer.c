#define _GNU_SOURCE
#include "queue_peer.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double peer_sync_rate(const char *path, double seconds) {
    enum { PAGE = 4096, PAGES = 1024 };
    char page[PAGE];
    memset(page, 0x5a, sizeof page);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    double rate = -1;
    for (int i = 0; i < PAGES; i++) {
        if (pwrite(fd, page, PAGE, (off_t)i * PAGE) != PAGE) goto done;
    }
    if (fsync(fd) != 0) goto done;
    double start = now(), end = start + seconds, at = start;
    long count = 0;
    while (at < end) {
        if (pwrite(fd, page, PAGE, (off_t)(count % PAGES) * PAGE) != PAGE || fdatasync(fd) != 0) goto done;
        count++;
        at = now();
    }
    rate = (double)count / (at - start);
done:
    close(fd);
    return rate;
}

// The tables, indices and triggers that a message touches, as Sources/KioskStore/Database has them.
static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = FAST;"
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT;"
    "CREATE TABLE audit (seq INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL,"
    " revision INTEGER NOT NULL, content BLOB NOT NULL CHECK (length(content) = 32), boot TEXT NOT NULL,"
    " monotonic INTEGER NOT NULL, wall INTEGER NOT NULL, quality TEXT NOT NULL,"
    " hash BLOB NOT NULL CHECK (length(hash) = 32)) STRICT;"
    "CREATE INDEX audit_by_ref ON audit (kind, ref, seq);"
    "CREATE TABLE outbox (sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " kind TEXT NOT NULL, visit TEXT,"
    " state TEXT NOT NULL CHECK (state IN ('pending', 'acknowledged', 'quarantined')), revision INTEGER NOT NULL,"
    " size INTEGER NOT NULL, body BLOB NOT NULL, attempts INTEGER NOT NULL, boot TEXT NOT NULL,"
    " monotonic INTEGER NOT NULL, wall INTEGER NOT NULL, quality TEXT NOT NULL, failed_wall INTEGER, fault TEXT,"
    " last_link INTEGER NOT NULL REFERENCES audit (seq), key TEXT,"
    " priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3),"
    " held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1))) STRICT;"
    "CREATE INDEX outbox_by_state ON outbox (state, sequence);"
    "CREATE INDEX outbox_by_visit ON outbox (visit);"
    "CREATE INDEX outbox_by_priority ON outbox (state, priority, sequence);"
    "CREATE TABLE data_key (number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " scope TEXT NOT NULL CHECK (scope IN ('store', 'patient', 'visit', 'legacy')), patient BLOB,"
    " kiosk_key TEXT NOT NULL, wrap BLOB NOT NULL, recovery_key TEXT, recovery_wrap BLOB,"
    " condemned INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX data_key_by_patient ON data_key (patient);"
    "CREATE INDEX data_key_by_kiosk_key ON data_key (kiosk_key);"
    "CREATE TABLE data_key_copy (number INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, scope TEXT NOT NULL,"
    " patient BLOB, kiosk_key TEXT NOT NULL, wrap BLOB NOT NULL, recovery_key TEXT, recovery_wrap BLOB,"
    " condemned INTEGER NOT NULL) STRICT;"
    "CREATE TRIGGER data_key_made AFTER INSERT ON data_key BEGIN"
    " INSERT INTO data_key_copy SELECT * FROM data_key WHERE number = NEW.number; END;"
    "CREATE TABLE visit_key (visit TEXT NOT NULL PRIMARY KEY, key TEXT NOT NULL) STRICT;"
    "CREATE INDEX visit_key_by_key ON visit_key (key);";

static const char insert_key[] =
    "INSERT INTO data_key (id, scope, kiosk_key, wrap) VALUES (?2, 'visit', '0123456789abcdef', zeroblob(60))";
static const char insert_visit[] = "INSERT INTO visit_key VALUES (?2, ?2)";
static const char insert_link[] =
    "INSERT INTO audit VALUES (?1, 'outbox', ?2, 1, zeroblob(32), ?3, ?1, ?1, 'synchronized', zeroblob(32))";
static const char insert_message[] =
    "INSERT INTO outbox (id, kind, visit, state, revision, size, body, attempts, boot, monotonic, wall, quality,"
    " last_link, priority, key) VALUES (?2, 'consultation', ?2, 'pending', 1, ?4, ?5, 0, ?3, ?1, ?1, 'synchronized',"
    " ?1, 1, ?2)";
static const char update_head[] = "INSERT OR REPLACE INTO meta VALUES ('audit-head', zeroblob(68))";

static int run(sqlite3_stmt *statement) {
    int rc = sqlite3_step(statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE;
}

double peer_insert_rate(const char *path, int group, int size, double seconds) {
    static const char boot[] = "00000000-0000-4000-8000-000000000001";
    enum { BEGIN, COMMIT, KEY, VISIT, LINK, MESSAGE, HEAD, STATEMENTS };
    static const char *const texts[STATEMENTS] = {"BEGIN IMMEDIATE", "COMMIT",       insert_key, insert_visit,
                                                  insert_link,       insert_message, update_head};
    sqlite3 *db = NULL;
    sqlite3_stmt *statements[STATEMENTS] = {NULL};
    char *body = calloc(1, (size_t)size);
    double rate = -1;
    if (!body || sqlite3_open(path, &db) != SQLITE_OK || sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
        goto done;
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v2(db, texts[i], -1, &statements[i], NULL) != SQLITE_OK) goto done;
    double start = now(), end = start + seconds, at = start;
    long count = 0;
    while (at < end) {
        if (!run(statements[BEGIN])) goto done;
        for (int i = 0; i < group; i++) {
            char id[40];
            count++;
            snprintf(id, sizeof id, "01a21752-a001-7e02-%04lx-%012lx", count >> 16 & 0xffff, count);
            for (int k = KEY; k <= MESSAGE; k++) {
                // A statement takes of these what it has.
                sqlite3_bind_int64(statements[k], 1, count);
                sqlite3_bind_text(statements[k], 2, id, -1, SQLITE_STATIC);
                sqlite3_bind_text(statements[k], 3, boot, -1, SQLITE_STATIC);
                sqlite3_bind_int(statements[k], 4, size);
                sqlite3_bind_blob(statements[k], 5, body, size, SQLITE_STATIC);
                if (!run(statements[k])) goto done;
            }
        }
        if (!run(statements[HEAD]) || !run(statements[COMMIT])) goto done;
        at = now();
    }
    rate = (double)count / (at - start);
done:
    for (int i = 0; i < STATEMENTS; i++) sqlite3_finalize(statements[i]);
    sqlite3_close(db);
    free(body);
    return rate;
}

int peer_damage(const char *path, long number) {
    char sql[120];
    snprintf(sql, sizeof sql, "UPDATE outbox SET body = zeroblob(length(body)) WHERE sequence = %ld", number);
    sqlite3 *db = NULL;
    int keep = 1;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    // The store keeps its log's files; another connection must not take them away.
    if (rc == SQLITE_OK) rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    if (rc == SQLITE_OK) rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK && sqlite3_changes(db) != 1) rc = SQLITE_NOTFOUND;
    sqlite3_close(db);
    return rc;
}
