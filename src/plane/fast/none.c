/* SPDX-License-Identifier: Apache-2.0 */
/* Built without libbpf, or without a compiler for the packet program. */
#include <stdio.h>

#include "plane/fast/ports.h"
#include "plane/fast/stations.h"
#include "plane/fast/tap.h"

static bool refuse(char why[FAST_WHY_BYTES])
{
    snprintf(why, FAST_WHY_BYTES, "this program was built without it (libbpf, and clang at build time)");
    return false;
}

bool fast_open(struct fast *fast, const struct fast_sizes *sizes, const char *folder,
               char why[FAST_WHY_BYTES])
{
    (void)sizes;
    (void)folder;
    *fast = (struct fast){0};
    return refuse(why);
}

size_t fast_memory_of(const struct fast_sizes *sizes)
{
    (void)sizes;
    return 0;
}

bool fast_set_clock(struct fast *fast)
{
    (void)fast;
    return false;
}

void fast_close(struct fast *fast)
{
    (void)fast;
}

void fast_give_budgets(const struct fast *fast, const struct fast_address *gnb)
{
    (void)fast;
    (void)gnb;
}

bool fast_put_prefix(struct fast *fast, const struct fast_prefix *prefix, uint32_t place)
{
    (void)fast;
    (void)prefix;
    (void)place;
    return false;
}

void fast_take_prefix(struct fast *fast, const struct fast_prefix *prefix)
{
    (void)fast;
    (void)prefix;
}

uint32_t fast_prefix_place(const struct fast *fast, const struct fast_prefix *prefix)
{
    (void)fast;
    (void)prefix;
    return FAST_ELSEWHERE;
}

void fast_each_prefix(const struct fast *fast,
                      void (*visit)(void *context, const struct fast_prefix *prefix, uint32_t place),
                      void *context)
{
    (void)fast;
    (void)visit;
    (void)context;
}

void fast_keep_prefixes(struct fast *fast, const struct fast_prefix *kept, unsigned count)
{
    (void)fast;
    (void)kept;
    (void)count;
}

bool fast_make_folder(const char *folder, char why[FAST_WHY_BYTES])
{
    (void)folder;
    return refuse(why);
}

bool fast_attach_all(struct fast *fast, const struct config_plane *config, char why[FAST_WHY_BYTES])
{
    (void)fast;
    (void)config;
    (void)why;
    return false;
}

void fast_remove(struct fast *fast)
{
    (void)fast;
}

bool fast_attach(struct fast *fast, const char *device, unsigned flags, enum config_fast mode,
                 char why[FAST_WHY_BYTES])
{
    (void)fast;
    (void)device;
    (void)flags;
    (void)mode;
    (void)why;
    return false;
}

bool fast_attach_slow(struct fast *fast, const char *device, unsigned network, enum config_fast mode,
                      char why[FAST_WHY_BYTES])
{
    (void)fast;
    (void)device;
    (void)network;
    (void)mode;
    (void)why;
    return false;
}

void fast_detach(struct fast *fast, unsigned index)
{
    (void)fast;
    (void)index;
}

unsigned fast_take(int table, void *keys, size_t key_bytes, void *values, size_t value_bytes, unsigned most)
{
    (void)table;
    (void)keys;
    (void)key_bytes;
    (void)values;
    (void)value_bytes;
    (void)most;
    return 0;
}

struct fast_tap *fast_tap_new(const struct fast *fast, fast_tap_saw *saw, void *context)
{
    (void)fast;
    (void)saw;
    (void)context;
    return NULL;
}

int fast_tap_descriptor(const struct fast_tap *tap)
{
    (void)tap;
    return -1;
}

void fast_tap_drain(struct fast_tap *tap)
{
    (void)tap;
}

uint64_t fast_tap_lost(const struct fast_tap *tap)
{
    (void)tap;
    return 0;
}

void fast_tap_free(struct fast_tap *tap)
{
    (void)tap;
}

bool fast_is_native(unsigned index)
{
    (void)index;
    return false;
}

bool fast_put_station(const struct fast *fast, unsigned network, uint64_t mac, unsigned place, int64_t since,
                      int64_t seen)
{
    (void)fast;
    (void)network;
    (void)mac;
    (void)place;
    (void)since;
    (void)seen;
    return false;
}

void fast_take_station(const struct fast *fast, unsigned network, uint64_t mac)
{
    (void)fast;
    (void)network;
    (void)mac;
}

int64_t fast_station_seen(const struct fast *fast, unsigned network, uint64_t mac, int64_t now)
{
    (void)fast;
    (void)network;
    (void)mac;
    (void)now;
    return 0;
}

void fast_each_station(const struct fast *fast, unsigned network, fast_station_visit *visit, void *context)
{
    (void)fast;
    (void)network;
    (void)visit;
    (void)context;
}

void fast_clear_stations(const struct fast *fast)
{
    (void)fast;
}

void fast_forget_stations(const struct fast *fast, unsigned network)
{
    (void)fast;
    (void)network;
}
