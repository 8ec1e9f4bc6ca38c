/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/edge.h"

#include <stdlib.h>

#include "edge/association.h"
#include "kit/log.h"
#include "line/event.h"

enum { DEFAULT_BACKLOG_BYTES = 4 * 1024 * 1024 };

struct edge *edge_new(struct edge_settings settings)
{
    struct edge *edge = calloc(1, sizeof *edge);
    if (!edge)
        return NULL;
    edge->settings = settings;
    if (!edge->settings.backlog_bytes)
        edge->settings.backlog_bytes = DEFAULT_BACKLOG_BYTES;
    map_init(&edge->associations, settings.ports.random(settings.ports.context));
    arena_init(&edge->arena, DECODED_BYTES);
    return edge;
}

static void association_free(struct edge_association *association)
{
    edge_forget_kept(association);
    free(association);
}

void edge_free(struct edge *edge)
{
    if (!edge)
        return;
    size_t cursor = 0;
    uint64_t id;
    for (void *association; map_next(&edge->associations, &cursor, &id, &association);)
        association_free(association);
    map_free(&edge->associations);
    arena_free(&edge->arena);
    letters_free(&edge->backlog);
    free(edge);
}

/* --- To control --- */

static struct bytes text_of(const char *text)
{
    return bytes_of(text, strlen(text));
}

bool edge_tell_control(struct edge *edge, const struct wicket_message *message)
{
    struct writer w = writer_of(edge->wicket, sizeof edge->wicket);
    return wicket_encode(&w, message) &&
           edge->settings.ports.to_control(edge->settings.ports.context, writer_bytes(&w));
}

static void announce(struct edge *edge, const struct edge_association *association)
{
    const uint64_t id = association->seen.association;
    const bool known = association->setup == SETUP_DONE && association->accepted;
    edge_tell_control(edge, &(struct wicket_message){.kind = known ? WICKET_KEPT : WICKET_UP,
                                                     .association = id,
                                                     .peer = association->seen.address});
    for (const struct kept *kept = association->accepted; known && kept; kept = kept->next)
        edge_tell_control(edge, &(struct wicket_message){.kind = WICKET_REPLAY,
                                                         .association = id,
                                                         .body = {kept->body, kept->length}});
}

/* What the former control did not answer. */
static void ask_again(struct edge *edge, const struct edge_association *association)
{
    const struct kept *asked[] = {association->asked_setup, association->asked_update};
    for (size_t i = 0; i < 2; i++)
        if (asked[i])
            edge_tell_control(edge, &(struct wicket_message){.kind = WICKET_NGAP,
                                                             .association = association->seen.association,
                                                             .body = {asked[i]->body, asked[i]->length}});
}

static void for_each_association(struct edge *edge,
                                 void (*visit)(struct edge *edge, const struct edge_association *association))
{
    size_t cursor = 0;
    for (void *association; map_next(&edge->associations, &cursor, NULL, &association);)
        visit(edge, association);
}

/* Messages of associations that ended meanwhile are of no use to anybody. */
static void send_backlog(struct edge *edge)
{
    size_t at = 0;
    for (struct bytes waiting; letters_next(&edge->backlog, &at, &waiting);) {
        struct wicket_message message;
        struct fault fault;
        if (wicket_decode(waiting, WICKET_FROM_EDGE, &message, &fault) &&
            map_get(&edge->associations, message.association))
            edge->settings.ports.to_control(edge->settings.ports.context, waiting);
    }
    letters_free(&edge->backlog);
}

void edge_control_open(struct edge *edge)
{
    edge->control = true;
    edge_tell_control(edge, &(struct wicket_message){.kind = WICKET_HELLO,
                                                     .version = WICKET_VERSION,
                                                     .tables = ngap_description_version,
                                                     .body = text_of(edge->settings.name)});
    /* Who lives keeps its identity: control hears of all that it had accepted before anybody asks for something new. */
    for_each_association(edge, announce);
    for_each_association(edge, ask_again);
    send_backlog(edge);
}

void edge_control_closed(struct edge *edge)
{
    edge->control = false;
}

/* --- To the gNB --- */

static void tell_down(struct edge *edge, const struct edge_association *association, const char *reason)
{
    if (edge->control)
        edge_tell_control(edge, &(struct wicket_message){.kind = WICKET_DOWN,
                                                         .association = association->seen.association,
                                                         .body = text_of(reason)});
}

/* The gNB's side can no longer be served: it is cut off, and control told. */
static void give_up(struct edge *edge, struct edge_association *association, const char *reason)
{
    if (association->closed)
        return;
    association->closed = true;
    map_take(&edge->associations, association->seen.association);
    log_warning("edge", NULL, "association ended: %s", reason);
    tell_down(edge, association, reason);
    edge->settings.ports.end_gnb(edge->settings.ports.context, association->link);
}

static bool send_encoded(struct edge *edge, struct edge_association *association, uint16_t stream,
                         struct bytes ngap)
{
    const struct edge_ports *ports = &edge->settings.ports;
    uint16_t streams = association->seen.streams ? association->seen.streams : 1;
    if (ports->trace)
        ports->trace(ports->context, association->link, false, ngap);
    association->seen.counters.messages_out++;
    edge->totals.messages_out++;
    if (ports->to_gnb(ports->context, association->link, stream % streams, ngap))
        return true;
    give_up(edge, association, "its send queue is full");
    return false;
}

