/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the plane has what the core believes that it has, and leads where the phones really are. */
#include "core/ids.h"
#include "inside.h"
#include "kit/address.h"
#include "plane/agent_state.h"
#include "world.h"

/* Of indirect forwarding (core/smf/n4_forward.c). */
enum { FORWARDING = 0x7f01 }; /* and those behind it */

static const struct ran_gnb_connection *connection_of(const struct world *world, uint64_t supi)
{
    char text[STORE_SUPI_BYTES];
    for (unsigned i = 0; i < world->phones; i++) {
        world_supi(i, text);
        if (supi_of_text(text) == supi)
            return world->inhabitants[i].phone.connection;
    }
    return NULL;
}

static const struct ran_gnb_tunnel *tunnel_of(const struct ran_gnb_connection *connection, uint8_t psi)
{
    for (unsigned i = 0; i < GNB_TUNNELS; i++)
        if (connection->tunnels[i].pdu_session_id == psi)
            return &connection->tunnels[i];
    return NULL;
}

static bool leads_to(const struct world *world, const struct far *far,
                     const struct ran_gnb_connection *connection, uint8_t psi)
{
    const struct ran_gnb_tunnel *tunnel = tunnel_of(connection, psi);
    if (!far || !tunnel || far->teid != tunnel->downlink_teid)
        return false;
    const struct mast *mast =
        (const struct mast *)((const char *)connection->gnb - offsetof(struct mast, gnb));
    union socket_address there = mast_address((unsigned)(mast - world->masts));
    return address_same_host(&far->to, &there);
}

static bool forwards(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].id >= FORWARDING)
            return true;
    for (unsigned i = 0; i < rules->far_count; i++)
        if (rules->fars[i].id >= FORWARDING)
            return true;
    return false;
}

/* NULL: it is dead. */
static const struct agent *agent_named(const struct world *world, const char *plane)
{
    for (unsigned i = 0; i < world->upf_count; i++)
        if (strcmp(world->config->planes[i].name, plane) == 0)
            return world->upfs[i].agent;
    return NULL;
}

const char *world_disagrees(const struct world *world)
{
    struct inside_session inside;
    size_t cursor = 0;
    while (inside_next_session(world->core, &cursor, &inside)) {
        const struct agent *agent = agent_named(world, inside.plane);
        const struct session *session = agent ? map_get(&agent->sessions, inside.plane_seid) : NULL;
        if (!session)
            return "the plane has not got a session of the core's";
        if (forwards(session->rules))
            return "the forwarding tunnel of a handover is left in the plane";
        if (session->rules->pdr_count != inside.pdrs)
            return "core and plane have different QoS rules of a session";
        /* A phone that has left its gNB without a word is not looked for: the core cannot know yet. */
        const struct ran_gnb_connection *connection = connection_of(world, inside.supi);
        if (inside.active && connection &&
            !leads_to(world, ruleset_access_far(session->rules), connection, inside.psi))
            return "the downlink of a session leads elsewhere than to its phone";
    }
    return NULL;
}
