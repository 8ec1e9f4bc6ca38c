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
#include "plane/host.h"

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

/* The link that a predecessor left at this interface gets this program. False: there is none. */
static bool take_over(struct fast *fast, const char *path, unsigned index)
{
    struct bpf_link_info info = {0};
    unsigned size = sizeof info;
    const int link = bpf_obj_get(path);
    const bool its = link >= 0 && bpf_obj_get_info_by_fd(link, &info, &size) == 0 &&
                     info.xdp.ifindex == index && bpf_link_update(link, fast->program, NULL) == 0;
    if (link >= 0)
        close(link);
    if (!its)
        unlink(path);
    return its;
}

static int make_link(const struct fast *fast, unsigned index, enum config_fast mode)
{
    LIBBPF_OPTS(bpf_link_create_opts, native, .flags = XDP_FLAGS_DRV_MODE);
    LIBBPF_OPTS(bpf_link_create_opts, generic, .flags = XDP_FLAGS_SKB_MODE);
    int link = -1;
    if (mode != CONFIG_FAST_GENERIC)
        link = bpf_link_create(fast->program, (int)index, BPF_XDP, &native);
    if (link < 0 && mode != CONFIG_FAST_NATIVE)
        link = bpf_link_create(fast->program, (int)index, BPF_XDP, &generic);
    return link;
}

/* The descriptor is closed: the pin holds the link. */
static bool link_to(struct fast *fast, const char *device, unsigned index, enum config_fast mode,
                    char why[FAST_WHY_BYTES])
{
    char path[256];
    link_path(path, sizeof path, fast->folder, device);
    if (take_over(fast, path, index))
        return true;
    const int link = make_link(fast, index, mode);
    if (link < 0)
        return complain(why, "the packet program cannot be put at", device);
    const bool pinned = bpf_obj_pin(link, path) == 0;
    complain(why, "its link cannot be kept at", path);
    close(link);
    return pinned;
}

bool fast_attach(struct fast *fast, const char *device, unsigned flags, enum config_fast mode,
                 char why[FAST_WHY_BYTES])
{
    const unsigned index = if_nametoindex(device);
    if (index == 0)
        return complain(why, "there is no interface", device);
    if (index >= FAST_PORTS) {
        snprintf(why, FAST_WHY_BYTES, "interface %s has the index %u, and maps have room for %u", device,
                 index, FAST_PORTS);
        return false;
    }
    struct fast_port *port = &fast->ports[index];
    port->device = index;
    port->mtu = (__u16)host_device_mtu(device);
    port->flags = flags | FAST_OUT;
    return link_to(fast, device, index, mode, why);
}

/* --- which --- */

struct port_names {
    char name[FAST_PORT_NAMES][IF_NAMESIZE];
    unsigned flags[FAST_PORT_NAMES];
    unsigned count;
};

static void add(struct port_names *ports, const char *name, unsigned flags)
{
    for (unsigned i = 0; i < ports->count; i++)
        if (strcmp(ports->name[i], name) == 0) {
            ports->flags[i] |= flags;
            return;
        }
    if (ports->count == FAST_PORT_NAMES || name[0] == '\0')
        return;
    snprintf(ports->name[ports->count], IF_NAMESIZE, "%s", name);
    ports->flags[ports->count++] = flags;
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

static void find_ports(const struct config_plane *config, struct port_names *ports)
{
    char device[IF_NAMESIZE];
    for (unsigned i = 0; i < config->n3_count; i++)
        if (host_device(&config->n3[i], device))
            add(ports, device, FAST_N3);
    for (unsigned i = 0; i < config->fast_interface_count; i++)
        add(ports, config->fast_interfaces[i], FAST_N6);
    if (config->fast_interface_count)
        return;
    if (strcmp(config->egress, "auto") == 0)
        default_device(device);
    else
        snprintf(device, sizeof device, "%s", config->egress);
    add(ports, device, FAST_N6);
}

static bool is_one_of(const struct port_names *ports, const char *name)
{
    for (unsigned i = 0; i < ports->count; i++)
        if (strcmp(ports->name[i], name) == 0)
            return true;
    return false;
}

/* The program leaves all interfaces but these. */
static void leave_others(struct fast *fast, const struct port_names *kept)
{
    static const char prefix[] = "link-";
    DIR *folder = opendir(fast->folder);
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 &&
            !is_one_of(kept, entry->d_name + sizeof prefix - 1))
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
}

/* What a predecessor found may have another index now. */
static void forget_ports(struct fast *fast, const struct port_names *kept)
{
    char name[IF_NAMESIZE];
    for (unsigned index = 1; index < FAST_PORTS; index++)
        if (fast->ports[index].flags && !(if_indextoname(index, name) && is_one_of(kept, name)))
            fast->ports[index] = (struct fast_port){0};
}

bool fast_attach_all(struct fast *fast, const struct config_plane *config, char why[FAST_WHY_BYTES])
{
    struct port_names ports = {.count = 0};
    unsigned attached = 0;
    find_ports(config, &ports);
    leave_others(fast, &ports);
    forget_ports(fast, &ports);
    snprintf(why, FAST_WHY_BYTES, "no interface has an n3 address or leads to a data network");
    for (unsigned i = 0; i < ports.count; i++) {
        if (fast_attach(fast, ports.name[i], ports.flags[i], config->fast, why))
            attached++;
        else
            log_warning("plane", NULL, "fast path: %s", why);
    }
    return attached != 0;
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
        return is_bpf(folder) || complain(why, "no BPF file system at", folder);
    }
    errno = ENOTSUP;
    return complain(why, "no BPF file system at", folder);
}

/* --- the end --- */

void fast_remove(struct fast *fast)
{
    static const struct port_names none;
    char path[256];
    struct bpf_map *map;
    leave_others(fast, &none);
    bpf_object__for_each_map(map, fast->object)
    {
        snprintf(path, sizeof path, "%s/%s", fast->folder, bpf_map__name(map));
        unlink(path);
    }
    rmdir(fast->folder);
}
