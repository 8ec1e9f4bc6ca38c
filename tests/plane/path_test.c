/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include "bench.h"
#include "plane/checksum.h"
#include "plane/crowd.h"

static enum verdict up(struct bench *b, const uint8_t from[4], const uint8_t to[4], uint16_t port)
{
    return bench_up(b, &b->lab->gnb, from, to, port);
}

static void packets_pass_in_both_directions(void **state)
{
    struct bench *b = *state;
    assert_int_equal(up(b, ue, server, 53), PATH_TO_N6);
    assert_int_equal(b->packet.length, 128);
    assert_memory_equal(b->packet.data, b->inner, 128);
    assert_int_equal(bench_down(b, 100), PATH_TO_N3);
    struct gtpu_packet gtpu;
    struct fault fault;
    assert_true(gtpu_parse(bytes_of(b->packet.data, b->packet.length), &gtpu, &fault));
    assert_int_equal(gtpu.teid, 0x55);
    assert_int_equal(gtpu.container.qfi, 1);
    assert_int_equal(gtpu.payload.len, 128);
    assert_true(address_same_host(&b->packet.to, &b->lab->gnb));
}

static enum verdict up_in_flow(struct bench *b, uint8_t qfi)
{
    size_t length = lab_udp(b->inner, ue, server, 53, 100);
    return lab_uplink(b->lab, &b->lab->gnb, b->teid, qfi, bytes_of(b->inner, length), &b->packet);
}

static void a_packet_passes_by_its_qos_flow_or_without_one(void **state)
{
    struct bench *b = *state;
    assert_int_equal(up_in_flow(b, 1), PATH_TO_N6);
    assert_int_equal(up_in_flow(b, 2), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_NO_RULE), 1);
    assert_int_equal(up_in_flow(b, LAB_NO_QFI), PATH_TO_N6);
    assert_memory_equal(b->packet.data, b->inner, 128);
}

static void a_forged_source_goes_nowhere(void **state)
{
    struct bench *b = *state;
    assert_int_equal(up(b, neighbour, server, 53), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_SPOOFED_SOURCE), 1);
}

static void another_gnb_cannot_use_the_tunnel(void **state)
{
    struct bench *b = *state;
    size_t length = lab_udp(b->inner, ue, server, 53, 100);
    struct bytes inner = bytes_of(b->inner, length);
    for (unsigned i = 0; i < 5; i++)
        lab_uplink(b->lab, &b->lab->other_gnb, b->teid, 1, inner, &b->packet);
    assert_int_equal(b->lab->n6_count, 0);
    assert_int_equal(lab_drops(b->lab, DROP_WRONG_PEER),
                     2); /* a quarter of the buffers is for such packets */
    assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, inner, &b->packet), PATH_TO_N6);
}

static void what_a_phone_sends_through_its_new_gnb_waits_for_the_smf_to_name_that(void **state)
{
    struct bench *b = *state;
    struct bytes inner = bytes_of(b->inner, lab_udp(b->inner, ue, server, 53, 100));
    assert_int_equal(lab_uplink(b->lab, &b->lab->other_gnb, b->teid, 1, inner, &b->packet), PATH_HELD);
    assert_int_equal(lab_uplink(b->lab, &b->lab->other_gnb, b->teid, 1, inner, &b->packet), PATH_HELD);
    assert_int_equal(b->lab->n6_count, 0);
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->other_gnb, 0x66, true), PFCP_ACCEPTED);
    assert_int_equal(b->lab->n6_count, 2);
    assert_int_equal(lab_uplink(b->lab, &b->lab->other_gnb, b->teid, 1, inner, &b->packet), PATH_TO_N6);
    assert_int_equal(b->lab->plane.early_total, 0);
}

/* The session of another phone, whose user plane is being set up: the SMF has not named a gNB yet. */
static void before_the_first_gnb_is_named_packets_wait_whoever_sends_them(void **state)
{
    struct bench *b = *state;
    struct lab_session session;
    uint32_t teid;
    lab_describe(&session, 9);
    session.fars[1].apply_action = PFCP_BUFF;
    uint64_t seid = lab_establish(b->lab, &session, &teid);
    struct bytes inner = bytes_of(b->inner, lab_udp(b->inner, neighbour, server, 53, 100));
    assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, teid, 1, inner, &b->packet), PATH_HELD);
    assert_int_equal(lab_uplink(b->lab, &b->lab->other_gnb, teid, 1, inner, &b->packet), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_WRONG_PEER), 1);
    assert_int_equal(lab_switch(b->lab, seid, &b->lab->gnb, 0x66, false), PFCP_ACCEPTED);
    assert_int_equal(b->lab->n6_count, 1);
    assert_int_equal(lab_switch(b->lab, seid, NULL, 0, false), PFCP_ACCEPTED);
    assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, teid, 1, inner, &b->packet), PATH_DROP);
    assert_int_equal(b->lab->plane.early_total, 0);
}

