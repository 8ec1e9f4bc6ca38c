/* SPDX-License-Identifier: Apache-2.0 */
#include "core/gate.h"

#include <stdio.h>
#include <string.h>

#include "kit/log.h"

void gate_init(struct gate *gate, struct core *core, uint64_t seed)
{
    *gate = (struct gate){.core = core};
    map_init(&gate->associations, seed);
    arena_init(&gate->arena, 0);
}

void gate_free(struct gate *gate)
{
    map_free(&gate->associations);
    arena_free(&gate->arena);
}

struct gate_edge *gate_owner(const struct gate *gate, uint64_t association)
{
    return map_get(&gate->associations, association);
}

void gate_forget(struct gate *gate, uint64_t association)
{
    struct gate_edge *edge = map_take(&gate->associations, association);
    if (edge)
        edge->associations--;
}

bool gate_greet(struct writer *w)
{
    static const char name[] = "control";
    return wicket_encode(w, &(struct wicket_message){.kind = WICKET_HELLO,
                                                     .version = WICKET_VERSION,
                                                     .tables = ngap_description_version,
                                                     .body = bytes_of(name, sizeof name - 1)});
}

static const char *hello(struct gate_edge *edge, const struct wicket_message *message)
{
    if (!wicket_same_build(message, ngap_description_version))
        return "is of another build";
    if (edge->greeted)
        return "said hello twice";
    if (!bytes_equal(message->body, bytes_of(edge->name, strlen(edge->name))))
        return "has another name than the keeper gave it";
    edge->greeted = true;
    log_info("control", NULL, "edge %s is connected", edge->name);
    return NULL;
}

static const char *announced(struct gate_edge *edge, const struct wicket_message *message)
{
    struct gate *gate = edge->gate;
    struct core_peer peer = {.address = message->peer};
    snprintf(peer.edge, sizeof peer.edge, "%s", edge->name);
    if (gate_owner(gate, message->association))
        return "announced an association that is there";
    if (!map_put(&gate->associations, message->association, edge))
        return "announced more than there is room for";
    edge->associations++;
    if (message->kind == WICKET_KEPT)
        core_association_kept(gate->core, message->association, &peer);
    else
        core_association_up(gate->core, message->association, &peer);
    return NULL;
}

static const char *carried(struct gate *gate, const struct wicket_message *message)
{
    struct ngap_pdu pdu;
    struct fault fault = {0};
    arena_reset(&gate->arena);
    if (!ngap_unflatten(message->body, &gate->arena, &pdu, &fault))
        return fault.what;
    gate->core->heard = message->digest;
    if (message->kind == WICKET_REPLAY)
        core_replay(gate->core, message->association, &pdu);
    else
        core_ngap(gate->core, message->association, message->stream, &pdu);
    gate->core->heard = NULL;
    return NULL;
}

static const char *lost(struct gate *gate, const struct wicket_message *message)
{
    char reason[WICKET_REASON_BYTES + 1];
    snprintf(reason, sizeof reason, "%.*s", (int)message->body.len, (const char *)message->body.data);
    gate_forget(gate, message->association);
    core_association_down(gate->core, message->association, reason);
    return NULL;
}

static const char *misbehaved(struct gate *gate, const struct wicket_message *message)
{
    core_conduct(gate->core, message->association, message->misdeeds);
    return NULL;
}

/* An edge speaks only for associations that are its own. */
static const char *understood(struct gate_edge *edge, const struct wicket_message *message)
{
    if (message->kind == WICKET_HELLO)
        return hello(edge, message);
    if (!edge->greeted)
        return "spoke before it said hello";
    if (message->kind == WICKET_UP || message->kind == WICKET_KEPT)
        return announced(edge, message);
    const struct gate_edge *owner = gate_owner(edge->gate, message->association);
    if (!owner)
        return NULL; /* crossed our close */
    if (owner != edge)
        return "spoke for another's association";
    if (message->kind == WICKET_DOWN)
        return lost(edge->gate, message);
    if (message->kind == WICKET_CONDUCT)
        return misbehaved(edge->gate, message);
    return carried(edge->gate, message);
}

bool gate_heard(struct gate_edge *edge, struct bytes bytes, const char **why)
{
    struct wicket_message message;
    struct fault fault = {0};
    *why = wicket_decode(bytes, WICKET_FROM_EDGE, &message, &fault) ? understood(edge, &message) : fault.what;
    return !*why;
}

static bool next_of(const struct gate_edge *edge, uint64_t *association)
{
    size_t cursor = 0;
    void *owner;
    while (map_next(&edge->gate->associations, &cursor, association, &owner)) {
        if (owner == edge)
            return true;
    }
    return false;
}

void gate_edge_gone(struct gate_edge *edge, const char *why)
{
    uint64_t association;
    while (edge->associations && next_of(edge, &association)) {
        gate_forget(edge->gate, association);
        core_association_down(edge->gate->core, association, why);
    }
}
