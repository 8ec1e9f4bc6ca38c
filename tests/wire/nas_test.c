/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>

#include "nas_make.h"
#include "wire/nas/codec.h"
#include "wire/nas/intra_n1.h"

enum { SEEDS = 40, BYTES_MOST = 1 << 17 };

static struct arena arena;

static uint8_t *unhexed[128];
static unsigned unhexed_count;

static struct bytes unhex(const char *hex)
{
    size_t length = strlen(hex) / 2;
    uint8_t *data =
        malloc(length ? length : 1); /* its own block, so that a sanitizer sees each read beyond */
    for (size_t i = 0; i < length; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], 0};
        data[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    unhexed[unhexed_count++ % 128] = data;
    return bytes_of(data, length);
}

static bool decode(struct bytes in, struct nas_message *message, struct nas_error *error)
{
    arena_reset(&arena);
    return nas_decode(in, &arena, message, error);
}

static void decode_hex(const char *hex, struct nas_message *message)
{
    struct nas_error error;
    struct bytes in = unhex(hex);
    uint8_t out[512];
    struct writer w = writer_of(out, sizeof out);
    if (!decode(in, message, &error))
        fail_msg("%s: %s %s at %zu", hex, error.fault.where, error.fault.what, error.fault.at);
    assert_null(error.fault.what);
    assert_true(nas_encode(message, &w));
    assert_true(bytes_equal(writer_bytes(&w), in));
}

static unsigned cause_of(const char *hex)
{
    struct nas_message message;
    struct nas_error error;
    assert_false(decode(unhex(hex), &message, &error));
    assert_non_null(error.fault.what);
    return error.cause;
}

static void reads_a_phones_registration_request(void **state)
{
    (void)state;
    struct nas_message m;
    char msin[16], plmn[NAS_PLMN_TEXT];
    decode_hex("7e004179000d0199f9070000000000000000101001002e0480f080f02f020101530100", &m);
    const struct nas_registration_request *request = &m.registration_request;
    assert_int_equal(request->type.kind, NAS_INITIAL_REGISTRATION);
    assert_true(request->type.follow_on);
    assert_int_equal(request->ngksi, NAS_NO_KEY);
    assert_int_equal(request->identity.type, NAS_SUCI);
    assert_string_equal(request->identity.suci.routing_indicator, "0000");
    nas_plmn_text(request->identity.suci.plmn, plmn);
    assert_string_equal(plmn, "99970");
    assert_true(nas_bcd_text(request->identity.suci.scheme_output, msin, sizeof msin));
    assert_string_equal(msin, "0000000001");
    assert_true(request->has.ue_security_capability);
    assert_int_equal(request->ue_security_capability.ia, 0xf0);
    assert_true(nas_algorithm_offered(request->ue_security_capability.ia, 2));
    assert_false(nas_algorithm_offered(request->ue_security_capability.ea, 2));
    assert_int_equal(request->requested_nssai.count, 1);
    assert_int_equal(request->requested_nssai.items[0].sst, 1);
    assert_int_equal(request->requested_nssai.items[0].sd, NAS_NO_SD);
}

static void reads_a_networks_registration_accept(void **state)
{
    (void)state;
    struct nas_message m;
    struct nas_error error;
    assert_true(decode(
        unhex("7e0042010177000bf299f907020040c000072754074099f90700000115020101210201005e0192"), &m, &error));
    const struct nas_registration_accept *accept = &m.registration_accept;
    assert_int_equal(accept->result.access, NAS_ACCESS_3GPP);
    assert_int_equal(accept->guti.guti.amf_region_id, 2);
    assert_int_equal(accept->guti.guti.s_tmsi.amf_set_id, 1);
    assert_int_equal(accept->guti.guti.s_tmsi.tmsi, 0xc0000727);
    assert_int_equal(accept->tai_list.count, 1);
    assert_int_equal(accept->tai_list.items[0].tac, 1);
    assert_true(accept->network_feature_support.ims_vops_3gpp);
    assert_int_equal(accept->t3512, 540);
}

static void reads_the_name_of_a_network(void **state)
{
    (void)state;
    struct nas_message m;
    struct nas_error error;
    struct bytes in =
        unhex("7e0054430f90004f00700065006e003500470053450990004e006500780074460a475260903035530a490101");
    assert_true(decode(in, &m, &error));
    assert_string_equal(m.configuration_update_command.full_name.text, "Open5GS");
    assert_string_equal(m.configuration_update_command.short_name.text, "Next");
    assert_int_equal(m.configuration_update_command.local_time_zone, -20);
    assert_int_equal(m.configuration_update_command.universal_time.year, 25);
    assert_int_equal(m.configuration_update_command.daylight_saving, 1);
}

