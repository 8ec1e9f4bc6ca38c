/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that change while a phone is connected (TS 33.501 6.9): by N2 handover, where the test plays the gNBs, and by a new
 * authentication, where they are simulated. The phone derives every key by itself.
 */
#include "amf_world.h"

#include "core/amf/handover.h"
#include "gnb_play.h"
#include "wire/nas/nas.h"

enum { TARGET = 1, ASSOCIATION = 100, HOUR = 3600 };

static struct world world;
static const uint8_t some[] = {0}, container[] = {1, 2, 3};

static struct {
    uint64_t amf_id; /* of the phone at the target */
    struct ngap_security_context keys;
    bool new_keys;
    uint8_t nas[16]; /* the container for the phone */
    size_t nas_size;
    unsigned delivered; /* NAS messages that went to the phone through the target */
    enum amf_delivery delivery;
} told;

static void note_request(const struct ngap_handover_request *request)
{
    told.amf_id = request->amf_ue_ngap_id;
    told.keys = request->security_context;
    told.new_keys = request->has_new_security_context_ind;
    told.nas_size = request->nasc.len;
    assert_in_range(request->nasc.len, 0, sizeof told.nas);
    if (request->nasc.len)
        memcpy(told.nas, request->nasc.data, request->nasc.len);
}

/* What goes through the target's gNB, which is the test, reaches the phone all the same. */
static bool play_gnbs(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    if (pdu->message == NGAP_HANDOVER_REQUEST)
        note_request(pdu->value.handover_request);
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT && gnb == TARGET) {
        unsigned heard = w->heard[NAS_GMM_STATUS];
        phone_on_nas(&w->phones[0], pdu->value.downlink_nas_transport->nas_pdu);
        told.delivered += w->heard[NAS_GMM_STATUS] - heard;
    }
    return pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT && gnb == 0;
}

static int open_world(void **state)
{
    (void)state;
    memset(&told, 0, sizeof told);
    world_open(&world);
    world_ready(&world);
    ran_gnb_setup(&world.gnbs[TARGET]);
    world_register(&world, 0);
    smf_n1_message(world_ue(&world, 0), &(struct smf_n1){.pdu_session_id = 1});
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    assert_int_equal(world.events[0][PHONE_KEYS_DIFFER], 0);
    world_close(&world);
    return 0;
}

static struct ue *ue(void)
{
    return world_ue(&world, 0);
}

static struct phone *phone(void)
{
    return &world.phones[0];
}

/* --- handover --- */

static void require(void)
{
    struct ngap_pdu_session_resource_item_ho_rqd item;
    struct ngap_handover_required message = play_required(ue(), TARGET, &item, 1, BYTES(container));
    world.downlink_filter = play_gnbs;
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &message);
}

static void admit(void)
{
    struct ngap_handover_request_acknowledge message = play_admission(told.amf_id, 1, BYTES(container));
    world_ngap(&world, TARGET, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, &message);
}

static void notify(void)
{
    struct ngap_handover_notify message = play_notify(told.amf_id);
    world_ngap(&world, TARGET, NGAP_HANDOVER_NOTIFY, &message);
}

static void cancel(void)
{
    struct ngap_handover_cancel message = play_cancel(ue());
    world_ngap(&world, 0, NGAP_HANDOVER_CANCEL, &message);
}

static void complete_release(void)
{
    struct ngap_ue_context_release_complete message = {.amf_ue_ngap_id = told.amf_id,
                                                       .ran_ue_ngap_id = PLAY_RAN_ID};
    world_ngap(&world, TARGET, NGAP_UE_CONTEXT_RELEASE_COMPLETE, &message);
}

static struct bytes for_phone(void)
{
    return bytes_of(told.nas, told.nas_size);
}

static void want_new_keys(void)
{
    world_configure(&world, "security: {new_key_at_handover: true}");
}

/* Whatever the core says now, the phone understands. */
static void phone_is_understood_with(const uint8_t kamf[32])
{
    unsigned delivered = told.delivered;
    assert_memory_equal(ue()->kamf, kamf, 32);
    assert_memory_equal(phone()->kamf, kamf, 32);
    gmm_status(ue(), 97);
    world_run(&world);
    assert_int_equal(told.delivered, delivered + 1);
}

