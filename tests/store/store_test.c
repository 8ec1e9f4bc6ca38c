/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/database.h"

static struct arena arena;
static char folder[64], path[128];

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    make_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/demarc.db", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove_folder(folder);
    arena_free(&arena);
    return 0;
}

static const struct bytes blob_a = {(const uint8_t *)"first", 5}, blob_b = {(const uint8_t *)"second", 6};
static const char supi_1[] = "imsi-999700000000001", supi_2[] = "imsi-999700000000002";

static void a_subscriber_survives_reopening(void **state)
{
    (void)state;
    struct store *store = open_store(path);
    struct store_subscriber in = sample_subscriber(&arena, 1), out;
    in.sqn = 0xffffffffffff;
    in.barred = true;
    in.name = "Ada";
    assert_int_equal(store_subscriber_add(store, &in), STORE_OK);
    assert_int_equal(store_subscriber_add(store, &in), STORE_EXISTS);
    assert_int_equal(store_commit(store), STORE_OK);
    store_close(store);
    store = open_store(path);
    assert_int_equal(store_subscriber_get(store, supi_1, &arena, &out), STORE_OK);
    assert_string_equal(out.supi, in.supi);
    assert_memory_equal(out.k, in.k, 32);
    assert_memory_equal(out.op, in.op, 32);
    assert_true(out.op_is_derived && out.barred);
    assert_true(out.sqn == in.sqn);
    assert_string_equal(out.name, "Ada");
    assert_string_equal(out.slices[0].dnns[0].name, "internet");
    assert_int_equal(store_subscriber_get(store, supi_2, &arena, &out), STORE_NOT_FOUND);
    store_close(store);
}

static void slices_are_kept_whole(void **state)
{
    (void)state;
    struct store *store = open_store(":memory:");
    struct store_subscriber in = sample_subscriber(&arena, 1), out;
    struct store_dnn dnns[] = {
        {.name = "ims",
         .type = STORE_IPV4,
         .fiveqi = 5,
         .arp = 1,
         .may_preempt = true,
         .ambr_uplink = UINT64_C(1) << 40},
        {.name = "x", .type = STORE_IPV4V6, .fiveqi = 9, .arp = 15, .preemptable = true, .ambr_downlink = 7},
    };
    config_ip_parse("10.46.0.9", &dnns[0].ipv4);
    config_ip_parse("2001:db8:9::", &dnns[1].ipv6);
    struct store_slice slices[] = {{.slice = {1, CONFIG_NO_SD}, .dnns = dnns, .dnn_count = 2},
                                   {.slice = {255, 0x010203}, .is_default = true}};
    in.slices = slices;
    in.slice_count = 2;
    assert_int_equal(store_subscriber_put(store, &in), STORE_OK);
    assert_int_equal(store_subscriber_get(store, supi_1, &arena, &out), STORE_OK);
    json_t *a = store_subscriber_to_json(&in, true), *b = store_subscriber_to_json(&out, true);
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    store_close(store);
}

