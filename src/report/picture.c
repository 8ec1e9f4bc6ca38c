/* SPDX-License-Identifier: Apache-2.0 */
/* The report's pictures. */
#include "report/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- the line --- */

enum {
    WIDTH = 760,
    ROW = 58,
    BOX_HEIGHT = 44,
    TOP = 34,
    MOST_DOMAINS = 12,
    RADIO_X = 4,
    RADIO_WIDTH = 170,
    EDGE_X = 232,
    EDGE_WIDTH = 96,
    LINE_X = 362,
    CORE_X = 400,
    CORE_WIDTH = 150,
    OUT_X = 620,
    OUT_WIDTH = 136,
};

static void label(struct markup *page, double x, double y, const char *class, const char *text)
{
    markup_format(page, "<text x=\"%.0f\" y=\"%.0f\" class=\"%s\">", x, y, class);
    markup_text(page, text);
    markup_add(page, "</text>");
}

static void box(struct markup *page, double x, double y, double width, double height, const char *class)
{
    markup_format(page,
                  "<rect class=\"box %s\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"5\"/>",
                  class, x, y, width, height);
}

static void wire(struct markup *page, double x, double y, double to_x, double to_y)
{
    markup_format(page, "<path class=\"wire\" d=\"M%.0f %.0fC%.0f %.0f %.0f %.0f %.0f %.0f\"/>", x, y,
                  (x + to_x) / 2, y, (x + to_x) / 2, to_y, to_x, to_y);
}

/* What a box has room for; the rest is cut at a character. */
static void short_label(struct markup *page, double x, double y, const char *class, const char *text,
                        size_t most)
{
    char cut[64];
    size_t length = strlen(text);
    if (length > most) {
        length = most;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    snprintf(cut, sizeof cut, "%.*s%s", (int)length, text, text[length] ? "\xe2\x80\xa6" : "");
    label(page, x, y, class, cut);
}

static void domain_row(struct markup *page, const json_t *domain, double y, double core_y)
{
    const bool high = strcmp(fact_text(domain, "risk"), "high") == 0;
    char words[96];
    box(page, RADIO_X, y, RADIO_WIDTH, BOX_HEIGHT, high ? "risk" : "safe");
    short_label(page, RADIO_X + 10, y + 18, "", fact_text(domain, "vendor"), 20);
    snprintf(words, sizeof words, "%lld gNBs, %s", (long long)fact_number(domain, "gnbs"),
             high ? "\xe2\x96\xb2 high risk" : "\xe2\x97\x8f trusted");
    label(page, RADIO_X + 10, y + 35, "small", words);
    wire(page, RADIO_X + RADIO_WIDTH, y + BOX_HEIGHT / 2.0, EDGE_X, y + BOX_HEIGHT / 2.0);
    box(page, EDGE_X, y, EDGE_WIDTH, BOX_HEIGHT, high ? "risk" : "safe");
    short_label(page, EDGE_X + 9, y + 18, "", fact_text(domain, "name"), 12);
    label(page, EDGE_X + 9, y + 35, "small", "edge");
    wire(page, EDGE_X + EDGE_WIDTH, y + BOX_HEIGHT / 2.0, CORE_X, core_y);
}

static void core_box(struct markup *page, const json_t *facts, double y)
{
    static const char *const parts[] = {"control", "plane", "recorder"};
    const json_t *evidence = json_object_get(facts, "evidence");
    box(page, CORE_X, y - 80, CORE_WIDTH, 160, "safe");
    label(page, CORE_X + 12, y - 58, "small", "core");
    for (unsigned i = 0; i < 3; i++) {
        box(page, CORE_X + 12, y - 46 + 40 * i, CORE_WIDTH - 24, 32, "");
        label(page, CORE_X + 22, y - 25 + 40 * i, "", parts[i]);
    }
    markup_format(page, "<text x=\"%d\" y=\"%.0f\" class=\"small\">%lld entries</text>", CORE_X + 12, y + 98,
                  (long long)fact_number(evidence, "entries"));
}

static void out_box(struct markup *page, double core_y, double y, const char *name, const char *what)
{
    wire(page, CORE_X + CORE_WIDTH, core_y, OUT_X, y + BOX_HEIGHT / 2.0);
    box(page, OUT_X, y, OUT_WIDTH, BOX_HEIGHT, "safe");
    short_label(page, OUT_X + 10, y + 18, "", name, 17);
    label(page, OUT_X + 10, y + 35, "small", what);
}

void picture_line(struct markup *page, const json_t *facts)
{
    const json_t *domains = json_object_get(facts, "domains"), *domain;
    const size_t count = json_array_size(domains), shown = count > MOST_DOMAINS ? MOST_DOMAINS : count;
    const double rows = (double)(shown > 3 ? shown : 3), height = TOP + rows * ROW + 46;
    const double core_y = TOP + rows * ROW / 2;
    size_t i;
    markup_format(
        page,
        "<svg viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"who stands on which side of the line\">\n",
        WIDTH, height);
    label(page, RADIO_X, 16, "small", "radio, not trusted to tell the truth");
    label(page, CORE_X, 16, "small", "core side");
    markup_format(page, "<path class=\"border\" d=\"M%d 4V%.0f\"/>\n", LINE_X, height - 6);
    label(page, LINE_X + 6, height - 10, "small", "the line");
    json_array_foreach(domains, i, domain)
    {
        if (i < shown)
            domain_row(page, domain, TOP + (rows - (double)shown) * ROW / 2 + (double)i * ROW, core_y);
        markup_add(page, "\n");
    }
    if (count > shown)
        markup_format(page, "<text x=\"%d\" y=\"%.0f\" class=\"small\">and %zu more trust domains</text>\n",
                      RADIO_X, height - 10, count - shown);
    core_box(page, facts, core_y);
    out_box(page, core_y, core_y - 62, "data networks", "N6");
    out_box(page, core_y, core_y + 18, "other cores", "SBI, N9");
    markup_add(page, "\n</svg>\n");
}

/* --- the map --- */

enum { MAP_WIDTH = 720, MAP_HEIGHT = 420, MARGIN = 20 };

/* Degrees; the east is squeezed by the cosine of the latitude in the middle. */
struct frame {
    double south, north, west, east, squeeze, scale;
    bool any;
};

static double number_of(const json_t *pair, size_t i)
{
    return json_number_value(json_array_get(pair, i));
}

static void take_in(struct frame *frame, const json_t *position)
{
    const double latitude = number_of(position, 0), longitude = number_of(position, 1);
    if (!json_is_array(position))
        return;
    if (!frame->any)
        *frame = (struct frame){latitude, latitude, longitude, longitude, 1, 1, true};
    frame->south = fmin(frame->south, latitude);
    frame->north = fmax(frame->north, latitude);
    frame->west = fmin(frame->west, longitude);
    frame->east = fmax(frame->east, longitude);
}

static void take_in_all(struct frame *frame, const json_t *items)
{
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item)
    {
        take_in(frame, json_object_get(item, "position"));
    }
}

