/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

/* A line keeps room for what closes it. */
enum { LINE_BYTES = 4096, ROOM_BYTES = LINE_BYTES - 8, TEXT_BYTES = 2048 };

/* RFC 5424 6.2.1. (syslog.h has names of its own for levels.) */
enum { LOG_SEVERITY_ERROR = 3, LOG_SEVERITY_WARNING = 4, LOG_SEVERITY_INFO = 6, LOG_SEVERITY_DEBUG = 7 };

enum log_level log_level_now = LOG_INFO;

static struct log_settings settings;
static struct {
    struct log_payer *payer; /* NULL: nobody */
    int64_t now;
    unsigned bytes_per_second;
} charged;
static bool to_journal;
static const char *const level_names[] = {"error", "warning", "info", "debug"};
static const int syslog_levels[] = {LOG_SEVERITY_ERROR, LOG_SEVERITY_WARNING, LOG_SEVERITY_INFO,
                                    LOG_SEVERITY_DEBUG};

static FILE *output(void)
{
    return settings.to ? settings.to : stderr;
}

/* systemd.exec(5): JOURNAL_STREAM names the device and inode of the stream that leads to the journal. */
static bool leads_to_journal(void)
{
    const char *journal = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat file;
    return journal && sscanf(journal, "%llu:%llu", &device, &inode) == 2 &&
           fstat(fileno(output()), &file) == 0 && file.st_dev == device && file.st_ino == inode;
}

void log_setup(struct log_settings wanted)
{
    settings = wanted;
    log_level_now = wanted.level;
    to_journal = leads_to_journal();
}

void log_adjust(enum log_level level, bool json)
{
    settings.level = log_level_now = level;
    settings.json = json;
}

bool log_level_of(const char *name, enum log_level *level)
{
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++)
        if (strcasecmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

/* A line under construction; what does not fit is cut. */
struct line {
    char text[LINE_BYTES];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
    const size_t room = ROOM_BYTES - line->length;
    va_list args;
    va_start(args, format);
    int wrote = vsnprintf(line->text + line->length, room, format, args);
    va_end(args);
    if (wrote > 0)
        line->length += (size_t)wrote < room ? (size_t)wrote : room - 1;
}

static void add_plain(struct line *line, const char *text, size_t length)
{
    const size_t room = ROOM_BYTES - line->length;
    length = length < room ? length : room - 1;
    memcpy(line->text + line->length, text, length);
    line->length += length;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != 0x7f && c != '\\' && (c != '"' || !settings.json);
}

/* Control characters, backslash and quotes are spelt out, in a form that JSON understands too. */
static void add_escaped(struct line *line, const char *text, size_t length)
{
    for (size_t plain, at = 0; at < length; at += plain + 1) {
        for (plain = 0; at + plain < length && is_plain((unsigned char)text[at + plain]);)
            plain++;
        add_plain(line, text + at, plain);
        if (at + plain < length) {
            const unsigned char c = (unsigned char)text[at + plain];
            add(line, c == '\\' || c == '"' ? "\\%c" : "\\u%04x", c);
        }
    }
}

static void add_time(struct line *line)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    add(line, "%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
        utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000);
}

/* "key=value key=value" as members of the JSON object. */
static void add_members(struct line *line, const char *context)
{
    while (*context) {
        size_t pair = strcspn(context, " ");
        size_t key = strcspn(context, "= ");
        if (pair) {
            add(line, ",\"");
            add_escaped(line, context, key);
            add(line, "\":\"");
            add_escaped(line, context + key + (key < pair), pair - key - (key < pair));
            add(line, "\"");
        }
        context += pair + (context[pair] == ' ');
    }
}

static void compose_json(struct line *line, enum log_level level, const char *unit, const char *context,
                         const char *text)
{
    add(line, "{\"time\":\"");
    add_time(line);
    add(line, "\",\"level\":\"%s\",\"process\":\"%s\",\"unit\":\"%s\",\"message\":\"", level_names[level],
        settings.name ? settings.name : "", unit);
    add_escaped(line, text, strlen(text));
    add(line, "\"");
    add_members(line, context ? context : "");
    add(line, "}");
}

static void compose_text(struct line *line, enum log_level level, const char *unit, const char *context,
                         const char *text)
{
    const char *name = settings.name ? settings.name : "", *slash = settings.name ? "/" : "";
    if (to_journal) { /* which has the time, and keeps the level (sd-daemon(3)) */
        add(line, "<%d>%s%s%s: ", syslog_levels[level], name, slash, unit);
    } else {
        add_time(line);
        add(line, " %-7s %s%s%s: ", level_names[level], name, slash, unit);
    }
    add_escaped(line, text, strlen(text));
    if (context && *context) {
        add(line, " [");
        add_escaped(line, context, strlen(context));
        add(line, "]");
    }
}

static void compose(struct line *line, enum log_level level, const char *unit, const char *context,
                    const char *text)
{
    line->length = 0;
    (settings.json ? compose_json : compose_text)(line, level, unit, context, text);
    line->text[line->length++] = '\n';
}

static void write_out(const struct line *line)
{
    fwrite(line->text, 1, line->length, output());
    fflush(output());
}

void log_charge(struct log_payer *payer, int64_t now, unsigned bytes_per_second)
{
    charged.payer = payer;
    charged.now = now;
    charged.bytes_per_second = bytes_per_second;
}

/* NULL: the line is free. */
static struct log_payer *payer_of(enum log_level level)
{
    return level == LOG_ERROR || log_wanted(LOG_DEBUG) || !charged.bytes_per_second ? NULL : charged.payer;
}

bool log_paid(enum log_level level)
{
    struct log_payer *payer = payer_of(level);
    if (!payer || budget_left(&payer->budget, charged.now))
        return true;
    payer->swallowed++;
    return false;
}

static void put(enum log_level level, const struct line *line)
{
    struct log_payer *payer = payer_of(level);
    if (payer)
        budget_owe(&payer->budget, charged.now, line->length, charged.bytes_per_second);
    write_out(line);
}

static void own_up(enum log_level level, const char *unit)
{
    char text[64];
    struct line line;
    if (!charged.payer || !charged.payer->swallowed)
        return;
    snprintf(text, sizeof text, "lines left out before: %llu", (unsigned long long)charged.payer->swallowed);
    charged.payer->swallowed = 0;
    compose(&line, level, unit, NULL, text);
    put(level, &line);
}

void log_write(enum log_level level, const char *unit, const char *context, const char *format, ...)
{
    char text[TEXT_BYTES];
    struct line line;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    compose(&line, level, unit, context, text);
    own_up(level, unit);
    put(level, &line);
}
