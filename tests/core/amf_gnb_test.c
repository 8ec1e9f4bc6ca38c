/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a gNB on N2, and gNBs that lie (TS 38.413 8.7, 10.6). */
#include "amf_world.h"

static struct world world;

static int open_world(void **state)
{
    (void)state;
    world_open(&world);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void set_up(unsigned gnb)
{
    ran_gnb_setup(&world.gnbs[gnb]);
    world_run(&world);
}

static bool radio_cause(enum ngap_cause_radio_network cause)
{
    return world.last_cause.which == NGAP_CAUSE_RADIO_NETWORK && world.last_cause.radio_network == cause;
}

static bool misc_cause(enum ngap_cause_misc cause)
{
    return world.last_cause.which == NGAP_CAUSE_MISC && world.last_cause.misc == cause;
}

static void a_gnb_of_ours_is_accepted(void **state)
{
    (void)state;
    set_up(0);
    assert_true(world.gnb_ready[0]);
    assert_string_equal(gnb_find(world.core, 100)->name, "gnb-0");
}

static void a_foreign_plmn_is_refused(void **state)
{
    (void)state;
    world.gnbs[0].settings.plmn.octets[0] = 0x00;
    set_up(0);
    assert_true(world.gnb_refused[0]);
    assert_true(misc_cause(NGAP_CAUSE_MISC_UNKNOWN_PLMN_OR_SNPN));
}

static void a_foreign_tracking_area_is_refused(void **state)
{
    (void)state;
    world.gnbs[0].settings.tac = 77;
    set_up(0);
    assert_true(world.gnb_refused[0]);
}

static void a_foreign_slice_is_refused(void **state)
{
    (void)state;
    world.gnbs[0].settings.slice.sst = 9;
    set_up(0);
    assert_true(radio_cause(NGAP_CAUSE_RADIO_NETWORK_SLICE_NOT_SUPPORTED));
}

static void a_clone_is_refused_and_the_first_one_untouched(void **state)
{
    (void)state;
    world_ready(&world);
    world_register(&world, 0);
    world.gnbs[1].settings.id = world.gnbs[0].settings.id;
    set_up(1);
    assert_true(world.gnb_refused[1]);
    assert_non_null(world_ue(&world, 0)->connection);
    assert_true(gnb_find(world.core, 100)->ready);
}

static void the_limit_of_gnbs_is_a_refusal(void **state)
{
    (void)state;
    world.config->limits.gnbs = 1;
    set_up(0);
    set_up(1);
    assert_true(world.gnb_refused[1]);
    assert_true(misc_cause(NGAP_CAUSE_MISC_CONTROL_PROCESSING_OVERLOAD));
}

static void nothing_is_heard_before_ng_setup(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        phone_camp(&world.phones[i], &world.gnbs[0]);
    struct ngap_ng_reset reset = {.cause = {.which = NGAP_CAUSE_MISC},
                                  .reset_type = {.which = NGAP_RESET_TYPE_NG_INTERFACE}};
    world_ngap(&world, 0, NGAP_NG_RESET, &reset);
    assert_int_equal(world.sent[NGAP_NG_RESET_ACKNOWLEDGE], 0);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 1);
}

static void a_reset_makes_the_gnbs_phones_idle(void **state)
{
    (void)state;
    world_ready(&world);
    world_register(&world, 0);
    ran_gnb_reset(&world.gnbs[0]);
    world_run(&world);
    assert_int_equal(world.sent[NGAP_NG_RESET_ACKNOWLEDGE], 1);
    assert_null(world_ue(&world, 0)->connection);
    assert_true(world_ue(&world, 0)->registered);
}

/* Ids of phone 0, who is connected through gNB 0, in the mouth of gNB 1. */
static void two_gnbs(uint64_t *amf_id, uint32_t *ran_id)
{
    world_ready(&world);
    world_register(&world, 0);
    set_up(1);
    *amf_id = world_ue(&world, 0)->connection->amf_ue_ngap_id;
    *ran_id = world_ue(&world, 0)->connection->ran_ue_ngap_id;
}

