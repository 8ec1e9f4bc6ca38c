/* SPDX-License-Identifier: Apache-2.0 */
/* Registration, by honest phones and by others (TS 24.501 5.5.1, TS 33.501 6.1). */
#include "amf_world.h"

static struct world world;

static int open_world(void **state)
{
    (void)state;
    world_open(&world);
    world_ready(&world);
    return 0;
}

static void a_phone_registers_with_its_suci(void **state)
{
    (void)state;
    world_register(&world, 0);
    struct ue *ue = world_ue(&world, 0);
    assert_non_null(ue);
    assert_true(ue->registered);
    assert_true(ue->connection->context_up);
    assert_null(ue->procedure);
    assert_int_equal(ue->former_tmsi, 0);
    assert_int_equal(world.events[0][PHONE_NETWORK_NAME], 1);
    assert_int_equal(world.core->provisional, 0);
    assert_string_equal(ue->imeisv, world.phones[0].imeisv);
}

static void each_registration_gives_a_new_guti(void **state)
{
    (void)state;
    world_register(&world, 0);
    uint32_t first = world.phones[0].guti.s_tmsi.tmsi;
    world_idle(&world, 0);
    phone_register(&world.phones[0], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 2);
    assert_int_not_equal(world.phones[0].guti.s_tmsi.tmsi, first);
    assert_null(ue_by_tmsi(world.core, first));
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 1); /* proved itself by its security context */
}

static void a_phone_whose_guti_nobody_knows_is_asked_for_its_suci(void **state)
{
    (void)state;
    world_register(&world, 0);
    world_idle(&world, 0);
    world.phones[0].guti.s_tmsi.tmsi ^= 1;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.heard[NAS_IDENTITY_REQUEST], 1);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 2);
    assert_int_equal(world.core->ues_by_supi.count, 1);
}

static void a_sequence_number_out_of_step_is_resynchronised_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < USIM_INDEXES; i++)
        world.phones[0].usim.seq[i] = 100000;
    world_register(&world, 0);
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 2);
}

static void a_usim_with_another_key_is_rejected(void **state)
{
    (void)state;
    world.phones[0].usim.key.k[0] ^= 1;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 0);
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REJECT], 1);
    assert_null(world_ue(&world, 0));
    assert_int_equal(world.core->provisional, 0);
    assert_int_equal(world.core->metrics.authentications_failed, 1);
}

static uint8_t type_of(const struct ngap_pdu *pdu)
{
    return pdu->message == NGAP_UPLINK_NAS_TRANSPORT ? nas_peek(pdu->value.uplink_nas_transport->nas_pdu) : 0;
}

static bool falsify_response(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    if (type_of(pdu) == NAS_AUTHENTICATION_RESPONSE) {
        struct bytes nas = pdu->value.uplink_nas_transport->nas_pdu;
        ((uint8_t *)nas.data)[nas.len - 1] ^= 1;
    }
    return true;
}

static void a_wrong_answer_to_the_challenge_is_rejected(void **state)
{
    (void)state;
    world.uplink_filter = falsify_response;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REJECT], 1);
    assert_null(world_ue(&world, 0));
    assert_int_equal(world.core->provisional, 0);
}

static bool lose_response(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    return type_of(pdu) != NAS_AUTHENTICATION_RESPONSE && type_of(pdu) != NAS_AUTHENTICATION_FAILURE;
}

static bool keep_the_header_of_a_new_context(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    if (pdu->message == NGAP_UPLINK_NAS_TRANSPORT) {
        uint8_t *nas = (uint8_t *)pdu->value.uplink_nas_transport->nas_pdu.data;
        if (nas[1] == NAS_INTEGRITY_CIPHERED)
            nas[1] = NAS_INTEGRITY_CIPHERED_NEW;
    }
    return true;
}

static void a_phone_may_call_its_current_security_context_new(void **state)
{
    (void)state;
    world.uplink_filter = keep_the_header_of_a_new_context;
    world_register(&world, 0);
    assert_int_equal(world.events[0][PHONE_NETWORK_NAME], 1); /* so the registration complete was heard */
    assert_null(world_ue(&world, 0)->procedure);
    assert_int_equal(world.core->metrics.nas_integrity_failures, 0);
}

