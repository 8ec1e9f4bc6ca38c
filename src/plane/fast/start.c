/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/start.h"

#include <stdio.h>
#include <unistd.h>

#include "kit/log.h"
#include "plane/fast/adopt.h"
#include "plane/fast/grace.h"
#include "plane/fast/networks.h"
#include "plane/fast/ports.h"

static unsigned pool_addresses(const struct plane *plane)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < plane->network_count; i++)
        sum +=
            fast_pool_size(&plane->networks[i].pool_v4, 32) + fast_pool_size(&plane->networks[i].pool_v6, 64);
    return sum > UINT32_MAX ? UINT32_MAX : (unsigned)sum;
}

static bool open_fast(struct fast *fast, struct plane *plane, const struct config_plane *config,
                      char why[FAST_WHY_BYTES])
{
    char folder[FAST_FOLDER_BYTES];
    const struct fast_sizes sizes = {.sessions = config->fast_sessions,
                                     .flows = config->fast_flows,
                                     .addresses = pool_addresses(plane),
                                     .gnbs = plane->policy.gnbs,
                                     .processors = (unsigned)sysconf(_SC_NPROCESSORS_CONF),
                                     .lanes = plane->lane_count};
    snprintf(folder, sizeof folder, "%s/%s", config->fast_pins, config->name);
    if (!fast_make_folder(folder, why) || !fast_open(fast, &sizes, folder, why))
        return false;
    if (fast_describe(fast, plane) && fast_attach_all(fast, config, why)) {
        fast_adopt(fast, plane);
        return true;
    }
    fast_remove(fast);
    fast_close(fast);
    return false;
}

void fast_start(struct fast *fast, struct plane *plane, const struct config_plane *config)
{
    char why[FAST_WHY_BYTES] = "planes.nat is on, and the host translates";
    if (config->fast == CONFIG_FAST_OFF)
        return;
    if (config->nat || !open_fast(fast, plane, config, why)) {
        log_info("plane", NULL, "no fast path: %s", why);
        return;
    }
    fast->grace = grace_new();
    plane->fast = fast;
    log_info("plane", NULL, "fast path %s: room for %u sessions, %zu MiB",
             fast_adopted(fast) ? "adopted" : "ready", fast->sizes.sessions, fast->memory >> 20);
}

void fast_leave(struct plane *plane)
{
    if (!plane->fast)
        return;
    grace_free(plane->fast->grace);
    fast_close(plane->fast);
    plane->fast = NULL;
}

void fast_end(struct plane *plane)
{
    if (plane->fast)
        fast_remove(plane->fast);
    fast_leave(plane);
}
