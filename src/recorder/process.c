/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crypt/random.h"
#include "kit/cage.h"
#include "kit/log.h"
#include "recorder/prune.h"
#include "recorder/recorder.h"

enum { PATH_BYTES = 256, PRUNE_SECONDS = 3600, CLOCK_STEP_SECONDS = 2 };

bool recorder_say(struct recorder *recorder, const struct recorder_words *words)
{
    struct evidence_entry entry = {.time = wall_now(),
                                   .source = "recorder",
                                   .run = recorder->run,
                                   .number = recorder->number + 1,
                                   .kind = words->kind,
                                   .step = words->step};
    evidence_text(entry.procedure, sizeof entry.procedure, words->procedure);
    evidence_text(entry.gnb, sizeof entry.gnb, words->about);
    evidence_text(entry.reason, sizeof entry.reason, words->reason);
    const bool said = !recorder->full_since && evidence_log_append(&recorder->log, &entry);
    recorder->number += said;
    return said;
}

/* --- Writing --- */

static void commit(struct recorder *recorder)
{
    const uint64_t before = recorder->log.committed.size;
    if (!recorder->log.fresh_octets)
        return;
    if (evidence_log_commit(&recorder->log)) {
        if (before == recorder->log.checkpoint.size)
            recorder->checkpoint_at = loop_timers(recorder->loop)->now;
        sources_committed(recorder);
        return;
    }
    if (!recorder->full_since)
        log_error(
            "recorder", NULL,
            "evidence cannot be written to %s: %s; it waits with its sources as far as they can keep it",
            recorder->config->recorder.folder, strerror(errno));
    sources_taken_back(recorder);
}

/* The first entry that finds room tells how long there was none. */
static void try_again(struct recorder *recorder)
{
    const int64_t since = recorder->full_since;
    char reason[128];
    snprintf(reason, sizeof reason, "nothing could be written for %lld s",
             (long long)((loop_timers(recorder->loop)->now - since) / SECONDS(1)));
    recorder->full_since = 0;
    recorder_say(recorder,
                 &(struct recorder_words){
                     .kind = EVIDENCE_LOSS, .procedure = "evidence", .about = "", .reason = reason});
    if (!evidence_log_commit(&recorder->log)) {
        recorder->full_since = since;
        return;
    }
    log_warning("recorder", NULL, "evidence can be written again");
    sources_again(recorder);
}

static void check(struct recorder *recorder)
{
    const uint64_t before = recorder->log.checkpoint.size;
    if (!evidence_log_checkpoint(&recorder->log)) {
        log_error("recorder", NULL, "no checkpoint can be written: %s", strerror(errno));
        if (recorder->log.unsure)
            loop_stop(recorder->loop, 1);
    } else if (recorder->log.checkpoint.size != before)
        recorder->checkpoint_at = loop_timers(recorder->loop)->now;
}

bool recorder_prune(struct recorder *recorder, uint64_t *pruned)
{
    const int64_t now = wall_now();
    commit(recorder);
    const bool done = evidence_log_prune(&recorder->log, recorder->config->recorder.retention, now,
                                         recorder->run, &recorder->number, pruned);
    if (done && *pruned)
        log_info("recorder", NULL, "%llu entries were older than the retention and are pruned",
                 (unsigned long long)*pruned);
    return done;
}

static void prune_in_time(struct recorder *recorder)
{
    const int64_t now = loop_timers(recorder->loop)->now;
    uint64_t pruned;
    if (now < recorder->prune_at)
        return;
    recorder->prune_at = now + SECONDS(PRUNE_SECONDS);
    if (!recorder_prune(recorder, &pruned))
        log_error("recorder", NULL, "old entries cannot be pruned: %s", strerror(errno));
}

/* --- Doubt --- */

