/* SPDX-License-Identifier: Apache-2.0 */
/* What an edge tells over its admin socket (docs/admin.md). */
#ifndef EDGE_REPORT_H
#define EDGE_REPORT_H

#include <jansson.h>

#include "edge/confine.h"
#include "edge/edge.h"
#include "kit/sctp.h"
#include "wire/wicket/charter.h"

/* What there is to tell of. */
struct edge_report {
    const struct edge *edge;
    const struct charter *charter;
    enum sctp_stack stack;
    const struct confinement *confinement;
};

/* New references; NULL: out of memory. `now` is on the edge's clock. */
json_t *edge_report_status(const struct edge_report *report);
json_t *edge_report_gnbs(const struct edge *edge, int64_t now, const json_t *request);
json_t *edge_report_metrics(const struct edge *edge, const char *name);

#endif
