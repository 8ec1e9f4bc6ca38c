/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line: its commands; and what came in where radio equipment is connected (rule L2), and who sends what the planes refuse (rule N6). */
#include <stdio.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/line_stand.h"
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

static const struct column sender_columns[] = {
    {"SENDER", "sender", CELL_TEXT, 0},
    {"PLANE", "plane", CELL_TEXT, 0},
    {"REFUSED", "packets", CELL_NUMBER, 0},
    {"MOSTLY", "mostly", CELL_TEXT, 0},
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

static const char *most_frequent(const json_t *reasons)
{
    const char *reason, *most = "-";
    json_int_t packets = 0;
    const json_t *value;
    json_object_foreach((json_t *)reasons, reason, value)
    {
        if (json_integer_value(value) > packets) {
            packets = json_integer_value(value);
            most = reason;
        }
    }
    return most;
}

static void gather_senders(const struct config *config, const char *plane, json_t *all)
{
    json_t *reply = ask_quietly(config, "plane", plane, "sender"), *item;
    size_t i;
    json_array_foreach(json_object_get(reply, "items"), i, item)
    {
        json_object_set_new(item, "plane", json_string(plane));
        json_object_set_new(item, "mostly", json_string(most_frequent(json_object_get(item, "reasons"))));
        json_array_append(all, item);
    }
    json_decref(reply);
}

static int senders(const struct config *config, bool json)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < config->plane_count; i++)
        gather_senders(config, config->planes[i].name, all);
    if (json)
        json_print(stdout, all);
    else if (json_array_size(all))
        table_print(stdout, sender_columns, all);
    else
        fputs("nothing was refused\n", stderr);
    json_decref(all);
    return EXIT_DONE;
}

static int run_watched(const struct command *command, int argc, char **argv)
{
    bool json = false;
    const char *path = NULL;
    const struct option_slot slots[] = {{"json", &json, NULL}, {"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc)
        return wrong_usage(command, "unexpected %s", argv[0]);
    struct config *config = load_or_fail(path);
    const bool of_port = strcmp(command->name, "port") == 0;
    int code = config ? (of_port ? port : senders)(config, json) : EXIT_FAILED;
    config_free(config);
    return code;
}

static const struct command commands[] = {
    {"status", "line status [--json] [--config FILE]", NULL, run_line_status},
    {"port", "line port [--json] [--config FILE]", NULL, run_watched},
    {"senders", "line senders [--json] [--config FILE]", NULL, run_watched},
    {"check", "line check [--sealed] [--config FILE] [INVENTORY]...", NULL, run_line_check},
    {"key", "line key NAME [--out FILE]", NULL, run_line_key},
    {"sign", "line sign --key FILE [--config FILE] [INVENTORY]", NULL, run_line_sign},
    {"schema", "line schema inventory | profile", NULL, run_line_schema},
    {"explain", "line explain REQUEST [--date DAY] [--emergency] [--json] [--config FILE]", NULL,
     run_line_explain},
    {"what-if",
     "line what-if admit GNB | remove VENDOR | date DAY | reload [INVENTORY] [--date DAY] [--json] [--config "
     "FILE]",
     NULL, run_line_what_if},
    {"bar",
     "line bar VENDOR --drill | --now | --dry-run [--for TIME] [--grace TIME] [--wait TIME] [--by NAME] "
     "[--reason TEXT]\n"
     "                       [--json] [--config FILE]",
     NULL, run_line_bar},
    {"unbar", "line unbar VENDOR [--json] [--config FILE]", NULL, run_line_unbar},
    {"bars", "line bars [VENDOR] [--json] [--config FILE]", NULL, run_line_bars},
    {0},
};

int run_line(const struct command *command, int argc, char **argv)
{
    return argc
               ? run_command(commands, command, argc, argv)
               : wrong_usage(
                     command,
                     "status, port, senders, check, key, sign, schema, explain, what-if, bar, unbar or bars");
}
