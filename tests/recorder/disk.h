/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk under the recorder that can fail and lose power. The calls with which the recorder writes are replaced at link time
 * (meson.build); they are carried out, and noted. From the notes every state can be made that a crash may leave: what was synced is there,
 * of the rest anything may be, down to a part of one write.
 */
#ifndef TESTS_RECORDER_DISK_H
#define TESTS_RECORDER_DISK_H

#include "house.h"

enum { DISK_OPERATIONS = 1024 };

enum disk_what { DISK_WRITE, DISK_CUT, DISK_RENAME, DISK_SYNC };

struct disk_operation {
    enum disk_what what;
    char file[64], to[64]; /* within the folder; "" is the folder itself */
    off_t at;              /* WRITE; how long it is after a CUT */
    size_t length;
    uint8_t *octets;
    bool failed;           /* SYNC: what was written before is in doubt for good */
    uint64_t acknowledged; /* entries that were by then */
};

extern struct disk {
    const char *folder;    /* watched; NULL: nothing is noted, and nothing synced in earnest */
    uint64_t acknowledged; /* to be kept by the test */
    struct disk_operation operations[DISK_OPERATIONS];
    unsigned count;
    unsigned fail_from, fail_count; /* these fail, counted from 0, */
    int fail_with;                  /* with this */
} disk;

void disk_watch(const char *folder);
void disk_forget(void);

/* What was not synced: all is there, none, or by chance. */
enum disk_luck { DISK_ALL, DISK_NONE, DISK_CHANCE };

/* Writes into the folder what is left of the watched one when the power goes before operation `end`, of which `octets` came through. */
void disk_crash(unsigned end, size_t octets, enum disk_luck luck, unsigned seed, const char *folder);

#endif
