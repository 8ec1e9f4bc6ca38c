/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "evidence/post.h"
#include "kit/log.h"
#include "recorder/recorder.h"

/* It says each second that it lives. What has just been started may take longer to say so for the first time. */
enum { SILENCE_SECONDS = 4, START_SECONDS = 15, LATE_SECONDS = 3 };

static void say(const struct source *source, const struct post_message *message)
{
    uint8_t space[POST_BYTES];
    struct writer w = writer_of(space, sizeof space);
    if (source->channel && post_write(&w, message))
        channel_send(source->channel, writer_bytes(&w));
}

static void answer(const struct source *source, enum post_kind kind, uint64_t number)
{
    say(source, &(struct post_message){.kind = kind, .number = number});
}

static bool tell(const struct source *source, enum evidence_step step, const char *what)
{
    return recorder_say(source->recorder,
                        &(struct recorder_words){EVIDENCE_SOURCE, step, "source", source->name, what});
}

/* Control decides; the others see what is put before them, and may be in the hands of who put it there. */
static bool is_trusted(const struct source *source)
{
    return strcmp(source->name, "control") == 0;
}

/* --- Coming and going --- */

static void goes(struct source *source, const char *why)
{
    tell(source, EVIDENCE_ENDS, why);
    source->channel = NULL;
    source->run = 0;
}

/* What the log holds of a run that goes on, as its process outlived the former recorder. */
struct search {
    const struct source *source;
    uint64_t number;
};

static bool is_its_own(void *context, const struct evidence_entry *entry)
{
    struct search *search = context;
    if (entry->run != search->source->run || strcmp(entry->source, search->source->name) != 0)
        return true;
    search->number = entry->number;
    return false;
}

static bool greet(struct source *source, uint64_t run)
{
    if (source->run || !run)
        return false;
    source->run = run;
    struct search search = {.source = source};
    evidence_log_last(&source->recorder->log, is_its_own, &search);
    source->heard = source->committed = source->told = search.number;
    tell(source, search.number ? EVIDENCE_CONTINUES : EVIDENCE_BEGINS,
         search.number ? "it reports on" : "it begins to report");
    answer(source, POST_TAKEN, source->committed);
    return true;
}

/* --- Entries --- */

/* What an edge or a plane can know of. Nobody speaks for the log. */
static bool may_say(const struct source *source, enum evidence_kind kind)
{
    switch (kind) {
    case EVIDENCE_REFUSAL:
    case EVIDENCE_LOSS:
    case EVIDENCE_CAPTURE:
        return true;
    case EVIDENCE_BREACH:
        return is_trusted(source) || strncmp(source->name, "plane-", 6) == 0;
    case EVIDENCE_SOURCE:
    case EVIDENCE_REPAIR:
    case EVIDENCE_PRUNING:
        return false;
    default:
        return is_trusted(source);
    }
}

/* Beyond its budget it is counted, and no more asked for. */
static bool pays(struct source *source)
{
    const struct recorder *recorder = source->recorder;
    if (is_trusted(source) || budget_spend(&source->budget, loop_timers(recorder->loop)->now, 1,
                                           recorder->config->recorder.source_rate))
        return true;
    source->over++;
    return false;
}

/* While there is no room nothing is taken: the source keeps what is not durable. */
static void record(struct source *source, struct post_message *message)
{
    struct recorder *recorder = source->recorder;
    struct evidence_entry *entry = &message->entry;
    if (recorder->full_since || message->number <= source->heard)
        return;
    evidence_text(entry->source, sizeof entry->source, source->name);
    entry->run = source->run;
    entry->number = message->number;
    if (pays(source) && !evidence_log_append(&recorder->log, entry)) {
        sources_taken_back(recorder);
        return;
    }
    source->heard = message->number;
    recorder->losses += entry->kind == EVIDENCE_LOSS;
}

static bool take(struct source *source, struct bytes bytes)
{
    struct post_message message;
    struct fault fault;
    if (!post_read(bytes, &message, &fault))
        return false;
    source->heard_at = loop_timers(source->recorder->loop)->now;
    source->known = true;
    if (source->silent) {
        source->silent = false;
        tell(source, EVIDENCE_CONTINUES, "it is heard again");
    }
    if (message.kind == POST_HELLO)
        return greet(source, message.number);
    if (!source->run || (message.kind != POST_ENTRY && message.kind != POST_BEAT))
        return false;
    if (message.kind == POST_ENTRY && !may_say(source, message.entry.kind))
        return false;
    if (message.kind == POST_ENTRY)
        record(source, &message);
    return true;
}

