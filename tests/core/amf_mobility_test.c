/* SPDX-License-Identifier: Apache-2.0 */
/* What happens after registration: idle and back, paging, leaving, silence, restarts (TS 24.501 5.3.7, 5.5.2, 5.6). */
#include "amf_world.h"

#include "core/amf/gmm.h"

static struct world world;

static int open_world(void **state)
{
    (void)state;
    world_open_registered(&world);
    return 0;
}

static bool in_store(unsigned phone)
{
    char supi[32];
    uint32_t tmsi;
    struct bytes blob;
    snprintf(supi, sizeof supi, "imsi-%s", world.phones[phone].imsi);
    return store_ue_find(world.store, supi, &tmsi, &blob) == STORE_OK;
}

static void the_gnb_releases_an_inactive_phone(void **state)
{
    (void)state;
    world_idle(&world, 0);
    assert_int_equal(world.events[0][PHONE_IDLE], 1);
    assert_int_equal(world.gnbs[0].connections.count, 0);
    assert_true(world_ue(&world, 0)->registered);
}

static void a_service_request_brings_the_context_back(void **state)
{
    (void)state;
    world_idle(&world, 0);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_int_equal(world.heard[NAS_SERVICE_ACCEPT], 1);
    assert_true(world_ue(&world, 0)->connection->context_up);
    assert_int_equal(world.reachable, 2); /* at registration and now */
}

static void a_service_request_from_a_stranger_is_told_cause_9(void **state)
{
    (void)state;
    world_idle(&world, 0);
    world.phones[0].guti.s_tmsi.tmsi ^= 1;
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_int_equal(world.cause[0], NAS_GMM_UE_IDENTITY_CANNOT_BE_DERIVED);
}

static void a_paged_phone_answers(void **state)
{
    (void)state;
    world_idle(&world, 0);
    assert_true(amf_page(world_ue(&world, 0), 1));
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_PAGED], 1);
    assert_non_null(world_ue(&world, 0)->connection);
    assert_int_equal(world.unreachable, 0);
}

static bool no_uplink_nas(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    return pdu->message != NGAP_UPLINK_NAS_TRANSPORT;
}

static void data_that_comes_while_a_registration_runs_keeps_the_phone_connected(void **state)
{
    (void)state;
    world_idle(&world, 0);
    world.uplink_filter = no_uplink_nas;
    phone_register(&world.phones[0], NAS_PERIODIC_REGISTRATION);
    world_run(&world);
    unsigned reachable = world.reachable;
    assert_true(world_data_waits(&world, 0, 1));
    assert_int_equal(world.sent[NGAP_PAGING], 0);
    world.uplink_filter = NULL;
    world_pass(&world, world.config->amf.timers.t3550); /* the accept is repeated, and now confirmed */
    assert_int_equal(world.reachable, reachable + 1);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void data_that_waits_when_the_connection_is_lost_pages_the_phone(void **state)
{
    (void)state;
    assert_false(world_data_waits(&world, 0, 1)); /* connected: nobody to page */
    ran_gnb_release_request(world.phones[0].connection);
    world_run(&world);
    assert_int_equal(world.sent[NGAP_PAGING], 1);
    assert_int_equal(world.events[0][PHONE_PAGED], 1);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void a_phone_that_switches_off_is_forgotten(void **state)
{
    (void)state;
    phone_deregister(&world.phones[0], true);
    world_run(&world);
    assert_null(world_ue(&world, 0));
    assert_false(in_store(0));
    assert_int_equal(world.sent[NGAP_UE_CONTEXT_RELEASE_COMMAND], 1);
}

static void a_phone_that_leaves_is_answered(void **state)
{
    (void)state;
    world_idle(&world, 0);
    phone_deregister(&world.phones[0], false);
    world_run(&world);
    assert_int_equal(world.heard[NAS_DEREGISTRATION_ACCEPT], 1);
    assert_null(world_ue(&world, 0));
}

static void the_network_deregisters_a_removed_subscriber(void **state)
{
    (void)state;
    assert_int_equal(store_subscriber_remove(world.store, "imsi-999700000000001"), STORE_OK);
    world_run(&world);
    assert_int_equal(world.heard[NAS_NETWORK_DEREGISTRATION_REQUEST], 1);
    assert_null(world_ue(&world, 0));
    assert_int_equal(world.events[0][PHONE_DEREGISTERED], 1);
}

static void an_idle_phone_is_called_before_it_is_deregistered(void **state)
{
    (void)state;
    world_idle(&world, 0);
    assert_true(amf_deregister(world_ue(&world, 0), 0, false));
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_PAGED], 1);
    assert_int_equal(world.heard[NAS_SERVICE_ACCEPT], 0);
    assert_int_equal(world.events[0][PHONE_DEREGISTERED], 1);
    assert_null(world_ue(&world, 0));
    assert_false(in_store(0));
}

