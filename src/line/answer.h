/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threshold answer: may what bears a label be shared with a partner over a path? One pure function of the facts and the question, so that
 * the same log prefix, profile and date give the same bytes. Its verdicts read share, share-if, unknown, withhold.
 *
 * The label comes first: to whom its originator does not release it, it is withheld, and nothing of the network is looked at or told. Then the
 * network as a whole is held against the partner's profile (limits on shares, and those with scope network on every asset there is), then each
 * part of the path. What is missing, stale or in doubt makes it unknown. Nothing of other partners is looked at.
 */
#ifndef LINE_ANSWER_H
#define LINE_ANSWER_H

#include <jansson.h>

#include "line/decide.h"
#include "line/path.h"

/* Is what is decided taken as evidence? */
enum line_taken { LINE_TAKEN, LINE_TAKEN_NOT, LINE_WORKED_OUT /* from files, beside what runs */ };

struct line_answer;

struct line_question {
    const char *partner;
    const char *const *labels; /* of all that is shared: the intersection of them counts */
    unsigned label_count;
    const struct path *path;
    bool end_to_end; /* it is protected above the network */
    const struct line_answer
        *standing; /* line_standing of the same facts; NULL: it is worked out with the answer */
};

struct line_answer_reason {
    struct line_reason reason;
    enum path_part part;
    const char *name; /* of the part of the path, or label; NULL: it is about the network */
    bool elsewhere;   /* not on the path */
};

/* What an answer rests on: a part of the path as the inventory has it. */
struct line_answer_fact {
    enum path_part part;
    const struct ledger_asset *asset;
};

enum { LINE_ANSWER_REASONS = 48, LINE_ANSWER_FACTS = 48 };

/* Views question and facts. */
struct line_answer {
    enum line_verdict verdict;
    const struct line_facts *facts;
    const struct line_question *question;
    const struct config_profile *profile; /* NULL: it did not come to that */
    struct line_answer_reason
        reasons[LINE_ANSWER_REASONS]; /* those that are not in favour: none for a plain share */
    struct line_answer_fact known[LINE_ANSWER_FACTS];
    unsigned reason_count, known_count;
    uint32_t reasons_more, known_more; /* for which there was no room; the worst reason always has some */
    uint32_t parts;                    /* of the path, links included, that were looked at */
};

/* facts->profile is not used: the partner's own is. */
void line_answer(const struct line_facts *facts, enum line_taken taken, const struct line_question *question,
                 struct line_answer *answer);

/* The part of it that is the same for every path and label. */
void line_standing(const struct line_facts *facts, enum line_taken taken,
                   const struct config_partner *partner, struct line_answer *standing);

/* The first of the reasons that the verdict rests on; NULL: it is a plain share. */
const struct line_answer_reason *line_answer_worst(const struct line_answer *answer);

/* May it be shared? */
static inline bool line_shares(enum line_verdict verdict)
{
    return verdict <= LINE_CONDITIONS;
}

const char *line_sharing_text(enum line_verdict verdict); /* "share", "share-if", "unknown", "withhold" */

/* In its one form: what was asked, the verdict, the reasons, what it rests on. Of those looked at, no others than the partner. NULL: out of
 * memory. */
json_t *line_answer_json(const struct line_answer *answer);
/* That form as text: freed by the caller. NULL: out of memory. */
char *line_answer_text(const json_t *form);

#endif
