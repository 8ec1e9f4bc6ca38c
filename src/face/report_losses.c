/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H6, for a report: each radio vendor is taken away in turn, and what is left is counted. */
#include <stdlib.h>
#include <string.h>

#include "face/ask.h"
#include "face/report_facts.h"

enum { NOT_ASKED = LINE_REFUSE + 1 };

static bool is_gnb(const struct ledger_asset *asset)
{
    return asset->kind == CONFIG_GNB && asset->counted;
}

static bool is_of(const struct stand *stand, const struct ledger_asset *asset, const char *vendor)
{
    return strcmp(ledger_vendor(stand->ledger, asset)->name, vendor) == 0;
}

/* Each gNB's answer, by its place in the ledger. */
static void answers(const struct stand *stand, uint8_t *verdicts)
{
    for (uint32_t i = 0; i < ledger_size(stand->ledger); i++) {
        const struct line_request request = {.kind = LINE_NG_SETUP, .asset = ledger_at(stand->ledger, i)};
        struct line_decision decision;
        verdicts[i] = NOT_ASKED;
        if (!is_gnb(request.asset))
            continue;
        line_decide(&stand->facts, &request, &decision);
        verdicts[i] = (uint8_t)decision.recorded;
    }
}

/* Takes all of a vendor's out of the ledger, as marked, or puts them back. */
static void count_vendor(const struct stand *stand, const char *vendor, uint8_t *taken, bool back)
{
    for (uint32_t i = 0; i < ledger_size(stand->ledger); i++) {
        const struct ledger_asset *asset = ledger_at(stand->ledger, i);
        if (back ? taken[i] : asset->counted && is_of(stand, asset, vendor)) {
            taken[i] = !back;
            ledger_count(stand->ledger, i, back);
        }
    }
}

/* --- tracking areas, as enrolled --- */

static const char *vendor_of(const struct config_inventory *inventory, const struct config_gnb *gnb)
{
    const struct config_domain *domain = config_find_domain(inventory, gnb->domain);
    return domain ? domain->vendor : "";
}

static bool serves(const struct config_gnb *gnb, struct config_area area)
{
    for (unsigned i = 0; i < gnb->area_count; i++)
        if (memcmp(&gnb->areas[i].plmn, &area.plmn, sizeof area.plmn) == 0 && gnb->areas[i].tac == area.tac)
            return true;
    return false;
}

static bool served_by_others(const struct config_inventory *inventory, struct config_area area,
                             const char *vendor)
{
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        if (serves(&inventory->gnbs[i], area) &&
            strcmp(vendor_of(inventory, &inventory->gnbs[i]), vendor) != 0)
            return true;
    return false;
}

static bool listed(const json_t *list, const char *text)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (strcmp(json_string_value(item), text) == 0)
            return true;
    }
    return false;
}

static json_t *areas_lost(const struct config_inventory *inventory, const char *vendor)
{
    json_t *lost = json_array();
    char text[VALUE_TEXT_BYTES];
    for (unsigned i = 0; i < inventory->gnb_count; i++) {
        const struct config_gnb *gnb = &inventory->gnbs[i];
        for (unsigned k = 0; k < gnb->area_count && strcmp(vendor_of(inventory, gnb), vendor) == 0; k++)
            if (!served_by_others(inventory, gnb->areas[k], vendor) &&
                !listed(lost, config_area_text(gnb->areas[k], text)))
                json_array_append_new(lost, json_string(text));
    }
    return lost;
}

/* --- one vendor --- */

static json_t *phones_on(const json_t *gnbs, const char *vendor)
{
    json_int_t phones = 0;
    size_t i;
    const json_t *gnb;
    json_array_foreach(gnbs, i, gnb)
    {
        const char *of = json_string_value(json_object_get(gnb, "vendor"));
        phones += of && strcmp(of, vendor) == 0 ? json_integer_value(json_object_get(gnb, "ues")) : 0;
    }
    return gnbs ? json_integer(phones) : json_null();
}

static unsigned flipped(const uint8_t *before, const uint8_t *after, uint32_t count)
{
    unsigned flips = 0;
    for (uint32_t i = 0; i < count; i++)
        flips += after[i] != NOT_ASKED && after[i] != before[i];
    return flips;
}

/* Room for each asset: its answer before and after, and whether it was taken away. */
struct room {
    uint8_t *before, *after, *taken;
};

static json_t *without(struct stand *stand, const struct config_vendor *vendor, const struct room *room,
                       const json_t *gnbs)
{
    const uint32_t size = ledger_size(stand->ledger), sites = ledger_counts(stand->ledger)->sites;
    count_vendor(stand, vendor->name, room->taken, false);
    answers(stand, room->after);
    const struct ledger_counts left = *ledger_counts(stand->ledger);
    count_vendor(stand, vendor->name, room->taken, true);
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:i}", "vendor", vendor->name, "risk",
                     vendor->risk == CONFIG_TRUSTED ? "trusted" : "high risk", "sites_left",
                     (json_int_t)left.sites, "sites", (json_int_t)sites, "vendors_left",
                     (json_int_t)left.ran_vendors, "areas_lost",
                     areas_lost(&stand->config->inventory, vendor->name), "phones",
                     phones_on(gnbs, vendor->name), "flipped", (int)flipped(room->before, room->after, size));
}

static bool has_radio(const struct stand *stand, const char *vendor)
{
    for (uint32_t i = 0; i < ledger_size(stand->ledger); i++)
        if (is_gnb(ledger_at(stand->ledger, i)) && is_of(stand, ledger_at(stand->ledger, i), vendor))
            return true;
    return false;
}

/* NULL: the core does not run here. */
static json_t *connected_gnbs(const struct config *config)
{
    struct admin_client *client = ask_open(config, "control", NULL);
    json_t *error = NULL;
    json_t *gnbs = client ? admin_list(client, json_pack("{s:s}", "verb", "gnb"), &error) : NULL;
    json_decref(error);
    if (client)
        admin_hang_up(client);
    return gnbs;
}

json_t *report_losses(struct stand *stand)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    const size_t size = (size_t)ledger_size(stand->ledger) + 1;
    uint8_t *space = calloc(3, size);
    const struct room room = {space, space + size, space + 2 * size};
    json_t *losses = json_array(), *gnbs = connected_gnbs(stand->config);
    if (space)
        answers(stand, room.before);
    for (unsigned i = 0; space && i < inventory->vendor_count; i++)
        if (has_radio(stand, inventory->vendors[i].name))
            json_array_append_new(losses, without(stand, &inventory->vendors[i], &room, gnbs));
    json_decref(gnbs);
    free(space);
    return losses;
}
