/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of packets (TS 29.244 8.2.26, DUPL): into tunnels of their own, once, whatever becomes of the packet itself. */
#include "bench.h"
#include "plane/agent_state.h"

enum { UPLINK_FAR = 1, DOWNLINK_FAR = 2, PAYLOAD = 100, INNER = 28 + PAYLOAD, SENT_MOST = 16 };

struct sent {
    union socket_address to;
    struct gtpu_packet gtpu;
    uint8_t marking;
    uint8_t data[512];
    unsigned segments;
};

static struct pfcp_duplicating tunnels[DUPLICATING_MOST + 1];
static struct sent copies[SENT_MOST];
static unsigned sent_count;

static struct pfcp_duplicating set_to(uint8_t last, uint32_t teid, uint8_t destination)
{
    return (struct pfcp_duplicating){
        .has_destination_interface = true,
        .destination_interface = destination,
        .has_outer_header_creation = true,
        .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4,
                                  .teid = teid,
                                  .ip = {.has_v4 = true, .v4 = {127, 0, 0, last}}},
    };
}

static int set_up(void **state)
{
    for (unsigned i = 0; i < DUPLICATING_MOST + 1; i++)
        tunnels[i] = set_to((uint8_t)(40 + i), 0x100 + i, PFCP_LI_FUNCTION);
    *state = bench_new();
    return 0;
}

/* Both directions forward, and `count` copies are made of each packet. */
static void establish(struct bench *b, size_t count)
{
    for (unsigned i = 0; i < 2; i++) {
        b->session.fars[i].apply_action |= PFCP_DUPL;
        b->session.fars[i].duplicating = tunnels;
        b->session.fars[i].duplicating_count = count;
    }
    b->seid = lab_establish(b->lab, &b->session, &b->teid);
}

static struct pfcp_session_modification_response update(struct bench *b, struct pfcp_update_far far)
{
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.update_fars = &far, .update_fars_count = 1},
    };
    return lab_ask(b->lab, &request).session_modification_response;
}

static uint8_t act(struct bench *b, uint32_t far, uint16_t action)
{
    return update(b,
                  (struct pfcp_update_far){.far_id = far, .has_apply_action = true, .apply_action = action})
        .cause;
}

static void connect_gnb(struct bench *b)
{
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->gnb, BENCH_TEID, false), PFCP_ACCEPTED);
    assert_int_equal(act(b, DOWNLINK_FAR, PFCP_FORW | PFCP_DUPL), PFCP_ACCEPTED);
}

static void keep(void *context, struct packet *copy)
{
    struct fault fault;
    (void)context;
    assert_true(sent_count < SENT_MOST && copy->length <= sizeof copies->data);
    struct sent *sent = &copies[sent_count++];
    *sent = (struct sent){.to = copy->to, .marking = copy->marking, .segments = copy->segments};
    memcpy(sent->data, copy->data, copy->length);
    if (copy->segment_bytes == 0)
        assert_true(gtpu_parse(bytes_of(sent->data, copy->length), &sent->gtpu, &fault));
    else
        sent->gtpu = (struct gtpu_packet){.teid = copy->teid, .container.qfi = copy->qfi};
}

static void send_copies(struct bench *b)
{
    sent_count = 0;
    path_send_copies(&b->lab->plane.lanes[0], &b->packet, keep, NULL);
}

static enum verdict up(struct bench *b)
{
    const enum verdict verdict = bench_up(b, &b->lab->gnb, ue, server, 53);
    send_copies(b);
    return verdict;
}

static enum verdict down(struct bench *b)
{
    const enum verdict verdict = bench_down(b, PAYLOAD);
    send_copies(b);
    return verdict;
}

static void assert_copy(const struct bench *b, unsigned number, uint8_t last, uint32_t teid,
                        enum gtpu_pdu_type pdu_type)
{
    const struct sent *sent = &copies[number];
    union socket_address to;
    address_parse(&to, "127.0.0.1", GTPU_PORT);
    ((uint8_t *)&to.v4.sin_addr)[3] = last;
    assert_true(address_same_host(&sent->to, &to));
    assert_int_equal(address_port(&sent->to), GTPU_PORT);
    assert_int_equal(sent->gtpu.type, GTPU_G_PDU);
    assert_int_equal(sent->gtpu.teid, teid);
    assert_int_equal(sent->gtpu.container.pdu_type, pdu_type);
    assert_int_equal(sent->gtpu.container.qfi, 1);
    assert_int_equal(sent->gtpu.payload.len, INNER);
    assert_memory_equal(sent->gtpu.payload.data, b->inner, INNER);
}

