/* SPDX-License-Identifier: Apache-2.0 */
/* Whether numbers look drawn evenly. Of true random ones fewer than one call in 10^9 says no. */
#ifndef TESTS_UNIFORM_H
#define TESTS_UNIFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Chi-square of one octet, 255 degrees of freedom: above the limit by chance once in 10^12 (Wilson and Hilferty: 7 sigma). */
static inline bool uniform_octet(const uint64_t *values, size_t count, unsigned octet)
{
    const double limit = 447, expected = (double)count / 256;
    size_t seen[256] = {0};
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        seen[values[i] >> 8 * octet & 0xff]++;
    for (unsigned i = 0; i < 256; i++)
        sum += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    if (sum >= limit)
        fprintf(stderr, "octet %u: chi-square %.0f\n", octet, sum);
    return sum < limit;
}

/* Each bit half the time, to within 7 sigma, which is half the root of the count. */
static inline bool uniform_bit(const uint64_t *values, size_t count, unsigned bit)
{
    size_t ones = 0;
    for (size_t i = 0; i < count; i++)
        ones += values[i] >> bit & 1;
    const double off = (double)ones - (double)count / 2;
    if (off * off >= 49.0 / 4 * (double)count)
        fprintf(stderr, "bit %u: set %zu times in %zu\n", bit, ones, count);
    return off * off < 49.0 / 4 * (double)count;
}

/* The numbers, and how each differs from the one before, so that a counter does not pass. */
static inline bool uniform(uint64_t *values, size_t count, unsigned octets)
{
    bool good = true;
    for (int differences = 0; differences < 2; differences++) {
        for (unsigned octet = 0; octet < octets; octet++)
            good &= uniform_octet(values, count, octet);
        for (unsigned bit = 0; bit < 8 * octets; bit++)
            good &= uniform_bit(values, count, bit);
        for (size_t i = count - 1; i > 0; i--)
            values[i] -= values[i - 1];
    }
    return good;
}

#endif
