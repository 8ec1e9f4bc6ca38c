/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/smf/smf.h"
#include "kit/channel.h"
#include "kit/log.h"
#include "wire/pfcp/pfcp.h"
#include "wire/wicket/wicket.h"

enum { NGAP_PPID = 60, RESTART_MS = 50, RECONNECT_MS = 400, LANES = 1 };

static const char configuration[] =
    "timers: {t3512: 2m, mobile_reachable_margin: 10s, implicit_deregistration: 10s}\n"
    "smf: {pfcp_t1: 500ms, pfcp_heartbeat: 1s}\n"
    "data_networks: [{name: internet, type: ipv4, ipv4: 10.45.0.0/16}]\n"
    "log: {level: error}\n";

unsigned world_dice(struct world *world, unsigned sides)
{
    return (unsigned)(random_u64(&world->dice.random) % sides);
}

static double seconds(const struct world *world)
{
    return (double)world->timers.now / (double)SECONDS(1);
}

/* --- What is on its way --- */

enum place { TO_EDGE, TO_MAST, TO_CORE, TO_EDGE_FROM_CORE, TO_AGENT, TO_CORE_N4, TO_PLANE, TO_MAST_N3 };

struct parcel {
    struct timer timer;
    struct world *world;
    enum place place;
    unsigned mast;
    uint16_t stream;
    uint64_t generation; /* of who receives it; stale parcels are lost */
    union socket_address address;
    size_t length;
    uint8_t content[];
};

static void deliver(struct timer *timer);

static struct parcel *parcel_new(struct world *world, enum place place, struct bytes content)
{
    struct parcel *parcel = malloc(sizeof *parcel + content.len);
    if (!parcel)
        abort();
    *parcel = (struct parcel){.timer.fire = deliver, .world = world, .place = place, .length = content.len};
    memcpy(parcel->content, content.data, content.len);
    return parcel;
}

static int64_t some_delay(struct world *world)
{
    return (int64_t)(random_u64(&world->dice.random) % (uint64_t)(world->weather.delay + 1));
}

/* On an ordered channel nothing overtakes. */
static void post_ordered(struct world *world, struct parcel *parcel, int64_t *last)
{
    int64_t due = world->timers.now + some_delay(world);
    if (due <= *last)
        due = *last + 1;
    *last = due;
    timer_start(&world->timers, &parcel->timer, due - world->timers.now);
}

static void post_datagram(struct world *world, enum place place, const struct parcel *header,
                          struct bytes content)
{
    unsigned copies = 1;
    if (world_dice(world, 1000) < world->weather.datagrams_lost)
        copies = 0;
    else if (world_dice(world, 1000) < world->weather.datagrams_doubled)
        copies = 2;
    for (; copies > 0; copies--) {
        struct parcel *parcel = parcel_new(world, place, content);
        parcel->mast = header->mast;
        parcel->generation = header->generation;
        parcel->address = header->address;
        timer_start(&world->timers, &parcel->timer, some_delay(world));
    }
}

static void remember(struct world *world, const struct parcel *parcel)
{
    uint64_t hash = world->history ^ (uint64_t)world->timers.now ^ (uint64_t)parcel->place << 56;
    for (size_t i = 0; i < parcel->length; i++)
        hash = (hash ^ parcel->content[i]) * 0x100000001b3;
    world->history = hash;
    world->delivered++;
}

/* --- Radio side --- */

static union socket_address mast_address(unsigned number)
{
    union socket_address address;
    char host[16];
    snprintf(host, sizeof host, "10.9.0.%u", number + 1);
    address_parse(&address, host, 2152);
    return address;
}

static void gnb_says(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    struct world *world = context;
    struct mast *mast = gnb->user;
    struct parcel *parcel = parcel_new(world, TO_EDGE, message);
    parcel->mast = mast->number;
    parcel->stream = stream;
    parcel->generation = mast->generation;
    post_ordered(world, parcel, &mast->last_up);
}

