/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/start.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kit/log.h"
#include "plane/configured.h"
#include "plane/fast/adopt.h"
#include "plane/fast/grace.h"
#include "plane/fast/networks.h"
#include "plane/fast/ports.h"
#include "plane/fast/processors.h"
#include "plane/fast/stations.h"
#include "plane/lead.h"
#include "plane/passage.h"

/* Each phone has one of either kind. */
static unsigned pool_addresses(const struct config *config, const struct config_plane *own)
{
    const struct config_smf *smf = &config->smf;
    uint64_t sum = 0;
    for (unsigned i = 0; i < smf->dnn_count; i++) {
        struct network network;
        if (!config_plane_serves(own, smf->dnns[i].name))
            continue;
        network_describe(&network, &smf->dnns[i], config_plane_network(own, smf->dnns[i].name));
        sum += fast_pool_size(&network.pool_v4, 32) + fast_pool_size(&network.pool_v6, 64);
    }
    return sum > UINT32_MAX ? UINT32_MAX : (unsigned)sum;
}

static bool carries_frames(const struct config *config, const struct config_plane *own)
{
    for (unsigned i = 0; i < config->smf.dnn_count; i++)
        if (config->smf.dnns[i].type == CONFIG_ETHERNET && config_plane_serves(own, config->smf.dnns[i].name))
            return true;
    return false;
}

static void close_passages(const struct plane *plane, const struct config_plane *config)
{
    for (unsigned i = 0; i < plane->network_count; i++)
        if (!plane->networks[i].lan || *plane->networks[i].bridge)
            passage_close(config, &plane->networks[i]);
}

static unsigned program_end(const struct config_plane *config, unsigned network)
{
    char name[PASSAGE_NAME_BYTES];
    return if_nametoindex(passage_name(config, network, PASSAGE_PROGRAM, name));
}

/* Without one, frames are the slow path's. */
static void open_to_bridge(struct fast *fast, const struct network *network,
                           const struct config_plane *config)
{
    char why[FAST_WHY_BYTES];
    const bool open = *network->bridge && passage_open(config, network, why);
    if (*network->bridge && !open)
        log_warning("plane", NULL, "fast path: without data network %s: %s", network->name, why);
    fast->networks[network->index].slow = 0; /* a predecessor's, which went with it */
    fast_lead_to_host(fast, network, open ? program_end(config, network->index) : 0);
}

static bool open_passages(struct fast *fast, const struct plane *plane, const struct config_plane *config,
                          char why[FAST_WHY_BYTES])
{
    fast->network_count = plane->network_count;
    for (unsigned i = 0; i < plane->network_count; i++) {
        if (plane->networks[i].lan) {
            open_to_bridge(fast, &plane->networks[i], config);
            continue;
        }
        if (!config->nat) {
            passage_close(config, &plane->networks[i]);
            fast_lead_to_host(fast, &plane->networks[i], 0);
            continue;
        }
        if (!passage_open(config, &plane->networks[i], why))
            return false;
        fast_lead_to_host(fast, &plane->networks[i], program_end(config, i));
    }
    fast->settings->mss_clamp = !config->nat && config->mss_clamp != CONFIG_MSS_OFF;
    return true;
}

static struct fast_sizes sizes_of(const struct config *config, const struct config_plane *own)
{
    return (struct fast_sizes){.sessions = own->fast_sessions,
                               .flows = own->fast_flows,
                               .routes = own->fast_routes,
                               .addresses = pool_addresses(config, own),
                               .gnbs = plane_gnbs_most(config),
                               .processors = fast_processors(),
                               .lanes = plane_workers(own) + 1,
                               .stations = carries_frames(config, own) ? own->fast_macs : 0};
}

size_t fast_memory_needed(const struct config *config, const struct config_plane *own)
{
    const struct fast_sizes sizes = sizes_of(config, own);
    return own->external || own->fast == CONFIG_FAST_OFF ? 0 : fast_memory_of(&sizes);
}

static void folder_of(const struct config_plane *config, char folder[FAST_FOLDER_BYTES])
{
    snprintf(folder, FAST_FOLDER_BYTES, "%s/%s", config->fast_pins, config->name);
}

/* Whoever holds it is alive; the kernel lets go of it when he dies. -1: there is no folder, or another process has it. */
static int hold_folder(const char *folder)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool is_bpf(int fd)
{
    struct statfs about;
    return fstatfs(fd, &about) == 0 && about.f_type == BPF_FS_MAGIC;
}

