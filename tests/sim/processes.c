/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of the core: an edge, control and a plane, and what kills and restarts them. */
#include <stdio.h>
#include <stdlib.h>

#include "core/smf/smf.h"
#include "kit/channel.h"
#include "kit/log.h"
#include "wire/wicket/wicket.h"
#include "world.h"

enum { RESTART_MS = 50, LANES = 1, DOWNLINK_BYTES = 60, UDP = 17 };

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

static void edge_ends_gnb(void *context, void *link)
{
    struct world *world = context;
    struct mast *mast = link;
    timer_start(&world->timers, &mast->ended, 0);
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

void start_edge(struct timer *timer)
{
    struct world *world = (struct world *)((char *)timer - offsetof(struct world, edge_again));
    const struct config_budget budget = config_budget_of(&world->config->inventory, "sim");
    world->edge = edge_new((struct edge_settings){.name = "sim",
                                                  .timers = &world->timers,
                                                  .budget = {.messages = budget.messages,
                                                             .bytes = budget.bytes,
                                                             .arrivals = budget.arrivals,
                                                             .log_bytes = budget.log_bytes},
                                                  .ports = {.context = world,
                                                            .to_gnb = edge_to_gnb,
                                                            .end_gnb = edge_ends_gnb,
                                                            .to_control = edge_to_control,
                                                            .random = edge_random}});
    if (!world->edge)
        abort();
    if (world->core)
        edge_control_open(world->edge);
}

/* Its sockets close behind it: gNBs and control see their ends, in order with what came before. */
void world_kill_edge(struct world *world)
{
    if (!world->edge)
        return;
    log_debug("sim", NULL, "%9.4f the edge is killed", world_seconds(world));
    world->killed[PROCESS_EDGE]++;
    for (unsigned i = 0; i < world->gnbs; i++)
        world_cut(&world->masts[i]);
    edge_free(world->edge);
    world->edge = NULL;
    timer_start(&world->timers, &world->edge_again, MILLISECONDS(RESTART_MS));
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
    struct parcel header = {.address = world->config->smf.n4};
    while (header.upf + 1 < world->upf_count &&
           !address_same_host(peer, &world->config->planes[header.upf].n4))
        header.upf++;
    header.generation = world->upfs[header.upf].generation;
    if (!world->core_muted)
        post_datagram(world, TO_AGENT, &header, datagram);
}

void start_core(struct timer *timer)
{
    struct world *world = (struct world *)((char *)timer - offsetof(struct world, core_again));
    const char *why = "";
    world->core_muted = false;
    world->core_generation++;
    evident_anew(world);
    world->core = core_new(
        (struct core_settings){
            .config = world->config,
            .store = world->store,
            .timers = &world->timers,
            .random = &world->secrets.random,
            .wall = world->timers.now + SECONDS(1700000000),
            .ports = {.context = world, .ngap = core_says, .close = core_closes, .pfcp = core_sends_pfcp}},
        &why);
    if (!world->core) {
        fprintf(stderr, "seed %llu: the core does not start: %s\n", (unsigned long long)world->seed, why);
        abort();
    }
    if (world->edge)
        edge_control_open(world->edge);
}

static void take_down_figures(struct world *world)
{
    for (unsigned i = 0; i < HANDOVER_KINDS; i++)
        world->handovers_done[i] += world->core->metrics.handovers_done[i];
}

void world_kill_core(struct world *world)
{
    if (!world->core)
        return;
    log_debug("sim", NULL, "%9.4f the core is killed", world_seconds(world));
    world->killed[PROCESS_CONTROL]++;
    world->core_muted = true;
    if (world_dice(world, 2))
        core_settle(world->core); /* it had committed, but nobody heard */
    take_down_figures(world);
    core_free(world->core);
    store_rollback(world->store);
    world->core = NULL;
    world->core_generation++;
    if (world->edge)
        edge_control_closed(world->edge);
    timer_start(&world->timers, &world->core_again, MILLISECONDS(RESTART_MS));
}

/* --- Plane --- */

static void agent_says(void *context, const union socket_address *to, struct bytes message)
{
    struct upf_host *upf = context;
    struct world *world = upf->world;
    struct parcel header = {.address = world->config->planes[upf->number].n4,
                            .generation = world->core_generation};
    (void)to;
    post_datagram(world, TO_CORE_N4, &header, message);
}

void plane_to_n3(void *context, struct packet *packet)
{
    struct upf_host *upf = context;
    post_to_mast(upf->world, upf->number, &packet->to, bytes_of(packet->data, packet->length));
}

static void from_n6(struct upf_host *upf, struct packet *packet)
{
    shaping_use_up(upf);
    if (path_downlink(&upf->plane, &upf->plane.lanes[0], &upf->network, packet) != PATH_TO_N3)
        return;
    if (packet->shaped)
        shaping_take(upf, packet);
    else
        plane_to_n3(upf, packet);
}

static void swap(uint8_t *a, uint8_t *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t octet = a[i];
        a[i] = b[i];
        b[i] = octet;
    }
}

