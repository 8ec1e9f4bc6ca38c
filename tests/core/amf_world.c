/* SPDX-License-Identifier: Apache-2.0 */
#include "amf_world.h"

#include <stdlib.h>

#include "../lab_config.h"
#include "../lab_radio.h"
#include "core/amf/n2.h"
#include "line/event.h"

struct world *world_now;

enum { AIR_BYTES = 32 * 1024, ASSOCIATION = 100 };

struct parcel {
    struct parcel *next;
    unsigned gnb;
    bool up;
    uint16_t stream;
    size_t length;
    uint8_t bytes[];
};

static void post(struct world *world, unsigned gnb, bool up, uint16_t stream, struct bytes bytes)
{
    struct parcel *parcel = malloc(sizeof *parcel + bytes.len);
    assert_non_null(parcel);
    *parcel = (struct parcel){.gnb = gnb, .up = up, .stream = stream, .length = bytes.len};
    memcpy(parcel->bytes, bytes.data, bytes.len);
    *world->last = parcel;
    world->last = &parcel->next;
}

/* --- the radio's ports --- */

static void from_gnb(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    struct world *world = context;
    post(world, (unsigned)(gnb - world->gnbs), true, stream, message);
}

static void phone_happened(void *context, struct phone *phone, enum phone_event event,
                           struct phone_session *session, uint8_t cause)
{
    struct world *world = context;
    size_t index = (size_t)(phone - world->phones);
    (void)session;
    world->events[index][event]++;
    if (cause)
        world->cause[index] = cause;
}

static void gnb_answered(void *context, struct ran_gnb *gnb, bool accepted)
{
    struct world *world = context;
    world->gnb_ready[gnb - world->gnbs] = accepted;
    world->gnb_refused[gnb - world->gnbs] = !accepted;
}

static void nas_seen(void *context, struct phone *phone, bool up, const struct nas_message *message)
{
    struct world *world = context;
    (void)phone;
    if (!up)
        world->heard[message->type]++;
    if (world->nas_filter)
        world->nas_filter(world, (struct nas_message *)message, up);
}

static const struct radio_ports radio_ports = {
    .ngap = from_gnb,
    .n3 = lab_no_n3,
    .packet = lab_no_packet,
    .event = phone_happened,
    .gnb_ready = gnb_answered,
    .saw_nas = nas_seen,
};

/* --- the core's ports --- */

static void note_cause(struct world *world, const struct ngap_pdu *pdu)
{
    if (pdu->message == NGAP_NG_SETUP_FAILURE)
        world->last_cause = pdu->value.ng_setup_failure->cause;
    if (pdu->message == NGAP_ERROR_INDICATION && pdu->value.error_indication->cause)
        world->last_cause = *pdu->value.error_indication->cause;
    if (pdu->message == NGAP_UE_CONTEXT_RELEASE_COMMAND)
        world->last_cause = pdu->value.ue_context_release_command->cause;
}

static void from_core(void *context, uint64_t association, uint16_t stream, struct bytes flat)
{
    struct world *world = context;
    struct ngap_pdu pdu;
    struct fault fault = {0};
    uint8_t air[AIR_BYTES];
    struct writer writer = writer_of(air, sizeof air);
    arena_reset(&world->arena);
    assert_true(ngap_unflatten(flat, &world->arena, &pdu, &fault));
    assert_true(ngap_encode(&writer, pdu.message, pdu.value.any, &fault));
    world->sent[pdu.message]++;
    note_cause(world, &pdu);
    unsigned gnb = (unsigned)(association - ASSOCIATION);
    bool arrives = !world->downlink_filter || world->downlink_filter(world, gnb, &pdu);
    if (!world->deaf && arrives)
        post(world, gnb, false, stream, writer_bytes(&writer));
}

static void close_association(void *context, uint64_t association)
{
    struct world *world = context;
    world->closed[association - ASSOCIATION] = true;
}

static void no_pfcp(void *context, const union socket_address *peer, struct bytes datagram)
{
    (void)context, (void)peer, (void)datagram;
}

/* --- time and messages --- */

static void up(struct world *world, const struct parcel *parcel)
{
    struct ngap_pdu pdu;
    arena_reset(&world->arena);
    enum ngap_verdict verdict =
        ngap_decode(bytes_of(parcel->bytes, parcel->length), &world->arena, NGAP_STRICT_ORDER, &pdu);
    assert_true(verdict <= NGAP_NOTIFY);
    line_digest(bytes_of(parcel->bytes, parcel->length), world->digest);
    world->core->heard = world->digest;
    if (!world->uplink_filter || world->uplink_filter(world, &pdu))
        core_ngap(world->core, ASSOCIATION + parcel->gnb, parcel->stream, &pdu);
    world->core->heard = NULL;
}

