/* SPDX-License-Identifier: Apache-2.0 */
/* What TS 38.413 clause 10 says of messages that are not as they should be, for every message there is. */
#include "../check.h"

#include "ran/ngap_values.h"

static struct arena arena;
static struct ngap_pdu pdu;
static struct raw_pdu raw;
static uint8_t buffer[256 * 1024];

static struct raw_field *field_of(uint16_t id)
{
    for (unsigned i = 0; i < raw.count; i++)
        if (raw.fields[i].id == id)
            return &raw.fields[i];
    return NULL;
}

static enum ngap_verdict judge(enum ngap_order order)
{
    struct writer w = writer_of(buffer, sizeof buffer);
    return ngap_decode(raw_write(&raw, &w), &arena, order, &pdu);
}

/* A good message of the type, taken apart; short enough to be put together again by raw_write. */
static void take_apart(enum ngap_message_type type)
{
    struct bytes in;
    struct dice dice = {.state = type};
    do {
        arena_reset(&arena);
        in = random_message(&dice, type, &arena);
    } while (in.len > 12000);
    assert_true(raw_read(in, &arena, &raw));
    assert_int_equal(judge(NGAP_STRICT_ORDER), NGAP_OK);
}

static void remove_field(struct raw_field *field)
{
    raw.count--;
    memmove(field, field + 1, (size_t)(&raw.fields[raw.count] - field) * sizeof *field);
}

static enum ngap_verdict verdict_for(uint8_t criticality)
{
    static const enum ngap_verdict verdicts[] = {NGAP_REJECT, NGAP_OK, NGAP_NOTIFY};
    return verdicts[criticality];
}

static void a_missing_mandatory_ie_counts_by_its_criticality(void **state)
{
    (void)state;
    for (unsigned type = 1; type < NGAP_MESSAGES; type++) {
        const struct aper_type *container = ngap_messages[type].type;
        for (unsigned i = 0; i < container->count; i++) {
            const struct aper_part *part = &container->parts[i];
            take_apart(type);
            struct raw_field *field = field_of(part->id);
            if (!field)
                continue;
            remove_field(field);
            enum ngap_verdict verdict = judge(NGAP_STRICT_ORDER);
            if (part->presence != APER_MANDATORY) {
                assert_int_equal(verdict, NGAP_OK);
                continue;
            }
            assert_int_equal(verdict, verdict_for(part->criticality));
            assert_int_equal(pdu.diagnostics.count, 1);
            assert_int_equal(pdu.diagnostics.problems[0].id, part->id);
            assert_true(pdu.diagnostics.problems[0].missing);
            assert_true(ngap_missing(&pdu, part->id));
        }
    }
}

static void a_doubled_ie_makes_a_message_falsely_constructed(void **state)
{
    (void)state;
    for (unsigned type = 1; type < NGAP_MESSAGES; type++) {
        take_apart(type);
        if (raw.count == 0)
            continue;
        raw.fields[raw.count] = raw.fields[raw.count - 1];
        raw.count++;
        assert_int_equal(judge(NGAP_STRICT_ORDER), NGAP_FALSELY_CONSTRUCTED);
        assert_int_equal(judge(NGAP_ANY_ORDER), NGAP_FALSELY_CONSTRUCTED);
    }
}

static void order_counts_unless_it_is_waived(void **state)
{
    (void)state;
    for (unsigned type = 1; type < NGAP_MESSAGES; type++) {
        take_apart(type);
        if (raw.count < 2)
            continue;
        struct raw_field last = raw.fields[raw.count - 1];
        raw.fields[raw.count - 1] = raw.fields[0];
        raw.fields[0] = last;
        assert_int_equal(judge(NGAP_STRICT_ORDER), NGAP_FALSELY_CONSTRUCTED);
        assert_int_equal(judge(NGAP_ANY_ORDER), NGAP_OK);
    }
}

static void an_unknown_ie_counts_by_the_criticality_it_came_with(void **state)
{
    (void)state;
    static const uint8_t content[] = {1, 2, 3};
    for (unsigned type = 1; type < NGAP_MESSAGES; type++)
        for (uint8_t criticality = APER_REJECT; criticality <= APER_NOTIFY; criticality++) {
            take_apart(type);
            memmove(raw.fields + 1, raw.fields, raw.count * sizeof raw.fields[0]);
            raw.fields[0] = (struct raw_field){60000, (uint8_t)(criticality << 6), BYTES(content)};
            raw.count++;
            assert_int_equal(judge(NGAP_STRICT_ORDER), verdict_for(criticality));
            if (criticality != APER_IGNORE)
                assert_int_equal(pdu.diagnostics.problems[0].id, 60000);
            raw.fields[0].criticality = 0xc0;
            assert_int_equal(judge(NGAP_STRICT_ORDER), NGAP_TRANSFER_SYNTAX_ERROR);
        }
}

