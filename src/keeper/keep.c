/* SPDX-License-Identifier: Apache-2.0 */
#include "keeper/keep.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/broker.h"
#include "keeper/child.h"
#include "keeper/notify.h"
#include "kit/log.h"
#include "kit/loop.h"
#include "line/policy.h"

enum { STOP_PATIENCE_MS = 3000, READY_POLL_MS = 10, READY_PATIENCE_MS = 10000 };

struct keeper {
    const struct config *config; /* the run began with it: who lives, and at which addresses */
    struct config *reloaded;     /* NULL, or what the edges' terms follow */
    const char *config_path;
    struct host_user user;
    struct loop *loop;
    struct child *children; /* the first is control, the second the recorder */
    unsigned count;
    bool stopping;
    enum child_stage stage; /* being stopped */
    struct timer patience;  /* with the stage that is being stopped */
    struct timer ready;
    int64_t started;
};

static struct keeper *the_keeper; /* one a process; timers of children find it here */

/* --- Charters --- */

/* Users of their own need a keeper that may give them. */
static void give_terms(const struct keeper *keeper, const struct child *child)
{
    const struct config *config = keeper->reloaded ? keeper->reloaded : keeper->config;
    const uint32_t index = (uint32_t)(child->edge - keeper->config->edges);
    broker_give_terms(child, config, geteuid() == 0 ? keeper->config->first_uid + index : 0);
}

static void renew_terms(struct keeper *keeper)
{
    struct config *config = policy_load_again(keeper->config_path, "keeper");
    if (!config)
        return;
    config_forget_secrets(config);
    config_keep(config, keeper->config);
    config_free(keeper->reloaded);
    keeper->reloaded = config;
    for (unsigned i = 0; i < keeper->count; i++)
        if (keeper->children[i].edge && keeper->children[i].pid)
            give_terms(keeper, &keeper->children[i]);
}

/* Control has accepted what the others are to follow. */
static void follow(struct keeper *keeper)
{
    renew_terms(keeper);
    for (unsigned i = 0; i < keeper->count; i++)
        if (keeper->children[i].pid && strcmp(keeper->children[i].role, "plane") == 0)
            kill(keeper->children[i].pid, SIGHUP);
}

/* Its wicket is closed on the inner side; a new process gets a new one. */
static void replace(const struct keeper *keeper, const char *edge)
{
    for (unsigned i = 0; i < keeper->count; i++)
        if (keeper->children[i].edge && keeper->children[i].pid &&
            strcmp(keeper->children[i].name, edge) == 0)
            kill(keeper->children[i].pid, SIGKILL);
}

static void control_speaks(struct watch *watch, uint32_t events)
{
    const struct child *control = (struct child *)((char *)watch - offsetof(struct child, charter));
    struct charter charter;
    while (broker_hear(control, &charter)) {
        if (charter.kind == CHARTER_REPLACE)
            replace(the_keeper, charter.name);
        else if (charter.kind == CHARTER_RELOAD)
            follow(the_keeper);
    }
    if (events & (EPOLLHUP | EPOLLERR))
        loop_forget(the_keeper->loop, watch);
}

/* An edge or a plane that broke the rules towards the recorder. Nobody has control replaced. */
static void replace_source(const struct keeper *keeper, const char *source)
{
    char name[CHARTER_NAME_BYTES];
    for (unsigned i = 1; i < keeper->count; i++)
        if (keeper->children[i].reports && keeper->children[i].pid &&
            strcmp(broker_source_name(&keeper->children[i], name), source) == 0)
            kill(keeper->children[i].pid, SIGKILL);
}

static void recorder_speaks(struct watch *watch, uint32_t events)
{
    const struct child *recorder = (struct child *)((char *)watch - offsetof(struct child, charter));
    struct charter charter;
    while (broker_hear(recorder, &charter))
        if (charter.kind == CHARTER_REPLACE)
            replace_source(the_keeper, charter.name);
    if (events & (EPOLLHUP | EPOLLERR))
        loop_forget(the_keeper->loop, watch);
}

static void listen_to(const struct keeper *keeper, struct child *child,
                      void (*speaks)(struct watch *watch, uint32_t events))
{
    char title[64];
    child->charter.ready = speaks;
    if (!loop_watch(keeper->loop, &child->charter, EPOLLIN))
        log_error("keeper", NULL, "%s cannot be heard: %s", child_title(child, title), strerror(errno));
}