bool edge_send_gnb(struct edge *edge, struct edge_association *association, uint16_t stream,
                   enum ngap_message_type message, const void *value)
{
    struct fault fault = {0};
    struct writer w = writer_of(edge->ngap, sizeof edge->ngap);
    if (association->closed)
        return false;
    if (ngap_encode(&w, message, value, &fault))
        return send_encoded(edge, association, stream, writer_bytes(&w));
    log_error("edge", NULL, "%s cannot be encoded: %s: %s", ngap_message_name(message),
              fault.where ? fault.where : "", fault.what ? fault.what : "no room");
    return false;
}

/* --- From the gNB --- */

struct edge_association *edge_gnb_up(struct edge *edge, void *link, const union socket_address *peer,
                                     uint16_t outbound_streams)
{
    const struct edge_ports *ports = &edge->settings.ports;
    struct edge_association *association = calloc(1, sizeof *association);
    if (!association)
        return NULL;
    uint64_t id;
    do
        id = ports->random(ports->context);
    while (id == 0 || map_get(&edge->associations, id));
    association->link = link;
    association->seen = (struct edge_gnb){.association = id,
                                          .address = *peer,
                                          .streams = outbound_streams,
                                          .since = edge->settings.timers->now};
    if (!map_put(&edge->associations, id, association)) {
        free(association);
        return NULL;
    }
    if (edge->control)
        announce(edge, association);
    return association;
}

static void refused(struct edge *edge, struct edge_association *association, struct edge_refusal refusal)
{
    const struct edge_ports *ports = &edge->settings.ports;
    edge->totals.refused++;
    association->seen.counters.refused++;
    refusal.gnb = &association->seen;
    if (ports->refused)
        ports->refused(ports->context, &refusal);
}

static void pass_on(struct edge *edge, struct edge_association *association, uint16_t stream,
                    const struct ngap_pdu *pdu, struct bytes ngap)
{
    struct edge_refusal refusal = {.message = ngap_message_name(pdu->message), .rule = "", .octets = ngap};
    struct fault fault = {0};
    struct writer w = writer_of(edge->wicket, sizeof edge->wicket);
    uint8_t digest[WICKET_DIGEST_BYTES];
    line_digest(ngap, digest);
    size_t mark = wicket_open(&w, WICKET_NGAP, association->seen.association, stream);
    write_bytes(&w, BYTES(digest));
    if (!ngap_flatten(&w, pdu, &fault) || !wicket_close(&w, mark)) {
        refusal.why = fault.what ? fault.what : "is too long";
        refused(edge, association, refusal);
        return;
    }
    const struct edge_ports *ports = &edge->settings.ports;
    struct bytes message = writer_bytes(&w);
    edge_note_uplink(association, pdu, bytes_of(w.base + mark, message.len - mark));
    if (edge->control ? ports->to_control(ports->context, message)
                      : association->setup != SETUP_DONE ||
                            letters_put(&edge->backlog, message, edge->settings.backlog_bytes))
        return;
    refusal.why = "control does not keep up";
    refused(edge, association, refusal);
}

static void handle(struct edge *edge, struct edge_association *association, uint16_t stream,
                   struct bytes ngap)
{
    struct ngap_pdu pdu;
    enum ngap_verdict verdict = ngap_decode(ngap, &edge->arena, edge->settings.order, &pdu);
    if (verdict > NGAP_NOTIFY) {
        const struct fault *fault = &pdu.diagnostics.fault;
        refused(edge, association,
                (struct edge_refusal){.message = ngap_message_name(pdu.message),
                                      .rule = "",
                                      .why = fault->what ? fault->what : "unknown procedure",
                                      .octets = ngap});
        edge_note_misdeed(edge, association, WICKET_UNDECODABLE);
        edge_answer_fault(edge, association, &pdu, verdict);
        return;
    }
    if (!edge_admits(association, pdu.message)) {
        refused(edge, association,
                (struct edge_refusal){.message = ngap_message_name(pdu.message),
                                      .rule = "",
                                      .why = "out of place in this direction or state",
                                      .octets = ngap});
        edge_note_misdeed(edge, association, WICKET_MISPLACED);
        edge_answer_misplaced(edge, association, &pdu);
        return;
    }
    if (verdict == NGAP_NOTIFY)
        edge_answer_fault(edge, association, &pdu, verdict);
    if (!association->closed)
        pass_on(edge, association, stream, &pdu, ngap);
}

static void take(struct edge *edge, struct edge_association *association, uint16_t stream, uint32_t ppid,
                 struct bytes message)
{
    const char *unreadable = ppid != NGAP_PPID          ? "its payload protocol identifier is not NGAP's (60)"
                             : message.len > NGAP_BYTES ? "too long"
                                                        : NULL;
    if (!unreadable) {
        handle(edge, association, stream, message);
        return;
    }
    refused(edge, association,
            (struct edge_refusal){.message = "message", .rule = "", .why = unreadable, .octets = message});
    edge_note_misdeed(edge, association, WICKET_UNDECODABLE);
}

