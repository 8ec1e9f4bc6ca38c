/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the table of subscribers. */
#include <stdlib.h>
#include <string.h>

#include "store/database.h"

/* Columns in the order of the table (schema.c). */
enum column {
    SUPI,
    ALGORITHM,
    K,
    OP,
    OP_IS_DERIVED,
    AMF,
    SQN,
    BARRED,
    AMBR_UPLINK,
    AMBR_DOWNLINK,
    SLICES,
    NAME,
    TUAK
};

/* A row's tuak column. */
enum { TUAK_BYTES = 4 };

static void bind_tuak(sqlite3_stmt *row, const struct store_tuak *tuak)
{
    const uint8_t octets[TUAK_BYTES] = {tuak->res_size, tuak->ck_size, tuak->ik_size,
                                        tuak->keccak_iterations};
    sqlite3_bind_blob(row, 1 + TUAK, octets, sizeof octets, SQLITE_TRANSIENT);
}

static void bind_row(sqlite3_stmt *row, const struct store_subscriber *s, struct bytes slices)
{
    sqlite3_bind_int64(row, 1 + SUPI, store_supi_key(s->supi));
    sqlite3_bind_int(row, 1 + ALGORITHM, s->algorithm);
    sqlite3_bind_blob(row, 1 + K, s->k, s->k_length, SQLITE_STATIC);
    sqlite3_bind_blob(row, 1 + OP, s->op, s->algorithm == STORE_TUAK ? 32 : 16, SQLITE_STATIC);
    sqlite3_bind_int(row, 1 + OP_IS_DERIVED, s->op_is_derived);
    sqlite3_bind_int(row, 1 + AMF, s->amf[0] << 8 | s->amf[1]);
    sqlite3_bind_int64(row, 1 + SQN, (sqlite3_int64)s->sqn);
    sqlite3_bind_int(row, 1 + BARRED, s->barred);
    sqlite3_bind_int64(row, 1 + AMBR_UPLINK, (sqlite3_int64)s->ambr_uplink);
    sqlite3_bind_int64(row, 1 + AMBR_DOWNLINK, (sqlite3_int64)s->ambr_downlink);
    sqlite3_bind_blob64(row, 1 + SLICES, slices.data, slices.len, SQLITE_STATIC);
    sqlite3_bind_text(row, 1 + NAME, s->name, -1, SQLITE_STATIC);
    bind_tuak(row, &s->tuak);
}

static void copy_column(sqlite3_stmt *row, enum column column, uint8_t *to, size_t most, uint8_t *length)
{
    const void *data = sqlite3_column_blob(row, column);
    size_t size = data ? (size_t)sqlite3_column_bytes(row, column) : 0;
    *length = (uint8_t)(size < most ? size : most);
    if (*length)
        memcpy(to, data, *length);
}

static bool read_tuak(sqlite3_stmt *row, struct store_tuak *tuak)
{
    uint8_t octets[TUAK_BYTES], length;
    copy_column(row, TUAK, octets, sizeof octets, &length);
    if (length == sizeof octets)
        *tuak = (struct store_tuak){octets[0], octets[1], octets[2], octets[3]};
    return length == sizeof octets && store_tuak_valid(tuak);
}

static bool read_nested(sqlite3_stmt *row, struct arena *arena, struct store_subscriber *s)
{
    const void *slices = sqlite3_column_blob(row, SLICES);
    size_t length = slices ? (size_t)sqlite3_column_bytes(row, SLICES) : 0;
    const char *name = (const char *)sqlite3_column_text(row, NAME);
    s->name = "";
    if (!store_profile_read(bytes_of(slices, length), arena, s))
        return false;
    if (!name || !*name)
        return true;
    struct bytes copy = arena_copy(arena, bytes_of(name, strlen(name) + 1));
    s->name = (const char *)copy.data;
    return copy.len != 0;
}

/* False: no memory, or somebody else wrote the row. */
static bool read_row(sqlite3_stmt *row, struct arena *arena, struct store_subscriber *s)
{
    uint8_t op_length;
    *s = (struct store_subscriber){0};
    store_supi_text(sqlite3_column_int64(row, SUPI), s->supi);
    s->algorithm = sqlite3_column_int(row, ALGORITHM) == STORE_TUAK ? STORE_TUAK : STORE_MILENAGE;
    copy_column(row, K, s->k, sizeof s->k, &s->k_length);
    copy_column(row, OP, s->op, sizeof s->op, &op_length);
    s->op_is_derived = sqlite3_column_int(row, OP_IS_DERIVED) != 0;
    s->amf[0] = (uint8_t)(sqlite3_column_int(row, AMF) >> 8);
    s->amf[1] = (uint8_t)sqlite3_column_int(row, AMF);
    s->sqn = (uint64_t)sqlite3_column_int64(row, SQN);
    s->barred = sqlite3_column_int(row, BARRED) != 0;
    s->ambr_uplink = (uint64_t)sqlite3_column_int64(row, AMBR_UPLINK);
    s->ambr_downlink = (uint64_t)sqlite3_column_int64(row, AMBR_DOWNLINK);
    return read_tuak(row, &s->tuak) && (!arena || read_nested(row, arena, s));
}