static bool dispensable(const struct aper_part *part)
{
    return part->presence != APER_MANDATORY && part->criticality == APER_IGNORE;
}

/* Its octets end before the value does; a mandatory one, or one that must be understood, cannot be done without. */
static void an_ie_that_cannot_be_read_is_ignored_if_it_is_optional_and_ignorable(void **state)
{
    (void)state;
    for (unsigned type = 1; type < NGAP_MESSAGES; type++) {
        const struct aper_type *container = ngap_messages[type].type;
        for (unsigned i = 0; i < container->count; i++) {
            const struct aper_part *part = &container->parts[i];
            take_apart(type);
            struct raw_field *field = field_of(part->id);
            if (!field)
                continue;
            field->content.len = 0;
            bool spared = dispensable(part);
            assert_int_equal(judge(NGAP_STRICT_ORDER), spared ? NGAP_OK : NGAP_TRANSFER_SYNTAX_ERROR);
            if (spared)
                assert_false(aper_part_present(part, pdu.value.any));
            field->criticality = APER_REJECT << 6;
            assert_int_equal(judge(NGAP_STRICT_ORDER), NGAP_TRANSFER_SYNTAX_ERROR);
        }
    }
}

static void a_procedure_in_the_wrong_direction_is_unknown(void **state)
{
    (void)state;
    for (unsigned kind = NGAP_INITIATING; kind <= NGAP_UNSUCCESSFUL; kind++)
        for (unsigned code = 0; code < 256; code++) {
            const uint8_t in[] = {(uint8_t)(kind << 5), (uint8_t)code, 0, 3, 0, 0, 0};
            enum ngap_verdict verdict = ngap_decode(BYTES(in), &arena, NGAP_STRICT_ORDER, &pdu);
            assert_int_equal(verdict == NGAP_UNKNOWN_PROCEDURE,
                             ngap_message_of[kind][code] == NGAP_NO_MESSAGE);
            assert_int_equal(pdu.procedure_code, code);
            assert_true(pdu.has_header);
            arena_reset(&arena);
        }
}

static const char hello[] = "GET / HTTP/1.1\r\n";

static void what_is_not_decodable_is_a_transfer_syntax_error(void **state)
{
    (void)state;
    struct {
        const char *why;
        struct bytes in;
    } cases[] = {
        {"nothing", {(const uint8_t *)"", 0}},
        {"text", BYTES(hello)},
        {"no fourth alternative", BYTES(((uint8_t[]){0x60, 15, 0x40, 3, 0, 0, 0}))},
        {"a criticality that does not exist", BYTES(((uint8_t[]){0, 15, 0xc0, 3, 0, 0, 0}))},
        {"octets after the end", BYTES(((uint8_t[]){0, 23, 0, 3, 0, 0, 0, 0}))},
        {"length longer than the message", BYTES(((uint8_t[]){0, 23, 0, 4, 0, 0, 0}))},
        {"open type longer than its value", BYTES(((uint8_t[]){0, 23, 0, 4, 0, 0, 0, 0}))},
        {"more IEs announced than sent", BYTES(((uint8_t[]){0, 23, 0, 3, 0, 0xff, 0xff}))},
        {"AMF UE NGAP ID of six octets",
         BYTES(((uint8_t[]){0, 46, 0x40, 14, 0, 0, 1, 0, 10, 0, 7, 0xa0, 1, 0, 0, 0, 0, 0}))},
        {"RAN UE NGAP ID with an octet too many",
         BYTES(((uint8_t[]){0, 46, 0x40, 10, 0, 0, 1, 0, 85, 0, 3, 0, 1, 2}))},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum ngap_verdict verdict = ngap_decode(cases[i].in, &arena, NGAP_STRICT_ORDER, &pdu);
        if (verdict != NGAP_TRANSFER_SYNTAX_ERROR || !pdu.diagnostics.fault.what)
            fail_msg("%s: verdict %d", cases[i].why, verdict);
    }
}

