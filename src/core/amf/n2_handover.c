/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inter NG-RAN node N2 based handover (TS 23.502 4.9.1.3, TS 38.413 8.4.1 to 8.4.3): both gNBs speak with the core only. The phone
 * has two connections meanwhile: ue->connection, and ue->target, which takes its place when the phone has arrived. Until then
 * nothing about it is stored, so that a restart of this process leaves the phone where it was.
 */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "core/amf/restriction.h"
#include "kit/log.h"

struct run {
    struct procedure *p;
    struct ue *ue;
    struct tai tai; /* selected by the source */
    struct smf_handover sessions[SMF_SESSIONS_PER_UE];
    unsigned count;
    struct handover_refusals refused;
    struct bytes container; /* from target to source */
    struct handover_keys keys;
};

/* --- preparation --- */

/* What waits does so in the procedure's memory. */
static struct bytes keep(const struct run *run, struct bytes transfer)
{
    return arena_copy(&run->p->memory, transfer);
}

static struct smf_handover *session_of(struct run *run, uint8_t pdu_session_id)
{
    for (unsigned i = 0; i < run->count; i++) {
        if (run->sessions[i].pdu_session_id == pdu_session_id)
            return &run->sessions[i];
    }
    return NULL;
}

/* Steps 4 to 7: the SMF says what the target needs for each session. */
static void prepare_sessions(struct run *run, const struct ngap_handover_required *required)
{
    const struct ngap_pdu_session_resource_list_ho_rqd *list = &required->pdu_session_resource_list_ho_rqd;
    for (size_t i = 0; i < list->count; i++) {
        struct smf_handover item = {.pdu_session_id = list->items[i].pdu_session_id};
        if (session_of(run, item.pdu_session_id))
            item.transfer =
                smf_handover_unsuccessful(run->p->core, N2_RADIO(MULTIPLE_PDU_SESSION_ID_INSTANCES));
        else if (smf_handover_prepare(run->ue, list->items[i].handover_required_transfer, &item)) {
            run->sessions[run->count++] = item;
            continue;
        }
        handover_refuse_session(run->p, &run->refused, item.pdu_session_id, item.transfer);
    }
}

/* Step 2: which gNB, and may the phone go there? */
static struct ngap_cause choose_target(struct run *run, const struct ngap_handover_required *required,
                                       struct gnb **target)
{
    const struct ngap_target_ran_node_id *node = &required->target_id.target_ran_node_id;
    if (required->handover_type != NGAP_HANDOVER_TYPE_INTRA5GS)
        return N2_RADIO(HO_TARGET_NOT_ALLOWED);
    if (required->target_id.which != NGAP_TARGET_ID_TARGET_RAN_NODE_ID)
        return N2_RADIO(UNKNOWN_TARGETID);
    *target = gnb_by_identity(run->p->core, &node->global_ran_node_id);
    if (!*target)
        return N2_RADIO(UNKNOWN_TARGETID);
    run->tai = tai_from_ngap(&node->selected_tai);
    return handover_permitted(run->ue, *target, run->tai);
}

/* Step 9. The keys of a handover that fails are not used again (TS 33.501 6.9.2.3.3). */
static bool send_request(struct run *run, const struct ngap_handover_required *required)
{
    struct ue *ue = run->ue;
    struct handover_order order = {
        .tai = run->tai,
        .cause = required->cause,
        .container = required->source_to_target_transparent_container,
        .count = run->count,
    };
    for (unsigned i = 0; i < run->count; i++)
        order.sessions[i] = &run->sessions[i];
    handover_keys_choose(ue, &run->keys, &order.keys);
    order.new_keys = run->keys.kind != HANDOVER_NEXT_HOP;
    if (run->keys.kind == HANDOVER_NEW_KAMF)
        order.nasc = BYTES(run->keys.container);
    bool sent = handover_send_request(ue, &order);
    OPENSSL_cleanse(&order.keys, sizeof order.keys);
    return sent;
}

static struct ngap_cause ask_target(struct run *run, const struct ngap_handover_required *required)
{
    struct gnb *target = NULL;
    struct ngap_cause cause = choose_target(run, required, &target);
    if (cause.which)
        return cause;
    prepare_sessions(run, required);
    if (!run->count)
        return N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    if (!connection_for_target(target, run->ue))
        return N2_RADIO(NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL);
    run->ue->target->secured = run->ue->connection->secured;
    if (!send_request(run, required)) {
        connection_free(run->ue->target);
        return N2_MISC(CONTROL_PROCESSING_OVERLOAD);
    }
    run->ue->connection->holding = run->keys.kind == HANDOVER_NEW_KAMF;
    return (struct ngap_cause){0};
}