static uint64_t copied(const struct bench *b, unsigned what)
{
    return counted(&b->lab->plane.lanes[0].counters.copied[what]);
}

static void what_is_forwarded_goes_on_as_ever_and_a_copy_into_each_tunnel(void **state)
{
    struct bench *b = *state;
    establish(b, 2);
    connect_gnb(b);
    assert_int_equal(up(b), PATH_TO_N6);
    assert_int_equal(b->packet.length, INNER);
    assert_memory_equal(b->packet.data, b->inner, INNER);
    assert_int_equal(sent_count, 2);
    assert_copy(b, 0, 40, 0x100, GTPU_UPLINK);
    assert_copy(b, 1, 41, 0x101, GTPU_UPLINK);
    assert_int_equal(down(b), PATH_TO_N3);
    struct gtpu_packet gtpu;
    struct fault fault;
    assert_true(gtpu_parse(bytes_of(b->packet.data, b->packet.length), &gtpu, &fault));
    assert_int_equal(gtpu.teid, 0x55);
    assert_memory_equal(gtpu.payload.data, b->inner, INNER);
    assert_int_equal(sent_count, 2);
    assert_copy(b, 0, 40, 0x100, GTPU_DOWNLINK);
    assert_copy(b, 1, 41, 0x101, GTPU_DOWNLINK);
}

static void copies_are_counted_apart_and_are_not_the_phones_usage(void **state)
{
    struct bench *b = *state;
    establish(b, 2);
    connect_gnb(b);
    up(b);
    down(b);
    const struct session *session = map_get(&b->lab->agent->sessions, b->seid);
    assert_int_equal(copied(b, 0), 4);
    assert_int_equal(copied(b, 1), 4 * INNER);
    for (unsigned direction = UPLINK; direction <= DOWNLINK; direction++) {
        assert_int_equal(session->rules->urrs[0].volume.bytes[direction], INNER);
        assert_int_equal(counted(&b->lab->plane.lanes[0].counters.bytes[direction]), INNER);
    }
}

static void what_is_refused_before_its_far_is_not_copied(void **state)
{
    struct bench *b = *state;
    establish(b, 1);
    connect_gnb(b);
    size_t length = lab_udp(b->inner, server, server, 53, PAYLOAD);
    assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, bytes_of(b->inner, length), &b->packet),
                     PATH_DROP);
    send_copies(b);
    assert_int_equal(sent_count, 0);
    assert_int_equal(lab_drops(b->lab, DROP_SPOOFED_SOURCE), 1);
}

static void what_is_dropped_is_copied_as_far_as_gates_and_rates_let_it(void **state)
{
    struct bench *b = *state;
    b->session.qer.has_mbr = true;
    b->session.qer.mbr = (struct pfcp_bit_rate){1, 1}; /* ten packets' worth */
    establish(b, 1);
    assert_int_equal(act(b, DOWNLINK_FAR, PFCP_DROP | PFCP_DUPL), PFCP_ACCEPTED);
    unsigned packets = 0;
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(down(b), PATH_DROP);
        packets += sent_count;
    }
    assert_int_equal(lab_drops(b->lab, DROP_ACTION), 1000);
    assert_in_range(packets, 1, 200);
    assert_int_equal(copied(b, 0), packets);
    b->lab->timers.now += SECONDS(100);
    struct pfcp_qer closed = {
        .qer_id = 1, .has_gate = true, .gate = {.uplink_closed = true, .downlink_closed = true}};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.update_qers = &closed, .update_qers_count = 1},
    };
    assert_int_equal(lab_ask(b->lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
    assert_int_equal(down(b), PATH_DROP);
    assert_int_equal(sent_count, 0);
}

/* A FAR that drops needs no destination, and one that is not named is not the access side. */
static void what_was_never_to_be_forwarded_is_copied_all_the_same(void **state)
{
    struct bench *b = *state;
    b->session.fars[0] = (struct pfcp_create_far){.far_id = UPLINK_FAR, .apply_action = PFCP_DROP};
    establish(b, 1);
    connect_gnb(b);
    assert_int_equal(up(b), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_ACTION), 1);
    assert_int_equal(sent_count, 1);
    assert_copy(b, 0, 40, 0x100, GTPU_UPLINK);
}

