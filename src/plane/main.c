/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "admin/admin.h"
#include "admin/keeper.h"
#include "kit/log.h"
#include "line/policy.h"
#include "line/reporter.h"
#include "plane/agent.h"
#include "plane/capture.h"
#include "plane/configured.h"
#include "plane/fast/framed.h"
#include "plane/fast/start.h"
#include "plane/fast/watch.h"
#include "plane/host.h"
#include "plane/lead.h"
#include "plane/n3_mtu.h"
#include "plane/ran_port.h"
#include "plane/report.h"
#include "plane/show.h"
#include "plane/status.h"
#include "plane/worker.h"
#include "wire/gtpu/gtpu.h"

enum {
    EVIDENCE_DIFFERENT = 1024,
    SLOW_MESSAGES =
        1000, /* of GTP-U, in a second and of one gNB: it has one echo request a second to send, and an end marker for each phone that moves */
};

struct process {
    const struct config *config;
    const char *config_path; /* NULL: the default */
    const struct config_plane *own;
    struct loop *loop;
    struct plane plane;
    struct network *networks;
    struct config_prefix *infrastructure;
    struct agent *agent;
    struct admin *admin;
    struct capture *capture;
    struct host host;
    struct lead lead; /* without a configuration: not yet, or not any more */
    struct fast fast;
    struct fast_watch *fast_watch;
    struct n3_mtu *n3_mtu;
    struct keeper_ear keeper;
    struct reporter *evidence;
    struct plane_report *report;
    struct ran_port *ran_port; /* of the first plane only: a host has one */
    struct config *reloaded;   /* what it follows; NULL: config */
    struct worker **workers;
    unsigned worker_count;
    struct watch n4, news;
    struct transmit transmit; /* of the agent's thread */
    int *tun;                 /* queues, a row of networks a worker */
    int n3[2];                /* the first worker's sockets, which the agent sends through, too */
    bool leaves;              /* without taking the fast path down */
};

/* TEIDs and SEIDs must not be guessed; they are drawn from the kernel in blocks. */
static struct {
    uint64_t numbers[32];
    unsigned left;
} pool;

static bool fill_pool(void)
{
    if (getrandom(pool.numbers, sizeof pool.numbers, 0) != sizeof pool.numbers)
        return false;
    pool.left = sizeof pool.numbers / sizeof pool.numbers[0];
    return true;
}

/* Where the kernel has given so few octets once (main sees to that), it always does. */
static uint64_t draw(void *context)
{
    (void)context;
    while (pool.left == 0)
        fill_pool();
    return pool.numbers[--pool.left];
}

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

static void wake(void *context)
{
    struct process *process = context;
    eventfd_write(process->news.fd, 1);
}

static void settle(void *context)
{
    struct process *process = context;
    epoch_collect(&process->plane.epochs);
    if (process->admin)
        admin_flush(process->admin, NULL);
    reporter_flush(process->evidence);
}

static void keeper_said(void *context, const struct charter *charter, int fd)
{
    struct process *process = context;
    if (charter->kind == CHARTER_EVIDENCE)
        reporter_meet(process->evidence, fd);
    else if (fd >= 0)
        close(fd);
}

/* Another keeper will start another plane: until then packets go on where there is a fast path. */
static void keeper_gone(void *context)
{
    ((struct process *)context)->leaves = true;
    loop_stop(((struct process *)context)->loop, 0);
}

/* Without a keeper the log alone tells. */
static bool open_evidence(struct process *process)
{
    const struct config_recorder *config = &process->config->recorder;
    process->evidence = reporter_new(&(struct reporter_settings){.loop = process->loop,
                                                                 .unit = "plane",
                                                                 .chance = draw(NULL),
                                                                 .queue_bytes = config->queue_bytes,
                                                                 .different = EVIDENCE_DIFFERENT});
    process->report = plane_report_new(&process->plane, loop_timers(process->loop));
    process->keeper = (struct keeper_ear){.watch.fd = keeper_socket(),
                                          .loop = process->loop,
                                          .said = keeper_said,
                                          .gone = keeper_gone,
                                          .context = process};
    return process->evidence && process->report &&
           (process->keeper.watch.fd < 0 || keeper_listen(&process->keeper));
}

static void refused(void *context, const union socket_address *from, const char *message, const char *why,
                    struct bytes octets)
{
    const struct process *process = context;
    plane_report_refused(process->report, from, message, why, octets);
}