/* What a predecessor that was killed has at the interfaces would go on with sessions that nobody looks after. */
static void take_left_down(const struct plane *plane, const struct config_plane *config)
{
    char folder[FAST_FOLDER_BYTES];
    folder_of(config, folder);
    const int held = hold_folder(folder);
    DIR *pins = held >= 0 && is_bpf(held) ? opendir(folder) : NULL;
    for (const struct dirent *entry; pins && (entry = readdir(pins));)
        unlinkat(dirfd(pins), entry->d_name, 0);
    if (pins) {
        closedir(pins);
        rmdir(folder);
        close_passages(plane, config);
        log_warning("plane", NULL, "the fast path that a former process has left in %s is taken down",
                    folder);
    }
    if (held >= 0)
        close(held);
}

static bool open_fast(struct fast *fast, struct plane *plane, const struct fast_sizes *sizes,
                      const struct config_plane *config, char why[FAST_WHY_BYTES])
{
    char folder[FAST_FOLDER_BYTES];
    folder_of(config, folder);
    if (!fast_make_folder(folder, why))
        return false;
    const int held = hold_folder(folder);
    if (held < 0) {
        snprintf(why, FAST_WHY_BYTES, "another plane has %s: give this one another planes.fast_pins, or name",
                 folder);
        return false;
    }
    if (!fast_open(fast, sizes, folder, why)) {
        close(held);
        return false;
    }
    fast->held = held;
    if (fast_describe(fast, plane) && open_passages(fast, plane, config, why) &&
        fast_attach_all(fast, config, why)) {
        fast_adopt(fast, plane);
        return true;
    }
    fast_remove(fast);
    close_passages(plane, config);
    fast_close(fast);
    close(held);
    return false;
}

void fast_start(struct fast *fast, struct plane *plane, const struct config *config,
                const struct config_plane *own)
{
    const struct fast_sizes sizes = sizes_of(config, own);
    static char why[FAST_WHY_BYTES] = "planes.fast is off";
    plane->fast_why = why;
    if (own->fast == CONFIG_FAST_OFF || !open_fast(fast, plane, &sizes, own, why)) {
        log_at(own->fast == CONFIG_FAST_NATIVE || own->fast == CONFIG_FAST_GENERIC ? LOG_WARNING : LOG_INFO,
               "plane", NULL, "no fast path: %s", why);
        take_left_down(plane, own);
        return;
    }
    fast->grace = grace_new();
    plane->fast = fast;
    log_info("plane", NULL, "fast path %s: room for %u sessions and %u networks behind phones, %zu MiB",
             fast_adopted(fast) ? "adopted" : "ready", fast->sizes.sessions, fast->sizes.routes,
             fast->memory >> 20);
    for (unsigned i = 0; i < fast->seat_count; i++)
        log_info("plane", NULL, "fast path at %s: %s", fast->seats[i].device,
                 fast_mode_name(fast->seats[i].mode));
}

/* A passage with a number that maps have no room for (plane/fast/ports.c says so) has no port. */
static bool is_led(const struct fast *fast, const struct fast_network *network)
{
    const unsigned device = network->host.device;
    return device && device < FAST_PORTS && (fast->ports[device].flags & FAST_LAN);
}

/* The program does not know that data network, nor who is where in it. */
static bool leave_to_slow_path(struct fast *fast, const struct config_plane *own,
                               const struct network *network)
{
    struct fast_network *to = &fast->networks[network->index];
    to->slow = 0;
    if (to->host.device)
        passage_close(own, network);
    to->host.device = 0;
    fast_forget_stations(fast, network->index);
    return false;
}

bool fast_lead_frames(struct plane *plane, const struct config_plane *own, const struct network *network)
{
    struct fast *fast = plane->fast;
    struct fast_network *to = fast ? &fast->networks[network->index] : NULL;
    char device[IFNAMSIZ], why[FAST_WHY_BYTES];
    if (!fast)
        return false;
    if (!is_led(fast, to))
        return leave_to_slow_path(fast, own, network);
    lead_device(own, network->index, device);
    if (!fast_attach_slow(fast, device, network->index, own->fast, why)) {
        log_warning("plane", NULL, "fast path: without data network %s: %s", network->name, why);
        return leave_to_slow_path(fast, own, network);
    }
    to->slow = if_nametoindex(device);
    lan_lead(network->lan, fast, network->index);
    return true;
}

void fast_leave(struct plane *plane)
{
    if (!plane->fast)
        return;
    for (unsigned i = 0; i < plane->network_count; i++)
        if (plane->networks[i].lan)
            lan_part(plane->networks[i].lan);
    grace_free(plane->fast->grace);
    fast_close(plane->fast);
    close(plane->fast->held);
    plane->fast = NULL;
}

void fast_end(struct plane *plane, const struct config_plane *config)
{
    if (!plane->fast)
        return;
    fast_remove(plane->fast);
    close_passages(plane, config);
    fast_leave(plane);
}
