/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inter NG-RAN node N2 based handover (TS 23.502 4.9.1.3, TS 38.413 8.4.1 to 8.4.3): both gNBs speak with the core only. The phone
 * has two connections meanwhile: ue->connection, and ue->target, which takes its place when the phone has arrived. Until then
 * nothing about it is stored, so that a restart of this process leaves the phone where it was.
 */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "core/amf/relay.h"
#include "core/amf/shelter.h"
#include "core/smf/anchored.h"
#include "kit/log.h"

struct run {
    struct procedure *p;
    struct ue *ue;
    struct ngap_handover_required required; /* its bytes and sessions are in the procedure's memory */
    struct tai tai;                         /* selected by the source */
    struct anchored sessions[SMF_SESSIONS_PER_UE];
    unsigned count;
    uint16_t withheld; /* sessions that stay behind by rule H4 */
    struct handover_refusals refused;
    struct bytes container; /* from target to source */
    struct handover_keys keys;
    bool target_asked;
    struct ngap_cause cause; /* why not */
};

/* --- what the gNBs say to each other --- */

/* Both connections are there. */
static struct relay_handover relay_back(const struct run *run)
{
    const struct gnb *source = run->ue->connection->gnb, *target = run->ue->target->gnb;
    return (struct relay_handover){.core = run->p->core,
                                   .way = relay_between(target, source),
                                   .from = source,
                                   .to = target,
                                   .node = &run->required.target_id.target_ran_node_id};
}

static struct ngap_cause relay_to_target(const struct run *run, const struct gnb *target,
                                         struct ngap_handover_required *required)
{
    const struct connection *source = run->ue->connection;
    const struct relay_handover relay = {
        .core = run->p->core,
        .way = relay_between(source->gnb, target),
        .from = source->gnb,
        .to = target,
        .node = &required->target_id.target_ran_node_id,
        .source = source,
        .sessions = handover_sessions(&required->pdu_session_resource_list_ho_rqd) & smf_active(run->ue) &
                    (uint16_t)~run->withheld,
    };
    enum relay_verdict verdict =
        relay_source_container(&relay, &required->source_to_target_transparent_container);
    return relay_dropped(verdict) ? relay_cause(verdict) : (struct ngap_cause){0};
}

static struct bytes relay_to_source(const struct run *run, struct bytes container)
{
    if (!run->ue->connection || !run->ue->target || !container.len)
        return (struct bytes){0};
    const struct relay_handover relay = relay_back(run);
    return relay_dropped(relay_target_container(&relay, &container)) ? (struct bytes){0} : container;
}

static struct bytes relay_failure(const struct run *run, struct bytes container)
{
    if (!run->ue->connection || !run->ue->target)
        return (struct bytes){0};
    const struct relay_handover relay = relay_back(run);
    return relay_failure_container(&relay, container);
}

/* --- preparation --- */

/* Steps 1 and 2: which gNB, and may the phone go there? */
static struct ngap_cause choose_target(struct run *run, struct ngap_handover_required *required)
{
    const struct ngap_target_ran_node_id *node = &required->target_id.target_ran_node_id;
    if (required->handover_type != NGAP_HANDOVER_TYPE_INTRA5GS)
        return N2_RADIO(HO_TARGET_NOT_ALLOWED);
    if (required->target_id.which != NGAP_TARGET_ID_TARGET_RAN_NODE_ID)
        return N2_RADIO(UNKNOWN_TARGETID);
    const struct gnb *target = gnb_by_identity(run->p->core, &node->global_ran_node_id);
    if (!target)
        return N2_RADIO(UNKNOWN_TARGETID);
    run->tai = tai_from_ngap(&node->selected_tai);
    struct ngap_cause cause = handover_permitted(run->ue, target, run->tai);
    if (!cause.which)
        run->withheld = shelter_withheld(run->ue, target, LINE_HANDOVER,
                                         handover_sessions(&required->pdu_session_resource_list_ho_rqd));
    return cause.which ? cause : relay_to_target(run, target, required);
}

/* What waits does so in the procedure's memory. */
static struct bytes keep(const struct run *run, struct bytes transfer)
{
    return arena_copy(&run->p->memory, transfer);
}

