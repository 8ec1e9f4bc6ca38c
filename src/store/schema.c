/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, and the way there from each earlier version. */
#include "store/database.h"

/* Step i leads from user_version i to i + 1. Steps that were released never change. */
static const char *const steps[] = {
    "CREATE TABLE subscriber ("
    " supi INTEGER PRIMARY KEY," /* store_supi_key */
    " algorithm INTEGER NOT NULL, k BLOB NOT NULL, op BLOB NOT NULL, op_is_derived INTEGER NOT NULL,"
    " amf INTEGER NOT NULL, sqn INTEGER NOT NULL, barred INTEGER NOT NULL,"
    " ambr_uplink INTEGER NOT NULL, ambr_downlink INTEGER NOT NULL,"
    " slices BLOB NOT NULL," /* profile.c */
    " name TEXT NOT NULL);"
    "CREATE TABLE ue_context (supi INTEGER PRIMARY KEY, tmsi INTEGER, context BLOB NOT NULL);"
    "CREATE TABLE session_context (supi INTEGER, psi INTEGER, context BLOB NOT NULL, PRIMARY KEY (supi, "
    "psi)) WITHOUT ROWID;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;",
    /* struct store_tuak */
    "ALTER TABLE subscriber ADD COLUMN tuak BLOB NOT NULL DEFAULT x'08101001';",
    /* gnb: as config_gnb_id_text writes it; until: wall clock, nanoseconds */
    "CREATE TABLE fence (gnb TEXT PRIMARY KEY, until INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;",
    /* until: wall clock, nanoseconds */
    "CREATE TABLE rest (network TEXT, address BLOB, supi TEXT NOT NULL, until INTEGER NOT NULL,"
    " PRIMARY KEY (network, address)) WITHOUT ROWID;"
    "CREATE INDEX rest_until ON rest (until);",
    /* struct store_bar: wall clock, nanoseconds; phone: core/amf/drill.c */
    "CREATE TABLE bar (vendor TEXT PRIMARY KEY, drill INTEGER NOT NULL, since INTEGER NOT NULL,"
    " until INTEGER NOT NULL, cleared INTEGER NOT NULL, ended INTEGER NOT NULL, by_whom TEXT NOT NULL,"
    " reason TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE barred_phone (vendor TEXT, supi TEXT, phone BLOB NOT NULL, PRIMARY KEY (vendor, supi))"
    " WITHOUT ROWID;",
    /* store_traffic_each: times are the window's own, nanoseconds */
    "CREATE TABLE traffic_end (address BLOB PRIMARY KEY, gnb TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE traffic_slot (length INTEGER, end INTEGER, address BLOB, uplink INTEGER NOT NULL,"
    " downlink INTEGER NOT NULL, PRIMARY KEY (length, end, address)) WITHOUT ROWID;"
    "CREATE TABLE traffic_reading (plane TEXT, address BLOB, instance INTEGER NOT NULL,"
    " uplink INTEGER NOT NULL, downlink INTEGER NOT NULL, PRIMARY KEY (plane, address)) WITHOUT ROWID;"
    "CREATE TABLE traffic_plane (plane TEXT PRIMARY KEY, instance INTEGER NOT NULL, heard INTEGER NOT NULL,"
    " ended INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE traffic_gap (end INTEGER PRIMARY KEY, length INTEGER NOT NULL);",
    /* struct store_share; hour: of the wall clock, since 1970 */
    "CREATE TABLE share (hour INTEGER PRIMARY KEY,"
    " sites INTEGER NOT NULL, high_risk_sites INTEGER NOT NULL,"
    " octets INTEGER NOT NULL, high_risk_octets INTEGER NOT NULL);",
    /* Networks behind phones (routes.c): no address is behind two subscribers' of one data network. */
    "CREATE TABLE framed_route (dnn TEXT COLLATE NOCASE, first BLOB, last BLOB, supi INTEGER,"
    " PRIMARY KEY (dnn, first, supi)) WITHOUT ROWID;"
    "CREATE INDEX framed_route_last ON framed_route (dnn, last);"
    "CREATE INDEX framed_route_supi ON framed_route (supi);",
};

enum { VERSION = sizeof steps / sizeof steps[0] };

static int version_of(sqlite3 *db, int *version)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement) == SQLITE_ROW ? SQLITE_OK : sqlite3_errcode(db);
    if (rc == SQLITE_OK)
        *version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return rc;
}

/* One transaction a step, so that a crash leaves a whole version. */
static int take_step(sqlite3 *db, int from)
{
    char *sql =
        sqlite3_mprintf("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT", steps[from], from + 1);
    int rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return rc;
}

enum store_result store_migrate(sqlite3 *db)
{
    struct store probe = {.db = db};
    int version = 0;
    for (;;) {
        if (version_of(db, &version) != SQLITE_OK)
            return store_failure(&probe);
        if (version == VERSION)
            return STORE_OK;
        if (version > VERSION || version < 0)
            return STORE_CORRUPT;
        if (take_step(db, version) != SQLITE_OK) {
            enum store_result result = store_failure(&probe);
            sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
            return result;
        }
    }
}