static void begin_charging(const struct edge *edge, struct edge_association *association)
{
    log_charge(&association->payer, edge->settings.timers->now, edge->settings.budget.log_bytes);
}

static void end_charging(void)
{
    log_charge(NULL, 0, 0);
}

static void overrun(struct edge *edge, struct edge_association *association, struct bytes message)
{
    edge->totals.overruns++;
    association->seen.counters.overruns++;
    begin_charging(edge, association);
    refused(edge, association,
            (struct edge_refusal){
                .message = "message", .rule = "N5", .why = "its budget is spent", .octets = message});
    edge_note_misdeed(edge, association, WICKET_OVERRUN);
    end_charging();
}

bool edge_gnb_pays(struct edge *edge, struct edge_association *association, struct bytes message)
{
    const struct edge_ports *ports = &edge->settings.ports;
    if (association->closed)
        return false;
    association->seen.counters.messages_in++;
    edge->totals.messages_in++;
    if (ports->trace)
        ports->trace(ports->context, association->link, true, message);
    bool pays = edge_within_budget(edge, association, message);
    if (!pays)
        overrun(edge, association, message);
    return pays;
}

void edge_gnb_heard(struct edge *edge, struct edge_association *association, uint16_t stream, uint32_t ppid,
                    struct bytes message)
{
    if (association->closed)
        return;
    begin_charging(edge, association);
    take(edge, association, stream, ppid, message);
    end_charging();
    arena_reset(&edge->arena);
}

void edge_gnb_message(struct edge *edge, struct edge_association *association, uint16_t stream, uint32_t ppid,
                      struct bytes message)
{
    if (edge_gnb_pays(edge, association, message))
        edge_gnb_heard(edge, association, stream, ppid, message);
}

void edge_gnb_down(struct edge *edge, struct edge_association *association, const char *reason)
{
    if (!association->closed) {
        map_take(&edge->associations, association->seen.association);
        tell_down(edge, association, reason);
    }
    association_free(association);
}

void edge_gnb_restarted(struct edge *edge, struct edge_association *association)
{
    if (association->closed)
        return;
    const struct edge_ports *ports = &edge->settings.ports;
    map_take(&edge->associations, association->seen.association);
    tell_down(edge, association, "restarted by the peer");
    edge_forget_kept(association);
    association->setup = SETUP_NONE;
    association->seen.ready = false;
    association->seen.association = ports->random(ports->context) | 1;
    if (map_put(&edge->associations, association->seen.association, association)) {
        if (edge->control)
            announce(edge, association);
        return;
    }
    association->closed = true;
    ports->end_gnb(ports->context, association->link);
}

/* --- From control --- */

static void send_down(struct edge *edge, struct edge_association *association,
                      const struct wicket_message *message)
{
    struct ngap_pdu pdu;
    struct fault fault = {0};
    if (!ngap_unflatten(message->body, &edge->arena, &pdu, &fault)) {
        log_error("edge", NULL, "control's message is not understood: %s: %s", fault.where ? fault.where : "",
                  fault.what ? fault.what : "");
        return;
    }
    edge_note_downlink(association, pdu.message);
    edge_send_gnb(edge, association, message->stream, pdu.message, pdu.value.any);
}

static bool control_greets(const struct wicket_message *hello)
{
    if (wicket_same_build(hello, ngap_description_version))
        return true;
    log_error("edge", NULL, "control is of another build: wicket %u with tables %08x, here %u with %08x",
              hello->version, (unsigned)hello->tables, WICKET_VERSION, (unsigned)ngap_description_version);
    return false;
}

bool edge_control_message(struct edge *edge, struct bytes bytes)
{
    struct wicket_message message;
    struct fault fault = {0};
    if (!wicket_decode(bytes, WICKET_FROM_CONTROL, &message, &fault)) {
        log_error("edge", NULL, "control broke the wicket's rules: %s %s", fault.where ? fault.where : "",
                  fault.what);
        return false;
    }
    if (message.kind == WICKET_HELLO)
        return control_greets(&message);
    struct edge_association *association = map_get(&edge->associations, message.association);
    if (!association)
        return true; /* it ended while the message was on its way */
    if (message.kind == WICKET_CLOSE) {
        association->closed = true;
        map_take(&edge->associations, message.association);
        edge->settings.ports.end_gnb(edge->settings.ports.context, association->link);
    } else {
        send_down(edge, association, &message);
    }
    arena_reset(&edge->arena);
    return true;
}

/* --- Seeing --- */

struct edge_counters edge_totals(const struct edge *edge)
{
    return edge->totals;
}

bool edge_has_control(const struct edge *edge)
{
    return edge->control;
}

bool edge_next_gnb(const struct edge *edge, size_t *cursor, struct edge_gnb *gnb)
{
    uint64_t id;
    void *association;
    if (!map_next(&edge->associations, cursor, &id, &association))
        return false;
    *gnb = ((const struct edge_association *)association)->seen;
    return true;
}
