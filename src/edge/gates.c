/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/gates.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "edge/association.h"
#include "kit/inherit.h"
#include "kit/log.h"
#include "kit/turns.h"

/* An N2 address that is listened on. */
struct gate {
    struct gates *gates;
    struct sctp_endpoint *endpoint;
};

/* Ties an SCTP association to the edge's. */
struct link {
    struct link *next, **place; /* among those of all gates */
    const struct gate *gate;
    struct sctp_association *sctp;
    struct edge_association *edge;
};

struct gates {
    struct edge *edge;
    struct trace *trace;
    struct link *links;
    struct turns
        turns; /* what links said and the edge has not heard yet; empty again after each turn of the loop */
    unsigned count;
    struct gate each[];
};

/* --- What the edge asks for --- */

bool gates_to_gnb(void *context, void *link, uint16_t stream, struct bytes ngap)
{
    (void)context;
    return sctp_send(((struct link *)link)->sctp, stream, NGAP_PPID, ngap);
}

void gates_end_gnb(void *context, void *link)
{
    (void)context;
    sctp_shutdown(((struct link *)link)->sctp, true);
}

void gates_hold_off(void *context, void *link, int64_t time)
{
    (void)context;
    sctp_hold_off(((struct link *)link)->sctp, time);
}

void gates_trace(void *context, void *opaque, bool uplink, struct bytes ngap)
{
    const struct link *link = opaque;
    struct trace *trace = link->gate->gates->trace;
    (void)context;
    if (!trace_wanted(trace))
        return;
    union socket_address own = sctp_local(link->gate->endpoint), peer = link->sctp->peer;
    trace_send(trace, &(struct trace_record){.kind = TRACE_NGAP,
                                             .incoming = uplink,
                                             .from = uplink ? peer : own,
                                             .to = uplink ? own : peer,
                                             .bytes = ngap});
}

/* --- Whom the edge listens to when (rule N5) --- */

static void wait_its_turn(struct gates *gates, struct link *link, uint16_t stream, uint32_t ppid,
                          struct bytes message)
{
    const struct turn turn = {
        .sender = (uintptr_t)link, .tag = (uint64_t)stream << 32 | ppid, .message = message};
    if (edge_gnb_pays(gates->edge, link->edge, message) && !turns_put(&gates->turns, &turn, SIZE_MAX))
        log_error("edge", NULL, "out of memory: a message is lost");
}

unsigned gates_serve(struct gates *gates, unsigned most)
{
    struct turn turn;
    unsigned served = 0;
    for (; served < most && turns_next(&gates->turns, &turn); served++) {
        const struct link *link = (const struct link *)(uintptr_t)turn.sender;
        edge_gnb_heard(gates->edge, link->edge, (uint16_t)(turn.tag >> 32), (uint32_t)turn.tag, turn.message);
    }
    return served;
}

/* What ends a link comes behind what was said on it. */
static void hear_all(struct gates *gates)
{
    gates_serve(gates, UINT_MAX);
}

/* --- What SCTP reports --- */

static struct link *link_new(const struct gate *gate, struct sctp_association *association)
{
    struct gates *gates = gate->gates;
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    *link = (struct link){.next = gates->links, .place = &gates->links, .gate = gate, .sctp = association};
    if (link->next)
        link->next->place = &link->next;
    gates->links = link;
    return link;
}

static void link_free(struct link *link)
{
    *link->place = link->next;
    if (link->next)
        link->next->place = link->place;
    free(link);
}

static void gnb_up(void *context, struct sctp_association *association)
{
    const struct gate *gate = context;
    struct link *link = link_new(gate, association);
    if (link)
        link->edge = edge_gnb_up(gate->gates->edge, link, &association->peer, association->outbound_streams);
    if (!link || !link->edge) {
        if (link)
            link_free(link);
        sctp_shutdown(association, true);
        return;
    }
    association->user = link;
    char from[ADDRESS_TEXT];
    log_info("edge", NULL, "association with %s is up", address_print(&association->peer, from));
}

static void gnb_message(void *context, struct sctp_association *association, uint16_t stream, uint32_t ppid,
                        struct bytes message)
{
    const struct gate *gate = context;
    struct link *link = association->user;
    if (link)
        wait_its_turn(gate->gates, link, stream, ppid, message);
}

static void gnb_down(void *context, struct sctp_association *association, const char *reason)
{
    const struct gate *gate = context;
    struct link *link = association->user;
    char from[ADDRESS_TEXT];
    log_info("edge", NULL, "association with %s is down: %s", address_print(&association->peer, from),
             reason);
    if (!link)
        return;
    hear_all(gate->gates);
    edge_gnb_down(gate->gates->edge, link->edge, reason);
    link_free(link);
}

static void gnb_restarted(void *context, struct sctp_association *association)
{
    const struct gate *gate = context;
    struct link *link = association->user;
    if (!link)
        return;
    hear_all(gate->gates);
    edge_gnb_restarted(gate->gates->edge, link->edge);
}

static const struct sctp_events sctp_events = {gnb_up, gnb_message, gnb_down, gnb_restarted};

/* --- Life --- */

static bool open_gate(struct gates *gates, unsigned i, const struct gates_settings *settings)
{
    struct gate *gate = &gates->each[i];
    const char *why = "";
    char name[16], at[ADDRESS_TEXT];
    snprintf(name, sizeof name, "n2.%u", settings->first_socket + i);
    gate->gates = gates;
    const struct sctp_settings own = {.stack = settings->stack,
                                      .local = settings->listen[i],
                                      .listen = true,
                                      .associations = settings->associations,
                                      .socket = inherited(name)};
    gate->endpoint = sctp_open(settings->loop, own, &sctp_events, gate, &why);
    if (!gate->endpoint)
        log_error("edge", NULL, "N2 at %s cannot be opened: %s", address_print(&own.local, at), why);
    return gate->endpoint != NULL;
}

struct gates *gates_open(const struct gates_settings *settings)
{
    struct gates *gates = calloc(1, sizeof *gates + settings->listen_count * sizeof *gates->each);
    if (!gates)
        return NULL;
    gates->edge = settings->edge;
    gates->trace = settings->trace;
    gates->count = settings->listen_count;
    turns_init(&gates->turns, (uintptr_t)gates);
    for (unsigned i = 0; i < gates->count; i++)
        if (!open_gate(gates, i, settings)) {
            gates_close(gates);
            return NULL;
        }
    return gates;
}

void gates_close(struct gates *gates)
{
    if (!gates)
        return;
    for (unsigned i = 0; i < gates->count; i++)
        sctp_close(gates->each[i].endpoint);
    for (struct link *next, *link = gates->links; link; link = next) {
        next = link->next;
        free(link);
    }
    turns_free(&gates->turns);
    free(gates);
}

void gates_flush(struct gates *gates)
{
    for (unsigned i = 0; i < gates->count; i++)
        sctp_flush(gates->each[i].endpoint);
}

enum sctp_stack gates_stack(const struct gates *gates)
{
    return sctp_stack_of(gates->each[0].endpoint);
}
