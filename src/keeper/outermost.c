/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outermost process does nothing that could make it fail: it waits for signals, and for the keeper's end. A
 * keeper that is killed is started again; one that ends by itself ends the run.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "keeper/host.h"
#include "keeper/keep.h"
#include "keeper/keeper.h"
#include "kit/log.h"
#include "line/event.h"
#include "line/policy.h"
#include "recorder/alone.h"

enum { RESTART_PAUSE_MS = 20 };

struct run {
    const struct config *config;
    const char *config_path;
    struct host_user user;
    sigset_t signals; /* blocked, here and in the keeper, which reads them from its loop */
    pid_t keeper;
    bool stopping;
};

/* The terminal's signals reach only us, so that the keeper can stop the others in order. */
static bool start_keeper(struct run *run)
{
    run->keeper = fork();
    if (run->keeper < 0) {
        log_error("keeper", NULL, "the keeper cannot be started: %s", strerror(errno));
        return false;
    }
    if (run->keeper == 0) {
        setpgid(0, 0);
        _exit(keep(run->config, run->config_path, run->user));
    }
    return true;
}

/* True: the run goes on. */
static bool keeper_ended(struct run *run, int *code)
{
    int status;
    if (waitpid(run->keeper, &status, WNOHANG) != run->keeper)
        return true;
    if (!WIFSIGNALED(status) || run->stopping) {
        *code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        return false;
    }
    log_error("keeper", NULL, "the keeper was killed by signal %d (%s); started again", WTERMSIG(status),
              strsignal(WTERMSIG(status)));
    const struct timespec pause = {.tv_nsec = RESTART_PAUSE_MS * 1000000};
    nanosleep(&pause, NULL); /* the kernel is taking the old processes down */
    return start_keeper(run);
}

static int watch_over(struct run *run)
{
    int code = 1;
    for (bool going_on = start_keeper(run); going_on;) {
        int number = sigwaitinfo(&run->signals, NULL);
        if (number == SIGCHLD)
            going_on = keeper_ended(run, &code);
        if (number == SIGTERM || number == SIGINT)
            run->stopping = true;
        if (number > 0 && number != SIGCHLD)
            kill(run->keeper, number);
    }
    return code;
}

static void warn_of_policy(const struct line_policy *policy)
{
    policy_warn(policy, "keeper");
    if (policy->release_differs)
        log_warning("keeper", NULL,
                    "profiles of this release are not those that were signed, which stay in force: sign the "
                    "inventory anew "
                    "to take them over");
    if (!policy->config->inventory.authorised_count)
        log_warning(
            "keeper", NULL,
            "THE INVENTORY IS NOT SIGNED: whoever can write its files moves the line; demarc line key makes "
            "keys for those who may");
}

static void record_refusal(const struct config *config, const struct line_policy *policy)
{
    struct evidence_entry entry = {.kind = EVIDENCE_REFUSAL, .time = wall_now(), .has_digest = true};
    evidence_text(entry.procedure, sizeof entry.procedure, "start");
    evidence_text(entry.reason, sizeof entry.reason, policy->why);
    line_digest(bytes_of(policy->text, policy->text_length), entry.digest);
    recorder_alone(config, &entry);
}

/* What lies in the files is accepted, or nothing starts. It takes the configuration's place. */
static bool begin_policy(struct config **config, const char *config_path)
{
    struct line_policy *policy = policy_accept(config_path);
    const bool accepted = policy && policy->accepted;
    if (accepted) {
        warn_of_policy(policy);
        config_free(*config);
        *config = policy->config;
        policy->config = NULL;
        config_forget_files(*config);
        config_forget_secrets(*config);
    } else {
        log_error("keeper", NULL, "not started, as what the line is to be cannot be taken for granted: %s",
                  policy ? policy->why : "out of memory");
        if (policy)
            record_refusal(*config, policy);
    }
    policy_free(policy);
    return accepted;
}

int keeper_main(struct config *config, const char *config_path, const char *name)
{
    struct run run = {.config_path = config_path};
    int code = 1;
    (void)name;
    if (host_user_of(config, &run.user) && host_check(config) && host_prepare(config, run.user) &&
        begin_policy(&config, config_path)) {
        run.config = config;
        sigemptyset(&run.signals);
        sigaddset(&run.signals, SIGCHLD);
        sigaddset(&run.signals, SIGTERM);
        sigaddset(&run.signals, SIGINT);
        sigaddset(&run.signals, SIGHUP);
        sigprocmask(SIG_BLOCK, &run.signals, NULL);
        code = watch_over(&run);
        host_clear(config);
    }
    config_free(config);
    return code;
}
