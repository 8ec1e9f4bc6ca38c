/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to partners (line/answer.h) from what runs: with the facts as they are now, and as evidence. An entry of kind answer keeps the
 * digest of the answer's one form; when an answer turns, an entry of kind flip names the entry that says why.
 */
#ifndef CORE_SHARING_H
#define CORE_SHARING_H

#include "core/core.h"
#include "line/answer.h"

/* An entry of this process's evidence; number 0: nothing is recorded here. */
struct sharing_entry {
    uint64_t run, number;
};

enum { SHARING_DIGEST_BYTES = 32 };

struct sharing_proof {
    json_t *form; /* the answer's; owned */
    uint8_t digest[SHARING_DIGEST_BYTES];
    struct sharing_entry entry;
};

/* Not, if what is recorded cannot be relied on now (line_evidence_doubt). */
enum line_taken sharing_taken(void);

/* An answer that was given: at which gNB ("": none in particular), and why it was asked for. The proof is freed by the caller;
 * proof->form NULL: out of memory. */
void sharing_record(struct core *core, const struct line_answer *answer, const char *gnb,
                    const char *procedure, struct sharing_proof *proof);
void sharing_forget(struct sharing_proof *proof);

/* It was another before; the entry is that of the answer which it turned with. */
void sharing_flipped(struct core *core, const struct line_answer *answer, enum line_verdict before,
                     const char *gnb, const char *procedure, struct sharing_entry entry);

#endif
