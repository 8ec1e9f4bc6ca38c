/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes of the tree in files, one for each level: node (level, index) is 32 octets at 32 * index of `hashes/LEVEL`, the level
 * in two hexadecimal digits. What was pruned is a hole, which reads as zeros.
 */
#ifndef RECORDER_HASHES_H
#define RECORDER_HASHES_H

#include "evidence/tree.h"

/* New nodes of one level that are not in the file yet. */
struct hashes_level {
    int fd; /* -1: not opened yet */
    bool dirty;
    uint8_t *fresh;
    size_t fresh_octets, room;
    uint64_t first; /* index of the first fresh one */
};

struct hashes {
    int folder;
    bool writable;
    bool short_of_memory; /* a node was lost: what is fresh must be forgotten */
    struct hashes_level levels[TREE_LEVELS];
};

/* `folder` is that of the log. False with errno. */
bool hashes_open(struct hashes *hashes, int folder, bool writable);
void hashes_close(struct hashes *hashes);

struct tree_keeper hashes_keeper(struct hashes *hashes);

/* False with errno; what was fresh stays so. */
bool hashes_write(struct hashes *hashes);
bool hashes_sync(struct hashes *hashes);
void hashes_forget_fresh(struct hashes *hashes);

/* No more than the nodes of a tree of that size. False with errno. */
bool hashes_cut(struct hashes *hashes, uint64_t size);
/* Gives the room of the nodes back that no proof of what is not before `first` needs; as far as the file system can. */
void hashes_prune(struct hashes *hashes, uint64_t first);

#endif
