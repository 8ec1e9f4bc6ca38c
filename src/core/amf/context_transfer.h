/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone that comes with the 5G-GUTI of another core: its context is fetched from there, and its old core is told when it is
 * registered here (TS 23.502 4.2.2.2.2, steps 4, 5 and 10; TS 33.501 6.9.3).
 */
#ifndef CORE_AMF_CONTEXT_TRANSFER_H
#define CORE_AMF_CONTEXT_TRANSFER_H

#include "core/amf/gmm.h"
#include "core/peer/peer.h"
#include "core/peer/ue_context.h"

/* Lives in the procedure's memory. */
struct context_transfer {
    unsigned peer;
    char id[48]; /* ueContextId: the 5G-GUTI */
    struct moved_context context;
};

/* Asks the core that gave the identity out. NULL: nobody we know, no answer, or not a phone of theirs. */
struct context_transfer *context_transfer(struct procedure *p, const struct nas_mobile_identity *identity,
                                          struct bytes pdu);
/* The keys that came become those of the provisional context, if the phone's message shows that it has them, too. False: they are
 * not good enough for this network; it has to authenticate. */
bool context_transfer_take_keys(struct ue *ue, const struct context_transfer *transfer, struct bytes pdu);
/* A key derived for this core came instead: the phone has to derive it, too (a security mode command with it). False: none. */
bool context_transfer_new_key(const struct context_transfer *transfer, struct proof *proof);
/* The phone is who it says: its sessions are the UE's from now on, and its radio capability if none is known. */
void context_transfer_take_sessions(struct ue *ue, const struct context_transfer *transfer);
/* Namf_Communication_RegistrationStatusUpdate, once the registration is durable. */
void context_transfer_done(struct core *core, const struct context_transfer *transfer);
/* The same for a phone that is sent on: its old core still has it (TS 23.502 4.2.2.2.3, step 5). */
void context_transfer_refuse(struct core *core, const struct context_transfer *transfer);

#endif
