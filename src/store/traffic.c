/* SPDX-License-Identifier: Apache-2.0 */
/* What went through gNBs, slot by slot of the window, and how far planes have told of it. */
#include "store/database.h"

static void bind_octets(sqlite3_stmt *statement, int at, struct store_octets octets)
{
    sqlite3_bind_int64(statement, at, (int64_t)octets.uplink);
    sqlite3_bind_int64(statement, at + 1, (int64_t)octets.downlink);
}

static void bind_address(sqlite3_stmt *statement, int at, struct bytes address)
{
    sqlite3_bind_blob(statement, at, address.data, (int)address.len, SQLITE_STATIC);
}

enum store_result store_traffic_end_put(struct store *store, struct bytes address, const char *gnb)
{
    sqlite3_stmt *statement = store_statement(store, SQL_TRAFFIC_END_PUT);
    if (statement) {
        bind_address(statement, 1, address);
        sqlite3_bind_text(statement, 2, gnb, -1, SQLITE_STATIC);
    }
    return store_write(store, statement);
}

static void bind_slot(sqlite3_stmt *statement, struct store_slot slot)
{
    sqlite3_bind_int64(statement, 1, slot.length);
    sqlite3_bind_int64(statement, 2, slot.end);
}

enum store_result store_traffic_slot_put(struct store *store, struct store_slot slot, struct bytes address,
                                         struct store_octets octets)
{
    sqlite3_stmt *statement = store_statement(store, SQL_TRAFFIC_SLOT_PUT);
    if (statement) {
        bind_slot(statement, slot);
        bind_address(statement, 3, address);
        bind_octets(statement, 4, octets);
    }
    return store_write(store, statement);
}

enum store_result store_traffic_reading_put(struct store *store, const char *plane, struct bytes address,
                                            int64_t instance, struct store_octets octets)
{
    sqlite3_stmt *statement = store_statement(store, SQL_TRAFFIC_READING_PUT);
    if (statement) {
        sqlite3_bind_text(statement, 1, plane, -1, SQLITE_STATIC);
        bind_address(statement, 2, address);
        sqlite3_bind_int64(statement, 3, instance);
        bind_octets(statement, 4, octets);
    }
    return store_write(store, statement);
}

enum store_result store_traffic_plane_put(struct store *store, const char *plane, int64_t instance,
                                          int64_t heard, bool ended)
{
    sqlite3_stmt *statement = store_statement(store, SQL_TRAFFIC_PLANE_PUT);
    if (statement) {
        sqlite3_bind_text(statement, 1, plane, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, instance);
        sqlite3_bind_int64(statement, 3, heard);
        sqlite3_bind_int(statement, 4, ended);
    }
    return store_write(store, statement);
}

enum store_result store_traffic_gap_put(struct store *store, int64_t end, int64_t length)
{
    sqlite3_stmt *statement = store_statement(store, SQL_TRAFFIC_GAP_PUT);
    if (statement) {
        sqlite3_bind_int64(statement, 1, end);
        sqlite3_bind_int64(statement, 2, length);
    }
    return store_write(store, statement);
}

enum store_result store_traffic_forget(struct store *store, struct store_slot slot)
{
    sqlite3_stmt *statement = store_statement(store, SQL_TRAFFIC_SLOT_END);
    if (statement)
        bind_slot(statement, slot);
    enum store_result result = store_write(store, statement);
    return result == STORE_OK ? store_write(store, store_statement(store, SQL_TRAFFIC_GAP_END)) : result;
}

/* --- reading all of it --- */

static const char *text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

static struct bytes blob_of(sqlite3_stmt *row, int column)
{
    return bytes_of(sqlite3_column_blob(row, column), (size_t)sqlite3_column_bytes(row, column));
}

static struct store_octets octets_of(sqlite3_stmt *row, int column)
{
    return (struct store_octets){(uint64_t)sqlite3_column_int64(row, column),
                                 (uint64_t)sqlite3_column_int64(row, column + 1)};
}

static void visit_plane(const struct store_traffic_visitor *to, sqlite3_stmt *row)
{
    to->plane(to->context, text_of(row, 0), sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2),
              sqlite3_column_int(row, 3) != 0);
}

static void visit_end(const struct store_traffic_visitor *to, sqlite3_stmt *row)
{
    to->end(to->context, blob_of(row, 0), text_of(row, 1));
}

static void visit_reading(const struct store_traffic_visitor *to, sqlite3_stmt *row)
{
    to->reading(to->context, text_of(row, 0), blob_of(row, 1), sqlite3_column_int64(row, 2),
                octets_of(row, 3));
}

static void visit_slot(const struct store_traffic_visitor *to, sqlite3_stmt *row)
{
    const struct store_slot slot = {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)};
    to->slot(to->context, slot, blob_of(row, 2), octets_of(row, 3));
}

static void visit_gap(const struct store_traffic_visitor *to, sqlite3_stmt *row)
{
    to->gap(to->context, sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1));
}

enum store_result store_traffic_each(struct store *store, const struct store_traffic_visitor *visitor)
{
    static const struct {
        enum statement which;
        void (*visit)(const struct store_traffic_visitor *to, sqlite3_stmt *row);
    } tables[] = {
        {SQL_TRAFFIC_PLANE_EACH, visit_plane},     {SQL_TRAFFIC_END_EACH, visit_end},
        {SQL_TRAFFIC_READING_EACH, visit_reading}, {SQL_TRAFFIC_SLOT_EACH, visit_slot},
        {SQL_TRAFFIC_GAP_EACH, visit_gap},
    };
    enum store_result result = STORE_NOT_FOUND;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && result == STORE_NOT_FOUND; i++) {
        sqlite3_stmt *statement = store_statement(store, tables[i].which);
        while ((result = store_row(store, statement)) == STORE_OK)
            tables[i].visit(visitor, statement);
    }
    return result == STORE_NOT_FOUND ? STORE_OK : result;
}
