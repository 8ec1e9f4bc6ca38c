/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions that move with their phone (TS 23.502 4.9.1). */
#include "smf_world.h"

static struct world world;

static const uint8_t gnb_address[4] = {10, 0, 0, 9};

static struct ngap_up_transport_layer_information tunnel_to(uint32_t teid)
{
    return (struct ngap_up_transport_layer_information){
        .which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
        .gtp_tunnel = {.transport_layer_address = {gnb_address, 32}, .gtp_teid = teid}};
}

static struct bytes switch_request(uint32_t teid)
{
    uint8_t buffer[128];
    struct writer w = writer_of(buffer, sizeof buffer);
    struct fault fault;
    const struct ngap_qos_flow_accepted_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
    const struct ngap_path_switch_request_transfer transfer = {
        .dl_ngu_up_tnl_information = tunnel_to(teid),
        .qos_flow_accepted_list = {&flow, 1},
    };
    assert_true(ngap_encode_path_switch_request_transfer(&w, &transfer, &fault));
    return arena_copy(&world.memory, writer_bytes(&w));
}

static struct bytes setup_failed(enum ngap_cause_radio_network cause)
{
    uint8_t buffer[16];
    struct writer w = writer_of(buffer, sizeof buffer);
    struct fault fault;
    const struct ngap_path_switch_request_setup_failed_transfer transfer = {
        .cause = {.which = NGAP_CAUSE_RADIO_NETWORK, .radio_network = cause}};
    assert_true(ngap_encode_path_switch_request_setup_failed_transfer(&w, &transfer, &fault));
    return arena_copy(&world.memory, writer_bytes(&w));
}

static struct ngap_cause reason(struct bytes unsuccessful)
{
    const struct ngap_path_switch_request_unsuccessful_transfer *transfer;
    struct aper_diagnostics diagnostics;
    assert_int_equal(ngap_decode_path_switch_request_unsuccessful_transfer(unsuccessful, &world.memory,
                                                                           &transfer, &diagnostics),
                     NGAP_OK);
    return transfer->cause;
}

static int open_world(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void downlink_follows_with_an_end_marker(void **state)
{
    (void)state;
    struct smf_switch item = {.pdu_session_id = 1};
    world.plane.end_marker = false;
    assert_true(smf_switch_path(&world.ue, switch_request(0x4321), &item));
    world_pump(&world);
    assert_int_not_equal(world.plane.header.teid, 0x4321);
    smf_switch_end(&world.ue, &item, 1, true);
    world_pump(&world);
    assert_int_equal(world.plane.header.teid, 0x4321);
    assert_memory_equal(world.plane.header.ip.v4, gnb_address, 4);
    assert_int_equal(world.plane.action, PFCP_FORW);
    assert_true(world.plane.end_marker);
}

static void a_switch_that_was_not_to_be_leaves_no_trace(void **state)
{
    (void)state;
    struct smf_switch item = {.pdu_session_id = 1};
    struct tunnel before = world.ue.sessions->gnb;
    unsigned heard = world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST];
    assert_true(smf_switch_path(&world.ue, switch_request(0x4321), &item));
    smf_switch_end(&world.ue, &item, 1, false);
    world_pump(&world);
    assert_memory_equal(&before, &world.ue.sessions->gnb, sizeof before);
    assert_int_equal(world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST], heard);
}

static void a_session_that_is_not_there_is_refused(void **state)
{
    (void)state;
    struct smf_switch item = {.pdu_session_id = 2};
    assert_false(smf_switch_path(&world.ue, switch_request(1), &item));
    assert_int_equal(reason(item.answer).radio_network, NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_PDU_SESSION_ID);
    smf_deactivate(&world.ue, 1 << 1);
    item.pdu_session_id = 1;
    assert_false(smf_switch_path(&world.ue, switch_request(1), &item));
    assert_int_equal(smf_active(&world.ue), 0);
}

