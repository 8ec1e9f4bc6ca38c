/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing that comes from a radio node or through the wicket does more than be refused; sanitizers watch. */
#include "../check.h"

#include <stdlib.h>

#include "ran/ngap_values.h"

enum { FLIPS = 60, LIMIT = 1 << 20 };

static struct arena work;

/* Input in a block of its own size, so that a read beyond it is seen. */
static enum ngap_verdict decode_copy(struct bytes in, size_t len, struct ngap_pdu *pdu)
{
    uint8_t *copy = malloc(len ? len : 1);
    if (len)
        memcpy(copy, in.data, len);
    arena_reset(&work);
    enum ngap_verdict verdict = ngap_decode(bytes_of(copy, len), &work, NGAP_ANY_ORDER, pdu);
    assert_true(verdict == NGAP_OK || pdu->diagnostics.fault.what);
    static char text[4096];
    struct printer p;
    print_init(&p, PRINT_JSON, text, sizeof text);
    if (verdict <= NGAP_NOTIFY)
        ngap_print(&p, pdu);
    free(copy);
    return verdict;
}

static void a_message_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct arena arena;
    struct ngap_pdu pdu;
    arena_init(&arena, 64 << 20);
    for (unsigned type = 1; type < NGAP_MESSAGES; type++) {
        struct dice dice = {.state = type};
        struct bytes in = random_message(&dice, type, &arena);
        size_t step = 1 + in.len / 400;
        for (size_t len = 0; len < in.len; len += step)
            assert_int_equal(decode_copy(in, len, &pdu), NGAP_TRANSFER_SYNTAX_ERROR);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void flipped_bits_do_no_harm(void **state)
{
    (void)state;
    struct arena arena;
    struct ngap_pdu pdu;
    arena_init(&arena, 64 << 20);
    for (unsigned type = 1; type < NGAP_MESSAGES; type++) {
        struct dice dice = {.state = 77 * type};
        struct bytes good = random_message(&dice, type, &arena);
        uint8_t *bad = (uint8_t *)arena_copy(&arena, good).data;
        for (unsigned i = 0; i < FLIPS; i++) {
            size_t at = dice_between(&dice, 0, 8 * good.len - 1);
            bad[at / 8] ^= (uint8_t)(1 << at % 8);
            decode_copy(bytes_of(bad, good.len), good.len, &pdu);
            if (i % 3 == 0)
                memcpy(bad, good.data, good.len);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void a_lying_edge_is_refused(void **state)
{
    (void)state;
    struct arena arena;
    struct ngap_pdu pdu, again;
    static uint8_t flat[LIMIT];
    arena_init(&arena, 64 << 20);
    for (unsigned type = 1; type < NGAP_MESSAGES; type++) {
        struct dice dice = {.state = 99 * type};
        struct bytes in = random_message(&dice, type, &arena);
        assert_int_equal(ngap_decode(in, &arena, NGAP_STRICT_ORDER, &pdu), NGAP_OK);
        struct writer w = writer_of(flat, sizeof flat);
        assert_true(ngap_flatten(&w, &pdu, NULL));
        struct fault fault;
        for (size_t len = 0; len < writer_length(&w); len += 1 + writer_length(&w) / 200) {
            arena_reset(&work);
            assert_false(ngap_unflatten(bytes_of(flat, len), &work, &again, &fault));
        }
        for (unsigned i = 0; i < FLIPS; i++) {
            size_t at = dice_between(&dice, 0, 8 * writer_length(&w) - 1);
            flat[at / 8] ^= (uint8_t)(1 << at % 8);
            arena_reset(&work);
            struct writer back = writer_of(arena_alloc(&arena, 65536), 65536);
            if (ngap_unflatten(writer_bytes(&w), &work, &again, &fault))
                ngap_encode(&back, again.message, again.value.any, &fault);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void memory_stays_within_the_arenas_limit(void **state)
{
    (void)state;
    /* NG Reset whose list announces 65,535 connections and sends next to nothing. */
    uint8_t in[4096] = {0, 20, 0, 0x8f, 0xfc, 0, 0, 1, 0, 88, 0, 0x8f, 0xf4, 0x40, 0xbf, 0xff};
    struct arena small;
    struct ngap_pdu pdu;
    arena_init(&small, 8192);
    assert_int_equal(ngap_decode(BYTES(in), &small, NGAP_STRICT_ORDER, &pdu), NGAP_TRANSFER_SYNTAX_ERROR);
    assert_true(small.held <= 8192);
    arena_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_cut_anywhere_is_refused),
        cmocka_unit_test(flipped_bits_do_no_harm),
        cmocka_unit_test(a_lying_edge_is_refused),
        cmocka_unit_test(memory_stays_within_the_arenas_limit),
    };
    arena_init(&work, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&work);
    return failed;
}
