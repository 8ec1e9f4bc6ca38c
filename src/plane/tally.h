/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells an SMF that has asked for it what was carried through each gNB (rule H2 of the line), in elements of our own of the PFCP Node Report
 * (TS 29.244 7.4.5, vendor-specific report). In rounds: counters are read at one moment, what has changed since the SMF confirmed it is
 * told in messages of a bounded size, one after the other. Counters are told as they are, not what was added, so nothing is lost or
 * counted twice by a message that is repeated or goes astray. A round with no news is told too: it is the sign that there is none.
 */
#ifndef PLANE_TALLY_H
#define PLANE_TALLY_H

#include "kit/timers.h"
#include "plane/plane.h"

struct agent;
struct smf;

/* A gNB's counters, by enum direction. */
struct tally_reading {
    const struct gnb *gnb;
    uint64_t packets[2], bytes[2];
};

struct tally {
    struct timer timer;  /* the next round */
    int64_t period;      /* 0: the SMF has not asked */
    uint64_t (*told)[2]; /* confirmed, by gnb->id - 1 */
    size_t told_count;
    struct tally_reading *round; /* what is left of it begins at `at` */
    size_t count, at;
    uint64_t total[2];
    uint32_t sequence; /* of the message that waits for its answer; round NULL: none does */
};

/* What both paths have counted. */
struct tally_reading tally_read(const struct plane *plane, const struct gnb *gnb);
/* The same over all gNBs; gnb is NULL. */
struct tally_reading tally_read_all(const struct plane *plane);

/* The SMF has associated, and may have forgotten everything; period: seconds, 0: it does not want to know. A round begins at once. */
void tally_ask(struct smf *smf, unsigned period);
/* The association is lost; or it ends with the agent. */
void tally_rest(struct smf *smf);
void tally_free(struct smf *smf);

/* An answer to a Node Report, or (accepted false) none. Of other reports than these: nothing happens. */
void tally_answered(struct smf *smf, uint32_t sequence, bool accepted);

/* No worker runs any more: what has not been told yet is said, once, and that it was the last. */
void tally_end(struct agent *agent);

#endif
