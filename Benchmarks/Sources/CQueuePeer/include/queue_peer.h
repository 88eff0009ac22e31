#ifndef QUEUE_PEER_H
#define QUEUE_PEER_H

#include <stdint.h>

// What the store is measured against, in the same run on the same disk.

// Writes 4 KiB in place and syncs them (fdatasync), over and over; times a second, or -1 with errno. The file is made.
double peer_sync_rate(const char *path, double seconds);

// A plain C program on SQLite (WAL, synchronous=FULL) that inserts what the store inserts for a new visit's message:
// the visit's key and whose it is, an outbox row, an audit link, the chain's head. `group` messages of `size` bytes in
// one transaction; rows a second, or -1.
// Nothing is sealed, hashed or encoded. The file must not be there.
double peer_insert_rate(const char *path, int group, int size, double seconds);

// Makes every later fsync and fdatasync of this process take so much longer, as the disks of kiosks do: eMMC and SSDs
// without power-loss protection need some milliseconds, a server's or a virtual disk a tenth of one.
void peer_delay_syncs(unsigned microseconds);

// The fsync and fdatasync calls of this process so far.
unsigned long peer_syncs(void);

// Damages the n-th message of a closed store: its sealed body is all zeros. 0, or SQLite's code.
int peer_damage(const char *path, long number);

#endif
