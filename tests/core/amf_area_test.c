/* SPDX-License-Identifier: Apache-2.0 */
/* Where a phone may go: registration areas, networks that are as one, restrictions (TS 23.501 5.3.2.3, 5.3.4.1). */
#include "amf_world.h"

#include "core/amf/area.h"
#include "core/amf/gmm.h"
#include "core/amf/restriction.h"

static const char wide[] = "network:\n"
                           "  plmns:\n"
                           "    - {plmn: 999/70, tacs: [1, 2, 3, 4], equivalents: [999/71, 310/026]}\n"
                           "    - {plmn: 999/71, tacs: [1, 2]}\n"
                           "  home_plmns: [999/70]\n"
                           "  registration_areas:\n"
                           "    - {name: town, tais: [999/70-1, 999/70-2, 999/71-1, 999/70-9]}\n"
                           "    - {name: harbour, tais: [999/70-3]}\n";

static struct world world;
static struct nas_registration_accept
    accepted; /* its lists point into the phone's memory: only counts are looked at later */
static struct nas_tai accepted_tais[CONFIG_AREA_TAIS];

static void note_accept(struct world *w, struct nas_message *message, bool up)
{
    (void)w;
    if (up || message->type != NAS_REGISTRATION_ACCEPT)
        return;
    accepted = message->registration_accept;
    for (size_t i = 0; i < accepted.tai_list.count; i++)
        accepted_tais[i] = accepted.tai_list.items[i];
}

static int open_world(void **state)
{
    (void)state;
    world_open(&world);
    world_configure(&world, wide);
    world.nas_filter = note_accept;
    accepted = (struct nas_registration_accept){0};
    return 0;
}

/* Sets up a gNB that serves the tracking area. */
static void open_gnb(unsigned gnb, uint32_t tac)
{
    world.gnbs[gnb].settings.tac = tac;
    world_set_up_gnb(&world, gnb);
}

/* The same, through another edge. */
static void open_gnb_elsewhere(unsigned gnb, uint32_t tac)
{
    core_association_down(world.core, 100 + gnb, "test");
    core_association_up(world.core, 100 + gnb, &(struct core_peer){.edge = "other"});
    open_gnb(gnb, tac);
}

static void restrict_access(unsigned phone, const struct store_access *access)
{
    struct store_subscriber subscriber;
    char supi[STORE_SUPI_BYTES];
    assert_true(store_supi_parse(world.phones[phone].imsi, supi));
    assert_int_equal(store_subscriber_get(world.store, supi, &world.arena, &subscriber), STORE_OK);
    subscriber.access = *access;
    assert_int_equal(store_subscriber_put(world.store, &subscriber), STORE_OK);
}

static void enter(unsigned phone, unsigned gnb)
{
    phone_camp(&world.phones[phone], &world.gnbs[gnb]);
    phone_register(&world.phones[phone], NAS_INITIAL_REGISTRATION);
    world_run(&world);
}

static struct tai tai(uint32_t tac)
{
    return (struct tai){{{0x99, 0xf9, 0x07}}, tac};
}

/* --- registration areas --- */

static void the_area_is_the_configured_one_as_far_as_it_is_served(void **state)
{
    (void)state;
    open_gnb(0, 2);
    enter(0, 0);
    const struct ue *ue = world_ue(&world, 0);
    assert_int_equal(ue->area_count, 3); /* 999/70-9 is served by nobody */
    assert_int_equal(ue->area[0].tac, 2);
    assert_true(area_holds(ue, tai(1)));
    assert_false(area_holds(ue, tai(3)));
    assert_true(area_holds(ue, (struct tai){{{0x99, 0xf9, 0x17}}, 1}));
    assert_int_equal(accepted.tai_list.count, 3);
    assert_int_equal(accepted_tais[0].tac, 2);
    assert_int_equal(accepted.equivalent_plmns.count, 2);
}

static void outside_of_all_areas_it_is_the_whole_network(void **state)
{
    (void)state;
    open_gnb(0, 4);
    enter(0, 0);
    assert_int_equal(world_ue(&world, 0)->area_count, 4);
    assert_int_equal(accepted_tais[0].tac, 4);
}

static void tell_last_visited(struct world *w, struct nas_message *message, bool up)
{
    note_accept(w, message, up);
    if (!up || message->type != NAS_REGISTRATION_REQUEST)
        return;
    message->registration_request.last_visited_tai = (struct nas_tai){{{0x99, 0xf9, 0x07}}, 1};
    message->registration_request.has.last_visited_tai = true;
}

