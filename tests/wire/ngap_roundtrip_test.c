/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "ran/ngap_values.h"

enum { SEEDS = 60, ROOM = 256 * 1024 };

static uint8_t first[ROOM], second[ROOM];

static struct bytes encoded(const struct aper_type *type, const void *value, uint8_t *buffer)
{
    struct fault fault = {0};
    struct writer w = writer_of(buffer, ROOM);
    if (!aper_encode(type, &w, value, &fault))
        fail_msg("%s: %s: %s", type->name, fault.where, fault.what);
    return writer_bytes(&w);
}

static struct bytes flattened(const struct aper_type *type, const void *value, uint8_t *buffer)
{
    struct fault fault = {0};
    struct writer w = writer_of(buffer, ROOM);
    if (!aper_flatten(type, &w, value, NULL, &fault))
        fail_msg("%s: %s: %s", type->name, fault.where, fault.what);
    return writer_bytes(&w);
}

static const void *decoded(const struct aper_type *type, struct bytes in, struct arena *arena)
{
    struct aper_diagnostics diagnostics;
    const void *value;
    if (!aper_decode(type, in, arena, false, &value, &diagnostics) || diagnostics.fault.what)
        fail_msg("%s at %zu: %s: %s", type->name, diagnostics.fault.at, diagnostics.fault.where,
                 diagnostics.fault.what);
    return value;
}

static void check_type(const struct aper_type *type, uint64_t seed, struct arena *arena)
{
    struct dice dice = {.state = seed};
    const void *value = random_value(&dice, type, arena);
    assert_non_null(value);
    struct bytes air = arena_copy(arena, encoded(type, value, first));
    const void *back = decoded(type, air, arena);
    assert_true(bytes_equal(encoded(type, back, second), air));
    assert_true(bytes_equal(flattened(type, value, first), flattened(type, back, second)));

    struct bytes flat = arena_copy(arena, flattened(type, value, first));
    struct reader r = reader_of(flat);
    if (!aper_unflatten(type, &r, arena, &back, NULL))
        fail_msg("%s: %s: %s", type->name, r.fault.where, r.fault.what);
    assert_int_equal(reader_left(&r), 0);
    assert_true(bytes_equal(encoded(type, back, second), air));
}

static void every_type_survives_the_air_and_the_wicket(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 64 << 20);
    for (unsigned message = 1; message < NGAP_MESSAGES; message++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            check_type(ngap_messages[message].type, seed * 1000 + message, &arena);
            arena_reset(&arena);
        }
    arena_free(&arena);
}

static void every_message_is_recognised(void **state)
{
    (void)state;
    struct arena arena;
    struct ngap_pdu pdu;
    arena_init(&arena, 64 << 20);
    for (unsigned message = 1; message < NGAP_MESSAGES; message++) {
        struct dice dice = {.state = message};
        struct bytes in = random_message(&dice, message, &arena);
        assert_int_equal(ngap_decode(in, &arena, NGAP_STRICT_ORDER, &pdu), NGAP_OK);
        assert_int_equal(pdu.message, message);
        struct writer w = writer_of(first, sizeof first);
        assert_true(ngap_flatten(&w, &pdu, NULL));
        struct ngap_pdu again;
        assert_true(ngap_unflatten(writer_bytes(&w), &arena, &again, NULL));
        assert_int_equal(again.message, message);
        assert_int_equal(again.amf_ue_ngap_id, pdu.amf_ue_ngap_id);
        assert_int_equal(again.has_ran_ue_ngap_id, pdu.has_ran_ue_ngap_id);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void long_contents_travel_in_fragments(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 8 << 20);
    static uint8_t capability[100000];
    struct dice dice = {.state = 7};
    for (size_t i = 0; i < sizeof capability; i++)
        capability[i] = (uint8_t)dice_between(&dice, 0, 255);
    const size_t sizes[] = {127, 128, 16383, 16384, 16385, 65535, 65536, 65540, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct ngap_ue_radio_capability_info_indication message = {
            .amf_ue_ngap_id = 1, .ran_ue_ngap_id = 2, .ue_radio_capability = bytes_of(capability, sizes[i])};
        static uint8_t large[400000];
        struct writer w = writer_of(large, sizeof large);
        struct ngap_pdu pdu;
        assert_true(ngap_encode_ue_radio_capability_info_indication(&w, &message, NULL));
        assert_int_equal(ngap_decode(writer_bytes(&w), &arena, NGAP_STRICT_ORDER, &pdu), NGAP_OK);
        assert_true(bytes_equal(pdu.value.ue_radio_capability_info_indication->ue_radio_capability,
                                message.ue_radio_capability));
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void both_prints_name_what_is_there(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    static char text[65536];
    struct printer p;
    struct ngap_cause cause = {.which = NGAP_CAUSE_NAS, .nas = NGAP_CAUSE_NAS_DEREGISTER};
    struct ngap_error_indication message = {
        .has_ran_ue_ngap_id = true, .ran_ue_ngap_id = 77, .cause = &cause};
    struct ngap_pdu pdu = {.message = NGAP_ERROR_INDICATION, .value.error_indication = &message};
    print_init(&p, PRINT_JSON, text, sizeof text);
    ngap_print(&p, &pdu);
    assert_string_equal(text,
                        "{\"ErrorIndication\":{\"RAN-UE-NGAP-ID\":77,\"Cause\":{\"nas\":\"deregister\"}}}");
    print_init(&p, PRINT_TEXT, text, sizeof text);
    ngap_print(&p, &pdu);
    assert_non_null(strstr(text, "RAN-UE-NGAP-ID 77"));
    assert_non_null(strstr(text, "nas deregister"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_survives_the_air_and_the_wicket),
        cmocka_unit_test(every_message_is_recognised),
        cmocka_unit_test(long_contents_travel_in_fragments),
        cmocka_unit_test(both_prints_name_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
