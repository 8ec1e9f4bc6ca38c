/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/ports.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kit/log.h"
#include "plane/fast/device.h"
#include "plane/host.h"
#include "plane/lead.h"
#include "plane/passage.h"

static bool complain(char why[FAST_WHY_BYTES], const char *what, const char *name)
{
    snprintf(why, FAST_WHY_BYTES, "%s %s: %s", what, name, strerror(errno));
    return false;
}

/* --- links --- */

static void link_path(char *path, size_t size, const char *folder, const char *device)
{
    snprintf(path, size, "%s/link-%s", folder, device);
}

/* At once: what only loses its last name is taken out some time later. */
static void remove_link(const char *path)
{
    const int link = bpf_obj_get(path);
    if (link < 0)
        return;
    bpf_link_detach(link);
    close(link);
    unlink(path);
}

/* How the program sits there; FAST_NOWHERE: nothing does. program: its identity. */
static enum fast_mode mode_at(unsigned index, unsigned *program)
{
    LIBBPF_OPTS(bpf_xdp_query_opts, about);
    if (bpf_xdp_query((int)index, 0, &about) != 0 || about.attach_mode == XDP_ATTACHED_NONE)
        return FAST_NOWHERE;
    *program = about.prog_id;
    return about.attach_mode == XDP_ATTACHED_SKB ? FAST_GENERIC : FAST_NATIVE;
}

static bool is_plane_program(unsigned program)
{
    struct bpf_prog_info info = {0};
    unsigned size = sizeof info;
    const int fd = bpf_prog_get_fd_by_id(program);
    const bool known = fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0;
    if (fd >= 0)
        close(fd);
    return known && (strcmp(info.name, "plane_packet") == 0 || strcmp(info.name, "plane_frame") == 0);
}

/* Where nothing sits, errno says why the kernel did not take the program. */
static bool refuse(char why[FAST_WHY_BYTES], const char *device, unsigned index)
{
    const int reason = errno;
    unsigned program = 0;
    const bool taken = mode_at(index, &program) != FAST_NOWHERE;
    errno = reason;
    if (!taken)
        return complain(why, "the packet program cannot be put at", device);
    snprintf(why, FAST_WHY_BYTES, "another %s sits at %s already%s",
             is_plane_program(program) ? "plane's packet program" : "XDP program", device,
             is_plane_program(program) ? ": an interface serves one plane" : "");
    return false;
}

/* The link that a predecessor left at this interface gets this program. False: there is none, or not in this mode. */
static bool take_over(int program, const char *path, unsigned index, enum fast_mode mode)
{
    struct bpf_link_info info = {0};
    unsigned size = sizeof info, before;
    const int link = bpf_obj_get(path);
    const bool its = link >= 0 && bpf_obj_get_info_by_fd(link, &info, &size) == 0 &&
                     info.xdp.ifindex == index && mode_at(index, &before) == mode &&
                     bpf_link_update(link, program, NULL) == 0;
    if (link >= 0)
        close(link);
    if (!its)
        remove_link(path);
    return its;
}

