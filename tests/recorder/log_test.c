/* SPDX-License-Identifier: Apache-2.0 */
#include "house.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "recorder/prune.h"

static struct house house;
static struct evidence_findings findings;

static int make(void **state)
{
    (void)state;
    house_make(&house);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    house_remove(&house);
    return 0;
}

/* Ten entries under a checkpoint, and four behind it. */
static void fill(void)
{
    assert_true(house_open(&house));
    house_add(&house, 0, 10, HOUSE_TIME);
    assert_true(evidence_log_commit(&house.log) && evidence_log_checkpoint(&house.log));
    house_add(&house, 10, 14, HOUSE_TIME);
    assert_true(evidence_log_commit(&house.log));
    evidence_log_close(&house.log);
}

static void path_in(const struct house *which, const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", which->folder, name);
}

#define FIRST_SEGMENT "entries/00000000000000000000.jsonl"

static off_t size_of(const char *path)
{
    struct stat is;
    assert_int_equal(stat(path, &is), 0);
    return is.st_size;
}

static void flip(const char *path, off_t at, unsigned bit)
{
    uint8_t octet = 0;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0 && pread(fd, &octet, 1, at) == 1);
    octet ^= (uint8_t)(1 << bit);
    assert_true(pwrite(fd, &octet, 1, at) == 1);
    close(fd);
}

static void what_was_committed_is_there_again(void **state)
{
    (void)state;
    fill();
    assert_null(house_verify(&house, &findings));
    assert_int_equal(findings.size, 10);
    assert_int_equal(findings.tail, 4);
    assert_true(house_open(&house));
    assert_true(house.log.committed.size == 14 && house.log.checkpoint.size == 14);
    house_add(&house, 14, 20, HOUSE_TIME);
    assert_true(evidence_log_commit(&house.log) && evidence_log_checkpoint(&house.log));
    evidence_log_close(&house.log);
    assert_null(house_verify(&house, &findings));
    assert_true(findings.size == 20 && findings.tail == 0 && findings.lost == 0 && findings.repairs == 0);
}

static void numbers_that_are_missing_are_counted(void **state)
{
    (void)state;
    assert_true(house_open(&house));
    house_add(&house, 0, 5, HOUSE_TIME);
    house_add(&house, 8, 10, HOUSE_TIME);
    assert_true(evidence_log_commit(&house.log) && evidence_log_checkpoint(&house.log));
    evidence_log_close(&house.log);
    assert_null(house_verify(&house, &findings));
    assert_int_equal(findings.lost, 3);
}

static void a_log_has_one_writer(void **state)
{
    struct house other;
    (void)state;
    assert_true(house_open(&house));
    strcpy(other.folder, house.folder);
    assert_false(house_open(&other));
    evidence_log_close(&house.log);
}

/* A crash may leave the last file at any length. Behind the checkpoint that is repaired, and said; before it, it is refused. */
static void a_tail_torn_at_any_octet_is_repaired_and_that_is_recorded(void **state)
{
    char path[128];
    (void)state;
    fill();
    path_in(&house, FIRST_SEGMENT, path);
    const off_t whole = size_of(path), entry = whole / 14;
    for (off_t length = whole - 4 * entry - 30; length <= whole; length++) {
        struct house torn;
        house_copy(&house, &torn);
        path_in(&torn, FIRST_SEGMENT, path);
        assert_int_equal(truncate(path, length), 0);
        const bool covered = house_open(&torn);
        const uint64_t left = covered ? torn.log.committed.size : 0;
        if (covered) {
            assert_true(evidence_log_checkpoint(&torn.log));
            evidence_log_close(&torn.log);
            assert_null(house_verify(&torn, &findings));
            assert_true(findings.size == left && left >= 10);
            assert_true(findings.repairs <= 1);
        } else {
            assert_non_null(house_verify(&torn, &findings));
        }
        house_remove(&torn);
    }
}

static void the_repair_says_what_was_cut(void **state)
{
    char path[128];
    (void)state;
    fill();
    path_in(&house, FIRST_SEGMENT, path);
    assert_int_equal(truncate(path, size_of(path) - 7), 0);
    assert_true(house_open(&house));
    assert_int_equal(house.log.committed.size, 14); /* one was cut, and one says so */
    evidence_log_close(&house.log);
    assert_null(house_verify(&house, &findings));
    assert_true(findings.repairs == 1 && findings.size == 14);
    path_in(&house, FIRST_SEGMENT, path);
    char command[160];
    snprintf(command, sizeof command,
             "tail -n 1 %s | grep -q '\"kind\":\"repair\".*a torn tail of [0-9]* octets'", path);
    assert_int_equal(house_run(command), 0);
}

