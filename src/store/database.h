/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share: the connection, its statements, the batch. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <sqlite3.h>

#include "store/store.h"

enum statement {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_PART_BEGIN,
    SQL_PART_UNDO,
    SQL_PART_END,
    SQL_SUBSCRIBER_GET,
    SQL_SUBSCRIBER_ADD,
    SQL_SUBSCRIBER_PUT,
    SQL_SUBSCRIBER_REMOVE,
    SQL_SUBSCRIBER_COUNT,
    SQL_SUBSCRIBER_EACH,
    SQL_SQN_PUT,
    SQL_ROUTE_BELOW,
    SQL_ROUTE_ABOVE,
    SQL_ROUTE_PUT,
    SQL_ROUTES_REMOVE,
    SQL_UE_PUT,
    SQL_UE_REMOVE,
    SQL_UE_EACH,
    SQL_UE_FIND,
    SQL_SESSION_PUT,
    SQL_SESSION_REMOVE,
    SQL_SESSIONS_REMOVE,
    SQL_SESSION_EACH,
    SQL_META_GET,
    SQL_META_PUT,
    SQL_FENCE_PUT,
    SQL_FENCE_REMOVE,
    SQL_FENCE_EACH,
    SQL_REST_PUT,
    SQL_REST_END,
    SQL_REST_EACH,
    SQL_BAR_PUT,
    SQL_BAR_EACH,
    SQL_BARRED_PHONE_PUT,
    SQL_BARRED_PHONES_REMOVE,
    SQL_BARRED_PHONE_EACH,
    SQL_TRAFFIC_END_PUT,
    SQL_TRAFFIC_END_EACH,
    SQL_TRAFFIC_SLOT_PUT,
    SQL_TRAFFIC_SLOT_EACH,
    SQL_TRAFFIC_SLOT_END,
    SQL_TRAFFIC_READING_PUT,
    SQL_TRAFFIC_READING_EACH,
    SQL_TRAFFIC_PLANE_PUT,
    SQL_TRAFFIC_PLANE_EACH,
    SQL_TRAFFIC_GAP_PUT,
    SQL_TRAFFIC_GAP_EACH,
    SQL_TRAFFIC_GAP_END,
    SQL_SHARE_PUT,
    SQL_SHARES_KEEP,
    SQL_SHARE_EACH,
    STATEMENT_COUNT
};

struct checkpointer;

struct told {
    char supi[STORE_SUPI_BYTES];
    enum store_change change;
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT]; /* prepared at first use */
    bool in_batch, has_writes;
    enum store_result broken; /* why the present batch is lost; STORE_OK: it is not */
    struct checkpointer *checkpointer;
    struct arena scratch; /* what a find lends out */
    void (*changed)(void *context, const char *supi, enum store_change change);
    void *changed_context;
    bool in_part;
    struct told *told; /* in the part: what is said at its end */
    size_t told_count, told_room;
    enum store_result injected;
    unsigned injected_after;
};

/* Reset and ready to bind; NULL: no memory or a damaged database (store_failure tells). */
sqlite3_stmt *store_statement(struct store *store, enum statement which);

/* The connection's last error. */
enum store_result store_failure(const struct store *store);

/* Runs a statement about transactions. */
enum store_result store_control(struct store *store, enum statement which);

/* Tells the owner of a change, or notes it until the part ends. False: out of memory. */
bool store_tell(struct store *store, const char *supi, enum store_change change);

/* Begins the batch if need be and runs a statement that returns no rows. statement may be NULL (then it
 * failed). */
enum store_result store_write(struct store *store, sqlite3_stmt *statement);

/* The next row: STORE_OK, STORE_NOT_FOUND when there is none, or an error; the statement is reset unless
 * there is a row. */
enum store_result store_row(struct store *store, sqlite3_stmt *statement);

/* Creates or migrates the tables. STORE_CORRUPT also for those of a newer program. */
enum store_result store_migrate(sqlite3 *db);

/* SUPIs are kept as integers, "1" before the IMSI's digits so that leading zeros count. 0: no SUPI. */
int64_t store_supi_key(const char *supi);
void store_supi_text(int64_t key, char supi[STORE_SUPI_BYTES]);

/* The networks behind his phones (routes.c). STORE_TAKEN: another subscriber has some of their addresses. */
enum store_result store_routes_check(struct store *store, const struct store_subscriber *subscriber);
/* All of them, instead of those that he had. */
enum store_result store_routes_put(struct store *store, const struct store_subscriber *subscriber);

/* A subscriber's slices as bytes (profile.c): to be freed, NULL without memory; and back, false for what is none. */
uint8_t *store_profile_write(const struct store_subscriber *subscriber, size_t *length);
bool store_profile_read(struct bytes profile, struct arena *arena, struct store_subscriber *subscriber);

/* Moves the log into the database beside the writer, so that no batch waits for the disk. NULL: no memory or
 * threads. */
struct checkpointer *checkpointer_new(sqlite3 *db, const char *path);
void checkpointer_free(struct checkpointer *checkpointer);

#endif
