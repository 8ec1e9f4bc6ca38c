/* SPDX-License-Identifier: Apache-2.0 */
/* The wicket's inner side. Who an edge is, the keeper says (wire/wicket/charter.h); what it says is checked like a stranger's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/control.h"
#include "kit/inherit.h"
#include "kit/log.h"
#include "kit/pass.h"
#include "wire/wicket/charter.h"

static struct edge_link *link_of(const struct control *control, uint64_t association)
{
    return map_get(&control->associations, association);
}

static void forget(struct control *control, uint64_t association)
{
    struct edge_link *link = map_take(&control->associations, association);
    if (link)
        link->associations--;
}

static void to_edge(struct control *control, const struct wicket_message *message)
{
    struct edge_link *link = link_of(control, message->association);
    struct writer writer = writer_of(control->buffer, CHANNEL_MESSAGE_BYTES);
    if (!link)
        return;
    if (!wicket_encode(&writer, message) || !channel_send(link->channel, writer_bytes(&writer)))
        log_error("control", NULL, "edge %s does not keep up: a message is lost", link->name);
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
    forget(control, association);
}

/* The keeper has said who it is; an edge that says something else is none of ours. */
static bool hello(struct edge_link *link, struct bytes name)
{
    if (link->greeted || !bytes_equal(name, bytes_of(link->name, strlen(link->name))))
        return false;
    link->greeted = true;
    log_info("control", NULL, "edge %s is connected", link->name);
    return true;
}

static bool announced(struct edge_link *link, const struct wicket_message *message)
{
    struct control *control = link->control;
    struct core_peer peer = {.address = message->peer};
    snprintf(peer.edge, sizeof peer.edge, "%s", link->name);
    if (link_of(control, message->association) ||
        !map_put(&control->associations, message->association, link))
        return false;
    link->associations++;
    if (message->kind == WICKET_KEPT)
        core_association_kept(control->core, message->association, &peer);
    else
        core_association_up(control->core, message->association, &peer);
    return true;
}

static bool carried(struct edge_link *link, const struct wicket_message *message)
{
    struct control *control = link->control;
    struct ngap_pdu pdu;
    struct fault fault = {0};
    arena_reset(&control->arena);
    if (!ngap_unflatten(message->body, &control->arena, &pdu, &fault))
        return false;
    if (message->kind == WICKET_REPLAY)
        core_replay(control->core, message->association, &pdu);
    else
        core_ngap(control->core, message->association, message->stream, &pdu);
    return true;
}

/* An edge speaks only for associations that are its own. False: what it said cannot come from a sane edge. */
static bool heard(struct edge_link *link, const struct wicket_message *message)
{
    struct control *control = link->control;
    if (message->kind == WICKET_HELLO)
        return hello(link, message->body);
    if (!link->greeted)
        return false;
    if (message->kind == WICKET_UP || message->kind == WICKET_KEPT)
        return announced(link, message);
    if (link_of(control, message->association) != link)
        return link_of(control, message->association) == NULL; /* crossed our close, or another edge's */
    if (message->kind == WICKET_NGAP || message->kind == WICKET_REPLAY)
        return carried(link, message);
    if (message->kind != WICKET_DOWN)
        return false;
    char reason[WICKET_REASON_BYTES + 1];
    snprintf(reason, sizeof reason, "%.*s", (int)message->body.len, (const char *)message->body.data);
    forget(control, message->association);
    core_association_down(control->core, message->association, reason);
    return true;
}

static void take_out(struct control *control, const struct edge_link *link)
{
    struct edge_link **at = &control->links;
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
}

static bool next_of(const struct edge_link *link, uint64_t *association)
{
    size_t cursor = 0;
    void *owner;
    while (map_next(&link->control->associations, &cursor, association, &owner)) {
        if (owner == link)
            return true;
    }
    return false;
}

