/* SPDX-License-Identifier: Apache-2.0 */
/* UE-associated logical NG connections and the trust domains within which they are told apart (TS 38.413 3.1, 10.6). */
#include <stdlib.h>

#include "core/amf/context.h"
#include "crypt/random.h"

enum { TARGET_STREAM = 1 }; /* until the target has chosen one by its answer */

/* --- trust domains --- */

struct domain *domain_join(struct core *core, const char *name)
{
    struct domain *domain = core->domains;
    while (domain && strcmp(domain->name, name) != 0)
        domain = domain->next;
    if (!domain) {
        domain = calloc(1, sizeof *domain);
        if (!domain)
            return NULL;
        domain->next = core->domains;
        snprintf(domain->name, sizeof domain->name, "%s", name);
        map_init(&domain->connections, random_u64(core->random));
        core->domains = domain;
    }
    domain->gnbs++;
    return domain;
}

void domain_leave(struct core *core, struct domain *domain)
{
    struct domain **place = &core->domains;
    if (!domain || --domain->gnbs)
        return;
    while (*place != domain)
        place = &(*place)->next;
    *place = domain->next;
    map_free(&domain->connections);
    free(domain);
}

/* --- connections --- */

/* What is still on its way for a connection that has ended names none that has begun since. Those from before a restart were drawn
 * from another sequence. */
static uint64_t draw_amf_id(const struct gnb *gnb)
{
    uint64_t id;
    do {
        id = sequence_next(&gnb->core->amf_ids);
    } while (id == 0 || map_get(&gnb->domain->connections, id));
    return id;
}

/* 0 would be no key of its own in some maps; RAN ids begin at 0. */
static uint64_t ran_key(uint32_t ran_ue_ngap_id)
{
    return (uint64_t)ran_ue_ngap_id + 1;
}

static bool has_room(const struct gnb *gnb)
{
    return gnb->connections.count < gnb->core->config->limits.ues_per_gnb;
}

static bool enter_gnb(struct gnb *gnb, uint32_t ran_ue_ngap_id, struct connection *connection)
{
    if (!map_put(&gnb->connections, connection->amf_ue_ngap_id, connection))
        return false;
    if (!connection->numbered || map_put(&gnb->ran_ids, ran_key(ran_ue_ngap_id), connection))
        return true;
    map_take(&gnb->connections, connection->amf_ue_ngap_id);
    return false;
}

static void leave_gnb(const struct connection *connection)
{
    map_take(&connection->gnb->connections, connection->amf_ue_ngap_id);
    if (connection->numbered)
        map_take(&connection->gnb->ran_ids, ran_key(connection->ran_ue_ngap_id));
}

static bool enter(struct connection *connection)
{
    struct map *domain = &connection->gnb->domain->connections;
    if (map_get(domain, connection->amf_ue_ngap_id) ||
        !map_put(domain, connection->amf_ue_ngap_id, connection))
        return false;
    if (enter_gnb(connection->gnb, connection->ran_ue_ngap_id, connection))
        return true;
    map_take(domain, connection->amf_ue_ngap_id);
    return false;
}

/* NULL: limits or memory. */
static struct connection *make(struct gnb *gnb, struct connection content)
{
    struct connection *connection = has_room(gnb) ? calloc(1, sizeof *connection) : NULL;
    if (!connection)
        return NULL;
    *connection = content;
    connection->gnb = gnb;
    connection->amf_ue_ngap_id = draw_amf_id(gnb);
    if (enter(connection))
        return connection;
    free(connection);
    return NULL;
}

struct connection *connection_new(struct gnb *gnb, struct ue *ue, uint32_t ran_ue_ngap_id, uint16_t stream)
{
    struct connection *connection =
        make(gnb, (struct connection){.ran_ue_ngap_id = ran_ue_ngap_id, .stream = stream, .numbered = true});
    if (connection)
        connection_move(connection, ue);
    return connection;
}

struct connection *connection_for_target(struct gnb *gnb, struct ue *ue)
{
    struct connection *connection = make(gnb, (struct connection){.ue = ue, .stream = TARGET_STREAM});
    ue->target = connection;
    return connection;
}

bool connection_number(struct connection *connection, uint32_t ran_ue_ngap_id, uint16_t stream)
{
    struct gnb *gnb = connection->gnb;
    if (connection_by_ran_id(gnb, ran_ue_ngap_id) ||
        !map_put(&gnb->ran_ids, ran_key(ran_ue_ngap_id), connection))
        return false;
    connection->numbered = true;
    connection->ran_ue_ngap_id = ran_ue_ngap_id;
    connection->stream = stream;
    return true;
}

struct connection *connection_restore(struct gnb *gnb, struct ue *ue)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    *connection = (struct connection){
        .gnb = gnb,
        .amf_ue_ngap_id = ue->kept.amf_ue_ngap_id,
        .ran_ue_ngap_id = ue->kept.ran_ue_ngap_id,
        .stream = ue->kept.stream,
        .context_up = ue->kept.context_up,
        .numbered = true,
        .secured = true,
        .in_area = true,
        .selected = ue->tai.plmn,
    };
    if (connection_by_ran_id(gnb, ue->kept.ran_ue_ngap_id) || !enter(connection)) {
        free(connection);
        return NULL;
    }
    connection_move(connection, ue);
    return connection;
}

struct connection *connection_by_ran_id(const struct gnb *gnb, uint32_t ran_ue_ngap_id)
{
    return map_get(&gnb->ran_ids, ran_key(ran_ue_ngap_id));
}

struct connection *connection_by_amf_id(const struct gnb *gnb, uint64_t amf_ue_ngap_id)
{
    return map_get(&gnb->connections, amf_ue_ngap_id);
}

struct connection *connection_in_domain(const struct gnb *gnb, uint64_t amf_ue_ngap_id)
{
    return map_get(&gnb->domain->connections, amf_ue_ngap_id);
}

/* In the same gNB only the RAN id changes: the entry by AMF id is left where it is. */
static bool renumber(struct connection *connection, uint32_t ran_ue_ngap_id)
{
    struct map *ran_ids = &connection->gnb->ran_ids;
    if (!map_put(ran_ids, ran_key(ran_ue_ngap_id), connection))
        return false;
    map_take(ran_ids, ran_key(connection->ran_ue_ngap_id));
    return true;
}

bool connection_rehome(struct connection *connection, struct gnb *gnb, uint32_t ran_ue_ngap_id,
                       uint16_t stream)
{
    if (gnb == connection->gnb) {
        if (!renumber(connection, ran_ue_ngap_id))
            return false;
    } else {
        if (!has_room(gnb) || !enter_gnb(gnb, ran_ue_ngap_id, connection))
            return false;
        leave_gnb(connection);
    }
    connection->gnb = gnb;
    connection->ran_ue_ngap_id = ran_ue_ngap_id;
    connection->stream = stream;
    connection->modifications_asked = connection->modifications_answered = 0;
    return true;
}

void connection_move(struct connection *connection, struct ue *ue)
{
    if (connection->ue && connection->ue->target == connection)
        connection->ue->target = NULL;
    else if (connection->ue)
        connection->ue->connection = NULL;
    connection->ue = ue;
    if (!ue)
        return;
    ue->connection = connection;
    ue->kept.association = 0;
}

void connection_free(struct connection *connection)
{
    struct gnb *gnb = connection->gnb;
    connection_move(connection, NULL);
    timer_stop(gnb->core->timers, &connection->timer);
    leave_gnb(connection);
    gnb->unproven -= connection->charged;
    map_take(&gnb->domain->connections, connection->amf_ue_ngap_id);
    free(connection);
}
