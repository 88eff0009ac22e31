#include "recorder.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TRACES = 64, MOST_FILES = 64 };

struct store_recorder {
    char *prefix;
    struct store_step *steps;
    size_t count, room;
    char *names[MOST_FILES];
    int files;
    int64_t calls, fail_at, fail_times;
    int fail_code;
};

struct file {
    sqlite3_file base;
    struct store_recorder *trace;
    int number;
    sqlite3_file *real;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct store_recorder *traces[MOST_TRACES];
static sqlite3_vfs layer;
static sqlite3_vfs *under;

static void add(struct store_recorder *t, int op, int file, int64_t offset, int64_t length, const void *bytes) {
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 1024;
        struct store_step *grown = realloc(t->steps, room * sizeof *grown);
        if (!grown) return;
        t->steps = grown;
        t->room = room;
    }
    uint8_t *copy = NULL;
    if (bytes && length > 0) {
        copy = malloc((size_t)length);
        if (!copy) return;
        memcpy(copy, bytes, (size_t)length);
    }
    t->steps[t->count++] = (struct store_step){op, file, offset, length, copy};
}

static int number_of(struct store_recorder *t, const char *name) {
    for (int i = 0; i < t->files; i++) {
        if (strcmp(t->names[i], name) == 0) return i;
    }
    if (t->files == MOST_FILES) return -1;
    t->names[t->files] = strdup(name);
    return t->files++;
}

// Counts a call; SQLite's code where it must fail.
static int chance(struct store_recorder *t) {
    int64_t call = ++t->calls;
    if (t->fail_at > 0 && call >= t->fail_at && call - t->fail_at < t->fail_times) return t->fail_code;
    return SQLITE_OK;
}

static int f_close(sqlite3_file *f) {
    struct file *p = (struct file *)f;
    return p->real->pMethods ? p->real->pMethods->xClose(p->real) : SQLITE_OK;
}
static int f_read(sqlite3_file *f, void *b, int n, sqlite3_int64 at) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xRead(p->real, b, n, at);
}
static int f_write(sqlite3_file *f, const void *b, int n, sqlite3_int64 at) {
    struct file *p = (struct file *)f;
    pthread_mutex_lock(&lock);
    int fails = chance(p->trace);
    int written = fails ? n / 2 : n;
    int rc = written ? p->real->pMethods->xWrite(p->real, b, written, at) : SQLITE_OK;
    if (rc == SQLITE_OK) add(p->trace, STORE_WRITE, p->number, at, written, b);
    pthread_mutex_unlock(&lock);
    return fails ? fails : rc;
}
static int f_truncate(sqlite3_file *f, sqlite3_int64 size) {
    struct file *p = (struct file *)f;
    pthread_mutex_lock(&lock);
    int rc = chance(p->trace);
    if (rc == SQLITE_OK) rc = p->real->pMethods->xTruncate(p->real, size);
    if (rc == SQLITE_OK) add(p->trace, STORE_TRUNCATE, p->number, size, 0, NULL);
    pthread_mutex_unlock(&lock);
    return rc;
}
static int f_sync(sqlite3_file *f, int flags) {
    (void)flags;
    struct file *p = (struct file *)f;
    pthread_mutex_lock(&lock);
    int rc = chance(p->trace);
    // The images are made from the trace: the disk itself need not be waited for.
    if (rc == SQLITE_OK) add(p->trace, STORE_SYNC, p->number, 0, 0, NULL);
    pthread_mutex_unlock(&lock);
    return rc;
}
static int f_size(sqlite3_file *f, sqlite3_int64 *size) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xFileSize(p->real, size);
}
static int f_lock(sqlite3_file *f, int level) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xLock(p->real, level);
}
static int f_unlock(sqlite3_file *f, int level) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xUnlock(p->real, level);
}
static int f_reserved(sqlite3_file *f, int *out) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xCheckReservedLock(p->real, out);
}
static int f_control(sqlite3_file *f, int op, void *arg) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xFileControl(p->real, op, arg);
}
static int f_sector(sqlite3_file *f) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xSectorSize(p->real);
}
static int f_device(sqlite3_file *f) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xDeviceCharacteristics(p->real);
}
static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xShmMap(p->real, page, size, extend, out);
}
static int f_shm_lock(sqlite3_file *f, int at, int n, int flags) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xShmLock(p->real, at, n, flags);
}
static void f_shm_barrier(sqlite3_file *f) {
    struct file *p = (struct file *)f;
    p->real->pMethods->xShmBarrier(p->real);
}
static int f_shm_unmap(sqlite3_file *f, int gone) {
    struct file *p = (struct file *)f;
    return p->real->pMethods->xShmUnmap(p->real, gone);
}

