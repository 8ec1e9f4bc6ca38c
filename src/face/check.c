/* SPDX-License-Identifier: Apache-2.0 */
/* demarc check: the verdict on a configuration. */
#include <stdio.h>
#include <unistd.h>

#include "config/config.h"
#include "face/command.h"
#include "line/audit.h"
#include "plane/fast/start.h"

/* The configuration with its inventory, if nothing is wrong with them; what is, or is to be known, has been said. */
static struct config *check(const char *path, FILE *to)
{
    struct config_report report = {.to = to};
    struct config *config = config_load_reporting(path, NULL, &report);
    struct ledger *ledger = config ? ledger_new(&config->inventory, &report) : NULL;
    if (ledger)
        line_audit_today(ledger, true, &report);
    ledger_free(ledger);
    if (report.errors == 0)
        return config;
    config_free(config);
    return NULL;
}

/* What the fast path will take, before anybody starts it. */
static void print_memory(const struct config *config)
{
    for (unsigned i = 0; i < config->plane_count; i++) {
        const struct config_plane *plane = &config->planes[i];
        const size_t bytes = fast_memory_needed(config, plane);
        if (bytes)
            printf(
                "plane %s: the fast path takes %zu MiB for %u sessions, %u of them of several flows, and %u "
                "networks behind phones\n",
                plane->name, bytes >> 20, plane->fast_sessions, plane->fast_flows, plane->fast_routes);
    }
}

int run_check(const struct command *command, int argc, char **argv)
{
    bool print = false, inventory = false;
    const struct option_slot slots[] = {{"print", &print, NULL}, {"inventory", &inventory, NULL}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc > 1)
        return wrong_usage(command, "unexpected %s", argv[1]);
    const char *path = argc ? argv[0] : NULL;
    struct config *config = check(path, print || inventory ? stderr : stdout);
    if (!config)
        return EXIT_FAILED;
    if (inventory)
        config_print_inventory(config, stdout);
    else if (print)
        config_print(config, stdout);
    else
        printf("%s: good\n", path ? path : access(CONFIG_FILE, F_OK) == 0 ? CONFIG_FILE : "the defaults");
    if (!inventory && !print)
        print_memory(config);
    for (unsigned i = 0; i < config->home_key_count; i++)
        if (config->home_keys[i].published)
            fprintf(stderr, "demarc: home network key %u is a public test key: replace it outside a lab\n",
                    config->home_keys[i].id);
    config_free(config);
    return EXIT_DONE;
}
