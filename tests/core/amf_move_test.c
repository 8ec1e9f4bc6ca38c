/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registered phone reports from somewhere else, or crosses what the core does with it (TS 24.501 5.5.1.3, 5.5.1.2.8, 5.5.2.3.5).
 * Rows of docs/collisions.md.
 */
#include "amf_world.h"

#include "core/amf/gmm.h"
#include "core/amf/restriction.h"

static const char wide[] = "network:\n"
                           "  plmns:\n"
                           "    - {plmn: 999/70, tacs: [1, 2], slices: [{sst: 1}, {sst: 2}]}\n"
                           "    - {plmn: 999/71, tacs: [1]}\n"
                           "  home_plmns: [999/70]\n";

static struct world world;
static struct nas_registration_accept accepted;
static struct nas_session_cause accepted_causes[SMF_SESSIONS_PER_UE];
static void (*alter)(struct nas_registration_request *request);

static void look(struct world *w, struct nas_message *message, bool up)
{
    (void)w;
    if (up && message->type == NAS_REGISTRATION_REQUEST && alter)
        alter(&message->registration_request);
    if (up || message->type != NAS_REGISTRATION_ACCEPT)
        return;
    accepted = message->registration_accept;
    for (size_t i = 0; i < accepted.reactivation_causes.count; i++)
        accepted_causes[i] = accepted.reactivation_causes.items[i];
}

static int open_world(void **state)
{
    (void)state;
    world_open(&world);
    world_configure(&world, wide);
    world_ready(&world);
    world_register(&world, 0);
    world.nas_filter = look;
    alter = NULL;
    world_set_up_gnb(&world, 1);
    return 0;
}

static void open_session(uint8_t id)
{
    assert_non_null(phone_open_session(&world.phones[0], id, NULL, 0));
    world_run(&world);
    assert_true(smf_sessions(world_ue(&world, 0)) >> id & 1);
}

static void change_subscription(unsigned phone, const struct store_access *access,
                                const struct store_slice *slices, unsigned slice_count)
{
    struct store_subscriber subscriber;
    char supi[STORE_SUPI_BYTES];
    assert_true(store_supi_parse(world.phones[phone].imsi, supi));
    assert_int_equal(store_subscriber_get(world.store, supi, &world.arena, &subscriber), STORE_OK);
    if (access)
        subscriber.access = *access;
    if (slices)
        subscriber.slices = slices, subscriber.slice_count = slice_count;
    assert_int_equal(store_subscriber_put(world.store, &subscriber), STORE_OK);
}

static unsigned connections(unsigned gnb)
{
    return (unsigned)gnb_find(world.core, 100 + gnb)->connections.count;
}

static void report(enum nas_registration_kind kind)
{
    phone_register(&world.phones[0], kind);
    world_run(&world);
}

/* The phone's radio forgets the old cell, the old gNB and the core do not. */
static void move(unsigned gnb)
{
    phone_camp(&world.phones[0], &world.gnbs[gnb]);
}

/* --- sessions --- */

static void want_uplink(struct nas_registration_request *request)
{
    request->uplink_data_status = 1 << 5 | 1 << 6;
    request->has.uplink_data_status = true;
    request->type.follow_on = true;
}

static void sessions_with_data_come_back_at_the_new_gnb(void **state)
{
    (void)state;
    open_session(5);
    world_idle(&world, 0);
    move(1);
    alter = want_uplink;
    report(NAS_MOBILITY_REGISTRATION);
    assert_int_equal(smf_active(world_ue(&world, 0)), 1 << 5);
    assert_true(accepted.has.pdu_session_status);
    assert_int_equal(accepted.pdu_session_status, 1 << 5);
    assert_true(accepted.has.reactivation_result);
    assert_int_equal(accepted.reactivation_result, 1 << 6); /* which is not there */
    assert_ptr_equal(world_ue(&world, 0)->connection->gnb, gnb_find(world.core, 101));
}

static void want_nothing(struct nas_registration_request *request)
{
    request->pdu_session_status = 0;
    request->has.pdu_session_status = true;
}

static void sessions_the_phone_has_lost_end_here_too(void **state)
{
    (void)state;
    open_session(5);
    world_idle(&world, 0);
    alter = want_nothing;
    report(NAS_MOBILITY_REGISTRATION);
    assert_int_equal(smf_sessions(world_ue(&world, 0)), 0);
    assert_null(world_ue(&world, 0)->connection); /* no follow-on, no data */
}

static void follow_on(struct nas_registration_request *request)
{
    request->type.follow_on = true;
}

