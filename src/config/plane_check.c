/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of planes, and between them: who serves what, from which addresses, where. */
#include <string.h>

#include "config/schema.h"

bool check_plane_network(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_plane *plane = base;
    struct config_plane_network *network = &((struct config_plane_network *)items)[index];
    const bool allocates = network->addresses == CONFIG_PLANE_ALLOCATES;
    if (allocates && !plane->external)
        return check_found(complaint, "%s with addresses: plane", network->name) ||
               complain(complaint, "that of an external plane only");
    if (allocates && (network->ipv4.family || network->ipv6.family))
        return check_found(complaint, "%s with addresses: plane and a pool", network->name) ||
               complain(complaint, "one of the two");
    if ((network->ipv4.family && network->ipv4.family != AF_INET) ||
        (network->ipv6.family && network->ipv6.family != AF_INET6))
        return check_found(complaint, "%s with a pool of the other family", network->name) ||
               complain(complaint, "an IPv4 prefix in ipv4, an IPv6 prefix in ipv6");
    return check_pool_sizes(network->name, &network->ipv4, &network->ipv6, complaint) &&
           check_gateway(&network->ipv4, &network->ipv4_gateway, complaint);
}

/* The pool of a data network that is not the plane's, and shares addresses with one that is: NULL, or its name. */
static const char *clash(const struct config *config, const struct config_plane_network *own)
{
    for (unsigned i = 0; i < config->smf.dnn_count; i++) {
        const struct config_dnn *dnn = &config->smf.dnns[i];
        if (strcmp(dnn->name, own->name) != 0 && (config_prefix_overlaps(&dnn->ipv4, &own->ipv4) ||
                                                  config_prefix_overlaps(&dnn->ipv6, &own->ipv6)))
            return dnn->name;
    }
    return NULL;
}

/* The same of another plane's own pools. */
static const char *clash_of(const struct config_plane *other, const struct config_plane_network *own)
{
    for (unsigned i = 0; i < other->network_count; i++) {
        const struct config_plane_network *theirs = &other->networks[i];
        if (theirs != own && (config_prefix_overlaps(&theirs->ipv4, &own->ipv4) ||
                              config_prefix_overlaps(&theirs->ipv6, &own->ipv6)))
            return other->name;
    }
    return NULL;
}

static const struct config_prefix *pool_of(const struct config_plane_network *own, bool v6)
{
    return v6 ? &own->ipv6 : &own->ipv4;
}

/* Does the plane have phones with addresses of the data network's own pool of that family? */
static bool gives_out(const struct config_plane *plane, const char *name, bool v6)
{
    const struct config_plane_network *own = config_plane_network(plane, name);
    return config_plane_serves(plane, name) &&
           (!own || (own->addresses == CONFIG_CORE_ALLOCATES && !pool_of(own, v6)->family));
}

/* Is a part of the data network's pool that plane's own, and does the other give out the whole? */
static bool takes_part(const struct config *config, const struct config_plane *plane,
                       const struct config_plane *other)
{
    for (unsigned i = 0; i < plane->network_count; i++) {
        const struct config_plane_network *own = &plane->networks[i];
        const struct config_dnn *dnn = config_find_dnn(config, own->name);
        if ((config_prefix_overlaps(&dnn->ipv4, &own->ipv4) && gives_out(other, dnn->name, false)) ||
            (config_prefix_overlaps(&dnn->ipv6, &own->ipv6) && gives_out(other, dnn->name, true)))
            return true;
    }
    return false;
}

static bool check_networks(const struct config *config, const struct config_plane *all, unsigned index,
                           struct complaint *complaint)
{
    const struct config_plane *plane = &all[index];
    for (unsigned i = 0; i < plane->network_count; i++) {
        const struct config_plane_network *own = &plane->networks[i];
        if (!config_find_dnn(config, own->name))
            return check_found(complaint, "data network %s", own->name) ||
                   complain(complaint, "one of data_networks");
        const char *other = clash(config, own);
        for (unsigned k = 0; !other && k <= index; k++)
            other = clash_of(&all[k], own);
        if (other)
            return check_found(complaint, "a pool that overlaps with one of %s", other) ||
                   complain(complaint, "pools apart from each other");
    }
    for (unsigned k = 0; k < index; k++)
        if (takes_part(config, plane, &all[k]) || takes_part(config, &all[k], plane))
            return check_found(complaint, "%s with a part of a pool that another gives out as a whole",
                               plane->name) ||
                   complain(complaint, "pools of their own for both");
    return true;
}

