/* SPDX-License-Identifier: Apache-2.0 */
#include "inside.h"

#include "core/amf/bar.h"
#include "core/amf/context.h"
#include "core/amf/fence.h"
#include "core/amf/shelter.h"
#include "core/smf/n4.h"
#include "core/smf/n4_rules.h"
#include "kit/co.h"

/* IPv4: the network's own address, the gateway's and the broadcast address; IPv6: the core's own link. */
enum { RESERVED = 4 };

static unsigned addresses(const struct smf *smf)
{
    unsigned count = 0;
    for (const struct network *network = smf->networks.first; network; network = network->next) {
        count += network->sessions;
        for (const struct pools *pools = network->pools; pools; pools = pools->next)
            count += pools->ipv4.count + pools->ipv6.count - RESERVED;
    }
    return count - smf_addresses_resting(smf->core); /* each is taken still */
}

static bool knows_phones(const struct core *core)
{
    return core->ues_by_supi.count || core->ues_by_tmsi.count || core->provisional || core->dead ||
           core->adoption.count || core->smf->ambr_ids.count;
}

static bool has_connections(const struct core *core)
{
    size_t connections = core->ghosts != NULL, cursor = 0;
    for (const struct domain *domain = core->domains; domain; domain = domain->next)
        connections += domain->connections.count;
    for (void *gnb; map_next(&core->gnbs, &cursor, NULL, &gnb);)
        connections += ((struct gnb *)gnb)->connections.count + ((struct gnb *)gnb)->ran_ids.count;
    return connections != 0;
}

/* Towards its planes: sessions, and requests about them. */
static bool is_busy(const struct smf *smf, unsigned away)
{
    size_t busy = 0;
    for (const struct upf *upf = smf->upfs; upf; upf = upf->next) {
        busy += upf->session_count + upf->restoring + upf->deleting;
        if (upf->associated)
            busy += upf->deletion_count;
        else if (away) /* there is something to tell it when it is back */
            away--;
        else
            busy++;
    }
    return busy != 0;
}

const char *inside_left(const struct core *core, unsigned away)
{
    if (co_pool_running(core->stacks) || core->paged || core->commits || core->resuming)
        return "a procedure never ended";
    if (knows_phones(core))
        return "the core still knows phones";
    if (has_connections(core))
        return "the core still has connections of phones";
    if (core->sessions || core->smf->sessions.count || is_busy(core->smf, away))
        return "the core still has sessions, or something to tell the plane";
    if (addresses(core->smf))
        return "the core still has addresses given out";
    return core->dirty || core->removals ? "the core still has rows to store" : NULL;
}

static uint64_t add(uint64_t digest, const void *value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ ((const uint8_t *)value)[i]) * 0x100000001b3;
    return digest;
}

#define ADD(digest, value) add((digest), &(value), sizeof(value))

static uint64_t of_session(uint64_t digest, const struct session *session)
{
    digest = ADD(digest, session->psi);
    digest = ADD(digest, session->state);
    digest = ADD(digest, session->seid);
    digest = ADD(digest, session->up_seid);
    digest = ADD(digest, session->n3.teid);
    digest = ADD(digest, session->gnb.teid);
    digest = ADD(digest, session->gnb.address);
    digest = ADD(digest, session->ipv4);
    return ADD(digest, session->prefix);
}

uint64_t inside_digest(struct core *core, uint64_t supi)
{
    struct ue *ue = amf_find(core, supi);
    uint64_t digest = 0xcbf29ce484222325;
    if (!ue)
        return 0;
    digest = ADD(digest, ue->registered);
    digest = ADD(digest, ue->tmsi);
    digest = ADD(digest, ue->kamf);
    digest = ADD(digest, ue->nh);
    digest = ADD(digest, ue->ncc);
    digest = ADD(digest, ue->ncc_gnb);
    digest = ADD(digest, ue->ncc_phone);
    digest = ADD(digest, ue->security.ngksi);
    digest = ADD(digest, ue->security.uplink);
    digest = ADD(digest, ue->security.downlink);
    digest = ADD(digest, ue->tai.tac);
    digest = ADD(digest, ue->cell);
    digest = ADD(digest, ue->allowed_count);
    if (ue->connection) {
        digest = ADD(digest, ue->connection->amf_ue_ngap_id);
        digest = ADD(digest, ue->connection->ran_ue_ngap_id);
        digest = ADD(digest, ue->connection->gnb->association);
    }
    for (const struct session *session = ue->sessions; session; session = session->next)
        digest = of_session(digest, session);
    return digest;
}

