/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the AMF knows: gNBs, their UE-associated logical connections, and UEs. Private to core/amf; the SMF sees
 * a UE through amf/amf.h.
 *
 * A UE context is found in three ways only: by the connection it is on (which is found within one gNB's own
 * map), by its 5G-TMSI, and by its SUPI. A phone that names somebody's 5G-GUTI works on a *provisional* context
 * until it has proved who it is; the context of that somebody is untouched until then.
 */
#ifndef CORE_AMF_CONTEXT_H
#define CORE_AMF_CONTEXT_H

#include "core/amf/amf.h"
#include "core/core.h"
#include "core/procedure.h"
#include "crypt/nas_security.h"
#include "kit/budget.h"
#include "kit/log.h"
#include "line/conduct.h"
#include "line/gateway.h"
#include "wire/nas/mobility.h"
#include "wire/wicket/wicket.h"

struct connection;
struct session;
struct store_access;

/* A tracking area that a gNB serves, with the slices it offers there. */
struct gnb_area {
    struct tai tai;
    const struct config_slice *slices; /* in gnb->memory */
    unsigned slice_count;
};

/* Global RAN Node ID (TS 38.413 9.3.1.5). */
struct gnb_identity {
    struct config_plmn plmn;
    uint8_t kind; /* which choice: gNB, ng-eNB, N3IWF... */
    uint8_t bits; /* length of value */
    uint32_t value;
};

/*
 * A trust domain (config/inventory.h). AMF UE NGAP IDs are told apart within it, and a phone may be moved over Xn inside
 * it only: what is looked up by a number that another gNB gave is looked up here and never further.
 */
struct domain {
    struct domain *next;
    char name[WICKET_NAME_BYTES + 1];
    unsigned gnbs;
    struct map connections;  /* struct connection by AMF UE NGAP ID */
    struct budget sheltered; /* events of rule H4, and how many were not told since the last one */
    unsigned untold;
};

/* An N2 association and the gNB behind it. */
struct gnb {
    struct core *core;
    struct domain *domain;
    uint64_t association;
    struct core_peer peer;
    bool ready; /* NG Setup is done */
    bool overload_told;
    bool gone;     /* a ghost (parting.c): nothing reaches it */
    bool enrolled; /* it is as the inventory says */
    enum config_risk risk;
    uint32_t rests_on;           /* LINE_BIT of rules whose suspension it was let in by (suspension.h) */
    bool fenced;                 /* by rule N5 of the line (fence.h) */
    bool barred;                 /* with its vendor, by rule K1 (bar.h) */
    struct procedure *proving;   /* its message waits for the security gateway (proof.h) */
    struct gnb_identity claimed; /* by that message */
    enum gateway_verdict proof;  /* while that message is carried out */
    int64_t proved;              /* when last, by timers->now; 0: never */
    char *certificate;           /* owned: by which; NULL: none */
    struct timer sending_away;   /* its phones, portion by portion, while it is fenced */
    struct timer sheltering;     /* the same of those that may not be there (shelter.h) */
    struct conduct conduct;
    struct log_payer payer;
    struct budget deconcealments, vectors;
    struct budget configurations; /* RAN configuration transfers (relay.h) */
    unsigned unproven;     /* contexts of phones that have proved nothing, until it has let go of them */
    unsigned transactions; /* procedures that its messages began and that have not ended */
    bool replaying;        /* what the edge replays after a restart of this process is not answered */
    struct gnb_identity identity;
    char name[151]; /* RAN Node Name */
    const struct gnb_area *areas;
    unsigned area_count;
    struct arena memory;
    struct map connections; /* struct connection by AMF UE NGAP ID */
    struct map ran_ids;     /* the same by RAN UE NGAP ID, plus 1 */
    int64_t since;          /* wall clock */
};

