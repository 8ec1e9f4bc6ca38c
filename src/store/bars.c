/* SPDX-License-Identifier: Apache-2.0 */
/* Which vendors are barred, or were last, and the phones that were sent away. */
#include "store/database.h"

enum store_result store_bar_put(struct store *store, const struct store_bar *bar)
{
    sqlite3_stmt *statement = store_statement(store, SQL_BAR_PUT);
    if (statement) {
        sqlite3_bind_text(statement, 1, bar->vendor, -1, SQLITE_STATIC);
        sqlite3_bind_int(statement, 2, bar->drill);
        sqlite3_bind_int64(statement, 3, bar->since);
        sqlite3_bind_int64(statement, 4, bar->until);
        sqlite3_bind_int64(statement, 5, bar->cleared);
        sqlite3_bind_int64(statement, 6, bar->ended);
        sqlite3_bind_text(statement, 7, bar->by, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 8, bar->reason, -1, SQLITE_STATIC);
    }
    return store_write(store, statement);
}

enum store_result store_bar_each(struct store *store,
                                 void (*visit)(void *context, const struct store_bar *bar), void *context)
{
    sqlite3_stmt *statement = store_statement(store, SQL_BAR_EACH);
    enum store_result result;
    while ((result = store_row(store, statement)) == STORE_OK)
        visit(context, &(struct store_bar){.vendor = (const char *)sqlite3_column_text(statement, 0),
                                           .drill = sqlite3_column_int(statement, 1),
                                           .since = sqlite3_column_int64(statement, 2),
                                           .until = sqlite3_column_int64(statement, 3),
                                           .cleared = sqlite3_column_int64(statement, 4),
                                           .ended = sqlite3_column_int64(statement, 5),
                                           .by = (const char *)sqlite3_column_text(statement, 6),
                                           .reason = (const char *)sqlite3_column_text(statement, 7)});
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}

enum store_result store_barred_phone_put(struct store *store, const char *vendor, const char *supi,
                                         struct bytes phone)
{
    sqlite3_stmt *statement = store_statement(store, SQL_BARRED_PHONE_PUT);
    if (statement) {
        sqlite3_bind_text(statement, 1, vendor, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, supi, -1, SQLITE_STATIC);
        sqlite3_bind_blob(statement, 3, phone.data, (int)phone.len, SQLITE_STATIC);
    }
    return store_write(store, statement);
}

enum store_result store_barred_phones_remove(struct store *store, const char *vendor)
{
    sqlite3_stmt *statement = store_statement(store, SQL_BARRED_PHONES_REMOVE);
    if (statement)
        sqlite3_bind_text(statement, 1, vendor, -1, SQLITE_STATIC);
    return store_write(store, statement);
}

enum store_result store_barred_phone_each(struct store *store,
                                          void (*visit)(void *context, const char *vendor, const char *supi,
                                                        struct bytes phone),
                                          void *context)
{
    sqlite3_stmt *statement = store_statement(store, SQL_BARRED_PHONE_EACH);
    enum store_result result;
    while ((result = store_row(store, statement)) == STORE_OK)
        visit(context, (const char *)sqlite3_column_text(statement, 0),
              (const char *)sqlite3_column_text(statement, 1),
              bytes_of(sqlite3_column_blob(statement, 2), (size_t)sqlite3_column_bytes(statement, 2)));
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}
