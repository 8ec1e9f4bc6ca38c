/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target AMF's part of a handover from another core (TS 23.502 4.9.1.3.2 steps 3 to 12, 4.9.1.3.3). The phone gets a context
 * here, or has one already, because sessions of it are anchored here; it is registered here when it has arrived, and not before.
 * Nothing of it is stored until then, so that a restart leaves the phone with the source.
 */
#include <openssl/crypto.h>
#include <stdio.h>

#include "core/amf/away.h"
#include "core/amf/relay.h"
#include "core/amf/relocation.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"
#include "core/peer/relocation.h"
#include "core/peer/services.h"
#include "core/smf/anchored.h"
#include "kit/log.h"

struct run {
    struct procedure *p;
    struct ue *ue;
    struct peer_request request; /* of the source */
    struct relocation_request *order;
    const char *notify_path;
    struct tai tai;
    struct anchored sessions[MOVED_SESSIONS]; /* all that the phone has */
    unsigned count;
    struct relocation_answer answer;
    struct handover_keys keys; /* of a K_AMF that the source has derived for this core */
    struct ngap_cause cause;   /* why not */
    struct bytes failure;      /* from target to source */
};

/* --- preparation --- */

static struct anchored *session_of(struct run *run, uint8_t psi)
{
    for (unsigned i = 0; i < run->count; i++) {
        if (run->sessions[i].moved->psi == psi)
            return &run->sessions[i];
    }
    return NULL;
}

static void refuse_session(struct run *run, uint8_t psi, struct bytes unsuccessful)
{
    struct relocated_list *refused = &run->answer.refused;
    refused->items[refused->count++] = (struct relocated_n2){psi, arena_copy(&run->p->memory, unsuccessful)};
}

static void find_sessions(struct run *run)
{
    const struct moved_context *context = &run->order->context;
    for (unsigned i = 0; i < context->session_count; i++) {
        if (anchored_find(run->p->core, &context->sessions[i], &run->sessions[run->count]))
            run->count++;
    }
}

/* By rule H4, as this core has it: the session stays behind, the phone comes. */
static bool is_withheld(const struct run *run, const struct anchored *session)
{
    const struct gnb *target = gnb_by_identity(run->p->core, &run->order->target.global_ran_node_id);
    const struct shelter_question question = {LINE_HANDOVER, run->ue->supi, &session->moved->slice,
                                              session->moved->dnn};
    return target && shelter_refuses(target, &question);
}

/* Steps 4 to 7: each anchor says what the target needs. */
static bool prepare_sessions(struct run *run)
{
    const struct relocated_list *wanted = &run->order->sessions;
    unsigned prepared = 0;
    for (unsigned i = 0; i < wanted->count && !procedure_cancelled(run->p); i++) {
        struct anchored *session = session_of(run, wanted->items[i].psi);
        if (session && is_withheld(run, session)) {
            refuse_session(run, wanted->items[i].psi,
                           smf_handover_unsuccessful(run->p->core, N2_RADIO(HO_TARGET_NOT_ALLOWED)));
            continue;
        }
        if (session) {
            session->item.target.gnb = gnb_by_identity(run->p->core, &run->order->target.global_ran_node_id);
            session->target = whereabouts_of_ngap(&run->order->target);
        }
        if (session && anchored_prepare(run->p, session, wanted->items[i].transfer, NULL))
            prepared++;
        else
            refuse_session(run, wanted->items[i].psi,
                           session && session->item.transfer.len
                               ? session->item.transfer
                               : smf_handover_unsuccessful(run->p->core, N2_RADIO(UNKNOWN_PDU_SESSION_ID)));
    }
    return prepared != 0;
}

/* Of the chain that the source has begun, or the first of a new one (TS 33.501 6.9.2.3.3). */
static void choose_keys(struct run *run, struct handover_order *order)
{
    const struct moved_keys *keys = &run->order->context.keys;
    struct derived_kamf derived = {
        .nia = keys->nia, .nea = keys->nea, .ngksi = keys->ngksi, .count = keys->downlink};
    order->new_keys = keys->changed || keys->derived;
    if (keys->derived) {
        memcpy(derived.kamf, keys->kamf, sizeof derived.kamf);
        handover_keys_of(&derived, &run->keys, &order->keys);
        order->nasc = BYTES(run->keys.container);
        OPENSSL_cleanse(&derived, sizeof derived);
        return;
    }
    order->keys.next_hop_chaining_count = keys->ncc;
    memcpy(order->keys.next_hop_nh, keys->nh, sizeof order->keys.next_hop_nh);
}