static void a_handover_changes_kamf(void **state)
{
    uint8_t former[32], next[32];
    struct ngap_security_context context;
    (void)state;
    memcpy(former, phone()->kamf, sizeof former);
    want_new_keys();
    require();
    assert_true(told.new_keys);
    assert_int_equal(told.keys.next_hop_chaining_count, 0);
    assert_int_equal(told.nas_size, NAS_INTRA_N1_BYTES);
    assert_memory_equal(ue()->kamf, former, sizeof former);
    admit();
    assert_true(phone_change_kamf(phone(), for_phone()));
    assert_true(phone_begin_access(phone(), told.keys.next_hop_nh));
    notify();
    assert_memory_not_equal(phone()->kamf, former, sizeof former);
    memcpy(next, phone()->kamf, sizeof next);
    phone_is_understood_with(next);
    assert_int_equal(ue()->security.downlink, 1);
    assert_int_equal(ue()->security.uplink, 0);
    assert_false(next_hop(ue(), &context));
    assert_true(phone_check_next_hop(phone(), context.next_hop_chaining_count, context.next_hop_nh));
}

static void without_the_policy_it_does_not(void **state)
{
    (void)state;
    require();
    assert_false(told.new_keys);
    assert_int_equal(told.nas_size, 0);
}

static void counts_that_are_nearly_used_up_call_for_it(void **state)
{
    (void)state;
    ue()->security.downlink = phone()->security.downlink = NAS_COUNT_RENEW;
    require();
    assert_int_equal(told.nas_size, NAS_INTRA_N1_BYTES);
    admit();
    assert_true(phone_change_kamf(phone(), for_phone()));
    assert_true(phone_begin_access(phone(), told.keys.next_hop_nh));
    notify();
    phone_is_understood_with(phone()->kamf);
}

static void the_phone_refuses_a_container_that_is_not_its_own(void **state)
{
    uint8_t former[32], wrong[NAS_INTRA_N1_BYTES];
    unsigned refused = 0;
    (void)state;
    memcpy(former, phone()->kamf, sizeof former);
    want_new_keys();
    require();
    for (unsigned bit = 0; bit < 8 * NAS_INTRA_N1_BYTES; bit++, refused++) {
        memcpy(wrong, told.nas, sizeof wrong);
        wrong[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(phone_change_kamf(phone(), BYTES(wrong)));
    }
    for (size_t length = 0; length < NAS_INTRA_N1_BYTES; length++, refused++)
        assert_false(phone_change_kamf(phone(), bytes_of(told.nas, length)));
    assert_memory_equal(phone()->kamf, former, sizeof former);
    assert_int_equal(world.events[0][PHONE_KEYS_DIFFER], refused);
    world.events[0][PHONE_KEYS_DIFFER] = 0;
    assert_true(phone_change_kamf(phone(), for_phone()));
}

static void a_container_is_good_once(void **state)
{
    struct phone before;
    (void)state;
    want_new_keys();
    before = *phone();
    require();
    assert_true(phone_change_kamf(phone(), for_phone()));
    phone()->security = before.security;
    memcpy(phone()->kamf, before.kamf, sizeof before.kamf);
    phone()->security.downlink = ue()->security.downlink;
    assert_false(phone_change_kamf(phone(), for_phone()));
    world.events[0][PHONE_KEYS_DIFFER] = 0;
}

static void a_handover_that_fails_leaves_the_keys(void **state)
{
    uint8_t former[32], kgnb[32];
    (void)state;
    memcpy(former, ue()->kamf, sizeof former);
    want_new_keys();
    require();
    memcpy(kgnb, told.keys.next_hop_nh, sizeof kgnb);
    admit();
    cancel();
    assert_memory_equal(ue()->kamf, former, sizeof former);
    assert_false(ue()->connection->holding);
    gmm_status(ue(), 97);
    world_run(&world);
    assert_int_equal(world.heard[NAS_GMM_STATUS], 1);
    complete_release();
    require();
    assert_memory_not_equal(told.keys.next_hop_nh, kgnb, sizeof kgnb);
    admit();
    assert_true(phone_change_kamf(phone(), for_phone()));
    assert_true(phone_begin_access(phone(), told.keys.next_hop_nh));
    notify();
    phone_is_understood_with(phone()->kamf);
}

/* Three bits count the steps of the chain: the phone, which has heard of none, would take the eighth for none. */
static void a_new_kamf_begins_before_the_chain_is_too_long_for_the_phone(void **state)
{
    unsigned failed = 0;
    (void)state;
    for (require(); !told.new_keys; require(), failed++) {
        assert_in_range(failed, 0, 6);
        admit();
        cancel();
        complete_release();
    }
    assert_int_equal(failed, 5);
    admit();
    assert_true(phone_change_kamf(phone(), for_phone()));
    assert_true(phone_begin_access(phone(), told.keys.next_hop_nh));
    notify();
    phone_is_understood_with(phone()->kamf);
    assert_int_equal(ue()->ncc_phone, 0);
}

static void a_phone_that_arrives_has_caught_up_with_the_chain(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        require();
        admit();
        cancel();
        complete_release();
    }
    require();
    admit();
    assert_true(phone_check_next_hop(phone(), told.keys.next_hop_chaining_count, told.keys.next_hop_nh));
    notify();
    assert_int_equal(ue()->ncc_phone, ue()->ncc);
    assert_false(next_hop_is_far(ue()));
}