static void stop(void *context, int signal)
{
    struct process *process = context;
    (void)signal;
    loop_stop(process->loop, 0);
}

static bool complain(const char *what, const char *remedy)
{
    log_error("plane", NULL, "cannot %s: %s; %s", what, strerror(errno), remedy);
    return false;
}

static bool make_lan(struct network *network, const struct config_dnn *dnn)
{
    const struct lan_settings settings = {dnn->macs, dnn->mac_ageing, dnn->flood_unknown};
    if (dnn->type == CONFIG_ETHERNET)
        network->lan = lan_new(&settings, draw(NULL));
    return dnn->type != CONFIG_ETHERNET || network->lan;
}

static struct config_prefix prefix_of(const union socket_address *address)
{
    struct config_prefix prefix = {.family = (uint8_t)address->any.sa_family};
    bool v4 = prefix.family == AF_INET;
    prefix.length = v4 ? 32 : 128;
    memcpy(prefix.address, v4 ? (const void *)&address->v4.sin_addr : &address->v6.sin6_addr, v4 ? 4 : 16);
    return prefix;
}

/* Where phones may not send: what is configured, and the core's own addresses. */
static bool fill_infrastructure(struct process *process)
{
    const struct config_plane *own = process->own;
    unsigned count = 0, most = own->infrastructure_count + own->n3_count + 2;
    process->infrastructure = calloc(most, sizeof *process->infrastructure);
    if (!process->infrastructure)
        return false;
    for (unsigned i = 0; i < own->infrastructure_count; i++)
        process->infrastructure[count++] = own->infrastructure[i];
    for (unsigned i = 0; i < own->n3_count; i++)
        process->infrastructure[count++] = prefix_of(&own->n3[i]);
    process->infrastructure[count++] = prefix_of(&own->n4);
    process->infrastructure[count++] = prefix_of(&process->config->smf.n4);
    process->plane.policy.infrastructure = process->infrastructure;
    process->plane.policy.infrastructure_count = count;
    return true;
}

/* Those that it serves. */
static bool set_up_networks(struct process *process)
{
    const struct config_smf *smf = &process->config->smf;
    unsigned count = 0;
    process->networks = calloc(smf->dnn_count, sizeof *process->networks);
    if (!process->networks)
        return false;
    for (unsigned i = 0; i < smf->dnn_count; i++) {
        const struct config_dnn *dnn = &smf->dnns[i];
        if (!config_plane_serves(process->own, dnn->name))
            continue;
        network_describe(&process->networks[count], dnn, config_plane_network(process->own, dnn->name));
        if (!make_lan(&process->networks[count++], dnn))
            return false;
    }
    return plane_init(&process->plane, process->networks, count, process->worker_count + 1, draw(NULL));
}

static bool set_up_plane(struct process *process)
{
    const struct config_plane *own = process->own;
    if (!set_up_networks(process))
        return false;
    char name[64];
    snprintf(name, sizeof name, "plane-%s", own->name);
    process->plane.tap.trace = trace_new(process->loop, process->config->runtime_dir, name);
    for (unsigned i = 0; i < own->n3_count; i++) {
        struct config_prefix prefix = prefix_of(&own->n3[i]);
        process->plane.tap.own[prefix.family == AF_INET6] = own->n3[i];
        struct config_ip *ip = prefix.family == AF_INET ? &process->plane.n3_v4 : &process->plane.n3_v6;
        ip->family = prefix.family;
        memcpy(ip->address, prefix.address, sizeof ip->address);
    }
    process->plane.policy = (struct policy){
        .ue_to_ue = own->ue_to_ue,
        .tunnel_mtu = n3_mtu_inside(own),
        .buffer_per_session = own->buffer_per_session,
        .buffer_total = own->buffer_total,
        .slow_messages = SLOW_MESSAGES,
        .slow_packets = own->slow_packets,
        .gnbs = plane_gnbs_most(process->config),
        .shaping_delay = own->shaping_delay,
        .shaping_packets = own->shaping_packets,
    };
    process->plane.resting.time = own->teid_rest;
    process->plane.wake = wake;
    process->plane.wake_context = process;
    return fill_infrastructure(process);
}

