/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N6: outer source, tunnel and inner source belong together, and who says otherwise is counted. */
#include "lab.h"
#include "plane/senders.h"

static const uint8_t ue[4] = {10, 45, 0, 2}, server[4] = {8, 8, 8, 8}, gateway[4] = {10, 45, 0, 1};

static struct lab *lab;
static struct lab_session session;
static uint64_t seid;
static uint32_t teid;
static uint8_t inner[2048];
static struct packet packet;

static int set_up(void **state)
{
    (void)state;
    lab = lab_new();
    lab_describe(&session, 2);
    seid = lab_establish(lab, &session, &teid);
    assert_int_equal(lab_switch(lab, seid, &lab->gnb, 0x55, false), PFCP_ACCEPTED);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lab_free(lab);
    return 0;
}

static enum verdict up(const uint8_t to[4], uint16_t port, uint8_t protocol)
{
    size_t length = lab_udp(inner, ue, to, port, 100);
    inner[9] = protocol;
    return lab_uplink(lab, &lab->gnb, teid, 1, bytes_of(inner, length), &packet);
}

static void tunnels_and_signalling_inside_a_tunnel_are_dropped(void **state)
{
    (void)state;
    const uint16_t ports[] = {2152, 2123, 8805};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(up(server, ports[i], PROTOCOL_UDP), PATH_DROP);
        assert_int_equal(up(gateway, ports[i], PROTOCOL_UDP), PATH_DROP);
        assert_int_equal(up(server, ports[i], PROTOCOL_TCP), PATH_TO_N6);
    }
    assert_int_equal(up(gateway, 38412, PROTOCOL_SCTP), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_INNER_TUNNEL), 7);
    assert_int_equal(up(server, 38412, PROTOCOL_UDP), PATH_TO_N6);
}

static void packets_in_packets_are_dropped_where_the_data_network_does_not_allow_them(void **state)
{
    const uint8_t hiding[] = {
        PROTOCOL_IPV4,       PROTOCOL_IPV6,           PROTOCOL_GRE,           PROTOCOL_MINIMAL_ENCAPSULATION,
        PROTOCOL_IPIP,       PROTOCOL_ETHERNET_IN_IP, PROTOCOL_ENCAPSULATION, PROTOCOL_L2TP,
        PROTOCOL_MPLS_IN_IP, PROTOCOL_ETHERNET};
    (void)state;
    for (unsigned i = 0; i < sizeof hiding; i++) {
        assert_int_equal(up(server, 53, hiding[i]), PATH_DROP);
        assert_int_equal(up(gateway, 53, hiding[i]), PATH_DROP);
    }
    assert_int_equal(lab_drops(lab, DROP_ENCAPSULATED), 2 * sizeof hiding);
    assert_int_equal(lab_drops(lab, DROP_INNER_TUNNEL), 0);
    lab->networks[0].encapsulation = true;
    for (unsigned i = 0; i < sizeof hiding; i++)
        assert_int_equal(up(server, 53, hiding[i]), PATH_TO_N6);
    assert_int_equal(up((uint8_t[]){192, 0, 2, 1}, 53, PROTOCOL_GRE), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_INFRASTRUCTURE), 1);
}

/* RFC 4302: an authentication header of 24 octets (a MAC of 96 bits) in front of what is hidden, or of an honest phone's packet. */
static enum verdict up_behind_authentication(uint8_t protocol)
{
    size_t length = lab_udp(inner, ue, server, 2152, 100);
    memmove(inner + 44, inner + 20, length - 20);
    memset(inner + 20, 0, 24);
    length += 24;
    inner[3] = (uint8_t)length;
    inner[9] = PROTOCOL_AH;
    inner[20] = protocol;
    inner[21] = 24 / 4 - 2;
    return lab_uplink(lab, &lab->gnb, teid, 1, bytes_of(inner, length), &packet);
}

static void ipsec_passes_but_hides_nothing_that_it_does_not_cipher(void **state)
{
    (void)state;
    assert_int_equal(up(server, 53, PROTOCOL_ESP), PATH_TO_N6);
    assert_int_equal(up_behind_authentication(PROTOCOL_TCP), PATH_TO_N6);
    assert_int_equal(up_behind_authentication(PROTOCOL_IPV4), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_ENCAPSULATED), 1);
    assert_int_equal(up_behind_authentication(PROTOCOL_UDP), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_INNER_TUNNEL), 1);
    assert_int_equal(up(server, 53, PROTOCOL_AH), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_INNER_MALFORMED), 1);
}

