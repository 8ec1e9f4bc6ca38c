/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H4: sessions and slices that are protected, phones that move, and what they and gNBs are told. */
#include "amf_shelter_world.h"

#include "core/amf/area.h"
#include "core/amf/handover.h"
#include "gnb_play.h"

/* --- handover --- */

static struct ngap_pdu_session_resource_item_ho_rqd wanted[4];
static const uint8_t rrc[] = {1, 2, 3};
static uint8_t container[256];

/* Of sessions 1 and 2, each with a flow. */
static struct bytes source_container(unsigned target)
{
    static const struct ngap_qos_flow_information_item flow = {.qos_flow_identifier = 1};
    const struct ngap_pdu_session_resource_information_item sessions[] = {
        {.pdu_session_id = 1, .qos_flow_information_list = {&flow, 1}},
        {.pdu_session_id = 2, .qos_flow_information_list = {&flow, 1}}};
    const struct ngap_nr_cgi here = {{0x99, 0xf9, 0x07}, 1 << 4},
                             there = {{0x99, 0xf9, 0x07}, (uint64_t)(target + 1) << 4};
    const struct ngap_last_visited_cell_item cell = {
        .last_visited_cell_information = {
            .which = NGAP_LAST_VISITED_CELL_INFORMATION_NGRAN_CELL,
            .ngran_cell.global_cell_id = {.which = NGAP_NGRAN_CGI_NR_CGI, .nr_cgi = here}}};
    const struct ngap_source_ngran_node_to_target_ngran_node_transparent_container content = {
        .rrc_container = BYTES(rrc),
        .pdu_session_resource_information_list = {sessions, 2},
        .target_cell_id = {.which = NGAP_NGRAN_CGI_NR_CGI, .nr_cgi = there},
        .ue_history_information = {&cell, 1},
    };
    struct writer w = writer_of(container, sizeof container);
    struct fault fault;
    assert_true(
        ngap_encode_source_ngran_node_to_target_ngran_node_transparent_container(&w, &content, &fault));
    return writer_bytes(&w);
}

static struct bytes target_container(void)
{
    const struct ngap_target_ngran_node_to_source_ngran_node_transparent_container content = {.rrc_container =
                                                                                                  BYTES(rrc)};
    struct writer w = writer_of(container, sizeof container);
    struct fault fault;
    assert_true(
        ngap_encode_target_ngran_node_to_source_ngran_node_transparent_container(&w, &content, &fault));
    return writer_bytes(&w);
}

static void require(unsigned target, size_t sessions)
{
    struct ngap_handover_required message =
        play_required(shelter_ue(), target, wanted, sessions, source_container(target));
    const unsigned source = (unsigned)(shelter_ue()->connection->gnb->association - ASSOCIATION);
    world_ngap(&world, source, NGAP_HANDOVER_REQUIRED, &message);
}

static void it_is_handed_over_to_trusted_cells_only(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    have_session(1);
    require(ROUGH, 1);
    assert_int_equal(seen.preparation_failure.radio_network, NGAP_CAUSE_RADIO_NETWORK_HO_TARGET_NOT_ALLOWED);
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 0);
    assert_null(shelter_ue()->target);
    assert_int_equal(seen.events, 1);
    assert_int_equal(world.core->metrics.sheltered[LINE_HANDOVER], 1);
    require(OTHER, 1);
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 1);
    assert_int_equal(seen.events, 1);
}

static struct ngap_path_switch_request switch_of(uint64_t amf_ue_ngap_id, size_t sessions)
{
    static const uint8_t transfer[] = {0};
    static struct ngap_pdu_session_resource_to_be_switched_dl_item items[4];
    for (size_t i = 0; i < sessions; i++)
        items[i] =
            (struct ngap_pdu_session_resource_to_be_switched_dl_item){(uint8_t)(i + 1), BYTES(transfer)};
    return (struct ngap_path_switch_request){
        .ran_ue_ngap_id = 77,
        .source_amf_ue_ngap_id = amf_ue_ngap_id,
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                      .user_location_information_nr = {.nr_cgi = {{0x99, 0xf9, 0x07}, 0x123},
                                                                       .tai = {{0x99, 0xf9, 0x07}, 1}}},
        .ue_security_capabilities = n2_security_capabilities(shelter_ue()),
        .pdu_session_resource_to_be_switched_dl_list = {items, sessions},
    };
}

/* It has become protected a moment ago, and moves between high-risk cells: it has to come back elsewhere. */
static void a_path_switch_to_a_high_risk_cell_releases_it(void **state)
{
    (void)state;
    shelter_begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    have_session(1);
    world_configure_line(&world, LINE SUBSCRIBER);
    struct ngap_path_switch_request request = switch_of(shelter_ue()->connection->amf_ue_ngap_id, 1);
    world_ngap(&world, ROUGHER, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 1);
    assert_null(shelter_ue()->connection);
    assert_true(shelter_ue()->registered);
    assert_int_equal(shelter_gnb(ROUGHER)->connections.count, 0);
}

