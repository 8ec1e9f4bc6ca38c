/* SPDX-License-Identifier: Apache-2.0 */
/* Several planes: who gets a new session, and what becomes of those of a plane that is lost, drained or wants to leave. */
#include "smf_world.h"

#define NETWORKS                                                                                            \
    "data_networks: [{name: internet, ipv4: 10.45.0.0/16, ipv6: '2001:db8::/48', type: ipv4}, {name: ims, " \
    "ipv4: 10.46.0.0/16, type: ipv4}]\n"
#define PLANES(a, b, c)                                                    \
    NETWORKS "planes:\n- {name: a, n4: 127.0.0.7, n3: [127.0.0.7]" a "}\n" \
             "- {name: b, n4: 127.0.0.8, n3: [127.0.0.8]" b "}\n"          \
             "- {name: c, n4: 127.0.0.9, n3: [127.0.0.9]" c "}\n"

static struct world world;

static const struct gnb north = {.n3 = {.family = AF_INET, .length = 8, .address = {10}}, .name = "north"};
static const struct gnb south = {.n3 = {.family = AF_INET, .length = 8, .address = {10}}, .name = "south"};

/* The features are b's, beside what all have. */
static void open_planes_of(const char *yaml, uint64_t features)
{
    world_open(&world, yaml);
    for (unsigned i = 0; i < WORLD_OTHERS; i++)
        world.others[i] = (struct plane){.present = true, .time_stamp = 2000 + i, .retains = true};
    world.others[0].features = features;
    world.ue.serving = &north;
    world_wait(&world, 5 * world.config->smf.pfcp_t1);
}

static void open_planes(const char *yaml)
{
    open_planes_of(yaml, 0);
}

static const struct upf *plane(const char *name)
{
    const struct upf *upf = n4_find(world.core.smf, name);
    assert_non_null(upf);
    return upf;
}

static const char *goes_to(uint8_t psi)
{
    return world_session(&world, psi)->upf->name;
}

static uint8_t refused_with(uint8_t psi)
{
    world_establish(&world, psi, psi, NAS_SESSION_IPV4);
    world_wait(&world, SECONDS(30));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    return world_n1(&world)->session_establishment_reject.cause;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* --- selection --- */

static void what_a_plane_does_not_serve_goes_elsewhere(void **state)
{
    (void)state;
    open_planes(PLANES(", data_networks: [{name: ims}]", ", slices: [{sst: 2}]", ""));
    assert_string_equal(goes_to(1), "c");
    assert_string_equal(goes_to(2), "c");
}

static void the_data_network_is_served_by_nobody(void **state)
{
    (void)state;
    open_planes(PLANES(", data_networks: [{name: ims}]", ", data_networks: [{name: ims}]",
                       ", data_networks: [{name: ims}]"));
    assert_int_equal(refused_with(1), NAS_GSM_MISSING_OR_UNKNOWN_DNN);
}

static void it_is_served_in_other_slices(void **state)
{
    (void)state;
    open_planes(PLANES(", data_networks: [{name: ims}]", ", slices: [{sst: 2}]", ", slices: [{sst: 3}]"));
    assert_int_equal(refused_with(1), NAS_GSM_MISSING_OR_UNKNOWN_DNN_IN_SLICE);
}

static void the_plane_that_names_the_place_most_closely_is_taken(void **state)
{
    (void)state;
    open_planes(PLANES("", ", tacs: [1]", ", gnbs: [south]"));
    assert_string_equal(goes_to(1), "a"); /* the tracking area is another */
    world.ue.tac = 1;
    assert_string_equal(goes_to(2), "b");
    world.ue.serving = &south;
    assert_string_equal(goes_to(3), "c");
}

static void nobody_serves_the_place(void **state)
{
    (void)state;
    open_planes(PLANES(", gnbs: [south]", ", tacs: [1]", ", gnbs: [south]"));
    world.ue.tac = 0;
    assert_int_equal(refused_with(1), NAS_GSM_INSUFFICIENT_RESOURCES_SLICE_DNN);
    world.ue.serving = &south;
    assert_string_equal(goes_to(2), "a");
}

static void priority_comes_before_load(void **state)
{
    (void)state;
    open_planes(PLANES(", priority: 2", ", priority: 1", ", priority: 1, sessions: 1"));
    assert_string_equal(goes_to(1), "b");
    assert_string_equal(goes_to(2), "b"); /* where the phone has one already */
}

static void nobody_gets_more_than_his_weight(void **state)
{
    unsigned taken[3] = {0};
    (void)state;
    open_planes(PLANES("", ", weight: 300", ", sessions: 2"));
    for (unsigned i = 0; i < 10; i++) {
        const struct n4_wish wish = {.ue = &world.ue, .dnn = "internet", .slice = {1, CONFIG_NO_SD}};
        enum n4_misfit why;
        struct upf *upf = n4_choose(world.core.smf, &wish, &why);
        upf->session_count++;
        taken[upf->name[0] - 'a']++;
    }
    assert_int_equal(taken[0], 3);
    assert_int_equal(taken[1], 6);
    for (const char *name = "abc"; *name; name++)
        n4_find(world.core.smf, (const char[]){*name, 0})->session_count = 0;
    assert_int_equal(taken[2], 1); /* half of what it may have is more load than none */
}

static void a_plane_says_how_loaded_it_is(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ""));
    world.plane.load_sequence = world.others[0].load_sequence = world.others[1].load_sequence = 7;
    world.plane.load = 80;
    assert_string_equal(goes_to(1), "a");
    assert_int_equal(n4_load(plane("a")), 80);
    smf_release_all(&world.ue);
    world_pump(&world);
    assert_string_equal(goes_to(1), "b");
    smf_release_all(&world.ue);
    world.plane.load = 10;
    world.plane.load_sequence = 6; /* said before, and late */
    world_pump(&world);
    assert_int_equal(n4_load(plane("a")), 80);
}