static void introduce_control(const struct keeper *keeper, struct child *control)
{
    listen_to(keeper, control, control_speaks);
    for (unsigned i = 0; i < keeper->count; i++)
        if (keeper->children[i].edge)
            broker_introduce(&keeper->children[i], control);
}

static void introduce_recorder(const struct keeper *keeper, struct child *recorder)
{
    listen_to(keeper, recorder, recorder_speaks);
    for (unsigned i = 0; i < keeper->count; i++)
        if (keeper->children[i].reports) {
            broker_announce_source(recorder, &keeper->children[i]);
            broker_introduce_source(recorder, &keeper->children[i]);
        }
}

static void introduce(struct keeper *keeper, struct child *child)
{
    struct child *control = &keeper->children[0], *recorder = &keeper->children[1];
    if (child->edge) {
        give_terms(keeper, child);
        broker_introduce(child, control);
    }
    if (child->reports)
        broker_introduce_source(recorder, child);
    if (child == control)
        introduce_control(keeper, child);
    if (child == recorder)
        introduce_recorder(keeper, child);
}

static void end_charter(struct keeper *keeper, struct child *child)
{
    if (child->charter.fd >= 0)
        loop_forget(keeper->loop, &child->charter);
    child_hang_up(child);
}

/* --- Starting one --- */

static void start_child(struct keeper *keeper, struct child *child)
{
    if (!child_start(child, keeper->config, keeper->config_path, keeper->user))
        timer_start(loop_timers(keeper->loop), &child->again, SECONDS(1));
    else if (child->chartered)
        introduce(keeper, child);
}

static void start_again(struct timer *timer)
{
    struct child *child = (struct child *)((char *)timer - offsetof(struct child, again));
    if (!the_keeper->stopping)
        start_child(the_keeper, child);
}

/* --- Stopping, stage by stage --- */

static bool stage_runs(const struct keeper *keeper)
{
    for (unsigned i = 0; i < keeper->count; i++)
        if (keeper->children[i].pid && keeper->children[i].stage == keeper->stage)
            return true;
    return false;
}

static void signal_stage(const struct keeper *keeper, int number)
{
    for (unsigned i = 0; i < keeper->count; i++)
        if (keeper->children[i].pid && keeper->children[i].stage == keeper->stage)
            kill(keeper->children[i].pid, number);
}

static void stop_stages(struct keeper *keeper)
{
    while (keeper->stage < STAGES && !stage_runs(keeper))
        keeper->stage++;
    if (keeper->stage == STAGES) {
        loop_stop(keeper->loop, 0);
        return;
    }
    signal_stage(keeper, SIGTERM);
    timer_start(loop_timers(keeper->loop), &keeper->patience, MILLISECONDS(STOP_PATIENCE_MS));
}

static void out_of_patience(struct timer *timer)
{
    struct keeper *keeper = (struct keeper *)((char *)timer - offsetof(struct keeper, patience));
    log_warning("keeper", NULL, "some processes do not stop: they are killed");
    signal_stage(keeper, SIGKILL);
}

static void on_stop(void *context, int number)
{
    struct keeper *keeper = context;
    (void)number;
    if (keeper->stopping)
        return;
    log_info("keeper", NULL, "stopping");
    notify_service("STOPPING=1");
    keeper->stopping = true;
    keeper->stage = STAGE_OUTSIDE;
    stop_stages(keeper);
}

/* --- Deaths --- */

