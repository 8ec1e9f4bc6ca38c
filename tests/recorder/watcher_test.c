/* SPDX-License-Identifier: Apache-2.0 */
/* A witness keeps its word over crashes at any octet of any write, over a disk that fails, and over a clock that is set. */
#include "disk.h"

#include <errno.h>

#include "../evidence/nodes.h"
#include "recorder/watcher.h"

enum { EARLY = 1795338000, HOUR = 3600 };

static struct nodes nodes;
static struct signing_key *log_secret, *secret;
static struct note_key log_key, other_key, key;
static struct house house;
static struct watcher watcher;
static uint8_t answer[1024];
static struct bytes answered;

/* --- The log that is watched --- */

static struct checkpoint checkpoint_of(uint64_t size)
{
    struct checkpoint checkpoint = {.size = size};
    strcpy(checkpoint.origin, log_key.name);
    memcpy(checkpoint.root, nodes.roots[size], TREE_HASH_BYTES);
    return checkpoint;
}

static unsigned submit_as(uint64_t old, const struct checkpoint *checkpoint, uint64_t now)
{
    static uint8_t note[NOTE_BYTES], body[WITNESS_REQUEST_BYTES];
    const struct tree_keeper keeper = nodes_keeper(&nodes);
    struct witness_request request = {.old = old};
    struct writer n = writer_of(note, sizeof note), b = writer_of(body, sizeof body),
                  w = writer_of(answer, sizeof answer);
    assert_true(checkpoint_write(&n, checkpoint, log_secret));
    if (old && old <= checkpoint->size)
        assert_true(tree_prove_consistency(&keeper, old, checkpoint->size, &request.proof));
    request.note = writer_bytes(&n);
    assert_true(witness_request_write(&b, &request));
    const unsigned code = watcher_answer(&watcher, writer_bytes(&b), now, &w);
    answered = writer_bytes(&w);
    return code;
}

static unsigned submit(uint64_t old, uint64_t size, uint64_t now)
{
    const struct checkpoint checkpoint = checkpoint_of(size);
    return submit_as(old, &checkpoint, now);
}

/* When it says that it has signed. */
static uint64_t time_signed(uint64_t size)
{
    uint8_t space[NOTE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    const struct checkpoint checkpoint = checkpoint_of(size);
    struct note note;
    struct fault fault;
    uint64_t time = 0;
    assert_true(checkpoint_write(&w, &checkpoint, log_secret));
    write_bytes(&w, answered);
    assert_true(note_read(writer_bytes(&w), &note, &fault));
    assert_int_equal(note_signed(&note, &key, &time), NOTE_GOOD);
    return time;
}

/* --- The witness --- */

static bool open_at(const char *folder)
{
    const char *why;
    watcher = (struct watcher){
        .folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .secret = secret, .key = key};
    assert_true(watcher.folder >= 0);
    return watcher_add(&watcher, &log_key, &why);
}

static void close_it(void)
{
    close(watcher.folder);
}

static int make_keys(void **state)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    (void)state;
    nodes_fill(&nodes, NODES_ENTRIES);
    log_secret = signing_key_of((const uint8_t[32]){1});
    secret = signing_key_of((const uint8_t[32]){2});
    signing_key_public(log_secret, public_key);
    assert_true(note_key_make(&log_key, "demarc.example/log", NOTE_ED25519, public_key));
    assert_true(note_key_make(&other_key, "demarc.example/other", NOTE_ED25519, public_key));
    signing_key_public(secret, public_key);
    assert_true(note_key_make(&key, "witness.example", NOTE_COSIGNATURE, public_key));
    return 0;
}

static int forget_keys(void **state)
{
    (void)state;
    signing_key_free(log_secret);
    signing_key_free(secret);
    return 0;
}

static int make(void **state)
{
    (void)state;
    house_make(&house);
    assert_true(open_at(house.folder));
    return 0;
}

static int clear(void **state)
{
    (void)state;
    disk_forget();
    close_it();
    house_remove(&house);
    return 0;
}

/* --- What must hold --- */

static void what_it_has_signed_it_knows_when_it_comes_back(void **state)
{
    (void)state;
    assert_int_equal(submit(0, 5, EARLY), WITNESS_COSIGN);
    assert_int_equal(submit(5, 40, EARLY + 1), WITNESS_COSIGN);
    close_it();
    assert_true(open_at(house.folder));
    assert_int_equal(watcher.logs[0].last.size, 40);
    assert_int_equal(submit(5, 41, EARLY + 2), WITNESS_CONFLICT);
    assert_true(bytes_are(answered, "40\n"));
    assert_int_equal(submit(40, 41, EARLY + 2), WITNESS_COSIGN);
}

