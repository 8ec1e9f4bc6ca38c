/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces that the C2SP text formats are made of: lines, numbers, hashes. */
#ifndef EVIDENCE_LINES_H
#define EVIDENCE_LINES_H

#include "evidence/base64.h"
#include "evidence/tree.h"

/* Without its end, which must be there. */
static inline struct bytes read_line(struct reader *r)
{
    const uint8_t *end = reader_left(r) ? memchr(r->at, '\n', reader_left(r)) : NULL;
    if (!end) {
        reader_fail(r, NULL, "has no end of line");
        return (struct bytes){0};
    }
    struct bytes line = read_bytes(r, (size_t)(end - r->at));
    read_u8(r);
    return line;
}

/* ASCII decimal without leading zeros. */
static inline bool decimal_read(struct bytes text, uint64_t *value)
{
    uint64_t sum = 0;
    if (!text.len || (text.data[0] == '0' && text.len > 1))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9' || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(text.data[i] - '0'), &sum))
            return false;
    *value = sum;
    return true;
}

static inline void write_text(struct writer *w, const char *text)
{
    write_bytes(w, bytes_of(text, strlen(text)));
}

static inline bool begins(struct bytes line, const char *with, struct bytes *rest)
{
    const size_t length = strlen(with);
    if (line.len < length || memcmp(line.data, with, length) != 0)
        return false;
    *rest = bytes_of(line.data + length, line.len - length);
    return true;
}

/* One hash a line, up to and with an empty line. */
static inline void read_proof(struct reader *r, struct tree_proof *proof)
{
    proof->count = 0;
    for (struct bytes line = read_line(r); line.len; line = read_line(r)) {
        if (proof->count == TREE_LEVELS - 1 ||
            base64_read(line, proof->hashes[proof->count], TREE_HASH_BYTES) != TREE_HASH_BYTES) {
            reader_fail(r, "proof", "is no list of hashes");
            return;
        }
        proof->count++;
    }
}

static inline void write_proof(struct writer *w, const struct tree_proof *proof)
{
    for (unsigned i = 0; i < proof->count; i++) {
        base64_write(w, BYTES(proof->hashes[i]));
        write_u8(w, '\n');
    }
    write_u8(w, '\n');
}

#endif