static void a_kgnb_that_the_target_did_not_use_stays_due(void **state)
{
    (void)state;
    memset(ue()->nh, 0xab, sizeof ue()->nh);
    ue()->ncc = NCC_NEW_KAMF;
    require();
    assert_true(told.new_keys);
    assert_int_equal(told.nas_size, 0);
    cancel();
    assert_int_equal(ue()->ncc, NCC_NEW_KAMF);
    require();
    assert_true(told.new_keys);
    admit();
    notify();
    assert_int_equal(ue()->ncc, 1);
}

static void nas_waits_for_the_new_key_and_is_sealed_with_it(void **state)
{
    (void)state;
    unsigned sent = world.sent[NGAP_DOWNLINK_NAS_TRANSPORT];
    want_new_keys();
    require();
    gmm_status(ue(), 97);
    admit();
    gmm_status(ue(), 97);
    world_run(&world);
    assert_int_equal(world.sent[NGAP_DOWNLINK_NAS_TRANSPORT], sent);
    assert_true(phone_change_kamf(phone(), for_phone()));
    notify();
    assert_int_equal(told.delivered, 2);
    assert_int_equal(ue()->security.downlink, 2);
}

static void nas_that_waited_goes_to_a_phone_that_stayed(void **state)
{
    (void)state;
    want_new_keys();
    require();
    gmm_status(ue(), 97);
    cancel();
    assert_int_equal(world.heard[NAS_GMM_STATUS], 1);
}

/* --- authentication --- */

static void say_something(void)
{
    const struct nas_message message = {
        .type = NAS_UL_NAS_TRANSPORT,
        .ul_nas_transport = {.payload_container_type = NAS_PAYLOAD_SMS, .payload_container = BYTES(some)}};
    assert_true(phone_say(phone(), &message));
    world_run(&world);
}

static void grow_old(void)
{
    world_configure(&world, "security: {authentication_again: 1h}");
    world_pass(&world, SECONDS(HOUR));
}

static void old_keys_are_replaced(void **state)
{
    uint8_t former[32];
    (void)state;
    memcpy(former, ue()->kamf, sizeof former);
    say_something();
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 1);
    grow_old();
    say_something();
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 2);
    assert_int_equal(world.heard[NAS_SECURITY_MODE_COMMAND], 2);
    assert_int_equal(world.sent[NGAP_UE_CONTEXT_MODIFICATION_REQUEST], 1);
    assert_memory_not_equal(ue()->kamf, former, sizeof former);
    assert_memory_equal(ue()->kamf, phone()->kamf, sizeof former);
    assert_int_equal(ue()->ncc, 1);
    assert_null(ue()->procedure);
    say_something();
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 2);
}

static bool speak_meanwhile(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    static const uint8_t accept[] = {NAS_EPD_5GSM, 3, 1, 0xc2}; /* a session's number is no security header */
    static const struct n1n2_message session = {
        .pdu_session_id = 3, .n1 = BYTES(accept), .n2 = N2_SETUP_REQUEST, .n2_transfer = BYTES(some)};
    (void)gnb;
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT && ue()->pending && !told.delivered++) {
        gmm_status(ue(), 97);
        told.delivery = amf_n1n2_transfer(ue(), &session);
        assert_int_equal(w->heard[NAS_GMM_STATUS], 0);
    }
    return true;
}

