/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H2: what goes through a gNB that is shaped is delayed and marked, in order and never for long, and nothing of it is lost. */
#include "lab.h"

#include "plane/checksum.h"
#include "plane/pacer.h"

static const uint8_t ue[4] = {10, 45, 0, 2}, server[4] = {8, 8, 8, 8};

enum { PAYLOAD = 100, INNER = 20 + 8 + PAYLOAD, KBPS = 100, SENT = 4096, ECT_0 = 2, CE = 3 };

/* What the worker handed on, by its destination port, which the test counts up. */
struct sent {
    uint16_t port;
    uint8_t ecn;
    int64_t at;
    bool to_n3;
};

struct bench {
    struct lab *lab;
    uint64_t seid;
    uint32_t teid, round;
    struct pacer *pacer;
    struct sent sent[SENT];
    unsigned sent_count;
    uint16_t next_port;
    uint8_t ecn;
};

static void note(void *context, enum verdict verdict, struct packet *packet)
{
    struct bench *b = context;
    struct gtpu_packet gtpu = {.payload = {packet->data, packet->length}};
    if (verdict == PATH_TO_N3)
        assert_true(gtpu_parse(bytes_of(packet->data, packet->length), &gtpu, NULL));
    const uint8_t *ip = gtpu.payload.data;
    assert_int_equal(gtpu.payload.len, INNER);
    assert_int_equal((uint16_t)~checksum_fold(checksum_add(0, ip, 20)), 0);
    assert_true(b->sent_count < SENT);
    b->sent[b->sent_count++] = (struct sent){.port = (uint16_t)(ip[22] << 8 | ip[23]),
                                             .ecn = ip[1] & 3,
                                             .at = b->lab->timers.now,
                                             .to_n3 = verdict == PATH_TO_N3};
}

static int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct lab_session session;
    b->lab = lab_new();
    lab_describe(&session, 2);
    b->seid = lab_establish(b->lab, &session, &b->teid);
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->gnb, 0x55, false), PFCP_ACCEPTED);
    b->pacer = pacer_new(&(struct pacer_settings){.lane = &b->lab->plane.lanes[0],
                                                  .most = b->lab->plane.policy.shaping_packets,
                                                  .send = note,
                                                  .context = b});
    assert_non_null(b->pacer);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    pacer_free(b->pacer);
    lab_free(b->lab);
    test_free(b);
    return 0;
}

static struct pfcp_shaping_of_peer peer(const union socket_address *gnb, uint64_t kbps)
{
    struct pfcp_shaping_of_peer item = {.ip.has_v4 = true, .uplink = kbps, .downlink = kbps};
    memcpy(item.ip.v4, &gnb->v4.sin_addr, 4);
    return item;
}

static uint8_t tell(struct bench *b, struct pfcp_shaping_of_peer *items, size_t count, uint8_t flags)
{
    struct pfcp_message request = {
        .type = PFCP_ASSOCIATION_UPDATE_REQUEST,
        .association_update_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                       .has_shaping = true,
                                       .shaping = {.round = b->round, .flags = flags},
                                       .shaped = items,
                                       .shaped_count = count}};
    return lab_ask(b->lab, &request).association_update_response.cause;
}

static void shape(struct bench *b, uint64_t kbps)
{
    struct pfcp_shaping_of_peer item = peer(&b->lab->gnb, kbps);
    b->round++;
    assert_int_equal(tell(b, &item, kbps ? 1 : 0, PFCP_SHAPING_LAST), PFCP_ACCEPTED);
}

/* As a worker does. */
static void hand(struct bench *b, enum verdict verdict, struct packet *packet)
{
    assert_true(verdict == PATH_TO_N3 || verdict == PATH_TO_N6);
    if (packet->shaped)
        pacer_take(b->pacer, verdict, packet);
    else
        note(b, verdict, packet);
    pacer_flushed(b->pacer);
}

static size_t inner(struct bench *b, uint8_t *to, const uint8_t from[4], const uint8_t dest[4])
{
    const size_t length = lab_udp(to, from, dest, ++b->next_port, PAYLOAD);
    to[1] = b->ecn;
    memset(to + 10, 0, 2);
    const uint16_t check = (uint16_t)~checksum_fold(checksum_add(0, to, 20));
    memcpy(to + 10, &check, 2);
    return length;
}