static void nonsense_for_a_transfer_is_refused(void **state)
{
    (void)state;
    static const uint8_t nonsense[] = {0xff, 0xff, 0xff};
    struct smf_switch item = {.pdu_session_id = 1};
    assert_false(smf_switch_path(&world.ue, BYTES(nonsense), &item));
    assert_int_equal(reason(item.answer).protocol, NGAP_CAUSE_PROTOCOL_TRANSFER_SYNTAX_ERROR);
    assert_false(smf_switch_path(&world.ue, (struct bytes){0}, &item));
    assert_int_equal(smf_active(&world.ue), 1 << 1);
}

static void what_the_target_could_not_take_waits_without_user_plane(void **state)
{
    (void)state;
    smf_n2_response(&world.ue, 1, N2_PATH_SWITCH_SETUP_FAILED,
                    setup_failed(NGAP_CAUSE_RADIO_NETWORK_RADIO_RESOURCES_NOT_AVAILABLE));
    world_pump(&world);
    assert_int_equal(smf_active(&world.ue), 0);
    assert_int_equal(smf_sessions(&world.ue), 1 << 1);
    assert_true(world.plane.action & PFCP_BUFF);
}

static void what_the_target_could_not_protect_ends(void **state)
{
    (void)state;
    smf_n2_response(&world.ue, 1, N2_PATH_SWITCH_SETUP_FAILED,
                    setup_failed(NGAP_CAUSE_RADIO_NETWORK_UP_INTEGRITY_PROTECTION_NOT_POSSIBLE));
    world_pump(&world);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
}

/* --- N2 --- */

static struct bytes required(bool direct)
{
    uint8_t buffer[16];
    struct writer w = writer_of(buffer, sizeof buffer);
    struct fault fault;
    const struct ngap_handover_required_transfer transfer = {.has_direct_forwarding_path_availability =
                                                                 direct};
    assert_true(ngap_encode_handover_required_transfer(&w, &transfer, &fault));
    return arena_copy(&world.memory, writer_bytes(&w));
}

static struct bytes acknowledge(uint32_t teid, uint32_t forward_teid)
{
    uint8_t buffer[128];
    struct writer w = writer_of(buffer, sizeof buffer);
    struct fault fault;
    const struct ngap_up_transport_layer_information forward = tunnel_to(forward_teid);
    const struct ngap_qos_flow_item_with_data_forwarding flow = {.qos_flow_identifier = SMF_DEFAULT_QFI,
                                                                 .has_data_forwarding_accepted = true};
    const struct ngap_handover_request_acknowledge_transfer transfer = {
        .dl_ngu_up_tnl_information = tunnel_to(teid),
        .dl_forwarding_up_tnl_information = forward_teid ? &forward : NULL,
        .qos_flow_setup_response_list = {&flow, 1},
    };
    assert_true(ngap_encode_handover_request_acknowledge_transfer(&w, &transfer, &fault));
    return arena_copy(&world.memory, writer_bytes(&w));
}

/* What the source is told to forward to; 0: nowhere. */
static uint32_t forwards_to(struct bytes command)
{
    const struct ngap_handover_command_transfer *transfer;
    struct aper_diagnostics diagnostics;
    assert_int_equal(ngap_decode_handover_command_transfer(command, &world.memory, &transfer, &diagnostics),
                     NGAP_OK);
    if (!transfer->dl_forwarding_up_tnl_information)
        return 0;
    assert_int_equal(transfer->qos_flow_to_be_forwarded_list.count, 1);
    return transfer->dl_forwarding_up_tnl_information->gtp_tunnel.gtp_teid;
}

static struct smf_handover prepared(bool direct)
{
    struct smf_handover item = {.pdu_session_id = 1};
    assert_true(smf_handover_prepare(&world.ue, required(direct), &item));
    return item;
}

static void direct_forwarding_does_not_touch_the_plane(void **state)
{
    (void)state;
    struct smf_handover item = prepared(true);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0x78), &item));
    assert_true(smf_handover_ready(&world.ue, &item));
    assert_int_equal(forwards_to(smf_handover_command(&world.ue, &item)), 0x78);
    world_pump(&world);
    assert_int_equal(world.plane.forward_teid, 0);
    smf_handover_complete(&world.ue, &item);
    world_pump(&world);
    assert_int_equal(world.plane.header.teid, 0x77);
    assert_true(world.plane.end_marker);
}