static void a_follow_on_request_keeps_the_connection(void **state)
{
    (void)state;
    world_idle(&world, 0);
    alter = follow_on;
    report(NAS_PERIODIC_REGISTRATION);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void allow_pending(struct nas_registration_request *request)
{
    request->allowed_pdu_session_status = 0xfffe;
    request->has.allowed_pdu_session_status = true;
}

static void an_allowed_session_status_gets_a_result(void **state)
{
    (void)state;
    open_session(5);
    world_idle(&world, 0);
    alter = allow_pending;
    report(NAS_MOBILITY_REGISTRATION);
    assert_true(accepted.has.reactivation_result);
    assert_int_equal(accepted.reactivation_result, 0); /* nothing waited */
}

/* --- slices --- */

static const struct store_dnn internet = {
    .name = "internet", .type = STORE_IPV4, .fiveqi = 9, .arp = 8, .ambr_uplink = 1, .ambr_downlink = 1};
static const struct store_slice two_slices[] = {
    {.slice = {1, CONFIG_NO_SD}, .is_default = true, .dnns = &internet, .dnn_count = 1},
    {.slice = {2, CONFIG_NO_SD}, .dnns = &internet, .dnn_count = 1}};

/* Phone 1, at gNB 2 that has slice 2 only. */
static void register_in_slice_2(void)
{
    change_subscription(1, NULL, two_slices, 2);
    world.gnbs[2].settings.slice.sst = 2;
    world_set_up_gnb(&world, 2);
    world.model.slice.sst = 2;
    phone_camp(&world.phones[1], &world.gnbs[2]);
    world_register(&world, 1);
    assert_int_equal(world_ue(&world, 1)->allowed[0].sst, 2);
}

static void a_periodic_registration_keeps_the_slices(void **state)
{
    (void)state;
    register_in_slice_2();
    phone_register(&world.phones[1], NAS_PERIODIC_REGISTRATION);
    world_run(&world);
    assert_int_equal(world_ue(&world, 1)->allowed_count, 1);
    assert_int_equal(world_ue(&world, 1)->allowed[0].sst, 2);
}

static void a_session_in_a_slice_that_is_left_ends_and_the_phone_is_told(void **state)
{
    (void)state;
    world.session_slice.sst = 2;
    open_session(5);
    world_idle(&world, 0);
    alter = NULL;
    report(NAS_MOBILITY_REGISTRATION);
    assert_int_equal(smf_sessions(world_ue(&world, 0)), 0);
    assert_true(accepted.has.pdu_session_status);
    assert_int_equal(accepted.pdu_session_status, 0);
}

/* --- radio capability, paging cycle --- */

static void renew_radio(struct nas_registration_request *request)
{
    request->update_type.radio_capability_update = true;
    request->has.update_type = true;
    request->requested_drx = 3;
    request->has.requested_drx = true;
}

static void a_new_radio_capability_is_asked_of_the_phone(void **state)
{
    (void)state;
    struct ue *ue = world_ue(&world, 0);
    ue_keep(&ue->radio_capability, bytes_of("old", 3), 100);
    world_idle(&world, 0);
    report(NAS_MOBILITY_REGISTRATION);
    assert_int_equal(ue->radio_capability.len, 3);
    alter = renew_radio;
    report(NAS_MOBILITY_REGISTRATION);
    assert_int_equal(ue->radio_capability.len, 0);
    assert_int_equal(ue->drx, 3);
    assert_int_equal(accepted.negotiated_drx, 3);
    alter = NULL;
    report(NAS_PERIODIC_REGISTRATION);
    assert_int_equal(ue->drx, 3);
    assert_false(accepted.has.negotiated_drx);
}

/* --- the phone is on a second gNB while the first has not released it --- */

static bool release_is_for_mobility(void)
{
    return world.last_cause.which == NGAP_CAUSE_RADIO_NETWORK &&
           world.last_cause.radio_network == NGAP_CAUSE_RADIO_NETWORK_RELEASE_DUE_TO_CN_DETECTED_MOBILITY;
}

static void a_service_request_elsewhere_releases_the_old_connection(void **state)
{
    (void)state;
    open_session(5);
    move(1);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_true(release_is_for_mobility());
    assert_int_equal(connections(0), 0);
    assert_int_equal(connections(1), 1);
    assert_int_equal(smf_sessions(world_ue(&world, 0)), 1 << 5);
}

static bool break_mac(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    if (pdu->message == NGAP_INITIAL_UE_MESSAGE)
        ((uint8_t *)pdu->value.initial_ue_message->nas_pdu.data)[2] ^= 1;
    return true;
}

static void without_proof_the_old_connection_stays(void **state)
{
    (void)state;
    open_session(5);
    move(1);
    world.uplink_filter = break_mac;
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_int_equal(world.cause[0], NAS_GMM_UE_IDENTITY_CANNOT_BE_DERIVED);
    assert_ptr_equal(world_ue(&world, 0)->connection->gnb, gnb_find(world.core, 100));
    assert_int_equal(smf_active(world_ue(&world, 0)), 1 << 5);
    assert_int_equal(connections(0), 1);
}

static bool lose_complete(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    return pdu->message != NGAP_UPLINK_NAS_TRANSPORT;
}

static void a_registration_that_waits_gives_way_to_one_elsewhere(void **state)
{
    (void)state;
    world_idle(&world, 0);
    world.uplink_filter = lose_complete;
    report(NAS_MOBILITY_REGISTRATION);
    assert_non_null(world_ue(&world, 0)->procedure);
    world.uplink_filter = NULL;
    move(1);
    report(NAS_MOBILITY_REGISTRATION);
    assert_null(world_ue(&world, 0)->procedure);
    assert_int_equal(world_ue(&world, 0)->former_tmsi, 0);
    assert_int_equal(connections(0), 0);
}

/* --- the same request twice --- */

static uint8_t kept[2048];
static size_t kept_length;

static bool keep_request(struct world *w, struct ngap_pdu *pdu)
{
    if (pdu->message == NGAP_INITIAL_UE_MESSAGE) {
        struct bytes nas = pdu->value.initial_ue_message->nas_pdu;
        memcpy(kept, nas.data, nas.len);
        kept_length = nas.len;
    }
    return lose_complete(w, pdu);
}

/* A plain request again on the connection, as it was or changed. */
static void say_again(unsigned phone)
{
    const struct ran_gnb_connection *connection = world.phones[phone].connection;
    struct ngap_uplink_nas_transport transport = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .nas_pdu = bytes_of(kept, kept_length),
        .user_location_information = {
            .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
            .user_location_information_nr = {.nr_cgi = {.plmn_identity = {0x99, 0xf9, 0x07}},
                                             .tai = {.plmn_identity = {0x99, 0xf9, 0x07}, .tac = 1}}}};
    world.uplink_filter = NULL;
    world_ngap(&world, 0, NGAP_UPLINK_NAS_TRANSPORT, &transport);
}

