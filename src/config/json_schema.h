/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema (draft 2020-12) of the files that people write, made from the tables of keys that read them. */
#ifndef CONFIG_JSON_SCHEMA_H
#define CONFIG_JSON_SCHEMA_H

#include <stdio.h>

void config_print_inventory_schema(FILE *to);
void config_print_profile_schema(FILE *to);

#endif
