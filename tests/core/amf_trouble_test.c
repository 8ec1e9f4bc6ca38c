/* SPDX-License-Identifier: Apache-2.0 */
/* gNBs that answer nothing, errors that they indicate, and more work than there is room for (TS 38.413 8.7). */
#include "amf_world.h"

#include "core/amf/gmm.h"

static struct world world;

static int open_world(void **state)
{
    (void)state;
    world_open_registered(&world);
    return 0;
}

static void request_service_in_vain(void)
{
    world_idle(&world, 0);
    world.downlink_filter = world_no_context_setup;
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_non_null(world_ue(&world, 0)->procedure);
}

static void a_gnb_that_sets_up_no_context_loses_the_phone(void **state)
{
    (void)state;
    request_service_in_vain();
    world_pass(&world, world.config->amf.timers.n2_procedure);
    assert_null(world_ue(&world, 0)->connection);
    assert_null(world_ue(&world, 0)->procedure);
    assert_true(world_ue(&world, 0)->registered);
}

static void indicate(uint8_t procedure_code, uint32_t ran_id)
{
    const struct connection *connection = world_ue(&world, 0)->connection;
    const struct ngap_cause cause = {.which = NGAP_CAUSE_PROTOCOL,
                                     .protocol = NGAP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT};
    const struct ngap_criticality_diagnostics diagnostics = {.procedure_code = procedure_code,
                                                             .has_procedure_code = true};
    const struct ngap_error_indication indication = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .has_amf_ue_ngap_id = true,
        .ran_ue_ngap_id = ran_id,
        .has_ran_ue_ngap_id = true,
        .cause = &cause,
        .criticality_diagnostics = &diagnostics,
    };
    world_ngap(&world, 0, NGAP_ERROR_INDICATION, &indication);
}

static void a_setup_that_the_gnb_could_not_read_is_not_waited_for(void **state)
{
    (void)state;
    request_service_in_vain();
    uint32_t ran_id = world_ue(&world, 0)->connection->ran_ue_ngap_id;
    indicate(14, ran_id + 1); /* another's */
    indicate(15, ran_id);     /* another procedure */
    assert_non_null(world_ue(&world, 0)->procedure);
    indicate(14, ran_id);
    assert_null(world_ue(&world, 0)->connection);
}

static void a_setup_that_fails_leaves_a_phone_that_can_try_again(void **state)
{
    (void)state;
    request_service_in_vain();
    const struct connection *connection = world_ue(&world, 0)->connection;
    struct ngap_initial_context_setup_failure failure = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .cause = N2_RADIO(RADIO_RESOURCES_NOT_AVAILABLE),
    };
    world_ngap(&world, 0, NGAP_INITIAL_CONTEXT_SETUP_FAILURE, &failure);
    assert_null(world_ue(&world, 0)->connection);
    world.downlink_filter = NULL;
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_int_equal(world.heard[NAS_SERVICE_ACCEPT], 1);
}

static bool no_release(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    return pdu->message != NGAP_UE_CONTEXT_RELEASE_COMMAND;
}

static void a_release_without_an_answer_ends_in_a_reset_of_that_phone_alone(void **state)
{
    (void)state;
    world_register(&world, 1);
    world.downlink_filter = no_release;
    an_release(world_ue(&world, 0), N2_RADIO(USER_INACTIVITY), "test");
    world_run(&world);
    assert_int_equal(gnb_find(world.core, 100)->connections.count, 2);
    world_pass(&world, world.config->amf.timers.n2_procedure);
    assert_int_equal(world.sent[NGAP_NG_RESET], 1);
    assert_int_equal(gnb_find(world.core, 100)->connections.count, 1);
    assert_non_null(world_ue(&world, 1)->connection);
}

static void a_context_that_is_not_changed_stays_as_it_is(void **state)
{
    (void)state;
    const struct connection *connection = world_ue(&world, 0)->connection;
    struct ngap_ue_context_modification_failure failure = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .cause = N2_RADIO(UNSPECIFIED),
    };
    world_ngap(&world, 0, NGAP_UE_CONTEXT_MODIFICATION_FAILURE, &failure);
    assert_ptr_equal(world_ue(&world, 0)->connection, connection);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 0);
}

static void gnbs_hold_back_while_too_much_is_under_way(void **state)
{
    (void)state;
    world.config->limits.overload = 1; /* of 20000 */
    world.deaf = true;
    world_idle(&world, 0);
    struct ue *ue = world_ue(&world, 0);
    world.config->limits.procedures = 100; /* so one procedure is too much */
    assert_true(amf_page(ue, 1));
    world.deaf = false;
    world.downlink_filter = world_no_context_setup;
    core_settle(world.core);
    world_run(&world);
    assert_int_equal(world.sent[NGAP_OVERLOAD_START], 1);
    assert_true(world.gnbs[0].overload);
    world_pass(&world, SECONDS(30));
    assert_int_equal(world.sent[NGAP_OVERLOAD_START], 1);
    assert_int_equal(world.sent[NGAP_OVERLOAD_STOP], 1);
    assert_false(world.gnbs[0].overload);
}

static void a_gnb_that_held_back_goes_on_after_a_restart(void **state)
{
    (void)state;
    amf_overloaded(world.core);
    core_settle(world.core);
    world_run(&world);
    assert_true(world.gnbs[0].overload);
    world_restart(&world);
    world_announce(&world, 0);
    assert_false(world.gnbs[0].overload);
    assert_int_equal(world.sent[NGAP_OVERLOAD_STOP], 1);
}

static void a_gnb_under_overload_lets_only_those_in_who_were_called(void **state)
{
    (void)state;
    world_register(&world, 1);
    ran_gnb_release_request(world.phones[1].connection);
    world_idle(&world, 0);
    world.gnbs[0].overload = true;
    phone_register(&world.phones[0], NAS_PERIODIC_REGISTRATION);
    world_run(&world);
    assert_null(world_ue(&world, 0)->connection);
    assert_true(amf_page(world_ue(&world, 1), 1));
    world_run(&world);
    assert_non_null(world_ue(&world, 1)->connection);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_gnb_that_sets_up_no_context_loses_the_phone),
        TEST(a_setup_that_the_gnb_could_not_read_is_not_waited_for),
        TEST(a_setup_that_fails_leaves_a_phone_that_can_try_again),
        TEST(a_release_without_an_answer_ends_in_a_reset_of_that_phone_alone),
        TEST(a_context_that_is_not_changed_stays_as_it_is),
        TEST(gnbs_hold_back_while_too_much_is_under_way),
        TEST(a_gnb_that_held_back_goes_on_after_a_restart),
        TEST(a_gnb_under_overload_lets_only_those_in_who_were_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