/* The whole of what a crash may leave, by the notes of the disk. */
static void crash(unsigned end, size_t octets, enum disk_luck luck, unsigned seed)
{
    const char *watched = disk.folder;
    const uint64_t given = end < disk.count ? disk.operations[end].acknowledged : disk.acknowledged;
    struct house left;
    disk.folder = NULL;
    house_make(&left);
    disk_crash(end, octets, luck, seed, left.folder);
    close_it();
    assert_true(open_at(left.folder));
    assert_true(watcher.logs[0].last.size >= given);
    if (given) {
        struct checkpoint forged = checkpoint_of(given);
        forged.root[0] ^= 1;
        assert_int_not_equal(submit_as(given, &forged, EARLY), WITNESS_COSIGN);
        assert_int_not_equal(submit(0, given - 1, EARLY), WITNESS_COSIGN);
    }
    assert_int_equal(submit(watcher.logs[0].last.size, 100, EARLY), WITNESS_COSIGN);
    house_remove(&left);
    disk.folder = watched;
}

static void work(void)
{
    static const uint64_t sizes[] = {5, 40, 41};
    uint64_t old = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (submit(old, sizes[i], EARLY) == WITNESS_COSIGN)
            disk.acknowledged = sizes[i];
        old = watcher.logs[0].last.size;
        assert_int_equal(old, disk.acknowledged);
    }
}

static void a_crash_at_any_octet_of_any_write_takes_nothing_back(void **state)
{
    (void)state;
    disk_watch(house.folder);
    work();
    for (unsigned i = 0; i <= disk.count; i++) {
        crash(i, 0, DISK_ALL, 0);
        crash(i, 0, DISK_NONE, 0);
        crash(i, 0, DISK_CHANCE, 7919 + i);
        if (i < disk.count && disk.operations[i].what == DISK_WRITE)
            for (size_t octets = 1; octets <= disk.operations[i].length; octets++)
                crash(i, octets, DISK_ALL, 0);
    }
}

static void what_cannot_be_kept_is_not_signed(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 12; at++) {
        disk_watch(house.folder);
        disk.fail_from = at;
        disk.fail_count = 1;
        disk.fail_with = at % 2 ? ENOSPC : EIO;
        work();
        assert_true(disk.acknowledged == 41 || watcher.logs[0].last.size < 41);
        crash(disk.count, 0, DISK_NONE, 0);
        close_it();
        house_remove(&house);
        house_make(&house);
        assert_true(open_at(house.folder));
    }
}

static void an_answer_that_cannot_be_kept_is_none(void **state)
{
    (void)state;
    disk_watch(house.folder);
    disk.fail_count = 1;
    disk.fail_with = ENOSPC;
    assert_int_equal(submit(0, 5, EARLY), WATCHER_FAILED);
    assert_int_equal(answered.len, 0);
    assert_int_equal(submit(0, 5, EARLY), WITNESS_COSIGN);
}

static void a_clock_that_is_set_back_turns_no_signature_back(void **state)
{
    (void)state;
    assert_int_equal(submit(0, 5, EARLY + HOUR), WITNESS_COSIGN);
    assert_int_equal(time_signed(5), EARLY + HOUR);
    assert_int_equal(submit(5, 40, EARLY), WITNESS_COSIGN);
    assert_int_equal(time_signed(40), EARLY + HOUR);
    close_it();
    assert_true(open_at(house.folder));
    assert_int_equal(submit(40, 41, EARLY), WITNESS_COSIGN);
    assert_int_equal(time_signed(41), EARLY + HOUR);
    assert_int_equal(submit(41, 42, EARLY + 2 * HOUR), WITNESS_COSIGN);
    assert_int_equal(time_signed(42), EARLY + 2 * HOUR);
}

static void a_log_is_watched_once(void **state)
{
    const char *why;
    (void)state;
    assert_false(watcher_add(&watcher, &log_key, &why));
    assert_true(watcher_add(&watcher, &other_key, &why));
    assert_int_equal(watcher.count, 2);
}

/* The signature of the log, and the own one behind it, cover it; a name that is changed makes it somebody else's. */
static void memory_that_was_changed_is_not_begun_with(void **state)
{
    uint8_t was[NOTE_BYTES];
    (void)state;
    assert_int_equal(submit(0, 5, EARLY), WITNESS_COSIGN);
    const int file = openat(watcher.folder, "demarc%2eexample%2flog.checkpoint", O_RDWR | O_CLOEXEC);
    const ssize_t length = file < 0 ? -1 : read(file, was, sizeof was);
    assert_true(length > 0);
    for (ssize_t at = 0; at < length; at++) {
        const uint8_t turned = was[at] ^ 1;
        assert_int_equal(pwrite(file, &turned, 1, at), 1);
        close_it();
        assert_true(!open_at(house.folder) || watcher.logs[0].last.size == 5);
        assert_int_equal(pwrite(file, &was[at], 1, at), 1);
    }
    close(file);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_it_has_signed_it_knows_when_it_comes_back),
        TEST(a_crash_at_any_octet_of_any_write_takes_nothing_back),
        TEST(what_cannot_be_kept_is_not_signed),
        TEST(an_answer_that_cannot_be_kept_is_none),
        TEST(a_clock_that_is_set_back_turns_no_signature_back),
        TEST(a_log_is_watched_once),
        TEST(memory_that_was_changed_is_not_begun_with),
    };
    return cmocka_run_group_tests(tests, make_keys, forget_keys);
}
