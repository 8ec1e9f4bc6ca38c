/* SPDX-License-Identifier: Apache-2.0 */
/* Xn handover as the AMF sees it (TS 23.502 4.9.1.2, TS 38.413 8.4.4, TS 33.501 6.9.2.3.2). */
#include "amf_world.h"

#include "core/amf/handover.h"
#include "core/amf/restriction.h"
#include "crypt/kdf.h"

enum { TARGET = 1, STRANGER = 2, NEW_RAN_ID = 77, ASSOCIATION = 100 };

static struct world world;

/* The last answer to a path switch. */
static struct {
    struct ngap_path_switch_request_acknowledge acknowledge;
    struct ngap_ue_security_capabilities capabilities;
    size_t switched, released, refused;
    uint8_t released_session;
    unsigned gnb;
} answer;

static bool note_answer(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w;
    if (pdu->message == NGAP_PATH_SWITCH_REQUEST_FAILURE) {
        answer.gnb = gnb;
        answer.refused =
            pdu->value.path_switch_request_failure->pdu_session_resource_released_list_ps_fail.count;
        return false;
    }
    if (pdu->message != NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE)
        return true;
    const struct ngap_path_switch_request_acknowledge *message = pdu->value.path_switch_request_acknowledge;
    answer.gnb = gnb;
    answer.acknowledge = *message;
    if (message->ue_security_capabilities)
        answer.capabilities = *message->ue_security_capabilities;
    answer.switched = message->pdu_session_resource_switched_list.count;
    answer.released = message->pdu_session_resource_released_list_ps_ack.count;
    if (answer.released)
        answer.released_session = message->pdu_session_resource_released_list_ps_ack.items[0].pdu_session_id;
    return false;
}

static int open_world(void **state)
{
    (void)state;
    memset(&answer, 0, sizeof answer);
    world_open_registered(&world);
    world_set_up_gnb(&world, TARGET);
    world_session(&world, 0, 1);
    world.downlink_filter = note_answer;
    return 0;
}

static struct ngap_user_location_information at_home(void)
{
    return (struct ngap_user_location_information){
        .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
        .user_location_information_nr = {.nr_cgi = {{0x99, 0xf9, 0x07}, 0x123},
                                         .tai = {{0x99, 0xf9, 0x07}, 1}},
    };
}

static const uint8_t transfer[] = {0};
static struct ngap_pdu_session_resource_to_be_switched_dl_item items[256];

/* Names the phone and its sessions 1 to `sessions` rightly. */
static struct ngap_path_switch_request request_for(unsigned phone, size_t sessions)
{
    const struct ue *ue = world_ue(&world, phone);
    for (size_t i = 0; i < sessions; i++)
        items[i] =
            (struct ngap_pdu_session_resource_to_be_switched_dl_item){(uint8_t)(i + 1), BYTES(transfer)};
    return (struct ngap_path_switch_request){
        .ran_ue_ngap_id = NEW_RAN_ID,
        .source_amf_ue_ngap_id = ue->connection->amf_ue_ngap_id,
        .user_location_information = at_home(),
        .ue_security_capabilities = n2_security_capabilities(ue),
        .pdu_session_resource_to_be_switched_dl_list = {items, sessions},
    };
}

static void ask(unsigned gnb, const struct ngap_path_switch_request *request)
{
    world_ngap(&world, gnb, NGAP_PATH_SWITCH_REQUEST, request);
}

static const struct gnb *gnb_at(unsigned gnb)
{
    return gnb_find(world.core, ASSOCIATION + gnb);
}

/* Asks, and sees it refused without any effect. */
static void is_refused(unsigned gnb, const struct ngap_path_switch_request *request)
{
    const struct ue *ue = world_ue(&world, 0);
    struct ue before = *ue;
    size_t source = gnb_at(0)->connections.count, target = gnb_at(gnb)->connections.count;
    ask(gnb, request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 1);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE], 0);
    assert_int_equal(answer.refused, request->pdu_session_resource_to_be_switched_dl_list.count);
    assert_int_equal(answer.gnb, gnb);
    assert_memory_equal(before.nh, ue->nh, sizeof before.nh);
    assert_int_equal(before.ncc, ue->ncc);
    assert_ptr_equal(before.connection, ue->connection);
    assert_true(tai_equal(before.tai, ue->tai));
    assert_ptr_equal(ue->connection->gnb, gnb_at(0));
    assert_null(ue->handover);
    assert_int_equal(world.switched, 0);
    assert_int_equal(gnb_at(0)->connections.count, source);
    assert_int_equal(gnb_at(gnb)->connections.count, target);
}

