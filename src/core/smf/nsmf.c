/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nsmf_PDUSession (TS 29.502) for sessions whose phone another core serves. An SM context's reference is not to be guessed, and
 * loses its force when the phone comes back: who knows it serves the phone.
 */
#include <stdio.h>

#include "core/peer/services.h"
#include "core/peer/whereabouts.h"
#include "core/smf/nsmf.h"
#include "core/smf/partner.h"
#include "core/smf/session.h"
#include "core/smf/sm_names.h"
#include "kit/hex.h"

enum { REF_DIGITS = 24, REF_OCTETS = REF_DIGITS / 2, SEID_OCTETS = 8 };

/* --- references --- */

unsigned nsmf_list(struct ue *ue, struct moved_context *context)
{
    struct core *core = amf_core(ue);
    char path[PEER_PATH_BYTES], uri[SBI_TEXT_BYTES];
    for (const struct session *session = *amf_sessions(ue);
         session && context->session_count < MOVED_SESSIONS; session = session->next) {
        struct moved_session *moved = &context->sessions[context->session_count];
        if (session->state == SESSION_NEW)
            continue;
        moved->psi = session->psi;
        moved->slice = session->slice;
        snprintf(moved->dnn, sizeof moved->dnn, "%s", session->network->name);
        snprintf(path, sizeof path, NSMF_CONTEXTS "%016llx%08x", (unsigned long long)session->seid,
                 amf_nonce(ue));
        snprintf(moved->uri, sizeof moved->uri, "%s", peer_own_uri(core, path, uri));
        context->session_count++;
    }
    return context->session_count;
}

/* The session of "0123456789abcdef01234567", which what follows it goes behind. */
static struct session *session_of_ref(struct core *core, const char *ref, const char **behind)
{
    uint8_t octets[REF_OCTETS];
    char digits[REF_DIGITS + 1] = "";
    snprintf(digits, sizeof digits, "%s", ref);
    *behind = "";
    if (strlen(digits) != REF_DIGITS || !hex_read(digits, octets, sizeof octets))
        return NULL;
    *behind = ref + REF_DIGITS;
    struct reader r = reader_of(BYTES(octets));
    struct session *session = map_get(&core->smf->sessions, read_u64(&r));
    uint32_t nonce = read_u32(&r);
    return session && nonce && nonce == amf_nonce(session->ue) ? session : NULL;
}

/* --- UpdateSMContext (6.1.3.3.4.2) --- */

static void activate(struct peer_request *request, const struct session *session)
{
    struct smf_setup_item items[SMF_SESSIONS_PER_UE];
    struct sbi_content content = {0};
    if (!smf_activate(session->ue, (uint16_t)(1u << session->psi), items)) {
        peer_refuse(request, 504, "PEER_NOT_RESPONDING");
        return;
    }
    content.json = json_pack("{s:s, s:o, s:s}", "upCnxState", "ACTIVATING", "n2SmInfo",
                             sbi_content_add(&content, &request->core->batch, SBI_NGAP, items[0].transfer),
                             "n2SmInfoType", name_of_value(n2_request_names, N2_SETUP_REQUEST));
    peer_reply(request, &content);
}

static void take_n1(struct peer_request *request, const struct session *session, struct bytes payload)
{
    struct smf_n1 n1 = {.pdu_session_id = session->psi, .payload = payload};
    if (nas_peek(payload) != NAS_SESSION_ESTABLISHMENT_REQUEST &&
        smf_n1_message(session->ue, &n1) == SMF_TAKEN)
        peer_reply(request, NULL);
    else
        peer_refuse(request, 403, "N1_SM_ERROR");
}

/* Xn handover at the core that serves the phone (TS 29.502 5.2.2.3.3): downlink follows with the answer. */
static void switch_path(struct peer_request *request, const struct session *session, struct bytes transfer)
{
    struct smf_switch item = {.target = partner_cell(session), .pdu_session_id = session->psi};
    struct sbi_content content = {0};
    struct ue *ue = session->ue;
    bool switched = smf_switch_path(ue, transfer, &item);
    if (switched)
        smf_switch_end(ue, &item, 1, true);
    content.json =
        json_pack("{s:s, s:o}", "n2SmInfoType", switched ? "PATH_SWITCH_REQ_ACK" : "PATH_SWITCH_REQ_FAIL",
                  "n2SmInfo", sbi_content_add(&content, &request->core->batch, SBI_NGAP, item.answer));
    if (switched)
        peer_reply(request, &content);
    else
        peer_refuse_with(request, 403, &content);
}

