/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/log.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { LINE_BYTES = 4096, TEXT_BYTES = 2048 };

enum log_level log_level_now = LOG_INFO;

static struct log_settings settings;
static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_setup(struct log_settings wanted)
{
    settings = wanted;
    log_level_now = wanted.level;
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

/* A line under construction; what does not fit is cut, with room kept for what closes the line. */
struct line {
    char text[LINE_BYTES];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
    const size_t room = sizeof line->text - 8 - line->length;
    va_list args;
    va_start(args, format);
    int wrote = vsnprintf(line->text + line->length, room, format, args);
    va_end(args);
    if (wrote > 0)
        line->length += (size_t)wrote < room ? (size_t)wrote : room - 1;
}

/* Control characters, backslash and quotes are spelt out, in a form that JSON understands too. */
static void add_escaped(struct line *line, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\\' || (c == '"' && settings.json))
            add(line, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            add(line, "\\u%04x", c);
        else
            add(line, "%c", c);
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
    add_time(line);
    add(line, " %-7s %s%s%s: ", level_names[level], settings.name ? settings.name : "",
        settings.name ? "/" : "", unit);
    add_escaped(line, text, strlen(text));
    if (context && *context) {
        add(line, " [");
        add_escaped(line, context, strlen(context));
        add(line, "]");
    }
}

void log_write(enum log_level level, const char *unit, const char *context, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);

    struct line line;
    line.length = 0;
    (settings.json ? compose_json : compose_text)(&line, level, unit, context, text);
    line.text[line.length++] = '\n';
    FILE *to = settings.to ? settings.to : stderr;
    fwrite(line.text, 1, line.length, to);
    fflush(to);
}
