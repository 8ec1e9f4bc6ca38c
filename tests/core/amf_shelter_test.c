/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule H4 at phones: who or what is protected is never served by a high-risk gNB, whatever asks; a trusted one serves it as before; and
 * nobody else feels or learns anything. gNBs 0 and 1 are trusted, 2 and 3 are high-risk; phone 0 is protected, where anybody is.
 */
#include "amf_world.h"

#include "core/amf/area.h"
#include "core/amf/gmm.h"
#include "core/amf/handover.h"
#include "core/amf/shelter.h"
#include "gnb_play.h"
#include "line/event.h"

enum { OTHER = 1, ROUGH = 2, ROUGHER = 3, ASSOCIATION = 100, POLICE = 2, CAPTURED_BYTES = 512 };

#define GNB(number, domain) "  - {name: g" number ", domain: " domain ", id: 999/70-0000000" number "}\n"
#define LINE                                                               \
    "vendors: [{name: ours, risk: trusted}, {name: theirs, risk: high}]\n" \
    "domains:\n"                                                           \
    "  - {name: test, vendor: ours, listen: [127.0.0.5]}\n"                \
    "  - {name: rough, vendor: theirs, listen: [127.0.0.6]}\n"             \
    "gnbs:\n" GNB("1", "test") GNB("2", "test") GNB("3", "rough") GNB("4", "rough")

#define SUBSCRIBER "protected: {subscribers: [999700000000001]}\n"
#define NETWORK    "protected: {data_networks: [police]}\n"
#define SLICE      "protected: {slices: [1]}\n"

static struct world world;
static unsigned events;
static char last_reason[EVIDENCE_REASON_BYTES];
static struct ngap_cause preparation_failure;
static unsigned command_refused, request_sessions, switch_released;
static uint64_t target_id;
static unsigned forbidden_told, forbidden_tais, paged[WORLD_GNBS];
static unsigned lists_changed, reregistrations; /* for phones at work */
static unsigned slices_named;                   /* to the target of the last handover */

static void take_event(void *context, const struct evidence_entry *entry)
{
    (void)context;
    if (strcmp(entry->rule, "H4") == 0) {
        events++;
        snprintf(last_reason, sizeof last_reason, "%s", entry->reason);
    }
}

static bool sees(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    const struct ngap_mobility_restriction_list *list = NULL;
    (void)w;
    if (pdu->message == NGAP_HANDOVER_PREPARATION_FAILURE)
        preparation_failure = pdu->value.handover_preparation_failure->cause;
    if (pdu->message == NGAP_HANDOVER_COMMAND)
        command_refused =
            (unsigned)pdu->value.handover_command->pdu_session_resource_to_release_list_ho_cmd.count;
    if (pdu->message == NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE) {
        switch_released =
            (unsigned)
                pdu->value.path_switch_request_acknowledge->pdu_session_resource_released_list_ps_ack.count;
        slices_named = (unsigned)pdu->value.path_switch_request_acknowledge->allowed_nssai.count;
    }
    if (pdu->message == NGAP_PAGING)
        paged[gnb]++;
    if (pdu->message == NGAP_HANDOVER_REQUEST) {
        target_id = pdu->value.handover_request->amf_ue_ngap_id;
        request_sessions =
            (unsigned)pdu->value.handover_request->pdu_session_resource_setup_list_ho_req.count;
        slices_named = (unsigned)pdu->value.handover_request->allowed_nssai.count;
        list = pdu->value.handover_request->mobility_restriction_list;
    }
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT &&
        pdu->value.downlink_nas_transport->mobility_restriction_list) {
        list = pdu->value.downlink_nas_transport->mobility_restriction_list;
        forbidden_told = 0;
        lists_changed++;
    }
    if (pdu->message == NGAP_INITIAL_CONTEXT_SETUP_REQUEST)
        list = pdu->value.initial_context_setup_request->mobility_restriction_list;
    if (list && list->forbidden_area_information.count)
        forbidden_told = (unsigned)list->forbidden_area_information.items[0].forbidden_tacs.count;
    return pdu->message != NGAP_HANDOVER_REQUEST && pdu->message != NGAP_HANDOVER_COMMAND &&
           pdu->message != NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE &&
           pdu->message != NGAP_PATH_SWITCH_REQUEST_FAILURE;
}

