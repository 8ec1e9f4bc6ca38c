/* SPDX-License-Identifier: Apache-2.0 */
/* N2 handover on the radio's side (TS 23.502 4.9.1.3, TS 38.413 8.4), the test in the core's place. */
#include <arpa/inet.h>

#include "crypt/kdf.h"
#include "radio_world.h"
#include "ran/gnb_inside.h"
#include "ran/gnb_tunnel.h"
#include "wire/ngap/ngap_calls.h"

enum { TARGET_AMF_ID = 78 };

static const struct ngap_cause any_cause = {.which = NGAP_CAUSE_RADIO_NETWORK};

/* The source's Handover Required becomes a Handover Request to the target. */
static void pass_on_request(struct radio_world *world)
{
    const struct ngap_handover_required *required = world->last[SOURCE].value.handover_required;
    const struct ngap_allowed_nssai_item slice = {.s_nssai = {.sst = 1}};
    uint8_t before[32];
    assert_int_equal(world->last[SOURCE].message, NGAP_HANDOVER_REQUIRED);
    assert_int_equal(required->pdu_session_resource_list_ho_rqd.count, 1);
    const struct ngap_pdu_session_resource_setup_item_ho_req item = {
        .pdu_session_id = SESSION, .s_nssai = {.sst = 1}, .handover_request_transfer = world->transfer};
    struct ngap_handover_request request = {.amf_ue_ngap_id = TARGET_AMF_ID,
                                            .handover_type = required->handover_type,
                                            .cause = required->cause,
                                            .ue_aggregate_maximum_bit_rate = {1000000, 1000000},
                                            .security_context = {.next_hop_chaining_count = 2},
                                            .pdu_session_resource_setup_list_ho_req = {&item, 1},
                                            .allowed_nssai = {&slice, 1},
                                            .source_to_target_transparent_container =
                                                required->source_to_target_transparent_container};
    kdf_kgnb(world->phone.access.kamf, world->phone.kgnb_count, 1, before);
    kdf_nh(world->phone.access.kamf, before, request.security_context.next_hop_nh);
    memcpy(before, request.security_context.next_hop_nh, sizeof before);
    kdf_nh(world->phone.access.kamf, before, request.security_context.next_hop_nh);
    core_says(world, TARGET, NGAP_HANDOVER_REQUEST, &request);
}

/* The target's answer becomes a Handover Command, with the target's forwarding tunnel in it: the direct case. */
static void pass_on_command(struct radio_world *world)
{
    const struct ngap_handover_request_acknowledge *answer =
        world->last[TARGET].value.handover_request_acknowledge;
    const struct ngap_handover_request_acknowledge_transfer *admitted;
    struct aper_diagnostics diagnostics;
    uint8_t room[64];
    struct writer w = writer_of(room, sizeof room);
    assert_int_equal(world->last[TARGET].message, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE);
    assert_true(ngap_decode_handover_request_acknowledge_transfer(
                    answer->pdu_session_resource_admitted_list.items[0].handover_request_acknowledge_transfer,
                    &world->memory, &admitted, &diagnostics) <= NGAP_NOTIFY);
    const struct ngap_handover_command_transfer transfer = {.dl_forwarding_up_tnl_information =
                                                                admitted->dl_forwarding_up_tnl_information};
    assert_true(ngap_encode_handover_command_transfer(&w, &transfer, NULL));
    const struct ngap_pdu_session_resource_handover_item item = {SESSION, writer_bytes(&w)};
    const struct ngap_handover_command command = {.amf_ue_ngap_id = AMF_ID,
                                                  .ran_ue_ngap_id = world->phone.connection->ran_ue_ngap_id,
                                                  .pdu_session_resource_handover_list = {&item, 1},
                                                  .target_to_source_transparent_container =
                                                      answer->target_to_source_transparent_container};
    core_says(world, SOURCE, NGAP_HANDOVER_COMMAND, &command);
}

static struct radio_world *begin(void **state)
{
    struct radio_world *world = *state;
    assert_true(ran_gnb_n2_handover(world->phone.connection, &world->gnbs[TARGET], true));
    return world;
}

static struct radio_world *move(void **state)
{
    struct radio_world *world = begin(state);
    pass_on_request(world);
    pass_on_command(world);
    return world;
}

static void release_source(struct radio_world *world, uint32_t ran_id)
{
    const struct ngap_ue_context_release_command command = {
        .ue_ngap_ids = {.which = NGAP_UE_NGAP_IDS_UE_NGAP_ID_PAIR, .ue_ngap_id_pair = {AMF_ID, ran_id}},
        .cause = any_cause};
    core_says(world, SOURCE, NGAP_UE_CONTEXT_RELEASE_COMMAND, &command);
}

static void the_phone_arrives_with_the_key_of_the_target(void **state)
{
    struct radio_world *world = move(state);
    assert_int_equal(world->last[TARGET].message, NGAP_HANDOVER_NOTIFY);
    assert_int_equal(world->last[SOURCE].message, NGAP_UPLINK_RAN_STATUS_TRANSFER);
    assert_int_equal(world->events[PHONE_HANDED_OVER], 1);
    assert_int_equal(world->events[PHONE_KEYS_DIFFER], 0);
    assert_ptr_equal(world->phone.gnb, &world->gnbs[TARGET]);
    assert_int_equal(world->phone.connection->amf_ue_ngap_id, TARGET_AMF_ID);
}