static void the_phone_is_at_the_other_gnb(void **state)
{
    (void)state;
    const struct ue *ue = world_ue(&world, 0);
    struct ngap_path_switch_request request = request_for(0, 1);
    ask(TARGET, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE], 1);
    assert_int_equal(answer.gnb, TARGET);
    assert_int_equal(answer.switched, 1);
    assert_int_equal(answer.released, 0);
    assert_int_equal(answer.acknowledge.ran_ue_ngap_id, NEW_RAN_ID);
    assert_int_equal(answer.acknowledge.amf_ue_ngap_id, request.source_amf_ue_ngap_id);
    assert_int_equal(answer.acknowledge.allowed_nssai.count, 1);
    assert_null(answer.acknowledge.ue_security_capabilities);
    assert_int_equal(world.switched, 1);
    assert_ptr_equal(ue->connection->gnb, gnb_at(TARGET));
    assert_int_equal(ue->cell, 0x123);
    assert_int_equal(gnb_at(0)->connections.count, 0);
    assert_ptr_equal(connection_by_ran_id(gnb_at(TARGET), NEW_RAN_ID), ue->connection);
}

static void each_move_takes_the_next_hop(void **state)
{
    uint8_t expected[32];
    (void)state;
    const struct ue *ue = world_ue(&world, 0);
    memcpy(expected, ue->nh, sizeof expected);
    assert_int_equal(ue->ncc, 1);
    for (unsigned move = 0; move < 8; move++) {
        struct ngap_path_switch_request request = request_for(0, 1);
        ask(move % 2 ? 0 : TARGET, &request);
        kdf_nh(ue->kamf, expected, expected);
        assert_memory_equal(answer.acknowledge.security_context.next_hop_nh, expected, sizeof expected);
        assert_int_equal(answer.acknowledge.security_context.next_hop_chaining_count, (move + 2) % 8);
        assert_false(answer.acknowledge.has_new_security_context_ind);
    }
}

static void a_new_kamf_begins_a_new_chain(void **state)
{
    uint8_t kgnb[32], next[32];
    (void)state;
    struct ue *ue = world_ue(&world, 0);
    kdf_kgnb(ue->kamf, 9, NAS_CONNECTION_3GPP, kgnb);
    memcpy(ue->nh, kgnb, sizeof kgnb);
    ue->ncc = NCC_NEW_KAMF;
    struct ngap_path_switch_request request = request_for(0, 1);
    ask(TARGET, &request);
    assert_true(answer.acknowledge.has_new_security_context_ind);
    assert_int_equal(answer.acknowledge.security_context.next_hop_chaining_count, 0);
    assert_memory_equal(answer.acknowledge.security_context.next_hop_nh, kgnb, sizeof kgnb);
    kdf_nh(ue->kamf, kgnb, next);
    assert_int_equal(ue->ncc, 1);
    assert_memory_equal(ue->nh, next, sizeof next);
}

static void late_words_of_the_old_gnb_find_nobody(void **state)
{
    (void)state;
    const struct ue *ue = world_ue(&world, 0);
    uint32_t old_id = ue->connection->ran_ue_ngap_id;
    struct ngap_path_switch_request request = request_for(0, 1);
    ask(TARGET, &request);
    struct ngap_ue_context_release_request late = {.amf_ue_ngap_id = request.source_amf_ue_ngap_id,
                                                   .ran_ue_ngap_id = old_id,
                                                   .cause = N2_RADIO(USER_INACTIVITY)};
    world_ngap(&world, 0, NGAP_UE_CONTEXT_RELEASE_REQUEST, &late);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 1);
    assert_int_equal(world.last_cause.radio_network, NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_LOCAL_UE_NGAP_ID);
    ran_gnb_reset(&world.gnbs[0]);
    world_run(&world);
    assert_ptr_equal(ue->connection->gnb, gnb_at(TARGET));
}

static void the_core_s_own_capabilities_go_back_on_a_mismatch(void **state)
{
    (void)state;
    struct ngap_ue_security_capabilities own = n2_security_capabilities(world_ue(&world, 0));
    struct ngap_path_switch_request request = request_for(0, 1);
    request.ue_security_capabilities.n_rintegrity_protection_algorithms = 0;
    ask(TARGET, &request);
    assert_non_null(answer.acknowledge.ue_security_capabilities);
    assert_memory_equal(&answer.capabilities, &own, sizeof own);
    assert_int_equal(world.core->metrics.security_mismatches, 1);
}

static void another_policy_for_a_session_is_counted(void **state)
{
    static const uint8_t other[] = {FAKE_OTHER_POLICY};
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    items[0].path_switch_request_transfer = BYTES(other);
    ask(TARGET, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE], 1);
    assert_int_equal(answer.switched, 1);
    assert_int_equal(world.core->metrics.security_mismatches, 1);
}

