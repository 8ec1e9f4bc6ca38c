/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line bar, unbar, bars: a whole vendor is barred (rule K1), in earnest or as a drill, and what came of it is reported. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "face/ask.h"
#include "face/line_stand.h"
#include "face/table.h"
#include "kit/timers.h"

enum { PAUSE_US = 100000 };

static const char DRILL_TIME[] = "10m", PATIENCE[] = "10s";

static const struct column area_columns[] = {{"PLMN", "plmn", CELL_TEXT, 0},
                                             {"TAC", "tac", CELL_TEXT, 0},
                                             {"PHONES", "phones", CELL_NUMBER, 0},
                                             {"MOVED", "moved", CELL_NUMBER, 0},
                                             {"CAME BACK", "returned", CELL_NUMBER, 0},
                                             {"RELEASED", "released", CELL_NUMBER, 0},
                                             {"LEFT", "left", CELL_NUMBER, 2},
                                             {"GONE", "gone", CELL_NUMBER, 2},
                                             {"ON YET", "on", CELL_NUMBER, 0},
                                             {"SESSIONS", "sessions", CELL_NUMBER, 0},
                                             {"LOST", "sessions_lost", CELL_NUMBER, 0},
                                             {"OTHER GNBS", "gnbs_left", CELL_NUMBER, 1},
                                             {0}};

static const struct column survey_columns[] = {{"PLMN", "plmn", CELL_TEXT, 0},
                                               {"TAC", "tac", CELL_TEXT, 0},
                                               {"CONNECTED", "phones", CELL_NUMBER, 0},
                                               {"IDLE", "idle", CELL_NUMBER, 0},
                                               {"PROTECTED", "protected", CELL_NUMBER, 0},
                                               {"SESSIONS", "sessions", CELL_NUMBER, 0},
                                               {"GNBS", "gnbs", CELL_NUMBER, 0},
                                               {"OTHER GNBS", "gnbs_left", CELL_NUMBER, 0},
                                               {0}};

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

struct order {
    const char *vendor, *time, *grace, *patience, *by, *reason, *config_path;
    bool drill, now, dry_run, json;
};

/* --- what came of it --- */

static void show_times(const json_t *bar)
{
    const json_t *off = json_object_get(bar, "off_after"), *seen = json_object_get(bar, "last_seen_after");
    if (off)
        printf("its gNBs serve nobody since %.3f s after it began\n", json_real_value(off));
    else
        puts("its gNBs serve phones yet");
    if (seen)
        printf("the last phone that was seen elsewhere came %.3f s after it began\n", json_real_value(seen));
}

static void show_state(const json_t *bar)
{
    const char *what = json_is_true(json_object_get(bar, "drill")) ? "drill" : "bar";
    const json_t *until = json_object_get(bar, "until"), *ended = json_object_get(bar, "ended");
    char end[32] = "until a command ends it";
    if (ended)
        snprintf(end, sizeof end, "over");
    else if (until)
        snprintf(end, sizeof end, "for %.0f s yet", json_number_value(until) - (double)time(NULL));
    printf("%s: %s by %s: %s; %s\n\n", text(bar, "vendor"), what, text(bar, "by"), text(bar, "reason"), end);
}

static void show_bar(const json_t *bar, const json_t *areas)
{
    show_state(bar);
    if (json_array_size(areas)) {
        table_print(stdout, area_columns, areas);
        putchar('\n');
    }
    const json_int_t phones = number(bar, "phones"), found = number(bar, "moved") + number(bar, "returned");
    printf("phones: %lld, seen elsewhere %lld, not seen again %lld\n", (long long)phones, (long long)found,
           (long long)(phones - found));
    printf("protected phones: %lld, seen elsewhere %lld, sessions of theirs lost: %lld\n",
           (long long)number(bar, "protected"), (long long)number(bar, "protected_settled"),
           (long long)number(bar, "protected_sessions_lost"));
    printf("sessions: %lld, lost %lld\n", (long long)number(bar, "sessions"),
           (long long)number(bar, "sessions_lost"));
    show_times(bar);
}

