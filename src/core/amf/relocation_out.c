/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source AMF's part of a handover to another core (TS 23.502 4.9.1.3.2 steps 1 to 3 and 12, 4.9.1.3.3): the target core is asked, the
 * source gNB told, and the phone let go when the target says that it has arrived. From the first to the last its NAS messages are
 * held: the target counts on from where this core has stopped (TS 33.501 6.9.2.3.3).
 */
#include <openssl/crypto.h>
#include <stdio.h>

#include "core/amf/namf.h"
#include "core/amf/relay.h"
#include "core/amf/relocation.h"
#include "core/amf/restriction.h"
#include "core/peer/relocation.h"
#include "core/peer/services.h"
#include "kit/log.h"

struct run {
    struct procedure *p;
    struct ue *ue;
    unsigned peer;
    struct ngap_target_ran_node_id node;
    uint16_t asked;                  /* sessions that the target is asked to take over */
    struct relocation_answer answer; /* its bytes are in the procedure's memory */
    struct handover_refusals refused;
};

int relocation_peer(const struct core *core, const struct ngap_handover_required *required)
{
    const struct ngap_target_ran_node_id *node = &required->target_id.target_ran_node_id;
    if (required->target_id.which != NGAP_TARGET_ID_TARGET_RAN_NODE_ID ||
        node->global_ran_node_id.which != NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID ||
        gnb_by_identity(core, &node->global_ran_node_id))
        return NO_PEER;
    return peer_of_tai(core, tai_from_ngap(&node->selected_tai));
}

/* --- preparation --- */

/* A phone whose keys or registration are about to change is handed over afterwards (TS 33.501 6.9.5.1). */
static struct ngap_cause may_go(const struct run *run, const struct ngap_handover_required *required)
{
    const struct ue *ue = run->ue;
    struct tai tai = tai_from_ngap(&required->target_id.target_ran_node_id.selected_tai);
    if (required->handover_type != NGAP_HANDOVER_TYPE_INTRA5GS || restriction_forbids(ue->restrictions, tai))
        return N2_RADIO(HO_TARGET_NOT_ALLOWED);
    if (ue->procedure || !ue->connection->secured)
        return N2_RADIO(INTERACTION_WITH_OTHER_PROCEDURE);
    return (struct ngap_cause){0};
}

static void list_sessions(struct run *run, const struct ngap_handover_required *required,
                          struct relocated_list *sessions)
{
    const struct ngap_pdu_session_resource_list_ho_rqd *list = &required->pdu_session_resource_list_ho_rqd;
    uint16_t active = smf_active(run->ue);
    for (size_t i = 0; i < list->count; i++) {
        uint8_t psi = list->items[i].pdu_session_id;
        bool known = psi <= SMF_SESSIONS_PER_UE && (active >> psi & 1);
        if (known && !(run->asked >> psi & 1)) {
            run->asked |= (uint16_t)(1u << psi);
            sessions->items[sessions->count++] =
                (struct relocated_n2){psi, list->items[i].handover_required_transfer};
            continue;
        }
        handover_refuse_session(
            run->p, &run->refused, psi,
            smf_handover_unsuccessful(run->p->core, known ? N2_RADIO(MULTIPLE_PDU_SESSION_ID_INSTANCES)
                                                          : N2_RADIO(UNKNOWN_PDU_SESSION_ID)));
    }
}

/* The target gets a key from which the present one cannot be had, if policy or NAS COUNTs ask for it: whatever comes of it, the phone
 * derives the same only if it goes there. */
static bool take_new_kamf(const struct run *run, struct moved_keys *keys)
{
    struct ue *ue = run->ue;
    keys->derived = ue->core->config->peers[run->peer].new_key || handover_renews_kamf(ue);
    if (keys->derived) {
        handover_keys_derive(ue, keys->kamf, &keys->downlink);
        keys->uplink = 0;
    }
    return keys->derived;
}

/* The key that the target gives its gNB: the next hop, which is not used again, whatever comes of it, or K_gNB of a K_AMF that no gNB
 * has a key of yet (TS 33.501 6.9.2.3.3). */
static void take_key(struct ue *ue, struct moved_keys *keys)
{
    struct ngap_security_context next;
    keys->has_nh = true;
    keys->changed = ue->ncc == NCC_NEW_KAMF;
    if (keys->changed) {
        memcpy(keys->nh, ue->nh, sizeof keys->nh);
        return;
    }
    next_hop(ue, &next);
    keys->ncc = next.next_hop_chaining_count;
    memcpy(keys->nh, next.next_hop_nh, sizeof keys->nh);
    OPENSSL_cleanse(&next, sizeof next);
    core_dirty(ue->core, &ue->row);
}