static void the_same_request_again_changes_nothing(void **state)
{
    (void)state;
    world.uplink_filter = keep_request;
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    unsigned asked = (unsigned)world.core->metrics.authentications_asked;
    say_again(1);
    assert_int_equal(world.core->metrics.authentications_asked, asked);
    assert_int_equal(world.core->provisional, 1);
}

static void another_request_takes_the_place_of_the_first(void **state)
{
    (void)state;
    world.uplink_filter = keep_request;
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    unsigned asked = (unsigned)world.core->metrics.authentications_asked;
    kept[3] ^= 8; /* follow-on request */
    say_again(1);
    assert_int_equal(world.core->metrics.authentications_asked, asked + 1);
    assert_int_equal(world.events[1][PHONE_REGISTERED], 1);
    assert_int_equal(world.core->provisional, 0);
}

/* --- crossing a deregistration by the network --- */

static void begin_deregistration(void)
{
    world.uplink_filter = lose_complete;
    assert_true(amf_deregister(world_ue(&world, 0), 0, false));
    world.deaf = true;
    world_run(&world);
    world.deaf = false;
    world.uplink_filter = NULL;
}

static void a_phone_that_begins_anew_is_not_deregistered(void **state)
{
    (void)state;
    begin_deregistration();
    move(1);
    report(NAS_INITIAL_REGISTRATION);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 2);
    world_pass(&world, SECONDS(60));
    assert_non_null(world_ue(&world, 0));
}

static void a_report_does_not_keep_a_phone_from_being_deregistered(void **state)
{
    (void)state;
    begin_deregistration();
    move(1);
    report(NAS_MOBILITY_REGISTRATION);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 1);
    world_pass(&world, world.config->amf.timers.t3522);
    assert_int_equal(world.heard[NAS_NETWORK_DEREGISTRATION_REQUEST], 1);
    assert_null(world_ue(&world, 0));
}

/* --- refusals --- */

static void a_subscriber_who_may_not_be_there_any_more_is_forgotten(void **state)
{
    (void)state;
    static const struct config_area forbidden[] = {{{{0x99, 0xf9, 0x07}}, CONFIG_ALL_TACS}};
    world_idle(&world, 0);
    store_on_change(world.store, NULL, NULL); /* the change is noticed at the next registration only */
    change_subscription(0, &(struct store_access){.forbidden = forbidden, .forbidden_count = 1}, NULL, 0);
    report(NAS_MOBILITY_REGISTRATION);
    assert_int_equal(world.cause[0], NAS_GMM_PLMN_NOT_ALLOWED);
    assert_null(world_ue(&world, 0));
}