/* A UE-associated logical NG connection (TS 38.413 3.1). */
struct connection {
    struct gnb *gnb;
    struct ue *ue;           /* NULL only while it is being released */
    uint64_t amf_ue_ngap_id; /* 40 bits, of core->amf_ids */
    uint32_t ran_ue_ngap_id;
    uint16_t stream;
    bool numbered;        /* ran_ue_ngap_id is known: not so for a handover's target before it has answered */
    bool context_asked;   /* Initial Context Setup Request is out */
    bool context_up;      /* Initial Context Setup succeeded: the gNB has AS security */
    bool context_unknown; /* asked for before a restart: the answer may come, or may have been lost */
    bool leaving;         /* Handover Command is out */
    bool holding;         /* NAS messages are held (held.c): it is leaving, or its keys are */
    bool releasing;       /* UE Context Release Command is out */
    bool charged;         /* and it is a stranger's, of the gNB's share */
    bool secured;         /* NAS messages are protected from now on, both ways (TS 24.501 4.4.2.5) */
    bool rerouted;        /* by the AMF that the phone came to first: it stays here */
    uint8_t establishment_cause; /* RRC's, as the gNB told it (TS 38.413 9.3.1.111) */
    bool in_area;                /* the tracking area it began in is one of the gNB's */
    struct config_plmn selected;
    supi_t released;      /* whose it was, while releasing */
    struct bytes request; /* Registration request that is being carried out; in its procedure's memory */
    uint32_t kgnb_count;  /* the uplink NAS COUNT that K_gNB is derived with (TS 33.501 6.8.1.2.2) */
    uint32_t modifications_asked, modifications_answered; /* UE Context Modification at this gNB */
    struct timer timer;
};

enum { UE_SLICES = 8, PAGING_CELLS = 16 };

/* Cells where the last gNB would call the UE (TS 38.413 9.3.1.71), the most likely first. */
struct paging_hint {
    char domain[WICKET_NAME_BYTES + 1]; /* who told */
    unsigned count;
    struct {
        struct config_plmn plmn;
        uint64_t cell; /* NR cell identity */
        uint16_t stayed;
        bool has_stayed; /* seconds */
    } cells[];
};

/* A security context that a security mode command has proposed, and K_AMF behind it. */
struct pending_keys {
    struct nas_security security;
    uint8_t kamf[32];
};

/* Nothing else is held for an idle UE but its sessions and its radio capability. */
struct ue {
    struct core *core;
    struct row row;
    supi_t supi;                /* 0: not known yet */
    uint32_t tmsi, former_tmsi; /* the former one is good until the phone has confirmed the new one */
    bool provisional;           /* in no map; ends with its procedure */
    bool dead;                  /* freed at the end of the batch */
    bool registered;
    bool unreachable; /* silent for too long, or asleep in MICO mode: not paged any more (silence.h) */
    struct connection *connection; /* NULL: CM-IDLE, or on its way to the target */
    struct connection *target;     /* of an N2 handover: the connection that takes the other's place */
    int handover_peer; /* the core from or to which it is handed over (relocation.h), or NO_PEER */
    struct held *held; /* NAS messages that wait for the end of a handover or change of keys (held.c) */
    struct procedure *procedure; /* the 5GMM procedure that runs */
    struct procedure *handover;  /* path switch or N2 handover; runs beside a 5GMM procedure */
    struct session *sessions;    /* SMF's */
    struct remote *remotes;      /* SMF's, anchored by other cores */
    uint32_t away;               /* AMF identifier of the core that serves it (away.h); 0: this one */
    uint32_t nonce;              /* lets another core speak for its sessions; 0: none may */
    int asked_by;                /* the peer that was last given its context, or NO_PEER */
    struct gnb *charged;         /* while provisional: whose share of unproven contexts this one uses */
    struct ue *next_dead, *next_changed;
    bool update_due;      /* it has not been told yet what its subscription has changed to */
    bool areas_due;       /* nor where it may not go by now (rule H4): it is to register again */
    uint32_t areas_told;  /* digest of what its gNB was told of that last (shelter.h) */
    bool changed;         /* its subscription, in this batch */
    bool mico;            /* it has MICO mode (silence.h) */
    uint32_t active_time; /* with MICO mode: it listens so long after it became idle; seconds */
    struct timer timer;   /* idle: mobile reachable or active time, then implicit deregistration */

    struct nas_security security;
    struct pending_keys *pending; /* owned; NULL: it has no others than these (pending_keys.c) */
    uint8_t kamf[32];
    int64_t keyed;                   /* wall clock: authenticated last */
    uint8_t nh[32];                  /* next hop, and its chaining counter (handover.h) */
    uint8_t ncc, ncc_gnb, ncc_phone; /* its latest value, that of the serving gNB, and that of the phone */
    uint32_t downlink_reserved;      /* NAS COUNTs below this may have been used, says the stored row */
    struct nas_ue_security_capability security_capability;
    char imeisv[17]; /* digits; "" while not known */

