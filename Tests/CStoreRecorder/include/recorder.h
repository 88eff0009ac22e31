#ifndef STORE_RECORDER_H
#define STORE_RECORDER_H

#include <stddef.h>
#include <stdint.h>

// A layer between SQLite and the files of the stores under one folder. It keeps what SQLite writes, in order, and
// can make the n-th writing call fail. Files elsewhere go straight to the system.

enum store_op { STORE_OPENED = 1, STORE_WRITE, STORE_TRUNCATE, STORE_SYNC, STORE_DELETE, STORE_MARK };

// One step of the trace. `bytes` is valid until store_recorder_stop.
struct store_step {
    int op;
    int file;             // number of the file's name, see store_recorder_name; of the mark for STORE_MARK
    int64_t offset;       // for STORE_TRUNCATE the new size
    int64_t length;       // for STORE_DELETE 1 where the folder was synced after it
    const uint8_t *bytes;
};

// Puts the layer in as the process's default; 0 or SQLite's code. May be called again.
int store_recorder_install(void);

// Begins a trace of the databases whose path begins with `prefix`; NULL where too many run. Traces don't disturb
// each other.
struct store_recorder *store_recorder_start(const char *prefix);

// A place in the trace that the test names, for instance "commit 7 has returned".
void store_recorder_mark(struct store_recorder *, int mark);

// From now on the n-th write, truncate or sync (1 is the next) answers with SQLite's `code`; 0 for never.
// A failing write leaves half of its bytes behind. `times` calls fail in a row.
void store_recorder_fail(struct store_recorder *, int64_t nth, int code, int64_t times);

// How many writes, truncates and syncs were asked for since the start or the last store_recorder_fail.
int64_t store_recorder_calls(struct store_recorder *);

size_t store_recorder_count(struct store_recorder *);
struct store_step store_recorder_step(struct store_recorder *, size_t index);
const char *store_recorder_name(struct store_recorder *, int file);

// Ends the trace and frees it; every database under it must be closed.
void store_recorder_stop(struct store_recorder *);

#endif
