/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SMF has told of shaping (rule H2 of the line), in elements of our own of the PFCP Association Update Request (TS 29.244 7.4.4.3): a
 * rate for each gNB whose packets are to be delayed from there on, in as many messages as it takes.
 */
#ifndef PLANE_AGENT_SHAPING_H
#define PLANE_AGENT_SHAPING_H

#include "wire/pfcp/pfcp.h"

struct agent;
struct smf;

/* Returns the cause; with another than "accepted" nothing has changed. gNBs that the plane does not know are passed over. */
uint8_t shaping_told(struct smf *smf, const struct pfcp_association_update_request *told);

/* The association begins anew, or is lost: nobody is there who would take back what was told. */
void shaping_rest(struct smf *smf);

/* The agent ends. */
void shaping_forget(struct agent *agent);

#endif
