/* SPDX-License-Identifier: Apache-2.0 */
/* What a matched packet must pass: gates, quotas and rates; and what counts it. The session's lock is held. */
#ifndef PLANE_ENFORCE_H
#define PLANE_ENFORCE_H

#include "plane/path.h"

/* Gates and rates alone, for what a FAR copies and drops: no usage, as it goes nowhere. */
enum drop enforce_qers(struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                       struct packet *packet);

bool enforce_gates_open(const struct ruleset *rules, const struct pdr *pdr, enum direction direction);

/* DROP_NONE: the packet (of a super-packet: its first packet->segments pieces) may go and has been counted. *due: a URR has something to report. What the fast path
 * has counted of the session comes first, and what it may go on with is said anew. */
enum drop enforce_both(struct plane *plane, struct session *session, const struct pdr *pdr,
                       enum direction direction, struct packet *packet, bool *due);

/* Inner bytes of the first `segments` pieces. */
size_t segments_bytes(const struct packet *packet, unsigned segments);
unsigned segments_of(const struct packet *packet);

#endif
