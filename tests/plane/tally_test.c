/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H2: what went through each gNB, counted to the octet, and told to the SMF that asks. */
#include "bench.h"
#include "plane/status.h"
#include "plane/tally.h"

enum { PERIOD = 10, INNER = 20 + 8 + 100 };

static struct pfcp_message associate(struct lab *lab)
{
    struct pfcp_message request = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = 1000,
                                      .has_traffic_reporting = true,
                                      .traffic_reporting = PERIOD},
    };
    return lab_ask(lab, &request);
}

/* The SMF asks for reports from the beginning. */
static int set_up(void **state)
{
    struct bench *b = *state = bench_new();
    associate(b->lab);
    bench_connect(b);
    return 0;
}

static enum verdict up(struct bench *b, const union socket_address *gnb, const uint8_t from[4])
{
    return bench_up(b, gnb, from, server, 53);
}

static enum verdict down(struct bench *b)
{
    return bench_down(b, INNER - 28);
}

static struct tally_reading of(const struct bench *b, const union socket_address *gnb)
{
    return tally_read(&b->lab->plane, plane_gnb(&b->lab->plane, gnb));
}

/* Over all gNBs as over all lanes. */
static void sums_agree(const struct bench *b)
{
    const struct plane *plane = &b->lab->plane;
    uint64_t sums[2] = {0}, key;
    size_t cursor = 0;
    for (void *gnb; table_next(&plane->gnbs, &cursor, &key, &gnb);)
        for (unsigned d = UPLINK; d <= DOWNLINK; d++)
            sums[d] += tally_read(plane, gnb).bytes[d];
    for (unsigned d = UPLINK; d <= DOWNLINK; d++)
        assert_int_equal(sums[d], counted(&plane->lanes[0].counters.bytes[d]));
}

static void octets_count_at_the_gnb_through_which_they_went(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    assert_int_equal(up(b, &lab->gnb, ue), PATH_TO_N6);
    assert_int_equal(down(b), PATH_TO_N3);
    assert_int_equal(lab_switch(lab, b->seid, &lab->other_gnb, 0x66, true), PFCP_ACCEPTED);
    assert_int_equal(up(b, &lab->gnb, ue), PATH_TO_N6); /* it was on its way */
    assert_int_equal(up(b, &lab->other_gnb, ue), PATH_TO_N6);
    assert_int_equal(down(b), PATH_TO_N3);
    assert_int_equal(down(b), PATH_TO_N3);
    assert_int_equal(of(b, &lab->gnb).bytes[UPLINK], 2 * INNER);
    assert_int_equal(of(b, &lab->gnb).bytes[DOWNLINK], INNER);
    assert_int_equal(of(b, &lab->other_gnb).bytes[UPLINK], INNER);
    assert_int_equal(of(b, &lab->other_gnb).bytes[DOWNLINK], 2 * INNER);
    sums_agree(b);
}

/* Spoofed addresses, tunnels of others, error indications, end markers. */
static void what_is_refused_counts_nothing_and_makes_no_entry(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    union socket_address stranger;
    const size_t gnbs = lab->plane.gnbs.count;
    uint8_t message[GTPU_MESSAGE_BYTES];
    address_parse(&stranger, "127.0.0.99", GTPU_PORT);
    assert_int_equal(up(b, &lab->gnb, neighbour), PATH_DROP);
    b->teid ^= 1;
    up(b, &lab->gnb, ue);
    b->teid ^= 1;
    up(b, &stranger, ue);
    struct gtpu_error_indication indication = {.teid = 0x55, .address_size = 4, .address = {127, 0, 0, 99}};
    struct packet packet = {.data = lab->buffer + PATH_HEADROOM, .end = lab->buffer + sizeof lab->buffer};
    packet.length = gtpu_error_indication(message, sizeof message, &indication);
    memcpy(packet.data, message, packet.length);
    path_uplink(&lab->plane, &lab->plane.lanes[0], &stranger, &packet);
    packet = (struct packet){.data = lab->buffer + PATH_HEADROOM, .end = lab->buffer + sizeof lab->buffer};
    packet.length = gtpu_end_marker(packet.data, GTPU_MESSAGE_BYTES, b->teid);
    path_uplink(&lab->plane, &lab->plane.lanes[0], &lab->gnb, &packet);
    assert_int_equal(of(b, &lab->gnb).bytes[UPLINK] + of(b, &lab->gnb).bytes[DOWNLINK], 0);
    assert_int_equal(lab->plane.gnbs.count, gnbs);
    sums_agree(b);
}

