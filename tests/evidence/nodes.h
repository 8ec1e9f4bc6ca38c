/* SPDX-License-Identifier: Apache-2.0 */
/* A log in memory for tests: its nodes, and entries that are their numbers. */
#ifndef TESTS_EVIDENCE_NODES_H
#define TESTS_EVIDENCE_NODES_H

#include <string.h>

#include "evidence/tree.h"

enum { NODES_ENTRIES = 320, NODES_LEVELS = 10 };

struct nodes {
    struct tree tree;
    uint8_t kept[NODES_LEVELS][NODES_ENTRIES][TREE_HASH_BYTES];
    uint8_t roots[NODES_ENTRIES + 1][TREE_HASH_BYTES]; /* of each size */
};

static inline void nodes_keep(void *context, unsigned level, uint64_t index, const uint8_t *hash)
{
    struct nodes *nodes = context;
    memcpy(nodes->kept[level][index], hash, TREE_HASH_BYTES);
}

/* Only what is complete may be asked for. */
static inline bool nodes_find(void *context, unsigned level, uint64_t index, uint8_t *hash)
{
    struct nodes *nodes = context;
    if (level >= NODES_LEVELS || (index + 1) << level > nodes->tree.size)
        return false;
    memcpy(hash, nodes->kept[level][index], TREE_HASH_BYTES);
    return true;
}

static inline struct tree_keeper nodes_keeper(struct nodes *nodes)
{
    return (struct tree_keeper){nodes, nodes_keep, nodes_find};
}

static inline void nodes_leaf(uint64_t number, uint8_t *hash)
{
    tree_leaf(bytes_of(&number, sizeof number), hash);
}

static inline void nodes_fill(struct nodes *nodes, uint64_t size)
{
    const struct tree_keeper keeper = nodes_keeper(nodes);
    tree_root(&nodes->tree, nodes->roots[0]);
    for (uint64_t i = 0; i < size; i++) {
        uint8_t leaf[TREE_HASH_BYTES];
        nodes_leaf(i, leaf);
        tree_append(&nodes->tree, leaf, &keeper);
        tree_root(&nodes->tree, nodes->roots[i + 1]);
    }
}

#endif
