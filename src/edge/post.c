/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/post.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "admin/admin.h"
#include "edge/gates.h"
#include "edge/report.h"
#include "kit/log.h"
#include "kit/trace.h"
#include "line/event.h"
#include "line/shown.h"

/* Beyond limits.gnbs, so that control can refuse with a cause, and the limit be raised at run time. */
enum { SPARE_ASSOCIATIONS = 256 };

struct post {
    struct post_settings settings;
    struct edge *edge;
    struct gates *gates;
    struct admin *admin;
    struct trace *trace;
};

/* --- What the edge asks for --- */

static bool to_control(void *context, struct bytes message)
{
    const struct post *post = context;
    return post->settings.to_control(post->settings.context, message);
}

static uint64_t draw(void *context)
{
    uint64_t value = 0;
    (void)context;
    while (getrandom(&value, sizeof value, 0) != sizeof value)
        continue;
    return value;
}

static void refused(void *context, const struct edge_refusal *refusal)
{
    char from[ADDRESS_TEXT];
    (void)context;
    line_event(&(struct line_event){.time = wall_now(),
                                    .association = refusal->gnb->association,
                                    .gnb = *refusal->gnb->name ? refusal->gnb->name
                                                               : address_print(&refusal->gnb->address, from),
                                    .procedure = refusal->message,
                                    .rule = refusal->rule,
                                    .reason = refusal->why,
                                    .about = refusal->octets});
}

/* --- Seeing --- */

static json_t *admin_status(void *context, const json_t *request)
{
    static const struct confinement none;
    const struct post *post = context;
    const struct confinement *confinement = post->settings.confinement;
    (void)request;
    return edge_report_status(&(struct edge_report){.edge = post->edge,
                                                    .charter = post->settings.charter,
                                                    .stack = gates_stack(post->gates),
                                                    .confinement = confinement ? confinement : &none});
}

static json_t *admin_gnb(void *context, const json_t *request)
{
    const struct post *post = context;
    return edge_report_gnbs(post->edge, loop_timers(post->settings.loop)->now, request);
}

static json_t *admin_metrics(void *context, const json_t *request)
{
    const struct post *post = context;
    (void)request;
    return edge_report_metrics(post->edge, post->settings.charter->name);
}

static void open_doors(struct post *post)
{
    static const struct line_shown shown = {.what = "NGAP messages of all gNBs of this edge"};
    static const struct admin_verb verbs[] = {
        {"status", admin_status}, {"gnb", admin_gnb}, {"metrics", admin_metrics}};
    const char *folder = post->settings.charter->terms.runtime_dir;
    char name[64], path[256];
    snprintf(name, sizeof name, "edge-%s", post->settings.charter->name);
    snprintf(path, sizeof path, "%s/%s.sock", folder, name);
    post->trace = trace_new(post->settings.loop, folder, name);
    line_shows(post->trace, &shown);
    post->admin = admin_serve(post->settings.loop, path, name, verbs, sizeof verbs / sizeof *verbs, post);
    if (!post->admin)
        log_warning("edge", NULL, "no admin socket at %s: %s; `demarc status` will not see this edge", path,
                    strerror(errno));
}

/* --- Life --- */

unsigned post_associations(const struct charter_terms *terms)
{
    return terms->gnbs + SPARE_ASSOCIATIONS;
}

struct post *post_new(struct post_settings settings)
{
    struct post *post = calloc(1, sizeof *post);
    if (!post)
        return NULL;
    post->settings = settings;
    open_doors(post);
    return post;
}

static struct edge *new_edge(struct post *post)
{
    const struct charter *charter = post->settings.charter;
    return edge_new((struct edge_settings){.name = charter->name,
                                           .timers = loop_timers(post->settings.loop),
                                           .order = NGAP_STRICT_ORDER,
                                           .budget = charter->terms.budget,
                                           .ports = {.context = post,
                                                     .to_gnb = gates_to_gnb,
                                                     .end_gnb = gates_end_gnb,
                                                     .hold_off = gates_hold_off,
                                                     .to_control = to_control,
                                                     .random = draw,
                                                     .refused = refused,
                                                     .trace = gates_trace}});
}

bool post_open(struct post *post)
{
    const struct charter_terms *terms = &post->settings.charter->terms;
    post->edge = new_edge(post);
    if (post->edge)
        post->gates = gates_open(&(struct gates_settings){.loop = post->settings.loop,
                                                          .edge = post->edge,
                                                          .trace = post->trace,
                                                          .listen = terms->listen,
                                                          .listen_count = terms->listen_count,
                                                          .first_socket = post->settings.first_socket,
                                                          .associations = post_associations(terms)});
    return post->gates != NULL;
}

void post_free(struct post *post)
{
    if (!post)
        return;
    gates_close(post->gates);
    admin_close(post->admin);
    trace_free(post->trace);
    edge_free(post->edge);
    free(post);
}

void post_renew(struct post *post)
{
    edge_set_budget(post->edge, post->settings.charter->terms.budget);
}

unsigned post_serve(struct post *post, unsigned most)
{
    return gates_serve(post->gates, most);
}

void post_flush(struct post *post)
{
    gates_flush(post->gates);
    if (post->admin)
        admin_flush(post->admin, NULL);
}

struct edge *post_edge(const struct post *post)
{
    return post->edge;
}