static void bury(struct keeper *keeper, struct child *child, int status)
{
    char title[64];
    child->pid = 0;
    end_charter(keeper, child);
    if (keeper->stopping)
        return;
    int64_t pause = child_pause(child, clock_now());
    if (WIFSIGNALED(status))
        log_warning("keeper", NULL, "%s was killed by signal %d (%s); started again",
                    child_title(child, title), WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        log_warning("keeper", NULL, "%s ended with code %d; started again", child_title(child, title),
                    WEXITSTATUS(status));
    if (pause)
        timer_start(loop_timers(keeper->loop), &child->again, pause);
    else
        start_child(keeper, child);
}

static void on_death(void *context, int number)
{
    struct keeper *keeper = context;
    int status;
    (void)number;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (unsigned i = 0; i < keeper->count; i++)
            if (keeper->children[i].pid == pid)
                bury(keeper, &keeper->children[i], status);
    if (keeper->stopping && !stage_runs(keeper))
        stop_stages(keeper);
}

static void on_reload(void *context, int number)
{
    struct keeper *keeper = context;
    for (unsigned i = 0; i < keeper->count; i++)
        if (keeper->children[i].pid && !keeper->children[i].edge)
            kill(keeper->children[i].pid, number);
    renew_terms(keeper);
}

static void on_orphaned(void *context, int number)
{
    (void)context;
    (void)number;
    log_warning("keeper", NULL, "the outermost process was killed; going on without it");
}

/* --- Starting --- */

static void check_ready(struct timer *timer)
{
    struct keeper *keeper = (struct keeper *)((char *)timer - offsetof(struct keeper, ready));
    int64_t elapsed = clock_now() - keeper->started;
    for (unsigned i = 0; i < keeper->count; i++)
        if (!child_is_up(&keeper->children[i], keeper->config) && elapsed < MILLISECONDS(READY_PATIENCE_MS)) {
            timer_start(loop_timers(keeper->loop), timer, MILLISECONDS(READY_POLL_MS));
            return;
        }
    notify_service("READY=1");
    if (elapsed < MILLISECONDS(READY_PATIENCE_MS))
        log_info("keeper", NULL, "all %u processes are up after %lld ms", keeper->count,
                 (long long)(elapsed / MILLISECONDS(1)));
    else
        log_error("keeper", NULL, "not all processes have come up; their log lines above say why");
}

static void add(struct keeper *keeper, struct child child)
{
    child.answers = strcmp(child.role, "console") != 0;
    child.again.fire = start_again;
    child.charter.fd = -1;
    keeper->children[keeper->count++] = child;
}

static bool list_children(struct keeper *keeper)
{
    const struct config *config = keeper->config;
    keeper->children = calloc(config->plane_count + config->edge_count + 3, sizeof *keeper->children);
    if (!keeper->children)
        return false;
    const bool inside = config->inventory.isolation == CONFIG_ISOLATION_NONE;
    add(keeper, (struct child){.role = "control",
                               .stage = STAGE_CONTROL,
                               .unprivileged = true,
                               .chartered = true,
                               .reports = true,
                               .has_edges = inside});
    add(keeper, (struct child){.role = "recorder", .stage = STAGE_RECORDER, .chartered = true});
    for (unsigned i = 0; i < config->plane_count; i++) {
        if (config->planes[i].external)
            continue;
        add(keeper, (struct child){.role = "plane",
                                   .name = config->planes[i].name,
                                   .stage = STAGE_PLANE,
                                   .chartered = true,
                                   .reports = true});
    }
    for (unsigned i = 0; !inside && i < config->edge_count; i++)
        add(keeper, (struct child){.role = "edge",
                                   .name = config->edges[i].name,
                                   .edge = &config->edges[i],
                                   .stage = STAGE_OUTSIDE,
                                   .chartered = true,
                                   .reports = true});
    if (config->metrics.any.sa_family || config->console.any.sa_family)
        add(keeper, (struct child){.role = "console", .stage = STAGE_OUTSIDE, .unprivileged = true});
    return true;
}

static bool watch_signals(struct keeper *keeper)
{
    return loop_on_signal(keeper->loop, SIGTERM, on_stop, keeper) &&
           loop_on_signal(keeper->loop, SIGINT, on_stop, keeper) &&
           loop_on_signal(keeper->loop, SIGHUP, on_reload, keeper) &&
           loop_on_signal(keeper->loop, SIGCHLD, on_death, keeper) &&
           loop_on_signal(keeper->loop, SIGUSR1, on_orphaned, keeper);
}

int keep(const struct config *config, const char *config_path, struct host_user user)
{
    struct keeper keeper = {.config = config,
                            .config_path = config_path,
                            .user = user,
                            .loop = loop_new(),
                            .patience.fire = out_of_patience,
                            .ready.fire = check_ready,
                            .started = clock_now()};
    int code = 1;
    char path[256];
    the_keeper = &keeper;
    snprintf(path, sizeof path, "%s/keeper.pid", config->runtime_dir);
    pid_file_write(path, getpid());
    if (keeper.loop && broker_claim_addresses(config) && list_children(&keeper) && watch_signals(&keeper)) {
        prctl(PR_SET_PDEATHSIG, SIGUSR1); /* not before it is watched: it would end us */
        for (unsigned i = 0; i < keeper.count; i++)
            child_succeed(&keeper.children[i], config);
        for (unsigned i = 0; i < keeper.count; i++)
            start_child(&keeper, &keeper.children[i]);
        timer_start(loop_timers(keeper.loop), &keeper.ready, 0);
        code = loop_run(keeper.loop);
    }
    loop_free(keeper.loop);
    free(keeper.children);
    config_free(keeper.reloaded);
    return code;
}
