/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions and gNBs by what people call them. Agent's thread only. */
#ifndef PLANE_FIND_H
#define PLANE_FIND_H

#include "plane/agent.h"

/* By the phone's address, or one behind it, or the SEID in hexadecimal. NULL: there is none. */
struct session *find_session_by(const struct agent *agent, const char *text);
/* By its address on N3. */
struct gnb *find_gnb_by(const struct agent *agent, const char *text);

#endif
