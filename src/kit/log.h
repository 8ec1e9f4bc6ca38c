/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured logs, a line each, to standard error or a file: time, level, unit, message, and a context of
 * key=value pairs
 * (`supi=imsi-999700000000001 gnb=1`). The same line can be written as JSON. Values are escaped: nothing a
 * peer sends can forge a line.
 */
#ifndef KIT_LOG_H
#define KIT_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "kit/budget.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

struct log_settings {
    enum log_level level;
    bool json;
    FILE *to;         /* NULL: standard error */
    const char *name; /* the process: "control", "edge"...; borrowed */
};

void log_setup(struct log_settings settings);
void log_adjust(enum log_level level, bool json); /* of what has been set up; needs no system call */
bool log_level_of(const char *name, enum log_level *level);

/*
 * Who pays for lines: a peer whose messages are being handled may cause so many bytes a second. Lines above are swallowed, and their
 * number is told with the next one that is not. A line is written while anything is left, and paid for when its length is known. Errors, and everything at level debug, go without payment.
 */
struct log_payer {
    struct budget budget;
    uint64_t swallowed;
};

/* From now on `payer` (borrowed) pays, with `now` on any clock of its own; NULL: lines are free again. */
void log_charge(struct log_payer *payer, int64_t now, unsigned bytes_per_second);

extern enum log_level log_level_now;

static inline bool log_wanted(enum log_level level)
{
    return level <= log_level_now;
}

/* False: the payer has nothing left, and the line is swallowed. */
bool log_paid(enum log_level level);

/* unit: the room that speaks ("amf", "smf", "sctp"); context: key=value pairs or NULL. */
__attribute__((format(printf, 4, 5))) void log_write(enum log_level level, const char *unit,
                                                     const char *context, const char *format, ...);

/* A line that nobody will read is not composed, nor its arguments: a flood of lines costs next to nothing. */
#define log_at(level, ...)                        \
    do {                                          \
        if (log_wanted(level) && log_paid(level)) \
            log_write((level), __VA_ARGS__);      \
    } while (0)

#define log_error(...)   log_at(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_at(LOG_DEBUG, __VA_ARGS__)

#endif
