/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "pfcp_random.h"
#include "wire/pfcp/address.h"
#include "wire/pfcp/bundle.h"

enum { SEEDS = 60 };

static struct arena arena, other;
static uint8_t out[PFCP_MESSAGE_BYTES], again[PFCP_MESSAGE_BYTES], third[PFCP_MESSAGE_BYTES];

static bool decode(struct bytes in, struct pfcp_message *message, struct pfcp_problem *problem)
{
    arena_reset(&other);
    return pfcp_decode(&other, in, message, problem);
}

static size_t random_bytes(uint64_t seed, uint8_t type)
{
    struct pfcp_message message;
    arena_reset(&arena);
    pfcp_random_message(&arena, seed, type, &message);
    return pfcp_encode(&message, out, sizeof out);
}

static void tables_fit_their_structs(void **state)
{
    (void)state;
    for (unsigned type = 0; type < PFCP_IE_TYPES; type++) {
        const struct pfcp_element *element = pfcp_element_of((uint16_t)type);
        if (!element || !element->group)
            continue;
        for (unsigned i = 0; i < element->group->count; i++) {
            const struct pfcp_member *member = &element->group->members[i];
            const struct pfcp_element *inner = pfcp_element_of(member->type);
            assert_non_null(inner);
            if (inner->value)
                assert_int_equal(inner->value->size, member->size);
        }
    }
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    uint8_t types[256];
    unsigned count = pfcp_every_type(types);
    for (unsigned t = 0; t < count; t++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct pfcp_message message;
            struct pfcp_problem problem;
            size_t size = random_bytes(seed, types[t]);
            assert_true(size > 0);
            if (!decode(bytes_of(out, size), &message, &problem))
                fail_msg("type %u seed %u: %s: %s", types[t], (unsigned)seed, problem.fault.where,
                         problem.fault.what);
            assert_int_equal(pfcp_encode(&message, again, sizeof again), size);
            assert_memory_equal(out, again, size);
        }
    }
}

static void both_print_forms_are_whole(void **state)
{
    (void)state;
    static char text[1 << 20];
    uint8_t types[256];
    unsigned count = pfcp_every_type(types);
    for (unsigned t = 0; t < count; t++) {
        for (enum print_form form = PRINT_TEXT; form <= PRINT_JSON; form++) {
            struct pfcp_message message;
            struct printer p;
            arena_reset(&arena);
            pfcp_random_message(&arena, 1, types[t], &message);
            print_init(&p, form, text, sizeof text);
            pfcp_print(&p, &message);
            assert_false(p.cut);
            assert_int_equal(p.depth, 0);
            assert_non_null(strstr(text, pfcp_message_name(types[t])));
        }
    }
}

static void every_message_has_something_that_it_is_called(void **state)
{
    (void)state;
    for (unsigned type = 0; type <= UINT8_MAX; type++)
        assert_true(pfcp_message_name((uint8_t)type)[0] != '\0');
}

static void no_truncation_passes(void **state)
{
    (void)state;
    struct pfcp_message message;
    struct pfcp_problem problem;
    size_t size = random_bytes(3, PFCP_SESSION_ESTABLISHMENT_REQUEST);
    for (size_t shorter = 0; shorter < size; shorter++) {
        memcpy(again, out, shorter);
        assert_false(decode(bytes_of(again, shorter), &message, &problem));
        assert_non_null(problem.fault.what);
    }
}

/* With the header's length made right, a cut message either lacks whole elements or is refused; never more.
 */
static void cut_elements_are_refused_with_a_cause(void **state)
{
    (void)state;
    struct pfcp_message message;
    struct pfcp_problem problem;
    size_t size = random_bytes(5, PFCP_SESSION_ESTABLISHMENT_REQUEST);
    for (size_t shorter = 16; shorter < size; shorter++) {
        memcpy(again, out, shorter);
        again[2] = (uint8_t)((shorter - 4) >> 8);
        again[3] = (uint8_t)(shorter - 4);
        if (decode(bytes_of(again, shorter), &message, &problem))
            continue;
        assert_int_equal(problem.reaction, PFCP_ANSWER_CAUSE);
        assert_true(problem.cause >= PFCP_MANDATORY_IE_MISSING &&
                    problem.cause <= PFCP_MANDATORY_IE_INCORRECT);
    }
}

