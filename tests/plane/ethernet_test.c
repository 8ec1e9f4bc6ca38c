/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet PDU sessions on the slow path: two phones in one data network of frames. */
#include "lab.h"
#include "plane/switch.h"

enum { PHONES = 2, COPIES = 8, MTU = 1400, MACS = 16, IPV4 = 0x0800, ARP = 0x0806 };

#define AGEING SECONDS(300)

static const uint8_t everybody[FRAME_MAC] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t host[FRAME_MAC] = {2, 9, 9, 9, 9, 9};

struct copy {
    enum verdict verdict;
    uint32_t teid;
    size_t length;
    uint8_t octets[2048];
};

struct bench {
    struct lab *lab;
    struct lab_session session[PHONES];
    uint64_t seid[PHONES];
    uint32_t teid[PHONES];
    uint8_t frame[9216];
    struct packet packet;
    struct copy copies[COPIES];
    unsigned count;
};

static struct bench *open_bench(bool flood)
{
    struct bench *b = test_calloc(1, sizeof *b);
    b->lab = lab_new_ethernet(&(struct lan_settings){MACS, AGEING, flood});
    for (unsigned i = 0; i < PHONES; i++) {
        lab_describe_ethernet(&b->session[i], (uint8_t)(i + 1));
        b->seid[i] = lab_establish(b->lab, &b->session[i], &b->teid[i]);
        assert_int_equal(lab_switch(b->lab, b->seid[i], &b->lab->gnb, 0x50 + i, false), PFCP_ACCEPTED);
    }
    return b;
}

static int set_up(void **state)
{
    *state = open_bench(false);
    return 0;
}

static int set_up_flooding(void **state)
{
    *state = open_bench(true);
    return 0;
}

/* The address of a device behind a phone. */
static const uint8_t *mac(unsigned phone, unsigned device)
{
    static uint8_t octets[4][FRAME_MAC];
    static unsigned next;
    uint8_t *at = octets[next++ % 4];
    memcpy(at, (uint8_t[]){2, 0, 0, 0, (uint8_t)phone, (uint8_t)device}, FRAME_MAC);
    return at;
}

static struct bytes frame(struct bench *b, const uint8_t *to, const uint8_t *from, uint16_t type,
                          struct bytes payload)
{
    struct writer w = writer_of(b->frame, sizeof b->frame);
    write_bytes(&w, bytes_of(to, FRAME_MAC));
    write_bytes(&w, bytes_of(from, FRAME_MAC));
    write_u16(&w, type);
    write_bytes(&w, payload);
    return writer_bytes(&w);
}

/* Of no protocol that the plane looks into. */
static struct bytes plain(struct bench *b, const uint8_t *to, const uint8_t *from, size_t payload)
{
    static const uint8_t octets[9000] = {'p'};
    return frame(b, to, from, ARP, bytes_of(octets, payload));
}

static enum verdict send_up(struct bench *b, unsigned phone, struct bytes octets)
{
    return lab_uplink(b->lab, &b->lab->gnb, b->teid[phone], 1, octets, &b->packet);
}

static void keep(void *context, enum verdict verdict, struct packet *packet)
{
    struct bench *b = context;
    struct gtpu_packet gtpu;
    struct fault fault;
    assert_true(b->count < COPIES);
    struct copy *copy = &b->copies[b->count++];
    *copy = (struct copy){.verdict = verdict};
    if (verdict != PATH_TO_N3)
        return;
    assert_true(gtpu_parse(bytes_of(packet->data, packet->length), &gtpu, &fault));
    copy->teid = gtpu.teid;
    copy->length = gtpu.payload.len;
    memcpy(copy->octets, gtpu.payload.data, gtpu.payload.len);
}

static void send_down(struct bench *b, struct bytes octets)
{
    b->count = 0;
    lab_load(b->lab, octets, &b->packet);
    switch_inward(&b->lab->plane, &b->lab->plane.lanes[0], &b->lab->networks[0], &b->packet, keep, b);
}

/* Whether the frame that a phone has just sent goes to the data network, and to whom besides. */
static bool goes_out(struct bench *b)
{
    b->count = 0;
    return switch_outward(&b->lab->plane, &b->lab->plane.lanes[0], &b->packet, keep, b);
}

