/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unified data management: SIDF (who is behind a SUCI), ARPF (authentication vectors) and subscription data,
 * over the store (TS 23.501 6.2.7, TS 33.501 6.1 and 6.12, TS 29.503).
 *
 * Every call works on the store's present state and writes into its open transaction. A vector's sequence
 * number is therefore durable once the batch is committed, and the outbox is not sent before that: a phone
 * never sees a challenge whose number a crash could give out again.
 */
#ifndef CORE_UDM_UDM_H
#define CORE_UDM_UDM_H

#include "config/config.h"
#include "core/ids.h"
#include "crypt/random.h"
#include "kit/arena.h"
#include "store/store.h"
#include "wire/nas/identity.h"

struct udm;

struct udm_settings {
    struct store *store;         /* borrowed */
    struct random *random;       /* borrowed */
    const struct config *config; /* borrowed until udm_reload */
};

enum udm_result {
    UDM_OK,
    UDM_UNSUPPORTED_IDENTITY, /* a SUPI that is no IMSI, or a protection scheme nobody knows */
    UDM_FOREIGN_NETWORK,      /* the SUCI's network is none of ours */
    UDM_FOREIGN_ROUTING,      /* its routing indicator leads to another UDM */
    UDM_UNKNOWN_KEY,          /* no home network key of that identifier for that scheme */
    UDM_MALFORMED_SUCI,       /* scheme output too short, too long, or no digits inside */
    UDM_BAD_PUBLIC_KEY,       /* the ephemeral key is no point of the curve */
    UDM_BAD_MAC,              /* forged, or concealed for another key */
    UDM_UNKNOWN_SUBSCRIBER,
    UDM_NETWORK_NOT_AUTHORIZED, /* serving network (AUSF) */
    UDM_BAD_AUTS,               /* resynchronisation that does not come from the subscriber's USIM */
    UDM_SQN_EXHAUSTED,          /* the sequence number would exceed 48 bits */
    UDM_NOT_SUBSCRIBED,         /* no such slice or data network for this subscriber */
    UDM_STORE_FAILED,
};

const char *udm_result_name(enum udm_result result);

/* NULL: a home network key is no valid key of its profile, or memory is short; *why says which. */
struct udm *udm_new(struct udm_settings settings, const char **why);
void udm_free(struct udm *udm);

/* A new snapshot is in force. False and unchanged when its keys are not valid. */
bool udm_reload(struct udm *udm, const struct config *config, const char **why);

/* Nudm_UEIdentification / SIDF, TS 33.501 6.12.5. Whether the subscriber exists is not asked here. */
enum udm_result udm_deconceal(struct udm *udm, const struct nas_suci *suci, supi_t *supi);

/* True for a network that this core serves. */
bool udm_serves(const struct udm *udm, struct config_plmn plmn);

/* A 5G home environment vector, TS 33.501 6.1.3.2.0. Secret but for RAND and AUTN. */
struct udm_vector {
    uint8_t rand[16], autn[16], xres_star[16], kausf[32];
};

/* Nudm_UEAuthentication_Get: uses up one sequence number. snn: serving network name. */
enum udm_result udm_authenticate(struct udm *udm, supi_t supi, struct bytes snn, struct udm_vector *vector);

/* Resynchronisation, TS 33.102 6.3.5: adopts the USIM's sequence number if AUTS proves that the USIM answered
 * `rand`, which must be the RAND of the challenge that failed. The next udm_authenticate continues from
 * there. */
enum udm_result udm_resynchronise(struct udm *udm, supi_t supi, const uint8_t rand[16],
                                  const uint8_t auts[14]);

/* An authentication's outcome (Nudm_UEAuthentication_ResultConfirmation, TS 33.501 6.1.4.1). Kept in memory.
 */
struct udm_event {
    struct config_plmn network;
    bool success;
    int64_t wall; /* nanoseconds since 1970 */
};

/* False: out of memory. */
bool udm_confirm_authentication(struct udm *udm, supi_t supi, const struct udm_event *event);
/* NULL: none since this process began. */
const struct udm_event *udm_last_authentication(const struct udm *udm, supi_t supi);

/* Access and mobility subscription data (Nudm_SDM_Get, TS 29.503 6.1.6.2.4). */
struct udm_access {
    bool barred;
    uint64_t ambr_uplink, ambr_downlink; /* UE-AMBR, bits per second */
    const struct store_slice *slices;    /* in the caller's arena */
    unsigned slice_count;
    struct store_access access; /* restrictions; its lists likewise */
};

enum udm_result udm_access_data(struct udm *udm, supi_t supi, struct arena *arena, struct udm_access *access);

/* Session management subscription data (TS 29.503 6.1.6.2.8) of one data network. A NULL or empty dnn means
 * the slice's default one. A barred subscriber has none. */
enum udm_result udm_session_data(struct udm *udm, supi_t supi, struct config_slice slice, const char *dnn,
                                 struct arena *arena, const struct store_dnn **data);

#endif
