/* SPDX-License-Identifier: Apache-2.0 */
#include "core/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "core/share_history.h"
#include "core/traffic_book.h"
#include "crypt/random.h"

#define WINDOW_BY_DEFAULT SECONDS(24 * 3600)

enum { NAMED_A_GNB = 4, ENDS_A_GNB = 8 }; /* at most, counted over all */

/* --- the window --- */

const struct config_limit *traffic_limit(const struct core *core)
{
    const struct config_profile *profile = &core->config->inventory.profile;
    for (unsigned i = 0; i < profile->limit_count; i++)
        if (profile->limits[i].rule == CONFIG_H2)
            return &profile->limits[i];
    return NULL;
}

static int64_t slot_length(const struct core *core)
{
    const struct config_limit *limit = traffic_limit(core);
    return (limit ? limit->window : WINDOW_BY_DEFAULT) / WINDOW_SLOTS;
}

uint64_t traffic_slot(const struct traffic *traffic)
{
    return (uint64_t)(traffic_now(traffic) / traffic->slot_length);
}

/* --- addresses --- */

static uint64_t key_of(const struct config_ip *address)
{
    uint64_t upper, lower;
    memcpy(&upper, address->address, sizeof upper);
    memcpy(&lower, address->address + sizeof upper, sizeof lower);
    return upper ^ lower ^ address->family;
}

/* What gNBs only name may not take the room of those whose traffic is told. */
static bool has_room(const struct traffic *traffic, unsigned most)
{
    return traffic->ends.count < (size_t)traffic->core->config->limits.gnbs * most;
}

static struct traffic_end *new_end(struct traffic *traffic, const struct config_ip *address)
{
    const uint64_t key = key_of(address);
    struct traffic_end *end = calloc(1, sizeof *end);
    char *gnb = strdup("");
    if (!end || !gnb || !has_room(traffic, ENDS_A_GNB)) {
        free(end);
        free(gnb);
        return NULL;
    }
    *end = (struct traffic_end){.next = map_get(&traffic->ends, key), .address = *address, .gnb = gnb};
    end->row.write = traffic_write_end;
    if (map_put(&traffic->ends, key, end))
        return end;
    free(gnb);
    free(end);
    return NULL;
}

static bool is_high_risk(const struct traffic *traffic, const struct traffic_end *end)
{
    const struct config_gnb *enrolled = tunnel_ends_find(traffic->enrolled, &end->address);
    const struct ledger_asset *asset =
        ledger_find(traffic->core->ledger, enrolled ? enrolled->name : end->gnb);
    return !asset || asset->high_risk;
}

struct traffic_end *traffic_end(struct traffic *traffic, const struct config_ip *address, bool make)
{
    struct traffic_end *end = map_get(&traffic->ends, key_of(address));
    while (end && (end->address.family != address->family ||
                   memcmp(end->address.address, address->address, sizeof address->address) != 0))
        end = end->next;
    if (end || !make)
        return end;
    end = new_end(traffic, address);
    if (end)
        end->high_risk = is_high_risk(traffic, end);
    return end;
}

bool traffic_next_end(const struct traffic *traffic, size_t *cursor, struct traffic_end **end)
{
    void *value = NULL;
    if (*end && (*end)->next) {
        *end = (*end)->next;
        return true;
    }
    const bool any = map_next(&traffic->ends, cursor, NULL, &value);
    *end = value;
    return any;
}

struct octets *traffic_reading(struct traffic_end *end, struct traffic_plane *plane)
{
    struct traffic_reading *reading = end->readings;
    while (reading && reading->plane != plane)
        reading = reading->next;
    if (!reading && (reading = calloc(1, sizeof *reading))) {
        *reading = (struct traffic_reading){.next = end->readings, .plane = plane};
        end->readings = reading;
    }
    return reading ? &reading->octets : NULL;
}

static void sum_up(struct traffic *traffic)
{
    size_t cursor = 0;
    struct traffic_end *end = NULL;
    traffic->all = traffic->high_risk = (struct window){0};
    while (traffic_next_end(traffic, &cursor, &end)) {
        window_join(&traffic->all, &end->window);
        if (end->high_risk)
            window_join(&traffic->high_risk, &end->window);
    }
}