static void assert_copy(const struct bench *b, unsigned nth, uint32_t teid, struct bytes octets)
{
    assert_true(nth < b->count);
    assert_int_equal(b->copies[nth].verdict, PATH_TO_N3);
    assert_int_equal(b->copies[nth].teid, teid);
    assert_int_equal(b->copies[nth].length, octets.len);
    assert_memory_equal(b->copies[nth].octets, octets.data, octets.len);
}

/* --- switching --- */

static void a_frame_goes_out_as_it_came_and_the_answer_to_the_phone_of_its_address(void **state)
{
    struct bench *b = *state;
    struct bytes sent = plain(b, host, mac(0, 1), 100);
    assert_int_equal(send_up(b, 0, sent), PATH_TO_N6);
    assert_int_equal(b->packet.length, sent.len);
    assert_memory_equal(b->packet.data, sent.data, sent.len);
    assert_true(goes_out(b));
    assert_int_equal(b->count, 0);
    assert_int_equal(send_up(b, 1, plain(b, host, mac(1, 1), 100)), PATH_TO_N6);
    struct bytes answer = plain(b, mac(0, 1), host, 46);
    send_down(b, answer);
    assert_int_equal(b->count, 1);
    assert_copy(b, 0, 0x50, answer);
    answer = plain(b, mac(1, 1), host, 46);
    send_down(b, answer);
    assert_copy(b, 0, 0x51, answer);
}

static void a_frame_shorter_than_one_on_a_wire_passes(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), 0)), PATH_TO_N6);
    assert_int_equal(b->packet.length, FRAME_HEADER);
}

static void a_broadcast_of_the_data_network_goes_to_every_phone(void **state)
{
    struct bench *b = *state;
    struct bytes sent = plain(b, everybody, host, 46);
    send_down(b, sent);
    assert_int_equal(b->count, 2);
    assert_copy(b, 0, 0x51, sent);
    assert_copy(b, 1, 0x50, sent);
    assert_int_equal(lab_drops(b->lab, DROP_NO_SESSION), 0);
}

static void a_frame_for_an_address_that_nobody_has_goes_to_nobody(void **state)
{
    struct bench *b = *state;
    send_down(b, plain(b, mac(0, 7), host, 46));
    assert_int_equal(b->count, 0);
    assert_int_equal(lab_drops(b->lab, DROP_NO_SESSION), 1);
}

static void where_unknown_addresses_are_flooded_every_phone_gets_it_but_not_what_is_outside(void **state)
{
    static const uint8_t other[FRAME_MAC] = {2, 9, 9, 9, 9, 8};
    struct bench *b = *state;
    send_down(b, plain(b, mac(0, 7), host, 46));
    assert_int_equal(b->count, 2);
    send_down(b, plain(b, host, other, 46));
    assert_int_equal(b->count, 0);
    b->lab->plane.policy.ue_to_ue = true;
    assert_int_equal(send_up(b, 0, plain(b, mac(1, 7), mac(0, 1), 46)), PATH_TO_N6);
    assert_true(goes_out(b));
    assert_int_equal(b->count, 1);
    assert_int_equal(b->copies[0].teid, 0x51);
}

static void phones_reach_each_other_where_they_may(void **state)
{
    struct bench *b = *state;
    b->lab->plane.policy.ue_to_ue = true;
    assert_int_equal(send_up(b, 1, plain(b, everybody, mac(1, 1), 46)), PATH_TO_N6);
    assert_true(goes_out(b));
    assert_int_equal(b->count, 1);
    assert_int_equal(b->copies[0].teid, 0x50);
    struct bytes sent = plain(b, mac(1, 1), mac(0, 1), 46);
    assert_int_equal(send_up(b, 0, sent), PATH_TO_N6);
    assert_false(goes_out(b));
    assert_int_equal(b->count, 1);
    assert_copy(b, 0, 0x51, sent);
}

static void phones_do_not_reach_each_other_otherwise(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_up(b, 1, plain(b, everybody, mac(1, 1), 46)), PATH_TO_N6);
    assert_true(goes_out(b));
    assert_int_equal(b->count, 0);
    assert_int_equal(send_up(b, 0, plain(b, mac(1, 1), mac(0, 1), 46)), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_UE_TO_UE), 1);
}

static void what_comes_back_from_the_data_network_is_not_for_its_sender(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_up(b, 0, plain(b, everybody, mac(0, 1), 46)), PATH_TO_N6);
    send_down(b, plain(b, everybody, mac(0, 1), 46));
    assert_int_equal(b->count, 1);
    assert_int_equal(b->copies[0].teid, 0x51);
}

