/* SPDX-License-Identifier: Apache-2.0 */
/* Relay control: what one gNB is told of what another one says. */
#include "amf_world.h"
#include "gnb_play.h"

#include "core/amf/gmm.h"
#include "core/amf/handover.h"
#include "core/amf/relay.h"

enum { SOURCE = 0, TARGET = 1, ASSOCIATION = 100, CELL_BITS = 4, SESSION = 1 };

#define NEIGHBOURS                                                                                   \
    "\ndomains: [{name: test, listen: ['::1']}]\n"                                                   \
    "gnbs: [{name: a, domain: test, id: 999/70-1, n3: [192.0.2.0/28]}, {name: b, domain: test, id: " \
    "999/70-2}, {name: c, domain: test, id: 999/70-3}]\n"
#define STRANGERS                                                                                     \
    "\ndomains: [{name: test, listen: ['::1']}, {name: other, listen: ['::2']}]\n"                    \
    "gnbs: [{name: a, domain: test, id: 999/70-1, n3: [192.0.2.0/28]}, {name: b, domain: other, id: " \
    "999/70-2}]\n"

static struct world world;

/* What gNB 1 was told last. */
static struct {
    uint8_t container[1024], capability[64];
    size_t container_size, capability_size;
    unsigned transfers, hints;
    uint64_t amf_id;
    struct ngap_cause cause;
    uint8_t back[64];
    size_t back_size;
} told;

static size_t keep(uint8_t *room, size_t most, struct bytes from)
{
    assert_true(from.len <= most);
    if (from.len)
        memcpy(room, from.data, from.len);
    return from.len;
}

static bool take_down(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    const union ngap_value value = pdu->value;
    (void)w;
    switch (pdu->message) {
    case NGAP_HANDOVER_REQUEST:
        told.amf_id = value.handover_request->amf_ue_ngap_id;
        told.container_size = keep(told.container, sizeof told.container,
                                   value.handover_request->source_to_target_transparent_container);
        return false;
    case NGAP_HANDOVER_COMMAND:
        told.back_size =
            keep(told.back, sizeof told.back, value.handover_command->target_to_source_transparent_container);
        return false;
    case NGAP_HANDOVER_PREPARATION_FAILURE:
        told.cause = value.handover_preparation_failure->cause;
        return false;
    case NGAP_INITIAL_CONTEXT_SETUP_REQUEST:
        told.capability_size = keep(told.capability, sizeof told.capability,
                                    value.initial_context_setup_request->ue_radio_capability);
        return true;
    case NGAP_PAGING:
        told.hints += value.paging->assistance_data_for_paging->assistance_data_for_recommended_cells != NULL;
        return false;
    case NGAP_DOWNLINK_RAN_CONFIGURATION_TRANSFER:
        told.transfers++;
        return false;
    default:
        return gnb == SOURCE;
    }
}

/* Phone 0 is registered at gNB 0, gNB 1 is there too, of the domain that the inventory says. */
static void open_with(const char *inventory, const char *relay)
{
    char text[1024];
    struct core_peer peer = {.address.v4 = {.sin_family = AF_INET}};
    snprintf(text, sizeof text, "%s%s", inventory, relay);
    memset(&told, 0, sizeof told);
    world_open(&world);
    world_configure_line(&world, text);
    strcpy(peer.edge, config_find_gnb(&world.config->inventory, "b")->domain);
    world_ready(&world);
    world_register(&world, 0);
    core_association_down(world.core, ASSOCIATION + TARGET, "test");
    core_association_up(world.core, ASSOCIATION + TARGET, &peer);
    world_set_up_gnb(&world, TARGET);
    world_session(&world, 0, SESSION);
    world.downlink_filter = take_down;
}

static const struct gnb *gnb_at(unsigned gnb)
{
    return gnb_find(world.core, ASSOCIATION + gnb);
}

static uint64_t noted(enum config_relayed kind, enum relay_verdict verdict)
{
    return world.core->metrics.relayed[kind][verdict];
}

/* --- handover --- */

static const uint8_t rrc[] = {0xde, 0xad}, address_in[] = {192, 0, 2, 7}, address_out[] = {192, 0, 3, 7};

#define SOURCE_CONTAINER struct ngap_source_ngran_node_to_target_ngran_node_transparent_container