static void a_reset_that_lists_anothers_phone_does_nothing_to_it(void **state)
{
    uint64_t amf_id;
    uint32_t ran_id;
    (void)state;
    two_gnbs(&amf_id, &ran_id);
    struct ngap_ue_associated_logical_ng_connection_item item = {.amf_ue_ngap_id = amf_id,
                                                                 .has_amf_ue_ngap_id = true,
                                                                 .ran_ue_ngap_id = ran_id,
                                                                 .has_ran_ue_ngap_id = true};
    struct ngap_ng_reset reset = {
        .cause = {.which = NGAP_CAUSE_MISC},
        .reset_type = {.which = NGAP_RESET_TYPE_PART_OF_NG_INTERFACE, .part_of_ng_interface = {&item, 1}}};
    world_ngap(&world, 1, NGAP_NG_RESET, &reset);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void a_release_request_for_anothers_phone_is_an_error(void **state)
{
    uint64_t amf_id;
    uint32_t ran_id;
    (void)state;
    two_gnbs(&amf_id, &ran_id);
    struct ngap_ue_context_release_request request = {
        .amf_ue_ngap_id = amf_id, .ran_ue_ngap_id = ran_id, .cause = {.which = NGAP_CAUSE_MISC}};
    world_ngap(&world, 1, NGAP_UE_CONTEXT_RELEASE_REQUEST, &request);
    assert_true(radio_cause(NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_LOCAL_UE_NGAP_ID));
    assert_non_null(world_ue(&world, 0)->connection);
}

static void the_right_amf_id_with_the_wrong_ran_id_is_an_error(void **state)
{
    uint64_t amf_id;
    uint32_t ran_id;
    (void)state;
    two_gnbs(&amf_id, &ran_id);
    struct ngap_ue_context_release_request request = {
        .amf_ue_ngap_id = amf_id, .ran_ue_ngap_id = ran_id + 1, .cause = {.which = NGAP_CAUSE_MISC}};
    world_ngap(&world, 0, NGAP_UE_CONTEXT_RELEASE_REQUEST, &request);
    assert_true(radio_cause(NGAP_CAUSE_RADIO_NETWORK_INCONSISTENT_REMOTE_UE_NGAP_ID));
    assert_non_null(world_ue(&world, 0)->connection);
}

static void an_error_indication_for_anothers_phone_does_nothing_to_it(void **state)
{
    uint64_t amf_id;
    uint32_t ran_id;
    (void)state;
    two_gnbs(&amf_id, &ran_id);
    struct ngap_cause cause = {.which = NGAP_CAUSE_RADIO_NETWORK,
                               .radio_network = NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_LOCAL_UE_NGAP_ID};
    struct ngap_error_indication indication = {.amf_ue_ngap_id = amf_id,
                                               .has_amf_ue_ngap_id = true,
                                               .ran_ue_ngap_id = ran_id,
                                               .has_ran_ue_ngap_id = true,
                                               .cause = &cause};
    world_ngap(&world, 1, NGAP_ERROR_INDICATION, &indication);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void a_path_switch_for_a_phone_it_never_had_is_refused(void **state)
{
    uint64_t amf_id;
    uint32_t ran_id;
    (void)state;
    two_gnbs(&amf_id, &ran_id);
    static const uint8_t transfer[] = {0};
    struct ngap_pdu_session_resource_to_be_switched_dl_item item = {
        .pdu_session_id = 1, .path_switch_request_transfer = BYTES(transfer)};
    struct ngap_path_switch_request request = {
        .ran_ue_ngap_id = 5,
        .source_amf_ue_ngap_id = amf_id,
        .pdu_session_resource_to_be_switched_dl_list = {&item, 1},
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR}};
    world_ngap(&world, 1, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 1);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void a_message_in_the_wrong_direction_is_an_error(void **state)
{
    uint64_t amf_id;
    uint32_t ran_id;
    (void)state;
    two_gnbs(&amf_id, &ran_id);
    static const uint8_t nas[] = {0x7e, 0, 0x64, 0x6f};
    struct ngap_downlink_nas_transport transport = {
        .amf_ue_ngap_id = amf_id, .ran_ue_ngap_id = ran_id, .nas_pdu = BYTES(nas)};
    world_ngap(&world, 0, NGAP_DOWNLINK_NAS_TRANSPORT, &transport);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 1);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void a_configuration_update_may_not_change_the_identity(void **state)
{
    (void)state;
    world_ready(&world);
    struct ngap_global_ran_node_id other = {
        .which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
        .global_gnb_id = {.plmn_identity = {0x99, 0xf9, 0x07},
                          .gnb_id = {.which = NGAP_GNB_ID_GNB_ID, .gnb_id = {.value = 55, .length = 32}}}};
    struct ngap_ran_configuration_update update = {.global_ran_node_id = &other};
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &update);
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_FAILURE], 1);
    update = (struct ngap_ran_configuration_update){.ran_node_name = bytes_of("renamed", 7)};
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &update);
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE], 1);
    assert_string_equal(gnb_find(world.core, 100)->name, "renamed");
}

static void a_reload_is_told_to_gnbs(void **state)
{
    (void)state;
    const char *why;
    world_ready(&world);
    assert_true(core_reload(world.core, world.config, &why));
    world_run(&world);
    assert_int_equal(world.sent[NGAP_AMF_CONFIGURATION_UPDATE], 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(a_gnb_of_ours_is_accepted),
        TEST(a_foreign_plmn_is_refused),
        TEST(a_foreign_tracking_area_is_refused),
        TEST(a_foreign_slice_is_refused),
        TEST(a_clone_is_refused_and_the_first_one_untouched),
        TEST(the_limit_of_gnbs_is_a_refusal),
        TEST(nothing_is_heard_before_ng_setup),
        TEST(a_reset_makes_the_gnbs_phones_idle),
        TEST(a_reset_that_lists_anothers_phone_does_nothing_to_it),
        TEST(a_release_request_for_anothers_phone_is_an_error),
        TEST(the_right_amf_id_with_the_wrong_ran_id_is_an_error),
        TEST(an_error_indication_for_anothers_phone_does_nothing_to_it),
        TEST(a_path_switch_for_a_phone_it_never_had_is_refused),
        TEST(a_message_in_the_wrong_direction_is_an_error),
        TEST(a_configuration_update_may_not_change_the_identity),
        TEST(a_reload_is_told_to_gnbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
