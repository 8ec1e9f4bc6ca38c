/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line port: what came in where radio equipment is connected (rule L2 of the line). */
#include <stdio.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/table.h"

static const struct column passed_columns[] = {
    {"WHAT", "what", CELL_TEXT, 0},
    {"PACKETS", "packets", CELL_NUMBER, 0},
    {"BYTES", "bytes", CELL_BYTES, 0},
    {0},
};

static const struct column source_columns[] = {
    {"DENIED SOURCE", "source", CELL_TEXT, 0},
    {"PACKETS", "packets", CELL_NUMBER, 0},
    {"BYTES", "bytes", CELL_BYTES, 0},
    {0},
};

static void show(const json_t *reply)
{
    const json_t *sources = json_object_get(reply, "items");
    char interfaces[256];
    cell_text(json_object_get(reply, "interfaces"), CELL_TEXT, interfaces, sizeof interfaces);
    printf("RAN port %s: %s, %lld packets denied\n\n", interfaces,
           json_is_true(json_object_get(reply, "in_force")) ? "held" : "OPEN",
           (long long)json_integer_value(json_object_get(reply, "denied_packets")));
    table_print(stdout, passed_columns, json_object_get(reply, "passed"));
    if (json_array_size(sources)) {
        putchar('\n');
        table_print(stdout, source_columns, sources);
    }
}

/* A host has one RAN port, and the first plane holds it. */
static int port(const struct config *config, bool json)
{
    struct admin_client *client = ask_open(config, "plane", config->planes[0].name);
    if (!client)
        return failed("plane %s is not running", config->planes[0].name);
    json_t *reply = ask_or_fail(client, json_pack("{s:s}", "verb", "ran_port"));
    if (reply && json)
        json_print(stdout, reply);
    else if (reply)
        show(reply);
    admin_hang_up(client);
    int code = reply ? EXIT_DONE : EXIT_FAILED;
    json_decref(reply);
    return code;
}

int run_line(const struct command *command, int argc, char **argv)
{
    bool json = false;
    const char *path = NULL;
    const struct option_slot slots[] = {{"json", &json, NULL}, {"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc != 1 || strcmp(argv[0], "port") != 0)
        return wrong_usage(command, "what of the line is asked for: port");
    struct config *config = load_or_fail(path);
    int code = config ? port(config, json) : EXIT_FAILED;
    config_free(config);
    return code;
}
