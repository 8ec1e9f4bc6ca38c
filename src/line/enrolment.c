/* SPDX-License-Identifier: Apache-2.0 */
#include "line/enrolment.h"

#include <string.h>

static bool within(const struct config_prefix *prefixes, unsigned count, const struct config_ip *ip)
{
    for (unsigned i = 0; i < count; i++)
        if (config_prefix_holds(&prefixes[i], ip))
            return true;
    return count == 0;
}

const struct config_gnb *enrolment_find(const struct config_inventory *inventory,
                                        const struct enrolment_claim *claim, const char **reason)
{
    const struct config_gnb *gnb = config_find_gnb_id(inventory, claim->id);
    const struct config_ip from = config_ip_of(claim->from);
    if (!gnb)
        *reason = "its identity is not in the inventory";
    else if (strcmp(gnb->domain, claim->domain) != 0)
        *reason = "it is enrolled in another trust domain";
    else if (!within(gnb->n2, gnb->n2_count, &from))
        *reason = "it comes from an N2 address that it is not enrolled with";
    else
        return gnb;
    return NULL;
}

bool enrolment_admits_area(const struct config_gnb *gnb, struct config_area area)
{
    for (unsigned i = 0; i < gnb->area_count; i++) {
        const struct config_area whole = {area.plmn, CONFIG_ALL_TACS};
        if (config_area_equal(gnb->areas[i], area) || config_area_equal(gnb->areas[i], whole))
            return true;
    }
    return gnb->area_count == 0;
}

bool enrolment_admits_slice(const struct config_gnb *gnb, struct config_slice slice)
{
    for (unsigned i = 0; i < gnb->slice_count; i++)
        if (config_slice_equal(gnb->slices[i], slice))
            return true;
    return gnb->slice_count == 0;
}

bool enrolment_admits_tunnel(const struct config_gnb *gnb, const struct config_ip *end)
{
    return within(gnb->n3, gnb->n3_count, end);
}

bool enrolment_admits_neighbour(const struct config_gnb *gnb, const struct config_ip *ip)
{
    const bool bounded = gnb->n2_count || gnb->n3_count || gnb->xn_count;
    return !bounded || (gnb->n2_count && within(gnb->n2, gnb->n2_count, ip)) ||
           (gnb->n3_count && within(gnb->n3, gnb->n3_count, ip)) ||
           (gnb->xn_count && within(gnb->xn, gnb->xn_count, ip));
}

static bool lives_in(const struct config_neighbourhood *neighbourhood, const struct config_gnb *gnb)
{
    for (unsigned i = 0; i < neighbourhood->gnb_count; i++)
        if (strcmp(neighbourhood->gnbs[i], gnb->name) == 0)
            return true;
    return false;
}

bool enrolment_neighbours(const struct config_inventory *inventory, struct config_gnb_id one,
                          struct config_gnb_id other)
{
    if (inventory->neighbourhood_count == 0)
        return true;
    const struct config_gnb *a = config_find_gnb_id(inventory, one),
                            *b = config_find_gnb_id(inventory, other);
    for (unsigned i = 0; a && b && i < inventory->neighbourhood_count; i++)
        if (lives_in(&inventory->neighbourhoods[i], a) && lives_in(&inventory->neighbourhoods[i], b))
            return true;
    return false;
}