static void flipped_bits_do_no_harm(void **state)
{
    (void)state;
    uint8_t types[256];
    unsigned count = pfcp_every_type(types);
    for (unsigned t = 0; t < count; t++) {
        size_t size = random_bytes(7, types[t]);
        for (size_t bit = 0; bit < 8 * size && bit < 8 * 1500; bit++) {
            struct pfcp_message message;
            struct pfcp_problem problem;
            memcpy(again, out, size);
            again[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (decode(bytes_of(again, size), &message, &problem))
                pfcp_encode(&message, third, sizeof third);
            else
                assert_non_null(problem.fault.what);
        }
    }
}

/* TS 29.244 figures of clause 7.2.2 and 8.2, written by hand. */
static void known_octets_are_read(void **state)
{
    (void)state;
    static const uint8_t heartbeat[] = {0x20, 0x01, 0x00, 0x0c, 0x00, 0x00, 0x2a, 0x00,
                                        0x00, 0x60, 0x00, 0x04, 0xe4, 0x2b, 0x1d, 0x80};
    struct pfcp_message message;
    struct pfcp_problem problem;
    assert_true(decode(BYTES(heartbeat), &message, &problem));
    assert_int_equal(message.type, PFCP_HEARTBEAT_REQUEST);
    assert_int_equal(message.sequence, 42);
    assert_int_equal(message.heartbeat_request.recovery_time_stamp, 0xe42b1d80);
    assert_int_equal(pfcp_encode(&message, out, sizeof out), sizeof heartbeat);
    assert_memory_equal(out, heartbeat, sizeof heartbeat);
}

static void a_session_request_has_the_octets_of_the_standard(void **state)
{
    (void)state;
    static const uint8_t wanted[] = {
        0x21, 0x34, 0x00, 0x39, 1,    2,    3,    4,    5,    6,    7,  8, 0x00, 0x00, 0x07,
        0x00,                                           /* header with SEID */
        0x00, 0x0a, 0x00, 0x24,                         /* Update FAR */
        0x00, 0x6c, 0x00, 0x04, 0x00, 0x00, 0x00, 0x02, /* FAR ID */
        0x00, 0x2c, 0x00, 0x01, 0x02,                   /* Apply Action: FORW */
        0x00, 0x0b, 0x00, 0x13,                         /* Update Forwarding Parameters */
        0x00, 0x54, 0x00, 0x0a, 0x01, 0x00, 0x00, 0x00, 0x12, 0x34, 10, 0, 0,    9, /* Outer Header Creation
                                                                                     */
        0x00, 0x31, 0x00, 0x01, 0x02,                                               /* SNDEM */
        0x00, 0x31, 0x00, 0x01, 0x01, /* PFCPSMReq-Flags: DROBU */
    };
    struct pfcp_update_far far = {
        .far_id = 2,
        .has_apply_action = true,
        .apply_action = PFCP_FORW,
        .has_forwarding = true,
        .forwarding = {.has_outer_header_creation = true,
                       .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4,
                                                 .teid = 0x1234,
                                                 .ip = {.has_v4 = true, .v4 = {10, 0, 0, 9}}},
                       .has_smreq_flags = true,
                       .smreq_flags = PFCP_SNDEM},
    };
    struct pfcp_message message = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = 0x0102030405060708,
        .sequence = 7,
        .session_modification_request = {.update_fars = &far,
                                         .update_fars_count = 1,
                                         .has_smreq_flags = true,
                                         .smreq_flags = PFCP_DROBU},
    };
    size_t size = pfcp_encode(&message, out, sizeof out);
    assert_int_equal(size, sizeof wanted);
    assert_memory_equal(out, wanted, size);
}