static void what_the_core_does_not_have_is_listed_as_released(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 2);
    ask(TARGET, &request);
    assert_int_equal(answer.switched, 1);
    assert_int_equal(answer.released, 1);
    assert_int_equal(answer.released_session, 2);
}

static void what_the_target_leaves_out_loses_its_user_plane(void **state)
{
    (void)state;
    struct ue *ue = world_ue(&world, 0);
    world_session(&world, 0, 2);
    struct ngap_path_switch_request request = request_for(0, 1);
    ask(TARGET, &request);
    assert_int_equal(smf_active(ue), 1 << 1);
    assert_int_equal(smf_sessions(ue), 1 << 1 | 1 << 2);
}

static void without_one_session_to_switch_it_fails(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    items[0].pdu_session_id = 9;
    is_refused(TARGET, &request);
}

static void a_list_as_long_as_can_be_is_gone_through(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 256);
    items[255].pdu_session_id = 0;
    ask(TARGET, &request);
    assert_int_equal(answer.switched, 1);
    assert_int_equal(answer.released, 255);
}

static void a_session_named_twice_is_a_failure(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 2);
    items[1].pdu_session_id = 1;
    is_refused(TARGET, &request);
}

static void an_unknown_id_is_refused(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    request.source_amf_ue_ngap_id ^= 1;
    is_refused(TARGET, &request);
}

static void a_phone_never_moves_over_xn_into_another_trust_domain(void **state)
{
    (void)state;
    core_association_up(world.core, ASSOCIATION + STRANGER, &(struct core_peer){.edge = "other-vendor"});
    world_set_up_gnb(&world, STRANGER);
    assert_true(world.gnb_ready[STRANGER]);
    struct ngap_path_switch_request request = request_for(0, 1);
    is_refused(STRANGER, &request);
}

static void a_phone_moves_over_xn_between_listed_neighbours_only(void **state)
{
#define THREE_GNBS                                                                                   \
    "profile: lab\ngnbs: [{name: a, domain: default, id: 999/70-1}, {name: b, domain: default, id: " \
    "999/70-2}, {name: c, domain: default, id: 999/70-3}]\n"
    struct ngap_path_switch_request request = request_for(0, 1);
    (void)state;
    world_configure_line(&world,
                         THREE_GNBS "neighbourhoods: [{name: n, gnbs: [a, c]}, {name: m, gnbs: [b, c]}]");
    is_refused(TARGET, &request);
    world_configure_line(&world, THREE_GNBS "neighbourhoods: [{name: n, gnbs: [c, b, a]}]");
    ask(TARGET, &request);
    assert_int_equal(answer.switched, 1);
}

static void a_phone_without_a_context_at_its_gnb_is_not_moved(void **state)
{
    (void)state;
    world_ue(&world, 0)->connection->context_up = false;
    struct ngap_path_switch_request request = request_for(0, 1);
    is_refused(TARGET, &request);
}

static void a_connection_that_is_being_released_is_not_moved(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    struct ue *ue = world_ue(&world, 0);
    world.deaf = true;
    an_release(ue, N2_NAS(NORMAL_RELEASE), "test");
    world_run(&world);
    ask(TARGET, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 1);
    assert_null(ue->connection);
}

static void a_place_that_is_not_the_gnb_s_is_refused(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    request.user_location_information.user_location_information_nr.tai.tac = 99;
    is_refused(TARGET, &request);
}

static void a_full_gnb_is_refused(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    unsigned limit = world.config->limits.ues_per_gnb;
    world.config->limits.ues_per_gnb = 0;
    is_refused(TARGET, &request);
    world.config->limits.ues_per_gnb = limit;
}

static void an_id_of_the_gnb_s_that_is_in_use_is_an_error(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    ask(TARGET, &request);
    ask(TARGET, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE], 1);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 0);
    assert_int_equal(world.sent[NGAP_ERROR_INDICATION], 1);
    assert_int_equal(world_ue(&world, 0)->ncc, 2);
}

static void a_move_that_cannot_be_stored_did_not_happen(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    store_inject(world.store, STORE_FULL, 0);
    is_refused(TARGET, &request);
}

/* The request and the end of an association come in one batch, which cannot be stored. */
static void lose_in_a_batch_that_is_not_stored(unsigned gnb)
{
    struct ngap_path_switch_request request = request_for(0, 1);
    store_inject(world.store, STORE_FULL, 0);
    path_switch_request(gnb_find(world.core, ASSOCIATION + TARGET), 1, &request);
    assert_ptr_equal(world_ue(&world, 0)->connection->gnb, gnb_at(TARGET));
    core_association_down(world.core, ASSOCIATION + gnb, "test");
    world_run(&world);
    assert_null(world_ue(&world, 0)->connection);
    assert_null(world_ue(&world, 0)->handover);
    assert_int_equal(smf_active(world_ue(&world, 0)), 0);
    assert_int_equal(smf_sessions(world_ue(&world, 0)), 1 << 1);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE], 0);
}