static int make_link(int program, unsigned index, enum fast_mode mode)
{
    LIBBPF_OPTS(bpf_link_create_opts, options,
                .flags = mode == FAST_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
    return bpf_link_create(program, (int)index, BPF_XDP, &options);
}

/* The descriptor is closed: the pin holds the link. */
static bool link_to(struct fast *fast, const struct fast_seat *seat, unsigned index, enum fast_mode mode,
                    char why[FAST_WHY_BYTES])
{
    const int program = seat->flags & (FAST_LAN | FAST_TAP) ? fast->frame_program : fast->program;
    const char *device = seat->device;
    char path[256];
    link_path(path, sizeof path, fast->folder, device);
    if (take_over(program, path, index, mode))
        return true;
    const int link = make_link(program, index, mode);
    if (link < 0)
        return refuse(why, device, index);
    const bool pinned = bpf_obj_pin(link, path) == 0;
    if (!pinned)
        complain(why, "its link cannot be kept at", path);
    close(link);
    return pinned;
}

/* Behind a driver, packets may still be without the checksums that it would make; a virtual one makes none at all. Into the passage the host
 * sends finished ones. */
static unsigned all_flags(const struct fast_seat *seat, enum fast_mode mode)
{
    const bool unfinished =
        !(seat->flags & FAST_HOST) && (mode == FAST_GENERIC || device_is_veth(seat->device));
    return seat->flags | FAST_OUT | (unfinished ? (unsigned)FAST_UNFINISHED : 0);
}

static bool sit(struct fast *fast, struct fast_seat *seat, enum fast_mode mode, char why[FAST_WHY_BYTES])
{
    const unsigned index = if_nametoindex(seat->device);
    seat->mode = FAST_NOWHERE;
    if (index == 0)
        return complain(why, "there is no interface", seat->device);
    if (index >= FAST_PORTS) {
        snprintf(why, FAST_WHY_BYTES, "interface %s has the index %u, and maps have room for %u",
                 seat->device, index, FAST_PORTS);
        return false;
    }
    fast->ports[index] = (struct fast_port){.flags = all_flags(seat, mode),
                                            .mtu = (__u16)host_device_mtu(seat->device),
                                            .network = seat->network,
                                            .mac = seat->flags & FAST_HOST ? 0 : device_mac(seat->device)};
    if (link_to(fast, seat, index, mode, why)) {
        seat->mode = mode;
        seat->index = index;
        return true;
    }
    fast->ports[index] = (struct fast_port){0};
    return false;
}

bool fast_is_native(unsigned index)
{
    LIBBPF_OPTS(bpf_xdp_query_opts, about);
    return bpf_xdp_query((int)index, 0, &about) == 0 && about.attach_mode == XDP_ATTACHED_DRV;
}

/* --- which --- */

/* NULL: there is no such name, or no room. */
static struct fast_seat *add(struct fast *fast, const char *device, unsigned flags)
{
    for (unsigned i = 0; i < fast->seat_count; i++)
        if (strcmp(fast->seats[i].device, device) == 0) {
            fast->seats[i].flags |= flags;
            return &fast->seats[i];
        }
    if (fast->seat_count == FAST_SEATS || device[0] == '\0')
        return NULL;
    struct fast_seat *seat = &fast->seats[fast->seat_count++];
    *seat = (struct fast_seat){.flags = flags};
    snprintf(seat->device, sizeof seat->device, "%s", device);
    return seat;
}

/* Where the default route leads (/proc/net/route); "": nowhere. */
static void default_device(char name[IF_NAMESIZE])
{
    char line[256], device[IF_NAMESIZE];
    unsigned long to, gateway, flags;
    int reference, use, metric;
    unsigned long mask;
    FILE *routes = fopen("/proc/net/route", "re");
    name[0] = '\0';
    while (routes && name[0] == '\0' && fgets(line, sizeof line, routes))
        if (sscanf(line, "%15s %lx %lx %lx %d %d %d %lx", device, &to, &gateway, &flags, &reference, &use,
                   &metric, &mask) == 8 &&
            to == 0 && mask == 0)
            memcpy(name, device, IF_NAMESIZE);
    if (routes)
        fclose(routes);
}

static void find_n6(struct fast *fast, const struct config_plane *config)
{
    char device[IF_NAMESIZE];
    for (unsigned i = 0; i < config->fast_interface_count; i++)
        add(fast, config->fast_interfaces[i], FAST_N6);
    if (config->fast_interface_count)
        return;
    if (strcmp(config->egress, "auto") == 0)
        default_device(device);
    else
        snprintf(device, sizeof device, "%s", config->egress);
    add(fast, device, FAST_N6);
}

static bool is_seat(const struct fast *fast, const char *name)
{
    for (unsigned i = 0; i < fast->seat_count; i++)
        if (strcmp(fast->seats[i].device, name) == 0)
            return true;
    return false;
}

/* The program leaves all interfaces where it has no seat. */
static void leave_others(const struct fast *fast)
{
    static const char prefix[] = "link-";
    char path[256 + FAST_FOLDER_BYTES];
    DIR *folder = opendir(fast->folder);
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 &&
            !is_seat(fast, entry->d_name + sizeof prefix - 1)) {
            snprintf(path, sizeof path, "%s/%s", fast->folder, entry->d_name);
            remove_link(path);
        }
    if (folder)
        closedir(folder);
}

/* What a predecessor found may have another index now. */
static void forget_ports(struct fast *fast)
{
    char name[IF_NAMESIZE];
    for (unsigned index = 1; index < FAST_PORTS; index++)
        if (fast->ports[index].flags && !(if_indextoname(index, name) && is_seat(fast, name)))
            fast->ports[index] = (struct fast_port){0};
}

static struct fast_seat *add_for_frames(struct fast *fast, const char *device, unsigned flag,
                                        unsigned network)
{
    struct fast_seat *seat = add(fast, device, flag);
    if (seat)
        seat->network = network;
    return seat;
}