/* --- Ethernet --- */

static const uint8_t FRAME_RULES[] = {
    0x21, 0x34, 0x00, 0x5b, 0,    0,    0,    0,    0, 0, 0, 9,
    0x00, 0x00, 0x07, 0x00, 0x00, 0x09, 0x00, 0x4b, /* Update PDR */
    0x00, 0x38, 0x00, 0x02, 0x00, 0x01,             /* PDR ID */
    0x00, 0x02, 0x00, 0x41,                         /* PDI */
    0x00, 0x14, 0x00, 0x01, 0x00,                   /* Source Interface: Access */
    0x00, 0x84, 0x00, 0x38,                         /* Ethernet Packet Filter */
    0x00, 0x8a, 0x00, 0x04, 0x00, 0x00, 0x00, 0x05, /* Ethernet Filter ID */
    0x00, 0x8b, 0x00, 0x01, 0x01,                   /* bidirectional */
    0x00, 0x85, 0x00, 0x13, 0x07, 2,    0,    0,    0, 0, 1, 2,
    0,    0,    0,    0,    9,    2,    0,    0,    0, 0, 4, /* MAC address */
    0x00, 0x88, 0x00, 0x02, 0x08, 0x06,                      /* Ethertype: ARP */
    0x00, 0x86, 0x00, 0x03, 0x05, 0x15, 0x23,                /* C-TAG: PCP 5, VID 0x123 */
    0x00, 0x87, 0x00, 0x03, 0x02, 0x08, 0x00,                /* S-TAG: DEI */
};

static void assert_tag(const struct pfcp_vlan_tag *is, const struct pfcp_vlan_tag *expected)
{
    assert_int_equal(is->has_pcp, expected->has_pcp);
    assert_int_equal(is->pcp, expected->pcp);
    assert_int_equal(is->has_dei, expected->has_dei);
    assert_int_equal(is->dei, expected->dei);
    assert_int_equal(is->has_vid, expected->has_vid);
    assert_int_equal(is->vid, expected->vid);
}

static void an_ethernet_packet_filter_has_the_octets_of_the_standard(void **state)
{
    struct pfcp_mac mac = {.has_source = true,
                           .has_upper_source = true,
                           .has_destination = true,
                           .source = {2, 0, 0, 0, 0, 1},
                           .upper_source = {2, 0, 0, 0, 0, 4},
                           .destination = {2, 0, 0, 0, 0, 9}};
    struct pfcp_ethernet_filter filter = {.has_id = true,
                                          .id = 5,
                                          .has_properties = true,
                                          .properties = PFCP_BIDE,
                                          .macs = &mac,
                                          .macs_count = 1,
                                          .has_ethertype = true,
                                          .ethertype = 0x0806,
                                          .has_c_tag = true,
                                          .c_tag = {.has_pcp = true, .pcp = 5, .has_vid = true, .vid = 0x123},
                                          .has_s_tag = true,
                                          .s_tag = {.has_dei = true, .dei = true}};
    struct pfcp_update_pdr pdr = {
        .pdr_id = 1, .has_pdi = true, .pdi = {.ethernet_filters = &filter, .ethernet_filters_count = 1}};
    struct pfcp_message message = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = 9,
        .sequence = 7,
        .session_modification_request = {.update_pdrs = &pdr, .update_pdrs_count = 1}};
    struct pfcp_problem problem;
    (void)state;
    const size_t size = pfcp_encode(&message, out, sizeof out);
    assert_int_equal(size, sizeof FRAME_RULES);
    assert_memory_equal(out, FRAME_RULES, size);
    assert_true(decode(BYTES(FRAME_RULES), &message, &problem));
    const struct pfcp_ethernet_filter *read =
        message.session_modification_request.update_pdrs->pdi.ethernet_filters;
    assert_memory_equal(read->macs, &mac, sizeof mac);
    assert_tag(&read->c_tag, &filter.c_tag);
    assert_tag(&read->s_tag, &filter.s_tag);
}

