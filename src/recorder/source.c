/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "evidence/post.h"
#include "kit/log.h"
#include "recorder/recorder.h"

enum { SILENCE_SECONDS = 4 };

static void answer(const struct source *source, enum post_kind kind, uint64_t number)
{
    uint8_t space[POST_BYTES];
    struct writer w = writer_of(space, sizeof space);
    if (source->channel && post_write(&w, &(struct post_message){.kind = kind, .number = number}))
        channel_send(source->channel, writer_bytes(&w));
}

/* --- Coming and going --- */

static void take_out(struct source *source)
{
    struct source **at = &source->recorder->sources;
    while (*at != source)
        at = &(*at)->next;
    *at = source->next;
}

static void goes(struct source *source, const char *why)
{
    recorder_say(source->recorder, EVIDENCE_SOURCE, "source", source->name, why);
    take_out(source);
    free(source);
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
    recorder_say(source->recorder, EVIDENCE_SOURCE, "source", source->name,
                 search.number ? "it reports on" : "it begins to report");
    answer(source, POST_TAKEN, source->committed);
    return true;
}

/* --- Entries --- */

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
    if (!evidence_log_append(&recorder->log, entry)) {
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
    if (source->silent) {
        source->silent = false;
        recorder_say(source->recorder, EVIDENCE_SOURCE, "source", source->name, "it is heard again");
    }
    if (message.kind == POST_HELLO)
        return greet(source, message.number);
    if (message.kind == POST_ENTRY && source->run)
        record(source, &message);
    return source->run && (message.kind == POST_ENTRY || message.kind == POST_BEAT);
}

static void said(void *context, struct channel *channel, struct bytes message)
{
    struct source *source = context;
    if (take(source, message))
        return;
    log_error("recorder", NULL, "source %s broke the rules of its channel and is cut off", source->name);
    channel_free(channel);
    goes(source, "it broke the rules of its channel");
}

static void closed(void *context, struct channel *channel)
{
    (void)channel;
    goes(context, "it is gone");
}

static struct source *source_named(const struct recorder *recorder, const char *name)
{
    struct source *source = recorder->sources;
    while (source && strcmp(source->name, name) != 0)
        source = source->next;
    return source;
}

void source_comes(struct recorder *recorder, const char *name, int fd)
{
    static const struct channel_events events = {.message = said, .closed = closed, .packed = true};
    struct source *former = source_named(recorder, name), *source;
    if (former) {
        channel_free(former->channel);
        goes(former, "it is gone");
    }
    source = calloc(1, sizeof *source);
    if (source)
        *source = (struct source){.recorder = recorder, .heard_at = loop_timers(recorder->loop)->now};
    if (source)
        source->channel = channel_new(recorder->loop, fd, &events, source);
    if (!source || !source->channel) {
        log_error("recorder", NULL, "source %s cannot be heard: out of memory", name);
        close(fd);
        free(source);
        return;
    }
    evidence_text(source->name, sizeof source->name, name);
    source->next = recorder->sources;
    recorder->sources = source;
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
        recorder->full_since = recorder_wall();
    for (struct source *source = recorder->sources; source; source = source->next)
        source->heard = source->committed;
}

void sources_again(struct recorder *recorder)
{
    for (struct source *source = recorder->sources; source; source = source->next)
        if (source->run)
            answer(source, POST_AGAIN, source->committed);
}

void sources_watch(struct recorder *recorder)
{
    const int64_t now = loop_timers(recorder->loop)->now;
    for (struct source *source = recorder->sources; source; source = source->next) {
        if (source->silent || now - source->heard_at < SECONDS(SILENCE_SECONDS))
            continue;
        source->silent = true;
        recorder->silences++;
        log_error("recorder", NULL, "source %s is silent: nothing it sees is recorded", source->name);
        recorder_say(recorder, EVIDENCE_SOURCE, "source", source->name, "it is silent");
    }
}

void sources_flush(const struct recorder *recorder)
{
    for (const struct source *source = recorder->sources; source; source = source->next)
        channel_flush(source->channel);
}
