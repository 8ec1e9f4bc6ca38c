/* SPDX-License-Identifier: Apache-2.0 */
/* demarc plane: what planes do with packets. `demarc plane NAME` is the process itself. */
#include "face/plane.h"

#include <stdio.h>
#include <string.h>

#include "face/table.h"
#include "store/store.h"

static const struct column interface_columns[] = {{"INTERFACE", "interface", CELL_TEXT, 0},
                                                  {"XDP", "mode", CELL_TEXT, 0},
                                                  {"TOWARDS", "uses", CELL_TEXT, 0},
                                                  {"MTU", "mtu", CELL_NUMBER, 0},
                                                  {0}};
static const struct column rule_columns[] = {
    {"PDR", "pdr", CELL_NUMBER, 0},      {"PRECEDENCE", "precedence", CELL_NUMBER, 2},
    {"FROM TEID", "from", CELL_TEXT, 0}, {"FILTERS", "filters", CELL_NUMBER, 1},
    {"TO TEID", "to", CELL_TEXT, 0},     {"QFI", "qfi", CELL_TEXT, 0},
    {"AT MOST", "rates", CELL_TEXT, 0},  {0}};
static const struct column copy_columns[] = {
    {"PDR", "pdr", CELL_NUMBER, 0}, {"COPIED TO", "to", CELL_TEXT, 0}, {0}};
static const struct column usage_columns[] = {{"URR", "urr", CELL_NUMBER, 0},
                                              {"UP", "uplink_bytes", CELL_BYTES, 0},
                                              {"DOWN", "downlink_bytes", CELL_BYTES, 0},
                                              {"EXHAUSTED", "exhausted", CELL_TEXT, 0},
                                              {0}};

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static long long number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

void plane_print_table(const struct column *columns, const json_t *items)
{
    if (json_array_size(items) == 0)
        return;
    putchar('\n');
    table_print(stdout, columns, items);
}

/* --- which session, and of which plane --- */

bool plane_is_asked(const struct plane_question *question, const char *name)
{
    return !question->plane || strcmp(question->plane, name) == 0;
}

/* The item of control's list, by SUPI/PSI. */
static json_t *ask_of_phone(const struct config *config, const char *whose)
{
    char supi[STORE_SUPI_BYTES], word[64];
    const char *slash = strchr(whose, '/');
    const long psi = slash ? strtol(slash + 1, NULL, 10) : 0;
    snprintf(word, sizeof word, "%.*s", (int)(slash - whose), whose);
    if (!store_supi_parse(word, supi) || psi < 1 || psi > 15) {
        failed("%s is no session: an address, a SEID or SUPI/PSI", whose);
        return NULL;
    }
    struct admin_client *client = ask_control(config);
    json_t *items = client ? list_or_fail(client, json_pack("{s:s, s:s, s:i}", "verb", "session", "supi",
                                                            supi, "psi", (int)psi))
                           : NULL;
    json_t *item = json_incref(json_array_get(items, 0));
    if (items && !item)
        failed("%s has no such session", whose);
    json_decref(items);
    admin_hang_up(client);
    return item;
}

bool plane_resolve(struct plane_question *question)
{
    const char *whose = question->whose;
    snprintf(question->session, sizeof question->session, "%s", whose);
    if (!strchr(whose, '/'))
        return true;
    json_t *item = ask_of_phone(question->config, whose);
    if (!item)
        return false;
    snprintf(question->session, sizeof question->session, "%s", text(item, "seid"));
    snprintf(question->home, sizeof question->home, "%s", text(item, "plane"));
    question->plane = question->home;
    json_decref(item);
    return true;
}

int plane_with_config(struct plane_question *question, const char *path,
                      int (*act)(struct plane_question *question))
{
    struct config *config = load_or_fail(path);
    if (!config)
        return EXIT_FAILED;
    question->config = config;
    const int code = act(question);
    config_free(config);
    return code;
}