/* Nothing of a filter is left out: it would match what it must not. */
static void a_range_of_mac_addresses_that_is_not_whole_is_refused(void **state)
{
    enum { MAC_FLAGS_AT = 56 };
    static const struct {
        uint8_t flags, cause;
    } wrong[] = {
        {0x04, PFCP_MANDATORY_IE_INCORRECT}, /* an upper end alone */
        {0x06, PFCP_MANDATORY_IE_INCORRECT}, /* beside an address of the other side */
        {0x0f, PFCP_INVALID_LENGTH},         /* one address more than there is */
    };
    uint8_t octets[sizeof FRAME_RULES];
    struct pfcp_message message;
    struct pfcp_problem problem;
    (void)state;
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        memcpy(octets, FRAME_RULES, sizeof octets);
        assert_int_equal(octets[MAC_FLAGS_AT], 0x07);
        octets[MAC_FLAGS_AT] = wrong[i].flags;
        assert_false(decode(BYTES(octets), &message, &problem));
        assert_int_equal(problem.cause, wrong[i].cause);
        assert_int_equal(problem.offending_ie, PFCP_IE_MAC_ADDRESS);
        octets[MAC_FLAGS_AT] = 0xf7; /* spare bits */
        assert_true(decode(BYTES(octets), &message, &problem));
    }
}

/* A usage report with one list of MAC addresses, which are its last octets. */
static bool decode_macs(struct bytes value, struct pfcp_message *message, struct pfcp_problem *problem)
{
    static const uint8_t head[] = {0x00, 0x27, 0x00, 0x01, 0x02, 0x00, 0x50, 0x00, 0x00, 0x00, 0x51, 0x00,
                                   0x04, 0,    0,    0,    1,    0x00, 0x68, 0x00, 0x04, 0,    0,    0,
                                   1,    0x00, 0x3f, 0x00, 0x02, 0x00, 0x40, 0x00, 0x8f, 0x00};
    uint8_t octets[128];
    struct writer w = writer_of(octets, sizeof octets);
    write_bytes(&w, bytes_of((const uint8_t[]){0x21, PFCP_SESSION_REPORT_REQUEST, 0}, 3));
    write_u8(&w, (uint8_t)(12 + sizeof head + 1 + 4 + value.len));
    write_bytes(&w, bytes_of((const uint8_t[12]){[10] = 1}, 12));
    write_bytes(&w, BYTES(head));
    write_u8(&w, (uint8_t)(4 + value.len));
    write_bytes(&w, bytes_of((const uint8_t[]){0x00, 0x90, 0x00, (uint8_t)value.len}, 4));
    write_bytes(&w, value);
    octets[16 + 8] = (uint8_t)(sizeof head - 9 + 1 + 4 + value.len);
    return decode(writer_bytes(&w), message, problem);
}

