/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "edge/confine.h"
#include "edge/post.h"
#include "kit/channel.h"
#include "kit/log.h"
#include "kit/pass.h"
#include "wire/wicket/charter.h"

enum {
    CHARTER_PATIENCE_MS = 5000,
    TURN_MESSAGES = 128,
    MEMORY_BYTES = 512 * 1024 * 1024,
    ASSOCIATION_BYTES = 2 * 1024 * 1024, /* SCTP's buffers both ways, and what is kept of it */
};

struct process {
    struct watch keeper; /* the charter */
    struct charter charter;
    struct loop *loop;
    struct post *post;
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
    process->charter.terms = *terms;
    post_renew(process->post);
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
}

static void stop(void *context, int number)
{
    (void)number;
    loop_stop(((struct process *)context)->loop, 0);
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
    if (!process->post)
        return false;
    process->confinement = confine_place(terms->id, MEMORY_BYTES + associations * ASSOCIATION_BYTES);
    process->keeper.ready = keeper_speaks;
    if (!post_open(process->post) || !loop_watch(process->loop, &process->keeper, EPOLLIN))
        return false;
    loop_on_settle(process->loop, settle, process);
    confine_calls(&process->confinement);
    confine_report(&process->confinement);
    return true;
}

static void close_down(struct process *process)
{
    post_free(process->post);
    channel_free(process->wicket);
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