static void an_overloaded_plane_is_spared(void **state)
{
    unsigned refused = 0;
    (void)state;
    open_planes(PLANES("", ", drain: true", ", data_networks: [{name: ims}]"));
    world.plane.load_sequence = 1;
    world.plane.overload = 50;
    assert_string_equal(goes_to(1), "a");
    assert_int_equal(n4_reduction(plane("a")), 50);
    for (uint8_t psi = 2; psi < 12; psi++) {
        world_establish(&world, psi, psi, NAS_SESSION_IPV4);
        if (world_n1(&world)->type == NAS_SESSION_ESTABLISHMENT_REJECT) {
            assert_int_equal(world_n1(&world)->session_establishment_reject.cause,
                             NAS_GSM_INSUFFICIENT_RESOURCES);
            refused++;
        }
    }
    assert_int_equal(refused, 5);
    world_wait(&world, SECONDS(10)); /* 8.2.35: five times two seconds */
    assert_int_equal(n4_reduction(plane("a")), 0);
}

static void a_plane_without_room_is_passed_over(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ", drain: true"));
    world.plane.refuses = true;
    assert_string_equal(goes_to(1), "b");
    assert_int_equal(n4_closed(plane("a")), N4_FULL);
    world.others[0].refuses = true;
    smf_release_all(&world.ue);
    assert_int_equal(refused_with(2), NAS_GSM_INSUFFICIENT_RESOURCES);
    assert_int_equal(n4_closed(plane("a")), N4_FITS); /* it is asked again some time */
}

static void one_that_dies_during_establishment_is_left_for_another(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ", drain: true"));
    world.plane.silent = true;
    assert_int_equal(world_establish(&world, 1, 1, NAS_SESSION_IPV4), SMF_TAKEN);
    world_wait(&world, 5 * world.config->smf.pfcp_t1);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    assert_string_equal(session_find(&world.ue, 1)->upf->name, "b");
}

/* --- addresses --- */

#define HALVES                                                        \
    PLANES(", data_networks: [{name: internet, ipv4: 10.45.0.0/17}]", \
           ", data_networks: [{name: internet, ipv4: 10.45.128.0/17}]", ", data_networks: [{name: ims}]")