static void a_source_that_is_lost_meanwhile_is_not_gone_back_to(void **state)
{
    (void)state;
    lose_in_a_batch_that_is_not_stored(0);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 1);
    assert_int_equal(gnb_at(TARGET)->connections.count, 0);
    assert_int_equal(world_ue(&world, 0)->ncc, 1);
    assert_int_equal(world.switched, 0);
}

static void a_target_that_is_lost_meanwhile_is_told_nothing(void **state)
{
    (void)state;
    lose_in_a_batch_that_is_not_stored(TARGET);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 0);
    assert_int_equal(gnb_at(0)->connections.count, 0);
}

static void a_restart_finds_the_phone_where_it_went(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    ask(TARGET, &request);
    world_restart(&world);
    world_announce(&world, TARGET);
    const struct ue *ue = world_ue(&world, 0);
    assert_non_null(ue->connection);
    assert_ptr_equal(ue->connection->gnb, gnb_at(TARGET));
    assert_int_equal(ue->ncc, 2);
    assert_int_equal(ue->ncc_gnb, 2);
    assert_int_equal(ue->ncc_phone, 0);
}

/* --- where there is no service (TS 23.501 5.3.4.1) --- */

static const struct config_area here[] = {{{{0x99, 0xf9, 0x07}}, 1}};

static void restrict_phone(const struct store_access *access)
{
    struct ue *ue = world_ue(&world, 0);
    assert_true(restriction_keep(ue, access));
}

static void in_a_non_allowed_area_the_phone_stays_without_user_plane(void **state)
{
    (void)state;
    static const uint8_t n2[] = {0};
    struct ue *ue = world_ue(&world, 0);
    struct ngap_path_switch_request request = request_for(0, 1);
    struct n1n2_message setup = {
        .pdu_session_id = 1, .n2 = N2_SETUP_REQUEST, .n2_transfer = BYTES(n2), .slice = {1, CONFIG_NO_SD}};
    restrict_phone(&(struct store_access){.service = here, .service_count = 1, .service_not_allowed = true});
    ask(TARGET, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE], 1);
    assert_int_equal(world.sent[NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND], 1);
    assert_ptr_equal(ue->connection->gnb, gnb_at(TARGET));
    assert_int_equal(smf_active(ue), 0);
    assert_int_equal(smf_sessions(ue), 1 << 1);
    assert_int_equal(amf_n1n2_transfer(ue, &setup), AMF_UNREACHABLE);
}

static void into_a_forbidden_area_there_is_no_way(void **state)
{
    (void)state;
    struct ngap_path_switch_request request = request_for(0, 1);
    restrict_phone(&(struct store_access){.forbidden = here, .forbidden_count = 1});
    is_refused(TARGET, &request);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_phone_is_at_the_other_gnb),
        TEST(each_move_takes_the_next_hop),
        TEST(a_new_kamf_begins_a_new_chain),
        TEST(in_a_non_allowed_area_the_phone_stays_without_user_plane),
        TEST(into_a_forbidden_area_there_is_no_way),
        TEST(late_words_of_the_old_gnb_find_nobody),
        TEST(the_core_s_own_capabilities_go_back_on_a_mismatch),
        TEST(another_policy_for_a_session_is_counted),
        TEST(what_the_core_does_not_have_is_listed_as_released),
        TEST(what_the_target_leaves_out_loses_its_user_plane),
        TEST(without_one_session_to_switch_it_fails),
        TEST(a_list_as_long_as_can_be_is_gone_through),
        TEST(a_session_named_twice_is_a_failure),
        TEST(an_unknown_id_is_refused),
        TEST(a_phone_never_moves_over_xn_into_another_trust_domain),
        TEST(a_phone_moves_over_xn_between_listed_neighbours_only),
        TEST(a_phone_without_a_context_at_its_gnb_is_not_moved),
        TEST(a_connection_that_is_being_released_is_not_moved),
        TEST(a_place_that_is_not_the_gnb_s_is_refused),
        TEST(a_full_gnb_is_refused),
        TEST(an_id_of_the_gnb_s_that_is_in_use_is_an_error),
        TEST(a_move_that_cannot_be_stored_did_not_happen),
        TEST(a_source_that_is_lost_meanwhile_is_not_gone_back_to),
        TEST(a_target_that_is_lost_meanwhile_is_told_nothing),
        TEST(a_restart_finds_the_phone_where_it_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