static void gnb_sends_packet(void *context, struct ran_gnb *gnb, const union socket_address *upf,
                             struct bytes packet)
{
    struct world *world = context;
    const struct mast *mast = gnb->user;
    struct parcel header = {.address = mast_address(mast->number), .generation = world->plane_generation};
    (void)upf;
    post_datagram(world, TO_PLANE, &header, packet);
}

static void phone_receives(void *context, struct phone *phone, struct phone_session *session,
                           struct bytes packet)
{
    struct inhabitant *inhabitant = phone->user;
    (void)context, (void)session, (void)packet;
    inhabitant->answers++;
}

static void phone_reports(void *context, struct phone *phone, enum phone_event event,
                          struct phone_session *session, uint8_t cause)
{
    const struct inhabitant *inhabitant = phone->user;
    (void)session;
    log_debug("sim", NULL, "phone-%u: %s (%u)", inhabitant->number + 1, phone_event_name(event), cause);
    life_event(context, phone, event, cause);
}

static void gnb_is_ready(void *context, struct ran_gnb *gnb, bool accepted)
{
    (void)context;
    if (!accepted)
        world_cut(gnb->user);
}

static void saw_ngap(void *context, struct ran_gnb *gnb, bool up, const struct ngap_pdu *pdu)
{
    log_debug("sim", NULL, "%9.4f %s %c %s", seconds(context), gnb->settings.name, up ? '>' : '<',
              ngap_message_name(pdu->message));
}

static void saw_nas(void *context, struct phone *phone, bool up, const struct nas_message *message)
{
    const struct inhabitant *inhabitant = phone->user;
    log_debug("sim", NULL, "%9.4f phone-%u %c %s", seconds(context), inhabitant->number + 1, up ? '>' : '<',
              nas_message_name(message->type));
}

static const struct radio_ports radio_ports = {.saw_ngap = saw_ngap,
                                               .saw_nas = saw_nas,
                                               .ngap = gnb_says,
                                               .n3 = gnb_sends_packet,
                                               .packet = phone_receives,
                                               .event = phone_reports,
                                               .gnb_ready = gnb_is_ready};

static void connect_mast(struct timer *timer)
{
    struct mast *mast = (struct mast *)((char *)timer - offsetof(struct mast, again));
    struct world *world = mast->world;
    union socket_address address = mast_address(mast->number);
    mast->generation++;
    mast->association = edge_gnb_up(world->edge, mast, &address, 2);
    if (mast->association)
        ran_gnb_setup(&mast->gnb);
}

void world_cut(struct mast *mast)
{
    struct edge_association *association = mast->association;
    if (!association)
        return;
    log_debug("sim", NULL, "%9.4f %s is cut off", seconds(mast->world), mast->gnb.settings.name);
    mast->association = NULL;
    mast->generation++;
    mast->world->losses++;
    edge_gnb_down(mast->world->edge, association, "cut");
    ran_gnb_lost(&mast->gnb);
    timer_start(&mast->world->timers, &mast->again, MILLISECONDS(RECONNECT_MS));
}

/* --- Edge --- */

static bool edge_to_gnb(void *context, void *link, uint16_t stream, struct bytes ngap)
{
    struct world *world = context;
    struct mast *mast = link;
    struct parcel *parcel = parcel_new(world, TO_MAST, ngap);
    parcel->mast = mast->number;
    parcel->stream = stream;
    parcel->generation = mast->generation;
    post_ordered(world, parcel, &mast->last_down);
    return true;
}

/* The gNB notices when the present event is over. */
static void edge_ends_gnb(void *context, void *link)
{
    struct world *world = context;
    struct mast *mast = link;
    (void)world;
    world_cut(mast);
}

static bool edge_to_control(void *context, struct bytes message)
{
    struct world *world = context;
    struct parcel *parcel = parcel_new(world, TO_CORE, message);
    parcel->generation = world->core_generation;
    post_ordered(world, parcel, &world->wicket_up);
    return true;
}

static uint64_t edge_random(void *context)
{
    struct world *world = context;
    return random_u64(&world->secrets.random);
}

