/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/draw.h"

#include <sys/random.h>

static struct {
    uint64_t numbers[32];
    unsigned left;
} pool;

bool draw_begin(void)
{
    if (getrandom(pool.numbers, sizeof pool.numbers, 0) != sizeof pool.numbers)
        return false;
    pool.left = sizeof pool.numbers / sizeof pool.numbers[0];
    return true;
}

/* Where the kernel has given so few octets once (draw_begin sees to that), it always does. */
uint64_t draw(void *context)
{
    (void)context;
    while (pool.left == 0)
        draw_begin();
    return pool.numbers[--pool.left];
}
