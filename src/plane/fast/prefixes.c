/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/prefixes.h"

#include <stdlib.h>
#include <string.h>

enum { MAPPED_BITS = 96 };

bool fast_is_v4(const struct fast_prefix *prefix)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    return prefix->length >= MAPPED_BITS && memcmp(&prefix->address, mapped, sizeof mapped) == 0;
}

int fast_prefix_order(const void *a, const void *b)
{
    const struct fast_prefix *one = a, *two = b;
    if (fast_is_v4(one) != fast_is_v4(two))
        return fast_is_v4(one) ? 1 : -1;
    const int order = memcmp(&one->address, &two->address, sizeof one->address);
    return order ? order : (one->length > two->length) - (one->length < two->length);
}

bool fast_prefixes_overlap(const struct fast_prefix *a, const struct fast_prefix *b)
{
    const uint8_t *left = (const uint8_t *)&a->address, *right = (const uint8_t *)&b->address;
    const unsigned bits = a->length < b->length ? a->length : b->length, whole = bits / 8, rest = bits % 8;
    return fast_is_v4(a) == fast_is_v4(b) && memcmp(left, right, whole) == 0 &&
           (rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0);
}

unsigned fast_outermost(struct fast_prefix *prefixes, unsigned count)
{
    unsigned left = 0;
    qsort(prefixes, count, sizeof *prefixes, fast_prefix_order);
    for (unsigned i = 0; i < count; i++)
        if (left == 0 || !fast_prefixes_overlap(&prefixes[left - 1], &prefixes[i]))
            prefixes[left++] = prefixes[i];
    return left;
}

static const struct fast_prefix *at(const void *entries, size_t size, unsigned nth)
{
    return (const void *)((const char *)entries + nth * size);
}

/* One that holds it is right before what comes behind it in the order, as no other is between the two. */
unsigned fast_first_overlap(const void *entries, size_t size, unsigned count,
                            const struct fast_prefix *prefix)
{
    unsigned low = 0, high = count;
    while (low < high) {
        const unsigned middle = low + (high - low) / 2;
        if (fast_prefix_order(at(entries, size, middle), prefix) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0 && fast_prefixes_overlap(at(entries, size, low - 1), prefix))
        return low - 1;
    return low < count && fast_prefixes_overlap(at(entries, size, low), prefix) ? low : count;
}
