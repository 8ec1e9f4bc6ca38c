/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security mode control (TS 24.501 5.4.2, TS 33.501 6.7.2).
 */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "kit/log.h"

struct proposal {
    struct ue *ue;
    const struct nas_ue_security_capability *capability;
    bool ask_again, want_imeisv, derived;
};

/* The first of the operator's that the phone has; -1: none. Null integrity is never taken (TS 33.501 5.5.2). */
static int choose(const uint8_t *preferred, unsigned count, uint8_t offered, bool null_allowed)
{
    for (unsigned i = 0; i < count; i++) {
        if (nas_algorithm_offered(offered, preferred[i]) && (preferred[i] != 0 || null_allowed))
            return preferred[i];
    }
    return -1;
}

static void command(struct procedure *p, void *context)
{
    static const uint8_t abba[2] = {0, 0};
    struct proposal *proposal = context;
    struct pending_keys *pending = proposal->ue->pending;
    (void)p;
    if (!pending)
        return;
    struct nas_security *security = &pending->security;
    struct nas_message message = {
        .type = NAS_SECURITY_MODE_COMMAND,
        .security_mode_command =
            {
                .algorithms = {.ciphering = security->nea, .integrity = security->nia},
                .ngksi = security->ngksi,
                .replayed_capability = *proposal->capability,
                .imeisv_request = 1,
                .additional_information = {.horizontal_derivation = proposal->derived,
                                           .retransmission_requested = proposal->ask_again},
                .abba = BYTES(abba),
                .has = {.imeisv_request = proposal->want_imeisv,
                        .additional_information = proposal->ask_again || proposal->derived,
                        .abba = true},
            },
    };
    gmm_send_sealed(proposal->ue, gmm_seal_with(proposal->ue, security, NAS_INTEGRITY_NEW, &message));
}

/* 0, or why not. */
static uint8_t propose(const struct procedure *p, const struct proposal *proposal, const struct proof *proof)
{
    const struct config_security *security = &p->core->config->amf.security;
    int nia = choose(security->integrity, security->integrity_count, proposal->capability->ia, false);
    int nea = choose(security->ciphering, security->ciphering_count, proposal->capability->ea, true);
    struct nas_security proposed;
    if (nia < 0 || nea < 0)
        return NAS_GMM_SECURITY_CAPABILITIES_MISMATCH;
    nas_security_start(&proposed, NAS_NETWORK, proof->kamf, (uint8_t)nia, (uint8_t)nea, proof->ngksi);
    bool set = pending_keys_set(proposal->ue, &proposed, proof->kamf);
    OPENSSL_cleanse(&proposed, sizeof proposed);
    return set ? 0 : GMM_NO_ANSWER;
}

/* A phone that has keys may be left with either when it is interrupted: that is stored before the command leaves. */
static bool store_proposal(struct procedure *p)
{
    struct ue *ue = p->owner;
    core_dirty(p->core, &ue->row);
    return procedure_commit(p);
}

static void take_into_use(struct ue *ue, const struct proposal *proposal, const struct uplink *uplink)
{
    const struct nas_security_mode_complete *complete = &uplink->message.security_mode_complete;
    pending_keys_take(ue, uplink->count);
    ue->security_capability = *proposal->capability;
    ue->connection->secured = true;
    if (complete->has.imeisv && complete->imeisv.type == NAS_IMEISV)
        memcpy(ue->imeisv, complete->imeisv.digits, sizeof ue->imeisv);
}

bool handover_over(struct procedure *p)
{
    const struct ue *ue = p->owner;
    while (ue->handover && !procedure_cancelled(p))
        procedure_wait(p, EVENT(EV_HANDOVER_OVER), 0);
    return !procedure_cancelled(p);
}

uint8_t security_mode(struct procedure *p, const struct proof *proof,
                      const struct nas_ue_security_capability *capability, bool ask_again,
                      struct bytes *complete)
{
    struct ue *ue = p->owner;
    struct proposal proposal = {
        .ue = ue,
        .capability = capability,
        .ask_again = ask_again,
        .want_imeisv = !*ue->imeisv,
        .derived = proof->derived,
    };
    if (!handover_over(p))
        return GMM_NO_ANSWER;
    uint8_t cause = propose(p, &proposal, proof);
    if (cause)
        return cause;
    bool has_keys = ue->registered && ue->connection && ue->connection->secured;
    enum procedure_event event = EV_NONE;
    if (!has_keys || store_proposal(p))
        event = procedure_ask(p, command, &proposal,
                              EVENT(EV_SECURITY_MODE_COMPLETE) | EVENT(EV_SECURITY_MODE_REJECT),
                              p->core->config->amf.timers.t3560);
    if (event == EV_SECURITY_MODE_COMPLETE) {
        const struct uplink *uplink = p->data;
        take_into_use(ue, &proposal, uplink);
        *complete = arena_copy(&p->memory, uplink->message.security_mode_complete.nas_message_container);
    } else if (event == EV_NONE || event == EV_SECURITY_MODE_REJECT || !has_keys) {
        pending_keys_drop(ue);
    }
    held_nas_send(ue);
    if (event == EV_SECURITY_MODE_COMPLETE)
        return 0;
    return event == EV_SECURITY_MODE_REJECT ? NAS_GMM_SECURITY_MODE_REJECTED : GMM_NO_ANSWER;
}