/* Files of hashes may be cut anywhere behind the checkpoint, too: they are made anew. */
static void hashes_behind_the_checkpoint_are_made_anew(void **state)
{
    char path[128];
    (void)state;
    fill();
    for (off_t length = 320; length < 14 * TREE_HASH_BYTES; length += 5) {
        struct house torn;
        house_copy(&house, &torn);
        path_in(&torn, "hashes/00", path);
        assert_int_equal(truncate(path, length), 0);
        assert_true(house_open(&torn));
        assert_true(evidence_log_checkpoint(&torn.log));
        evidence_log_close(&torn.log);
        assert_null(house_verify(&torn, &findings));
        assert_int_equal(findings.size, 14);
        house_remove(&torn);
    }
}

/* One bit in whatever a checkpoint covers, and the log is refused: never repaired. */
static void a_bit_that_turned_is_found(void **state)
{
    static const char *const files[] = {FIRST_SEGMENT, "hashes/00", "hashes/01", "hashes/03", "checkpoint"};
    char path[128];
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        path_in(&house, files[i], path);
        const off_t all = size_of(path), covered = i == 0 ? all / 14 * 10 : i == 1 ? 320 : i == 2 ? 160 : all;
        for (off_t at = 0; at < covered; at += i ? 1 : 5) {
            flip(path, at, (unsigned)at % 8);
            assert_non_null(house_verify(&house, &findings));
            flip(path, at, (unsigned)at % 8);
        }
    }
    assert_null(house_verify(&house, &findings));
}

static void a_changed_entry_keeps_the_log_shut(void **state)
{
    char path[128];
    (void)state;
    fill();
    path_in(&house, FIRST_SEGMENT, path);
    for (off_t at = 0; at < size_of(path) / 14 * 10; at += 11) {
        flip(path, at, (unsigned)at % 7);
        const off_t before = size_of(path);
        assert_false(house_open(&house));
        assert_int_equal(size_of(path), before); /* nothing was cut */
        flip(path, at, (unsigned)at % 7);
    }
    assert_true(house_open(&house));
    evidence_log_close(&house.log);
}

static void what_is_missing_is_missed(void **state)
{
    static const char *const files[] = {FIRST_SEGMENT, "checkpoint", "log.key", "hashes/03"};
    char path[128], away[128];
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        path_in(&house, files[i], path);
        path_in(&house, "away", away);
        assert_int_equal(rename(path, away), 0);
        if (i != 1)
            assert_false(house_open(&house));
        if (i != 2)
            assert_non_null(house_verify(&house, &findings));
        assert_int_equal(rename(away, path), 0);
    }
}

/* --- No room --- */

static void an_entry_that_finds_no_room_leaves_the_log_as_it_was(void **state)
{
    struct rlimit former, tight;
    char path[128];
    (void)state;
    fill();
    path_in(&house, FIRST_SEGMENT, path);
    assert_true(house_open(&house));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &former);
    tight = (struct rlimit){(rlim_t)size_of(path) + 1000, former.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    house_add(&house, 14, 114, HOUSE_TIME);
    const bool committed = evidence_log_commit(&house.log);
    const int cause = errno;
    setrlimit(RLIMIT_FSIZE, &former);
    assert_false(committed);
    assert_int_equal(cause, EFBIG);
    assert_int_equal(house.log.committed.size, 14);
    house_add(&house, 14, 16, HOUSE_TIME);
    assert_true(evidence_log_commit(&house.log) && evidence_log_checkpoint(&house.log));
    evidence_log_close(&house.log);
    assert_null(house_verify(&house, &findings));
    assert_true(findings.size == 16 && findings.lost == 0);
}

/* --- Segments, proofs, pruning --- */

static int64_t day(int64_t number)
{
    return HOUSE_TIME + number * SECONDS(86400);
}

#define DAYS(n) ((n)*SECONDS(86400))

/* Days of 100 entries each, each day a file. */
static void fill_days(unsigned days)
{
    assert_true(house_open(&house));
    for (unsigned i = 0; i < days; i++) {
        house_add(&house, i * 100UL, i * 100UL + 100, day(i));
        assert_true(evidence_log_commit(&house.log));
    }
    assert_true(evidence_log_checkpoint(&house.log));
}