static void a_challenge_is_repeated_four_times_and_then_given_up(void **state)
{
    (void)state;
    world.uplink_filter = lose_response;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    timer_stop(&world.timers, &world.phones[0].guard); /* a patient phone */
    world_pass(&world, 4 * world.config->amf.timers.t3560 + 1);
    assert_int_equal(world.core->metrics.authentications_asked, 5);
    assert_int_equal(world.core->provisional, 1);
    world_pass(&world, world.config->amf.timers.t3560);
    assert_int_equal(world.core->metrics.authentications_asked, 5);
    assert_int_equal(world.core->provisional, 0);
    assert_int_equal(world.sent[NGAP_UE_CONTEXT_RELEASE_COMMAND], 1);
}

static void a_phone_without_an_acceptable_integrity_algorithm_is_rejected(void **state)
{
    (void)state;
    world.model.ia = 0x80;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_REGISTRATION_FAILED], 1);
    assert_int_equal(world.cause[0], NAS_GMM_SECURITY_CAPABILITIES_MISMATCH);
    assert_null(world_ue(&world, 0));
}

static void a_slice_that_is_not_subscribed_gives_way_to_the_default_one(void **state)
{
    (void)state;
    world.model.slice.sst = 3;
    world_register(&world, 0); /* the default slice is allowed instead */
    assert_int_equal(world_ue(&world, 0)->allowed[0].sst, 1);
}

static void a_barred_subscriber_is_told_cause_7(void **state)
{
    struct store_subscriber subscriber;
    (void)state;
    assert_int_equal(store_subscriber_get(world.store, "imsi-999700000000001", &world.arena, &subscriber),
                     STORE_OK);
    subscriber.barred = true;
    assert_int_equal(store_subscriber_put(world.store, &subscriber), STORE_OK);
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.cause[0], NAS_GMM_5GS_SERVICES_NOT_ALLOWED);
    assert_null(world_ue(&world, 0));
}

static void a_full_disk_rejects_the_registration_with_congestion(void **state)
{
    (void)state;
    store_inject(world.store, STORE_FULL, 0);
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_REGISTRATION_FAILED], 1);
    assert_int_equal(world.cause[0], NAS_GMM_CONGESTION);
    assert_int_equal(world.core->provisional, 0);
    store_inject(world.store, STORE_OK, 0);
    world_register(&world, 0);
}

/* What an attacker must not be able to touch. */
struct portrait {
    struct nas_security security;
    struct connection *connection;
    uint32_t tmsi;
    bool registered;
};

static struct portrait portrait_of(unsigned phone)
{
    const struct ue *ue = world_ue(&world, phone);
    assert_non_null(ue);
    struct portrait portrait;
    memset(&portrait, 0, sizeof portrait);
    portrait.security = ue->security;
    portrait.connection = ue->connection;
    portrait.tmsi = ue->tmsi;
    portrait.registered = ue->registered;
    return portrait;
}

static void assert_untouched(unsigned phone, const struct portrait *before)
{
    struct portrait now = portrait_of(phone);
    assert_memory_equal(&now, before, sizeof now);
    assert_null(world_ue(&world, phone)->procedure);
}

