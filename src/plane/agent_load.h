/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent tells SMFs of its load (TS 29.244 6.2.3) and of having too much to do (6.2.4), those that said that they
 * understand it (LOAD, OVRL). Load is the fullest of what a session needs: its place, its place in the fast path, the time of the
 * busiest worker. Too much is what was lost before workers came to it, and no room at all.
 */
#ifndef PLANE_AGENT_LOAD_H
#define PLANE_AGENT_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/pfcp/pfcp.h"

struct agent;
struct agent_effort;
struct smf;

struct agent_load {
    int64_t looked_at;            /* the workers, last */
    uint64_t carried;             /* by then */
    struct agent_effort *workers; /* what each had done then */
    unsigned busy, lost;          /* percent, between the last two looks */
    unsigned metric;              /* as told, percent */
    unsigned reduction;           /* likewise; 0: there is no overload */
    uint32_t metric_sequence;     /* 0: nothing has been told yet */
    uint32_t reduction_sequence;
    int64_t valid_until; /* what was told of overload */
};

/* False: out of memory. */
bool load_init(struct agent *agent);
void load_free(struct agent *agent);
/* An association begins, with a CP function of these features. */
void load_begin(struct smf *smf, uint64_t cp_features);
/* Puts into an answer or a report what the SMF has not been told yet. */
void load_tell(struct smf *smf, struct pfcp_message *message);

#endif
