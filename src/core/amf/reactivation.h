/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a UE's sessions when it reports: which of them both sides still have, which get their user plane back
 * (TS 24.501 5.5.1.3.4). Private to core/amf. Sets of sessions: bit n is PDU session identity n.
 */
#ifndef CORE_AMF_REACTIVATION_H
#define CORE_AMF_REACTIVATION_H

#include "core/amf/gmm.h"

struct reactivation {
    uint16_t asked;  /* for these the phone is told the result */
    uint16_t wanted; /* these are to be set up: it has something to send on them, or something waits for it */
    uint16_t activated; /* and these are */
};

/* Ends sessions that the phone does not have any more, all of them at an initial registration, and those in slices that are
 * not allowed any more. Returns true if there were some of the last kind. */
bool sessions_align(struct ue *ue, const struct nas_registration_request *request,
                    const struct nssf_choice *slices);

/* uplink_data, allowed: Uplink data status and Allowed PDU session status of the request. Not `served`, in an area without service:
 * nothing is wanted, and what is active ends. What may not go over the UE's gNB (shelter.h) is not wanted either. */
struct reactivation reactivation_wanted(struct ue *ue, uint16_t uplink_data, uint16_t allowed, bool served);

/* Asked for and not there: sessions with their 5GMM causes (9.11.3.43). items: SMF_SESSIONS_PER_UE. */
struct nas_session_causes reactivation_causes(const struct ue *ue, const struct reactivation *sessions,
                                              struct nas_session_cause *items);

#endif
