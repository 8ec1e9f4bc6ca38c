/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(struct writer *w, struct bytes octets)
{
    for (size_t at = 0; at < octets.len; at += 3) {
        const size_t left = octets.len - at;
        const uint32_t group = (uint32_t)octets.data[at] << 16 |
                               (left > 1 ? (uint32_t)octets.data[at + 1] << 8 : 0) |
                               (left > 2 ? octets.data[at + 2] : 0);
        write_u8(w, (uint8_t)digits[group >> 18]);
        write_u8(w, (uint8_t)digits[group >> 12 & 63]);
        write_u8(w, left > 1 ? (uint8_t)digits[group >> 6 & 63] : '=');
        write_u8(w, left > 2 ? (uint8_t)digits[group & 63] : '=');
    }
}

/* 64: no digit. */
static uint32_t value_of(uint8_t c)
{
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (uint32_t)(at - digits) : 64;
}

/* Four characters, the last `pads` of which are padding. */
static bool read_group(const uint8_t *text, size_t pads, uint8_t octets[3])
{
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        const uint32_t value = i < 4 - pads ? value_of(text[i]) : 0;
        if (value == 64)
            return false;
        group = group << 6 | value;
    }
    for (size_t i = 0; i < 3; i++)
        octets[i] = (uint8_t)(group >> (16 - 8 * i));
    return (pads < 1 || octets[2] == 0) && (pads < 2 || octets[1] == 0);
}

size_t base64_read(struct bytes text, uint8_t *octets, size_t most)
{
    if (!text.len || text.len % 4)
        return 0;
    const size_t pads = (text.data[text.len - 1] == '=') + (text.data[text.len - 2] == '='),
                 length = text.len / 4 * 3 - pads;
    if (length > most)
        return 0;
    for (size_t at = 0, out = 0; at < text.len; at += 4, out += 3) {
        uint8_t group[3];
        const bool last = at + 4 == text.len;
        if (!read_group(text.data + at, last ? pads : 0, group))
            return 0;
        memcpy(octets + out, group, last ? 3 - pads : 3);
    }
    return length;
}
