/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts of phones and sessions, and the core's small facts. */
#include <string.h>

#include "store/database.h"

static void bind_blob(sqlite3_stmt *statement, int index, struct bytes blob)
{
    if (blob.len)
        sqlite3_bind_blob64(statement, index, blob.data, blob.len, SQLITE_STATIC);
    else
        sqlite3_bind_zeroblob(statement, index, 0);
}

static struct bytes column_blob(sqlite3_stmt *statement, int index)
{
    const void *data = sqlite3_column_blob(statement, index);
    return bytes_of(data, data ? (size_t)sqlite3_column_bytes(statement, index) : 0);
}

enum store_result store_ue_put(struct store *store, const char *supi, uint32_t tmsi, struct bytes blob)
{
    int64_t key = store_supi_key(supi);
    if (!key)
        return STORE_NOT_FOUND;
    sqlite3_stmt *statement = store_statement(store, SQL_UE_PUT);
    if (statement) {
        sqlite3_bind_int64(statement, 1, key);
        if (tmsi)
            sqlite3_bind_int64(statement, 2, tmsi);
        else
            sqlite3_bind_null(statement, 2);
        bind_blob(statement, 3, blob);
    }
    return store_write(store, statement);
}

static enum store_result remove_rows(struct store *store, enum statement which, const char *supi)
{
    sqlite3_stmt *statement = store_statement(store, which);
    if (statement)
        sqlite3_bind_int64(statement, 1, store_supi_key(supi));
    return store_write(store, statement);
}

enum store_result store_ue_remove(struct store *store, const char *supi)
{
    enum store_result result = remove_rows(store, SQL_SESSIONS_REMOVE, supi);
    return result == STORE_OK ? remove_rows(store, SQL_UE_REMOVE, supi) : result;
}

enum store_result store_ue_each(struct store *store,
                                bool (*visit)(void *context, const char *supi, uint32_t tmsi,
                                              struct bytes blob),
                                void *context)
{
    sqlite3_stmt *statement = store_statement(store, SQL_UE_EACH);
    enum store_result result;
    char supi[STORE_SUPI_BYTES];
    while ((result = store_row(store, statement)) == STORE_OK) {
        store_supi_text(sqlite3_column_int64(statement, 0), supi);
        if (!visit(context, supi, (uint32_t)sqlite3_column_int64(statement, 1), column_blob(statement, 2)))
            break;
    }
    if (statement)
        sqlite3_reset(statement);
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}

enum store_result store_ue_find(struct store *store, const char *supi, uint32_t *tmsi, struct bytes *blob)
{
    sqlite3_stmt *statement = store_statement(store, SQL_UE_FIND);
    if (statement)
        sqlite3_bind_int64(statement, 1, store_supi_key(supi));
    enum store_result result = store_row(store, statement);
    if (result != STORE_OK)
        return result;
    struct bytes found = column_blob(statement, 2);
    arena_reset(&store->scratch);
    *blob = arena_copy(&store->scratch, found);
    *tmsi = (uint32_t)sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    return blob->len == found.len ? STORE_OK : STORE_FAILED;
}

enum store_result store_session_put(struct store *store, const char *supi, uint8_t psi, struct bytes blob)
{
    int64_t key = store_supi_key(supi);
    if (!key)
        return STORE_NOT_FOUND;
    sqlite3_stmt *statement = store_statement(store, SQL_SESSION_PUT);
    if (statement) {
        sqlite3_bind_int64(statement, 1, key);
        sqlite3_bind_int(statement, 2, psi);
        bind_blob(statement, 3, blob);
    }
    return store_write(store, statement);
}

enum store_result store_session_remove(struct store *store, const char *supi, uint8_t psi)
{
    sqlite3_stmt *statement = store_statement(store, SQL_SESSION_REMOVE);
    if (statement) {
        sqlite3_bind_int64(statement, 1, store_supi_key(supi));
        sqlite3_bind_int(statement, 2, psi);
    }
    return store_write(store, statement);
}

enum store_result store_session_each(struct store *store, const char *supi,
                                     bool (*visit)(void *context, const char *supi, uint8_t psi,
                                                   struct bytes blob),
                                     void *context)
{
    sqlite3_stmt *statement = store_statement(store, SQL_SESSION_EACH);
    if (statement) {
        sqlite3_bind_int64(statement, 1, supi ? store_supi_key(supi) : 0);
        sqlite3_bind_int64(statement, 2, supi ? store_supi_key(supi) : INT64_MAX);
    }
    enum store_result result;
    char text[STORE_SUPI_BYTES];
    while ((result = store_row(store, statement)) == STORE_OK) {
        store_supi_text(sqlite3_column_int64(statement, 0), text);
        if (!visit(context, text, (uint8_t)sqlite3_column_int(statement, 1), column_blob(statement, 2)))
            break;
    }
    if (statement)
        sqlite3_reset(statement);
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}

enum store_result store_meta_get(struct store *store, const char *name, int64_t *value)
{
    sqlite3_stmt *statement = store_statement(store, SQL_META_GET);
    if (statement)
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    enum store_result result = store_row(store, statement);
    if (result == STORE_OK) {
        *value = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    return result;
}

enum store_result store_meta_put(struct store *store, const char *name, int64_t value)
{
    sqlite3_stmt *statement = store_statement(store, SQL_META_PUT);
    if (statement) {
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, value);
    }
    return store_write(store, statement);
}