static void hears(struct world *w, struct nas_message *message, bool up)
{
    (void)w;
    if (!up && message->type == NAS_REGISTRATION_ACCEPT)
        forbidden_tais = (unsigned)message->registration_accept.forbidden_tais_roaming.count;
    if (!up && message->type == NAS_CONFIGURATION_UPDATE_COMMAND)
        reregistrations += message->configuration_update_command.indication.reregister;
}

/* gNBs of the same risk have the same tracking area. */
static void begin_in(const char *network, const char *inventory)
{
    world_configure_both(&world, network, inventory);
    for (unsigned i = 0; i <= ROUGHER; i++) {
        world_move_gnb(&world, i, i < ROUGH ? "test" : "rough");
        world_set_up_gnb(&world, i);
    }
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        phone_camp(&world.phones[i], &world.gnbs[0]);
}

static void begin(const char *inventory)
{
    begin_in("", inventory);
}

static int open_world(void **state)
{
    static const struct line_recorder recorder = {.take = take_event};
    (void)state;
    line_record(&recorder);
    lists_changed = reregistrations = slices_named = 0;
    events = command_refused = request_sessions = forbidden_told = forbidden_tais = switch_released = 0;
    memset(paged, 0, sizeof paged);
    preparation_failure = (struct ngap_cause){0};
    world_open(&world);
    world.downlink_filter = sees;
    world.nas_filter = hears;
    return 0;
}

static int close_world(void **state)
{
    line_record(NULL);
    return world_tear_down(state);
}

static struct ue *ue(void)
{
    return world_ue(&world, 0);
}

static struct gnb *gnb(unsigned i)
{
    return gnb_find(world.core, ASSOCIATION + i);
}

/* Both sides have the session. */
static void have_session(uint8_t psi)
{
    struct phone *phone = &world.phones[0];
    world_session(&world, 0, psi);
    phone->sessions[psi - 1] = (struct phone_session){.id = psi, .up = true, .phone = phone};
}

static void at(unsigned cell)
{
    phone_camp(&world.phones[0], &world.gnbs[cell]);
}

static void enter(unsigned cell, enum nas_registration_kind kind)
{
    at(cell);
    phone_register(&world.phones[0], kind);
    world_run(&world);
}

static void is_refused(void)
{
    assert_int_equal(world.cause[0], NAS_GMM_NO_SUITABLE_CELLS);
    assert_int_equal(gnb(ROUGH)->connections.count, 0);
    assert_int_equal(world.core->provisional, 0);
    assert_int_equal(events, 1);
    assert_non_null(strstr(last_reason, "refuse: who or what is protected"));
    world.cause[0] = 0;
    events = 0;
}

/* --- registration and service --- */

static void it_registers_at_a_trusted_cell_only(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    is_refused();
    assert_null(ue());
    assert_int_equal(world.core->metrics.sheltered[LINE_REGISTRATION], 1);
    enter(0, NAS_INITIAL_REGISTRATION);
    assert_int_equal(world.phones[0].state, PHONE_ON);
    assert_int_equal(events, 0);
}

static void others_register_everywhere(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    phone_camp(&world.phones[1], &world.gnbs[ROUGH]);
    world_register(&world, 1);
    assert_ptr_equal(world_ue(&world, 1)->connection->gnb, gnb(ROUGH));
    assert_int_equal(events, 0);
}

/* The phone is connected to a trusted cell, and turns up at another: whatever it says, what it has there is as it was. */
static void what_it_has_elsewhere_is_not_touched(void **state)
{
    static const enum nas_registration_kind kinds[] = {NAS_MOBILITY_REGISTRATION, NAS_PERIODIC_REGISTRATION,
                                                       NAS_INITIAL_REGISTRATION};
    (void)state;
    begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    have_session(1);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct connection *connection = ue()->connection;
        const uint16_t active = smf_active(ue());
        const struct tai tai = ue()->tai;
        world.phones[0].connection = NULL; /* its cell has not noticed that it went */
        enter(ROUGH, kinds[i]);
        is_refused();
        assert_ptr_equal(ue()->connection, connection);
        assert_ptr_equal(connection->gnb, gnb(0));
        assert_true(ue()->registered && tai_equal(ue()->tai, tai));
        assert_int_equal(smf_active(ue()), active);
    }
}

