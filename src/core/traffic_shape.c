/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shaping (rule H2): a while before the share is too high planes begin to delay and mark what goes through high-risk gNBs, and never drop any
 * of it. The rate from which on is that at which the share would stay below the limit, given what trusted gNBs carry. Shaping begins some percentage
 * points below the limit and ends as many lower; its rate aims at where it begins.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/traffic_book.h"
#include "line/event.h"

enum { PERCENT = 100, HALVES = 2 };

static unsigned less(unsigned percent, unsigned points)
{
    return percent > points ? percent - points : 0;
}

static unsigned begins_at(const struct core *core)
{
    return less(traffic_limit(core)->most, core->config->smf.shape_from);
}

static bool in_force(const struct core *core)
{
    const struct config_inventory *inventory = &core->config->inventory;
    const struct config_limit *limit = traffic_limit(core);
    const struct config_date today = config_date_of(traffic_wall(core));
    return limit && !inventory->profile.records_only && limit->from.days <= today.days &&
           !line_suspension(inventory, CONFIG_H2, today);
}

static void turn(struct traffic *traffic, const struct line_measured *measured, const char *why)
{
    const bool begins = !traffic->shaped_since;
    char reason[LINE_REASON_BYTES];
    traffic->shaped_since = begins ? traffic_wall(traffic->core) : 0;
    snprintf(reason, sizeof reason,
             "%" PRIu64 " of %" PRIu64 " octets went through high-risk gNBs, %s: they are %s",
             measured->high_risk_bytes, measured->bytes, why,
             begins ? "delayed and marked from a rate on" : "not delayed any more");
    traffic_tell(traffic->core, "shaping", begins, reason);
    core_dirty(traffic->core, &traffic->row);
}

void traffic_shape_look(struct traffic *traffic, const struct line_measured *measured)
{
    const struct core *core = traffic->core;
    char why[32];
    if (!in_force(core)) {
        if (traffic->shaped_since)
            turn(traffic, measured, "and rule H2 is not in force");
        return;
    }
    const bool on = traffic->shaped_since != 0;
    const unsigned percent = on ? less(begins_at(core), core->config->smf.shape_from) : begins_at(core);
    if (!measured->traffic_known || traffic_exceeds(measured, HALVES * percent) == on)
        return;
    snprintf(why, sizeof why, "%s %u %%", on ? "not more than" : "more than", percent);
    turn(traffic, measured, why);
}

/* --- rates --- */

/* Of the present slot and the one before. */
static struct octets recent(const struct window *window, uint64_t slot)
{
    const struct octets now = window_at(window, slot);
    const struct octets before = slot ? window_at(window, slot - 1) : (struct octets){0};
    return (struct octets){now.uplink + before.uplink, now.downlink + before.downlink};
}

/* Milliseconds of which these are the octets. */
static uint64_t recent_time(const struct traffic *traffic)
{
    const int64_t slots = (int64_t)traffic_slot(traffic) - 1, since = slots * traffic->slot_length;
    const int64_t time = traffic_now(traffic) - (since > traffic->begun ? since : traffic->begun);
    return time > SECONDS(1) ? (uint64_t)(time / MILLISECONDS(1)) : (uint64_t)(SECONDS(1) / MILLISECONDS(1));
}

struct traffic_rates traffic_shaping_rates(const struct traffic *traffic)
{
    const uint64_t slot = traffic_slot(traffic), time = recent_time(traffic);
    const struct octets all = recent(&traffic->all, slot), high_risk = recent(&traffic->high_risk, slot);
    const unsigned most = traffic_limit(traffic->core) ? begins_at(traffic->core) : 0;
    const unsigned percent = most < PERCENT ? most : PERCENT - 1;
    const unsigned trusted = PERCENT - percent;
    return (struct traffic_rates){(all.uplink - high_risk.uplink) * 8 / time * percent / trusted,
                                  (all.downlink - high_risk.downlink) * 8 / time * percent / trusted};
}

/* What of the rate is one gNB's at one plane: as much of it as the gNB had of late, at each plane alike. */
static uint64_t part(const struct core *core, uint64_t rate, uint64_t own, uint64_t all, unsigned planes)
{
    const uint64_t floor = core->config->smf.shape_floor / 1000;
    const uint64_t kbps = all ? (uint64_t)((unsigned __int128)rate * own / all / planes) : 0;
    const uint64_t most = kbps > floor ? kbps : floor;
    return most ? most : 1;
}

static unsigned planes_that_carry(const struct traffic *traffic)
{
    unsigned count = 0;
    for (const struct traffic_plane *plane = traffic->planes; plane; plane = plane->next)
        count += plane->heard >= 0 && !plane->ended && !traffic_stale(traffic, plane);
    return count ? count : 1;
}

static struct pfcp_shaping_of_peer item_of(const struct traffic *traffic, const struct traffic_end *end)
{
    const uint64_t slot = traffic_slot(traffic);
    const struct traffic_rates rates = traffic_shaping_rates(traffic);
    const struct octets own = recent(&end->window, slot), all = recent(&traffic->high_risk, slot);
    const unsigned planes = planes_that_carry(traffic);
    struct pfcp_shaping_of_peer item = {
        .ip = {.has_v4 = end->address.family == AF_INET, .has_v6 = end->address.family == AF_INET6},
        .uplink = part(traffic->core, rates.uplink, own.uplink, all.uplink, planes),
        .downlink = part(traffic->core, rates.downlink, own.downlink, all.downlink, planes)};
    const struct bytes address = traffic_octets(&end->address);
    memcpy(item.ip.has_v4 ? item.ip.v4 : item.ip.v6, address.data, address.len);
    return item;
}

static bool carried_by(const struct traffic_end *end, const struct traffic_plane *plane)
{
    const struct traffic_reading *reading = end->readings;
    while (reading && reading->plane != plane)
        reading = reading->next;
    return reading && octets_total(reading->octets);
}

bool traffic_shaping(const struct core *core, const char *name, struct pfcp_shaping_of_peer **list,
                     size_t *count)
{
    const struct traffic *traffic = core->traffic;
    const struct traffic_plane *plane = traffic_plane_find(traffic, name);
    size_t cursor = 0;
    struct traffic_end *end = NULL;
    *count = 0;
    *list = malloc((traffic->ends.count + 1) * sizeof **list);
    while (*list && traffic->shaped_since && traffic_next_end(traffic, &cursor, &end))
        if (end->high_risk && carried_by(end, plane))
            (*list)[(*count)++] = item_of(traffic, end);
    return *list != NULL;
}

bool traffic_plane_shapes(const struct core *core, const char *name)
{
    const struct traffic_plane *plane = traffic_plane_find(core->traffic, name);
    return plane && plane->shapes;
}
