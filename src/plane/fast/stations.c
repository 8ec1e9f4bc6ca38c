/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/stations.h"

#include <bpf/bpf.h>

/* Longer than the slow path takes for what has been given to it (plane/bpf/order.h). */
enum { SETTLES_NS = 250000000, NETWORK_SHIFT = 48 };

bool fast_put_station(const struct fast *fast, unsigned network, uint64_t mac, unsigned place, int64_t since,
                      int64_t seen)
{
    const __u64 key = fast_station_key(network, mac);
    const struct fast_station station = {.place = fast_station_place(key, place),
                                         .settling = since > 0 ? (__u64)since + SETTLES_NS : 0,
                                         .seen = (__u32)(seen >> FAST_SEEN_SHIFT)};
    return bpf_map_update_elem(fast->stations, &key, &station, BPF_ANY) == 0;
}

void fast_take_station(const struct fast *fast, unsigned network, uint64_t mac)
{
    const __u64 key = fast_station_key(network, mac);
    bpf_map_delete_elem(fast->stations, &key);
}

static int64_t seen_at(const struct fast_station *station)
{
    return (int64_t)(station->seen + 1) << FAST_SEEN_SHIFT;
}

int64_t fast_station_seen(const struct fast *fast, unsigned network, uint64_t mac, int64_t now)
{
    const __u64 key = fast_station_key(network, mac);
    struct fast_station station;
    if (bpf_map_lookup_elem(fast->stations, &key, &station) != 0)
        return 0;
    return seen_at(&station) < now ? seen_at(&station) : now;
}

static void each(const struct fast *fast,
                 void (*visit)(void *context, const __u64 *key, const struct fast_station *station),
                 void *context)
{
    __u64 at, next;
    struct fast_station station;
    bool more = bpf_map_get_next_key(fast->stations, NULL, &next) == 0;
    while (more) {
        at = next;
        const bool there = bpf_map_lookup_elem(fast->stations, &at, &station) == 0;
        more = bpf_map_get_next_key(fast->stations, &at, &next) == 0; /* before it goes */
        if (there)
            visit(context, &at, &station);
    }
}

struct visiting {
    const struct fast *fast;
    unsigned network;
    fast_station_visit *visit;
    void *context;
};

static bool is_sound(const struct fast *fast, unsigned network, unsigned place)
{
    return place == 0 || (place <= fast->sizes.sessions && fast->sessions[place].known &&
                          fast->sessions[place].network == network);
}

static void visit_one(void *context, const __u64 *key, const struct fast_station *station)
{
    const struct visiting *visiting = context;
    const unsigned network = (unsigned)(*key >> NETWORK_SHIFT);
    const unsigned place = (unsigned)(station->place & ((1U << FAST_PLACE_BITS) - 1));
    if (network != visiting->network)
        return;
    if (is_sound(visiting->fast, network, place))
        visiting->visit(visiting->context, *key & ((UINT64_C(1) << NETWORK_SHIFT) - 1), place,
                        seen_at(station));
    else
        bpf_map_delete_elem(visiting->fast->stations, key);
}

void fast_each_station(const struct fast *fast, unsigned network, fast_station_visit *visit, void *context)
{
    struct visiting visiting = {fast, network, visit, context};
    each(fast, visit_one, &visiting);
}

struct forgetting {
    const struct fast *fast;
    unsigned network;
};

static void forget(void *context, const __u64 *key, const struct fast_station *station)
{
    const struct forgetting *forgetting = context;
    (void)station;
    if (*key >> NETWORK_SHIFT == forgetting->network)
        bpf_map_delete_elem(forgetting->fast->stations, key);
}

void fast_forget_stations(const struct fast *fast, unsigned network)
{
    struct forgetting forgetting = {fast, network};
    each(fast, forget, &forgetting);
}

static void clear(void *context, const __u64 *key, const struct fast_station *station)
{
    (void)station;
    bpf_map_delete_elem(((const struct fast *)context)->stations, key);
}

void fast_clear_stations(const struct fast *fast)
{
    each(fast, clear, (void *)fast);
}
