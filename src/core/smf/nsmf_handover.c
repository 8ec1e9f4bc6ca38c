/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Own sessions in an N2 handover that another core leads (TS 23.502 4.9.1.3, TS 29.502 5.2.2.3.4.3): hoState tells how far it is.
 * Until it is completed, nothing of the session changes, nor does it matter who serves the phone. What is prepared is not
 * stored: after a restart the other core is told that there is nothing to complete, and asks for the user plane anew.
 */
#include <stdlib.h>

#include "core/peer/services.h"
#include "core/peer/whereabouts.h"
#include "core/smf/n4.h"
#include "core/smf/partner.h"
#include "core/smf/sm_names.h"
#include "kit/log.h"

/* The plane's answer is not worth more of the phone's time at a failing cell. */
#define FORWARDING_TIME SECONDS(1)

struct prepared {
    struct session *session;
    struct smf_handover item;
    struct timer timer; /* for the plane's answer, while the other core waits for ours */
    struct timer life;  /* the other core may have died, and not know of it any more */
    struct peer_request request;
};

void nsmf_handover_forget(struct session *session)
{
    struct timers *timers = session_smf(session)->core->timers;
    if (!session->prepared)
        return;
    timer_stop(timers, &session->prepared->timer);
    timer_stop(timers, &session->prepared->life);
    free(session->prepared);
    session->prepared = NULL;
}

/* --- answers --- */

/* smInfo of SmContextUpdatedData (6.1.6.2.5). */
static void answer(const struct peer_request *request, const char *state, const char *type,
                   struct bytes transfer)
{
    struct sbi_content content = {0};
    content.json = json_pack("{s:s, s:s, s:o}", "hoState", state, "n2SmInfoType", type, "n2SmInfo",
                             sbi_content_add(&content, &request->core->batch, SBI_NGAP, transfer));
    peer_reply(request, &content);
}

/* SmContextUpdateError (6.1.6.2.7): the gNB's words, with the cause in them. */
static void refuse(const struct peer_request *request, struct bytes unsuccessful)
{
    struct sbi_content content = {0};
    content.json = json_pack("{s:{s:i, s:s}, s:s, s:o}", "error", "status", 403, "cause", "N2_SM_ERROR",
                             "n2SmInfoType", "HANDOVER_PREP_FAIL", "n2SmInfo",
                             sbi_content_add(&content, &request->core->batch, SBI_NGAP, unsuccessful));
    peer_refuse_with(request, 403, &content);
}

/* --- CANCELLED --- */

static void cancel(struct session *session)
{
    if (session->prepared && session->prepared->item.forwards)
        n4_forward_end(session);
    nsmf_handover_forget(session);
}

/* --- PREPARING --- */

static void outlived(struct timer *timer)
{
    struct prepared *prepared = (struct prepared *)((char *)timer - offsetof(struct prepared, life));
    char text[SESSION_TEXT];
    log_info("smf", session_text(prepared->session, text), "a handover that was prepared was never ended");
    cancel(prepared->session);
}

/* Longer than it can take; whoever comes later is refused, and asks for the user plane anew. */
static bool watch(struct prepared *prepared)
{
    const struct core *core = session_smf(prepared->session)->core;
    int64_t most = core->config->amf.timers.handover_preparation + core->config->amf.timers.handover;
    prepared->life.fire = outlived;
    return timer_start(core->timers, &prepared->life, 2 * most);
}

static void prepare(struct peer_request *request, struct session *session, struct bytes required)
{
    struct whereabouts target = {0};
    field_target(request->content.json, "targetId", &target);
    struct smf_handover item = {
        .target = {.amf = peer_amf_id(request->core, request->peer), .id = target.gnb},
        .pdu_session_id = session->psi};
    cancel(session);
    if (!smf_handover_prepare(session->ue, required, &item)) {
        refuse(request, item.transfer);
        return;
    }
    struct bytes transfer = item.transfer;
    struct prepared *prepared = calloc(1, sizeof *prepared);
    if (!prepared) {
        refuse(request, smf_handover_unsuccessful(request->core, N2_MISC(CONTROL_PROCESSING_OVERLOAD)));
        return;
    }
    item.transfer = (struct bytes){0};
    *prepared = (struct prepared){.session = session, .item = item};
    session->prepared = prepared;
    if (!watch(prepared)) {
        nsmf_handover_forget(session);
        refuse(request, smf_handover_unsuccessful(request->core, N2_MISC(CONTROL_PROCESSING_OVERLOAD)));
        return;
    }
    answer(request, "PREPARING", "PDU_RES_SETUP_REQ", transfer);
}

