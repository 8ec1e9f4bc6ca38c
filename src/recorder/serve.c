/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "recorder/recorder.h"

static json_t *witnesses(const struct recorder *recorder)
{
    json_t *list = json_array();
    struct submission_view view;
    for (unsigned i = 0; submission_look(recorder->submission, i, &view); i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:I, s:s}", "name", view.name, "cosigns", view.present,
                                        "size", (json_int_t)view.size, "reason", view.why));
    return list;
}

static json_t *sources(const struct recorder *recorder)
{
    json_t *list = json_array();
    for (const struct source *source = recorder->sources; source; source = source->next)
        json_array_append_new(list, json_pack("{s:s, s:I, s:b, s:b}", "name", source->name, "entries",
                                              (json_int_t)source->committed, "there", source->run != 0,
                                              "silent", source->silent));
    return list;
}

static double checkpoint_age(const struct recorder *recorder)
{
    const bool all = recorder->log.checkpoint.size == recorder->log.committed.size;
    return all ? 0
               : (double)(loop_timers(recorder->loop)->now - recorder->checkpoint_at) / (double)SECONDS(1);
}

static double unwitnessed(const struct recorder *recorder)
{
    return (double)waiting_age(&recorder->waiting, loop_timers(recorder->loop)->now) / (double)SECONDS(1);
}

/* What is asked for is the quorum; without one there is nothing to know. */
static const char *witnessed(const struct recorder *recorder)
{
    if (!recorder->config->recorder.quorum)
        return "not asked for";
    const uint64_t size = submission_witnessed(recorder->submission);
    return size && size == recorder->log.checkpoint.size ? "yes" : "unknown";
}

static json_t *confined(const struct recorder *recorder)
{
    json_t *list = json_array();
    if (recorder->cage.files)
        json_array_append_new(list, json_string("landlock"));
    if (recorder->cage.calls)
        json_array_append_new(list, json_string("seccomp"));
    return list;
}

static json_t *status(void *context, const json_t *request)
{
    const struct recorder *recorder = context;
    const struct evidence_log *log = &recorder->log;
    (void)request;
    return json_pack(
        "{s:s, s:I, s:I, s:I, s:f, s:s, s:I, s:f, s:i, s:b, s:o, s:o, s:o}", "log", log->key.name, "first",
        (json_int_t)(log->segments.count ? log->segments.firsts[0] : 0), "entries",
        (json_int_t)log->committed.size, "checkpoint", (json_int_t)log->checkpoint.size, "checkpoint_age",
        checkpoint_age(recorder), "witnessed", witnessed(recorder), "witnessed_size",
        (json_int_t)submission_witnessed(recorder->submission), "unwitnessed", unwitnessed(recorder),
        "quorum", (int)recorder->config->recorder.quorum, "full", recorder->full_since != 0, "witnesses",
        witnesses(recorder), "sources", sources(recorder), "confined", confined(recorder));
}

static void add(json_t *list, const char *name, const char *type, const char *help, double value)
{
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:s, s:f}", "name", name, "type", type, "help", help, "value", value));
}

static json_t *metrics(void *context, const json_t *request)
{
    const struct recorder *recorder = context;
    json_t *list = json_array();
    (void)request;
    add(list, "demarc_evidence_entries", "gauge", "Entries that the evidence log has had.",
        (double)recorder->log.committed.size);
    add(list, "demarc_evidence_checkpoint_entries", "gauge",
        "Of them, those that the newest checkpoint covers.", (double)recorder->log.checkpoint.size);
    add(list, "demarc_evidence_checkpoint_age_seconds", "gauge",
        "How long entries wait for a checkpoint; 0: none waits.", checkpoint_age(recorder));
    add(list, "demarc_evidence_witnesses_missing", "gauge", "Witnesses that do not cosign.",
        submission_missing(recorder->submission));
    add(list, "demarc_evidence_witnessed_entries", "gauge",
        "Entries that the quorum of witnesses has cosigned.",
        (double)submission_witnessed(recorder->submission));
    add(list, "demarc_evidence_unwitnessed_seconds", "gauge",
        "How long the oldest entry waits for the quorum of witnesses; 0: none waits.", unwitnessed(recorder));
    add(list, "demarc_evidence_sources_silent", "gauge", "Sources that say nothing, not even that they live.",
        sources_silent(recorder));
    add(list, "demarc_evidence_losses_total", "counter", "Entries that tell of lost ones.",
        (double)recorder->losses);
    add(list, "demarc_evidence_full", "gauge", "1: the log finds no room.", recorder->full_since != 0);
    return json_pack("{s:o}", "metrics", list);
}

static json_t *prune(void *context, const json_t *request)
{
    uint64_t pruned;
    (void)request;
    if (!recorder_prune(context, &pruned))
        return admin_refuse("nothing more can be pruned: %s", strerror(errno));
    return json_pack("{s:I}", "pruned", (json_int_t)pruned);
}

const struct admin_verb recorder_verbs[] = {{"status", status}, {"metrics", metrics}, {"prune", prune}};
const size_t recorder_verb_count = sizeof recorder_verbs / sizeof recorder_verbs[0];
