/* SPDX-License-Identifier: Apache-2.0 */
/* The admin verbs that bar vendors (rule K1 of the line), and say what came of it. */
#include <stdlib.h>

#include "core/amf/bar.h"
#include "core/control.h"

enum { LONGEST_S = 366 * 24 * 3600, LONGEST_GRACE_S = 3600 };

static double seconds(int64_t nanoseconds)
{
    return (double)nanoseconds / (double)SECONDS(1);
}

static void put_number(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void put_area(json_t *object, const struct drill_area *area)
{
    static const char *const fates[DRILL_FATES] = {
        [DRILL_ON] = "on",       [DRILL_RELEASED] = "released", [DRILL_LEFT] = "left",
        [DRILL_MOVED] = "moved", [DRILL_RETURNED] = "returned", [DRILL_GONE] = "gone"};
    const struct drill_count *count = &area->count;
    put_number(object, "phones", count->phones);
    for (unsigned i = 0; i < DRILL_FATES; i++)
        put_number(object, fates[i], count->fates[i]);
    put_number(object, "protected", count->protected);
    put_number(object, "protected_settled", count->protected_settled);
    put_number(object, "sessions", count->sessions);
    put_number(object, "sessions_lost", count->sessions_lost);
    put_number(object, "protected_sessions_lost", count->protected_sessions_lost);
    put_number(object, "gnbs", area->gnbs);
    put_number(object, "gnbs_left", area->gnbs_left);
}

static json_t *describe(const struct bar *bar)
{
    struct drill_areas areas;
    if (!drill_report(bar, &areas))
        return NULL;
    json_t *item = json_pack("{s:s, s:s, s:b, s:s, s:s, s:f}", "vendor", bar->vendor, "state",
                             bar->ended ? "over" : "barred", "drill", bar->drill, "by", bar->by, "reason",
                             bar->reason, "since", seconds(bar->since));
    if (bar->until)
        json_object_set_new(item, "until", json_real(seconds(bar->until)));
    if (bar->ended)
        json_object_set_new(item, "ended", json_real(seconds(bar->ended)));
    if (bar->cleared)
        json_object_set_new(item, "off_after", json_real(seconds(bar->cleared - bar->since)));
    if (areas.total.count.last_seen)
        json_object_set_new(item, "last_seen_after",
                            json_real(seconds(areas.total.count.last_seen - bar->since)));
    put_area(item, &areas.total);
    drill_areas_free(&areas);
    return item;
}

/* --- requests --- */

static const char *text_of(const json_t *request, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(request, key));
    return text && *text ? text : otherwise;
}

/* False: it is there, and no number from `least` to `most`. */
static bool take_seconds(const json_t *request, const char *key, json_int_t least, json_int_t most,
                         int64_t *time)
{
    const json_t *value = json_object_get(request, key);
    const json_int_t number = json_integer_value(value);
    *time = value && number <= most ? SECONDS(number) : 0;
    return !value || (json_is_integer(value) && number >= least && number <= most);
}

json_t *control_bar(void *context, const json_t *request)
{
    const struct control *control = context;
    struct bar_order order = {.vendor = text_of(request, "vendor", ""),
                              .by = text_of(request, "by", "somebody with root's rights"),
                              .reason = text_of(request, "reason", "none was given"),
                              .drill = json_is_true(json_object_get(request, "drill"))};
    const char *why;
    if (!take_seconds(request, "seconds", 1, LONGEST_S, &order.time))
        return admin_refuse("seconds is a number from 1 on, of a year at most");
    if (!take_seconds(request, "grace", 0, LONGEST_GRACE_S, &order.grace))
        return admin_refuse("grace is a number of seconds, of an hour at most");
    if (order.drill && !order.time)
        return admin_refuse("a drill ends by itself: seconds is needed");
    if (!bar_begin(control->core, &order, &why))
        return admin_refuse("%s", why);
    return json_pack("{s:s}", "state", "barred");
}

json_t *control_unbar(void *context, const json_t *request)
{
    const struct control *control = context;
    if (!bar_lift(control->core, text_of(request, "vendor", "")))
        return admin_refuse("no such vendor is barred");
    return json_pack("{s:s}", "state", "open");
}

json_t *control_bars(void *context, const json_t *request)
{
    const struct control *control = context;
    json_t *items = json_array();
    (void)request;
    for (const struct bar *bar = control->core->bars; bar; bar = bar->next)
        json_array_append_new(items, describe(bar));
    return json_pack("{s:o}", "items", items);
}

/* Of the vendor's bar, or of what one would begin with. */
static bool count_areas(const struct control *control, const char *vendor, bool survey,
                        struct drill_areas *areas)
{
    const struct bar *bar = control->core->bars;
    while (bar && strcmp(bar->vendor, vendor) != 0)
        bar = bar->next;
    *areas = (struct drill_areas){0};
    return survey ? drill_survey(control->core, vendor, areas) : bar && drill_report(bar, areas);
}

json_t *control_bar_areas(void *context, const json_t *request)
{
    const char *vendor = text_of(request, "vendor", "");
    const bool survey = json_is_true(json_object_get(request, "survey"));
    const size_t from = (size_t)strtoull(text_of(request, "after", "0"), NULL, 10);
    struct drill_areas areas;
    if (!count_areas(context, vendor, survey, &areas))
        return admin_refuse("no such vendor has been barred");
    json_t *items = json_array(), *reply = json_pack("{s:o}", "items", items);
    size_t i = from;
    for (; i < areas.count && i - from < ADMIN_PAGE; i++) {
        char plmn[VALUE_TEXT_BYTES];
        json_t *item = json_pack("{s:s, s:i}", "plmn", config_plmn_text(areas.areas[i].tai.plmn, plmn), "tac",
                                 (int)areas.areas[i].tai.tac);
        put_area(item, &areas.areas[i]);
        if (survey)
            put_number(item, "idle", areas.areas[i].idle);
        json_array_append_new(items, item);
    }
    char more[24];
    snprintf(more, sizeof more, "%zu", i);
    if (i < areas.count)
        json_object_set_new(reply, "more", json_string(more));
    drill_areas_free(&areas);
    return reply;
}