/* Of session 1 with one flow, and of session 7 that nobody knows; three cells of history. */
static struct bytes container_with(uint64_t target_cell, const uint8_t *forwarding_from)
{
    static uint8_t room[512];
    static struct ngap_last_visited_cell_item cells[3];
    struct writer w = writer_of(room, sizeof room);
    struct fault fault;
    const struct ngap_qos_flow_information_item flow = {
        .qos_flow_identifier = 1, .source_tnl_addr_info = {forwarding_from, forwarding_from ? 32 : 0}};
    const struct ngap_pdu_session_resource_information_item sessions[] = {
        {.pdu_session_id = SESSION, .qos_flow_information_list = {&flow, 1}},
        {.pdu_session_id = 7, .qos_flow_information_list = {&flow, 1}}};
    for (size_t i = 0; i < 3; i++)
        cells[i].last_visited_cell_information = (struct ngap_last_visited_cell_information){
            .which = NGAP_LAST_VISITED_CELL_INFORMATION_NGRAN_CELL,
            .ngran_cell.global_cell_id = {.which = NGAP_NGRAN_CGI_NR_CGI,
                                          .nr_cgi = {{0x99, 0xf9, 0x07}, (i + 1) << CELL_BITS}}};
    const SOURCE_CONTAINER container = {
        .rrc_container = BYTES(rrc),
        .pdu_session_resource_information_list = {sessions, 2},
        .target_cell_id = {.which = NGAP_NGRAN_CGI_NR_CGI, .nr_cgi = {{0x99, 0xf9, 0x07}, target_cell}},
        .has_index_to_rfsp = true,
        .index_to_rfsp = 3,
        .ue_history_information = {cells, 3},
    };
    assert_true(
        ngap_encode_source_ngran_node_to_target_ngran_node_transparent_container(&w, &container, &fault));
    return writer_bytes(&w);
}

static void require_with(struct bytes container)
{
    struct ngap_pdu_session_resource_item_ho_rqd session;
    const struct ngap_handover_required message =
        play_required(world_ue(&world, 0), TARGET, &session, 1, container);
    world_ngap(&world, SOURCE, NGAP_HANDOVER_REQUIRED, &message);
}

static const SOURCE_CONTAINER *passed_on(void)
{
    const SOURCE_CONTAINER *container;
    struct aper_diagnostics diagnostics;
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 1);
    assert_int_equal(
        ngap_decode_source_ngran_node_to_target_ngran_node_transparent_container(
            bytes_of(told.container, told.container_size), &world.arena, &container, &diagnostics),
        NGAP_OK);
    return container;
}

static uint64_t own_cell(unsigned gnb)
{
    return (uint64_t)(gnb + 1) << CELL_BITS;
}

static void fails_with(enum relay_verdict verdict)
{
    const struct ngap_cause cause = relay_cause(verdict);
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 0);
    assert_int_equal(world.sent[NGAP_HANDOVER_PREPARATION_FAILURE], 1);
    assert_int_equal(told.cause.which, cause.which);
    assert_int_equal(told.cause.protocol, cause.protocol);
    assert_int_equal(noted(CONFIG_RELAY_HANDOVER, verdict), 1);
    assert_null(world_ue(&world, 0)->handover);
    world_close(&world);
}

static void within_a_domain_all_but_foreign_sessions_passes(void **state)
{
    (void)state;
    open_with(NEIGHBOURS, "");
    require_with(container_with(own_cell(TARGET), address_in));
    const SOURCE_CONTAINER *container = passed_on();
    assert_int_equal(container->rrc_container.len, sizeof rrc);
    assert_true(container->has_index_to_rfsp);
    assert_int_equal(container->ue_history_information.count, 3);
    assert_int_equal(container->pdu_session_resource_information_list.count, 1);
    assert_int_equal(container->pdu_session_resource_information_list.items[0].pdu_session_id, SESSION);
    assert_int_equal(noted(CONFIG_RELAY_HANDOVER, RELAY_PASSES), 1);
    world_close(&world);
}

