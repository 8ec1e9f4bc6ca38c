/* SPDX-License-Identifier: Apache-2.0 */
/* The phone gets a new GUTI with each registration; until it has confirmed it, it may have either (TS 24.501 5.5.1.3.8 c). */
#include "amf_world.h"

#include "core/amf/gmm.h"

static struct world world;

static int open_world(void **state)
{
    (void)state;
    world_open_registered(&world);
    world_idle(&world, 0);
    return 0;
}

static bool no_registration_complete(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    return pdu->message != NGAP_UPLINK_NAS_TRANSPORT;
}

/* Then the radio link breaks, and the core gives up. */
static void register_in_vain(void)
{
    phone_register(&world.phones[0], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    ran_gnb_lose(world.phones[0].connection);
    world_pass(&world, NAS_TRANSMISSIONS * world.config->amf.timers.t3550);
    assert_null(world_ue(&world, 0)->connection);
}

static void register_without_an_answer(void)
{
    world.downlink_filter = world_no_context_setup;
    register_in_vain();
    world.downlink_filter = NULL;
}

static void request_service(void)
{
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
}

static void assert_served(unsigned times)
{
    assert_int_equal(world.heard[NAS_SERVICE_REJECT], 0);
    assert_int_equal(world.heard[NAS_SERVICE_ACCEPT], times);
}

static void either_is_good_until_it_is_confirmed(void **state)
{
    (void)state;
    uint32_t first = world.phones[0].guti.s_tmsi.tmsi;
    register_without_an_answer();
    assert_int_equal(world.phones[0].guti.s_tmsi.tmsi, first);
    assert_int_equal(world_ue(&world, 0)->former_tmsi, first);
    request_service();
    assert_served(1);
}

static void the_one_that_it_goes_by_stays_good_however_often_its_answer_is_lost(void **state)
{
    (void)state;
    uint32_t first = world.phones[0].guti.s_tmsi.tmsi;
    register_without_an_answer();
    register_without_an_answer();
    register_without_an_answer();
    assert_int_equal(world_ue(&world, 0)->former_tmsi, first);
    assert_int_equal(world.core->ues_by_tmsi.count, 2);
    request_service();
    assert_served(1);
}

static void what_it_never_got_is_dropped_when_it_goes_by_the_former_one(void **state)
{
    (void)state;
    uint32_t first = world.phones[0].guti.s_tmsi.tmsi;
    register_without_an_answer();
    request_service();
    assert_int_equal(world_ue(&world, 0)->tmsi, first);
    assert_int_equal(world_ue(&world, 0)->former_tmsi, 0);
    assert_int_equal(world.core->ues_by_tmsi.count, 1);
}

static void the_former_one_is_dropped_when_it_goes_by_the_new_one(void **state)
{
    (void)state;
    world.uplink_filter = no_registration_complete;
    register_in_vain();
    world.uplink_filter = NULL;
    assert_int_equal(world.phones[0].guti.s_tmsi.tmsi, world_ue(&world, 0)->tmsi);
    assert_int_not_equal(world_ue(&world, 0)->former_tmsi, 0);
    request_service();
    assert_served(1);
    assert_int_equal(world_ue(&world, 0)->former_tmsi, 0);
    assert_int_equal(world.core->ues_by_tmsi.count, 1);
}

static void which_it_is_survives_a_restart(void **state)
{
    (void)state;
    register_without_an_answer();
    register_without_an_answer();
    world_restart(&world);
    world_announce(&world, 0);
    request_service();
    assert_served(1);
}

static void it_counts_too_when_the_phone_had_to_authenticate(void **state)
{
    (void)state;
    uint32_t first = world.phones[0].guti.s_tmsi.tmsi;
    register_without_an_answer();
    world_ue(&world, 0)->security.nia ^= 3; /* the core has lost track of its keys */
    register_without_an_answer();
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 2);
    assert_int_equal(world_ue(&world, 0)->former_tmsi, first);
    request_service();
    assert_served(1);
}

static void a_phone_is_called_by_both(void **state)
{
    (void)state;
    register_without_an_answer();
    world_data_waits(&world, 0, 1);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_PAGED], 1);
    assert_served(1);
}

static void a_stranger_that_goes_by_it_settles_nothing(void **state)
{
    (void)state;
    register_without_an_answer();
    uint32_t tmsi = world_ue(&world, 0)->tmsi;
    world.phones[1].guti = world.phones[0].guti;
    world.phones[1].has_guti = true;
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world_ue(&world, 0)->tmsi, tmsi);
    assert_int_not_equal(world_ue(&world, 0)->former_tmsi, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(either_is_good_until_it_is_confirmed),
        TEST(the_one_that_it_goes_by_stays_good_however_often_its_answer_is_lost),
        TEST(what_it_never_got_is_dropped_when_it_goes_by_the_former_one),
        TEST(the_former_one_is_dropped_when_it_goes_by_the_new_one),
        TEST(which_it_is_survives_a_restart),
        TEST(it_counts_too_when_the_phone_had_to_authenticate),
        TEST(a_phone_is_called_by_both),
        TEST(a_stranger_that_goes_by_it_settles_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