static json_int_t metric(const struct bench *b, const char *name)
{
    json_t *reply = metrics_reply(b->lab->agent), *item;
    json_int_t value = -1;
    size_t i;
    json_array_foreach(json_object_get(reply, "metrics"), i,
                       item) if (strcmp(json_string_value(json_object_get(item, "name")), name) == 0) value =
        json_integer_value(json_object_get(item, "value"));
    json_decref(reply);
    return value;
}

static void what_is_led_on_to_the_next_gnb_counts_apart_and_once(void **state)
{
    struct bench *b = *state;
    const uint32_t teid = lab_lead_on(b->lab, b->seid);
    assert_int_equal(down(b), PATH_TO_N3);
    for (unsigned i = 0; i < 3; i++) {
        const size_t length = lab_udp(b->inner, server, ue, 99, 100);
        assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, teid, 1, bytes_of(b->inner, length), &b->packet),
                         PATH_TO_N3);
        assert_true(address_same_host(&b->packet.to, &b->lab->other_gnb));
    }
    assert_int_equal(metric(b, "demarc_plane_led_on_octets"), 3 * INNER);
    assert_int_equal(of(b, &b->lab->gnb).bytes[UPLINK], 0);
    assert_int_equal(of(b, &b->lab->gnb).bytes[DOWNLINK], INNER);
    assert_int_equal(of(b, &b->lab->other_gnb).bytes[DOWNLINK], 0);
    sums_agree(b);
}

/* Answers the plane's report, and returns it; type 0: there is none. */
static struct pfcp_message hear(struct lab *lab, uint8_t cause)
{
    for (unsigned i = 0; i < lab->n4_count; i++) {
        struct pfcp_message message;
        struct pfcp_problem problem;
        uint8_t buffer[256];
        assert_true(
            pfcp_decode(&lab->arena, bytes_of(lab->n4[i].data, lab->n4[i].length), &message, &problem));
        if (message.type != PFCP_NODE_REPORT_REQUEST)
            continue;
        struct pfcp_message answer = {
            .type = PFCP_NODE_REPORT_RESPONSE,
            .sequence = message.sequence,
            .node_report_response = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}}, .cause = cause}};
        const size_t length = pfcp_encode(&answer, buffer, sizeof buffer);
        lab->n4_count = 0;
        agent_receive(lab->agent, &lab->smf, bytes_of(buffer, length));
        return message;
    }
    return (struct pfcp_message){0};
}

static const struct pfcp_node_report_request *told(const struct pfcp_message *message)
{
    assert_int_equal(message->type, PFCP_NODE_REPORT_REQUEST);
    assert_true(message->node_report_request.report_type & PFCP_VSR);
    assert_true(message->node_report_request.has_traffic_report);
    return &message->node_report_request;
}

static struct pfcp_message next_round(struct lab *lab, uint8_t cause)
{
    lab->n4_count = 0;
    lab_sleep(lab, SECONDS(PERIOD));
    return hear(lab, cause);
}