json_t *plane_ask(const struct config *config, const char *plane, json_t *request, char why[PLANE_WHY])
{
    struct admin_client *client = ask_open(config, "plane", plane);
    json_t *reply = client ? admin_ask(client, request) : NULL;
    if (!client)
        json_decref(request);
    const bool silent = client && !reply;
    admin_hang_up(client);
    if (reply && json_is_true(json_object_get(reply, "ok"))) {
        json_object_del(reply, "ok");
        return reply;
    }
    snprintf(why, PLANE_WHY, "plane %s: %s", plane,
             reply    ? text(reply, "error")
             : silent ? "it does not answer"
                      : "it is not running");
    json_decref(reply);
    return NULL;
}

json_t *plane_ask_any(const struct plane_question *question, json_t *request, char why[PLANE_WHY])
{
    json_t *reply = NULL;
    size_t length = 0;
    snprintf(why, PLANE_WHY, "no such plane");
    for (unsigned i = 0; i < question->config->plane_count && !reply && length < PLANE_WHY; i++) {
        const struct config_plane *plane = &question->config->planes[i];
        char one[PLANE_WHY];
        if (plane->external || !plane_is_asked(question, plane->name))
            continue;
        reply = plane_ask(question->config, plane->name, json_incref(request), one);
        if (!reply)
            length += (size_t)snprintf(why + length, PLANE_WHY - length, "%s%s", length ? "; " : "", one);
    }
    json_decref(request);
    return reply;
}

/* --- show --- */

static void print_paths(const char *plane, const json_t *paths)
{
    printf("plane %s   sessions %lld   slow path: %lld workers\n", plane, number(paths, "sessions"),
           number(paths, "workers"));
    if (!json_is_true(json_object_get(paths, "fast"))) {
        printf("no fast path: %s\n", text(paths, "why"));
        return;
    }
    printf("fast path: %lld of %lld sessions, %lld MiB", number(paths, "places_used"),
           number(paths, "places"), number(paths, "memory_bytes") >> 20);
    if (number(paths, "adopted"))
        printf(", has outlived %lld processes", number(paths, "adopted"));
    putchar('\n');
    plane_print_table(interface_columns, json_object_get(paths, "interfaces"));
}

static void print_path(const char *direction, const char *path, const char *why)
{
    printf("%s %s%s%s\n", direction, path, *why ? ": " : "", why);
}

static void print_macs(const json_t *macs)
{
    size_t i;
    json_t *mac;
    if (!macs)
        return;
    printf("MAC addresses behind the phone:");
    json_array_foreach(macs, i, mac) printf(" %s", json_string_value(mac));
    printf("%s\n", json_array_size(macs) ? "" : " none yet");
}

/* A FAR may have four for each packet, which are too many for a cell of the rules. */
static json_t *copies_of(const json_t *pdrs)
{
    size_t i, n;
    json_t *pdr, *tunnel, *copies = json_array();
    json_array_foreach(pdrs, i, pdr)
    {
        const json_t *tunnels = json_object_get(pdr, "copies");
        json_array_foreach(tunnels, n, tunnel)
        {
            json_array_append_new(copies,
                                  json_pack("{s:O, s:O}", "pdr", json_object_get(pdr, "pdr"), "to", tunnel));
        }
    }
    return copies;
}

