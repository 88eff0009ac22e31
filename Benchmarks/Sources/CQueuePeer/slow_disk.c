#define _GNU_SOURCE
#include "queue_peer.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// A program's own definition comes before the C library's, also for the libraries that it loads: SQLite's syncs, the
// store's and the plain C programs' all come through here.

static atomic_uint delay_microseconds;
static atomic_ulong syncs;

void peer_delay_syncs(unsigned microseconds) { atomic_store(&delay_microseconds, microseconds); }

unsigned long peer_syncs(void) { return atomic_load(&syncs); }

static int synced(long call, int fd) {
    int rc = (int)syscall(call, fd);
    int error = errno;
    atomic_fetch_add(&syncs, 1);
    unsigned delay = atomic_load(&delay_microseconds);
    struct timespec left = {.tv_sec = delay / 1000000, .tv_nsec = (long)(delay % 1000000) * 1000};
    while (delay && nanosleep(&left, &left) != 0 && errno == EINTR) {}
    errno = error;
    return rc;
}

int fsync(int fd) { return synced(SYS_fsync, fd); }
int fdatasync(int fd) { return synced(SYS_fdatasync, fd); }