static void what_waits_for_a_phone_is_copied_when_it_comes_and_not_again_when_it_goes(void **state)
{
    struct bench *b = *state;
    establish(b, 1);
    for (unsigned i = 0; i < b->lab->plane.policy.buffer_per_session; i++) {
        assert_int_equal(down(b), PATH_HELD);
        assert_int_equal(sent_count, 1);
        assert_copy(b, 0, 40, 0x100, GTPU_DOWNLINK);
    }
    assert_int_equal(down(b), PATH_DROP);
    assert_int_equal(sent_count, 0);
    b->lab->n3_count = 0;
    struct pfcp_update_far far = {
        .far_id = DOWNLINK_FAR,
        .has_apply_action = true,
        .apply_action = PFCP_FORW | PFCP_DUPL,
        .has_forwarding = true,
        .forwarding = {.has_destination_interface = true,
                       .destination_interface = PFCP_ACCESS,
                       .has_outer_header_creation = true,
                       .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4,
                                                 .teid = 0x55,
                                                 .ip = {.has_v4 = true, .v4 = {127, 0, 0, 20}}}}};
    assert_int_equal(update(b, far).cause, PFCP_ACCEPTED);
    unsigned packets = 0;
    for (unsigned i = 0; i < b->lab->n3_count; i++) {
        assert_true(address_same_host(&b->lab->n3[i].to, &b->lab->gnb));
        packets += b->lab->n3[i].data[1] == GTPU_G_PDU && b->lab->n3[i].length > INNER;
    }
    assert_int_equal(packets, b->lab->plane.policy.buffer_per_session);
}

static void what_waited_uncopied_is_copied_when_it_goes(void **state)
{
    struct bench *b = *state;
    establish(b, 1);
    assert_int_equal(act(b, DOWNLINK_FAR, PFCP_BUFF), PFCP_ACCEPTED);
    assert_int_equal(down(b), PATH_HELD);
    assert_int_equal(sent_count, 0);
    b->lab->n3_count = 0;
    assert_int_equal(act(b, DOWNLINK_FAR, PFCP_DROP | PFCP_DUPL), PFCP_ACCEPTED);
    assert_int_equal(b->lab->n3_count, 1);
    assert_int_equal(((uint8_t *)&b->lab->n3[0].to.v4.sin_addr)[3], 40);
    assert_memory_equal(b->lab->n3[0].data + b->lab->n3[0].length - INNER, b->inner, INNER);
}

static void of_a_super_packet_what_rates_let_pass_is_copied(void **state)
{
    struct bench *b = *state;
    establish(b, 1);
    connect_gnb(b);
    const size_t length = lab_udp(b->inner, server, ue, 99, 60);
    struct packet packet = {.data = b->lab->buffer + PATH_HEADROOM,
                            .length = length,
                            .end = b->lab->buffer + sizeof b->lab->buffer,
                            .now = b->lab->timers.now,
                            .segment_bytes = 20,
                            .header_bytes = 28};
    memcpy(packet.data, b->inner, length);
    assert_int_equal(path_downlink(&b->lab->plane, &b->lab->plane.lanes[0], &b->lab->networks[0], &packet),
                     PATH_TO_N3);
    b->packet = packet;
    send_copies(b);
    assert_int_equal(sent_count, 1);
    assert_int_equal(copies[0].segments, 3);
    assert_int_equal(copies[0].gtpu.teid, 0x100);
    assert_int_equal(copied(b, 0), 3);
    assert_int_equal(copied(b, 1), 3 * 48);
}