/* The data network is an echo: what comes goes back to its sender. */
static void plane_to_n6(void *context, struct packet *packet)
{
    if (packet->length >= 20 && packet->data[0] >> 4 == 4)
        swap(packet->data + 12, packet->data + 16, 4);
    else if (packet->length >= 40 && packet->data[0] >> 4 == 6)
        swap(packet->data + 8, packet->data + 24, 16);
    else
        return;
    from_n6(context, packet);
}

/* False: the session has no address yet. */
static bool write_downlink(const struct phone_session *session, uint8_t packet[DOWNLINK_BYTES])
{
    static const uint8_t v4[] = {0x45, [3] = DOWNLINK_BYTES, [8] = 64, [9] = UDP, [12] = 192, [14] = 2, 1};
    static const uint8_t v6[] = {0x60, [5] = DOWNLINK_BYTES - 40, [6] = UDP, 64, 0x20, 1, 0xd, 0xb8};
    memset(packet, 0, DOWNLINK_BYTES);
    if (session->ipv4) {
        memcpy(packet, v4, sizeof v4);
        for (unsigned i = 0; i < 4; i++)
            packet[16 + i] = (uint8_t)(session->ipv4 >> (24 - 8 * i));
        return true;
    }
    memcpy(packet, v6, sizeof v6);
    memcpy(packet + 24, session->ipv6_prefix, 8);
    memcpy(packet + 32, session->ipv6_interface, 8);
    return session->has_prefix;
}

/* Routes lead to the plane whose pool an address is in. NULL: it is dead. */
static struct upf_host *upf_of(struct world *world, const struct phone_session *session)
{
    struct config_ip ip = {.family = session->ipv4 ? AF_INET : AF_INET6};
    for (unsigned i = 0; i < 4 && session->ipv4; i++)
        ip.address[i] = (uint8_t)(session->ipv4 >> (24 - 8 * i));
    if (!session->ipv4)
        memcpy(ip.address, session->ipv6_prefix, 8);
    for (unsigned i = 0; i < world->upf_count; i++) {
        struct upf_host *upf = &world->upfs[i];
        const struct network *network = &upf->network;
        if (upf->agent && (world->upf_count == 1 || config_prefix_holds(&network->pool_v4, &ip) ||
                           config_prefix_holds(&network->pool_v6, &ip)))
            return upf;
    }
    return NULL;
}

void world_downlink(struct inhabitant *inhabitant)
{
    struct world *world = inhabitant->world;
    const struct phone_session *session = &inhabitant->phone.sessions[world_dice(world, PHONE_SESSIONS)];
    uint8_t room[PATH_HEADROOM + PATH_ROOM] = {0};
    struct packet packet = {.data = room + PATH_HEADROOM,
                            .length = DOWNLINK_BYTES,
                            .end = room + sizeof room,
                            .now = world->timers.now};
    struct upf_host *upf = session->ipv4 || session->has_prefix ? upf_of(world, session) : NULL;
    if (upf && session->up && write_downlink(session, packet.data))
        from_n6(upf, &packet);
}

