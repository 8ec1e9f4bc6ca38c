/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/entry.h"

#include <time.h>

#include "kit/calendar.h"
#include "kit/timers.h"

static const char *const kinds[EVIDENCE_KINDS] = {
    [EVIDENCE_REFUSAL] = "refusal",     [EVIDENCE_ADMISSION] = "admission",
    [EVIDENCE_POLICY] = "policy",       [EVIDENCE_SUSPENSION] = "suspension",
    [EVIDENCE_FENCE] = "fence",         [EVIDENCE_DRILL] = "drill",
    [EVIDENCE_ANSWER] = "answer",       [EVIDENCE_FLIP] = "flip",
    [EVIDENCE_EXCEPTION] = "exception", [EVIDENCE_BREACH] = "breach",
    [EVIDENCE_REPORT] = "report",       [EVIDENCE_SOURCE] = "source",
    [EVIDENCE_LOSS] = "loss",           [EVIDENCE_REPAIR] = "repair",
    [EVIDENCE_PRUNING] = "pruning",     [EVIDENCE_CAPTURE] = "capture",
};

static const char *const steps[EVIDENCE_STEPS] = {
    [EVIDENCE_ONCE] = "",
    [EVIDENCE_BEGINS] = "begins",
    [EVIDENCE_CONTINUES] = "continues",
    [EVIDENCE_ENDS] = "ends",
};

const char *evidence_kind_name(enum evidence_kind kind)
{
    return kinds[kind];
}

const char *evidence_step_name(enum evidence_step step)
{
    return steps[step];
}

/* --- UTF-8 --- */

/* Octets of the character that begins here; 0: none does. No surrogates, nothing overlong, nothing beyond U+10FFFF. */
static size_t character(const uint8_t *at, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t lead = *at;
    if (lead < 0x80)
        return 1;
    const size_t size = lead >= 0xf8 ? 0 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    if (!size || size > left)
        return 0;
    uint32_t value = lead & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3f);
    }
    const bool whole = value >= least[size] && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    return whole ? size : 0;
}

void evidence_text(char *place, size_t size, const char *text)
{
    size_t length = 0, left = strlen(text);
    for (const uint8_t *at = (const uint8_t *)text; left;) {
        size_t octets = character(at, left);
        if (length + (octets ? octets : 1) >= size)
            break;
        if (octets)
            memcpy(place + length, at, octets);
        else
            place[length] = '?';
        length += octets ? octets : 1;
        at += octets ? octets : 1;
        left -= octets ? octets : 1;
    }
    place[length] = '\0';
}

/* --- Writing --- */

#define PUT(w, literal) write_bytes((w), bytes_of((literal), sizeof(literal) - 1))

static void put_digits(struct writer *w, uint64_t value, unsigned least)
{
    char digits[20];
    unsigned count = 0;
    for (; value || count < least || count == 0; value /= 10)
        digits[sizeof digits - ++count] = (char)('0' + value % 10);
    write_bytes(w, bytes_of(digits + sizeof digits - count, count));
}

static void put_hex(struct writer *w, const uint8_t *octets, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        write_u8(w, (uint8_t)digits[octets[i] >> 4]);
        write_u8(w, (uint8_t)digits[octets[i] & 15]);
    }
}

static void put_id(struct writer *w, uint64_t value)
{
    uint8_t octets[8];
    struct writer id = writer_of(octets, sizeof octets);
    write_u64(&id, value);
    put_hex(w, octets, sizeof octets);
}

static bool needs_escape(uint8_t c)
{
    return c < ' ' || c == '"' || c == '\\' || c == 0x7f;
}

static void put_text(struct writer *w, const char *text)
{
    for (const uint8_t *at = (const uint8_t *)text; *at; at++) {
        if (needs_escape(*at)) {
            PUT(w, "\\u00");
            put_hex(w, at, 1);
        } else {
            write_u8(w, *at);
        }
    }
}

static bool put_time(struct writer *w, int64_t time)
{
    const time_t seconds = (time_t)(time / SECONDS(1));
    struct tm at;
    if (time < 0 || !gmtime_r(&seconds, &at))
        return false;
    put_digits(w, (uint64_t)at.tm_year + 1900, 4);
    write_u8(w, '-');
    put_digits(w, (uint64_t)at.tm_mon + 1, 2);
    write_u8(w, '-');
    put_digits(w, (uint64_t)at.tm_mday, 2);
    write_u8(w, 'T');
    put_digits(w, (uint64_t)at.tm_hour, 2);
    write_u8(w, ':');
    put_digits(w, (uint64_t)at.tm_min, 2);
    write_u8(w, ':');
    put_digits(w, (uint64_t)at.tm_sec, 2);
    write_u8(w, '.');
    put_digits(w, (uint64_t)(time % SECONDS(1)), 9);
    write_u8(w, 'Z');
    return true;
}

