/* SPDX-License-Identifier: Apache-2.0 */
/* The shares of rules H1 and H2 as they were, an hour a row. */
#include "store/database.h"

enum store_result store_share_put(struct store *store, const struct store_share *share)
{
    sqlite3_stmt *statement = store_statement(store, SQL_SHARE_PUT);
    if (statement) {
        sqlite3_bind_int64(statement, 1, share->hour);
        sqlite3_bind_int64(statement, 2, share->sites);
        sqlite3_bind_int64(statement, 3, share->high_risk_sites);
        sqlite3_bind_int64(statement, 4, (int64_t)share->octets);
        sqlite3_bind_int64(statement, 5, (int64_t)share->high_risk_octets);
    }
    return store_write(store, statement);
}

enum store_result store_shares_keep(struct store *store, unsigned newest)
{
    sqlite3_stmt *statement = store_statement(store, SQL_SHARES_KEEP);
    if (statement)
        sqlite3_bind_int64(statement, 1, newest);
    return store_write(store, statement);
}

enum store_result store_share_each(struct store *store, int64_t after, unsigned most,
                                   void (*visit)(void *context, const struct store_share *share),
                                   void *context)
{
    sqlite3_stmt *statement = store_statement(store, SQL_SHARE_EACH);
    enum store_result result;
    if (statement) {
        sqlite3_bind_int64(statement, 1, after);
        sqlite3_bind_int64(statement, 2, most);
    }
    while ((result = store_row(store, statement)) == STORE_OK)
        visit(context,
              &(struct store_share){.hour = sqlite3_column_int64(statement, 0),
                                    .sites = (uint32_t)sqlite3_column_int64(statement, 1),
                                    .high_risk_sites = (uint32_t)sqlite3_column_int64(statement, 2),
                                    .octets = (uint64_t)sqlite3_column_int64(statement, 3),
                                    .high_risk_octets = (uint64_t)sqlite3_column_int64(statement, 4)});
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}