static void take_n2(struct peer_request *request, const struct session *session, struct bytes transfer)
{
    const char *type = json_string_value(json_object_get(request->content.json, "n2SmInfoType"));
    int kind;
    if (type && strcmp(type, "PATH_SWITCH_REQ") == 0) {
        switch_path(request, session, transfer);
        return;
    }
    if (!value_of_name(n2_answer_names, type, &kind)) {
        peer_refuse(request, 403, "N2_SM_ERROR");
        return;
    }
    smf_n2_response(session->ue, session->psi, (enum n2_answer)kind, transfer);
    peer_reply(request, NULL);
}

/* Where the core that serves the phone says that it is; what has no user plane there any more may be nowhere. */
static void take_place(const struct peer_request *request, struct session *session)
{
    const char *state = json_string_value(json_object_get(request->content.json, "upCnxState"));
    struct whereabouts place = {.gnb = session->abroad};
    if (!field_location(request->content.json, "ueLocation", &place) && state &&
        strcmp(state, "DEACTIVATED") == 0)
        place.gnb = (struct config_gnb_id){0};
    if (config_gnb_id_equal(place.gnb, session->abroad))
        return;
    session->abroad = place.gnb;
    core_dirty(request->core, &session->row);
}

static void modify(struct peer_request *request, const struct session *session)
{
    const struct sbi_content *content = &request->content;
    const char *state = json_string_value(json_object_get(content->json, "upCnxState"));
    struct bytes n1 = sbi_content_part(content, content->json, "n1SmMsg");
    struct bytes n2 = sbi_content_part(content, content->json, "n2SmInfo");
    if (state && strcmp(state, "ACTIVATING") == 0) {
        activate(request, session);
    } else if (n1.len) {
        take_n1(request, session, n1);
    } else if (n2.len) {
        take_n2(request, session, n2);
    } else {
        if (state && strcmp(state, "DEACTIVATED") == 0)
            smf_deactivate(session->ue, (uint16_t)(1u << session->psi));
        peer_reply(request, NULL);
    }
}

/* A partner's, where it may not cross: as when its phone turns up at a gNB of this core's. */
static void leave_wrong_place(struct ue *ue, uint8_t psi)
{
    struct session *session = session_find(ue, psi);
    if (session && session->abroad.bits)
        partner_keeps(session, "mobility");
}

void nsmf_pdu_session(struct peer_request *request)
{
    const char *operation;
    struct session *session = session_of_ref(request->core, request->rest, &operation);
    if (!session) {
        peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
        return;
    }
    struct ue *ue = session->ue;
    const uint8_t psi = session->psi;
    if (strcmp(operation, "/modify") == 0 && nsmf_handover(request, session)) {
        return;
    } else if (strcmp(operation, "/modify") == 0) {
        amf_take_away(ue, request->peer);
        take_place(request, session);
        modify(request, session);
        leave_wrong_place(ue, psi);
    } else if (strcmp(operation, "/release") == 0) {
        amf_take_away(ue, request->peer);
        session->told = true; /* who says it knows */
        session_free(session, "the phone has it no more, says the core that serves it");
        peer_reply(request, NULL);
    } else {
        peer_refuse(request, 404, "RESOURCE_URI_STRUCTURE_NOT_FOUND");
    }
}

/* POST FAILURE_NOTIFY {ref} (TS 29.518 6.1.5.6): what was sent, or was to wake it, did not reach the phone. */
void nsmf_n1n2_failure(struct peer_request *request)
{
    const char *behind;
    const struct session *session = session_of_ref(request->core, request->rest, &behind);
    if (!session || *behind || !amf_is_away(session->ue, request->peer)) {
        peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
        return;
    }
    smf_unreachable(session->ue);
    peer_reply(request, NULL);
}
