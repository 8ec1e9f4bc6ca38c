/* SPDX-License-Identifier: Apache-2.0 */
/* The wicket's inner side. Who an edge is, the keeper says (wire/wicket/charter.h); what it says is checked like a stranger's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/control_inside.h"
#include "kit/log.h"
#include "line/event.h"
#include "line/reporter.h"

static bool link_send(const struct edge_link *link, struct bytes message)
{
    return link->inside ? inside_send(link->inside, message) : channel_send(link->channel, message);
}

static void to_edge(struct control *control, const struct wicket_message *message)
{
    const struct gate_edge *edge = gate_owner(&control->gate, message->association);
    struct writer writer = writer_of(control->buffer, CHANNEL_MESSAGE_BYTES);
    if (!edge)
        return;
    const struct edge_link *link = edge->user;
    if (!wicket_encode(&writer, message) || !link_send(link, writer_bytes(&writer)))
        log_error("control", NULL, "edge %s does not keep up: a message is lost", edge->name);
}

void control_send_ngap(void *context, uint64_t association, uint16_t stream, struct bytes flat)
{
    to_edge(context, &(struct wicket_message){
                         .kind = WICKET_NGAP, .association = association, .stream = stream, .body = flat});
}

void control_close_association(void *context, uint64_t association)
{
    struct control *control = context;
    to_edge(control, &(struct wicket_message){.kind = WICKET_CLOSE, .association = association});
    gate_forget(&control->gate, association);
}

struct edge_link *control_link_new(struct control *control, const char *name)
{
    struct edge_link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    *link = (struct edge_link){
        .control = control, .next = control->links, .edge = {.gate = &control->gate, .user = link}};
    snprintf(link->edge.name, sizeof link->edge.name, "%s", name);
    turns_init(&link->turns, control->gate.associations.seed);
    control->links = link;
    return link;
}

static void link_free(struct edge_link *link)
{
    turns_free(&link->turns);
    inside_free(link->inside);
    free(link);
}

static void take_out(struct control *control, const struct edge_link *link)
{
    struct edge_link **at = &control->links;
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
}

static void link_end(struct control *control, struct edge_link *link, const char *why)
{
    log_warning("control", NULL, "edge %s: %s", link->edge.name, why);
    gate_edge_gone(&link->edge, why);
    take_out(control, link);
    link_free(link);
}

/* --- the keeper's word --- */

static void tell_keeper(const struct control *control, enum charter_kind kind, const char *edge)
{
    if (control->keeper.watch.fd >= 0 && !keeper_tell(&control->keeper, kind, edge))
        log_error("control", NULL, "the keeper does not listen: %s", strerror(errno));
}

void control_wicket_reloaded(struct control *control)
{
    control_inside_renew(control);
    tell_keeper(control, CHARTER_RELOAD, "");
}

static void edge_closed(void *context, struct channel *channel)
{
    struct edge_link *link = context;
    (void)channel;
    link_end(link->control, link, "its process is gone");
}

void control_cut_off(struct edge_link *link, const char *why)
{
    log_error("control", NULL, "edge %s broke the wicket's rules: it is cut off and replaced: %s",
              link->edge.name, why);
    line_event(&(struct line_event){.time = core_wall(link->control->core),
                                    .gnb = link->edge.name,
                                    .procedure = "wicket, edge cut off",
                                    .rule = "N2",
                                    .reason = why});
    tell_keeper(link->control, CHARTER_REPLACE, link->edge.name);
    channel_free(link->channel);
    link_end(link->control, link, "cut off");
}

static void edge_said(void *context, struct channel *channel, struct bytes bytes)
{
    struct edge_link *link = context;
    const char *why = control_hear(link, bytes);
    (void)channel;
    if (why)
        control_cut_off(link, why);
}

static const struct channel_events edge_events = {
    .message = edge_said, .closed = edge_closed, .packed = true};

static struct edge_link *link_named(const struct control *control, const char *name)
{
    struct edge_link *link = control->links;
    while (link && strcmp(link->edge.name, name) != 0)
        link = link->next;
    return link;
}

/* A new process of an edge has come before the end of the former was noticed. */
static void end_former(struct control *control, const char *name)
{
    struct edge_link *former = link_named(control, name);
    if (!former)
        return;
    channel_free(former->channel);
    link_end(control, former, "its process is gone");
}

/* An edge that is already gone is noticed with its next event. */
static void greet(struct channel *channel)
{
    uint8_t room[GATE_GREETING_BYTES];
    struct writer w = writer_of(room, sizeof room);
    if (gate_greet(&w))
        channel_send(channel, writer_bytes(&w));
}

/* Takes over the descriptor. */
static void edge_comes(struct control *control, const char *name, int fd)
{
    end_former(control, name);
    struct edge_link *link = config_find_edge(control->config, name) ? control_link_new(control, name) : NULL;
    if (link)
        link->channel = channel_new(control->loop, fd, &edge_events, link);
    if (link && link->channel) {
        greet(link->channel);
        return;
    }
    log_error("control", NULL, "edge %s cannot be taken", name);
    close(fd);
    if (link) {
        take_out(control, link);
        link_free(link);
    }
}

static void keeper_said(void *context, const struct charter *charter, int fd)
{
    struct control *control = context;
    if (charter->kind == CHARTER_WICKET)
        edge_comes(control, charter->name, fd);
    else if (charter->kind == CHARTER_EVIDENCE)
        reporter_meet(control->evidence, fd);
}

static void keeper_gone(void *context)
{
    (void)context; /* we are about to follow */
}

/* --- life --- */

bool control_wicket_open(struct control *control)
{
    control->keeper = (struct keeper_ear){.watch.fd = keeper_socket(),
                                          .loop = control->loop,
                                          .said = keeper_said,
                                          .gone = keeper_gone,
                                          .context = control};
    if (control->config->inventory.isolation == CONFIG_ISOLATION_NONE && !control_inside_open(control))
        return false;
    if (control->keeper.watch.fd >= 0)
        return keeper_listen(&control->keeper);
    log_warning("control", NULL, "started without a keeper: there will be no edges");
    return true;
}

void control_wicket_close(struct control *control)
{
    while (control->links) {
        struct edge_link *link = control->links;
        control->links = link->next;
        channel_free(link->channel);
        link_free(link);
    }
    keeper_shut(&control->keeper);
}