enum store_result store_subscriber_get(struct store *store, const char *supi, struct arena *arena,
                                       struct store_subscriber *subscriber)
{
    sqlite3_stmt *row = store_statement(store, SQL_SUBSCRIBER_GET);
    if (row)
        sqlite3_bind_int64(row, 1, store_supi_key(supi));
    enum store_result result = store_row(store, row);
    if (result != STORE_OK)
        return result;
    bool ok = read_row(row, arena, subscriber);
    sqlite3_reset(row);
    return ok ? STORE_OK : STORE_FAILED;
}

static bool exists(struct store *store, const char *supi)
{
    sqlite3_stmt *row = store_statement(store, SQL_SUBSCRIBER_GET);
    if (row)
        sqlite3_bind_int64(row, 1, store_supi_key(supi));
    if (store_row(store, row) != STORE_OK)
        return false;
    sqlite3_reset(row);
    return true;
}

static enum store_result write_row(struct store *store, enum statement which,
                                   const struct store_subscriber *subscriber)
{
    size_t length;
    enum store_result result = store_routes_check(store, subscriber);
    if (result != STORE_OK)
        return result;
    uint8_t *slices = store_profile_write(subscriber, &length);
    if (!slices)
        return STORE_FAILED;
    sqlite3_stmt *row = store_statement(store, which);
    if (row)
        bind_row(row, subscriber, bytes_of(slices, length));
    result = store_write(store, row);
    if (row)
        sqlite3_clear_bindings(row);
    free(slices);
    return result == STORE_OK ? store_routes_put(store, subscriber) : result;
}

enum store_result store_subscriber_add(struct store *store, const struct store_subscriber *subscriber)
{
    enum store_result result = write_row(store, SQL_SUBSCRIBER_ADD, subscriber);
    return result == STORE_OK && !store_tell(store, subscriber->supi, STORE_ADDED) ? STORE_FAILED : result;
}

enum store_result store_subscriber_put(struct store *store, const struct store_subscriber *subscriber)
{
    bool known = store->changed && exists(store, subscriber->supi);
    enum store_result result = write_row(store, SQL_SUBSCRIBER_PUT, subscriber);
    return result == STORE_OK && !store_tell(store, subscriber->supi, known ? STORE_CHANGED : STORE_ADDED)
               ? STORE_FAILED
               : result;
}

enum store_result store_subscriber_remove(struct store *store, const char *supi)
{
    sqlite3_stmt *row = store_statement(store, SQL_SUBSCRIBER_REMOVE);
    if (row)
        sqlite3_bind_int64(row, 1, store_supi_key(supi));
    enum store_result result = store_write(store, row);
    if (result != STORE_OK)
        return result;
    if (sqlite3_changes(store->db) == 0)
        return STORE_NOT_FOUND;
    result = store_routes_remove(store, supi);
    return result == STORE_OK && !store_tell(store, supi, STORE_REMOVED) ? STORE_FAILED : result;
}

enum store_result store_subscriber_count(struct store *store, uint64_t *count)
{
    sqlite3_stmt *row = store_statement(store, SQL_SUBSCRIBER_COUNT);
    enum store_result result = store_row(store, row);
    if (result == STORE_OK) {
        *count = (uint64_t)sqlite3_column_int64(row, 0);
        sqlite3_reset(row);
    }
    return result;
}

enum store_result store_sqn_put(struct store *store, const char *supi, uint64_t sqn)
{
    sqlite3_stmt *row = store_statement(store, SQL_SQN_PUT);
    if (row) {
        sqlite3_bind_int64(row, 1, store_supi_key(supi));
        sqlite3_bind_int64(row, 2, (sqlite3_int64)sqn);
    }
    enum store_result result = store_write(store, row);
    return result == STORE_OK && sqlite3_changes(store->db) == 0 ? STORE_NOT_FOUND : result;
}

enum store_result store_subscriber_each(struct store *store, const char *after,
                                        bool (*visit)(void *context,
                                                      const struct store_subscriber *subscriber),
                                        void *context)
{
    struct arena arena;
    struct store_subscriber subscriber;
    sqlite3_stmt *row = store_statement(store, SQL_SUBSCRIBER_EACH);
    enum store_result result = STORE_OK;
    bool go_on = true;
    arena_init(&arena, 0);
    if (row)
        sqlite3_bind_int64(row, 1, store_supi_key(after));
    while (go_on && (result = store_row(store, row)) == STORE_OK) {
        arena_reset(&arena);
        if (!read_row(row, &arena, &subscriber)) {
            result = STORE_FAILED;
            break;
        }
        go_on = visit(context, &subscriber);
    }
    if (row)
        sqlite3_reset(row);
    store_subscriber_wipe(&subscriber);
    arena_free(&arena);
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}
