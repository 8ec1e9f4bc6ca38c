/* SPDX-License-Identifier: Apache-2.0 */
/* What the line has refused, admitted or done, one event each: the place where evidence is taken. */
#ifndef LINE_EVENT_H
#define LINE_EVENT_H

#include <stdint.h>

#include "evidence/entry.h"

struct line_event {
    enum evidence_kind kind; /* 0: a refusal */
    enum evidence_step step; /* of what begins and ends */
    int64_t time;            /* wall clock, nanoseconds since 1970 */
    uint64_t association;
    const char *gnb;       /* its name, or where it comes from */
    const char *procedure; /* "NG Setup" */
    const char *rule;      /* "N5"; "" where none was applied */
    const char *reason;    /* static text, or text valid during the call */
    struct bytes about; /* the octets that it is about; of them the digest is kept; empty: there are none */
    const uint8_t
        *digest; /* of octets that are not at hand any more (EVIDENCE_DIGEST_BYTES); NULL: of `about` */
    bool logged; /* the log has it already, with more than evidence may name: the entry alone */
};

/* By which an entry says what it is about: SHA-256. */
void line_digest(struct bytes about, uint8_t digest[EVIDENCE_DIGEST_BYTES]);

/* A line in the log, as loud as the kind deserves, and an entry for the recorder. That no other subscriber was touched is what a refusal means:
 * `victim-touched=no`. */
void line_event(const struct line_event *event);

/* Where entries go from now on (line/reporter.h); NULL: nowhere. What is taken without this is in the log only. One a process. */
struct line_recorder {
    void *context;
    bool (*wants)(void *context,
                  const struct evidence_entry *entry); /* false: it is counted, and not taken */
    void (*take)(void *context, const struct evidence_entry *entry);
    bool (*takes)(void *context); /* does what is taken become durable in time? */
    const char *(*doubt)(void *context);
    void (*last)(void *context, uint64_t *run, uint64_t *number); /* of the entry that was taken last */
};
void line_record(const struct line_recorder *recorder);

/* How the entry of the last event is known in the log; number 0: there is no recorder. */
void line_last_entry(uint64_t *run, uint64_t *number);

/* False: there is a recorder to be, and evidence is not taken. */
bool line_is_recorded(void);

/* Why what is recorded cannot be relied on now (static text): it is not taken, a source is silent, the witnesses are too few for too
 * long. NULL: it can. Who answers others on the strength of evidence asks this first: a reason means *unknown*. */
const char *line_evidence_doubt(void);

#endif
