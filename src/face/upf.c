/* SPDX-License-Identifier: Apache-2.0 */
/* demarc upf: which user planes there are, which take new sessions and why others do not; and those that are to take none. */
#include "face/upf.h"

#include <stdio.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/table.h"

static const struct column upf_columns[] = {
    {"UPF", "name", CELL_TEXT, 0},
    {"N4 ADDRESS", "address", CELL_TEXT, 1},
    {"ASSOCIATED", "associated", CELL_TEXT, 0},
    {"SESSIONS", "sessions", CELL_NUMBER, 0},
    {"AT MOST", "sessions_most", CELL_NUMBER, 2},
    {"LOAD %", "load_percent", CELL_NUMBER, 0},
    {"OVERLOAD %", "overload_percent", CELL_NUMBER, 3},
    {"FAILED PATHS", "failed_paths", CELL_NUMBER, 3},
    {"NO NEW SESSIONS: ", "closed", CELL_TEXT, 0},
    {0},
};

void upfs_print(const json_t *planes)
{
    size_t i;
    json_t *plane;
    table_print(stdout, upf_columns, planes);
    json_array_foreach(planes, i, plane)
    {
        const json_t *lost = json_object_get(plane, "lost_seconds");
        if (lost)
            printf("ALARM: plane %s has been lost for %lld s, with %lld sessions\n",
                   json_string_value(json_object_get(plane, "name")), (long long)json_integer_value(lost),
                   (long long)json_integer_value(json_object_get(plane, "sessions")));
    }
}

static int show(struct admin_client *client, bool json)
{
    json_t *status = ask_or_fail(client, json_pack("{s:s}", "verb", "status"));
    const json_t *planes = json_object_get(status, "planes");
    if (!status)
        return EXIT_FAILED;
    if (json)
        json_print(stdout, planes);
    else
        upfs_print(planes);
    json_decref(status);
    return EXIT_DONE;
}

static int drain(struct admin_client *client, const char *plane, bool drained, bool move)
{
    json_t *reply = ask_or_fail(client, json_pack("{s:s, s:s, s:b, s:b}", "verb", "plane.drain", "plane",
                                                  plane, "drained", drained, "move", move));
    if (!reply)
        return EXIT_FAILED;
    json_decref(reply);
    printf("plane %s %s\n", plane, drained ? "gets no new sessions" : "gets new sessions again");
    return EXIT_DONE;
}

static bool is_order(int argc, char **argv)
{
    return argc == 2 && (strcmp(argv[0], "drain") == 0 || strcmp(argv[0], "open") == 0);
}

int run_upf(const struct command *command, int argc, char **argv)
{
    bool json = false, move = false;
    const char *path = NULL;
    const struct option_slot slots[] = {
        {"json", &json, NULL}, {"move", &move, NULL}, {"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc > 0 && !is_order(argc, argv))
        return wrong_usage(command, "drain or open, and one plane, are expected");
    const bool drains = argc > 0 && strcmp(argv[0], "drain") == 0;
    if (move && !drains)
        return wrong_usage(command, "--move belongs to drain");
    struct config *config = load_or_fail(path);
    struct admin_client *client = config ? ask_control(config) : NULL;
    int code = EXIT_FAILED;
    if (client)
        code = argc > 0 ? drain(client, argv[1], drains, move) : show(client, json);
    if (client)
        admin_hang_up(client);
    config_free(config);
    return code;
}
