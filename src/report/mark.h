/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mark of a copy: 64 bits of chance, which the evidence log says were given to one recipient. A copy carries it three times:
 *
 *   visible     "copy 0123-4567-89ab-cdef", in its foot and under each section: survives printing, retyping, quoting of a whole section;
 *               whoever wants to, cuts it off
 *   woven       in characters without width behind paragraphs: survives copy and paste as text and new formatting, also of one paragraph;
 *               does not survive print, photographs, or a program that cleans text
 *   wording     each of MARK_SENTENCES sentences is one of two that say the same: survives all that keeps words, so print, photographs and
 *               retyping too; does not survive translation or paraphrase. A quoted sentence gives one bit, which rules half of the copies out
 */
#ifndef REPORT_MARK_H
#define REPORT_MARK_H

#include <stdint.h>

#include "report/markup.h"

enum { MARK_TEXT_BYTES = 20, MARK_SENTENCES = 16 };

const char *mark_text(uint64_t mark, char text[MARK_TEXT_BYTES]); /* "0123-4567-89ab-cdef" */
/* At the beginning of the text. False: there is none. */
bool mark_parse(const char *text, uint64_t *mark);

void mark_show(struct markup *markup, uint64_t mark);
void mark_weave(struct markup *markup, uint64_t mark);
void mark_say(struct markup *markup, uint64_t mark, unsigned sentence);

struct mark_found {
    uint64_t visible, woven; /* the first of each kind */
    bool has_visible, has_woven;
    uint32_t sentences; /* which were found, a bit each */
    uint32_t wording;   /* which of the two */
};

/* What a copy, or a piece of one, gives away. */
void mark_find(const char *text, struct mark_found *found);
/* Does the wording that was found fit that mark? */
bool mark_fits(const struct mark_found *found, uint64_t mark);

#endif
