/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

static void draw(void *out, size_t size)
{
    if (RAND_bytes_ex(NULL, out, size, 0) == 1)
        return;
    fputs("crypt: the system gives no random bytes\n", stderr);
    abort();
}

/* Small amounts come from a pool, for OpenSSL's way to its generator is long. What was given out is cleared. */
static void fill_from_system(struct random *random, void *out, size_t size)
{
    static _Thread_local uint8_t pool[512];
    static _Thread_local size_t left;
    (void)random;
    if (size > sizeof pool / 8) {
        draw(out, size);
        return;
    }
    if (left < size) {
        draw(pool, sizeof pool);
        left = sizeof pool;
    }
    left -= size;
    memcpy(out, pool + left, size);
    OPENSSL_cleanse(pool + left, size);
}

struct random *random_system(void)
{
    static struct random system = {fill_from_system};
    return &system;
}

/* splitmix64 */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void fill_from_seed(struct random *random, void *out, size_t size)
{
    struct random_seeded *seeded = (struct random_seeded *)random;
    for (uint8_t *at = out; size > 0;) {
        uint64_t word = next(&seeded->state);
        size_t part = size < sizeof word ? size : sizeof word;
        memcpy(at, &word, part);
        at += part;
        size -= part;
    }
}

void random_seed(struct random_seeded *seeded, uint64_t seed)
{
    *seeded = (struct random_seeded){.random = {fill_from_seed}, .state = seed};
}
