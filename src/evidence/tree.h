/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Merkle tree of an append-only log (RFC 9162 2.1). Node (level, index) is the root of the complete tree over the entries
 * [index << level, (index + 1) << level); it never changes once it is there.
 */
#ifndef EVIDENCE_TREE_H
#define EVIDENCE_TREE_H

#include "kit/bytes.h"

enum { TREE_HASH_BYTES = 32, TREE_LEVELS = 64 };

/* The largest complete trees that a log of this size is made of: one for each bit of the size. Zeroed: the empty log. */
struct tree {
    uint64_t size;
    uint8_t peaks[TREE_LEVELS][TREE_HASH_BYTES];
};

/* RFC 9162 2.1.1 */
void tree_leaf(struct bytes entry, uint8_t hash[TREE_HASH_BYTES]);
void tree_node(const uint8_t left[TREE_HASH_BYTES], const uint8_t right[TREE_HASH_BYTES],
               uint8_t hash[TREE_HASH_BYTES]);

/* Who keeps the nodes. */
struct tree_keeper {
    void *context;
    /* It has become complete; in order of the entry, lower levels first. */
    void (*keep)(void *context, unsigned level, uint64_t index, const uint8_t hash[TREE_HASH_BYTES]);
    /* False: it is not kept. */
    bool (*find)(void *context, unsigned level, uint64_t index, uint8_t hash[TREE_HASH_BYTES]);
};

/* keeper NULL: the nodes are not kept. */
void tree_append(struct tree *tree, const uint8_t leaf[TREE_HASH_BYTES], const struct tree_keeper *keeper);
void tree_root(const struct tree *tree, uint8_t root[TREE_HASH_BYTES]);
/* The tree of that size from its kept nodes. False: one of them is missing. */
bool tree_load(struct tree *tree, uint64_t size, const struct tree_keeper *keeper);

/* From the leaf (or from what is common) up to the root; at most 64 hashes. */
struct tree_proof {
    unsigned count;
    uint8_t hashes[TREE_LEVELS][TREE_HASH_BYTES];
};

/* RFC 9162 2.1.3.1: that the entry is in the tree of that size; index < size. False: a node is missing. */
bool tree_prove_inclusion(const struct tree_keeper *keeper, uint64_t index, uint64_t size,
                          struct tree_proof *proof);
/* RFC 9162 2.1.4.1: that the tree of size `old` is where the larger one began; 0 < old <= size. */
bool tree_prove_consistency(const struct tree_keeper *keeper, uint64_t old, uint64_t size,
                            struct tree_proof *proof);

/* RFC 9162 2.1.3.2 */
bool tree_includes(const struct tree_proof *proof, uint64_t index, uint64_t size,
                   const uint8_t leaf[TREE_HASH_BYTES], const uint8_t root[TREE_HASH_BYTES]);
/* RFC 9162 2.1.4.2; the empty tree is the beginning of every tree, and the proof of it is empty. */
bool tree_continues(const struct tree_proof *proof, uint64_t old, const uint8_t old_root[TREE_HASH_BYTES],
                    uint64_t size, const uint8_t root[TREE_HASH_BYTES]);

#endif