static void tell_unwitnessed(struct recorder *recorder, bool begins)
{
    static const char *const words[] = {"the quorum has cosigned what had waited for it",
                                        "the quorum of witnesses has not cosigned for too long"};
    recorder->unwitnessed = begins;
    recorder_say(recorder, &(struct recorder_words){EVIDENCE_BREACH, begins ? EVIDENCE_BEGINS : EVIDENCE_ENDS,
                                                    "witnesses", "", words[begins]});
    if (begins)
        log_error("recorder", NULL, "%s: what is decided on evidence is unknown", words[begins]);
    else
        log_warning("recorder", NULL, "%s", words[begins]);
}

/* What nobody else has seen may still be changed by whoever has the key. */
static void look_after_quorum(struct recorder *recorder)
{
    const struct config_recorder *config = &recorder->config->recorder;
    const int64_t now = loop_timers(recorder->loop)->now;
    const uint64_t witnessed = submission_witnessed(recorder->submission);
    if (config->quorum)
        waiting_note(&recorder->waiting, recorder->log.committed.size, witnessed, now);
    const int64_t age = waiting_age(&recorder->waiting, now);
    if ((age > config->quorum_within) != recorder->unwitnessed)
        tell_unwitnessed(recorder, !recorder->unwitnessed);
    sources_tell_state(recorder, &(struct post_state){.covered = recorder->log.checkpoint.size,
                                                      .witnessed = witnessed,
                                                      .quorum = config->quorum,
                                                      .unwitnessed = age,
                                                      .silent = sources_silent(recorder)});
}

/* The time that entries give is only as good as the clock: where it was set, the log says so. */
static void look_at_clock(struct recorder *recorder)
{
    const int64_t offset = wall_now() - clock_now(), step = offset - recorder->clock_offset;
    char reason[96];
    if (step > -SECONDS(CLOCK_STEP_SECONDS) && step < SECONDS(CLOCK_STEP_SECONDS))
        return;
    recorder->clock_offset = offset;
    snprintf(reason, sizeof reason, "the clock was set %s by %lld s", step < 0 ? "back" : "ahead",
             llabs(step) / SECONDS(1));
    log_warning("recorder", NULL, "%s", reason);
    recorder_say(recorder, &(struct recorder_words){
                               .kind = EVIDENCE_BREACH, .procedure = "clock", .about = "", .reason = reason});
}

static void tick(struct timer *timer)
{
    struct recorder *recorder = (struct recorder *)((char *)timer - offsetof(struct recorder, tick));
    timer_start(loop_timers(recorder->loop), timer, SECONDS(1));
    if (recorder->full_since)
        try_again(recorder);
    look_at_clock(recorder);
    sources_watch(recorder);
    commit(recorder);
    check(recorder);
    look_after_quorum(recorder);
    submission_turn(recorder->submission);
    prune_in_time(recorder);
}

static void settle(void *context)
{
    struct recorder *recorder = context;
    commit(recorder);
    sources_flush(recorder);
    admin_flush(recorder->admin, NULL);
}

/* --- The keeper's word --- */

static void keeper_said(void *context, const struct charter *charter, int fd)
{
    struct recorder *recorder = context;
    if (charter->kind == CHARTER_EVIDENCE)
        source_comes(recorder, charter->name, fd);
    else if (charter->kind == CHARTER_SOURCE)
        source_expected(recorder, charter->name);
}

static void keeper_gone(void *context)
{
    loop_stop(((struct recorder *)context)->loop, 1);
}

/* --- Life --- */

static bool complain(const char *what, const char *why)
{
    log_error("recorder", NULL, "%s: %s", what, why);
    return false;
}

/* The folders above it need not be open to the recorder's user: it is where the process stands. */
bool recorder_enter(const struct config_recorder *config)
{
    if (mkdir(config->folder, 0750) != 0 && errno != EEXIST)
        return complain(config->folder, strerror(errno));
    return (chdir(config->folder) == 0 && (geteuid() != 0 || chown(".", config->uid, config->uid) == 0)) ||
           complain(config->folder, strerror(errno));
}