static bool keep_required(struct run *run, const struct ngap_handover_required *required)
{
    struct ngap_pdu_session_resource_list_ho_rqd *list = &run->required.pdu_session_resource_list_ho_rqd;
    size_t count = required->pdu_session_resource_list_ho_rqd.count;
    struct ngap_pdu_session_resource_item_ho_rqd *items = arena_array(&run->p->memory, count, sizeof *items);
    run->required = *required;
    run->required.source_to_target_transparent_container =
        keep(run, required->source_to_target_transparent_container);
    for (size_t i = 0; items && i < count; i++) {
        items[i] = list->items[i];
        items[i].handover_required_transfer = keep(run, items[i].handover_required_transfer);
    }
    list->items = items;
    return items && (run->required.source_to_target_transparent_container.data ||
                     !required->source_to_target_transparent_container.len);
}

static struct anchored *session_of(struct run *run, uint8_t pdu_session_id)
{
    for (unsigned i = 0; i < run->count; i++) {
        if (run->sessions[i].item.pdu_session_id == pdu_session_id)
            return &run->sessions[i];
    }
    return NULL;
}

static bool is_withheld(const struct run *run, uint8_t psi)
{
    return psi <= SMF_SESSIONS_PER_UE && (run->withheld >> psi & 1);
}

static void prepare_session(struct run *run, const struct ngap_pdu_session_resource_item_ho_rqd *wanted,
                            struct meanwhile *meanwhile)
{
    struct core *core = run->p->core;
    uint8_t psi = wanted->pdu_session_id;
    struct anchored session = {0};
    struct bytes unsuccessful = {0};
    if (session_of(run, psi))
        unsuccessful = smf_handover_unsuccessful(core, N2_RADIO(MULTIPLE_PDU_SESSION_ID_INSTANCES));
    else if (is_withheld(run, psi))
        unsuccessful = smf_handover_unsuccessful(core, N2_RADIO(HO_TARGET_NOT_ALLOWED));
    else if (run->count < SMF_SESSIONS_PER_UE && anchored_own(run->p, psi, &session)) {
        session.item.target.gnb =
            gnb_by_identity(core, &run->required.target_id.target_ran_node_id.global_ran_node_id);
        session.target = whereabouts_of_ngap(&run->required.target_id.target_ran_node_id);
        if (anchored_prepare(run->p, &session, wanted->handover_required_transfer, meanwhile)) {
            run->sessions[run->count++] = session;
            return;
        }
        unsuccessful = session.item.transfer;
    }
    if (!unsuccessful.len)
        unsuccessful =
            smf_handover_unsuccessful(core, N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM));
    handover_refuse_session(run->p, &run->refused, psi, unsuccessful);
}

/* Steps 4 to 7: each session's anchor says what the target needs. EV_NONE, or what has come instead. */
static enum procedure_event prepare_sessions(struct run *run)
{
    const struct ngap_pdu_session_resource_list_ho_rqd *list =
        &run->required.pdu_session_resource_list_ho_rqd;
    struct meanwhile meanwhile = {.events = EVENT(EV_HANDOVER_CANCEL)};
    for (size_t i = 0; i < list->count && meanwhile.came == EV_NONE; i++)
        prepare_session(run, &list->items[i], &meanwhile);
    return meanwhile.came;
}

/* Step 9. The keys of a handover that fails are not used again (TS 33.501 6.9.2.3.3). */
static bool send_request(struct run *run)
{
    struct ue *ue = run->ue;
    struct handover_order order = {
        .tai = run->tai,
        .cause = run->required.cause,
        .container = run->required.source_to_target_transparent_container,
        .count = run->count,
    };
    for (unsigned i = 0; i < run->count; i++)
        order.sessions[i] = &run->sessions[i].item;
    handover_keys_choose(ue, &run->keys, &order.keys);
    order.new_keys = run->keys.kind != HANDOVER_NEXT_HOP;
    if (run->keys.kind == HANDOVER_NEW_KAMF)
        order.nasc = BYTES(run->keys.container);
    bool sent = handover_send_request(ue, &order);
    OPENSSL_cleanse(&order.keys, sizeof order.keys);
    return sent;
}

