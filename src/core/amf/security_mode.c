/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security mode control (TS 24.501 5.4.2, TS 33.501 6.7.2).
 */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "crypt/kdf.h"
#include "kit/log.h"

struct proposal {
    struct ue *ue;
    struct nas_security security;
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
    (void)p;
    struct nas_message message = {
        .type = NAS_SECURITY_MODE_COMMAND,
        .security_mode_command =
            {
                .algorithms = {.ciphering = proposal->security.nea, .integrity = proposal->security.nia},
                .ngksi = proposal->security.ngksi,
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
    gmm_send_sealed(proposal->ue,
                    gmm_seal_with(proposal->ue, &proposal->security, NAS_INTEGRITY_NEW, &message));
}

/* The gNB goes on with keys of the former K_AMF until a handover gives it this one (TS 33.501 6.9.2.3.2). */
static void renew_as_keys(struct ue *ue, const struct proof *proof, uint32_t count)
{
    kdf_kgnb(proof->kamf, count, NAS_CONNECTION_3GPP, ue->nh);
    ue->ncc = NCC_NEW_KAMF;
}

static void take_into_use(struct ue *ue, const struct proposal *proposal, const struct proof *proof,
                          uint32_t count)
{
    if (ue->connection->context_up)
        renew_as_keys(ue, proof, count);
    ue->security = proposal->security;
    ue->downlink_reserved = proposal->security.downlink;
    memcpy(ue->kamf, proof->kamf, sizeof ue->kamf);
    ue->keyed = core_wall(ue->core);
    ue->security_capability = *proposal->capability;
    ue->connection->secured = true;
}

static void take_imeisv(struct ue *ue, const struct nas_security_mode_complete *complete)
{
    if (complete->has.imeisv && complete->imeisv.type == NAS_IMEISV)
        memcpy(ue->imeisv, complete->imeisv.digits, sizeof ue->imeisv);
}

static bool propose(const struct procedure *p, struct proposal *proposal, const struct proof *proof)
{
    const struct config_security *security = &p->core->config->amf.security;
    int nia = choose(security->integrity, security->integrity_count, proposal->capability->ia, false);
    int nea = choose(security->ciphering, security->ciphering_count, proposal->capability->ea, true);
    if (nia < 0 || nea < 0)
        return false;
    nas_security_start(&proposal->security, NAS_NETWORK, proof->kamf, (uint8_t)nia, (uint8_t)nea,
                       proof->ngksi);
    return true;
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
    if (!propose(p, &proposal, proof))
        return NAS_GMM_SECURITY_CAPABILITIES_MISMATCH;
    if (!handover_over(p))
        return GMM_NO_ANSWER;
    ue->pending = &proposal.security;
    enum procedure_event event = procedure_ask(
        p, command, &proposal, EVENT(EV_SECURITY_MODE_COMPLETE) | EVENT(EV_SECURITY_MODE_REJECT),
        p->core->config->amf.timers.t3560);
    ue->pending = NULL;
    uint8_t cause = GMM_NO_ANSWER;
    struct nas_security former = ue->security;
    if (event == EV_SECURITY_MODE_COMPLETE) {
        const struct uplink *uplink = p->data;
        take_into_use(ue, &proposal, proof, uplink->count);
        held_nas_seal_anew(ue, &former);
        take_imeisv(ue, &uplink->message.security_mode_complete);
        *complete = arena_copy(&p->memory, uplink->message.security_mode_complete.nas_message_container);
        cause = 0;
    } else if (event == EV_SECURITY_MODE_REJECT) {
        cause = NAS_GMM_SECURITY_MODE_REJECTED;
    }
    held_nas_send(ue);
    OPENSSL_cleanse(&proposal.security, sizeof proposal.security);
    OPENSSL_cleanse(&former, sizeof former);
    return cause;
}
