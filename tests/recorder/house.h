/* SPDX-License-Identifier: Apache-2.0 */
/* A log in a folder of its own for tests, which can be copied and damaged. */
#ifndef TESTS_RECORDER_HOUSE_H
#define TESTS_RECORDER_HOUSE_H

#include "../check.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static inline int house_unlink(const char *path, const struct stat *is, int kind, struct FTW *where)
{
    (void)is, (void)kind, (void)where;
    return remove(path);
}

static inline void house_remove(const struct house *house)
{
    assert_int_equal(nftw(house->folder, house_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void house_copy_file(int from, int to, const char *name)
{
    uint8_t space[65536];
    struct stat is;
    const int in = openat(from, name, O_RDONLY | O_CLOEXEC);
    assert_true(in >= 0 && fstat(in, &is) == 0);
    const int out = openat(to, name, O_WRONLY | O_CREAT | O_CLOEXEC, is.st_mode & 0777);
    assert_true(out >= 0);
    for (ssize_t n; (n = read(in, space, sizeof space)) > 0;)
        assert_int_equal(write(out, space, (size_t)n), n);
    close(in);
    close(out);
}

/* Takes over both descriptors. */
static inline void house_copy_folder(int from, int to)
{
    DIR *stream = fdopendir(from);
    assert_non_null(stream);
    for (struct dirent *entry; (entry = readdir(stream));) {
        if (entry->d_name[0] == '.')
            continue;
        if (entry->d_type != DT_DIR) {
            house_copy_file(from, to, entry->d_name);
            continue;
        }
        assert_int_equal(mkdirat(to, entry->d_name, 0750), 0);
        house_copy_folder(openat(from, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                          openat(to, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    closedir(stream);
    close(to);
}

static inline void house_copy(const struct house *from, struct house *to)
{
    house_make(to);
    house_copy_folder(open(from->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                      open(to->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
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
