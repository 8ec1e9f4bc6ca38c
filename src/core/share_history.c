/* SPDX-License-Identifier: Apache-2.0 */
#include "core/share_history.h"

#include <stdlib.h>

#include "admin/admin.h"
#include "core/traffic.h"
#include "line/ledger.h"
#include "store/store.h"

enum { HOURS_KEPT = 396 * 24 };

static const int64_t HOUR = SECONDS(3600);

struct share_history {
    struct core *core;
    struct row row;
    struct store_share last; /* to be written, or written */
};

static bool write_hour(struct core *core, struct row *row)
{
    const struct share_history *history =
        (const struct share_history *)((char *)row - offsetof(struct share_history, row));
    return store_share_put(core->store, &history->last) == STORE_OK &&
           store_shares_keep(core->store, HOURS_KEPT) == STORE_OK;
}

struct share_history *share_history_new(struct core *core)
{
    struct share_history *history = calloc(1, sizeof *history);
    if (!history)
        return NULL;
    history->core = core;
    history->row.write = write_hour;
    return history;
}

void share_history_free(struct share_history *history)
{
    if (history)
        core_clean(history->core, &history->row);
    free(history);
}

void share_history_look(struct core *core)
{
    struct share_history *history = core->share_history;
    const int64_t hour = core_wall(core) / HOUR;
    const struct ledger_counts *counts = ledger_counts(core->ledger);
    struct line_measured measured = {0};
    if (hour == history->last.hour)
        return;
    traffic_measure(core, &measured);
    if (!measured.traffic_known)
        return;
    history->last = (struct store_share){.hour = hour,
                                         .sites = counts->sites,
                                         .high_risk_sites = counts->high_risk_sites,
                                         .octets = measured.bytes,
                                         .high_risk_octets = measured.high_risk_bytes};
    core_dirty(core, &history->row);
}

/* --- for people --- */

static void add(void *context, const struct store_share *share)
{
    json_array_append_new(context,
                          json_pack("{s:I, s:I, s:I, s:I, s:I}", "time", (json_int_t)share->hour * 3600,
                                    "sites", (json_int_t)share->sites, "high_risk_sites",
                                    (json_int_t)share->high_risk_sites, "octets", (json_int_t)share->octets,
                                    "high_risk_octets", (json_int_t)share->high_risk_octets));
}

json_t *share_history_reply(const struct core *core, const json_t *request)
{
    const char *after = json_string_value(json_object_get(request, "after"));
    const int64_t hour = after ? strtoll(after, NULL, 10) : -1;
    json_t *items = json_array();
    if (store_share_each(core->store, hour, ADMIN_PAGE, add, items) != STORE_OK) {
        json_decref(items);
        return admin_refuse("the store cannot be read");
    }
    const size_t count = json_array_size(items);
    const json_int_t last =
        count ? json_integer_value(json_object_get(json_array_get(items, count - 1), "time")) / 3600 : 0;
    json_t *reply = json_pack("{s:o}", "items", items);
    if (count == ADMIN_PAGE)
        json_object_set_new(reply, "more", json_sprintf("%lld", (long long)last));
    return reply;
}
