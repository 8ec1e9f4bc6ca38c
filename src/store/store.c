/* SPDX-License-Identifier: Apache-2.0 */
/* The connection: opening, statements, the batch, and what its errors mean. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/database.h"

static const char route_below[] = "SELECT last >= ?2, supi FROM framed_route WHERE dnn = ?1 AND first <= ?3"
                                  " AND supi <> ?4 ORDER BY first DESC LIMIT 1";
static const char route_above[] = "SELECT first <= ?3, supi FROM framed_route WHERE dnn = ?1 AND last >= ?2"
                                  " AND supi <> ?4 ORDER BY last LIMIT 1";

static const char *const statement_text[STATEMENT_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_PART_BEGIN] = "SAVEPOINT part",
    [SQL_PART_UNDO] = "ROLLBACK TO part",
    [SQL_PART_END] = "RELEASE part",
    [SQL_SUBSCRIBER_GET] = "SELECT * FROM subscriber WHERE supi = ?",
    [SQL_SUBSCRIBER_ADD] = "INSERT INTO subscriber VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_SUBSCRIBER_PUT] = "REPLACE INTO subscriber VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_SUBSCRIBER_REMOVE] = "DELETE FROM subscriber WHERE supi = ?",
    [SQL_SUBSCRIBER_COUNT] = "SELECT count(*) FROM subscriber",
    [SQL_SUBSCRIBER_EACH] = "SELECT * FROM subscriber WHERE supi > ? ORDER BY supi",
    [SQL_SQN_PUT] = "UPDATE subscriber SET sqn = max(sqn, ?2) WHERE supi = ?1",
    [SQL_ROUTE_BELOW] = route_below,
    [SQL_ROUTE_ABOVE] = route_above,
    [SQL_ROUTE_PUT] = "REPLACE INTO framed_route VALUES (?, ?, ?, ?)",
    [SQL_ROUTES_REMOVE] = "DELETE FROM framed_route WHERE supi = ?",
    [SQL_UE_PUT] =
        "INSERT INTO ue_context VALUES (?1, ?2, ?3) ON CONFLICT (supi) DO UPDATE SET tmsi = ?2, context = ?3",
    [SQL_UE_REMOVE] = "DELETE FROM ue_context WHERE supi = ?",
    [SQL_UE_EACH] = "SELECT supi, tmsi, context FROM ue_context ORDER BY supi",
    [SQL_UE_FIND] = "SELECT supi, tmsi, context FROM ue_context WHERE supi = ?",
    [SQL_SESSION_PUT] = "REPLACE INTO session_context VALUES (?, ?, ?)",
    [SQL_SESSION_REMOVE] = "DELETE FROM session_context WHERE supi = ? AND psi = ?",
    [SQL_SESSIONS_REMOVE] = "DELETE FROM session_context WHERE supi = ?",
    [SQL_SESSION_EACH] =
        "SELECT supi, psi, context FROM session_context WHERE supi BETWEEN ? AND ? ORDER BY supi, psi",
    [SQL_META_GET] = "SELECT value FROM meta WHERE name = ?",
    [SQL_META_PUT] = "REPLACE INTO meta VALUES (?, ?)",
    [SQL_FENCE_PUT] = "REPLACE INTO fence VALUES (?, ?, ?)",
    [SQL_FENCE_REMOVE] = "DELETE FROM fence WHERE gnb = ?",
    [SQL_FENCE_EACH] = "SELECT gnb, until, reason FROM fence ORDER BY gnb",
    [SQL_REST_PUT] = "REPLACE INTO rest VALUES (?, ?, ?, ?)",
    [SQL_REST_END] = "DELETE FROM rest WHERE until <= ?",
    [SQL_REST_EACH] = "SELECT network, address, supi, until FROM rest ORDER BY until",
    [SQL_BAR_PUT] = "REPLACE INTO bar VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_BAR_EACH] =
        "SELECT vendor, drill, since, until, cleared, ended, by_whom, reason FROM bar ORDER BY vendor",
    [SQL_BARRED_PHONE_PUT] = "REPLACE INTO barred_phone VALUES (?, ?, ?)",
    [SQL_BARRED_PHONES_REMOVE] = "DELETE FROM barred_phone WHERE vendor = ?",
    [SQL_BARRED_PHONE_EACH] = "SELECT vendor, supi, phone FROM barred_phone ORDER BY vendor, supi",
    [SQL_TRAFFIC_END_PUT] = "REPLACE INTO traffic_end VALUES (?, ?)",
    [SQL_TRAFFIC_END_EACH] = "SELECT address, gnb FROM traffic_end",
    [SQL_TRAFFIC_SLOT_PUT] = "REPLACE INTO traffic_slot VALUES (?, ?, ?, ?, ?)",
    [SQL_TRAFFIC_SLOT_EACH] = "SELECT length, end, address, uplink, downlink FROM traffic_slot ORDER BY end",
    [SQL_TRAFFIC_SLOT_END] = "DELETE FROM traffic_slot WHERE length <> ?1 OR end <= ?2",
    [SQL_TRAFFIC_READING_PUT] = "REPLACE INTO traffic_reading VALUES (?, ?, ?, ?, ?)",
    [SQL_TRAFFIC_READING_EACH] = "SELECT plane, address, instance, uplink, downlink FROM traffic_reading",
    [SQL_TRAFFIC_PLANE_PUT] = "REPLACE INTO traffic_plane VALUES (?, ?, ?, ?)",
    [SQL_TRAFFIC_PLANE_EACH] = "SELECT plane, instance, heard, ended FROM traffic_plane",
    [SQL_TRAFFIC_GAP_PUT] = "REPLACE INTO traffic_gap VALUES (?, ?)",
    [SQL_TRAFFIC_GAP_EACH] = "SELECT end, length FROM traffic_gap ORDER BY end",
    [SQL_TRAFFIC_GAP_END] = "DELETE FROM traffic_gap",
    [SQL_SHARE_PUT] = "INSERT OR IGNORE INTO share VALUES (?, ?, ?, ?, ?)",
    [SQL_SHARES_KEEP] =
        "DELETE FROM share WHERE hour <= (SELECT hour FROM share ORDER BY hour DESC LIMIT 1 OFFSET ?)",
    [SQL_SHARE_EACH] = "SELECT * FROM share WHERE hour > ? ORDER BY hour LIMIT ?",
};

const char *store_result_text(enum store_result result)
{
    static const char *const texts[] = {
        [STORE_OK] = "done",
        [STORE_NOT_FOUND] = "not found",
        [STORE_EXISTS] = "there is one already",
        [STORE_TAKEN] = "a framed route has addresses of another subscriber's in the same data network",
        [STORE_BUSY] = "the database is held by another process",
        [STORE_FULL] = "no space left for the database",
        [STORE_CORRUPT] = "the database is damaged or of a newer version",
        [STORE_FAILED] = "the database cannot be read or written",
    };
    return texts[result];
}

enum store_result store_failure(const struct store *store)
{
    int error = sqlite3_system_errno(store->db);
    switch (sqlite3_extended_errcode(store->db)) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return STORE_EXISTS;
    case SQLITE_IOERR_WRITE:
        return error == EFBIG || error == EDQUOT || error == ENOSPC ? STORE_FULL : STORE_FAILED;
    }
    switch (sqlite3_errcode(store->db) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_BUSY;
    case SQLITE_FULL:
        return STORE_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STORE_CORRUPT;
    default:
        return STORE_FAILED;
    }
}

sqlite3_stmt *store_statement(struct store *store, enum statement which)
{
    sqlite3_stmt **slot = &store->statements[which];
    if (!*slot && sqlite3_prepare_v3(store->db, statement_text[which], -1, SQLITE_PREPARE_PERSISTENT, slot,
                                     NULL) != SQLITE_OK)
        return NULL;
    sqlite3_reset(*slot);
    return *slot;
}

enum store_result store_control(struct store *store, enum statement which)
{
    sqlite3_stmt *statement = store_statement(store, which);
    if (!statement || sqlite3_step(statement) != SQLITE_DONE) {
        enum store_result result = store_failure(store);
        if (statement)
            sqlite3_reset(statement);
        return result;
    }
    sqlite3_reset(statement);
    return STORE_OK;
}

static void end_batch(struct store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        store_control(store, SQL_ROLLBACK);
    store->in_batch = store->has_writes = false;
}

/* The batch is lost; further writes are refused until its end. */
static enum store_result lose_batch(struct store *store, enum store_result result)
{
    end_batch(store);
    store->in_batch = true;
    store->broken = result;
    return result;
}