/* Step 10: what the target admits; what it does not even mention it has not admitted. */
static void take_answer(struct run *run, const struct ngap_handover_request_acknowledge *answer)
{
    const struct ngap_pdu_session_resource_admitted_list *list = &answer->pdu_session_resource_admitted_list;
    run->container = keep(run, answer->target_to_source_transparent_container);
    for (size_t i = 0; i < list->count; i++) {
        struct smf_handover *item = session_of(run, list->items[i].pdu_session_id);
        if (item && !item->admitted &&
            smf_handover_admitted(run->ue, list->items[i].handover_request_acknowledge_transfer, item))
            item->transfer = keep(run, item->transfer);
    }
    struct bytes unsuccessful = smf_handover_unsuccessful(
        run->p->core, N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM));
    unsigned admitted = 0;
    for (unsigned i = 0; i < run->count; i++) {
        if (run->sessions[i].admitted)
            run->sessions[admitted++] = run->sessions[i];
        else
            handover_refuse_session(run->p, &run->refused, run->sessions[i].pdu_session_id, unsuccessful);
    }
    run->count = admitted;
}

/* Step 11: where the source cannot reach the target itself, packets go back through the plane. */
static enum procedure_event await_forwarding(struct run *run)
{
    const uint64_t events =
        EVENT(EV_HANDOVER_FORWARDING) | EVENT(EV_HANDOVER_CANCEL) | EVENT(EV_HANDOVER_TARGET_LOST);
    enum procedure_event event = EV_HANDOVER_FORWARDING;
    while (event == EV_HANDOVER_FORWARDING && !smf_handover_ready(run->ue, run->sessions, run->count))
        event = procedure_wait(run->p, events, HANDOVER_FORWARDING_TIME);
    return event == EV_TIMEOUT ? EV_HANDOVER_FORWARDING
                               : event; /* without it packets may be lost, not the phone */
}

/* --- the end of a handover that is not to be --- */

/* The phone stays with the source, if that is still there. */
static void leave_target(struct run *run, struct ngap_cause cause)
{
    struct ue *ue = run->ue;
    run->p->core->metrics.handovers_failed[HANDOVER_N2]++;
    smf_handover_cancelled(ue, run->sessions, run->count);
    if (ue->target)
        n2_release(ue->target, cause);
    if (!ue->connection)
        return; /* it may have come as far as the target, and taken the keys */
    ue->connection->leaving = ue->connection->holding = false;
    if (run->keys.kind == HANDOVER_NEW_KAMF) {
        pending_keys_drop(ue);
        core_dirty(ue->core, &ue->row);
    }
}

/* Whatever came instead of the target's good answer. */
static void give_up(struct run *run, enum procedure_event event)
{
    const struct ngap_cause failed = N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    const struct ngap_handover_failure *failure = run->p->data;
    switch (event) {
    case EV_HANDOVER_CANCEL: /* is acknowledged where it came in */
        leave_target(run, N2_RADIO(HANDOVER_CANCELLED));
        break;
    case EV_HANDOVER_FAILURE: /* 8.4.2.3: the target has no context */
        connection_free(run->ue->target);
        leave_target(run, failed);
        handover_tell_failure(run->ue, failure->cause.which ? failure->cause : failed,
                              failure->targetto_source_failure_transparent_container);
        break;
    case EV_CANCELLED: /* a newer procedure decides what becomes of the phone */
        leave_target(run, N2_RADIO(INTERACTION_WITH_OTHER_PROCEDURE));
        break;
    default:
        leave_target(run, failed);
        handover_tell_failure(run->ue, failed, (struct bytes){0});
    }
}

/* --- execution --- */

/* From the command on the phone may have the new keys, whatever becomes of this process. */
static bool promise_keys(struct run *run)
{
    struct ue *ue = run->ue;
    if (run->keys.kind != HANDOVER_NEW_KAMF)
        return true;
    if (!pending_keys_set(ue, &run->keys.security, run->keys.kamf))
        return false;
    core_dirty(ue->core, &ue->row);
    return procedure_commit(run->p);
}

/* Step 12a */
static void command(struct run *run)
{
    struct ngap_pdu_session_resource_handover_item items[SMF_SESSIONS_PER_UE];
    for (unsigned i = 0; i < run->count; i++)
        items[i] = (struct ngap_pdu_session_resource_handover_item){
            run->sessions[i].pdu_session_id, smf_handover_command(run->ue, &run->sessions[i])};
    handover_send_command(run->ue, items, run->count, &run->refused, run->container);
}