static json_t *areas_of(struct admin_client *client, const char *vendor, bool survey)
{
    json_t *error = NULL;
    json_t *areas = admin_list(
        client, json_pack("{s:s, s:s, s:b}", "verb", "line.bar.areas", "vendor", vendor, "survey", survey),
        &error);
    json_decref(error);
    return areas;
}

/* The vendor's bar, or its last one. NULL: said that there is none. */
static json_t *bar_of(struct admin_client *client, const char *vendor)
{
    json_t *bars = list_or_fail(client, json_pack("{s:s}", "verb", "line.bars")), *bar;
    json_t *found = NULL;
    size_t i;
    json_array_foreach(bars, i, bar)
    {
        if (strcmp(text(bar, "vendor"), vendor) == 0)
            found = json_incref(bar);
    }
    if (bars && !found)
        failed("%s has not been barred", vendor);
    json_decref(bars);
    return found;
}

/* What partners are told without the vendor's equipment, beside what they are told with it. */
static json_t *answers_without(const struct order *order)
{
    json_t *change = line_what_if(order->config_path, NULL, "remove", order->vendor);
    json_t *answers = json_incref(json_object_get(change, "answers"));
    json_decref(change);
    return answers;
}

static int report(const struct order *order, struct admin_client *client)
{
    json_t *bar = bar_of(client, order->vendor), *areas = bar ? areas_of(client, order->vendor, false) : NULL;
    json_t *answers = bar ? answers_without(order) : NULL;
    if (bar && order->json) {
        json_object_set(bar, "areas", areas);
        json_object_set(bar, "answers", answers);
        json_print(stdout, bar);
    } else if (bar) {
        show_bar(bar, areas);
        line_turned_show(answers);
    }
    const int code = bar ? EXIT_DONE : EXIT_FAILED;
    json_decref(answers);
    json_decref(areas);
    json_decref(bar);
    return code;
}

/* --- orders --- */

static bool add_seconds(json_t *request, const char *key, const char *words)
{
    int64_t time;
    if (!words)
        return true;
    if (!config_duration_parse(words, &time))
        return failed("%s is no time such as 90s, 10m or 2h", words) == EXIT_DONE;
    return json_object_set_new(request, key, json_integer(time / SECONDS(1))) == 0;
}

static json_t *request_of(const struct order *order)
{
    json_t *request =
        json_pack("{s:s, s:s, s:b}", "verb", "line.bar", "vendor", order->vendor, "drill", order->drill);
    const char *time = order->time || order->now ? order->time : DRILL_TIME;
    const char *by = order->by ? order->by : getlogin();
    if (by)
        json_object_set_new(request, "by", json_string(by));
    if (order->reason)
        json_object_set_new(request, "reason", json_string(order->reason));
    if (add_seconds(request, "seconds", time) && add_seconds(request, "grace", order->grace))
        return request;
    json_decref(request);
    return NULL;
}

/* All are off, and as many were seen elsewhere as may be; what is not so after the time is said. */
static bool all_settled(const json_t *bar)
{
    return json_object_get(bar, "off_after") &&
           number(bar, "phones") == number(bar, "moved") + number(bar, "returned") + number(bar, "gone");
}

static void await(struct admin_client *client, const char *vendor, int64_t patience)
{
    bool over = false;
    for (int64_t waited = 0; !over && waited < patience; waited += (int64_t)PAUSE_US * 1000) {
        json_t *bar = bar_of(client, vendor);
        over = !bar || all_settled(bar) || json_object_get(bar, "ended");
        json_decref(bar);
        if (!over)
            usleep(PAUSE_US);
    }
}

static int carry_out(const struct order *order, struct admin_client *client)
{
    int64_t patience;
    if (!config_duration_parse(order->patience ? order->patience : PATIENCE, &patience))
        return failed("%s is no time such as 90s, 10m or 2h", order->patience);
    json_t *request = request_of(order), *reply = request ? ask_or_fail(client, request) : NULL;
    if (!reply)
        return EXIT_FAILED;
    json_decref(reply);
    await(client, order->vendor, patience);
    return report(order, client);
}

