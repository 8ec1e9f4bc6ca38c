/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registration gives a UE: it changes as a whole, and as a whole it is taken back where the store refuses it. Private
 * to core/amf.
 */
#ifndef CORE_AMF_GRANT_H
#define CORE_AMF_GRANT_H

#include "core/amf/gmm.h"

/* What the UE had before. */
struct grant {
    bool registered, unreachable, mico;
    uint32_t active_time;
    uint32_t tmsi;
    int64_t since;
    uint64_t ambr_uplink, ambr_downlink;
    struct config_slice allowed[UE_SLICES];
    uint8_t allowed_count, area_count, drx;
    struct tai *area;                  /* owned */
    struct store_access *restrictions; /* owned */
};

/* Registers the UE where it is, with a new 5G-GUTI. One of grant_settle and grant_undo follows. False, and nothing changed: out of
 * memory. */
bool grant_give(struct ue *ue, const struct nas_registration_request *request,
                const struct udm_access *subscription, const struct nssf_choice *slices,
                struct grant *before);
void grant_settle(struct grant *before);
void grant_undo(struct ue *ue, struct grant *before);

#endif
