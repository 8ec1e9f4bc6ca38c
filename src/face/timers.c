/* SPDX-License-Identifier: Apache-2.0 */
/* demarc timers: what runs how long, beside what the specification says. */
#include <stdio.h>

#include "config/config.h"
#include "face/command.h"

static void print_row(void *context, const struct config_timer *timer)
{
    (void)context;
    printf("%-26s %-10s %-10s %s\n", timer->name, timer->specified ? timer->specified : "-", timer->value,
           timer->key);
}

int run_timers(const struct command *command, int argc, char **argv)
{
    const struct option_slot slots[] = {{0}};
    struct config_error error;
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc > 1)
        return wrong_usage(command, "unexpected %s", argv[1]);
    struct config *config = config_load(argc ? argv[0] : NULL, &error);
    if (!config) {
        puts(error.text);
        return EXIT_FAILED;
    }
    printf("%-26s %-10s %-10s %s\n", "TIMER", "SPECIFIED", "HERE", "KEY");
    config_each_timer(config, print_row, NULL);
    config_free(config);
    return EXIT_DONE;
}