static void a_damaged_row_is_refused(void **state)
{
    (void)state;
    struct store *store = open_store(":memory:");
    struct store_subscriber in = sample_subscriber(&arena, 1), out;
    static const char *const damages[] = {"x''", "x'02'", "x'0101'", "x'0100ff'", "x'010101ffffff01'"};
    assert_int_equal(store_subscriber_put(store, &in), STORE_OK);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char sql[100];
        snprintf(sql, sizeof sql, "UPDATE subscriber SET slices = %s", damages[i]);
        assert_int_equal(sqlite3_exec(store->db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(store_subscriber_get(store, supi_1, &arena, &out), STORE_FAILED);
    }
    store_close(store);
}

static void leading_zeros_of_an_imsi_count(void **state)
{
    (void)state;
    struct store *store = open_store(":memory:");
    struct store_subscriber in = sample_subscriber(&arena, 1), out;
    strcpy(in.supi, "imsi-001010000000001");
    assert_int_equal(store_subscriber_add(store, &in), STORE_OK);
    assert_int_equal(store_subscriber_get(store, "001010000000001", &arena, &out), STORE_OK);
    assert_string_equal(out.supi, in.supi);
    assert_int_equal(store_subscriber_get(store, "1010000000001", &arena, &out), STORE_NOT_FOUND);
    assert_int_equal(store_subscriber_get(store, "imsi-x", &arena, &out), STORE_NOT_FOUND);
    store_close(store);
}

static void the_database_is_for_its_owner_alone(void **state)
{
    (void)state;
    struct stat status;
    store_close(open_store(path));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_sequence_number_only_rises(void **state)
{
    (void)state;
    struct store *store = open_store(":memory:");
    struct store_subscriber in = sample_subscriber(&arena, 1), out;
    assert_int_equal(store_sqn_put(store, supi_1, 5), STORE_NOT_FOUND);
    assert_int_equal(store_subscriber_add(store, &in), STORE_OK);
    assert_int_equal(store_sqn_put(store, supi_1, 64), STORE_OK);
    assert_int_equal(store_sqn_put(store, supi_1, 32), STORE_OK);
    assert_int_equal(store_subscriber_get(store, supi_1, &arena, &out), STORE_OK);
    assert_int_equal(out.sqn, 64);
    store_close(store);
}

static void what_is_not_committed_is_gone_after_a_kill(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct store *store = open_store(path);
        if (store_ue_put(store, supi_1, 7, blob_a) || store_commit(store) ||
            store_ue_put(store, supi_1, 8, blob_b))
            _exit(1);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    struct store *store = open_store(path);
    uint32_t tmsi;
    struct bytes blob;
    assert_int_equal(store_ue_find(store, supi_1, &tmsi, &blob), STORE_OK);
    assert_int_equal(tmsi, 7);
    assert_true(bytes_equal(blob, blob_a));
    store_close(store);
}

static bool add_tmsi(void *context, const char *supi, uint32_t tmsi, struct bytes blob)
{
    (void)supi, (void)blob;
    *(uint64_t *)context += tmsi;
    return true;
}

static void every_phone_is_loaded_with_its_tmsi(void **state)
{
    (void)state;
    struct store *store = open_store(":memory:");
    uint64_t sum = 0;
    assert_int_equal(store_ue_put(store, supi_1, 1, blob_a), STORE_OK);
    assert_int_equal(store_ue_put(store, supi_1, 0xfffffff0, blob_a), STORE_OK);
    assert_int_equal(store_ue_put(store, supi_2, 0, blob_b), STORE_OK);
    assert_int_equal(store_ue_put(store, "imsi-1", 0, blob_b), STORE_NOT_FOUND);
    assert_int_equal(store_ue_each(store, add_tmsi, &sum), STORE_OK);
    assert_true(sum == 0xfffffff0);
    store_close(store);
}

static bool count_sessions(void *context, const char *supi, uint8_t psi, struct bytes blob)
{
    (void)supi, (void)psi, (void)blob;
    ++*(unsigned *)context;
    return true;
}

static unsigned sessions_of(struct store *store, const char *supi)
{
    unsigned count = 0;
    assert_int_equal(store_session_each(store, supi, count_sessions, &count), STORE_OK);
    return count;
}

static void a_removed_phone_takes_its_sessions_along(void **state)
{
    (void)state;
    struct store *store = open_store(":memory:");
    store_ue_put(store, supi_1, 1, blob_a);
    store_session_put(store, supi_1, 1, blob_a);
    store_session_put(store, supi_1, 2, blob_b);
    store_session_put(store, supi_2, 1, blob_b);
    assert_int_equal(sessions_of(store, NULL), 3);
    assert_int_equal(sessions_of(store, supi_1), 2);
    assert_int_equal(store_session_remove(store, supi_1, 2), STORE_OK);
    assert_int_equal(store_session_remove(store, supi_1, 9), STORE_OK);
    assert_int_equal(sessions_of(store, supi_1), 1);
    assert_int_equal(store_ue_remove(store, supi_1), STORE_OK);
    assert_int_equal(sessions_of(store, supi_1), 0);
    assert_int_equal(sessions_of(store, NULL), 1);
    store_close(store);
}

static void a_fault_loses_the_batch_as_a_whole_and_the_next_one_works(void **state)
{
    (void)state;
    static const enum store_result faults[] = {STORE_FULL, STORE_BUSY, STORE_CORRUPT, STORE_FAILED};
    struct store *store = open_store(path);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        store_inject(store, faults[i], 1);
        assert_int_equal(store_session_put(store, supi_1, 1, blob_a), STORE_OK);
        assert_int_equal(store_session_put(store, supi_1, 2, blob_a), faults[i]);
        assert_int_equal(store_session_put(store, supi_1, 3, blob_a), faults[i]);
        assert_int_equal(sessions_of(store, NULL), 0);
        assert_int_equal(store_commit(store), faults[i]);
    }
    store_inject(store, STORE_FULL, 1);
    assert_int_equal(store_session_put(store, supi_1, 1, blob_a), STORE_OK);
    assert_int_equal(store_commit(store), STORE_FULL);
    assert_int_equal(sessions_of(store, NULL), 0);
    assert_int_equal(store_session_put(store, supi_1, 1, blob_a), STORE_OK);
    assert_int_equal(store_commit(store), STORE_OK);
    assert_int_equal(sessions_of(store, NULL), 1);
    store_close(store);
}

static void a_database_held_by_another_is_busy(void **state)
{
    (void)state;
    struct store *store = open_store(path);
    sqlite3 *other;
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_session_put(store, supi_1, 1, blob_a), STORE_BUSY);
    assert_int_equal(store_commit(store), STORE_BUSY);
    sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
    assert_int_equal(store_session_put(store, supi_1, 1, blob_a), STORE_OK);
    assert_int_equal(store_commit(store), STORE_OK);
    sqlite3_close(other);
    store_close(store);
}