static void reads_session_messages(void **state)
{
    (void)state;
    struct nas_message m;
    decode_hex(
        "7e00670100152e0101c1ffff91a12801007b000780000a00000d00120181220401000001250908696e7465726e6574", &m);
    assert_string_equal(m.ul_nas_transport.dnn, "internet");
    assert_int_equal(m.ul_nas_transport.request_type, NAS_REQUEST_INITIAL);
    decode_hex("2e0101c1ffff91a12801007b000780000a00000d00", &m);
    assert_int_equal(m.session_establishment_request.session_type, NAS_SESSION_IPV4);
    assert_non_null(nas_pco_find(&m.session_establishment_request.pco, NAS_PCO_DNS_IPV4));
    decode_hex("2e0101c211000901000631310101ff010603f42403f4242905010a2d00022201017900060120410101097b000f800"
               "00d040808"
               "0808000d0408080404250908696e7465726e6574",
               &m);
    const struct nas_session_establishment_accept *accept = &m.session_establishment_accept;
    assert_int_equal(accept->qos_rules.count, 1);
    assert_true(accept->qos_rules.items[0].is_default);
    assert_int_equal(accept->qos_rules.items[0].filters[0].components[0].type, NAS_FILTER_MATCH_ALL);
    assert_int_equal(accept->session_ambr.downlink, 1000000000);
    assert_memory_equal(accept->pdu_address.ipv4, "\x0a\x2d\x00\x02", 4);
    assert_int_equal(accept->qos_flows.items[0].five_qi, 9);
}

static void reads_security_messages(void **state)
{
    (void)state;
    struct nas_message m;
    struct nas_envelope envelope;
    struct fault fault;
    decode_hex("7e005600020000215ca0df8c9bb8dbcf3c2a7dd448da13692010406296993082800030b762455c890b19", &m);
    assert_true(m.authentication_request.has.rand && m.authentication_request.has.autn);
    decode_hex("7e00572d1034f95b9d3826fc095c9d9232f4d182c5", &m);
    assert_int_equal(m.authentication_response.response.len, 16);
    assert_true(nas_open(unhex("7e0313bf995a007e005d02000480f080f0e1360102"), &envelope, &fault));
    assert_int_equal(envelope.security_header, NAS_INTEGRITY_NEW);
    assert_int_equal(envelope.mac, 0x13bf995a);
    assert_int_equal(nas_peek(envelope.payload), NAS_SECURITY_MODE_COMMAND);
    decode_hex("7e005d02000480f080f0e1360102", &m);
    assert_int_equal(m.security_mode_command.algorithms.integrity, 2);
    assert_int_equal(m.security_mode_command.algorithms.ciphering, 0);
    assert_true(m.security_mode_command.additional_information.retransmission_requested);
}

static void names_survive_both_alphabets(void **state)
{
    (void)state;
    static const char *const names[] = {"Demarc",       "12345678", "1234567", "\xc3\x84@\xce\x94",
                                        "\xe7\xbd\x91", ""};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        struct nas_message out = {.type = NAS_CONFIGURATION_UPDATE_COMMAND}, in;
        struct nas_error error;
        uint8_t wire[64];
        struct writer w = writer_of(wire, sizeof wire);
        out.configuration_update_command.has.full_name = true;
        out.configuration_update_command.full_name.text = names[i];
        assert_true(nas_encode(&out, &w));
        assert_true(decode(writer_bytes(&w), &in, &error));
        assert_string_equal(in.configuration_update_command.full_name.text, names[i]);
    }
}

static void timers_round_up_and_refuse_what_is_beyond(void **state)
{
    (void)state;
    static const struct {
        uint32_t asked, sent;
    } times[] = {{540, 540},   {3600, 3600},        {61, 62}, {63, 90}, {1860, 1860},
                 {1861, 2400}, {35712000, 35712000}};
    struct nas_message out = {.type = NAS_REGISTRATION_ACCEPT}, in;
    struct nas_error error;
    uint8_t wire[64];
    out.registration_accept.has.t3512 = true;
    for (unsigned i = 0; i < sizeof times / sizeof *times; i++) {
        struct writer w = writer_of(wire, sizeof wire);
        out.registration_accept.t3512 = times[i].asked;
        assert_true(nas_encode(&out, &w));
        assert_true(decode(writer_bytes(&w), &in, &error));
        assert_int_equal(in.registration_accept.t3512, times[i].sent);
        assert_int_equal(nas_timer_3_said(times[i].asked), times[i].sent);
    }
    struct writer w = writer_of(wire, sizeof wire);
    out.registration_accept.t3512 = 35712001;
    assert_false(nas_encode(&out, &w));
}