/* `demarc plane NAME` starts a plane; these are what else it does. */
static bool is_command(const char *name)
{
    static const char *const commands[] = {"show", "counters", "capture"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i]) == 0)
            return true;
    return false;
}

bool check_plane(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_plane *all = items, *plane = &all[index];
    if (is_command(plane->name))
        return check_found(complaint, "%s", plane->name) ||
               complain(complaint, "a name that is no command of `demarc plane`");
    if (index == 0 && plane->external)
        return check_found(complaint, "%s, which is external, first", plane->name) ||
               complain(complaint, "one of this host first: it holds the RAN port");
    bool two = plane->n3_count == 2 && plane->n3[0].any.sa_family != plane->n3[1].any.sa_family;
    if (plane->n3_count != 1 && !two)
        return check_found(complaint, "%s with other n3 addresses", plane->name) ||
               complain(complaint, "one IPv4 address, one IPv6 address, or one of each");
    return check_networks(base, all, index, complaint);
}

/* --- with the inventory --- */

static bool is_site(const struct config_inventory *inventory, const char *name)
{
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        if (strcmp(inventory->gnbs[i].site, name) == 0)
            return true;
    return false;
}

static bool knows_places(const struct config *config, const struct config_plane *plane,
                         struct config_report *report)
{
    static const char format[] = "%s:1: gnbs: found none that is %s, expected the %s that plane %s serves";
    const struct config_inventory *inventory = &config->inventory;
    bool good = true;
    for (unsigned i = 0; i < plane->gnb_count; i++)
        good &= config_find_gnb(inventory, plane->gnbs[i]) ||
                config_report(report, format, inventory->file, plane->gnbs[i], "gNB", plane->name);
    for (unsigned i = 0; i < plane->site_count; i++)
        good &= is_site(inventory, plane->sites[i]) ||
                config_report(report, format, inventory->file, plane->sites[i], "site", plane->name);
    return good;
}

/* Both have addresses of the data network's pool, and on one host, or where nobody translates them, no route can tell whose a packet is. */
static bool share_a_pool(const struct config_plane *a, const struct config_plane *b, const char *name)
{
    const struct config_plane_network *one = config_plane_network(a, name),
                                      *two = config_plane_network(b, name);
    const bool from_pool = (!one || (!one->ipv4.family && !one->ipv6.family && !one->addresses)) &&
                           (!two || (!two->ipv4.family && !two->ipv6.family && !two->addresses));
    return config_plane_serves(a, name) && config_plane_serves(b, name) && from_pool &&
           ((!a->external && !b->external) || (!a->nat && !b->nat));
}

static void warn_of_shared_pools(const struct config *config, unsigned index, struct config_report *report)
{
    const struct config_plane *plane = &config->planes[index];
    for (unsigned i = 0; i < index; i++)
        for (unsigned k = 0; k < config->smf.dnn_count; k++)
            if (share_a_pool(&config->planes[i], plane, config->smf.dnns[k].name))
                config_warn(report,
                            "%s:1: planes: found %s and %s with one pool of %s, expected "
                            "pools of their own in planes.data_networks",
                            config->inventory.file, config->planes[i].name, plane->name,
                            config->smf.dnns[k].name);
}

/* Of one of their TUN devices, which are called so with a number behind. */
static bool share_a_device(const char *tun, const char *other)
{
    const size_t length = strlen(tun);
    return strncmp(tun, other, length) == 0 && strspn(other + length, "0123456789") == strlen(other + length);
}

static void warn_of_shared_devices(const struct config *config, unsigned index, struct config_report *report)
{
    const struct config_plane *plane = &config->planes[index];
    for (unsigned i = 0; i < index && !plane->external; i++) {
        const struct config_plane *other = &config->planes[i];
        if (!other->external &&
            (share_a_device(other->tun, plane->tun) || share_a_device(plane->tun, other->tun)))
            config_warn(report,
                        "%s:1: planes: found %s and %s with tun %s and %s, expected names of devices of "
                        "their own where both are on one host",
                        config->inventory.file, other->name, plane->name, other->tun, plane->tun);
    }
}

bool config_planes_agree(const struct config *config, struct config_report *report)
{
    bool good = true;
    for (unsigned i = 0; i < config->plane_count; i++) {
        good &= knows_places(config, &config->planes[i], report);
        warn_of_shared_pools(config, i, report);
        warn_of_shared_devices(config, i, report);
    }
    return good;
}
