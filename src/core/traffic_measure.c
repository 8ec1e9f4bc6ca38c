/* SPDX-License-Identifier: Apache-2.0 */
/* What the line is told of shares of traffic, and when they come to be too high. */
#include <inttypes.h>
#include <string.h>

#include "core/traffic_book.h"
#include "line/event.h"

static bool is_configured(const struct core *core, const char *name)
{
    for (unsigned i = 0; i < core->config->plane_count; i++)
        if (strcmp(core->config->planes[i].name, name) == 0)
            return true;
    return false;
}

static bool is_stale(const struct traffic *traffic, const struct traffic_plane *plane)
{
    return plane->heard < 0 ||
           (!plane->ended && traffic_now(traffic) - plane->heard > traffic->core->config->smf.traffic_stale);
}

static uint64_t gap_in_window(const struct traffic *traffic)
{
    struct window gaps = traffic->gaps;
    window_advance(&gaps, traffic_slot(traffic));
    return gaps.sum.uplink;
}

const char *traffic_unknown(const struct traffic *traffic, char *buffer)
{
    const uint64_t gap = gap_in_window(traffic);
    if (traffic->lost)
        return "there was no memory for what was reported";
    if (traffic->clock.doubt)
        return "the clock has gone back since control ran last";
    if (gap > (uint64_t)traffic->core->config->smf.traffic_gap) {
        snprintf(buffer, LINE_REASON_BYTES, "planes died with %" PRIu64 " s of traffic untold",
                 gap / SECONDS(1));
        return buffer;
    }
    for (const struct traffic_plane *plane = traffic->planes; plane; plane = plane->next) {
        if (!is_configured(traffic->core, plane->name) || !is_stale(traffic, plane))
            continue;
        snprintf(buffer, LINE_REASON_BYTES, "plane %s %s", plane->name,
                 plane->heard < 0 ? "tells nothing of its traffic" : "has not reported for too long");
        return buffer;
    }
    return NULL;
}

static void measure_port(const struct traffic *traffic, struct line_measured *measured)
{
    if (!traffic->core->config->inventory.ran_port.interface_count) {
        measured->lapsed |= LINE_BIT(CONFIG_L2);
        return;
    }
    bool found = false;
    for (const struct traffic_plane *plane = traffic->planes; plane; plane = plane->next) {
        if (plane->port == PORT_NOT_HELD_HERE || is_stale(traffic, plane) || plane->ended)
            continue;
        found = true;
        if (plane->port == PORT_OPEN)
            measured->lapsed |= LINE_BIT(CONFIG_L2);
    }
    if (!found)
        measured->unchecked |= LINE_BIT(CONFIG_L2);
}

void traffic_measure(const struct core *core, struct line_measured *measured)
{
    char buffer[LINE_REASON_BYTES];
    const struct traffic *traffic = core->traffic;
    const uint64_t slot = traffic_slot(traffic);
    struct window all = traffic->all, high_risk = traffic->high_risk;
    window_advance(&all, slot);
    window_advance(&high_risk, slot);
    measured->traffic_known = traffic_unknown(traffic, buffer) == NULL;
    measured->bytes = octets_total(all.sum);
    measured->high_risk_bytes = octets_total(high_risk.sum);
    measure_port(traffic, measured);
}

/* --- events --- */

static void tell(const struct core *core, enum evidence_kind kind, bool begins, const char *reason)
{
    line_event(&(struct line_event){.kind = kind,
                                    .step = begins ? EVIDENCE_BEGINS : EVIDENCE_ENDS,
                                    .time = core_wall(core),
                                    .gnb = "",
                                    .procedure = "traffic",
                                    .rule = "H2",
                                    .reason = reason});
}

static bool is_over(const struct line_measured *measured, const struct config_limit *limit)
{
    enum { PERCENT = 100 };
    return (unsigned __int128)measured->high_risk_bytes * PERCENT >
           (unsigned __int128)measured->bytes * limit->most;
}

void traffic_look(struct traffic *traffic)
{
    const struct config_limit *limit = traffic_limit(traffic->core);
    struct line_measured measured = {0};
    char reason[LINE_REASON_BYTES];
    traffic_measure(traffic->core, &measured);
    if (!limit || !measured.traffic_known || is_over(&measured, limit) == traffic->breached)
        return;
    traffic->breached = !traffic->breached;
    snprintf(reason, sizeof reason, "%" PRIu64 " of %" PRIu64 " octets went through high-risk gNBs, %s %u %%",
             measured.high_risk_bytes, measured.bytes, traffic->breached ? "more than" : "not more than",
             limit->most);
    tell(traffic->core, EVIDENCE_BREACH, traffic->breached, reason);
    core_dirty(traffic->core, &traffic->row);
}
