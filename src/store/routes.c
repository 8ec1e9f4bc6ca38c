/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind phones (framed routes), beside the subscribers' rows, so that whose an address is takes one look. First and last addresses are those of 16 octets, of IPv4
 * as IPv4-mapped ones. */
#include <string.h>

#include "store/database.h"

struct range {
    uint8_t first[16], last[16];
};

static struct range range_of(const struct config_prefix *route)
{
    const bool v4 = route->family == AF_INET;
    struct range range = {0};
    if (v4)
        memset(range.first + 10, 0xff, 2);
    memcpy(range.first + (v4 ? 12 : 0), route->address, v4 ? 4 : 16);
    memcpy(range.last, range.first, sizeof range.last);
    for (unsigned bit = route->length + (v4 ? 96u : 0u); bit < 128; bit++)
        range.last[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    return range;
}

static sqlite3_stmt *bound(struct store *store, enum statement which, const char *dnn,
                           const struct range *range, int64_t supi)
{
    sqlite3_stmt *statement = store_statement(store, which);
    if (statement) {
        sqlite3_bind_text(statement, 1, dnn, -1, SQLITE_STATIC);
        sqlite3_bind_blob(statement, 2, range->first, sizeof range->first, SQLITE_STATIC);
        sqlite3_bind_blob(statement, 3, range->last, sizeof range->last, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 4, supi);
    }
    return statement;
}

static enum store_result look(struct store *store, enum statement which, const char *dnn,
                              const struct range *range, int64_t supi, int64_t *owner)
{
    sqlite3_stmt *statement = bound(store, which, dnn, range, supi);
    const enum store_result result = store_row(store, statement);
    if (result == STORE_NOT_FOUND)
        return STORE_OK;
    if (result != STORE_OK)
        return result;
    const bool taken = sqlite3_column_int(statement, 0);
    *owner = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    return taken ? STORE_TAKEN : STORE_OK;
}

static enum store_result put(struct store *store, const char *dnn, const struct range *range, int64_t supi)
{
    return store_write(store, bound(store, SQL_ROUTE_PUT, dnn, range, supi));
}

/* Routes of others share no address, so the nearest below and the nearest above tell of all. */
static enum store_result find_owner(struct store *store, const char *dnn, const struct range *range,
                                    int64_t supi, int64_t *owner)
{
    const enum store_result below = look(store, SQL_ROUTE_BELOW, dnn, range, supi, owner);
    return below == STORE_OK ? look(store, SQL_ROUTE_ABOVE, dnn, range, supi, owner) : below;
}

static enum store_result check(struct store *store, const char *dnn, const struct range *range, int64_t supi)
{
    int64_t owner;
    return find_owner(store, dnn, range, supi, &owner);
}

enum store_result store_route_look(struct store *store, const char *dnn, const struct config_prefix *route,
                                   const char *supi, char owner[STORE_SUPI_BYTES])
{
    const struct range range = range_of(route);
    int64_t key = 0;
    const enum store_result result = find_owner(store, dnn, &range, store_supi_key(supi), &key);
    if (result == STORE_TAKEN)
        store_supi_text(key, owner);
    return result;
}

static enum store_result each(struct store *store, const struct store_subscriber *subscriber,
                              enum store_result (*act)(struct store *store, const char *dnn,
                                                       const struct range *range, int64_t supi))
{
    const int64_t supi = store_supi_key(subscriber->supi);
    enum store_result result = STORE_OK;
    for (unsigned i = 0; i < subscriber->slice_count; i++)
        for (unsigned k = 0; k < subscriber->slices[i].dnn_count; k++) {
            const struct store_dnn *dnn = &subscriber->slices[i].dnns[k];
            for (unsigned n = 0; n < dnn->route_count && result == STORE_OK; n++) {
                const struct range range = range_of(&dnn->routes[n]);
                result = act(store, dnn->name, &range, supi);
            }
        }
    return result;
}

enum store_result store_routes_check(struct store *store, const struct store_subscriber *subscriber)
{
    return each(store, subscriber, check);
}

enum store_result store_routes_put(struct store *store, const struct store_subscriber *subscriber)
{
    const enum store_result result = store_routes_remove(store, subscriber->supi);
    return result == STORE_OK ? each(store, subscriber, put) : result;
}

enum store_result store_routes_remove(struct store *store, const char *supi)
{
    sqlite3_stmt *statement = store_statement(store, SQL_ROUTES_REMOVE);
    if (statement)
        sqlite3_bind_int64(statement, 1, store_supi_key(supi));
    return store_write(store, statement);
}
