/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "admin/keeper.h"
#include "edge/confine.h"
#include "edge/post.h"
#include "kit/channel.h"
#include "kit/log.h"
#include "line/reporter.h"

enum {
    CHARTER_PATIENCE_MS = 5000,
    TURN_MESSAGES = 128,
    EVIDENCE_BYTES = 256 * 1024, /* of what the edge refused, until it is durable */
    EVIDENCE_DIFFERENT = 256,
    MEMORY_BYTES = 512 * 1024 * 1024,
    ASSOCIATION_BYTES = 2 * 1024 * 1024, /* SCTP's buffers both ways, and what is kept of it */
};

struct process {
    struct keeper_ear keeper;
    struct charter charter;
    struct loop *loop;
    struct post *post;
    struct reporter *evidence;
    struct channel *wicket; /* NULL: control is away */
    struct confinement confinement;
};

/* --- What the edge asks for --- */

static bool to_control(void *context, struct bytes message)
{
    const struct process *process = context;
    return process->wicket && channel_send(process->wicket, message);
}

/* --- The wicket --- */

static void control_gone(struct process *process)
{
    log_warning("edge", NULL, "control is away; associations are kept");
    process->wicket = NULL;
    edge_control_closed(post_edge(process->post));
}

/* A control that breaks the rules is not of this build, and will not mend. */
static void wicket_message(void *context, struct channel *channel, struct bytes message)
{
    struct process *process = context;
    (void)channel;
    if (!edge_control_message(post_edge(process->post), message))
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
    static const struct channel_events events = {
        .message = wicket_message, .closed = wicket_closed, .packed = true};
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
    edge_control_open(post_edge(process->post));
}

/* --- The charter --- */

/* What can change while the edge runs. */
static void take_over(struct process *process, const struct charter_terms *terms)
{
    log_adjust(terms->log_level, terms->log_json);
    process->charter.terms = *terms;
    post_renew(process->post);
    log_info("edge", NULL, "new terms from the keeper");
}

static void keeper_said(void *context, const struct charter *charter, int fd)
{
    struct process *process = context;
    if (charter->kind == CHARTER_WICKET)
        control_comes(process, fd);
    else if (charter->kind == CHARTER_EVIDENCE)
        reporter_meet(process->evidence, fd);
    else if (charter->kind == CHARTER_TERMS)
        take_over(process, &charter->terms);
}

static void keeper_gone(void *context)
{
    loop_stop(((struct process *)context)->loop, 1);
}

/* The keeper wrote it before it started us. */
static bool await_terms(struct process *process)
{
    struct pollfd wait = {.fd = process->keeper.watch.fd, .events = POLLIN};
    int fd = -1;
    bool good = poll(&wait, 1, CHARTER_PATIENCE_MS) == 1 &&
                keeper_read(wait.fd, &process->charter, &fd) == 1 && process->charter.kind == CHARTER_TERMS;
    if (!good)
        log_error("edge", NULL, "no terms from the keeper: an edge is started by `demarc run` only");
    return good;
}

/* --- Life --- */

/* Control gets to work on a turn's messages while the next ones are decoded. */
static void settle(void *context)
{
    const struct process *process = context;
    unsigned served;
    do {
        served = post_serve(process->post, TURN_MESSAGES);
        if (process->wicket)
            channel_flush(process->wicket);
    } while (served == TURN_MESSAGES);
    post_flush(process->post);
    reporter_flush(process->evidence);
}

static void stop(void *context, int number)
{
    (void)number;
    loop_stop(((struct process *)context)->loop, 0);
}

static struct reporter *new_reporter(const struct process *process)
{
    uint64_t chance = 0;
    (void)!getrandom(&chance, sizeof chance, 0);
    return reporter_new(&(struct reporter_settings){.loop = process->loop,
                                                    .unit = "edge",
                                                    .chance = chance,
                                                    .queue_bytes = EVIDENCE_BYTES,
                                                    .different = EVIDENCE_DIFFERENT});
}

/* All that needs a privilege or a name in the file system comes before confine_place, the first byte from outside after
 * confine_calls. */
static bool start(struct process *process)
{
    const struct charter_terms *terms = &process->charter.terms;
    const size_t associations = post_associations(terms);
    process->loop = loop_new();
    if (!process->loop || !loop_on_signal(process->loop, SIGTERM, stop, process) ||
        !loop_on_signal(process->loop, SIGINT, stop, process))
        return false;
    tzset();
    process->post = post_new((struct post_settings){.loop = process->loop,
                                                    .charter = &process->charter,
                                                    .confinement = &process->confinement,
                                                    .to_control = to_control,
                                                    .context = process});
    process->evidence = new_reporter(process);
    if (!process->post || !process->evidence)
        return false;
    process->confinement = confine_place(terms->id, MEMORY_BYTES + associations * ASSOCIATION_BYTES);
    process->keeper = (struct keeper_ear){.watch.fd = process->keeper.watch.fd,
                                          .loop = process->loop,
                                          .said = keeper_said,
                                          .gone = keeper_gone,
                                          .context = process};
    if (!post_open(process->post) || !keeper_listen(&process->keeper))
        return false;
    loop_on_settle(process->loop, settle, process);
    confine_calls(&process->confinement);
    confine_report(&process->confinement);
    return true;
}

static void close_down(struct process *process)
{
    post_free(process->post);
    reporter_free(process->evidence);
    channel_free(process->wicket);
    loop_free(process->loop);
    keeper_shut(&process->keeper);
}

int edge_main(int charter)
{
    struct process process = {.keeper.watch.fd = charter};
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
