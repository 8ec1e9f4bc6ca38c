/* SPDX-License-Identifier: Apache-2.0 */
#include "core/control_inside.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crypt/random.h"
#include "kit/log.h"
#include "kit/trace.h"
#include "line/reporter.h"
#include "line/shown.h"

enum { PATH_BYTES = 256, DATAGRAM_BYTES = 8192, DATAGRAMS = 32, STORE_BUSY_MS = 2000 };

/* --- copies for `demarc trace` --- */

static const struct line_shown shown = {
    .what = "PFCP messages of all sessions",
    .deciphered = "NAS messages of all phones, deciphered, and PFCP messages of all sessions"};

static void trace(const struct control *control, enum trace_kind kind, bool incoming,
                  const union socket_address *own, const union socket_address *peer, struct bytes bytes)
{
    trace_send(control->trace, &(struct trace_record){.kind = kind,
                                                      .incoming = incoming,
                                                      .from = incoming ? *peer : *own,
                                                      .to = incoming ? *own : *peer,
                                                      .bytes = bytes});
}

static void trace_pfcp(const struct control *control, bool incoming, const union socket_address *peer,
                       struct bytes datagram)
{
    if (trace_wanted(control->trace))
        trace(control, TRACE_PFCP, incoming, &control->config->smf.n4, peer, datagram);
}

/* From and to where the message's NGAP goes: control knows the gNB's end; of ours it takes the first address of that family. */
static void trace_nas(void *context, const struct core_peer *gnb, bool uplink, struct bytes plain)
{
    const struct control *control = context;
    const struct config_edge *edge =
        trace_wanted_deciphered(control->trace) ? config_find_edge(control->config, gnb->edge) : NULL;
    for (unsigned i = 0; edge && i < edge->listen_count; i++) {
        if (edge->listen[i].any.sa_family != gnb->address.any.sa_family)
            continue;
        trace(control, TRACE_NAS, uplink, &edge->listen[i], &gnb->address, plain);
        return;
    }
}

/* --- N4 --- */

static void send_pfcp(void *context, const union socket_address *peer, struct bytes datagram)
{
    struct control *control = context;
    trace_pfcp(control, false, peer, datagram);
    if (sendto(control->n4.fd, datagram.data, datagram.len, 0, &peer->any, address_length(peer)) < 0)
        log_debug("control", NULL, "PFCP not sent: %s", strerror(errno));
}

static void n4_ready(struct watch *watch, uint32_t events)
{
    static uint8_t datagrams[DATAGRAMS][DATAGRAM_BYTES];
    struct control *control = (struct control *)((char *)watch - offsetof(struct control, n4));
    struct mmsghdr headers[DATAGRAMS] = {0};
    struct iovec views[DATAGRAMS];
    union socket_address peers[DATAGRAMS];
    (void)events;
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        views[i] = (struct iovec){datagrams[i], DATAGRAM_BYTES};
        headers[i].msg_hdr = (struct msghdr){
            .msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &views[i], .msg_iovlen = 1};
    }
    int count = recvmmsg(watch->fd, headers, DATAGRAMS, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) {
        struct bytes datagram = bytes_of(datagrams[i], headers[i].msg_len);
        trace_pfcp(control, true, &peers[i], datagram);
        core_pfcp(control->core, &peers[i], datagram);
    }
}