static void indirect_forwarding_goes_through_the_plane_and_ends_after_a_while(void **state)
{
    (void)state;
    struct smf_handover item = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0x78), &item));
    assert_false(smf_handover_ready(&world.ue, &item));
    world_pump(&world);
    assert_int_equal(world.ue.forwarding, 1);
    assert_true(smf_handover_ready(&world.ue, &item));
    assert_int_equal(world.plane.forward_header.teid, 0x78);
    assert_int_equal(forwards_to(smf_handover_command(&world.ue, &item)), world.plane.forward_teid);
    smf_handover_complete(&world.ue, &item);
    world_pump(&world);
    assert_int_not_equal(world.plane.forward_teid, 0);
    world_wait(&world, world.config->amf.timers.forwarding);
    assert_int_equal(world.plane.forward_teid, 0);
    assert_int_equal(smf_active(&world.ue), 1 << 1);
}

/* A phone that goes on and on: what is sent after it finds its way as long as the timer says. */
static void a_further_handover_does_not_end_the_former_ones_forwarding(void **state)
{
    int64_t time = world.config->amf.timers.forwarding;
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct smf_handover item = prepared(false);
        assert_true(smf_handover_admitted(&world.ue, acknowledge(0x70 + i, 0x80 + i), &item));
        world_pump(&world);
        assert_int_equal(forwards_to(smf_handover_command(&world.ue, &item)), world.plane.forward_teid);
        smf_handover_complete(&world.ue, &item);
        world_wait(&world, time / 8);
        assert_int_equal(__builtin_popcount(world.plane.forwardings), i + 1);
    }
    for (unsigned left = 4; left; left--) {
        assert_int_equal(__builtin_popcount(world.plane.forwardings), left);
        world_wait(&world, left == 4 ? time / 2 : time / 8);
    }
    assert_int_equal(world.plane.forwardings, 0);
    assert_null(world.ue.sessions->forwarding);
    assert_false(world.ue.sessions->forwards);
}

static void the_oldest_forwarding_makes_room(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 11; i++) {
        struct smf_handover item = prepared(false);
        assert_true(smf_handover_admitted(&world.ue, acknowledge(0x70 + i, 0x80 + i), &item));
        world_pump(&world);
        assert_int_equal(world.plane.forward_header.teid, 0x80 + i);
        smf_handover_complete(&world.ue, &item);
        world_pump(&world);
        assert_int_equal(__builtin_popcount(world.plane.forwardings), i < 4 ? i + 1 : 4);
    }
    struct smf_handover item = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x7f, 0x8f), &item));
    world_pump(&world);
    smf_handover_cancelled(&world.ue, &item);
    world_pump(&world);
    assert_int_equal(__builtin_popcount(world.plane.forwardings), 3);
    world_wait(&world, world.config->amf.timers.forwarding);
    assert_int_equal(world.plane.forwardings, 0);
}

static void a_cancelled_handover_leaves_no_tunnel(void **state)
{
    (void)state;
    struct smf_handover item = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0x78), &item));
    smf_handover_cancelled(&world.ue, &item); /* before the plane has answered */
    world_pump(&world);
    assert_int_equal(world.plane.forward_teid, 0);
    assert_int_equal(world.ue.forwarding, 0);
    item = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0x78), &item));
    world_pump(&world);
    smf_handover_cancelled(&world.ue, &item);
    world_pump(&world);
    assert_int_equal(world.plane.forward_teid, 0);
    assert_int_not_equal(world.plane.header.teid, 0x77);
}

static void a_session_that_ends_meanwhile_takes_its_tunnel_along(void **state)
{
    (void)state;
    struct smf_handover item = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0x78), &item));
    smf_release_all(&world.ue);
    assert_true(smf_handover_ready(&world.ue, &item));
    assert_int_equal(forwards_to(smf_handover_command(&world.ue, &item)), 0);
    smf_handover_complete(&world.ue, &item);
    smf_handover_cancelled(&world.ue, &item);
    world_pump(&world);
}

static void what_a_former_process_forwarded_is_removed(void **state)
{
    (void)state;
    struct smf_handover item = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0x78), &item));
    world_pump(&world);
    assert_int_not_equal(world.plane.forwardings, 0);
    world.plane.retains = true;
    world_restart_core(&world);
    world_pump(&world);
    assert_int_equal(world.plane.forwardings, 0);
    assert_int_equal(smf_active(&world.ue), 1 << 1);
}