static void counters_are_told_as_they_are_and_again_until_confirmed(void **state)
{
    struct bench *b = *state;
    struct pfcp_message first = next_round(b->lab, PFCP_ACCEPTED);
    assert_int_equal(told(&first)->traffic_count, 0);
    assert_true(told(&first)->traffic_report.flags & PFCP_TRAFFIC_LAST);
    up(b, &b->lab->gnb, ue);
    for (unsigned i = 0; i < 2; i++) {
        struct pfcp_message report = next_round(b->lab, i ? PFCP_ACCEPTED : PFCP_REJECTED);
        assert_int_equal(told(&report)->traffic_count, 1);
        assert_int_equal(told(&report)->traffic[0].uplink, INNER);
        assert_int_equal(told(&report)->traffic_report.uplink, INNER);
        assert_int_equal(told(&report)->traffic_report.instance, told(&first)->traffic_report.instance);
    }
    struct pfcp_message rest = next_round(b->lab, PFCP_ACCEPTED);
    assert_int_equal(told(&rest)->traffic_count, 0);
    assert_int_equal(told(&rest)->traffic_report.uplink, INNER);
}

static void an_smf_that_comes_back_is_told_everything_at_once(void **state)
{
    struct bench *b = *state;
    up(b, &b->lab->gnb, ue);
    next_round(b->lab, PFCP_ACCEPTED);
    associate(b->lab);
    lab_sleep(b->lab, 1);
    struct pfcp_message report = hear(b->lab, PFCP_ACCEPTED);
    assert_int_equal(told(&report)->traffic_count, 1);
}

static void an_smf_that_does_not_ask_hears_nothing_of_our_own(void **state)
{
    struct bench *b = *state;
    lab_associate(b->lab);
    up(b, &b->lab->gnb, ue);
    assert_int_equal(next_round(b->lab, PFCP_ACCEPTED).type, 0);
}

/* More gNBs than a message tells of. */
static void a_round_is_told_in_messages_of_a_bounded_size(void **state)
{
    enum { GNBS = 70, LONGEST = 1400 };
    struct bench *b = *state;
    unsigned pages = 0, gnbs = 0;
    b->lab->plane.policy.gnbs = GNBS + 2;
    for (uint8_t i = 0; i < GNBS; i++) {
        union socket_address gnb = b->lab->gnb;
        gnb.v4.sin_addr.s_addr = htonl(0x7f000100u + i);
        assert_int_equal(lab_switch(b->lab, b->seid, &gnb, 0x100u + i, false), PFCP_ACCEPTED);
        assert_int_equal(up(b, &gnb, ue), PATH_TO_N6);
    }
    struct pfcp_message page = next_round(b->lab, PFCP_ACCEPTED);
    for (; page.type; page = hear(b->lab, PFCP_ACCEPTED), pages++) {
        assert_true(b->lab->n4_count == 0 || b->lab->n4[0].length < LONGEST);
        gnbs += (unsigned)told(&page)->traffic_count;
        assert_int_equal((told(&page)->traffic_report.flags & PFCP_TRAFFIC_LAST) != 0, gnbs == GNBS);
    }
    assert_int_equal(gnbs, GNBS);
    assert_int_equal(pages, 3);
    sums_agree(b);
}

static void a_plane_that_ends_says_what_is_left_and_that_it_was_the_last(void **state)
{
    struct bench *b = *state;
    up(b, &b->lab->gnb, ue);
    b->lab->n4_count = 0;
    agent_end(b->lab->agent);
    struct pfcp_message last = lab_last(b->lab);
    assert_int_equal(told(&last)->traffic_report.flags & (PFCP_TRAFFIC_LAST | PFCP_TRAFFIC_ENDS),
                     PFCP_TRAFFIC_LAST | PFCP_TRAFFIC_ENDS);
    assert_int_equal(told(&last)->traffic_report.uplink, INNER);
    assert_int_equal(told(&last)->traffic_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, lab_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(octets_count_at_the_gnb_through_which_they_went),
        TEST(what_is_refused_counts_nothing_and_makes_no_entry),
        TEST(what_is_led_on_to_the_next_gnb_counts_apart_and_once),
        TEST(counters_are_told_as_they_are_and_again_until_confirmed),
        TEST(an_smf_that_comes_back_is_told_everything_at_once),
        TEST(an_smf_that_does_not_ask_hears_nothing_of_our_own),
        TEST(a_round_is_told_in_messages_of_a_bounded_size),
        TEST(a_plane_that_ends_says_what_is_left_and_that_it_was_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
