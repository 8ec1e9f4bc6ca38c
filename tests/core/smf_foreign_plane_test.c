/* SPDX-License-Identifier: Apache-2.0 */
/* Planes of other makers: what they cannot do, do otherwise, or call by other names. */
#include "smf_world.h"

#define NETWORKS "data_networks: [{name: internet, ipv4: 10.45.0.0/16, type: ipv4}]\n"
#define OURS     "planes:\n- {name: ours, n4: 127.0.0.7, n3: [127.0.0.7], drain: true}\n"
#define THEIRS(more) \
    NETWORKS OURS "- {name: theirs, external: true, n4: 127.0.0.8, n3: [192.0.2.8]" more "}\n"

static struct world world;
static struct plane *const theirs = &world.others[0];

static void open_foreign(const char *yaml, struct plane plane)
{
    world_open(&world, yaml);
    plane.present = true;
    plane.time_stamp = 2000;
    *theirs = plane;
    world_enrol(&world, "profile: lab\n");
    world_wait(&world, SECONDS(5));
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static const struct session *establish(uint8_t psi)
{
    const struct session *session = world_session(&world, psi);
    assert_string_equal(session->upf->name, "theirs");
    return session;
}

static void restart_plane(void)
{
    theirs->time_stamp++;
    theirs->next_teid = 500;
    world_wait(&world, world.config->smf.pfcp_heartbeat + SECONDS(1));
}

/* The world's planes all say 127.0.0.7 in their F-SEIDs. */
static void requests_go_to_the_address_that_is_configured_whatever_the_f_seid_says(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){0});
    establish(1);
    assert_true(n4_find(world.core.smf, "theirs")->elsewhere);
    smf_release_all(&world.ue);
    world_wait(&world, SECONDS(1));
    assert_int_not_equal(theirs->heard[PFCP_SESSION_DELETION_REQUEST], 0);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 0);
}

/* --- F-TEIDs (TS 29.244 5.5) --- */

static void where_the_plane_does_not_allocate_them_the_smf_does(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){.lacks = PFCP_UP_FTUP});
    const struct session *one = establish(1);
    assert_false(theirs->uplink.pdi.f_teid.choose);
    assert_int_equal(theirs->uplink.pdi.f_teid.teid, one->n3.teid);
    assert_memory_equal(theirs->uplink.pdi.f_teid.ip.v4, ((uint8_t[]){192, 0, 2, 8}), 4);
    const struct session *two = establish(2);
    assert_int_not_equal(one->n3.teid, two->n3.teid);
    const struct upf *upf = n4_find(world.core.smf, "theirs");
    assert_int_equal(upf->teids.count, 2);
    world_restart_core(&world);
    world_wait(&world, SECONDS(5));
    upf = n4_find(world.core.smf, "theirs");
    assert_int_equal(upf->teids.count, 2);
    smf_release_all(&world.ue);
    assert_int_equal(upf->teids.count, 0);
}

static void they_are_the_same_after_the_plane_s_restart(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){.lacks = PFCP_UP_FTUP | PFCP_UP_RESPS});
    const uint32_t teid = establish(1)->n3.teid;
    restart_plane();
    assert_int_equal(theirs->heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 2);
    assert_int_equal(theirs->teid, teid);
    assert_false(theirs->restored); /* RESTI is for those that said RESPS */
    assert_int_equal(session_find(&world.ue, 1)->state, SESSION_ACTIVE);
}

static void a_plane_that_takes_none_back_gives_others_and_the_gnb_is_told(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){.lacks = PFCP_UP_RESPS});
    const uint32_t teid = establish(1)->n3.teid;
    restart_plane();
    assert_true(theirs->uplink.pdi.f_teid.choose);
    const struct session *session = session_find(&world.ue, 1);
    assert_int_not_equal(session->n3.teid, teid);
    assert_int_equal(world.ue.n2, N2_SETUP_REQUEST);
    world_gnb_accepts(&world, 1, 0x901);
    assert_int_equal(session->state, SESSION_ACTIVE);
    assert_int_equal(theirs->action, PFCP_FORW);
}

static void the_header_that_is_to_be_removed_is_of_the_tunnel_s_family(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){0});
    establish(1);
    assert_int_equal(theirs->uplink.outer_header_removal.description, PFCP_REMOVE_GTPU_UDP_IPV4);
}

/* --- names --- */

static void data_networks_have_the_names_that_the_plane_calls_them(void **state)
{
    (void)state;
    open_foreign(
        THEIRS(", access_instance: ran, data_networks: [{name: internet, network_instance: sgi.east}]"),
        (struct plane){0});
    establish(1);
    assert_string_equal(theirs->instance, "sgi.east");
    assert_true(theirs->uplink.pdi.has_network_instance);
}

static void they_are_called_by_their_own_where_no_other_is_said(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){0});
    establish(1);
    assert_string_equal(theirs->instance, "internet");
    assert_false(theirs->uplink.pdi.has_network_instance);
}

/* --- usage (5.2.2) --- */

static void what_it_reports_of_usage_is_shown(void **state)
{
    struct pfcp_usage_report usage = {
        .urr_id = 1,
        .has_volume = true,
        .volume = {.flags = PFCP_ULVOL | PFCP_DLVOL, .uplink = 5, .downlink = 7}};
    struct pfcp_message message = {.type = PFCP_SESSION_REPORT_REQUEST,
                                   .session_report_request = {.report_type = PFCP_USAR,
                                                              .usage_reports = &usage,
                                                              .usage_reports_count = 1}};
    struct smf_session_view view;
    (void)state;
    open_foreign(THEIRS(""), (struct plane){0});
    message.seid = establish(1)->seid;
    world_from_peer(&world, &world.config->planes[1].n4, &message);
    assert_true(smf_view(&world.ue, 1, &view));
    assert_true(view.external);
    assert_int_equal(view.reported_uplink, 5);
    assert_int_equal(view.reported_downlink, 7);
}

