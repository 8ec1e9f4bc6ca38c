/* SPDX-License-Identifier: Apache-2.0 */
/* Starts a process of the core: reads the configuration and enters its room. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "edge/process.h"
#include "face/command.h"
#include "face/roles.h"
#include "kit/inherit.h"
#include "line/policy.h"
#include "plane/main.h"

/* The plane reads its configuration itself. */
static int enter_plane(struct config *config, const char *config_path, const char *name)
{
    char program[] = "plane", option[] = "--config", path[4096], own[64];
    snprintf(path, sizeof path, "%s", config_path ? config_path : "");
    snprintf(own, sizeof own, "%s", name);
    config_free(config);
    char *with[] = {program, option, path, own, NULL}, *without[] = {program, own, NULL};
    return config_path ? plane_main(4, with) : plane_main(2, without);
}

static const struct role {
    const char *command;
    bool named; /* one process for each name */
    bool holds_keys;
    int (*enter)(struct config *config, const char *config_path, const char *name);
} roles[] = {
    {"run", false, false, keeper_main},      {"control", false, true, control_main},
    {"plane", true, false, enter_plane},     {"recorder", false, false, recorder_main},
    {"console", false, false, console_main}, {0},
};

/* The edge reads no configuration: it lives by its charter. */
int run_edge(const struct command *command, int argc, char **argv)
{
    if (argc != 1)
        return wrong_usage(command, argc ? "unexpected %s" : "one name is needed%s", argc ? argv[1] : "");
    int charter = inherited("charter");
    if (charter < 0)
        return failed("an edge is started by `demarc run` only");
    _exit(edge_main(charter));
}

static void warn_of_published_keys(const struct config *config)
{
    for (unsigned i = 0; i < config->home_key_count; i++)
        if (config->home_keys[i].published)
            log_warning("config", NULL,
                        "home network key %u is a public test key (TS 33.501 C.4): concealed identities are "
                        "readable by "
                        "anyone; replace it outside a lab",
                        config->home_keys[i].id);
}

int run_role(const struct command *command, int argc, char **argv)
{
    const char *path = NULL;
    const struct option_slot slots[] = {{"config", NULL, &path}, {0}};
    const struct role *role = roles;
    while (strcmp(role->command, command->name) != 0)
        role++;
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc != role->named)
        return wrong_usage(command, role->named ? "one name is needed" : "unexpected %s",
                           argc ? argv[0] : "");
    struct config_error error;
    const bool begins = role->enter == keeper_main; /* it accepts what lies there; the others follow */
    struct config *config = begins ? config_load(path, &error) : policy_load(path, &error);
    if (!config)
        return failed("%s", error.text);
    log_setup(
        (struct log_settings){.level = config->log_level, .json = config->log_json, .name = command->name});
    if (role->enter == control_main)
        warn_of_published_keys(config);
    if (!role->holds_keys)
        config_forget_secrets(config);
    return role->enter(config, path, role->named ? argv[0] : NULL);
}
