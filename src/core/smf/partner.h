/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions to partners' data networks live only while the threshold answer (line/answer.h) for their path is share. They are not set up, and
 * do not move, where it is not; when it turns, they are released with 5GSM cause #29, and the phone may ask again from wherever it is next.
 * Private to core/smf.
 */
#ifndef CORE_SMF_PARTNER_H
#define CORE_SMF_PARTNER_H

#include "core/smf/session.h"

/* May the session cross the gNB? NULL: one of another core, which is the one that serves the phone or nobody knows which. Always, if it is
 * to no partner. A no is evidence of its own, with what was to be done. */
bool partner_lets(struct session *session, const struct gnb *gnb, const char *procedure);
/* The gNB that serves the phone now. */
bool partner_lets_here(struct session *session, const char *procedure);

/* Is the answer share where the session is? If not, its release has begun. */
bool partner_keeps(struct session *session, const char *procedure);

/* Why it cannot be had: 5GSM cause #29 if that was the last answer, else the other cause. */
uint8_t partner_refusal(const struct session *session, uint8_t otherwise);

/* Facts are looked at every second, as long as there are partners' networks. False: out of memory. */
bool partner_start(struct smf *smf);
void partner_stop(struct smf *smf);
/* The inventory or the configuration is another: all sessions are asked about. */
void partner_reload(struct smf *smf);

#endif
