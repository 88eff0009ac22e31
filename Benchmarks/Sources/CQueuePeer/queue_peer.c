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

static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT;"
    "CREATE TABLE audit (seq INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL,"
    " revision INTEGER NOT NULL, content BLOB NOT NULL, boot TEXT NOT NULL, monotonic INTEGER NOT NULL,"
    " wall INTEGER NOT NULL, quality TEXT NOT NULL, hash BLOB NOT NULL) STRICT;"
    "CREATE INDEX audit_by_ref ON audit (kind, ref, seq);"
    "CREATE TABLE outbox (sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " kind TEXT NOT NULL, visit TEXT, state TEXT NOT NULL, revision INTEGER NOT NULL, size INTEGER NOT NULL,"
    " body BLOB NOT NULL, attempts INTEGER NOT NULL, boot TEXT NOT NULL, monotonic INTEGER NOT NULL,"
    " wall INTEGER NOT NULL, quality TEXT NOT NULL, last_link INTEGER NOT NULL REFERENCES audit (seq)) STRICT;"
    "CREATE INDEX outbox_by_state ON outbox (state, sequence);"
    "CREATE INDEX outbox_by_visit ON outbox (visit);";

static const char insert_link[] =
    "INSERT INTO audit VALUES (?1, 'outbox', ?2, 1, zeroblob(32), ?3, ?1, ?1, 'synchronized', zeroblob(32))";
static const char insert_message[] =
    "INSERT INTO outbox (id, kind, visit, state, revision, size, body, attempts, boot, monotonic, wall, quality,"
    " last_link) VALUES (?2, 'consultation', ?2, 'pending', 1, ?4, ?5, 0, ?3, ?1, ?1, 'synchronized', ?1)";
static const char update_head[] = "INSERT OR REPLACE INTO meta VALUES ('audit-head', zeroblob(68))";

static int run(sqlite3_stmt *statement) {
    int rc = sqlite3_step(statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE;
}

double peer_insert_rate(const char *path, int group, int size, double seconds) {
    static const char boot[] = "00000000-0000-4000-8000-000000000001";
    sqlite3 *db = NULL;
    sqlite3_stmt *begin = NULL, *commit = NULL, *link = NULL, *message = NULL, *head = NULL;
    char *body = calloc(1, (size_t)size);
    double rate = -1;
    if (!body || sqlite3_open(path, &db) != SQLITE_OK || sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "BEGIN IMMEDIATE", -1, &begin, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "COMMIT", -1, &commit, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, insert_link, -1, &link, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, insert_message, -1, &message, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, update_head, -1, &head, NULL) != SQLITE_OK) {
        goto done;
    }
    double start = now(), end = start + seconds, at = start;
    long count = 0;
    while (at < end) {
        if (!run(begin)) goto done;
        for (int i = 0; i < group; i++) {
            char id[40];
            count++;
            snprintf(id, sizeof id, "01a21752-a001-7e02-%04lx-%012lx", count >> 16 & 0xffff, count);
            sqlite3_stmt *both[] = {link, message};
            for (int k = 0; k < 2; k++) {
                sqlite3_bind_int64(both[k], 1, count);
                sqlite3_bind_text(both[k], 2, id, -1, SQLITE_STATIC);
                sqlite3_bind_text(both[k], 3, boot, -1, SQLITE_STATIC);
            }
            sqlite3_bind_int(message, 4, size);
            sqlite3_bind_blob(message, 5, body, size, SQLITE_STATIC);
            if (!run(link) || !run(message)) goto done;
        }
        if (!run(head) || !run(commit)) goto done;
        at = now();
    }
    rate = (double)count / (at - start);
done:
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    sqlite3_finalize(link);
    sqlite3_finalize(message);
    sqlite3_finalize(head);
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