static void print_session(const json_t *session)
{
    const char *v4 = json_string_value(json_object_get(session, "ipv4")),
               *v6 = json_string_value(json_object_get(session, "ipv6"));
    printf("session %s in %s   %s%s%s\n", text(session, "seid"), text(session, "network"), v4 ? v4 : "",
           v4 && v6 ? " " : "",
           v6                                               ? v6
           : strcmp(text(session, "type"), "ethernet") == 0 ? "Ethernet"
                                                            : "");
    json_t *copies = copies_of(json_object_get(session, "pdrs"));
    print_macs(json_object_get(session, "macs"));
    char routes[512];
    cell_text(json_object_get(session, "routes"), CELL_TEXT, routes, sizeof routes);
    if (routes[0])
        printf("behind it %s\n", routes);
    printf("gNB      %s\n", text(session, "gnb"));
    print_path("uplink  ", text(session, "uplink_path"), text(session, "uplink_why"));
    print_path("downlink", text(session, "downlink_path"), text(session, "downlink_why"));
    printf("%lld packets up, %lld down; %lld dropped, %lld held\n", number(session, "uplink_packets"),
           number(session, "downlink_packets"), number(session, "dropped_packets"),
           number(session, "buffered_packets"));
    plane_print_table(rule_columns, json_object_get(session, "pdrs"));
    plane_print_table(copy_columns, copies);
    plane_print_table(usage_columns, json_object_get(session, "urrs"));
    json_decref(copies);
}

static int show_session(struct plane_question *question)
{
    char why[PLANE_WHY];
    if (!plane_resolve(question))
        return EXIT_FAILED;
    json_t *reply =
        plane_ask_any(question, json_pack("{s:s, s:s}", "verb", "rules", "session", question->session), why);
    if (!reply)
        return failed("%s", why);
    if (question->json)
        json_print(stdout, reply);
    else
        print_session(reply);
    json_decref(reply);
    return EXIT_DONE;
}

/* --- of all planes --- */

int plane_gather_all(const struct plane_question *question, plane_gather *gather, json_t **all)
{
    char why[PLANE_WHY];
    int code = EXIT_DONE;
    *all = json_object();
    for (unsigned i = 0; i < question->config->plane_count; i++) {
        const struct config_plane *plane = &question->config->planes[i];
        if (plane->external || !plane_is_asked(question, plane->name))
            continue;
        json_t *reply = gather(question->config, plane->name, why);
        if (reply)
            json_object_set_new(*all, plane->name, reply);
        else
            code = failed("%s", why);
    }
    if (code == EXIT_DONE && json_object_size(*all) == 0)
        code = failed("no such plane");
    return code;
}

void plane_print_all(const struct plane_question *question, json_t *all, plane_print *print)
{
    const char *plane;
    json_t *reply;
    if (question->json) {
        json_print(stdout, all);
        return;
    }
    json_object_foreach(all, plane, reply)
    {
        print(plane, reply);
    }
}

static json_t *gather_paths(const struct config *config, const char *plane, char why[PLANE_WHY])
{
    return plane_ask(config, plane, json_pack("{s:s}", "verb", "paths"), why);
}

static int show_paths(struct plane_question *question)
{
    json_t *all = NULL;
    const int code = plane_gather_all(question, gather_paths, &all);
    plane_print_all(question, all, print_paths);
    json_decref(all);
    return code;
}

static int run_show(const struct command *command, int argc, char **argv)
{
    struct plane_question question = {0};
    const char *path = NULL;
    const struct option_slot slots[] = {
        {"json", &question.json, NULL}, {"plane", NULL, &question.plane}, {"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc > 1)
        return wrong_usage(command, "one session at a time");
    question.whose = argc ? argv[0] : NULL;
    return plane_with_config(&question, path, argc ? show_session : show_paths);
}

static const struct command commands[] = {
    {"show", "plane show [SESSION] [--plane NAME] [--json] [--config FILE]", NULL, run_show},
    {"counters", "plane counters [--watch] [--plane NAME] [--json] [--config FILE]", NULL,
     run_plane_counters},
    {"capture",
     "plane capture (--session SESSION | --gnb ADDRESS) --pcap FILE [--decapsulated] [--packets N] "
     "[--for TIME] [--octets N] [--plane NAME] [--config FILE]",
     NULL, run_plane_capture},
    {0},
};

int run_plane(const struct command *command, int argc, char **argv)
{
    for (const struct command *at = commands; argc && at->name; at++)
        if (strcmp(at->name, argv[0]) == 0)
            return at->run(at, argc - 1, argv + 1);
    return run_role(command, argc, argv);
}