static void errors_carry_the_cause_to_answer_with(void **state)
{
    (void)state;
    assert_int_equal(cause_of(""), 0);
    assert_int_equal(cause_of("7e"), 0);
    assert_int_equal(cause_of("7e00"), 0);
    assert_int_equal(cause_of("2e0101"), 0);
    assert_int_equal(cause_of("550041"), 0);
    assert_int_equal(cause_of("7e0100000000007e0043"), 0);
    assert_int_equal(cause_of("7e0070"), NAS_MESSAGE_TYPE_UNKNOWN);
    assert_int_equal(cause_of("7e00c1"), NAS_MESSAGE_TYPE_UNKNOWN);
    assert_int_equal(cause_of("2e010141"), NAS_MESSAGE_TYPE_UNKNOWN);
    assert_int_equal(cause_of("7e0041"), NAS_INVALID_MANDATORY_INFORMATION);
    assert_int_equal(cause_of("7e00417900"), NAS_INVALID_MANDATORY_INFORMATION);
    assert_int_equal(cause_of("7e0041790000"), NAS_INVALID_MANDATORY_INFORMATION);
    assert_int_equal(cause_of("7e004179000d0199f907"), NAS_INVALID_MANDATORY_INFORMATION);
    assert_int_equal(cause_of("7e004c10000706000000000001"), NAS_INVALID_MANDATORY_INFORMATION);
    assert_int_equal(cause_of("7e00430500"), NAS_INVALID_MANDATORY_INFORMATION);
}

static void bad_optional_elements_count_as_absent(void **state)
{
    (void)state;
    static const char *const tails[] = {"e1", "6101ff", "79000100", "5001ff", "50", "5002", "500200"};
    for (unsigned i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct nas_message m;
        struct nas_error error;
        char hex[64];
        snprintf(hex, sizeof hex, "7e0066%s", tails[i]);
        assert_true(decode(unhex(hex), &m, &error));
        assert_false(m.notification_response.has.pdu_session_status);
        assert_non_null(error.fault.what);
        assert_int_equal(error.cause, 0);
    }
}

/* One of IPv4 has four octets of the nine: taken as that, it could not be written any more. */
static void an_interface_identifier_is_of_ipv6(void **state)
{
    struct nas_message m;
    struct nas_error error;
    (void)state;
    assert_true(decode(unhex("2e0101c1ffff"
                             "2909"
                             "02"
                             "0102030405060708"),
                       &m, &error));
    assert_null(error.fault.what);
    assert_memory_equal(m.session_establishment_request.suggested_interface_id.octets, "\1\2\3\4\5\6\7\10",
                        8);
    assert_true(decode(unhex("2e0101c1ffff"
                             "2909"
                             "01"
                             "0102030405060708"),
                       &m, &error));
    assert_string_equal(error.fault.where, "suggested_interface_id");
    assert_false(m.session_establishment_request.has.suggested_interface_id);
}

static void the_first_of_repeated_elements_counts(void **state)
{
    (void)state;
    struct nas_message m;
    struct nas_error error;
    assert_true(decode(unhex("7e00665002200050024000"), &m, &error));
    assert_int_equal(m.notification_response.pdu_session_status, 1 << 5);
    assert_string_equal(error.fault.what, "is repeated");
}

static void optional_elements_come_in_any_order_and_longer_than_known(void **state)
{
    (void)state;
    struct nas_message m;
    struct nas_error error;
    assert_true(decode(unhex("7e004c100007f40040c000035350042000000040022000"), &m, &error));
    assert_int_equal(m.service_request.pdu_session_status, 1 << 5);
    assert_int_equal(m.service_request.uplink_data_status, 1 << 5);
    assert_null(error.fault.what);
}

static void identities_of_every_type_and_length_are_taken_or_refused(void **state)
{
    (void)state;
    static const uint8_t fixed[8] = {[NAS_GUTI] = 11,  [NAS_S_TMSI] = 7,      [NAS_IMEI] = 8,
                                     [NAS_IMEISV] = 9, [NAS_MAC_ADDRESS] = 7, [NAS_EUI_64] = 9};
    for (unsigned type = 0; type < 8; type++)
        for (size_t length = 0; length <= 12; length++) {
            uint8_t *value = calloc(1, length + 1);
            struct nas_mobile_identity identity;
            struct fault fault;
            value[0] = (uint8_t)(type | (type == NAS_IMEI ? 8 : 0));
            if (type == NAS_IMEISV && length > 8)
                value[8] = 0xf0;
            bool taken = nas_mobile_identity_decode(bytes_of(value, length), &identity, &fault);
            if (fixed[type])
                assert_int_equal(taken, length == fixed[type]);
            else if (type == NAS_SUCI)
                assert_int_equal(taken, length >= 9);
            else
                assert_int_equal(taken, length > 0);
            free(value);
        }
}