/* Whoever else may be taken over cannot write where the log is, nor read its key; and who takes this process over finds its folder. */
static bool become_nobody_else(struct recorder *recorder)
{
    const uid_t id = recorder->config->recorder.uid;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (geteuid() == 0 && !cage_become(id))
        return complain("the recorder's user", strerror(errno));
    const int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    recorder->cage.connects = recorder->config->recorder.witness_count > 0;
    evidence_cage_place(&recorder->cage, folder);
    if (folder >= 0)
        close(folder);
    return true;
}

static void stop(void *context, int number)
{
    (void)number;
    loop_stop(((struct recorder *)context)->loop, 0);
}

static void go_on(void *context, int number)
{
    (void)context, (void)number;
    log_info("recorder", NULL, "the recorder's keys need a restart");
}

static bool open_admin(struct recorder *recorder)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/recorder.sock", recorder->config->runtime_dir);
    recorder->admin =
        admin_serve(recorder->loop, path, "recorder", recorder_verbs, recorder_verb_count, recorder);
    return recorder->admin || complain(path, strerror(errno));
}

static bool open_log(struct recorder *recorder)
{
    const struct config_recorder *config = &recorder->config->recorder;
    char why[LOG_WHY_BYTES], key[NOTE_KEY_TEXT_BYTES];
    if (!evidence_log_open(&recorder->log, ".", config->name, wall_now(), why))
        return complain(config->folder, why);
    log_info("recorder", NULL, "evidence: %llu entries in %s, signed by %s",
             (unsigned long long)recorder->log.committed.size, config->folder,
             note_key_text(&recorder->log.key, key));
    return true;
}

static bool open_submission(struct recorder *recorder)
{
    recorder->submission = submission_new(recorder->loop, &recorder->log, &recorder->config->recorder);
    return recorder->submission || complain("recorder.witnesses", "cannot be asked");
}

static bool set_up(struct recorder *recorder)
{
    recorder->loop = loop_new();
    if (!recorder->loop || !loop_on_signal(recorder->loop, SIGTERM, stop, recorder) ||
        !loop_on_signal(recorder->loop, SIGINT, stop, recorder) ||
        !loop_on_signal(recorder->loop, SIGHUP, go_on, recorder))
        return complain("recorder", strerror(errno));
    if (!open_admin(recorder) || !open_submission(recorder) || !recorder_enter(&recorder->config->recorder) ||
        !become_nobody_else(recorder) || !open_log(recorder))
        return false;
    recorder->run = random_u64(random_system());
    recorder->keeper = (struct keeper_ear){.watch.fd = keeper_socket(),
                                           .loop = recorder->loop,
                                           .said = keeper_said,
                                           .gone = keeper_gone,
                                           .context = recorder};
    if (recorder->keeper.watch.fd < 0 || !keeper_listen(&recorder->keeper))
        return complain("recorder", "it is started by `demarc run` only");
    loop_on_settle(recorder->loop, settle, recorder);
    recorder->tick.fire = tick;
    recorder->clock_offset = wall_now() - clock_now();
    evidence_cage_calls(&recorder->cage);
    evidence_cage_report(&recorder->cage, "recorder");
    return timer_start(loop_timers(recorder->loop), &recorder->tick, SECONDS(1));
}

/* What was heard before the end is signed. */
static void tear_down(struct recorder *recorder)
{
    if (recorder->admin)
        admin_close(recorder->admin);
    if (recorder->log.secret)
        check(recorder);
    sources_free(recorder);
    submission_free(recorder->submission);
    if (recorder->log.secret)
        evidence_log_close(&recorder->log);
    if (recorder->loop)
        loop_free(recorder->loop);
}

int recorder_main(struct config *config, const char *config_path, const char *name)
{
    struct recorder recorder = {.config = config, .keeper.watch.fd = -1};
    (void)config_path, (void)name;
    const int code = set_up(&recorder) ? loop_run(recorder.loop) : 1;
    tear_down(&recorder);
    config_free(config);
    _exit(code); /* what a sanitizer does at an end has no place in the cage */
}
