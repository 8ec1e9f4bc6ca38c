/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind phones (framed routes): what comes for them finds the phone, what comes from them is the phone's, and they are nobody else's. */
#include <arpa/inet.h>
#include <stdio.h>

#include "lab.h"
#include "plane/find.h"

static const uint8_t SERVER[4] = {8, 8, 8, 8}, BEHIND[4] = {172, 20, 3, 9}, BESIDE[4] = {172, 21, 0, 9};

static struct lab *lab;
static struct packet packet;
static uint8_t inner[2048];

static int set_up(void **state)
{
    (void)state;
    lab = lab_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lab_free(lab);
    return 0;
}

/* Of phone `number`, with up to two networks behind it, which its downlink PDR names. */
static struct lab_session *phone(uint8_t number, const char *route, const char *other)
{
    static struct lab_session sessions[8];
    static struct bytes texts[8][2];
    struct lab_session *session = &sessions[number];
    lab_describe(session, number);
    struct pfcp_pdi *pdi = &session->pdrs[1].pdi;
    pdi->framed_routes = texts[number];
    for (const char *text = route; text; text = text == route ? other : NULL)
        texts[number][pdi->framed_routes_count++] = bytes_of(text, strlen(text));
    return session;
}

static uint64_t connect_phone(struct lab_session *session, uint32_t *teid)
{
    const uint64_t seid = lab_establish(lab, session, teid);
    assert_int_equal(lab_switch(lab, seid, &lab->gnb, 0x55, false), PFCP_ACCEPTED);
    return seid;
}

static uint8_t refusal(struct lab_session *session)
{
    session->request.sequence = 0;
    const struct pfcp_message answer = lab_ask(lab, &session->request);
    const struct pfcp_session_establishment_response *response = &answer.session_establishment_response;
    if (response->cause == PFCP_RULE_FAILURE)
        assert_true(response->has_failed_rule && response->failed_rule.kind == PFCP_RULE_PDR);
    return response->cause;
}

static enum verdict down(const uint8_t to[4])
{
    const size_t length = lab_udp(inner, SERVER, to, 5000, 60);
    return lab_downlink(lab, bytes_of(inner, length), &packet);
}

static enum verdict up(uint32_t teid, const uint8_t from[4], const uint8_t to[4])
{
    const size_t length = lab_udp(inner, from, to, 5000, 60);
    return lab_uplink(lab, &lab->gnb, teid, 1, bytes_of(inner, length), &packet);
}

static void the_plane_says_that_it_knows_framed_routes(void **state)
{
    (void)state;
    struct pfcp_message request = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = 1000}};
    assert_true(lab_ask(lab, &request).association_setup_response.up_features & PFCP_UP_FRRT);
}

static void packets_of_a_network_behind_a_phone_go_both_ways(void **state)
{
    (void)state;
    uint32_t teid;
    connect_phone(phone(2, "172.20.0.0/16 0.0.0.0 1", "198.51.100.0/24"), &teid);
    assert_int_equal(down(BEHIND), PATH_TO_N3);
    assert_int_equal(down((uint8_t[]){198, 51, 100, 1}), PATH_TO_N3);
    assert_int_equal(down((uint8_t[]){10, 45, 0, 2}), PATH_TO_N3);
    assert_int_equal(up(teid, BEHIND, SERVER), PATH_TO_N6);
    assert_int_equal(up(teid, (uint8_t[]){198, 51, 100, 1}, SERVER), PATH_TO_N6);
    assert_int_equal(up(teid, (uint8_t[]){10, 45, 0, 2}, SERVER), PATH_TO_N6);
    assert_ptr_equal(find_session_by(lab->agent, "172.20.0.1"), find_session_by(lab->agent, "10.45.0.2"));
}

static void who_sends_from_beside_its_networks_is_refused_and_counted(void **state)
{
    (void)state;
    uint32_t teid, other;
    connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    connect_phone(phone(3, NULL, NULL), &other);
    assert_int_equal(up(teid, BESIDE, SERVER), PATH_DROP);
    assert_int_equal(up(other, BEHIND, SERVER), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_SPOOFED_SOURCE), 2);
    assert_int_equal(down(BESIDE), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_NO_SESSION), 1);
}

