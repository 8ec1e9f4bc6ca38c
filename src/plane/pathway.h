/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of the packet path; nobody else's. A session's lock is held where one is given. */
#ifndef PLANE_PATHWAY_H
#define PLANE_PATHWAY_H

#include "plane/enforce.h"
#include "plane/frame.h"
#include "plane/path.h"
#include "wire/gtpu/gtpu.h"

/* Counts the reason; returns PATH_DROP. */
enum verdict path_drop(struct lane *lane, enum drop reason);

/* Counts what passes, for the lane, the session and the gNB, and says when it may go if the gNB is shaped. */
void path_pass(struct lane *lane, struct session *session, struct gnb *gnb, enum direction direction,
               struct packet *packet);

/* Puts the tunnel header of the FAR in front, or notes it for each piece of a super-packet. */
enum verdict path_encapsulate(const struct ruleset *rules, const struct pdr *pdr, const struct far *far,
                              struct packet *packet);

/* Notes that the packet, as far as `packet->segments` says, is to be copied, if the PDR's FAR says so and it has not been yet. */
void path_copy(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
               struct packet *packet);

/* The same of one that the FAR lets go nowhere: as far as gates and rates would let it. */
void path_copy_dropped(struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                       struct packet *packet);

/* A G-PDU that another UPF sends towards the UE (N9). */
enum verdict path_from_upf_locked(struct plane *plane, struct lane *lane, struct session *session,
                                  const union socket_address *peer, const struct gtpu_packet *gtpu,
                                  struct packet *packet);

/* A frame for the session, whoever it came from. */
enum verdict path_frame_locked(struct plane *plane, struct lane *lane, struct session *session,
                               struct packet *packet);

/* What rules find in a frame: the IP packet in it only if they ask for what is in frames. False: it is malformed. */
bool path_read_frame(const struct ruleset *rules, struct bytes octets, struct flow *flow);

enum verdict path_advertise_locked(struct lane *lane, struct session *session, struct packet *packet);

#endif