/* What gNBs say to each other through two cores: each looks at it. */
static bool relay_to_target(struct run *run, const struct gnb *target, struct bytes *container)
{
    struct relay_handover relay = {.core = run->p->core,
                                   .way = {peer_name(run->p->core, run->request.peer), target->domain->name},
                                   .to = target,
                                   .node = &run->order->target};
    for (unsigned i = 0; i < run->count; i++)
        relay.sessions |= run->sessions[i].prepared ? (uint16_t)(1u << run->sessions[i].moved->psi) : 0;
    enum relay_verdict verdict = relay_source_container(&relay, container);
    if (relay_dropped(verdict))
        run->cause = relay_cause(verdict);
    return !relay_dropped(verdict);
}

static struct relay_handover relay_back(const struct run *run)
{
    const struct gnb *target = run->ue->target->gnb;
    return (struct relay_handover){.core = run->p->core,
                                   .way = {target->domain->name, peer_name(run->p->core, run->request.peer)},
                                   .to = target,
                                   .node = &run->order->target};
}

/* Step 9 */
static bool ask_target(struct run *run)
{
    struct ue *ue = run->ue;
    struct gnb *gnb = gnb_by_identity(ue->core, &run->order->target.global_ran_node_id);
    struct handover_order order = {
        .tai = run->tai, .cause = run->order->cause, .container = run->order->container};
    if (!gnb || !relay_to_target(run, gnb, &order.container) || !connection_for_target(gnb, ue))
        return false;
    ue->target->secured = true;
    choose_keys(run, &order);
    for (unsigned i = 0; i < run->count; i++) {
        if (run->sessions[i].prepared)
            order.sessions[order.count++] = &run->sessions[i].item;
    }
    bool sent = handover_send_request(ue, &order);
    OPENSSL_cleanse(&order.keys, sizeof order.keys);
    return sent;
}

/* Steps 10 and 11, as far as the target's words go; what it does not even mention it has not admitted. */
static void take_admitted(struct run *run, const struct relocated_list *admitted)
{
    for (unsigned i = 0; i < admitted->count && !procedure_cancelled(run->p); i++) {
        struct anchored *session = session_of(run, admitted->items[i].psi);
        if (session && session->prepared && !session->item.admitted)
            anchored_admitted(run->p, session, admitted->items[i].transfer, NULL);
    }
}

static void keep_acknowledge(struct run *run, const struct ngap_handover_request_acknowledge *acknowledge,
                             struct relocated_list *admitted)
{
    const struct ngap_pdu_session_resource_admitted_list *list =
        &acknowledge->pdu_session_resource_admitted_list;
    struct arena *memory = &run->p->memory;
    struct bytes container = acknowledge->target_to_source_transparent_container;
    const struct relay_handover relay = relay_back(run);
    if (!relay_dropped(relay_target_container(&relay, &container)))
        run->answer.container = arena_copy(memory, container);
    for (size_t i = 0; i < list->count && admitted->count < MOVED_SESSIONS; i++)
        admitted->items[admitted->count++] =
            (struct relocated_n2){list->items[i].pdu_session_id,
                                  arena_copy(memory, list->items[i].handover_request_acknowledge_transfer)};
}

static struct bytes failure_container(const struct run *run, const struct ngap_handover_failure *failure)
{
    const struct relay_handover relay = relay_back(run);
    return relay_failure_container(&relay, failure->targetto_source_failure_transparent_container);
}

static bool await_target(struct run *run)
{
    const uint64_t events =
        EVENT(EV_HANDOVER_REQUEST_ACKNOWLEDGE) | EVENT(EV_HANDOVER_FAILURE) | EVENT(EV_HANDOVER_TARGET_LOST);
    const struct ngap_handover_failure *failure;
    struct relocated_list admitted = {0};
    switch (procedure_wait(run->p, events, run->p->core->config->amf.timers.handover_preparation)) {
    case EV_HANDOVER_REQUEST_ACKNOWLEDGE:
        keep_acknowledge(run, run->p->data, &admitted);
        take_admitted(run, &admitted);
        return true;
    case EV_HANDOVER_FAILURE: /* the target has no context */
        failure = run->p->data;
        run->cause = failure->cause;
        run->failure = arena_copy(&run->p->memory, failure_container(run, failure));
        connection_free(run->ue->target);
        return false;
    default:
        return false;
    }
}

