/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/tree.h"

#include "crypt/primitive.h"

void tree_leaf(struct bytes entry, uint8_t hash[TREE_HASH_BYTES])
{
    static const uint8_t prefix[] = {0};
    sha256((const struct bytes[]){BYTES(prefix), entry}, 2, hash);
}

void tree_node(const uint8_t left[TREE_HASH_BYTES], const uint8_t right[TREE_HASH_BYTES],
               uint8_t hash[TREE_HASH_BYTES])
{
    uint8_t both[1 + 2 * TREE_HASH_BYTES] = {1};
    memcpy(both + 1, left, TREE_HASH_BYTES);
    memcpy(both + 1 + TREE_HASH_BYTES, right, TREE_HASH_BYTES);
    const struct bytes whole = BYTES(both);
    sha256(&whole, 1, hash);
}

/* --- Growing --- */

void tree_append(struct tree *tree, const uint8_t leaf[TREE_HASH_BYTES], const struct tree_keeper *keeper)
{
    uint8_t hash[TREE_HASH_BYTES];
    unsigned level = 0;
    memcpy(hash, leaf, sizeof hash);
    for (;; level++) {
        if (keeper)
            keeper->keep(keeper->context, level, tree->size >> level, hash);
        if (!(tree->size >> level & 1))
            break;
        tree_node(tree->peaks[level], hash, hash);
    }
    memcpy(tree->peaks[level], hash, sizeof hash);
    tree->size++;
}

void tree_root(const struct tree *tree, uint8_t root[TREE_HASH_BYTES])
{
    bool begun = false;
    if (!tree->size)
        sha256(NULL, 0, root);
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        if (!(tree->size >> level & 1))
            continue;
        if (begun)
            tree_node(tree->peaks[level], root, root);
        else
            memcpy(root, tree->peaks[level], TREE_HASH_BYTES);
        begun = true;
    }
}

bool tree_load(struct tree *tree, uint64_t size, const struct tree_keeper *keeper)
{
    bool good = true;
    *tree = (struct tree){.size = size};
    for (unsigned level = 0; level < TREE_LEVELS && good; level++)
        if (size >> level & 1)
            good = keeper->find(keeper->context, level, (size >> level) - 1, tree->peaks[level]);
    return good;
}

/* --- Proving --- */

/* The root over [begin, size), which is the last, incomplete tree at some level: its own largest complete trees, folded. */
static bool last_node(const struct tree_keeper *keeper, uint64_t begin, uint64_t size,
                      uint8_t hash[TREE_HASH_BYTES])
{
    struct tree rest = {.size = size - begin};
    for (unsigned level = 0; level < TREE_LEVELS; level++)
        if ((rest.size >> level & 1) &&
            !keeper->find(keeper->context, level, (size >> level) - 1, rest.peaks[level]))
            return false;
    tree_root(&rest, hash);
    return true;
}

static bool add_node(const struct tree_keeper *keeper, unsigned level, uint64_t index,
                     struct tree_proof *proof)
{
    return keeper->find(keeper->context, level, index, proof->hashes[proof->count++]);
}

/* The siblings of the node and of those above it, up to the root. */
static bool add_path(const struct tree_keeper *keeper, unsigned level, uint64_t index, uint64_t size,
                     struct tree_proof *proof)
{
    for (uint64_t last = (size - 1) >> level; last > 0; level++, index >>= 1, last >>= 1) {
        bool found = true;
        if (index & 1)
            found = add_node(keeper, level, index - 1, proof);
        else if (index + 1 < last)
            found = add_node(keeper, level, index + 1, proof);
        else if (index + 1 == last)
            found = last_node(keeper, last << level, size, proof->hashes[proof->count++]);
        if (!found)
            return false;
    }
    return true;
}

bool tree_prove_inclusion(const struct tree_keeper *keeper, uint64_t index, uint64_t size,
                          struct tree_proof *proof)
{
    proof->count = 0;
    return add_path(keeper, 0, index, size, proof);
}

bool tree_prove_consistency(const struct tree_keeper *keeper, uint64_t old, uint64_t size,
                            struct tree_proof *proof)
{
    const unsigned level = (unsigned)__builtin_ctzll(old);
    const uint64_t index = (old - 1) >> level;
    proof->count = 0;
    if (old == size)
        return true;
    if (index && !add_node(keeper, level, index, proof))
        return false;
    return add_path(keeper, level, index, size, proof);
}

/* --- Verifying --- */

static bool same(const uint8_t one[TREE_HASH_BYTES], const uint8_t other[TREE_HASH_BYTES])
{
    return memcmp(one, other, TREE_HASH_BYTES) == 0;
}

bool tree_includes(const struct tree_proof *proof, uint64_t index, uint64_t size,
                   const uint8_t leaf[TREE_HASH_BYTES], const uint8_t root[TREE_HASH_BYTES])
{
    uint8_t hash[TREE_HASH_BYTES];
    uint64_t at = index, last = size - 1;
    if (index >= size)
        return false;
    memcpy(hash, leaf, sizeof hash);
    for (unsigned i = 0; i < proof->count; i++) {
        if (last == 0)
            return false;
        if ((at & 1) || at == last) {
            tree_node(proof->hashes[i], hash, hash);
            for (; !(at & 1) && at; last >>= 1)
                at >>= 1;
        } else {
            tree_node(hash, proof->hashes[i], hash);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && same(hash, root);
}

static bool is_of_size(const uint8_t root[TREE_HASH_BYTES], uint64_t size)
{
    static const struct tree empty;
    uint8_t nothing[TREE_HASH_BYTES];
    tree_root(&empty, nothing);
    return size || same(root, nothing);
}

/* 0 < old < size. What is common grows into the old root and into the new one. */
static bool grows(const struct tree_proof *proof, uint64_t old, const uint8_t old_root[TREE_HASH_BYTES],
                  uint64_t size, const uint8_t root[TREE_HASH_BYTES])
{
    uint8_t before[TREE_HASH_BYTES], after[TREE_HASH_BYTES];
    const bool whole = (old & (old - 1)) == 0; /* the old root is itself a node of the new tree */
    const unsigned level = (unsigned)__builtin_ctzll(old);
    uint64_t at = (old - 1) >> level, last = (size - 1) >> level;
    if (proof->count < 1)
        return false;
    memcpy(before, whole ? old_root : proof->hashes[0], sizeof before);
    memcpy(after, before, sizeof after);
    for (unsigned i = !whole; i < proof->count; i++) {
        if (last == 0)
            return false;
        if ((at & 1) || at == last) {
            tree_node(proof->hashes[i], before, before);
            tree_node(proof->hashes[i], after, after);
            for (; !(at & 1) && at; last >>= 1)
                at >>= 1;
        } else {
            tree_node(after, proof->hashes[i], after);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && same(before, old_root) && same(after, root);
}

bool tree_continues(const struct tree_proof *proof, uint64_t old, const uint8_t old_root[TREE_HASH_BYTES],
                    uint64_t size, const uint8_t root[TREE_HASH_BYTES])
{
    if (old > size)
        return false;
    if (old == 0)
        return proof->count == 0 && is_of_size(root, size);
    if (old == size)
        return proof->count == 0 && same(old_root, root);
    return grows(proof, old, old_root, size, root);
}