static void nas_waits_for_the_end_of_a_security_mode_control(void **state)
{
    (void)state;
    world.downlink_filter = speak_meanwhile;
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    say_something();
    assert_int_equal(world.heard[NAS_SECURITY_MODE_COMMAND], 2);
    assert_int_equal(world.heard[NAS_GMM_STATUS], 1); /* under the new key: the phone has understood it */
    assert_int_equal(told.delivery, AMF_PAGING);
    assert_null(ue()->held);
}

static void worn_out_counts_are_begun_anew(void **state)
{
    (void)state;
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    say_something();
    assert_int_equal(world.heard[NAS_SECURITY_MODE_COMMAND], 2);
    assert_in_range(ue()->security.uplink, 1, 2);
}

static bool lose_modification(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    return pdu->message != NGAP_UE_CONTEXT_MODIFICATION_REQUEST;
}

static void refuse_modification(void)
{
    struct ngap_ue_context_modification_failure failure = {
        .amf_ue_ngap_id = ue()->connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = ue()->connection->ran_ue_ngap_id,
        .cause = N2_RADIO(XN_HANDOVER_TRIGGERED),
    };
    world_ngap(&world, 0, NGAP_UE_CONTEXT_MODIFICATION_FAILURE, &failure);
}

static void renew_without_the_gnb(void)
{
    world.downlink_filter = lose_modification;
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    say_something();
    assert_int_equal(world.sent[NGAP_UE_CONTEXT_MODIFICATION_REQUEST], 1);
}

static void a_gnb_that_does_not_take_the_key_gets_it_with_the_next_handover(void **state)
{
    (void)state;
    renew_without_the_gnb();
    refuse_modification();
    assert_null(ue()->procedure);
    assert_int_equal(ue()->ncc, NCC_NEW_KAMF);
    require();
    assert_true(told.new_keys);
    assert_true(phone_begin_access(phone(), told.keys.next_hop_nh));
}

static void a_gnb_that_does_not_answer_is_not_waited_for_long(void **state)
{
    (void)state;
    renew_without_the_gnb();
    world_pass(&world, world.config->amf.timers.n2_procedure);
    assert_null(ue()->procedure);
    assert_int_equal(ue()->ncc, NCC_NEW_KAMF);
}

static void the_answer_to_another_modification_is_not_taken_for_this_one(void **state)
{
    (void)state;
    world.downlink_filter = lose_modification;
    context_modification_ambr(ue());
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    say_something();
    struct ngap_ue_context_modification_response response = {
        .amf_ue_ngap_id = ue()->connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = ue()->connection->ran_ue_ngap_id,
    };
    world_ngap(&world, 0, NGAP_UE_CONTEXT_MODIFICATION_RESPONSE, &response);
    assert_int_equal(ue()->ncc, NCC_NEW_KAMF);
    assert_non_null(ue()->procedure);
    world_ngap(&world, 0, NGAP_UE_CONTEXT_MODIFICATION_RESPONSE, &response);
    assert_int_equal(ue()->ncc, 1);
    assert_null(ue()->procedure);
}

/* The handover begins when the phone is about to answer. */
static void require_at_response(struct world *w, struct nas_message *message, bool up)
{
    if (!up || message->type != NAS_AUTHENTICATION_RESPONSE)
        return;
    w->nas_filter = NULL;
    require();
}

static void begin_both(void)
{
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    world.nas_filter = require_at_response;
    say_something();
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 1);
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 2);
    assert_null(ue()->pending);
}

static void a_security_mode_command_waits_for_the_end_of_a_handover(void **state)
{
    (void)state;
    begin_both();
    cancel();
    assert_int_equal(world.heard[NAS_SECURITY_MODE_COMMAND], 2);
    assert_int_equal(ue()->ncc, NCC_NEW_KAMF); /* the gNB, played by the test, has not answered yet */
    assert_memory_equal(ue()->kamf, phone()->kamf, sizeof ue()->kamf);
}

static void and_for_the_phone_at_the_target(void **state)
{
    (void)state;
    begin_both();
    admit();
    assert_true(phone_change_kamf(phone(), for_phone()));
    notify();
    assert_int_equal(world.heard[NAS_SECURITY_MODE_COMMAND], 2);
    assert_non_null(ue()->pending);
}

static void a_handover_with_a_security_mode_command_out_goes_on_with_the_present_key(void **state)
{
    (void)state;
    want_new_keys();
    assert_true(pending_keys_set(ue(), &ue()->security, ue()->kamf));
    require();
    assert_false(told.new_keys);
    assert_int_equal(told.nas_size, 0);
    pending_keys_drop(ue());
}