/* --- who may send --- */

static void a_mac_address_of_another_is_not_taken(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), 46)), PATH_TO_N6);
    assert_int_equal(send_up(b, 1, plain(b, host, mac(0, 1), 46)), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_SPOOFED_SOURCE), 1);
    send_down(b, plain(b, everybody, host, 46));
    assert_int_equal(send_up(b, 1, plain(b, everybody, host, 46)), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_SPOOFED_SOURCE), 2);
}

static void a_phone_has_no_more_mac_addresses_than_it_may(void **state)
{
    struct bench *b = *state;
    for (unsigned device = 0; device < MACS; device++)
        assert_int_equal(send_up(b, 0, plain(b, host, mac(0, device), 46)), PATH_TO_N6);
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, MACS), 46)), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_MANY_MACS), 1);
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 0), 46)), PATH_TO_N6);
}

static void a_session_that_ends_leaves_its_addresses_to_others(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), 46)), PATH_TO_N6);
    struct pfcp_message request = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = b->seid[0]};
    assert_int_equal(lab_ask(b->lab, &request).session_deletion_response.cause, PFCP_ACCEPTED);
    assert_int_equal(send_up(b, 1, plain(b, host, mac(0, 1), 46)), PATH_TO_N6);
    send_down(b, plain(b, everybody, host, 46));
    assert_int_equal(b->count, 1);
}

static void a_session_that_the_smf_establishes_anew_keeps_its_addresses(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), 46)), PATH_TO_N6);
    b->session[0].pdrs[0].pdi.f_teid =
        (struct pfcp_f_teid){.teid = b->teid[0], .ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}};
    b->session[0].request.sequence = 0;
    b->seid[0] = lab_establish(b->lab, &b->session[0], &b->teid[0]);
    assert_int_equal(lab_switch(b->lab, b->seid[0], &b->lab->gnb, 0x50, false), PFCP_ACCEPTED);
    send_down(b, plain(b, mac(0, 1), host, 46));
    assert_int_equal(b->count, 1);
    assert_int_equal(b->copies[0].teid, 0x50);
}

static void another_gnb_cannot_use_the_tunnel(void **state)
{
    struct bench *b = *state;
    struct bytes sent = plain(b, host, mac(0, 1), 46);
    assert_int_not_equal(lab_uplink(b->lab, &b->lab->other_gnb, b->teid[0], 1, sent, &b->packet), PATH_TO_N6);
    assert_int_equal(send_up(b, 1, plain(b, host, mac(0, 1), 46)), PATH_TO_N6);
}

/* --- hostile frames --- */

static void assert_malformed(struct bench *b, struct bytes octets)
{
    uint8_t kept[64];
    const uint64_t before = lab_drops(b->lab, DROP_INNER_MALFORMED);
    memcpy(kept, octets.data, octets.len);
    assert_int_equal(send_up(b, 0, bytes_of(kept, octets.len)), PATH_DROP);
    send_down(b, bytes_of(kept, octets.len));
    assert_int_equal(b->count, 0);
    assert_int_equal(lab_drops(b->lab, DROP_INNER_MALFORMED), before + 2);
}

static void malformed_frames_are_dropped_both_ways(void **state)
{
    static const uint8_t nobody[FRAME_MAC];
    static const uint8_t three_tags[] = {0, 1, 0x81, 0, 0, 2, 0x81, 0, 0, 3, 8, 6, 0, 0};
    static const uint8_t reserved_vlan[] = {0x0f, 0xff, 8, 6, 0, 0}, cut_tag[] = {0, 1, 8};
    struct bench *b = *state;
    for (size_t length = 0; length < FRAME_HEADER; length++)
        assert_malformed(b, bytes_of(plain(b, host, mac(0, 1), 0).data, length));
    assert_malformed(b, plain(b, host, everybody, 20));
    assert_malformed(b, plain(b, host, nobody, 20));
    assert_malformed(b, frame(b, host, mac(0, 1), 0x8100, BYTES(three_tags)));
    assert_malformed(b, frame(b, host, mac(0, 1), 0x88a8, BYTES(reserved_vlan)));
    assert_malformed(b, frame(b, host, mac(0, 1), 0x8100, BYTES(cut_tag)));
    assert_malformed(b, frame(b, host, mac(0, 1), 7, BYTES(reserved_vlan)));
    assert_malformed(b, frame(b, host, mac(0, 1), 1501, BYTES(reserved_vlan)));
}

