/* SPDX-License-Identifier: Apache-2.0 */
/* What of the window is stored, and how it is found again. */
#include <stdlib.h>
#include <string.h>

#include "core/traffic_book.h"
#include "store/store.h"

static const char breached_name[] = "traffic-breached", shaped_name[] = "traffic-shaped-since";

void traffic_end_changed(struct traffic *traffic, struct traffic_end *end)
{
    if (!end->row.queued)
        end->changed_since = traffic_slot(traffic);
    core_dirty(traffic->core, &end->row);
}

void traffic_end_all_changed(struct traffic *traffic, struct traffic_end *end)
{
    end->changed_since = 0;
    end->gnb_changed = true;
    core_dirty(traffic->core, &end->row);
}

static struct store_octets as_stored(struct octets octets)
{
    return (struct store_octets){octets.uplink, octets.downlink};
}

static struct octets as_counted(struct store_octets octets)
{
    return (struct octets){octets.uplink, octets.downlink};
}

static struct store_slot slot_of(const struct traffic *traffic, uint64_t slot)
{
    return (struct store_slot){traffic->slot_length, (int64_t)(slot + 1) * traffic->slot_length};
}

static uint64_t oldest_of(const struct window *window, uint64_t since)
{
    const uint64_t first = window->newest < WINDOW_SLOTS ? 0 : window->newest - WINDOW_SLOTS + 1;
    return since > first ? since : first;
}

bool traffic_write_end(struct core *core, struct row *row)
{
    const struct traffic_end *end =
        (const struct traffic_end *)((char *)row - offsetof(struct traffic_end, row));
    const struct bytes address = traffic_octets(&end->address);
    bool done = !end->gnb_changed || store_traffic_end_put(core->store, address, end->gnb) == STORE_OK;
    for (uint64_t slot = oldest_of(&end->window, end->changed_since); slot <= end->window.newest; slot++) {
        const struct octets octets = window_at(&end->window, slot);
        if (octets_total(octets))
            done &= store_traffic_slot_put(core->store, slot_of(core->traffic, slot), address,
                                           as_stored(octets)) == STORE_OK;
    }
    for (const struct traffic_reading *reading = end->readings; reading; reading = reading->next)
        done &= store_traffic_reading_put(core->store, reading->plane->name, address,
                                          reading->plane->instance, as_stored(reading->octets)) == STORE_OK;
    return done;
}

bool traffic_write_plane(struct core *core, struct row *row)
{
    const struct traffic_plane *plane =
        (const struct traffic_plane *)((char *)row - offsetof(struct traffic_plane, row));
    return store_traffic_plane_put(core->store, plane->name, plane->instance, plane->heard, plane->ended) ==
           STORE_OK;
}

bool traffic_write_book(struct core *core, struct row *row)
{
    struct traffic *traffic = core->traffic;
    const struct window *gaps = &traffic->gaps;
    const int64_t newest = (int64_t)traffic_slot(traffic), length = traffic->slot_length;
    const struct store_slot left = {length, (newest + 1 - WINDOW_SLOTS) * length};
    (void)row;
    bool done = traffic_clock_store(traffic) &&
                store_meta_put(core->store, breached_name, traffic->breached) == STORE_OK &&
                store_meta_put(core->store, shaped_name, traffic->shaped_since) == STORE_OK &&
                store_traffic_forget(core->store, left) == STORE_OK;
    for (uint64_t slot = oldest_of(gaps, 0); slot <= gaps->newest; slot++)
        if (window_at(gaps, slot).uplink)
            done &= store_traffic_gap_put(core->store, slot_of(traffic, slot).end,
                                          (int64_t)window_at(gaps, slot).uplink) == STORE_OK;
    return done;
}

/* --- after a restart --- */

static bool address_of(struct bytes octets, struct config_ip *address)
{
    *address = (struct config_ip){.family = octets.len == 4 ? AF_INET : AF_INET6};
    if (octets.len != 4 && octets.len != 16)
        return false;
    memcpy(address->address, octets.data, octets.len);
    return true;
}

static void load_plane(void *context, const char *name, int64_t instance, int64_t heard, bool ended)
{
    struct traffic_plane *plane = traffic_plane(context, name);
    if (!plane)
        return;
    plane->instance = instance;
    plane->heard = heard;
    plane->ended = ended;
}

static struct traffic_end *end_at(struct traffic *traffic, struct bytes octets)
{
    struct config_ip address;
    return address_of(octets, &address) ? traffic_end(traffic, &address, true) : NULL;
}

static void load_end(void *context, struct bytes address, const char *gnb)
{
    struct traffic *traffic = context;
    struct traffic_end *end = end_at(traffic, address);
    char *name = end ? strdup(gnb) : NULL;
    if (!name)
        return;
    free(end->gnb);
    end->gnb = name;
}

static void load_reading(void *context, const char *name, struct bytes address, int64_t instance,
                         struct store_octets octets)
{
    struct traffic_plane *plane = traffic_plane(context, name);
    struct traffic_end *end = plane && plane->instance == instance ? end_at(context, address) : NULL;
    struct octets *reading = end ? traffic_reading(end, plane) : NULL;
    if (!reading)
        return;
    *reading = as_counted(octets);
    plane->told.uplink += octets.uplink;
    plane->told.downlink += octets.downlink;
}

/* The slots were of another length if the profile has changed since; then what was in one is in that in which it ended. */
static uint64_t slot_that_ended(const struct traffic *traffic, int64_t end)
{
    return (uint64_t)((end - 1) / traffic->slot_length);
}

static void load_slot(void *context, struct store_slot slot, struct bytes address, struct store_octets octets)
{
    struct traffic *traffic = context;
    struct traffic_end *end = end_at(traffic, address);
    if (end)
        window_add(&end->window, slot_that_ended(traffic, slot.end), as_counted(octets));
    else
        traffic->lost = true;
    if (end && slot.length != traffic->slot_length) {
        traffic_end_all_changed(traffic, end);
        core_dirty(traffic->core, &traffic->row);
    }
}

static void load_gap(void *context, int64_t end, int64_t length)
{
    struct traffic *traffic = context;
    window_add(&traffic->gaps, slot_that_ended(traffic, end), (struct octets){.uplink = (uint64_t)length});
}

bool traffic_load(struct traffic *traffic)
{
    const struct store_traffic_visitor visitor = {.context = traffic,
                                                  .plane = load_plane,
                                                  .end = load_end,
                                                  .reading = load_reading,
                                                  .slot = load_slot,
                                                  .gap = load_gap};
    int64_t breached = 0;
    traffic_clock_load(traffic);
    store_meta_get(traffic->core->store, breached_name, &breached);
    traffic->breached = breached != 0;
    store_meta_get(traffic->core->store, shaped_name, &traffic->shaped_since);
    return store_traffic_each(traffic->core->store, &visitor) == STORE_OK;
}
