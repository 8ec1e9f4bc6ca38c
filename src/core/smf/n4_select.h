/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPF selection (TS 23.501 6.3.3.3): which plane gets a new session. Of those that serve its data network, its slice and the place where
 * the phone is, and take sessions now, the one that names the place most closely; then the one of lower priority; then the
 * one that has another of the phone's sessions; then the least loaded, by what it reports or by its sessions; then the first by name.
 */
#ifndef CORE_SMF_N4_SELECT_H
#define CORE_SMF_N4_SELECT_H

#include "core/smf/session.h"

struct upf;

/* Why a plane does not get a session, from what will never fit to what may in a moment. */
enum n4_misfit {
    N4_FITS,
    N4_OTHER_NETWORKS, /* it does not serve the data network */
    N4_OTHER_SLICES,
    N4_OTHER_PLACES,
    N4_OTHER_ADDRESSES, /* the subscriber's own address is in another plane's pool */
    N4_REMOVED,         /* not configured any more */
    N4_REFUSED,         /* by the line */
    N4_DRAINED,         /* it is to get none */
    N4_LEAVING,         /* it wants to be released (TS 29.244 6.2.7) */
    N4_NO_ADDRESSES,    /* it is to give them to phones, and cannot */
    N4_REFUSED_IT,      /* this very session */
    N4_NO_ROUTES,       /* there are networks behind the phone, and it knows no framed routes */
    N4_LOST,            /* it was associated */
    N4_NOT_ASSOCIATED,  /* it never was */
    N4_FULL,
};

/* What a session needs. Addresses: the subscriber's own, family 0 where he has none. */
struct n4_wish {
    const struct ue *ue;
    const char *dnn;
    struct config_slice slice;
    struct config_ip ipv4, ipv6;
    const struct planes_refused *refused; /* NULL: none has */
    bool routes;                          /* there are networks behind the phone */
};

/* NULL: none fits; *why: what the one that comes nearest lacks. */
struct upf *n4_choose(const struct smf *smf, const struct n4_wish *wish, enum n4_misfit *why);
enum n4_misfit n4_misfit(const struct upf *upf, const struct n4_wish *wish);
/* The same of any session: what keeps the plane from new ones now. */
enum n4_misfit n4_closed(const struct upf *upf);
const char *n4_misfit_text(enum n4_misfit misfit);
/* A line in the log: the wish, and why each plane does not fit. */
void n4_tell_misfits(const struct smf *smf, const struct n4_wish *wish, const char *session);

/* What a session that exists needs of another plane. */
struct n4_wish n4_wish_of(const struct session *session);

/* --- load (TS 29.244 6.2.3, 6.2.4; n4_load.c) --- */

/* An answer or a report from the plane, which may say it. */
void n4_load_heard(struct upf *upf, const struct pfcp_message *message);
/* Percent: as it reports, else of the sessions that it may have; 0 where there is no limit. */
unsigned n4_load(const struct upf *upf);
/* By how many percent new sessions are to be fewer, as it asks for now. */
unsigned n4_reduction(const struct upf *upf);
/* Is this new session one of those that are to be left out? */
bool n4_throttled(struct upf *upf);
/* It has refused a session: where that was for want of resources, no new ones for a while. */
void n4_refused_session(struct upf *upf, uint8_t cause);
/* It does not serve a session as it should: likewise. */
void n4_rests(struct upf *upf, const char *why);

#endif
