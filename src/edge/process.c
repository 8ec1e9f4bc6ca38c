/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "admin/admin.h"
#include "config/config.h"
#include "edge/edge.h"
#include "edge/report.h"
#include "kit/channel.h"
#include "kit/inherit.h"
#include "kit/log.h"
#include "kit/loop.h"
#include "kit/sctp.h"
#include "kit/trace.h"

enum { QUICK_TRIES = 50, QUICK_MS = 20, SLOW_MS = 250 };

struct process;

/* An N2 address that is listened on. */
struct gate {
    struct process *process;
    struct sctp_endpoint *endpoint;
};

/* Ties an SCTP association to the edge's. */
struct link {
    struct link *next, **place; /* in the process's list */
    struct gate *gate;
    struct sctp_association *sctp;
    struct edge_association *edge;
};

struct process {
    struct config *config;
    const char *config_path;
    const struct config_edge *own;
    struct loop *loop;
    struct edge *edge;
    struct gate *gates;
    struct link *links;
    struct channel *wicket; /* NULL: control is away */
    struct timer reconnect;
    unsigned tries;
    struct admin *admin;
    struct trace *trace;
};

/* --- What the edge asks for --- */

static bool to_gnb(void *context, void *link, uint16_t stream, struct bytes ngap)
{
    (void)context;
    return sctp_send(((struct link *)link)->sctp, stream, 60, ngap);
}

static void end_gnb(void *context, void *link)
{
    (void)context;
    sctp_shutdown(((struct link *)link)->sctp, true);
}

static bool to_control(void *context, struct bytes message)
{
    const struct process *process = context;
    return process->wicket && channel_send(process->wicket, message);
}

static uint64_t draw(void *context)
{
    uint64_t value = 0;
    (void)context;
    while (getrandom(&value, sizeof value, 0) != sizeof value)
        continue;
    return value;
}

static void trace_ngap(void *context, void *opaque, bool uplink, struct bytes ngap)
{
    const struct process *process = context;
    const struct link *link = opaque;
    if (!trace_wanted(process->trace))
        return;
    union socket_address own = sctp_local(link->gate->endpoint), peer = link->sctp->peer;
    trace_send(process->trace, &(struct trace_record){.kind = TRACE_NGAP,
                                                      .incoming = uplink,
                                                      .from = uplink ? peer : own,
                                                      .to = uplink ? own : peer,
                                                      .bytes = ngap});
}

/* --- SCTP --- */

/* Beyond limits.gnbs, so that control can refuse with a cause, and the limit be raised at run time. */
enum { SPARE_ASSOCIATIONS = 256 };

static struct link *link_new(struct gate *gate, struct sctp_association *association)
{
    struct process *process = gate->process;
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    *link =
        (struct link){.next = process->links, .place = &process->links, .gate = gate, .sctp = association};
    if (link->next)
        link->next->place = &link->next;
    process->links = link;
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
    struct gate *gate = context;
    struct link *link = link_new(gate, association);
    if (link)
        link->edge =
            edge_gnb_up(gate->process->edge, link, &association->peer, association->outbound_streams);
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
        edge_gnb_message(gate->process->edge, link->edge, stream, ppid, message);
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
    edge_gnb_down(gate->process->edge, link->edge, reason);
    link_free(link);
}

static void gnb_restarted(void *context, struct sctp_association *association)
{
    const struct gate *gate = context;
    struct link *link = association->user;
    if (link)
        edge_gnb_restarted(gate->process->edge, link->edge);
}

static const struct sctp_events sctp_events = {gnb_up, gnb_message, gnb_down, gnb_restarted};

static bool open_gate(struct process *process, unsigned i)
{
    struct gate *gate = &process->gates[i];
    const char *why = "";
    char name[16], at[ADDRESS_TEXT];
    snprintf(name, sizeof name, "n2.%u", i);
    gate->process = process;
    const struct sctp_settings settings = {.stack = process->config->sctp,
                                           .local = process->own->listen[i],
                                           .listen = true,
                                           .associations = process->config->limits.gnbs + SPARE_ASSOCIATIONS,
                                           .socket = inherited(name)};
    gate->endpoint = sctp_open(process->loop, settings, &sctp_events, gate, &why);
    if (!gate->endpoint)
        log_error("edge", NULL, "N2 at %s cannot be opened: %s", address_print(&settings.local, at), why);
    return gate->endpoint != NULL;
}

/* --- The wicket --- */

static void try_later(struct process *process)
{
    int64_t pause = process->tries++ < QUICK_TRIES ? QUICK_MS : SLOW_MS;
    timer_start(loop_timers(process->loop), &process->reconnect, MILLISECONDS(pause));
}

static void wicket_lost(struct process *process)
{
    log_warning("edge", NULL, "control is away; associations are kept");
    process->wicket = NULL;
    process->tries = 0;
    edge_control_closed(process->edge);
    try_later(process);
}

static void wicket_message(void *context, struct channel *channel, struct bytes message)
{
    struct process *process = context;
    if (edge_control_message(process->edge, message))
        return;
    channel_free(channel);
    wicket_lost(process);
}

static void wicket_closed(void *context, struct channel *channel)
{
    (void)channel;
    wicket_lost(context);
}