static void up(struct bench *b)
{
    uint8_t ip[INNER];
    struct packet packet;
    const struct bytes octets = bytes_of(ip, inner(b, ip, ue, server));
    hand(b, lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, octets, &packet), &packet);
}

static void down(struct bench *b)
{
    uint8_t ip[INNER];
    struct packet packet;
    const struct bytes octets = bytes_of(ip, inner(b, ip, server, ue));
    hand(b, lab_downlink(b->lab, octets, &packet), &packet);
}

static void wait_for(struct bench *b, int64_t time)
{
    const int64_t until = b->lab->timers.now + time;
    while (pacer_next(b->pacer) <= until) {
        lab_sleep(b->lab, pacer_next(b->pacer) - b->lab->timers.now);
        pacer_run(b->pacer, b->lab->timers.now);
        pacer_flushed(b->pacer);
    }
    lab_sleep(b->lab, until - b->lab->timers.now);
}

static void all_in_order(const struct bench *b, unsigned count)
{
    assert_int_equal(b->sent_count, count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(b->sent[i].port, i + 1);
}

static uint64_t hurried(const struct bench *b, enum hurried reason)
{
    return counted(&b->lab->plane.lanes[0].counters.hurried[reason]);
}

static void what_goes_through_others_is_not_delayed(void **state)
{
    struct bench *b = *state;
    struct pfcp_shaping_of_peer items[2] = {peer(&b->lab->other_gnb, 1), peer(&b->lab->smf, 1)};
    assert_int_equal(tell(b, items, 2, PFCP_SHAPING_LAST), PFCP_ACCEPTED); /* of both it knows nothing */
    for (unsigned i = 0; i < 300; i++)
        up(b);
    all_in_order(b, 300);
    assert_int_equal(counted(&b->lab->plane.lanes[0].counters.shaped[0]), 0);
}

/* From the burst on as fast as the rate, for as long as nobody sends more. */
static void packets_go_at_the_rate_and_in_order(void **state)
{
    enum { BURST = BUCKET_BURST_BYTES / INNER, MORE = 6 };
    const int64_t each = INNER * 8 * SECONDS(1) / (KBPS * 1000);
    struct bench *b = *state;
    shape(b, KBPS);
    const int64_t begun = b->lab->timers.now;
    for (unsigned i = 0; i < BURST + MORE; i++)
        down(b);
    assert_int_equal(b->sent_count, BURST);
    wait_for(b, SECONDS(1));
    all_in_order(b, BURST + MORE);
    for (unsigned i = 1; i < MORE; i++)
        assert_in_range(b->sent[BURST + i].at - b->sent[BURST + i - 1].at, each - 1, each + 1);
    assert_true(b->sent[BURST].at - begun <= each);
    assert_int_equal(counted(&b->lab->plane.lanes[0].counters.shaped[0]), MORE);
    assert_int_equal(counted(&b->lab->plane.lanes[0].counters.shaped[1]), MORE * INNER);
}

static void a_flood_loses_nothing_and_waits_no_longer_than_it_may(void **state)
{
    enum { ALL = 1500 };
    struct bench *b = *state;
    int64_t came[ALL];
    shape(b, KBPS);
    for (unsigned i = 0; i < ALL; i++) {
        came[i] = b->lab->timers.now;
        i % 2 ? up(b) : down(b);
        if (i % 50 == 0)
            wait_for(b, MILLISECONDS(30));
    }
    wait_for(b, SECONDS(1));
    assert_int_equal(b->sent_count, ALL);
    uint16_t last[2] = {0};
    for (unsigned i = 0; i < ALL; i++) {
        const struct sent *sent = &b->sent[i];
        assert_true(sent->port > last[sent->to_n3]);
        last[sent->to_n3] = sent->port;
        assert_true(sent->at - came[sent->port - 1] <= b->lab->plane.policy.shaping_delay);
    }
    assert_true(hurried(b, HURRIED_FULL) > 0);
    assert_int_equal(b->lab->plane.lanes[0].counters.bytes[UPLINK] +
                         b->lab->plane.lanes[0].counters.bytes[DOWNLINK],
                     ALL * INNER);
}

static void what_would_wait_too_long_waits_no_longer_and_leaves_no_debt(void **state)
{
    enum { BURST = BUCKET_BURST_BYTES / INNER };
    struct bench *b = *state;
    b->lab->plane.policy.shaping_delay = MILLISECONDS(20);
    shape(b, KBPS);
    for (unsigned i = 0; i < BURST + 6; i++)
        up(b);
    assert_int_equal(hurried(b, HURRIED_LATE), 4);
    wait_for(b, MILLISECONDS(20));
    all_in_order(b, BURST + 6);
    wait_for(b, SECONDS(2));
    for (unsigned i = 0; i < BURST; i++)
        up(b);
    all_in_order(b, 2 * BURST + 6);
}

static void who_understands_is_told_of_congestion_and_others_are_not(void **state)
{
    enum { BURST = BUCKET_BURST_BYTES / INNER };
    struct bench *b = *state;
    shape(b, KBPS);
    b->ecn = ECT_0;
    for (unsigned i = 0; i < BURST + 1; i++)
        down(b);
    b->ecn = 0;
    down(b);
    wait_for(b, SECONDS(1));
    assert_int_equal(b->sent[BURST - 1].ecn, ECT_0);
    assert_int_equal(b->sent[BURST].ecn, CE);
    assert_int_equal(b->sent[BURST + 1].ecn, 0);
    assert_int_equal(counted(&b->lab->plane.lanes[0].counters.marked), 1);
}

static void a_mark_leaves_a_wrong_checksum_wrong_and_finds_its_place_in_ipv6(void **state)
{
    uint8_t v4[20] = {0x45, ECT_0, 0, 20}, v6[40] = {0x60, 0x10}, deaf[40] = {0x61, 0x0f};
    (void)state;
    assert_true(shaping_mark(v4));
    assert_int_equal(v4[1], CE);
    assert_int_not_equal((uint16_t)~checksum_fold(checksum_add(0, v4, sizeof v4)), 0);
    assert_true(shaping_mark(v6));
    assert_int_equal(v6[0] << 8 | v6[1], 0x6030);
    assert_false(shaping_mark(deaf));
    assert_int_equal(deaf[0] << 8 | deaf[1], 0x610f);
}

static void what_follows_the_end_of_shaping_does_not_overtake(void **state)
{
    enum { BURST = BUCKET_BURST_BYTES / INNER };
    struct bench *b = *state;
    shape(b, KBPS);
    for (unsigned i = 0; i < BURST + 3; i++)
        up(b);
    shape(b, 0);
    up(b);
    assert_int_equal(b->sent_count, BURST);
    wait_for(b, SECONDS(1));
    up(b);
    all_in_order(b, BURST + 5);
    struct gnb *gnb = plane_gnb(&b->lab->plane, &b->lab->gnb);
    assert_false(shaping_concerns(&gnb->shaping, UPLINK));
}

static unsigned end_markers(const struct bench *b)
{
    unsigned count = 0;
    for (unsigned i = 0; i < b->lab->n3_count; i++)
        count += b->lab->n3[i].data[1] == GTPU_END_MARKER;
    return count;
}

/* TS 23.502 4.9.1.2.2: the end marker is the last packet on the old path. */
static void an_end_marker_comes_after_what_waits(void **state)
{
    enum { BURST = BUCKET_BURST_BYTES / INNER };
    struct bench *b = *state;
    shape(b, KBPS);
    for (unsigned i = 0; i < BURST + 2; i++)
        down(b);
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->other_gnb, 0x66, true), PFCP_ACCEPTED);
    assert_int_equal(end_markers(b), 0);
    wait_for(b, b->lab->plane.policy.shaping_delay);
    assert_int_equal(b->sent_count, BURST + 2);
    assert_int_equal(end_markers(b), 0);
    wait_for(b, SECONDS(1));
    assert_int_equal(end_markers(b), 1);
}

