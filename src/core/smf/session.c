/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/session.h"

#include <stdlib.h>

#include "core/smf/address_rest.h"
#include "core/smf/n4.h"
#include "core/smf/partner.h"
#include "crypt/random.h"
#include "kit/log.h"
#include "store/store.h"

struct session *session_find(const struct ue *ue, uint8_t psi)
{
    struct session *session = *amf_sessions((struct ue *)ue);
    while (session && session->psi != psi)
        session = session->next;
    return session;
}

const char *session_text(const struct session *session, char *buffer)
{
    char supi[SUPI_TEXT_BYTES];
    snprintf(buffer, SESSION_TEXT, "supi=%s psi=%u", supi_text(amf_supi(session->ue), supi), session->psi);
    return buffer;
}

static uint64_t new_seid(struct smf *smf)
{
    uint64_t seid;
    do {
        seid = random_u64(smf->core->random);
    } while (seid == 0 || map_get(&smf->sessions, seid));
    return seid;
}

/* The UE's, or a new one. 0: out of memory. */
static uint32_t find_ambr_id(struct smf *smf, struct ue *ue)
{
    uint32_t id;
    if (*amf_sessions(ue))
        return (*amf_sessions(ue))->ambr_id;
    do {
        id = (uint32_t)random_u64(smf->core->random);
    } while (id == 0 || map_get(&smf->ambr_ids, id));
    return map_put(&smf->ambr_ids, id, ue) ? id : 0;
}

static void leave_ambr_id(struct smf *smf, struct ue *ue, uint32_t id)
{
    if (!*amf_sessions(ue))
        map_take(&smf->ambr_ids, id);
}

void session_destroy(struct session *session)
{
    nsmf_handover_forget(session);
    free(session->qos);
    free(session->qos_before);
    free(session->routes);
    free(session->macs);
    free(session);
}

struct session *session_new(struct ue *ue, uint8_t psi)
{
    struct core *core = amf_core(ue);
    struct session *session = calloc(1, sizeof *session);
    if (!session || !(session->ambr_id = find_ambr_id(core->smf, ue))) {
        free(session);
        return NULL;
    }
    session->row.write = session_row_write;
    session->ue = ue;
    session->psi = psi;
    session->seid = new_seid(core->smf);
    session->since = core_wall(core);
    if (!map_put(&core->smf->sessions, session->seid, session)) {
        leave_ambr_id(core->smf, ue, session->ambr_id);
        free(session);
        return NULL;
    }
    session->next = *amf_sessions(ue);
    *amf_sessions(ue) = session;
    core->sessions++;
    return session;
}

void session_give_back_addresses(struct session *session)
{
    if (session->has_ipv4)
        address_give_back(session, session->ipv4, sizeof session->ipv4);
    if (session->has_prefix)
        address_give_back(session, session->prefix, sizeof session->prefix);
    session->has_ipv4 = session->has_prefix = false;
}

static void leave_ue(struct session *session)
{
    struct session **place = amf_sessions(session->ue);
    while (*place != session)
        place = &(*place)->next;
    *place = session->next;
}

void session_free(struct session *session, const char *why)
{
    struct core *core = amf_core(session->ue);
    char text[SESSION_TEXT];
    procedure_cancel(session->procedure, why);
    if (session->state != SESSION_NEW)
        log_info("smf", session_text(session, text), "session ended: %s", why);
    n4_leave(session);
    session_give_back_addresses(session);
    if (session->network)
        session->network->sessions--;
    leave_ue(session);
    map_take(&core->smf->sessions, session->seid);
    core_clean(core, &session->row);
    core_remove(core, amf_supi(session->ue), session->psi);
    core->sessions--;
    leave_ambr_id(core->smf, session->ue, session->ambr_id);
    if (amf_nonce(session->ue))
        amf_session_ended(session->ue, session->psi, !session->told);
    session_destroy(session);
}

void session_connected(struct session *session, const struct tunnel *gnb)
{
    bool moved = session->state == SESSION_ACTIVE && session->gnb.family &&
                 (session->gnb.teid != gnb->teid ||
                  memcmp(session->gnb.address, gnb->address, sizeof gnb->address) != 0);
    const struct smf_cell here = partner_cell(session);
    if (!partner_lets(session, &here, gnb, "setup")) {
        session_disconnected(session);
        return;
    }
    session->end_marker = session->end_marker || moved;
    session->gnb = *gnb;
    session->state = SESSION_ACTIVE;
    session->data_waits = false;
    n4_sync(session);
    core_dirty(session_smf(session)->core, &session->row);
}