    struct tai tai;   /* where it was last seen */
    uint64_t cell;    /* NR cell identity, 36 bits */
    struct tai *area; /* owned: its registration area (area.h) */
    uint8_t area_count;
    uint8_t drx; /* paging cycle as the phone asked for it (TS 24.501 9.11.3.2A); 0: the cell's own */
    struct store_access *restrictions; /* owned: where it may not go (restriction.h); NULL: none */
    struct config_slice allowed[UE_SLICES];
    uint8_t allowed_count;
    uint64_t ambr_uplink, ambr_downlink;           /* subscribed, bits per second */
    struct bytes radio_capability;                 /* owned */
    struct bytes paging_capability;                /* owned */
    char capability_domain[WICKET_NAME_BYTES + 1]; /* who told both (relay.h) */
    struct paging_hint *hint;                      /* owned; NULL: none. Not stored */
    int64_t since;                                 /* registered, wall clock */
    /* Connected state of before a restart, until the association is announced again; association 0: none. */
    struct {
        uint64_t association, amf_ue_ngap_id;
        uint32_t ran_ue_ngap_id;
        uint16_t stream;
        bool context_up;
    } kept;
};

/* --- gNBs (context.c) --- */

struct gnb *gnb_new(struct core *core, uint64_t association, const struct core_peer *peer);
/* Its UEs become idle. */
void gnb_free(struct gnb *gnb, const char *why);
/* They are lost: some now, the rest portion by portion (parting.c). why: static. */
void gnb_release_connections(struct gnb *gnb, const char *why);
/* The association is gone: UEs are kept for timers.gnb_return, if the gNB should come back with them. */
void gnb_await_return(struct gnb *gnb, const char *why);
/* NG Setup by a gNB of that identity: `wanted` says whether it has kept its UEs. True: and so have we, they are its again. */
bool gnb_retain(struct gnb *gnb, struct gnb_identity identity, bool wanted);
void ghosts_free(struct core *core);
static inline bool gnb_identity_equal(struct gnb_identity a, struct gnb_identity b)
{
    return a.bits == b.bits && a.value == b.value && plmn_equal(a.plmn, b.plmn);
}

/* The line lets no phone in there, and calls none. */
static inline bool gnb_is_shut(const struct gnb *gnb)
{
    return gnb->fenced || gnb->barred;
}

struct gnb *gnb_find(struct core *core, uint64_t association);
const struct gnb_area *gnb_area_of(const struct gnb *gnb, struct tai tai); /* NULL: not one of the gNB's */

/* --- connections (connection.c) --- */

/* The domain of that name, made when new; one more gNB is in it. NULL: out of memory. */
struct domain *domain_join(struct core *core, const char *name);
void domain_leave(struct core *core, struct domain *domain); /* NULL is harmless */

/* NULL: limits (config_limits.ues_per_gnb) or memory. The UE must have none yet. */
struct connection *connection_new(struct gnb *gnb, struct ue *ue, uint32_t ran_ue_ngap_id, uint16_t stream);
/* At an N2 handover's target, which has no number for it yet: becomes ue->target. */
struct connection *connection_for_target(struct gnb *gnb, struct ue *ue);
/* The target has told its number. False: it has another UE by that number, or memory. */
bool connection_number(struct connection *connection, uint32_t ran_ue_ngap_id, uint16_t stream);
/* The connection that the UE had before a restart of this process. */
struct connection *connection_restore(struct gnb *gnb, struct ue *ue);
/* Only among the gNB's own. */
struct connection *connection_by_amf_id(const struct gnb *gnb, uint64_t amf_ue_ngap_id);
struct connection *connection_by_ran_id(const struct gnb *gnb, uint32_t ran_ue_ngap_id);
/* Among those of all gNBs of its trust domain: for path switches only. */
struct connection *connection_in_domain(const struct gnb *gnb, uint64_t amf_ue_ngap_id);
/* A connection goes on at another gNB of the domain, or under another RAN id; the former place is free afterwards. False: limits
 * or memory, and nothing happened. */
bool connection_rehome(struct connection *connection, struct gnb *gnb, uint32_t ran_ue_ngap_id,
                       uint16_t stream);
/* The gNB went away, or has forgotten it: procedures are cancelled, sessions deactivated, the UE is idle. */
void connection_lost(struct connection *connection, const char *why);
/* The UE, if any, is idle afterwards; the gNB is told nothing. */
void connection_free(struct connection *connection);
/* Moves the connection to another UE's context, which must be idle; a target becomes the UE's connection. */
void connection_move(struct connection *connection, struct ue *ue);

