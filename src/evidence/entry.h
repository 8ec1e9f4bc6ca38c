/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entry of the evidence log: a line of JSON in its one canonical form. All members are there, in this order, without white
 * space; so an entry can be read in thirteen months by anything, and there is one text, and one hash, for what it says:
 *
 *     {"time":"2026-11-22T09:00:00.123456789Z","source":"control","run":"5f3a…16 digits","number":17,"kind":"refusal",
 *      "step":"","rule":"N1","association":"00…16 digits","gnb":"south-1","procedure":"NG Setup","reason":"…","victim_touched":false,
 *      "digest":"…"}
 */
#ifndef EVIDENCE_ENTRY_H
#define EVIDENCE_ENTRY_H

#include "kit/bytes.h"

enum evidence_kind {
    EVIDENCE_REFUSAL,
    EVIDENCE_ADMISSION, /* granted (begins), renewed (continues), withdrawn or lapsed (ends) */
    EVIDENCE_POLICY, /* inventory or profile changed: its digest, and who signed; one that was refused is a refusal */
    EVIDENCE_SUSPENSION, /* of a rule: begins, ends */
    EVIDENCE_FENCE,      /* begins, still stands (continues), lifted (ends) */
    EVIDENCE_DRILL,      /* begins, each of its steps (continues), ends */
    EVIDENCE_ANSWER,     /* given to a partner */
    EVIDENCE_FLIP,       /* an answer that changed, and what changed it */
    EVIDENCE_EXCEPTION,  /* let through against a rule, as an emergency is */
    EVIDENCE_BREACH, /* of a limit that is not enforced by refusing: a share goes over it (begins), and under (ends) */
    EVIDENCE_REPORT, /* a copy released to a recipient, with its mark */
    EVIDENCE_SOURCE, /* the recorder about those who report: there, gone, silent, back */
    EVIDENCE_LOSS,   /* entries that were not recorded, with their number */
    EVIDENCE_REPAIR, /* a torn tail was cut */
    EVIDENCE_PRUNING,
    EVIDENCE_CAPTURE, /* packets or messages are shown to somebody: begins, ends */
    EVIDENCE_KINDS
};

/* Of what has a beginning and an end. */
enum evidence_step { EVIDENCE_ONCE, EVIDENCE_BEGINS, EVIDENCE_CONTINUES, EVIDENCE_ENDS, EVIDENCE_STEPS };

enum {
    EVIDENCE_SOURCE_BYTES = 48, /* with the end mark, as all of these */
    EVIDENCE_RULE_BYTES = 32,
    EVIDENCE_GNB_BYTES = 168,
    EVIDENCE_PROCEDURE_BYTES = 168,
    EVIDENCE_REASON_BYTES = 408,
    EVIDENCE_DIGEST_BYTES = 32,
    EVIDENCE_ENTRY_BYTES = 6144, /* the longest line: every octet of the texts escaped */
};

struct evidence_entry {
    int64_t time;                       /* wall clock, nanoseconds since 1970, not before */
    char source[EVIDENCE_SOURCE_BYTES]; /* who reports: "control", "recorder" */
    uint64_t run;                       /* of the source's process, by chance */
    uint64_t number;                    /* the run's entries are counted from 1: a gap is a loss */
    enum evidence_kind kind;
    enum evidence_step step;
    char rule[EVIDENCE_RULE_BYTES]; /* "N1"; "" where none was applied */
    uint64_t association;           /* 0: none */
    char gnb[EVIDENCE_GNB_BYTES];   /* its name, or where it comes from */
    char procedure[EVIDENCE_PROCEDURE_BYTES];
    char reason[EVIDENCE_REASON_BYTES];
    bool victim_touched; /* has anybody else felt it? */
    bool has_digest;
    uint8_t digest[EVIDENCE_DIGEST_BYTES]; /* SHA-256 of the octets that it is about */
};

/* Takes over what fits; what is no UTF-8 becomes '?'. */
void evidence_text(char *place, size_t size, const char *text);

/* Without the end of the line. False: no room, or a time that cannot be written. */
bool evidence_entry_write(struct writer *w, const struct evidence_entry *entry);
/* False: this is not the canonical form of any entry. */
bool evidence_entry_read(struct bytes line, struct evidence_entry *entry, struct fault *fault);

const char *evidence_kind_name(enum evidence_kind kind);
const char *evidence_step_name(enum evidence_step step); /* "" of what has none */

#endif
