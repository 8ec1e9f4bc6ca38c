/* SPDX-License-Identifier: Apache-2.0 */
#include "core/control_inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/terms.h"
#include "edge/post.h"
#include "kit/letters.h"
#include "kit/log.h"

enum { WAITING_BYTES = 64 * 1024 * 1024 };

struct inside {
    struct charter charter;
    struct post *post;
    struct letters waiting, delivered; /* for the edge: it is not called while it calls us */
};

static bool heard(void *context, struct bytes message)
{
    struct edge_link *link = context;
    const char *why;
    bool good = gate_heard(&link->edge, message, &why);
    if (!good)
        log_error("control", NULL, "edge %s broke the wicket's rules: a message is lost: %s", link->edge.name,
                  why);
    return good;
}

bool inside_serve(struct inside *inside)
{
    return post_serve(inside->post, 1) > 0;
}

bool inside_send(struct inside *inside, struct bytes message)
{
    return letters_put(&inside->waiting, message, WAITING_BYTES);
}

static bool deliver(struct inside *inside)
{
    const struct letters batch = inside->waiting;
    size_t at = 0;
    inside->waiting = inside->delivered;
    for (struct bytes message; letters_next(&batch, &at, &message);)
        edge_control_message(post_edge(inside->post), message);
    inside->delivered = batch;
    inside->delivered.length = 0;
    return batch.length > 0;
}

bool control_inside_deliver(struct control *control)
{
    bool any = false;
    for (struct edge_link *link = control->links; link; link = link->next)
        any |= link->inside && deliver(link->inside);
    return any;
}

void inside_flush(struct inside *inside)
{
    post_flush(inside->post);
}

void inside_free(struct inside *inside)
{
    if (!inside)
        return;
    post_free(inside->post);
    letters_free(&inside->waiting);
    letters_free(&inside->delivered);
    free(inside);
}

/* Both ends say hello as two processes would. */
static void greet(struct edge_link *link)
{
    struct edge *edge = post_edge(link->inside->post);
    uint8_t room[GATE_GREETING_BYTES];
    struct writer w = writer_of(room, sizeof room);
    if (gate_greet(&w))
        edge_control_message(edge, writer_bytes(&w));
    edge_control_open(edge);
}

static struct inside *inside_new(struct edge_link *link, const struct config_edge *edge,
                                 unsigned first_socket)
{
    struct inside *inside = calloc(1, sizeof *inside);
    if (!inside)
        return NULL;
    config_edge_terms(link->control->config, edge, &inside->charter);
    inside->post = post_new((struct post_settings){.loop = link->control->loop,
                                                   .charter = &inside->charter,
                                                   .first_socket = first_socket,
                                                   .to_control = heard,
                                                   .context = link});
    if (inside->post && post_open(inside->post))
        return inside;
    inside_free(inside);
    return NULL;
}

static bool open_one(struct control *control, const struct config_edge *edge, unsigned first_socket)
{
    struct edge_link *link = control_link_new(control, edge->name);
    if (!link)
        return false;
    link->inside = inside_new(link, edge, first_socket);
    if (link->inside)
        greet(link);
    return link->inside != NULL;
}

bool control_inside_open(struct control *control)
{
    const struct config *config = control->config;
    unsigned sockets = 0;
    log_warning("control", NULL,
                "isolation is none: what radio equipment sends is decoded in the process that holds "
                "every phone's context; for measurements only");
    for (unsigned i = 0; i < config->edge_count; i++) {
        if (!open_one(control, &config->edges[i], sockets))
            return false;
        sockets += config->edges[i].listen_count;
    }
    return true;
}

void control_inside_renew(struct control *control)
{
    for (struct edge_link *link = control->links; link; link = link->next) {
        const struct config_edge *edge = config_find_edge(control->config, link->edge.name);
        if (!link->inside || !edge)
            continue;
        config_edge_terms(control->config, edge, &link->inside->charter);
        post_renew(link->inside->post);
    }
}
