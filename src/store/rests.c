/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that were given back a short while ago. */
#include "store/database.h"

enum store_result store_rest_put(struct store *store, const char *network, struct bytes address,
                                 const char *supi, int64_t until)
{
    sqlite3_stmt *statement = store_statement(store, SQL_REST_PUT);
    if (statement) {
        sqlite3_bind_text(statement, 1, network, -1, SQLITE_STATIC);
        sqlite3_bind_blob(statement, 2, address.data, (int)address.len, SQLITE_STATIC);
        sqlite3_bind_text(statement, 3, supi, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 4, until);
    }
    return store_write(store, statement);
}

enum store_result store_rest_end(struct store *store, int64_t now)
{
    sqlite3_stmt *statement = store_statement(store, SQL_REST_END);
    if (statement)
        sqlite3_bind_int64(statement, 1, now);
    return store_write(store, statement);
}

enum store_result store_rest_each(struct store *store,
                                  void (*visit)(void *context, const char *network, struct bytes address,
                                                const char *supi, int64_t until),
                                  void *context)
{
    sqlite3_stmt *statement = store_statement(store, SQL_REST_EACH);
    enum store_result result;
    while ((result = store_row(store, statement)) == STORE_OK)
        visit(context, (const char *)sqlite3_column_text(statement, 0),
              bytes_of(sqlite3_column_blob(statement, 1), (size_t)sqlite3_column_bytes(statement, 1)),
              (const char *)sqlite3_column_text(statement, 2), sqlite3_column_int64(statement, 3));
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}