static struct ngap_cause ask_target(struct run *run)
{
    struct ue *ue = run->ue;
    struct gnb *target =
        gnb_by_identity(run->p->core, &run->required.target_id.target_ran_node_id.global_ran_node_id);
    if (!target) /* gone while anchors were asked */
        return N2_RADIO(UNKNOWN_TARGETID);
    if (!run->count)
        return N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    if (!connection_for_target(target, ue))
        return N2_RADIO(NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL);
    ue->target->secured = ue->connection->secured;
    if (!send_request(run)) {
        connection_free(ue->target);
        return N2_MISC(CONTROL_PROCESSING_OVERLOAD);
    }
    run->target_asked = true;
    ue->connection->holding = run->keys.kind == HANDOVER_NEW_KAMF;
    return (struct ngap_cause){0};
}

static enum procedure_event await_answer(struct run *run)
{
    const uint64_t events = EVENT(EV_HANDOVER_REQUEST_ACKNOWLEDGE) | EVENT(EV_HANDOVER_FAILURE) |
                            EVENT(EV_HANDOVER_CANCEL) | EVENT(EV_HANDOVER_TARGET_LOST);
    return procedure_wait(run->p, events, run->p->core->config->amf.timers.handover_preparation);
}

/* What the target admits, beyond the batch that brought it. */
static struct relocated_list keep_admitted(struct run *run,
                                           const struct ngap_handover_request_acknowledge *answer)
{
    const struct ngap_pdu_session_resource_admitted_list *list = &answer->pdu_session_resource_admitted_list;
    struct relocated_list admitted = {0};
    run->container = keep(run, relay_to_source(run, answer->target_to_source_transparent_container));
    for (size_t i = 0; i < list->count && admitted.count < MOVED_SESSIONS; i++) {
        if (session_of(run, list->items[i].pdu_session_id))
            admitted.items[admitted.count++] =
                (struct relocated_n2){list->items[i].pdu_session_id,
                                      keep(run, list->items[i].handover_request_acknowledge_transfer)};
    }
    return admitted;
}

/* What the target does not even mention it has not admitted. */
static void refuse_others(struct run *run)
{
    struct bytes unsuccessful = smf_handover_unsuccessful(
        run->p->core, N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM));
    unsigned admitted = 0;
    for (unsigned i = 0; i < run->count; i++) {
        if (run->sessions[i].item.admitted) {
            run->sessions[admitted++] = run->sessions[i];
            continue;
        }
        anchored_cancelled(run->ue, &run->sessions[i]);
        handover_refuse_session(run->p, &run->refused, run->sessions[i].item.pdu_session_id, unsuccessful);
    }
    run->count = admitted;
}

/* Step 10, in which the anchors hear what the target admits. EV_NONE, or what has come instead. */
static enum procedure_event take_answer(struct run *run)
{
    struct meanwhile meanwhile = {.events = EVENT(EV_HANDOVER_CANCEL) | EVENT(EV_HANDOVER_TARGET_LOST)};
    const struct relocated_list admitted = keep_admitted(run, run->p->data);
    for (unsigned i = 0; i < admitted.count && meanwhile.came == EV_NONE; i++) {
        struct anchored *session = session_of(run, admitted.items[i].psi);
        if (!session->item.admitted)
            anchored_admitted(run->p, session, admitted.items[i].transfer, &meanwhile);
    }
    if (meanwhile.came != EV_NONE)
        return meanwhile.came;
    refuse_others(run);
    return run->count && run->container.len ? EV_NONE : EV_TIMEOUT;
}

/* Step 11: where the source cannot reach the target itself, packets go back through the plane. */
static enum procedure_event await_forwarding(struct run *run)
{
    const uint64_t events =
        EVENT(EV_HANDOVER_FORWARDING) | EVENT(EV_HANDOVER_CANCEL) | EVENT(EV_HANDOVER_TARGET_LOST);
    enum procedure_event event = EV_HANDOVER_FORWARDING;
    for (unsigned i = 0; i < run->count && event == EV_HANDOVER_FORWARDING; i++) {
        while (event == EV_HANDOVER_FORWARDING && !smf_handover_ready(run->ue, &run->sessions[i].item))
            event = procedure_wait(run->p, events, HANDOVER_FORWARDING_TIME);
    }
    return event == EV_HANDOVER_FORWARDING || event == EV_TIMEOUT
               ? EV_NONE
               : event; /* without it packets may be lost, not the phone */
}

/* --- the end of a handover that is not to be --- */

