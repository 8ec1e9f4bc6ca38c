/* SPDX-License-Identifier: Apache-2.0 */
/* What planes tell: counters of theirs, which grow, and which begin anew with them. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/share_history.h"
#include "core/traffic_book.h"
#include "kit/log.h"

struct traffic_plane *traffic_plane_find(const struct traffic *traffic, const char *name)
{
    struct traffic_plane *plane = traffic->planes;
    while (plane && strcmp(plane->name, name) != 0)
        plane = plane->next;
    return plane;
}

struct traffic_plane *traffic_plane(struct traffic *traffic, const char *name)
{
    struct traffic_plane *plane = traffic_plane_find(traffic, name);
    if (plane || !(plane = calloc(1, sizeof *plane)))
        return plane;
    *plane = (struct traffic_plane){.next = traffic->planes, .name = strdup(name), .heard = -1};
    plane->row.write = traffic_write_plane;
    if (!plane->name) {
        free(plane);
        return NULL;
    }
    return traffic->planes = plane;
}

void traffic_expected(struct core *core, const char *name)
{
    if (!traffic_plane(core->traffic, name))
        core->traffic->lost = true;
}

static void note_gap(struct traffic *traffic, const struct traffic_plane *plane)
{
    const int64_t length = traffic_now(traffic) - plane->heard;
    window_add(&traffic->gaps, traffic_slot(traffic), (struct octets){.uplink = (uint64_t)length});
    log_warning("line", NULL,
                "plane %s has begun anew: what it carried in the %" PRId64
                " ms since its last report is not known (rule H2)",
                plane->name, length / MILLISECONDS(1));
}

/* Counters of the plane's former instance. */
static void forget_reading(struct traffic_end *end, const struct traffic_plane *plane)
{
    struct traffic_reading **at = &end->readings;
    while (*at && (*at)->plane != plane)
        at = &(*at)->next;
    struct traffic_reading *reading = *at;
    if (reading)
        *at = reading->next;
    free(reading);
}

static void begin_instance(struct traffic *traffic, struct traffic_plane *plane, int64_t instance)
{
    size_t cursor = 0;
    struct traffic_end *end = NULL;
    if (plane->instance && !plane->ended && plane->heard >= 0)
        note_gap(traffic, plane);
    plane->former = plane->instance;
    plane->instance = instance;
    plane->ended = false;
    plane->told = (struct octets){0};
    while (traffic_next_end(traffic, &cursor, &end))
        forget_reading(end, plane);
}

/* What the counter has grown by. What comes late is less than is known, and adds nothing. */
static uint64_t grow(uint64_t *known, uint64_t told)
{
    const uint64_t growth = told > *known ? told - *known : 0;
    *known += growth;
    return growth;
}

static struct config_ip ip_of(const struct pfcp_ip *ip)
{
    struct config_ip own = {.family = ip->has_v4 ? AF_INET : AF_INET6};
    memcpy(own.address, ip->has_v4 ? ip->v4 : ip->v6, ip->has_v4 ? 4 : 16);
    return own;
}

static void take(struct traffic *traffic, struct traffic_plane *plane,
                 const struct pfcp_traffic_of_peer *told)
{
    const struct config_ip address = ip_of(&told->ip);
    struct traffic_end *end = traffic_end(traffic, &address, true);
    struct octets *known = end ? traffic_reading(end, plane) : NULL;
    if (!known) {
        traffic->lost = true;
        return;
    }
    const uint64_t slot = traffic_slot(traffic);
    const struct octets growth = {grow(&known->uplink, told->uplink), grow(&known->downlink, told->downlink)};
    traffic_end_changed(traffic, end);
    plane->told.uplink += growth.uplink;
    plane->told.downlink += growth.downlink;
    window_add(&end->window, slot, growth);
    window_add(&traffic->all, slot, growth);
    if (end->high_risk)
        window_add(&traffic->high_risk, slot, growth);
}

static void complete(struct traffic *traffic, struct traffic_plane *plane, uint8_t flags)
{
    traffic_clock_look(traffic);
    plane->heard = traffic_now(traffic);
    plane->ended = (flags & PFCP_TRAFFIC_ENDS) != 0;
    core_dirty(traffic->core, &plane->row);
    core_dirty(traffic->core, &traffic->row);
    traffic_look(traffic);
    share_history_look(traffic->core);
}

bool traffic_reported(struct core *core, const char *name, const struct pfcp_node_report_request *report)
{
    struct traffic *traffic = core->traffic;
    struct traffic_plane *plane = traffic_plane(traffic, name);
    const struct pfcp_traffic_report *head = &report->traffic_report;
    const int64_t instance = (int64_t)(head->instance & INT64_MAX);
    if (!plane || !instance || instance == plane->former)
        return false;
    if (instance != plane->instance)
        begin_instance(traffic, plane, instance);
    for (size_t i = 0; i < report->traffic_count; i++)
        take(traffic, plane, &report->traffic[i]);
    plane->port = !(head->flags & PFCP_TRAFFIC_HOLDS_PORT)     ? PORT_NOT_HELD_HERE
                  : (head->flags & PFCP_TRAFFIC_PORT_IN_FORCE) ? PORT_IN_FORCE
                                                               : PORT_OPEN;
    plane->shapes = (head->flags & PFCP_TRAFFIC_SHAPES) != 0;
    core_dirty(core, &plane->row);
    if (!(head->flags & PFCP_TRAFFIC_LAST))
        return true;
    if (plane->told.uplink < head->uplink || plane->told.downlink < head->downlink)
        return false;
    complete(traffic, plane, head->flags);
    return true;
}