static void answer_wrongly(struct world *w, struct nas_message *message, bool up)
{
    (void)w;
    if (up && message->type == NAS_AUTHENTICATION_RESPONSE)
        ((uint8_t *)message->authentication_response.response.data)[0] ^= 1;
}

static void who_answers_wrongly_is_deregistered(void **state)
{
    (void)state;
    world.nas_filter = answer_wrongly;
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    say_something();
    assert_null(ue());
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REJECT], 1);
}

static bool lose_challenges(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    return pdu->message != NGAP_DOWNLINK_NAS_TRANSPORT;
}

static void who_does_not_answer_is_released(void **state)
{
    (void)state;
    world.downlink_filter = lose_challenges;
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    say_something();
    world_pass(&world, NAS_TRANSMISSIONS * world.config->amf.timers.t3560);
    assert_non_null(ue());
    assert_true(ue()->registered);
    assert_null(ue()->connection);
}

/* --- interrupted --- */

/* The phone has taken the new keys when this comes, and the core does not hear of it. */
static bool lose_completion(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    return pdu->message != NGAP_UPLINK_NAS_TRANSPORT ||
           memcmp(phone()->kamf, ue()->kamf, sizeof ue()->kamf) == 0;
}

static void leave_keys_in_doubt(void)
{
    world.uplink_filter = lose_completion;
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    say_something();
    world.uplink_filter = NULL;
    assert_int_equal(world.heard[NAS_SECURITY_MODE_COMMAND], 2);
    assert_non_null(ue()->pending);
    assert_memory_not_equal(phone()->kamf, ue()->kamf, sizeof ue()->kamf);
}

static void is_served_with_the_key_it_has(void)
{
    phone_request_service(phone(), NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_int_equal(world.heard[NAS_SERVICE_REJECT], 0);
    assert_int_equal(world.heard[NAS_SERVICE_ACCEPT], 1);
    assert_null(ue()->pending);
    assert_memory_equal(phone()->kamf, ue()->kamf, sizeof ue()->kamf);
    assert_int_equal(world.core->metrics.misdeeds[MISDEED_FAILED_MAC], 0);
}

static bool spoil(struct world *w, struct ngap_pdu *pdu)
{
    static uint8_t copy[256];
    (void)w;
    if (pdu->message != NGAP_UPLINK_NAS_TRANSPORT)
        return true;
    struct bytes *nas = &((struct ngap_uplink_nas_transport *)pdu->value.uplink_nas_transport)->nas_pdu;
    assert_in_range(nas->len, 1, sizeof copy);
    memcpy(copy, nas->data, nas->len);
    copy[nas->len - 1] ^= 1;
    *nas = bytes_of(copy, nas->len);
    return true;
}

static void a_message_under_the_other_key_is_no_failed_integrity_check_but_a_forged_one_is(void **state)
{
    (void)state;
    leave_keys_in_doubt();
    say_something();
    assert_non_null(ue()->pending);
    assert_int_equal(world.core->metrics.misdeeds[MISDEED_FAILED_MAC], 0);
    world.uplink_filter = spoil;
    say_something();
    assert_int_equal(world.core->metrics.misdeeds[MISDEED_FAILED_MAC], 1);
}

static void a_connection_that_breaks_leaves_a_phone_with_either_key(void **state)
{
    (void)state;
    leave_keys_in_doubt();
    ran_gnb_lose(phone()->connection);
    an_release(ue(), N2_RADIO(UNSPECIFIED), "test");
    world_run(&world);
    is_served_with_the_key_it_has();
}

static void a_restart_leaves_a_phone_with_either_key(void **state)
{
    (void)state;
    leave_keys_in_doubt();
    ran_gnb_lose(phone()->connection);
    world_restart(&world);
    assert_non_null(ue()->pending);
    assert_int_equal(ue()->kept.association, 0);
    world_announce(&world, 0);
    is_served_with_the_key_it_has();
}

static void a_phone_that_kept_its_key_is_heard_with_it(void **state)
{
    (void)state;
    uint8_t kamf[32];
    memset(kamf, 0xab, sizeof kamf);
    struct nas_security proposed;
    nas_security_start(&proposed, NAS_NETWORK, kamf, 2, 0, 3);
    assert_true(pending_keys_set(ue(), &proposed, kamf));
    ran_gnb_lose(phone()->connection);
    an_release(ue(), N2_RADIO(UNSPECIFIED), "test");
    world_run(&world);
    is_served_with_the_key_it_has();
}

static void lose_the_target_after_the_command(bool phone_has_gone)
{
    want_new_keys();
    require();
    admit();
    if (phone_has_gone)
        assert_true(phone_change_kamf(phone(), for_phone()));
    core_association_down(world.core, ASSOCIATION + TARGET, "test");
    world_run(&world);
    assert_null(ue()->connection);
    assert_null(ue()->target);
    assert_non_null(ue()->pending);
    ran_gnb_lose(phone()->connection);
    world.downlink_filter = NULL;
}

static void a_phone_that_has_gone_to_a_target_that_is_lost_is_heard_with_its_new_key(void **state)
{
    (void)state;
    lose_the_target_after_the_command(true);
    is_served_with_the_key_it_has();
}

static void and_one_that_has_not_gone_with_its_former_one(void **state)
{
    (void)state;
    lose_the_target_after_the_command(false);
    is_served_with_the_key_it_has();
}

static bool register_meanwhile(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT && ue()->pending && !told.delivered++)
        phone_register(phone(), NAS_PERIODIC_REGISTRATION);
    return true;
}