static void claim_foreign_home(struct nas_registration_request *request)
{
    if (request->identity.type == NAS_SUCI)
        request->identity.suci.plmn.octets[2] = 0x17;
}

static void the_subscriber_of_another_network_is_sent_home(void **state)
{
    (void)state;
    alter = claim_foreign_home;
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.cause[1], NAS_GMM_PLMN_NOT_ALLOWED);
}

/* --- where the phone says it is --- */

static struct config_plmn chosen;

static bool choose_network(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    if (pdu->message == NGAP_INITIAL_UE_MESSAGE) {
        struct ngap_initial_ue_message *message = (void *)(uintptr_t)pdu->value.initial_ue_message;
        memcpy(message->selected_plmn_identity, chosen.octets, sizeof chosen.octets);
        message->has_selected_plmn_identity = true;
    }
    return true;
}

static uint8_t cause_of_network(struct config_plmn plmn)
{
    chosen = plmn;
    world.uplink_filter = choose_network;
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    return world.cause[1];
}

static void a_network_nobody_serves_is_not_allowed(void **state)
{
    (void)state;
    assert_int_equal(cause_of_network((struct config_plmn){{0x00, 0xf1, 0x10}}), NAS_GMM_PLMN_NOT_ALLOWED);
}

static void a_network_the_gnb_does_not_broadcast_is_no_place(void **state)
{
    (void)state;
    assert_int_equal(cause_of_network((struct config_plmn){{0x99, 0xf9, 0x17}}),
                     NAS_GMM_TRACKING_AREA_NOT_ALLOWED);
}

static void the_chosen_network_is_the_serving_one(void **state)
{
    (void)state;
    assert_int_equal(cause_of_network((struct config_plmn){{0x99, 0xf9, 0x07}}), 0);
    assert_int_equal(world.events[1][PHONE_REGISTERED], 1);
}

/* --- no service --- */

static const struct config_area here[] = {{{{0x99, 0xf9, 0x07}}, 1}};
static const struct store_access no_service_here = {
    .service = here, .service_count = 1, .service_not_allowed = true};

static void without_service_only_calls_for_help_and_answers_are_served(void **state)
{
    (void)state;
    open_session(5);
    world_idle(&world, 0);
    store_on_change(world.store, NULL, NULL);
    change_subscription(0, &no_service_here, NULL, 0);
    alter = want_uplink;
    report(NAS_MOBILITY_REGISTRATION);
    assert_int_equal(accepted.service_area_list.count, 1);
    assert_int_equal(accepted.reactivation_result, 1 << 5 | 1 << 6);
    assert_int_equal(accepted.reactivation_causes.count, 1);
    assert_int_equal(accepted_causes[0].cause, NAS_GMM_RESTRICTED_SERVICE_AREA);
    world_idle(&world, 0);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    assert_int_equal(world.cause[0], NAS_GMM_RESTRICTED_SERVICE_AREA);
    phone_request_service(&world.phones[0], NAS_SERVICE_MOBILE_TERMINATED);
    world_run(&world);
    assert_int_equal(world.heard[NAS_SERVICE_ACCEPT], 1);
    unsigned transfers = world.transfers;
    phone_open_session(&world.phones[0], 7, NULL, 0);
    world_run(&world);
    assert_int_equal(world.transfers, transfers);
    assert_int_equal(world.heard[NAS_DL_NAS_TRANSPORT], 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(sessions_with_data_come_back_at_the_new_gnb),
        TEST(sessions_the_phone_has_lost_end_here_too),
        TEST(a_follow_on_request_keeps_the_connection),
        TEST(an_allowed_session_status_gets_a_result),
        TEST(a_periodic_registration_keeps_the_slices),
        TEST(a_session_in_a_slice_that_is_left_ends_and_the_phone_is_told),
        TEST(a_new_radio_capability_is_asked_of_the_phone),
        TEST(a_service_request_elsewhere_releases_the_old_connection),
        TEST(without_proof_the_old_connection_stays),
        TEST(a_registration_that_waits_gives_way_to_one_elsewhere),
        TEST(the_same_request_again_changes_nothing),
        TEST(another_request_takes_the_place_of_the_first),
        TEST(a_phone_that_begins_anew_is_not_deregistered),
        TEST(a_report_does_not_keep_a_phone_from_being_deregistered),
        TEST(a_subscriber_who_may_not_be_there_any_more_is_forgotten),
        TEST(the_subscriber_of_another_network_is_sent_home),
        TEST(a_network_nobody_serves_is_not_allowed),
        TEST(a_network_the_gnb_does_not_broadcast_is_no_place),
        TEST(the_chosen_network_is_the_serving_one),
        TEST(without_service_only_calls_for_help_and_answers_are_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