static void broadcast_and_the_links_multicast_are_the_hosts(void **state)
{
    const uint8_t all[4] = {255, 255, 255, 255}, link[4] = {224, 0, 0, 251}, wide[4] = {239, 1, 1, 1};
    (void)state;
    assert_int_equal(up(all, 67, PROTOCOL_UDP), PATH_DROP);
    assert_int_equal(up(link, 5353, PROTOCOL_UDP), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_INFRASTRUCTURE), 2);
    assert_int_equal(up(wide, 5000, PROTOCOL_UDP), PATH_TO_N6);
}

/* RFC 1858: a transport header must not be spread over fragments, nor be rewritten by a later one. */
static void fragments_do_not_slip_past(void **state)
{
    (void)state;
    size_t length = lab_udp(inner, ue, server, 53, 4);
    inner[6] = 0x20;
    inner[3] = 20 + 7;
    assert_int_equal(lab_uplink(lab, &lab->gnb, teid, 1, bytes_of(inner, length), &packet), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_INNER_MALFORMED), 1);
    length = lab_udp(inner, ue, server, 2152, 100);
    inner[6] = 0x20;
    assert_int_equal(lab_uplink(lab, &lab->gnb, teid, 1, bytes_of(inner, length), &packet), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_INNER_TUNNEL), 1);
    length = lab_udp(inner, ue, (uint8_t[]){192, 0, 2, 1}, 53, 100);
    inner[7] = 3;
    assert_int_equal(lab_uplink(lab, &lab->gnb, teid, 1, bytes_of(inner, length), &packet), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_INFRASTRUCTURE), 1);
}

static void nobody_reports_errors_of_a_tunnel_that_there_is_not(void **state)
{
    struct gtpu_error_indication indication = {.teid = 0x56, .address = {127, 0, 0, 20}, .address_size = 4};
    uint8_t *at = lab->buffer + PATH_HEADROOM;
    (void)state;
    packet = (struct packet){.data = at, .end = at + 2048, .now = lab->timers.now};
    packet.length = gtpu_error_indication(at, 256, &indication);
    lab->n4_count = 0;
    path_uplink(&lab->plane, &lab->plane.lanes[0], &lab->gnb, &packet);
    agent_poll(lab->agent);
    assert_int_equal(lab->n4_count, 0);
}

/* --- senders --- */

static struct sender list[SENDERS];

static unsigned gather(void)
{
    unsigned count = senders_gather(&lab->plane.lanes[0].senders, list, 0, SENDERS);
    senders_sort(list, count);
    return count;
}

static void who_sends_what_is_refused_is_counted_with_the_reasons(void **state)
{
    (void)state;
    size_t length = lab_udp(inner, ue, server, 53, 100);
    for (unsigned i = 0; i < 3; i++)
        lab_uplink(lab, &lab->other_gnb, teid + 1 + i, 1, bytes_of(inner, length), &packet);
    assert_int_equal(up(server, 2152, PROTOCOL_UDP), PATH_DROP);
    assert_int_equal(up(server, 53, PROTOCOL_UDP), PATH_TO_N6);
    assert_int_equal(gather(), 2);
    assert_true(address_same_host(&list[0].address, &lab->other_gnb));
    assert_int_equal(list[0].packets, 3);
    assert_int_equal(list[0].reasons[DROP_UNKNOWN_TEID], 3);
    assert_true(address_same_host(&list[1].address, &lab->gnb));
    assert_int_equal(list[1].reasons[DROP_INNER_TUNNEL], 1);
}

static void who_sends_what_the_smf_has_dropped_is_not_counted(void **state)
{
    (void)state;
    struct pfcp_create_far nowhere = {.far_id = 7, .apply_action = PFCP_DROP};
    struct pfcp_update_pdr pdr = {.pdr_id = 1, .has_far_id = true, .far_id = nowhere.far_id};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = seid,
        .session_modification_request = {
            .create_fars = &nowhere, .create_fars_count = 1, .update_pdrs = &pdr, .update_pdrs_count = 1}};
    assert_int_equal(lab_ask(lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
    assert_int_equal(up(server, 53, PROTOCOL_UDP), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_ACTION), 1);
    assert_int_equal(gather(), 0);
}