static int n4_open(const union socket_address *address)
{
    int fd = socket(address->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int size = 4 * 1024 * 1024;
    if (fd >= 0 && bind(fd, &address->any, address_length(address)) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return fd;
}

/* --- life --- */

static void link_flush(const struct edge_link *link)
{
    if (link->inside)
        inside_flush(link->inside);
    else
        channel_flush(link->channel);
}

static void settle(void *context)
{
    struct control *control = context;
    bool durable = true;
    control_serve(control);
    do
        durable &= core_settle(control->core);
    while (control_inside_deliver(control));
    admin_flush(control->admin, durable ? NULL : "the store refused the change (see the log)");
    for (struct edge_link *link = control->links; link; link = link->next)
        link_flush(link);
    control_sbi_flush(control);
    reporter_flush(control->evidence);
}

static void on_signal(void *context, int signal)
{
    struct control *control = context;
    if (signal != SIGHUP)
        loop_stop(control->loop, 0);
    else
        control_reload(control);
}

/* The first half of what Linux draws at each boot; 0: it does not say. */
static int64_t boot_of_host(void)
{
    char text[40] = "";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!file)
        return 0;
    const bool read = fgets(text, 9, file) != NULL;
    fclose(file);
    return read ? (int64_t)strtoull(text, NULL, 16) : 0;
}

static bool complain(const char *what, const char *why)
{
    log_error("control", NULL, "%s: %s", what, why);
    return false;
}

static bool open_store(struct control *control)
{
    enum store_result result;
    const char *why;
    struct store_settings settings = {
        .path = control->config->store_path, .sync = control->config->store_sync, .busy_ms = STORE_BUSY_MS};
    mkdir(control->config->state_dir, 0750);
    control->store = store_open(settings, &result, &why);
    return control->store || complain("store", why);
}

static bool open_core(struct control *control)
{
    const char *why;
    control->core = core_new(
        (struct core_settings){
            .config = control->config,
            .store = control->store,
            .timers = loop_timers(control->loop),
            .random = random_system(),
            .wall = wall_now(),
            .read_wall = wall_now,
            .boot = boot_of_host(),
            .ports = {.context = control,
                      .ngap = control_send_ngap,
                      .close = control_close_association,
                      .pfcp = send_pfcp,
                      .gateway = control_gateway_ask,
                      .nas = trace_nas,
                      .sbi_request = control_sbi_request,
                      .sbi_response = control_sbi_response},
        },
        &why);
    gate_init(&control->gate, control->core, random_u64(random_system()));
    return control->core || complain("the core cannot start", why);
}

static bool watch_socket(struct control *control, struct watch *watch, const char *what)
{
    return (watch->fd >= 0 && loop_watch(control->loop, watch, EPOLLIN)) || complain(what, strerror(errno));
}

static bool open_sockets(struct control *control)
{
    const struct config *config = control->config;
    char path[PATH_BYTES], text[VALUE_TEXT_BYTES];
    control->n4 = (struct watch){.fd = n4_open(&config->smf.n4), .ready = n4_ready};
    if (!watch_socket(control, &control->n4, config_endpoint_text(&config->smf.n4, text)))
        return false;
    if (!control_wicket_open(control))
        return complain("N2", strerror(errno));
    snprintf(path, sizeof path, "%s/control.sock", config->runtime_dir);
    control->admin = admin_serve(control->loop, path, "control", control_verbs, control_verb_count, control);
    return control->admin || complain(path, strerror(errno));
}

void control_set_timezone(const struct control *control)
{
    const char *zone = control->config->network.timezone;
    if (strcmp(zone, "auto") == 0)
        zone = control->host_timezone;
    if (zone)
        setenv("TZ", zone, 1);
    else
        unsetenv("TZ");
    tzset();
}

static bool open_sbi(struct control *control)
{
    char text[VALUE_TEXT_BYTES];
    const char *why;
    return control_sbi_open(control, &why) ||
           complain(config_endpoint_text(&control->started->sbi.listen, text), why);
}

static bool set_up(struct control *control)
{
    control->n4.fd = control->keeper.watch.fd = -1;
    control->loop = loop_new();
    control->buffer = malloc(CHANNEL_MESSAGE_BYTES);
    if (!control->loop || !control->buffer)
        return complain("control", "out of memory");
    const char *zone = getenv("TZ");
    control->host_timezone = zone ? strdup(zone) : NULL;
    control_set_timezone(control);
    mkdir(control->config->runtime_dir, 0755);
    control->trace = trace_new(control->loop, control->config->runtime_dir, "control");
    line_shows(control->trace, &shown);
    if (!open_store(control) || !open_core(control) || !control_evidence_open(control) ||
        !control_reload_open(control) || !open_sockets(control) || !open_sbi(control))
        return false;
    loop_on_settle(control->loop, settle, control);
    log_info("control", NULL, "number of UEs: %zu, sessions: %u", control->core->ues_by_supi.count,
             control->core->sessions);
    loop_on_signal(control->loop, SIGTERM, on_signal, control);
    loop_on_signal(control->loop, SIGINT, on_signal, control);
    bool ready = loop_on_signal(control->loop, SIGHUP, on_signal, control);
    settle(control);
    return ready;
}

static void shut(struct watch *watch)
{
    if (watch->fd >= 0)
        close(watch->fd);
}

static void tear_down(struct control *control)
{
    if (control->admin)
        admin_close(control->admin);
    control_reload_close(control);
    control_wicket_close(control);
    control_sbi_close(control);
    control_gateway_close(control);
    reporter_free(control->evidence);
    if (control->core)
        core_free(control->core);
    if (control->store)
        store_close(control->store);
    shut(&control->n4);
    gate_free(&control->gate);
    free(control->buffer);
    trace_free(control->trace);
    if (control->loop)
        loop_free(control->loop);
    if (control->config != control->started)
        config_free(control->config);
    config_free(control->started);
    free(control->host_timezone);
}

int control_main(struct config *config, const char *config_path, const char *name)
{
    struct control control = {.config = config, .started = config, .config_path = config_path};
    (void)name;
    int code = set_up(&control) ? loop_run(control.loop) : 1;
    tear_down(&control);
    return code;
}
