/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xn based handover (TS 23.502 4.9.1.2.2, TS 38.413 8.4.4): the phone is at another gNB already, which asks for its downlink.
 * The request comes from an association that the phone has never been on; its connection is looked for in that gNB's trust
 * domain only.
 */
#include <openssl/crypto.h>

#include "core/amf/fence.h"
#include "core/amf/handover.h"
#include "core/amf/shelter.h"
#include "core/peer/relocation.h"
#include "core/smf/remote.h"
#include "kit/log.h"
#include "line/enrolment.h"
#include "line/event.h"

enum { SESSIONS = 256 };

/* Path Switch Request, as far as the answer needs it. */
struct asked {
    uint64_t amf_ue_ngap_id;
    uint32_t ran_ue_ngap_id;
    uint16_t stream;
    size_t count;
    uint8_t sessions[SESSIONS];
};

struct run {
    struct procedure *p;
    struct ue *ue;
    struct gnb *gnb;                                /* the target */
    const struct ngap_path_switch_request *request; /* until the commit */
    struct asked asked;
    struct smf_switch switched[SMF_SESSIONS_PER_UE], failed[SMF_SESSIONS_PER_UE];
    unsigned switched_count, failed_count;
    struct relocated_list remote; /* sessions that other cores anchor, with what the gNB says to those */
    struct ngap_pdu_session_resource_released_item_ps_ack released[SESSIONS];
    size_t released_count;
    struct ngap_security_context security;
    bool new_kamf, capabilities_differ;
    /* where the phone came from, should the move not be stored */
    uint64_t former_association;
    uint32_t former_ran_id;
    uint16_t former_stream;
    struct tai former_tai;
    uint64_t former_cell;
    uint8_t former_nh[32], former_ncc;
};

static void note(struct asked *asked, uint16_t stream, const struct ngap_path_switch_request *request)
{
    const struct ngap_pdu_session_resource_to_be_switched_dl_list *list =
        &request->pdu_session_resource_to_be_switched_dl_list;
    *asked = (struct asked){
        .amf_ue_ngap_id = request->source_amf_ue_ngap_id,
        .ran_ue_ngap_id = request->ran_ue_ngap_id,
        .stream = stream,
        .count = list->count < SESSIONS ? list->count : SESSIONS,
    };
    for (size_t i = 0; i < asked->count; i++)
        asked->sessions[i] = list->items[i].pdu_session_id;
}

/* No phone of the gNB's domain and neighbours, which is what rule N3 asks for. */
static bool is_foreign(const struct ngap_cause *cause)
{
    return cause->which == NGAP_CAUSE_RADIO_NETWORK &&
           cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_LOCAL_UE_NGAP_ID;
}

/* 8.4.4.3: all sessions that the gNB wanted to take over are refused, whether or not they exist. */
static void refuse(struct gnb *gnb, const struct asked *asked, struct ngap_cause cause)
{
    struct core *core = gnb->core;
    struct ngap_pdu_session_resource_released_item_ps_fail items[SESSIONS];
    struct ngap_path_switch_request_failure failure = {
        .amf_ue_ngap_id = asked->amf_ue_ngap_id,
        .ran_ue_ngap_id = asked->ran_ue_ngap_id,
        .pdu_session_resource_released_list_ps_fail = {items, asked->count},
    };
    struct bytes transfer = smf_path_switch_unsuccessful(core, cause);
    char text[32];
    for (size_t i = 0; i < asked->count; i++)
        items[i] = (struct ngap_pdu_session_resource_released_item_ps_fail){asked->sessions[i], transfer};
    gnb_event(gnb, (struct line_event){.procedure = "Path Switch Request",
                                       .rule = is_foreign(&cause) ? "N3" : "",
                                       .reason = n2_cause_text(&cause, text, sizeof text)});
    core->metrics.handovers_failed[HANDOVER_XN]++;
    if (transfer.len)
        core_send_ngap(core, gnb->association, asked->stream, NGAP_PATH_SWITCH_REQUEST_FAILURE, &failure);
}