/* Step 11f: of own sessions, where the source cannot reach the target itself. */
static bool await_forwarding(struct run *run)
{
    const uint64_t events = EVENT(EV_HANDOVER_FORWARDING) | EVENT(EV_HANDOVER_TARGET_LOST);
    enum procedure_event event = EV_HANDOVER_FORWARDING;
    for (unsigned i = 0; i < run->count && event == EV_HANDOVER_FORWARDING; i++) {
        while (event == EV_HANDOVER_FORWARDING && !smf_handover_ready(run->ue, &run->sessions[i].item))
            event = procedure_wait(run->p, events, HANDOVER_FORWARDING_TIME);
    }
    return event == EV_HANDOVER_FORWARDING || event == EV_TIMEOUT;
}

/* Step 12. False: the target has taken no session over. */
static bool answer_source(struct run *run)
{
    struct relocation_answer *answer = &run->answer;
    struct sbi_content content = {0};
    struct bytes unsuccessful = smf_handover_unsuccessful(
        run->p->core, N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM));
    char supi[SUPI_TEXT_BYTES], uri[SBI_TEXT_BYTES], path[PEER_PATH_BYTES];
    for (unsigned i = 0; i < run->count; i++) {
        const struct anchored *session = &run->sessions[i];
        if (session->item.admitted)
            answer->admitted.items[answer->admitted.count++] =
                (struct relocated_n2){session->moved->psi, anchored_command(run->p, session)};
        else if (session->prepared)
            refuse_session(run, session->moved->psi, unsuccessful);
    }
    if (!answer->admitted.count || !answer->container.len ||
        !relocation_write_answer(answer, &run->p->core->batch, &content))
        return false;
    snprintf(path, sizeof path, NAMF_CONTEXTS "%s", supi_text(run->ue->supi, supi));
    peer_own_uri(run->p->core, path, uri);
    struct bytes location = arena_copy(&run->p->core->batch, bytes_of(uri, strlen(uri) + 1));
    peer_created(&run->request, &content, location.data ? (const char *)location.data : "");
    return true;
}

static bool prepare(struct run *run)
{
    find_sessions(run);
    return prepare_sessions(run) && !procedure_cancelled(run->p) && ask_target(run) && await_target(run) &&
           !procedure_cancelled(run->p) && run->ue->target && await_forwarding(run) && answer_source(run);
}

/* --- the phone arrives --- */

static void take_keys(struct run *run)
{
    struct ue *ue = run->ue;
    const struct moved_keys *keys = &run->order->context.keys;
    if (keys->derived) {
        handover_keys_take(ue, &run->keys);
        return;
    }
    nas_security_start(&ue->security, NAS_NETWORK, keys->kamf, keys->nia, keys->nea, keys->ngksi);
    ue->security.uplink = keys->uplink;
    ue->security.downlink = ue->downlink_reserved = keys->downlink;
    memcpy(ue->kamf, keys->kamf, sizeof ue->kamf);
    if (keys->changed) {
        next_hop_begin(ue, keys->nh);
    } else {
        memcpy(ue->nh, keys->nh, sizeof ue->nh);
        ue->ncc = ue->ncc_gnb = ue->ncc_phone = keys->ncc;
    }
}

static void take_place(struct run *run, const struct ngap_handover_notify *notify)
{
    struct ue *ue = run->ue;
    struct connection *target = ue->target;
    timer_stop(ue->core->timers, &ue->timer);
    ue_comes_back(ue);
    take_keys(run);
    connection_move(target, ue);
    if (!gmm_locate(ue, target->gnb, &notify->user_location_information))
        ue->tai = run->tai;
    target->selected = run->tai.plmn;
    target->context_up = target->in_area = true;
    ue->registered = true;
    ue->unreachable = false;
    ue->since = core_wall(ue->core);
    ue->update_due = true; /* its 5G-GUTI and its registration area are this core's from now on */
    if (!ue_new_tmsi(ue))
        log_warning("amf", NULL, "no memory for a 5G-TMSI");
    core_dirty(ue->core, &ue->row);
}