static void an_update_changes_sets_in_their_order_and_adds_others(void **state)
{
    struct bench *b = *state;
    establish(b, 2);
    connect_gnb(b);
    struct pfcp_duplicating change[3] = {{0}, {0}, set_to(60, 0x300, PFCP_CORE)};
    change[0].has_transport_level_marking = true;
    change[0].transport_level_marking = 0xb8fc;
    change[1] = set_to(61, 0x301, PFCP_ACCESS);
    change[1].has_destination_interface = false;
    struct pfcp_update_far far = {.far_id = UPLINK_FAR, .duplicating = change, .duplicating_count = 3};
    assert_int_equal(update(b, far).cause, PFCP_ACCEPTED);
    assert_int_equal(up(b), PATH_TO_N6);
    assert_int_equal(sent_count, 3);
    assert_copy(b, 0, 40, 0x100, GTPU_UPLINK);
    assert_int_equal(copies[0].marking, 0xb8);
    assert_copy(b, 1, 61, 0x301, GTPU_UPLINK);
    assert_copy(b, 2, 60, 0x300, GTPU_UPLINK);
    assert_int_equal(down(b), PATH_TO_N3);
    assert_int_equal(sent_count, 2);
    assert_int_equal(act(b, UPLINK_FAR, PFCP_FORW), PFCP_ACCEPTED);
    assert_int_equal(up(b), PATH_TO_N6);
    assert_int_equal(sent_count, 0);
    assert_int_equal(act(b, UPLINK_FAR, PFCP_FORW | PFCP_DUPL), PFCP_ACCEPTED);
    assert_int_equal(up(b), PATH_TO_N6);
    assert_int_equal(sent_count, 3);
}

static void a_far_that_is_removed_takes_its_copies_with_it_and_no_others(void **state)
{
    struct bench *b = *state;
    struct pfcp_create_far third = b->session.fars[0];
    establish(b, 1);
    third.far_id = 3;
    third.apply_action = PFCP_FORW | PFCP_DUPL;
    third.duplicating = tunnels + 1;
    third.duplicating_count = 2;
    struct pfcp_update_pdr pdr = {.pdr_id = 1, .has_far_id = true, .far_id = 3};
    struct pfcp_remove_rule gone = {.id = UPLINK_FAR};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.create_fars = &third,
                                         .create_fars_count = 1,
                                         .update_pdrs = &pdr,
                                         .update_pdrs_count = 1,
                                         .remove_fars = &gone,
                                         .remove_fars_count = 1},
    };
    assert_int_equal(lab_ask(b->lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
    connect_gnb(b);
    assert_int_equal(up(b), PATH_TO_N6);
    assert_int_equal(sent_count, 2);
    assert_copy(b, 0, 41, 0x101, GTPU_UPLINK);
    assert_copy(b, 1, 42, 0x102, GTPU_UPLINK);
    assert_int_equal(down(b), PATH_TO_N3);
    assert_int_equal(sent_count, 1);
    assert_copy(b, 0, 40, 0x100, GTPU_DOWNLINK);
}

/* What a FAR to be created may not say, with what the answer names. */
struct wrong {
    struct pfcp_duplicating set;
    size_t count;
    uint8_t cause;
    uint16_t offending;
};

static void refuse_one(struct bench *b, const struct wrong *wrong)
{
    struct pfcp_duplicating sets[DUPLICATING_MOST + 1];
    for (unsigned i = 0; i < DUPLICATING_MOST + 1; i++)
        sets[i] = wrong->set;
    struct pfcp_create_far far = {.far_id = 9,
                                  .apply_action = PFCP_DROP | PFCP_DUPL,
                                  .duplicating = sets,
                                  .duplicating_count = wrong->count};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.create_fars = &far, .create_fars_count = 1},
    };
    const struct session *session = map_get(&b->lab->agent->sessions, b->seid);
    const struct ruleset *rules = session->rules;
    struct pfcp_session_modification_response response =
        lab_ask(b->lab, &request).session_modification_response;
    assert_int_equal(response.cause, wrong->cause);
    assert_int_equal(response.has_failed_rule, wrong->cause == PFCP_RULE_FAILURE);
    if (response.has_failed_rule) {
        assert_int_equal(response.failed_rule.kind, PFCP_RULE_FAR);
        assert_int_equal(response.failed_rule.id, 9);
    }
    assert_int_equal(response.has_offending_ie ? response.offending_ie : 0, wrong->offending);
    assert_ptr_equal(session->rules, rules);
}

static struct pfcp_duplicating led_to(struct pfcp_ip ip, uint8_t destination)
{
    struct pfcp_duplicating set = set_to(40, 0x100, destination);
    set.outer_header_creation.ip = ip;
    return set;
}

