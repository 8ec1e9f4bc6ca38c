/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever a crash or a failing disk leaves, the log verifies when it is opened again, has every entry that was acknowledged, and goes
 * on.
 */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { BEFORE = 3, ROUNDS = 4, A_ROUND = 2 };
#define NEXT_DAY (HOUSE_TIME + SECONDS(86400))

static struct house house;
static struct evidence_findings findings;

/* --- What is done to the disk --- */

/* As the keeper does it. */
static void open_again(void)
{
    bool opened = false;
    evidence_log_close(&house.log);
    for (unsigned tries = 0; tries < 16 && !opened; tries++)
        opened = house_open(&house);
    assert_true(opened);
}

/* As a source does it: what was not taken is said again. */
static void add(uint64_t from, int64_t time)
{
    for (unsigned tries = 0; tries < 16; tries++) {
        house_add(&house, from, from + A_ROUND, time);
        if (evidence_log_commit(&house.log)) {
            disk.acknowledged = from + A_ROUND;
            return;
        }
    }
    fail_msg("the disk is well again, and nothing can be written");
}

static void sign(void)
{
    for (unsigned tries = 0; tries < 16 && !evidence_log_checkpoint(&house.log); tries++)
        if (house.log.unsure)
            open_again();
}

/* Over the end of a day, with a checkpoint after every second round. */
static void work(void)
{
    disk.acknowledged = BEFORE;
    for (unsigned round = 0; round < ROUNDS; round++) {
        add(BEFORE + (uint64_t)round * A_ROUND, round < ROUNDS / 2 ? HOUSE_TIME : NEXT_DAY);
        if (round % 2)
            sign();
    }
}

/* --- What is asked of what is left --- */

struct check {
    uint64_t next;
    bool good;
};

static bool is_next(void *context, uint64_t index, struct bytes line)
{
    struct check *check = context;
    struct evidence_entry entry;
    struct fault fault;
    check->good &= evidence_entry_read(line, &entry, &fault) && index == check->next++ &&
                   entry.number == check->next && strcmp(entry.source, "control") == 0;
    return check->good;
}

static void has_all(const struct house *left, uint64_t acknowledged)
{
    char why[LOG_WHY_BYTES];
    struct evidence_reader reader;
    struct check check = {.good = true};
    assert_true(evidence_reader_open(&reader, left->folder, why));
    assert_true(evidence_reader_each(&reader, 0, acknowledged, is_next, &check, why));
    evidence_reader_close(&reader);
    assert_true(check.good && check.next == acknowledged);
}

static void holds(struct house *left, uint64_t acknowledged)
{
    char why[LOG_WHY_BYTES] = "";
    if (!evidence_log_open(&left->log, left->folder, HOUSE_ORIGIN, HOUSE_TIME, why))
        fail_msg("the log cannot be opened: %s", why);
    assert_true(left->log.committed.size >= acknowledged);
    house_add(left, left->log.committed.size, left->log.committed.size + 1, NEXT_DAY);
    assert_true(evidence_log_commit(&left->log) && evidence_log_checkpoint(&left->log));
    evidence_log_close(&left->log);
    const char *wrong = house_verify(left, &findings);
    if (wrong)
        fail_msg("the log does not verify: %s", wrong);
    assert_true(findings.tail == 0 && findings.repairs <= 1);
    has_all(left, acknowledged);
}

static void crash(const struct house *before, unsigned end, size_t octets, enum disk_luck luck, unsigned seed)
{
    struct house left;
    const char *watched = disk.folder;
    const uint64_t acknowledged = end < disk.count ? disk.operations[end].acknowledged : disk.acknowledged;
    disk.folder = NULL;
    house_copy(before, &left);
    disk_crash(end, octets, luck, seed, left.folder);
    holds(&left, acknowledged);
    house_remove(&left);
    disk.folder = watched;
}

/* --- The tests --- */

