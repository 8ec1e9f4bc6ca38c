/* SPDX-License-Identifier: Apache-2.0 */
#include "config/terms.h"

#include <stdio.h>
#include <string.h>

_Static_assert((int)CHARTER_LISTEN >= (int)CONFIG_LISTEN, "an edge is told all its addresses");

void config_edge_terms(const struct config *config, const struct config_edge *edge, struct charter *charter)
{
    const struct config_budget budget = config_budget_of(&config->inventory, edge->domain->name);
    *charter = (struct charter){
        .kind = CHARTER_TERMS,
        .terms = {.log_level = config->log_level,
                  .log_json = config->log_json,
                  .budget = {budget.messages, budget.bytes, budget.arrivals, budget.log_bytes},
                  .gnbs = config->limits.gnbs,
                  .listen_count = edge->listen_count}};
    snprintf(charter->name, sizeof charter->name, "%s", edge->name);
    snprintf(charter->terms.vendor, sizeof charter->terms.vendor, "%s", edge->domain->vendor);
    snprintf(charter->terms.runtime_dir, sizeof charter->terms.runtime_dir, "%s", config->runtime_dir);
    memcpy(charter->terms.listen, edge->listen, edge->listen_count * sizeof *edge->listen);
}