static bool make_edge(struct world *world)
{
    world->edge = edge_new((struct edge_settings){.name = "sim",
                                                  .timers = &world->timers,
                                                  .ports = {.context = world,
                                                            .to_gnb = edge_to_gnb,
                                                            .end_gnb = edge_ends_gnb,
                                                            .to_control = edge_to_control,
                                                            .random = edge_random}});
    return world->edge != NULL;
}

/* --- Core --- */

static void core_says(void *context, uint64_t association, uint16_t stream, struct bytes flat)
{
    struct world *world = context;
    uint8_t room[CHANNEL_MESSAGE_BYTES];
    struct writer w = writer_of(room, sizeof room);
    const struct wicket_message message = {
        .kind = WICKET_NGAP, .association = association, .stream = stream, .body = flat};
    if (world->core_muted || !wicket_encode(&w, &message))
        return;
    struct parcel *parcel = parcel_new(world, TO_EDGE_FROM_CORE, writer_bytes(&w));
    parcel->generation = world->core_generation;
    post_ordered(world, parcel, &world->wicket_down);
}

static void core_closes(void *context, uint64_t association)
{
    struct world *world = context;
    uint8_t room[64];
    struct writer w = writer_of(room, sizeof room);
    if (world->core_muted ||
        !wicket_encode(&w, &(struct wicket_message){.kind = WICKET_CLOSE, .association = association}))
        return;
    struct parcel *parcel = parcel_new(world, TO_EDGE_FROM_CORE, writer_bytes(&w));
    parcel->generation = world->core_generation;
    post_ordered(world, parcel, &world->wicket_down);
}

static void core_sends_pfcp(void *context, const union socket_address *peer, struct bytes datagram)
{
    struct world *world = context;
    struct parcel header = {.address = world->config->smf.n4, .generation = world->plane_generation};
    (void)peer;
    if (!world->core_muted)
        post_datagram(world, TO_AGENT, &header, datagram);
}

static void start_core(struct timer *timer)
{
    struct world *world = (struct world *)((char *)timer - offsetof(struct world, core_again));
    const char *why = "";
    world->core_muted = false;
    world->core_generation++;
    world->core = core_new(
        (struct core_settings){
            .config = world->config,
            .store = world->store,
            .timers = &world->timers,
            .random = &world->secrets.random,
            .ports = {.context = world, .ngap = core_says, .close = core_closes, .pfcp = core_sends_pfcp}},
        &why);
    if (!world->core) {
        fprintf(stderr, "seed %llu: the core does not start: %s\n", (unsigned long long)world->seed, why);
        abort();
    }
    edge_control_open(world->edge);
}

void world_kill_core(struct world *world)
{
    if (!world->core)
        return;
    log_debug("sim", NULL, "%9.4f the core is killed", seconds(world));
    world->kills++;
    world->core_muted = true;
    if (world_dice(world, 2))
        core_settle(world->core); /* it had committed, but nobody heard */
    core_free(world->core);
    store_rollback(world->store);
    world->core = NULL;
    world->core_generation++;
    edge_control_closed(world->edge);
    timer_start(&world->timers, &world->core_again, MILLISECONDS(RESTART_MS));
}

/* --- Plane --- */

static void agent_says(void *context, const union socket_address *to, struct bytes message)
{
    struct world *world = context;
    struct parcel header = {.address = world->config->planes[0].n4, .generation = world->core_generation};
    (void)to;
    post_datagram(world, TO_CORE_N4, &header, message);
}

static void plane_to_n3(void *context, struct packet *packet)
{
    struct world *world = context;
    for (unsigned i = 0; i < WORLD_GNBS; i++) {
        union socket_address address = mast_address(i);
        struct parcel header = {.mast = i, .generation = world->masts[i].generation};
        if (address_same_host(&address, &packet->to))
            post_datagram(world, TO_MAST_N3, &header, bytes_of(packet->data, packet->length));
    }
}

