/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core: the network functions of `control` as one object that sees decoded messages, timers, a store and
 * an outbox, never a socket. The control process drives it from its loop; tests and the simulation drive it
 * from a virtual clock.
 *
 * Group commit (ARCHITECTURE.md, decision 2). Events are fed in through the entry points below; what the core
 * wants to say is collected. core_settle() ends the batch: rows changed since are written, the store commits
 * once, procedures that waited for it go on, and only then the outbox is handed to the ports.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "core/ids.h"
#include "core/metrics.h"
#include "core/outbox.h"
#include "crypt/sequence.h"
#include "kit/arena.h"
#include "kit/map.h"
#include "kit/timers.h"
#include "wire/ngap/ngap.h"
#include "wire/wicket/wicket.h"

struct bar;
struct core;
struct co_pool;
struct domain;
struct fence;
struct gateway_view;
struct line_event;
struct procedure;
struct random;
struct reconsideration;
struct removal;
struct share_history;
struct smf;
struct peers;
struct sbi_message;
struct store;
struct traffic;
struct ghost;
struct gnb;
struct ue;
struct udm;

/*
 * A row of the store that follows a struct in memory. core_dirty() queues it; at settle `write` puts the
 * present state into the store, once however often it was marked. After a failed commit all rows of the batch
 * are queued again.
 */
struct row {
    struct row *next, *previous;
    bool (*write)(struct core *core, struct row *row); /* false: the store refused */
    uint8_t queued;                                    /* which list it is in; 0: none */
};

struct core_settings {
    const struct config *config; /* borrowed; replaced by core_reload */
    struct store *store;         /* borrowed */
    struct timers *timers;       /* borrowed; the clock */
    struct random *random;       /* borrowed */
    int64_t wall;                /* wall clock at timers->now, nanoseconds since 1970 */
    int64_t (*read_wall)(void);  /* likewise, but now; NULL: it goes on from `wall` */
    int64_t boot;                /* tells one start of the host from another; 0: not known */
    struct core_ports ports;
};

/* After a start: connected UEs that wait for their gNB to be announced again (amf/adoption.c). */
struct adoption {
    struct timer timer; /* whose gNB has not come back by then is idle */
    struct kept_place *places;
    size_t count;
};

/* Tracking areas that only high-risk gNBs have (amf/shelter.h); worked out when asked for. */
struct shelter {
    struct config_area *areas;
    unsigned count;
    uint32_t digest; /* of them */
    bool known;
};

/* The security gateway, which is asked who stands behind N2 addresses (amf/proof.h). Questions are numbered from 1. */
struct gateway_watch {
    uint64_t asked, answered;
    struct timer timer; /* until the next question about those that are there */
};

struct core {
    const struct config *config;
    struct store *store;
    struct timers *timers;
    struct random *random;
    struct co_pool *stacks;
    struct core_ports ports;
    struct outbox outbox;
    struct arena batch; /* lives until the end of the present batch: messages on their way out */

    uint8_t *scratch; /* where messages are encoded */

    struct sequence amf_ids; /* AMF UE NGAP IDs */
    struct map gnbs;         /* struct gnb by association */
    struct domain *domains;  /* trust domains with gNBs in them */
    struct fence *fences;    /* by rule N5 of the line (amf/fence.h) */
    struct bar *bars;        /* by rule K1 (amf/bar.h) */
    struct map ues_by_supi;  /* struct ue by supi; registered or known */
    struct map ues_by_tmsi;  /* by 5G-TMSI: the current one, and the former one until the phone confirmed the
                               new one */
    struct ue *changed;      /* whose subscription changed in this batch */
    struct ue *dead;         /* to be freed at the end of the batch */
    unsigned provisional;    /* contexts of phones that have proved nothing yet */
    struct core_metrics metrics;

    struct row *dirty, *written;          /* rows to write; rows in the transaction that is open */
    struct removal *removals;             /* rows to remove, until a commit has done it */
    struct procedure *commits, *resuming; /* procedures that wait for the commit; that it is being told to */
    struct udm *udm;
    struct smf *smf;
    struct peers *peers;
    int64_t wall_offset; /* wall clock minus timers->now, nanoseconds: for what is stored or told to phones */
    struct timer retry;  /* the store refused a commit */
    struct timer overload; /* until it fires gNBs hold signalling back */
    struct gateway_watch gateway;
    struct adoption adoption;
    unsigned sessions;       /* PDU sessions, counted by smf */
    struct ghost *ghosts;    /* gNBs that have gone and whose UEs have not yet */
    struct ledger *ledger;   /* what the inventory adds up to */
    struct traffic *traffic; /* what went through gNBs */
    struct share_history *share_history;
    int64_t (*read_wall)(void);
    int64_t boot;
    struct config_date
        last_decision; /* the latest day on which the line decided something (amf/admission.h) */
    struct timer leases;
    struct shelter shelter;
    uint32_t
        suspensions_ended; /* LINE_BIT of rules whose suspension has ended since this process is there (amf/suspension.h) */
    struct reconsideration
        *reconsideration; /* gNBs that are looked at again, in portions (amf/reconsider.c) */
    unsigned paged;       /* phones that are being paged */
    uint64_t payer;       /* the association whose message is being handled; 0: none */
    const uint8_t *
        heard; /* SHA-256 of the message that is being handled, or that began the procedure which runs, as it came; NULL: not
                             known. Set by who hands it in (core/gate.h) */
};