static void an_idle_phone_that_cannot_be_called_is_deregistered_all_the_same(void **state)
{
    (void)state;
    world_idle(&world, 0);
    world.deaf = true;
    assert_true(amf_deregister(world_ue(&world, 0), 0, false));
    world_pass(&world, 5 * world.config->amf.timers.t3513);
    assert_null(world_ue(&world, 0));
}

static bool no_deregistration(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    return pdu->message != NGAP_DOWNLINK_NAS_TRANSPORT;
}

static void a_service_request_does_not_stop_a_deregistration(void **state)
{
    (void)state;
    world.downlink_filter = no_deregistration;
    assert_true(amf_deregister(world_ue(&world, 0), 0, false));
    world_run(&world);
    world.downlink_filter = NULL;
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_int_equal(world.heard[NAS_SERVICE_ACCEPT], 0);
    assert_int_equal(world.events[0][PHONE_DEREGISTERED], 1);
    assert_null(world_ue(&world, 0));
}

static void a_phone_that_registers_anew_is_not_deregistered(void **state)
{
    (void)state;
    world.downlink_filter = no_deregistration;
    assert_true(amf_deregister(world_ue(&world, 0), 0, false));
    world_run(&world);
    world.downlink_filter = NULL;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 2);
    world_pass(&world, SECONDS(60));
    assert_non_null(world_ue(&world, 0));
}

static void a_fallback_for_emergencies_is_refused_and_costs_nothing(void **state)
{
    (void)state;
    phone_request_service(&world.phones[0], NAS_SERVICE_EMERGENCY_FALLBACK);
    world_run(&world);
    assert_int_equal(world.heard[NAS_SERVICE_REJECT], 1);
    assert_int_equal(world.cause[0], NAS_PROTOCOL_ERROR);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void what_a_connected_phone_has_is_not_set_up_twice(void **state)
{
    (void)state;
    struct context_setup setup = {.sessions = 1 << 1};
    phone_open_session(&world.phones[0], 1, NULL, NAS_SESSION_IPV4);
    world_run(&world);
    unsigned activations = world.activations;
    context_setup_prepare(world_ue(&world, 0), &setup);
    assert_int_equal(world.activations, activations);
    assert_int_equal(setup.activated, 1 << 1);
}

static void those_who_are_told_to_wait_do_not_come_back_as_one(void **state)
{
    (void)state;
    uint32_t least = UINT32_MAX, most = 0;
    for (unsigned i = 0; i < 100; i++) {
        uint32_t seconds = gmm_back_off(world.core);
        least = seconds < least ? seconds : least;
        most = seconds > most ? seconds : most;
    }
    assert_in_range(least, 60, 65);
    assert_in_range(most, 85, 90);
}

static void deregistration_by_the_network_ends_without_an_answer_too(void **state)
{
    (void)state;
    world.deaf = true;
    assert_true(amf_deregister(world_ue(&world, 0), 0, false));
    world_run(&world);
    world_pass(&world, 5 * world.config->amf.timers.t3522);
    assert_null(world_ue(&world, 0));
}

static void a_silent_phone_is_first_not_paged_and_then_forgotten(void **state)
{
    (void)state;
    const struct config_amf_timers *timers = &world.config->amf.timers;
    world_idle(&world, 0);
    timer_stop(&world.timers, &world.phones[0].guard);
    world_pass(&world,
               timers->t3512 + timers->mobile_reachable_margin); /* T3512 says 1 hour: 54 minutes it cannot */
    assert_false(world_ue(&world, 0)->unreachable);
    world_pass(&world, SECONDS(6 * 60));
    assert_true(world_ue(&world, 0)->unreachable);
    assert_false(amf_page(world_ue(&world, 0), 1));
    world_pass(&world, timers->implicit_deregistration);
    assert_null(world_ue(&world, 0));
    assert_false(in_store(0));
}

static void a_periodic_registration_keeps_a_phone_known(void **state)
{
    (void)state;
    world_idle(&world, 0);
    world_pass(&world, world.config->amf.timers.t3512);
    phone_register(&world.phones[0], NAS_PERIODIC_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 2);
    assert_null(world_ue(&world, 0)->connection); /* nothing follows: released */
    world_pass(&world, world.config->amf.timers.t3512);
    assert_false(world_ue(&world, 0)->unreachable);
}

static void the_loss_of_a_gnb_makes_its_phones_idle_and_no_others(void **state)
{
    (void)state;
    world_set_up_gnb(&world, 1);
    phone_camp(&world.phones[1], &world.gnbs[1]);
    world_register(&world, 1);
    core_association_down(world.core, 100, "test");
    ran_gnb_lost(&world.gnbs[0]);
    world_run(&world);
    assert_null(world_ue(&world, 0)->connection);
    assert_true(world_ue(&world, 0)->registered);
    assert_non_null(world_ue(&world, 1)->connection);
}

static void a_phone_that_moves_to_another_gnb_leaves_no_connection_behind(void **state)
{
    (void)state;
    world_set_up_gnb(&world, 1);
    phone_camp(&world.phones[0], &world.gnbs[1]);
    phone_register(&world.phones[0], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 2);
    assert_int_equal(gnb_find(world.core, 100)->connections.count, 0);
}

static void a_removal_that_the_store_lost_is_made_up_for(void **state)
{
    (void)state;
    store_inject(world.store, STORE_FULL, 0);
    phone_deregister(&world.phones[0], false);
    world_run(&world);
    assert_null(world_ue(&world, 0));
    world_pass(&world, SECONDS(2));
    assert_false(in_store(0));
    world_restart(&world);
    assert_null(world_ue(&world, 0));
}

static void a_phone_that_is_back_before_its_removal_is_stored_stays(void **state)
{
    (void)state;
    store_inject(world.store, STORE_FULL, 0);
    phone_deregister(&world.phones[0], false);
    world_run(&world);
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    world_pass(&world, SECONDS(2));
    assert_true(in_store(0));
    world_restart(&world);
    assert_non_null(world_ue(&world, 0));
}

/* --- restarts --- */

static void registered_phones_stay_registered_over_a_restart(void **state)
{
    (void)state;
    world_idle(&world, 0);
    uint32_t downlink = world_ue(&world, 0)->security.downlink;
    world_restart(&world);
    struct ue *ue = world_ue(&world, 0);
    assert_non_null(ue);
    assert_true(ue->registered);
    assert_true(ue->security.downlink >= downlink); /* no NAS COUNT is used twice */
    world_announce(&world, 0);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_int_equal(world.heard[NAS_SERVICE_ACCEPT], 1);
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 1);
}