static void without_room_to_wait_in_packets_go_at_once(void **state)
{
    struct bench *b = *state;
    pacer_free(b->pacer);
    b->pacer =
        pacer_new(&(struct pacer_settings){.lane = &b->lab->plane.lanes[0], .send = note, .context = b});
    shape(b, 1);
    for (unsigned i = 0; i < 500; i++)
        up(b);
    all_in_order(b, 500);
}

static bool is_shaped(const struct bench *b, const union socket_address *gnb)
{
    return plane_gnb(&b->lab->plane, gnb)->shaping.kbps[UPLINK] != 0;
}

static void a_round_holds_when_all_of_it_has_come(void **state)
{
    struct bench *b = *state;
    struct pfcp_shaping_of_peer gnb = peer(&b->lab->gnb, 5), other = peer(&b->lab->other_gnb, 6);
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->other_gnb, 0x66, false), PFCP_ACCEPTED);
    shape(b, 7);
    b->round++;
    assert_int_equal(tell(b, &other, 1, 0), PFCP_ACCEPTED);
    assert_true(is_shaped(b, &b->lab->gnb) && is_shaped(b, &b->lab->other_gnb));
    assert_int_equal(tell(b, NULL, 0, PFCP_SHAPING_LAST), PFCP_ACCEPTED);
    assert_true(!is_shaped(b, &b->lab->gnb) && is_shaped(b, &b->lab->other_gnb));
    b->round++;
    assert_int_equal(tell(b, &gnb, 1, PFCP_SHAPING_LAST), PFCP_ACCEPTED);
    assert_true(is_shaped(b, &b->lab->gnb) && !is_shaped(b, &b->lab->other_gnb));
}

