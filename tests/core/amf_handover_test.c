/* SPDX-License-Identifier: Apache-2.0 */
/* N2 handover as the AMF sees it (TS 23.502 4.9.1.3, TS 38.413 8.4.1 to 8.4.7, TS 33.501 6.9.2.3.3). */
#include "amf_world.h"

#include "core/amf/handover.h"
#include "core/amf/restriction.h"
#include "crypt/kdf.h"
#include "gnb_play.h"

enum { TARGET = 1, OTHER = 2, ASSOCIATION = 100 };

static struct world world;

/* What the gNBs were told last. */
static struct {
    uint64_t amf_id; /* of the phone at the target */
    struct ngap_security_context keys;
    bool new_keys;
    struct ngap_cause cause, released[WORLD_GNBS];
    size_t asked, commanded, refused;
    uint8_t refused_session;
    uint8_t container[8];
    size_t container_size;
    uint64_t status_for;
} told;

static void note(unsigned gnb, const struct ngap_pdu *pdu)
{
    const union ngap_value value = pdu->value;
    struct bytes container = {0};
    switch (pdu->message) {
    case NGAP_HANDOVER_REQUEST:
        told.amf_id = value.handover_request->amf_ue_ngap_id;
        told.keys = value.handover_request->security_context;
        told.new_keys = value.handover_request->has_new_security_context_ind;
        told.asked = value.handover_request->pdu_session_resource_setup_list_ho_req.count;
        container = value.handover_request->source_to_target_transparent_container;
        break;
    case NGAP_HANDOVER_COMMAND:
        told.commanded = value.handover_command->pdu_session_resource_handover_list.count;
        told.refused = value.handover_command->pdu_session_resource_to_release_list_ho_cmd.count;
        if (told.refused)
            told.refused_session =
                value.handover_command->pdu_session_resource_to_release_list_ho_cmd.items[0].pdu_session_id;
        container = value.handover_command->target_to_source_transparent_container;
        break;
    case NGAP_HANDOVER_PREPARATION_FAILURE:
        told.cause = value.handover_preparation_failure->cause;
        break;
    case NGAP_UE_CONTEXT_RELEASE_COMMAND:
        told.released[gnb] = value.ue_context_release_command->cause;
        break;
    case NGAP_DOWNLINK_RAN_STATUS_TRANSFER:
        told.status_for = value.downlink_ran_status_transfer->amf_ue_ngap_id;
        break;
    default:
        break;
    }
    told.container_size = container.len;
    if (container.len && container.len <= sizeof told.container)
        memcpy(told.container, container.data, container.len);
}

/* The simulated gNBs are left out of it: the tests play both. */
static bool take_down(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w;
    note(gnb, pdu);
    return pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT && gnb == 0;
}

static int open_world(void **state)
{
    (void)state;
    memset(&told, 0, sizeof told);
    world_open_registered(&world);
    world_set_up_gnb(&world, TARGET);
    world_session(&world, 0, 1);
    world.downlink_filter = take_down;
    return 0;
}

static const struct gnb *gnb_at(unsigned gnb)
{
    return gnb_find(world.core, ASSOCIATION + gnb);
}

static struct ue *phone(void)
{
    return world_ue(&world, 0);
}

static const uint8_t some[] = {0}, down_container[] = {1, 2, 3}, up_container[] = {4, 5, 6, 7};
static struct ngap_pdu_session_resource_item_ho_rqd wanted[256];

static struct ngap_handover_required required(size_t sessions)
{
    return play_required(phone(), TARGET, wanted, sessions, BYTES(down_container));
}

static void require(size_t sessions)
{
    struct ngap_handover_required message = required(sessions);
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &message);
}

/* The target admits sessions 1 to `sessions`. */
static void admit(unsigned gnb, size_t sessions)
{
    struct ngap_handover_request_acknowledge message =
        play_admission(told.amf_id, sessions, BYTES(up_container));
    world_ngap(&world, gnb, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, &message);
}

