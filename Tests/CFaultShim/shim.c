#define _GNU_SOURCE
#include "fault_shim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Calls go to the kernel directly: dlsym would allocate, and nothing may be asked of libc in the middle of a call.

enum kind { NONE, STORE, PLATFORM, DEVICES };
enum action { COUNT, KILL_BEFORE, KILL_HALF, KILL_AFTER, KILL_FORGET, FULL, BROKEN };
// What becomes of one call.
enum fate { MAKE, MAKE_THEN_KILL, HALF_THEN_KILL, HALF_THEN_FAIL };

static struct fault_state *state;
static const char *store;
static size_t store_length;
static int ports[4];
static enum kind planned_kind;
static enum action planned;
static uint64_t planned_call, planned_times;

static const char *const kinds[] = {"", "store", "platform", "devices"};
static const char *const actions[] = {"none",       "kill-before", "kill-half", "kill-after",
                                      "kill-forget", "full",        "broken"};

static int index_of(const char *word, const char *const *words, int count) {
    for (int i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0) return i;
    }
    fprintf(stderr, "fault shim: unknown word %s\n", word);
    _exit(97);
}

__attribute__((constructor)) static void begin(void) {
    const char *plan = getenv("FAULT_PLAN"), *path = getenv("FAULT_STATE");
    store = getenv("FAULT_STORE");
    if (!plan || !path || !store) return;
    store_length = strlen(store);
    const char *platform = getenv("FAULT_PLATFORM"), *devices = getenv("FAULT_DEVICES");
    ports[PLATFORM] = platform ? atoi(platform) : 0;
    ports[DEVICES] = devices ? atoi(devices) : 0;
    char kind[16], action[16];
    unsigned long long call, times;
    if (sscanf(plan, "%15s %15s %llu %llu", kind, action, &call, &times) != 4) _exit(97);
    planned_kind = (enum kind)index_of(kind, kinds, 4);
    planned = (enum action)index_of(action, actions, 7);
    planned_call = call;
    planned_times = times;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || syscall(SYS_ftruncate, fd, 4096) != 0) _exit(97);
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (page == MAP_FAILED) _exit(97);
    state = page;
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static int is_in_store(const char *path) {
    return strncmp(path, store, store_length) == 0 && (path[store_length] == '/' || path[store_length] == 0);
}

// Kind of a descriptor; its file or port goes to `name`.
static enum kind kind_of(int fd, char *name, size_t room) {
    struct stat information;
    if (!state || fstat(fd, &information) != 0) return NONE;
    if (S_ISREG(information.st_mode) || S_ISDIR(information.st_mode)) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, name, room - 1);
        if (length < 0) return NONE;
        name[length] = 0;
        return is_in_store(name) ? STORE : NONE;
    }
    if (!S_ISSOCK(information.st_mode)) return NONE;
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0) return NONE;
    int port = 0;
    if (peer.ss_family == AF_INET) port = ntohs(((struct sockaddr_in *)&peer)->sin_port);
    if (peer.ss_family == AF_INET6) port = ntohs(((struct sockaddr_in6 *)&peer)->sin6_port);
    snprintf(name, room, "port %d", port);
    if (port && port == ports[PLATFORM]) return PLATFORM;
    if (port && port == ports[DEVICES]) return DEVICES;
    return NONE;
}

// Counts a call and says what becomes of it; where it fails, errno is set after it.
static enum fate meet(enum kind kind, const char *function, const char *name, int fd) {
    if (kind == NONE || !state) return MAKE;
    uint64_t call = __atomic_add_fetch(&state->calls[kind], 1, __ATOMIC_SEQ_CST);
    if (kind != planned_kind || planned == COUNT || call < planned_call) return MAKE;
    if (planned == KILL_FORGET) {
        size_t length = strlen(name);
        struct stat log;
        if (length < 4 || strcmp(name + length - 4, "-wal") != 0 || fstat(fd, &log) != 0) return MAKE;
        syscall(SYS_ftruncate, fd, (off_t)(log.st_size / 2));
    } else if (call - planned_call >= planned_times) {
        return MAKE;
    }
    if (__atomic_fetch_add(&state->fired, 1, __ATOMIC_SEQ_CST) == 0) {
        const char *last = strrchr(name, '/');
        snprintf(state->first, sizeof state->first, "%s %s", function, last ? last + 1 : name);
    }
    switch (planned) {
    case KILL_BEFORE:
    case KILL_FORGET: die(); return MAKE;
    case KILL_HALF: return HALF_THEN_KILL;
    case KILL_AFTER: return MAKE_THEN_KILL;
    case FULL:
    case BROKEN: return HALF_THEN_FAIL;
    default: return MAKE;
    }
}

static int failure(enum kind kind) { return kind != STORE ? ECONNRESET : planned == FULL ? ENOSPC : EIO; }

// Makes a call, or what the plan makes of it; `half` makes half of it, 0 for a call without bytes.
#define CALL(found, function, name, fd, whole, half)             \
    do {                                                         \
        enum kind found_ = (found);                              \
        switch (meet(found_, (function), (name), (fd))) {        \
        case MAKE: return (whole);                               \
        case MAKE_THEN_KILL: (void)(whole); die(); return -1;    \
        case HALF_THEN_KILL: (void)(half); die(); return -1;     \
        case HALF_THEN_FAIL:                                     \
            (void)(half);                                        \
            if (found_ != STORE) shutdown((fd), SHUT_RDWR);      \
            errno = failure(found_);                             \
            return -1;                                           \
        }                                                        \
        return -1;                                               \
    } while (0)