static void into_another_domain_passes_what_a_handover_needs(void **state)
{
    (void)state;
    open_with(STRANGERS, "");
    require_with(container_with(own_cell(TARGET), address_in));
    const SOURCE_CONTAINER *container = passed_on();
    assert_int_equal(container->rrc_container.len, sizeof rrc);
    assert_false(container->has_index_to_rfsp);
    assert_int_equal(container->ue_history_information.count, 1);
    assert_int_equal(container->pdu_session_resource_information_list.count, 1);
    assert_null(container->pdu_session_resource_information_list.items[0]
                    .qos_flow_information_list.items[0]
                    .source_tnl_addr_info.data);
    assert_int_equal(noted(CONFIG_RELAY_HANDOVER, RELAY_LIMITED), 1);
    world_close(&world);
}

static void rules_say_what_passes_between_which_domains(void **state)
{
    (void)state;
    open_with(STRANGERS, "relay: {rules: [{from: test, to: other, pass: []}, {pass: [handover]}]}");
    require_with(container_with(own_cell(TARGET), NULL));
    fails_with(RELAY_BY_RULE);
    open_with(STRANGERS, "relay: {rules: [{from: other, pass: []}, {pass: [handover, history]}]}");
    require_with(container_with(own_cell(TARGET), NULL));
    assert_int_equal(passed_on()->ue_history_information.count, 3);
    world_close(&world);
    open_with(NEIGHBOURS, "relay: {rules: [{from: test, to: test, pass: [handover]}]}");
    require_with(container_with(own_cell(TARGET), NULL));
    assert_int_equal(passed_on()->ue_history_information.count, 1);
    world_close(&world);
}

static void a_container_that_lies_fails_the_handover(void **state)
{
    (void)state;
    open_with(NEIGHBOURS, "");
    require_with(container_with(own_cell(SOURCE), NULL));
    fails_with(RELAY_UNTRUE);
    open_with(NEIGHBOURS, "");
    require_with(container_with(own_cell(TARGET), address_out));
    fails_with(RELAY_UNTRUE);
    open_with(NEIGHBOURS, "");
    require_with(bytes_of("nonsense", 8));
    fails_with(RELAY_UNREADABLE);
    open_with(NEIGHBOURS, "relay: {container: 64}");
    require_with(bytes_of(told.container, 65));
    fails_with(RELAY_TOO_LONG);
}

static void a_lab_records_what_does_not_fit_but_not_across_domains(void **state)
{
    (void)state;
    open_with("profile: lab" NEIGHBOURS, "");
    require_with(bytes_of("nonsense", 8));
    assert_int_equal(world.sent[NGAP_HANDOVER_REQUEST], 1);
    assert_memory_equal(told.container, "nonsense", 8);
    assert_int_equal(noted(CONFIG_RELAY_HANDOVER, RELAY_UNREADABLE), 1);
    world_close(&world);
    open_with("profile: lab" STRANGERS, "");
    require_with(bytes_of("nonsense", 8));
    fails_with(RELAY_UNREADABLE);
}

static void answer_with(struct bytes container)
{
    const struct ngap_handover_request_acknowledge message = play_admission(told.amf_id, 1, container);
    world_ngap(&world, TARGET, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, &message);
}

static void the_target_s_answer_is_looked_at_too(void **state)
{
    uint8_t room[64];
    struct writer w = writer_of(room, sizeof room);
    struct fault fault;
    const struct ngap_target_ngran_node_to_source_ngran_node_transparent_container
        least = {.rrc_container = BYTES(rrc)},
        more = {.rrc_container = BYTES(rrc), .has_direct_forwarding_path_availability = true};
    (void)state;
    open_with(STRANGERS, "");
    require_with(container_with(own_cell(TARGET), NULL));
    assert_true(ngap_encode_target_ngran_node_to_source_ngran_node_transparent_container(&w, &more, &fault));
    answer_with(writer_bytes(&w));
    assert_int_equal(world.sent[NGAP_HANDOVER_COMMAND], 1);
    w = writer_of(room, sizeof room);
    assert_true(ngap_encode_target_ngran_node_to_source_ngran_node_transparent_container(&w, &least, &fault));
    assert_int_equal(told.back_size, writer_bytes(&w).len);
    assert_memory_equal(told.back, room, told.back_size);
    world_close(&world);
    open_with(STRANGERS, "");
    require_with(container_with(own_cell(TARGET), NULL));
    answer_with(bytes_of("\xff", 1));
    assert_int_equal(world.sent[NGAP_HANDOVER_COMMAND], 0);
    assert_int_equal(world.sent[NGAP_HANDOVER_PREPARATION_FAILURE], 1);
    assert_null(world_ue(&world, 0)->target);
    world_close(&world);
}

