/* SPDX-License-Identifier: Apache-2.0 */
/*
 * N2 handover from the AMF of one core to that of another (TS 23.502 4.9.1.3 with AMF relocation, TS 29.518 5.2.2.2.3). The source
 * serves the phone until the target has said that it has arrived. While it runs, ue->handover_peer is the other core. Private to
 * core/amf.
 */
#ifndef CORE_AMF_RELOCATION_H
#define CORE_AMF_RELOCATION_H

#include "core/amf/handover.h"
#include "core/peer/peer.h"

/* The peer that serves the target, which is no gNB of this core; NO_PEER: none. */
int relocation_peer(const struct core *core, const struct ngap_handover_required *required);
/* The source's part (relocation_out.c): runs in ue->handover; argument: struct ngap_handover_required */
void relocation_out(struct procedure *p);

/* The target's part (relocation_in.c): CreateUEContext. id: of the context to be made. */
void relocation_create(struct peer_request *request, const char *id);
/* ReleaseUEContext (TS 29.518 5.2.2.2.4): the handover is cancelled. */
void relocation_release(struct peer_request *request, struct ue *ue);

/* RAN status on its way from gNB to gNB (relocation_status.c). False: there is no such handover. */
bool relocation_status_send(const struct ue *ue,
                            const struct ngap_ran_status_transfer_transparent_container *status);
bool relocation_early_status_send(const struct ue *ue,
                                  const struct ngap_early_status_transfer_transparent_container *status);
void relocation_status_take(struct peer_request *request, struct ue *ue);

#endif