void world_run(struct world *world)
{
    core_settle(world->core);
    while (world->first) {
        struct parcel *parcel = world->first;
        world->first = parcel->next;
        if (!world->first)
            world->last = &world->first;
        if (parcel->up) {
            up(world, parcel);
            core_settle(world->core);
        } else {
            ran_gnb_on_ngap(&world->gnbs[parcel->gnb], bytes_of(parcel->bytes, parcel->length));
        }
        free(parcel);
    }
}

void world_pass(struct world *world, int64_t time)
{
    int64_t end = world->timers.now + time;
    while (timers_next(&world->timers) <= end) {
        timers_run(&world->timers, timers_next(&world->timers));
        world_run(world);
    }
    timers_run(&world->timers, end);
    world_run(world);
}

/* --- the world's beginning and end --- */

static const uint8_t k[16] = {0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f,
                              0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc};
static const uint8_t opc[16] = {0xe8, 0xed, 0x28, 0x9d, 0xeb, 0xa9, 0x52, 0xe4,
                                0x28, 0x3b, 0x54, 0xe8, 0x8e, 0x61, 0x83, 0xca};

static void imsi_of(unsigned phone, char imsi[16])
{
    snprintf(imsi, 16, "99970000000000%u", phone + 1);
}

static void subscribe(struct world *world, unsigned phone)
{
    struct store_subscriber subscriber;
    char imsi[16];
    imsi_of(phone, imsi);
    assert_true(store_subscriber_defaults(&subscriber, &world->arena, (struct config_slice){1, CONFIG_NO_SD},
                                          "internet"));
    assert_true(store_supi_parse(imsi, subscriber.supi));
    subscriber.algorithm = STORE_MILENAGE;
    subscriber.k_length = 16;
    memcpy(subscriber.k, k, sizeof k);
    memcpy(subscriber.op, opc, sizeof opc);
    subscriber.op_is_derived = true;
    assert_int_equal(store_subscriber_add(world->store, &subscriber), STORE_OK);
    assert_int_equal(store_commit(world->store), STORE_OK);
}

static void start_core(struct world *world)
{
    const char *why = NULL;
    world->core = core_new(
        (struct core_settings){
            .config = world->config,
            .store = world->store,
            .timers = &world->timers,
            .random = &world->random.random,
            .wall = INT64_C(1800000000) * SECONDS(1) + world->timers.now + world->wall_ahead,
            .ports = {.context = world, .ngap = from_core, .close = close_association, .pfcp = no_pfcp},
        },
        &why);
    if (!world->core)
        fail_msg("%s", why);
}

static void make_gnb(struct world *world, unsigned i)
{
    struct ran_gnb_settings settings = {
        .id = i + 1,
        .plmn = {{0x99, 0xf9, 0x07}},
        .tac = 1,
        .slice = {.sst = 1, .sd = NAS_NO_SD},
    };
    snprintf(settings.name, sizeof settings.name, "gnb-%u", i);
    ran_gnb_init(&world->gnbs[i], &world->radio, &settings);
}

static void make_phone(struct world *world, unsigned i)
{
    struct aka_key key = {.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8};
    char imsi[16];
    memcpy(key.k, k, sizeof k);
    memcpy(key.opc, opc, sizeof opc);
    imsi_of(i, imsi);
    phone_init(&world->phones[i], &world->radio, &world->model, imsi, &key);
}

void world_open(struct world *world)
{
    struct config_error error;
    enum store_result result;
    const char *why;
    *world = (struct world){.last = &world->first, .session_slice = {1, CONFIG_NO_SD}};
    world_now = world;
    timers_init(&world->timers, SECONDS(1));
    random_seed(&world->random, 7);
    arena_init(&world->arena, 0);
    world->config = lab_config("", NULL, &error);
    assert_non_null(world->config);
    world->store = store_open((struct store_settings){.path = ":memory:"}, &result, &why);
    assert_non_null(world->store);
    world->radio = (struct radio){
        .timers = &world->timers, .random = &world->random.random, .ports = &radio_ports, .context = world};
    arena_init(&world->radio.scratch, 0);
    world->model = lab_phone_model();
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        subscribe(world, i);
    start_core(world);
    for (unsigned i = 0; i < WORLD_GNBS; i++) {
        make_gnb(world, i);
        core_association_up(world->core, ASSOCIATION + i, &(struct core_peer){.edge = "test"});
    }
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        make_phone(world, i);
}

