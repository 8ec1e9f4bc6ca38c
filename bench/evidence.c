/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence log under a flood, and read as a whole. Beside each figure stands its floor in the same run: the same octets written and
 * synchronised without a tree, and SHA-256 over as many octets as the verification hashes.
 *
 *     evidence-log FOLDER [ENTRIES]
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/measure.h"
#include "crypt/primitive.h"
#include "kit/timers.h"
#include "recorder/reader.h"

enum { BATCH = 1024, ENTRIES = 10000000, FLOOR_SECONDS = 5 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of all threads. On a machine that does other things as well, wall time says more of those. */
static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct evidence_entry entry_of(uint64_t number)
{
    return (struct evidence_entry){.time = SECONDS(1795338000) + (int64_t)number * 20000,
                                   .source = "control",
                                   .run = 0x5f3a17c2,
                                   .number = number,
                                   .rule = "N1",
                                   .association = number * 2654435761U,
                                   .gnb = "harbour-north-17",
                                   .procedure = "NG Setup",
                                   .reason = "its identity belongs to a gNB that is connected",
                                   .has_digest = true,
                                   .digest = {(uint8_t)number}};
}

/* Octets of an entry written and synchronised, batch by batch. */
static void floor_of_writing(const char *folder, size_t octets)
{
    char path[512], batch[BATCH * 512];
    snprintf(path, sizeof path, "%s/floor", folder);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    memset(batch, 'x', sizeof batch);
    const double begin = now_s();
    uint64_t entries = 0;
    while (fd >= 0 && now_s() - begin < FLOOR_SECONDS && write(fd, batch, BATCH * octets) > 0 &&
           fdatasync(fd) == 0)
        entries += BATCH;
    measure_row("evidence_floor_write_fsync", (double)entries / (now_s() - begin), "1/s");
    close(fd);
    unlink(path);
}

/* A leaf and a node are hashed for each entry. */
static void floor_of_hashing(uint64_t entries, size_t octets)
{
    uint8_t text[512] = {0}, digest[32];
    const struct bytes leaf = bytes_of(text, octets + 1), node = bytes_of(text, 65);
    const double begin = cpu_s();
    for (uint64_t i = 0; i < entries / 10; i++) {
        sha256(&leaf, 1, digest);
        sha256(&node, 1, digest);
    }
    measure_row("evidence_floor_sha256_cpu_s", 10 * (cpu_s() - begin), "s");
}

/* As the recorder does it: a commit for each batch, a checkpoint each second. */
static bool append(struct evidence_log *log, uint64_t entries)
{
    const double begin = now_s(), cpu = cpu_s();
    double checkpoint = begin, slowest = 0;
    unsigned checkpoints = 0;
    for (uint64_t number = 1; number <= entries; number += BATCH) {
        for (uint64_t i = 0; i < BATCH; i++) {
            const struct evidence_entry entry = entry_of(number + i);
            if (!evidence_log_append(log, &entry))
                return false;
        }
        if (!evidence_log_commit(log))
            return false;
        const double now = now_s();
        if (now - checkpoint < 1)
            continue;
        if (!evidence_log_checkpoint(log))
            return false;
        slowest = now_s() - now > slowest ? now_s() - now : slowest;
        checkpoint = now_s();
        checkpoints++;
    }
    if (!evidence_log_checkpoint(log))
        return false;
    measure_row("evidence_append", (double)log->committed.size / (now_s() - begin), "1/s");
    measure_row("evidence_append_per_cpu_second", (double)log->committed.size / (cpu_s() - cpu), "1/s");
    measure_row("evidence_checkpoints", checkpoints, "");
    measure_row("evidence_slowest_checkpoint_ms", slowest * 1e3, "ms");
    return true;
}

static bool verify(const char *folder)
{
    struct evidence_reader reader;
    struct evidence_findings findings;
    char why[LOG_WHY_BYTES];
    if (!evidence_reader_open(&reader, folder, why))
        return false;
    const struct proof_trust trust = {.log = &reader.key};
    const double begin = now_s(), cpu = cpu_s();
    const bool good = evidence_verify(&reader, &trust, &findings, why);
    measure_row("evidence_verify_s", now_s() - begin, "s");
    measure_row("evidence_verify_cpu_s", cpu_s() - cpu, "s");
    measure_row("evidence_verified", (double)findings.size, "entries");
    evidence_reader_close(&reader);
    if (!good)
        fprintf(stderr, "%s\n", why);
    return good;
}

int main(int argc, char **argv)
{
    const uint64_t entries = argc > 2 ? strtoull(argv[2], NULL, 10) : ENTRIES;
    struct evidence_log log;
    char why[LOG_WHY_BYTES], folder[512];
    uint8_t line[EVIDENCE_ENTRY_BYTES];
    struct writer w = writer_of(line, sizeof line);
    const struct evidence_entry one = entry_of(entries);
    if (argc < 2 || !evidence_entry_write(&w, &one))
        return 2;
    floor_of_writing(argv[1], writer_length(&w) + 1);
    floor_of_hashing(entries, writer_length(&w));
    snprintf(folder, sizeof folder, "%s/log", argv[1]);
    if (!evidence_log_open(&log, folder, "demarc.example/bench", SECONDS(1795338000), why)) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    const bool appended = append(&log, entries);
    evidence_log_close(&log);
    return appended && verify(folder) ? 0 : 1;
}
