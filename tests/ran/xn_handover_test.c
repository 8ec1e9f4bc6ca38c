/* SPDX-License-Identifier: Apache-2.0 */
/* Xn handover on the radio's side (TS 38.300 9.2.3.2, TS 38.413 8.4.4, TS 33.501 6.9.2.3.2). */
#include "crypt/kdf.h"
#include "radio_world.h"
#include "ran/gnb_tunnel.h"
#include "wire/ngap/ngap_calls.h"

static struct radio_world *move(void **state)
{
    struct radio_world *world = *state;
    assert_true(ran_gnb_xn_handover(world->phone.connection, &world->gnbs[TARGET]));
    return world;
}

/* The core's own chain, one step on for each handover. */
static struct ngap_security_context next_hop(const struct radio_world *world, unsigned links)
{
    struct ngap_security_context context = {.next_hop_chaining_count = (uint8_t)(links & 7)};
    uint8_t before[32];
    kdf_kgnb(world->phone.access.kamf, world->phone.kgnb_count, 1, before);
    for (unsigned i = 0; i < links; i++) {
        kdf_nh(world->phone.access.kamf, before, context.next_hop_nh);
        memcpy(before, context.next_hop_nh, sizeof before);
    }
    return context;
}

static void acknowledge(struct radio_world *world, unsigned gnb, struct ngap_security_context security)
{
    const struct ngap_allowed_nssai_item slice = {.s_nssai = {.sst = 1}};
    const struct ngap_path_switch_request_acknowledge_transfer transfer = {0};
    uint8_t room[16];
    struct writer w = writer_of(room, sizeof room);
    assert_true(ngap_encode_path_switch_request_acknowledge_transfer(&w, &transfer, NULL));
    const struct ngap_pdu_session_resource_switched_item item = {
        .pdu_session_id = SESSION, .path_switch_request_acknowledge_transfer = writer_bytes(&w)};
    const struct ngap_path_switch_request_acknowledge message = {
        .amf_ue_ngap_id = AMF_ID,
        .ran_ue_ngap_id = world->phone.connection->ran_ue_ngap_id,
        .security_context = security,
        .pdu_session_resource_switched_list = {&item, 1},
        .allowed_nssai = {&slice, 1}};
    core_says(world, gnb, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE, &message);
}

static void the_target_asks_for_the_path_with_what_the_source_knew(void **state)
{
    struct radio_world *world = move(state);
    const struct ngap_path_switch_request *request = world->last[TARGET].value.path_switch_request;
    assert_int_equal(world->last[TARGET].message, NGAP_PATH_SWITCH_REQUEST);
    assert_int_equal(request->source_amf_ue_ngap_id, AMF_ID);
    assert_int_equal(request->ran_ue_ngap_id, world->phone.connection->ran_ue_ngap_id);
    assert_int_equal(request->ue_security_capabilities.n_rencryption_algorithms, 0xe000);
    assert_int_equal(request->pdu_session_resource_to_be_switched_dl_list.count, 1);
    assert_ptr_equal(world->phone.gnb, &world->gnbs[TARGET]);
    assert_int_equal(world->events[PHONE_KEYS_DIFFER], 0);
    assert_int_equal(world->events[PHONE_HANDED_OVER], 0);
}

static void keys_follow_the_chain_from_gnb_to_gnb(void **state)
{
    struct radio_world *world = move(state);
    acknowledge(world, TARGET, next_hop(world, 2));
    assert_int_equal(world->events[PHONE_HANDED_OVER], 1);
    timers_run(&world->timers, world->timers.now + SECONDS(1));
    for (unsigned i = 0; i < 9; i++) {
        unsigned to = i & 1 ? TARGET : SOURCE;
        assert_true(ran_gnb_xn_handover(world->phone.connection, &world->gnbs[to]));
        acknowledge(world, to, next_hop(world, 3 + i));
        timers_run(&world->timers, world->timers.now + SECONDS(1));
    }
    assert_int_equal(world->events[PHONE_HANDED_OVER], 10);
    assert_int_equal(world->events[PHONE_KEYS_DIFFER], 0);
    assert_int_equal(world->gnbs[SOURCE].connections.count + world->gnbs[TARGET].connections.count, 1);
}

static void a_next_hop_that_is_not_the_phones_is_noticed(void **state)
{
    struct radio_world *world = move(state);
    struct ngap_security_context wrong = next_hop(world, 2);
    wrong.next_hop_chaining_count = 3;
    acknowledge(world, TARGET, wrong);
    assert_int_equal(world->events[PHONE_KEYS_DIFFER], 1);
}

static void packets_of_the_old_path_come_first(void **state)
{
    struct radio_world *world = *state;
    struct ran_gnb_tunnel *old = tunnel_at(world->phone.connection);
    upf_sends(world, SOURCE, old->downlink_teid, 'a');
    move(state);
    uint32_t new = tunnel_at(world->phone.connection)->downlink_teid;
    upf_sends(world, SOURCE, old->downlink_teid, 'b');
    upf_sends(world, TARGET, new, 'd');
    acknowledge(world, TARGET, next_hop(world, 2));
    upf_sends(world, SOURCE, old->downlink_teid, 'c');
    expect_got(world, "abc");
    upf_sends(world, SOURCE, old->downlink_teid, 0);
    expect_got(world, "abcd");
    upf_sends(world, TARGET, new, 'e');
    expect_got(world, "abcde");
}