static bool open_tun(struct process *process, unsigned index, bool *udp_segments)
{
    char device[IFNAMSIZ], why[256];
    unsigned networks = process->plane.network_count;
    const struct network *network = &process->networks[index];
    lead_device(process->own, index, device);
    for (unsigned i = 0; i < process->worker_count; i++) {
        int *fd = &process->tun[i * networks + index];
        *fd = network->lan ? tun_open_frames(device) : tun_open(device, udp_segments);
        if (*fd >= 0)
            continue;
        log_error("plane", NULL, "cannot open TUN device %s: %s; %s", device, strerror(errno),
                  errno == ENOENT || errno == ENODEV
                      ? "the kernel has no TUN: modprobe tun, or mknod /dev/net/tun c 10 200"
                  : errno == EBUSY ? "another process has it: stop that one, or change planes.tun"
                                   : "CAP_NET_ADMIN is needed: run as root");
        return false;
    }
    if (network->lan ? host_set_up_port(device, config_find_dnn(process->config, network->name)->bridge,
                                        network, why, sizeof why)
                     : host_set_up_device(device, network, why, sizeof why))
        return true;
    log_error("plane", NULL, "%s", why);
    return false;
}

static bool open_n3(struct process *process, int fds[2])
{
    char text[VALUE_TEXT_BYTES];
    fds[0] = fds[1] = -1;
    for (unsigned i = 0; i < process->own->n3_count; i++) {
        const union socket_address *address = &process->own->n3[i];
        int *fd = &fds[address->any.sa_family == AF_INET6];
        *fd = n3_open(address, process->worker_count);
        if (*fd < 0) {
            log_error(
                "plane", NULL,
                "cannot open N3 on %s: %s; is another UPF running (ss -lunp), is the address up (ip addr)?",
                config_endpoint_text(address, text), strerror(errno));
            return false;
        }
    }
    return true;
}

static bool start_workers(struct process *process)
{
    unsigned networks = process->plane.network_count;
    bool udp_segments = false;
    process->tun = calloc((size_t)process->worker_count * networks, sizeof *process->tun);
    process->workers = calloc(process->worker_count, sizeof(struct worker *));
    if (!process->tun || !process->workers)
        return complain("start packet workers", "more memory is needed");
    for (unsigned i = 0; i < networks; i++)
        if (!open_tun(process, i, &udp_segments))
            return false;
    for (unsigned i = 0; i < process->worker_count; i++) {
        struct worker_settings settings = {.plane = &process->plane,
                                           .lane = &process->plane.lanes[i],
                                           .tun = &process->tun[i * networks],
                                           .udp_segments = udp_segments,
                                           .seed = draw(NULL)};
        if (!open_n3(process, settings.n3))
            return false;
        if (i == 0)
            memcpy(process->n3, settings.n3, sizeof process->n3);
        process->workers[i] = worker_new(&settings);
        if (!process->workers[i] || !worker_start(process->workers[i]))
            return complain("start a packet worker", "more memory or a higher limit of threads is needed");
    }
    return transmit_init(&process->transmit, &process->plane, process->n3[0], process->n3[1]);
}

