/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 5G AKA as the SEAF runs it (TS 24.501 5.4.1.3, TS 33.501 6.1.3.2).
 */
#include <openssl/crypto.h>

#include "core/amf/budget.h"
#include "core/amf/gmm.h"
#include "core/ausf/ausf.h"
#include "crypt/kdf.h"
#include "kit/log.h"

static const uint8_t abba[2] = {0, 0}; /* TS 33.501 A.7.1 */

struct aka {
    struct ausf_authentication authentication;
    struct ausf_challenge challenge;
    uint8_t ngksi;
    bool resynchronised, renumbered;
};

static void ask(struct procedure *p, void *context)
{
    const struct aka *aka = context;
    struct nas_message message = {
        .type = NAS_AUTHENTICATION_REQUEST,
        .authentication_request = {.ngksi = aka->ngksi,
                                   .abba = BYTES(abba),
                                   .has = {.rand = true, .autn = true}},
    };
    memcpy(message.authentication_request.rand, aka->challenge.rand, sizeof aka->challenge.rand);
    memcpy(message.authentication_request.autn, aka->challenge.autn, sizeof aka->challenge.autn);
    p->core->metrics.authentications_asked++;
    gmm_send(p->owner, &message);
}

static enum authentication_result refuse(struct procedure *p, const char *why)
{
    p->core->metrics.authentications_failed++;
    log_warning("amf", NULL, "authentication failed: %s", why);
    amf_refused(p->owner, "", nas_message_name(NAS_AUTHENTICATION_REJECT), why);
    gmm_send(p->owner, &(struct nas_message){.type = NAS_AUTHENTICATION_REJECT});
    return AUTHENTICATION_REFUSED;
}

static void derive(const struct aka *aka, const uint8_t kseaf[32], struct proof *proof)
{
    char digits[SUPI_TEXT_BYTES];
    supi_digits(aka->authentication.supi, digits);
    *proof = (struct proof){.supi = aka->authentication.supi, .ngksi = aka->ngksi};
    kdf_kamf(kseaf, bytes_of(digits, strlen(digits)), BYTES(abba), proof->kamf);
}

/* The phone's answer is compared twice: with HXRES* here, with XRES* at home. */
static enum authentication_result judge(struct procedure *p, const struct aka *aka, struct proof *proof)
{
    const struct uplink *uplink = p->data;
    const struct nas_authentication_response *response = &uplink->message.authentication_response;
    uint8_t kseaf[32];
    if (!response->has.response || response->response.len != 16)
        return refuse(p, "no RES* in the answer");
    if (!ausf_hres_is_right(&aka->challenge, response->response.data) ||
        !ausf_confirm(p->core->udm, &aka->authentication, response->response.data, core_wall(p->core), kseaf))
        return refuse(p, "wrong RES*");
    derive(aka, kseaf, proof);
    OPENSSL_cleanse(kseaf, sizeof kseaf);
    return AUTHENTICATED;
}

static enum authentication_result result_of(enum udm_result result)
{
    switch (result) {
    case UDM_OK:
        return AUTHENTICATED;
    case UDM_STORE_FAILED:
        return AUTHENTICATION_IMPOSSIBLE;
    case UDM_FOREIGN_NETWORK:
        return AUTHENTICATION_FOREIGN;
    case UDM_NETWORK_NOT_AUTHORIZED:
        return AUTHENTICATION_NOT_HERE;
    default:
        return AUTHENTICATION_UNKNOWN;
    }
}

static bool affords_vector(const struct ue *ue)
{
    bool affords = gnb_affords_vector(ue->connection->gnb);
    if (!affords)
        log_warning("amf", NULL, "authentication not begun: the gNB's budget of vectors is spent");
    return affords;
}

static bool asks_for_resynchronisation(const struct procedure *p, const struct aka *aka)
{
    const struct uplink *uplink = p->data;
    const struct nas_authentication_failure *failure = &uplink->message.authentication_failure;
    return failure->cause == NAS_GMM_SYNCH_FAILURE && failure->has.auts && !aka->resynchronised;
}

/* Authentication failure (5.4.1.3.7). True: ask again, with what changed in aka. */
static bool can_go_on(struct procedure *p, struct aka *aka)
{
    const struct uplink *uplink = p->data;
    const struct nas_authentication_failure *failure = &uplink->message.authentication_failure;
    if (asks_for_resynchronisation(p, aka)) {
        aka->resynchronised = true;
        return ausf_resynchronise(p->core->udm, failure->auts, &aka->authentication, &aka->challenge) ==
               UDM_OK;
    }
    if (failure->cause == NAS_GMM_NGKSI_ALREADY_IN_USE && !aka->renumbered) {
        aka->renumbered = true;
        aka->ngksi = (uint8_t)((aka->ngksi + 1) % NAS_KSI_NONE);
        return true;
    }
    return false;
}

static enum authentication_result challenge(struct procedure *p, struct aka *aka, struct proof *proof)
{
    const uint64_t events = EVENT(EV_AUTHENTICATION_RESPONSE) | EVENT(EV_AUTHENTICATION_FAILURE);
    for (;;) {
        if (!procedure_commit(p))
            return procedure_cancelled(p) ? AUTHENTICATION_UNANSWERED : AUTHENTICATION_IMPOSSIBLE;
        switch (procedure_ask(p, ask, aka, events, p->core->config->amf.timers.t3560)) {
        case EV_AUTHENTICATION_RESPONSE:
            return judge(p, aka, proof);
        case EV_AUTHENTICATION_FAILURE:
            if (asks_for_resynchronisation(p, aka) && !affords_vector(p->owner))
                return AUTHENTICATION_IMPOSSIBLE;
            if (!can_go_on(p, aka))
                return refuse(p, "the phone does not accept the challenge");
            break;
        default:
            return AUTHENTICATION_UNANSWERED;
        }
    }
}

static enum authentication_result impossible(enum udm_result result)
{
    log_warning("amf", NULL, "authentication impossible: %s", udm_result_name(result));
    return result_of(result);
}

enum authentication_result authentication_of(struct procedure *p, supi_t supi, uint8_t ngksi_in_use,
                                             struct proof *proof)
{
    const struct ue *ue = p->owner;
    struct aka aka = {.ngksi =
                          ngksi_in_use < NAS_KSI_NONE ? (uint8_t)((ngksi_in_use + 1) % NAS_KSI_NONE) : 0};
    if (!affords_vector(ue))
        return AUTHENTICATION_IMPOSSIBLE;
    enum udm_result result =
        ausf_authenticate(p->core->udm, supi, ue->connection->selected, &aka.authentication, &aka.challenge);
    enum authentication_result outcome = result == UDM_OK ? challenge(p, &aka, proof) : impossible(result);
    ausf_clear(&aka.authentication);
    return outcome;
}

enum authentication_result authentication(struct procedure *p, const struct nas_suci *suci,
                                          uint8_t ngksi_in_use, struct proof *proof)
{
    struct gnb *gnb = ((const struct ue *)p->owner)->connection->gnb;
    supi_t supi;
    if (!gnb_affords_deconcealment(gnb))
        return AUTHENTICATION_IMPOSSIBLE;
    enum udm_result result = udm_deconceal(p->core->udm, suci, &supi);
    if (result != UDM_OK)
        return impossible(result);
    if (!ue_room(p->core, supi)) {
        log_warning("amf", NULL, "authentication not begun: limits.ues is reached");
        return AUTHENTICATION_IMPOSSIBLE;
    }
    return authentication_of(p, supi, ngksi_in_use, proof);
}