static void notify(unsigned gnb)
{
    struct ngap_handover_notify message = play_notify(told.amf_id);
    world_ngap(&world, gnb, NGAP_HANDOVER_NOTIFY, &message);
}

static void cancel(void)
{
    struct ngap_handover_cancel message = play_cancel(phone());
    world_ngap(&world, 0, NGAP_HANDOVER_CANCEL, &message);
}

static void complete_release(unsigned gnb, uint32_t ran_id)
{
    struct ngap_ue_context_release_complete message = {.amf_ue_ngap_id = told.amf_id,
                                                       .ran_ue_ngap_id = ran_id};
    world_ngap(&world, gnb, NGAP_UE_CONTEXT_RELEASE_COMPLETE, &message);
}

/* The phone is where it was, nothing is left of the attempt but keys that are not used again. */
static void has_stayed(void)
{
    assert_ptr_equal(phone()->connection->gnb, gnb_at(0));
    assert_null(phone()->target);
    assert_null(phone()->handover);
    assert_null(phone()->held);
    assert_false(phone()->connection->leaving);
    assert_int_equal(world.switched, 0);
    assert_int_equal(smf_active(phone()), 1 << 1);
}

static void fails_with(int radio_cause)
{
    assert_int_equal(world.sent[NGAP_HANDOVER_PREPARATION_FAILURE], 1);
    assert_int_equal(world.sent[NGAP_HANDOVER_COMMAND], 0);
    assert_int_equal(told.cause.which, NGAP_CAUSE_RADIO_NETWORK);
    assert_int_equal(told.cause.radio_network, radio_cause);
    has_stayed();
}

static void the_phone_is_handed_over(void **state)
{
    uint8_t expected[32];
    (void)state;
    kdf_nh(phone()->kamf, phone()->nh, expected);
    require(1);
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 1);
    assert_int_equal(told.asked, 1);
    assert_int_equal(told.keys.next_hop_chaining_count, 2);
    assert_memory_equal(told.keys.next_hop_nh, expected, sizeof expected);
    assert_false(told.new_keys);
    assert_memory_equal(told.container, down_container, sizeof down_container);
    assert_int_not_equal(told.amf_id, phone()->connection->amf_ue_ngap_id);
    admit(TARGET, 1);
    assert_int_equal(told.commanded, 1);
    assert_int_equal(told.refused, 0);
    assert_int_equal(told.container_size, sizeof up_container);
    assert_ptr_equal(phone()->connection->gnb, gnb_at(0));
    notify(TARGET);
    assert_ptr_equal(phone()->connection->gnb, gnb_at(TARGET));
    assert_int_equal(phone()->connection->ran_ue_ngap_id, PLAY_RAN_ID);
    assert_true(phone()->connection->context_up && phone()->connection->secured);
    assert_int_equal(phone()->cell, 0x456);
    assert_null(phone()->target);
    assert_null(phone()->handover);
    assert_int_equal(told.released[0].radio_network, NGAP_CAUSE_RADIO_NETWORK_SUCCESSFUL_HANDOVER);
    assert_int_equal(world.switched, 1);
    assert_int_equal(world.core->metrics.handovers_done[HANDOVER_N2], 1);
}

static void a_new_kamf_goes_along_with_its_indicator(void **state)
{
    uint8_t kgnb[32];
    (void)state;
    memset(kgnb, 0xab, sizeof kgnb);
    memcpy(phone()->nh, kgnb, sizeof kgnb);
    phone()->ncc = NCC_NEW_KAMF;
    require(1);
    assert_true(told.new_keys);
    assert_int_equal(told.keys.next_hop_chaining_count, 0);
    assert_memory_equal(told.keys.next_hop_nh, kgnb, sizeof kgnb);
}

static void a_part_of_the_sessions_moves(void **state)
{
    (void)state;
    world_session(&world, 0, 2);
    require(3);
    assert_int_equal(told.asked, 2);
    admit(TARGET, 1);
    assert_int_equal(told.commanded, 1);
    assert_int_equal(told.refused, 2);
    assert_int_equal(told.refused_session, 3);
    notify(TARGET);
    assert_int_equal(smf_active(phone()), 1 << 1);
    assert_int_equal(smf_sessions(phone()), 1 << 1 | 1 << 2);
}