static void an_end_marker_that_is_lost_is_not_waited_for_long(void **state)
{
    struct radio_world *world = move(state);
    uint32_t new = tunnel_at(world->phone.connection)->downlink_teid;
    upf_sends(world, TARGET, new, 'a');
    upf_sends(world, TARGET, new, 'b');
    expect_got(world, "");
    timers_run(&world->timers, world->timers.now + MILLISECONDS(300));
    expect_got(world, "ab");
}

static void uplink_packets_go_on_at_once_and_messages_when_the_core_knows_the_way(void **state)
{
    struct radio_world *world = move(state);
    phone_send_packet(&world->phone, &world->phone.sessions[0], BYTES(((uint8_t[]){1, 2, 3})));
    assert_int_equal(world->upf_teid, UPLINK_TEID);
    phone_close_session(&world->phone, &world->phone.sessions[0]);
    assert_int_equal(world->said[NGAP_UPLINK_NAS_TRANSPORT], 0);
    acknowledge(world, TARGET, next_hop(world, 2));
    assert_int_equal(world->said[NGAP_UPLINK_NAS_TRANSPORT], 1);
}

static void messages_that_come_to_the_source_are_returned(void **state)
{
    struct radio_world *world = *state;
    const struct ngap_downlink_nas_transport late = {.amf_ue_ngap_id = AMF_ID,
                                                     .ran_ue_ngap_id =
                                                         world->phone.connection->ran_ue_ngap_id,
                                                     .nas_pdu = BYTES(((uint8_t[]){0x7e, 0, 0x5b, 1}))};
    move(state);
    core_says(world, SOURCE, NGAP_DOWNLINK_NAS_TRANSPORT, &late);
    assert_int_equal(world->last[SOURCE].message, NGAP_NAS_NON_DELIVERY_INDICATION);
}

static void a_refused_path_switch_leaves_nothing_of_the_phone(void **state)
{
    struct radio_world *world = move(state);
    const struct ngap_path_switch_request_unsuccessful_transfer transfer = {.cause = {.which = 1}};
    uint8_t room[16];
    struct writer w = writer_of(room, sizeof room);
    assert_true(ngap_encode_path_switch_request_unsuccessful_transfer(&w, &transfer, NULL));
    const struct ngap_pdu_session_resource_released_item_ps_fail item = {SESSION, writer_bytes(&w)};
    const struct ngap_path_switch_request_failure failure = {
        .amf_ue_ngap_id = AMF_ID,
        .ran_ue_ngap_id = world->phone.connection->ran_ue_ngap_id,
        .pdu_session_resource_released_list_ps_fail = {&item, 1}};
    core_says(world, TARGET, NGAP_PATH_SWITCH_REQUEST_FAILURE, &failure);
    assert_int_equal(world->events[PHONE_HANDOVER_FAILED], 1);
    assert_null(world->phone.connection);
    assert_int_equal(world->said[NGAP_UE_CONTEXT_RELEASE_REQUEST], 1);
    assert_int_equal(world->last[SOURCE].message, NGAP_UE_CONTEXT_RELEASE_REQUEST);
    assert_int_equal(world->gnbs[SOURCE].connections.count + world->gnbs[TARGET].connections.count, 0);
    assert_int_equal(world->gnbs[SOURCE].tunnels.count + world->gnbs[TARGET].tunnels.count, 0);
}

static void an_unanswered_path_switch_ends_like_a_refused_one(void **state)
{
    struct radio_world *world = move(state);
    timers_run(&world->timers, world->timers.now + SECONDS(20));
    assert_int_equal(world->events[PHONE_HANDOVER_FAILED], 1);
    assert_int_equal(world->gnbs[SOURCE].connections.count + world->gnbs[TARGET].connections.count, 0);
}

static void a_target_without_room_refuses_and_the_phone_stays(void **state)
{
    struct radio_world *world = *state;
    world->gnbs[TARGET].admits = 0;
    assert_false(ran_gnb_xn_handover(world->phone.connection, &world->gnbs[TARGET]));
    assert_ptr_equal(world->phone.gnb, &world->gnbs[SOURCE]);
    assert_int_equal(world->said[NGAP_PATH_SWITCH_REQUEST], 0);
    assert_int_equal(world->gnbs[TARGET].connections.count, 0);
    upf_sends(world, SOURCE, tunnel_at(world->phone.connection)->downlink_teid, 'a');
    expect_got(world, "a");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, radio_world_begin, radio_world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_target_asks_for_the_path_with_what_the_source_knew),
        CASE(keys_follow_the_chain_from_gnb_to_gnb),
        CASE(a_next_hop_that_is_not_the_phones_is_noticed),
        CASE(packets_of_the_old_path_come_first),
        CASE(an_end_marker_that_is_lost_is_not_waited_for_long),
        CASE(uplink_packets_go_on_at_once_and_messages_when_the_core_knows_the_way),
        CASE(messages_that_come_to_the_source_are_returned),
        CASE(a_refused_path_switch_leaves_nothing_of_the_phone),
        CASE(an_unanswered_path_switch_ends_like_a_refused_one),
        CASE(a_target_without_room_refuses_and_the_phone_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