static void what_is_malformed_is_refused_and_changes_nothing(void **state)
{
    struct bench *b = *state;
    struct pfcp_shaping_of_peer none = peer(&b->lab->gnb, 0), good = peer(&b->lab->gnb, 9);
    shape(b, 7);
    b->round++;
    assert_int_equal(tell(b, &none, 1, PFCP_SHAPING_LAST), PFCP_MANDATORY_IE_INCORRECT);
    struct pfcp_shaping_of_peer both[2] = {good, none};
    assert_int_equal(tell(b, both, 2, PFCP_SHAPING_LAST), PFCP_MANDATORY_IE_INCORRECT);
    struct pfcp_message headless = {
        .type = PFCP_ASSOCIATION_UPDATE_REQUEST,
        .association_update_request = {
            .node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}}, .shaped = &good, .shaped_count = 1}};
    assert_int_equal(lab_ask(b->lab, &headless).association_update_response.cause,
                     PFCP_CONDITIONAL_IE_MISSING);
    assert_int_equal(plane_gnb(&b->lab->plane, &b->lab->gnb)->shaping.kbps[UPLINK], 7);
}

static void set_up_by(struct bench *b, uint32_t time_stamp)
{
    struct pfcp_message request = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = time_stamp}};
    assert_int_equal(lab_ask(b->lab, &request).association_setup_response.cause, PFCP_ACCEPTED);
}

static void what_an_smf_told_ends_with_it(void **state)
{
    struct bench *b = *state;
    shape(b, 7);
    set_up_by(b, 1000); /* the same one: it knows what it has said */
    assert_true(is_shaped(b, &b->lab->gnb));
    set_up_by(b, 2000);
    assert_false(is_shaped(b, &b->lab->gnb));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_goes_through_others_is_not_delayed),
        TEST(packets_go_at_the_rate_and_in_order),
        TEST(a_flood_loses_nothing_and_waits_no_longer_than_it_may),
        TEST(what_would_wait_too_long_waits_no_longer_and_leaves_no_debt),
        TEST(who_understands_is_told_of_congestion_and_others_are_not),
        cmocka_unit_test(a_mark_leaves_a_wrong_checksum_wrong_and_finds_its_place_in_ipv6),
        TEST(what_follows_the_end_of_shaping_does_not_overtake),
        TEST(an_end_marker_comes_after_what_waits),
        TEST(without_room_to_wait_in_packets_go_at_once),
        TEST(a_round_holds_when_all_of_it_has_come),
        TEST(what_is_malformed_is_refused_and_changes_nothing),
        TEST(what_an_smf_told_ends_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
