/* SPDX-License-Identifier: Apache-2.0 */
/* demarc gnb, ue, session, digest, reload: what the processes know, and the little that can be asked of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/table.h"
#include "store/subscriber.h"

static const struct column gnb_columns[] = {
    {"ID", "id", CELL_TEXT, 0},
    {"NAME", "name", CELL_TEXT, 0},
    {"EDGE", "edge", CELL_TEXT, 0},
    {"ADDRESS", "address", CELL_TEXT, 1},
    {"TACS", "tacs", CELL_TEXT, 2},
    {"SLICES", "slices", CELL_TEXT, 3},
    {"PHONES", "ues", CELL_NUMBER, 0},
    {"FENCED", "fenced", CELL_TEXT, 0},
    {"SINCE", "since", CELL_SINCE, 4},
    {"CERTIFICATE", "proved_by", CELL_TEXT, 5},
    {0},
};

static const struct column ue_columns[] = {
    {"SUPI", "supi", CELL_TEXT, 0},
    {"STATE", "state", CELL_TEXT, 0},
    {"CONNECTION", "connection", CELL_TEXT, 0},
    {"GNB", "gnb", CELL_TEXT, 0},
    {"TAC", "tac", CELL_TEXT, 3},
    {"GUTI", "guti", CELL_TEXT, 5},
    {"SESSIONS", "sessions", CELL_NUMBER, 1},
    {"SLICES", "slices", CELL_TEXT, 4},
    {"SINCE", "since", CELL_SINCE, 2},
    {0},
};

static const struct column session_columns[] = {
    {"SUPI", "supi", CELL_TEXT, 0},
    {"PSI", "psi", CELL_NUMBER, 0},
    {"DNN", "dnn", CELL_TEXT, 0},
    {"TYPE", "type", CELL_TEXT, 9},
    {"SLICE", "slice", CELL_TEXT, 5},
    {"IPV4", "ipv4", CELL_TEXT, 0},
    {"IPV6", "ipv6", CELL_TEXT, 1},
    {"ROUTES", "routes", CELL_TEXT, 9},
    {"MACS", "macs", CELL_TEXT, 9},
    {"STATE", "state", CELL_TEXT, 0},
    {"5QI", "fiveqi", CELL_NUMBER, 4},
    {"AMBR UP", "ambr_uplink", CELL_RATE, 6},
    {"AMBR DOWN", "ambr_downlink", CELL_RATE, 7},
    {"PLANE", "plane", CELL_TEXT, 8},
    {"UP", "uplink_bytes", CELL_BYTES, 2},
    {"DOWN", "downlink_bytes", CELL_BYTES, 2},
    {"SINCE", "since", CELL_SINCE, 3},
    {0},
};

struct view {
    bool json;
    struct config *config;
    struct admin_client *client;
    const char *time, *reason; /* of a fence; NULL: not given */
};

/* Options, configuration, connection to control; then what the command does with them. */
static int with_options(const struct command *command, int argc, char **argv, struct view *view,
                        const struct option_slot *slots, const char **path,
                        int (*act)(const struct view *view, const struct command *command, int argc,
                                   char **argv))
{
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    view->config = load_or_fail(*path);
    view->client = view->config ? ask_control(view->config) : NULL;
    int code = view->client ? act(view, command, argc, argv) : EXIT_FAILED;
    admin_hang_up(view->client);
    config_free(view->config);
    return code;
}

static int with_view(const struct command *command, int argc, char **argv,
                     int (*act)(const struct view *view, const struct command *command, int argc,
                                char **argv))
{
    struct view view = {0};
    const char *path = NULL;
    const struct option_slot slots[] = {{"json", &view.json, NULL}, {"config", NULL, &path}, {0}};
    return with_options(command, argc, argv, &view, slots, &path, act);
}

static bool take_supi(const struct command *command, const char *text, json_t *request)
{
    char supi[STORE_SUPI_BYTES];
    if (!store_supi_parse(text, supi))
        return wrong_usage(command, "%s is no SUPI: imsi- and 5 to 15 digits", text) == EXIT_DONE;
    return json_object_set_new(request, "supi", json_string(supi)) == 0;
}

static bool take_psi(const struct command *command, const char *text, json_t *request)
{
    char *end;
    long psi = strtol(text, &end, 10);
    if (*end || psi < 1 || psi > 15)
        return wrong_usage(command, "%s is no PDU session identity: 1 to 15", text) == EXIT_DONE;
    return json_object_set_new(request, "psi", json_integer(psi)) == 0;
}

