/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "kit/arena.h"

static void memory_is_zeroed_aligned_and_reused(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    char *first = arena_alloc(&arena, 3);
    assert_non_null(first);
    memset(first, 0xff, 3);
    assert_int_equal((uintptr_t)arena_alloc(&arena, 1) % _Alignof(max_align_t), 0);
    arena_reset(&arena);
    char *again = arena_alloc(&arena, 3);
    assert_ptr_equal(again, first);
    assert_int_equal(again[0], 0);
    arena_free(&arena);
}

static void nothing_can_be_asked_of_a_fresh_arena(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    assert_non_null(arena_array(&arena, 0, 8));
    arena_free(&arena);
}

static void the_limit_holds(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 40000);
    assert_non_null(arena_alloc(&arena, 30000));
    assert_null(arena_alloc(&arena, 20000));
    assert_null(arena_alloc(&arena, SIZE_MAX - 4));
    assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
    assert_non_null(arena_alloc(&arena, 9000));
    assert_true(arena.held <= 40000);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_reused),
        cmocka_unit_test(nothing_can_be_asked_of_a_fresh_arena),
        cmocka_unit_test(the_limit_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
