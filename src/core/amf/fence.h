/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule N5 of the line: the misdeeds of a gNB, and the fence around one that misbehaves: no phone gets in, none is
 * paged through it, its own are sent away. A fence belongs to an identity and outlives associations and restarts of this process.
 * Private to core/amf.
 */
#ifndef CORE_AMF_FENCE_H
#define CORE_AMF_FENCE_H

#include "core/amf/context.h"

enum { FENCE_REASON_BYTES = 96 };

struct fence {
    struct fence *next;
    struct core *core;
    struct row row;
    struct timer timer;
    struct config_gnb_id gnb;
    int64_t until; /* wall clock; 0: until a command */
    bool lifted;   /* kept for the row's removal, and for the next time */
    char reason[FENCE_REASON_BYTES];
};

/* Counted; at the threshold the gNB is fenced. Whatever is under way goes on until the caller has returned. */
void gnb_misdeed(struct gnb *gnb, enum misdeed misdeed, uint64_t count);

/* time: nanoseconds, 0: until a command. False: out of memory. An identity that is not connected may be fenced too. */
bool fence_begin(struct core *core, struct config_gnb_id gnb, int64_t time, const char *reason);
/* False: it is not fenced. */
bool fence_lift(struct core *core, struct config_gnb_id gnb);
/* NULL: it is not fenced. */
const struct fence *fence_of(const struct core *core, struct config_gnb_id gnb);
unsigned fence_count(const struct core *core);

/* The gNB has set up: it may be fenced from before. */
void fence_meets(struct gnb *gnb);

bool fences_load(struct core *core);
void fences_free(struct core *core);

/* The connection ends, and what goes on over it; a handover that it is the target of fails. */
void gnb_send_away(struct connection *connection, const char *why);
/* A connection of the gNB's with a phone on it; NULL: there is none. */
struct connection *gnb_next_phone(const struct gnb *gnb);

static inline struct config_gnb_id gnb_id_of(const struct gnb *gnb)
{
    return (struct config_gnb_id){gnb->identity.plmn, gnb->identity.bits, gnb->identity.value};
}

#endif