static bool open_n4(struct process *process)
{
    const union socket_address *address = &process->own->n4;
    char text[VALUE_TEXT_BYTES];
    int size = 4 << 20;
    process->n4 = (struct watch){socket(address->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                                 n4_ready};
    process->news = (struct watch){eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), news_ready};
    if (process->n4.fd < 0 || process->news.fd < 0)
        return complain("open a socket", "raise the limit of open files");
    setsockopt(process->n4.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if (bind(process->n4.fd, &address->any, address_length(address)) != 0) {
        log_error("plane", NULL,
                  "cannot open PFCP on %s: %s; is another UPF running (ss -lunp), is the address up?",
                  config_endpoint_text(address, text), strerror(errno));
        return false;
    }
    return loop_watch(process->loop, &process->n4, EPOLLIN) &&
           loop_watch(process->loop, &process->news, EPOLLIN);
}

static bool ran_port_state(void *context, bool *in_force)
{
    const struct process *process = context;
    *in_force = process->ran_port && ran_port_in_force(process->ran_port);
    return process->ran_port != NULL;
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

/* A predecessor's, of which no session has been heard. */
static void unlead(void *context, unsigned network, const struct fast_prefix *prefix)
{
    enum { MAPPED = 96 };
    const struct process *process = context;
    const bool v4 = fast_is_v4(prefix);
    struct config_prefix route = {.family = v4 ? AF_INET : AF_INET6,
                                  .length = (uint8_t)(prefix->length - (v4 ? MAPPED : 0))};
    memcpy(route.address, (const uint8_t *)&prefix->address + (v4 ? 12 : 0), v4 ? 4 : 16);
    if (network < process->plane.network_count &&
        !routes_find(&process->plane.routes, v4 ? 4 : 6, route.address))
        lead_away(&process->lead, &process->plane.networks[network], &route);
}

static bool start_agent(struct process *process)
{
    const struct config_smf *smf = &process->config->smf;
    const union socket_address *own = &process->own->n4;
    bool v4 = own->any.sa_family == AF_INET;
    struct pfcp_ip ip = {.has_v4 = v4, .has_v6 = !v4};
    if (v4)
        memcpy(ip.v4, &own->v4.sin_addr, 4);
    else
        memcpy(ip.v6, &own->v6.sin6_addr, 16);
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
    return process->agent != NULL;
}

static json_t *admin_status(void *context, const json_t *request)
{
    const struct process *process = context;
    (void)request;
    return status_reply(process->agent, process->own);
}

static json_t *admin_session(void *context, const json_t *request)
{
    return session_reply(((const struct process *)context)->agent, request);
}

static json_t *admin_gnb(void *context, const json_t *request)
{
    return gnb_reply(((const struct process *)context)->agent, request);
}

static json_t *admin_paths(void *context, const json_t *request)
{
    (void)request;
    return paths_reply(((const struct process *)context)->agent);
}

static json_t *admin_rules(void *context, const json_t *request)
{
    return rules_reply(((const struct process *)context)->agent, request);
}

static json_t *admin_counters(void *context, const json_t *request)
{
    (void)request;
    return counters_reply(((const struct process *)context)->agent);
}

static json_t *admin_capture(void *context, const json_t *request)
{
    const struct process *process = context;
    return capture_reply(process->capture, process->agent, admin_user(process->admin), request);
}

static json_t *admin_sender(void *context, const json_t *request)
{
    (void)request;
    return sender_reply(((const struct process *)context)->agent);
}

static json_t *admin_metrics(void *context, const json_t *request)
{
    const struct process *process = context;
    json_t *reply = metrics_reply(process->agent);
    (void)request;
    if (process->ran_port)
        ran_port_metrics(process->ran_port, json_object_get(reply, "metrics"));
    return reply;
}

static json_t *admin_ran_port(void *context, const json_t *request)
{
    const struct process *process = context;
    (void)request;
    return process->ran_port ? ran_port_reply(process->ran_port)
                             : admin_refuse("the first plane of the configuration holds the RAN port");
}

/* Only the log and the RAN port can change under a running plane. */
static bool reload(struct process *process)
{
    struct config *config = policy_load_again(process->config_path, "plane"), *unused = config;
    if (config && process->ran_port && ran_port_follow(process->ran_port, &config->inventory.ran_port)) {
        unused = process->reloaded;
        process->reloaded = config;
    }
    config_free(unused);
    return config != NULL;
}

static void on_reload(void *context, int number)
{
    (void)number;
    reload(context);
}

static json_t *admin_reload(void *context, const json_t *request)
{
    (void)request;
    return reload(context) ? json_object() : admin_refuse("the configuration is wrong (see the log)");
}

static void serve_admin(struct process *process)
{
    static const struct admin_verb verbs[] = {
        {"status", admin_status},     {"session", admin_session},   {"gnb", admin_gnb},
        {"metrics", admin_metrics},   {"ran_port", admin_ran_port}, {"sender", admin_sender},
        {"reload", admin_reload},     {"paths", admin_paths},       {"rules", admin_rules},
        {"counters", admin_counters}, {"capture", admin_capture},
    };
    char path[256], name[64];
    snprintf(path, sizeof path, "%s/plane-%s.sock", process->config->runtime_dir, process->own->name);
    snprintf(name, sizeof name, "plane-%s", process->own->name);
    process->admin = admin_serve(process->loop, path, name, verbs, sizeof verbs / sizeof verbs[0], process);
    if (!process->admin)
        log_warning("plane", NULL, "no admin socket at %s: %s; `demarc status` will not see this plane", path,
                    strerror(errno));
}

static int run(struct process *process)
{
    char text[VALUE_TEXT_BYTES], note[256];
    process->worker_count = plane_workers(process->own);
    if (!fill_pool())
        return complain("draw random numbers", "getrandom(2) must be there and allowed") ? 0 : 1;
    process->loop = loop_new();
    if (!process->loop || !set_up_plane(process))
        return complain("set up the plane", "more memory is needed") ? 0 : 1;
    loop_on_settle(process->loop, settle, process);
    loop_on_signal(process->loop, SIGTERM, stop,
                   process); /* before the workers start: they must not take signals */
    loop_on_signal(process->loop, SIGINT, stop, process);
    loop_on_signal(process->loop, SIGHUP, on_reload, process);
    fast_start(&process->fast, &process->plane, process->config, process->own);
    process->n3_mtu = n3_mtu_follow(process->loop, &process->plane, process->own);
    if (process->plane.fast)
        process->fast_watch = fast_watch_new(process->loop, &process->fast, process->own);
    if (!open_n4(process) || !start_agent(process) || !start_workers(process) || !open_evidence(process))
        return 1;
    snprintf(note, sizeof note, "%s/plane-%s.forwarding", process->config->runtime_dir, process->own->name);
    host_open_internet(&process->host, process->own, process->networks, process->plane.network_count, note);
    process->lead = (struct lead){process->own, process->own->nat && process->plane.fast, process->host.nat};
    process->fast.unlead = unlead;
    process->fast.unlead_context = process;
    if (process->own == &process->config->planes[0])
        process->ran_port = ran_port_new(process->config, loop_timers(process->loop), process->plane.fast);
    if (process->ran_port)
        ran_port_hold(process->ran_port);
    process->capture =
        capture_new(process->loop, &process->plane, process->config->runtime_dir, process->own->name);
    serve_admin(process);
    log_info("plane", NULL, "user plane %s ready: N3 %s, %u data networks, %u workers", process->own->name,
             config_endpoint_text(&process->own->n3[0], text), process->plane.network_count,
             process->worker_count);
    agent_start(process->agent);
    return loop_run(process->loop);
}

static void close_down(struct process *process)
{
    process->lead.config = NULL; /* what leads there goes with the devices, or stays with the program */
    for (unsigned i = 0; process->workers && i < process->worker_count; i++)
        worker_free(process->workers[i]);
    if (process->admin)
        admin_close(process->admin);
    fast_watch_free(process->fast_watch);
    n3_mtu_free(process->n3_mtu);
    const bool leaves = process->leaves && process->plane.fast;
    capture_free(process->capture);
    if (leaves)
        fast_leave(&process->plane);
    else if (process->agent)
        agent_end(process->agent);
    if (process->agent)
        agent_free(process->agent);
    ran_port_free(process->ran_port);
    plane_report_free(process->report);
    reporter_free(process->evidence);
    keeper_shut(&process->keeper);
    config_free(process->reloaded);
    if (!leaves)
        host_restore(&process->host);
    fast_end(&process->plane, process->own);
    transmit_free(&process->transmit);
    if (process->networks && process->plane.lanes)
        plane_free(&process->plane);
    trace_free(process->plane.tap.trace);
    free(process->networks);
    free(process->infrastructure);
    free(process->workers);
    free(process->tun);
    if (process->loop)
        loop_free(process->loop);
}

static const struct config_plane *find_plane(const struct config *config, const char *name)
{
    for (unsigned i = 0; i < config->plane_count; i++)
        if (!name || strcmp(config->planes[i].name, name) == 0)
            return &config->planes[i];
    return NULL;
}

int plane_main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {0}};
    const char *file = NULL;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option != 'c') {
            fprintf(stderr, "usage: demarc plane [-c FILE] [NAME]\n");
            return 2;
        }
        file = optarg;
    }
    struct config_error error;
    struct config *config = policy_load(file, &error);
    if (!config) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    log_setup((struct log_settings){.level = config->log_level, .json = config->log_json, .name = "plane"});
    struct process process = {.config = config,
                              .config_path = file,
                              .own = find_plane(config, argv[optind]),
                              .n4.fd = -1,
                              .keeper.watch.fd = -1};
    int status = 2;
    if (process.own) {
        status = run(&process);
        close_down(&process);
    } else {
        log_error("plane", NULL, "no user plane named `%s` is configured", argv[optind]);
    }
    config_free(config);
    return status;
}