static void tagged_frames_pass_as_they_are(void **state)
{
    static const uint8_t two_tags[] = {0x20, 1, 0x81, 0, 0, 2, 0x88, 0xcc, 1, 2, 3};
    struct bench *b = *state;
    struct bytes sent = frame(b, host, mac(0, 1), 0x88a8, BYTES(two_tags));
    assert_int_equal(send_up(b, 0, sent), PATH_TO_N6);
    assert_memory_equal(b->packet.data, sent.data, sent.len);
}

static void what_neighbours_on_a_wire_say_to_each_other_is_not_handed_on(void **state)
{
    struct bench *b = *state;
    uint8_t group[FRAME_MAC] = {1, 0x80, 0xc2, 0, 0, 0};
    for (unsigned last = 0; last < 16; last++) {
        group[5] = (uint8_t)last;
        assert_int_equal(send_up(b, 0, plain(b, group, mac(0, 1), 46)), PATH_DROP);
        send_down(b, plain(b, group, host, 46));
        assert_int_equal(b->count, 0);
    }
    assert_int_equal(lab_drops(b->lab, DROP_LINK_LOCAL), 32);
    group[5] = 16;
    assert_int_equal(send_up(b, 0, plain(b, group, mac(0, 1), 46)), PATH_TO_N6);
}

static void a_frame_longer_than_the_data_network_takes_is_dropped(void **state)
{
    static const uint8_t tagged[4 + MTU] = {0, 1, 8, 6};
    struct bench *b = *state;
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), MTU)), PATH_TO_N6);
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), MTU + 1)), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_TOO_BIG), 1);
    assert_int_equal(send_up(b, 0, frame(b, host, mac(0, 1), 0x8100, BYTES(tagged))), PATH_TO_N6);
}

static enum verdict send_ip(struct bench *b, const uint8_t to[4], uint16_t port)
{
    uint8_t packet[256], octets[512];
    const size_t length = lab_udp(packet, (uint8_t[]){192, 168, 7, 2}, to, port, 100);
    struct bytes sent = frame(b, host, mac(0, 1), IPV4, bytes_of(packet, length));
    memcpy(octets, sent.data, sent.len);
    return send_up(b, 0, bytes_of(octets, sent.len));
}

static void the_ip_packet_in_a_frame_is_bound_as_any(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_ip(b, (uint8_t[]){10, 1, 1, 1}, 53), PATH_TO_N6);
    assert_int_equal(send_ip(b, (uint8_t[]){169, 254, 1, 1}, 53), PATH_TO_N6);
    assert_int_equal(send_ip(b, (uint8_t[]){255, 255, 255, 255}, 67), PATH_TO_N6);
    assert_int_equal(send_ip(b, (uint8_t[]){192, 0, 0, 1}, 53), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_INFRASTRUCTURE), 1);
    assert_int_equal(send_ip(b, (uint8_t[]){10, 1, 1, 1}, GTPU_PORT), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_INNER_TUNNEL), 1);
    assert_int_equal(send_up(b, 0, frame(b, host, mac(0, 1), IPV4, bytes_of(everybody, 6))), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_INNER_MALFORMED), 1);
}

static void frames_of_chance_neither_pass_as_anothers_nor_harm(void **state)
{
    enum { ROUNDS = 20000 };
    struct bench *b = *state;
    struct random_seeded chance;
    uint8_t octets[96];
    random_seed(&chance, 7);
    send_down(b, plain(b, everybody, host, 46));
    for (unsigned i = 0; i < ROUNDS; i++) {
        const size_t length = random_u64(&chance.random) % sizeof octets;
        random_fill(&chance.random, octets, sizeof octets);
        octets[12] = random_u64(&chance.random) % 2 ? 0x81 : 0x08;
        octets[13] = random_u64(&chance.random) % 2 ? 0 : 0xdd;
        if (random_u64(&chance.random) % 4 == 0)
            memcpy(octets + FRAME_MAC, host, FRAME_MAC);
        if (send_up(b, 0, bytes_of(octets, length)) == PATH_TO_N6) {
            assert_true(length >= FRAME_HEADER && !(octets[FRAME_MAC] & 1));
            assert_memory_not_equal(octets + FRAME_MAC, host, FRAME_MAC);
        }
        send_down(b, bytes_of(octets, length));
    }
}

