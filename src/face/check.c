/* SPDX-License-Identifier: Apache-2.0 */
/* demarc check: the verdict on a configuration. */
#include <stdio.h>
#include <unistd.h>

#include "config/config.h"
#include "face/command.h"

int run_check(const struct command *command, int argc, char **argv)
{
    bool print = false, inventory = false;
    const struct option_slot slots[] = {{"print", &print, NULL}, {"inventory", &inventory, NULL}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc > 1)
        return wrong_usage(command, "unexpected %s", argv[1]);
    const char *path = argc ? argv[0] : NULL;
    struct config_error error;
    struct config *config = config_load(path, &error);
    if (!config) {
        puts(error.text);
        return EXIT_FAILED;
    }
    if (inventory)
        config_print_inventory(config, stdout);
    else if (print)
        config_print(config, stdout);
    else
        printf("%s: good\n", path ? path : access(CONFIG_FILE, F_OK) == 0 ? CONFIG_FILE : "the defaults");
    for (unsigned i = 0; i < config->home_key_count; i++)
        if (config->home_keys[i].published)
            fprintf(stderr, "demarc: home network key %u is a public test key: replace it outside a lab\n",
                    config->home_keys[i].id);
    config_free(config);
    return EXIT_DONE;
}