static void an_end_marker_is_its_gnbs_to_send(void **state)
{
    uint8_t room[PATH_HEADROOM + LAB_PACKET];
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        const union socket_address *from = i ? &lab->gnb : &lab->other_gnb;
        struct packet marker = {
            .data = room + PATH_HEADROOM, .end = room + sizeof room, .now = lab->timers.now};
        marker.length = gtpu_end_marker(marker.data, GTPU_MESSAGE_BYTES, i == 2 ? teid + 1 : teid);
        assert_int_equal(path_uplink(&lab->plane, &lab->plane.lanes[0], from, &marker), PATH_DROP);
    }
    assert_int_equal(lab_drops(lab, DROP_WRONG_PEER), 1);
    assert_int_equal(lab_drops(lab, DROP_UNKNOWN_TEID), 1);
}

static void a_crowd_of_senders_does_not_hide_the_worst(void **state)
{
    struct senders *senders = &lab->plane.lanes[0].senders;
    (void)state;
    for (unsigned i = 0; i < 50; i++)
        senders_count(senders, &lab->other_gnb, DROP_UNKNOWN_TEID);
    for (unsigned i = 0; i < 20 * SENDERS; i++) {
        union socket_address address = lab->gnb;
        address.v4.sin_addr.s_addr += i * 2654435761u;
        senders_count(senders, &address, DROP_OUTER_MALFORMED);
    }
    assert_int_equal(gather(), SENDERS);
    assert_true(address_same_host(&list[0].address, &lab->other_gnb));
    assert_int_equal(list[0].packets, 50);
    assert_true(senders->forgotten > SENDERS);
    senders_count(senders, &lab->other_gnb, DROP_RATE);
    gather();
    assert_int_equal(list[0].packets, 50);
}

/* --- resting --- */

static void a_teid_that_was_given_back_rests(void **state)
{
    struct resting resting;
    (void)state;
    resting_init(&resting, SECONDS(30), 1);
    resting_add(&resting, 7, SECONDS(1));
    resting_add(&resting, 8, SECONDS(2));
    resting_add(&resting, 7, SECONDS(3));
    assert_true(resting_has(&resting, 7, SECONDS(30)));
    assert_false(resting_has(&resting, 7, SECONDS(31)));
    assert_true(resting_has(&resting, 8, SECONDS(31)));
    resting_free(&resting);
    resting_init(&resting, 0, 1);
    resting_add(&resting, 7, SECONDS(1));
    assert_false(resting_has(&resting, 7, SECONDS(1)));
    resting_free(&resting);
}

static void the_tunnel_of_a_session_that_ended_rests_in_the_plane(void **state)
{
    struct pfcp_message deletion = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = seid};
    (void)state;
    lab->plane.resting.time = SECONDS(30);
    lab_ask(lab, &deletion);
    assert_null(table_get(&lab->plane.teids, teid));
    assert_true(resting_has(&lab->plane.resting, teid, lab->timers.now));
    assert_false(resting_has(&lab->plane.resting, teid, lab->timers.now + SECONDS(31)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(tunnels_and_signalling_inside_a_tunnel_are_dropped),
        TEST(packets_in_packets_are_dropped_where_the_data_network_does_not_allow_them),
        TEST(ipsec_passes_but_hides_nothing_that_it_does_not_cipher),
        TEST(broadcast_and_the_links_multicast_are_the_hosts),
        TEST(fragments_do_not_slip_past),
        TEST(nobody_reports_errors_of_a_tunnel_that_there_is_not),
        TEST(who_sends_what_is_refused_is_counted_with_the_reasons),
        TEST(who_sends_what_the_smf_has_dropped_is_not_counted),
        TEST(an_end_marker_is_its_gnbs_to_send),
        TEST(a_crowd_of_senders_does_not_hide_the_worst),
        TEST(a_teid_that_was_given_back_rests),
        TEST(the_tunnel_of_a_session_that_ended_rests_in_the_plane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
