#ifndef FAULT_SHIM_H
#define FAULT_SHIM_H

#include <stdint.h>

// A library for LD_PRELOAD that ends its process, or lets a call fail, at the n-th writing call of one kind. The
// program itself is the one that ships.
//
// What counts, told apart by the descriptor (fstat, then /proc/self/fd or getpeername), or by the path:
//   store      write pwrite pwritev writev fsync fdatasync ftruncate fallocate rename unlink mkdir, and open that makes
//              a file, on whatever lies under FAULT_STORE
//   platform   write writev send sendto sendmsg on a TCP socket whose other end is port FAULT_PLATFORM
//   devices    the same for port FAULT_DEVICES (USB/IP)
// The local API's answers don't count: a cut before one of them is the cut before the next call that does.
//
// FAULT_PLAN   KIND ACTION N TIMES, for example "store kill-half 17 1"
//   kill-before, kill-after   SIGKILL, the call not made or made
//   kill-half                 SIGKILL after half of the bytes; without bytes as kill-before
//   kill-forget               SIGKILL at the first call on a write-ahead log from the n-th call on, and half of the log
//                             is gone: a disk that lied about its syncs; plants what the harness must find
//   full, broken              TIMES calls fail in a row, half of the bytes written: ENOSPC or EIO on files; a socket is
//                             shut down and says ECONNRESET
//   none                      only counts
// FAULT_STATE  a file of one page that says what was met, for whoever started the process

struct fault_state {
    uint64_t calls[4];  // by kind, from 1: store, platform, devices
    uint64_t fired;     // calls that the plan has met
    char first[216];    // the first of them: function and file or port
};

#endif