/* --- steps --- */

/* 8.4.4.4 */
static bool named_twice(const struct asked *asked)
{
    bool seen[256] = {false};
    for (size_t i = 0; i < asked->count; i++) {
        if (seen[asked->sessions[i]])
            return true;
        seen[asked->sessions[i]] = true;
    }
    return false;
}

static bool capabilities_equal(const struct ngap_ue_security_capabilities *a,
                               const struct ngap_ue_security_capabilities *b)
{
    return a->n_rencryption_algorithms == b->n_rencryption_algorithms &&
           a->n_rintegrity_protection_algorithms == b->n_rintegrity_protection_algorithms &&
           a->eutr_aencryption_algorithms == b->eutr_aencryption_algorithms &&
           a->eutr_aintegrity_protection_algorithms == b->eutr_aintegrity_protection_algorithms;
}

/* TS 33.501 6.7.3.1: what the source told the target must be what the phone told the core. */
static void compare_capabilities(struct run *run)
{
    struct ngap_ue_security_capabilities own = n2_security_capabilities(run->ue);
    run->capabilities_differ = !capabilities_equal(&own, &run->request->ue_security_capabilities);
    if (!run->capabilities_differ)
        return;
    run->p->core->metrics.security_mismatches++;
    gnb_event(run->gnb,
              (struct line_event){
                  .procedure = "Path Switch Request",
                  .rule = "N4",
                  .reason = "other security capabilities than the phone's; it is told the phone's"});
}

/* Where the phone is now must be a tracking area of the gNB that says so, and one that the phone may be in. */
static struct ngap_cause locate(struct run *run)
{
    struct ue *ue = run->ue;
    run->former_tai = ue->tai;
    run->former_cell = ue->cell;
    if (!gmm_locate(ue, run->gnb, &run->request->user_location_information))
        return N2_RADIO(HO_TARGET_NOT_ALLOWED);
    return handover_permitted(ue, run->gnb, ue->tai);
}

/* TS 33.501 6.6.1: the same of the policy on user-plane security. */
static void tell_of_policy(const struct run *run, uint8_t pdu_session_id)
{
    char reason[96];
    run->p->core->metrics.security_mismatches++;
    snprintf(reason, sizeof reason,
             "another user-plane security policy than that of session %u; it is told the session's",
             pdu_session_id);
    gnb_event(run->gnb,
              (struct line_event){.procedure = "Path Switch Request", .rule = "N4", .reason = reason});
}

static bool is_remote(const struct run *run, uint8_t pdu_session_id)
{
    return pdu_session_id <= SMF_SESSIONS_PER_UE && (remote_sessions(run->ue) >> pdu_session_id & 1) &&
           run->remote.count < MOVED_SESSIONS;
}

static void keep_remote(struct run *run, uint8_t pdu_session_id, struct bytes transfer)
{
    run->remote.items[run->remote.count++] =
        (struct relocated_n2){pdu_session_id, arena_copy(&run->p->memory, transfer)};
}

/* By rule H4: it stays behind, the phone goes. */
static bool is_withheld(const struct run *run, uint8_t pdu_session_id)
{
    return pdu_session_id <= SMF_SESSIONS_PER_UE &&
           shelter_withheld(run->ue, run->gnb, LINE_HANDOVER, (uint16_t)(1u << pdu_session_id));
}