/* Who has been taken over would go on to see what is put before him, and say nothing: a clean process takes his place. */
static void said(void *context, struct channel *channel, struct bytes message)
{
    struct source *source = context;
    if (take(source, message))
        return;
    channel_free(channel);
    if (is_trusted(source)) {
        log_error("recorder", NULL, "source %s broke the rules of its channel and is cut off", source->name);
        goes(source, "it broke the rules of its channel: cut off");
        return;
    }
    log_error("recorder", NULL, "source %s broke the rules of its channel: it is cut off and replaced",
              source->name);
    goes(source, "it broke the rules of its channel: cut off and replaced");
    if (source->recorder->keeper.watch.fd >= 0 &&
        !keeper_tell(&source->recorder->keeper, CHARTER_REPLACE, source->name))
        log_error("recorder", NULL, "the keeper does not listen: %s", strerror(errno));
}

static void closed(void *context, struct channel *channel)
{
    (void)channel;
    goes(context, "it is gone");
}

/* --- Who there is --- */

static struct source *source_named(const struct recorder *recorder, const char *name)
{
    struct source *source = recorder->sources;
    while (source && strcmp(source->name, name) != 0)
        source = source->next;
    return source;
}

struct source *source_expected(struct recorder *recorder, const char *name)
{
    struct source *source = source_named(recorder, name);
    if (source)
        return source;
    source = calloc(1, sizeof *source);
    if (!source) {
        log_error("recorder", NULL, "source %s cannot be heard: out of memory", name);
        return NULL;
    }
    *source = (struct source){
        .recorder = recorder, .next = recorder->sources, .heard_at = loop_timers(recorder->loop)->now};
    evidence_text(source->name, sizeof source->name, name);
    recorder->sources = source;
    return source;
}

void source_comes(struct recorder *recorder, const char *name, int fd)
{
    static const struct channel_events events = {.message = said, .closed = closed, .packed = true};
    struct source *source = source_expected(recorder, name);
    if (source && source->channel) {
        channel_free(source->channel);
        goes(source, "it is gone");
    }
    if (source)
        source->channel = channel_new(recorder->loop, fd, &events, source);
    if (!source || !source->channel)
        close(fd);
}

void sources_free(struct recorder *recorder)
{
    while (recorder->sources) {
        struct source *source = recorder->sources;
        recorder->sources = source->next;
        channel_free(source->channel);
        free(source);
    }
}

/* --- All of them --- */

void sources_committed(struct recorder *recorder)
{
    for (struct source *source = recorder->sources; source; source = source->next) {
        source->committed = source->heard;
        if (source->told == source->committed)
            continue;
        answer(source, POST_TAKEN, source->committed);
        source->told = source->committed;
    }
}

void sources_taken_back(struct recorder *recorder)
{
    if (!recorder->full_since)
        recorder->full_since = loop_timers(recorder->loop)->now;
    for (struct source *source = recorder->sources; source; source = source->next)
        source->heard = source->committed;
}

void sources_again(struct recorder *recorder)
{
    for (struct source *source = recorder->sources; source; source = source->next)
        if (source->run)
            answer(source, POST_AGAIN, source->committed);
}

static void tell_over(struct source *source)
{
    char what[96];
    snprintf(what, sizeof what, "entries beyond its budget, not recorded: %" PRIu64, source->over);
    const struct recorder_words words = {
        .kind = EVIDENCE_LOSS, .procedure = "source", .about = source->name, .reason = what};
    if (source->over && recorder_say(source->recorder, &words)) {
        source->recorder->losses++;
        source->over = 0;
    }
}

static void miss(struct source *source, int64_t now)
{
    const int64_t patience = SECONDS(source->known ? SILENCE_SECONDS : START_SECONDS);
    if (source->silent || now - source->heard_at < patience)
        return;
    source->silent = true;
    source->recorder->silences++;
    log_error("recorder", NULL, "source %s is silent: nothing it sees is recorded", source->name);
    tell(source, EVIDENCE_ONCE, source->known ? "it is silent" : "it has never been heard");
}

/* Who was stopped himself for a while has heard nobody meanwhile, and waits anew. */
void sources_watch(struct recorder *recorder)
{
    const int64_t now = loop_timers(recorder->loop)->now, since = now - recorder->watched_at;
    const bool late = recorder->watched_at && since > SECONDS(LATE_SECONDS);
    recorder->watched_at = now;
    for (struct source *source = recorder->sources; source; source = source->next) {
        source->heard_at += late ? since : 0;
        tell_over(source);
        miss(source, now);
    }
}

unsigned sources_silent(const struct recorder *recorder)
{
    unsigned silent = 0;
    for (const struct source *source = recorder->sources; source; source = source->next)
        silent += source->silent;
    return silent;
}

void sources_tell_state(const struct recorder *recorder, const struct post_state *state)
{
    const struct source *control = source_named(recorder, "control");
    if (control && control->run)
        say(control, &(struct post_message){
                         .kind = POST_STATE, .number = recorder->log.committed.size, .state = *state});
}

void sources_flush(const struct recorder *recorder)
{
    for (const struct source *source = recorder->sources; source; source = source->next)
        if (source->channel)
            channel_flush(source->channel);
}
