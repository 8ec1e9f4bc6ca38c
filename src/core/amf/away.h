/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone that another core serves while sessions of it are anchored here (TS 23.502 4.2.2.2.2): its context is no more than
 * what the SMF needs. It is in the map of SUPIs, not registered, and has no 5G-TMSI; ue->away is the AMF identifier of the
 * core that serves it. The context ends with its last session, or becomes whole again when the phone comes back.
 */
#ifndef CORE_AMF_AWAY_H
#define CORE_AMF_AWAY_H

#include "core/amf/context.h"

enum { NOT_AWAY = 0 };

/* The phone's connection and keys are given up, its user planes wait for the other core. Without sessions the context ends
 * within the batch. */
void ue_goes_away(struct ue *ue, unsigned peer);
/* Whoever served it has no say about its sessions any more. */
void ue_comes_back(struct ue *ue);
/* It was about to come back, and is not taken after all: all is as before with the core that serves it. False: there is no such
 * core any more. */
struct absence {
    uint32_t away, nonce;
};
bool ue_stays_away(struct ue *ue, struct absence before);
/* Loaded from the store. */
void ue_watch_away(struct ue *ue);

/* amf_n1n2_transfer and amf_page for such a phone: Namf_Communication_N1N2MessageTransfer to the core that serves it. */
enum amf_delivery away_transfer(struct ue *ue, const struct n1n2_message *message);
bool away_page(struct ue *ue, uint8_t pdu_session_id);

#endif
