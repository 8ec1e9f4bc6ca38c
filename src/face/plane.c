/* SPDX-License-Identifier: Apache-2.0 */
/* demarc plane: what planes do with packets. `demarc plane NAME` is the process itself. */
#include "face/plane.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "face/table.h"
#include "store/store.h"

static const struct column interface_columns[] = {{"INTERFACE", "interface", CELL_TEXT, 0},
                                                  {"XDP", "mode", CELL_TEXT, 0},
                                                  {"FOR", "uses", CELL_TEXT, 0},
                                                  {"MTU", "mtu", CELL_NUMBER, 0},
                                                  {0}};
static const struct column rule_columns[] = {{"PDR", "pdr", CELL_NUMBER, 0},
                                             {"PRECEDENCE", "precedence", CELL_NUMBER, 1},
                                             {"RULE", "rule", CELL_TEXT, 0},
                                             {0}};
static const struct column usage_columns[] = {{"URR", "urr", CELL_NUMBER, 0},
                                              {"UP", "uplink_bytes", CELL_BYTES, 0},
                                              {"DOWN", "downlink_bytes", CELL_BYTES, 0},
                                              {"EXHAUSTED", "exhausted", CELL_TEXT, 0},
                                              {0}};
static const struct column row_columns[] = {{"PATH", "path", CELL_TEXT, 0},
                                            {"NO", "number", CELL_NUMBER, 0},
                                            {"UP", "uplink_packets", CELL_NUMBER, 0},
                                            {"", "uplink_bytes", CELL_BYTES, 1},
                                            {"DOWN", "downlink_packets", CELL_NUMBER, 0},
                                            {"", "downlink_bytes", CELL_BYTES, 1},
                                            {"LEFT TO SLOW", "left_packets", CELL_NUMBER, 0},
                                            {0}};
static const struct column drop_columns[] = {{"DROPPED", "reason", CELL_TEXT, 0},
                                             {"FAST", "fast", CELL_NUMBER, 0},
                                             {"SLOW", "slow", CELL_NUMBER, 0},
                                             {0}};
static const struct column gnb_columns[] = {
    {"GNB", "address", CELL_TEXT, 0},      {"SESSIONS", "sessions", CELL_NUMBER, 0},
    {"PATH", "path", CELL_TEXT, 0},        {"UP", "uplink_packets", CELL_NUMBER, 0},
    {"", "uplink_bytes", CELL_BYTES, 1},   {"DOWN", "downlink_packets", CELL_NUMBER, 0},
    {"", "downlink_bytes", CELL_BYTES, 1}, {0}};
static const struct column sender_columns[] = {
    {"SENDER", "sender", CELL_TEXT, 0}, {"REFUSED", "packets", CELL_NUMBER, 0}, {0}};

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static long long number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

/* An empty table is none. */
static void print_table(const struct column *columns, const json_t *items)
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

