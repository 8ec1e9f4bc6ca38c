/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of traffic for people: docs/admin.md, `status` and `traffic`. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "core/traffic_book.h"

static json_int_t seconds(int64_t time)
{
    return (json_int_t)(time / SECONDS(1));
}

/* The window, or as much of it as has been measured yet. */
static int64_t measured_time(const struct traffic *traffic)
{
    const int64_t window = traffic->slot_length * WINDOW_SLOTS, since = traffic_now(traffic) - traffic->begun;
    return since < window ? since : window;
}

static json_t *shaping(const struct traffic *traffic)
{
    const struct traffic_rates rates = traffic_shaping_rates(traffic);
    json_t *without = json_array();
    for (const struct traffic_plane *plane = traffic->planes; plane; plane = plane->next)
        if (!plane->shapes && traffic_plane_is_configured(traffic->core, plane->name))
            json_array_append_new(without, json_string(plane->name));
    return json_pack("{s:I, s:I, s:I, s:o}", "since", seconds(traffic->shaped_since), "uplink_kbps",
                     (json_int_t)rates.uplink, "downlink_kbps", (json_int_t)rates.downlink, "without",
                     without);
}

json_t *traffic_summary(const struct core *core)
{
    char buffer[LINE_REASON_BYTES];
    const struct traffic *traffic = core->traffic;
    const struct config_limit *limit = traffic_limit(core);
    const char *unknown = traffic_unknown(traffic, buffer);
    struct line_measured measured = {0};
    struct window gaps = traffic->gaps;
    traffic_measure(core, &measured);
    window_advance(&gaps, traffic_slot(traffic));
    json_t *summary = json_pack(
        "{s:b, s:I, s:I, s:I, s:I, s:I, s:b}", "known", unknown == NULL, "octets", (json_int_t)measured.bytes,
        "high_risk_octets", (json_int_t)measured.high_risk_bytes, "window_seconds",
        seconds(traffic->slot_length * WINDOW_SLOTS), "measured_seconds", seconds(measured_time(traffic)),
        "untold_seconds", seconds((int64_t)gaps.sum.uplink), "breached", traffic->breached);
    if (unknown)
        json_object_set_new(summary, "why", json_string(unknown));
    if (limit)
        json_object_set_new(summary, "limit", json_integer(limit->most));
    if (traffic->shaped_since)
        json_object_set_new(summary, "shaping", shaping(traffic));
    return summary;
}

static const char *gnb_of(const struct traffic *traffic, const struct traffic_end *end)
{
    const struct config_gnb *enrolled = tunnel_ends_find(traffic->enrolled, &end->address);
    return enrolled ? enrolled->name : end->gnb;
}

static json_t *describe(const struct traffic *traffic, const struct traffic_end *end)
{
    char text[VALUE_TEXT_BYTES];
    struct window window = end->window;
    window_advance(&window, traffic_slot(traffic));
    return json_pack("{s:s, s:s, s:s, s:I, s:I}", "gnb", gnb_of(traffic, end), "address",
                     config_ip_text(&end->address, text), "risk", end->high_risk ? "high" : "trusted",
                     "uplink_octets", (json_int_t)window.sum.uplink, "downlink_octets",
                     (json_int_t)window.sum.downlink);
}

json_t *traffic_reply(const struct core *core, const json_t *request)
{
    const char *after = json_string_value(json_object_get(request, "after"));
    const struct traffic *traffic = core->traffic;
    size_t cursor = after ? (size_t)strtoull(after, NULL, 10) : 0;
    json_t *items = json_array();
    bool more = true;
    for (struct traffic_end *end = NULL; more && (end || json_array_size(items) < ADMIN_PAGE);)
        if ((more = traffic_next_end(traffic, &cursor, &end))) {
            json_array_append_new(items, describe(traffic, end));
            end = end->next ? end : NULL; /* all of one key are on one page */
        }
    json_t *reply = json_pack("{s:o, s:o}", "items", items, "summary", traffic_summary(core));
    char place[24];
    snprintf(place, sizeof place, "%zu", cursor);
    if (more)
        json_object_set_new(reply, "more", json_string(place));
    return reply;
}