/* --- UEs --- */

/* Is there room for this phone: one the core knows, or one more (config_limits.ues)? */
bool ue_room(struct core *core, supi_t supi);
/* Provisional. NULL: out of memory. */
struct ue *ue_new(struct core *core);
/* Counts a provisional context among the gNB's; false: it has its share (gnb_affords_stranger). */
bool ue_charge(struct ue *ue, struct gnb *gnb);
/* Leaves the maps and the store's queue; sessions and connection must be gone. Keys are wiped. The memory itself lasts
 * until the end of the batch, for those who still hold the pointer. */
void ue_free(struct ue *ue);
/* At the end of a batch: what ue_free was called for. */
void ue_bury(struct core *core);
struct ue *ue_by_tmsi(struct core *core, uint32_t tmsi);
/* Enters a proved provisional context into the map of SUPIs. False: out of memory. */
bool ue_adopt(struct ue *ue);
/* Draws a new unpredictable 5G-TMSI; the old one becomes the former one (TS 33.501 6.12.3). False: out of memory. */
bool ue_new_tmsi(struct ue *ue);
void ue_forget_former_tmsi(struct ue *ue);
/* Both: it has none any more. */
void ue_forget_tmsi(struct ue *ue);
/* Undoes ue_new_tmsi. */
void ue_take_back_tmsi(struct ue *ue);
/* It has proved itself, and says that this is its TMSI: whether it got the last one is known now (TS 24.501 5.5.1.3.8 c). */
void ue_goes_by(struct ue *ue, uint32_t tmsi);
/* Cancels what runs, deactivates sessions. The UE may be gone afterwards, if it was provisional. */
void ue_became_idle(struct ue *ue, const char *why);
/* Idle: the mobile reachable timer starts anew (TS 24.501 5.3.7, silence.c). */
void ue_watch_idle(struct ue *ue);

/* Keys that the phone may have taken (pending_keys.c). They are copied; false: out of memory. */
bool pending_keys_set(struct ue *ue, const struct nas_security *security, const uint8_t kamf[32]);
/* It has: they are the keys in use, and what is held is sealed with them. count: uplink NAS COUNT of the message that tells so. */
void pending_keys_take(struct ue *ue, uint32_t count);
/* It has not, and will not. */
void pending_keys_drop(struct ue *ue);
void pending_keys_write(struct writer *w, const struct ue *ue);
bool pending_keys_read(struct reader *r, struct ue *ue); /* false: out of memory */

/* NAS messages are held while a phone changes gNBs or keys (held.c): a copy, in order, of a limited number. False: no room. */
bool held_nas_keep(struct ue *ue, struct bytes pdu);
void held_nas_send(struct ue *ue); /* the phone can be reached again */
void held_nas_drop(struct ue *ue);
/* The phone has other keys than they were sealed with. */
void held_nas_seal_anew(struct ue *ue, const struct nas_security *former);

/* "supi=imsi-... gnb=..." for log lines; in a buffer of UE_CONTEXT_TEXT bytes. */
enum { UE_CONTEXT_TEXT = 96 };
const char *ue_context_text(const struct ue *ue, char *buffer);

/* --- stored form (ue_row.c) --- */
bool ue_row_write(struct core *core, struct row *row);
bool ue_row_load(struct core *core, const char *supi, uint32_t tmsi, struct bytes blob);

/* --- after a restart (adoption.c) --- */

/* UEs that were loaded as connected wait for their gNB. False: out of memory. */
bool adoption_start(struct core *core);
void adoption_stop(struct core *core);
/* The UEs that were connected through the gNB are so again. Returns how many. */
unsigned adopt(struct gnb *gnb);

/* Loads UEs from the store; frees everything. */
bool amf_load(struct core *core, const char **why);
void amf_stop(struct core *core);
void amf_free_ues(struct core *core);

/* Subscriptions that changed through the store are looked at when the batch ends (subscriber_change.c). */
void amf_watch_subscribers(struct core *core);
void amf_apply_changes(struct core *core);

/* Once a batch: does overload begin? */
void amf_watch_load(struct core *core);

/* A copy on the heap in place of the one kept so far; nothing happens when it is empty or too long. */
void ue_keep(struct bytes *kept, struct bytes from, size_t most);
void ue_forget(struct bytes *kept);

#endif
