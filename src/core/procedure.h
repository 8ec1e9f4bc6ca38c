/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Procedures: functions that read like the call flow they carry out. Each runs on a stack of its own
 * (kit/co.h), and waits for the peer's answer in the middle of a line of code:
 *
 *     amf_send_nas(ue, request);
 *     switch (procedure_wait(p, EVENT(EV_AUTHENTICATION_RESPONSE) | EVENT(EV_AUTHENTICATION_FAILURE), T3560)) {
 *
 * A procedure occupies its owner's slot (one for 5GMM in a UE, one for 5GSM in a PDU session) from start to
 * return. A newer one cancels it: every wait then returns EV_CANCELLED at once, and it unwinds through its
 * own exit path. What a peer sends is offered to the procedure in the slot; if it does not wait for that, the
 * dispatcher decides.
 */
#ifndef CORE_PROCEDURE_H
#define CORE_PROCEDURE_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/arena.h"
#include "kit/timers.h"
#include "wire/wicket/wicket.h"

struct core;
struct co;

/* A message and its four repetitions; on the fifth expiry the procedure is abandoned (TS 24.501 10.2, 10.3). */
enum { NAS_TRANSMISSIONS = 5 };

/* What a procedure can wait for. At most 64. */
enum procedure_event {
    EV_NONE,
    EV_TIMEOUT,
    EV_CANCELLED, /* a newer procedure, or the end of the owner; procedure->why tells */
    EV_COMMITTED,
    EV_COMMIT_FAILED,
    /* uplink 5GMM messages (data: struct amf_uplink, see amf/context.h) */
    EV_IDENTITY_RESPONSE,
    EV_AUTHENTICATION_RESPONSE,
    EV_AUTHENTICATION_FAILURE,
    EV_SECURITY_MODE_COMPLETE,
    EV_SECURITY_MODE_REJECT,
    EV_REGISTRATION_REQUEST, /* the same that is being carried out */
    EV_REGISTRATION_COMPLETE,
    EV_CONFIGURATION_UPDATE_COMPLETE,
    EV_DEREGISTRATION_ACCEPT,
    EV_NOTIFICATION_RESPONSE,
    EV_NAS_STATUS,
    /* NGAP (data: the message's struct) */
    EV_INITIAL_CONTEXT_SETUP_RESPONSE,
    EV_INITIAL_CONTEXT_SETUP_FAILURE,
    EV_UE_CONTEXT_RELEASE_COMPLETE,
    EV_UE_CONTEXT_MODIFICATION_RESPONSE,
    EV_UE_CONTEXT_MODIFICATION_FAILURE,
    EV_HANDOVER_REQUEST_ACKNOWLEDGE,
    EV_HANDOVER_FAILURE,
    EV_HANDOVER_CANCEL,
    EV_HANDOVER_NOTIFY,
    EV_HANDOVER_SOURCE_LOST, /* the connection to that gNB is gone; no data */
    EV_HANDOVER_TARGET_LOST,
    EV_HANDOVER_FORWARDING, /* the plane has answered for a session's forwarding tunnel; no data */
    EV_HANDOVER_OVER,       /* the phone is at one gNB, whichever; no data */
    EV_PAGING_ANSWERED,     /* a service request or registration came while the UE was paged */
    /* 5GSM (data: as core/smf says) */
    EV_SM_MESSAGE,     /* an uplink 5GSM message for the session */
    EV_SM_N2,          /* an N2 SM answer for the session */
    EV_SM_REACHABLE,   /* the paged UE answered: transfer again */
    EV_SM_UNREACHABLE, /* paging failed, or the UE is gone */
    EV_PFCP_RESPONSE,
    EV_GATEWAY_ANSWER, /* of the security gateway (data: amf/proof.c) */
    EV_SBI_RESPONSE,   /* of another core (data: struct sbi_message, or NULL: there is none) */
    EV_COUNT
};

_Static_assert(EV_COUNT <= 64, "the set of awaited events is one word");

#define EVENT(event) (UINT64_C(1) << (event))

/* Lives on the procedure's own stack. */
struct procedure {
    struct core *core;
    struct procedure **slot; /* the owner's, which points back here while the procedure runs */
    struct procedure *no_slot;
    const char *name; /* static: "initial registration" */
    void *owner;      /* struct ue or struct session */
    void *argument;   /* as given to procedure_start; what it points to is borrowed until the first wait */
    struct co *co;
    struct timer timer;
    struct procedure *commit_next;
    uint64_t payer;                      /* the association whose message began it (core_transaction_begin) */
    uint8_t digest[WICKET_DIGEST_BYTES]; /* of that message */
    const uint8_t *heard; /* it, or NULL: none began it. core->heard as long as the procedure runs */
    uint64_t awaited;     /* set of EVENT() */
    const void *data;     /* what came with the event; valid until the next wait */
    const char *why;      /* why cancelled; NULL while not */
    enum procedure_event woken;
    struct arena memory; /* lives as long as the procedure */
};

/*
 * Starts `run` in the slot and runs it to its first wait. Whatever occupied the slot is cancelled first.
 * False: no stack is free (config_limits.procedures), the gNB whose message asks for it has its share
 * (config_budget.transactions), or the caller is itself the slot's procedure, and nothing happened but that
 * cancellation; the caller answers with congestion. run and owner must leave *slot alone; it is cleared when
 * run returns.
 */
bool procedure_start(struct core *core, struct procedure **slot, const char *name,
                     void (*run)(struct procedure *p), void *owner, void *argument);

/* Waits for one of `events`, at most `time` nanoseconds (0: no limit). Returns which came: one of them,
 * EV_TIMEOUT or EV_CANCELLED. p->data holds what came with it. */
enum procedure_event procedure_wait(struct procedure *p, uint64_t events, int64_t time);

/*
 * Sends, and sends again at each expiry of the timer, 5 times in all (TS 24.501 10.2: on the fifth expiry the
 * procedure is abandoned); then EV_TIMEOUT. `send` may be NULL for a plain wait over 5 periods.
 */
enum procedure_event procedure_ask(struct procedure *p, void (*send)(struct procedure *p, void *context),
                                   void *context, uint64_t events, int64_t time);

/*
 * Waits until what was written so far (core_dirty) is durable. False: it is not (disk full, database locked),
 * or the procedure was cancelled meanwhile; the procedure takes back what it did in memory and answers with a
 * cause.
 */
bool procedure_commit(struct procedure *p);

/* The event, if the slot's procedure waits for it; true then, after the procedure has run on. */
bool procedure_offer(struct procedure *slot, enum procedure_event event, const void *data);

/* Cancels what is in the slot, if anything, and returns once it has unwound. why: static text, for the log.
 * Called by the procedure itself it only marks: its next wait returns EV_CANCELLED. */
void procedure_cancel(struct procedure *slot, const char *why);

static inline bool procedure_cancelled(const struct procedure *p)
{
    return p->why != NULL;
}

/* Moves the running procedure to another owner's slot (a provisional context that turned out to be a known
 * UE). What runs there is cancelled first. */
void procedure_move(struct procedure *p, struct procedure **slot, void *owner);

/* Gives up the slot before the procedure frees its owner. */
void procedure_leave(struct procedure *p);

/* For core_settle: resumes everything that waits for the commit. True if there was anything. */
bool procedure_committed(struct core *core, bool durable);

#endif