static void the_last_visited_area_stays_within(void **state)
{
    (void)state;
    open_gnb(0, 3);
    enter(0, 0);
    assert_int_equal(world_ue(&world, 0)->area_count, 1);
    world.nas_filter = tell_last_visited;
    phone_register(&world.phones[0], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    assert_int_equal(world_ue(&world, 0)->area_count, 2);
    assert_true(area_holds(world_ue(&world, 0), tai(1)));
}

static void a_gnb_pages_in_its_own_part_of_the_area(void **state)
{
    (void)state;
    struct tai tais[CONFIG_AREA_TAIS];
    open_gnb(0, 1);
    open_gnb(1, 3);
    open_gnb(2, 2);
    enter(0, 0);
    const struct ue *ue = world_ue(&world, 0);
    assert_int_equal(area_at_gnb(ue, gnb_find(world.core, 100), tais), 1);
    assert_int_equal(area_at_gnb(ue, gnb_find(world.core, 101), tais), 0);
    assert_int_equal(area_at_gnb(ue, gnb_find(world.core, 102), tais), 1);
    assert_int_equal(tais[0].tac, 2);
}

static void it_never_holds_what_only_another_trust_domain_serves(void **state)
{
    (void)state;
    open_gnb(0, 1);
    open_gnb_elsewhere(1, 2);
    enter(0, 0);
    assert_int_equal(world_ue(&world, 0)->area_count, 1);
    assert_true(area_holds(world_ue(&world, 0), tai(1)));
    open_gnb(2, 2); /* now its own domain is there too */
    phone_register(&world.phones[0], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    assert_int_equal(world_ue(&world, 0)->area_count, 2);
}

static void only_the_domain_that_served_a_phone_hears_of_it(void **state)
{
    (void)state;
    open_gnb(0, 1);
    open_gnb_elsewhere(1, 1);
    enter(0, 0);
    world_session(&world, 0, 5);
    world_idle(&world, 0);
    world.sent[NGAP_PAGING] = 0;
    assert_true(world_data_waits(&world, 0, 5));
    world_run(&world);
    assert_int_equal(world.sent[NGAP_PAGING], 1);
    core_association_down(world.core, 100, "test"); /* nobody is left who may call it */
    world_pass(&world, SECONDS(60));
    assert_int_equal(world.sent[NGAP_PAGING], 1);
}

static void the_area_survives_a_restart(void **state)
{
    (void)state;
    static const struct config_area service[] = {{{{0x99, 0xf9, 0x07}}, 1}, {{{0x99, 0xf9, 0x07}}, 2}};
    restrict_access(0, &(struct store_access){.service = service, .service_count = 2});
    open_gnb(0, 1);
    enter(0, 0);
    world_restart(&world);
    const struct ue *ue = world_ue(&world, 0);
    assert_int_equal(ue->area_count, 2);
    assert_true(area_holds(ue, tai(2)));
    assert_non_null(ue->restrictions);
    assert_true(restriction_serves(ue->restrictions, tai(2)));
    assert_false(restriction_serves(ue->restrictions, tai(3)));
}

/* --- refusals --- */

static void assert_refused(const struct store_access *access, uint32_t tac, uint8_t cause)
{
    restrict_access(0, access);
    open_gnb(0, tac);
    enter(0, 0);
    assert_int_equal(world.cause[0], cause);
    assert_null(world_ue(&world, 0));
    assert_int_equal(world.core->provisional, 0);
}

static void a_forbidden_area_among_others_sends_the_phone_to_those(void **state)
{
    (void)state;
    static const struct config_area forbidden[] = {{{{0x99, 0xf9, 0x07}}, 2}};
    assert_refused(&(struct store_access){.forbidden = forbidden, .forbidden_count = 1}, 2,
                   NAS_GMM_NO_SUITABLE_CELLS);
}

static void where_every_area_is_forbidden_none_is_looked_for(void **state)
{
    (void)state;
    struct config_area forbidden[6];
    for (unsigned i = 0; i < 6; i++)
        forbidden[i] = (struct config_area){{{0x99, 0xf9, i < 4 ? 0x07 : 0x17}}, i < 4 ? i + 1 : i - 3};
    assert_refused(&(struct store_access){.forbidden = forbidden, .forbidden_count = 6}, 2,
                   NAS_GMM_TRACKING_AREA_NOT_ALLOWED);
}

static void a_forbidden_network_is_left_at_once(void **state)
{
    (void)state;
    static const struct config_area forbidden[] = {{{{0x99, 0xf9, 0x07}}, CONFIG_ALL_TACS}};
    assert_refused(&(struct store_access){.forbidden = forbidden, .forbidden_count = 1}, 1,
                   NAS_GMM_PLMN_NOT_ALLOWED);
}

static void away_from_home_a_forbidden_area_means_no_roaming(void **state)
{
    (void)state;
    static const struct config_area forbidden[] = {{{{0x99, 0xf9, 0x17}}, 1}};
    world.gnbs[0].settings.plmn.octets[2] = 0x17;
    assert_refused(&(struct store_access){.forbidden = forbidden, .forbidden_count = 1}, 1,
                   NAS_GMM_ROAMING_NOT_ALLOWED);
}

static void who_may_not_use_nr_or_5gc_is_told_so(void **state)
{
    (void)state;
    assert_refused(&(struct store_access){.rats = STORE_RAT_NR}, 1, NAS_GMM_NO_SUITABLE_CELLS);
    restrict_access(0, &(struct store_access){.cores = STORE_CORE_5GC});
    enter(0, 0);
    assert_int_equal(world.cause[0], NAS_GMM_N1_MODE_NOT_ALLOWED);
}

static void restrictions_on_others_do_not_matter_here(void **state)
{
    (void)state;
    restrict_access(0, &(struct store_access){.rats = STORE_RAT_EUTRA, .cores = STORE_CORE_EPC});
    open_gnb(0, 1);
    enter(0, 0);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 1);
}

/* --- what the gNB is told --- */

static void the_gnb_is_told_of_every_restriction(void **state)
{
    (void)state;
    static const struct config_area forbidden[] = {{{{0x99, 0xf9, 0x07}}, 3},
                                                   {{{0x13, 0x60, 0x20}}, CONFIG_ALL_TACS}};
    static const struct config_area service[] = {{{{0x99, 0xf9, 0x07}}, 1}};
    restrict_access(0, &(struct store_access){.forbidden = forbidden,
                                              .forbidden_count = 2,
                                              .service = service,
                                              .service_count = 1,
                                              .rats = STORE_RAT_EUTRA,
                                              .cores = STORE_CORE_EPC});
    open_gnb(0, 1);
    enter(0, 0);
    const struct ue *ue = world_ue(&world, 0);
    assert_int_equal(ue->area_count, 1); /* 2 would mix service with none */
    assert_int_equal(accepted.service_area_list.count, 1);
    assert_false(accepted.service_area_list.non_allowed);
    const struct ngap_mobility_restriction_list *list =
        restriction_list(ue, ue->connection->selected, &world.core->batch);
    assert_int_equal(list->equivalent_plmns.count, 1); /* the forbidden one is none */
    assert_int_equal(list->rat_restrictions.count, 2);
    assert_int_equal(list->rat_restrictions.items[0].rat_restriction_information, 0x80);
    assert_int_equal(list->forbidden_area_information.count, 1);
    assert_int_equal(list->forbidden_area_information.items[0].forbidden_tacs.items[0], 3);
    assert_int_equal(list->service_area_information.count, 1);
    assert_int_equal(list->service_area_information.items[0].allowed_tacs.count, 1);
    assert_true(list->has_cn_type_restrictions_for_serving);
}

static void where_nothing_is_restricted_nothing_is_said(void **state)
{
    (void)state;
    world.gnbs[0].settings.plmn.octets[2] = 0x17; /* which has no equivalents */
    open_gnb(0, 1);
    enter(0, 0);
    const struct ue *ue = world_ue(&world, 0);
    assert_null(restriction_list(ue, ue->connection->selected, &world.core->batch));
    assert_false(accepted.has.equivalent_plmns);
    assert_false(accepted.has.service_area_list);
}

/* --- a gNB that changes its tracking areas --- */

/* Tells the core that the gNB serves these, each with slice 1 in both networks. */
static void serve(unsigned gnb, const uint32_t *tacs, size_t count)
{
    static const struct ngap_slice_support_item slice = {.s_nssai = {.sst = 1}};
    static const struct ngap_broadcast_plmn_item networks[] = {
        {.plmn_identity = {0x99, 0xf9, 0x07}, .tai_slice_support_list = {&slice, 1}},
        {.plmn_identity = {0x99, 0xf9, 0x17}, .tai_slice_support_list = {&slice, 1}},
        {.plmn_identity = {0x00, 0xf1, 0x10}, .tai_slice_support_list = {&slice, 1}}};
    struct ngap_supported_ta_item items[8] = {0};
    for (size_t i = 0; i < count; i++)
        items[i] = (struct ngap_supported_ta_item){.tac = tacs[i], .broadcast_plmn_list = {networks, 3}};
    struct ngap_ran_configuration_update update = {.supported_ta_list = {items, count}};
    world_ngap(&world, gnb, NGAP_RAN_CONFIGURATION_UPDATE, &update);
}

static void a_gnb_has_the_areas_of_all_networks_it_shares_once_each(void **state)
{
    (void)state;
    open_gnb(0, 1);
    serve(0, (uint32_t[]){1, 2, 2, 4, 9}, 5);
    const struct gnb *gnb = gnb_find(world.core, 100);
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE], 1);
    assert_int_equal(gnb->area_count, 5); /* 999/70: 1, 2, 4; 999/71: 1, 2 */
    assert_non_null(gnb_area_of(gnb, (struct tai){{{0x99, 0xf9, 0x17}}, 2}));
    assert_null(gnb_area_of(gnb, (struct tai){{{0x00, 0xf1, 0x10}}, 1}));
}