bool inside_busy(struct core *core, uint64_t supi)
{
    const struct ue *ue = amf_find(core, supi);
    const struct session *session = ue ? ue->sessions : NULL;
    while (session && !session->procedure)
        session = session->next;
    return session || (ue && (ue->procedure || ue->handover));
}

static unsigned pdrs_of(const struct session *session)
{
    struct n4_places places = n4_places_of(session->qos);
    return 2 + (unsigned)__builtin_popcount(places.uplinks) + (unsigned)__builtin_popcount(places.downlinks);
}

bool inside_next_session(const struct core *core, size_t *cursor, struct inside_session *inside)
{
    void *value;
    while (map_next(&core->smf->sessions, cursor, NULL, &value)) {
        const struct session *session = value;
        if (session->procedure || session->n4 || session->n4_lost || !session->up_seid)
            continue;
        *inside = (struct inside_session){.plane_seid = session->up_seid,
                                          .plane = session->upf->name,
                                          .supi = amf_supi(session->ue),
                                          .pdrs = pdrs_of(session),
                                          .psi = session->psi,
                                          .active = session->state == SESSION_ACTIVE};
        return true;
    }
    return false;
}

bool inside_next_address(const struct core *core, size_t *cursor, struct inside_address *address)
{
    void *value;
    while (map_next(&core->smf->sessions, cursor, NULL, &value)) {
        const struct session *session = value;
        struct reader r = reader_of(BYTES(session->ipv4));
        if (!session->has_ipv4)
            continue;
        *address = (struct inside_address){amf_supi(session->ue), read_u32(&r), session->psi};
        return true;
    }
    return false;
}

void inside_fence(struct core *core, uint32_t gnb, int64_t time)
{
    const struct config_gnb_id id = {core->config->network.serving[0].plmn, 32, gnb};
    fence_begin(core, id, time, "the simulation");
}

void inside_bar(struct core *core, const char *vendor, int64_t time)
{
    const struct bar_order order = {
        .vendor = vendor, .by = "the simulation", .reason = "to see", .drill = true, .time = time};
    const char *why;
    bar_begin(core, &order, &why);
}

uint16_t inside_protected(struct core *core, uint64_t supi)
{
    const struct ue *ue = amf_find(core, supi);
    return ue && drill_protects(ue) ? smf_sessions(ue) : 0;
}

/* Is it to have sent all its phones away by now? */
static bool is_cleared(const struct gnb *gnb)
{
    const struct bar *bar = gnb->barred ? bar_of(gnb->core, gnb_vendor(gnb)) : NULL;
    return gnb_is_shut(gnb) && !timer_armed(&gnb->sending_away) && (!bar || bar->cleared);
}

unsigned inside_fenced_phones(const struct core *core)
{
    unsigned phones = 0;
    size_t gnbs = 0;
    for (void *value; map_next(&core->gnbs, &gnbs, NULL, &value);) {
        const struct gnb *gnb = value;
        size_t cursor = 0;
        if (!is_cleared(gnb))
            continue;
        for (void *connection; map_next(&gnb->connections, &cursor, NULL, &connection);)
            phones += ((struct connection *)connection)->context_up &&
                      !((struct connection *)connection)->releasing;
    }
    return phones;
}

static bool covers_session(const struct session *session)
{
    const struct shelter_question question = {LINE_SERVICE_REQUEST, amf_supi(session->ue), &session->slice,
                                              session->network ? session->network->name : NULL};
    return shelter_covers(amf_core(session->ue), &question);
}

static const char *wrong_at(const struct connection *connection)
{
    struct ue *ue = connection->ue;
    const struct shelter_question question = {.kind = LINE_SERVICE_REQUEST, .supi = ue->supi};
    if (shelter_covers(ue->core, &question))
        return "a protected phone is at a high-risk gNB";
    for (const struct session *session = *amf_sessions(ue); session; session = session->next)
        if (ue->connection == connection && covers_session(session) &&
            (session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING))
            return "a protected session has a user plane at a high-risk gNB";
    return NULL;
}

const char *inside_unsheltered(const struct core *core)
{
    size_t gnbs = 0;
    const char *wrong = NULL;
    for (void *value; !wrong && map_next(&core->gnbs, &gnbs, NULL, &value);) {
        const struct gnb *gnb = value;
        size_t cursor = 0;
        if (gnb->risk == CONFIG_TRUSTED || timer_armed(&gnb->sheltering))
            continue;
        for (void *connection; !wrong && map_next(&gnb->connections, &cursor, NULL, &connection);)
            if (((struct connection *)connection)->ue)
                wrong = wrong_at(connection);
    }
    return wrong;
}