/* Loads UEs and sessions from the store. NULL: out of memory or the store cannot be read (*why says). */
struct core *core_new(struct core_settings settings, const char **why);
void core_free(struct core *core);

/* Ends a batch. False: the store refused (part of) it. */
bool core_settle(struct core *core);

/* A new snapshot is in force from now on; gNBs are told by AMF Configuration Update what concerns them. The
 * caller frees the old one after the call. False, and nothing has changed: *why. */
bool core_reload(struct core *core, const struct config *config, const char **why);
/* The same with a ledger that is ready, against which the caller gets the old one to free. gNBs are looked at in portions. */
bool core_follow(struct core *core, const struct config *config, struct ledger **ledger, const char **why);

/* Marks a struct's row as changed. */
void core_dirty(struct core *core, struct row *row);
/* The struct is going away: leaves the queue. */
void core_clean(struct core *core, struct row *row);
/* Queues what the store holds of a phone's session, or of the phone with all its sessions (0), for removal. Later
 * core_dirty of the same phone or session stands. */
void core_remove(struct core *core, supi_t supi, uint8_t pdu_session_id);

/* What the edges report. `association` is unique over all edges and never used again while control lives. */
void core_association_up(struct core *core, uint64_t association, const struct core_peer *peer);
/* The edge had it already when this process (re)started. What control had accepted on it then follows through core_replay;
 * the gNB's connected UEs are picked up from the store. */
void core_association_kept(struct core *core, uint64_t association, const struct core_peer *peer);
void core_replay(struct core *core, uint64_t association, const struct ngap_pdu *pdu);
void core_association_down(struct core *core, uint64_t association, const char *reason);
/* A well-formed message. `stream`: the SCTP stream it came on. */
void core_ngap(struct core *core, uint64_t association, uint16_t stream, const struct ngap_pdu *pdu);

/* Rule N5 of the line: a procedure is paid for by the association whose message begins it, until it ends. False: it has as many as it
 * may. What the core begins of itself nobody pays. */
bool core_transaction_begin(struct core *core);
void core_transaction_over(struct core *core, uint64_t payer);

/* Misdeeds on the association that its edge dealt with alone, how many of each kind. */
void core_conduct(struct core *core, uint64_t association, const uint32_t misdeeds[WICKET_MISDEEDS]);

/* What the security gateway says; `question` is the last one that had been asked when it was begun to be answered. NULL: it does
 * not answer. The view is borrowed. */
void core_gateway(struct core *core, uint64_t question, const struct gateway_view *view);

/* A datagram from N4. */
void core_pfcp(struct core *core, const union socket_address *peer, struct bytes datagram);

/* A request of config->peers[peer], which core_send_sbi_response answers by its token. */
void core_sbi_request(struct core *core, unsigned peer, uint64_t token, const struct sbi_message *request);
/* The answer to what went out with the token; NULL: there is none. */
void core_sbi_response(struct core *core, uint64_t token, const struct sbi_message *response);

/* Evidence of what no gNB is concerned with: the time and the digest of the message at hand are filled in here. */
void core_event(struct core *core, struct line_event event);

/* Wall-clock time, nanoseconds since 1970. */
static inline int64_t core_wall(const struct core *core)
{
    return core->timers->now + core->wall_offset;
}

/* False: the outbox is at its limit (out of memory). The message is encoded before the call returns. */
bool core_send_ngap(struct core *core, uint64_t association, uint16_t stream, enum ngap_message_type message,
                    const void *value);
/* One message for many: encoded once (empty: it cannot be), then posted to each, unchanged. */
struct bytes core_flatten(struct core *core, enum ngap_message_type message, const void *value);
bool core_post_ngap(struct core *core, uint64_t association, uint16_t stream, struct bytes flat);
/* Everything queued for the association goes first. */
bool core_close(struct core *core, uint64_t association);
/* The message's texts and body must live as long as the batch. */
bool core_send_sbi_request(struct core *core, unsigned peer, uint64_t token,
                           const struct sbi_message *request);
bool core_send_sbi_response(struct core *core, uint64_t token, const struct sbi_message *response);
/* `joins`: the peer takes several messages in a datagram. */
bool core_send_pfcp(struct core *core, const union socket_address *peer, struct bytes message, bool joins);

#endif
