/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of the gNB's context of a UE (TS 38.413 8.3.4). A gNB answers in the order in which it is asked, which tells whose answer
 * one is.
 */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "kit/log.h"

static void ask(struct connection *connection, struct ngap_ue_context_modification_request *request)
{
    request->amf_ue_ngap_id = connection->amf_ue_ngap_id;
    request->ran_ue_ngap_id = connection->ran_ue_ngap_id;
    connection->modifications_asked++;
    n2_send_ue(connection, NGAP_UE_CONTEXT_MODIFICATION_REQUEST, request);
}

void context_modification_ambr(struct ue *ue)
{
    struct ngap_ue_aggregate_maximum_bit_rate ambr = {ue->ambr_downlink, ue->ambr_uplink};
    struct ngap_ue_context_modification_request request = {.ue_aggregate_maximum_bit_rate = &ambr};
    if (ue->connection && ue->connection->context_up)
        ask(ue->connection, &request);
}

/* --- key change on the fly (TS 33.501 6.9.4.4) --- */

/* The answer that belongs to the request, or what else ends the wait. */
static enum procedure_event await_answer(struct procedure *p, uint32_t asked)
{
    const struct ue *ue = p->owner;
    const uint64_t events =
        EVENT(EV_UE_CONTEXT_MODIFICATION_RESPONSE) | EVENT(EV_UE_CONTEXT_MODIFICATION_FAILURE);
    enum procedure_event event;
    do {
        event = procedure_wait(p, events, p->core->config->amf.timers.n2_procedure);
    } while (EVENT(event) & events && ue->connection->modifications_answered < asked);
    return event;
}

void context_modification_key(struct procedure *p)
{
    struct ue *ue = p->owner;
    char context[UE_CONTEXT_TEXT];
    if (!handover_over(p) || ue->ncc != NCC_NEW_KAMF || !ue->connection || !ue->connection->context_up)
        return;
    struct ngap_ue_context_modification_request request = {.has_security_key = true};
    memcpy(request.security_key, ue->nh, sizeof request.security_key);
    ask(ue->connection, &request);
    enum procedure_event event = await_answer(p, ue->connection->modifications_asked);
    if (event == EV_UE_CONTEXT_MODIFICATION_RESPONSE && ue->ncc == NCC_NEW_KAMF) {
        next_hop_begin(ue, request.security_key);
        core_dirty(ue->core, &ue->row);
    } else if (ue->ncc == NCC_NEW_KAMF && !procedure_cancelled(p)) {
        log_warning("amf", ue_context_text(ue, context),
                    "the gNB goes on with its keys; the next handover brings the new one");
    }
    OPENSSL_cleanse(&request.security_key, sizeof request.security_key);
}

/* --- answers --- */

void context_modification_response(struct ue *ue,
                                   const struct ngap_ue_context_modification_response *response)
{
    ue->connection->modifications_answered++;
    procedure_offer(ue->procedure, EV_UE_CONTEXT_MODIFICATION_RESPONSE, response);
}

/* 8.3.4.3: the gNB goes on with what it had; so the rates that it was told are not enforced there. */
void context_modification_failure(struct ue *ue, const struct ngap_ue_context_modification_failure *failure)
{
    char text[32], context[UE_CONTEXT_TEXT];
    log_warning("amf", ue_context_text(ue, context), "the gNB does not change its context: %s",
                n2_cause_text(&failure->cause, text, sizeof text));
    ue->connection->modifications_answered++;
    procedure_offer(ue->procedure, EV_UE_CONTEXT_MODIFICATION_FAILURE, failure);
}