/* --- PREPARED --- */

static void tell_command(struct prepared *prepared, const struct peer_request *request)
{
    timer_stop(request->core->timers, &prepared->timer);
    answer(request, "PREPARED", "HANDOVER_CMD", smf_handover_command(prepared->session->ue, &prepared->item));
    prepared->item.transfer = (struct bytes){0}; /* of a batch that ends */
}

static void without_forwarding(struct timer *timer)
{
    struct prepared *prepared = (struct prepared *)((char *)timer - offsetof(struct prepared, timer));
    tell_command(prepared, &prepared->request);
}

void nsmf_handover_forwarding(struct session *session)
{
    struct prepared *prepared = session->prepared;
    if (timer_armed(&prepared->timer))
        tell_command(prepared, &prepared->request);
}

static void admitted(const struct peer_request *request, struct session *session, struct bytes acknowledge)
{
    struct prepared *prepared = session->prepared;
    if (!smf_handover_admitted(session->ue, acknowledge, &prepared->item)) {
        nsmf_handover_forget(session);
        refuse(request, smf_handover_unsuccessful(
                            request->core, N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM)));
        return;
    }
    prepared->request = peer_request_later(request);
    prepared->timer.fire = without_forwarding;
    if (smf_handover_ready(session->ue, &prepared->item) ||
        !timer_start(request->core->timers, &prepared->timer, FORWARDING_TIME))
        tell_command(prepared, request);
}

/* --- COMPLETED --- */

static void complete(struct peer_request *request, struct session *session)
{
    struct smf_handover item = session->prepared->item;
    struct ue *ue = session->ue;
    amf_take_away(ue, request->peer);
    nsmf_handover_forget(session);
    session->abroad = item.target.id;
    smf_handover_complete(ue, &item);
    peer_reply(request, NULL);
    partner_keeps(session, "mobility");
}

void smf_handover_away(struct ue *ue)
{
    for (struct session *session = *amf_sessions(ue); session; session = session->next)
        session->abroad = (struct config_gnb_id){0};
    for (struct session *session = *amf_sessions(ue); session; session = session->next)
        if (!session->prepared || !session->prepared->item.admitted)
            smf_deactivate(ue, (uint16_t)(1u << session->psi));
}

void smf_handover_stayed(struct ue *ue)
{
    for (struct session *session = *amf_sessions(ue); session; session = session->next)
        cancel(session);
}

/* --- dispatch --- */

static struct bytes n2_of(const struct peer_request *request, const char *type)
{
    const json_t *json = request->content.json;
    const char *said = json_string_value(json_object_get(json, "n2SmInfoType"));
    return said && strcmp(said, type) == 0 ? sbi_content_part(&request->content, json, "n2SmInfo")
                                           : (struct bytes){0};
}

bool nsmf_handover(struct peer_request *request, struct session *session)
{
    const char *state = json_string_value(json_object_get(request->content.json, "hoState"));
    struct bytes required = n2_of(request, "HANDOVER_REQUIRED"),
                 acknowledge = n2_of(request, "HANDOVER_REQ_ACK");
    const struct prepared *prepared = session->prepared;
    if (!state)
        return false;
    if (strcmp(state, "CANCELLED") == 0) {
        cancel(session);
        peer_reply(request, NULL);
    } else if (strcmp(state, "PREPARING") == 0 && required.len) {
        prepare(request, session, required);
    } else if (strcmp(state, "PREPARED") == 0 && acknowledge.len && prepared && !prepared->item.admitted) {
        admitted(request, session, acknowledge);
    } else if (strcmp(state, "COMPLETED") == 0 && prepared && prepared->item.admitted) {
        complete(request, session);
    } else {
        peer_refuse(request, 403, "N2_SM_ERROR");
    }
    return true;
}
