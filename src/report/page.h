/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oversight report as one page of HTML that needs nothing else, no script either: a pure function of the facts (docs/report.md has their
 * form) and of the copy. The part on evidence depends on the facts alone, and is the same in each copy to the octet.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <jansson.h>

#include "report/mark.h"

/* Whose copy it is. */
struct report_copy {
    const char *recipient;
    uint64_t mark;
    const json_t *answers; /* for this recipient (docs/report.md); NULL: there are none for anybody like it */
    const char *answers_from; /* "core": that runs; "files" */
    bool places;              /* it may see where sites and sensitive places are */
};

/* The whole page. False: out of memory. */
bool report_page(struct markup *page, const json_t *facts, const struct report_copy *copy);

/* The part on evidence, from its first tag to its last; of this the log has the digest. */
void report_evidence(struct markup *page, const json_t *evidence);

/* --- parts (sections.c, picture.c), for page.c --- */

void section_rules(struct markup *page, const json_t *facts, const struct report_copy *copy);
void section_shares(struct markup *page, const json_t *facts, const struct report_copy *copy);
void section_losses(struct markup *page, const json_t *facts, const struct report_copy *copy);
void section_suspensions(struct markup *page, const json_t *facts, const struct report_copy *copy);
void section_mitigations(struct markup *page, const json_t *facts, const struct report_copy *copy);
void section_drills(struct markup *page, const json_t *facts, const struct report_copy *copy);
void section_assets(struct markup *page, const json_t *facts);
void section_answers(struct markup *page, const json_t *facts, const struct report_copy *copy);

/* The line, as SVG: who stands on which side of it. */
void picture_line(struct markup *page, const json_t *facts);
/* Shares over time, with their limits; says so if none are known. */
void picture_history(struct markup *page, const json_t *shares);
/* Sites and sensitive places; false: there are no positions, and nothing was drawn. */
bool picture_map(struct markup *page, const json_t *map);

/* --- small change --- */

const char *fact_text(const json_t *object, const char *key); /* "" if there is none */
json_int_t fact_number(const json_t *object, const char *key);
bool fact_has(const json_t *object, const char *key); /* and it is not null */
/* A word for a state, with a sign of its own, so that it can be read without colours. */
void fact_state(struct markup *page, const char *state);

#endif