static void switch_sessions(struct run *run)
{
    const struct ngap_pdu_session_resource_to_be_switched_dl_list *list =
        &run->request->pdu_session_resource_to_be_switched_dl_list;
    for (size_t i = 0; i < run->asked.count; i++) {
        struct smf_switch item = {.target.gnb = run->gnb, .pdu_session_id = list->items[i].pdu_session_id};
        if (is_withheld(run, item.pdu_session_id)) {
            run->released[run->released_count++] = (struct ngap_pdu_session_resource_released_item_ps_ack){
                item.pdu_session_id,
                smf_path_switch_unsuccessful(run->p->core, N2_RADIO(HO_TARGET_NOT_ALLOWED))};
            continue;
        }
        if (is_remote(run, item.pdu_session_id)) {
            keep_remote(run, item.pdu_session_id, list->items[i].path_switch_request_transfer);
            continue;
        }
        if (smf_switch_path(run->ue, list->items[i].path_switch_request_transfer, &item) &&
            run->switched_count < SMF_SESSIONS_PER_UE)
            run->switched[run->switched_count++] = item;
        else
            run->released[run->released_count++] =
                (struct ngap_pdu_session_resource_released_item_ps_ack){item.pdu_session_id, item.answer};
        if (item.policy_differs)
            tell_of_policy(run, item.pdu_session_id);
    }
}

/* What the target could not take over is looked at when the switch is done. */
static void keep_failed(struct run *run)
{
    const struct ngap_pdu_session_resource_failed_to_setup_list_ps_req *list =
        &run->request->pdu_session_resource_failed_to_setup_list_ps_req;
    for (size_t i = 0; i < list->count && run->failed_count < SMF_SESSIONS_PER_UE; i++)
        run->failed[run->failed_count++] = (struct smf_switch){
            .pdu_session_id = list->items[i].pdu_session_id,
            .answer = arena_copy(&run->p->memory, list->items[i].path_switch_request_setup_failed_transfer)};
}

/* From here on the phone is at the target: its late messages through the source find no connection (10.6). */
static bool move(struct run *run)
{
    struct ue *ue = run->ue;
    struct connection *connection = ue->connection;
    run->former_association = connection->gnb->association;
    run->former_ran_id = connection->ran_ue_ngap_id;
    run->former_stream = connection->stream;
    if (!connection_rehome(connection, run->gnb, run->asked.ran_ue_ngap_id, run->asked.stream))
        return false;
    connection->selected = ue->tai.plmn;
    connection->in_area = true;
    memcpy(run->former_nh, ue->nh, sizeof ue->nh);
    run->former_ncc = ue->ncc;
    run->new_kamf = next_hop(ue, &run->security);
    core_dirty(ue->core, &ue->row);
    return true;
}

static void stay(struct run *run, struct ngap_cause cause)
{
    smf_switch_end(run->ue, run->switched, run->switched_count, false);
    run->ue->tai = run->former_tai;
    run->ue->cell = run->former_cell;
    refuse(run->gnb, &run->asked, cause);
}

/* Anchors of other cores have switched already, and know no way back: the phone asks for those user planes anew. */
static bool anchors_have_moved(const struct run *run)
{
    for (unsigned i = 0; i < run->switched_count; i++) {
        if (remote_sessions(run->ue) >> run->switched[i].pdu_session_id & 1)
            return true;
    }
    return false;
}

/* The source may have gone while the store was asked: then the phone is nowhere. */
static void move_back(struct run *run)
{
    struct ue *ue = run->ue;
    struct gnb *source = gnb_find(run->p->core, run->former_association);
    memcpy(ue->nh, run->former_nh, sizeof ue->nh);
    ue->ncc = run->former_ncc;
    stay(run, N2_MISC(UNSPECIFIED));
    if (!source)
        connection_lost(ue->connection, "its gNB is lost");
    else if (!connection_rehome(ue->connection, source, run->former_ran_id, run->former_stream))
        connection_lost(ue->connection, "out of memory");
    else if (anchors_have_moved(run))
        amf_lost_user_plane(ue);
}

