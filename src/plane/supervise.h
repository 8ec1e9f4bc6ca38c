/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Supervision of GTP-U paths (TS 29.281 4.3.1, 7.2.1; TS 23.527 5.2): each gNB that carries sessions is sent an Echo Request
 * now and then; when it does not answer several of them, and when it answers again, the SMFs are told. All of it happens on
 * the agent's thread; a packet worker only notes an answer (struct gnb, heard).
 */
#ifndef PLANE_SUPERVISE_H
#define PLANE_SUPERVISE_H

#include "plane/plane.h"

struct agent;
struct smf;

/* Moves the session from the gNB that it had to the one it has now; NULL: none. */
void supervise_move(struct agent *agent, struct gnb *from, struct gnb *to);
/* The SMF is associated again: what has failed meanwhile is told. */
void supervise_tell(struct smf *smf);
/* Before the agent goes. */
void supervise_end(struct agent *agent);

#endif