static void a_full_database_refuses_and_lives(void **state)
{
    (void)state;
    static uint8_t large[100000];
    struct store *store = open_store(path);
    struct bytes blob = {large, sizeof large};
    assert_int_equal(store_session_put(store, supi_1, 1, blob_a), STORE_OK);
    assert_int_equal(store_commit(store), STORE_OK);
    store_close(store);
    store = open_store(path);
    sqlite3_exec(store->db, "PRAGMA max_page_count = 20", NULL, NULL, NULL);
    assert_int_equal(store_session_put(store, supi_1, 2, blob), STORE_FULL);
    assert_int_equal(store_commit(store), STORE_FULL);
    assert_int_equal(sessions_of(store, NULL), 1);
    assert_int_equal(store_session_put(store, supi_1, 2, blob_b), STORE_OK);
    assert_int_equal(store_commit(store), STORE_OK);
    store_close(store);
}

static void what_is_no_database_is_named(void **state)
{
    (void)state;
    enum store_result result;
    const char *why;
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("not a database\n", file);
    fclose(file);
    assert_null(store_open((struct store_settings){.path = path}, &result, &why));
    assert_int_equal(result, STORE_CORRUPT);
    assert_non_null(strstr(why, path));
    assert_null(store_open((struct store_settings){.path = "/nowhere/at/all/demarc.db"}, &result, &why));
    assert_int_equal(result, STORE_FAILED);
    assert_non_null(strstr(why, "No such file"));
}

static void a_newer_schema_is_not_touched(void **state)
{
    (void)state;
    enum store_result result;
    const char *why;
    sqlite3 *db;
    store_close(open_store(path));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 1000", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_null(store_open((struct store_settings){.path = path}, &result, &why));
    assert_int_equal(result, STORE_CORRUPT);
}

static void note(void *context, const char *supi, enum store_change change)
{
    char *notes = context;
    snprintf(notes + strlen(notes), 100, "%s:%c ", supi + 17, "ACR"[change]);
}

static void every_change_is_told(void **state)
{
    (void)state;
    char notes[400] = "";
    struct store *store = open_store(":memory:");
    struct store_subscriber one = sample_subscriber(&arena, 1), two = sample_subscriber(&arena, 2);
    store_on_change(store, note, notes);
    store_subscriber_add(store, &one);
    store_subscriber_put(store, &one);
    store_subscriber_put(store, &two);
    store_sqn_put(store, one.supi, 32);
    store_subscriber_remove(store, one.supi);
    assert_int_equal(store_subscriber_remove(store, one.supi), STORE_NOT_FOUND);
    assert_string_equal(notes, "001:A 001:C 002:A 001:R ");
    store_close(store);
}

