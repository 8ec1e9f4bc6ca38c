/* SPDX-License-Identifier: Apache-2.0 */
/* What an edge is told of the configuration. */
#ifndef CONFIG_TERMS_H
#define CONFIG_TERMS_H

#include "config/config.h"
#include "wire/wicket/charter.h"

/* As which user it is to run is the caller's to say. */
void config_edge_terms(const struct config *config, const struct config_edge *edge, struct charter *charter);

#endif