/* What gNBs say to each other through two cores: each looks at it. */
static struct ngap_cause relay_to_target(const struct run *run, const struct ngap_handover_required *required,
                                         struct bytes *container)
{
    const struct connection *source = run->ue->connection;
    const struct relay_handover relay = {
        .core = run->p->core,
        .way = {source->gnb->domain->name, peer_name(run->p->core, run->peer)},
        .from = source->gnb,
        .node = &required->target_id.target_ran_node_id,
        .source = source,
        .sessions = handover_sessions(&required->pdu_session_resource_list_ho_rqd) & smf_active(run->ue),
    };
    *container = required->source_to_target_transparent_container;
    enum relay_verdict verdict = relay_source_container(&relay, container);
    return relay_dropped(verdict) ? relay_cause(verdict) : (struct ngap_cause){0};
}

static struct relay_handover relay_back(const struct run *run)
{
    return (struct relay_handover){
        .core = run->p->core,
        .way = {peer_name(run->p->core, run->peer), run->ue->connection->gnb->domain->name},
        .node = &run->node};
}

/* Namf_Communication_CreateUEContext. False: it cannot be said. */
static bool write_request(struct run *run, const struct ngap_handover_required *required,
                          struct bytes container, struct sbi_message *message)
{
    struct ue *ue = run->ue;
    struct core *core = ue->core;
    struct relocation_request request = {
        .target = required->target_id.target_ran_node_id,
        .cause = required->cause.which ? required->cause : N2_RADIO(UNSPECIFIED),
        .container = container,
        .radio_capability = relay_capability(ue, peer_name(core, run->peer)),
    };
    struct sbi_content content = {0};
    char path[PEER_PATH_BYTES], supi[SUPI_TEXT_BYTES], uri[SBI_TEXT_BYTES];
    list_sessions(run, required, &request.sessions);
    if (!request.sessions.count)
        return false;
    context_give(ue, run->peer, true, &request.context);
    if (!take_new_kamf(run, &request.context.keys))
        take_key(ue, &request.context.keys);
    snprintf(path, sizeof path, N2_INFO_NOTIFY "%s", supi_text(ue->supi, supi));
    snprintf(request.notify_uri, sizeof request.notify_uri, "%s", peer_own_uri(core, path, uri));
    snprintf(path, sizeof path, NAMF_CONTEXTS "%s", supi);
    bool written = relocation_write_request(&request, &core->batch, &content) &&
                   peer_request(core, path, &content, message);
    message->method = SBI_PUT;
    OPENSSL_cleanse(&request.context, sizeof request.context);
    return written;
}

/* What the target was not asked for, it cannot have taken over. */
static bool fits(const struct run *run)
{
    for (unsigned i = 0; i < run->answer.admitted.count; i++) {
        if (!(run->asked >> run->answer.admitted.items[i].psi & 1))
            return false;
    }
    return true;
}

/* What the source is told of sessions, as what it hears from gNBs: not as it came. False: it cannot be read. */
static bool write_anew(const struct run *run, struct relocated_list *list, const struct aper_type *type)
{
    struct core *core = run->p->core;
    for (unsigned i = 0; i < list->count; i++) {
        list->items[i].transfer =
            arena_copy(&run->p->memory, smf_transfer_anew(core, type, list->items[i].transfer));
        if (!list->items[i].transfer.len)
            return false;
    }
    return true;
}

static bool readable(struct run *run)
{
    return write_anew(run, &run->answer.admitted, &ngap_type_handover_command_transfer) &&
           write_anew(run, &run->answer.refused, &ngap_type_handover_preparation_unsuccessful_transfer);
}

static void keep_answer(struct run *run)
{
    struct relocation_answer *answer = &run->answer;
    answer->container = arena_copy(&run->p->memory, answer->container);
    for (unsigned i = 0; i < answer->refused.count; i++)
        handover_refuse_session(run->p, &run->refused, answer->refused.items[i].psi,
                                answer->refused.items[i].transfer);
}

/* A refusal leaves nothing behind at the target; of anything else that is no good answer it is told. */
struct outcome {
    struct ngap_cause cause; /* which is 0: the target has prepared the handover */
    struct bytes container;
    bool tell_target;
};

