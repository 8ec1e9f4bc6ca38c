/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions that move with their phone to another gNB (TS 23.502 4.9.1.2, TS 38.413 9.3.4.8 to 9.3.4.15). */
#include "core/smf/n4.h"
#include "core/smf/partner.h"
#include "kit/log.h"
#include "wire/ngap/ngap.h"

struct bytes smf_path_switch_unsuccessful(struct core *core, struct ngap_cause cause)
{
    const struct ngap_path_switch_request_unsuccessful_transfer transfer = {cause};
    return n2_transfer(core, &ngap_type_path_switch_request_unsuccessful_transfer, &transfer);
}

/* The plane's end of the tunnel stays what it is, so there is nothing to tell of it. */
static struct bytes acknowledge(const struct session *session, bool tell_policy)
{
    const struct ngap_security_indication security = protection_indication(session);
    const struct ngap_path_switch_request_acknowledge_transfer transfer = {
        .security_indication = tell_policy ? &security : NULL};
    return n2_transfer(session_smf(session)->core, &ngap_type_path_switch_request_acknowledge_transfer,
                       &transfer);
}

static bool refuse(struct core *core, struct smf_switch *item, struct ngap_cause cause)
{
    item->answer = smf_path_switch_unsuccessful(core, cause);
    return false;
}

static bool is_connected(const struct session *session)
{
    return session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING;
}

/* 33.501 6.6.1: a target that was told another policy is told the right one, and changes over to it. */
static struct ngap_cause compare_policy(const struct session *session,
                                        const struct ngap_user_plane_security_information *told,
                                        struct smf_switch *item, uint8_t *performed)
{
    struct ngap_cause cause = {0};
    item->policy_differs = told && !protection_agrees(session, &told->security_indication);
    *performed = told && !item->policy_differs ? protection_performed(&told->security_result) : 0;
    protection_suffices(session, *performed, &cause);
    return cause;
}

bool smf_switch_path(struct ue *ue, struct bytes transfer, struct smf_switch *item)
{
    struct core *core = amf_core(ue);
    struct session *session = session_find(ue, item->pdu_session_id);
    const struct ngap_path_switch_request_transfer *request;
    struct aper_diagnostics diagnostics;
    struct tunnel gnb;
    uint8_t performed;
    if (!session || !is_connected(session))
        return refuse(core, item, N2_RADIO(UNKNOWN_PDU_SESSION_ID));
    if (ngap_decode_path_switch_request_transfer(transfer, &core->batch, &request, &diagnostics) >
            NGAP_NOTIFY ||
        !n2_read_tunnel(&request->dl_ngu_up_tnl_information, &gnb))
        return refuse(core, item, N2_PROTOCOL(TRANSFER_SYNTAX_ERROR));
    if (!n2_admits_tunnel(ue, item->target.gnb, &gnb))
        return refuse(core, item, N2_TRANSPORT(TRANSPORT_RESOURCE_UNAVAILABLE));
    if (!partner_lets(session, &item->target, &gnb, "path switch"))
        return refuse(core, item, N2_RADIO(HO_TARGET_NOT_ALLOWED));
    struct ngap_cause lack =
        compare_policy(session, request->user_plane_security_information, item, &performed);
    if (lack.which)
        return refuse(core, item, lack);
    item->answer = acknowledge(session, item->policy_differs);
    if (!item->answer.len)
        return refuse(core, item, N2_RADIO(UNSPECIFIED));
    item->former = session->gnb;
    item->former_performed = session->protection.performed;
    session->gnb = gnb;
    session->protection.performed = performed;
    core_dirty(core, &session->row);
    return true;
}

static void switched(struct session *session, const struct tunnel *former)
{
    const struct sm_n2 n2 = {.kind = N2_PATH_SWITCHED};
    if (session->state == SESSION_ACTIVE)
        session->end_marker = session->end_marker || former->family;
    else
        core_dirty(session_smf(session)->core, &session->row);
    session->state = SESSION_ACTIVE;
    session->data_waits = false;
    n4_sync(session);
    procedure_offer(session->procedure, EV_SM_N2, &n2);
}

void smf_switch_end(struct ue *ue, const struct smf_switch *items, unsigned count, bool done)
{
    for (unsigned i = 0; i < count; i++) {
        struct session *session = session_find(ue, items[i].pdu_session_id);
        if (!session)
            continue;
        if (done) {
            switched(session, &items[i].former);
            continue;
        }
        session->gnb = items[i].former;
        session->protection.performed = items[i].former_performed;
    }
}

/* 4.9.1.2.2: a session whose security cannot be had there ends; any other waits without user plane. */
static bool forbids_life(struct bytes transfer, struct core *core)
{
    const struct ngap_path_switch_request_setup_failed_transfer *failed;
    struct aper_diagnostics diagnostics;
    return ngap_decode_path_switch_request_setup_failed_transfer(transfer, &core->batch, &failed,
                                                                 &diagnostics) <= NGAP_NOTIFY &&
           protection_refusal(&failed->cause);
}

void session_left_behind(struct session *session, struct bytes transfer)
{
    struct core *core = session_smf(session)->core;
    struct release release = {.cause = NAS_GSM_REGULAR_DEACTIVATION,
                              .why = "the new gNB cannot protect it as required"};
    bool connected = is_connected(session);
    session_disconnected(session);
    if (connected && forbids_life(transfer, core))
        procedure_start(core, &session->procedure, "session release", session_release, session, &release);
}