static void take_sessions(struct run *run)
{
    char context[UE_CONTEXT_TEXT];
    for (unsigned i = 0; i < run->count; i++) {
        if (!anchored_arrived(run->ue, &run->sessions[i]))
            log_warning("amf", ue_context_text(run->ue, context), "PDU session %u cannot be taken over",
                        run->sessions[i].moved->psi);
    }
}

/* Namf_Communication_N2InfoNotify (step 5). */
static void notify_source(const struct run *run)
{
    struct core *core = run->p->core;
    struct sbi_content content = {.json = json_pack("{s:s, s:s}", "n2NotifySubscriptionId", "handover",
                                                    "notifyReason", "HANDOVER_COMPLETED")};
    struct sbi_message request;
    if (peer_request(core, run->notify_path, &content, &request))
        peer_tell(core, run->request.peer, &request);
}

/* The phone is here, whatever the store says; but the source is told only what will be so after a restart. */
static void arrived(struct run *run, const struct ngap_handover_notify *notify)
{
    struct ue *ue = run->ue;
    char context[UE_CONTEXT_TEXT];
    take_place(run, notify);
    take_sessions(run);
    log_info("amf", ue_context_text(ue, context), "handed over from %s",
             peer_name(ue->core, run->request.peer));
    if (procedure_commit(run->p))
        notify_source(run);
    if (procedure_cancelled(run->p))
        return;
    procedure_leave(run->p);
    held_nas_send(ue);
    mobility_done(ue);
    configuration_update_due(ue);
}

/* --- it does not --- */

static void refuse(const struct peer_request *request, struct ngap_cause cause, struct bytes container)
{
    struct sbi_content content = {0};
    if (!cause.which)
        cause = N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    relocation_write_error(cause, container, &request->core->batch, &content);
    peer_refuse_with(request, 403, &content);
}

/* Sessions stay with who has them; a context that began with the handover ends with it. */
static void give_up(struct run *run)
{
    struct ue *ue = run->ue;
    for (unsigned i = 0; i < run->count; i++)
        anchored_cancelled(ue, &run->sessions[i]);
    if (ue->target)
        n2_release(ue->target, N2_RADIO(HANDOVER_CANCELLED));
    held_nas_drop(ue);
    procedure_leave(run->p);
    if (!ue->away)
        ue_discard(ue, N2_RADIO(UNSPECIFIED));
}

/* --- the procedure --- */

struct arrival {
    const struct peer_request *request;
    const struct relocation_request *order;
    const char *notify_path;
};

/* What was asked, beyond the batch that brought it. */
static bool keep(struct run *run, const struct arrival *arrival)
{
    struct arena *memory = &run->p->memory;
    struct relocation_request *order = ARENA_NEW(memory, struct relocation_request);
    struct bytes path = arena_copy(memory, bytes_of(arrival->notify_path, strlen(arrival->notify_path) + 1));
    run->request = peer_request_later(arrival->request);
    if (!order || !path.data)
        return false;
    *order = *arrival->order;
    order->container = arena_copy(memory, order->container);
    order->radio_capability = (struct bytes){0}; /* the context has it */
    for (unsigned i = 0; i < order->sessions.count; i++)
        order->sessions.items[i].transfer = arena_copy(memory, order->sessions.items[i].transfer);
    run->order = order;
    run->notify_path = (const char *)path.data;
    run->tai = tai_from_ngap(&order->target.selected_tai);
    return true;
}

static void relocation_in(struct procedure *p)
{
    struct run run = {.p = p, .ue = p->owner};
    struct ue *ue = run.ue;
    enum procedure_event event = EV_NONE;
    bool kept = keep(&run, p->argument), prepared = kept && prepare(&run);
    if (prepared)
        event = procedure_wait(p, EVENT(EV_HANDOVER_NOTIFY) | EVENT(EV_HANDOVER_TARGET_LOST),
                               p->core->config->amf.timers.handover);
    else
        refuse(&run.request, run.cause, run.failure);
    ue->handover_peer = NO_PEER;
    if (event == EV_HANDOVER_NOTIFY)
        arrived(&run, p->data);
    else
        give_up(&run);
    OPENSSL_cleanse(&run.keys, sizeof run.keys);
    if (kept)
        OPENSSL_cleanse(&run.order->context, sizeof run.order->context);
}

/* --- CreateUEContext --- */

static bool configured(const uint8_t *algorithms, unsigned count, uint8_t algorithm)
{
    return count && memchr(algorithms, algorithm, count) != NULL;
}

