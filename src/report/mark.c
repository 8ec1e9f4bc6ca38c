/* SPDX-License-Identifier: Apache-2.0 */
#include "report/mark.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 64, WIDTHLESS = 3 };

static const char FRAME[] = "\xe2\x81\xa0", ZERO[] = "\xe2\x80\x8b",
                  ONE[] = "\xe2\x80\x8c"; /* U+2060, U+200B, U+200C */
static const char LABEL[] = "copy ";

/* Neither of a pair is part of the other, or of any other. */
static const char *const sentences[MARK_SENTENCES][2] = {
    {"It was drawn up from the inventory, from what the core says of itself, and from the evidence log.",
     "It was made from the inventory, from what the core says of itself, and from the evidence log."},
    {"What nobody knows is called unknown, and never taken for a yes.",
     "What nobody knows is called unknown, and is never taken for a yes."},
    {"Equipment on the left is not trusted to tell the truth about itself.",
     "Equipment on the left is not relied on to tell the truth about itself."},
    {"Only what crosses the dashed line reaches the core.",
     "Nothing but what crosses the dashed line reaches the core."},
    {"A verdict is that of the worst equipment that the rule was asked about.",
     "A verdict is that of the worst equipment the rule was asked about."},
    {"Where a log entry is named, its proof is in the part on evidence.",
     "Where a log entry is named, the part on evidence has its proof."},
    {"Shares are counted in whole numbers, and nothing is rounded in anybody's favour.",
     "Shares are counted in whole numbers; nothing is rounded in anybody's favour."},
    {"An outage of trusted sites does not change a share of sites.",
     "A share of sites does not change with an outage of trusted sites."},
    {"Each vendor is taken away in turn, and what is left is counted.",
     "Each vendor is taken away in turn, and the rest is counted."},
    {"A tracking area without a cell is one where phones find no service of this core.",
     "A tracking area without a cell is one in which phones find no service of this core."},
    {"Suspensions end by themselves on the day that is given.",
     "Suspensions end by themselves on the day given."},
    {"A mitigation that is not in force any more takes its admission along.",
     "A mitigation that is no longer in force takes its admission along."},
    {"A drill does what an order in earnest would do.",
     "A drill does just what an order in earnest would do."},
    {"The answers below are those for this recipient, and for nobody else.",
     "The answers below are those for this recipient and nobody else."},
    {"The part on evidence is the same in every copy, to the byte.",
     "The part on evidence is the same, to the byte, in every copy."},
    {"This copy was entered in the evidence log before it was handed over.",
     "This copy was entered in the evidence log before it was given out."},
};

/* --- writing --- */

const char *mark_text(uint64_t mark, char text[MARK_TEXT_BYTES])
{
    snprintf(text, MARK_TEXT_BYTES, "%04x-%04x-%04x-%04x", (unsigned)(mark >> 48),
             (unsigned)(mark >> 32 & 0xffff), (unsigned)(mark >> 16 & 0xffff), (unsigned)(mark & 0xffff));
    return text;
}

void mark_show(struct markup *markup, uint64_t mark)
{
    char text[MARK_TEXT_BYTES];
    markup_format(markup, "<p class=\"copy\">%s%s</p>\n", LABEL, mark_text(mark, text));
}

void mark_weave(struct markup *markup, uint64_t mark)
{
    markup_add(markup, FRAME);
    for (unsigned bit = BITS; bit-- > 0;)
        markup_add(markup, mark >> bit & 1 ? ONE : ZERO);
    markup_add(markup, FRAME);
}

static unsigned wording_of(uint64_t mark, unsigned sentence)
{
    return (unsigned)(mark >> sentence & 1);
}

void mark_say(struct markup *markup, uint64_t mark, unsigned sentence)
{
    markup_text(markup, sentences[sentence][wording_of(mark, sentence)]);
}

/* --- reading --- */

bool mark_parse(const char *text, uint64_t *mark)
{
    *mark = 0;
    for (unsigned i = 0; i < MARK_TEXT_BYTES - 1; i++) {
        const bool dash = i % 5 == 4;
        const unsigned char c = (unsigned char)text[i];
        if (dash ? c != '-' : !isxdigit(c))
            return false;
        if (!dash)
            *mark = *mark << 4 | (unsigned)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    return true;
}

static bool find_visible(const char *text, uint64_t *mark)
{
    for (const char *at = text; (at = strstr(at, LABEL)) != NULL; at += sizeof LABEL - 1)
        if (mark_parse(at + sizeof LABEL - 1, mark))
            return true;
    return false;
}

static bool is_at(const char *text, const char *character)
{
    return strncmp(text, character, WIDTHLESS) == 0;
}

/* A frame, its bits, a frame. */
static bool read_woven(const char *at, uint64_t *mark)
{
    *mark = 0;
    for (unsigned bit = 0; bit < BITS; bit++, at += WIDTHLESS) {
        if (!is_at(at, ZERO) && !is_at(at, ONE))
            return false;
        *mark = *mark << 1 | is_at(at, ONE);
    }
    return is_at(at, FRAME);
}

static bool find_woven(const char *text, uint64_t *mark)
{
    for (const char *at = text; (at = strstr(at, FRAME)) != NULL; at += WIDTHLESS)
        if (read_woven(at + WIDTHLESS, mark))
            return true;
    return false;
}

static size_t skipped(const char *at)
{
    return is_at(at, ZERO) || is_at(at, ONE) || is_at(at, FRAME) ? WIDTHLESS : 0;
}

/* Entities that sentences have; all other text of a page may stay as it is. */
static const char *plain_apostrophe(const char *at, size_t *length)
{
    static const char *const forms[] = {"&#39;", "&apos;", "\xe2\x80\x99"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strncmp(at, forms[i], strlen(forms[i])) == 0) {
            *length = strlen(forms[i]);
            return "'";
        }
    return NULL;
}

/* Without what has no width, and with one blank where there is any white space; to be freed. NULL: out of memory. */
static char *flatten(const char *text)
{
    char *flat = malloc(strlen(text) + 1), *to = flat;
    bool blank = false;
    while (flat && *text) {
        size_t length = skipped(text);
        const char *plain = length ? NULL : plain_apostrophe(text, &length);
        if (plain) {
            *to++ = *plain;
            blank = false;
        } else if (length == 0) {
            const bool white = isspace((unsigned char)*text) != 0;
            if (!white || !blank)
                *to++ = white ? ' ' : *text;
            blank = white;
            length = 1;
        }
        text += length;
    }
    if (flat)
        *to = '\0';
    return flat;
}

static void find_wording(const char *text, struct mark_found *found)
{
    char *flat = flatten(text);
    for (unsigned i = 0; flat && i < MARK_SENTENCES; i++) {
        const bool first = strstr(flat, sentences[i][0]) != NULL,
                   second = strstr(flat, sentences[i][1]) != NULL;
        if (first == second)
            continue; /* not there, or put together from two copies */
        found->sentences |= (uint32_t)1 << i;
        found->wording |= (uint32_t)second << i;
    }
    free(flat);
}

void mark_find(const char *text, struct mark_found *found)
{
    *found = (struct mark_found){0};
    found->has_visible = find_visible(text, &found->visible);
    found->has_woven = find_woven(text, &found->woven);
    find_wording(text, found);
}

bool mark_fits(const struct mark_found *found, uint64_t mark)
{
    for (unsigned i = 0; i < MARK_SENTENCES; i++)
        if (found->sentences >> i & 1 && (found->wording >> i & 1) != wording_of(mark, i))
            return false;
    return true;
}
