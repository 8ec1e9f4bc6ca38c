/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that grows, with what is foreign made harmless for HTML and SVG: names come from files and from radio equipment, and stand in the page
 * as what they are. What cannot be seen or turns the direction of writing is shown as U+FFFD, so that nobody can hide, or forge, anything.
 */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

struct markup {
    char *text; /* owned, with an end mark; NULL while it is empty */
    size_t length, room;
    bool failed; /* out of memory: what there is, is not whole */
};

/* As it is: for what the program itself has to say. */
void markup_add(struct markup *markup, const char *text);
void markup_add_bytes(struct markup *markup, const char *text, size_t length);
__attribute__((format(printf, 2, 3))) void markup_format(struct markup *markup, const char *format, ...);
/* What others say; NULL is nothing. Good for content and for attributes in quotes. */
void markup_text(struct markup *markup, const char *text);

void markup_free(struct markup *markup);

#endif
