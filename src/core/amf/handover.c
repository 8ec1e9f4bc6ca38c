/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and permission of a handover (TS 33.501 6.9.2.3, TS 23.502 4.9.1). */
#include "core/amf/handover.h"

#include <openssl/crypto.h>

#include "core/amf/restriction.h"
#include "core/amf/shelter.h"
#include "crypt/kdf.h"

enum { NCC_MASK = 7, NCC_FURTHEST = 6 };

void next_hop_begin(struct ue *ue, const uint8_t kgnb[32])
{
    kdf_nh(ue->kamf, kgnb, ue->nh);
    ue->ncc = 1;
    ue->ncc_gnb = ue->ncc_phone = 0;
}

bool next_hop(struct ue *ue, struct ngap_security_context *context)
{
    uint8_t next[sizeof ue->nh];
    bool new_kamf = ue->ncc == NCC_NEW_KAMF;
    if (new_kamf) {
        memcpy(next, ue->nh, sizeof next);
        next_hop_begin(ue, next);
        context->next_hop_chaining_count = 0;
    } else {
        kdf_nh(ue->kamf, ue->nh, next);
        memcpy(ue->nh, next, sizeof next);
        ue->ncc = (ue->ncc + 1) & NCC_MASK;
        context->next_hop_chaining_count = ue->ncc;
    }
    memcpy(context->next_hop_nh, next, sizeof next);
    OPENSSL_cleanse(next, sizeof next);
    return new_kamf;
}

void next_hop_switched(struct ue *ue, uint8_t ncc)
{
    ue->ncc_phone = ue->ncc_gnb;
    ue->ncc_gnb = ncc;
    core_dirty(ue->core, &ue->row);
}

bool next_hop_is_far(const struct ue *ue)
{
    return ue->ncc != NCC_NEW_KAMF && ((ue->ncc - ue->ncc_phone) & NCC_MASK) >= NCC_FURTHEST;
}

static bool slice_offered(const struct ue *ue, const struct gnb *target, struct tai tai)
{
    const struct config_slice *slices;
    const unsigned count = shelter_slices(target, tai, ue->supi, &ue->core->batch, &slices);
    for (unsigned i = 0; i < count; i++) {
        for (unsigned n = 0; n < ue->allowed_count; n++) {
            if (config_slice_equal(slices[i], ue->allowed[n]))
                return true;
        }
    }
    return false;
}

struct ngap_cause handover_permitted(const struct ue *ue, const struct gnb *target, struct tai tai)
{
    if (gnb_is_shut(target) || !gnb_area_of(target, tai) || restriction_forbids(ue->restrictions, tai) ||
        shelter_refuses_subscriber(target, LINE_HANDOVER, ue->supi))
        return N2_RADIO(HO_TARGET_NOT_ALLOWED);
    return slice_offered(ue, target, tai) ? (struct ngap_cause){0} : N2_RADIO(SLICE_NOT_SUPPORTED);
}

uint16_t handover_sessions(const struct ngap_pdu_session_resource_list_ho_rqd *list)
{
    uint16_t sessions = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].pdu_session_id <= SMF_SESSIONS_PER_UE)
            sessions |= (uint16_t)(1u << list->items[i].pdu_session_id);
    }
    return sessions;
}
