/* SPDX-License-Identifier: Apache-2.0 */
/* The SMF as others see it: beginning and end, sets of sessions, user planes on and off. */
#include "core/smf/smf.h"

#include <stdlib.h>

#include "core/smf/address_rest.h"
#include "core/smf/n4.h"
#include "core/smf/partner.h"
#include "core/smf/remote.h"
#include "crypt/random.h"
#include "kit/log.h"
#include "store/store.h"

#define SECONDS_1900_TO_1970 2208988800u

static uint16_t bit_of(const struct session *session)
{
    return (uint16_t)(1u << session->psi);
}

/* The first start's: what the planes hold stays valid over a restart, because so does what we know (TS 23.527 4.2). */
static uint32_t own_time_stamp(struct core *core)
{
    int64_t stored = 0;
    if (store_meta_get(core->store, "pfcp-recovery", &stored) == STORE_OK)
        return (uint32_t)stored;
    stored = (uint32_t)(core_wall(core) / SECONDS(1) + SECONDS_1900_TO_1970);
    store_meta_put(core->store, "pfcp-recovery", stored);
    return (uint32_t)stored;
}

bool smf_start(struct core *core, const char **why)
{
    struct smf *smf = calloc(1, sizeof *smf);
    *why = "out of memory";
    if (!smf)
        return false;
    core->smf = smf;
    smf->core = core;
    map_init(&smf->sessions, random_u64(core->random));
    map_init(&smf->requests, random_u64(core->random));
    map_init(&smf->ambr_ids, random_u64(core->random));
    smf->sequence = (uint32_t)random_u64(core->random);
    smf->recovery_time_stamp = own_time_stamp(core);
    address_rests_init(smf);
    if (!partner_start(smf) || !n4_start(smf) || !session_load_all(core, why))
        return false;
    statics_reserve(smf);
    n4_loss_feared(smf);
    return address_rests_load(smf);
}

/* Ends what runs and frees what is in memory; stored rows and planes keep their sessions. */
static void forget_sessions(struct smf *smf)
{
    size_t cursor = 0;
    uint64_t seid;
    void *value;
    while (map_next(&smf->sessions, &cursor, &seid, &value)) {
        struct session *session = value;
        procedure_cancel(session->procedure, "the core ends");
        n4_forward_forget(session);
        core_clean(smf->core, &session->row);
        *amf_sessions(session->ue) = NULL;
    }
    cursor = 0;
    while (map_next(&smf->sessions, &cursor, &seid, &value))
        session_destroy(value);
    map_free(&smf->sessions);
    map_free(&smf->ambr_ids);
}

void smf_stop(struct core *core)
{
    struct smf *smf = core->smf;
    if (!smf)
        return;
    partner_stop(smf);
    forget_sessions(smf);
    n4_stop(smf);
    address_rests_free(smf);
    networks_free(&smf->networks);
    free(smf);
    core->smf = NULL;
}

void smf_reload(struct core *core)
{
    n4_reload(core->smf);
    statics_reserve(core->smf);
    partner_reload(core->smf);
}

uint16_t smf_sessions(const struct ue *ue)
{
    uint16_t set = remote_sessions(ue);
    for (struct session *session = *amf_sessions((struct ue *)ue); session; session = session->next)
        if (session->state != SESSION_NEW)
            set |= bit_of(session);
    return set;
}

uint16_t smf_active(const struct ue *ue)
{
    uint16_t set = remote_active(ue);
    for (struct session *session = *amf_sessions((struct ue *)ue); session; session = session->next)
        if (session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING)
            set |= bit_of(session);
    return set;
}

uint16_t smf_pending(const struct ue *ue)
{
    uint16_t set = remote_pending(ue);
    for (struct session *session = *amf_sessions((struct ue *)ue); session; session = session->next)
        if (session->data_waits || session_waits_for_phone(session))
            set |= bit_of(session);
    return set;
}

unsigned smf_activate(struct ue *ue, uint16_t wanted, struct smf_setup_item items[SMF_SESSIONS_PER_UE])
{
    unsigned count = 0;
    for (struct session *session = *amf_sessions(ue); session && count < SMF_SESSIONS_PER_UE;
         session = session->next) {
        if (!(wanted & bit_of(session)) || !session_can_be_activated(session) ||
            !partner_lets_here(session, "activation"))
            continue;
        struct bytes transfer = n2_setup_request(session);
        if (!transfer.len)
            continue;
        session->state = SESSION_ACTIVATING;
        session->data_waits = false;
        items[count++] = (struct smf_setup_item){session->psi, session->slice, transfer};
    }
    return count;
}

void smf_deactivate(struct ue *ue, uint16_t which)
{
    remote_deactivate(ue, which);
    for (struct session *session = *amf_sessions(ue); session; session = session->next)
        if ((which & bit_of(session)) &&
            (session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING))
            session_disconnected(session);
}