static void plmns_are_digits(void **state)
{
    (void)state;
    struct nas_plmn plmn;
    char text[NAS_PLMN_TEXT];
    assert_true(nas_plmn_from_text("310410", &plmn));
    assert_memory_equal(plmn.octets, "\x13\x00\x14", 3);
    nas_plmn_text(plmn, text);
    assert_string_equal(text, "310410");
    assert_false(nas_plmn_from_text("9997", &plmn));
    assert_false(nas_plmn_from_text("9997a", &plmn));
    assert_false(nas_plmn_valid((struct nas_plmn){{0xa9, 0xf9, 0x07}}));
}

static void tables_fit_their_structs(void **state)
{
    (void)state;
    for (unsigned type = 1; type < 256; type++) {
        const struct nas_shape *shape = nas_shape_of((uint8_t)type);
        for (unsigned i = 0; shape && i < shape->count; i++) {
            const struct nas_field *field = &shape->fields[i];
            assert_int_equal(field->size, field->codec->size);
            assert_true(shape->count <= 64);
            assert_true(!field->has || field->iei >= 0x10);
        }
    }
}

struct wire_text {
    uint8_t octets[BYTES_MOST];
    size_t length;
    char text[BYTES_MOST];
};
static struct wire_text first, second;

static bool put(const struct nas_message *message, struct wire_text *to)
{
    struct writer w = writer_of(to->octets, sizeof to->octets);
    struct printer p;
    print_init(&p, PRINT_TEXT, to->text, sizeof to->text);
    nas_print(&p, NULL, message);
    bool ok = nas_encode(message, &w);
    to->length = writer_length(&w);
    return ok && !p.cut;
}

static void every_message_round_trips(void **state)
{
    (void)state;
    static const unsigned presences[] = {0, 60, 256};
    struct arena made;
    arena_init(&made, 4 << 20);
    for (unsigned type = 1; type < 256; type++)
        for (uint64_t seed = 0; nas_shape_of((uint8_t)type) && seed < SEEDS; seed++) {
            struct nas_maker maker = {
                .seed = seed << 8 | type, .arena = &made, .presence = presences[seed % 3]};
            struct nas_message out, in;
            struct nas_error error;
            arena_reset(&made);
            nas_make(&maker, (uint8_t)type, &out);
            if (!put(&out, &first))
                fail_msg("%s, seed %u: not encoded", nas_message_name((uint8_t)type), (unsigned)seed);
            if (!decode(bytes_of(first.octets, first.length), &in, &error) || error.fault.what)
                fail_msg("%s, seed %u: %s %s at %zu", nas_message_name((uint8_t)type), (unsigned)seed,
                         error.fault.where, error.fault.what, error.fault.at);
            assert_true(put(&in, &second));
            assert_string_equal(second.text, first.text);
            assert_int_equal(second.length, first.length);
            assert_memory_equal(second.octets, first.octets, first.length);
        }
    arena_free(&made);
}

static void decode_copy(const uint8_t *octets, size_t length)
{
    struct nas_message in;
    struct nas_error error;
    uint8_t *copy = malloc(length ? length : 1);
    memcpy(copy, octets, length);
    if (!decode(bytes_of(copy, length), &in, &error))
        assert_non_null(error.fault.what);
    else
        put(&in, &second);
    free(copy);
}

