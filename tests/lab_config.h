/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration with an inventory that lets every gNB in. */
#ifndef TESTS_LAB_CONFIG_H
#define TESTS_LAB_CONFIG_H

#include <string.h>

#include "config/config.h"

/* NULL on failure, with *error. */
static inline struct config *lab_config(const char *yaml, const char *inventory, struct config_error *error)
{
    const char *text = inventory ? inventory : "profile: lab";
    struct config *config = config_parse(yaml, strlen(yaml), "test", error);
    if (!config || config_parse_inventory(config, text, strlen(text), "inventory", error))
        return config;
    config_free(config);
    return NULL;
}

#endif
