/* SPDX-License-Identifier: Apache-2.0 */
/* Where things stand, and how many there are, for a report: also of the inventory's long files, which are added up where they are too many. */
#include <stdlib.h>

#include "face/report_facts.h"

enum { DEGREE = 10000000, MOST_SINGLE = 500, COLUMNS = 48, LINES = 28, CELLS = COLUMNS * LINES };

static json_t *position(struct config_position where)
{
    return where.known
               ? json_pack("[f, f]", (double)where.latitude / DEGREE, (double)where.longitude / DEGREE)
               : json_null();
}

static json_t *single_sites(const struct ledger *ledger)
{
    json_t *sites = json_array();
    for (uint32_t i = 0; i < ledger_place_count(ledger); i++) {
        const struct ledger_place place = ledger_place_at(ledger, i);
        json_array_append_new(sites, json_pack("{s:s, s:o, s:b}", "name", place.name, "position",
                                               position(place.position), "high_risk", place.high_risk > 0));
    }
    return sites;
}

/* --- too many to be drawn one by one: squares of the map --- */

struct square {
    uint32_t sites, high_risk;
    double latitude, longitude; /* sums, in degrees */
};

struct extent {
    int64_t south, north, west, east;
    uint32_t unplaced;
    bool any;
};

static struct extent extent_of(const struct ledger *ledger)
{
    struct extent extent = {0};
    for (uint32_t i = 0; i < ledger_place_count(ledger); i++) {
        const struct config_position at = ledger_place_at(ledger, i).position;
        if (!at.known) {
            extent.unplaced++;
            continue;
        }
        if (!extent.any)
            extent =
                (struct extent){at.latitude, at.latitude, at.longitude, at.longitude, extent.unplaced, true};
        extent.south = at.latitude < extent.south ? at.latitude : extent.south;
        extent.north = at.latitude > extent.north ? at.latitude : extent.north;
        extent.west = at.longitude < extent.west ? at.longitude : extent.west;
        extent.east = at.longitude > extent.east ? at.longitude : extent.east;
    }
    return extent;
}

static unsigned share_of(int64_t at, int64_t from, int64_t to, unsigned parts)
{
    return (unsigned)((at - from) * (int64_t)parts / (to - from + 1));
}

static void add_up(const struct ledger *ledger, const struct extent *extent, struct square squares[CELLS])
{
    for (uint32_t i = 0; i < ledger_place_count(ledger); i++) {
        const struct ledger_place place = ledger_place_at(ledger, i);
        if (!place.position.known)
            continue;
        const unsigned line = share_of(place.position.latitude, extent->south, extent->north, LINES),
                       column = share_of(place.position.longitude, extent->west, extent->east, COLUMNS);
        struct square *square = &squares[line * COLUMNS + column];
        square->sites++;
        square->high_risk += place.high_risk > 0;
        square->latitude += (double)place.position.latitude / DEGREE;
        square->longitude += (double)place.position.longitude / DEGREE;
    }
}

/* Each at the middle of its sites. */
static json_t *squares_of(const struct ledger *ledger)
{
    const struct extent extent = extent_of(ledger);
    struct square *squares = calloc(CELLS, sizeof *squares);
    json_t *list = json_array();
    if (squares)
        add_up(ledger, &extent, squares);
    for (unsigned i = 0; squares && i < CELLS; i++)
        if (squares[i].sites)
            json_array_append_new(list, json_pack("{s:[f, f], s:I, s:I}", "position",
                                                  squares[i].latitude / squares[i].sites,
                                                  squares[i].longitude / squares[i].sites, "sites",
                                                  (json_int_t)squares[i].sites, "high_risk_sites",
                                                  (json_int_t)squares[i].high_risk));
    free(squares);
    return list;
}

/* --- the whole --- */

static json_t *places(const struct config_inventory *inventory)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < inventory->sensitive_count; i++) {
        json_t *corners = json_array();
        for (unsigned k = 0; k < inventory->sensitive[i].corner_count; k++)
            json_array_append_new(corners, position(inventory->sensitive[i].corners[k]));
        json_array_append_new(
            list, json_pack("{s:s, s:o}", "name", inventory->sensitive[i].name, "corners", corners));
    }
    return list;
}

json_t *report_map(const struct stand *stand)
{
    const bool many = ledger_place_count(stand->ledger) > MOST_SINGLE;
    return json_pack("{s:o, s:o, s:I, s:I}", many ? "squares" : "sites",
                     many ? squares_of(stand->ledger) : single_sites(stand->ledger), "places",
                     places(&stand->config->inventory), "count",
                     (json_int_t)ledger_place_count(stand->ledger), "unplaced",
                     (json_int_t)extent_of(stand->ledger).unplaced);
}

/* --- what there is, by vendor --- */

static json_t *vendor_row(const struct config_vendor *vendor, const uint32_t counts[CONFIG_CLASSES],
                          uint32_t gnbs)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "vendor", vendor->name, "risk",
                     vendor->risk == CONFIG_TRUSTED ? "trusted" : "high", "gnbs", (json_int_t)gnbs, "core",
                     (json_int_t)counts[CONFIG_CORE], "access", (json_int_t)counts[CONFIG_ACCESS],
                     "transport", (json_int_t)counts[CONFIG_TRANSPORT], "management",
                     (json_int_t)counts[CONFIG_MANAGEMENT]);
}

json_t *report_assets(const struct stand *stand)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    uint32_t(*counts)[CONFIG_CLASSES] = calloc(inventory->vendor_count + 1, sizeof *counts);
    uint32_t *gnbs = calloc(inventory->vendor_count + 1, sizeof *gnbs);
    json_t *list = json_array();
    for (uint32_t i = 0; counts && gnbs && i < ledger_size(stand->ledger); i++) {
        const struct ledger_asset *asset = ledger_at(stand->ledger, i);
        counts[asset->vendor][asset->class] += asset->counted;
        gnbs[asset->vendor] += asset->counted && asset->kind == CONFIG_GNB;
    }
    for (unsigned i = 0; counts && gnbs && i < inventory->vendor_count; i++)
        json_array_append_new(list, vendor_row(&inventory->vendors[i], counts[i], gnbs[i]));
    free(counts);
    free(gnbs);
    return list;
}
