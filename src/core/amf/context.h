/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the AMF knows: gNBs, their UE-associated logical connections, and UEs. Private to core/amf; the SMF
 * sees a UE through amf/amf.h.
 *
 * A UE context is found in three ways only: by the connection it is on (which is found within one gNB's own
 * map), by its 5G-TMSI, and by its SUPI. A phone that names somebody's 5G-GUTI works on a *provisional*
 * context until it has proved who it is; the context of that somebody is untouched until then.
 */
#ifndef CORE_AMF_CONTEXT_H
#define CORE_AMF_CONTEXT_H

#include "core/core.h"
#include "core/procedure.h"
#include "crypt/nas_security.h"

struct connection;
struct session;

enum gnb_state { GNB_SILENT, GNB_READY, GNB_OVERLOADED };

/* A tracking area as a gNB announced it, with its slices. */
struct gnb_area {
    struct tai tai;
    unsigned slice_count;
    struct config_slice *slices; /* in gnb->memory */
};

/* An N2 association and the gNB behind it. */
struct gnb {
    struct core *core;
    uint64_t association;
    struct core_peer peer;
    enum gnb_state state;
    uint64_t identity; /* kind, length and value of the Global RAN Node ID within its PLMN; 0: none yet */
    struct config_plmn plmn;
    char name[151]; /* RAN Node Name, as UTF-8, cut */
    struct gnb_area *areas;
    unsigned area_count;
    struct arena memory;
    struct map connections; /* struct connection by AMF UE NGAP ID */
    struct map ran_ids;     /* the same by RAN UE NGAP ID */
    uint16_t streams;
    int64_t since; /* wall clock */
};

/* A UE-associated logical NG connection (TS 38.413 3.1). */
struct connection {
    struct gnb *gnb;
    struct ue *ue;           /* never NULL but while it is being built or torn down */
    uint64_t amf_ue_ngap_id; /* 40 bits, random */
    uint32_t ran_ue_ngap_id;
    uint16_t stream;
    bool context_up; /* Initial Context Setup succeeded: the gNB has AS security */
    bool releasing;  /* UE Context Release Command is out */
    struct tai tai;
    uint64_t cell; /* NR cell identity, 36 bits */
    uint8_t establishment_cause;
    struct timer timer; /* release complete */
};

enum ue_state { UE_DEREGISTERED, UE_REGISTERED };

enum { UE_SLICES = 8, UE_CAPABILITY_BYTES = 8 };

/* About 600 bytes; nothing else is held for an idle UE but its sessions and its radio capability. */
struct ue {
    struct core *core;
    struct row row;
    supi_t supi; /* 0: not proved yet */
    uint32_t tmsi, former_tmsi;
    enum ue_state state;
    bool provisional;
    struct connection *connection; /* NULL: CM-IDLE */
    struct procedure *procedure;   /* the 5GMM procedure that runs */
    struct session *sessions;      /* SMF's */
    struct timer timer;            /* mobile reachable, then implicit deregistration */
    bool unreachable;              /* mobile reachable timer ran out: not paged any more */

    struct nas_security security;
    uint8_t kamf[32];
    uint8_t nh[32];
    uint8_t ncc;
    uint8_t abba[2];

    uint8_t security_capability[UE_CAPABILITY_BYTES]; /* TS 24.501 9.11.3.54, as sent */
    uint8_t security_capability_length;
    uint8_t capability[13]; /* 5GMM capability */
    uint8_t capability_length;
    uint8_t imeisv[8]; /* BCD digits */
    bool has_imeisv;

    struct tai tai; /* last seen in */
    uint64_t cell;
    struct config_slice allowed[UE_SLICES];
    uint8_t allowed_count;
    uint64_t ambr_uplink, ambr_downlink;
    struct bytes radio_capability; /* owned; malloc */
    int64_t last_seen;             /* wall clock */
};

#endif