bool evidence_entry_write(struct writer *w, const struct evidence_entry *entry)
{
    PUT(w, "{\"time\":\"");
    if (!put_time(w, entry->time))
        return false;
    PUT(w, "\",\"source\":\"");
    put_text(w, entry->source);
    PUT(w, "\",\"run\":\"");
    put_id(w, entry->run);
    PUT(w, "\",\"number\":");
    put_digits(w, entry->number, 1);
    PUT(w, ",\"kind\":\"");
    write_bytes(w, bytes_of(kinds[entry->kind], strlen(kinds[entry->kind])));
    PUT(w, "\",\"step\":\"");
    write_bytes(w, bytes_of(steps[entry->step], strlen(steps[entry->step])));
    PUT(w, "\",\"rule\":\"");
    put_text(w, entry->rule);
    PUT(w, "\",\"association\":\"");
    put_id(w, entry->association);
    PUT(w, "\",\"gnb\":\"");
    put_text(w, entry->gnb);
    PUT(w, "\",\"procedure\":\"");
    put_text(w, entry->procedure);
    PUT(w, "\",\"reason\":\"");
    put_text(w, entry->reason);
    if (entry->victim_touched)
        PUT(w, "\",\"victim_touched\":true,\"digest\":\"");
    else
        PUT(w, "\",\"victim_touched\":false,\"digest\":\"");
    if (entry->has_digest)
        put_hex(w, entry->digest, sizeof entry->digest);
    PUT(w, "\"}");
    return !w->full;
}

/* --- Reading: nothing but what is written above --- */

static inline bool take(struct reader *r, const char *expected)
{
    const size_t length = strlen(expected);
    if (reader_left(r) < length || memcmp(r->at, expected, length) != 0)
        return reader_fail(r, NULL, "is not where it belongs");
    r->at += length;
    return true;
}

static uint64_t take_digits(struct reader *r, unsigned count)
{
    struct bytes view = read_bytes(r, count);
    uint64_t value = 0;
    for (size_t i = 0; i < view.len; i++) {
        if (view.data[i] < '0' || view.data[i] > '9')
            reader_fail(r, "time", "has something else than digits");
        value = 10 * value + (uint64_t)(view.data[i] - '0');
    }
    return value;
}

static struct calendar_day take_day(struct reader *r)
{
    struct calendar_day day;
    day.year = (int)take_digits(r, 4);
    take(r, "-");
    day.month = (int)take_digits(r, 2);
    take(r, "-");
    day.day = (int)take_digits(r, 2);
    return day;
}

static int64_t take_time(struct reader *r)
{
    const struct calendar_day day = take_day(r);
    take(r, "T");
    const int64_t hour = (int64_t)take_digits(r, 2);
    take(r, ":");
    const int64_t minute = (int64_t)take_digits(r, 2);
    take(r, ":");
    const int64_t second = (int64_t)take_digits(r, 2);
    take(r, ".");
    const int64_t rest = (int64_t)take_digits(r, 9);
    take(r, "Z");
    if (!calendar_has(day) || day.year >= 2262 || hour >= 24 || minute >= 60 || second >= 60) {
        reader_fail(r, "time", "is none");
        return 0;
    }
    return SECONDS((((int64_t)calendar_days(day) * 24 + hour) * 60 + minute) * 60 + second) + rest;
}

/* One more than the digit is worth; 0: it is none, as a capital letter is not. */
static const uint8_t digits_plus_one[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

static bool take_hex(struct reader *r, uint8_t *octets, size_t size)
{
    const struct bytes view = read_bytes(r, 2 * size);
    bool good = view.len != 0;
    for (size_t i = 0; i < view.len / 2; i++) {
        const unsigned high = digits_plus_one[view.data[2 * i]], low = digits_plus_one[view.data[2 * i + 1]];
        good &= high && low;
        octets[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return good || reader_fail(r, NULL, "is no number in lower-case hexadecimal digits");
}

static uint64_t take_id(struct reader *r)
{
    uint8_t octets[8] = {0};
    take_hex(r, octets, sizeof octets);
    struct reader id = reader_of(BYTES(octets));
    return read_u64(&id);
}

static uint64_t take_number(struct reader *r)
{
    uint64_t value = 0;
    const uint8_t *first = r->at;
    while (reader_left(r) && *r->at >= '0' && *r->at <= '9')
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*r->at++ - '0'), &value))
            reader_fail(r, "number", "is too large");
    if (r->at == first || (*first == '0' && r->at - first > 1))
        reader_fail(r, "number", "is not written as it should be");
    return value;
}