static void truncation_and_flipped_bits_are_survived(void **state)
{
    (void)state;
    struct arena made;
    arena_init(&made, 4 << 20);
    for (unsigned type = 1; type < 256; type++) {
        if (!nas_shape_of((uint8_t)type))
            continue;
        struct nas_maker maker = {.seed = type, .arena = &made, .presence = 128};
        struct nas_message out;
        arena_reset(&made);
        nas_make(&maker, (uint8_t)type, &out);
        assert_true(put(&out, &first));
        const size_t step = first.length / 256 | 1; /* long messages are mostly octet strings */
        for (size_t length = 0; length < first.length; length += step)
            decode_copy(first.octets, length);
        for (size_t bit = 0; bit < 8 * first.length; bit += step) {
            first.octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
            decode_copy(first.octets, first.length);
            first.octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    arena_free(&made);
}

static void odd_sizes_are_survived(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 256, 512, 1024, 65536};
    static const uint8_t fills[] = {0x00, 0x7e, 0x50, 0x71, 0xff};
    uint8_t *octets = malloc(65536);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (unsigned j = 0; j < sizeof fills; j++) {
            memset(octets, fills[j], 65536);
            memcpy(octets, "\x7e\x00\x66", 3);
            decode_copy(octets, sizes[i]);
            memcpy(octets, "\x2e\x01\x01\xcb\x7a\xff\xf0", 7);
            decode_copy(octets, sizes[i]);
        }
    free(octets);
}

static void an_envelope_is_wrapped_and_opened(void **state)
{
    (void)state;
    uint8_t out[64];
    struct writer w = writer_of(out, sizeof out);
    struct nas_envelope envelope;
    struct fault fault;
    size_t start = nas_wrap(&w, NAS_INTEGRITY_CIPHERED, 9);
    assert_true(nas_encode(&(struct nas_message){.type = NAS_CONFIGURATION_UPDATE_COMPLETE}, &w));
    nas_set_mac(&w, start, 0x01020304);
    assert_true(nas_open(writer_bytes(&w), &envelope, &fault));
    assert_int_equal(envelope.mac, 0x01020304);
    assert_int_equal(envelope.sequence, 9);
    assert_int_equal(envelope.covered.len, 4);
    assert_int_equal(nas_peek(envelope.payload), NAS_CONFIGURATION_UPDATE_COMPLETE);
    for (size_t length = 0; length < writer_length(&w); length++)
        assert_false(nas_open(bytes_of(out, length), &envelope, &fault));
    assert_false(nas_open(unhex("7e0500000000007e0043"), &envelope, &fault));
    assert_false(nas_open(unhex("2e0101c1ffff"), &envelope, &fault));
}

static void a_handover_container_is_written_and_read(void **state)
{
    static const uint8_t wire[] = {0xde, 0xad, 0xbe, 0xef, 0x21, 0x13, 0x7f};
    struct nas_intra_n1 container;
    uint8_t room[NAS_INTRA_N1_BYTES], bent[NAS_INTRA_N1_BYTES];
    struct writer w = writer_of(room, sizeof room);
    (void)state;
    assert_true(nas_intra_n1_read(BYTES(wire), &container));
    assert_true(container.kamf_changed);
    assert_int_equal(container.nea, 2);
    assert_int_equal(container.nia, 1);
    assert_int_equal(container.ngksi, 3);
    assert_int_equal(container.sequence, 0x7f);
    nas_intra_n1_write(&w, &container);
    assert_memory_equal(room, wire, sizeof wire);
    for (size_t length = 0; length < sizeof wire; length++)
        assert_false(nas_intra_n1_read(bytes_of(wire, length), &container));
    memcpy(bent, wire, sizeof bent);
    bent[4] = 0x24; /* an integrity algorithm that there is not */
    assert_false(nas_intra_n1_read(BYTES(bent), &container));
    bent[4] = 0x21;
    bent[5] |= 0x08; /* a mapped context */
    assert_false(nas_intra_n1_read(BYTES(bent), &container));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_phones_registration_request),
        cmocka_unit_test(reads_a_networks_registration_accept),
        cmocka_unit_test(reads_the_name_of_a_network),
        cmocka_unit_test(reads_session_messages),
        cmocka_unit_test(reads_security_messages),
        cmocka_unit_test(names_survive_both_alphabets),
        cmocka_unit_test(timers_round_up_and_refuse_what_is_beyond),
        cmocka_unit_test(errors_carry_the_cause_to_answer_with),
        cmocka_unit_test(bad_optional_elements_count_as_absent),
        cmocka_unit_test(an_interface_identifier_is_of_ipv6),
        cmocka_unit_test(the_first_of_repeated_elements_counts),
        cmocka_unit_test(optional_elements_come_in_any_order_and_longer_than_known),
        cmocka_unit_test(identities_of_every_type_and_length_are_taken_or_refused),
        cmocka_unit_test(plmns_are_digits),
        cmocka_unit_test(tables_fit_their_structs),
        cmocka_unit_test(every_message_round_trips),
        cmocka_unit_test(truncation_and_flipped_bits_are_survived),
        cmocka_unit_test(odd_sizes_are_survived),
        cmocka_unit_test(an_envelope_is_wrapped_and_opened),
        cmocka_unit_test(a_handover_container_is_written_and_read),
    };
    arena_init(&arena, 16 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (unsigned i = 0; i < unhexed_count && i < 128; i++)
        free(unhexed[i]);
    arena_free(&arena);
    return failed;
}
