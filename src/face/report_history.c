/* SPDX-License-Identifier: Apache-2.0 */
/* The shares of rules H1 and H2 over time, for a report: as many points as can be told apart, each the highest of its time. */
#include <stdlib.h>

#include "face/ask.h"
#include "face/report_facts.h"

enum { POINTS = 400 };

struct point {
    double sites, traffic; /* percent */
    bool any;
};

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static double percent(json_int_t part, json_int_t all)
{
    return all > 0 ? 100 * (double)part / (double)all : 0;
}

static double higher(double one, double other)
{
    return one > other ? one : other;
}

static json_t *ask_hours(const struct config *config)
{
    struct admin_client *client = ask_open(config, "control", NULL);
    json_t *error = NULL;
    json_t *hours = client ? admin_list(client, json_pack("{s:s}", "verb", "shares"), &error) : NULL;
    json_decref(error);
    admin_hang_up(client);
    return hours;
}

static json_int_t first_of(const json_t *hours)
{
    return number(json_array_get(hours, 0), "time");
}

static json_int_t step_of(const json_t *hours)
{
    const json_int_t hour = 3600, span = number(json_array_get(hours, json_array_size(hours) - 1), "time") -
                                         first_of(hours) + hour;
    const json_int_t step = (span + POINTS - 1) / POINTS;
    return step > hour ? (step + hour - 1) / hour * hour : hour;
}

static void gather(const json_t *hours, json_int_t step, struct point *points)
{
    size_t i;
    const json_t *hour;
    json_array_foreach(hours, i, hour)
    {
        struct point *point = &points[(number(hour, "time") - first_of(hours)) / step];
        point->any = true;
        point->sites = higher(point->sites, percent(number(hour, "high_risk_sites"), number(hour, "sites")));
        point->traffic =
            higher(point->traffic, percent(number(hour, "high_risk_octets"), number(hour, "octets")));
    }
}

json_t *report_history(const struct config *config)
{
    json_t *hours = ask_hours(config), *list = json_array();
    struct point *points = calloc(POINTS + 1, sizeof *points);
    const json_int_t step = json_array_size(hours) ? step_of(hours) : 1;
    if (points)
        gather(hours, step, points);
    for (json_int_t i = 0; points && i <= POINTS; i++)
        if (points[i].any)
            json_array_append_new(list, json_pack("{s:I, s:f, s:f}", "time", first_of(hours) + i * step,
                                                  "sites", points[i].sites, "traffic", points[i].traffic));
    json_t *history = json_pack("{s:I, s:o}", "step", step, "points", list);
    free(points);
    json_decref(hours);
    return history;
}