// Version 2: without memory-mapped reads, so that every byte goes through here.
static const sqlite3_io_methods methods = {
    2,          f_close,   f_read,   f_write,   f_truncate, f_sync,    f_size,     f_lock,        f_unlock,
    f_reserved, f_control, f_sector, f_device,  f_shm_map,  f_shm_lock, f_shm_barrier, f_shm_unmap, NULL, NULL,
};

static struct store_recorder *trace_of(const char *name) {
    if (!name) return NULL;
    for (int i = 0; i < MOST_TRACES; i++) {
        if (traces[i] && strncmp(name, traces[i]->prefix, strlen(traces[i]->prefix)) == 0) return traces[i];
    }
    return NULL;
}

static int v_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out) {
    (void)v;
    pthread_mutex_lock(&lock);
    struct store_recorder *t = trace_of(name);
    int number = t ? number_of(t, name) : -1;
    pthread_mutex_unlock(&lock);
    if (number < 0) return under->xOpen(under, name, f, flags, out);
    struct file *p = (struct file *)f;
    p->base.pMethods = NULL;
    p->trace = t;
    p->number = number;
    p->real = (sqlite3_file *)(p + 1);
    int rc = under->xOpen(under, name, p->real, flags, out);
    if (p->real->pMethods) p->base.pMethods = &methods;
    if (rc == SQLITE_OK) {
        pthread_mutex_lock(&lock);
        add(t, STORE_OPENED, number, 0, 0, NULL);
        pthread_mutex_unlock(&lock);
    }
    return rc;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync) {
    (void)v;
    int rc = under->xDelete(under, name, sync);
    pthread_mutex_lock(&lock);
    struct store_recorder *t = trace_of(name);
    int number = t ? number_of(t, name) : -1;
    if (rc == SQLITE_OK && number >= 0) add(t, STORE_DELETE, number, 0, sync, NULL);
    pthread_mutex_unlock(&lock);
    return rc;
}

int store_recorder_install(void) {
    pthread_mutex_lock(&lock);
    int rc = SQLITE_OK;
    if (!under) {
        rc = sqlite3_initialize();
        sqlite3_vfs *found = rc == SQLITE_OK ? sqlite3_vfs_find(NULL) : NULL;
        if (found) {
            layer = *found;
            layer.zName = "store-recorder";
            layer.szOsFile = (int)sizeof(struct file) + found->szOsFile;
            layer.pNext = NULL;
            layer.xOpen = v_open;
            layer.xDelete = v_delete;
            under = found;
            rc = sqlite3_vfs_register(&layer, 1);
        }
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

struct store_recorder *store_recorder_start(const char *prefix) {
    struct store_recorder *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->prefix = strdup(prefix);
    pthread_mutex_lock(&lock);
    for (int i = 0; t->prefix && i < MOST_TRACES; i++) {
        if (traces[i]) continue;
        traces[i] = t;
        pthread_mutex_unlock(&lock);
        return t;
    }
    pthread_mutex_unlock(&lock);
    free(t->prefix);
    free(t);
    return NULL;
}

void store_recorder_mark(struct store_recorder *t, int mark) {
    pthread_mutex_lock(&lock);
    add(t, STORE_MARK, mark, 0, 0, NULL);
    pthread_mutex_unlock(&lock);
}

void store_recorder_fail(struct store_recorder *t, int64_t nth, int code, int64_t times) {
    pthread_mutex_lock(&lock);
    t->calls = 0;
    t->fail_at = nth;
    t->fail_code = code;
    t->fail_times = times;
    pthread_mutex_unlock(&lock);
}

int64_t store_recorder_calls(struct store_recorder *t) {
    pthread_mutex_lock(&lock);
    int64_t calls = t->calls;
    pthread_mutex_unlock(&lock);
    return calls;
}

size_t store_recorder_count(struct store_recorder *t) { return t->count; }
struct store_step store_recorder_step(struct store_recorder *t, size_t index) { return t->steps[index]; }
const char *store_recorder_name(struct store_recorder *t, int file) { return t->names[file]; }

void store_recorder_stop(struct store_recorder *t) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST_TRACES; i++) {
        if (traces[i] == t) traces[i] = NULL;
    }
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < t->count; i++) free((void *)t->steps[i].bytes);
    for (int i = 0; i < t->files; i++) free(t->names[i]);
    free(t->steps);
    free(t->prefix);
    free(t);
}
