/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>

#include "kit/map.h"

static void what_was_put_is_found_replaced_and_taken(void **state)
{
    (void)state;
    struct map map;
    int one, two;
    map_init(&map, 1);
    assert_null(map_get(&map, 5));
    assert_null(map_take(&map, 5));
    assert_true(map_put(&map, 0, &one));
    assert_true(map_put(&map, UINT64_MAX, &two));
    assert_ptr_equal(map_get(&map, 0), &one);
    assert_true(map_put(&map, 0, &two));
    assert_int_equal(map.count, 2);
    assert_ptr_equal(map_take(&map, 0), &two);
    assert_null(map_get(&map, 0));
    assert_ptr_equal(map_get(&map, UINT64_MAX), &two);
    map_free(&map);
}

enum { KEYS = 4096 };

/* A plain array says what the map must say, through many random changes at high load. */
static void it_agrees_with_an_array(void **state)
{
    (void)state;
    static void *model[KEYS];
    static char cell[KEYS];
    struct map map;
    size_t count = 0;
    map_init(&map, 42);
    srand(3);
    for (int i = 0; i < 200000; i++) {
        unsigned key = (unsigned)rand() % KEYS;
        if (rand() % 2) {
            count += !model[key];
            model[key] = &cell[rand() % KEYS];
            assert_true(map_put(&map, key, model[key]));
        } else {
            count -= model[key] != NULL;
            assert_ptr_equal(map_take(&map, key), model[key]);
            model[key] = NULL;
        }
        unsigned probe = (unsigned)rand() % KEYS;
        assert_ptr_equal(map_get(&map, probe), model[probe]);
        assert_int_equal(map.count, count);
    }
    map_free(&map);
}

static void a_walk_sees_each_entry_once(void **state)
{
    (void)state;
    struct map map;
    static int cell[1000];
    map_init(&map, 9);
    for (uint64_t i = 0; i < 1000; i++)
        map_put(&map, i << 32, &cell[i]);
    size_t cursor = 0, seen = 0;
    uint64_t key;
    void *value;
    while (map_next(&map, &cursor, &key, &value)) {
        assert_ptr_equal(value, &cell[key >> 32]);
        seen++;
        (*(int *)value)++;
    }
    assert_int_equal(seen, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(cell[i], 1);
    map_free(&map);
}

/* Some are kept: those may be seen again, but none of the others is missed, and the walk ends. */
static void a_walk_may_take_what_it_sees(void **state)
{
    (void)state;
    struct map map;
    static int cell[1000];
    map_init(&map, 11);
    for (uint64_t i = 0; i < 1000; i++)
        map_put(&map, i, &cell[i]);
    size_t cursor = 0;
    uint64_t key;
    for (void *value; map_next(&map, &cursor, &key, &value);) {
        if (key % 10 == 0)
            continue;
        assert_ptr_equal(map_take(&map, key), value);
        map_taken(&cursor);
    }
    assert_int_equal(map.count, 100);
    for (uint64_t i = 0; i < 1000; i++)
        assert_true((map_get(&map, i) != NULL) == (i % 10 == 0));
    map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_replaced_and_taken),
        cmocka_unit_test(it_agrees_with_an_array),
        cmocka_unit_test(a_walk_sees_each_entry_once),
        cmocka_unit_test(a_walk_may_take_what_it_sees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