static void a_high_risk_gnb_cannot_fetch_it_from_a_trusted_one(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    have_session(1);
    const struct connection *connection = shelter_ue()->connection;
    struct ngap_path_switch_request request = switch_of(connection->amf_ue_ngap_id, 1);
    world_ngap(&world, ROUGH, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 1);
    assert_ptr_equal(shelter_ue()->connection, connection);
    assert_ptr_equal(connection->gnb, shelter_gnb(0));
}

/* --- sessions of somebody who is not protected --- */

static void begin_with_both(void)
{
    shelter_begin(LINE NETWORK);
    world_register(&world, 0);
    world.police = POLICE;
    have_session(1);
    have_session(POLICE);
}

static void a_protected_session_stays_behind_while_others_go(void **state)
{
    (void)state;
    begin_with_both();
    require(ROUGH, 2);
    assert_int_equal(seen.request_sessions, 1);
    struct ngap_handover_request_acknowledge admission =
        play_admission(seen.target_id, 2, target_container());
    world_ngap(&world, ROUGH, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, &admission);
    assert_int_equal(seen.command_refused, 1);
    struct ngap_handover_notify notify = play_notify(seen.target_id);
    world_ngap(&world, ROUGH, NGAP_HANDOVER_NOTIFY, &notify);
    assert_ptr_equal(shelter_ue()->connection->gnb, shelter_gnb(ROUGH));
    assert_int_equal(smf_active(shelter_ue()), 1u << 1);
    assert_true(smf_sessions(shelter_ue()) >> POLICE & 1);
    assert_int_equal(seen.events, 1);
}

