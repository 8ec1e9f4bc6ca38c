/* SPDX-License-Identifier: Apache-2.0 */
#include "store/document.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kit/hex.h"

static void describe(const json_t *value, char *text, size_t size)
{
    const char *kind = "nothing";
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        snprintf(text, size, "%.40s", json_string_value(value));
        for (char *at = text; *at; at++)
            *at = (unsigned char)*at < ' ' ? '?' : *at;
        return;
    case JSON_INTEGER:
        snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return;
    case JSON_OBJECT:
        kind = "an object";
        break;
    case JSON_ARRAY:
        kind = "a list";
        break;
    case JSON_REAL:
        kind = "a fraction";
        break;
    case JSON_TRUE:
        kind = "true";
        break;
    case JSON_FALSE:
        kind = "false";
        break;
    case JSON_NULL:
        break;
    }
    snprintf(text, size, "%s", kind);
}

bool document_refuse(const struct document *at, const char *key, const char *found, const char *expected)
{
    char text[64];
    if (!found)
        describe(json_object_get(at->object, key), text, sizeof text);
    snprintf(at->what, at->what_size, "%s%s: found %s, expected %s", at->path, key, found ? found : text,
             expected);
    return false;
}

const json_t *document_get(const struct document *at, const char *key)
{
    const json_t *value = json_object_get(at->object, key);
    return json_is_null(value) ? NULL : value;
}

/* 32, "32", or what MongoDB exports: {"$numberLong": "32"}. */
static bool number_of(const json_t *value, uint64_t *number)
{
    const json_t *wrapped = json_object_get(value, "$numberLong");
    if (!wrapped)
        wrapped = json_object_get(value, "$numberInt");
    if (wrapped)
        value = wrapped;
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        *number = (uint64_t)json_integer_value(value);
        return true;
    }
    const char *text = json_string_value(value);
    char end;
    return text && isdigit((unsigned char)text[0]) && strlen(text) < 19 &&
           sscanf(text, "%" SCNu64 "%c", number, &end) == 1;
}

bool document_number(const struct document *at, const char *key, uint64_t low, uint64_t high, uint64_t *value)
{
    const json_t *given = document_get(at, key);
    uint64_t number;
    if (!given)
        return true;
    if (!number_of(given, &number) || number < low || number > high) {
        char expected[80];
        snprintf(expected, sizeof expected, "a number from %" PRIu64 " to %" PRIu64, low, high);
        return document_refuse(at, key, NULL, expected);
    }
    *value = number;
    return true;
}

bool document_rate(const struct document *at, const char *key, uint64_t *bits_per_second)
{
    static const uint64_t units[] = {1, 1000, 1000000, 1000000000, 1000000000000};
    const json_t *given = document_get(at, key);
    uint64_t number, unit = 0;
    const char *text = json_string_value(given);
    if (!given)
        return true;
    bool ok = text ? config_rate_parse(text, &number) : number_of(given, &number);
    if (!ok && json_object_get(given, "value")) {
        const json_t *scale = json_object_get(given, "unit");
        ok = number_of(json_object_get(given, "value"), &number) && (!scale || number_of(scale, &unit)) &&
             unit < 5 && !__builtin_mul_overflow(number, units[unit], &number);
    }
    if (!ok || number > INT64_MAX)
        return document_refuse(at, key, NULL, "a bit rate such as \"1 Gbps\" or {\"value\": 1, \"unit\": 3}");
    *bits_per_second = number;
    return true;
}

bool document_flag(const struct document *at, const char *key, bool *value)
{
    const json_t *given = document_get(at, key);
    uint64_t number = 0;
    if (!given)
        return true;
    if (json_is_boolean(given))
        *value = json_is_true(given);
    else if (number_of(given, &number) && (number == 1 || number == 2))
        *value = number == 2;
    else
        return document_refuse(at, key, NULL, "true or false");
    return true;
}

bool document_text(const struct document *at, const char *key, const char **value)
{
    const json_t *given = document_get(at, key);
    const char *text = json_string_value(given);
    if (!given)
        return true;
    if (!text || strlen(text) != json_string_length(given))
        return document_refuse(at, key, NULL, "text");
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return document_refuse(at, key, NULL, "text without control characters");
    *value = text;
    return true;
}

bool document_ip(const struct document *at, const char *key, uint8_t family, struct config_ip *value)
{
    const char *text = NULL;
    struct config_ip ip;
    if (!document_text(at, key, &text))
        return false;
    if (!text || !*text)
        return true;
    if (!config_ip_parse(text, &ip) || ip.family != family)
        return document_refuse(at, key, NULL, family == AF_INET ? "an IPv4 address" : "an IPv6 address");
    *value = ip;
    return true;
}

bool document_choice(const struct document *at, const char *key, const char *const *names, unsigned count,
                     unsigned *value)
{
    const json_t *given = document_get(at, key);
    const char *text = json_string_value(given);
    uint64_t number;
    if (!given)
        return true;
    bool numbered = number_of(given, &number);
    for (unsigned i = 0; i < count; i++)
        if (names[i] && ((numbered && number == i) || (text && strcasecmp(names[i], text) == 0))) {
            *value = i;
            return true;
        }
    char expected[120] = "one of";
    for (unsigned i = 0; i < count; i++)
        if (names[i]) {
            strncat(expected, " ", sizeof expected - strlen(expected) - 1);
            strncat(expected, names[i], sizeof expected - strlen(expected) - 1);
        }
    return document_refuse(at, key, NULL, expected);
}

bool document_hex(const struct document *at, const char *key, uint8_t *octets, size_t most, size_t *length)
{
    const char *text = NULL;
    size_t digits = 0;
    *length = 0;
    const json_t *given = document_get(at, key);
    if (given && !(text = json_string_value(given)))
        return document_refuse(at, key, "no text", "hexadecimal digits");
    for (; text && *text; text++) {
        if (*text == ' ')
            continue;
        int digit = hex_digit(*text);
        if (digit < 0)
            return document_refuse(at, key, "another character", "hexadecimal digits");
        if (digits == 2 * most)
            return document_refuse(at, key, "too many digits", most == 32 ? "64 at most" : "fewer");
        octets[digits / 2] = (uint8_t)(digits % 2 ? octets[digits / 2] | digit : digit << 4);
        digits++;
    }
    if (digits % 2)
        return document_refuse(at, key, "an odd number of digits", "pairs");
    *length = digits / 2;
    return true;
}