static void link_end(struct control *control, struct edge_link *link, const char *why)
{
    uint64_t association;
    log_warning("control", NULL, "edge %s: %s", link->name, why);
    while (link->associations && next_of(link, &association)) {
        forget(control, association);
        core_association_down(control->core, association, why);
    }
    take_out(control, link);
    free(link);
}

/* --- the keeper's word --- */

static void tell_keeper(const struct control *control, enum charter_kind kind, const char *edge)
{
    struct charter charter = {.kind = kind};
    uint8_t space[CHARTER_BYTES];
    struct writer w = writer_of(space, sizeof space);
    snprintf(charter.name, sizeof charter.name, "%s", edge);
    if (control->charter.fd >= 0 &&
        (!charter_encode(&w, &charter) || !pass_send(control->charter.fd, writer_bytes(&w), -1)))
        log_error("control", NULL, "the keeper does not listen: %s", strerror(errno));
}

void control_wicket_reloaded(const struct control *control)
{
    tell_keeper(control, CHARTER_RELOAD, "");
}

static void edge_closed(void *context, struct channel *channel)
{
    struct edge_link *link = context;
    (void)channel;
    link_end(link->control, link, "its process is gone");
}

static void edge_said(void *context, struct channel *channel, struct bytes bytes)
{
    struct edge_link *link = context;
    struct wicket_message message;
    struct fault fault = {0};
    if (wicket_decode(bytes, WICKET_FROM_EDGE, &message, &fault) && heard(link, &message))
        return;
    log_error("control", NULL, "edge %s sent nonsense (%s): it is cut off and replaced", link->name,
              fault.what ? fault.what : "against the rules");
    tell_keeper(link->control, CHARTER_REPLACE, link->name);
    channel_free(channel);
    link_end(link->control, link, "cut off");
}

static const struct channel_events edge_events = {.message = edge_said, .closed = edge_closed};

static struct edge_link *link_named(const struct control *control, const char *name)
{
    struct edge_link *link = control->links;
    while (link && strcmp(link->name, name) != 0)
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

/* Takes over the descriptor. */
static void edge_comes(struct control *control, const char *name, int fd)
{
    struct edge_link *link = config_find_edge(control->config, name) ? calloc(1, sizeof *link) : NULL;
    end_former(control, name);
    if (link)
        link->channel = channel_new(control->loop, fd, &edge_events, link);
    if (!link || !link->channel) {
        log_error("control", NULL, "edge %s cannot be taken", name);
        close(fd);
        free(link);
        return;
    }
    link->control = control;
    snprintf(link->name, sizeof link->name, "%s", name);
    link->next = control->links;
    control->links = link;
}

static void charter_ready(struct watch *watch, uint32_t events)
{
    struct control *control = (struct control *)((char *)watch - offsetof(struct control, charter));
    uint8_t space[CHARTER_BYTES];
    struct charter charter;
    struct fault fault;
    ssize_t length;
    int fd;
    (void)events;
    while ((length = pass_receive(watch->fd, space, sizeof space, &fd)) > 0) {
        if (charter_decode(bytes_of(space, (size_t)length), &charter, &fault) &&
            charter.kind == CHARTER_WICKET && fd >= 0)
            edge_comes(control, charter.name, fd);
        else if (fd >= 0)
            close(fd);
    }
    if (length == 0)
        loop_forget(control->loop, watch); /* the keeper is gone, and we are about to follow */
}

/* --- life --- */

bool control_wicket_open(struct control *control)
{
    control->charter = (struct watch){.fd = inherited("charter"), .ready = charter_ready};
    if (control->charter.fd >= 0)
        return loop_watch(control->loop, &control->charter, EPOLLIN);
    log_warning("control", NULL, "started without a keeper: there will be no edges");
    return true;
}

void control_wicket_close(struct control *control)
{
    while (control->links) {
        struct edge_link *link = control->links;
        control->links = link->next;
        channel_free(link->channel);
        free(link);
    }
    if (control->charter.fd >= 0)
        close(control->charter.fd);
}
