/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line status: each rule of the profile, the shares that the line limits (rules H1 and H2), and what went through each gNB. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/line_stand.h"
#include "face/table.h"
#include "kit/timers.h"

static const struct column share_columns[] = {
    {"RULE", "rule", CELL_TEXT, 0},
    {"OF", "of", CELL_TEXT, 0},
    {"HIGH-RISK", "high_risk", CELL_NUMBER, 0},
    {"ALL", "all", CELL_NUMBER, 0},
    {"SHARE", "share", CELL_NUMBER, 0},
    {"LIMIT", "limit", CELL_NUMBER, 0},
    {"STATE", "state", CELL_TEXT, 0},
    {0},
};

static const struct column gnb_columns[] = {
    {"GNB", "gnb", CELL_TEXT, 0},
    {"N3 ADDRESS", "address", CELL_TEXT, 1},
    {"RISK", "risk", CELL_TEXT, 0},
    {"UP", "uplink_octets", CELL_BYTES, 0},
    {"DOWN", "downlink_octets", CELL_BYTES, 0},
    {"SHARE", "share", CELL_NUMBER, 0},
    {0},
};

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static json_t *percent(json_int_t part, json_int_t all)
{
    return all > 0 ? json_sprintf("%.2f %%", 100.0 * (double)part / (double)all) : json_string("-");
}

static const char *state_of(const json_t *share, json_int_t part, json_int_t all)
{
    const json_t *limit = json_object_get(share, "limit");
    if (json_is_false(json_object_get(share, "known")))
        return "not known";
    if (!limit)
        return "no limit";
    return (double)part * 100 > (double)all * (double)json_integer_value(limit) ? "OVER" : "kept";
}

static json_t *row_of(const char *rule, json_t *of, const json_t *share, const char *part, const char *all)
{
    const json_int_t some = number(share, part), whole = number(share, all);
    const json_t *limit = json_object_get(share, "limit");
    return json_pack("{s:s, s:o, s:I, s:I, s:o, s:o, s:s}", "rule", rule, "of", of, "high_risk", some, "all",
                     whole, "share", percent(some, whole), "limit",
                     limit ? json_sprintf("%" JSON_INTEGER_FORMAT " %%", json_integer_value(limit))
                           : json_string("-"),
                     "state", state_of(share, some, whole));
}

static json_t *line_share_rows(const json_t *shares)
{
    char window[VALUE_TEXT_BYTES];
    const json_t *traffic = json_object_get(shares, "traffic");
    json_t *rows = json_array();
    config_duration_text(number(traffic, "window_seconds") * (json_int_t)SECONDS(1), window);
    json_array_append_new(rows, row_of("H1", json_string("sites"), json_object_get(shares, "sites"),
                                       "high_risk_sites", "sites"));
    json_array_append_new(rows, row_of("H2", json_sprintf("octets on N3, last %s", window), traffic,
                                       "high_risk_octets", "octets"));
    return rows;
}

static void shaping_print(const json_t *shaping)
{
    char up[VALUE_TEXT_BYTES], down[VALUE_TEXT_BYTES], since[32];
    const time_t time = (time_t)number(shaping, "since");
    struct tm utc;
    size_t i;
    json_t *plane;
    strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S", gmtime_r(&time, &utc));
    config_rate_text((uint64_t)number(shaping, "uplink_kbps") * 1000, up);
    config_rate_text((uint64_t)number(shaping, "downlink_kbps") * 1000, down);
    printf("traffic of high-risk gNBs is shaped since %s UTC: from %s up and %s down on it is delayed and "
           "marked, "
           "never dropped\n",
           since, up, down);
    json_array_foreach(json_object_get(shaping, "without"), i, plane)
        printf("plane %s does not shape: it has not said that it knows how\n", json_string_value(plane));
}

void line_shares_print(const json_t *shares)
{
    const json_t *traffic = json_object_get(shares, "traffic");
    const char *why = json_string_value(json_object_get(traffic, "why"));
    json_t *rows = line_share_rows(shares);
    table_print(stdout, share_columns, rows);
    json_decref(rows);
    if (why)
        printf("H2 is not known: %s\n", why);
    if (json_object_get(traffic, "shaping"))
        shaping_print(json_object_get(traffic, "shaping"));
    if (number(traffic, "untold_seconds"))
        printf("what planes carried in %" JSON_INTEGER_FORMAT " s of this time was never told\n",
               number(traffic, "untold_seconds"));
}

static void show_gnbs(json_t *items, json_int_t all)
{
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) json_object_set_new(
        item, "share", percent(number(item, "uplink_octets") + number(item, "downlink_octets"), all));
    fputs(json_array_size(items) ? "\n" : "", stdout);
    table_print(stdout, gnb_columns, items);
}

static int show(struct admin_client *client, const struct stand *stand, bool json)
{
    char date[VALUE_TEXT_BYTES];
    json_t *rules = line_rules(&stand->facts);
    config_date_text(stand->facts.date, date);
    json_t *status = ask_or_fail(client, json_pack("{s:s}", "verb", "status"));
    json_t *gnbs = status ? list_or_fail(client, json_pack("{s:s}", "verb", "traffic")) : NULL;
    const json_t *shares = json_object_get(status, "shares");
    if (gnbs && json) {
        json_t *all = json_pack("{s:s, s:s, s:O, s:O, s:O}", "profile", stand->facts.profile->name, "date",
                                date, "rules", rules, "shares", shares, "gnbs", gnbs);
        json_print(stdout, all);
        json_decref(all);
    } else if (gnbs) {
        printf("profile %s on %s%s\n", stand->facts.profile->name, date,
               stand->facts.profile->records_only ? ": nothing is refused, what would be is recorded" : "");
        line_rules_print(rules);
        putchar('\n');
        line_shares_print(shares);
        show_gnbs(gnbs, number(json_object_get(shares, "traffic"), "octets"));
    }
    const int code = gnbs ? EXIT_DONE : EXIT_FAILED;
    json_decref(rules);
    json_decref(status);
    json_decref(gnbs);
    return code;
}

int run_line_status(const struct command *command, int argc, char **argv)
{
    bool json = false;
    const char *path = NULL;
    const struct option_slot slots[] = {{"json", &json, NULL}, {"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc)
        return wrong_usage(command, "unexpected %s", argv[0]);
    struct stand stand;
    if (!stand_take(&stand, path, NULL))
        return EXIT_FAILED;
    struct admin_client *client = ask_control(stand.config);
    const int code = client ? show(client, &stand, json) : EXIT_FAILED;
    if (client)
        admin_hang_up(client);
    stand_leave(&stand);
    return code;
}