static void what_is_malformed_or_leads_astray_is_named_and_changes_nothing(void **state)
{
    struct bench *b = *state;
    establish(b, 1);
    struct pfcp_duplicating bare = set_to(40, 0x100, PFCP_LI_FUNCTION), policy = bare, udp = bare;
    bare.has_outer_header_creation = false;
    policy.has_forwarding_policy = true;
    udp.outer_header_creation.description = PFCP_CREATE_UDP_IPV4;
    const struct pfcp_ip infrastructure = {.has_v4 = true, .v4 = {192, 0, 2, 1}},
                         phone = {.has_v4 = true, .v4 = {10, 45, 0, 9}},
                         own = {.has_v4 = true, .v4 = {127, 0, 0, 7}},
                         group = {.has_v4 = true, .v4 = {239, 1, 1, 1}};
    const struct wrong wrongs[] = {
        {.cause = PFCP_CONDITIONAL_IE_MISSING, .offending = PFCP_IE_DUPLICATING_PARAMETERS},
        {bare, 1, PFCP_CONDITIONAL_IE_MISSING, PFCP_IE_OUTER_HEADER_CREATION},
        {policy, 1, PFCP_INVALID_FORWARDING_POLICY, 0},
        {udp, 1, PFCP_RULE_FAILURE, 0},
        {set_to(40, 0, PFCP_LI_FUNCTION), 1, PFCP_RULE_FAILURE, 0},
        {set_to(40, 0x100, PFCP_CP_FUNCTION), 1, PFCP_SERVICE_NOT_SUPPORTED, 0},
        {set_to(40, 0x100, 5), 1, PFCP_SERVICE_NOT_SUPPORTED, 0},
        {set_to(40, 0x100, PFCP_CORE), DUPLICATING_MOST + 1, PFCP_RULE_FAILURE, 0},
        {led_to(infrastructure, PFCP_CORE), 1, PFCP_RULE_FAILURE, 0},
        {led_to(infrastructure, PFCP_ACCESS), 1, PFCP_RULE_FAILURE, 0},
        {led_to(phone, PFCP_LI_FUNCTION), 1, PFCP_RULE_FAILURE, 0},
        {led_to(own, PFCP_LI_FUNCTION), 1, PFCP_RULE_FAILURE, 0},
        {led_to(group, PFCP_LI_FUNCTION), 1, PFCP_RULE_FAILURE, 0},
        {led_to(infrastructure, PFCP_LI_FUNCTION), 1, PFCP_ACCEPTED, 0},
    };
    for (size_t i = 0; i + 1 < sizeof wrongs / sizeof *wrongs; i++)
        refuse_one(b, &wrongs[i]);
    const struct wrong *right = &wrongs[sizeof wrongs / sizeof *wrongs - 1];
    struct pfcp_update_far far = {
        .far_id = UPLINK_FAR, .duplicating = (struct pfcp_duplicating *)&right->set, .duplicating_count = 1};
    assert_int_equal(update(b, far).cause, right->cause);
}

/* The destination interface decides whether an address may be one of the infrastructure's: also when it alone is changed. */
static void a_copy_of_the_interception_does_not_become_another(void **state)
{
    struct bench *b = *state;
    tunnels[0] = led_to((struct pfcp_ip){.has_v4 = true, .v4 = {192, 0, 2, 1}}, PFCP_LI_FUNCTION);
    establish(b, 1);
    struct pfcp_duplicating change = {.has_destination_interface = true, .destination_interface = PFCP_CORE};
    struct pfcp_update_far far = {.far_id = UPLINK_FAR, .duplicating = &change, .duplicating_count = 1};
    struct pfcp_session_modification_response response = update(b, far);
    assert_int_equal(response.cause, PFCP_RULE_FAILURE);
    assert_int_equal(response.failed_rule.id, UPLINK_FAR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, lab_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_forwarded_goes_on_as_ever_and_a_copy_into_each_tunnel),
        TEST(copies_are_counted_apart_and_are_not_the_phones_usage),
        TEST(what_is_refused_before_its_far_is_not_copied),
        TEST(what_is_dropped_is_copied_as_far_as_gates_and_rates_let_it),
        TEST(what_was_never_to_be_forwarded_is_copied_all_the_same),
        TEST(what_waits_for_a_phone_is_copied_when_it_comes_and_not_again_when_it_goes),
        TEST(what_waited_uncopied_is_copied_when_it_goes),
        TEST(of_a_super_packet_what_rates_let_pass_is_copied),
        TEST(an_update_changes_sets_in_their_order_and_adds_others),
        TEST(a_far_that_is_removed_takes_its_copies_with_it_and_no_others),
        TEST(what_is_malformed_or_leads_astray_is_named_and_changes_nothing),
        TEST(a_copy_of_the_interception_does_not_become_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
