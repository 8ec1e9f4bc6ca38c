/* SPDX-License-Identifier: Apache-2.0 */
/* demarc plane counters: what each path has carried and dropped; watched, how much that is in a second. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "face/plane.h"
#include "face/table.h"
#include "kit/loop.h"

static const struct column row_columns[] = {{"PATH", "where", CELL_TEXT, 0},
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
    {"GNB", "address", CELL_TEXT, 0},      {"SESSIONS", "sessions", CELL_NUMBER, 2},
    {"ECHO", "path", CELL_TEXT, 0},        {"UP", "uplink_packets", CELL_NUMBER, 0},
    {"", "uplink_bytes", CELL_BYTES, 1},   {"DOWN", "downlink_packets", CELL_NUMBER, 0},
    {"", "downlink_bytes", CELL_BYTES, 1}, {0}};
static const struct column sender_columns[] = {
    {"SENDER", "sender", CELL_TEXT, 0}, {"REFUSED", "packets", CELL_NUMBER, 0}, {0}};

/* The same in a second; totals of what should be little stay beside it. */
static const struct column row_rates[] = {{"PATH", "where", CELL_TEXT, 0},
                                          {"UP/S", "uplink_packets_rate", CELL_NUMBER, 0},
                                          {"", "uplink_bytes_rate", CELL_SPEED, 1},
                                          {"DOWN/S", "downlink_packets_rate", CELL_NUMBER, 0},
                                          {"", "downlink_bytes_rate", CELL_SPEED, 1},
                                          {"LEFT TO SLOW/S", "left_packets_rate", CELL_NUMBER, 0},
                                          {0}};
static const struct column drop_rates[] = {
    {"DROPPED", "reason", CELL_TEXT, 0},     {"FAST/S", "fast_rate", CELL_NUMBER, 0},
    {"SLOW/S", "slow_rate", CELL_NUMBER, 0}, {"FAST IN ALL", "fast", CELL_NUMBER, 1},
    {"SLOW IN ALL", "slow", CELL_NUMBER, 1}, {0}};
static const struct column gnb_rates[] = {{"GNB", "address", CELL_TEXT, 0},
                                          {"SESSIONS", "sessions", CELL_NUMBER, 2},
                                          {"ECHO", "path", CELL_TEXT, 0},
                                          {"UP/S", "uplink_packets_rate", CELL_NUMBER, 0},
                                          {"", "uplink_bytes_rate", CELL_SPEED, 1},
                                          {"DOWN/S", "downlink_packets_rate", CELL_NUMBER, 0},
                                          {"", "downlink_bytes_rate", CELL_SPEED, 1},
                                          {0}};
static const struct column sender_rates[] = {{"SENDER", "sender", CELL_TEXT, 0},
                                             {"REFUSED/S", "packets_rate", CELL_NUMBER, 0},
                                             {"IN ALL", "packets", CELL_NUMBER, 0},
                                             {0}};

/* A list of a reply: what tells its items apart, and how it is shown. */
static const struct list {
    const char *name, *key;
    const struct column *totals, *rates;
} lists[] = {{"rows", "where", row_columns, row_rates},
             {"drops", "reason", drop_columns, drop_rates},
             {"gnb", "address", gnb_columns, gnb_rates},
             {"sender", "sender", sender_columns, sender_rates}};

enum { LISTS = sizeof lists / sizeof lists[0] };

/* --- what planes say --- */

static void add_list(json_t *counters, const struct config *config, const char *plane, const char *verb)
{
    json_t *reply = ask_quietly(config, "plane", plane, verb);
    if (reply)
        json_object_set(counters, verb, json_object_get(reply, "items"));
    json_decref(reply);
}

/* Whose counters a row has: a processor's that runs the packet program, or a worker's. */
static void name_rows(json_t *rows)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        char where[64];
        const bool fast = strcmp(json_string_value(json_object_get(row, "path")), "fast") == 0;
        snprintf(where, sizeof where, "%s %lld", fast ? "fast, processor" : "slow, worker",
                 (long long)json_integer_value(json_object_get(row, "number")));
        json_object_set_new(row, "where", json_string(where));
    }
}