/* The phone stays with the source, if that is still there. */
static void leave_target(struct run *run, struct ngap_cause cause)
{
    struct ue *ue = run->ue;
    run->p->core->metrics.handovers_failed[HANDOVER_N2]++;
    for (unsigned i = 0; i < run->count; i++)
        anchored_cancelled(ue, &run->sessions[i]);
    if (ue->target)
        n2_release(ue->target, cause);
    if (!ue->connection || !run->target_asked)
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
    const struct ngap_cause failed =
        run->cause.which ? run->cause : N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    const struct ngap_handover_failure *failure = run->p->data;
    struct bytes container;
    switch (event) {
    case EV_HANDOVER_CANCEL: /* is acknowledged where it came in */
        leave_target(run, N2_RADIO(HANDOVER_CANCELLED));
        break;
    case EV_HANDOVER_FAILURE: /* 8.4.2.3: the target has no context */
        container = relay_failure(run, failure->targetto_source_failure_transparent_container);
        connection_free(run->ue->target);
        leave_target(run, failed);
        handover_tell_failure(run->ue, failure->cause.which ? failure->cause : failed, container);
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
            run->sessions[i].item.pdu_session_id, anchored_command(run->p, &run->sessions[i])};
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
    for (unsigned i = 0; i < run->count; i++) {
        anchored_arrived(ue, &run->sessions[i]);
        moved |= (uint16_t)(1u << run->sessions[i].item.pdu_session_id);
    }
    smf_deactivate(ue, smf_active(ue) & (uint16_t)~moved);
    service_area_entered(ue);
    if (shelter_withheld(ue, ue->connection->gnb, LINE_HANDOVER, smf_active(ue)))
        shelter_look(ue->connection->gnb); /* it has become protected on its way */
    run->p->core->metrics.handovers_done[HANDOVER_N2]++;
    log_debug("amf", ue_context_text(ue, context), "handed over");
}

/* Only a cancelling source says where the phone is. Else it may have gone, and taken new keys: it has to come and show which it has. */
static void stayed(struct run *run, enum procedure_event event)
{
    const bool cancelled = event == EV_HANDOVER_CANCEL;
    if (!cancelled && run->keys.kind == HANDOVER_NEW_KAMF && run->ue->connection)
        n2_release(run->ue->connection, N2_RADIO(TNGRELOCOVERALL_EXPIRY));
    leave_target(run, cancelled ? N2_RADIO(HANDOVER_CANCELLED) : N2_RADIO(TNGRELOCOVERALL_EXPIRY));
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

/* Up to step 11. EV_NONE: the phone can be told to go; or what has come instead. */
static enum procedure_event prepare(struct run *run, const struct ngap_handover_required *required)
{
    enum procedure_event event = EV_NONE;
    struct ngap_handover_required passed_on = *required;
    run->cause = choose_target(run, &passed_on);
    if (!run->cause.which && !keep_required(run, &passed_on))
        run->cause = N2_MISC(CONTROL_PROCESSING_OVERLOAD);
    if (!run->cause.which)
        event = prepare_sessions(run);
    if (!run->cause.which && event == EV_NONE)
        run->cause = ask_target(run);
    if (run->cause.which || event != EV_NONE)
        return event == EV_NONE ? EV_TIMEOUT : event;
    event = await_answer(run);
    if (event == EV_HANDOVER_REQUEST_ACKNOWLEDGE)
        event = take_answer(run);
    if (event == EV_NONE)
        event = await_forwarding(run);
    if (event == EV_NONE && !promise_keys(run))
        event = procedure_cancelled(run->p) ? EV_CANCELLED : EV_TIMEOUT;
    return event;
}

static void execute(struct run *run)
{
    command(run);
    enum procedure_event event = await_arrival(run);
    if (event == EV_HANDOVER_NOTIFY)
        arrived(run, run->p->data);
    else
        stayed(run, event);
}

void n2_handover(struct procedure *p)
{
    struct run run = {.p = p, .ue = p->owner};
    enum procedure_event event = prepare(&run, p->argument);
    if (event == EV_NONE)
        execute(&run);
    else
        give_up(&run, event);
    OPENSSL_cleanse(&run.keys, sizeof run.keys);
    if (procedure_cancelled(p))
        return;
    procedure_leave(p);
    resume(run.ue);
}