/* --- radio capability --- */

static void tell_capability(unsigned gnb, struct bytes capability)
{
    const struct connection *connection = world_ue(&world, 0)->connection;
    const struct ngap_ue_radio_capability_info_indication message = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .ue_radio_capability = capability,
    };
    world_ngap(&world, gnb, NGAP_UE_RADIO_CAPABILITY_INFO_INDICATION, &message);
}

/* The phone sleeps, and comes to the gNB with a service request. */
static void comes_to(unsigned gnb)
{
    world_idle(&world, 0);
    phone_camp(&world.phones[0], &world.gnbs[gnb]);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    assert_ptr_equal(world_ue(&world, 0)->connection->gnb, gnb_at(gnb));
}

static void a_capability_stays_in_the_domain_that_told_it(void **state)
{
    (void)state;
    open_with(STRANGERS, "");
    tell_capability(SOURCE, bytes_of("capability", 10));
    comes_to(SOURCE);
    assert_int_equal(told.capability_size, 10);
    comes_to(TARGET);
    assert_int_equal(told.capability_size, 0);
    assert_int_equal(noted(CONFIG_RELAY_CAPABILITY, RELAY_BY_RULE), 1);
    world_close(&world);
    open_with(STRANGERS, "relay: {rules: [{from: test, to: other, pass: [capability]}]}");
    tell_capability(SOURCE, bytes_of("capability", 10));
    comes_to(TARGET);
    assert_int_equal(told.capability_size, 10);
    world_close(&world);
}

static void a_restart_remembers_who_told_a_capability(void **state)
{
    (void)state;
    open_with(STRANGERS, "");
    tell_capability(SOURCE, bytes_of("capability", 10));
    world_idle(&world, 0);
    world_restart(&world);
    assert_string_equal(world_ue(&world, 0)->capability_domain, "test");
    assert_int_equal(world_ue(&world, 0)->radio_capability.len, 10);
    world_close(&world);
}

static void a_capability_beyond_its_size_is_not_kept(void **state)
{
    static const uint8_t many[65];
    (void)state;
    open_with(NEIGHBOURS, "relay: {capability: 64}");
    tell_capability(SOURCE, bytes_of("capability", 10));
    tell_capability(SOURCE, BYTES(many));
    assert_int_equal(world_ue(&world, 0)->radio_capability.len, 10);
    assert_int_equal(noted(CONFIG_RELAY_CAPABILITY, RELAY_TOO_LONG), 1);
    world_close(&world);
}

/* Phones are served at every gNB, but called by none. */
static bool take_and_serve(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    take_down(w, gnb, pdu);
    return pdu->message != NGAP_PAGING;
}

static void a_domain_of_the_longest_name_is_told_what_it_said_itself(void **state)
{
    static const char inventory[] = "domains: [{name: test, listen: ['::1']}, {name: "
                                    "abcdefghijklmnopqrstuvwxyz012345, listen: ['::2']}]\n"
                                    "gnbs: [{name: a, domain: test, id: 999/70-1}, {name: b, domain: "
                                    "abcdefghijklmnopqrstuvwxyz012345, id: 999/70-2}]\n";
    (void)state;
    open_with(inventory, "");
    world.downlink_filter = take_and_serve;
    comes_to(TARGET);
    tell_capability(TARGET, bytes_of("capability", 10));
    comes_to(TARGET);
    assert_int_equal(told.capability_size, 10);
    const struct ngap_ue_context_release_complete released =
        play_released(world_ue(&world, 0), own_cell(TARGET));
    world.deaf = true;
    an_release(world_ue(&world, 0), N2_RADIO(USER_INACTIVITY), "test");
    world_run(&world);
    world_ngap(&world, TARGET, NGAP_UE_CONTEXT_RELEASE_COMPLETE, &released);
    assert_true(world_data_waits(&world, 0, SESSION));
    assert_int_equal(told.hints, 1);
    assert_string_equal(gnb_at(TARGET)->domain->name, gnb_at(TARGET)->peer.edge);
    world_close(&world);
}