static void a_network_behind_a_phone_is_no_way_around_the_ban_on_phone_to_phone(void **state)
{
    (void)state;
    uint32_t teid, other;
    connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    connect_phone(phone(3, NULL, NULL), &other);
    assert_int_equal(up(other, (uint8_t[]){10, 45, 0, 3}, BEHIND), PATH_DROP);
    assert_int_equal(up(teid, BEHIND, (uint8_t[]){10, 45, 0, 3}), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_UE_TO_UE), 2);
    lab->plane.policy.ue_to_ue = true;
    assert_int_equal(up(other, (uint8_t[]){10, 45, 0, 3}, BEHIND), PATH_TO_N6);
}

static void a_network_of_ipv6_is_behind_a_phone_too(void **state)
{
    (void)state;
    struct bytes text = bytes_of("2001:db8:5::/48 :: 1", 20);
    struct lab_session *session = phone(2, NULL, NULL);
    session->pdrs[1].pdi.framed_ipv6_routes = &text;
    session->pdrs[1].pdi.framed_ipv6_routes_count = 1;
    uint32_t teid;
    connect_phone(session, &teid);
    uint8_t v6[60] = {0x60, 0, 0, 0, 0, 20, 59, 64};
    inet_pton(AF_INET6, "2001:db8:ffff::1", v6 + 8);
    inet_pton(AF_INET6, "2001:db8:5:7::1", v6 + 24);
    assert_int_equal(lab_downlink(lab, BYTES(v6), &packet), PATH_TO_N3);
    inet_pton(AF_INET6, "2001:db8:6:7::1", v6 + 24);
    assert_int_equal(lab_downlink(lab, BYTES(v6), &packet), PATH_DROP);
    inet_pton(AF_INET6, "2001:db8:ffff::1", v6 + 24);
    inet_pton(AF_INET6, "2001:db8:5:7::1", v6 + 8);
    assert_int_equal(lab_uplink(lab, &lab->gnb, teid, 1, BYTES(v6), &packet), PATH_TO_N6);
    inet_pton(AF_INET6, "2001:db8:6:7::1", v6 + 8);
    assert_int_equal(lab_uplink(lab, &lab->gnb, teid, 1, BYTES(v6), &packet), PATH_DROP);
}

static enum verdict down_v6(const char *to)
{
    uint8_t v6[60] = {0x60, 0, 0, 0, 0, 20, 59, 64};
    inet_pton(AF_INET6, "2001:db8:ffff::1", v6 + 8);
    inet_pton(AF_INET6, to, v6 + 24);
    return lab_downlink(lab, BYTES(v6), &packet);
}

static struct lab_session *phone_v6(uint8_t number, struct bytes *text, const char *route)
{
    struct lab_session *session = phone(number, NULL, NULL);
    *text = bytes_of(route, strlen(route));
    session->pdrs[1].pdi.framed_ipv6_routes = text;
    session->pdrs[1].pdi.framed_ipv6_routes_count = 1;
    return session;
}

static void parts_of_an_ipv6_link_are_behind_phones_down_to_a_single_host(void **state)
{
    static struct bytes texts[4];
    uint32_t teid;
    (void)state;
    const uint64_t seid = connect_phone(phone_v6(2, &texts[0], "2001:db8:5:7:8000::/65"), &teid);
    connect_phone(phone_v6(3, &texts[1], "2001:db8:5:7::9/128"), &teid);
    assert_int_equal(down_v6("2001:db8:5:7:8000::1"), PATH_TO_N3);
    assert_int_equal(down_v6("2001:db8:5:7:ffff:ffff:ffff:ffff"), PATH_TO_N3);
    assert_int_equal(down_v6("2001:db8:5:7::9"), PATH_TO_N3);
    assert_int_equal(down_v6("2001:db8:5:7::8"), PATH_DROP);
    assert_int_equal(down_v6("2001:db8:5:7:7fff::"), PATH_DROP);
    assert_ptr_equal(find_session_by(lab->agent, "2001:db8:5:7::9"),
                     find_session_by(lab->agent, "10.45.0.3"));
    static const char *const taken[] = {"2001:db8:5:7::/64", "2001:db8:5:7:8000:1::/96",
                                        "2001:db8:5:7::9/128", "2001:db8:5:7::/96", "2001:db8::/32"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        assert_int_equal(refusal(phone_v6(4, &texts[2], taken[i])), PFCP_RULE_FAILURE);
    struct pfcp_message deletion = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = seid};
    assert_int_equal(lab_ask(lab, &deletion).session_deletion_response.cause, PFCP_ACCEPTED);
    assert_int_equal(down_v6("2001:db8:5:7:8000::1"), PATH_DROP);
    connect_phone(phone_v6(5, &texts[3], "2001:db8:5:7:8000::/66"), &teid);
    assert_int_equal(down_v6("2001:db8:5:7:8000::1"), PATH_TO_N3);
    assert_int_equal(down_v6("2001:db8:5:7:c000::1"), PATH_DROP);
}