static void without_one_session_it_fails(void **state)
{
    (void)state;
    struct ngap_handover_required message = required(1);
    wanted[0].pdu_session_id = 9;
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &message);
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 0);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
}

static void the_longest_list_with_doubles_is_gone_through(void **state)
{
    (void)state;
    struct ngap_handover_required message = required(256);
    wanted[7].pdu_session_id = 1;
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &message);
    assert_int_equal(told.asked, 1);
    admit(TARGET, 1);
    assert_int_equal(told.refused, 255);
}

static void an_unknown_target_is_a_failure(void **state)
{
    (void)state;
    struct ngap_handover_required message = required(1);
    message.target_id.target_ran_node_id.global_ran_node_id.global_gnb_id.gnb_id.gnb_id.value = 999;
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &message);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_TARGETID);
}

static void a_target_that_is_not_up_is_unknown(void **state)
{
    (void)state;
    struct ngap_handover_required message = required(1);
    message.target_id.target_ran_node_id.global_ran_node_id.global_gnb_id.gnb_id.gnb_id.value = OTHER + 1;
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &message);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_TARGETID);
}

static void an_area_that_is_not_the_target_s_is_not_allowed(void **state)
{
    (void)state;
    struct ngap_handover_required message = required(1);
    message.target_id.target_ran_node_id.selected_tai.tac = 9;
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &message);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_HO_TARGET_NOT_ALLOWED);
}

static const struct config_area here[] = {{{{0x99, 0xf9, 0x07}}, 1}};

static void a_forbidden_area_is_refused_in_preparation(void **state)
{
    (void)state;
    assert_true(restriction_keep(phone(), &(struct store_access){.forbidden = here, .forbidden_count = 1}));
    require(1);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_HO_TARGET_NOT_ALLOWED);
}

static void in_a_non_allowed_area_user_planes_end_with_the_arrival(void **state)
{
    (void)state;
    assert_true(restriction_keep(
        phone(), &(struct store_access){.service = here, .service_count = 1, .service_not_allowed = true}));
    require(1);
    admit(TARGET, 1);
    assert_int_equal(smf_active(phone()), 1 << 1);
    notify(TARGET);
    assert_int_equal(world.sent[NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND], 1);
    assert_ptr_equal(phone()->connection->gnb, gnb_at(TARGET));
    assert_int_equal(smf_active(phone()), 0);
}

static void into_another_system_there_is_no_way(void **state)
{
    (void)state;
    struct ngap_handover_required message = required(1);
    message.handover_type = NGAP_HANDOVER_TYPE_FIVEGS_TO_EPS;
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &message);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_HO_TARGET_NOT_ALLOWED);
}

static void the_target_s_refusal_goes_to_the_source(void **state)
{
    (void)state;
    require(1);
    struct ngap_handover_failure failure = {.amf_ue_ngap_id = told.amf_id,
                                            .cause = N2_RADIO(NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL)};
    world_ngap(&world, TARGET, NGAP_HANDOVER_FAILURE, &failure);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL);
    assert_int_equal(gnb_at(TARGET)->connections.count, 0);
    assert_int_equal(world.sent[NGAP_UE_CONTEXT_RELEASE_COMMAND], 0);
}

static void a_target_that_admits_nothing_is_released(void **state)
{
    (void)state;
    require(1);
    struct ngap_pdu_session_resource_admitted_item other = {9, BYTES(some)};
    struct ngap_handover_request_acknowledge message = {
        .amf_ue_ngap_id = told.amf_id,
        .ran_ue_ngap_id = PLAY_RAN_ID,
        .pdu_session_resource_admitted_list = {&other, 1},
        .target_to_source_transparent_container = BYTES(up_container),
    };
    world_ngap(&world, TARGET, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, &message);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    complete_release(TARGET, PLAY_RAN_ID);
    assert_int_equal(gnb_at(TARGET)->connections.count, 0);
}