static void what_was_sent_ahead_of_the_smf_does_not_keep_for_long(void **state)
{
    struct bench *b = *state;
    struct bytes inner = bytes_of(b->inner, lab_udp(b->inner, ue, server, 53, 100));
    assert_int_equal(lab_uplink(b->lab, &b->lab->other_gnb, b->teid, 1, inner, &b->packet), PATH_HELD);
    lab_sleep(b->lab, SECONDS(2));
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->other_gnb, 0x66, true), PFCP_ACCEPTED);
    assert_int_equal(b->lab->n6_count, 0);
    assert_int_equal(lab_uplink(b->lab, &b->lab->other_gnb, b->teid, 1, inner, &b->packet), PATH_TO_N6);
}

static void phones_do_not_reach_each_other_nor_the_core_nor_open_tunnels(void **state)
{
    struct bench *b = *state;
    assert_int_equal(up(b, ue, neighbour, 80), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_UE_TO_UE), 1);
    assert_int_equal(up(b, ue, (uint8_t[]){192, 0, 2, 1}, 80), PATH_DROP);
    assert_int_equal(up(b, ue, (uint8_t[]){127, 0, 0, 1}, 80), PATH_DROP);
    assert_int_equal(up(b, ue, (uint8_t[]){169, 254, 169, 254}, 80), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_INFRASTRUCTURE), 3);
    assert_int_equal(up(b, ue, server, GTPU_PORT), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_INNER_TUNNEL), 1);
    assert_int_equal(up(b, ue, (uint8_t[]){10, 45, 0, 1}, 53), PATH_TO_N6);
    b->lab->plane.policy.ue_to_ue = true;
    assert_int_equal(up(b, ue, neighbour, 80), PATH_TO_N6);
}

static void an_unknown_tunnel_is_answered_at_a_limited_rate(void **state)
{
    struct bench *b = *state;
    size_t length = lab_udp(b->inner, ue, server, 53, 100);
    unsigned answers = 0;
    for (unsigned i = 0; i < 1000; i++)
        answers += lab_uplink(b->lab, &b->lab->gnb, b->teid + 1 + i, 1, bytes_of(b->inner, length),
                              &b->packet) == PATH_TO_N3;
    assert_in_range(answers, 1, 200);
    struct gtpu_packet gtpu;
    struct gtpu_error_indication indication;
    struct fault fault;
    b->lab->timers.now += SECONDS(10);
    lab_uplink(b->lab, &b->lab->gnb, b->teid + 1, 1, bytes_of(b->inner, length), &b->packet);
    assert_true(gtpu_parse(bytes_of(b->packet.data, b->packet.length), &gtpu, &fault));
    assert_true(gtpu_read_error_indication(&gtpu, &indication, &fault));
    assert_int_equal(indication.teid, b->teid + 1);
}

static void one_gnbs_unknown_tunnels_take_no_answers_from_another(void **state)
{
    enum { FLOOD = 1000 };
    struct bench *b = *state;
    struct lab *lab = b->lab;
    const struct bytes inner = bytes_of(b->inner, lab_udp(b->inner, ue, server, 53, 100));
    union socket_address stranger = lab->other_gnb;
    stranger.v4.sin_addr.s_addr ^= htonl(64);
    assert_non_null(plane_gnb_make(&lab->plane, &lab->other_gnb));
    for (unsigned i = 0; i < FLOOD; i++) {
        lab_uplink(lab, &lab->gnb, b->teid + 1, 1, inner, &b->packet);
        lab_uplink(lab, &stranger, b->teid + 1, 1, inner, &b->packet);
    }
    assert_int_equal(lab_uplink(lab, &lab->gnb, b->teid + 1, 1, inner, &b->packet), PATH_DROP);
    assert_int_equal(lab_uplink(lab, &stranger, b->teid + 1, 1, inner, &b->packet), PATH_DROP);
    assert_int_equal(lab_uplink(lab, &lab->other_gnb, b->teid + 1, 1, inner, &b->packet), PATH_TO_N3);
}

/* Whether the worker looks at what it sends: it finds no such tunnel. */
static bool is_looked_at(struct bench *b, const union socket_address *from)
{
    const size_t length = lab_udp(b->inner, ue, server, 53, 100);
    lab_uplink(b->lab, from, b->teid + 1, 1, bytes_of(b->inner, length), &b->packet);
    return b->lab->plane.lanes[0].reason == DROP_UNKNOWN_TEID;
}