/* --- configuration transfer --- */

static void transfer_with(const uint8_t *xn_address)
{
    const struct aper_bit_string address = {xn_address, 32};
    const struct ngap_xn_tnl_configuration_info xn = {.xn_transport_layer_addresses = {&address, 1}};
    struct ngap_son_configuration_transfer transfer = {
        .son_information = {.which = NGAP_SON_INFORMATION_SON_INFORMATION_REQUEST},
        .xn_tnl_configuration_info = xn_address ? &xn : NULL};
    struct ngap_global_ran_node_id *nodes[] = {&transfer.source_ran_node_id.global_ran_node_id,
                                               &transfer.target_ran_node_id.global_ran_node_id};
    for (unsigned i = 0; i < 2; i++)
        *nodes[i] = (struct ngap_global_ran_node_id){
            .which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
            .global_gnb_id = {.plmn_identity = {0x99, 0xf9, 0x07},
                              .gnb_id = {.which = NGAP_GNB_ID_GNB_ID, .gnb_id = {i + 1, 32}}}};
    transfer.source_ran_node_id.selected_tai = transfer.target_ran_node_id.selected_tai =
        (struct ngap_tai){{0x99, 0xf9, 0x07}, 1};
    world_ngap(&world, SOURCE, NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER,
               &(struct ngap_uplink_ran_configuration_transfer){.son_configuration_transfer_ul = &transfer});
}

static void configuration_stays_within_a_domain(void **state)
{
    (void)state;
    open_with(STRANGERS, "");
    transfer_with(NULL);
    assert_int_equal(told.transfers, 0);
    assert_int_equal(noted(CONFIG_RELAY_CONFIGURATION, RELAY_BY_RULE), 1);
    world_close(&world);
    open_with(STRANGERS, "relay: {rules: [{pass: [configuration]}]}");
    transfer_with(NULL);
    assert_int_equal(told.transfers, 1);
    world_close(&world);
    open_with(NEIGHBOURS, "neighbourhoods: [{name: n, gnbs: [b, c]}]");
    transfer_with(NULL);
    assert_int_equal(told.transfers, 0);
    world_close(&world);
}

static void a_gnb_s_addresses_are_those_of_its_enrolment(void **state)
{
    (void)state;
    open_with(NEIGHBOURS, "");
    transfer_with(address_in);
    assert_int_equal(told.transfers, 1);
    transfer_with(address_out);
    assert_int_equal(told.transfers, 1);
    assert_int_equal(noted(CONFIG_RELAY_CONFIGURATION, RELAY_UNTRUE), 1);
    world_close(&world);
}

static void configuration_has_a_budget(void **state)
{
    (void)state;
    open_with(NEIGHBOURS, "relay: {configurations: 3}");
    for (unsigned i = 0; i < 5; i++)
        transfer_with(NULL);
    assert_int_equal(told.transfers, 3);
    assert_int_equal(noted(CONFIG_RELAY_CONFIGURATION, RELAY_TOO_OFTEN), 2);
    world_pass(&world, SECONDS(1));
    transfer_with(NULL);
    assert_int_equal(told.transfers, 4);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_a_domain_all_but_foreign_sessions_passes),
        cmocka_unit_test(into_another_domain_passes_what_a_handover_needs),
        cmocka_unit_test(rules_say_what_passes_between_which_domains),
        cmocka_unit_test(a_container_that_lies_fails_the_handover),
        cmocka_unit_test(a_lab_records_what_does_not_fit_but_not_across_domains),
        cmocka_unit_test(the_target_s_answer_is_looked_at_too),
        cmocka_unit_test(a_capability_stays_in_the_domain_that_told_it),
        cmocka_unit_test(a_restart_remembers_who_told_a_capability),
        cmocka_unit_test(a_capability_beyond_its_size_is_not_kept),
        cmocka_unit_test(a_domain_of_the_longest_name_is_told_what_it_said_itself),
        cmocka_unit_test(configuration_stays_within_a_domain),
        cmocka_unit_test(a_gnb_s_addresses_are_those_of_its_enrolment),
        cmocka_unit_test(configuration_has_a_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