/* 5.4.2.7 c: the procedure is given up, but the phone has taken its key all the same. */
static void a_registration_that_crosses_a_security_mode_command_is_accepted_under_the_new_key(void **state)
{
    (void)state;
    world.downlink_filter = register_meanwhile;
    ue()->security.uplink = phone()->security.uplink = NAS_COUNT_RENEW;
    say_something();
    assert_int_equal(world.heard[NAS_SECURITY_MODE_COMMAND], 2);
    assert_int_equal(world.heard[NAS_REGISTRATION_ACCEPT], 2);
    assert_null(ue()->pending);
    assert_memory_equal(phone()->kamf, ue()->kamf, sizeof ue()->kamf);
}

static void the_age_of_keys_survives_a_restart(void **state)
{
    (void)state;
    int64_t keyed = ue()->keyed;
    assert_true(keyed > 0);
    world_restart(&world);
    assert_true(ue()->keyed == keyed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(a_handover_changes_kamf),
        TEST(without_the_policy_it_does_not),
        TEST(counts_that_are_nearly_used_up_call_for_it),
        TEST(the_phone_refuses_a_container_that_is_not_its_own),
        TEST(a_container_is_good_once),
        TEST(a_handover_that_fails_leaves_the_keys),
        TEST(a_new_kamf_begins_before_the_chain_is_too_long_for_the_phone),
        TEST(a_phone_that_arrives_has_caught_up_with_the_chain),
        TEST(a_kgnb_that_the_target_did_not_use_stays_due),
        TEST(nas_waits_for_the_new_key_and_is_sealed_with_it),
        TEST(nas_that_waited_goes_to_a_phone_that_stayed),
        TEST(old_keys_are_replaced),
        TEST(nas_waits_for_the_end_of_a_security_mode_control),
        TEST(worn_out_counts_are_begun_anew),
        TEST(a_gnb_that_does_not_take_the_key_gets_it_with_the_next_handover),
        TEST(a_gnb_that_does_not_answer_is_not_waited_for_long),
        TEST(the_answer_to_another_modification_is_not_taken_for_this_one),
        TEST(a_security_mode_command_waits_for_the_end_of_a_handover),
        TEST(and_for_the_phone_at_the_target),
        TEST(a_handover_with_a_security_mode_command_out_goes_on_with_the_present_key),
        TEST(who_answers_wrongly_is_deregistered),
        TEST(who_does_not_answer_is_released),
        TEST(a_message_under_the_other_key_is_no_failed_integrity_check_but_a_forged_one_is),
        TEST(a_connection_that_breaks_leaves_a_phone_with_either_key),
        TEST(a_restart_leaves_a_phone_with_either_key),
        TEST(a_phone_that_kept_its_key_is_heard_with_it),
        TEST(a_phone_that_has_gone_to_a_target_that_is_lost_is_heard_with_its_new_key),
        TEST(and_one_that_has_not_gone_with_its_former_one),
        TEST(a_registration_that_crosses_a_security_mode_command_is_accepted_under_the_new_key),
        TEST(the_age_of_keys_survives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
