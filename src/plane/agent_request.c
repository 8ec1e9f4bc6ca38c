/* SPDX-License-Identifier: Apache-2.0 */
/* Reliable delivery (TS 29.244 6.4): our requests are repeated until answered, answers are kept until no repetition can come. */
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/agent_state.h"

enum { SEQUENCE_MASK = 0xffffff, ANSWERS_KEPT = 16384 };

static void transmit(struct smf *smf, struct bytes message)
{
    const struct agent_settings *settings = &smf->agent->settings;
    settings->send_n4(settings->context, &smf->address, message);
}

void smf_send(struct smf *smf, const struct pfcp_message *message)
{
    struct agent *agent = smf->agent;
    size_t length = pfcp_encode(message, agent->out, sizeof agent->out);
    if (length == 0)
        log_error("plane", NULL, "cannot encode %s", pfcp_message_name(message->type));
    else
        transmit(smf, bytes_of(agent->out, length));
}

static void free_request(struct request *request)
{
    timer_stop(request->smf->agent->settings.timers, &request->timer);
    free(request);
}

/* The SMF was quicker. Asked once more, it would take the plane for one that has lost its sessions (6.2.6.2). */
static bool is_settled(const struct request *request)
{
    return request->type == PFCP_ASSOCIATION_SETUP_REQUEST && request->smf->associated;
}

static void retransmit(struct timer *timer)
{
    struct request *request = (struct request *)((char *)timer - offsetof(struct request, timer));
    struct smf *smf = request->smf;
    if (request->tries < smf->agent->settings.n1 && !is_settled(request)) {
        request->tries++;
        transmit(smf, bytes_of(request->message, request->length));
        timer_start(smf->agent->settings.timers, timer, smf->agent->settings.t1);
        return;
    }
    map_take(&smf->requests, request->sequence);
    smf_given_up(request);
    free_request(request);
}

bool smf_request(struct smf *smf, struct pfcp_message *message, uint64_t seid)
{
    struct agent *agent = smf->agent;
    smf->next_sequence = (smf->next_sequence + 1) & SEQUENCE_MASK;
    message->sequence = smf->next_sequence;
    size_t length = pfcp_encode(message, agent->out, sizeof agent->out);
    struct request *request = length ? malloc(sizeof *request + length) : NULL;
    if (!request)
        return false;
    *request = (struct request){
        .timer.fire = retransmit,
        .smf = smf,
        .seid = seid,
        .sequence = message->sequence,
        .type = message->type,
        .report_type =
            message->type == PFCP_SESSION_REPORT_REQUEST ? message->session_report_request.report_type : 0,
        .tries = 1,
        .length = length,
    };
    memcpy(request->message, agent->out, length);
    if (!map_put(&smf->requests, request->sequence, request) ||
        !timer_start(agent->settings.timers, &request->timer, agent->settings.t1)) {
        map_take(&smf->requests, request->sequence);
        free(request);
        return false;
    }
    transmit(smf, bytes_of(request->message, length));
    return true;
}

struct request *smf_answered(struct smf *smf, uint32_t sequence)
{
    struct request *request = map_take(&smf->requests, sequence);
    if (request)
        timer_stop(smf->agent->settings.timers, &request->timer);
    return request;
}

void smf_forget_requests(struct smf *smf)
{
    size_t cursor = 0;
    uint64_t key;
    void *request;
    while (map_next(&smf->requests, &cursor, &key, &request))
        free_request(request);
    map_free(&smf->requests);
}

static void forget_oldest(struct smf *smf)
{
    struct answered *oldest = smf->oldest;
    smf->oldest = oldest->next;
    if (!smf->oldest)
        smf->newest = &smf->oldest;
    if (map_get(&smf->answers, oldest->sequence) == oldest)
        map_take(&smf->answers, oldest->sequence);
    free(oldest);
}

static void forget_expired(struct smf *smf)
{
    while (smf->oldest &&
           (smf->oldest->expires <= agent_now(smf->agent) || smf->answers.count > ANSWERS_KEPT))
        forget_oldest(smf);
}

void smf_keep_answer(struct smf *smf, uint8_t request_type, uint32_t sequence, struct bytes message)
{
    const struct agent_settings *settings = &smf->agent->settings;
    forget_expired(smf);
    struct answered *answered = malloc(sizeof *answered + message.len);
    if (!answered)
        return;
    *answered = (struct answered){
        .expires = settings->timers->now + settings->t1 * (settings->n1 + 1),
        .sequence = sequence,
        .request_type = request_type,
        .length = message.len,
    };
    memcpy(answered->message, message.data, message.len);
    if (!map_put(&smf->answers, sequence, answered)) {
        free(answered);
        return;
    }
    *smf->newest = answered;
    smf->newest = &answered->next;
}

const struct answered *smf_find_answer(struct smf *smf, uint8_t request_type, uint32_t sequence)
{
    forget_expired(smf);
    const struct answered *answered = map_get(&smf->answers, sequence);
    return answered && answered->request_type == request_type ? answered : NULL;
}

void smf_forget_answers(struct smf *smf)
{
    while (smf->oldest)
        forget_oldest(smf);
    map_free(&smf->answers);
}
