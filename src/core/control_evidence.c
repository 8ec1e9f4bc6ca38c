/* SPDX-License-Identifier: Apache-2.0 */
/* What the line has to say goes to the recorder, over the channel that the keeper made. Signalling waits for none of it. */
#include <stdlib.h>
#include <unistd.h>

#include "core/control.h"
#include "crypt/random.h"
#include "evidence/sender.h"
#include "kit/log.h"
#include "line/event.h"

struct control_evidence {
    struct control *control;
    struct channel *channel; /* NULL: there is no recorder */
    struct sender sender;
    struct timer beat;
    uint64_t told_lost; /* of the lost ones, those that the log tells of */
};

static bool send_message(void *context, struct bytes message)
{
    const struct control_evidence *evidence = context;
    return evidence->channel && channel_send(evidence->channel, message);
}

static void take(void *context, const struct evidence_entry *entry)
{
    struct control_evidence *evidence = context;
    sender_take(&evidence->sender, entry);
}

static bool takes(void *context)
{
    const struct control_evidence *evidence = context;
    const struct sender *sender = &evidence->sender;
    const int64_t patience = evidence->control->config->recorder.patience;
    return !sender->untold &&
           (!sender->since || core_wall(evidence->control->core) - sender->since < patience);
}

static void beat(struct timer *timer)
{
    struct control_evidence *evidence =
        (struct control_evidence *)((char *)timer - offsetof(struct control_evidence, beat));
    timer_start(loop_timers(evidence->control->loop), timer, SECONDS(1));
    sender_beat(&evidence->sender);
    if (evidence->sender.lost == evidence->told_lost)
        return;
    log_error("control", NULL, "evidence is lost, as the recorder does not keep up: %llu entries",
              (unsigned long long)(evidence->sender.lost - evidence->told_lost));
    evidence->told_lost = evidence->sender.lost;
}

/* --- The recorder --- */

static void recorder_gone(void *context, struct channel *channel)
{
    struct control_evidence *evidence = context;
    (void)channel;
    log_warning("control", NULL, "the recorder is away; evidence waits for it");
    evidence->channel = NULL;
    sender_shut(&evidence->sender);
}

static void recorder_said(void *context, struct channel *channel, struct bytes message)
{
    struct control_evidence *evidence = context;
    if (sender_heard(&evidence->sender, message, core_wall(evidence->control->core)))
        return;
    log_error("control", NULL, "the recorder breaks the rules of its channel and is heard no more");
    channel_free(channel);
    recorder_gone(evidence, channel);
}

void control_evidence_comes(struct control *control, int fd)
{
    static const struct channel_events events = {
        .message = recorder_said, .closed = recorder_gone, .packed = true};
    struct control_evidence *evidence = control->evidence;
    if (evidence->channel)
        channel_free(evidence->channel);
    evidence->channel = channel_new(control->loop, fd, &events, evidence);
    if (evidence->channel)
        sender_open(&evidence->sender);
    else
        close(fd);
}

/* --- Life --- */

bool control_evidence_open(struct control *control)
{
    struct control_evidence *evidence = calloc(1, sizeof *evidence);
    if (!evidence)
        return false;
    *evidence = (struct control_evidence){.control = control,
                                          .sender = {.run = random_u64(random_system()) | 1,
                                                     .most = control->config->recorder.queue_bytes,
                                                     .context = evidence,
                                                     .send = send_message},
                                          .beat.fire = beat};
    control->evidence = evidence;
    line_record(&(struct line_recorder){evidence, take, takes});
    return timer_start(loop_timers(control->loop), &evidence->beat, SECONDS(1));
}

void control_evidence_flush(const struct control *control)
{
    if (control->evidence && control->evidence->channel)
        channel_flush(control->evidence->channel);
}

void control_evidence_close(struct control *control)
{
    struct control_evidence *evidence = control->evidence;
    if (!evidence)
        return;
    line_record(NULL);
    timer_stop(loop_timers(control->loop), &evidence->beat);
    channel_free(evidence->channel);
    sender_free(&evidence->sender);
    free(evidence);
}

void control_evidence_metrics(const struct control *control, json_t *list)
{
    if (!control->evidence)
        return;
    const struct sender *sender = &control->evidence->sender;
    json_array_append_new(list,
                          json_pack("{s:s, s:s, s:s, s:I}", "name", "demarc_evidence_waiting_bytes", "type",
                                    "gauge", "help", "Evidence in control that is not durable yet.", "value",
                                    (json_int_t)sender->waiting.length));
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I}", "name", "demarc_evidence_lost_total",
                                          "type", "counter", "help", "Evidence that found no place to wait.",
                                          "value", (json_int_t)sender->lost));
}