/* A log with a few entries as it is on the disk, and the same to be worked on. */
static void begin(struct house *before)
{
    house_make(&house);
    assert_true(house_open(&house));
    house_add(&house, 0, BEFORE, HOUSE_TIME);
    assert_true(evidence_log_commit(&house.log) && evidence_log_checkpoint(&house.log));
    house_copy(&house, before);
    disk_watch(house.folder);
}

static void end(struct house *before)
{
    disk_forget();
    evidence_log_close(&house.log);
    house_remove(&house);
    house_remove(before);
}

static void a_crash_at_any_octet_of_any_write_loses_nothing_acknowledged(void **state)
{
    struct house before;
    (void)state;
    begin(&before);
    work();
    for (unsigned i = 0; i < disk.count; i++)
        if (disk.operations[i].what == DISK_WRITE)
            for (size_t octets = 1; octets <= disk.operations[i].length; octets++)
                crash(&before, i, octets, DISK_ALL, 0);
    end(&before);
}

static void what_was_not_synced_may_be_there_in_any_choice(void **state)
{
    struct house before;
    (void)state;
    begin(&before);
    work();
    for (unsigned i = 0; i <= disk.count; i++) {
        crash(&before, i, 0, DISK_ALL, 0);
        crash(&before, i, 0, DISK_NONE, 0);
        for (unsigned seed = 1; seed <= 4; seed++)
            crash(&before, i, 0, DISK_CHANCE, seed * 7919 + i);
    }
    end(&before);
}

/* Each call fails once, or several in a row do; then the power goes, and what was synced last is all there is. */
static void fail_each(int cause, unsigned count)
{
    unsigned operations = 1;
    for (unsigned at = 0; at < operations; at++) {
        struct house before;
        begin(&before);
        disk.fail_from = at;
        disk.fail_count = count;
        disk.fail_with = cause;
        work();
        disk.fail_count = 0;
        operations = disk.count;
        crash(&before, disk.count, 0, DISK_ALL, 0);
        crash(&before, disk.count, 0, DISK_NONE, 0);
        crash(&before, disk.count, 0, DISK_CHANCE, at);
        end(&before);
    }
}

static void a_disk_that_fails_once_costs_nothing_acknowledged(void **state)
{
    (void)state;
    fail_each(EIO, 1);
}

static void a_disk_that_is_full_for_a_while_costs_nothing_acknowledged(void **state)
{
    (void)state;
    fail_each(ENOSPC, 1);
    fail_each(ENOSPC, 5);
}

/* A part of one large write that never came to the disk reads as zeros, with whole entries behind. */
static void a_hole_in_the_tail_is_a_torn_tail(void **state)
{
    char path[128];
    uint8_t zeros[40] = {0};
    (void)state;
    house_make(&house);
    assert_true(house_open(&house));
    house_add(&house, 0, 4, HOUSE_TIME);
    assert_true(evidence_log_commit(&house.log) && evidence_log_checkpoint(&house.log));
    house_add(&house, 4, 9, HOUSE_TIME);
    assert_true(evidence_log_commit(&house.log));
    const off_t entry = house.log.octets / 9;
    evidence_log_close(&house.log);
    snprintf(path, sizeof path, "%s/entries/00000000000000000000.jsonl", house.folder);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, 6 * entry + 11), sizeof zeros);
    close(fd);
    assert_true(house_open(&house));
    assert_int_equal(house.log.committed.size, 7); /* six, and the repair */
    evidence_log_close(&house.log);
    assert_null(house_verify(&house, &findings));
    assert_int_equal(findings.repairs, 1);
    house_remove(&house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_at_any_octet_of_any_write_loses_nothing_acknowledged),
        cmocka_unit_test(what_was_not_synced_may_be_there_in_any_choice),
        cmocka_unit_test(a_disk_that_fails_once_costs_nothing_acknowledged),
        cmocka_unit_test(a_disk_that_is_full_for_a_while_costs_nothing_acknowledged),
        cmocka_unit_test(a_hole_in_the_tail_is_a_torn_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