/* The data network is an echo: what comes goes back to its sender. */
static void plane_to_n6(void *context, struct packet *packet)
{
    struct world *world = context;
    uint8_t address[4];
    if (packet->length < 20 || packet->data[0] >> 4 != 4)
        return;
    memcpy(address, packet->data + 12, 4);
    memcpy(packet->data + 12, packet->data + 16, 4);
    memcpy(packet->data + 16, address, 4);
    if (path_downlink(&world->plane, &world->plane.lanes[0], &world->network, packet) == PATH_TO_N3)
        plane_to_n3(context, packet);
}

static void plane_receives(struct world *world, const struct parcel *parcel)
{
    uint8_t room[PATH_HEADROOM + 4096];
    struct packet packet = {.data = room + PATH_HEADROOM,
                            .length = parcel->length,
                            .end = room + sizeof room,
                            .now = world->timers.now};
    if (parcel->length > 2048)
        return;
    memcpy(packet.data, parcel->content, parcel->length);
    enum verdict verdict = path_uplink(&world->plane, &world->plane.lanes[0], &parcel->address, &packet);
    if (verdict == PATH_TO_N6)
        plane_to_n6(world, &packet);
    else if (verdict == PATH_TO_N3)
        plane_to_n3(world, &packet);
}

static uint64_t agent_random(void *context)
{
    struct world *world = context;
    return random_u64(&world->secrets.random);
}

static void start_plane(struct timer *timer)
{
    struct world *world = (struct world *)((char *)timer - offsetof(struct world, plane_again));
    const struct config *config = world->config;
    world->plane_generation++;
    world->network = (struct network){.name = config->smf.dnns[0].name,
                                      .pool_v4 = config->smf.dnns[0].ipv4,
                                      .gateway_v4 = config->smf.dnns[0].ipv4_gateway,
                                      .mtu = (uint16_t)config->smf.dnns[0].mtu};
    if (!plane_init(&world->plane, &world->network, 1, LANES, world->seed))
        abort();
    world->plane.policy =
        (struct policy){.tunnel_mtu = 1400, .buffer_per_session = 16, .buffer_total = 1024, .gnbs = 64};
    world->plane.n3_v4.family = AF_INET;
    memcpy(world->plane.n3_v4.address, &config->planes[0].n3[0].v4.sin_addr, 4);
    struct pfcp_ip n4 = {.has_v4 = true};
    memcpy(n4.v4, &config->planes[0].n4.v4.sin_addr, 4);
    struct agent_settings settings = {.plane = &world->plane,
                                      .timers = &world->timers,
                                      .node_id.ip = n4,
                                      .n4 = n4,
                                      .smfs = &config->smf.n4,
                                      .smf_count = 1,
                                      .recovery_time_stamp = (uint32_t)world->plane_generation,
                                      .t1 = MILLISECONDS(500),
                                      .n1 = 3,
                                      .heartbeat = SECONDS(2),
                                      .random = agent_random,
                                      .send_n4 = agent_says,
                                      .send_n3 = plane_to_n3,
                                      .send_n6 = plane_to_n6,
                                      .context = world};
    world->agent = agent_new(&settings);
    if (!world->agent)
        abort();
    agent_start(world->agent);
}

void world_kill_plane(struct world *world)
{
    if (!world->agent)
        return;
    log_debug("sim", NULL, "%9.4f the plane is killed", seconds(world));
    world->kills++;
    agent_free(world->agent);
    plane_free(&world->plane);
    world->agent = NULL;
    world->plane_generation++;
    timer_start(&world->timers, &world->plane_again, MILLISECONDS(RESTART_MS));
}

/* --- Delivery --- */