static void a_silent_target_is_given_up(void **state)
{
    (void)state;
    require(1);
    world_pass(&world, world.config->amf.timers.handover_preparation);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    admit(TARGET, 1); /* too late */
    has_stayed();
    complete_release(TARGET, PLAY_RAN_ID);
    assert_int_equal(gnb_at(TARGET)->connections.count, 0);
}

static void a_target_lost_in_preparation_is_a_failure(void **state)
{
    (void)state;
    require(1);
    core_association_down(world.core, ASSOCIATION + TARGET, "test");
    world_run(&world);
    fails_with(NGAP_CAUSE_RADIO_NETWORK_HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
}

static void a_target_reset_after_the_command_leaves_the_phone_with_the_source(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    ran_gnb_reset(&world.gnbs[TARGET]);
    world_run(&world);
    has_stayed();
    notify(TARGET);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 1);
    has_stayed();
}

static void a_source_lost_in_preparation_ends_it(void **state)
{
    (void)state;
    require(1);
    core_association_down(world.core, ASSOCIATION, "test");
    world_run(&world);
    assert_null(phone()->connection);
    assert_null(phone()->target);
    assert_null(phone()->handover);
    complete_release(TARGET, PLAY_RAN_ID);
    assert_int_equal(gnb_at(TARGET)->connections.count, 0);
}

static void a_source_lost_after_the_command_is_not_needed_any_more(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    core_association_down(world.core, ASSOCIATION, "test");
    world_run(&world);
    assert_null(phone()->connection);
    notify(TARGET);
    assert_ptr_equal(phone()->connection->gnb, gnb_at(TARGET));
    assert_int_equal(smf_active(phone()), 1 << 1);
}

static void a_phone_lost_between_two_gnbs_is_idle(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    core_association_down(world.core, ASSOCIATION, "test");
    world_pass(&world, world.config->amf.timers.handover);
    assert_null(phone()->connection);
    assert_null(phone()->target);
    assert_null(phone()->handover);
    assert_int_equal(smf_active(phone()), 0);
}

static void a_phone_that_does_not_arrive_is_left_to_the_source(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    world_pass(&world, world.config->amf.timers.handover);
    has_stayed();
    assert_int_equal(world.sent[NGAP_UE_CONTEXT_RELEASE_COMMAND], 1);
    assert_int_equal(told.released[TARGET].radio_network, NGAP_CAUSE_RADIO_NETWORK_TNGRELOCOVERALL_EXPIRY);
}

static void it_is_cancelled_at_any_point(void **state)
{
    (void)state;
    for (unsigned when = 0; when < 4; when++) {
        world.sent[NGAP_HANDOVER_CANCEL_ACKNOWLEDGE] = world.sent[NGAP_UE_CONTEXT_RELEASE_COMMAND] = 0;
        world.forwarding_waits = when == 2;
        if (when > 0)
            require(1);
        if (when > 1)
            admit(TARGET, 1);
        cancel();
        assert_int_equal(world.sent[NGAP_HANDOVER_CANCEL_ACKNOWLEDGE], 1);
        assert_int_equal(world.sent[NGAP_UE_CONTEXT_RELEASE_COMMAND], when > 0);
        has_stayed();
        complete_release(TARGET, PLAY_RAN_ID);
        assert_int_equal(gnb_at(TARGET)->connections.count, 0);
    }
    assert_int_equal(world.sent[NGAP_HANDOVER_PREPARATION_FAILURE], 0);
}

static void it_waits_for_forwarding_but_not_for_ever(void **state)
{
    (void)state;
    world.forwarding_waits = true;
    require(1);
    admit(TARGET, 1);
    assert_int_equal(world.sent[NGAP_HANDOVER_COMMAND], 0);
    amf_handover_forwarding(phone());
    assert_int_equal(world.sent[NGAP_HANDOVER_COMMAND], 0);
    world_pass(&world, SECONDS(2));
    assert_int_equal(world.sent[NGAP_HANDOVER_COMMAND], 1);
}