static void a_stolen_guti_has_no_effect_on_its_owner(void **state)
{
    (void)state;
    world_register(&world, 0);
    struct portrait before = portrait_of(0);
    struct phone *thief = &world.phones[1];
    thief->has_guti = true;
    thief->guti = world.phones[0].guti;
    world.uplink_filter = lose_response;
    phone_register(thief, NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_untouched(0, &before);
    world_pass(&world, SECONDS(60));
    assert_untouched(0, &before);
    assert_int_equal(world.core->provisional, 0);
}

static struct bytes forged_answer;
static unsigned forgeries;

static bool forge_answer(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    uint8_t type = type_of(pdu);
    if (type == NAS_AUTHENTICATION_RESPONSE || type == NAS_AUTHENTICATION_FAILURE) {
        ((struct ngap_uplink_nas_transport *)pdu->value.uplink_nas_transport)->nas_pdu = forged_answer;
        forgeries++;
    }
    return true;
}

/* A wrong RES*, and a resynchronisation that nobody's USIM has asked for. */
static void a_forged_answer_has_no_effect_on_the_owner_of_the_guti(void **state)
{
    static const uint8_t response[21] = {0x7e, 0, NAS_AUTHENTICATION_RESPONSE, 0x2d, 16};
    static const uint8_t failure[20] = {0x7e, 0, NAS_AUTHENTICATION_FAILURE, NAS_GMM_SYNCH_FAILURE, 0x30, 14};
    const struct bytes answers[] = {BYTES(response), BYTES(failure)};
    (void)state;
    world_register(&world, 0);
    struct portrait before = portrait_of(0);
    world.uplink_filter = forge_answer;
    for (unsigned i = 0; i < 2; i++) {
        struct phone *thief = &world.phones[1 + i];
        forged_answer = answers[i];
        forgeries = 0;
        thief->has_guti = true;
        thief->guti = world.phones[0].guti;
        phone_register(thief, NAS_INITIAL_REGISTRATION);
        world_run(&world);
        assert_int_not_equal(forgeries, 0);
        assert_untouched(0, &before);
        world_pass(&world, SECONDS(60));
        assert_untouched(0, &before);
        assert_int_equal(world.core->provisional, 0);
    }
    /* Nor have its sequence numbers moved: the next challenge is good at once. */
    world.uplink_filter = NULL;
    world_idle(&world, 0);
    world.phones[0].has_guti = false;
    world.phones[0].security.ngksi = NAS_KSI_NONE;
    unsigned challenges = world.heard[NAS_AUTHENTICATION_REQUEST];
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], challenges + 1);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 2);
}

static struct ngap_initial_ue_message kept_message;
static uint8_t kept_bytes[2048];

static bool keep_initial(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    if (pdu->message == NGAP_INITIAL_UE_MESSAGE) {
        kept_message = *pdu->value.initial_ue_message;
        kept_message.five_g_s_tmsi = NULL;
        memcpy(kept_bytes, kept_message.nas_pdu.data, kept_message.nas_pdu.len);
        kept_message.nas_pdu.data = kept_bytes;
    }
    return true;
}

static void a_replayed_request_has_no_effect_on_its_owner(void **state)
{
    (void)state;
    world_register(&world, 0);
    world_idle(&world, 0);
    world.uplink_filter = keep_initial;
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    world.uplink_filter = NULL;
    assert_non_null(world_ue(&world, 0)->connection);
    struct portrait before = portrait_of(0);
    kept_message.ran_ue_ngap_id = 999;
    world_ngap(&world, 0, NGAP_INITIAL_UE_MESSAGE, &kept_message);
    assert_untouched(0, &before);
    assert_int_equal(world.core->metrics.service_requests_failed, 1);
    assert_int_equal(world.core->metrics.nas_integrity_failures, 1);
}

static void a_forged_deregistration_has_no_effect(void **state)
{
    (void)state;
    world_register(&world, 0);
    struct portrait before = portrait_of(0);
    struct nas_message message = {
        .type = NAS_DEREGISTRATION_REQUEST,
        .deregistration_request = {.type = {.access = 1, .switch_off = true}, .ngksi = 0},
    };
    message.deregistration_request.identity.type = NAS_GUTI;
    message.deregistration_request.identity.guti = world.phones[0].guti;
    struct writer writer = writer_of(kept_bytes, sizeof kept_bytes);
    assert_true(nas_encode(&message, &writer));
    world.uplink_filter = keep_initial;
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    world.uplink_filter = NULL;
    writer = writer_of(kept_bytes, sizeof kept_bytes);
    assert_true(nas_encode(&message, &writer));
    kept_message.nas_pdu = writer_bytes(&writer);
    kept_message.ran_ue_ngap_id = 999;
    world_ngap(&world, 0, NGAP_INITIAL_UE_MESSAGE, &kept_message);
    struct ngap_uplink_nas_transport transport = {
        .amf_ue_ngap_id = world_ue(&world, 0)->connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = world_ue(&world, 0)->connection->ran_ue_ngap_id,
        .nas_pdu = writer_bytes(&writer),
        .user_location_information = kept_message.user_location_information,
    };
    world_ngap(&world, 0, NGAP_UPLINK_NAS_TRANSPORT, &transport);
    assert_untouched(0, &before);
}