static void each_plane_gives_out_addresses_of_its_own(void **state)
{
    (void)state;
    open_planes(HALVES);
    world_session(&world, 1);
    assert_memory_equal(session_find(&world.ue, 1)->ipv4, ((uint8_t[]){10, 45, 0, 2}), 4);
    smf_plane_drain(&world.core, "a", true, false);
    world_session(&world, 2);
    assert_memory_equal(session_find(&world.ue, 2)->ipv4, ((uint8_t[]){10, 45, 128, 2}), 4);
    world_restart_core(&world);
    world_wait(&world, SECONDS(5));
    assert_true(n4_closed(plane("a")) == N4_DRAINED); /* also then */
    world_session(&world, 3);
    assert_memory_equal(session_find(&world.ue, 3)->ipv4, ((uint8_t[]){10, 45, 128, 3}), 4);
}

static void a_subscriber_s_own_address_leads_to_its_plane(void **state)
{
    struct n4_wish wish = {.ue = &world.ue,
                           .dnn = "internet",
                           .slice = {1, CONFIG_NO_SD},
                           .ipv4 = {.family = AF_INET, .address = {10, 45, 128, 9}}};
    enum n4_misfit why;
    (void)state;
    open_planes(HALVES);
    assert_string_equal(n4_choose(world.core.smf, &wish, &why)->name, "b");
    wish.ipv4.address[2] = 1;
    assert_string_equal(n4_choose(world.core.smf, &wish, &why)->name, "a");
    assert_int_equal(n4_misfit(plane("b"), &wish), N4_OTHER_ADDRESSES);
}

/* --- loss --- */

static void lose(struct plane *lost)
{
    lost->silent = true;
    world_wait(&world, 2 * world.config->smf.pfcp_heartbeat + 5 * world.config->smf.pfcp_t1);
}

static void new_sessions_go_elsewhere_at_once_and_old_ones_after_a_while(void **state)
{
    struct smf_plane_view view;
    (void)state;
    open_planes(PLANES("", "", ", drain: true"));
    assert_string_equal(goes_to(1), "a");
    lose(&world.plane);
    assert_int_equal(n4_closed(plane("a")), N4_LOST);
    assert_int_equal(world.core.metrics.plane_losses, 1);
    assert_string_equal(goes_to(2), "b");
    assert_string_equal(session_find(&world.ue, 1)->upf->name, "a"); /* it may come back */
    world_wait(&world, world.config->smf.plane_gone);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(world_n1(&world)->pdu_session_id, 1);
    assert_int_equal(world_n1(&world)->session_release_command.cause, NAS_GSM_REACTIVATION_REQUESTED);
    assert_int_equal(world.core.metrics.sessions_moved, 1);
    assert_string_equal(goes_to(1), "b");
    for (unsigned i = 0; smf_plane(&world.core, i, &view) && strcmp(view.name, "a") != 0; i++)
        ;
    assert_string_equal(view.closed, "lost");
    assert_true(view.lost_for >= world.config->smf.plane_gone);
    world.plane.silent = false;
    world_wait(&world, SECONDS(10));
    assert_int_equal(n4_closed(plane("a")), N4_FITS);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST],
                     1); /* of what it has not heard the end of */
}

static void one_that_is_not_there_when_control_starts_is_lost_as_well(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ", drain: true"));
    assert_string_equal(goes_to(1), "a");
    world.plane.silent = true;
    world_restart_core(&world);
    world_wait(&world, world.config->smf.plane_gone - SECONDS(1));
    assert_int_equal(n4_closed(plane("a")), N4_NOT_ASSOCIATED);
    assert_int_equal(plane("a")->session_count, 1);
    world_wait(&world, SECONDS(2));
    assert_int_equal(n4_closed(plane("a")), N4_LOST);
    assert_int_equal(world.core.metrics.plane_losses, 1);
    assert_int_equal(world.core.metrics.sessions_moved, 1);
    assert_int_equal(world_n1(&world)->session_release_command.cause, NAS_GSM_REACTIVATION_REQUESTED);
    assert_string_equal(goes_to(1), "b");
}

static void also_if_it_is_drained_meanwhile(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ", drain: true"));
    assert_string_equal(goes_to(1), "a");
    world.plane.silent = true;
    world_restart_core(&world);
    assert_true(smf_plane_drain(&world.core, "a", true, false));
    assert_true(smf_plane_drain(&world.core, "a", false, false));
    world_wait(&world, world.config->smf.plane_gone + SECONDS(1));
    assert_int_equal(world.core.metrics.plane_losses, 1);
    assert_int_equal(world.core.metrics.sessions_moved, 1);
}

