/* SPDX-License-Identifier: Apache-2.0 */
#include "report/markup.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4096, FORMATTED = 1024 };

static const char UNSEEN[] = "\xef\xbf\xbd"; /* U+FFFD */

static bool has_room(struct markup *markup, size_t more)
{
    size_t room = markup->room ? markup->room : FIRST_ROOM;
    while (room < markup->length + more + 1)
        room *= 2;
    if (room == markup->room)
        return true;
    char *text = realloc(markup->text, room);
    markup->failed |= !text;
    if (!text)
        return false;
    markup->text = text;
    markup->room = room;
    return true;
}

void markup_add_bytes(struct markup *markup, const char *text, size_t length)
{
    if (markup->failed || !has_room(markup, length))
        return;
    memcpy(markup->text + markup->length, text, length);
    markup->length += length;
    markup->text[markup->length] = '\0';
}

void markup_add(struct markup *markup, const char *text)
{
    markup_add_bytes(markup, text, strlen(text));
}

void markup_format(struct markup *markup, const char *format, ...)
{
    char text[FORMATTED];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    markup_add(markup, text);
}

/* --- what others say --- */

/* The next character and its length; 0 octets long: it is no UTF-8. */
static uint32_t next_character(const char *text, size_t *length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t *octets = (const uint8_t *)text;
    const uint8_t first = octets[0];
    *length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (*length <= 1)
        return first;
    uint32_t value = first & (0x7fu >> *length);
    for (size_t i = 1; i < *length; i++) {
        if (octets[i] >> 6 != 2) {
            *length = 0;
            return 0;
        }
        value = value << 6 | (octets[i] & 0x3fu);
    }
    if (value < least[*length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        *length = 0;
    return value;
}

static bool within(uint32_t character, uint32_t first, uint32_t last)
{
    return character >= first && character <= last;
}

/* Controls, marks of direction, what has no width, tags, and variation selectors. */
static bool is_unseen(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || within(c, 0x7f, 0x9f) || c == 0xad || c == 0x34f ||
           c == 0x61c || within(c, 0x115f, 0x1160) || within(c, 0x17b4, 0x17b5) ||
           within(c, 0x180b, 0x180f) || within(c, 0x200b, 0x200f) || within(c, 0x2028, 0x202e) ||
           within(c, 0x2060, 0x206f) || c == 0x3164 || within(c, 0xfe00, 0xfe0f) || c == 0xfeff ||
           c == 0xffa0 || within(c, 0xfff0, 0xfffb) || within(c, 0xe0000, 0xe0fff);
}

static const char *entity_of(uint32_t character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void markup_text(struct markup *markup, const char *text)
{
    while (text && *text) {
        size_t length;
        const uint32_t character = next_character(text, &length);
        const char *entity = length == 1 ? entity_of(character) : NULL;
        if (length == 0 || is_unseen(character))
            markup_add(markup, UNSEEN);
        else if (entity)
            markup_add(markup, entity);
        else
            markup_add_bytes(markup, text, length);
        text += length ? length : 1;
    }
}

void markup_free(struct markup *markup)
{
    free(markup->text);
    *markup = (struct markup){0};
}