static void a_phone_that_proves_itself_late_leaves_its_context_as_it_is(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    const struct connection *connection = ue()->connection;
    world.phones[0].connection = NULL;
    world.phones[0].has_guti = world.phones[0].secured = false;
    world.phones[0].security.ngksi = NAS_NO_KEY;
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    is_refused();
    assert_ptr_equal(ue()->connection, connection);
    assert_true(ue()->registered);
}

static void it_is_served_where_a_trusted_cell_is(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    have_session(1);
    world_idle(&world, 0);
    at(ROUGH);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    is_refused();
    assert_true(ue()->registered && smf_sessions(ue()));
    assert_int_equal(world.core->metrics.sheltered[LINE_SERVICE_REQUEST], 1);
    at(OTHER);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    assert_ptr_equal(ue()->connection->gnb, gnb(OTHER));
    assert_true(smf_active(ue()) != 0);
}

static void it_may_leave_from_anywhere(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    world_idle(&world, 0);
    at(ROUGH);
    phone_deregister(&world.phones[0], false);
    world_run(&world);
    assert_null(ue());
    assert_int_equal(world.phones[0].state, PHONE_OFF);
}

/* --- strangers and replays --- */

/* What a stranger hears does not tell who is protected. */
static void a_stranger_learns_nothing(void **state)
{
    unsigned heard[2][256];
    (void)state;
    begin(LINE SUBSCRIBER);
    for (unsigned i = 0; i < 2;
         i++) { /* the first is protected, the second is not; neither has the right key */
        memset(world.heard, 0, sizeof world.heard);
        memset(world.phones[i].usim.key.k, 0x11, 16);
        phone_camp(&world.phones[i], &world.gnbs[ROUGH]);
        phone_register(&world.phones[i], NAS_INITIAL_REGISTRATION);
        world_run(&world);
        memcpy(heard[i], world.heard, sizeof world.heard);
        assert_int_equal(world.phones[i].state, PHONE_OFF);
    }
    assert_memory_equal(heard[0], heard[1], sizeof *heard);
    assert_int_equal(events, 0);
}

static uint8_t captured[CAPTURED_BYTES];
static size_t captured_length;

static bool captures(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    if (pdu->message == NGAP_INITIAL_UE_MESSAGE) {
        captured_length = pdu->value.initial_ue_message->nas_pdu.len;
        assert_true(captured_length <= sizeof captured);
        memcpy(captured, pdu->value.initial_ue_message->nas_pdu.data, captured_length);
    }
    return true;
}

static void replay(unsigned cell, uint32_t ran_id)
{
    struct ngap_initial_ue_message message = {
        .ran_ue_ngap_id = ran_id,
        .nas_pdu = bytes_of(captured, captured_length),
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                      .user_location_information_nr = {.nr_cgi = {{0x99, 0xf9, 0x07},
                                                                                  0x300000000 >> 4},
                                                                       .tai = {{0x99, 0xf9, 0x07}, 1}}},
        .rrc_establishment_cause = NGAP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING,
    };
    world_ngap(&world, cell, NGAP_INITIAL_UE_MESSAGE, &message);
}

