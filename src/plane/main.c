/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the process: start, signals, what happens at every turn of its loop, end. */
#include "plane/main.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit/log.h"
#include "line/policy.h"
#include "plane/configured.h"
#include "plane/draw.h"
#include "plane/process.h"

enum { EVIDENCE_DIFFERENT = 1024 };

bool process_complain(const char *what, const char *remedy)
{
    log_error("plane", NULL, "cannot %s: %s; %s", what, strerror(errno), remedy);
    return false;
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
    return (process->evidence && process->report &&
            (process->keeper.watch.fd < 0 || keeper_listen(&process->keeper))) ||
           process_complain("keep evidence", "more memory is needed");
}

static void stop(void *context, int signal)
{
    struct process *process = context;
    (void)signal;
    loop_stop(process->loop, 0);
}

static void on_reload(void *context, int number)
{
    (void)number;
    process_reload(context);
}

static bool prepare(struct process *process)
{
    process->worker_count = plane_workers(process->own);
    if (!draw_begin())
        return process_complain("draw random numbers", "getrandom(2) must be there and allowed");
    process->loop = loop_new();
    if (!process->loop || !process_set_up(process))
        return process_complain("set up the plane", "more memory is needed");
    loop_on_settle(process->loop, settle, process);
    /* Before the workers start: they must not take signals. */
    loop_on_signal(process->loop, SIGTERM, stop, process);
    loop_on_signal(process->loop, SIGINT, stop, process);
    loop_on_signal(process->loop, SIGHUP, on_reload, process);
    return true;
}

static void start_fast_path(struct process *process)
{
    fast_start(&process->fast, &process->plane, process->config, process->own);
    process->n3_mtu = n3_mtu_follow(process->loop, &process->plane, process->own);
    if (process->plane.fast)
        process->fast_watch = fast_watch_new(process->loop, &process->fast, process->own);
}

/* What the host does for phones, and lets in of what gNBs send. */
static void enlist_host(struct process *process)
{
    char note[256];
    snprintf(note, sizeof note, "%s/plane-%s.forwarding", process->config->runtime_dir, process->own->name);
    host_open_internet(&process->host, process->own, &process->plane, note);
    process->lead = (struct lead){process->own, process->own->nat && process->plane.fast, process->host.nat};
    process->fast.unlead = process_unlead;
    process->fast.unlead_context = process;
    lead_settle(&process->lead, &process->plane);
    if (process->own == &process->config->planes[0])
        process->ran_port = ran_port_new(process->config, loop_timers(process->loop), process->plane.fast);
    if (process->ran_port)
        ran_port_hold(process->ran_port);
}

static int run(struct process *process)
{
    char text[VALUE_TEXT_BYTES];
    if (!prepare(process))
        return 1;
    start_fast_path(process);
    if (!process_open_n4(process) || !process_start_agent(process) || !process_start_workers(process) ||
        !open_evidence(process))
        return 1;
    enlist_host(process);
    process->capture =
        capture_new(process->loop, &process->plane, process->config->runtime_dir, process->own->name);
    process_serve_admin(process);
    log_info("plane", NULL, "user plane %s ready: N3 %s, %u data networks, %u workers", process->own->name,
             config_endpoint_text(&process->own->n3[0], text), process->plane.network_count,
             process->worker_count);
    agent_start(process->agent);
    return loop_run(process->loop);
}

static void take_devices_down(const struct process *process)
{
    char device[IFNAMSIZ];
    for (unsigned i = 0; process->tun && i < process->plane.network_count; i++)
        tun_stay(process->tun[i], lead_device(process->own, i, device), false);
}

static void close_down(struct process *process)
{
    const bool leaves = process->leaves && process->plane.fast;
    if (!leaves)
        take_devices_down(process);
    process->lead.config = NULL; /* what leads there goes with the devices, or stays with the program */
    for (unsigned i = 0; process->workers && i < process->worker_count; i++)
        worker_free(process->workers[i]);
    if (process->admin)
        admin_close(process->admin);
    fast_watch_free(process->fast_watch);
    n3_mtu_free(process->n3_mtu);
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
