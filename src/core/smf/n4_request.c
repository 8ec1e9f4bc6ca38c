/* SPDX-License-Identifier: Apache-2.0 */
/* PFCP requests: sequence numbers, retransmission by T1 up to N1 times, matching of answers (TS 29.244 6.4). */
#include <stdlib.h>

#include "core/smf/n4.h"
#include "kit/log.h"

enum { SEQUENCE_MASK = 0xffffff };

static void transmit(struct n4_request *request)
{
    struct core *core = request->smf->core;
    request->transmissions++;
    core_send_pfcp(core, &request->upf->address, bytes_of(request->bytes, request->size),
                   (request->upf->features & PFCP_UP_BUNDL) != 0);
    timer_start(core->timers, &request->timer, core->config->smf.pfcp_t1);
}

static void unlink_request(struct n4_request *request)
{
    map_take(&request->smf->requests, request->sequence);
    timer_stop(request->smf->core->timers, &request->timer);
    if (request->session && request->session->n4 == request)
        request->session->n4 = NULL;
    if (request->upf->request == request)
        request->upf->request = NULL;
}

static void finish(struct n4_request *request, const struct pfcp_message *answer)
{
    unlink_request(request);
    if (request->answered)
        request->answered(request, answer);
    if (request->restores) {
        request->upf->restoring--;
        n4_restore_next(request->upf);
    }
    free(request);
}

static void expired(struct timer *timer)
{
    struct n4_request *request = (struct n4_request *)((char *)timer - offsetof(struct n4_request, timer));
    if (request->transmissions <= request->smf->core->config->smf.pfcp_n1) {
        transmit(request);
        return;
    }
    log_warning("smf", NULL, "plane %s does not answer: %s", request->upf->name,
                pfcp_message_name(request->type));
    finish(request, NULL);
}

static uint32_t next_sequence(struct smf *smf)
{
    do {
        smf->sequence = (smf->sequence + 1) & SEQUENCE_MASK;
    } while (map_get(&smf->requests, smf->sequence));
    return smf->sequence;
}

struct n4_request *n4_request_send(struct upf *upf, struct session *session, struct pfcp_message *message,
                                   void (*answered)(struct n4_request *, const struct pfcp_message *))
{
    static uint8_t encoded[PFCP_MESSAGE_BYTES]; /* procedures have small stacks */
    struct smf *smf = upf->smf;
    message->sequence = next_sequence(smf);
    size_t size = pfcp_encode(message, encoded, sizeof encoded);
    struct n4_request *request = size ? calloc(1, sizeof *request + size) : NULL;
    if (!request) {
        log_error("smf", NULL, "plane %s cannot be asked: %s: %s", upf->name,
                  pfcp_message_name(message->type), size ? "out of memory" : "longer than a message may be");
        return NULL;
    }
    *request = (struct n4_request){
        .timer.fire = expired,
        .smf = smf,
        .upf = upf,
        .session = session,
        .sequence = message->sequence,
        .up_seid = message->seid,
        .association = upf->associations,
        .type = message->type,
        .answered = answered,
        .size = size,
    };
    memcpy(request->bytes, encoded, size);
    if (!map_put(&smf->requests, request->sequence, request)) {
        free(request);
        return NULL;
    }
    transmit(request);
    return request;
}

/* The session's own SEID, or 0: the plane has no context to take it from (TS 29.244 7.2.2.4.2). */
static bool names_session(const struct n4_request *request, const struct pfcp_message *answer)
{
    return !request->session || answer->seid == 0 || answer->seid == request->session->seid;
}

void n4_request_answer(struct smf *smf, const struct upf *upf, const struct pfcp_message *answer)
{
    struct n4_request *request = map_get(&smf->requests, answer->sequence);
    bool version = answer->type == PFCP_VERSION_NOT_SUPPORTED_RESPONSE;
    if (!request || request->upf != upf || (answer->type != request->type + 1 && !version) ||
        !names_session(request, answer))
        return;
    finish(request, version ? NULL : answer);
}

void n4_request_forget(struct n4_request *request)
{
    unlink_request(request);
    if (request->restores)
        request->upf->restoring--;
    free(request);
}

void n4_requests_void(struct upf *upf)
{
    size_t cursor = 0;
    void *value;
    while (map_next(&upf->smf->requests, &cursor, NULL, &value)) {
        struct n4_request *request = value;
        if (request->upf != upf || !request->up_seid)
            continue;
        if (!request->session) {
            n4_request_forget(request);
            map_taken(&cursor);
        } else {
            finish(request, NULL);
            cursor = 0; /* who waited for it may have asked for other things */
        }
    }
}

void n4_requests_free(struct smf *smf)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&smf->requests, &cursor, &key, &value)) {
        struct n4_request *request = value;
        timer_stop(smf->core->timers, &request->timer);
        free(request);
    }
    map_free(&smf->requests);
}