void traffic_classify(struct traffic *traffic)
{
    struct core *core = traffic->core;
    size_t cursor = 0;
    struct traffic_end *end = NULL;
    tunnel_ends_free(traffic->enrolled);
    traffic->enrolled = tunnel_ends_new(&core->config->inventory, random_u64(core->random));
    while (traffic_next_end(traffic, &cursor, &end))
        end->high_risk = !traffic->enrolled || is_high_risk(traffic, end);
    sum_up(traffic);
}

/* Of two gNBs that name the same address the high-risk one stays. A stranger is called by what no gNB of the inventory can be. */
void traffic_named(struct core *core, const struct config_gnb *enrolled, const struct config_ip *address)
{
    struct traffic *traffic = core->traffic;
    struct traffic_end *end = traffic_end(traffic, address, has_room(traffic, NAMED_A_GNB));
    const char *name = enrolled ? enrolled->name : "?";
    if (!end || strcmp(end->gnb, name) == 0 || (*end->gnb && end->high_risk))
        return;
    char *own = strdup(name);
    if (!own)
        return;
    free(end->gnb);
    end->gnb = own;
    const bool before = end->high_risk;
    end->high_risk = is_high_risk(traffic, end);
    if (end->high_risk != before && octets_total(end->window.sum))
        sum_up(traffic);
    traffic_end_changed(traffic, end);
    end->gnb_changed = true;
}

/* --- life --- */

/* Slots of another length: what was in one is in the one in which it ended. */
static void cut_anew(struct traffic *traffic, struct window *window, int64_t before)
{
    const struct window old = *window;
    *window = (struct window){0};
    for (uint64_t back = 0; back < WINDOW_SLOTS && back <= old.newest; back++) {
        const uint64_t slot = old.newest - WINDOW_SLOTS + 1 + back;
        const struct octets octets = slot <= old.newest ? window_at(&old, slot) : (struct octets){0};
        if (octets_total(octets))
            window_add(window, ((slot + 1) * (uint64_t)before - 1) / (uint64_t)traffic->slot_length, octets);
    }
}

static void follow_window(struct traffic *traffic)
{
    const int64_t before = traffic->slot_length;
    size_t cursor = 0;
    struct traffic_end *end = NULL;
    traffic->slot_length = slot_length(traffic->core);
    if (traffic->slot_length == before)
        return;
    cut_anew(traffic, &traffic->gaps, before);
    while (traffic_next_end(traffic, &cursor, &end)) {
        cut_anew(traffic, &end->window, before);
        traffic_end_all_changed(traffic, end);
    }
    core_dirty(traffic->core, &traffic->row);
}

void traffic_reload(struct core *core)
{
    follow_window(core->traffic);
    traffic_classify(core->traffic);
    traffic_look(core->traffic);
}

bool traffic_start(struct core *core, const char **why)
{
    struct traffic *traffic = calloc(1, sizeof *traffic);
    *why = "out of memory";
    if (!traffic)
        return false;
    core->traffic = traffic;
    traffic->core = core;
    traffic->row.write = traffic_write_book;
    traffic->slot_length = slot_length(core);
    map_init(&traffic->ends, random_u64(core->random));
    traffic->enrolled = tunnel_ends_new(&core->config->inventory, random_u64(core->random));
    core->share_history = share_history_new(core);
    if (!traffic->enrolled || !core->share_history)
        return false;
    *why = "what went through gNBs cannot be read from the store";
    if (!traffic_load(traffic))
        return false;
    traffic_classify(traffic);
    return true;
}

static void free_end(struct core *core, struct traffic_end *end)
{
    core_clean(core, &end->row);
    for (struct traffic_reading *reading; (reading = end->readings) != NULL;) {
        end->readings = reading->next;
        free(reading);
    }
    free(end->gnb);
    free(end);
}

static void free_ends(struct traffic *traffic)
{
    size_t cursor = 0;
    for (void *value; map_next(&traffic->ends, &cursor, NULL, &value);)
        for (struct traffic_end *end = value, *next; end; end = next) {
            next = end->next;
            free_end(traffic->core, end);
        }
    map_free(&traffic->ends);
}

void traffic_stop(struct core *core)
{
    struct traffic *traffic = core->traffic;
    if (!traffic)
        return;
    core_clean(core, &traffic->row);
    share_history_free(core->share_history);
    free_ends(traffic);
    for (struct traffic_plane *plane; (plane = traffic->planes) != NULL;) {
        traffic->planes = plane->next;
        core_clean(core, &plane->row);
        free(plane->name);
        free(plane);
    }
    tunnel_ends_free(traffic->enrolled);
    free(traffic);
    core->traffic = NULL;
}