static void phones_stay_when_their_gnb_moves_to_another_area_and_report_from_there(void **state)
{
    (void)state;
    struct tai tais[CONFIG_AREA_TAIS];
    open_gnb(0, 1);
    enter(0, 0);
    struct ue *ue = world_ue(&world, 0);
    serve(0, (uint32_t[]){3}, 1);
    assert_non_null(ue->connection);
    assert_int_equal(area_at_gnb(ue, gnb_find(world.core, 100), tais), 0);
    world.gnbs[0].settings.tac = 3;
    phone_register(&world.phones[0], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.events[0][PHONE_REGISTERED], 2);
    assert_int_equal(ue->tai.tac, 3);
    assert_true(area_holds(ue, tai(3)));
}

static void an_update_to_areas_nobody_serves_changes_nothing(void **state)
{
    (void)state;
    open_gnb(0, 1);
    serve(0, (uint32_t[]){77}, 1);
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_FAILURE], 1);
    assert_non_null(gnb_area_of(gnb_find(world.core, 100), tai(1)));
}

/* --- a subscription that changes --- */

static struct nas_configuration_update_command updated;
static bool radio_told;

static void note_update(struct world *w, struct nas_message *message, bool up)
{
    (void)w;
    if (!up && message->type == NAS_CONFIGURATION_UPDATE_COMMAND)
        updated = message->configuration_update_command;
}

