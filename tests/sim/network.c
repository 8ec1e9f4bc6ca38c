/* SPDX-License-Identifier: Apache-2.0 */
/* What is on its way: datagrams get lost, doubled and overtake each other; associations and the wicket keep their order. */
#include <stdio.h>
#include <stdlib.h>

#include "hostile.h"
#include "kit/log.h"
#include "wire/pfcp/pfcp.h"
#include "wire/wicket/wicket.h"
#include "world.h"

enum { NGAP_PPID = 60 };

static void deliver(struct timer *timer);

struct parcel *parcel_new(struct world *world, enum place place, struct bytes content)
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
void post_ordered(struct world *world, struct parcel *parcel, int64_t *last)
{
    int64_t due = world->timers.now + some_delay(world);
    if (due <= *last)
        due = *last + 1;
    *last = due;
    timer_start(&world->timers, &parcel->timer, due - world->timers.now);
}

void post_datagram(struct world *world, enum place place, const struct parcel *header, struct bytes content)
{
    unsigned copies = 1;
    if (world->timers.now < world->plane_cut_until || world_dice(world, 1000) < world->weather.datagrams_lost)
        copies = 0;
    else if (world_dice(world, 1000) < world->weather.datagrams_doubled)
        copies = 2;
    for (; copies > 0; copies--) {
        struct parcel *parcel = parcel_new(world, place, content);
        parcel->mast = header->mast;
        parcel->upf = header->upf;
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

/* --- Delivery --- */

/* The gNB that lies, or is high-risk, is another vendor's: it has a trust domain of its own, as if it had an edge to itself. */
static struct core_peer peer_of(const struct world *world, const union socket_address *address)
{
    union socket_address liar = mast_address(WORLD_HOSTILE);
    bool lies = (world->hostile || world->mixed) && address_same_host(address, &liar);
    struct core_peer peer = {.address = *address};
    snprintf(peer.edge, sizeof peer.edge, "%s", lies ? "hostile" : "sim");
    return peer;
}

/* As the control process does it (core/control.c). */
static void to_core(struct world *world, const struct parcel *parcel)
{
    struct wicket_message message;
    struct ngap_pdu pdu;
    struct fault fault;
    arena_reset(&world->arena);
    if (!wicket_decode(bytes_of(parcel->content, parcel->length), WICKET_FROM_EDGE, &message, &fault))
        abort();
    const struct core_peer peer = peer_of(world, &message.peer);
    if (message.kind == WICKET_UP)
        core_association_up(world->core, message.association, &peer);
    else if (message.kind == WICKET_KEPT)
        core_association_kept(world->core, message.association, &peer);
    else if (message.kind == WICKET_DOWN)
        core_association_down(world->core, message.association, "down");
    else if (message.kind == WICKET_CONDUCT)
        core_conduct(world->core, message.association, message.misdeeds);
    world->core->heard = message.digest;
    if (message.kind == WICKET_NGAP && ngap_unflatten(message.body, &world->arena, &pdu, &fault))
        core_ngap(world->core, message.association, message.stream, &pdu);
    else if (message.kind == WICKET_REPLAY && ngap_unflatten(message.body, &world->arena, &pdu, &fault))
        core_replay(world->core, message.association, &pdu);
    world->core->heard = NULL;
}

static void saw_pfcp(const struct world *world, const char *where, struct bytes message)
{
    struct reader r = reader_of(message);
    uint8_t flags = read_u8(&r), type = read_u8(&r);
    read_u16(&r);
    uint64_t seid = flags & 1 ? read_u64(&r) : 0;
    log_debug("sim", NULL, "%9.4f %s %s, SEID %016llx, sequence %u", world_seconds(world), where,
              pfcp_message_name(type), (unsigned long long)seid, read_u32(&r) >> 8);
}

static void deliver(struct timer *timer)
{
    struct parcel *parcel = (struct parcel *)timer;
    struct world *world = parcel->world;
    struct mast *mast = &world->masts[parcel->mast];
    struct upf_host *upf = &world->upfs[parcel->upf];
    struct bytes content = bytes_of(parcel->content, parcel->length);
    remember(world, parcel);
    switch (parcel->place) {
    case TO_EDGE:
        if (parcel->mast != WORLD_HOSTILE)
            hostile_hears(world, content);
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
        if (world->edge && parcel->generation == world->core_generation)
            edge_control_message(world->edge, content);
        break;
    case TO_AGENT:
        saw_pfcp(world, "plane <", content);
        if (upf->agent)
            agent_receive(upf->agent, &parcel->address, content);
        break;
    case TO_CORE_N4:
        saw_pfcp(world, "core <", content);
        if (world->core)
            core_pfcp(world->core, &parcel->address, content);
        break;
    case TO_PLANE:
        if (parcel->mast != WORLD_HOSTILE)
            hostile_hears_n3(world, content);
        if (upf->agent)
            world_plane_receives(upf, parcel);
        break;
    case TO_MAST_N3: {
        ran_gnb_on_n3(&mast->gnb, &world->config->planes[parcel->upf].n3[0], content);
        break;
    }
    }
    free(parcel);
}

void drop_parcels(struct world *world)
{
    for (size_t i = 0; i < world->timers.count;) {
        struct timer *timer = world->timers.heap[i++];
        if (timer->fire != deliver)
            continue;
        timer_stop(&world->timers, timer);
        free(timer);
        i = 0; /* the heap has changed */
    }
}