static void a_gnb_has_no_more_than_its_share_of_a_worker_that_is_crowded(void **state)
{
    enum { FLOOD = 1000, SHARE = 100 };
    struct bench *b = *state;
    struct lab *lab = b->lab;
    union socket_address stranger = lab->other_gnb;
    unsigned carried = 0;
    stranger.v4.sin_addr.s_addr ^= htonl(64);
    assert_non_null(plane_gnb_make(&lab->plane, &lab->other_gnb));
    for (unsigned i = 0; i < FLOOD; i++)
        assert_int_equal(up(b, ue, server, 53), PATH_TO_N6); /* it is not crowded */
    lab->plane.lanes[0].share = SHARE;
    for (unsigned i = 0; i < FLOOD; i++)
        carried += up(b, ue, server, 53) == PATH_TO_N6;
    assert_in_range(carried, 1, 2 * SHARE);
    assert_int_equal(lab_drops(lab, DROP_TOO_MANY), FLOOD - carried);
    assert_true(is_looked_at(b, &lab->other_gnb) && is_looked_at(b, &stranger));
    lab->timers.now += SECONDS(1);
    assert_int_equal(up(b, ue, server, 53), PATH_TO_N6);
}

/* The first one carries much more of it than the second would. */
static void a_share_of_one_worker_is_not_spent_at_another(void **state)
{
    enum { FLOOD = 100000, MUCH = 50000, LITTLE = 3000 };
    const union socket_address *gnb = &((struct bench *)*state)->lab->gnb;
    struct network network = {.name = "internet"};
    struct plane plane;
    assert_true(plane_init(&plane, &network, 1, 2, 7));
    plane.policy.gnbs = 1;
    assert_non_null(plane_gnb_make(&plane, gnb));
    plane.lanes[0].share = MUCH;
    plane.lanes[1].share = LITTLE;
    unsigned admitted = 0;
    while (admitted < FLOOD && crowd_admits(&plane, &plane.lanes[0], gnb, SECONDS(1)))
        admitted++;
    assert_in_range(admitted, 1, MUCH);
    assert_true(crowd_admits(&plane, &plane.lanes[1], gnb, SECONDS(1)));
    plane_free(&plane);
}

/* A tenth of a second later: a batch of two datagrams, from these, before which so many had been lost. */
static void notice(struct bench *b, struct crowd *crowd, const union socket_address *first,
                   const union socket_address *second, uint32_t lost)
{
    union socket_address peers[2] = {*first, *second};
    _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof lost)] = {0};
    struct mmsghdr batch[2] = {
        {.msg_hdr = {.msg_name = &peers[0]}},
        {.msg_hdr = {.msg_name = &peers[1], .msg_control = control, .msg_controllen = sizeof control}}};
    struct cmsghdr *c = CMSG_FIRSTHDR(&batch[1].msg_hdr);
    *c = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof lost), .cmsg_level = SOL_SOCKET, .cmsg_type = SO_RXQ_OVFL};
    memcpy(CMSG_DATA(c), &lost, sizeof lost);
    b->lab->timers.now += MILLISECONDS(100);
    crowd_notice(crowd, &b->lab->plane, &b->lab->plane.lanes[0],
                 &(struct crowd_batch){batch, 2, 0, b->lab->timers.now});
}

static void a_worker_whose_socket_loses_packets_of_several_narrows_their_shares(void **state)
{
    enum { MOST = 8000, LEAST = 500 };
    struct bench *b = *state;
    struct crowd crowd = {0};
    const union socket_address *gnb = &b->lab->gnb, *other = &b->lab->other_gnb;
    struct lane *lane = &b->lab->plane.lanes[0];
    b->lab->plane.policy.slow_traffic = MOST;
    notice(b, &crowd, gnb, gnb, 5);
    assert_int_equal(lane->share, 0); /* it is alone */
    notice(b, &crowd, gnb, other, 5);
    assert_int_equal(lane->share, 0); /* nothing more is lost */
    notice(b, &crowd, other, other, 6);
    assert_int_equal(lane->share, MOST / 2);
    for (uint32_t lost = 7; lost < 20; lost++)
        notice(b, &crowd, other, gnb, lost);
    assert_int_equal(lane->share, LEAST);
    notice(b, &crowd, other, gnb, 19);
    assert_in_range(lane->share, LEAST + 1, MOST / 2);
    for (unsigned i = 0; i < 100; i++)
        notice(b, &crowd, other, gnb, 19);
    assert_int_equal(lane->share, 0);
}

