/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the plane has to give in evidence: PFCP that it refused, message by message, and what rule N6 dropped on N3 and L2 at the RAN port,
 * which comes by the packet and is told by the sender and period.
 */
#ifndef PLANE_REPORT_H
#define PLANE_REPORT_H

#include "kit/timers.h"
#include "plane/plane.h"

struct plane_report;

/* Looks at the workers' tables of senders from now on. NULL: out of memory. */
struct plane_report *plane_report_new(const struct plane *plane, struct timers *timers);
void plane_report_free(struct plane_report *report);

/* What has come since the last time, at once. */
void plane_report_turn(struct plane_report *report);

/* A PFCP message. Of many at once the first ones are told each, and then how many more there were. */
void plane_report_refused(struct plane_report *report, const union socket_address *from, const char *message,
                          const char *why, struct bytes octets);
/* The RAN port let nothing of it in; packets: since it was told last. */
void plane_report_denied(const char *source, uint64_t packets);
void plane_report_port_opened(const char *why);

#endif