static bool fault_is_due(struct store *store)
{
    return store->injected != STORE_OK && store->injected_after-- == 0;
}

static enum store_result take_injected(struct store *store)
{
    enum store_result result = store->injected;
    store->injected = STORE_OK;
    return lose_batch(store, result);
}

enum store_result store_begin(struct store *store)
{
    if (store->in_batch)
        return store->broken;
    enum store_result result = store_control(store, SQL_BEGIN);
    if (result != STORE_OK)
        return lose_batch(store, result);
    store->in_batch = true;
    return STORE_OK;
}

enum store_result store_write(struct store *store, sqlite3_stmt *statement)
{
    if (store->broken != STORE_OK)
        return store->broken;
    if (fault_is_due(store))
        return take_injected(store);
    if (!statement)
        return lose_batch(store, store_failure(store));
    enum store_result begun = store_begin(store);
    if (begun != STORE_OK)
        return begun;
    store->has_writes = true;
    int rc = sqlite3_step(statement);
    enum store_result result = rc == SQLITE_DONE ? STORE_OK : store_failure(store);
    sqlite3_reset(statement);
    if (result != STORE_OK && result != STORE_EXISTS)
        return lose_batch(store, result);
    return result;
}

enum store_result store_row(struct store *store, sqlite3_stmt *statement)
{
    int rc = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    if (rc == SQLITE_ROW)
        return STORE_OK;
    enum store_result result = rc == SQLITE_DONE ? STORE_NOT_FOUND : store_failure(store);
    if (statement)
        sqlite3_reset(statement);
    return result;
}

