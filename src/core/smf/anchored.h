/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions in an N2 handover whose target is a gNB of this core (TS 23.502 4.9.1.3), wherever they are anchored: here, or at another
 * core, whose SMF is asked by Nsmf_PDUSession_UpdateSMContext (TS 29.502 5.2.2.3.4). Those of a phone that comes from another core
 * become its sessions here only when it has arrived.
 */
#ifndef CORE_SMF_ANCHORED_H
#define CORE_SMF_ANCHORED_H

#include "core/peer/peer.h"
#include "core/peer/relocation.h"
#include "core/peer/whereabouts.h"
#include "core/procedure.h"
#include "core/smf/smf.h"

struct anchored {
    const struct moved_session *moved; /* that is to become the phone's here; NULL: it is already */
    struct smf_handover item;
    int anchor;                /* the peer; NO_PEER: this core */
    struct whereabouts target; /* as an anchor elsewhere is told */
    const char *ref;           /* its SM context there; views moved->uri, or is in the procedure's memory */
    bool prepared;             /* by the anchor */
};

/* Of a phone that comes from another core. False: it is anchored nowhere that we know of. */
bool anchored_find(struct core *core, const struct moved_session *moved, struct anchored *session);
/* Of the procedure's phone, which is served here. False: out of memory. */
bool anchored_own(struct procedure *p, uint8_t pdu_session_id, struct anchored *session);

/* Handover Required Transfer: true, and item.transfer is what the target is asked; else what the source is told, if anything.
 * Waits, unless something more urgent comes. Bytes are in the procedure's memory. */
bool anchored_prepare(struct procedure *p, struct anchored *session, struct bytes required,
                      struct meanwhile *meanwhile);
/* Handover Request Acknowledge Transfer: the session is item.admitted; that of an anchor elsewhere also has its command. Waits like
 * anchored_prepare. */
bool anchored_admitted(struct procedure *p, struct anchored *session, struct bytes acknowledge,
                       struct meanwhile *meanwhile);
/* Handover Command Transfer. */
struct bytes anchored_command(const struct procedure *p, const struct anchored *session);
/* The phone has arrived: the session is the UE's, and follows if it was admitted. False: it cannot be taken over. */
bool anchored_arrived(struct ue *ue, const struct anchored *session);
/* It will not: the anchor is told. */
void anchored_cancelled(struct ue *ue, const struct anchored *session);

#endif