/* A gNB says that it does not know the phone's tunnel. How many error reports the SMF is sent. */
static unsigned indicate(struct lab *lab, const union socket_address *gnb)
{
    const struct gtpu_error_indication indication = {
        .teid = BENCH_TEID, .address = {127, 0, 0, 20}, .address_size = 4};
    uint8_t *at = lab->buffer + PATH_HEADROOM;
    struct packet packet = {.data = at, .end = at + 2048, .now = lab->timers.now};
    packet.length = gtpu_error_indication(at, 256, &indication);
    lab->n4_count = 0;
    path_uplink(&lab->plane, &lab->plane.lanes[0], gnb, &packet);
    agent_poll(lab->agent);
    return lab->n4_count;
}

static void an_error_indication_counts_only_from_the_tunnels_own_gnb(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    assert_int_equal(indicate(lab, &lab->other_gnb), 0);
    assert_int_equal(indicate(lab, &lab->gnb), 1);
    struct pfcp_message report = lab_last(lab);
    assert_int_equal(report.session_report_request.report_type, PFCP_ERIR);
    assert_int_equal(report.session_report_request.error_indication.remote_f_teids[0].teid, BENCH_TEID);
}

/* A gNB that has restarted counts its tunnels from the first again. */
static void a_tunnel_that_is_lost_twice_is_reported_twice(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    assert_int_equal(indicate(lab, &lab->gnb), 1);
    lab->timers.now += SECONDS(1);
    assert_int_equal(indicate(lab, &lab->gnb), 0);
    assert_int_equal(lab_switch(lab, b->seid, NULL, 0, false), PFCP_ACCEPTED);
    assert_int_equal(lab_switch(lab, b->seid, &lab->gnb, BENCH_TEID, false), PFCP_ACCEPTED);
    assert_int_equal(indicate(lab, &lab->gnb), 1);
}

static void a_lost_tunnel_that_nobody_could_be_told_of_is_reported_again(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    assert_int_equal(indicate(lab, &lab->gnb), 1);
    for (unsigned tries = 1; tries < 3; tries++)
        lab_sleep(lab, SECONDS(3));
    assert_int_equal(indicate(lab, &lab->gnb), 0);
    lab_sleep(lab, SECONDS(3));
    assert_int_equal(indicate(lab, &lab->gnb), 1);
}

static void an_echo_is_answered(void **state)
{
    struct bench *b = *state;
    uint8_t *at = b->lab->buffer + PATH_HEADROOM;
    struct packet packet = {.data = at, .end = at + 2048};
    struct gtpu_packet gtpu;
    struct fault fault;
    packet.length = gtpu_echo_request(at, 256, 513);
    assert_int_equal(path_uplink(&b->lab->plane, &b->lab->plane.lanes[0], &b->lab->gnb, &packet), PATH_TO_N3);
    assert_true(gtpu_parse(bytes_of(packet.data, packet.length), &gtpu, &fault));
    assert_int_equal(gtpu.type, GTPU_ECHO_RESPONSE);
    assert_int_equal(gtpu.sequence, 513);
}

static void held_packets_come_out_in_order_before_newer_ones(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    assert_int_equal(lab_switch(lab, b->seid, NULL, 0, false), PFCP_ACCEPTED);
    lab->n4_count = lab->n3_count = 0;
    for (size_t i = 1; i <= 8; i++)
        assert_int_equal(bench_down(b, i), PATH_HELD);
    assert_int_equal(bench_down(b, 9), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_BUFFER_FULL), 1);
    agent_poll(lab->agent);
    assert_int_equal(lab->n4_count, 1);
    assert_int_equal(lab_switch(lab, b->seid, &lab->gnb, 0x66, false), PFCP_ACCEPTED);
    unsigned data = 0;
    for (unsigned i = 0; i < lab->n3_count; i++) {
        struct gtpu_packet gtpu;
        struct fault fault;
        assert_true(gtpu_parse(bytes_of(lab->n3[i].data, lab->n3[i].length), &gtpu, &fault));
        if (gtpu.payload.data[0] >> 4 == 4)
            assert_int_equal(gtpu.payload.len, 28 + ++data);
    }
    assert_int_equal(data, 8);
    assert_int_equal(atomic_load(&lab->plane.held_total), 0);
    assert_int_equal(bench_down(b, 10), PATH_TO_N3);
}

static void one_report_is_sent_until_the_phone_was_reached(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    lab_switch(lab, b->seid, NULL, 0, false);
    lab->n4_count = 0;
    bench_down(b, 1);
    agent_poll(lab->agent);
    assert_int_equal(lab->n4_count, 1);
    lab_answer(lab, b->seid, lab_last(lab).sequence, PFCP_ACCEPTED);
    bench_down(b, 1);
    lab_sleep(lab, SECONDS(10));
    assert_int_equal(lab->n4_count, 1);
    lab_switch(lab, b->seid, &lab->gnb, 0x66, false);
    lab_switch(lab, b->seid, NULL, 0, false);
    lab->n4_count = 0;
    bench_down(b, 1);
    agent_poll(lab->agent);
    assert_int_equal(lab->n4_count, 1);
}