static void a_second_one_meanwhile_is_refused(void **state)
{
    (void)state;
    require(1);
    require(1);
    assert_int_equal(world.sent[NGAP_HANDOVER_PREPARATION_FAILURE], 1);
    assert_int_equal(told.cause.radio_network, NGAP_CAUSE_RADIO_NETWORK_INTERACTION_WITH_OTHER_PROCEDURE);
    admit(TARGET, 1);
    notify(TARGET);
    assert_ptr_equal(phone()->connection->gnb, gnb_at(TARGET));
}

static void status_passes_to_the_target_after_the_command_only(void **state)
{
    (void)state;
    struct ngap_drbs_subject_to_status_transfer_item drb = {
        .drb_id = 1,
        .drb_status_ul = {.which = NGAP_DRB_STATUS_UL_DRB_STATUS_UL12},
        .drb_status_dl = {.which = NGAP_DRB_STATUS_DL_DRB_STATUS_DL12},
    };
    struct ngap_uplink_ran_status_transfer status = {
        .amf_ue_ngap_id = phone()->connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = phone()->connection->ran_ue_ngap_id,
        .ran_status_transfer_transparent_container.drbs_subject_to_status_transfer_list = {&drb, 1},
    };
    world_ngap(&world, 0, NGAP_UPLINK_RAN_STATUS_TRANSFER, &status);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 1);
    require(1);
    world_ngap(&world, 0, NGAP_UPLINK_RAN_STATUS_TRANSFER, &status);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 2);
    admit(TARGET, 1);
    world_ngap(&world, 0, NGAP_UPLINK_RAN_STATUS_TRANSFER, &status);
    assert_int_equal(world.sent[NGAP_DOWNLINK_RAN_STATUS_TRANSFER], 1);
    assert_true(told.status_for == told.amf_id);
}

static void nas_is_held_until_the_phone_has_arrived(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    unsigned sent = world.sent[NGAP_DOWNLINK_NAS_TRANSPORT];
    gmm_status(phone(), 97);
    gmm_status(phone(), 97);
    world_run(&world);
    assert_int_equal(world.sent[NGAP_DOWNLINK_NAS_TRANSPORT], sent);
    notify(TARGET);
    assert_int_equal(world.sent[NGAP_DOWNLINK_NAS_TRANSPORT], sent + 2);
    assert_null(phone()->held);
}

static void what_the_source_could_not_deliver_is_delivered_by_the_target(void **state)
{
    (void)state;
    static const uint8_t nas[] = {0x7e, 2, 1, 2, 3, 4, 5, 6};
    require(1);
    admit(TARGET, 1);
    struct ngap_nas_non_delivery_indication back = {
        .amf_ue_ngap_id = phone()->connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = phone()->connection->ran_ue_ngap_id,
        .nas_pdu = BYTES(nas),
        .cause = N2_RADIO(NG_INTRA_SYSTEM_HANDOVER_TRIGGERED),
    };
    for (unsigned i = 0; i < 20; i++)
        world_ngap(&world, 0, NGAP_NAS_NON_DELIVERY_INDICATION, &back);
    unsigned sent = world.sent[NGAP_DOWNLINK_NAS_TRANSPORT];
    notify(TARGET);
    assert_in_range(world.sent[NGAP_DOWNLINK_NAS_TRANSPORT] - sent, 1, 16);
}

static void session_signalling_waits_for_the_end(void **state)
{
    (void)state;
    static const uint8_t n2[] = {0};
    struct n1n2_message message = {
        .pdu_session_id = 1, .n2 = N2_SETUP_REQUEST, .n2_transfer = BYTES(n2), .slice = {1, CONFIG_NO_SD}};
    unsigned reachable = world.reachable;
    require(1);
    assert_int_equal(amf_n1n2_transfer(phone(), &message), AMF_PAGING);
    admit(TARGET, 1);
    assert_int_equal(amf_n1n2_transfer(phone(), &message), AMF_PAGING);
    assert_int_equal(world.reachable, reachable);
    notify(TARGET);
    assert_int_equal(world.reachable, reachable + 1);
    assert_int_equal(amf_n1n2_transfer(phone(), &message), AMF_SENT);
}

