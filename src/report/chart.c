/* SPDX-License-Identifier: Apache-2.0 */
/* Shares over time as SVG: a line for each, its limit, and nothing where nothing is known. */
#include "report/page.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

enum {
    WIDTH = 760,
    HEIGHT = 250,
    LEFT = 46,
    RIGHT = 12,
    TOP = 14,
    BOTTOM = 30,
    MARKS = 4, /* on the axis of time, and on that of shares */
    GAP = 3,   /* so many steps without a point break the line */
};

struct chart {
    struct markup *page;
    const json_t *points;
    double first, last, step, top; /* seconds; percent */
};

static double time_of(const struct chart *chart, size_t i)
{
    return json_number_value(json_object_get(json_array_get(chart->points, i), "time"));
}

static double share_of(const struct chart *chart, size_t i, const char *key)
{
    return json_number_value(json_object_get(json_array_get(chart->points, i), key));
}

static double x_of(const struct chart *chart, double time)
{
    return LEFT + (time - chart->first) / (chart->last - chart->first) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct chart *chart, double share)
{
    return HEIGHT - BOTTOM - share / chart->top * (HEIGHT - TOP - BOTTOM);
}

/* The next round number that all of it fits under. */
static double top_of(const struct chart *chart, double highest)
{
    static const double tops[] = {10, 20, 40, 60, 80};
    for (size_t i = 0; i < json_array_size(chart->points); i++)
        highest = fmax(highest, fmax(share_of(chart, i, "sites"), share_of(chart, i, "traffic")));
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
        if (highest <= tops[i])
            return tops[i];
    return 100;
}

static void day_text(const struct chart *chart, double time, char text[24])
{
    const time_t seconds = (time_t)time;
    const bool within_days = chart->last - chart->first < 4 * 86400.0;
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(text, 24, within_days ? "%d %b %H:%M" : "%Y-%m-%d", &utc);
}

static void axes(const struct chart *chart)
{
    char text[24];
    for (int i = 0; i <= MARKS; i++) {
        const double share = chart->top * i / MARKS,
                     time = chart->first + (chart->last - chart->first) * i / MARKS;
        markup_format(chart->page,
                      "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"small\" x=\"%d\" y=\"%.1f\" "
                      "text-anchor=\"end\">%.3g %%</text>\n",
                      LEFT, y_of(chart, share), WIDTH - RIGHT, LEFT - 6, y_of(chart, share) + 4, share);
        day_text(chart, time, text);
        markup_format(chart->page, "<text class=\"small\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
                      x_of(chart, time), HEIGHT - 10,
                      i == 0       ? "start"
                      : i == MARKS ? "end"
                                   : "middle",
                      text);
    }
}

static void line(const struct chart *chart, const char *key, const char *class)
{
    double before = -INFINITY;
    markup_format(chart->page, "<path class=\"share %s\" d=\"", class);
    for (size_t i = 0; i < json_array_size(chart->points); i++) {
        const double time = time_of(chart, i);
        const double x = x_of(chart, time), y = y_of(chart, share_of(chart, i, key));
        if (time - before > GAP * chart->step)
            markup_format(chart->page, "M%.1f %.1fh.1", x, y);
        else
            markup_format(chart->page, "L%.1f %.1f", x, y);
        before = time;
    }
    markup_add(chart->page, "\"/>\n");
}

static void limit(const struct chart *chart, const json_t *share, const char *rule)
{
    if (!fact_has(share, "limit"))
        return;
    const double y = y_of(chart, (double)fact_number(share, "limit"));
    markup_format(chart->page,
                  "<path class=\"limit\" d=\"M%d %.1fH%d\"/><text class=\"small\" x=\"%d\" y=\"%.1f\" "
                  "text-anchor=\"end\">limit of %s</text>\n",
                  LEFT, y, WIDTH - RIGHT, WIDTH - RIGHT, y - 5, rule);
}

/* One limit for both is drawn once. */
static void limits(const struct chart *chart, const json_t *shares)
{
    const json_t *sites = json_object_get(shares, "sites"), *traffic = json_object_get(shares, "traffic");
    const bool same = fact_has(sites, "limit") && fact_has(traffic, "limit") &&
                      fact_number(sites, "limit") == fact_number(traffic, "limit");
    limit(chart, sites, same ? "H1 and H2" : "H1");
    if (!same)
        limit(chart, traffic, "H2");
}

static double highest_limit(const json_t *shares)
{
    return fmax((double)fact_number(json_object_get(shares, "sites"), "limit"),
                (double)fact_number(json_object_get(shares, "traffic"), "limit"));
}

void picture_history(struct markup *page, const json_t *shares)
{
    const json_t *history = json_object_get(shares, "history");
    struct chart chart = {.page = page,
                          .points = json_object_get(history, "points"),
                          .step = fmax((double)fact_number(history, "step"), 1)};
    const size_t count = json_array_size(chart.points);
    if (!count) {
        markup_add(page, "<p class=\"faint\">No shares of the past are known.</p>\n");
        return;
    }
    chart.first = time_of(&chart, 0);
    chart.last = fmax(time_of(&chart, count - 1), chart.first + chart.step);
    chart.top = top_of(&chart, highest_limit(shares));
    markup_format(
        page,
        "<figure class=\"wide\"><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"shares over time\">\n",
        WIDTH, HEIGHT);
    axes(&chart);
    limits(&chart, shares);
    line(&chart, "sites", "of-sites");
    line(&chart, "traffic", "of-traffic");
    markup_add(
        page,
        "</svg><figcaption>High-risk shares over time: <span class=\"key of-sites\"></span> of sites (H1), "
        "<span class=\"key of-traffic\"></span> of bytes on N3 (H2). Each point is the highest of its "
        "time; where the line is broken, nothing was known.</figcaption></figure>\n");
}
