/* SPDX-License-Identifier: Apache-2.0 */
#include "radio_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypt/kdf.h"
#include "ran/gnb_tunnel.h"
#include "wire/gtpu/gtpu.h"
#include "wire/ngap/ngap_calls.h"

static const struct aka_key subscription = {.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8};

static void heard(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    struct radio_world *world = context;
    struct ngap_pdu *pdu = &world->last[gnb - world->gnbs];
    (void)stream;
    assert_true(ngap_decode(arena_copy(&world->memory, message), &world->memory, NGAP_STRICT_ORDER, pdu) <=
                NGAP_NOTIFY);
    world->said[pdu->message]++;
}

static void carried(void *context, struct ran_gnb *gnb, const union socket_address *to, struct bytes packet)
{
    struct radio_world *world = context;
    struct gtpu_packet parsed;
    (void)gnb;
    for (unsigned i = 0; i < WORLD_GNBS; i++)
        if (address_same_host(&world->gnbs[i].settings.address, to)) {
            ran_gnb_on_n3(&world->gnbs[i], &gnb->settings.address, packet);
            return;
        }
    assert_true(gtpu_parse(packet, &parsed, NULL));
    world->to_upf++;
    world->upf_teid = parsed.teid;
}

static void arrived(void *context, struct phone *phone, struct phone_session *session, struct bytes packet)
{
    struct radio_world *world = context;
    (void)phone, (void)session;
    assert_true(world->got_count < WORLD_GOT);
    world->got[world->got_count++] = packet.data[0];
}

static void happened(void *context, struct phone *phone, enum phone_event event,
                     struct phone_session *session, uint8_t cause)
{
    struct radio_world *world = context;
    (void)phone, (void)session, (void)cause;
    world->events[event]++;
}

static void answered(void *context, struct ran_gnb *gnb, bool accepted)
{
    (void)context, (void)gnb, (void)accepted;
}

void core_says(struct radio_world *world, unsigned gnb, enum ngap_message_type type, const void *value)
{
    uint8_t room[4096];
    struct writer w = writer_of(room, sizeof room);
    struct fault fault = {0};
    if (!ngap_encode(&w, type, value, &fault))
        fail_msg("%s: %s %s", ngap_message_name(type), fault.where, fault.what);
    ran_gnb_on_ngap(&world->gnbs[gnb], writer_bytes(&w));
}

void upf_sends(struct radio_world *world, unsigned gnb, uint32_t teid, uint8_t octet)
{
    uint8_t room[64];
    union socket_address upf;
    address_parse(&upf, "10.0.0.7", GTPU_PORT);
    size_t length = octet ? gtpu_g_pdu_header(room, teid, GTPU_DOWNLINK, 1, false, 1)
                          : gtpu_end_marker(room, sizeof room, teid);
    if (octet)
        room[length++] = octet;
    ran_gnb_on_n3(&world->gnbs[gnb], &upf, bytes_of(room, length));
}

void expect_got(struct radio_world *world, const char *octets)
{
    assert_int_equal(world->got_count, strlen(octets));
    assert_memory_equal(world->got, octets, strlen(octets));
}

struct ran_gnb_tunnel *tunnel_at(struct ran_gnb_connection *connection)
{
    struct ran_gnb_tunnel *tunnel = ran_gnb_tunnel_of(connection, SESSION);
    assert_non_null(tunnel);
    return tunnel;
}

/* --- Birth: the phone is registered and connected at the source, with one session --- */

static struct bytes setup_transfer(struct radio_world *world)
{
    static const uint8_t upf[4] = {10, 0, 0, 7};
    const struct ngap_qos_flow_setup_request_item flow = {
        .qos_flow_identifier = 1,
        .qos_flow_level_qos_parameters = {
            .qos_characteristics = {.which = NGAP_QOS_CHARACTERISTICS_NON_DYNAMIC5QI,
                                    .non_dynamic5qi = {.five_qi = 9}},
            .allocation_and_retention_priority = {.priority_level_arp = 8}}};
    const struct ngap_pdu_session_resource_setup_request_transfer transfer = {
        .ul_ngu_up_tnl_information = {.which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
                                      .gtp_tunnel = {{upf, 32}, UPLINK_TEID}},
        .qos_flow_setup_request_list = {&flow, 1}};
    uint8_t room[256];
    struct writer w = writer_of(room, sizeof room);
    assert_true(ngap_encode_pdu_session_resource_setup_request_transfer(&w, &transfer, NULL));
    return arena_copy(&world->memory, writer_bytes(&w));
}

