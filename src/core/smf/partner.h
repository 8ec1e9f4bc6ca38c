/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions to partners' data networks live only while the threshold answer (line/answer.h) for their path is share. They are not set up, and
 * do not move, where it is not; when it turns, they are released with 5GSM cause #29, and the phone may ask again from wherever it is next.
 * Private to core/smf.
 */
#ifndef CORE_SMF_PARTNER_H
#define CORE_SMF_PARTNER_H

#include "core/smf/session.h"
#include "line/answer.h"

/* May the session cross the gNB, and end its tunnel there? end NULL: nobody has said yet where. A gNB of another core's is looked up in this
 * core's inventory, where its tunnels end included; one that is not there is not known. Always, if it is to no partner. A no is evidence
 * of its own, with what was to be done. */
bool partner_lets(struct session *session, const struct smf_cell *cell, const struct tunnel *end,
                  const char *procedure);
/* Through the gNB where the phone is now. */
struct smf_cell partner_cell(const struct session *session);
bool partner_lets_here(struct session *session, const char *procedure);

/* Is the answer share where the session is? If not, its release has begun; or, as long as no stack is free for that, its user plane is down. */
bool partner_keeps(struct session *session, const char *procedure);

/* Why it cannot be had: 5GSM cause #29 if that was the last answer, else the other cause. */
uint8_t partner_refusal(const struct session *session, uint8_t otherwise);

/* --- facts (partner_watch.c) --- */

/* Facts are looked at every second, as long as there are partners' networks. When an answer may be another by them, all sessions are asked
 * about, a portion a turn. False: out of memory. */
bool partner_start(struct smf *smf);
void partner_stop(struct smf *smf);
/* The inventory or the configuration is another: all sessions are asked about. */
void partner_reload(struct smf *smf);
/* Some session could not be released: all are asked about once more. */
void partner_ask_again(struct smf *smf);
/* It leaves its plane, and may be the next one to be asked about. */
void partner_forget(const struct session *session);

/* Is what is decided taken as evidence? And what the network as a whole is to that partner, its numbers as they were when it was last
 * another; NULL: that is not known beforehand. */
enum line_taken partner_taken(const struct smf *smf);
const struct line_answer *partner_standing(const struct smf *smf, const char *partner);

#endif