static void check_end_marker(const struct caught *caught, const union socket_address *to, uint32_t teid)
{
    struct gtpu_packet gtpu;
    struct fault fault;
    assert_true(gtpu_parse(bytes_of(caught->data, caught->length), &gtpu, &fault));
    assert_int_equal(gtpu.type, GTPU_END_MARKER);
    assert_int_equal(gtpu.teid, teid);
    assert_true(address_same_host(&caught->to, to));
}

static void a_moved_tunnel_ends_with_an_end_marker(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    lab->n3_count = 0;
    assert_int_equal(lab_switch(lab, b->seid, &lab->other_gnb, 0x77, true), PFCP_ACCEPTED);
    assert_int_equal(lab->n3_count, 1);
    check_end_marker(&lab->n3[0], &lab->gnb, 0x55);
    assert_int_equal(bench_down(b, 1), PATH_TO_N3);
    assert_true(address_same_host(&b->packet.to, &lab->other_gnb));
}

static void an_end_marker_does_not_overtake_what_a_worker_still_holds(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    lab->n3_count = 0;
    epoch_enter(&lab->plane.epochs, &lab->plane.readers[0]);
    assert_int_equal(bench_down(b, 1), PATH_TO_N3);
    assert_int_equal(lab_switch(lab, b->seid, &lab->other_gnb, 0x77, true), PFCP_ACCEPTED);
    assert_int_equal(lab_switch(lab, b->seid, &lab->gnb, 0x88, true), PFCP_ACCEPTED);
    lab_sleep(lab, MILLISECONDS(50));
    assert_int_equal(lab->n3_count, 0);
    epoch_leave(&lab->plane.readers[0]);
    lab_sleep(lab, MILLISECONDS(5));
    assert_int_equal(lab->n3_count, 2);
    check_end_marker(&lab->n3[0], &lab->gnb, 0x55);
    check_end_marker(&lab->n3[1], &lab->other_gnb, 0x77);
}

static void an_end_marker_that_still_waits_ends_with_the_agent(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    epoch_enter(&lab->plane.epochs, &lab->plane.readers[0]);
    assert_int_equal(lab_switch(lab, b->seid, &lab->other_gnb, 0x77, true), PFCP_ACCEPTED);
}

/* From gNB to gNB faster than its packets follow. */
static void what_gnbs_before_the_last_one_have_sent_is_still_taken_for_a_while(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    struct bytes inner = bytes_of(b->inner, lab_udp(b->inner, ue, server, 53, 100));
    union socket_address third;
    address_parse(&third, "10.3.0.3", 2152);
    assert_int_equal(lab_switch(lab, b->seid, &lab->other_gnb, 0x77, true), PFCP_ACCEPTED);
    assert_int_equal(lab_switch(lab, b->seid, &third, 0x88, true), PFCP_ACCEPTED);
    assert_int_equal(lab_uplink(lab, &lab->gnb, b->teid, 1, inner, &b->packet), PATH_TO_N6);
    assert_int_equal(lab_uplink(lab, &lab->other_gnb, b->teid, 1, inner, &b->packet), PATH_TO_N6);
    assert_int_equal(lab_uplink(lab, &third, b->teid, 1, inner, &b->packet), PATH_TO_N6);
    lab_sleep(lab, SECONDS(2));
    assert_int_not_equal(lab_uplink(lab, &lab->gnb, b->teid, 1, inner, &b->packet), PATH_TO_N6);
    assert_int_not_equal(lab_uplink(lab, &lab->other_gnb, b->teid, 1, inner, &b->packet), PATH_TO_N6);
}

static void a_router_solicitation_is_answered_with_the_prefix(void **state)
{
    struct bench *b = *state;
    struct writer w = writer_of(b->inner, 64);
    write_u32(&w, 0x60000000);
    write_u32(&w, 0x00083aff);
    write_u64(&w, 0xfe80000000000000);
    write_u64(&w, 2);
    write_u64(&w, 0xff02000000000000);
    write_u64(&w, 2);
    write_u64(&w, 0x8500000000000000);
    enum verdict verdict = lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, writer_bytes(&w), &b->packet);
    assert_int_equal(verdict, PATH_TO_N3);
    struct gtpu_packet gtpu;
    struct fault fault;
    assert_true(gtpu_parse(bytes_of(b->packet.data, b->packet.length), &gtpu, &fault));
    assert_int_equal(gtpu.payload.data[40], 134);
    assert_memory_equal(gtpu.payload.data + 72, b->session.ue_ip.ip.v6, 8);
}

