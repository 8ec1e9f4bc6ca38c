/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration with an inventory: none lets every gNB in, and one that names no profile sets no limits but what it says itself.
 */
#ifndef TESTS_LAB_CONFIG_H
#define TESTS_LAB_CONFIG_H

#include <stdio.h>
#include <string.h>

#include "config/config.h"

/* NULL on failure, with *error. */
static inline struct config *lab_config(const char *yaml, const char *inventory, struct config_error *error)
{
    char text[32768];
    const bool named = inventory && strstr(inventory, "profile:");
    snprintf(text, sizeof text, "%s%s",
             named       ? ""
             : inventory ? "profile: enrolled\n"
                         : "profile: lab",
             inventory ? inventory : "");
    struct config *config = config_parse(yaml, strlen(yaml), "test", error);
    if (!config || config_parse_inventory(config, text, strlen(text), "inventory", error))
        return config;
    config_free(config);
    return NULL;
}

#endif