/* As the control process does it (core/control.c). */
static void to_core(struct world *world, const struct parcel *parcel)
{
    struct wicket_message message;
    struct ngap_pdu pdu;
    struct fault fault;
    arena_reset(&world->arena);
    if (!wicket_decode(bytes_of(parcel->content, parcel->length), WICKET_FROM_EDGE, &message, &fault))
        abort();
    const struct core_peer peer = {.edge = "sim", .address = message.peer};
    if (message.kind == WICKET_UP)
        core_association_up(world->core, message.association, &peer);
    else if (message.kind == WICKET_KEPT)
        core_association_kept(world->core, message.association, &peer);
    else if (message.kind == WICKET_DOWN)
        core_association_down(world->core, message.association, "down");
    else if (message.kind == WICKET_NGAP && ngap_unflatten(message.body, &world->arena, &pdu, &fault))
        core_ngap(world->core, message.association, message.stream, &pdu);
    else if (message.kind == WICKET_REPLAY && ngap_unflatten(message.body, &world->arena, &pdu, &fault))
        core_replay(world->core, message.association, &pdu);
}

static void saw_pfcp(const struct world *world, const char *where, struct bytes message)
{
    struct reader r = reader_of(message);
    uint8_t flags = read_u8(&r), type = read_u8(&r);
    read_u16(&r);
    uint64_t seid = flags & 1 ? read_u64(&r) : 0;
    log_debug("sim", NULL, "%9.4f %s %s, SEID %016llx, sequence %u", seconds(world), where,
              pfcp_message_name(type), (unsigned long long)seid, read_u32(&r) >> 8);
}

static void deliver(struct timer *timer)
{
    struct parcel *parcel = (struct parcel *)timer;
    struct world *world = parcel->world;
    struct mast *mast = &world->masts[parcel->mast];
    struct bytes content = bytes_of(parcel->content, parcel->length);
    remember(world, parcel);
    switch (parcel->place) {
    case TO_EDGE:
        if (mast->association && parcel->generation == mast->generation)
            edge_gnb_message(world->edge, mast->association, parcel->stream, NGAP_PPID, content);
        break;
    case TO_MAST:
        if (mast->association && parcel->generation == mast->generation)
            ran_gnb_on_ngap(&mast->gnb, content);
        break;
    case TO_CORE:
        if (world->core && parcel->generation == world->core_generation)
            to_core(world, parcel);
        break;
    case TO_EDGE_FROM_CORE:
        if (parcel->generation == world->core_generation)
            edge_control_message(world->edge, content);
        break;
    case TO_AGENT:
        saw_pfcp(world, "plane <", content);
        if (world->agent)
            agent_receive(world->agent, &parcel->address, content);
        break;
    case TO_CORE_N4:
        saw_pfcp(world, "core <", content);
        if (world->core)
            core_pfcp(world->core, &parcel->address, content);
        break;
    case TO_PLANE:
        if (world->agent)
            plane_receives(world, parcel);
        break;
    case TO_MAST_N3: {
        ran_gnb_on_n3(&mast->gnb, &world->config->planes[0].n3[0], content);
        break;
    }
    }
    free(parcel);
}

void world_run(struct world *world, int64_t until)
{
    while (timers_next(&world->timers) <= until) {
        timers_run(&world->timers, timers_next(&world->timers));
        if (world->agent)
            agent_poll(world->agent);
        if (world->core)
            core_settle(world->core);
    }
    timers_run(&world->timers, until);
}

/* --- Birth and end --- */

static const struct aka_key subscription = {
    .algorithm = AKA_MILENAGE,
    .k_size = 16,
    .res_size = 8,
    .k = {0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f, 0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc},
    .opc = {0xe8, 0xed, 0x28, 0x9d, 0xeb, 0xa9, 0x52, 0xe4, 0x28, 0x3b, 0x54, 0xe8, 0x8e, 0x61, 0x83, 0xca}};