void world_configure_both(struct world *world, const char *yaml, const char *inventory)
{
    struct config_error error;
    struct config *old = world->config;
    world->config = lab_config(yaml, inventory, &error);
    if (!world->config)
        fail_msg("%s", error.text);
    const char *why;
    assert_true(core_reload(world->core, world->config, &why));
    config_free(old);
}

void world_configure(struct world *world, const char *yaml)
{
    world_configure_both(world, yaml, NULL);
}

void world_configure_line(struct world *world, const char *inventory)
{
    world_configure_both(world, "", inventory);
}

static struct core_peer peer_of(const struct world *world, unsigned gnb)
{
    struct core_peer peer = {0};
    snprintf(peer.edge, sizeof peer.edge, "%s", world->edges[gnb] ? world->edges[gnb] : "test");
    return peer;
}

void world_move_gnb(struct world *world, unsigned gnb, const char *edge)
{
    world->edges[gnb] = edge;
    const struct core_peer peer = peer_of(world, gnb);
    core_association_down(world->core, ASSOCIATION + gnb, "test");
    core_association_up(world->core, ASSOCIATION + gnb, &peer);
}

static void drop_parcels(struct world *world)
{
    while (world->first) {
        struct parcel *parcel = world->first;
        world->first = parcel->next;
        free(parcel);
    }
    world->last = &world->first;
}

void world_close(struct world *world)
{
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        phone_free(&world->phones[i]);
    for (unsigned i = 0; i < WORLD_GNBS; i++)
        ran_gnb_free(&world->gnbs[i]);
    core_free(world->core);
    drop_parcels(world);
    store_close(world->store);
    config_free(world->config);
    arena_free(&world->arena);
    arena_free(&world->radio.scratch);
    timers_free(&world->timers);
}

int world_tear_down(void **state)
{
    (void)state;
    world_close(world_now);
    return 0;
}

void world_set_up_gnb(struct world *world, unsigned gnb)
{
    ran_gnb_setup(&world->gnbs[gnb]);
    world_run(world);
    assert_true(world->gnb_ready[gnb]);
}

void world_ready(struct world *world)
{
    world_set_up_gnb(world, 0);
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        phone_camp(&world->phones[i], &world->gnbs[0]);
}

void world_open_registered(struct world *world)
{
    world_open(world);
    world_ready(world);
    world_register(world, 0);
}

void world_restart(struct world *world)
{
    store_rollback(world->store);
    core_free(world->core);
    store_rollback(world->store);
    drop_parcels(world);
    start_core(world);
}

void world_announce(struct world *world, unsigned gnb)
{
    const struct core_peer peer = peer_of(world, gnb);
    core_association_kept(world->core, ASSOCIATION + gnb, &peer);
    ran_gnb_setup(&world->gnbs[gnb]);
    struct parcel *parcel = world->first;
    struct ngap_pdu pdu;
    arena_reset(&world->arena);
    assert_true(ngap_decode(bytes_of(parcel->bytes, parcel->length), &world->arena, NGAP_STRICT_ORDER,
                            &pdu) <= NGAP_NOTIFY);
    core_replay(world->core, ASSOCIATION + gnb, &pdu);
    drop_parcels(world);
    world_run(world);
}

struct ue *world_ue(struct world *world, unsigned phone)
{
    return amf_find(world->core, supi_of_text(world->phones[phone].imsi));
}

void world_ngap(struct world *world, unsigned gnb, enum ngap_message_type message, const void *value)
{
    uint8_t air[AIR_BYTES];
    struct writer writer = writer_of(air, sizeof air);
    struct fault fault = {0};
    assert_true(ngap_encode(&writer, message, value, &fault));
    post(world, gnb, true, 1, writer_bytes(&writer));
    world_run(world);
}

void world_register(struct world *world, unsigned phone)
{
    phone_register(&world->phones[phone], NAS_INITIAL_REGISTRATION);
    world_run(world);
    assert_int_equal(world->events[phone][PHONE_REGISTERED], 1);
}

void world_idle(struct world *world, unsigned phone)
{
    ran_gnb_release_request(world->phones[phone].connection);
    world_run(world);
    assert_null(world_ue(world, phone)->connection);
}

bool world_no_context_setup(struct world *world, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)world, (void)gnb;
    return pdu->message != NGAP_INITIAL_CONTEXT_SETUP_REQUEST;
}