static bool note_restrictions(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT)
        radio_told |= pdu->value.downlink_nas_transport->mobility_restriction_list != NULL;
    return true;
}

static const struct config_area next_door[] = {{{{0x99, 0xf9, 0x07}}, 2}};
static const struct store_access only_here = {
    .service = next_door, .service_count = 1, .service_not_allowed = true};

static void enter_and_watch(void)
{
    open_gnb(0, 1);
    enter(0, 0);
    updated = (struct nas_configuration_update_command){0};
    radio_told = false;
    world.nas_filter = note_update;
    world.downlink_filter = note_restrictions;
}

static void a_connected_phone_and_its_gnb_are_told_of_new_restrictions(void **state)
{
    (void)state;
    enter_and_watch();
    restrict_access(0, &only_here);
    world_run(&world);
    assert_true(updated.indication.acknowledge);
    assert_int_equal(updated.tai_list.count, 2); /* without the area where there is no service */
    assert_true(updated.service_area_list.non_allowed);
    assert_true(radio_told);
    assert_false(world_ue(&world, 0)->update_due);
    assert_null(world_ue(&world, 0)->procedure);
    restrict_access(0, &(struct store_access){0});
    world_run(&world);
    assert_true(updated.service_area_list.whole_plmn);
}

static void an_idle_phone_is_told_when_it_comes_back(void **state)
{
    (void)state;
    enter_and_watch();
    world_idle(&world, 0);
    restrict_access(0, &only_here);
    world_run(&world);
    assert_true(world_ue(&world, 0)->update_due);
    assert_false(updated.indication.acknowledge);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_true(updated.indication.acknowledge);
    assert_false(world_ue(&world, 0)->update_due);
}

