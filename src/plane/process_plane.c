/* SPDX-License-Identifier: Apache-2.0 */
/* The plane as it is configured, and the workers that carry its packets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "kit/log.h"
#include "line/shown.h"
#include "plane/configured.h"
#include "plane/draw.h"
#include "plane/process.h"

enum {
    /* Of GTP-U, in a second and of one gNB: it has one echo request a second to send, and an end marker for each phone that moves. */
    SLOW_MESSAGES = 1000,
};

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

static void wake(void *context)
{
    struct process *process = context;
    eventfd_write(process->news.fd, 1);
}

bool process_set_up(struct process *process)
{
    static const struct line_shown shown = {.what = "packets of all sessions on the slow path"};
    const struct config_plane *own = process->own;
    if (!set_up_networks(process))
        return false;
    char name[64];
    snprintf(name, sizeof name, "plane-%s", own->name);
    process->plane.tap.trace = trace_new(process->loop, process->config->runtime_dir, name);
    line_shows(process->plane.tap.trace, &shown);
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
        .slow_traffic = own->slow_traffic,
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
    tun_stay(process->tun[index], device, true);
    if (network->lan ? host_set_up_port(device, fast_lead_frames(&process->plane, process->own, network),
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

bool process_start_workers(struct process *process)
{
    unsigned networks = process->plane.network_count;
    bool udp_segments = false;
    process->tun = calloc((size_t)process->worker_count * networks, sizeof *process->tun);
    process->workers = calloc(process->worker_count, sizeof(struct worker *));
    if (!process->tun || !process->workers)
        return process_complain("start packet workers", "more memory is needed");
    tun_sweep();
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
            return process_complain("start a packet worker",
                                    "more memory or a higher limit of threads is needed");
    }
    return transmit_init(&process->transmit, &process->plane, process->n3[0], process->n3[1]) ||
           process_complain("send from the agent", "more memory is needed");
}