static void what_is_no_framed_route_refuses_the_session_with_its_rule(void **state)
{
    (void)state;
    static const char *const texts[] = {"172.20.0.1/16",      "172.20.0.0",      "0.0.0.0/0",
                                        "\xff\xfe",           "127.0.0.0/24",    "10.45.128.0/24",
                                        "10.0.0.0/8",         "192.0.2.0/24",    "192.0.2.0/32",
                                        "169.254.169.254/32", "172.20.0.0/16 x", "172.20.0.0/16\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(refusal(phone(2, "172.22.0.0/16", texts[i])), PFCP_RULE_FAILURE);
    assert_int_equal(agent_sessions(lab->agent), 0);
    assert_int_equal(down((uint8_t[]){172, 22, 0, 1}), PATH_DROP);
}

static void routing_protocols_are_not_spoken(void **state)
{
    (void)state;
    struct lab_session *session = phone(2, "172.20.0.0/16", NULL);
    session->pdrs[1].pdi.has_framed_routing = true;
    assert_int_equal(refusal(session), PFCP_ACCEPTED);
    session->pdrs[1].pdi.framed_routing = 3;
    assert_int_equal(refusal(session), PFCP_SERVICE_NOT_SUPPORTED);
}

static void more_networks_than_a_session_may_have_are_refused(void **state)
{
    (void)state;
    struct bytes texts[FRAMED_ROUTES_MOST + 1];
    char room[FRAMED_ROUTES_MOST + 1][32];
    struct lab_session *session = phone(2, NULL, NULL);
    for (unsigned i = 0; i <= FRAMED_ROUTES_MOST; i++)
        texts[i] = bytes_of(room[i], (size_t)snprintf(room[i], sizeof room[i], "172.20.%u.0/24", i));
    session->pdrs[1].pdi.framed_routes = texts;
    session->pdrs[1].pdi.framed_routes_count = FRAMED_ROUTES_MOST + 1;
    assert_int_equal(refusal(session), PFCP_RULE_FAILURE);
    session->pdrs[1].pdi.framed_routes_count = FRAMED_ROUTES_MOST;
    assert_int_equal(refusal(session), PFCP_ACCEPTED);
}

static void no_two_phones_have_the_same_addresses_behind_them(void **state)
{
    (void)state;
    uint32_t teid;
    connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    assert_int_equal(refusal(phone(3, "172.20.0.0/16", NULL)), PFCP_RULE_FAILURE);
    assert_int_equal(refusal(phone(3, "172.20.3.0/24", NULL)), PFCP_RULE_FAILURE);
    assert_int_equal(refusal(phone(3, "172.16.0.0/12", NULL)), PFCP_RULE_FAILURE);
    assert_int_equal(refusal(phone(3, "172.21.0.0/16", NULL)), PFCP_ACCEPTED);
    struct lab_session *inside = phone(4, NULL, NULL);
    memcpy(inside->ue_ip.ip.v4, BEHIND, 4);
    assert_int_equal(refusal(inside), PFCP_RULE_FAILURE);
    assert_int_equal(down(BEHIND), PATH_TO_N3);
}

static void a_network_with_a_phones_address_is_refused(void **state)
{
    (void)state;
    struct lab_session *outside = phone(2, NULL, NULL);
    memcpy(outside->ue_ip.ip.v4, BEHIND, 4); /* in no pool */
    assert_int_equal(refusal(outside), PFCP_ACCEPTED);
    assert_int_equal(refusal(phone(3, "172.20.0.0/16", NULL)), PFCP_RULE_FAILURE);
    struct lab_session *own = phone(4, "172.21.0.0/16", NULL);
    memcpy(own->ue_ip.ip.v4, BESIDE, 4);
    assert_int_equal(refusal(own), PFCP_RULE_FAILURE);
}

/* The SMF has been away, and has not spoken of those that it knew before: they would give way. */
static void a_refused_request_takes_nothing_from_those_that_would_give_way(void **state)
{
    (void)state;
    uint32_t teid;
    connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    struct lab_session *address = phone(5, NULL, NULL);
    memcpy(address->ue_ip.ip.v4, (const uint8_t[]){172, 22, 0, 1}, 4); /* in no pool */
    connect_phone(address, &teid);
    lab_associate(lab);
    connect_phone(phone(3, "172.30.1.0/24", NULL), &teid);
    struct lab_session *next = phone(4, "172.30.0.0/16", NULL);
    memcpy(next->ue_ip.ip.v4, BEHIND, 4);
    assert_int_equal(refusal(next), PFCP_RULE_FAILURE);
    assert_int_equal(refusal(phone(4, "172.20.3.0/24", "172.30.0.0/16")), PFCP_RULE_FAILURE);
    assert_int_equal(refusal(phone(4, "172.22.0.0/16", "172.30.0.0/16")), PFCP_RULE_FAILURE);
    assert_int_equal(agent_sessions(lab->agent), 3);
    assert_int_equal(down(BEHIND), PATH_TO_N3);
    connect_phone(phone(4, "172.20.0.0/14", "172.31.0.0/16"), &teid);
    assert_int_equal(agent_sessions(lab->agent), 2);
    assert_ptr_equal(find_session_by(lab->agent, "172.20.0.1"), find_session_by(lab->agent, "10.45.0.4"));
}

static uint8_t change_routes(uint64_t seid, struct bytes *texts, size_t count)
{
    struct pfcp_update_pdr pdr = {
        .pdr_id = 2,
        .has_pdi = true,
        .pdi = {.source_interface = PFCP_CORE, .framed_routes = texts, .framed_routes_count = count}};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = seid,
        .session_modification_request = {.update_pdrs = &pdr, .update_pdrs_count = 1}};
    return lab_ask(lab, &request).session_modification_response.cause;
}