static bool relay_to_source(struct run *run)
{
    if (!run->ue->connection)
        return false;
    const struct relay_handover relay = relay_back(run);
    return !relay_dropped(relay_target_container(&relay, &run->answer.container));
}

static void read_refusal(struct run *run, const struct sbi_content *content, struct outcome *outcome)
{
    struct bytes container = {0};
    relocation_read_error(content, &outcome->cause, &container);
    if (!run->ue->connection)
        return;
    const struct relay_handover relay = relay_back(run);
    outcome->container = relay_failure_container(&relay, container);
}

static struct outcome take_answer(struct run *run, const struct sbi_message *response)
{
    struct outcome outcome = {.cause = N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM)};
    struct sbi_content content = {0};
    const char *why = "no answer";
    if (response && sbi_content_read(response, &run->p->memory, &content, NULL)) {
        if (sbi_succeeded(response))
            why = relocation_read_answer(&content, &run->answer);
        else
            read_refusal(run, &content, &outcome);
        if (!why && !fits(run))
            why = "sessions that it was not asked for";
        if (!why && !readable(run))
            why = "a transfer that cannot be read";
        if (!why && run->ue->procedure)
            why = "too late: the phone has begun something else";
        if (!why && !relay_to_source(run))
            why = "a container that is not passed on";
        if (!why) {
            keep_answer(run);
            outcome.cause = (struct ngap_cause){0};
        }
        outcome.container = arena_copy(&run->p->memory, outcome.container);
        sbi_content_free(&content);
    }
    outcome.tell_target = outcome.cause.which && (!response || sbi_succeeded(response));
    if (outcome.tell_target)
        log_warning("amf", NULL, "%s does not take a phone over: %s", peer_name(run->p->core, run->peer),
                    why);
    return outcome;
}

/* Namf_Communication_ReleaseUEContext (TS 23.502 4.9.1.4): the target need not wait any longer. */
static void withdraw(const struct run *run, struct ngap_cause cause)
{
    struct core *core = run->p->core;
    struct sbi_content content = {.json = json_pack("{s:o}", "ngapCause", json_cause(cause))};
    struct sbi_message request;
    char path[PEER_PATH_BYTES], supi[SUPI_TEXT_BYTES];
    snprintf(path, sizeof path, NAMF_CONTEXTS "%s/release", supi_text(run->ue->supi, supi));
    if (peer_request(core, path, &content, &request))
        peer_tell(core, run->peer, &request);
}

static void fail(struct run *run, struct ngap_cause cause, struct bytes container)
{
    run->p->core->metrics.handovers_failed[HANDOVER_N2]++;
    handover_tell_failure(run->ue, cause, container);
}

/* The target is asked, and asks in turn: meanwhile the source may cancel. What tells the target so can overtake what asked it, so it
 * is told again if it has prepared the handover all the same (TS 23.502 4.9.1.4). */
static const struct sbi_message *ask_target(struct run *run, const struct sbi_message *request,
                                            bool *cancelled)
{
    uint64_t token = peer_ask_begin(run->p, run->peer, request);
    enum procedure_event event;
    const struct sbi_message *response = peer_ask_wait(run->p, token, EVENT(EV_HANDOVER_CANCEL), &event);
    *cancelled = event != EV_SBI_RESPONSE;
    if (!*cancelled)
        return response;
    withdraw(run, N2_RADIO(HANDOVER_CANCELLED));
    while (event == EV_HANDOVER_CANCEL)
        response = peer_ask_wait(run->p, token, EVENT(EV_HANDOVER_CANCEL), &event);
    if (response && sbi_succeeded(response))
        withdraw(run, N2_RADIO(HANDOVER_CANCELLED));
    return NULL;
}

/* False: it ended before the command. */
static bool prepare(struct run *run, const struct ngap_handover_required *required)
{
    struct sbi_message request;
    struct bytes container;
    bool cancelled;
    struct ngap_cause cause = may_go(run, required);
    if (!cause.which)
        cause = relay_to_target(run, required, &container);
    if (!cause.which && !write_request(run, required, container, &request))
        cause = N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    if (cause.which) {
        fail(run, cause, (struct bytes){0});
        return false;
    }
    run->ue->connection->holding = true;
    const struct sbi_message *response = ask_target(run, &request, &cancelled);
    if (cancelled) { /* which is acknowledged where it came in */
        run->p->core->metrics.handovers_failed[HANDOVER_N2]++;
        return false;
    }
    struct outcome outcome = take_answer(run, response);
    if (outcome.cause.which)
        fail(run, outcome.cause, outcome.container);
    if (outcome.tell_target)
        withdraw(run, outcome.cause);
    return !outcome.cause.which;
}