static json_t *gather(const struct config *config, const char *plane, char why[PLANE_WHY])
{
    json_t *counters = plane_ask(config, plane, json_pack("{s:s}", "verb", "counters"), why);
    if (!counters)
        return NULL;
    name_rows(json_object_get(counters, "rows"));
    add_list(counters, config, plane, "gnb");
    add_list(counters, config, plane, "sender");
    return counters;
}

/* --- rates --- */

static const json_t *find(const json_t *items, const char *key, const json_t *wanted)
{
    size_t i;
    json_t *item;
    json_array_foreach(
        items, i, item) if (json_equal(json_object_get(item, key), json_object_get(wanted, key))) return item;
    return NULL;
}

/* A process that is another one has begun anew. */
static void add_rates_of(json_t *item, const json_t *before, double seconds)
{
    json_t *all = json_copy(item), *value;
    const char *name;
    json_object_foreach(all, name, value)
    {
        char rate[64];
        const json_int_t now = json_integer_value(value),
                         was = json_integer_value(json_object_get(before, name));
        if (!json_is_integer(value))
            continue;
        snprintf(rate, sizeof rate, "%s_rate", name);
        json_object_set_new(
            item, rate, json_integer((json_int_t)((double)(now >= was ? now - was : now) / seconds + 0.5)));
    }
    json_decref(all);
}

static void add_rates(json_t *counters, const json_t *before, double seconds)
{
    for (size_t n = 0; n < LISTS; n++) {
        const json_t *items = json_object_get(counters, lists[n].name),
                     *others = json_object_get(before, lists[n].name);
        size_t i;
        json_t *item;
        json_array_foreach(items, i, item) add_rates_of(item, find(others, lists[n].key, item), seconds);
    }
}

/* --- showing it --- */

static void print_totals(const char *plane, const json_t *counters)
{
    printf("plane %s, since its start\n", plane);
    for (size_t n = 0; n < LISTS; n++)
        plane_print_table(lists[n].totals, json_object_get(counters, lists[n].name));
}

static void print_rates(const char *plane, const json_t *counters)
{
    char now[16];
    const time_t seconds = time(NULL);
    strftime(now, sizeof now, "%H:%M:%S", localtime(&seconds));
    printf("plane %s, in a second, at %s\n", plane, now);
    for (size_t n = 0; n < LISTS; n++)
        plane_print_table(lists[n].rates, json_object_get(counters, lists[n].name));
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static void show_rates(const struct plane_question *question, const json_t *before, json_t *now,
                       double seconds)
{
    const char *plane;
    json_t *counters;
    json_object_foreach(now, plane, counters)
    {
        add_rates(counters, json_object_get(before, plane), seconds);
    }
    if (isatty(STDOUT_FILENO) && !question->json)
        fputs("\033[H\033[2J", stdout);
    plane_print_all(question, now, print_rates);
    fflush(stdout);
}

/* Until a signal, each time on a clean screen. A plane that does not answer is said to, and may come back. */
static int watch(struct plane_question *question)
{
    json_t *before = NULL;
    int code = plane_gather_all(question, gather, &before);
    int64_t then = clock_now();
    const bool any = json_object_size(before) > 0;
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    for (sleep(1); any && !interrupted; sleep(2)) {
        json_t *now = NULL;
        code = plane_gather_all(question, gather, &now);
        const int64_t time = clock_now();
        show_rates(question, before, now, (double)(time - then) / (double)SECONDS(1));
        json_decref(before);
        before = now;
        then = time;
    }
    json_decref(before);
    return code;
}

static int show_totals(struct plane_question *question)
{
    json_t *all = NULL;
    const int code = plane_gather_all(question, gather, &all);
    plane_print_all(question, all, print_totals);
    json_decref(all);
    return code;
}

int run_plane_counters(const struct command *command, int argc, char **argv)
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
    return plane_with_config(&question, path, watched ? watch : show_totals);
}