static void small_facts_are_kept(void **state)
{
    (void)state;
    struct store *store = open_store(":memory:");
    int64_t value;
    assert_int_equal(store_meta_get(store, "restarts", &value), STORE_NOT_FOUND);
    assert_int_equal(store_meta_put(store, "restarts", 1), STORE_OK);
    assert_int_equal(store_meta_put(store, "restarts", 2), STORE_OK);
    assert_int_equal(store_meta_get(store, "restarts", &value), STORE_OK);
    assert_int_equal(value, 2);
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void a_database_of_the_first_version_has_tuak_s_usual_sizes(void **state)
{
    (void)state;
    struct store *store = open_store(path);
    struct store_subscriber in = sample_subscriber(&arena, 1), out;
    in.tuak.res_size = 16;
    assert_int_equal(store_subscriber_add(store, &in), STORE_OK);
    assert_int_equal(store_commit(store), STORE_OK);
    assert_int_equal(
        sqlite3_exec(store->db,
                     "ALTER TABLE subscriber DROP COLUMN tuak; DROP TABLE fence; DROP TABLE rest;"
                     "DROP TABLE bar; DROP TABLE barred_phone;"
                     "DROP TABLE traffic_end; DROP TABLE traffic_slot; DROP TABLE traffic_reading;"
                     "DROP TABLE traffic_plane; DROP TABLE traffic_gap; DROP TABLE share;"
                     "DROP TABLE framed_route;"
                     "PRAGMA user_version = 1",
                     NULL, NULL, NULL),
        SQLITE_OK);
    store_close(store);
    store = open_store(path);
    assert_int_equal(store_subscriber_get(store, supi_1, &arena, &out), STORE_OK);
    assert_memory_equal(out.k, in.k, 16);
    assert_int_equal(out.tuak.res_size, 8);
    assert_int_equal(out.tuak.ck_size, 16);
    assert_int_equal(out.tuak.ik_size, 16);
    assert_int_equal(out.tuak.keccak_iterations, 1);
    store_close(store);
}

/* A row that fills a page, so that the log grows by more than that. */
static void put_large_row(struct store *store, unsigned number)
{
    static const uint8_t row[4000];
    char supi[STORE_SUPI_BYTES];
    snprintf(supi, sizeof supi, "imsi-99970%010u", number);
    assert_int_equal(store_ue_put(store, supi, number, BYTES(row)), STORE_OK);
}

static void a_long_log_is_moved_beside_the_writer_and_begins_anew(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    struct store *store = open_store(path);
    char log[160];
    struct stat database = {0}, before, after;
    snprintf(log, sizeof log, "%s-wal", path);
    for (unsigned i = 0; i < ROWS; i++) {
        put_large_row(store, i);
        if (i % 100 == 99)
            assert_int_equal(store_commit(store), STORE_OK);
    }
    for (unsigned tries = 0; tries < 1000 && database.st_size < ROWS * 4096; tries++) {
        usleep(10000);
        put_large_row(store, ROWS + tries);
        assert_int_equal(store_commit(store), STORE_OK);
        assert_int_equal(stat(path, &database), 0);
    }
    assert_true(database.st_size >= ROWS * 4096);
    assert_int_equal(stat(log, &before), 0);
    for (unsigned i = 0; i < ROWS / 2; i++)
        put_large_row(store, i);
    assert_int_equal(store_commit(store), STORE_OK);
    assert_int_equal(stat(log, &after), 0);
    assert_int_equal(after.st_size, before.st_size);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_subscriber_survives_reopening),
        TEST(slices_are_kept_whole),
        TEST(a_damaged_row_is_refused),
        TEST(leading_zeros_of_an_imsi_count),
        TEST(the_database_is_for_its_owner_alone),
        TEST(a_sequence_number_only_rises),
        TEST(what_is_not_committed_is_gone_after_a_kill),
        TEST(every_phone_is_loaded_with_its_tmsi),
        TEST(a_removed_phone_takes_its_sessions_along),
        TEST(a_fault_loses_the_batch_as_a_whole_and_the_next_one_works),
        TEST(a_database_held_by_another_is_busy),
        TEST(a_full_database_refuses_and_lives),
        TEST(what_is_no_database_is_named),
        TEST(a_newer_schema_is_not_touched),
        TEST(every_change_is_told),
        TEST(small_facts_are_kept),
        TEST(a_database_of_the_first_version_has_tuak_s_usual_sizes),
        TEST(a_long_log_is_moved_beside_the_writer_and_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