static void a_packet_too_big_for_the_tunnel_is_refused_to_its_sender(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_down(b, 1456 - 28), PATH_TO_N3);
    assert_int_equal(bench_down(b, 1457 - 28), PATH_TO_N6);
    assert_int_equal(b->packet.data[20], 3);
    assert_int_equal(b->packet.data[21], 4);
    assert_memory_equal(b->packet.data + 16, server, 4);
    assert_int_equal(b->packet.data[26] << 8 | b->packet.data[27], 1456);
}

/* An IPv6 packet for the phone with so many octets behind its header. */
static size_t write_v6(struct bench *b, uint8_t protocol, size_t payload)
{
    struct writer w = writer_of(b->inner, sizeof b->inner);
    write_u32(&w, 0x60000000);
    write_u16(&w, (uint16_t)payload);
    write_u8(&w, protocol);
    write_u8(&w, 64);
    write_u64(&w, 0x20010db800990000);
    write_u64(&w, 9);
    write_bytes(&w, bytes_of(b->session.ue_ip.ip.v6, 8));
    write_u64(&w, 5);
    memset(write_room(&w, payload), 0, payload);
    return 40 + payload;
}

static enum verdict down_v6(struct bench *b, uint8_t protocol, size_t payload)
{
    return lab_downlink(b->lab, bytes_of(b->inner, write_v6(b, protocol, payload)), &b->packet);
}

static void over_ipv6_its_sender_is_told_too(void **state)
{
    struct bench *b = *state;
    assert_int_equal(down_v6(b, PROTOCOL_UDP, 1416), PATH_TO_N3);
    assert_int_equal(down_v6(b, PROTOCOL_UDP, 1417), PATH_TO_N6);
    const uint8_t *answer = b->packet.data;
    assert_int_equal(b->packet.length, 1280);
    assert_int_equal(answer[6], PROTOCOL_ICMPV6);
    assert_memory_equal(answer + 24, b->inner + 8, 16);
    assert_memory_equal(answer + 40, ((const uint8_t[]){2, 0}), 2);
    assert_memory_equal(answer + 44, ((const uint8_t[]){0, 0, 1456 >> 8, 1456 & 0xff}), 4);
    assert_memory_equal(answer + 48, b->inner, 1280 - 48);
    const struct flow flow = {.version = 6, .source = answer + 8, .destination = answer + 24};
    const uint64_t sum = checksum_add(checksum_pseudo(&flow, PROTOCOL_ICMPV6, 1240), answer + 40, 1240);
    assert_int_equal(checksum_fold(sum), 0xffff);
}

static void no_way_is_too_narrow_for_1280_octets_of_ipv6(void **state)
{
    struct bench *b = *state;
    b->lab->plane.policy.tunnel_mtu = 1200;
    assert_int_equal(down_v6(b, PROTOCOL_UDP, 1240), PATH_TO_N3);
    assert_int_equal(down_v6(b, PROTOCOL_UDP, 1241), PATH_TO_N6);
    assert_int_equal(b->packet.data[46] << 8 | b->packet.data[47], 1280);
    assert_int_equal(bench_down(b, 1201 - 28), PATH_TO_N6);
    assert_int_equal(b->packet.data[26] << 8 | b->packet.data[27], 1200);
}

/* The packet in b->inner, which is too big, is not answered; nor does it count against those that are. */
static void assert_silent(struct bench *b, size_t length)
{
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(lab_downlink(b->lab, bytes_of(b->inner, length), &b->packet), PATH_DROP);
    assert_int_equal(b->lab->plane.lanes[0].reason, DROP_TOO_BIG);
}

static void errors_later_fragments_and_senders_that_are_no_host_are_told_nothing(void **state)
{
    enum { FLAGS = 6, PROTOCOL = 9, SOURCE = 12, TYPE = 20, LONG = 1472 };
    static const uint8_t echo_request = 8, unreachable = 3, nowhere[4] = {0, 0, 0, 1},
                         group[4] = {224, 1, 1, 1}, home[4] = {127, 0, 0, 1};
    struct bench *b = *state;
    const uint8_t *const nobody[] = {nowhere, group, home};
    size_t length = 0;
    for (unsigned i = 0; i < 3; i++) {
        length = lab_udp(b->inner, nobody[i], ue, 99, LONG);
        assert_silent(b, length);
    }
    lab_udp(b->inner, server, ue, 99, LONG);
    b->inner[PROTOCOL] = PROTOCOL_ICMP;
    b->inner[TYPE] = unreachable;
    assert_silent(b, length);
    b->inner[TYPE] = echo_request;
    b->inner[FLAGS + 1] = 1;
    assert_silent(b, length);
    b->inner[FLAGS + 1] = 0;
    assert_int_equal(lab_downlink(b->lab, bytes_of(b->inner, length), &b->packet), PATH_TO_N6);
}