void world_plane_receives(struct upf_host *upf, const struct parcel *parcel)
{
    uint8_t room[PATH_HEADROOM + 4096];
    struct packet packet = {.data = room + PATH_HEADROOM,
                            .length = parcel->length,
                            .end = room + sizeof room,
                            .now = upf->world->timers.now};
    if (parcel->length > 2048)
        return;
    memcpy(packet.data, parcel->content, parcel->length);
    enum verdict verdict = path_uplink(&upf->plane, &upf->plane.lanes[0], &parcel->address, &packet);
    if (verdict == PATH_TO_N6)
        plane_to_n6(upf, &packet);
    else if (verdict == PATH_TO_N3)
        plane_to_n3(upf, &packet);
}

static uint64_t agent_random(void *context)
{
    struct upf_host *upf = context;
    return random_u64(&upf->world->secrets.random);
}

/* Its own pools, or the data network's. */
static struct network network_of(const struct config_plane *plane, const struct config_dnn *dnn)
{
    const struct config_plane_network *own = config_plane_network(plane, dnn->name);
    return (struct network){.name = dnn->name,
                            .pool_v4 = own && own->ipv4.family ? own->ipv4 : dnn->ipv4,
                            .pool_v6 = own && own->ipv6.family ? own->ipv6 : dnn->ipv6,
                            .gateway_v4 = dnn->ipv4_gateway,
                            .mtu = (uint16_t)dnn->mtu};
}

void start_plane(struct timer *timer)
{
    struct upf_host *upf = (struct upf_host *)((char *)timer - offsetof(struct upf_host, again));
    struct world *world = upf->world;
    const struct config *config = world->config;
    const struct config_plane *own = &config->planes[upf->number];
    upf->generation++;
    upf->network = network_of(own, &config->smf.dnns[0]);
    if (!plane_init(&upf->plane, &upf->network, 1, LANES, world->seed))
        abort();
    upf->plane.policy =
        (struct policy){.tunnel_mtu = 1400, .buffer_per_session = 16, .buffer_total = 1024, .gnbs = 256};
    shaping_begin(upf);
    upf->plane.resting.time = own->teid_rest;
    upf->plane.n3_v4.family = AF_INET;
    memcpy(upf->plane.n3_v4.address, &own->n3[0].v4.sin_addr, 4);
    struct pfcp_ip n4 = {.has_v4 = true};
    memcpy(n4.v4, &own->n4.v4.sin_addr, 4);
    struct agent_settings settings = {.plane = &upf->plane,
                                      .timers = &world->timers,
                                      .node_id.ip = n4,
                                      .n4 = n4,
                                      .smfs = &config->smf.n4,
                                      .smf_count = 1,
                                      .recovery_time_stamp = (uint32_t)upf->generation,
                                      .t1 = MILLISECONDS(500),
                                      .n1 = 3,
                                      .heartbeat = SECONDS(2),
                                      .echo_period = SECONDS(10),
                                      .echo_timeout = SECONDS(1),
                                      .echo_tries = 3,
                                      .random = agent_random,
                                      .send_n4 = agent_says,
                                      .send_n3 = plane_to_n3,
                                      .send_n6 = plane_to_n6,
                                      .context = upf};
    upf->agent = agent_new(&settings);
    if (!upf->agent)
        abort();
    agent_start(upf->agent);
}

void upf_free(struct upf_host *upf)
{
    if (!upf->agent)
        return;
    agent_free(upf->agent);
    shaping_end(upf);
    plane_free(&upf->plane);
    upf->agent = NULL;
    upf->generation++;
}

void world_kill_plane(struct world *world, unsigned number)
{
    struct upf_host *upf = &world->upfs[number];
    if (!upf->agent)
        return;
    log_debug("sim", NULL, "%9.4f plane %u is killed", world_seconds(world), number);
    world->killed[PROCESS_PLANE]++;
    world->carried += world_carried(world, number);
    upf_free(upf);
    timer_start(&world->timers, &upf->again, MILLISECONDS(RESTART_MS));
}

void world_bury_plane(struct world *world, unsigned number)
{
    world_kill_plane(world, number);
    timer_stop(&world->timers, &world->upfs[number].again);
    world->upfs[number].buried = true;
}