static void a_modification_changes_networks_or_nothing(void **state)
{
    (void)state;
    struct bytes other = bytes_of("172.21.0.0/16", 13), taken = bytes_of("172.30.1.0/24", 13);
    uint32_t teid, third;
    const uint64_t seid = connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    connect_phone(phone(3, "172.30.0.0/16", NULL), &third);
    assert_int_equal(change_routes(seid, &taken, 1), PFCP_RULE_FAILURE);
    assert_int_equal(down(BEHIND), PATH_TO_N3);
    assert_int_equal(change_routes(seid, &other, 1), PFCP_ACCEPTED);
    assert_int_equal(down(BEHIND), PATH_DROP);
    assert_int_equal(down(BESIDE), PATH_TO_N3);
    assert_int_equal(up(teid, BEHIND, SERVER), PATH_DROP);
    assert_int_equal(up(teid, BESIDE, SERVER), PATH_TO_N6);
    assert_int_equal(change_routes(seid, NULL, 0), PFCP_ACCEPTED);
    assert_int_equal(down(BESIDE), PATH_DROP);
}

/* The host leads there and nowhere else. */
static void assert_led(const struct network *network, const char *route)
{
    struct config_prefix prefix;
    assert_true(config_prefix_parse(route, &prefix));
    assert_int_equal(lab->led_count, 1);
    assert_ptr_equal(lab->led[0].network, network);
    assert_memory_equal(&lab->led[0].route, &prefix, sizeof prefix);
}

static void the_host_leads_to_a_network_that_grows_or_shrinks(void **state)
{
    (void)state;
    static const char *const texts[] = {"172.20.0.0/24", "172.20.0.0/16", "172.20.128.0/17", "172.20.0.0/15"};
    uint32_t teid;
    const uint64_t seid = connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    assert_led(lab->networks, "172.20.0.0/16");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bytes text = bytes_of(texts[i], strlen(texts[i]));
        assert_int_equal(change_routes(seid, &text, 1), PFCP_ACCEPTED);
        assert_led(lab->networks, texts[i]);
        assert_int_equal(change_routes(seid, &text, 1), PFCP_ACCEPTED);
        assert_led(lab->networks, texts[i]);
    }
    connect_phone(phone(2, "172.20.0.0/24", NULL), &teid);
    assert_led(lab->networks, "172.20.0.0/24");
    connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    assert_led(lab->networks, "172.20.0.0/16");
    assert_int_equal(refusal(phone(2, "172.20.0.0/17", "10.45.3.0/24")), PFCP_RULE_FAILURE);
    assert_led(lab->networks, "172.20.0.0/16");
}