static void and_one_that_is_there_keeps_its_sessions(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ", drain: true"));
    assert_string_equal(goes_to(1), "a");
    world_restart_core(&world);
    world_wait(&world, 2 * world.config->smf.plane_gone);
    assert_string_equal(session_find(&world.ue, 1)->upf->name, "a");
    assert_int_equal(world.core.metrics.sessions_moved, 0);
}

static void a_plane_that_comes_back_in_time_keeps_its_sessions(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ""));
    assert_string_equal(goes_to(1), "a");
    lose(&world.plane);
    world.plane.silent = false;
    world_wait(&world, world.config->smf.plane_gone * 2);
    assert_string_equal(session_find(&world.ue, 1)->upf->name, "a");
    assert_int_equal(world.core.metrics.sessions_moved, 0);
}

static void sessions_that_fit_nowhere_else_wait(void **state)
{
    (void)state;
    open_planes(PLANES("", ", data_networks: [{name: ims}]", ", gnbs: [south]"));
    assert_string_equal(goes_to(1), "a");
    lose(&world.plane);
    world_wait(&world, 2 * world.config->smf.plane_gone);
    assert_non_null(session_find(&world.ue, 1)->upf);
    world.ue.serving = &south; /* the phone has moved */
    world_wait(&world, SECONDS(10));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
}

static void an_idle_phone_is_called_to_move(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ""));
    assert_string_equal(goes_to(1), "a");
    smf_deactivate(&world.ue, smf_active(&world.ue));
    world.ue.connected = false;
    world.core.paged = world.config->amf.paging.at_once;
    lose(&world.plane);
    world_wait(&world, world.config->smf.plane_gone);
    assert_int_equal(world.ue.pages, 0); /* nobody else may be called now */
    world.core.paged = 0;
    world_wait(&world, SECONDS(10));
    assert_int_equal(world.ue.pages, 1);
    world.ue.connected = true;
    smf_reachable(&world.ue);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
}

/* --- one that is away for a moment, while others are there but lack something --- */

static void asked_for_while_b_restarts(void)
{
    lose(&world.others[0]);
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    world_wait(&world, world.config->smf.plane_wait / 2);
    assert_non_null(session_find(&world.ue, 1)); /* it waits */
    world.others[0].silent = false;
    world.others[0].time_stamp++;
    world_wait(&world, world.config->smf.plane_wait / 2);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    assert_string_equal(session_find(&world.ue, 1)->upf->name, "b");
}

static void it_is_waited_for_by_one_with_networks_that_the_other_cannot_lead_to(void **state)
{
    static const struct config_prefix behind = {.family = AF_INET, .length = 24, .address = {10, 9, 8}};
    (void)state;
    open_planes_of(PLANES("", "", ", data_networks: [{name: ims}]"), PFCP_UP_FRRT);
    world_put_routes(&world, &behind, 1);
    asked_for_while_b_restarts();
}

static void and_by_one_that_needs_an_address_which_the_other_should_give_but_cannot(void **state)
{
    (void)state;
    open_planes_of(PLANES(", data_networks: [{name: ims}]",
                          ", data_networks: [{name: internet, addresses: plane}], external: true",
                          ", data_networks: [{name: internet, addresses: plane}], external: true"),
                   PFCP_UP_UEIP);
    world_enrol(&world, "profile: lab\n");
    world_wait(&world, SECONDS(5));
    asked_for_while_b_restarts();
}

static void and_by_one_that_the_other_refuses(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ", data_networks: [{name: ims}]"));
    world.plane.causes[PFCP_SESSION_ESTABLISHMENT_REQUEST] = PFCP_REJECTED;
    asked_for_while_b_restarts();
}

static void a_drained_plane_keeps_what_it_has_until_it_is_told_to_move_it(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ""));
    assert_string_equal(goes_to(1), "a");
    assert_true(smf_plane_drain(&world.core, "a", true, false));
    assert_string_equal(goes_to(2), "b");
    world_wait(&world, 2 * world.config->smf.plane_gone);
    assert_string_equal(session_find(&world.ue, 1)->upf->name, "a");
    assert_true(smf_plane_drain(&world.core, "a", true, true));
    world_wait(&world, MILLISECONDS(10));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(plane("a")->session_count, 0);
    assert_true(smf_plane_drain(&world.core, "a", false, false));
    assert_int_equal(n4_closed(plane("a")), N4_FITS);
    assert_false(smf_plane_drain(&world.core, "nobody", true, false));
}