static struct frame frame_of(const json_t *map)
{
    struct frame frame = {0};
    size_t i, k;
    const json_t *item, *corner;
    take_in_all(&frame, json_object_get(map, "sites"));
    take_in_all(&frame, json_object_get(map, "squares"));
    json_array_foreach(json_object_get(map, "places"), i, item)
    {
        json_array_foreach(json_object_get(item, "corners"), k, corner)
        {
            take_in(&frame, corner);
        }
    }
    frame.squeeze = fmax(cos((frame.south + frame.north) / 2 * 0.017453292519943295), 0.05);
    const double wide = fmax((frame.east - frame.west) * frame.squeeze, 1e-4),
                 high = fmax(frame.north - frame.south, 1e-4);
    frame.scale = fmin((MAP_WIDTH - 2 * MARGIN) / wide, (MAP_HEIGHT - 2 * MARGIN) / high);
    return frame;
}

static double map_x(const struct frame *frame, const json_t *position)
{
    return MARGIN + (number_of(position, 1) - frame->west) * frame->squeeze * frame->scale;
}

static double map_y(const struct frame *frame, const json_t *position)
{
    return MARGIN + (frame->north - number_of(position, 0)) * frame->scale;
}

static void draw_place(struct markup *page, const struct frame *frame, const json_t *place)
{
    const json_t *corners = json_object_get(place, "corners"), *corner;
    size_t i;
    markup_add(page, "<polygon class=\"place\" points=\"");
    json_array_foreach(corners, i, corner)
    {
        markup_format(page, "%.1f,%.1f ", map_x(frame, corner), map_y(frame, corner));
    }
    markup_add(page, "\"><title>");
    markup_text(page, fact_text(place, "name"));
    markup_add(page, "</title></polygon>\n");
    corner = json_array_get(corners, 0);
    label(page, map_x(frame, corner) + 4, map_y(frame, corner) - 4, "small", fact_text(place, "name"));
}