/* With other algorithms than this network allows it would have to authenticate first. */
static bool good_enough(const struct core *core, const struct moved_keys *keys)
{
    const struct config_security *allowed = &core->config->amf.security;
    bool fresh = keys->derived || (keys->uplink < NAS_COUNT_RENEW && keys->downlink < NAS_COUNT_RENEW);
    return fresh && configured(allowed->integrity, allowed->integrity_count, keys->nia) &&
           configured(allowed->ciphering, allowed->ciphering_count, keys->nea);
}

/* What the phone is here, by its former core's word and this core's own subscription data. */
static struct ngap_cause admit(struct ue *ue, unsigned peer, const struct relocation_request *order)
{
    const struct moved_context *context = &order->context;
    struct gnb *gnb = gnb_by_identity(ue->core, &order->target.global_ran_node_id);
    struct udm_access subscription;
    if (!gnb)
        return N2_RADIO(UNKNOWN_TARGETID);
    if (udm_access_data(ue->core->udm, ue->supi, &ue->core->batch, &subscription) != UDM_OK ||
        subscription.barred || !good_enough(ue->core, &context->keys) ||
        !restriction_keep(ue, &subscription.access))
        return N2_RADIO(HO_TARGET_NOT_ALLOWED);
    ue->security_capability = context->capability;
    memcpy(ue->imeisv, context->pei, sizeof ue->imeisv);
    memcpy(ue->allowed, context->allowed, sizeof ue->allowed);
    ue->allowed_count = (uint8_t)context->allowed_count;
    ue->ambr_uplink = subscription.ambr_uplink;
    ue->ambr_downlink = subscription.ambr_downlink;
    relay_keep_capability(ue, NULL, peer_name(ue->core, peer), order->radio_capability, (struct bytes){0});
    return handover_permitted(ue, gnb, tai_from_ngap(&order->target.selected_tai));
}

/* The phone's context here, to be: one whose sessions are anchored here, or a new one. NULL: this core serves the phone itself, or
 * has no room for it. */
static struct ue *context_for(struct core *core, supi_t supi)
{
    struct ue *known = amf_find(core, supi);
    if (known && known->handover_peer != NO_PEER && !known->registered) {
        procedure_cancel(known->handover, "it is asked for anew");
        known = amf_find(core, supi);
    }
    if (known)
        return known->away ? known : NULL;
    struct ue *ue = ue_room(core, supi) ? ue_new(core) : NULL;
    if (!ue)
        return NULL;
    ue->supi = supi;
    if (ue_adopt(ue))
        return ue;
    ue_free(ue);
    return NULL;
}

static void begin(struct peer_request *request, const struct relocation_request *order,
                  const char *notify_path)
{
    struct arrival arrival = {request, order, notify_path};
    struct ngap_cause cause = {0};
    struct ue *ue = context_for(request->core, order->context.supi);
    if (ue)
        cause = admit(ue, request->peer, order);
    if (ue && !cause.which) {
        ue->handover_peer = (int)request->peer;
        if (procedure_start(request->core, &ue->handover, "N2 handover from another core", relocation_in, ue,
                            &arrival))
            return;
        ue->handover_peer = NO_PEER;
    }
    refuse(request, cause, (struct bytes){0});
    if (ue && !ue->away)
        ue_discard(ue, N2_RADIO(UNSPECIFIED));
}

void relocation_create(struct peer_request *request, const char *id)
{
    struct relocation_request order;
    const char *path, *why = relocation_read_request(&request->content, &order);
    bool own;
    if (why) {
        log_info("sbi", NULL, "%s asks for a handover with %s", peer_name(request->core, request->peer), why);
        peer_refuse(request, 400, "MANDATORY_IE_INCORRECT");
    } else if (supi_of_text(id) != order.context.supi ||
               peer_of_uri(request->core, order.notify_uri, &own, &path) != (int)request->peer) {
        peer_refuse(request, 403, "HANDOVER_FAILURE");
    } else {
        begin(request, &order, path);
    }
    OPENSSL_cleanse(&order.context, sizeof order.context);
}

/* --- ReleaseUEContext --- */

void relocation_release(struct peer_request *request, struct ue *ue)
{
    if (ue->handover_peer != (int)request->peer || ue->registered) {
        peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
        return;
    }
    procedure_cancel(ue->handover, "its source has cancelled the handover");
    peer_reply(request, NULL);
}
