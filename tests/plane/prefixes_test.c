/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes in order, beside a look at each of them. */
#include "../check.h"

#include <string.h>

#include "plane/fast/prefixes.h"

enum { MANY = 200, ROUNDS = 200 };

static uint64_t seed = 1;

static unsigned below(unsigned most)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % most;
}

/* Of few addresses, so that many hold others: IPv4-mapped ones, and IPv6 ones that hold those by their bits. */
static struct fast_prefix any(void)
{
    struct fast_prefix prefix = {.length = 0};
    uint8_t octets[16] = {[10] = 0xff, [11] = 0xff};
    if (below(2)) {
        memset(octets, 0, sizeof octets);
        octets[1] = (uint8_t)(below(4) << 4);
        octets[15] = (uint8_t)below(16);
        prefix.length = below(4) ? 8 + below(6) : 124 + below(5);
    } else {
        octets[12] = 172;
        octets[13] = (uint8_t)below(64);
        prefix.length = 96 + 8 + below(9);
    }
    for (unsigned bit = prefix.length; bit < 128; bit++)
        octets[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
    memcpy(&prefix.address, octets, sizeof octets);
    return prefix;
}

static void the_outermost_hold_all_others_and_none_of_each_other(void **state)
{
    struct fast_prefix all[MANY], left[MANY];
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < MANY; i++)
            all[i] = left[i] = any();
        const unsigned count = fast_outermost(left, MANY);
        assert_in_range(count, 1, MANY - 1);
        for (unsigned i = 1; i < count; i++) {
            assert_true(fast_prefix_order(&left[i - 1], &left[i]) < 0);
            for (unsigned k = 0; k < i; k++)
                assert_false(fast_prefixes_overlap(&left[i], &left[k]));
        }
        for (unsigned i = 0; i < MANY; i++) {
            const unsigned nth = fast_first_overlap(left, sizeof *left, count, &all[i]);
            assert_true(nth < count && left[nth].length <= all[i].length);
        }
    }
}

static void the_first_that_shares_an_address_is_found(void **state)
{
    struct fast_prefix left[MANY];
    unsigned none = 0;
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < MANY; i++)
            left[i] = any();
        const unsigned count = fast_outermost(left, 1 + round % 20);
        for (unsigned i = 0; i < MANY; i++) {
            const struct fast_prefix prefix = any();
            unsigned first = 0;
            while (first < count && !fast_prefixes_overlap(&left[first], &prefix))
                first++;
            assert_int_equal(fast_first_overlap(left, sizeof *left, count, &prefix), first);
            none += first == count;
        }
    }
    assert_in_range(none, ROUNDS, ROUNDS * MANY - ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outermost_hold_all_others_and_none_of_each_other),
        cmocka_unit_test(the_first_that_shares_an_address_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