/* --- rules --- */

static void frames_for_a_phone_that_sleeps_wait_and_come_out_in_order(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), 46)), PATH_TO_N6);
    assert_int_equal(lab_switch(b->lab, b->seid[0], NULL, 0, false), PFCP_ACCEPTED);
    b->lab->n4_count = b->lab->n3_count = 0;
    send_down(b, plain(b, mac(0, 1), host, 50));
    assert_int_equal(b->copies[0].verdict, PATH_HELD);
    send_down(b, plain(b, everybody, host, 60));
    assert_int_equal(b->count, 2);
    agent_poll(b->lab->agent);
    assert_int_equal(b->lab->n4_count, 1);
    assert_int_equal(lab_last(b->lab).type, PFCP_SESSION_REPORT_REQUEST);
    assert_int_equal(lab_switch(b->lab, b->seid[0], &b->lab->gnb, 0x77, false), PFCP_ACCEPTED);
    assert_int_equal(b->lab->n3_count, 2);
    for (unsigned i = 0; i < 2; i++) {
        struct gtpu_packet gtpu;
        struct fault fault;
        assert_true(gtpu_parse(bytes_of(b->lab->n3[i].data, b->lab->n3[i].length), &gtpu, &fault));
        assert_int_equal(gtpu.teid, 0x77);
        assert_int_equal(gtpu.payload.len, FRAME_HEADER + 50 + 10 * i);
    }
}

static void what_a_phone_sends_ahead_of_the_smf_goes_to_other_phones_too(void **state)
{
    struct bench *b = *state;
    b->lab->plane.policy.ue_to_ue = true;
    struct bytes sent = plain(b, everybody, mac(0, 1), 46);
    assert_int_equal(lab_uplink(b->lab, &b->lab->other_gnb, b->teid[0], 1, sent, &b->packet), PATH_HELD);
    b->lab->n3_count = 0;
    assert_int_equal(lab_switch(b->lab, b->seid[0], &b->lab->other_gnb, 0x66, false), PFCP_ACCEPTED);
    assert_int_equal(b->lab->n6_count, 1);
    assert_int_equal(b->lab->n3_count, 1);
}

static struct pfcp_usage_report usage(struct bench *b, unsigned phone)
{
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid[phone],
        .session_modification_request = {.has_smreq_flags = true, .smreq_flags = PFCP_QAURR}};
    struct pfcp_message answer = lab_ask(b->lab, &request);
    assert_int_equal(answer.session_modification_response.usage_reports_count, 1);
    return answer.session_modification_response.usage_reports[0];
}

static void each_copy_of_a_broadcast_counts_with_its_phone(void **state)
{
    struct bench *b = *state;
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), 86)), PATH_TO_N6);
    send_down(b, plain(b, everybody, host, 46));
    struct pfcp_usage_report one = usage(b, 0), other = usage(b, 1);
    assert_int_equal(one.volume.uplink, 100);
    assert_int_equal(one.volume.downlink, 60);
    assert_int_equal(other.volume.uplink, 0);
    assert_int_equal(other.volume.downlink, 60);
}