static bool proves(uint64_t index)
{
    static uint8_t space[PROOF_BYTES];
    struct writer w = writer_of(space, sizeof space);
    char why[LOG_WHY_BYTES];
    struct evidence_reader reader;
    struct proof proof;
    struct fault fault;
    assert_true(evidence_reader_open(&reader, house.folder, why));
    const bool proved = evidence_reader_prove(&reader, index, &w, why);
    evidence_reader_close(&reader);
    return proved && proof_read(writer_bytes(&w), &proof, &fault) && proof.index == index;
}

static void every_entry_can_be_proved(void **state)
{
    (void)state;
    fill_days(5);
    evidence_log_close(&house.log);
    for (uint64_t index = 0; index < 500; index++)
        assert_true(proves(index));
    assert_false(proves(500));
    assert_null(house_verify(&house, &findings));
    assert_true(findings.size == 500 && findings.lost == 0);
}

static void what_is_pruned_is_gone_and_the_head_stays_provable(void **state)
{
    uint64_t number = 0, pruned;
    char path[128];
    (void)state;
    fill_days(6);
    assert_true(evidence_log_prune(&house.log, DAYS(3) + SECONDS(1), day(6), 9, &number, &pruned));
    assert_int_equal(pruned, 200);
    assert_true(evidence_log_prune(&house.log, DAYS(3) - SECONDS(1), day(6), 9, &number, &pruned));
    assert_int_equal(pruned, 100);
    evidence_log_close(&house.log);
    assert_null(house_verify(&house, &findings));
    assert_true(findings.first == 300 && findings.size == 602);
    assert_false(proves(299));
    for (uint64_t index = 300; index < 602; index++)
        assert_true(proves(index));
    assert_true(house_open_at(&house, day(7)));
    assert_true(evidence_log_prune(&house.log, SECONDS(1), day(8), 9, &number, &pruned));
    evidence_log_close(&house.log);
    assert_null(house_verify(&house, &findings));
    path_in(&house, "entries/00000000000000000500.jsonl", path);
    assert_int_equal(access(path, F_OK), -1);
}

/* Entries of another time come in between; what lies before them is as old as it was. */
static void a_clock_that_leaps_costs_no_evidence(void **state)
{
    static const int64_t leaps[] = {9000, -9000};
    uint64_t number = 0, pruned;
    (void)state;
    for (size_t i = 0; i < sizeof leaps / sizeof leaps[0]; i++) {
        fill_days(6);
        assert_true(evidence_log_prune(&house.log, DAYS(40), day(6 + leaps[i]), 9, &number, &pruned));
        assert_int_equal(pruned, 0);
        house_add(&house, 600, 700, day(6 + leaps[i])); /* for a while entries are written by it */
        assert_true(evidence_log_commit(&house.log));
        house_add(&house, 700, 800, day(7));
        assert_true(evidence_log_commit(&house.log) && evidence_log_checkpoint(&house.log));
        assert_true(evidence_log_prune(&house.log, DAYS(40), day(8), 9, &number, &pruned));
        assert_int_equal(pruned, 0);
        evidence_log_close(&house.log);
        assert_null(house_verify(&house, &findings));
        assert_true(findings.size == 800 && findings.set_back == 1);
        clear(NULL);
        make(NULL);
    }
}

static void what_goes_without_a_pruning_is_missed(void **state)
{
    char path[128];
    (void)state;
    fill_days(3);
    evidence_log_close(&house.log);
    path_in(&house, FIRST_SEGMENT, path);
    assert_int_equal(unlink(path), 0);
    assert_non_null(house_verify(&house, &findings));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_committed_is_there_again),
        TEST(numbers_that_are_missing_are_counted),
        TEST(a_log_has_one_writer),
        TEST(a_tail_torn_at_any_octet_is_repaired_and_that_is_recorded),
        TEST(the_repair_says_what_was_cut),
        TEST(hashes_behind_the_checkpoint_are_made_anew),
        TEST(a_bit_that_turned_is_found),
        TEST(a_changed_entry_keeps_the_log_shut),
        TEST(what_is_missing_is_missed),
        TEST(an_entry_that_finds_no_room_leaves_the_log_as_it_was),
        TEST(every_entry_can_be_proved),
        TEST(what_is_pruned_is_gone_and_the_head_stays_provable),
        TEST(a_clock_that_leaps_costs_no_evidence),
        TEST(what_goes_without_a_pruning_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
