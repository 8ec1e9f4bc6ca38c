/* SPDX-License-Identifier: Apache-2.0 */
/* Which gNBs are fenced. */
#include "store/database.h"

enum store_result store_fence_put(struct store *store, const char *gnb, int64_t until, const char *reason)
{
    sqlite3_stmt *statement = store_statement(store, SQL_FENCE_PUT);
    if (statement) {
        sqlite3_bind_text(statement, 1, gnb, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, until);
        sqlite3_bind_text(statement, 3, reason, -1, SQLITE_STATIC);
    }
    return store_write(store, statement);
}

enum store_result store_fence_remove(struct store *store, const char *gnb)
{
    sqlite3_stmt *statement = store_statement(store, SQL_FENCE_REMOVE);
    if (statement)
        sqlite3_bind_text(statement, 1, gnb, -1, SQLITE_STATIC);
    return store_write(store, statement);
}

enum store_result store_fence_each(struct store *store,
                                   void (*visit)(void *context, const char *gnb, int64_t until,
                                                 const char *reason),
                                   void *context)
{
    sqlite3_stmt *statement = store_statement(store, SQL_FENCE_EACH);
    enum store_result result;
    while ((result = store_row(store, statement)) == STORE_OK)
        visit(context, (const char *)sqlite3_column_text(statement, 0), sqlite3_column_int64(statement, 1),
              (const char *)sqlite3_column_text(statement, 2));
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}