ssize_t write(int fd, const void *bytes, size_t count) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "write", name, fd, syscall(SYS_write, fd, bytes, count),
               syscall(SYS_write, fd, bytes, count / 2));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "pwrite", name, fd, syscall(SYS_pwrite64, fd, bytes, count, at),
               syscall(SYS_pwrite64, fd, bytes, count / 2, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) { return pwrite(fd, bytes, count, at); }

// Half of a vector: all of its parts but the last, or half of the only one.
static ssize_t part_of_vector(int fd, const struct iovec *parts, int count) {
    if (count > 1) return syscall(SYS_writev, fd, parts, count - 1);
    return count == 1 ? syscall(SYS_write, fd, parts[0].iov_base, parts[0].iov_len / 2) : 0;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "writev", name, fd, syscall(SYS_writev, fd, parts, count),
               part_of_vector(fd, parts, count));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "pwritev", name, fd, syscall(SYS_pwritev, fd, parts, count, at, 0),
               syscall(SYS_pwritev, fd, parts, count / 2, at, 0));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) { return pwritev(fd, parts, count, at); }

ssize_t send(int fd, const void *bytes, size_t count, int flags) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "send", name, fd,
               syscall(SYS_sendto, fd, bytes, count, flags, NULL, 0),
               syscall(SYS_sendto, fd, bytes, count / 2, flags, NULL, 0));
}

ssize_t sendto(int fd, const void *bytes, size_t count, int flags, __CONST_SOCKADDR_ARG to, socklen_t length) {
    char name[PATH_MAX];
    name[0] = 0;
    const void *address = to.__sockaddr__;
    CALL(kind_of(fd, name, sizeof name), "sendto", name, fd,
               syscall(SYS_sendto, fd, bytes, count, flags, address, length),
               syscall(SYS_sendto, fd, bytes, count / 2, flags, address, length));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "sendmsg", name, fd, syscall(SYS_sendmsg, fd, message, flags),
               part_of_vector(fd, message->msg_iov, (int)message->msg_iovlen));
}

int fsync(int fd) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "fsync", name, fd, (int)syscall(SYS_fsync, fd), 0);
}

int fdatasync(int fd) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "fdatasync", name, fd, (int)syscall(SYS_fdatasync, fd), 0);
}

int ftruncate(int fd, off_t size) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "ftruncate", name, fd, (int)syscall(SYS_ftruncate, fd, size), 0);
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int fallocate(int fd, int mode, off_t at, off_t length) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of(fd, name, sizeof name), "fallocate", name, fd,
                  (int)syscall(SYS_fallocate, fd, mode, at, length), 0);
}

int fallocate64(int fd, int mode, off64_t at, off64_t length) { return fallocate(fd, mode, at, length); }

// The error is the result, errno stays (POSIX.1-2017).
int posix_fallocate(int fd, off_t at, off_t length) { return fallocate(fd, 0, at, length) == 0 ? 0 : errno; }

int posix_fallocate64(int fd, off64_t at, off64_t length) { return posix_fallocate(fd, at, length); }

// Kind of a path, made absolute by its folder's descriptor.
static enum kind kind_of_path(int folder, const char *path, char *name, size_t room) {
    if (!state || !path) return NONE;
    if (path[0] == '/') {
        snprintf(name, room, "%s", path);
    } else {
        char link[64];
        if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, name, room - 1);
        if (length < 0) return NONE;
        snprintf(name + length, room - (size_t)length, "/%s", path);
    }
    return is_in_store(name) ? STORE : NONE;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of_path(to_folder, to, name, sizeof name), "rename", name, -1,
                  (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags), 0);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return renameat2(from_folder, from, to_folder, to, 0);
}

int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char *path, int flags) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of_path(folder, path, name, sizeof name), "unlink", name, -1,
                  (int)syscall(SYS_unlinkat, folder, path, flags), 0);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int mkdir(const char *path, mode_t mode) {
    char name[PATH_MAX];
    name[0] = 0;
    CALL(kind_of_path(AT_FDCWD, path, name, sizeof name), "mkdir", name, -1,
                  (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode), 0);
}

// Only an open that makes a file is a writing call.
static int open_at(int folder, const char *path, int flags, mode_t mode) {
    char name[PATH_MAX];
    name[0] = 0;
    enum kind kind = NONE;
    if (flags & O_CREAT) {
        kind = kind_of_path(folder, path, name, sizeof name);
        if (kind != NONE && faccessat(folder, path, F_OK, 0) == 0) kind = NONE;
    }
    CALL(kind, "open", name, -1, (int)syscall(SYS_openat, folder, path, flags, mode), 0);
}

static mode_t mode_of(int flags, va_list list) {
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(list, mode_t) : 0;
}

#define OPEN(function)                                   \
    int function(const char *path, int flags, ...) {     \
        va_list list;                                    \
        va_start(list, flags);                           \
        mode_t mode = mode_of(flags, list);              \
        va_end(list);                                    \
        return open_at(AT_FDCWD, path, flags, mode);     \
    }

#define OPEN_AT(function)                                        \
    int function(int folder, const char *path, int flags, ...) { \
        va_list list;                                            \
        va_start(list, flags);                                   \
        mode_t mode = mode_of(flags, list);                      \
        va_end(list);                                            \
        return open_at(folder, path, flags, mode);               \
    }

OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)