static void a_release_in_the_middle_releases_both(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    struct ngap_ue_context_release_request release = {.amf_ue_ngap_id = phone()->connection->amf_ue_ngap_id,
                                                      .ran_ue_ngap_id = phone()->connection->ran_ue_ngap_id,
                                                      .cause = N2_RADIO(TNGRELOCOVERALL_EXPIRY)};
    world_ngap(&world, 0, NGAP_UE_CONTEXT_RELEASE_REQUEST, &release);
    assert_null(phone()->connection);
    assert_null(phone()->target);
    assert_null(phone()->handover);
    assert_int_equal(world.sent[NGAP_UE_CONTEXT_RELEASE_COMMAND], 2);
}

static void a_target_may_give_its_resources_back(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    struct ngap_ue_context_release_request release = {
        .amf_ue_ngap_id = told.amf_id, .ran_ue_ngap_id = PLAY_RAN_ID, .cause = N2_RADIO(UNSPECIFIED)};
    world_ngap(&world, TARGET, NGAP_UE_CONTEXT_RELEASE_REQUEST, &release);
    has_stayed();
    assert_int_equal(world.sent[NGAP_UE_CONTEXT_RELEASE_COMMAND], 1);
}

static void a_phone_that_calls_elsewhere_ends_it(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    world.downlink_filter = NULL;
    ran_gnb_forget(world.phones[0].connection);
    phone_camp(&world.phones[0], &world.gnbs[TARGET]);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_non_null(phone()->connection);
    assert_null(phone()->target);
    assert_null(phone()->handover);
    assert_true(phone()->connection->context_up);
}

static void a_path_switch_overtakes_it(void **state)
{
    (void)state;
    struct ngap_pdu_session_resource_to_be_switched_dl_item item = {1, BYTES(some)};
    require(1);
    struct ngap_path_switch_request request = {
        .ran_ue_ngap_id = 88,
        .source_amf_ue_ngap_id = phone()->connection->amf_ue_ngap_id,
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                      .user_location_information_nr = {.tai = {{0x99, 0xf9, 0x07}, 1}}},
        .ue_security_capabilities = n2_security_capabilities(phone()),
        .pdu_session_resource_to_be_switched_dl_list = {&item, 1},
    };
    world_ngap(&world, TARGET, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE], 1);
    assert_int_equal(phone()->connection->ran_ue_ngap_id, 88);
    assert_null(phone()->target);
    assert_null(phone()->handover);
}

/* Every message of the procedure, before its time, doubled, or from the gNB that has nothing to say here. */
static void nothing_out_of_turn_changes_anything(void **state)
{
    (void)state;
    told.amf_id = phone()->connection->amf_ue_ngap_id;
    admit(TARGET, 1);
    notify(TARGET);
    struct ngap_handover_failure failure = {.amf_ue_ngap_id = told.amf_id, .cause = N2_RADIO(UNSPECIFIED)};
    world_ngap(&world, TARGET, NGAP_HANDOVER_FAILURE, &failure);
    world_ngap(&world, 0, NGAP_HANDOVER_FAILURE, &failure);
    admit(0, 1);
    notify(0);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 6);
    has_stayed();
    require(1);
    notify(TARGET); /* before its number is known */
    admit(0, 1);
    failure.amf_ue_ngap_id = told.amf_id;
    world_ngap(&world, 0, NGAP_HANDOVER_FAILURE, &failure);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 9);
    assert_int_equal(world.sent[NGAP_HANDOVER_COMMAND], 0);
    admit(TARGET, 1);
    admit(TARGET, 1);
    world_ngap(&world, TARGET, NGAP_HANDOVER_FAILURE, &failure);
    notify(0);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 12);
    assert_int_equal(world.sent[NGAP_HANDOVER_COMMAND], 1);
    notify(TARGET);
    notify(TARGET);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 13);
    assert_ptr_equal(phone()->connection->gnb, gnb_at(TARGET));
    assert_int_equal(world.switched, 1);
}