/* The program's ends of passages, and beside those of frames the slow path's devices, once they are there. */
static void find_passages(struct fast *fast, const struct config_plane *config)
{
    char device[IF_NAMESIZE];
    for (unsigned i = 0; i < fast->network_count; i++) {
        const struct fast_network *network = &fast->networks[i];
        if (!network->lan && config->nat)
            add(fast, passage_name(config, i, PASSAGE_PROGRAM, device), FAST_N6 | FAST_HOST);
        if (network->lan && network->host.device)
            add_for_frames(fast, passage_name(config, i, PASSAGE_PROGRAM, device), FAST_LAN, i);
        if (network->lan && network->slow)
            add_for_frames(fast, lead_device(config, i, device), FAST_TAP, i);
    }
}

static void find_seats(struct fast *fast, const struct config_plane *config)
{
    char device[IF_NAMESIZE];
    for (unsigned i = 0; i < config->n3_count; i++)
        if (host_device(&config->n3[i], device) &&
            (config->fast != CONFIG_FAST_AUTO || !device_is_loopback(device)))
            add(fast, device, FAST_N3);
    for (unsigned i = 0; i < config->n3_interface_count; i++)
        add(fast, config->n3_interfaces[i], FAST_N3);
    find_passages(fast, config);
    if (!config->nat)
        find_n6(fast, config);
}

/* A RAN port is held by another's word (plane/fast/ran_port.h). */
static void vacate(struct fast *fast)
{
    for (unsigned i = 0; i < fast->seat_count; i++)
        fast->seats[i].flags &= FAST_RAN;
}

static void clear_vacant(struct fast *fast)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < fast->seat_count; i++)
        if (fast->seats[i].flags)
            fast->seats[kept++] = fast->seats[i];
    fast->seat_count = kept;
}

static bool has_n3(const struct fast *fast)
{
    for (unsigned i = 0; i < fast->seat_count; i++)
        if (fast->seats[i].flags & FAST_N3)
            return true;
    return false;
}

/* --- at the driver, or behind it --- */

static bool is_there(const struct fast_seat *seat)
{
    return if_nametoindex(seat->device) != 0;
}

static unsigned sit_all(struct fast *fast, enum fast_mode mode, char why[FAST_WHY_BYTES])
{
    unsigned sitting = 0;
    for (unsigned i = 0; i < fast->seat_count; i++) {
        if (sit(fast, &fast->seats[i], mode, why))
            sitting++;
        else if (mode != FAST_NATIVE || !is_there(&fast->seats[i]))
            log_warning("plane", NULL, "fast path: %s", why);
    }
    return sitting;
}

/* An interface that is not there loses nothing. */
static unsigned seats_there(const struct fast *fast)
{
    unsigned count = 0;
    for (unsigned i = 0; i < fast->seat_count; i++)
        count += is_there(&fast->seats[i]);
    return count;
}

static void leave_all(struct fast *fast)
{
    char path[256];
    for (unsigned i = 0; i < fast->seat_count; i++) {
        link_path(path, sizeof path, fast->folder, fast->seats[i].device);
        remove_link(path);
        fast->seats[i].mode = FAST_NOWHERE;
    }
}

/* At its driver, the program's packets are lost in silence where the driver of another interface does not take them (of a virtual Ethernet pair: where
 * nobody polls at the other end). The kernel tells once the program sits there. */
static bool all_take(const struct fast *fast, char why[FAST_WHY_BYTES])
{
    for (unsigned i = 0; i < fast->seat_count; i++) {
        if (!is_there(&fast->seats[i]))
            continue;
        const enum device_redirect redirect = device_redirect(if_nametoindex(fast->seats[i].device));
        if (redirect == DEVICE_TAKES)
            continue;
        snprintf(why, FAST_WHY_BYTES, "%s %s take packets at its driver", fast->seats[i].device,
                 redirect == DEVICE_SILENT ? "does not say that it would" : "would not");
        return false;
    }
    return true;
}

/* How a predecessor sits, whose packets go on. */
static enum fast_mode found_mode(const struct fast *fast)
{
    enum fast_mode mode = FAST_NOWHERE;
    unsigned program;
    char path[256];
    for (unsigned i = 0; i < fast->seat_count && mode == FAST_NOWHERE; i++) {
        link_path(path, sizeof path, fast->folder, fast->seats[i].device);
        if (access(path, F_OK) == 0)
            mode = mode_at(if_nametoindex(fast->seats[i].device), &program);
    }
    return mode;
}