static void acknowledge(struct run *run)
{
    struct ue *ue = run->ue;
    struct ngap_allowed_nssai_item slices[UE_SLICES];
    struct ngap_pdu_session_resource_switched_item switched[SMF_SESSIONS_PER_UE] = {0};
    struct ngap_ue_security_capabilities capabilities = n2_security_capabilities(ue);
    struct ngap_path_switch_request_acknowledge message = {
        .amf_ue_ngap_id = ue->connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = ue->connection->ran_ue_ngap_id,
        .ue_security_capabilities = run->capabilities_differ ? &capabilities : NULL,
        .security_context = run->security,
        .has_new_security_context_ind = run->new_kamf,
        .pdu_session_resource_switched_list = {switched, run->switched_count},
        .pdu_session_resource_released_list_ps_ack = {run->released_count ? run->released : NULL,
                                                      run->released_count},
        .allowed_nssai = n2_allowed_nssai_at(ue, run->gnb, slices),
    };
    for (unsigned i = 0; i < run->switched_count; i++) {
        switched[i].pdu_session_id = run->switched[i].pdu_session_id;
        switched[i].path_switch_request_acknowledge_transfer = run->switched[i].answer;
    }
    n2_send_ue(ue->connection, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE, &message);
    next_hop_switched(ue, run->security.next_hop_chaining_count);
    OPENSSL_cleanse(&message.security_context, sizeof message.security_context);
}

/* Step 2: what was not switched has no user plane any more; why the target could not decides whether it goes altogether. */
static void settle_sessions(struct run *run)
{
    struct ue *ue = run->ue;
    uint16_t switched = 0;
    for (unsigned i = 0; i < run->switched_count; i++)
        switched |= (uint16_t)(1u << run->switched[i].pdu_session_id);
    smf_switch_end(ue, run->switched, run->switched_count, true);
    for (unsigned i = 0; i < run->failed_count; i++) {
        if (run->failed[i].pdu_session_id > SMF_SESSIONS_PER_UE ||
            !(switched >> run->failed[i].pdu_session_id & 1))
            smf_n2_response(ue, run->failed[i].pdu_session_id, N2_PATH_SWITCH_SETUP_FAILED,
                            run->failed[i].answer);
    }
    smf_deactivate(ue, smf_active(ue) & (uint16_t)~switched);
}

/* --- the procedure --- */

/* By rule H4. The phone is where nobody serves it, and not with the gNB that still has its context. */
static bool is_turned_away(const struct run *run)
{
    const struct shelter_question question = {.kind = LINE_HANDOVER, .supi = run->ue->supi};
    return run->gnb->risk != CONFIG_TRUSTED && shelter_covers(run->p->core, &question);
}

struct arrival {
    struct gnb *gnb;
    uint16_t stream;
    const struct ngap_path_switch_request *request;
};

/* What the store has not been asked for yet; which is 0, or why not. */
static struct ngap_cause carry_out(struct run *run)
{
    struct ngap_cause cause = locate(run);
    if (!cause.which && named_twice(&run->asked))
        cause = N2_RADIO(MULTIPLE_PDU_SESSION_ID_INSTANCES);
    if (!cause.which) {
        switch_sessions(run);
        keep_failed(run);
    }
    if (!cause.which && !run->switched_count && !run->remote.count)
        cause = N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM);
    if (!cause.which && !move(run))
        cause = N2_MISC(CONTROL_PROCESSING_OVERLOAD);
    return cause;
}

/* What is said of the others must outlive the batch. */
static void keep_answers(struct run *run)
{
    struct arena *memory = &run->p->memory;
    for (unsigned i = 0; i < run->switched_count; i++)
        run->switched[i].answer = arena_copy(memory, run->switched[i].answer);
    for (size_t i = 0; i < run->released_count; i++)
        run->released[i].path_switch_request_unsuccessful_transfer =
            arena_copy(memory, run->released[i].path_switch_request_unsuccessful_transfer);
}