static void connected_phones_stay_connected_when_the_edge_announces_their_gnb(void **state)
{
    (void)state;
    uint64_t id = world_ue(&world, 0)->connection->amf_ue_ngap_id;
    world_restart(&world);
    assert_null(world_ue(&world, 0)->connection);
    world_announce(&world, 0);
    assert_non_null(world_ue(&world, 0)->connection);
    assert_true(world_ue(&world, 0)->connection->amf_ue_ngap_id == id);
    world_pass(&world, SECONDS(10));
    assert_non_null(world_ue(&world, 0)->connection);
    phone_deregister(&world.phones[0], false);
    world_run(&world);
    assert_int_equal(world.heard[NAS_DEREGISTRATION_ACCEPT], 1);
}

static void phones_whose_gnb_does_not_come_back_become_idle(void **state)
{
    (void)state;
    world_restart(&world);
    world_pass(&world, SECONDS(10));
    struct ue *ue = world_ue(&world, 0);
    assert_null(ue->connection);
    assert_true(timer_armed(&ue->timer));
    assert_true(ue->kept.association == 0);
}

static void a_replay_after_a_restart_is_still_a_replay(void **state)
{
    (void)state;
    world_idle(&world, 0);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    uint32_t uplink = world_ue(&world, 0)->security.uplink;
    world_restart(&world);
    assert_int_equal(world_ue(&world, 0)->security.uplink, uplink);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_gnb_releases_an_inactive_phone),
        TEST(a_service_request_brings_the_context_back),
        TEST(a_service_request_from_a_stranger_is_told_cause_9),
        TEST(a_paged_phone_answers),
        TEST(data_that_comes_while_a_registration_runs_keeps_the_phone_connected),
        TEST(data_that_waits_when_the_connection_is_lost_pages_the_phone),
        TEST(a_phone_that_switches_off_is_forgotten),
        TEST(a_phone_that_leaves_is_answered),
        TEST(the_network_deregisters_a_removed_subscriber),
        TEST(an_idle_phone_is_called_before_it_is_deregistered),
        TEST(an_idle_phone_that_cannot_be_called_is_deregistered_all_the_same),
        TEST(a_service_request_does_not_stop_a_deregistration),
        TEST(a_phone_that_registers_anew_is_not_deregistered),
        TEST(a_fallback_for_emergencies_is_refused_and_costs_nothing),
        TEST(what_a_connected_phone_has_is_not_set_up_twice),
        TEST(those_who_are_told_to_wait_do_not_come_back_as_one),
        TEST(deregistration_by_the_network_ends_without_an_answer_too),
        TEST(a_silent_phone_is_first_not_paged_and_then_forgotten),
        TEST(a_periodic_registration_keeps_a_phone_known),
        TEST(the_loss_of_a_gnb_makes_its_phones_idle_and_no_others),
        TEST(a_phone_that_moves_to_another_gnb_leaves_no_connection_behind),
        TEST(a_removal_that_the_store_lost_is_made_up_for),
        TEST(a_phone_that_is_back_before_its_removal_is_stored_stays),
        TEST(registered_phones_stay_registered_over_a_restart),
        TEST(connected_phones_stay_connected_when_the_edge_announces_their_gnb),
        TEST(phones_whose_gnb_does_not_come_back_become_idle),
        TEST(a_replay_after_a_restart_is_still_a_replay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
