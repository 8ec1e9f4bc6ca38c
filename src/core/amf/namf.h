/* SPDX-License-Identifier: Apache-2.0 */
/* What this core gives away of a phone, and how it lets go of it (TS 29.518 5.2.2.2). Private to core/amf. */
#ifndef CORE_AMF_NAMF_H
#define CORE_AMF_NAMF_H

#include "core/amf/context.h"
#include "core/peer/peer.h"
#include "core/peer/ue_context.h"

/* The phone's context for that peer, which may speak for its sessions from now on, and say that it serves the phone. */
void context_give(struct ue *ue, unsigned peer, bool keys, struct moved_context *context);
/* Was that peer the last to be given the context, or is it known to serve the phone? */
bool context_given(const struct ue *ue, unsigned peer);
/* That peer serves the phone now; `released`: PDU sessions that it has not taken over (an array of numbers, or NULL). */
void context_let_go(struct ue *ue, unsigned peer, const json_t *released);

#endif