static void an_unknown_value_of_an_enumeration_drops_its_ie(void **state)
{
    (void)state;
    static const uint8_t beyond[] = {0xbf};
    take_apart(NGAP_INITIAL_UE_MESSAGE);
    struct raw_field *cause = field_of(90);
    assert_non_null(cause);
    cause->content = BYTES(beyond);
    const uint8_t criticalities[] = {APER_REJECT, APER_IGNORE, APER_NOTIFY};
    for (size_t i = 0; i < sizeof criticalities; i++) {
        cause->criticality = (uint8_t)(criticalities[i] << 6);
        assert_int_equal(judge(NGAP_STRICT_ORDER), verdict_for(criticalities[i]));
        assert_true(ngap_missing(&pdu, 90));
    }
}

static void a_refused_message_still_names_its_ue_in_the_reply(void **state)
{
    (void)state;
    take_apart(NGAP_UPLINK_NAS_TRANSPORT);
    uint64_t amf_id = pdu.amf_ue_ngap_id;
    uint32_t ran_id = pdu.ran_ue_ngap_id;
    remove_field(field_of(38));
    enum ngap_verdict verdict = judge(NGAP_STRICT_ORDER);
    assert_int_equal(verdict, NGAP_REJECT);
    struct ngap_error_indication reply = ngap_error_indication_for(&pdu, verdict, &arena);
    struct writer w = writer_of(buffer, sizeof buffer);
    assert_true(ngap_encode_error_indication(&w, &reply, NULL));
    assert_int_equal(ngap_decode(writer_bytes(&w), &arena, NGAP_STRICT_ORDER, &pdu), NGAP_OK);
    assert_true(pdu.has_amf_ue_ngap_id && pdu.amf_ue_ngap_id == amf_id);
    assert_true(pdu.has_ran_ue_ngap_id && pdu.ran_ue_ngap_id == ran_id);
    const struct ngap_criticality_diagnostics *found = pdu.value.error_indication->criticality_diagnostics;
    assert_int_equal(found->ies_criticality_diagnostics.count, 1);
    assert_int_equal(found->ies_criticality_diagnostics.items[0].ie_id, 38);
    assert_int_equal(found->ies_criticality_diagnostics.items[0].type_of_error, NGAP_TYPE_OF_ERROR_MISSING);
}

static void what_is_let_pass_reaches_the_other_side_of_the_wicket(void **state)
{
    (void)state;
    take_apart(NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE);
    remove_field(field_of(10));
    assert_int_equal(judge(NGAP_STRICT_ORDER), NGAP_OK);
    static uint8_t flat[sizeof buffer];
    struct writer w = writer_of(flat, sizeof flat);
    struct ngap_pdu again;
    struct fault fault;
    assert_true(ngap_flatten(&w, &pdu, &fault));
    assert_true(ngap_unflatten(writer_bytes(&w), &arena, &again, &fault));
    assert_true(ngap_missing(&again, 10));
    assert_false(again.has_amf_ue_ngap_id);
    assert_true(again.has_ran_ue_ngap_id);
}

static void values_out_of_range_are_not_encoded(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct writer w = writer_of(buffer, sizeof buffer);
    struct ngap_uplink_nas_transport message = {.amf_ue_ngap_id = 1ULL << 40, .nas_pdu = BYTES("x")};
    assert_false(ngap_encode_uplink_nas_transport(&w, &message, &fault));
    assert_string_equal(fault.where, "AMF-UE-NGAP-ID");
    w = writer_of(buffer, sizeof buffer);
    message.amf_ue_ngap_id = 1;
    assert_false(ngap_encode_uplink_nas_transport(&w, &message, &fault));
    assert_string_equal(fault.where, "UserLocationInformation");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_mandatory_ie_counts_by_its_criticality),
        cmocka_unit_test(a_doubled_ie_makes_a_message_falsely_constructed),
        cmocka_unit_test(order_counts_unless_it_is_waived),
        cmocka_unit_test(an_unknown_ie_counts_by_the_criticality_it_came_with),
        cmocka_unit_test(an_ie_that_cannot_be_read_is_ignored_if_it_is_optional_and_ignorable),
        cmocka_unit_test(a_procedure_in_the_wrong_direction_is_unknown),
        cmocka_unit_test(what_is_not_decodable_is_a_transfer_syntax_error),
        cmocka_unit_test(an_unknown_value_of_an_enumeration_drops_its_ie),
        cmocka_unit_test(a_refused_message_still_names_its_ue_in_the_reply),
        cmocka_unit_test(what_is_let_pass_reaches_the_other_side_of_the_wicket),
        cmocka_unit_test(values_out_of_range_are_not_encoded),
    };
    arena_init(&arena, 64 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
