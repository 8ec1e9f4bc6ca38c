/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one core tells another of a phone: UeContext (TS 29.518 6.1.6.2.25), between JSON and a struct. Reading checks all
 * that can be checked without knowing the phone.
 */
#ifndef CORE_PEER_UE_CONTEXT_H
#define CORE_PEER_UE_CONTEXT_H

#include <jansson.h>

#include "core/ids.h"
#include "wire/nas/mobility.h"

enum { MOVED_SESSIONS = 15, MOVED_SLICES = 8, MOVED_URI_BYTES = 128, MOVED_DNN_BYTES = 101 };

/* PduSessionContext (6.1.6.2.37). */
struct moved_session {
    uint8_t psi;
    struct config_slice slice;
    char dnn[MOVED_DNN_BYTES];
    char uri[MOVED_URI_BYTES]; /* smContextRef, absolute */
};

/* Secret: wipe when done. */
struct moved_keys {
    uint8_t kamf[32];
    bool derived; /* keyAmfHDerivationInd: the phone must be told (TS 33.501 6.9.3) */
    uint8_t ngksi, nia, nea;
    uint32_t uplink,
        downlink; /* next NAS COUNTs; in a handover, downlink is the one that a derived key was made with */
    bool changed; /* keyAmfChangeInd: no gNB has a key of it yet, and nh is its K_gNB (6.9.2.3.3) */
    bool has_nh;  /* of a handover with the present K_AMF only */
    uint8_t nh[32];
    uint8_t ncc;
};

struct moved_context {
    supi_t supi;
    char pei[17]; /* IMEISV; "" if not known */
    uint64_t ambr_uplink, ambr_downlink;
    bool has_keys;
    struct moved_keys keys;
    struct nas_ue_security_capability capability;
    struct config_slice allowed[MOVED_SLICES];
    unsigned allowed_count;
    struct moved_session sessions[MOVED_SESSIONS];
    unsigned session_count;
};

/* A new reference; NULL: out of memory. */
json_t *ue_context_write(const struct moved_context *context);
/* False with a static reason; the context is cleared then. */
bool ue_context_read(const json_t *json, struct moved_context *context, const char **why);

#endif
