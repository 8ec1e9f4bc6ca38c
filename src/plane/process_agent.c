/* SPDX-License-Identifier: Apache-2.0 */
/* N4, the PFCP agent behind it, and what it asks of the process. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "kit/log.h"
#include "plane/draw.h"
#include "plane/fast/networks.h"
#include "plane/process.h"
#include "wire/gtpu/gtpu.h"
#include "wire/pfcp/address.h"

static void send_n4(void *context, const union socket_address *to, struct bytes message)
{
    struct process *process = context;
    if (sendto(process->n4.fd, message.data, message.len, 0, &to->any, address_length(to)) < 0)
        log_debug("plane", NULL, "PFCP message not sent: %s", strerror(errno));
}

static void send_n3(void *context, struct packet *packet)
{
    struct process *process = context;
    struct lane *lane = &process->plane.lanes[process->plane.lane_count - 1];
    if (packet->segment_bytes)
        segment_transmit(&process->transmit, lane, packet);
    else
        transmit_packet(&process->transmit, lane, packet);
    transmit_flush(&process->transmit, lane);
}

static void send_n6(void *context, struct packet *packet)
{
    struct process *process = context;
    struct lane *lane = &process->plane.lanes[process->plane.lane_count - 1];
    static struct coalesce coalesce;
    const int device = process->tun[packet->network->index];
    if (packet->network->lan) {
        coalesce_frame(lane, device, packet);
        return;
    }
    coalesce_packet(&coalesce, lane, device, packet);
    coalesce_flush(&coalesce, lane);
}

static void n4_ready(struct watch *watch, uint32_t events)
{
    struct process *process = (struct process *)((char *)watch - offsetof(struct process, n4));
    static uint8_t buffer[PFCP_MESSAGE_BYTES];
    enum { BATCH = 64 };
    (void)events;
    for (unsigned i = 0; i < BATCH; i++) {
        union socket_address from;
        socklen_t length = sizeof from;
        ssize_t size = recvfrom(watch->fd, buffer, sizeof buffer, MSG_DONTWAIT, &from.any, &length);
        if (size < 0)
            return;
        agent_receive(process->agent, &from, bytes_of(buffer, (size_t)size));
    }
}

static void news_ready(struct watch *watch, uint32_t events)
{
    struct process *process = (struct process *)((char *)watch - offsetof(struct process, news));
    eventfd_t ignored;
    (void)events;
    eventfd_read(watch->fd, &ignored);
    agent_poll(process->agent);
}

bool process_open_n4(struct process *process)
{
    const union socket_address *address = &process->own->n4;
    char text[VALUE_TEXT_BYTES];
    int size = 4 << 20;
    process->n4 = (struct watch){socket(address->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                                 n4_ready};
    process->news = (struct watch){eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), news_ready};
    if (process->n4.fd < 0 || process->news.fd < 0)
        return process_complain("open a socket", "raise the limit of open files");
    setsockopt(process->n4.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if (bind(process->n4.fd, &address->any, address_length(address)) != 0) {
        log_error("plane", NULL,
                  "cannot open PFCP on %s: %s; is another UPF running (ss -lunp), is the address up?",
                  config_endpoint_text(address, text), strerror(errno));
        return false;
    }
    return (loop_watch(process->loop, &process->n4, EPOLLIN) &&
            loop_watch(process->loop, &process->news, EPOLLIN)) ||
           process_complain("wait for PFCP", "more memory is needed");
}

static void refused(void *context, const union socket_address *from, const char *message, const char *why,
                    struct bytes octets)
{
    const struct process *process = context;
    plane_report_refused(process->report, from, message, why, octets);
}

static bool ran_port_state(void *context, bool *in_force)
{
    const struct process *process = context;
    *in_force = process->ran_port && ran_port_in_force(process->ran_port);
    return process->ran_port != NULL;
}

static bool effort_of_worker(void *context, unsigned lane, struct agent_effort *effort)
{
    const struct process *process = context;
    if (!process->workers || lane >= process->worker_count || !process->workers[lane])
        return false;
    *effort = worker_effort(process->workers[lane]);
    return true;
}

static void lead(void *context, const struct network *network, const struct config_prefix *route, bool there)
{
    const struct process *process = context;
    if (process->lead.config)
        (there ? lead_route : lead_away)(&process->lead, network, route);
}

void process_unlead(void *context, unsigned network, const struct fast_prefix *prefix)
{
    const struct process *process = context;
    const struct config_prefix route = fast_prefix_as_configured(prefix);
    const struct session *holder = routes_holder(&process->plane.routes, &route);
    if (network < process->plane.network_count && !(holder && holder->network->index == network))
        lead_away(&process->lead, &process->plane.networks[network], &route);
}

/* Our own, and those of other cores; for the caller to free(). */
static union socket_address *smfs_of(const struct process *process, unsigned *count)
{
    const struct config_plane *own = process->own;
    union socket_address *smfs = calloc(1 + own->smf_count, sizeof *smfs);
    *count = smfs ? 1 + own->smf_count : 0;
    if (!smfs)
        return NULL;
    smfs[0] = process->config->smf.n4;
    for (unsigned i = 0; i < own->smf_count; i++)
        smfs[1 + i] = own->smfs[i];
    return smfs;
}

bool process_start_agent(struct process *process)
{
    const struct config_smf *smf = &process->config->smf;
    const struct pfcp_ip ip = pfcp_ip_of(&process->own->n4);
    enum { FROM_1900_TO_1970 = 2208988800u };
    int64_t wall = (int64_t)time(NULL) + FROM_1900_TO_1970;
    timers_run(loop_timers(process->loop), clock_now());
    unsigned smf_count;
    union socket_address *smfs = smfs_of(process, &smf_count);
    struct agent_settings settings = {
        .plane = &process->plane,
        .timers = loop_timers(process->loop),
        .node_id.ip = ip,
        .n4 = ip,
        .smfs = smfs,
        .smf_count = smf_count,
        .recovery_time_stamp = (uint32_t)wall,
        .wall = wall - clock_now() / SECONDS(1),
        .t1 = smf->pfcp_t1,
        .n1 = smf->pfcp_n1,
        .heartbeat = smf->pfcp_heartbeat,
        .sessions = process->own->sessions,
        .echo_period = process->own->echo_period,
        .echo_timeout = process->own->echo_timeout,
        .echo_tries = process->own->echo_tries,
        .random = draw,
        .ran_port = ran_port_state,
        .send_n4 = send_n4,
        .send_n3 = send_n3,
        .send_n6 = send_n6,
        .effort = effort_of_worker,
        .lead = lead,
        .refused = refused,
        .context = process,
    };
    process->agent = smfs ? agent_new(&settings) : NULL;
    free(smfs);
    return process->agent || process_complain("start the PFCP agent", "more memory is needed");
}
