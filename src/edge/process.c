/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "admin/admin.h"
#include "edge/confine.h"
#include "edge/edge.h"
#include "edge/gates.h"
#include "edge/report.h"
#include "kit/channel.h"
#include "kit/log.h"
#include "kit/pass.h"
#include "kit/trace.h"
#include "wire/wicket/charter.h"

enum {
    CHARTER_PATIENCE_MS = 5000,
    /* Associations beyond limits.gnbs, so that control can refuse with a cause, and the limit be raised at run time. */
    SPARE_ASSOCIATIONS = 256,
    MEMORY_BYTES = 512 * 1024 * 1024,
    ASSOCIATION_BYTES = 2 * 1024 * 1024, /* SCTP's buffers both ways, and what is kept of it */
};

struct process {
    struct watch keeper; /* the charter */
    struct charter charter;
    struct loop *loop;
    struct edge *edge;
    struct gates *gates;
    struct channel *wicket; /* NULL: control is away */
    struct admin *admin;
    struct trace *trace;
    struct confinement confinement;
};

/* --- What the edge asks for --- */

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

/* --- The wicket --- */

static void control_gone(struct process *process)
{
    log_warning("edge", NULL, "control is away; associations are kept");
    process->wicket = NULL;
    edge_control_closed(process->edge);
}

/* A control that breaks the rules is not of this build, and will not mend. */
static void wicket_message(void *context, struct channel *channel, struct bytes message)
{
    struct process *process = context;
    (void)channel;
    if (!edge_control_message(process->edge, message))
        loop_stop(process->loop, 1);
}

static void wicket_closed(void *context, struct channel *channel)
{
    (void)channel;
    control_gone(context);
}

/* Takes over the descriptor. A new control may come before the end of the former is noticed. */
static void control_comes(struct process *process, int fd)
{
    static const struct channel_events events = {wicket_message, wicket_closed};
    if (process->wicket) {
        channel_free(process->wicket);
        control_gone(process);
    }
    process->wicket = channel_new(process->loop, fd, &events, process);
    if (!process->wicket) {
        close(fd);
        return;
    }
    log_info("edge", NULL, "control is there");
    edge_control_open(process->edge);
}

/* --- The charter --- */

/* A descriptor comes with CHARTER_WICKET only, and then *fd is the caller's. 1: a charter; 0: none waits; -1: there will be none. */
static int read_charter(int end, struct charter *charter, int *fd)
{
    uint8_t space[CHARTER_BYTES];
    struct fault fault = {0};
    ssize_t length = pass_receive(end, space, sizeof space, fd);
    if (length < 0 && errno == EAGAIN)
        return 0;
    if (length > 0 && charter_decode(bytes_of(space, (size_t)length), charter, &fault) &&
        (charter->kind == CHARTER_WICKET) == (*fd >= 0))
        return 1;
    if (length != 0)
        log_error("edge", NULL, "the keeper's word is not understood: %s %s",
                  fault.where ? fault.where : "charter", fault.what ? fault.what : strerror(errno));
    if (length > 0 && *fd >= 0)
        close(*fd);
    return -1;
}

/* What can change while the edge runs. */
static void take_over(struct process *process, const struct charter_terms *terms)
{
    log_adjust(terms->log_level, terms->log_json);
    edge_set_budget(process->edge, terms->budget);
    log_info("edge", NULL, "new terms from the keeper");
}

static void keeper_speaks(struct watch *watch, uint32_t events)
{
    struct process *process = (struct process *)((char *)watch - offsetof(struct process, keeper));
    struct charter charter;
    int fd, got;
    (void)events;
    while ((got = read_charter(watch->fd, &charter, &fd)) == 1) {
        if (charter.kind == CHARTER_WICKET)
            control_comes(process, fd);
        else if (charter.kind == CHARTER_TERMS)
            take_over(process, &charter.terms);
    }
    if (got < 0)
        loop_stop(process->loop, 1);
}

