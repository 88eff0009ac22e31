#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

int clinux_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

int clinux_name_thread(const char *name) {
    char kept[16];
    strncpy(kept, name, sizeof kept - 1);
    kept[sizeof kept - 1] = 0;
    return pthread_setname_np(pthread_self(), kept);
}

int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clinux_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC); }

int clinux_set_nonblocking(int fd, int on) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

ptrdiff_t clinux_iconv(const char *to, const char *from, const uint8_t *in, size_t in_length, uint8_t *out,
                       size_t out_capacity) {
    iconv_t converter = iconv_open(to, from);
    if (converter == (iconv_t)-1) return -1;
    char *source = (char *)in, *target = (char *)out;
    size_t source_left = in_length, target_left = out_capacity;
    size_t result = iconv(converter, &source, &source_left, &target, &target_left);
    int error = errno;
    iconv_close(converter);
    errno = error;
    return result == (size_t)-1 ? -1 : (ptrdiff_t)(out_capacity - target_left);
}

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