/* Until the phone has arrived. The source may go down meanwhile: the phone is on its way. */
static enum procedure_event await_arrival(struct run *run)
{
    const uint64_t events = EVENT(EV_HANDOVER_NOTIFY) | EVENT(EV_HANDOVER_CANCEL) |
                            EVENT(EV_HANDOVER_TARGET_LOST) | EVENT(EV_HANDOVER_SOURCE_LOST);
    enum procedure_event event;
    do {
        event = procedure_wait(run->p, events, run->p->core->config->amf.timers.handover);
    } while (event == EV_HANDOVER_SOURCE_LOST);
    return event;
}

static void take_place(struct run *run, const struct ngap_handover_notify *notify)
{
    struct ue *ue = run->ue;
    struct connection *target = ue->target;
    if (ue->connection)
        n2_release(ue->connection, N2_RADIO(SUCCESSFUL_HANDOVER));
    connection_move(target, ue);
    if (!gmm_locate(ue, target->gnb, &notify->user_location_information))
        ue->tai = run->tai;
    target->selected = run->tai.plmn;
    target->context_up = target->in_area = true;
    handover_keys_take(ue, &run->keys);
}

/* Steps 14 to 18 of the execution phase: downlink follows, end markers go the old way, what is held goes out. */
static void arrived(struct run *run, const struct ngap_handover_notify *notify)
{
    struct ue *ue = run->ue;
    uint16_t moved = 0;
    char context[UE_CONTEXT_TEXT];
    take_place(run, notify);
    smf_handover_complete(ue, run->sessions, run->count);
    for (unsigned i = 0; i < run->count; i++)
        moved |= (uint16_t)(1u << run->sessions[i].pdu_session_id);
    smf_deactivate(ue, smf_active(ue) & (uint16_t)~moved);
    service_area_entered(ue);
    run->p->core->metrics.handovers_done[HANDOVER_N2]++;
    log_debug("amf", ue_context_text(ue, context), "handed over");
}

static void stayed(struct run *run, enum procedure_event event)
{
    leave_target(run, event == EV_HANDOVER_CANCEL ? N2_RADIO(HANDOVER_CANCELLED)
                                                  : N2_RADIO(TNGRELOCOVERALL_EXPIRY));
}

/* What could not be sent meanwhile is sent now; a phone that is nowhere any more is idle. */
static void resume(struct ue *ue)
{
    if (ue->connection) {
        held_nas_send(ue);
        mobility_done(ue);
        procedure_offer(ue->procedure, EV_HANDOVER_OVER, NULL);
        return;
    }
    ue_became_idle(ue, "it was lost between two gNBs");
    if (smf_pending(ue) && !amf_page(ue, 0))
        smf_unreachable(ue);
}

/* --- the procedure --- */

/* False: it ended before the command. */
static bool prepare(struct run *run, const struct ngap_handover_required *required)
{
    const uint64_t events = EVENT(EV_HANDOVER_REQUEST_ACKNOWLEDGE) | EVENT(EV_HANDOVER_FAILURE) |
                            EVENT(EV_HANDOVER_CANCEL) | EVENT(EV_HANDOVER_TARGET_LOST);
    struct ngap_cause cause = ask_target(run, required);
    if (cause.which) {
        run->p->core->metrics.handovers_failed[HANDOVER_N2]++;
        handover_tell_failure(run->ue, cause, (struct bytes){0});
        return false;
    }
    enum procedure_event event =
        procedure_wait(run->p, events, run->p->core->config->amf.timers.handover_preparation);
    if (event == EV_HANDOVER_REQUEST_ACKNOWLEDGE) {
        take_answer(run, run->p->data);
        event = run->count && run->container.len ? await_forwarding(run) : EV_TIMEOUT;
    }
    if (event == EV_HANDOVER_FORWARDING && !promise_keys(run))
        event = procedure_cancelled(run->p) ? EV_CANCELLED : EV_TIMEOUT;
    if (event != EV_HANDOVER_FORWARDING)
        give_up(run, event);
    return event == EV_HANDOVER_FORWARDING;
}

void n2_handover(struct procedure *p)
{
    struct run run = {.p = p, .ue = p->owner};
    if (prepare(&run, p->argument)) {
        command(&run);
        enum procedure_event event = await_arrival(&run);
        if (event == EV_HANDOVER_NOTIFY)
            arrived(&run, p->data);
        else
            stayed(&run, event);
    }
    OPENSSL_cleanse(&run.keys, sizeof run.keys);
    if (procedure_cancelled(p))
        return;
    procedure_leave(p);
    resume(run.ue);
}