static void packets_come_in_order_though_the_source_is_released_at_once(void **state)
{
    struct radio_world *world = *state;
    uint32_t ran_id = world->phone.connection->ran_ue_ngap_id;
    uint32_t old = tunnel_at(world->phone.connection)->downlink_teid;
    move(state);
    uint32_t new = tunnel_at(world->phone.connection)->downlink_teid;
    upf_sends(world, SOURCE, old, 'a');
    upf_sends(world, TARGET, new, 'c');
    release_source(world, ran_id);
    assert_int_equal(world->last[SOURCE].message, NGAP_UE_CONTEXT_RELEASE_COMPLETE);
    upf_sends(world, SOURCE, old, 'b');
    upf_sends(world, SOURCE, old, 0);
    expect_got(world, "abc");
    timers_run(&world->timers, world->timers.now + SECONDS(1));
    assert_int_equal(world->gnbs[SOURCE].connections.count, 0);
    assert_int_equal(world->gnbs[SOURCE].tunnels.count, 0);
}

static void a_target_without_room_fails_the_handover(void **state)
{
    struct radio_world *world = begin(state);
    world->gnbs[TARGET].admits = 0;
    pass_on_request(world);
    assert_int_equal(world->last[TARGET].message, NGAP_HANDOVER_FAILURE);
    assert_int_equal(world->gnbs[TARGET].connections.count, 0);
}

static void a_failed_preparation_leaves_the_phone_where_it_is(void **state)
{
    struct radio_world *world = begin(state);
    const struct ngap_handover_preparation_failure failure = {.amf_ue_ngap_id = AMF_ID,
                                                              .ran_ue_ngap_id =
                                                                  world->phone.connection->ran_ue_ngap_id,
                                                              .cause = any_cause};
    core_says(world, SOURCE, NGAP_HANDOVER_PREPARATION_FAILURE, &failure);
    assert_int_equal(world->events[PHONE_HANDOVER_FAILED], 1);
    upf_sends(world, SOURCE, tunnel_at(world->phone.connection)->downlink_teid, 'a');
    expect_got(world, "a");
}

static void a_cancelled_handover_is_not_carried_out(void **state)
{
    struct radio_world *world = begin(state);
    pass_on_request(world);
    ran_gnb_cancel_handover(world->phone.connection, GNB_CAUSE(HANDOVER_CANCELLED));
    assert_int_equal(world->last[SOURCE].message, NGAP_HANDOVER_CANCEL);
    pass_on_command(world);
    assert_int_equal(world->events[PHONE_HANDED_OVER], 0);
    assert_ptr_equal(world->phone.gnb, &world->gnbs[SOURCE]);
    timers_run(&world->timers, world->timers.now + SECONDS(20));
    assert_int_equal(world->gnbs[TARGET].connections.count, 0);
}

static void a_core_that_does_not_answer_is_cancelled(void **state)
{
    struct radio_world *world = begin(state);
    timers_run(&world->timers, world->timers.now + SECONDS(20));
    assert_int_equal(world->said[NGAP_HANDOVER_CANCEL], 1);
    assert_int_equal(world->events[PHONE_HANDOVER_FAILED], 1);
    assert_non_null(world->phone.connection);
}

static void gnbs_answer_each_other_through_the_core(void **state)
{
    struct radio_world *world = *state;
    ran_gnb_ask_configuration(&world->gnbs[SOURCE], &world->gnbs[TARGET]);
    for (unsigned to = TARGET, turn = 0; turn < 2; turn++, to = SOURCE) {
        const struct ngap_uplink_ran_configuration_transfer *up =
            world->last[!to].value.uplink_ran_configuration_transfer;
        const struct ngap_downlink_ran_configuration_transfer down = {.son_configuration_transfer_dl =
                                                                          up->son_configuration_transfer_ul};
        assert_int_equal(world->last[!to].message, NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER);
        assert_int_equal(up->son_configuration_transfer_ul->target_ran_node_id.global_ran_node_id
                             .global_gnb_id.gnb_id.gnb_id.value,
                         to + 1);
        core_says(world, to, NGAP_DOWNLINK_RAN_CONFIGURATION_TRANSFER, &down);
    }
    assert_int_equal(world->gnbs[SOURCE].configurations, 1);
    assert_int_equal(world->said[NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER], 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, radio_world_begin, radio_world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_phone_arrives_with_the_key_of_the_target),
        CASE(packets_come_in_order_though_the_source_is_released_at_once),
        CASE(a_target_without_room_fails_the_handover),
        CASE(a_failed_preparation_leaves_the_phone_where_it_is),
        CASE(a_cancelled_handover_is_not_carried_out),
        CASE(a_core_that_does_not_answer_is_cancelled),
        CASE(gnbs_answer_each_other_through_the_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