static void lists_of_mac_addresses_are_read_with_their_tags_and_without(void **state)
{
    static const uint8_t tagged[] = {1, 2, 0, 0, 0, 0, 1, 3, 4, 0x10, 0x64, 0},
                         none[] = {2, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}, /* of Release 15 */
        cut[] = {2, 2, 0, 0, 0, 0, 1}, short_tag[] = {0, 2, 4, 1, 0}, long_tag[] = {0, 9, 4, 1, 0};
    struct pfcp_message message;
    struct pfcp_problem problem;
    (void)state;
    assert_true(decode_macs(BYTES(tagged), &message, &problem));
    const struct pfcp_ethernet_traffic *traffic =
        &message.session_report_request.usage_reports->ethernet_traffic;
    assert_int_equal(message.session_report_request.usage_reports->trigger, PFCP_USAGE_MACAR);
    assert_int_equal(traffic->detected_count, 1);
    assert_memory_equal(traffic->detected->addresses.data, tagged + 1, PFCP_MAC_OCTETS);
    assert_true(traffic->detected->has_c_tag && !traffic->detected->has_s_tag);
    assert_int_equal(traffic->detected->c_tag.vid, 0x164);
    assert_true(decode_macs(BYTES(none), &message, &problem));
    traffic = &message.session_report_request.usage_reports->ethernet_traffic;
    assert_int_equal(traffic->detected->addresses.len, 2 * PFCP_MAC_OCTETS);
    assert_false(traffic->detected->has_c_tag || traffic->detected->has_s_tag);
    assert_false(decode_macs(BYTES(cut), &message, &problem));
    assert_int_equal(problem.offending_ie, PFCP_IE_MAC_ADDRESSES_DETECTED);
    assert_false(decode_macs(BYTES(short_tag), &message, &problem));
    assert_false(decode_macs(BYTES(long_tag), &message, &problem));
}

static bool answer_of(struct pfcp_message *request, struct pfcp_problem *problem, struct pfcp_message *answer)
{
    static const struct pfcp_node_id own = {.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}};
    return pfcp_refuse(request, problem, &own, 1, answer);
}

static void a_missing_element_is_named_in_the_answer(void **state)
{
    (void)state;
    static const uint8_t no_time_stamp[] = {0x20, 0x05, 0x00, 0x0d, 0x00, 0x00, 0x01, 0x00, 0x00,
                                            0x3c, 0x00, 0x05, 0x00, 127,  0,    0,    4};
    struct pfcp_message message, answer;
    struct pfcp_problem problem;
    assert_false(decode(BYTES(no_time_stamp), &message, &problem));
    assert_int_equal(problem.cause, PFCP_MANDATORY_IE_MISSING);
    assert_int_equal(problem.offending_ie, PFCP_IE_RECOVERY_TIME_STAMP);
    assert_true(answer_of(&message, &problem, &answer));
    assert_int_equal(answer.type, PFCP_ASSOCIATION_SETUP_RESPONSE);
    assert_int_equal(answer.association_setup_response.cause, PFCP_MANDATORY_IE_MISSING);
    assert_true(pfcp_encode(&answer, out, sizeof out) > 0);
}

static void a_wrong_length_is_named_in_the_answer(void **state)
{
    (void)state;
    static const uint8_t short_type[] = {0x21, 0x38, 0x00, 0x10, 0, 0, 0, 0,    0,    0,
                                         0,    1,    0x00, 0x00, 9, 0, 0, 0x27, 0x00, 0x00};
    struct pfcp_message message, answer;
    struct pfcp_problem problem;
    assert_false(decode(BYTES(short_type), &message, &problem));
    assert_int_equal(problem.cause, PFCP_INVALID_LENGTH);
    assert_int_equal(problem.offending_ie, PFCP_IE_REPORT_TYPE);
    assert_true(answer_of(&message, &problem, &answer));
    assert_int_equal(answer.type, PFCP_SESSION_REPORT_RESPONSE);
    assert_int_equal(answer.sequence, 9);
    assert_int_equal(answer.session_report_response.offending_ie, PFCP_IE_REPORT_TYPE);
}

static void another_version_gets_the_version_answer(void **state)
{
    (void)state;
    uint8_t version_2[] = {0x40, 0x01, 0x00, 0x0c, 0x00, 0x00, 0x2a, 0x00,
                           0x00, 0x60, 0x00, 0x04, 0xe4, 0x2b, 0x1d, 0x80};
    static const uint8_t wanted[] = {0x20, 0x0b, 0x00, 0x04, 0x00, 0x00, 0x2a, 0x00};
    struct pfcp_message message, answer;
    struct pfcp_problem problem;
    assert_false(decode(BYTES(version_2), &message, &problem));
    assert_int_equal(problem.reaction, PFCP_ANSWER_VERSION);
    assert_true(answer_of(&message, &problem, &answer));
    assert_int_equal(pfcp_encode(&answer, out, sizeof out), sizeof wanted);
    assert_memory_equal(out, wanted, sizeof wanted);
    version_2[1] = PFCP_VERSION_NOT_SUPPORTED_RESPONSE;
    assert_false(decode(BYTES(version_2), &message, &problem));
    assert_int_equal(problem.reaction, PFCP_DISCARD);
}