static void gate_and_rate_hold_for_frames(void **state)
{
    struct bench *b = *state;
    struct pfcp_qer qer = {.qer_id = 1, .has_mbr = true, .mbr = {.uplink = 1000, .downlink = 1000}};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid[0],
        .session_modification_request = {.update_qers = &qer, .update_qers_count = 1}};
    assert_int_equal(lab_ask(b->lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
    unsigned passed = 0;
    for (unsigned i = 0; i < 100; i++)
        passed += send_up(b, 0, plain(b, host, mac(0, 1), 986)) == PATH_TO_N6;
    assert_in_range(passed, 1, 20);
    assert_int_equal(lab_drops(b->lab, DROP_RATE), 100 - passed);
    qer = (struct pfcp_qer){.qer_id = 1, .has_gate = true, .gate = {true, true}};
    request.sequence = 0;
    assert_int_equal(lab_ask(b->lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
    lab_sleep(b->lab, SECONDS(1));
    assert_int_equal(send_up(b, 0, plain(b, host, mac(0, 1), 46)), PATH_DROP);
    assert_int_equal(lab_drops(b->lab, DROP_GATE), 1);
}

/* --- what is refused --- */

static uint8_t refusal(struct bench *b, struct lab_session *session)
{
    return lab_ask(b->lab, &session->request).session_establishment_response.cause;
}

static void a_session_of_another_type_than_its_data_network_is_refused(void **state)
{
    struct bench *b = *state;
    struct lab_session session;
    lab_describe(&session, 9);
    assert_int_equal(refusal(b, &session), PFCP_MANDATORY_IE_INCORRECT);
    struct lab *other = lab_new();
    lab_describe_ethernet(&session, 9);
    assert_int_equal(lab_ask(other, &session.request).session_establishment_response.cause,
                     PFCP_MANDATORY_IE_INCORRECT);
    lab_free(other);
}

static void what_is_of_ip_sessions_is_refused(void **state)
{
    struct bench *b = *state;
    struct lab_session session;
    struct pfcp_sdf_filter filter = {.flow_description = bytes_of("permit out ip from any to assigned", 34)};
    lab_describe_ethernet(&session, 9);
    session.pdrs[1].pdi.ue_ips = &session.ue_ip;
    session.pdrs[1].pdi.ue_ips_count = 1;
    assert_int_equal(refusal(b, &session), PFCP_MANDATORY_IE_INCORRECT);
    lab_describe_ethernet(&session, 9);
    session.pdrs[1].pdi.sdf_filters = &filter;
    session.pdrs[1].pdi.sdf_filters_count = 1;
    assert_int_equal(refusal(b, &session), PFCP_SERVICE_NOT_SUPPORTED);
    lab_describe_ethernet(&session, 9);
    session.fars[0].forwarding.has_outer_header_creation = true;
    session.fars[0].forwarding.outer_header_creation = (struct pfcp_outer_header_creation){
        .description = PFCP_CREATE_GTPU_UDP_IPV4, .teid = 5, .ip = {.has_v4 = true, .v4 = {127, 0, 0, 30}}};
    assert_int_equal(refusal(b, &session), PFCP_RULE_FAILURE);
    lab_describe_ethernet(&session, 9);
    assert_int_equal(refusal(b, &session), PFCP_ACCEPTED);
}

int main(void)
{
#define BENCH(name)    cmocka_unit_test_setup_teardown(name, set_up, lab_tear_down)
#define FLOODING(name) cmocka_unit_test_setup_teardown(name, set_up_flooding, lab_tear_down)
    const struct CMUnitTest tests[] = {
        BENCH(a_frame_goes_out_as_it_came_and_the_answer_to_the_phone_of_its_address),
        BENCH(a_frame_shorter_than_one_on_a_wire_passes),
        BENCH(a_broadcast_of_the_data_network_goes_to_every_phone),
        BENCH(a_frame_for_an_address_that_nobody_has_goes_to_nobody),
        FLOODING(where_unknown_addresses_are_flooded_every_phone_gets_it_but_not_what_is_outside),
        BENCH(phones_reach_each_other_where_they_may),
        BENCH(phones_do_not_reach_each_other_otherwise),
        BENCH(what_comes_back_from_the_data_network_is_not_for_its_sender),
        BENCH(a_mac_address_of_another_is_not_taken),
        BENCH(a_phone_has_no_more_mac_addresses_than_it_may),
        BENCH(a_session_that_ends_leaves_its_addresses_to_others),
        BENCH(a_session_that_the_smf_establishes_anew_keeps_its_addresses),
        BENCH(another_gnb_cannot_use_the_tunnel),
        BENCH(malformed_frames_are_dropped_both_ways),
        BENCH(tagged_frames_pass_as_they_are),
        BENCH(what_neighbours_on_a_wire_say_to_each_other_is_not_handed_on),
        BENCH(a_frame_longer_than_the_data_network_takes_is_dropped),
        BENCH(the_ip_packet_in_a_frame_is_bound_as_any),
        BENCH(frames_of_chance_neither_pass_as_anothers_nor_harm),
        BENCH(frames_for_a_phone_that_sleeps_wait_and_come_out_in_order),
        BENCH(what_a_phone_sends_ahead_of_the_smf_goes_to_other_phones_too),
        BENCH(each_copy_of_a_broadcast_counts_with_its_phone),
        BENCH(gate_and_rate_hold_for_frames),
        BENCH(a_session_of_another_type_than_its_data_network_is_refused),
        BENCH(what_is_of_ip_sessions_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