static void nor_are_those_of_ipv6(void **state)
{
    enum { TYPE = 40, TOO_BIG = 2, ECHO_REQUEST = 128, REDIRECT = 137, LONG = 1460 };
    struct bench *b = *state;
    const size_t length = write_v6(b, PROTOCOL_ICMPV6, LONG);
    b->inner[TYPE] = TOO_BIG;
    assert_silent(b, length);
    b->inner[TYPE] = REDIRECT;
    assert_silent(b, length);
    b->inner[TYPE] = ECHO_REQUEST;
    memset(b->inner + 8, 0, 16);
    assert_silent(b, length);
    write_v6(b, PROTOCOL_FRAGMENT, LONG);
    memcpy(b->inner + TYPE, ((const uint8_t[]){PROTOCOL_ICMPV6, 0, 0, 9, 0, 0, 0, 7, ECHO_REQUEST}), 9);
    assert_silent(b, length);
    b->inner[TYPE + 3] = 1; /* the first */
    assert_int_equal(lab_downlink(b->lab, bytes_of(b->inner, length), &b->packet), PATH_TO_N6);
}

static unsigned refusals(struct bench *b, unsigned packets)
{
    unsigned told = 0;
    for (unsigned i = 0; i < packets; i++)
        told += bench_down(b, 1472) == PATH_TO_N6;
    return told;
}

static void who_sends_many_is_told_ten_times_a_second(void **state)
{
    struct bench *b = *state;
    assert_int_equal(refusals(b, 1000), 10);
    b->lab->timers.now += SECONDS(1) / 2;
    assert_int_equal(refusals(b, 1000), 5);
    assert_int_equal(counted(&b->lab->plane.lanes[0].counters.too_big_sent), 15);
    assert_int_equal(lab_drops(b->lab, DROP_TOO_BIG), 2000);
}

static void all_phones_together_are_told_of_no_more_than_a_thousand_a_second(void **state)
{
    struct bench *b = *state;
    struct session *session = table_get(&b->lab->plane.teids, b->teid);
    unsigned told = 0;
    for (unsigned phone = 0; phone < 100; phone++) {
        session->refusals = (struct bucket){0}; /* another one's */
        told += refusals(b, 20);
    }
    assert_int_equal(told, 50);
    b->lab->timers.now += SECONDS(1) / 100;
    session->refusals = (struct bucket){0};
    assert_int_equal(refusals(b, 20), 10);
}

static void a_threshold_is_reported_once_and_exactly(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    struct pfcp_urr urr = {
        .urr_id = 1, .has_volume_threshold = true, .volume_threshold = {.flags = PFCP_TOVOL, .total = 1000}};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.update_urrs = &urr, .update_urrs_count = 1},
    };
    assert_int_equal(lab_ask(lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
    lab->n4_count = 0;
    for (unsigned i = 0; i < 8; i++) {
        up(b, ue, server, 53);
        agent_poll(lab->agent);
        assert_int_equal(lab->n4_count, i == 7);
    }
    struct pfcp_message report = lab_last(lab);
    assert_int_equal(report.session_report_request.usage_reports[0].volume.total, 8 * 128);
    assert_int_equal(report.session_report_request.usage_reports[0].trigger, PFCP_USAGE_VOLTH);
}

static void a_quota_used_up_stops_the_traffic_until_a_new_one(void **state)
{
    struct bench *b = *state;
    struct pfcp_urr urr = {
        .urr_id = 1, .has_volume_quota = true, .volume_quota = {.flags = PFCP_TOVOL, .total = 200}};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.update_urrs = &urr, .update_urrs_count = 1},
    };
    lab_ask(b->lab, &request);
    assert_int_equal(up(b, ue, server, 53), PATH_TO_N6);
    assert_int_equal(bench_down(b, 100), PATH_TO_N3);
    assert_int_equal(up(b, ue, server, 53), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_QUOTA), 1);
    request.sequence = 0;
    lab_ask(b->lab, &request);
    assert_int_equal(up(b, ue, server, 53), PATH_TO_N6);
}

