/* SPDX-License-Identifier: Apache-2.0 */
#include "config/inventory.h"

#include <string.h>

#include "kit/map.h"

const struct config_domain *config_find_domain(const struct config_inventory *inventory, const char *name)
{
    for (unsigned i = 0; i < inventory->domain_count; i++)
        if (strcmp(inventory->domains[i].name, name) == 0)
            return &inventory->domains[i];
    return NULL;
}

const struct config_gnb *config_find_gnb(const struct config_inventory *inventory, const char *name)
{
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        if (strcmp(inventory->gnbs[i].name, name) == 0)
            return &inventory->gnbs[i];
    return NULL;
}

const struct config_partner *config_find_partner(const struct config_inventory *inventory, const char *name)
{
    for (unsigned i = 0; i < inventory->partner_count; i++)
        if (strcmp(inventory->partners[i].name, name) == 0)
            return &inventory->partners[i];
    return NULL;
}

const struct config_label *config_find_label(const struct config_inventory *inventory, const char *name)
{
    for (unsigned i = 0; i < inventory->label_count; i++)
        if (strcmp(inventory->labels[i].name, name) == 0)
            return &inventory->labels[i];
    return NULL;
}

const struct config_gnb *config_find_gnb_id(const struct config_inventory *inventory, struct config_gnb_id id)
{
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        if (config_gnb_id_equal(inventory->gnbs[i].id, id))
            return &inventory->gnbs[i];
    return NULL;
}

static struct config_budget lab_budget(struct config_budget budget)
{
    budget.messages = budget.bytes = budget.arrivals = budget.deconcealments = budget.vectors = 0;
    return budget;
}

struct config_budget config_budget_of(const struct config_inventory *inventory, const char *domain)
{
    for (unsigned i = 0; i < inventory->budget_count; i++) {
        const struct config_budget *budget = &inventory->budgets[i];
        if (strcmp(budget->domain, domain) == 0 || strcmp(budget->domain, CONFIG_ANY) == 0)
            return inventory->profile.records_only ? lab_budget(*budget) : *budget;
    }
    return (struct config_budget){.domain = CONFIG_ANY};
}

unsigned config_line(const struct config_inventory *inventory, const void *item)
{
    const uintptr_t line = inventory->lines ? (uintptr_t)map_get(inventory->lines, (uintptr_t)item) : 0;
    return line ? (unsigned)line : 1;
}