static void and_is_emptied_also_if_control_dies_meanwhile(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ""));
    assert_string_equal(goes_to(1), "a");
    assert_true(smf_plane_drain(&world.core, "a", true, true));
    world_pump(&world);
    world_restart_core(&world);
    world_wait(&world, SECONDS(10));
    assert_int_equal(n4_closed(plane("a")), N4_DRAINED);
    assert_int_equal(plane("a")->session_count, 0);
    assert_int_equal(world.core.metrics.sessions_moved, 1);
    assert_int_equal(world.core.metrics.plane_losses, 0);
    assert_true(smf_plane_drain(&world.core, "a", false, false));
    world_pump(&world);
    world_restart_core(&world);
    world_wait(&world, SECONDS(10));
    assert_string_equal(goes_to(1), "a");
}

/* TS 29.244 6.2.7.3.3 */
static void ask_for_release(void)
{
    const struct pfcp_message message = {
        .type = PFCP_ASSOCIATION_UPDATE_REQUEST,
        .association_update_request = {.node_id = {.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}},
                                       .has_release_request = true,
                                       .release_request = PFCP_SARR},
    };
    world_from_peer(&world, &world.config->planes[0].n4, &message);
    assert_int_equal(n4_closed(plane("a")), N4_LEAVING);
}

static void a_plane_that_wants_to_leave_may(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ""));
    assert_string_equal(goes_to(1), "a");
    ask_for_release();
    world_wait(&world, SECONDS(6));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 1);
    assert_int_equal(world.plane.heard[PFCP_ASSOCIATION_RELEASE_REQUEST], 1);
    assert_false(plane("a")->associated);
    assert_string_equal(goes_to(2), "b");
}

static void and_it_leaves_also_if_it_is_drained_meanwhile(void **state)
{
    (void)state;
    open_planes(PLANES("", "", ""));
    assert_string_equal(goes_to(1), "a");
    ask_for_release();
    assert_true(smf_plane_drain(&world.core, "a", true, false));
    assert_true(smf_plane_drain(&world.core, "a", false, false));
    world_wait(&world, SECONDS(6));
    assert_int_equal(world.core.metrics.sessions_moved, 1);
    assert_int_equal(world.plane.heard[PFCP_ASSOCIATION_RELEASE_REQUEST], 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, close_world)
    const struct CMUnitTest tests[] = {
        TEST(what_a_plane_does_not_serve_goes_elsewhere),
        TEST(the_data_network_is_served_by_nobody),
        TEST(it_is_served_in_other_slices),
        TEST(the_plane_that_names_the_place_most_closely_is_taken),
        TEST(nobody_serves_the_place),
        TEST(priority_comes_before_load),
        TEST(nobody_gets_more_than_his_weight),
        TEST(a_plane_says_how_loaded_it_is),
        TEST(an_overloaded_plane_is_spared),
        TEST(a_plane_without_room_is_passed_over),
        TEST(one_that_dies_during_establishment_is_left_for_another),
        TEST(each_plane_gives_out_addresses_of_its_own),
        TEST(a_subscriber_s_own_address_leads_to_its_plane),
        TEST(new_sessions_go_elsewhere_at_once_and_old_ones_after_a_while),
        TEST(one_that_is_not_there_when_control_starts_is_lost_as_well),
        TEST(also_if_it_is_drained_meanwhile),
        TEST(and_one_that_is_there_keeps_its_sessions),
        TEST(a_plane_that_comes_back_in_time_keeps_its_sessions),
        TEST(sessions_that_fit_nowhere_else_wait),
        TEST(an_idle_phone_is_called_to_move),
        TEST(it_is_waited_for_by_one_with_networks_that_the_other_cannot_lead_to),
        TEST(and_by_one_that_needs_an_address_which_the_other_should_give_but_cannot),
        TEST(and_by_one_that_the_other_refuses),
        TEST(a_drained_plane_keeps_what_it_has_until_it_is_told_to_move_it),
        TEST(and_is_emptied_also_if_control_dies_meanwhile),
        TEST(a_plane_that_wants_to_leave_may),
        TEST(and_it_leaves_also_if_it_is_drained_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
