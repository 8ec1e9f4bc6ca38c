/* SPDX-License-Identifier: Apache-2.0 */
#include "line/reporter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "evidence/repeats.h"
#include "evidence/sender.h"
#include "kit/channel.h"
#include "kit/log.h"
#include "line/event.h"

/* What the recorder says each second is old after some. */
static const int64_t STATE_LASTS = SECONDS(5);

struct reporter {
    struct reporter_settings settings;
    struct channel *channel; /* NULL: there is no recorder */
    struct sender sender;
    struct repeats repeats;
    struct timer beat;
    uint64_t told_lost; /* of the lost ones, those that the log tells of */
};

/* --- As line_event sees it --- */

static bool wants(void *context, const struct evidence_entry *entry)
{
    struct reporter *reporter = context;
    return repeats_pass(&reporter->repeats, entry);
}

static void take(void *context, const struct evidence_entry *entry)
{
    struct reporter *reporter = context;
    sender_take(&reporter->sender, entry);
}

static bool takes(void *context)
{
    const struct reporter *reporter = context;
    const struct sender *sender = &reporter->sender;
    return !sender->untold && (!sender->since || wall_now() - sender->since < reporter->settings.patience);
}

static const char *doubt(void *context)
{
    const struct reporter *reporter = context;
    const struct sender *sender = &reporter->sender;
    if (!takes(context))
        return "evidence is not taken";
    if (!sender->state_at || wall_now() - sender->state_at > STATE_LASTS)
        return "the recorder does not say how far evidence is proved";
    if (sender->state.silent)
        return "a source of evidence is silent";
    if (sender->state.quorum && sender->state.unwitnessed > reporter->settings.quorum_within)
        return "the quorum of witnesses has not cosigned for too long";
    return NULL;
}

static void last(void *context, uint64_t *run, uint64_t *number)
{
    const struct reporter *reporter = context;
    *run = reporter->sender.run;
    *number = reporter->sender.last;
}

/* --- The recorder --- */

static bool send_message(void *context, struct bytes message)
{
    const struct reporter *reporter = context;
    return reporter->channel && channel_send(reporter->channel, message);
}

static void recorder_gone(void *context, struct channel *channel)
{
    struct reporter *reporter = context;
    (void)channel;
    log_warning(reporter->settings.unit, NULL, "the recorder is away; evidence waits for it");
    reporter->channel = NULL;
    sender_shut(&reporter->sender);
}

static void recorder_said(void *context, struct channel *channel, struct bytes message)
{
    struct reporter *reporter = context;
    if (sender_heard(&reporter->sender, message, wall_now()))
        return;
    log_error(reporter->settings.unit, NULL,
              "the recorder breaks the rules of its channel and is heard no more");
    channel_free(channel);
    recorder_gone(reporter, channel);
}

void reporter_meet(struct reporter *reporter, int fd)
{
    static const struct channel_events events = {
        .message = recorder_said, .closed = recorder_gone, .packed = true};
    if (reporter->channel)
        channel_free(reporter->channel);
    reporter->channel = channel_new(reporter->settings.loop, fd, &events, reporter);
    if (reporter->channel)
        sender_open(&reporter->sender);
    else
        close(fd);
}

void reporter_flush(const struct reporter *reporter)
{
    if (reporter->channel)
        channel_flush(reporter->channel);
}

/* --- Life --- */

static void tell_lost(struct reporter *reporter)
{
    const uint64_t lost = reporter->sender.lost;
    if (lost == reporter->told_lost)
        return;
    log_error(reporter->settings.unit, NULL,
              "evidence is lost, as the recorder does not keep up: %" PRIu64 " entries",
              lost - reporter->told_lost);
    reporter->told_lost = lost;
}

static void beat(struct timer *timer)
{
    struct reporter *reporter = (struct reporter *)((char *)timer - offsetof(struct reporter, beat));
    timer_start(loop_timers(reporter->settings.loop), timer, SECONDS(1));
    repeats_turn(&reporter->repeats, wall_now(), false, take, reporter);
    sender_beat(&reporter->sender);
    tell_lost(reporter);
}

struct reporter *reporter_new(const struct reporter_settings *settings)
{
    struct reporter *reporter = calloc(1, sizeof *reporter);
    if (!reporter)
        return NULL;
    reporter->settings = *settings;
    reporter->sender = (struct sender){.run = settings->chance | 1,
                                       .most = settings->queue_bytes,
                                       .context = reporter,
                                       .send = send_message};
    repeats_init(&reporter->repeats, settings->different, settings->chance);
    reporter->beat.fire = beat;
    if (!timer_start(loop_timers(settings->loop), &reporter->beat, SECONDS(1))) {
        free(reporter);
        return NULL;
    }
    line_record(&(struct line_recorder){reporter, wants, take, takes, doubt, last});
    return reporter;
}

void reporter_free(struct reporter *reporter)
{
    if (!reporter)
        return;
    line_record(NULL);
    repeats_turn(&reporter->repeats, wall_now(), true, take, reporter);
    reporter_flush(reporter);
    timer_stop(loop_timers(reporter->settings.loop), &reporter->beat);
    channel_free(reporter->channel);
    repeats_free(&reporter->repeats);
    sender_free(&reporter->sender);
    free(reporter);
}

uint64_t reporter_waiting(const struct reporter *reporter)
{
    return reporter->sender.waiting.length;
}

uint64_t reporter_lost(const struct reporter *reporter)
{
    return reporter->sender.lost;
}
