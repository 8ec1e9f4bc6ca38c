/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a protected subscriber finds no cell that may serve him (rule H4): tracking areas of high-risk gNBs, connected or enrolled, that no
 * trusted gNB has, be it connected or only enrolled, as phones remember for long where they may not go.
 */
#include <stdlib.h>

#include "core/amf/shelter.h"

struct served {
    struct config_area area;
    enum config_risk risk; /* of the gNB */
};

struct collected {
    struct served *items;
    size_t count;
};

/* By network and code; of the same area the trusted first. */
static int in_order(const void *a, const void *b)
{
    const struct served *left = a, *right = b;
    const int plmn = memcmp(left->area.plmn.octets, right->area.plmn.octets, sizeof left->area.plmn.octets);
    if (plmn)
        return plmn;
    const int tac = (left->area.tac > right->area.tac) - (left->area.tac < right->area.tac);
    return tac ? tac : (int)left->risk - (int)right->risk;
}

/* Without `items` it is only counted. */
static void add(struct collected *to, struct config_area area, enum config_risk risk)
{
    if (to->items)
        to->items[to->count] = (struct served){area, risk};
    to->count++;
}

static void add_connected(const struct core *core, struct collected *to)
{
    size_t cursor = 0;
    for (void *value; map_next(&core->gnbs, &cursor, NULL, &value);) {
        const struct gnb *gnb = value;
        for (unsigned i = 0; gnb->ready && i < gnb->area_count; i++)
            add(to, (struct config_area){gnb->areas[i].tai.plmn, gnb->areas[i].tai.tac}, gnb->risk);
    }
}

static void add_enrolled(const struct config_inventory *inventory, struct collected *to)
{
    for (unsigned i = 0; i < inventory->gnb_count; i++) {
        const struct config_gnb *gnb = &inventory->gnbs[i];
        const struct config_domain *domain = config_find_domain(inventory, gnb->domain);
        for (unsigned k = 0; domain && k < gnb->area_count; k++)
            add(to, gnb->areas[k], domain->risk);
    }
}

static struct collected collect(struct core *core)
{
    struct collected all = {0};
    add_connected(core, &all);
    add_enrolled(&core->config->inventory, &all);
    all = (struct collected){.items = arena_array(&core->batch, all.count, sizeof *all.items)};
    if (!all.items)
        return all;
    add_connected(core, &all);
    add_enrolled(&core->config->inventory, &all);
    qsort(all.items, all.count, sizeof *all.items, in_order);
    return all;
}

/* An enrolment for all of a network names no area: it forbids none, and if it is a trusted gNB's, none is forbidden. */
static bool only_high_risk(const struct collected *all, size_t i)
{
    const struct served *one = &all->items[i];
    const struct served everywhere = {{one->area.plmn, CONFIG_ALL_TACS}, CONFIG_TRUSTED};
    const bool first =
        i == 0 || one[-1].area.tac != one->area.tac || !plmn_equal(one[-1].area.plmn, one->area.plmn);
    return first && one->risk != CONFIG_TRUSTED && one->area.tac != CONFIG_ALL_TACS &&
           !bsearch(&everywhere, all->items, all->count, sizeof everywhere, in_order);
}

/* FNV-1a; never 0. */
static uint32_t digest_of(const struct config_area *areas, unsigned count)
{
    uint32_t digest = 0x811c9dc5;
    for (unsigned i = 0; i < count; i++) {
        const struct config_plmn plmn = areas[i].plmn;
        const uint8_t octets[] = {plmn.octets[0],
                                  plmn.octets[1],
                                  plmn.octets[2],
                                  (uint8_t)(areas[i].tac >> 16),
                                  (uint8_t)(areas[i].tac >> 8),
                                  (uint8_t)areas[i].tac};
        for (size_t k = 0; k < sizeof octets; k++)
            digest = (digest ^ octets[k]) * 0x01000193;
    }
    return digest ? digest : 1;
}

/* Without memory a hint is missing; the rule is kept all the same. */
static void work_out(struct core *core)
{
    const struct collected all = collect(core);
    struct config_area *areas = all.count ? calloc(all.count, sizeof *areas) : NULL;
    unsigned count = 0;
    for (size_t i = 0; areas && i < all.count; i++)
        if (only_high_risk(&all, i))
            areas[count++] = all.items[i].area;
    core->shelter = (struct shelter){areas, count, digest_of(areas, count), true};
}

unsigned shelter_areas(const struct ue *ue, const struct config_area **areas)
{
    struct core *core = ue->core;
    const struct shelter_question question = {.kind = LINE_REGISTRATION, .supi = ue->supi};
    *areas = NULL;
    if (!core->config->inventory.protected.subscriber_count || !shelter_covers(core, &question))
        return 0;
    if (!core->shelter.known)
        work_out(core);
    *areas = core->shelter.areas;
    return core->shelter.count;
}

uint32_t shelter_areas_digest(const struct ue *ue)
{
    const struct config_area *areas;
    return shelter_areas(ue, &areas) ? ue->core->shelter.digest : 0;
}

void shelter_forget_areas(struct core *core)
{
    free(core->shelter.areas);
    core->shelter = (struct shelter){0};
}