static void an_update_without_an_answer_stays_due(void **state)
{
    (void)state;
    enter_and_watch();
    world.deaf = true;
    restrict_access(0, &only_here);
    world_run(&world);
    world_pass(&world, 5 * world.config->amf.timers.t3555);
    assert_true(world_ue(&world, 0)->update_due);
    assert_null(world_ue(&world, 0)->procedure);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void where_service_ends_the_connection_ends_with_it(void **state)
{
    (void)state;
    static const struct config_area here[] = {{{{0x99, 0xf9, 0x07}}, 1}};
    enter_and_watch();
    restrict_access(0,
                    &(struct store_access){.service = here, .service_count = 1, .service_not_allowed = true});
    world_run(&world);
    assert_null(world_ue(&world, 0)->connection);
    assert_true(world_ue(&world, 0)->registered);
}

static void who_stands_where_he_may_not_be_any_more_is_deregistered(void **state)
{
    (void)state;
    static const struct config_area here[] = {{{{0x99, 0xf9, 0x07}}, 1}};
    enter_and_watch();
    restrict_access(0, &(struct store_access){.forbidden = here, .forbidden_count = 1});
    world_run(&world);
    assert_int_equal(world.heard[NAS_NETWORK_DEREGISTRATION_REQUEST], 1);
    assert_null(world_ue(&world, 0));
}

/* --- the configuration changes the areas --- */

static const char larger[] = "network:\n"
                             "  plmns:\n"
                             "    - {plmn: 999/70, tacs: [1, 2, 3, 4], equivalents: [999/71, 310/026]}\n"
                             "    - {plmn: 999/71, tacs: [1, 2]}\n"
                             "  home_plmns: [999/70]\n"
                             "  registration_areas: [{name: all, tais: [999/70-3, 999/70-1]}]\n";

static void a_connected_phone_is_told_of_its_new_area(void **state)
{
    (void)state;
    open_gnb(0, 3);
    enter(0, 0);
    unsigned told = world.heard[NAS_CONFIGURATION_UPDATE_COMMAND];
    world_configure(&world, larger);
    world_run(&world);
    assert_int_equal(world.heard[NAS_CONFIGURATION_UPDATE_COMMAND], told + 1);
    assert_int_equal(world_ue(&world, 0)->area_count, 2);
    assert_false(world_ue(&world, 0)->update_due);
}

static void an_idle_phone_keeps_its_area_until_it_comes(void **state)
{
    (void)state;
    open_gnb(0, 3);
    enter(0, 0);
    world_idle(&world, 0);
    unsigned told = world.heard[NAS_CONFIGURATION_UPDATE_COMMAND];
    world_configure(&world, larger);
    world_run(&world);
    assert_int_equal(world_ue(&world, 0)->area_count, 1);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_int_equal(world.heard[NAS_CONFIGURATION_UPDATE_COMMAND], told + 1);
    assert_int_equal(world_ue(&world, 0)->area_count, 2);
}

static void the_same_areas_are_not_told_again(void **state)
{
    (void)state;
    open_gnb(0, 3);
    enter(0, 0);
    unsigned told = world.heard[NAS_CONFIGURATION_UPDATE_COMMAND];
    world_configure(&world, wide);
    world_run(&world);
    assert_int_equal(world.heard[NAS_CONFIGURATION_UPDATE_COMMAND], told);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_area_is_the_configured_one_as_far_as_it_is_served),
        TEST(outside_of_all_areas_it_is_the_whole_network),
        TEST(the_last_visited_area_stays_within),
        TEST(a_gnb_pages_in_its_own_part_of_the_area),
        TEST(it_never_holds_what_only_another_trust_domain_serves),
        TEST(only_the_domain_that_served_a_phone_hears_of_it),
        TEST(the_area_survives_a_restart),
        TEST(a_forbidden_area_among_others_sends_the_phone_to_those),
        TEST(where_every_area_is_forbidden_none_is_looked_for),
        TEST(a_forbidden_network_is_left_at_once),
        TEST(away_from_home_a_forbidden_area_means_no_roaming),
        TEST(who_may_not_use_nr_or_5gc_is_told_so),
        TEST(restrictions_on_others_do_not_matter_here),
        TEST(the_gnb_is_told_of_every_restriction),
        TEST(where_nothing_is_restricted_nothing_is_said),
        TEST(a_gnb_has_the_areas_of_all_networks_it_shares_once_each),
        TEST(phones_stay_when_their_gnb_moves_to_another_area_and_report_from_there),
        TEST(an_update_to_areas_nobody_serves_changes_nothing),
        TEST(a_connected_phone_and_its_gnb_are_told_of_new_restrictions),
        TEST(an_idle_phone_is_told_when_it_comes_back),
        TEST(an_update_without_an_answer_stays_due),
        TEST(where_service_ends_the_connection_ends_with_it),
        TEST(a_connected_phone_is_told_of_its_new_area),
        TEST(an_idle_phone_keeps_its_area_until_it_comes),
        TEST(the_same_areas_are_not_told_again),
        TEST(who_stands_where_he_may_not_be_any_more_is_deregistered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
