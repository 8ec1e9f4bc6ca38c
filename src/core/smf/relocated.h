/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of a phone that is being handed over to this core from another (TS 23.502 4.9.1.3): anchored there, in a third core, or
 * here, if the phone comes back. They become the UE's only when it has arrived.
 */
#ifndef CORE_SMF_RELOCATED_H
#define CORE_SMF_RELOCATED_H

#include "core/peer/relocation.h"
#include "core/procedure.h"
#include "core/smf/smf.h"

struct relocated {
    const struct moved_session *moved;
    struct smf_handover item;
    int anchor;      /* the peer; NO_PEER: this core */
    const char *ref; /* its SM context there; views moved->uri */
    bool asked;      /* the anchor has prepared it */
};

/* Where it is anchored. False: nowhere that we know of. */
bool relocated_find(struct core *core, const struct moved_session *moved, struct relocated *session);
/* Handover Required Transfer: true, and item.transfer is what the target is asked; else what the source is told. Waits. Bytes are
 * in the procedure's memory. */
bool relocated_prepare(struct procedure *p, struct relocated *session, struct bytes required);
/* Handover Request Acknowledge Transfer: the session is item.admitted; that of an anchor elsewhere also has its command. Waits. */
bool relocated_admitted(struct procedure *p, struct relocated *session, struct bytes acknowledge);
/* Handover Command Transfer. */
struct bytes relocated_command(const struct procedure *p, const struct relocated *session);
/* The phone has arrived: the session is the UE's, and follows if it was admitted. False: it cannot be taken over. */
bool relocated_arrived(struct ue *ue, const struct relocated *session);
/* It will not: the anchor is told. */
void relocated_cancelled(struct ue *ue, const struct relocated *session);

#endif
