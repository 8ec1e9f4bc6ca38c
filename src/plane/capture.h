/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `demarc plane capture`: copies of the packets of one session, or of all that is exchanged with one gNB, from both packet paths, sent to the collector
 * (kit/trace.h) at capture-NAME.sock in runtime_dir. One capture at a time; it ends with its collector, or when none comes. Uplink packets are as they came in on
 * N3, downlink packets as they went out there; what the packet program drops is told with the reason. Without a capture the cost is a bit in words that are read
 * anyway. Agent's thread only.
 */
#ifndef PLANE_CAPTURE_H
#define PLANE_CAPTURE_H

#include <jansson.h>

#include "plane/agent.h"

struct capture;

/* The note of a record (struct trace_record): the reason for which it was dropped (enum drop), and which path says so. */
enum { CAPTURE_FAST = 0x80, CAPTURE_REASON = 0x7f };

/* All outlive it. NULL: there is no place for the socket, and captures are refused. */
struct capture *capture_new(struct loop *loop, struct plane *plane, const char *runtime_dir,
                            const char *name);
void capture_free(struct capture *capture);

/* The reply of docs/admin.md to `capture`: {"session": address or SEID} or {"gnb": address}; user: whose process asks. Begin and end are entries of evidence. */
json_t *capture_reply(struct capture *capture, const struct agent *agent, uid_t user, const json_t *request);

#endif