/* --- addresses (5.21) --- */

#define GIVES THEIRS(", data_networks: [{name: internet, addresses: plane}]")

static void a_plane_gives_phones_their_addresses(void **state)
{
    static const uint8_t given[] = {192, 168, 7, 9};
    (void)state;
    open_foreign(GIVES, (struct plane){.features = PFCP_UP_UEIP});
    const struct session *session = establish(1);
    assert_memory_equal(session->ipv4, given, sizeof given);
    restart_plane();
    assert_false(theirs->chooses); /* it is told the address that the phone has */
    assert_memory_equal(theirs->ue_ipv4, given, sizeof given);
}

static void one_that_cannot_gets_no_session(void **state)
{
    (void)state;
    open_foreign(GIVES, (struct plane){0});
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    world_wait(&world, SECONDS(5));
    assert_int_equal(world_n1(&world)->session_establishment_reject.cause, NAS_GSM_NETWORK_FAILURE);
    assert_int_equal(theirs->heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 0);
}

/* --- networks behind phones (TS 23.501 5.6.14) --- */

static const struct config_prefix behind[] = {
    {.family = AF_INET, .length = 24, .address = {10, 9, 8}},
    {.family = AF_INET6, .length = 48, .address = {0x20, 1, 0xd, 0xb8, 0, 5}},
};

static void a_plane_is_told_the_networks_behind_a_phone_of_the_families_that_it_has(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){.features = PFCP_UP_FRRT});
    world_put_routes(&world, behind, 2);
    establish(1);
    assert_int_equal(theirs->routes[0], 1);
    assert_int_equal(theirs->routes[1], 0); /* the session has no IPv6 */
    assert_string_equal(theirs->route, "10.9.8.0/24 0.0.0.0 1");
}

static void what_it_was_told_of_networks_outlives_both_of_them(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){.features = PFCP_UP_FRRT});
    world_put_routes(&world, behind, 1);
    establish(1);
    world_put_routes(&world, NULL, 0); /* for the next session */
    world_restart_core(&world);
    theirs->routes[0] = 0;
    restart_plane();
    assert_int_equal(theirs->routes[0], 1);
    assert_string_equal(theirs->route, "10.9.8.0/24 0.0.0.0 1");
}

static void other_networks_behind_a_phone_have_it_establish_its_session_anew(void **state)
{
    static const struct config_prefix turned[] = {
        {.family = AF_INET6, .length = 48, .address = {0x20, 1, 0xd, 0xb8, 0, 5}},
        {.family = AF_INET, .length = 24, .address = {10, 9, 8}},
    };
    (void)state;
    open_foreign(THEIRS(""), (struct plane){.features = PFCP_UP_FRRT});
    world_put_routes(&world, behind, 2);
    establish(1);
    const unsigned sent = world.ue.sent;
    world_put_routes(&world, turned, 2);
    world_put_routes(&world, behind, 1); /* the session has no IPv6 */
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world.ue.sent, sent);
    world_put_routes(&world, NULL, 0);
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(world.n1.session_release_command.cause, NAS_GSM_REACTIVATION_REQUESTED);
    assert_int_equal(theirs->heard[PFCP_SESSION_DELETION_REQUEST], 1);
}

static void a_plane_that_knows_no_framed_routes_gets_only_sessions_without(void **state)
{
    (void)state;
    open_foreign(THEIRS(""), (struct plane){0});
    world_put_routes(&world, behind, 1);
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    world_wait(&world, SECONDS(5));
    assert_int_equal(world_n1(&world)->session_establishment_reject.cause, NAS_GSM_NETWORK_FAILURE);
    assert_int_equal(theirs->heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 0);
    world_put_routes(&world, NULL, 0);
    establish(2);
    assert_int_equal(theirs->routes[0], 0);
}

/* --- what it cannot do --- */

static void end_markers_are_asked_of_who_sends_them(void **state)
{
    const struct tunnel other = {.teid = 0x77, .family = AF_INET, .address = {10, 0, 0, 10}};
    (void)state;
    open_foreign(THEIRS(""), (struct plane){.lacks = PFCP_UP_EMPU});
    establish(1);
    session_connected(session_find(&world.ue, 1), &other);
    world_pump(&world);
    assert_int_equal(theirs->header.teid, 0x77);
    assert_false(theirs->end_marker);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, close_world)
    const struct CMUnitTest tests[] = {
        TEST(requests_go_to_the_address_that_is_configured_whatever_the_f_seid_says),
        TEST(where_the_plane_does_not_allocate_them_the_smf_does),
        TEST(they_are_the_same_after_the_plane_s_restart),
        TEST(a_plane_that_takes_none_back_gives_others_and_the_gnb_is_told),
        TEST(the_header_that_is_to_be_removed_is_of_the_tunnel_s_family),
        TEST(data_networks_have_the_names_that_the_plane_calls_them),
        TEST(they_are_called_by_their_own_where_no_other_is_said),
        TEST(what_it_reports_of_usage_is_shown),
        TEST(a_plane_gives_phones_their_addresses),
        TEST(one_that_cannot_gets_no_session),
        TEST(a_plane_is_told_the_networks_behind_a_phone_of_the_families_that_it_has),
        TEST(what_it_was_told_of_networks_outlives_both_of_them),
        TEST(other_networks_behind_a_phone_have_it_establish_its_session_anew),
        TEST(a_plane_that_knows_no_framed_routes_gets_only_sessions_without),
        TEST(end_markers_are_asked_of_who_sends_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
