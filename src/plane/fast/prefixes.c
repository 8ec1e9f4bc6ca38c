/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/prefixes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const uint8_t mapped[FAST_MAPPED_BITS / 8] = {[10] = 0xff, [11] = 0xff};

struct fast_address fast_map_address(int family, const void *octets)
{
    struct fast_address address;
    uint8_t *to = (uint8_t *)&address;
    if (family == AF_INET6) {
        memcpy(to, octets, sizeof address);
    } else {
        memcpy(to, mapped, sizeof mapped);
        memcpy(to + sizeof mapped, octets, 4);
    }
    return address;
}

bool fast_is_mapped(const void *address)
{
    return memcmp(address, mapped, sizeof mapped) == 0;
}

bool fast_is_v4(const struct fast_prefix *prefix)
{
    return prefix->length >= FAST_MAPPED_BITS && fast_is_mapped(&prefix->address);
}

unsigned fast_blocks_of(const struct fast_prefix *prefix, unsigned *first)
{
    const uint8_t *octets = (const uint8_t *)&prefix->address + sizeof mapped;
    const unsigned length = prefix->length - FAST_MAPPED_BITS;
    if (!fast_is_v4(prefix))
        return 0;
    *first = (unsigned)octets[0] << 8 | octets[1];
    return length < FAST_BLOCK_BITS ? 1u << (FAST_BLOCK_BITS - length) : 1;
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
