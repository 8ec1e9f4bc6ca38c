/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule H2 of the line: how many octets went through high-risk gNBs, of all that went over N3 within the window that the profile names. Planes tell their
 * counters (plane/traffic.h); what each has grown by is added to the slot of the window that is now, by the address through which it went, so that
 * the sums are the planes' own to the octet. Neither a restart of control nor one of a plane counts anything twice; what a plane had
 * not told when it died is not known, and the time of which that is so is kept.
 *
 * Whose an address is says the enrolment: its N3 prefixes, or, where it has none, the gNB that named the address as its end of a tunnel. What is
 * nobody's counts as high risk.
 *
 * The window has a clock of its own, the monotonic one carried on over restarts: setting the wall clock moves nothing.
 */
#ifndef CORE_TRAFFIC_H
#define CORE_TRAFFIC_H

#include <jansson.h>

#include "core/core.h"
#include "line/decide.h"
#include "wire/pfcp/pfcp.h"

bool traffic_start(struct core *core, const char **why);
void traffic_stop(struct core *core);
/* The configuration or the ledger is another. */
void traffic_reload(struct core *core);

/* A plane is associated: from now on it has to tell. */
void traffic_expected(struct core *core, const char *plane);
/* Part of a round. False: it cannot be joined to what was told before, and has to be told from the beginning. */
bool traffic_reported(struct core *core, const char *plane, const struct pfcp_node_report_request *report);
/* The gNB (NULL: one of another core; enrolment NULL: a stranger) has a tunnel that ends there. */
void traffic_named(struct core *core, const struct config_gnb *enrolled, const struct config_ip *end);

/* The plane has said that it shapes if it is told to. */
bool traffic_plane_shapes(const struct core *core, const char *plane);
/* Whose traffic it is to shape now, from which rates on; the list is the caller's to free. False: out of memory. */
bool traffic_shaping(const struct core *core, const char *plane, struct pfcp_shaping_of_peer **list,
                     size_t *count);

/* What decisions are made on: shares, and what planes find of the RAN port (rule L2). */
void traffic_measure(const struct core *core, struct line_measured *measured);

/* The replies of docs/admin.md to `traffic`, and what `status` says of it; new references. */
json_t *traffic_summary(const struct core *core);
json_t *traffic_reply(const struct core *core, const json_t *request);

#endif