static void a_restart_in_the_middle_leaves_the_phone_with_the_source(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    world_restart(&world);
    world.downlink_filter = NULL;
    world_announce(&world, 0);
    assert_non_null(phone()->connection);
    assert_ptr_equal(phone()->connection->gnb, gnb_at(0));
    assert_null(phone()->target);
    assert_int_equal(phone()->ncc, 2);
}

static void a_restart_afterwards_finds_it_at_the_target(void **state)
{
    (void)state;
    require(1);
    admit(TARGET, 1);
    notify(TARGET);
    world_restart(&world);
    world.downlink_filter = NULL;
    world_announce(&world, TARGET);
    assert_ptr_equal(phone()->connection->gnb, gnb_at(TARGET));
}

static void configuration_passes_between_gnbs(void **state)
{
    (void)state;
    struct ngap_handover_required message = required(1);
    struct ngap_son_configuration_transfer son = {
        .target_ran_node_id = message.target_id.target_ran_node_id,
        .source_ran_node_id = {message.target_id.target_ran_node_id.global_ran_node_id,
                               message.target_id.target_ran_node_id.selected_tai},
        .son_information = {.which = NGAP_SON_INFORMATION_SON_INFORMATION_REQUEST},
    };
    struct ngap_uplink_ran_configuration_transfer transfer = {.son_configuration_transfer_ul = &son};
    world_ngap(&world, 0, NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER, &transfer); /* in another's name */
    assert_int_equal(world.sent[NGAP_DOWNLINK_RAN_CONFIGURATION_TRANSFER], 0);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 1);
    son.source_ran_node_id.global_ran_node_id.global_gnb_id.gnb_id.gnb_id.value = 1;
    world_ngap(&world, 0, NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER, &transfer);
    assert_int_equal(world.sent[NGAP_DOWNLINK_RAN_CONFIGURATION_TRANSFER], 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_phone_is_handed_over),
        TEST(a_new_kamf_goes_along_with_its_indicator),
        TEST(a_part_of_the_sessions_moves),
        TEST(without_one_session_it_fails),
        TEST(the_longest_list_with_doubles_is_gone_through),
        TEST(an_unknown_target_is_a_failure),
        TEST(a_target_that_is_not_up_is_unknown),
        TEST(an_area_that_is_not_the_target_s_is_not_allowed),
        TEST(a_forbidden_area_is_refused_in_preparation),
        TEST(in_a_non_allowed_area_user_planes_end_with_the_arrival),
        TEST(into_another_system_there_is_no_way),
        TEST(the_target_s_refusal_goes_to_the_source),
        TEST(a_target_that_admits_nothing_is_released),
        TEST(a_silent_target_is_given_up),
        TEST(a_target_lost_in_preparation_is_a_failure),
        TEST(a_target_reset_after_the_command_leaves_the_phone_with_the_source),
        TEST(a_source_lost_in_preparation_ends_it),
        TEST(a_source_lost_after_the_command_is_not_needed_any_more),
        TEST(a_phone_lost_between_two_gnbs_is_idle),
        TEST(a_phone_that_does_not_arrive_is_left_to_the_source),
        TEST(it_is_cancelled_at_any_point),
        TEST(it_waits_for_forwarding_but_not_for_ever),
        TEST(a_second_one_meanwhile_is_refused),
        TEST(status_passes_to_the_target_after_the_command_only),
        TEST(nas_is_held_until_the_phone_has_arrived),
        TEST(what_the_source_could_not_deliver_is_delivered_by_the_target),
        TEST(session_signalling_waits_for_the_end),
        TEST(a_release_in_the_middle_releases_both),
        TEST(a_target_may_give_its_resources_back),
        TEST(a_phone_that_calls_elsewhere_ends_it),
        TEST(a_path_switch_overtakes_it),
        TEST(nothing_out_of_turn_changes_anything),
        TEST(a_restart_in_the_middle_leaves_the_phone_with_the_source),
        TEST(a_restart_afterwards_finds_it_at_the_target),
        TEST(configuration_passes_between_gnbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
