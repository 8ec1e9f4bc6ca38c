/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule N1 of the line for N3, of sessions that another core anchors: its SMF does not know this core's gNBs, so where they want
 * tunnels to end is looked at here, before it hears of that. Private to core/smf.
 */
#ifndef CORE_SMF_REMOTE_TUNNEL_H
#define CORE_SMF_REMOTE_TUNNEL_H

#include "core/smf/smf.h"

/* Does what the gNB says of a session end tunnels within its enrolment? gnb NULL: another core's, which looks itself. False also: it
 * cannot be read. */
bool remote_admits_switch(const struct ue *ue, const struct gnb *gnb, struct bytes transfer);
bool remote_admits_handover(const struct ue *ue, const struct gnb *gnb, struct bytes acknowledge);
/* An answer of the gNB that serves the phone. One that wants a foreign end becomes a failure. */
void remote_check_answer(const struct ue *ue, enum n2_answer *kind, struct bytes *transfer);

#endif