static void a_path_switch_leaves_it_behind_too(void **state)
{
    (void)state;
    shelter_begin_at_rough();
    struct ngap_path_switch_request request = switch_of(shelter_ue()->connection->amf_ue_ngap_id, 2);
    world_ngap(&world, ROUGHER, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(seen.switch_released, 1);
    assert_ptr_equal(shelter_ue()->connection->gnb, shelter_gnb(ROUGHER));
    assert_int_equal(smf_active(shelter_ue()), 1u << 1);
}

static void its_user_plane_comes_back_at_a_trusted_cell(void **state)
{
    (void)state;
    begin_with_both();
    world_idle(&world, 0);
    at(ROUGH);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    assert_ptr_equal(shelter_ue()->connection->gnb, shelter_gnb(ROUGH));
    assert_int_equal(smf_active(shelter_ue()), 1u << 1);
    const struct n1n2_message setup = {.pdu_session_id = POLICE, .n2 = N2_SETUP_REQUEST};
    assert_int_equal(amf_n1n2_transfer(shelter_ue(), &setup), AMF_UNREACHABLE);
    world_idle(&world, 0);
    at(0);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    assert_int_equal(smf_active(shelter_ue()), 1u << 1 | 1u << POLICE);
}

static void the_smf_is_told_where_a_session_may_begin(void **state)
{
    (void)state;
    shelter_begin(LINE NETWORK);
    world_register(&world, 0);
    assert_true(amf_admits_session(shelter_ue(), (struct config_slice){1, CONFIG_NO_SD}, "police"));
    world_idle(&world, 0);
    at(ROUGH);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_true(amf_admits_session(shelter_ue(), (struct config_slice){1, CONFIG_NO_SD}, "internet"));
    assert_false(amf_admits_session(shelter_ue(), (struct config_slice){1, CONFIG_NO_SD}, "police"));
    assert_int_equal(seen.events, 1);
}

static void a_protected_slice_is_allowed_only_where_a_trusted_cell_offers_it(void **state)
{
    (void)state;
    shelter_begin(LINE SLICE);
    enter(ROUGH, NAS_INITIAL_REGISTRATION); /* a trusted gNB offers it in the same tracking area */
    assert_int_equal(world.phones[0].state, PHONE_ON);
    phone_deregister(&world.phones[0], false);
    world_run(&world);
    core_association_down(world.core, ASSOCIATION, "test");
    core_association_down(world.core, ASSOCIATION + OTHER, "test");
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_int_equal(world.cause[0], NAS_GMM_NO_NETWORK_SLICES_AVAILABLE);
}

/* --- what phone and gNB are told --- */

static void they_are_told_where_there_are_high_risk_cells_only(void **state)
{
    (void)state;
    world.gnbs[ROUGH].settings.tac = 2;
    shelter_begin_in(TACS, LINE SUBSCRIBER);
    world_register(&world, 0);
    assert_int_equal(seen.forbidden_told, 1);
    assert_int_equal(seen.forbidden_tais, 1);
    assert_int_equal(shelter_ue()->area_count, 1);
    assert_int_equal(shelter_ue()->area[0].tac, 1);
    seen.forbidden_told = seen.forbidden_tais = 0;
    world_register(&world, 1);
    assert_int_equal(seen.forbidden_told + seen.forbidden_tais, 0);
}

/* Its gNB with the message that asks it to register again. */
static void expect_told_at_work(unsigned changes, unsigned areas)
{
    world_pass(&world, SECONDS(2));
    assert_int_equal(seen.lists_changed, changes);
    assert_int_equal(seen.reregistrations, changes);
    assert_int_equal(seen.forbidden_told, areas);
}

static void who_is_at_work_is_told_when_that_changes(void **state)
{
    (void)state;
    world.gnbs[ROUGH].settings.tac = 2;
    shelter_begin_in(TACS, LINE);
    world_register(&world, 0);
    world_register(&world, 1);
    expect_told_at_work(0, 0);
    world_configure_both(&world, TACS, LINE SUBSCRIBER);
    expect_told_at_work(1, 1);
    world_configure_both(&world, TACS, LINE SUBSCRIBER "serial: 2\n");
    expect_told_at_work(1, 1);
    world_configure_both(&world, TACS, LINE);
    expect_told_at_work(2, 0);
    assert_non_null(shelter_ue()->connection);
    assert_false(shelter_ue()->update_due);
}

static void a_suspension_that_ends_is_told_too(void **state)
{
    (void)state;
    world.gnbs[ROUGH].settings.tac = 2;
    shelter_begin_in(TACS, LINE SUBSCRIBER
                     "suspensions: [{rule: H4, by: J. Doe, reason: storm, until: 2027-01-16}]\n");
    world_register(&world, 0);
    seen.forbidden_told = 0;
    expect_told_at_work(0, 0);
    world_pass(&world, SECONDS(17 * 3600));
    assert_true(seen.lists_changed <= 1);
    assert_int_equal(seen.forbidden_told, 1);
}

/* --- what a high-risk gNB is not told --- */

static void have_slices(void)
{
    shelter_ue()->allowed[0] = (struct config_slice){1, CONFIG_NO_SD};
    shelter_ue()->allowed[1] = (struct config_slice){2, CONFIG_NO_SD};
    shelter_ue()->allowed_count = 2;
}

static void a_protected_slice_is_not_named_to_the_target_of_a_handover(void **state)
{
    (void)state;
    shelter_begin(LINE "protected: {slices: [2]}\n");
    world_register(&world, 0);
    have_session(1);
    have_slices();
    require(ROUGH, 1);
    assert_int_equal(seen.slices_named, 1);
    struct ngap_handover_cancel cancel = {.amf_ue_ngap_id = shelter_ue()->connection->amf_ue_ngap_id,
                                          .ran_ue_ngap_id = shelter_ue()->connection->ran_ue_ngap_id,
                                          .cause = N2_RADIO(HANDOVER_CANCELLED)};
    world_ngap(&world, 0, NGAP_HANDOVER_CANCEL, &cancel);
    world_pass(&world, SECONDS(1));
    require(OTHER, 1);
    assert_int_equal(seen.slices_named, 2);
}

static void nor_to_that_of_a_path_switch(void **state)
{
    (void)state;
    shelter_begin(LINE "protected: {slices: [2]}\n");
    at(ROUGH);
    world_register(&world, 0);
    have_session(1);
    have_slices();
    struct ngap_path_switch_request request = switch_of(shelter_ue()->connection->amf_ue_ngap_id, 1);
    world_ngap(&world, ROUGHER, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(seen.slices_named, 1);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, shelter_open, shelter_close)
    const struct CMUnitTest tests[] = {
        IN_WORLD(it_is_handed_over_to_trusted_cells_only),
        IN_WORLD(a_path_switch_to_a_high_risk_cell_releases_it),
        IN_WORLD(a_high_risk_gnb_cannot_fetch_it_from_a_trusted_one),
        IN_WORLD(a_protected_session_stays_behind_while_others_go),
        IN_WORLD(a_path_switch_leaves_it_behind_too),
        IN_WORLD(its_user_plane_comes_back_at_a_trusted_cell),
        IN_WORLD(the_smf_is_told_where_a_session_may_begin),
        IN_WORLD(a_protected_slice_is_allowed_only_where_a_trusted_cell_offers_it),
        IN_WORLD(they_are_told_where_there_are_high_risk_cells_only),
        IN_WORLD(who_is_at_work_is_told_when_that_changes),
        IN_WORLD(a_suspension_that_ends_is_told_too),
        IN_WORLD(a_protected_slice_is_not_named_to_the_target_of_a_handover),
        IN_WORLD(nor_to_that_of_a_path_switch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
