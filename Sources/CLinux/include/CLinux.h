#pragma once
/* No _GNU_SOURCE and no system type here: Swift would see two definitions of them. */
#include <stddef.h>
#include <stdint.h>

/* What glibc or Swift's importer hides: variadic calls, feature-gated structs, macros. */

/* Peer of a Unix socket (SO_PEERCRED). Returns 0, or -1 with errno. */
int clinux_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid);

/* pthread_setname_np for the calling thread; at most 15 bytes are kept. */
int clinux_name_thread(const char *name);

/* eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK). */
int clinux_eventfd(void);

/* accept4 with SOCK_CLOEXEC. */
int clinux_accept(int fd);

/* fcntl: adds or removes O_NONBLOCK. */
int clinux_set_nonblocking(int fd, int on);

/* iconv: converts between the named encodings. Returns the bytes written, or -1 with errno (EILSEQ, EINVAL, E2BIG). */
ptrdiff_t clinux_iconv(const char *to, const char *from, const uint8_t *in, size_t in_length, uint8_t *out,
                       size_t out_capacity);

/* pipe2 with O_CLOEXEC: ends[0] reads, ends[1] writes. */
int clinux_pipe(int ends[2]);