static void set_up_context(struct radio_world *world)
{
    const struct ran_gnb_connection *connection = world->phone.connection;
    const struct ngap_allowed_nssai_item slice = {.s_nssai = {.sst = 1}};
    const struct ngap_ue_aggregate_maximum_bit_rate ambr = {1000000, 1000000};
    const struct ngap_pdu_session_resource_setup_item_cxt_req session = {
        .pdu_session_id = SESSION,
        .s_nssai = {.sst = 1},
        .pdu_session_resource_setup_request_transfer = world->transfer};
    struct ngap_initial_context_setup_request request = {
        .amf_ue_ngap_id = AMF_ID,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .ue_aggregate_maximum_bit_rate = &ambr,
        .pdu_session_resource_setup_list_cxt_req = {&session, 1},
        .allowed_nssai = {&slice, 1},
        .ue_security_capabilities = {.n_rencryption_algorithms = 0xe000}};
    kdf_kgnb(world->phone.kamf, world->phone.kgnb_count, 1, request.security_key);
    core_says(world, SOURCE, NGAP_INITIAL_CONTEXT_SETUP_REQUEST, &request);
}

static void make_gnb(struct radio_world *world, unsigned number)
{
    char host[16];
    struct ran_gnb_settings settings = {.id = number + 1, .plmn = world->model.plmn, .tac = 1};
    snprintf(host, sizeof host, "10.9.0.%u", number + 1);
    address_parse(&settings.address, host, GTPU_PORT);
    ran_gnb_init(&world->gnbs[number], &world->radio, &settings);
    world->gnbs[number].ready = true;
}

int radio_world_begin(void **state)
{
    struct radio_world *world = calloc(1, sizeof *world);
    timers_init(&world->timers, SECONDS(1));
    random_seed(&world->dice, 5);
    arena_init(&world->memory, 0);
    world->ports = (struct radio_ports){
        .ngap = heard, .n3 = carried, .packet = arrived, .event = happened, .gnb_ready = answered};
    world->radio = (struct radio){
        .timers = &world->timers, .random = &world->dice.random, .ports = &world->ports, .context = world};
    arena_init(&world->radio.scratch, 0);
    world->model = (struct phone_model){.plmn = {{0x99, 0xf9, 0x07}}, .slice = {.sst = 1, .sd = NAS_NO_SD}};
    make_gnb(world, SOURCE);
    make_gnb(world, TARGET);
    phone_init(&world->phone, &world->radio, &world->model, "999700000000001", &subscription);
    phone_camp(&world->phone, &world->gnbs[SOURCE]);
    memset(world->phone.kamf, 0x5a, sizeof world->phone.kamf);
    phone_register(&world->phone, NAS_INITIAL_REGISTRATION);
    timer_stop(&world->timers, &world->phone.guard);
    world->phone.state = PHONE_ON;
    world->phone.sessions[0] =
        (struct phone_session){.id = SESSION, .up = true, .type = NAS_SESSION_IPV4, .phone = &world->phone};
    world->transfer = setup_transfer(world);
    set_up_context(world);
    *state = world;
    return 0;
}

int radio_world_end(void **state)
{
    struct radio_world *world = *state;
    phone_free(&world->phone);
    for (unsigned i = 0; i < WORLD_GNBS; i++)
        ran_gnb_free(&world->gnbs[i]);
    bool timers_left = world->timers.count != 0;
    arena_free(&world->radio.scratch);
    arena_free(&world->memory);
    timers_free(&world->timers);
    free(world);
    return timers_left;
}
