/* SPDX-License-Identifier: Apache-2.0 */
/* What the line is told of shares of traffic, and when they come to be too high. */
#include <inttypes.h>
#include <string.h>

#include "core/traffic_book.h"
#include "line/event.h"

bool traffic_plane_is_configured(const struct core *core, const char *name)
{
    for (unsigned i = 0; i < core->config->plane_count; i++)
        if (strcmp(core->config->planes[i].name, name) == 0)
            return true;
    return false;
}

bool traffic_stale(const struct traffic *traffic, const struct traffic_plane *plane)
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
        if (!traffic_plane_is_configured(traffic->core, plane->name) || !traffic_stale(traffic, plane))
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
        if (plane->port == PORT_NOT_HELD_HERE || traffic_stale(traffic, plane) || plane->ended)
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

void traffic_tell(const struct core *core, const char *procedure, bool begins, const char *reason)
{
    line_event(&(struct line_event){.kind = EVIDENCE_BREACH,
                                    .step = begins ? EVIDENCE_BEGINS : EVIDENCE_ENDS,
                                    .time = core_wall(core),
                                    .gnb = "",
                                    .procedure = procedure,
                                    .rule = "H2",
                                    .reason = reason});
}

bool traffic_exceeds(const struct line_measured *measured, unsigned halves)
{
    enum { HALVES_OF_ALL = 200 };
    return (unsigned __int128)measured->high_risk_bytes * HALVES_OF_ALL >
           (unsigned __int128)measured->bytes * halves;
}

/* Where shaping holds the share close to the limit, a breach that began is over only when it is half way to where shaping begins. */
static unsigned halves_of_breach(const struct traffic *traffic, const struct config_limit *limit)
{
    const unsigned halves = 2 * limit->most, less = traffic->core->config->smf.shape_from;
    return !traffic->breached ? halves : halves > less ? halves - less : 0;
}

static void look_for_breach(struct traffic *traffic, const struct line_measured *measured)
{
    const struct config_limit *limit = traffic_limit(traffic->core);
    char reason[LINE_REASON_BYTES];
    if (!limit || !measured->traffic_known)
        return;
    const unsigned halves = halves_of_breach(traffic, limit);
    if (traffic_exceeds(measured, halves) == traffic->breached)
        return;
    traffic->breached = !traffic->breached;
    snprintf(reason, sizeof reason,
             "%" PRIu64 " of %" PRIu64 " octets went through high-risk gNBs, %s %u%s %%",
             measured->high_risk_bytes, measured->bytes, traffic->breached ? "more than" : "not more than",
             halves / 2, halves % 2 ? ".5" : "");
    traffic_tell(traffic->core, "traffic", traffic->breached, reason);
    core_dirty(traffic->core, &traffic->row);
}

void traffic_look(struct traffic *traffic)
{
    struct line_measured measured = {0};
    traffic_measure(traffic->core, &measured);
    look_for_breach(traffic, &measured);
    traffic_shape_look(traffic, &measured);
}