static struct network *add_network(void)
{
    struct network *network = &lab->networks[lab->plane.network_count];
    struct table *const tables[] = {&network->by_v4, &network->by_v6, &network->outside_v4,
                                    &network->outside_v6};
    *network = (struct network){.name = "ims", .mtu = 1400, .index = lab->plane.network_count++};
    assert_true(config_prefix_parse("10.46.0.0/16", &network->pool_v4));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        table_init(tables[i], &lab->plane.epochs, i);
    return network;
}

static void the_host_leads_into_the_data_network_that_the_session_has_come_to(void **state)
{
    (void)state;
    uint32_t teid;
    const struct network *network = add_network();
    connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    assert_led(lab->networks, "172.20.0.0/16");
    struct lab_session *moved = phone(2, "172.20.0.0/16", NULL);
    moved->ue_ip.ip = (struct pfcp_ip){.has_v4 = true, .v4 = {10, 46, 0, 2}};
    moved->request.session_establishment_request.has_dnn = true;
    moved->request.session_establishment_request.dnn = bytes_of("\3ims", 4);
    struct pfcp_message request = {.type = PFCP_SESSION_DELETION_REQUEST};
    request.seid = connect_phone(moved, &teid);
    assert_int_equal(agent_sessions(lab->agent), 1);
    assert_led(network, "172.20.0.0/16");
    assert_int_equal(lab_ask(lab, &request).session_deletion_response.cause, PFCP_ACCEPTED);
    assert_int_equal(lab->led_count, 0);
}

static void a_network_ends_with_its_session_and_is_free_then(void **state)
{
    (void)state;
    uint32_t teid;
    struct pfcp_message request = {.type = PFCP_SESSION_DELETION_REQUEST};
    request.seid = connect_phone(phone(2, "172.20.0.0/16", "172.20.3.0/24"), &teid);
    assert_int_equal(lab_ask(lab, &request).session_deletion_response.cause, PFCP_ACCEPTED);
    assert_int_equal(down(BEHIND), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_NO_SESSION), 1);
    assert_int_equal(lab->plane.routes.v4_lengths, 0);
    assert_int_equal(refusal(phone(3, "172.16.0.0/12", NULL)), PFCP_ACCEPTED);
}

static void a_session_that_is_told_of_again_keeps_its_networks(void **state)
{
    (void)state;
    uint32_t teid;
    connect_phone(phone(2, "172.20.0.0/16", NULL), &teid);
    connect_phone(phone(2, "172.20.0.0/16", "172.21.0.0/16"), &teid);
    assert_int_equal(agent_sessions(lab->agent), 1);
    assert_int_equal(down(BEHIND), PATH_TO_N3);
    assert_int_equal(down(BESIDE), PATH_TO_N3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(the_plane_says_that_it_knows_framed_routes),
        TEST(packets_of_a_network_behind_a_phone_go_both_ways),
        TEST(who_sends_from_beside_its_networks_is_refused_and_counted),
        TEST(a_network_behind_a_phone_is_no_way_around_the_ban_on_phone_to_phone),
        TEST(a_network_of_ipv6_is_behind_a_phone_too),
        TEST(parts_of_an_ipv6_link_are_behind_phones_down_to_a_single_host),
        TEST(what_is_no_framed_route_refuses_the_session_with_its_rule),
        TEST(routing_protocols_are_not_spoken),
        TEST(more_networks_than_a_session_may_have_are_refused),
        TEST(no_two_phones_have_the_same_addresses_behind_them),
        TEST(a_network_with_a_phones_address_is_refused),
        TEST(a_refused_request_takes_nothing_from_those_that_would_give_way),
        TEST(a_modification_changes_networks_or_nothing),
        TEST(the_host_leads_to_a_network_that_grows_or_shrinks),
        TEST(the_host_leads_into_the_data_network_that_the_session_has_come_to),
        TEST(a_network_ends_with_its_session_and_is_free_then),
        TEST(a_session_that_is_told_of_again_keeps_its_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