/* The keeper wrote it before it started us. */
static bool await_terms(struct process *process)
{
    struct pollfd wait = {.fd = process->keeper.fd, .events = POLLIN};
    int fd = -1;
    bool good = poll(&wait, 1, CHARTER_PATIENCE_MS) == 1 &&
                read_charter(process->keeper.fd, &process->charter, &fd) == 1 &&
                process->charter.kind == CHARTER_TERMS;
    if (!good)
        log_error("edge", NULL, "no terms from the keeper: an edge is started by `demarc run` only");
    return good;
}

/* --- Seeing --- */

static json_t *admin_status(void *context, const json_t *request)
{
    const struct process *process = context;
    (void)request;
    return edge_report_status(&(struct edge_report){.edge = process->edge,
                                                    .charter = &process->charter,
                                                    .stack = gates_stack(process->gates),
                                                    .confinement = &process->confinement});
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
    return edge_report_metrics(process->edge, process->charter.name);
}

static void open_doors(struct process *process)
{
    static const struct admin_verb verbs[] = {
        {"status", admin_status}, {"gnb", admin_gnb}, {"metrics", admin_metrics}};
    const char *folder = process->charter.terms.runtime_dir;
    char name[64], path[256];
    snprintf(name, sizeof name, "edge-%s", process->charter.name);
    snprintf(path, sizeof path, "%s/%s.sock", folder, name);
    process->trace = trace_new(process->loop, folder, name);
    process->admin = admin_serve(process->loop, path, name, verbs, sizeof verbs / sizeof *verbs, process);
    if (!process->admin)
        log_warning("edge", NULL, "no admin socket at %s: %s; `demarc status` will not see this edge", path,
                    strerror(errno));
}

/* --- Life --- */

static void settle(void *context)
{
    struct process *process = context;
    gates_flush(process->gates);
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

static struct edge *new_edge(struct process *process)
{
    return edge_new((struct edge_settings){.name = process->charter.name,
                                           .timers = loop_timers(process->loop),
                                           .order = NGAP_STRICT_ORDER,
                                           .budget = process->charter.terms.budget,
                                           .ports = {.context = process,
                                                     .to_gnb = gates_to_gnb,
                                                     .end_gnb = gates_end_gnb,
                                                     .to_control = to_control,
                                                     .random = draw,
                                                     .trace = gates_trace}});
}

/* All that needs a privilege or a name in the file system comes before confine_place, the first byte from outside after
 * confine_calls. */
static bool start(struct process *process)
{
    const struct charter_terms *terms = &process->charter.terms;
    const unsigned associations = terms->gnbs + SPARE_ASSOCIATIONS;
    process->loop = loop_new();
    if (!process->loop || !loop_on_signal(process->loop, SIGTERM, stop, process) ||
        !loop_on_signal(process->loop, SIGINT, stop, process))
        return false;
    tzset();
    open_doors(process);
    process->confinement = confine_place(terms->id, MEMORY_BYTES + (size_t)associations * ASSOCIATION_BYTES);
    process->edge = new_edge(process);
    if (!process->edge)
        return false;
    process->gates = gates_open(&(struct gates_settings){.loop = process->loop,
                                                         .edge = process->edge,
                                                         .trace = process->trace,
                                                         .listen = terms->listen,
                                                         .listen_count = terms->listen_count,
                                                         .associations = associations});
    process->keeper.ready = keeper_speaks;
    if (!process->gates || !loop_watch(process->loop, &process->keeper, EPOLLIN))
        return false;
    loop_on_settle(process->loop, settle, process);
    confine_calls(&process->confinement);
    confine_report(&process->confinement);
    return true;
}

static void close_down(struct process *process)
{
    gates_close(process->gates);
    channel_free(process->wicket);
    admin_close(process->admin);
    trace_free(process->trace);
    edge_free(process->edge);
    loop_free(process->loop);
    close(process->keeper.fd);
}

int edge_main(int charter)
{
    struct process process = {.keeper = {.fd = charter}};
    int code = 1;
    log_setup((struct log_settings){.level = LOG_INFO, .name = "edge"});
    if (await_terms(&process)) {
        log_setup((struct log_settings){.level = process.charter.terms.log_level,
                                        .json = process.charter.terms.log_json,
                                        .name = "edge"});
        if (start(&process))
            code = loop_run(process.loop);
    }
    close_down(&process);
    return code;
}
