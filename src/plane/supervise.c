/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/supervise.h"

#include "kit/log.h"
#include "plane/agent_state.h"
#include "wire/gtpu/gtpu.h"
#include "wire/pfcp/address.h"

/* TS 29.244 7.4.5.1 */
static void report(struct smf *smf, const struct gnb *gnb)
{
    struct pfcp_remote_peer peer = {.ip = pfcp_ip_of(&gnb->address)};
    struct pfcp_path_report path = {&peer, 1};
    bool failed = gnb->path.failed;
    struct pfcp_message message = {
        .type = PFCP_NODE_REPORT_REQUEST,
        .node_report_request = {.node_id = smf->agent->settings.node_id,
                                .report_type = failed ? PFCP_UPFR : PFCP_UPRR,
                                .has_path_failure = failed,
                                .has_path_recovery = !failed,
                                .path_failure = path,
                                .path_recovery = path},
    };
    if (smf->associated && !smf_request(smf, &message, 0))
        log_error("plane", NULL, "a path report could not be sent: out of memory");
}

static void turn(struct agent *agent, struct gnb *gnb, bool failed)
{
    char text[VALUE_TEXT_BYTES];
    gnb->path.failed = failed;
    agent->path_failures += failed;
    log_at(failed ? LOG_WARNING : LOG_INFO, "plane", NULL, "GTP-U path to gNB %s %s",
           config_endpoint_text(&gnb->address, text),
           failed ? "has failed: no answer to echo requests" : "works again");
    for (unsigned i = 0; i < agent->smf_count; i++)
        report(&agent->smfs[i], gnb);
}

static void send_echo(struct agent *agent, struct gnb *gnb)
{
    struct packet packet = {
        .data = agent->buffer + PATH_HEADROOM,
        .end = agent->buffer + sizeof agent->buffer,
        .to = gnb->address,
    };
    packet.length = gtpu_echo_request(packet.data, GTPU_MESSAGE_BYTES, gnb->path.sequence);
    agent->settings.send_n3(agent->settings.context, &packet);
    agent->echo_requests++;
}

static void ask(struct agent *agent, struct gnb *gnb)
{
    struct gnb_path *path = &gnb->path;
    path->tries++;
    send_echo(agent, gnb);
    timer_start(agent->settings.timers, &path->timer, agent->settings.echo_timeout);
}

/* A sequence number that cannot be guessed: another cannot answer in the gNB's place. */
static void begin(struct agent *agent, struct gnb *gnb)
{
    gnb->path.sequence = (uint16_t)agent->settings.random(agent->settings.context);
    gnb->path.tries = 0;
    atomic_store(&gnb->heard, 0);
    ask(agent, gnb);
}

static bool has_answered(struct gnb *gnb)
{
    return atomic_load(&gnb->heard) == (GNB_HEARD | gnb->path.sequence);
}

/* A gNB that carries nothing is not asked any more; one that has failed is, until it is back. */
static void rest(struct agent *agent, struct gnb *gnb)
{
    gnb->path.tries = 0;
    if (gnb->path.sessions || gnb->path.failed)
        timer_start(agent->settings.timers, &gnb->path.timer, agent->settings.echo_period);
}

static void due(struct timer *timer)
{
    struct gnb *gnb = (struct gnb *)((char *)timer - offsetof(struct gnb, path.timer));
    struct agent *agent = gnb->path.agent;
    bool answered = gnb->path.tries && has_answered(gnb);
    if (gnb->path.tries == 0) {
        begin(agent, gnb);
    } else if (!answered && gnb->path.tries < agent->settings.echo_tries) {
        ask(agent, gnb);
    } else {
        if (gnb->path.failed == answered)
            turn(agent, gnb, !answered);
        rest(agent, gnb);
    }
}

static void leave(struct agent *agent, struct gnb *gnb)
{
    if (!gnb || --gnb->path.sessions > 0 || gnb->path.failed)
        return;
    timer_stop(agent->settings.timers, &gnb->path.timer);
    gnb->path.tries = 0;
}

static void join(struct agent *agent, struct gnb *gnb)
{
    if (!gnb || gnb->path.sessions++ > 0 || timer_armed(&gnb->path.timer) || agent->settings.echo_period == 0)
        return;
    gnb->path.agent = agent;
    gnb->path.timer.fire = due;
    rest(agent, gnb);
}

void supervise_move(struct agent *agent, struct gnb *from, struct gnb *to)
{
    if (from == to)
        return;
    join(agent, to);
    leave(agent, from);
}

void supervise_tell(struct smf *smf)
{
    const struct plane *plane = smf->agent->settings.plane;
    size_t cursor = 0;
    uint64_t key;
    void *gnb;
    while (table_next(&plane->gnbs, &cursor, &key, &gnb))
        if (((struct gnb *)gnb)->path.failed)
            report(smf, gnb);
}

void supervise_end(struct agent *agent)
{
    const struct plane *plane = agent->settings.plane;
    size_t cursor = 0;
    uint64_t key;
    void *gnb;
    while (table_next(&plane->gnbs, &cursor, &key, &gnb))
        timer_stop(agent->settings.timers, &((struct gnb *)gnb)->path.timer);
}