/* --- execution --- */

static void command(struct run *run)
{
    struct ngap_pdu_session_resource_handover_item items[MOVED_SESSIONS];
    const struct relocated_list *admitted = &run->answer.admitted;
    for (unsigned i = 0; i < admitted->count; i++)
        items[i] = (struct ngap_pdu_session_resource_handover_item){admitted->items[i].psi,
                                                                    admitted->items[i].transfer};
    handover_send_command(run->ue, items, admitted->count, &run->refused, run->answer.container);
}

static enum procedure_event await_arrival(struct run *run)
{
    const uint64_t events =
        EVENT(EV_HANDOVER_NOTIFY) | EVENT(EV_HANDOVER_CANCEL) | EVENT(EV_HANDOVER_SOURCE_LOST);
    enum procedure_event event;
    do {
        event = procedure_wait(run->p, events, run->p->core->config->amf.timers.handover);
    } while (event == EV_HANDOVER_SOURCE_LOST);
    return event;
}

/* Steps 6 and 14: who took the phone over answers for it. */
static void arrived(struct run *run)
{
    struct ue *ue = run->ue;
    char context[UE_CONTEXT_TEXT];
    run->p->core->metrics.handovers_done[HANDOVER_N2]++;
    log_debug("amf", ue_context_text(ue, context), "handed over to %s", peer_name(ue->core, run->peer));
    if (ue->connection)
        n2_release(ue->connection, N2_RADIO(SUCCESSFUL_HANDOVER));
}

/* What could not be sent meanwhile is sent now; a phone that is nowhere any more is idle. */
static void stayed(struct run *run)
{
    struct ue *ue = run->ue;
    smf_handover_stayed(ue);
    if (ue->connection)
        ue->connection->leaving = ue->connection->holding = false;
    if (procedure_cancelled(run->p))
        return;
    procedure_leave(run->p);
    if (!ue->connection) {
        ue_became_idle(ue, "it was lost on its way to another core");
        return;
    }
    held_nas_send(ue);
    mobility_done(ue);
    procedure_offer(ue->procedure, EV_HANDOVER_OVER, NULL);
}

void relocation_out(struct procedure *p)
{
    const struct ngap_handover_required *required = p->argument;
    struct run run = {.p = p,
                      .ue = p->owner,
                      .peer = (unsigned)relocation_peer(p->core, required),
                      .node = required->target_id.target_ran_node_id};
    struct ue *ue = run.ue;
    enum procedure_event event = EV_NONE;
    ue->handover_peer = (int)run.peer;
    if (prepare(&run, required)) {
        command(&run);
        event = await_arrival(&run);
        if (event != EV_HANDOVER_NOTIFY) {
            p->core->metrics.handovers_failed[HANDOVER_N2]++;
            withdraw(&run, event == EV_HANDOVER_CANCEL ? N2_RADIO(HANDOVER_CANCELLED)
                                                       : N2_RADIO(TNGRELOCOVERALL_EXPIRY));
        }
    }
    ue->handover_peer = NO_PEER;
    if (event == EV_HANDOVER_NOTIFY)
        arrived(&run);
    else
        stayed(&run);
}

/* --- Namf_Communication_N2InfoNotify (TS 29.518 5.2.2.3.4): POST N2_INFO_NOTIFY {supi} --- */

/* Also good when this process has begun anew since, or has given up waiting: the phone is where it has shown itself. */
void n2_info_notify(struct peer_request *request)
{
    const json_t *json = request->content.json;
    const char *reason = json_string_value(json_object_get(json, "notifyReason"));
    struct ue *ue = amf_find(request->core, supi_of_text(request->rest));
    if (!ue) {
        peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
    } else if (!context_given(ue, request->peer)) {
        peer_refuse(request, 403, "MODIFICATION_NOT_ALLOWED");
    } else if (!reason || strcmp(reason, "HANDOVER_COMPLETED") != 0) {
        peer_refuse(request, 400, "MANDATORY_IE_INCORRECT");
    } else {
        if (!procedure_offer(ue->handover, EV_HANDOVER_NOTIFY, NULL))
            procedure_cancel(ue->handover, "another core serves the phone");
        context_let_go(ue, request->peer, json_object_get(json, "toReleaseSessionList"));
        smf_reachable(ue);
        peer_reply(request, NULL);
    }
}
