/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of the network functions (TS 28.552 names are given where they are printed, in core/metrics.c).
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include <jansson.h>
#include <stdint.h>

#include "line/conduct.h"
#include "line/decide.h"
#include "line/relay.h"

struct core;

enum handover_kind { HANDOVER_XN, HANDOVER_N2, HANDOVER_KINDS };

struct core_metrics {
    uint64_t registrations_asked[3], registrations_done[3]; /* initial, mobility, periodic */
    uint64_t registrations_rerouted;                        /* to another core */
    uint64_t registrations_failed[256];                     /* by 5GMM cause */
    uint64_t authentications_asked, authentications_failed;
    uint64_t service_requests, service_requests_failed;
    uint64_t pagings, pagings_failed;
    uint64_t deregistrations;
    uint64_t handovers_asked[HANDOVER_KINDS], handovers_done[HANDOVER_KINDS],
        handovers_failed[HANDOVER_KINDS];
    uint64_t
        security_mismatches; /* what a gNB said of capabilities or user plane security was not the core's */
    uint64_t relayed[CONFIG_RELAY_KINDS][RELAY_VERDICTS];
    uint64_t foreign_tunnels; /* that gNBs wanted to end where their enrolment does not let them */
    uint64_t sessions_asked, sessions_done, sessions_failed[256]; /* by 5GSM cause */
    uint64_t modifications_failed[256];
    uint64_t path_failures;                /* GTP-U, as planes reported them */
    uint64_t plane_losses, sessions_moved; /* the second: from planes that were lost, drained or left */
    uint64_t ngap_in, ngap_out, ngap_refused;
    uint64_t nas_integrity_failures, nas_replays;
    uint64_t commits, commits_failed;
    uint64_t misdeeds[MISDEED_KINDS];  /* of gNBs */
    uint64_t unproved;                 /* gNBs without the certificate that they are enrolled with */
    uint64_t fenced;                   /* gNBs, ever */
    uint64_t sheltered[LINE_REQUESTS]; /* refusals by rule H4, by what was asked */
};

/* As the admin verb "metrics" lists them (docs/admin.md); a new reference. */
json_t *core_metrics_list(const struct core *core);

#endif
