/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a predecessor of this process has left in the maps, by which packets go on. It is checked record by record: what a crash has left half written is taken
 * out. The rest is in force as it stands, until an SMF speaks of its sessions again, or none does. The agent's thread only, but where it says otherwise.
 */
#ifndef PLANE_FAST_ADOPT_H
#define PLANE_FAST_ADOPT_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* Once, when the maps describe the plane's networks, before any session: gNBs get the numbers that they have in the maps. */
void fast_adopt(struct fast *fast, struct plane *plane);
/* Everything that was found goes: it is of other networks. */
void fast_disown(struct fast *fast);

/* The place of the session that had one of these tunnels and these addresses, and that has them from now on, and no tunnel besides; 0: none had. What was found
 * under such a tunnel for other addresses is another phone's, and goes. */
unsigned fast_claim(struct fast *fast, const struct session *session, int64_t now);
/* An address is another session's now: if the one at the place was found, and nobody has spoken of it, all of it goes. */
void fast_give_way(struct fast *fast, unsigned place);
/* The program knows the tunnel, and carries its packets, even if no SMF has spoken of its session yet. False without a fast path. Any
 * thread. */
bool fast_carries(const struct plane *plane, uint32_t teid);
/* The place is nobody's. */
void fast_free_place(struct fast *fast, unsigned place);
void fast_forget_found(struct fast *fast);

/* Takes out what was found and no SMF has spoken of; returns how many sessions that was. None as long as one has been spoken of since `quiet`. */
unsigned fast_sweep(struct plane *plane, int64_t quiet);

/* Tells the counters of gNBs from those of others: `drawn`, or what was drawn by the process that began them. */
uint64_t fast_instance(const struct plane *plane, uint64_t drawn);

#endif
