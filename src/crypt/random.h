/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where unpredictable bytes come from. The core takes a `struct random *` wherever it needs some, so that a
 * simulation can hand in a seeded source and replay a run; the real programs use random_system().
 */
#ifndef CRYPT_RANDOM_H
#define CRYPT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    void (*fill)(struct random *random, void *out, size_t size);
};

static inline void random_fill(struct random *random, void *out, size_t size)
{
    random->fill(random, out, size);
}

static inline uint64_t random_u64(struct random *random)
{
    uint64_t value;
    random_fill(random, &value, sizeof value);
    return value;
}

/* OpenSSL's generator; shared, usable from every thread. */
struct random *random_system(void);

/* A reproducible sequence for simulations and tests. Predictable: never use it for a key of a real network.
 */
struct random_seeded {
    struct random random; /* pass &seeded.random on */
    uint64_t state;
};

void random_seed(struct random_seeded *seeded, uint64_t seed);

#endif