void session_disconnected(struct session *session)
{
    if (session->state == SESSION_NEW)
        return;
    nsmf_handover_forget(session);
    session->state = SESSION_INACTIVE;
    session->gnb = (struct tunnel){0};
    session->protection.performed = 0;
    session->data_waits = false;
    n4_sync(session);
    core_dirty(session_smf(session)->core, &session->row);
}

bool session_waits_for_phone(const struct session *session)
{
    return session->procedure && (session->procedure->awaited & EVENT(EV_SM_REACHABLE));
}

bool session_can_be_activated(const struct session *session)
{
    return !session_waits_for_phone(session) && session->state != SESSION_NEW && session->up_seid &&
           session->upf->associated && !session->n4_lost;
}

void session_drop_waiting(struct session *session)
{
    session->data_waits = false;
    session->drop_buffered = true;
    if (session->upf)
        n4_sync(session);
}

/* Packets that this setup was for are dropped with it, so that a gNB which refuses is not asked for ever. */
static void setup_failed(struct session *session)
{
    session->drop_buffered = true;
    session_disconnected(session);
}

static void take_setup(struct session *session, struct bytes transfer)
{
    struct tunnel gnb;
    struct ngap_cause cause;
    uint8_t performed;
    if (!n2_read_setup_response(session_smf(session)->core, transfer, &gnb, &performed) ||
        !n2_admits_tunnel(session->ue, amf_serving_gnb(session->ue), &gnb) ||
        !protection_suffices(session, performed, &cause)) {
        setup_failed(session);
        return;
    }
    session->protection.performed = performed;
    session_connected(session, &gnb);
}

void session_take_n2(struct session *session, const struct sm_n2 *n2)
{
    struct core *core = session_smf(session)->core;
    bool connected = session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING;
    switch (n2->kind) {
    case N2_SETUP_RESPONSE:
        if (session->state != SESSION_ACTIVATING)
            break;
        take_setup(session, n2->transfer);
        session_drop_flows(session, n2_read_failed_flows(core, n2), true);
        break;
    case N2_NOTIFY:
        session_drop_flows(session, n2_read_failed_flows(core, n2), true);
        break;
    case N2_SETUP_UNSUCCESSFUL:
        if (session->state == SESSION_ACTIVATING)
            setup_failed(session);
        break;
    case N2_NOTIFY_RELEASED:
        if (connected)
            session_disconnected(session);
        break;
    case N2_PATH_SWITCH_SETUP_FAILED:
        session_left_behind(session, n2->transfer);
        break;
    default: /* answers that change nothing by themselves */
        break;
    }
}

/* What waits in the batch's arena does not outlive the batch. */
static struct n1n2_message keep(struct procedure *p, const struct n1n2_message *message)
{
    struct n1n2_message kept = *message;
    kept.n1 = arena_copy(&p->memory, message->n1);
    kept.n2_transfer = arena_copy(&p->memory, message->n2_transfer);
    return kept;
}

bool session_send(struct procedure *p, struct n1n2_message *message)
{
    struct session *session = p->owner;
    *message = keep(p, message);
    session->put_off = 0;
    for (;;) {
        if (message->n2 == N2_SETUP_REQUEST && !partner_lets_here(session, "setup"))
            return false;
        switch (amf_n1n2_transfer(session->ue, message)) {
        case AMF_SENT:
            if (message->n2 == N2_SETUP_REQUEST)
                session->state = SESSION_ACTIVATING; /* again, if the connection was lost meanwhile */
            return true;
        case AMF_UNREACHABLE:
            return false;
        case AMF_PAGING:
            if (procedure_wait(p, EVENT(EV_SM_REACHABLE) | EVENT(EV_SM_UNREACHABLE), SECONDS(60)) !=
                EV_SM_REACHABLE)
                return false;
        }
    }
}

void session_repeat(struct procedure *p, void *command)
{
    struct session *session = p->owner;
    struct n1n2_message message = {.pdu_session_id = session->psi, .n1 = *(const struct bytes *)command};
    amf_n1n2_transfer(session->ue, &message);
}
