/* SPDX-License-Identifier: Apache-2.0 */
/* A log in a folder of its own for tests, which can be copied and damaged. */
#ifndef TESTS_RECORDER_HOUSE_H
#define TESTS_RECORDER_HOUSE_H

#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit/timers.h"
#include "recorder/reader.h"

#define HOUSE_ORIGIN "demarc.example/log"
#define HOUSE_TIME   (SECONDS(1795338000))

struct house {
    char folder[64];
    struct evidence_log log;
};

static inline int house_run(const char *command)
{
    return system(command); /* NOLINT(concurrency-mt-unsafe): of our own words */
}

static inline void house_make(struct house *house)
{
    strcpy(house->folder, "log-test-XXXXXX");
    assert_non_null(mkdtemp(house->folder));
}

static inline void house_remove(struct house *house)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", house->folder);
    assert_int_equal(house_run(command), 0);
}

static inline void house_copy(const struct house *from, struct house *to)
{
    char command[192];
    house_make(to);
    snprintf(command, sizeof command, "cp -r %s/. %s/", from->folder, to->folder);
    assert_int_equal(house_run(command), 0);
}

static inline bool house_open_at(struct house *house, int64_t now)
{
    char why[LOG_WHY_BYTES];
    return evidence_log_open(&house->log, house->folder, HOUSE_ORIGIN, now, why);
}

static inline bool house_open(struct house *house)
{
    return house_open_at(house, HOUSE_TIME);
}

static inline void house_add(struct house *house, uint64_t from, uint64_t to, int64_t time)
{
    for (uint64_t number = from; number < to; number++) {
        struct evidence_entry entry = {.time = time,
                                       .source = "control",
                                       .run = 7,
                                       .number = number + 1,
                                       .rule = "N1",
                                       .gnb = "south",
                                       .procedure = "NG Setup",
                                       .reason = "it is not enrolled"};
        assert_true(evidence_log_append(&house->log, &entry));
    }
}

/* NULL: it verifies. */
static inline const char *house_verify(const struct house *house, struct evidence_findings *findings)
{
    static char why[LOG_WHY_BYTES];
    struct evidence_reader reader;
    if (!evidence_reader_open(&reader, house->folder, why))
        return why;
    const struct proof_trust trust = {.log = &reader.key};
    const bool good = evidence_verify(&reader, &trust, findings, why);
    evidence_reader_close(&reader);
    return good ? NULL : why;
}

#endif
