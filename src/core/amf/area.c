/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/area.h"

#include <stdlib.h>

#include "core/amf/restriction.h"
#include "line/enrolment.h"

enum { CELL_BITS = 36 };

static struct config_area area_of(struct tai tai)
{
    return (struct config_area){tai.plmn, tai.tac};
}

static bool same_network(const struct ue *ue, struct config_plmn plmn)
{
    const struct config_serving *here = config_find_plmn(ue->core->config, ue->tai.plmn);
    return plmn_equal(plmn, ue->tai.plmn) || (here && config_is_equivalent(here, plmn));
}

bool area_has_sides(const struct core *core)
{
    return core->config->inventory.domain_count > 1 || (core->domains && core->domains->next);
}

/* A cell's identity begins with that of its gNB (TS 38.413 9.3.1.7). */
static bool is_cell_of(uint64_t cell, uint8_t bits, uint32_t value)
{
    return bits && cell >> (CELL_BITS - bits) == value;
}

const char *area_domain(const struct ue *ue)
{
    const struct config_inventory *inventory = &ue->core->config->inventory;
    size_t cursor = 0;
    if (ue->connection)
        return ue->connection->gnb->domain->name;
    for (void *value; map_next(&ue->core->gnbs, &cursor, NULL, &value);) {
        const struct gnb *gnb = value;
        if (gnb->ready && is_cell_of(ue->cell, gnb->identity.bits, gnb->identity.value))
            return gnb->domain->name;
    }
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        if (is_cell_of(ue->cell, inventory->gnbs[i].id.bits, inventory->gnbs[i].id.value))
            return inventory->gnbs[i].domain;
    return NULL;
}

static bool served_now(const struct core *core, const char *domain, struct tai tai)
{
    size_t cursor = 0;
    for (void *value; map_next(&core->gnbs, &cursor, NULL, &value);) {
        const struct gnb *gnb = value;
        if (gnb->ready && strcmp(gnb->domain->name, domain) == 0 && gnb_area_of(gnb, tai))
            return true;
    }
    return false;
}

/* Without a list of areas an enrolment says nothing of where the gNB is. */
static bool enrolled_for(const struct config_inventory *inventory, const char *domain, struct tai tai)
{
    for (unsigned i = 0; i < inventory->gnb_count; i++) {
        const struct config_gnb *gnb = &inventory->gnbs[i];
        if (gnb->area_count && strcmp(gnb->domain, domain) == 0 && enrolment_admits_area(gnb, area_of(tai)))
            return true;
    }
    return false;
}

/* The line: an area never holds what only another trust domain serves. */
static bool this_side(const struct ue *ue, struct tai tai)
{
    const char *domain = area_domain(ue);
    return !area_has_sides(ue->core) || (domain && (served_now(ue->core, domain, tai) ||
                                                    enrolled_for(&ue->core->config->inventory, domain, tai)));
}

/* May the UE be there without telling? It is served there, allowed there, and finds the same service. */
static bool joins(const struct ue *ue, struct tai tai)
{
    const struct config_serving *serving = config_find_plmn(ue->core->config, tai.plmn);
    return serving && config_serves_tac(serving, tai.tac) && same_network(ue, tai.plmn) &&
           !restriction_forbids(ue->restrictions, tai) &&
           restriction_serves(ue->restrictions, tai) == restriction_serves(ue->restrictions, ue->tai) &&
           this_side(ue, tai);
}

static bool among(const struct tai *tais, unsigned count, struct tai tai)
{
    for (unsigned i = 0; i < count; i++) {
        if (tai_equal(tais[i], tai))
            return true;
    }
    return false;
}

static void add(const struct ue *ue, struct area *area, struct tai tai)
{
    if (area->count < CONFIG_AREA_TAIS && !among(area->tais, area->count, tai) && joins(ue, tai))
        area->tais[area->count++] = tai;
}

static void add_network(const struct ue *ue, struct area *area)
{
    const struct config_serving *serving = config_find_plmn(ue->core->config, ue->tai.plmn);
    for (unsigned i = 0; serving && i < serving->tac_count; i++)
        add(ue, area, (struct tai){serving->plmn, serving->tacs[i]});
}

void area_choose(const struct ue *ue, const struct tai *visited, struct area *area)
{
    const struct config_registration_area *configured = config_find_area(ue->core->config, area_of(ue->tai));
    *area = (struct area){.tais = {ue->tai}, .count = 1};
    if (visited)
        add(ue, area, *visited);
    for (unsigned i = 0; configured && i < configured->tai_count; i++)
        add(ue, area, (struct tai){configured->tais[i].plmn, configured->tais[i].tac});
    if (!configured)
        add_network(ue, area);
}

bool area_keep(struct ue *ue, const struct area *area)
{
    struct tai *copy = malloc(area->count * sizeof *copy);
    if (!copy)
        return false;
    memcpy(copy, area->tais, area->count * sizeof *copy);
    free(ue->area);
    ue->area = copy;
    ue->area_count = (uint8_t)area->count;
    return true;
}

bool area_holds(const struct ue *ue, struct tai tai)
{
    return among(ue->area, ue->area_count, tai);
}

unsigned area_at_gnb(const struct ue *ue, const struct gnb *gnb, struct tai tais[CONFIG_AREA_TAIS])
{
    unsigned count = 0;
    for (unsigned i = 0; gnb->ready && i < ue->area_count; i++) {
        if (gnb_area_of(gnb, ue->area[i]))
            tais[count++] = ue->area[i];
    }
    return count;
}