static void set_rate(struct bench *b, uint64_t kbps)
{
    struct pfcp_qer qer = {.qer_id = 1, .has_mbr = true, .mbr = {kbps, kbps}};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.update_qers = &qer, .update_qers_count = 1},
    };
    assert_int_equal(lab_ask(b->lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
}

/* Offers twice the rate for a while; returns the bytes that passed. */
static uint64_t offer(struct bench *b, uint64_t kbps, size_t size, int64_t time)
{
    int64_t step = (int64_t)size * 8 * 1000000 / (int64_t)(2 * kbps), end = b->lab->timers.now + time;
    uint64_t passed = 0;
    for (; b->lab->timers.now < end; b->lab->timers.now += step)
        passed += bench_down(b, size - 28) == PATH_TO_N3 ? size : 0;
    return passed;
}

static void the_rate_is_exact_within_two_percent(void **state)
{
    struct bench *b = *state;
    static const uint64_t rates[] = {256, 20000, 1000000};
    for (unsigned i = 0; i < 3; i++) {
        set_rate(b, rates[i]);
        int64_t time = i == 2 ? SECONDS(1) : SECONDS(10);
        offer(b, rates[i], 1400, SECONDS(1)); /* uses the burst up */
        double kbps = (double)offer(b, rates[i], 1400, time) * 8 * 1e6 / (double)time;
        assert_true(kbps > 0.98 * (double)rates[i] && kbps < 1.02 * (double)rates[i]);
        b->lab->timers.now += SECONDS(1);
    }
}

static void malformed_inner_packets_are_dropped(void **state)
{
    struct bench *b = *state;
    for (unsigned cut = 0; cut < 128; cut++) {
        lab_udp(b->inner, ue, server, 53, 100);
        assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, bytes_of(b->inner, cut), &b->packet),
                         PATH_DROP);
    }
    assert_int_equal(lab_drops(b->lab, DROP_INNER_MALFORMED), 128);
}

int main(void)
{
#define BENCH(name) cmocka_unit_test_setup_teardown(name, bench_set_up, lab_tear_down)
    const struct CMUnitTest tests[] = {
        BENCH(packets_pass_in_both_directions),
        BENCH(a_packet_passes_by_its_qos_flow_or_without_one),
        BENCH(a_forged_source_goes_nowhere),
        BENCH(another_gnb_cannot_use_the_tunnel),
        BENCH(what_a_phone_sends_through_its_new_gnb_waits_for_the_smf_to_name_that),
        BENCH(before_the_first_gnb_is_named_packets_wait_whoever_sends_them),
        BENCH(what_was_sent_ahead_of_the_smf_does_not_keep_for_long),
        BENCH(phones_do_not_reach_each_other_nor_the_core_nor_open_tunnels),
        BENCH(an_unknown_tunnel_is_answered_at_a_limited_rate),
        BENCH(one_gnbs_unknown_tunnels_take_no_answers_from_another),
        BENCH(a_gnb_has_no_more_than_its_share_of_a_worker_that_is_crowded),
        BENCH(a_share_of_one_worker_is_not_spent_at_another),
        BENCH(a_worker_whose_socket_loses_packets_of_several_narrows_their_shares),
        BENCH(an_error_indication_counts_only_from_the_tunnels_own_gnb),
        BENCH(a_tunnel_that_is_lost_twice_is_reported_twice),
        BENCH(a_lost_tunnel_that_nobody_could_be_told_of_is_reported_again),
        BENCH(an_echo_is_answered),
        BENCH(held_packets_come_out_in_order_before_newer_ones),
        BENCH(one_report_is_sent_until_the_phone_was_reached),
        BENCH(a_moved_tunnel_ends_with_an_end_marker),
        BENCH(what_gnbs_before_the_last_one_have_sent_is_still_taken_for_a_while),
        BENCH(an_end_marker_does_not_overtake_what_a_worker_still_holds),
        BENCH(an_end_marker_that_still_waits_ends_with_the_agent),
        BENCH(a_router_solicitation_is_answered_with_the_prefix),
        BENCH(a_packet_too_big_for_the_tunnel_is_refused_to_its_sender),
        BENCH(over_ipv6_its_sender_is_told_too),
        BENCH(no_way_is_too_narrow_for_1280_octets_of_ipv6),
        BENCH(errors_later_fragments_and_senders_that_are_no_host_are_told_nothing),
        BENCH(nor_are_those_of_ipv6),
        BENCH(who_sends_many_is_told_ten_times_a_second),
        BENCH(all_phones_together_are_told_of_no_more_than_a_thousand_a_second),
        BENCH(a_threshold_is_reported_once_and_exactly),
        BENCH(a_quota_used_up_stops_the_traffic_until_a_new_one),
        BENCH(the_rate_is_exact_within_two_percent),
        BENCH(malformed_inner_packets_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