void smf_keep_only(struct ue *ue, uint16_t existing)
{
    remote_keep_only(ue, existing);
    for (struct session *session = *amf_sessions(ue), *next; session; session = next) {
        next = session->next;
        if (!(existing & bit_of(session)) && session->state != SESSION_NEW)
            session_free(session, "the phone does not have it any more");
    }
}

void smf_release_all(struct ue *ue)
{
    remote_keep_only(ue, 0);
    while (*amf_sessions(ue))
        session_free(*amf_sessions(ue), "the phone is deregistered");
}

/* A session's procedure may end the session: it is looked up anew by number. */
static void reachable(struct ue *ue, uint8_t psi)
{
    struct session *session = session_find(ue, psi);
    if (session)
        procedure_offer(session->procedure, EV_SM_REACHABLE, NULL);
    session = session_find(ue, psi);
    if (session && !partner_keeps(session, "mobility"))
        return;
    session = session_find(ue, psi);
    if (session)
        session_settled(session);
    if (session && session->data_waits && session->state == SESSION_INACTIVE)
        session_bring_back(session);
}

void smf_reachable(struct ue *ue)
{
    remote_reachable(ue);
    for (unsigned psi = 1; psi <= SMF_SESSIONS_PER_UE; psi++)
        reachable(ue, (uint8_t)psi);
}

static void unreachable(struct session *session)
{
    if (session->data_waits || session->state == SESSION_ACTIVATING)
        session_drop_waiting(session);
    procedure_offer(session->procedure, EV_SM_UNREACHABLE, NULL);
}

void smf_unreachable(struct ue *ue)
{
    remote_unreachable(ue);
    for (unsigned psi = 1; psi <= SMF_SESSIONS_PER_UE; psi++) {
        struct session *session = session_find(ue, (uint8_t)psi);
        if (session)
            unreachable(session);
    }
}

void smf_n2_response(struct ue *ue, uint8_t pdu_session_id, enum n2_answer kind, struct bytes transfer)
{
    struct session *session = session_find(ue, pdu_session_id);
    struct sm_n2 n2 = {kind, transfer};
    if (remote_n2_response(ue, pdu_session_id, kind, transfer))
        return;
    if (!session)
        log_warning("smf", NULL, "N2 answer for PDU session %u, which is not the phone's: ignored",
                    pdu_session_id);
    else if (!procedure_offer(session->procedure, EV_SM_N2, &n2))
        session_take_n2(session, &n2);
}

bool smf_admin_release(struct ue *ue, uint8_t pdu_session_id)
{
    struct session *session = session_find(ue, pdu_session_id);
    struct release release = {.cause = NAS_GSM_REGULAR_DEACTIVATION, .why = "administration"};
    return session && procedure_start(amf_core(ue), &session->procedure, "session release", session_release,
                                      session, &release);
}

/* TS 23.502 4.3.3.2 step 1d. True: some have to go, and do. */
static bool leave_forbidden_flows(struct session *session)
{
    const struct qos_flow *flow;
    struct qos_policy policy;
    struct arena memory;
    uint64_t forbidden = 0;
    struct qos left = session->qos ? *session->qos : (struct qos){0};
    arena_init(&memory, 0);
    if (session->qos && session_qos_policy(session, &memory, &policy))
        while ((flow = qos_first_forbidden(&left, &policy))) {
            forbidden |= UINT64_C(1) << flow->qfi;
            qos_remove_flow(&left, flow->qfi);
        }
    arena_free(&memory);
    return forbidden && session_drop_flows(session, forbidden, false);
}

static void follow_subscription(struct session *session)
{
    struct core *core = session_smf(session)->core;
    struct release release = {.cause = NAS_GSM_REGULAR_DEACTIVATION, .why = "not subscribed any more"};
    struct release anew = {.cause = NAS_GSM_REACTIVATION_REQUESTED,
                           .why = "its addresses or the networks behind it are others now"};
    struct modification change = {.qos_changed = true};
    struct session_changes changes;
    if (!session_refresh(session, &changes))
        procedure_start(core, &session->procedure, "session release", session_release, session, &release);
    else if (changes.place)
        procedure_start(core, &session->procedure, "session release", session_release, session, &anew);
    else if (changes.qos)
        procedure_start(core, &session->procedure, "session modification", session_modify, session, &change);
    else if (!leave_forbidden_flows(session))
        n4_sync(session); /* the UE-AMBR may be another */
}

void smf_subscription_changed(struct ue *ue)
{
    for (int psi = 1; psi <= SMF_SESSIONS_PER_UE; psi++) {
        struct session *session = session_find(ue, (uint8_t)psi);
        if (session && session_establishing(session))
            session->subscription_changed = true;
        else if (session && session->upf)
            follow_subscription(session);
    }
}