bool plane_resolve(struct plane_question *question, const char *whose)
{
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
    const long long places = number(paths, "places");
    printf("plane %s   sessions %lld   workers on the slow path %lld\n", plane, number(paths, "sessions"),
           number(paths, "workers"));
    if (!json_is_true(json_object_get(paths, "fast"))) {
        printf("no fast path: %s\n", text(paths, "why"));
        return;
    }
    printf("fast path: %lld of %lld places taken, %lld MiB of maps, adopted %lld times\n",
           number(paths, "places_used"), places, number(paths, "memory_bytes") >> 20,
           number(paths, "adopted"));
    print_table(interface_columns, json_object_get(paths, "interfaces"));
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

static void print_session(const json_t *session)
{
    const char *v4 = json_string_value(json_object_get(session, "ipv4")),
               *v6 = json_string_value(json_object_get(session, "ipv6"));
    printf("session %s in %s   %s%s%s   gNB %s\n", text(session, "seid"), text(session, "network"),
           v4 ? v4 : "", v4 && v6 ? " " : "",
           v6                                               ? v6
           : strcmp(text(session, "type"), "ethernet") == 0 ? "Ethernet"
                                                            : "",
           text(session, "gnb"));
    print_macs(json_object_get(session, "macs"));
    print_path("uplink  ", text(session, "uplink_path"), text(session, "uplink_why"));
    print_path("downlink", text(session, "downlink_path"), text(session, "downlink_why"));
    printf("%lld packets up, %lld down; %lld dropped, %lld held\n", number(session, "uplink_packets"),
           number(session, "downlink_packets"), number(session, "dropped_packets"),
           number(session, "buffered_packets"));
    print_table(rule_columns, json_object_get(session, "pdrs"));
    print_table(usage_columns, json_object_get(session, "urrs"));
}

static int show_session(struct plane_question *question, const char *whose)
{
    char why[PLANE_WHY];
    if (!plane_resolve(question, whose))
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

typedef json_t *gather_plane(const struct config *config, const char *plane, char why[PLANE_WHY]);
typedef void print_plane(const char *plane, const json_t *reply);

static int of_each(const struct plane_question *question, gather_plane *gather, print_plane *print)
{
    json_t *all = json_object();
    char why[PLANE_WHY];
    int code = EXIT_DONE;
    for (unsigned i = 0; i < question->config->plane_count; i++) {
        const struct config_plane *plane = &question->config->planes[i];
        if (plane->external || !plane_is_asked(question, plane->name))
            continue;
        json_t *reply = gather(question->config, plane->name, why);
        if (!reply)
            code = failed("%s", why);
        else if (!question->json)
            print(plane->name, reply);
        if (reply)
            json_object_set_new(all, plane->name, reply);
    }
    if (question->json)
        json_print(stdout, all);
    if (code == EXIT_DONE && json_object_size(all) == 0)
        code = failed("no such plane");
    json_decref(all);
    return code;
}

static json_t *gather_paths(const struct config *config, const char *plane, char why[PLANE_WHY])
{
    return plane_ask(config, plane, json_pack("{s:s}", "verb", "paths"), why);
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
    struct config *config = load_or_fail(path);
    if (!config)
        return EXIT_FAILED;
    question.config = config;
    const int code = argc ? show_session(&question, argv[0]) : of_each(&question, gather_paths, print_paths);
    config_free(config);
    return code;
}

/* --- counters --- */

static void add_list(json_t *counters, const struct config *config, const char *plane, const char *verb)
{
    json_t *reply = ask_quietly(config, "plane", plane, verb);
    if (reply)
        json_object_set(counters, verb, json_object_get(reply, "items"));
    json_decref(reply);
}

static json_t *gather_counters(const struct config *config, const char *plane, char why[PLANE_WHY])
{
    json_t *counters = plane_ask(config, plane, json_pack("{s:s}", "verb", "counters"), why);
    if (!counters)
        return NULL;
    add_list(counters, config, plane, "gnb");
    add_list(counters, config, plane, "sender");
    return counters;
}

static void print_counters(const char *plane, const json_t *counters)
{
    printf("plane %s\n", plane);
    print_table(row_columns, json_object_get(counters, "rows"));
    print_table(drop_columns, json_object_get(counters, "drops"));
    print_table(gnb_columns, json_object_get(counters, "gnb"));
    print_table(sender_columns, json_object_get(counters, "sender"));
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* Until a signal, each time on a clean screen. */
static int watch(const struct plane_question *question)
{
    int code = EXIT_DONE;
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    while (!interrupted && code == EXIT_DONE) {
        if (isatty(STDOUT_FILENO) && !question->json)
            fputs("\033[H\033[2J", stdout);
        code = of_each(question, gather_counters, print_counters);
        fflush(stdout);
        sleep(2);
    }
    return code;
}

static int run_counters(const struct command *command, int argc, char **argv)
{
    struct plane_question question = {0};
    const char *path = NULL;
    bool watched = false;
    const struct option_slot slots[] = {{"json", &question.json, NULL},
                                        {"watch", &watched, NULL},
                                        {"plane", NULL, &question.plane},
                                        {"config", NULL, &path},
                                        {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc)
        return wrong_usage(command, "unexpected %s", argv[0]);
    struct config *config = load_or_fail(path);
    if (!config)
        return EXIT_FAILED;
    question.config = config;
    const int code = watched ? watch(&question) : of_each(&question, gather_counters, print_counters);
    config_free(config);
    return code;
}

static const struct command commands[] = {
    {"show", "plane show [SESSION] [--plane NAME] [--json] [--config FILE]", NULL, run_show},
    {"counters", "plane counters [--watch] [--plane NAME] [--json] [--config FILE]", NULL, run_counters},
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