/* High-risk ones are triangles, so that they can be told without colours. */
static void draw_site(struct markup *page, const struct frame *frame, const json_t *site)
{
    const json_t *position = json_object_get(site, "position");
    if (!json_is_array(position))
        return;
    const double x = map_x(frame, position), y = map_y(frame, position);
    if (json_is_true(json_object_get(site, "high_risk")))
        markup_format(page, "<path class=\"dot-risk\" d=\"M%.1f %.1fl5 9h-10z\">", x, y - 6);
    else
        markup_format(page, "<circle class=\"dot-safe\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\">", x, y);
    markup_add(page, "<title>");
    markup_text(page, fact_text(site, "name"));
    markup_add(page, json_is_true(json_object_get(site, "high_risk")) ? "</title></path>\n"
                                                                      : "</title></circle>\n");
}

/* Many sites in one place: areas of circle and triangle are as their numbers. */
static void draw_square(struct markup *page, const struct frame *frame, const json_t *square, double unit)
{
    const json_t *position = json_object_get(square, "position");
    const json_int_t sites = fact_number(square, "sites"), risk = fact_number(square, "high_risk_sites");
    const double x = map_x(frame, position), y = map_y(frame, position);
    const double radius = fmax(unit * sqrt((double)sites), 1), side = unit * sqrt((double)risk) * 1.9;
    markup_format(page, "<g><title>%lld sites, %lld of them with high-risk radio</title>", (long long)sites,
                  (long long)risk);
    if (risk < sites)
        markup_format(page, "<circle class=\"dot-safe many\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", x, y,
                      radius);
    if (risk)
        markup_format(page, "<path class=\"dot-risk\" d=\"M%.1f %.1fl%.1f %.1fh%.1fz\"/>", x, y - side * 0.58,
                      side / 2, side * 0.87, -side);
    markup_add(page, "</g>\n");
}

/* The largest has a circle of so many points. */
static double unit_of(const json_t *squares)
{
    enum { LARGEST = 11 };
    json_int_t most = 1;
    size_t i;
    const json_t *square;
    json_array_foreach(squares, i, square)
    {
        most = fact_number(square, "sites") > most ? fact_number(square, "sites") : most;
    }
    return LARGEST / sqrt((double)most);
}

static void draw_sites(struct markup *page, const struct frame *frame, const json_t *map)
{
    const json_t *squares = json_object_get(map, "squares"), *item;
    const double unit = unit_of(squares);
    size_t i;
    json_array_foreach(json_object_get(map, "sites"), i, item)
    {
        draw_site(page, frame, item);
    }
    json_array_foreach(squares, i, item)
    {
        draw_square(page, frame, item, unit);
    }
}

static void caption(struct markup *page, const json_t *map)
{
    markup_add(page, "<figcaption>");
    if (json_object_get(map, "squares"))
        markup_format(
            page,
            "%lld sites, added up where they are near each other: \xe2\x97\x8f trusted, \xe2\x96\xb2 with "
            "high-risk radio, each as large as their number",
            (long long)fact_number(map, "count"));
    else
        markup_add(page, "\xe2\x97\x8f trusted site, \xe2\x96\xb2 site with high-risk radio");
    markup_add(page, "; shaded: sensitive place");
    if (fact_number(map, "unplaced"))
        markup_format(page, "; %lld without a position are not drawn",
                      (long long)fact_number(map, "unplaced"));
    markup_add(page, ".</figcaption>\n");
}

bool picture_map(struct markup *page, const json_t *map)
{
    const struct frame frame = frame_of(map);
    const json_t *item;
    size_t i;
    if (!frame.any)
        return false;
    markup_format(page, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"map of sites\">\n", MAP_WIDTH,
                  MAP_HEIGHT);
    draw_sites(page, &frame, map);
    json_array_foreach(json_object_get(map, "places"), i, item)
    {
        draw_place(page, &frame, item);
    }
    markup_add(page, "</svg>\n");
    caption(page, map);
    return true;
}