static void unknown_messages_and_bad_responses_are_discarded(void **state)
{
    (void)state;
    static const uint8_t unknown[] = {0x20, 0xc8, 0x00, 0x04, 0, 0, 1, 0};
    static const uint8_t empty_response[] = {0x21, 0x35, 0x00, 0x0c, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0};
    static const uint8_t without_seid[] = {0x20, 0x36, 0x00, 0x04, 0, 0, 1, 0};
    struct pfcp_message message;
    struct pfcp_problem problem;
    assert_false(decode(BYTES(unknown), &message, &problem));
    assert_int_equal(problem.reaction, PFCP_DISCARD);
    assert_false(decode(BYTES(empty_response), &message, &problem));
    assert_int_equal(problem.reaction, PFCP_DISCARD);
    assert_false(decode(BYTES(without_seid), &message, &problem));
    assert_int_equal(problem.reaction, PFCP_DISCARD);
}

static void unknown_and_repeated_elements_are_skipped(void **state)
{
    (void)state;
    static const uint8_t noisy[] = {0x20, 0x01, 0x00, 0x22, 0, 0,    1,    0,    0x80, 0x01, 0x00, 0x06, 0,
                                    1,    2,    3,    4,    5, 0x00, 0x60, 0x00, 0x04, 0,    0,    0,    7,
                                    0x00, 0x60, 0x00, 0x04, 0, 0,    0,    8,    0x00, 0x13, 0x00, 0x00};
    struct pfcp_message message;
    struct pfcp_problem problem;
    assert_true(decode(BYTES(noisy), &message, &problem));
    assert_int_equal(message.heartbeat_request.recovery_time_stamp, 7);
}

static void more_elements_than_memory_is_a_refusal(void **state)
{
    (void)state;
    struct arena small;
    struct pfcp_message message;
    struct pfcp_problem problem;
    arena_init(&small, 64 * 1024);
    struct writer w = writer_of(out, sizeof out);
    static const uint8_t header[] = {0x21, 0x34, 0xff, 0x00, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0};
    write_bytes(&w, BYTES(header));
    while (writer_length(&w) < 0xff04) {
        write_u16(&w, PFCP_IE_CREATE_PDR);
        write_u16(&w, 0);
    }
    assert_false(pfcp_decode(&small, writer_bytes(&w), &message, &problem));
    assert_int_equal(problem.cause, PFCP_NO_RESOURCES_AVAILABLE);
    arena_free(&small);
}

static void values_without_an_encoding_are_not_written(void **state)
{
    (void)state;
    struct pfcp_qer qer = {.qer_id = 1, .has_mbr = true, .mbr = {.uplink = UINT64_C(1) << 40}};
    struct pfcp_message message = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .session_modification_request = {.create_qers = &qer, .create_qers_count = 1},
    };
    assert_int_equal(pfcp_encode(&message, out, sizeof out), 0);
    qer.mbr.uplink = 1;
    assert_true(pfcp_encode(&message, out, sizeof out) > 0);
    assert_int_equal(pfcp_encode(&message, out, 30), 0);
    struct pfcp_message empty = {.type = PFCP_SESSION_ESTABLISHMENT_REQUEST};
    assert_int_equal(pfcp_encode(&empty, out, sizeof out), 0);
}