/* Overheard at the trusted cell, and said again from a high-risk one: the phone goes on as if nobody had spoken. */
static void replays_from_a_high_risk_cell_change_nothing(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    world.uplink_filter = captures;
    world_register(&world, 0);
    have_session(1);
    replay(ROUGH, 900); /* the SUCI: a challenge that only the phone can answer */
    assert_true(ue()->registered && ue()->connection->gnb == gnb(0));
    world_idle(&world, 0);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    replay(ROUGH, 901); /* its COUNT has been used */
    assert_ptr_equal(ue()->connection->gnb, gnb(0));
    phone_register(&world.phones[0], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    replay(ROUGH, 902);
    assert_true(ue()->registered);
    world_pass(&world, SECONDS(60));
    assert_true(ue()->registered && (!ue()->connection || ue()->connection->gnb == gnb(0)));
    assert_int_equal(gnb(ROUGH)->connections.count, 0);
}

/* --- paging --- */

static void it_is_paged_through_trusted_cells_only(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    world_idle(&world, 0);
    assert_true(world_data_waits(&world, 0, 1));
    assert_true(paged[0] != 0);
    assert_int_equal(paged[ROUGH] + paged[ROUGHER], 0);
}

/* Idle since before it was protected, where high-risk and trusted cells are. */
static void it_is_found_after_it_became_protected(void **state)
{
    (void)state;
    begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    world_idle(&world, 0);
    world_configure_line(&world, LINE SUBSCRIBER);
    at(0);
    assert_true(world_data_waits(&world, 0, 1));
    assert_true(paged[0] && paged[OTHER]);
    assert_int_equal(paged[ROUGH] + paged[ROUGHER], 0);
    assert_int_equal(world.core->metrics.sheltered[LINE_PAGING], 2);
    assert_int_equal(world.events[0][PHONE_PAGED], 1);
}

static void without_a_trusted_cell_nobody_is_paged(void **state)
{
    (void)state;
    begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    world_idle(&world, 0);
    world_configure_line(&world, LINE SUBSCRIBER);
    core_association_down(world.core, ASSOCIATION, "test");
    core_association_down(world.core, ASSOCIATION + OTHER, "test");
    assert_false(world_data_waits(&world, 0, 1));
    assert_int_equal(world.sent[NGAP_PAGING], 0);
}

static void data_of_a_protected_network_pages_trusted_cells_only(void **state)
{
    (void)state;
    begin(LINE NETWORK);
    at(ROUGH);
    world_register(&world, 0);
    world.police = POLICE;
    have_session(1);
    have_session(POLICE);
    world_idle(&world, 0);
    assert_true(world_data_waits(&world, 0, POLICE));
    assert_int_equal(paged[ROUGH] + paged[ROUGHER], 0);
    world_pass(&world, SECONDS(60)); /* nobody answers */
    memset(paged, 0, sizeof paged);
    assert_true(world_data_waits(&world, 0, 1));
    assert_true(paged[ROUGH] != 0);
}

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
        play_required(ue(), target, wanted, sessions, source_container(target));
    const unsigned source = (unsigned)(ue()->connection->gnb->association - ASSOCIATION);
    world_ngap(&world, source, NGAP_HANDOVER_REQUIRED, &message);
}

static void it_is_handed_over_to_trusted_cells_only(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    have_session(1);
    require(ROUGH, 1);
    assert_int_equal(preparation_failure.radio_network, NGAP_CAUSE_RADIO_NETWORK_HO_TARGET_NOT_ALLOWED);
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 0);
    assert_null(ue()->target);
    assert_int_equal(events, 1);
    assert_int_equal(world.core->metrics.sheltered[LINE_HANDOVER], 1);
    require(OTHER, 1);
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 1);
    assert_int_equal(events, 1);
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
        .ue_security_capabilities = n2_security_capabilities(ue()),
        .pdu_session_resource_to_be_switched_dl_list = {items, sessions},
    };
}

/* It has become protected a moment ago, and moves between high-risk cells: it has to come back elsewhere. */
static void a_path_switch_to_a_high_risk_cell_releases_it(void **state)
{
    (void)state;
    begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    have_session(1);
    world_configure_line(&world, LINE SUBSCRIBER);
    struct ngap_path_switch_request request = switch_of(ue()->connection->amf_ue_ngap_id, 1);
    world_ngap(&world, ROUGHER, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 1);
    assert_null(ue()->connection);
    assert_true(ue()->registered);
    assert_int_equal(gnb(ROUGHER)->connections.count, 0);
}

