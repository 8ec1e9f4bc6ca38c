/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line check: everything that is wrong with an inventory. demarc line schema: what one looks like. */
#include <stdio.h>
#include <string.h>

#include "config/json_schema.h"
#include "face/line_stand.h"

/* What its files and the names in it add up to. */
static void check_ledger(const struct config *config, struct config_report *report)
{
    struct ledger *ledger = ledger_new(&config->inventory, report);
    if (!ledger)
        return;
    const struct ledger_counts *counts = ledger_counts(ledger);
    printf("%u assets, %u of them high-risk; %u of %u radio sites high-risk; profile %s\n", counts->assets,
           counts->high_risk, counts->high_risk_sites, counts->sites, config->inventory.profile.name);
    ledger_free(ledger);
}

static bool check(const char *config_path, const char *inventory)
{
    struct config_report report = {.to = stdout};
    struct config *config = config_load_reporting(config_path, inventory, &report);
    if (config)
        check_ledger(config, &report);
    config_free(config);
    if (report.errors == 0)
        printf("%s: good\n", inventory ? inventory : "the inventory");
    return report.errors == 0;
}

int run_line_check(const struct command *command, int argc, char **argv)
{
    const char *path = NULL;
    const struct option_slot slots[] = {{"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    bool good = argc > 0 || check(path, NULL);
    for (int i = 0; i < argc; i++)
        good &= check(path, argv[i]);
    return good ? EXIT_DONE : EXIT_FAILED;
}

int run_line_schema(const struct command *command, int argc, char **argv)
{
    const struct option_slot slots[] = {{0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    const bool profile = argc == 1 && strcmp(argv[0], "profile") == 0;
    if (!profile && (argc != 1 || strcmp(argv[0], "inventory") != 0))
        return wrong_usage(command, "inventory or profile");
    (profile ? config_print_profile_schema : config_print_inventory_schema)(stdout);
    return EXIT_DONE;
}