static void what_ends_while_the_plane_is_silent_is_removed_beside_what_goes_on(void **state)
{
    (void)state;
    struct smf_handover first = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0x78), &first));
    world_pump(&world);
    smf_handover_complete(&world.ue, &first);
    world_pump(&world);
    struct smf_handover second = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x79, 0x7a), &second));
    world_pump(&world);
    assert_int_equal(__builtin_popcount(world.plane.forwardings), 2);
    world.plane.silent = world.plane.retains = true;
    world_wait(&world, SECONDS(30));
    world.plane.silent = false;
    world_wait(&world, SECONDS(60));
    assert_int_equal(__builtin_popcount(world.plane.forwardings), 1);
    smf_handover_cancelled(&world.ue, &second);
    world_pump(&world);
    assert_int_equal(world.plane.forwardings, 0);
    assert_false(world.ue.sessions->forwards);
}

/* The session's name may be another's in a plane that began anew. */
static void a_plane_that_began_anew_is_not_asked_for_the_tunnel_and_the_handover_goes_on(void **state)
{
    (void)state;
    struct smf_handover item = prepared(false);
    struct pfcp_message alive = {.type = PFCP_HEARTBEAT_REQUEST,
                                 .heartbeat_request = {.recovery_time_stamp = 2000}};
    world.plane.silent = true;
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0x78), &item));
    world_pump(&world);
    world.plane = (struct plane){.time_stamp = 2000};
    world_from_plane(&world, &alive);
    world_wait(&world, 2 * world.config->smf.pfcp_t1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST], 0);
    assert_int_equal(world.ue.forwarding, 1);
    assert_true(smf_handover_ready(&world.ue, &item));
    assert_int_equal(forwards_to(smf_handover_command(&world.ue, &item)), 0);
}

static void a_target_without_forwarding_is_taken_as_it_is(void **state)
{
    (void)state;
    struct smf_handover item = prepared(false);
    assert_true(smf_handover_admitted(&world.ue, acknowledge(0x77, 0), &item));
    assert_true(smf_handover_ready(&world.ue, &item));
    assert_int_equal(forwards_to(smf_handover_command(&world.ue, &item)), 0);
}

static void nonsense_in_a_handover_is_refused(void **state)
{
    (void)state;
    static const uint8_t nonsense[] = {0xff, 0xff, 0xff};
    struct smf_handover item = {.pdu_session_id = 1};
    assert_false(smf_handover_prepare(&world.ue, (struct bytes){0}, &item));
    assert_true(item.transfer.len > 0);
    item.pdu_session_id = 7;
    assert_false(smf_handover_prepare(&world.ue, required(true), &item));
    item = prepared(true);
    assert_false(smf_handover_admitted(&world.ue, BYTES(nonsense), &item));
    assert_false(item.admitted);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(downlink_follows_with_an_end_marker),
        TEST(a_switch_that_was_not_to_be_leaves_no_trace),
        TEST(a_session_that_is_not_there_is_refused),
        TEST(nonsense_for_a_transfer_is_refused),
        TEST(what_the_target_could_not_take_waits_without_user_plane),
        TEST(what_the_target_could_not_protect_ends),
        TEST(direct_forwarding_does_not_touch_the_plane),
        TEST(indirect_forwarding_goes_through_the_plane_and_ends_after_a_while),
        TEST(a_further_handover_does_not_end_the_former_ones_forwarding),
        TEST(the_oldest_forwarding_makes_room),
        TEST(a_cancelled_handover_leaves_no_tunnel),
        TEST(a_session_that_ends_meanwhile_takes_its_tunnel_along),
        TEST(what_a_former_process_forwarded_is_removed),
        TEST(what_ends_while_the_plane_is_silent_is_removed_beside_what_goes_on),
        TEST(a_plane_that_began_anew_is_not_asked_for_the_tunnel_and_the_handover_goes_on),
        TEST(a_target_without_forwarding_is_taken_as_it_is),
        TEST(nonsense_in_a_handover_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
