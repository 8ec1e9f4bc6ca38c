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

static unsigned connected(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        count += world_ue(&world, i)->connection != NULL;
    return count;
}

/* Many connections of strangers beside those of our phones. */
static void crowd(unsigned gnb, unsigned count)
{
    static const uint8_t nas[] = {0x7e, 0, 0x41, 0x79, 0, 0x0d, 1,    0x99, 0xf9, 0x07, 0,   0,
                                  0,    0, 0,    0,    0, 0,    0x10, 0x2e, 2,    0xf0, 0x70};
    for (unsigned i = 0; i < count; i++) {
        struct ngap_initial_ue_message message = {
            .ran_ue_ngap_id = 1000 + i,
            .nas_pdu = BYTES(nas),
            .user_location_information = {.which =
                                              NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                          .user_location_information_nr = {.nr_cgi = {{0x99, 0xf9, 0x07}, 16},
                                                                           .tai = {{0x99, 0xf9, 0x07}, 1}}}};
        world_ngap(&world, gnb, NGAP_INITIAL_UE_MESSAGE, &message);
    }
}

static void the_loss_of_a_crowded_gnb_is_dealt_with_in_portions(void **state)
{
    (void)state;
    world_ready(&world);
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        world_register(&world, i);
    world.deaf = true;
    crowd(0, 500);
    size_t all = gnb_find(world.core, 100)->connections.count;
    assert_true(all > 500);
    unsigned before = world.core->provisional;
    core_association_down(world.core, 100, "test");
    world_run(&world);
    assert_null(gnb_find(world.core, 100));
    assert_non_null(world.core->ghosts);
    assert_true(world.core->provisional > before / 2); /* most of them are still there */
    world_pass(&world, 1);
    for (unsigned turns = 0; world.core->ghosts && turns < 20; turns++)
        world_pass(&world, 1);
    assert_null(world.core->ghosts);
    assert_int_equal(world.core->provisional, 0);
    assert_int_equal(connected(), 0);
}

static void a_crowded_gnb_that_resets_is_answered_at_once_and_served_meanwhile(void **state)
{
    (void)state;
    world_ready(&world);
    world_register(&world, 0);
    world.deaf = true;
    crowd(0, 500);
    world.deaf = false;
    ran_gnb_reset(&world.gnbs[0]);
    world_run(&world);
    assert_int_equal(world.sent[NGAP_NG_RESET_ACKNOWLEDGE], 1);
    assert_int_equal(gnb_find(world.core, 100)->connections.count, 0);
    world_register(&world, 1);
    world_pass(&world, SECONDS(1));
    assert_null(world.core->ghosts);
    assert_non_null(world_ue(&world, 1)->connection);
    assert_null(world_ue(&world, 0)->connection);
}

static bool retained;

static bool see_retention(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    if (pdu->message == NGAP_NG_SETUP_RESPONSE)
        retained = pdu->value.ng_setup_response->has_ue_retention_information;
    return true;
}

/* gNB 0 over a new association, the one of gNB 1. */
static void come_back(bool with_ues)
{
    static const struct ngap_slice_support_item slice = {.s_nssai = {.sst = 1}};
    static const struct ngap_broadcast_plmn_item plmn = {.plmn_identity = {0x99, 0xf9, 0x07},
                                                         .tai_slice_support_list = {&slice, 1}};
    static const struct ngap_supported_ta_item area = {.tac = 1, .broadcast_plmn_list = {&plmn, 1}};
    struct ngap_ng_setup_request request = {
        .global_ran_node_id = {.which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
                               .global_gnb_id = {.plmn_identity = {0x99, 0xf9, 0x07},
                                                 .gnb_id = {.which = NGAP_GNB_ID_GNB_ID,
                                                            .gnb_id = {.value = 1, .length = 32}}}},
        .supported_ta_list = {&area, 1},
        .default_paging_drx = NGAP_PAGING_DRX_V128,
        .ue_retention_information = NGAP_UE_RETENTION_INFORMATION_UES_RETAINED,
        .has_ue_retention_information = with_ues,
    };
    retained = false;
    world.downlink_filter = see_retention;
    world_ngap(&world, 1, NGAP_NG_SETUP_REQUEST, &request);
    assert_true(gnb_find(world.core, 101)->ready);
}

static void lose_gnb_for_a_while(void)
{
    world.config->amf.timers.gnb_return = SECONDS(10);
    world_ready(&world);
    world_register(&world, 0);
    core_association_down(world.core, 100, "test");
    world_run(&world);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void a_gnb_that_comes_back_with_its_phones_gets_them(void **state)
{
    (void)state;
    lose_gnb_for_a_while();
    uint64_t id = world_ue(&world, 0)->connection->amf_ue_ngap_id;
    come_back(true);
    assert_true(retained);
    world_pass(&world, SECONDS(20));
    struct connection *connection = world_ue(&world, 0)->connection;
    assert_non_null(connection);
    assert_ptr_equal(connection->gnb, gnb_find(world.core, 101));
    assert_true(connection->amf_ue_ngap_id == id);
    assert_ptr_equal(connection_by_amf_id(connection->gnb, id), connection);
    assert_null(world.core->ghosts);
}

static void a_gnb_that_comes_back_without_its_phones_finds_them_idle(void **state)
{
    (void)state;
    lose_gnb_for_a_while();
    come_back(false);
    assert_false(retained);
    assert_null(world_ue(&world, 0)->connection);
    assert_null(world.core->ghosts);
}

static void a_gnb_that_comes_back_too_late_finds_them_idle(void **state)
{
    (void)state;
    lose_gnb_for_a_while();
    world_pass(&world, SECONDS(11));
    assert_null(world_ue(&world, 0)->connection);
    come_back(true);
    assert_false(retained);
}

static void a_gnb_that_is_alive_may_set_up_anew_with_its_phones(void **state)
{
    (void)state;
    world_ready(&world);
    world_register(&world, 0);
    ran_gnb_setup(&world.gnbs[0]);
    world_run(&world);
    assert_null(world_ue(&world, 0)->connection); /* it has not said that it kept them */
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
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
        TEST(the_loss_of_a_crowded_gnb_is_dealt_with_in_portions),
        TEST(a_crowded_gnb_that_resets_is_answered_at_once_and_served_meanwhile),
        TEST(a_gnb_that_comes_back_with_its_phones_gets_them),
        TEST(a_gnb_that_comes_back_without_its_phones_finds_them_idle),
        TEST(a_gnb_that_comes_back_too_late_finds_them_idle),
        TEST(a_gnb_that_is_alive_may_set_up_anew_with_its_phones),
        TEST(a_reload_is_told_to_gnbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