/* What it would begin with, and what the inventory would say without the vendor, if it has anything of it. */
static int look_ahead(const struct order *order, struct admin_client *client)
{
    json_t *areas = areas_of(client, order->vendor, true);
    json_t *change = line_what_if(order->config_path, NULL, "remove", order->vendor);
    const int code = areas ? EXIT_DONE : EXIT_FAILED;
    if (areas && order->json) {
        json_t *all =
            json_pack("{s:s, s:O, s:O?}", "vendor", order->vendor, "areas", areas, "without", change);
        json_print(stdout, all);
        json_decref(all);
    } else if (areas) {
        printf("%s would be barred; nothing has been done\n\n", order->vendor);
        table_print(stdout, survey_columns, areas);
        putchar('\n');
        if (change)
            line_what_if_show(change);
    }
    json_decref(areas);
    json_decref(change);
    return code;
}

static int with_control(const char *config_path,
                        int (*work)(const struct order *order, struct admin_client *client),
                        const struct order *order)
{
    struct config *config = load_or_fail(config_path);
    struct admin_client *client = config ? ask_control(config) : NULL;
    const int code = client ? work(order, client) : EXIT_FAILED;
    if (client)
        admin_hang_up(client);
    config_free(config);
    return code;
}

int run_line_bar(const struct command *command, int argc, char **argv)
{
    struct order order = {0};
    const struct option_slot slots[] = {{"drill", &order.drill, NULL},
                                        {"now", &order.now, NULL},
                                        {"dry-run", &order.dry_run, NULL},
                                        {"for", NULL, &order.time},
                                        {"grace", NULL, &order.grace},
                                        {"wait", NULL, &order.patience},
                                        {"by", NULL, &order.by},
                                        {"reason", NULL, &order.reason},
                                        {"json", &order.json, NULL},
                                        {"config", NULL, &order.config_path},
                                        {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc != 1)
        return wrong_usage(command, "one vendor is needed");
    if (order.drill + order.now + order.dry_run != 1)
        return wrong_usage(command, "either --drill, --now or --dry-run");
    order.vendor = argv[0];
    return with_control(order.config_path, order.dry_run ? look_ahead : carry_out, &order);
}

/* --- after it --- */

static int lift(const struct order *order, struct admin_client *client)
{
    json_t *reply =
        ask_or_fail(client, json_pack("{s:s, s:s}", "verb", "line.unbar", "vendor", order->vendor));
    if (!reply)
        return EXIT_FAILED;
    json_decref(reply);
    return report(order, client);
}

static const struct column bar_columns[] = {{"VENDOR", "vendor", CELL_TEXT, 0},
                                            {"STATE", "state", CELL_TEXT, 0},
                                            {"DRILL", "drill", CELL_TEXT, 0},
                                            {"BY", "by", CELL_TEXT, 1},
                                            {"REASON", "reason", CELL_TEXT, 2},
                                            {"PHONES", "phones", CELL_NUMBER, 0},
                                            {"MOVED", "moved", CELL_NUMBER, 0},
                                            {"CAME BACK", "returned", CELL_NUMBER, 0},
                                            {"SESSIONS LOST", "sessions_lost", CELL_NUMBER, 0},
                                            {0}};

static int list(const struct order *order, struct admin_client *client)
{
    if (order->vendor)
        return report(order, client);
    json_t *bars = list_or_fail(client, json_pack("{s:s}", "verb", "line.bars"));
    if (bars && order->json)
        json_print(stdout, bars);
    else if (json_array_size(bars))
        table_print(stdout, bar_columns, bars);
    else if (bars)
        fputs("no vendor has been barred\n", stderr);
    const int code = bars ? EXIT_DONE : EXIT_FAILED;
    json_decref(bars);
    return code;
}

static int run_other(const struct command *command, int argc, char **argv, bool vendor_needed,
                     int (*work)(const struct order *order, struct admin_client *client))
{
    struct order order = {0};
    const struct option_slot slots[] = {
        {"json", &order.json, NULL}, {"config", NULL, &order.config_path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc > 1 || (vendor_needed && argc == 0))
        return wrong_usage(command, argc ? "unexpected words" : "one vendor is needed");
    order.vendor = argc ? argv[0] : NULL;
    return with_control(order.config_path, work, &order);
}

int run_line_unbar(const struct command *command, int argc, char **argv)
{
    return run_other(command, argc, argv, true, lift);
}

int run_line_bars(const struct command *command, int argc, char **argv)
{
    return run_other(command, argc, argv, false, list);
}