static void a_high_risk_gnb_cannot_fetch_it_from_a_trusted_one(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    have_session(1);
    const struct connection *connection = ue()->connection;
    struct ngap_path_switch_request request = switch_of(connection->amf_ue_ngap_id, 1);
    world_ngap(&world, ROUGH, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(world.sent[NGAP_PATH_SWITCH_REQUEST_FAILURE], 1);
    assert_ptr_equal(ue()->connection, connection);
    assert_ptr_equal(connection->gnb, gnb(0));
}

/* --- sessions of somebody who is not protected --- */

static void a_protected_session_stays_behind_while_others_go(void **state)
{
    (void)state;
    begin(LINE NETWORK);
    world_register(&world, 0);
    world.police = POLICE;
    have_session(1);
    have_session(POLICE);
    require(ROUGH, 2);
    assert_int_equal(request_sessions, 1);
    struct ngap_handover_request_acknowledge admission = play_admission(target_id, 2, target_container());
    world_ngap(&world, ROUGH, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, &admission);
    assert_int_equal(command_refused, 1);
    struct ngap_handover_notify notify = play_notify(target_id);
    world_ngap(&world, ROUGH, NGAP_HANDOVER_NOTIFY, &notify);
    assert_ptr_equal(ue()->connection->gnb, gnb(ROUGH));
    assert_int_equal(smf_active(ue()), 1u << 1);
    assert_true(smf_sessions(ue()) >> POLICE & 1);
    assert_int_equal(events, 1);
}

static void a_path_switch_leaves_it_behind_too(void **state)
{
    (void)state;
    begin(LINE);
    world.police = POLICE;
    at(ROUGH);
    world_register(&world, 0);
    have_session(1);
    have_session(POLICE);
    world_configure_line(&world, LINE NETWORK);
    struct ngap_path_switch_request request = switch_of(ue()->connection->amf_ue_ngap_id, 2);
    world_ngap(&world, ROUGHER, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(switch_released, 1);
    assert_ptr_equal(ue()->connection->gnb, gnb(ROUGHER));
    assert_int_equal(smf_active(ue()), 1u << 1);
}

static void its_user_plane_comes_back_at_a_trusted_cell(void **state)
{
    (void)state;
    begin(LINE NETWORK);
    world_register(&world, 0);
    world.police = POLICE;
    have_session(1);
    have_session(POLICE);
    world_idle(&world, 0);
    at(ROUGH);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    assert_ptr_equal(ue()->connection->gnb, gnb(ROUGH));
    assert_int_equal(smf_active(ue()), 1u << 1);
    const struct n1n2_message setup = {.pdu_session_id = POLICE, .n2 = N2_SETUP_REQUEST};
    assert_int_equal(amf_n1n2_transfer(ue(), &setup), AMF_UNREACHABLE);
    world_idle(&world, 0);
    at(0);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    assert_int_equal(smf_active(ue()), 1u << 1 | 1u << POLICE);
}

static void the_smf_is_told_where_a_session_may_begin(void **state)
{
    (void)state;
    begin(LINE NETWORK);
    world_register(&world, 0);
    assert_true(amf_admits_session(ue(), (struct config_slice){1, CONFIG_NO_SD}, "police"));
    world_idle(&world, 0);
    at(ROUGH);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_true(amf_admits_session(ue(), (struct config_slice){1, CONFIG_NO_SD}, "internet"));
    assert_false(amf_admits_session(ue(), (struct config_slice){1, CONFIG_NO_SD}, "police"));
    assert_int_equal(events, 1);
}

static void a_protected_slice_is_allowed_only_where_a_trusted_cell_offers_it(void **state)
{
    (void)state;
    begin(LINE SLICE);
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

#define TACS "network: {plmns: [{plmn: 999/70, tacs: [1, 2]}]}\n"

static void they_are_told_where_there_are_high_risk_cells_only(void **state)
{
    (void)state;
    world.gnbs[ROUGH].settings.tac = 2;
    begin_in(TACS, LINE SUBSCRIBER);
    world_register(&world, 0);
    assert_int_equal(forbidden_told, 1);
    assert_int_equal(forbidden_tais, 1);
    assert_int_equal(ue()->area_count, 1);
    assert_int_equal(ue()->area[0].tac, 1);
    forbidden_told = forbidden_tais = 0;
    world_register(&world, 1);
    assert_int_equal(forbidden_told + forbidden_tais, 0);
}

/* Its gNB with the message that asks it to register again. */
static void expect_told_at_work(unsigned changes, unsigned areas)
{
    world_pass(&world, SECONDS(2));
    assert_int_equal(lists_changed, changes);
    assert_int_equal(reregistrations, changes);
    assert_int_equal(forbidden_told, areas);
}

static void who_is_at_work_is_told_when_that_changes(void **state)
{
    (void)state;
    world.gnbs[ROUGH].settings.tac = 2;
    begin_in(TACS, LINE);
    world_register(&world, 0);
    world_register(&world, 1);
    expect_told_at_work(0, 0);
    world_configure_both(&world, TACS, LINE SUBSCRIBER);
    expect_told_at_work(1, 1);
    world_configure_both(&world, TACS, LINE SUBSCRIBER "serial: 2\n");
    expect_told_at_work(1, 1);
    world_configure_both(&world, TACS, LINE);
    expect_told_at_work(2, 0);
    assert_non_null(ue()->connection);
    assert_false(ue()->update_due);
}

static void a_suspension_that_ends_is_told_too(void **state)
{
    (void)state;
    world.gnbs[ROUGH].settings.tac = 2;
    begin_in(TACS,
             LINE SUBSCRIBER "suspensions: [{rule: H4, by: J. Doe, reason: storm, until: 2027-01-16}]\n");
    world_register(&world, 0);
    forbidden_told = 0;
    expect_told_at_work(0, 0);
    world_pass(&world, SECONDS(17 * 3600));
    assert_true(lists_changed <= 1);
    assert_int_equal(forbidden_told, 1);
}

/* --- what a high-risk gNB is not told --- */

static void have_slices(void)
{
    ue()->allowed[0] = (struct config_slice){1, CONFIG_NO_SD};
    ue()->allowed[1] = (struct config_slice){2, CONFIG_NO_SD};
    ue()->allowed_count = 2;
}

static void a_protected_slice_is_not_named_to_the_target_of_a_handover(void **state)
{
    (void)state;
    begin(LINE "protected: {slices: [2]}\n");
    world_register(&world, 0);
    have_session(1);
    have_slices();
    require(ROUGH, 1);
    assert_int_equal(slices_named, 1);
    struct ngap_handover_cancel cancel = {.amf_ue_ngap_id = ue()->connection->amf_ue_ngap_id,
                                          .ran_ue_ngap_id = ue()->connection->ran_ue_ngap_id,
                                          .cause = N2_RADIO(HANDOVER_CANCELLED)};
    world_ngap(&world, 0, NGAP_HANDOVER_CANCEL, &cancel);
    world_pass(&world, SECONDS(1));
    require(OTHER, 1);
    assert_int_equal(slices_named, 2);
}

static void nor_to_that_of_a_path_switch(void **state)
{
    (void)state;
    begin(LINE "protected: {slices: [2]}\n");
    at(ROUGH);
    world_register(&world, 0);
    have_session(1);
    have_slices();
    struct ngap_path_switch_request request = switch_of(ue()->connection->amf_ue_ngap_id, 1);
    world_ngap(&world, ROUGHER, NGAP_PATH_SWITCH_REQUEST, &request);
    assert_int_equal(slices_named, 1);
}

/* --- changes --- */

static void who_becomes_protected_is_released(void **state)
{
    (void)state;
    begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    phone_camp(&world.phones[1], &world.gnbs[ROUGH]);
    world_register(&world, 1);
    world_configure_line(&world, LINE SUBSCRIBER);
    world_pass(&world, SECONDS(1));
    assert_null(ue()->connection);
    assert_true(ue()->registered);
    assert_non_null(world_ue(&world, 1)->connection);
    assert_int_equal(events, 1);
    assert_non_null(strstr(last_reason, "1 phones"));
}

static void a_session_that_becomes_protected_loses_its_user_plane_there(void **state)
{
    (void)state;
    begin(LINE);
    world.police = POLICE;
    at(ROUGH);
    world_register(&world, 0);
    have_session(1);
    have_session(POLICE);
    world_configure_line(&world, LINE NETWORK);
    world_pass(&world, SECONDS(1));
    assert_non_null(ue()->connection);
    assert_int_equal(smf_active(ue()), 1u << 1);
    assert_int_equal(world.sent[NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND], 1);
}

static void after_a_restart_it_is_looked_at_again(void **state)
{
    (void)state;
    begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    world_run(&world);
    world_configure_line(&world, LINE SUBSCRIBER);
    world_restart(&world);
    world_announce(&world, ROUGH);
    world_pass(&world, SECONDS(1));
    assert_non_null(ue());
    assert_null(ue()->connection);
}

static void a_suspension_lets_it_in_and_is_on_record(void **state)
{
    (void)state;
    begin(LINE SUBSCRIBER "suspensions: [{rule: H4, by: J. Doe, reason: storm, until: 2027-01-16}]\n");
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_int_equal(world.phones[0].state, PHONE_ON);
    assert_true(events > 0);
    assert_non_null(strstr(last_reason, "J. Doe"));
    assert_non_null(ue()->connection);
    world_pass(&world, SECONDS(17 * 3600)); /* past midnight it is not in force any more */
    assert_true(ue()->registered);
    assert_null(ue()->connection);
}

static void a_lab_records_and_refuses_nothing(void **state)
{
    (void)state;
    begin("profile: lab\n" LINE SUBSCRIBER);
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_int_equal(world.phones[0].state, PHONE_ON);
    assert_true(events > 0);
    assert_non_null(strstr(last_reason, "recorded only: refuse"));
}

static void a_flood_of_refusals_is_not_a_flood_of_events(void **state)
{
    enum { TRIES = 40 };
    (void)state;
    begin(LINE SUBSCRIBER);
    for (unsigned i = 0; i < TRIES; i++)
        enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_true(events < TRIES);
    assert_int_equal(world.core->metrics.sheltered[LINE_REGISTRATION], TRIES);
    world_pass(&world, SECONDS(5));
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_non_null(strstr(last_reason, "times more since"));
}

/* --- property: trusted cells take nothing away --- */

static unsigned dice(unsigned sides)
{
    return (unsigned)(random_u64(&world.random.random) % sides);
}

/* What an idle phone finds: is it served at that gNB, where is it kept out, and would anybody call it? */
struct found {
    bool served;
    unsigned slices, forbidden;
    bool called;
};

static struct found look_at(unsigned number)
{
    const struct config_area *areas;
    const struct config_slice *slices;
    const struct gnb *there = gnb(number);
    return (struct found){
        .served = !shelter_refuses_subscriber(there, LINE_REGISTRATION, ue()->supi),
        .slices = shelter_slices(there, there->areas[0].tai, ue()->supi, &world.arena, &slices),
        .forbidden = shelter_areas(ue(), &areas),
        .called = ue_can_be_paged(ue(), 1),
    };
}

/* The others are away, somebody else is protected. */
static void begin_round(const char *protected)
{
    char text[1024];
    snprintf(text, sizeof text, "%s%s", LINE, protected);
    for (unsigned i = 0; i < ROUGHER; i++)
        world_move_gnb(&world, i, i < ROUGH ? "test" : "rough");
    world_configure_both(&world, TACS, text);
    for (unsigned i = 0; i < ROUGHER; i++)
        world.gnbs[i].settings.tac = 1 + dice(2);
}

static void more_trusted_cells_never_take_service_away(void **state)
{
    enum { ROUNDS = 200 };
    static const char *const protections[] = {"", SUBSCRIBER, SLICE, NETWORK,
                                              "protected: {subscribers: ['9*'], slices: [1]}\n"};
    (void)state;
    begin(LINE);
    at(ROUGHER);
    world_register(&world, 0);
    have_session(1);
    world_idle(&world, 0);
    world.police = (uint8_t)dice(2);
    for (unsigned round = 0; round < ROUNDS; round++) {
        begin_round(protections[dice(5)]);
        world_set_up_gnb(&world, ROUGH);
        struct found before = look_at(ROUGH);
        for (unsigned i = 0; i < ROUGH; i++) {
            world_set_up_gnb(&world, i);
            const struct found after = look_at(ROUGH), there = look_at(i);
            assert_true(there.served && there.slices);
            assert_true(after.served == before.served && after.slices >= before.slices);
            assert_true(after.forbidden <= before.forbidden && after.called >= before.called);
            before = after;
        }
    }
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)
    const struct CMUnitTest tests[] = {
        IN_WORLD(it_registers_at_a_trusted_cell_only),
        IN_WORLD(others_register_everywhere),
        IN_WORLD(what_it_has_elsewhere_is_not_touched),
        IN_WORLD(a_phone_that_proves_itself_late_leaves_its_context_as_it_is),
        IN_WORLD(it_is_served_where_a_trusted_cell_is),
        IN_WORLD(it_may_leave_from_anywhere),
        IN_WORLD(a_stranger_learns_nothing),
        IN_WORLD(replays_from_a_high_risk_cell_change_nothing),
        IN_WORLD(it_is_paged_through_trusted_cells_only),
        IN_WORLD(it_is_found_after_it_became_protected),
        IN_WORLD(without_a_trusted_cell_nobody_is_paged),
        IN_WORLD(data_of_a_protected_network_pages_trusted_cells_only),
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
        IN_WORLD(who_becomes_protected_is_released),
        IN_WORLD(a_session_that_becomes_protected_loses_its_user_plane_there),
        IN_WORLD(after_a_restart_it_is_looked_at_again),
        IN_WORLD(a_suspension_lets_it_in_and_is_on_record),
        IN_WORLD(a_lab_records_and_refuses_nothing),
        IN_WORLD(a_flood_of_refusals_is_not_a_flood_of_events),
        IN_WORLD(more_trusted_cells_never_take_service_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