/* All sit alike, as packets go from each to each. */
static unsigned sit_where_nothing_is_lost(struct fast *fast, char why[FAST_WHY_BYTES])
{
    if (found_mode(fast) == FAST_GENERIC)
        return sit_all(fast, FAST_GENERIC, why);
    const unsigned sitting = sit_all(fast, FAST_NATIVE, why);
    if (sitting == seats_there(fast) && all_take(fast, why))
        return sitting;
    leave_all(fast);
    log_info("plane", NULL, "fast path: behind the drivers (generic XDP), as %s", why);
    return sit_all(fast, FAST_GENERIC, why);
}

bool fast_attach_all(struct fast *fast, const struct config_plane *config, char why[FAST_WHY_BYTES])
{
    vacate(fast);
    find_seats(fast, config);
    clear_vacant(fast);
    leave_others(fast);
    forget_ports(fast);
    snprintf(why, FAST_WHY_BYTES, "no interface has an n3 address, or it is the loopback interface");
    if (!has_n3(fast))
        return false;
    if (config->fast == CONFIG_FAST_NATIVE) {
        const unsigned sitting = sit_all(fast, FAST_NATIVE, why);
        char lost[FAST_WHY_BYTES];
        if (sitting && !all_take(fast, lost))
            log_warning("plane", NULL, "fast path: native as configured, though %s", lost);
        return sitting != 0;
    }
    return (config->fast == CONFIG_FAST_GENERIC ? sit_all(fast, FAST_GENERIC, why)
                                                : sit_where_nothing_is_lost(fast, why)) != 0;
}

/* As the others sit. */
static enum fast_mode common_mode(const struct fast *fast, enum config_fast mode)
{
    for (unsigned i = 0; i < fast->seat_count; i++)
        if (fast->seats[i].mode != FAST_NOWHERE)
            return fast->seats[i].mode;
    return mode == CONFIG_FAST_NATIVE ? FAST_NATIVE : FAST_GENERIC;
}

bool fast_attach(struct fast *fast, const char *device, unsigned flags, enum config_fast mode,
                 char why[FAST_WHY_BYTES])
{
    struct fast_seat *seat = add(fast, device, flags);
    const unsigned index = if_nametoindex(device);
    if (!seat)
        return complain(why, "there is no room for interface", device);
    if (seat->mode != FAST_NOWHERE) {
        fast->ports[index].flags |= flags;
        return true;
    }
    if (!sit(fast, seat, common_mode(fast, mode), why))
        return false;
    if (mode == CONFIG_FAST_AUTO && seat->mode == FAST_NATIVE && device_redirect(index) != DEVICE_TAKES)
        fast->ports[index].flags &= ~(__u32)FAST_OUT; /* what is bound for there is the slow path's */
    return true;
}

bool fast_attach_slow(struct fast *fast, const char *device, unsigned network, enum config_fast mode,
                      char why[FAST_WHY_BYTES])
{
    add_for_frames(fast, device, FAST_TAP, network);
    return fast_attach(fast, device, FAST_TAP, mode, why);
}

void fast_detach(struct fast *fast, unsigned index)
{
    char path[256];
    fast->ports[index] = (struct fast_port){0};
    for (unsigned i = 0; i < fast->seat_count; i++) {
        struct fast_seat *seat = &fast->seats[i];
        if (seat->mode == FAST_NOWHERE || seat->index != index)
            continue;
        seat->mode = FAST_NOWHERE;
        link_path(path, sizeof path, fast->folder, seat->device);
        remove_link(path);
    }
}

/* --- the folder --- */

static bool is_bpf(const char *path)
{
    struct statfs about;
    return statfs(path, &about) == 0 && about.f_type == BPF_FS_MAGIC;
}

/* mkdir -p. */
static void make_folders(const char *folder)
{
    char path[256];
    snprintf(path, sizeof path, "%s", folder);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

bool fast_make_folder(const char *folder, char why[FAST_WHY_BYTES])
{
    static const char usual[] = "/sys/fs/bpf";
    make_folders(folder);
    if (is_bpf(folder))
        return true;
    if (strncmp(folder, usual, sizeof usual - 1) == 0 && mount("bpf", usual, "bpf", 0, NULL) == 0) {
        make_folders(folder);
        if (is_bpf(folder))
            return true;
    }
    snprintf(why, FAST_WHY_BYTES,
             "%s is no folder of a BPF file system, and cannot be made one: mount it for writing (mount -t "
             "bpf bpf %s), or change "
             "planes.fast_pins",
             folder, usual);
    return false;
}

/* --- the end --- */

void fast_remove(struct fast *fast)
{
    fast->seat_count = 0;
    leave_others(fast);
    fast_remove_pins(fast);
    rmdir(fast->folder);
}