static void make_radio(struct world *world)
{
    world->radio = (struct radio){
        .timers = &world->timers, .random = &world->secrets.random, .ports = &radio_ports, .context = world};
    arena_init(&world->radio.scratch, 0);
    world->model = (struct phone_model){.plmn = {{0x99, 0xf9, 0x07}},
                                        .slice = {.sst = 1, .sd = NAS_NO_SD},
                                        .dnn = "internet",
                                        .session_type = NAS_SESSION_IPV4,
                                        .ea = 0xf0,
                                        .ia = 0x70};
    for (unsigned i = 0; i < WORLD_GNBS; i++) {
        struct mast *mast = &world->masts[i];
        struct ran_gnb_settings settings = {.id = i + 1,
                                            .plmn = world->model.plmn,
                                            .tac = 1,
                                            .slice = world->model.slice,
                                            .address = mast_address(i)};
        snprintf(settings.name, sizeof settings.name, "mast-%u", i + 1);
        *mast = (struct mast){.world = world, .number = i, .again.fire = connect_mast};
        ran_gnb_init(&mast->gnb, &world->radio, &settings);
        mast->gnb.user = mast;
        timer_start(&world->timers, &mast->again, MILLISECONDS(10 * (i + 1)));
    }
    for (unsigned i = 0; i < WORLD_PHONES; i++) {
        struct inhabitant *inhabitant = &world->inhabitants[i];
        char imsi[24];
        snprintf(imsi, sizeof imsi, "9997000000%05u", i + 1);
        *inhabitant = (struct inhabitant){.world = world, .number = i};
        phone_init(&inhabitant->phone, &world->radio, &world->model, imsi, &subscription);
        inhabitant->phone.user = inhabitant;
        phone_camp(&inhabitant->phone, &world->masts[i % WORLD_GNBS].gnb);
    }
}

static bool subscribe(struct world *world)
{
    for (unsigned i = 0; i < WORLD_PHONES; i++) {
        struct store_subscriber subscriber;
        struct arena arena;
        arena_init(&arena, 0);
        bool added = store_subscriber_defaults(&subscriber, &arena,
                                               world->config->network.serving[0].slices[0], "internet");
        snprintf(subscriber.supi, sizeof subscriber.supi, "imsi-9997000000%05u", i + 1);
        memcpy(subscriber.k, subscription.k, 16);
        memcpy(subscriber.op, subscription.opc, 16);
        subscriber.k_length = 16;
        subscriber.op_is_derived = true;
        added = added && store_subscriber_add(world->store, &subscriber) == STORE_OK;
        arena_free(&arena);
        if (!added)
            return false;
    }
    return store_commit(world->store) == STORE_OK;
}

bool world_init(struct world *world, uint64_t seed)
{
    struct config_error error;
    enum store_result result;
    const char *why;
    world->seed = seed;
    arena_init(&world->arena, 0);
    random_seed(&world->dice, seed);
    random_seed(&world->secrets, ~seed);
    timers_init(&world->timers, SECONDS(1));
    world->config = config_parse(configuration, sizeof configuration - 1, "simulation", &error);
    world->store = store_open(
        (struct store_settings){.path = ":memory:", .sync = CONFIG_SYNC_OFF, .busy_ms = 1}, &result, &why);
    if (!world->config || !world->store || !subscribe(world) || !make_edge(world))
        return false;
    world->core_again.fire = start_core;
    world->plane_again.fire = start_plane;
    start_plane(&world->plane_again);
    start_core(&world->core_again);
    make_radio(world);
    world->weather.delay = MILLISECONDS(2);
    world_run(world, world->timers.now + SECONDS(2));
    return true;
}

static void drop_parcels(struct world *world)
{
    for (size_t i = world->timers.count; i-- > 0;) {
        struct timer *timer = world->timers.heap[i];
        if (timer->fire == deliver)
            free(timer);
    }
}

void world_free(struct world *world)
{
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        phone_free(&world->inhabitants[i].phone);
    for (unsigned i = 0; i < WORLD_GNBS; i++)
        ran_gnb_free(&world->masts[i].gnb);
    if (world->core)
        core_free(world->core);
    edge_free(world->edge);
    if (world->agent) {
        agent_free(world->agent);
        plane_free(&world->plane);
    }
    store_close(world->store);
    config_free(world->config);
    arena_free(&world->radio.scratch);
    arena_free(&world->arena);
    drop_parcels(world);
    timers_free(&world->timers);
}
