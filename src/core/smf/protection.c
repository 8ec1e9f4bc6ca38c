/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User-plane security (TS 23.501 5.10.3, TS 33.501 6.6.1): whether packets are integrity protected and ciphered on the air is
 * the network's wish and the gNB's work.
 */
#include "core/smf/session.h"
#include "kit/log.h"

/* TS 24.501 9.11.4.7: what is not the full rate is taken as 64 kbps. */
enum { FULL_RATE = 0xff, LOWEST_RATE = 64000 };

static bool carries(uint8_t phone, uint64_t rate)
{
    return phone == FULL_RATE || rate <= LOWEST_RATE;
}

bool protection_affordable(const struct session *session)
{
    return session->protection.integrity != CONFIG_REQUIRED ||
           (carries(session->integrity_rate.uplink, session->ambr_uplink) &&
            carries(session->integrity_rate.downlink, session->ambr_downlink));
}

static enum ngap_maximum_integrity_protected_data_rate ngap_integrity_rate(uint8_t phone)
{
    return phone == FULL_RATE ? NGAP_MAXIMUM_INTEGRITY_PROTECTED_DATA_RATE_MAXIMUM_UE_RATE
                              : NGAP_MAXIMUM_INTEGRITY_PROTECTED_DATA_RATE_BITRATE64KBS;
}

struct ngap_security_indication protection_indication(const struct session *session)
{
    static const enum ngap_integrity_protection_indication integrity[] = {
        [CONFIG_REQUIRED] = NGAP_INTEGRITY_PROTECTION_INDICATION_REQUIRED,
        [CONFIG_PREFERRED] = NGAP_INTEGRITY_PROTECTION_INDICATION_PREFERRED,
        [CONFIG_NOT_NEEDED] = NGAP_INTEGRITY_PROTECTION_INDICATION_NOT_NEEDED};
    static const enum ngap_confidentiality_protection_indication ciphering[] = {
        [CONFIG_REQUIRED] = NGAP_CONFIDENTIALITY_PROTECTION_INDICATION_REQUIRED,
        [CONFIG_PREFERRED] = NGAP_CONFIDENTIALITY_PROTECTION_INDICATION_PREFERRED,
        [CONFIG_NOT_NEEDED] = NGAP_CONFIDENTIALITY_PROTECTION_INDICATION_NOT_NEEDED};
    bool may_be = session->protection.integrity != CONFIG_NOT_NEEDED;
    return (struct ngap_security_indication){
        .integrity_protection_indication = integrity[session->protection.integrity],
        .confidentiality_protection_indication = ciphering[session->protection.ciphering],
        .maximum_integrity_protected_data_rate_ul = ngap_integrity_rate(session->integrity_rate.uplink),
        .maximum_integrity_protected_data_rate_dl = ngap_integrity_rate(session->integrity_rate.downlink),
        .has_maximum_integrity_protected_data_rate_ul = may_be,
        .has_maximum_integrity_protected_data_rate_dl = may_be,
    };
}

bool protection_agrees(const struct session *session, const struct ngap_security_indication *told)
{
    struct ngap_security_indication own = protection_indication(session);
    return own.integrity_protection_indication == told->integrity_protection_indication &&
           own.confidentiality_protection_indication == told->confidentiality_protection_indication;
}

uint8_t protection_performed(const struct ngap_security_result *result)
{
    if (!result)
        return 0;
    bool integrity = result->integrity_protection_result == NGAP_INTEGRITY_PROTECTION_RESULT_PERFORMED;
    bool ciphering =
        result->confidentiality_protection_result == NGAP_CONFIDENTIALITY_PROTECTION_RESULT_PERFORMED;
    return (uint8_t)(PROTECTION_TOLD | (integrity ? PROTECTION_INTEGRITY : 0) |
                     (ciphering ? PROTECTION_CIPHERING : 0));
}

static struct ngap_cause missing(const struct protection *wanted, uint8_t performed)
{
    if (!(performed & PROTECTION_TOLD))
        return (struct ngap_cause){0};
    if (wanted->integrity == CONFIG_REQUIRED && !(performed & PROTECTION_INTEGRITY))
        return N2_RADIO(UP_INTEGRITY_PROTECTION_NOT_POSSIBLE);
    if (wanted->ciphering == CONFIG_REQUIRED && !(performed & PROTECTION_CIPHERING))
        return N2_RADIO(UP_CONFIDENTIALITY_PROTECTION_NOT_POSSIBLE);
    return (struct ngap_cause){0};
}

bool protection_suffices(const struct session *session, uint8_t performed, struct ngap_cause *cause)
{
    char text[SESSION_TEXT];
    *cause = missing(&session->protection, performed);
    if (!cause->which)
        return true;
    session_smf(session)->core->metrics.security_mismatches++;
    log_warning("smf", session_text(session, text), "its gNB carries it without the %s that is required",
                performed & PROTECTION_INTEGRITY ? "ciphering" : "integrity protection");
    amf_refused(session->ue, "N4", "user plane of a session",
                "its gNB carries it without the protection that is required");
    return false;
}

uint8_t protection_refusal(const struct ngap_cause *cause)
{
    if (cause->which != NGAP_CAUSE_RADIO_NETWORK)
        return 0;
    switch (cause->radio_network) {
    case NGAP_CAUSE_RADIO_NETWORK_UE_MAX_INTEGRITY_PROTECTED_DATA_RATE_REASON:
        return NAS_GSM_INTEGRITY_RATE_TOO_LOW;
    case NGAP_CAUSE_RADIO_NETWORK_UP_INTEGRITY_PROTECTION_NOT_POSSIBLE:
    case NGAP_CAUSE_RADIO_NETWORK_UP_CONFIDENTIALITY_PROTECTION_NOT_POSSIBLE:
        return NAS_GSM_REQUEST_REJECTED;
    default:
        return 0;
    }
}