static void messages_share_a_datagram_and_come_apart_again(void **state)
{
    (void)state;
    static struct pfcp_bundle bundle;
    struct pfcp_problem problem;
    uint32_t count = 0;
    do {
        struct pfcp_message beat = {.type = PFCP_HEARTBEAT_REQUEST, .sequence = ++count};
        assert_true(pfcp_encode(&beat, out, sizeof out) == 16);
    } while (pfcp_bundle_add(&bundle, bytes_of(out, 16)));
    struct bytes datagram = pfcp_bundle_take(&bundle);
    assert_int_equal(datagram.len, (count - 1) * 16);
    for (uint32_t i = 1; i < count; i++) {
        struct pfcp_message beat;
        assert_true(decode(pfcp_bundle_next(&datagram), &beat, &problem));
        assert_int_equal(beat.sequence, i);
    }
    assert_int_equal(datagram.len, 0);
    assert_int_equal(bundle.length, 0);
}

static void a_bundle_that_lies_about_lengths_is_refused(void **state)
{
    (void)state;
    uint8_t lies[] = {0x24, PFCP_HEARTBEAT_REQUEST, 0xff, 0xff, 0, 0, 1, 0, 0x24, 1, 0, 0};
    struct pfcp_message message;
    struct pfcp_problem problem;
    struct bytes datagram = BYTES(lies);
    struct bytes first = pfcp_bundle_next(&datagram);
    assert_int_equal(first.len, sizeof lies);
    assert_int_equal(datagram.len, 0);
    assert_false(decode(first, &message, &problem));
}

static void addresses_of_elements_are_those_of_sockets(void **state)
{
    static const char *hosts[] = {"192.0.2.7", "2001:db8::7"};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        union socket_address address;
        assert_true(address_parse(&address, hosts[i], 0));
        const struct pfcp_ip ip = pfcp_ip_of(&address);
        assert_true(ip.has_v4 == (i == 0) && ip.has_v6 == (i == 1));
        const union socket_address back = pfcp_ip_address(&ip);
        assert_true(address_same_host(&back, &address));
        assert_int_equal(back.any.sa_family, address.any.sa_family);
    }
    assert_int_equal(pfcp_ip_address(&(struct pfcp_ip){0}).any.sa_family, AF_UNSPEC);
    assert_false(pfcp_ip_of(&(union socket_address){0}).has_v6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_fit_their_structs),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(both_print_forms_are_whole),
        cmocka_unit_test(every_message_has_something_that_it_is_called),
        cmocka_unit_test(no_truncation_passes),
        cmocka_unit_test(cut_elements_are_refused_with_a_cause),
        cmocka_unit_test(flipped_bits_do_no_harm),
        cmocka_unit_test(known_octets_are_read),
        cmocka_unit_test(a_session_request_has_the_octets_of_the_standard),
        cmocka_unit_test(an_ethernet_packet_filter_has_the_octets_of_the_standard),
        cmocka_unit_test(a_range_of_mac_addresses_that_is_not_whole_is_refused),
        cmocka_unit_test(lists_of_mac_addresses_are_read_with_their_tags_and_without),
        cmocka_unit_test(a_missing_element_is_named_in_the_answer),
        cmocka_unit_test(a_wrong_length_is_named_in_the_answer),
        cmocka_unit_test(another_version_gets_the_version_answer),
        cmocka_unit_test(unknown_messages_and_bad_responses_are_discarded),
        cmocka_unit_test(unknown_and_repeated_elements_are_skipped),
        cmocka_unit_test(more_elements_than_memory_is_a_refusal),
        cmocka_unit_test(values_without_an_encoding_are_not_written),
        cmocka_unit_test(messages_share_a_datagram_and_come_apart_again),
        cmocka_unit_test(a_bundle_that_lies_about_lengths_is_refused),
        cmocka_unit_test(addresses_of_elements_are_those_of_sockets),
    };
    arena_init(&arena, 8 << 20);
    arena_init(&other, 8 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    arena_free(&other);
    return failed;
}