/* Prints the items; "nothing there" is said on standard error so that it never mixes with a table. */
static void show(const struct view *view, const struct column *columns, const json_t *items,
                 const char *nothing)
{
    if (view->json)
        json_print(stdout, items);
    else if (json_array_size(items) == 0)
        fprintf(stderr, "%s\n", nothing);
    else
        table_print(stdout, columns, items);
}

/* A verb that answers with nothing but success. */
static int order(const struct view *view, json_t *request, const char *done)
{
    json_t *reply = ask_or_fail(view->client, request);
    if (!reply)
        return EXIT_FAILED;
    if (view->json)
        json_print(stdout, reply);
    else
        puts(done);
    json_decref(reply);
    return EXIT_DONE;
}

static int list(const struct view *view, json_t *request, const struct column *columns, const char *nothing)
{
    json_t *items = list_or_fail(view->client, request);
    if (!items)
        return EXIT_FAILED;
    show(view, columns, items, nothing);
    json_decref(items);
    return EXIT_DONE;
}

static int fence(const struct view *view, const struct command *command, int argc, char **argv)
{
    bool open = strcmp(argv[0], "unfence") == 0;
    if (argc != 2)
        return wrong_usage(command, "one gNB is needed");
    if (open && (view->time || view->reason))
        return wrong_usage(command, "--for and --reason belong to fence");
    json_t *request = json_pack("{s:s, s:s}", "verb", open ? "gnb.unfence" : "gnb.fence", "id", argv[1]);
    int64_t time;
    if (view->time && !config_duration_parse(view->time, &time)) {
        json_decref(request);
        return wrong_usage(command, "%s is no time such as 90s, 10m or 2h", view->time);
    }
    if (view->time)
        json_object_set_new(request, "seconds", json_integer(time / SECONDS(1)));
    if (view->reason)
        json_object_set_new(request, "reason", json_string(view->reason));
    return order(view, request, open ? "the fence is open" : "fenced");
}

static int gnb(const struct view *view, const struct command *command, int argc, char **argv)
{
    if (argc > 0 && (strcmp(argv[0], "fence") == 0 || strcmp(argv[0], "unfence") == 0))
        return fence(view, command, argc, argv);
    if (argc > 1 || view->time || view->reason)
        return wrong_usage(command, "unexpected %s", argc > 1 ? argv[1] : "--for or --reason");
    json_t *request = json_pack("{s:s}", "verb", "gnb");
    if (argc == 1)
        json_object_set_new(request, "id", json_string(argv[0]));
    return list(view, request, gnb_columns, "no gNB is connected");
}

int run_gnb(const struct command *command, int argc, char **argv)
{
    struct view view = {0};
    const char *path = NULL;
    const struct option_slot slots[] = {{"json", &view.json, NULL},
                                        {"config", NULL, &path},
                                        {"for", NULL, &view.time},
                                        {"reason", NULL, &view.reason},
                                        {0}};
    return with_options(command, argc, argv, &view, slots, &path, gnb);
}

static int ue(const struct view *view, const struct command *command, int argc, char **argv)
{
    bool deregister = argc > 0 && strcmp(argv[0], "deregister") == 0;
    json_t *request = json_pack("{s:s}", "verb", deregister ? "ue.deregister" : "ue");
    int words = argc - deregister;
    if (words > 1 || (deregister && words != 1)) {
        json_decref(request);
        return wrong_usage(command, deregister ? "one SUPI is needed" : "one SUPI at most");
    }
    if (words == 1 && !take_supi(command, argv[deregister], request)) {
        json_decref(request);
        return EXIT_USAGE;
    }
    return deregister ? order(view, request, "deregistration is on its way")
                      : list(view, request, ue_columns, "no such phone");
}

int run_ue(const struct command *command, int argc, char **argv)
{
    return with_view(command, argc, argv, ue);
}

/* Every item by its SEID. */
static json_t *index_by_seid(const json_t *items)
{
    json_t *index = json_object(), *item;
    size_t i;
    json_array_foreach(items, i, item)
    {
        const char *seid = json_string_value(json_object_get(item, "seid"));
        if (seid)
            json_object_set(index, seid, item);
    }
    return index;
}