enum store_result store_commit(struct store *store)
{
    if (!store->in_batch)
        return STORE_OK;
    enum store_result result = store->broken;
    if (result == STORE_OK && store->has_writes && fault_is_due(store))
        result = take_injected(store);
    if (result == STORE_OK && store->has_writes)
        result = store_control(store, SQL_COMMIT);
    end_batch(store);
    store->broken = STORE_OK;
    return result;
}

void store_rollback(struct store *store)
{
    end_batch(store);
    store->broken = STORE_OK;
}

void store_inject(struct store *store, enum store_result result, unsigned after)
{
    store->injected = result;
    store->injected_after = after;
}

void store_on_change(struct store *store,
                     void (*changed)(void *context, const char *supi, enum store_change change),
                     void *context)
{
    store->changed = changed;
    store->changed_context = context;
}

/* The file is there before SQLite makes it, so that it and its log are for the owner alone: it holds keys. */
static bool make_file(const char *path)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", path);
    mkdir(dirname(copy), 0750);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

static bool set_up(struct store *store, const struct store_settings *settings)
{
    static const char *const syncs[] = {
        [CONFIG_SYNC_OFF] = "PRAGMA synchronous = OFF",
        [CONFIG_SYNC_NORMAL] = "PRAGMA synchronous = NORMAL",
        [CONFIG_SYNC_FULL] = "PRAGMA synchronous = FULL",
    };
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, settings->busy_ms);
    return sqlite3_exec(store->db,
                        "PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384",
                        NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(store->db, syncs[settings->sync], NULL, NULL, NULL) == SQLITE_OK;
}

static enum store_result prepare(struct store *store, const struct store_settings *settings)
{
    bool in_memory = strcmp(settings->path, ":memory:") == 0;
    if (!in_memory && !settings->must_exist && !make_file(settings->path))
        return STORE_FAILED;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (in_memory ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(settings->path, &store->db, flags, NULL) != SQLITE_OK || !set_up(store, settings))
        return store->db ? store_failure(store) : STORE_FAILED;
    enum store_result result = store_migrate(store->db);
    if (result == STORE_OK && !in_memory) {
        store->checkpointer = checkpointer_new(store->db, settings->path);
        result = store->checkpointer ? STORE_OK : STORE_FAILED;
    }
    return result;
}

static const char *explain(const struct store *store, const char *path, enum store_result result)
{
    static char text[512];
    static const char *const remedies[] = {
        [STORE_BUSY] = "wait, or end the process that holds it",
        [STORE_FULL] = "make room on its file system",
        [STORE_CORRUPT] = "use a newer demarc, or move the file away and import the subscribers again",
        [STORE_FAILED] = "check the path and its permissions (store.path)",
    };
    int error = store->db ? sqlite3_system_errno(store->db) : errno;
    snprintf(text, sizeof text, "%s: %s%s%s; %s", path, store_result_text(result), error ? ": " : "",
             error ? strerror(error) : "", remedies[result]);
    return text;
}

struct store *store_open(struct store_settings settings, enum store_result *result, const char **why)
{
    struct store *store = calloc(1, sizeof *store);
    if (!store) {
        *result = STORE_FAILED;
        *why = "out of memory";
        return NULL;
    }
    arena_init(&store->scratch, 0);
    *result = prepare(store, &settings);
    if (*result == STORE_OK)
        return store;
    *why = explain(store, settings.path, *result);
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    checkpointer_free(store->checkpointer);
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    free(store->told);
    arena_free(&store->scratch);
    free(store);
}

int64_t store_supi_key(const char *supi)
{
    const char *digit = strncmp(supi, "imsi-", 5) == 0 ? supi + 5 : supi;
    size_t length = strspn(digit, "0123456789");
    if (length < 5 || length > 15 || digit[length])
        return 0;
    int64_t key = 1;
    for (; *digit; digit++)
        key = key * 10 + (*digit - '0');
    return key;
}

void store_supi_text(int64_t key, char supi[STORE_SUPI_BYTES])
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, key);
    snprintf(supi, STORE_SUPI_BYTES, "imsi-%.15s", digits + 1);
}
