/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Big lists of the inventory come as comma-separated rows (RFC 4180, a row a line); the first line names the columns, which are the keys
 * that records of the list in the inventory have.
 */
#ifndef CONFIG_ROWS_H
#define CONFIG_ROWS_H

#include "config/inventory.h"
#include "config/report.h"
#include "kit/arena.h"

/* Called for each row that reads well; its texts live in the arena. False: stop. */
struct config_rows {
    void *context;
    bool (*asset)(void *context, const struct config_asset *asset, const char *path, unsigned line);
    bool (*site)(void *context, const struct config_site *site, const char *path, unsigned line);
    struct arena *memory;
    struct config_report *report;
};

/* name: as the inventory has it. False: something is wrong, and reported. */
bool config_read_assets(const struct config_inventory *inventory, const char *name,
                        const struct config_rows *rows);
bool config_read_sites(const struct config_inventory *inventory, const char *name,
                       const struct config_rows *rows);

#endif