/* An escaped octet; 0: it would not have been escaped. */
static uint8_t take_escaped(struct reader *r)
{
    uint8_t octet = 0;
    take(r, "\\u00");
    take_hex(r, &octet, 1);
    return needs_escape(octet) ? octet : 0;
}

/* Most of a text needs neither an escape nor more than an octet a character. At most so many octets of that; how many there were. */
static size_t take_plain(struct reader *r, char *place, size_t most)
{
    const size_t left = reader_left(r) < most ? reader_left(r) : most;
    size_t count = 0;
    while (count < left && r->at[count] < 0x80 && !needs_escape(r->at[count]))
        count++;
    memcpy(place, r->at, count);
    r->at += count;
    return count;
}

/* Up to the quotation mark, which it takes as well. */
static void take_text(struct reader *r, const char *where, char *place, size_t size)
{
    size_t length = 0;
    while (reader_left(r) && *r->at != '"') {
        const size_t plain = take_plain(r, place + length, size - length - 1);
        length += plain;
        if (plain)
            continue;
        const size_t octets = character(r->at, reader_left(r));
        if (*r->at == '\\' && length + 1 < size) {
            const uint8_t octet = take_escaped(r);
            place[length++] = (char)octet;
            if (!octet)
                reader_fail(r, where, "has an escape that it does not need");
        } else if (octets && !needs_escape(*r->at) && length + octets < size) {
            memcpy(place + length, r->at, octets);
            length += octets;
            r->at += octets;
        } else {
            reader_fail(r, where, "is too long, or no text");
        }
    }
    place[reader_ok(r) ? length : 0] = '\0';
    take(r, "\"");
}

/* One of the names. */
static unsigned take_name(struct reader *r, const char *where, const char *const *names, unsigned count)
{
    char name[16];
    take_text(r, where, name, sizeof name);
    for (unsigned i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    reader_fail(r, where, "is not known");
    return 0;
}

static bool take_truth(struct reader *r)
{
    const bool truth = reader_left(r) && *r->at == 't';
    take(r, truth ? "true" : "false");
    return truth;
}

bool evidence_entry_read(struct bytes line, struct evidence_entry *entry, struct fault *fault)
{
    struct reader r = reader_of(line);
    take(&r, "{\"time\":\"");
    entry->time = take_time(&r);
    take(&r, "\",\"source\":\"");
    take_text(&r, "source", entry->source, sizeof entry->source);
    take(&r, ",\"run\":\"");
    entry->run = take_id(&r);
    take(&r, "\",\"number\":");
    entry->number = take_number(&r);
    take(&r, ",\"kind\":\"");
    entry->kind = (enum evidence_kind)take_name(&r, "kind", kinds, EVIDENCE_KINDS);
    take(&r, ",\"step\":\"");
    entry->step = (enum evidence_step)take_name(&r, "step", steps, EVIDENCE_STEPS);
    take(&r, ",\"rule\":\"");
    take_text(&r, "rule", entry->rule, sizeof entry->rule);
    take(&r, ",\"association\":\"");
    entry->association = take_id(&r);
    take(&r, "\",\"gnb\":\"");
    take_text(&r, "gnb", entry->gnb, sizeof entry->gnb);
    take(&r, ",\"procedure\":\"");
    take_text(&r, "procedure", entry->procedure, sizeof entry->procedure);
    take(&r, ",\"reason\":\"");
    take_text(&r, "reason", entry->reason, sizeof entry->reason);
    take(&r, ",\"victim_touched\":");
    entry->victim_touched = take_truth(&r);
    take(&r, ",\"digest\":\"");
    entry->has_digest = reader_left(&r) && *r.at != '"';
    if (entry->has_digest)
        take_hex(&r, entry->digest, sizeof entry->digest);
    take(&r, "\"}");
    if (reader_ok(&r) && reader_left(&r))
        reader_fail(&r, "entry", "goes on behind its end");
    *fault = r.fault;
    return reader_ok(&r);
}