static void limits_refuse_with_congestion_and_hurt_nobody(void **state)
{
    (void)state;
    world_register(&world, 0);
    world.config->limits.ues = 1;
    struct portrait before = portrait_of(0);
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.cause[1], NAS_GMM_CONGESTION);
    assert_int_equal(world.core->provisional, 0);
    assert_untouched(0, &before);
    world_idle(&world, 0);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void a_phone_that_the_core_knows_takes_no_second_place(void **state)
{
    (void)state;
    world_register(&world, 0);
    world.config->limits.ues = 1;
    world_idle(&world, 0);
    world.phones[0].has_guti = false;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.core->ues_by_supi.count, 1);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void newcomers_at_once_do_not_exceed_the_limit(void **state)
{
    (void)state;
    world.config->limits.ues = 2;
    for (unsigned i = 0; i < 4; i++)
        phone_register(&world.phones[i], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.core->ues_by_supi.count, 2);
    unsigned refused = 0;
    for (unsigned i = 0; i < 4; i++)
        refused += world.cause[i] == NAS_GMM_CONGESTION;
    assert_int_equal(refused, 2);
    assert_int_equal(world.core->provisional, 0);
}

static void a_suci_routed_to_another_udm_is_an_illegal_ue(void **state)
{
    (void)state;
    static const struct config_routing_indicator ours = {"678"};
    world.config->network.routing_indicators = &ours;
    world.config->network.routing_indicator_count = 1;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.cause[0], NAS_GMM_ILLEGAL_UE);
    assert_null(world_ue(&world, 0));
}

static void one_gnb_cannot_use_up_all_procedures(void **state)
{
    (void)state;
    world.config->limits.procedures = 4; /* a share of two */
    world_set_up_gnb(&world, 1);
    phone_camp(&world.phones[3], &world.gnbs[1]);
    world.uplink_filter = lose_response;
    for (unsigned i = 0; i < 3; i++)
        phone_register(&world.phones[i], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.core->provisional, 2);
    assert_int_equal(world.cause[2], NAS_GMM_CONGESTION);
    world.uplink_filter = NULL;
    world_register(&world, 3);
}

static void the_loss_of_the_gnb_ends_a_registration_that_waits(void **state)
{
    (void)state;
    world.uplink_filter = lose_response;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.core->provisional, 1);
    world.uplink_filter = NULL;
    ran_gnb_lost(&world.gnbs[0]);
    core_association_down(world.core, 100, "test");
    world_run(&world);
    assert_int_equal(world.core->provisional, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_phone_registers_with_its_suci),
        TEST(each_registration_gives_a_new_guti),
        TEST(a_phone_whose_guti_nobody_knows_is_asked_for_its_suci),
        TEST(a_sequence_number_out_of_step_is_resynchronised_once),
        TEST(a_usim_with_another_key_is_rejected),
        TEST(a_wrong_answer_to_the_challenge_is_rejected),
        TEST(a_phone_may_call_its_current_security_context_new),
        TEST(a_challenge_is_repeated_four_times_and_then_given_up),
        TEST(a_phone_without_an_acceptable_integrity_algorithm_is_rejected),
        TEST(a_slice_that_is_not_subscribed_gives_way_to_the_default_one),
        TEST(a_barred_subscriber_is_told_cause_7),
        TEST(a_full_disk_rejects_the_registration_with_congestion),
        TEST(a_stolen_guti_has_no_effect_on_its_owner),
        TEST(a_forged_answer_has_no_effect_on_the_owner_of_the_guti),
        TEST(a_replayed_request_has_no_effect_on_its_owner),
        TEST(a_forged_deregistration_has_no_effect),
        TEST(limits_refuse_with_congestion_and_hurt_nobody),
        TEST(a_phone_that_the_core_knows_takes_no_second_place),
        TEST(newcomers_at_once_do_not_exceed_the_limit),
        TEST(a_suci_routed_to_another_udm_is_an_illegal_ue),
        TEST(one_gnb_cannot_use_up_all_procedures),
        TEST(the_loss_of_the_gnb_ends_a_registration_that_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