/* Their anchors are asked one by one. False: no session is left that would have moved. */
static bool switch_remotes(struct run *run)
{
    if (run->remote.count)
        keep_answers(run);
    for (unsigned i = 0; i < run->remote.count && !procedure_cancelled(run->p); i++) {
        struct smf_switch item = {.target.gnb = run->gnb, .pdu_session_id = run->remote.items[i].psi};
        if (remote_switch_path(run->p, run->remote.items[i].transfer, &item))
            run->switched[run->switched_count++] = item;
        else
            run->released[run->released_count++] =
                (struct ngap_pdu_session_resource_released_item_ps_ack){item.pdu_session_id, item.answer};
    }
    return run->switched_count != 0;
}

static void complete(struct run *run)
{
    compare_capabilities(run);
    if (switch_remotes(run) && procedure_commit(run->p)) {
        acknowledge(run);
        settle_sessions(run);
        service_area_entered(run->ue);
        mobility_done(run->ue);
        held_nas_send(run->ue);
        run->p->core->metrics.handovers_done[HANDOVER_XN]++;
    } else if (!procedure_cancelled(run->p)) {
        move_back(run);
    }
}

static void path_switch(struct procedure *p)
{
    const struct arrival *arrival = p->argument;
    struct run run = {.p = p, .ue = p->owner, .gnb = arrival->gnb, .request = arrival->request};
    note(&run.asked, arrival->stream, arrival->request);
    struct ngap_cause cause = carry_out(&run);
    if (cause.which)
        stay(&run, cause);
    else
        complete(&run);
    OPENSSL_cleanse(&run.security, sizeof run.security);
    OPENSSL_cleanse(run.former_nh, sizeof run.former_nh);
    if (procedure_cancelled(p))
        return;
    procedure_leave(p);
    procedure_offer(run.ue->procedure, EV_HANDOVER_OVER, NULL);
    if (cause.which && is_turned_away(&run))
        an_release(run.ue, cause, "it is protected, and went to a high-risk cell");
}

/* Which connection is meant, and whether it can be moved: within the trust domain and the neighbourhood only (rule N3 of the line).
 * Of others the gNB learns nothing. */
static struct ngap_cause claim(const struct gnb *gnb, const struct ngap_path_switch_request *request,
                               struct connection **connection)
{
    *connection = connection_in_domain(gnb, request->source_amf_ue_ngap_id);
    if (gnb_is_shut(gnb))
        return N2_RADIO(HO_TARGET_NOT_ALLOWED);
    if (!*connection || (*connection)->releasing || !(*connection)->ue->registered ||
        !enrolment_neighbours(&gnb->core->config->inventory, gnb_id_of((*connection)->gnb), gnb_id_of(gnb)))
        return N2_RADIO(UNKNOWN_LOCAL_UE_NGAP_ID);
    if (!(*connection)->context_up || (*connection)->ue->connection != *connection)
        return N2_RADIO(INTERACTION_WITH_OTHER_PROCEDURE);
    return (struct ngap_cause){0};
}

void path_switch_request(struct gnb *gnb, uint16_t stream, const struct ngap_path_switch_request *request)
{
    struct connection *connection;
    struct asked asked;
    gnb->core->metrics.handovers_asked[HANDOVER_XN]++;
    if (connection_by_ran_id(gnb, request->ran_ue_ngap_id)) {
        n2_refuse(gnb, "", "its RAN UE NGAP ID is in use",
                  N2_PROTOCOL(MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE), NULL, &request->ran_ue_ngap_id);
        return;
    }
    note(&asked, stream, request);
    struct ngap_cause cause = claim(gnb, request, &connection);
    if (!connection)
        gnb_misdeed(gnb, MISDEED_FOREIGN_ID, 1);
    struct arrival arrival = {gnb, stream, request};
    if (cause.which)
        refuse(gnb, &asked, cause);
    else if (!procedure_start(gnb->core, &connection->ue->handover, "path switch", path_switch,
                              connection->ue, &arrival))
        refuse(gnb, &asked, N2_MISC(CONTROL_PROCESSING_OVERLOAD));
}