/* One plane's counters into control's list of sessions. */
static void add_counters(const struct view *view, const char *plane, json_t *items)
{
    struct admin_client *client = ask_open(view->config, "plane", plane);
    json_t *error = NULL, *item;
    size_t i;
    json_t *counters = client ? admin_list(client, json_pack("{s:s}", "verb", "session"), &error) : NULL;
    if (!counters)
        fprintf(stderr, "plane %s %s: counters of its sessions are missing\n", plane,
                client ? "does not answer" : "is not running");
    json_t *index = index_by_seid(counters);
    json_array_foreach(items, i, item)
    {
        const char *seid = json_string_value(json_object_get(item, "seid"));
        const char *home = json_string_value(json_object_get(item, "plane"));
        if (seid && home && strcmp(home, plane) == 0 && json_object_get(index, seid))
            json_object_update_missing(item, json_object_get(index, seid));
    }
    json_decref(index);
    json_decref(counters);
    json_decref(error);
    admin_hang_up(client);
}

static int list_sessions(const struct view *view, json_t *request)
{
    json_t *items = list_or_fail(view->client, request);
    if (!items)
        return EXIT_FAILED;
    for (unsigned i = 0; i < view->config->plane_count; i++)
        if (!view->config->planes[i].external && json_array_size(items))
            add_counters(view, view->config->planes[i].name, items);
    show(view, session_columns, items, "no such session");
    json_decref(items);
    return EXIT_DONE;
}

static int session(const struct view *view, const struct command *command, int argc, char **argv)
{
    bool release = argc > 0 && strcmp(argv[0], "release") == 0, flow = release && argc == 4;
    const char *verb = flow ? "session.flow.release" : release ? "session.release" : "session";
    json_t *request = json_pack("{s:s}", "verb", verb);
    int words = argc - release - flow;
    char **word = argv + release;
    if (flow)
        json_object_set_new(request, "qfi", json_integer(strtol(argv[3], NULL, 10)));
    if (words > 2 || (release && words != 2)) {
        json_decref(request);
        return wrong_usage(command,
                           release ? "a SUPI and a PDU session identity are needed" : "too many words");
    }
    if ((words > 0 && !take_supi(command, word[0], request)) ||
        (words > 1 && !take_psi(command, word[1], request))) {
        json_decref(request);
        return EXIT_USAGE;
    }
    return release ? order(view, request, "release is on its way") : list_sessions(view, request);
}

int run_session(const struct command *command, int argc, char **argv)
{
    return with_view(command, argc, argv, session);
}

static int digest(const struct view *view, const struct command *command, int argc, char **argv)
{
    json_t *except = json_array();
    (void)command;
    for (int i = 0; i < argc; i++)
        json_array_append_new(except, json_string(argv[i]));
    json_t *reply = ask_or_fail(view->client, json_pack("{s:s, s:o}", "verb", "digest", "except", except));
    if (!reply)
        return EXIT_FAILED;
    if (view->json)
        json_print(stdout, reply);
    else
        puts(json_string_value(json_object_get(reply, "digest")));
    json_decref(reply);
    return EXIT_DONE;
}

int run_digest(const struct command *command, int argc, char **argv)
{
    return with_view(command, argc, argv, digest);
}

static void say_list(const json_t *reply, const char *key, const char *words)
{
    char text[1000];
    cell_text(json_object_get(reply, key), CELL_TEXT, text, sizeof text);
    if (text[0])
        printf("%s: %s\n", words, text);
}

static int reload(const struct view *view, const struct command *command, int argc, char **argv)
{
    if (argc > 0)
        return wrong_usage(command, "unexpected %s", argv[0]);
    json_t *reply = ask_long_or_fail(view->config, view->client, json_pack("{s:s}", "verb", "reload"));
    if (!reply)
        return EXIT_FAILED;
    for (unsigned i = 0; i < view->config->plane_count; i++)
        json_decref(ask_quietly(view->config, "plane", view->config->planes[i].name, "reload"));
    if (view->json) {
        json_print(stdout, reply);
    } else {
        say_list(reply, "changed", "taken over");
        say_list(reply, "restart", "needs a restart");
        if (!json_array_size(json_object_get(reply, "changed")) &&
            !json_array_size(json_object_get(reply, "restart")))
            puts("nothing has changed");
        say_list(reply, "policy", "inventory in force");
    }
    json_decref(reply);
    return EXIT_DONE;
}

int run_reload(const struct command *command, int argc, char **argv)
{
    return with_view(command, argc, argv, reload);
}
