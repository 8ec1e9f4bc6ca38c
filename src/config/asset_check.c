/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold within and between the inventory's lists that are not about gNBs. */
#include <string.h>

#include "config/schema.h"

static const struct config_inventory *inventory_of(const void *base)
{
    return &((const struct config *)base)->inventory;
}

static bool vendor_known(const struct config_inventory *inventory, const char *vendor)
{
    for (unsigned i = 0; i < inventory->vendor_count; i++)
        if (strcmp(inventory->vendors[i].name, vendor) == 0)
            return true;
    return false;
}

/* A link goes from one site to another; whatever else there is stands at one. */
bool config_link_ends(const struct config_asset *asset, struct complaint *complaint)
{
    if (!*asset->to)
        return true;
    if (asset->kind != CONFIG_LINK)
        return check_found(complaint, "%s, which is no link, with another end", asset->name) ||
               complain(complaint, "only a link to have `to`");
    if (!*asset->site || strcmp(asset->site, asset->to) == 0)
        return check_found(complaint, "%s with one end", asset->name) ||
               complain(complaint, "`site` and `to`, the sites that it joins");
    return true;
}

/* Its site may be in a file of sites: that is looked up where these are read (line/ledger_new.c). */
bool check_asset(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_inventory *inventory = inventory_of(base);
    const struct config_asset *all = items, *asset = &all[index];
    if (config_find_gnb(inventory, asset->name))
        return check_found(complaint, "%s, which is a gNB", asset->name) ||
               complain(complaint, "what is said of it among gnbs, and another name here");
    if (!config_link_ends(asset, complaint))
        return false;
    return vendor_known(inventory, asset->vendor) || check_found(complaint, "vendor %s", asset->vendor) ||
           complain(complaint, "one of vendors");
}

/* Nothing lies within, so nothing would be kept out of it. */
static bool is_flat(const struct config_sensitive *polygon)
{
    const struct config_position *a = &polygon->corners[0];
    for (unsigned i = 2; i < polygon->corner_count; i++) {
        const struct config_position *b = &polygon->corners[i - 1], *c = &polygon->corners[i];
        const __int128 twice =
            (__int128)(b->latitude - (int64_t)a->latitude) * (c->longitude - (int64_t)a->longitude) -
            (__int128)(c->latitude - (int64_t)a->latitude) * (b->longitude - (int64_t)a->longitude);
        if (twice != 0)
            return false;
    }
    return true;
}

bool check_sensitive(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_sensitive *own = (const struct config_sensitive *)items + index;
    (void)base;
    return !is_flat(own) || check_found(complaint, "%s, whose corners lie in a line", own->name) ||
           complain(complaint, "corners that enclose something");
}

bool check_mitigation(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_mitigation *all = items, *own = &all[index];
    for (unsigned i = 0; i < own->domain_count; i++)
        if (!config_find_domain(inventory_of(base), own->domains[i]))
            return check_found(complaint, "domain %s", own->domains[i]) ||
                   complain(complaint, "names of domains");
    if (own->expires.days <= own->approved.days)
        return check_found(complaint, "%s, which expires before it is approved", own->name) ||
               complain(complaint, "a later day");
    return own->domain_count || own->asset_count ||
           check_found(complaint, "%s, which is for nothing", own->name) ||
           complain(complaint, "domains or assets");
}

static bool partners_known(const void *base, const char **names, unsigned count, struct complaint *complaint)
{
    for (unsigned i = 0; i < count; i++)
        if (!config_find_partner(inventory_of(base), names[i]))
            return check_found(complaint, "partner %s", names[i]) || complain(complaint, "one of partners");
    return true;
}

/* Labels before it in the list: so nothing is derived from itself. */
static bool sources_known(const struct config_label *all, unsigned index, struct complaint *complaint)
{
    const struct config_label *own = &all[index];
    for (unsigned i = 0; i < own->derived_count; i++) {
        unsigned k = 0;
        while (k < index && strcmp(all[k].name, own->derived_from[i]) != 0)
            k++;
        if (k == index)
            return check_found(complaint, "%s", own->derived_from[i]) ||
                   complain(complaint, "labels before it in the list");
    }
    return true;
}

bool check_recipient(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_recipient *all = items, *own = &all[index];
    const char *partner = own->partner;
    return !*partner || partners_known(base, &partner, 1, complaint);
}

bool check_label(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_label *all = items, *own = &all[index];
    return partners_known(base, own->releasable_to, own->releasable_count, complaint) &&
           partners_known(base, own->withheld_from, own->withheld_count, complaint) &&
           sources_known(all, index, complaint);
}
