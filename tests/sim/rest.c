/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of phones when all have gone: in the core and its store, in the plane, at the edge, at the gNBs. */
#include "bytes.h"
#include "core/traffic_book.h"
#include "edge/association.h"
#include "inside.h"
#include "plane/agent_state.h"
#include "world.h"

static bool count_ue(void *context, const char *supi, uint32_t tmsi, struct bytes blob)
{
    (void)supi, (void)tmsi, (void)blob;
    ++*(unsigned *)context;
    return true;
}

static bool count_session(void *context, const char *supi, uint8_t psi, struct bytes blob)
{
    (void)supi, (void)psi, (void)blob;
    ++*(unsigned *)context;
    return true;
}

static const char *left_in_store(struct store *store)
{
    unsigned rows = 0;
    store_ue_each(store, count_ue, &rows);
    store_session_each(store, NULL, count_session, &rows);
    return rows ? "the store still has rows of phones or sessions" : NULL;
}

static bool leads_anywhere(const struct plane *plane)
{
    size_t ways = plane->teids.count;
    for (unsigned i = 0; i < plane->network_count; i++)
        ways += plane->networks[i].by_v4.count + plane->networks[i].by_v6.count;
    return ways != 0;
}

static bool serves_gnbs(const struct plane *plane)
{
    size_t cursor = 0;
    uint64_t key;
    void *gnb;
    while (table_next(&plane->gnbs, &cursor, &key, &gnb))
        if (((struct gnb *)gnb)->path.sessions)
            return true;
    return false;
}

static const char *left_in_plane(const struct upf_host *upf)
{
    const struct plane *plane = &upf->plane;
    if (agent_sessions(upf->agent) || upf->agent->smfs[0].by_cp_seid.count)
        return "the plane still has sessions";
    if (leads_anywhere(plane) || serves_gnbs(plane) || plane->shared_rates.count)
        return "the plane still has tunnels, addresses or rates of sessions that are gone";
    if (plane->held_total || plane->early_total || atomic_load(&plane->news))
        return "the plane still has packets or news of sessions that are gone";
    return NULL;
}

uint64_t world_carried(const struct world *world, unsigned upf)
{
    const struct plane *plane = &world->upfs[upf].plane;
    uint64_t sum = 0;
    for (unsigned i = 0; i < plane->lane_count; i++)
        for (unsigned d = UPLINK; d <= DOWNLINK; d++)
            sum += counted(&plane->lanes[i].counters.bytes[d]);
    return sum;
}

/* Rule H2: the core knows to the octet what the plane that lives has carried, and counts nothing twice that others did. */
static const char *miscounted(const struct world *world)
{
    const uint64_t carried = world_carried(world, 0);
    const struct traffic_plane *plane = world->core->traffic->planes;
    struct line_measured measured = {0};
    traffic_measure(world->core, &measured);
    if (!plane || octets_total(plane->told) != carried)
        return "the core does not know what the plane has carried";
    if (measured.bytes > world->carried + carried)
        return "more traffic was counted than there was";
    return measured.traffic_known ? NULL : "shares of traffic are not known";
}

static const char *left_at_edge(const struct world *world)
{
    if (world->edge->associations.count != world->gnbs || world->core->gnbs.count != world->gnbs)
        return "gNBs, edge and core do not agree which associations there are";
    return world->edge->backlog.length ? "the edge still has messages for control" : NULL;
}

/* Phones that are off may listen, where they have kept their identity. */
static size_t listeners(const struct world *world)
{
    size_t count = 0;
    for (unsigned i = 0; i < world->phones; i++)
        count += world->inhabitants[i].phone.has_guti;
    return count;
}

static const char *left_at_gnbs(const struct world *world)
{
    size_t listening = 0;
    for (unsigned i = 0; i < world->gnbs; i++) {
        const struct ran_gnb *gnb = &world->masts[i].gnb;
        listening += gnb->camped.count;
        if (gnb->connections.count || gnb->tunnels.count)
            return "a gNB still has connections or tunnels";
    }
    return listening != listeners(world) ? "gNBs still have phones that do not listen" : NULL;
}

static unsigned buried(const struct world *world)
{
    unsigned count = 0;
    for (unsigned i = 0; i < world->upf_count; i++)
        count += world->upfs[i].buried;
    return count;
}

const char *world_nothing_left(struct world *world)
{
    const char *left = inside_left(world->core, buried(world));
    if (!left)
        left = left_in_store(world->store);
    for (unsigned i = 0; i < world->upf_count && !left; i++)
        if (world->upfs[i].agent)
            left = left_in_plane(&world->upfs[i]);
    if (!left && world->upf_count == 1) /* what one that is dead has not told nobody knows */
        left = miscounted(world);
    if (!left)
        left = shaping_left(world);
    if (!left)
        left = left_at_edge(world);
    return left ? left : left_at_gnbs(world);
}

/* But for the heap of timers, which stays at its greatest size. */
static size_t bytes_of_world(const struct world *world)
{
    return bytes_held() - world->timers.room * sizeof(struct timer *);
}

struct world_rest world_at_rest(struct world *world)
{
    struct world_rest fewest = {SIZE_MAX, SIZE_MAX};
    for (unsigned i = 0; i < 40; i++) {
        world_run(world, world->timers.now + MILLISECONDS(103));
        size_t bytes = bytes_of_world(world);
        fewest.timers = world->timers.count < fewest.timers ? world->timers.count : fewest.timers;
        fewest.bytes = bytes < fewest.bytes ? bytes : fewest.bytes;
    }
    return fewest;
}