static void open_wicket(struct process *process)
{
    static const struct channel_events events = {wicket_message, wicket_closed};
    char path[256];
    snprintf(path, sizeof path, "%s/wicket.sock", process->config->runtime_dir);
    int fd = channel_connect(path);
    process->wicket = fd >= 0 ? channel_new(process->loop, fd, &events, process) : NULL;
    if (process->wicket) {
        log_info("edge", NULL, "control is there");
        edge_control_open(process->edge);
        return;
    }
    if (fd >= 0)
        close(fd);
    else if (process->tries == QUICK_TRIES)
        log_warning("edge", NULL, "control does not answer at %s: %s", path, strerror(errno));
    try_later(process);
}

static void reconnect(struct timer *timer)
{
    open_wicket((struct process *)((char *)timer - offsetof(struct process, reconnect)));
}

/* The log and the gNBs' rate can change under a running edge. */
static bool reload(struct process *process)
{
    struct config *config = config_reload(process->config_path, "edge");
    if (config)
        edge_set_message_rate(process->edge, config->limits.messages_per_gnb);
    config_free(config);
    return config != NULL;
}

/* --- Seeing --- */

static json_t *admin_status(void *context, const json_t *request)
{
    const struct process *process = context;
    (void)request;
    return edge_report_status(process->edge, process->own, sctp_stack_of(process->gates[0].endpoint));
}

static json_t *admin_gnb(void *context, const json_t *request)
{
    const struct process *process = context;
    return edge_report_gnbs(process->edge, loop_timers(process->loop)->now, request);
}

static json_t *admin_metrics(void *context, const json_t *request)
{
    const struct process *process = context;
    (void)request;
    return edge_report_metrics(process->edge, process->own->name);
}

static json_t *admin_reload(void *context, const json_t *request)
{
    (void)request;
    return reload(context) ? json_object() : admin_refuse("the configuration is wrong (see the log)");
}

static void serve_admin(struct process *process)
{
    static const struct admin_verb verbs[] = {
        {"status", admin_status}, {"gnb", admin_gnb}, {"metrics", admin_metrics}, {"reload", admin_reload}};
    static char name[64];
    char path[256];
    snprintf(path, sizeof path, "%s/edge-%s.sock", process->config->runtime_dir, process->own->name);
    snprintf(name, sizeof name, "edge-%s", process->own->name);
    process->admin = admin_serve(process->loop, path, name, verbs, sizeof verbs / sizeof *verbs, process);
    if (!process->admin)
        log_warning("edge", NULL, "no admin socket at %s: %s; `demarc status` will not see this edge", path,
                    strerror(errno));
}

/* --- Life --- */

static void settle(void *context)
{
    struct process *process = context;
    for (unsigned i = 0; i < process->own->listen_count; i++)
        sctp_flush(process->gates[i].endpoint);
    if (process->wicket)
        channel_flush(process->wicket);
    if (process->admin)
        admin_flush(process->admin, NULL);
}

static void stop(void *context, int number)
{
    (void)number;
    loop_stop(((struct process *)context)->loop, 0);
}

static void on_reload(void *context, int number)
{
    (void)number;
    reload(context);
}

static bool start(struct process *process)
{
    process->loop = loop_new();
    process->gates = calloc(process->own->listen_count, sizeof *process->gates);
    if (!process->loop || !process->gates)
        return false;
    process->trace = trace_new(process->loop, process->config->runtime_dir);
    process->edge = edge_new((struct edge_settings){.name = process->own->name,
                                                    .timers = loop_timers(process->loop),
                                                    .order = NGAP_STRICT_ORDER,
                                                    .message_rate = process->config->limits.messages_per_gnb,
                                                    .ports = {.context = process,
                                                              .to_gnb = to_gnb,
                                                              .end_gnb = end_gnb,
                                                              .to_control = to_control,
                                                              .random = draw,
                                                              .trace = trace_ngap}});
    if (!process->edge)
        return false;
    for (unsigned i = 0; i < process->own->listen_count; i++)
        if (!open_gate(process, i))
            return false;
    serve_admin(process);
    process->reconnect.fire = reconnect;
    open_wicket(process);
    loop_on_settle(process->loop, settle, process);
    return loop_on_signal(process->loop, SIGTERM, stop, process) &&
           loop_on_signal(process->loop, SIGINT, stop, process) &&
           loop_on_signal(process->loop, SIGHUP, on_reload, process);
}

static void close_down(struct process *process)
{
    for (unsigned i = 0; process->gates && i < process->own->listen_count; i++)
        sctp_close(process->gates[i].endpoint);
    channel_free(process->wicket);
    if (process->admin)
        admin_close(process->admin);
    trace_free(process->trace);
    edge_free(process->edge);
    for (struct link *next, *link = process->links; link; link = next) {
        next = link->next;
        free(link);
    }
    free(process->gates);
    loop_free(process->loop);
}

int edge_main(struct config *config, const char *config_path, const char *name)
{
    struct process process = {
        .config = config, .config_path = config_path, .own = config_find_edge(config, name)};
    int code = 1;
    if (!process.own)
        log_error("edge", NULL, "no edge is called %s: see the domains of the inventory", name);
    else if (start(&process))
        code = loop_run(process.loop);
    if (process.own)
        close_down(&process);
    config_free(config);
    return code;
}
