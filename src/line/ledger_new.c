/* SPDX-License-Identifier: Apache-2.0 */
/* Making the ledger: from the inventory, and from the files that it names. */
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/rows.h"
#include "line/label.h"
#include "line/ledger_inside.h"
#include "line/place.h"

/* What is being made, and where complaints go. */
struct making {
    struct ledger *ledger;
    struct config_report *report;
};

static const size_t TEXT_MOST = (size_t)1 << 30;

static bool no_memory(const struct making *making)
{
    return config_report(making->report, "%s:1: file: found no memory for it, expected a smaller one",
                         making->ledger ? making->ledger->inventory->file : "inventory");
}

/* Room for one more item. */
static bool grow(void *items, size_t size, uint32_t count, uint32_t *room)
{
    void **place = items;
    if (count < *room)
        return true;
    const uint32_t more = *room ? *room * 2 : 64;
    void *grown = realloc(*place, more * size);
    if (!grown)
        return false;
    *place = grown;
    *room = more;
    return true;
}

#define GROW(ledger, list, what) \
    grow(&(ledger)->list, sizeof *(ledger)->list, (ledger)->what##_count, &(ledger)->what##_room)

static const char *asset_name(const void *owner, uint32_t index)
{
    return ((const struct ledger *)owner)->assets[index].name;
}

static const char *site_name(const void *owner, uint32_t index)
{
    return ((const struct ledger *)owner)->sites[index].name;
}

/* --- sites --- */

static bool add_site(void *context, const struct config_site *site, const char *path, unsigned line)
{
    const struct making *making = context;
    struct ledger *ledger = making->ledger;
    if (names_find(&ledger->site_names, site->name) != NAMES_NONE)
        return config_report(making->report,
                             "%s:%u: name: found the site %s twice, expected a name of its own for each",
                             path, line, site->name);
    if (!GROW(ledger, sites, site))
        return no_memory(making);
    ledger->sites[ledger->site_count] =
        (struct ledger_site){.name = site->name, .position = site->position, .first_end = LEDGER_NONE};
    return names_add(&ledger->site_names, site->name, ledger->site_count++) || no_memory(making);
}

/* --- assets --- */

static bool find_vendor(const struct ledger *ledger, const char *name, uint16_t *index)
{
    const struct config_inventory *inventory = ledger->inventory;
    for (unsigned i = 0; i < inventory->vendor_count; i++)
        if (strcmp(inventory->vendors[i].name, name) == 0) {
            *index = (uint16_t)i;
            return true;
        }
    return false;
}

static bool find_site(const struct making *making, const char *key, const char *name, const char *path,
                      unsigned line, uint32_t *site)
{
    *site = *name ? names_find(&making->ledger->site_names, name) : LEDGER_NONE;
    return !*name || *site != LEDGER_NONE ||
           config_report(making->report, "%s:%u: %s: found %s, expected one of sites", path, line, key, name);
}

static bool place_asset(const struct making *making, struct ledger_asset *asset,
                        const struct config_asset *from, const char *path, unsigned line)
{
    if (!find_site(making, "site", from->site, path, line, &asset->site))
        return false;
    return find_vendor(making->ledger, from->vendor, &asset->vendor) ||
           config_report(making->report, "%s:%u: vendor: found %s, expected one of vendors", path, line,
                         from->vendor);
}

static bool end_link(const struct making *making, uint32_t link, uint32_t site)
{
    struct ledger *ledger = making->ledger;
    if (site == LEDGER_NONE)
        return true;
    if (!GROW(ledger, ends, end))
        return no_memory(making);
    ledger->ends[ledger->end_count] = (struct ledger_end){link, ledger->sites[site].first_end};
    ledger->sites[site].first_end = ledger->end_count++;
    return true;
}

/* The link that has been added last. */
static bool join_sites(const struct making *making, const struct config_asset *from, const char *path,
                       unsigned line)
{
    const uint32_t link = making->ledger->asset_count - 1;
    uint32_t other;
    if (from->kind != CONFIG_LINK)
        return true;
    return find_site(making, "to", from->to, path, line, &other) &&
           end_link(making, link, making->ledger->assets[link].site) && end_link(making, link, other);
}

static struct config_date later(struct config_date a, struct config_date b)
{
    return a.days > b.days ? a : b;
}

static bool add_asset(void *context, const struct config_asset *from, const char *path, unsigned line)
{
    const struct making *making = context;
    struct ledger *ledger = making->ledger;
    struct ledger_asset asset = {.name = from->name,
                                 .mitigation = LEDGER_NONE,
                                 .line = line,
                                 .kind = (uint8_t)from->kind,
                                 .class = (uint8_t)from->classified.class,
                                 .reasoned = *from->classified.reason,
                                 .reviewed = from->classified.reviewed,
                                 .since = from->since};
    if (names_find(&ledger->asset_names, from->name) != NAMES_NONE)
        return config_report(making->report,
                             "%s:%u: name: found the asset %s twice, expected a name of its own for each",
                             path, line, from->name);
    if (!place_asset(making, &asset, from, path, line))
        return false;
    if (!GROW(ledger, assets, asset))
        return no_memory(making);
    asset.high_risk = ledger_vendor(ledger, &asset)->risk == CONFIG_HIGH_RISK;
    ledger->counts.newest = later(ledger->counts.newest, later(asset.reviewed, asset.since));
    ledger->assets[ledger->asset_count] = asset;
    ledger_count(ledger, ledger->asset_count, true);
    return (names_add(&ledger->asset_names, from->name, ledger->asset_count++) || no_memory(making)) &&
           join_sites(making, from, path, line);
}

/* --- gNBs --- */

static enum ledger_exposure exposure_of(const struct ledger *ledger, const struct ledger_asset *asset,
                                        unsigned radius)
{
    const struct config_inventory *inventory = ledger->inventory;
    if (!asset->high_risk || inventory->sensitive_count == 0)
        return LEDGER_APART;
    if (asset->site == LEDGER_NONE || !ledger->sites[asset->site].position.known)
        return LEDGER_UNPLACED;
    for (unsigned i = 0; i < inventory->sensitive_count; i++)
        if (place_reaches(&inventory->sensitive[i], ledger->sites[asset->site].position, radius))
            return LEDGER_SENSITIVE;
    return LEDGER_APART;
}

static bool covers_known_places(const struct making *making, const struct config_gnb *gnb)
{
    const struct config_inventory *inventory = making->ledger->inventory;
    for (unsigned i = 0; i < gnb->cover_count; i++) {
        unsigned k = 0;
        while (k < inventory->sensitive_count && strcmp(inventory->sensitive[k].name, gnb->covers[i]) != 0)
            k++;
        if (k == inventory->sensitive_count)
            return config_report(
                making->report, "%s:%u: gnbs: found %s, which covers %s, expected one of sensitive",
                inventory->file, config_line(inventory, &gnb->covers[i]), gnb->name, gnb->covers[i]);
    }
    return true;
}

/* The asset added last, under its identity. */
static bool identify(const struct making *making, const struct config_asset *from, const char *path,
                     unsigned line)
{
    struct ledger *ledger = making->ledger;
    char text[VALUE_TEXT_BYTES];
    if (!from->id.bits)
        return true;
    if (ledger_gnb(ledger, from->id))
        return config_report(making->report,
                             "%s:%u: id: found %s twice, expected an identity of its own for each gNB", path,
                             line, config_gnb_id_text(from->id, text));
    if (!GROW(ledger, gnbs, gnb))
        return no_memory(making);
    ledger->gnbs[ledger->gnb_count++] = (struct ledger_gnb){ledger->asset_count - 1, from->n3};
    return map_put(&ledger->gnb_ids, ledger_gnb_key(from->id),
                   (void *)(uintptr_t)ledger->gnb_count) || // NOLINT(performance-no-int-to-ptr)
           no_memory(making);
}

/* Each enrolment is an asset, of its domain's vendor. */
static bool add_gnb(struct making *making, const struct config_gnb *gnb)
{
    struct ledger *ledger = making->ledger;
    const struct config_asset asset = {.name = gnb->name,
                                       .kind = CONFIG_GNB,
                                       .vendor = config_find_domain(ledger->inventory, gnb->domain)->vendor,
                                       .classified = gnb->classified,
                                       .since = gnb->since,
                                       .site = gnb->site,
                                       .to = "",
                                       .id = gnb->id};
    const unsigned line = config_line(ledger->inventory, gnb);
    if (!covers_known_places(making, gnb) || !add_asset(making, &asset, ledger->inventory->file, line) ||
        !identify(making, &asset, ledger->inventory->file, line))
        return false;
    struct ledger_asset *added = &ledger->assets[ledger->asset_count - 1];
    added->exposure =
        added->high_risk && gnb->cover_count ? LEDGER_SENSITIVE : exposure_of(ledger, added, gnb->radius);
    return true;
}

static bool add_listed(void *context, const struct config_asset *asset, const char *path, unsigned line)
{
    const struct making *making = context;
    struct ledger *ledger = making->ledger;
    if ((asset->id.bits || asset->n3.family) && asset->kind != CONFIG_GNB)
        return config_report(making->report,
                             "%s:%u: id: found %s, which is no gNB, expected id and n3 of gNBs only", path,
                             line, asset->name);
    if (!add_asset(context, asset, path, line) || !identify(making, asset, path, line))
        return false;
    struct ledger_asset *added = &ledger->assets[ledger->asset_count - 1];
    added->exposure = added->kind == CONFIG_GNB ? exposure_of(ledger, added, 0) : LEDGER_APART;
    return true;
}

/* --- mitigations, protected subscribers --- */

static bool link_mitigation(struct making *making, uint32_t asset, uint32_t mitigation)
{
    struct ledger *ledger = making->ledger;
    if (!GROW(ledger, links, link))
        return no_memory(making);
    ledger->links[ledger->link_count] = (struct ledger_link){mitigation, ledger->assets[asset].mitigation};
    ledger->assets[asset].mitigation = ledger->link_count++;
    return true;
}

static bool mitigate_domain(struct making *making, const char *domain, uint32_t mitigation)
{
    const struct config_inventory *inventory = making->ledger->inventory;
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        if (strcmp(inventory->gnbs[i].domain, domain) == 0 &&
            !link_mitigation(making, names_find(&making->ledger->asset_names, inventory->gnbs[i].name),
                             mitigation))
            return false;
    return true;
}

static bool mitigate_asset(struct making *making, const char *const *name, uint32_t mitigation)
{
    const struct config_inventory *inventory = making->ledger->inventory;
    const uint32_t asset = names_find(&making->ledger->asset_names, *name);
    if (asset == NAMES_NONE)
        return config_report(making->report,
                             "%s:%u: mitigations[%u].assets: found %s, expected names of assets or gnbs",
                             inventory->file, config_line(inventory, name), mitigation, *name);
    return link_mitigation(making, asset, mitigation);
}

static bool add_mitigations(struct making *making)
{
    const struct config_inventory *inventory = making->ledger->inventory;
    bool good = true;
    for (unsigned i = 0; i < inventory->mitigation_count; i++) {
        const struct config_mitigation *mitigation = &inventory->mitigations[i];
        for (unsigned k = 0; k < mitigation->domain_count; k++)
            good &= mitigate_domain(making, mitigation->domains[k], i);
        for (unsigned k = 0; k < mitigation->asset_count; k++)
            good &= mitigate_asset(making, &mitigation->assets[k], i);
    }
    return good;
}

static bool add_protected(struct making *making)
{
    struct ledger *ledger = making->ledger;
    const struct config_protected *protected = &ledger->inventory->protected;
    for (unsigned i = 0; i < protected->subscriber_count; i++) {
        const struct config_imsi_range range = protected->subscribers[i];
        ledger->imsi_lengths |= 1u << range.length;
        if (!map_put(&ledger->imsis, ledger_imsi_key(range), ledger))
            return no_memory(making);
    }
    return true;
}

/* --- labels --- */

/* Labels are derived from those before them in the list. */
static void derive(struct ledger *ledger, unsigned label, unsigned source)
{
    const unsigned partners = ledger->inventory->partner_count;
    ledger->labels_stand[label] &= ledger->labels_stand[source];
    for (unsigned i = 0; i < partners; i++)
        ledger->labels_reach[label * partners + i] &= ledger->labels_reach[source * partners + i];
}

static void add_label(struct ledger *ledger, unsigned index)
{
    const struct config_inventory *inventory = ledger->inventory;
    const struct config_label *label = &inventory->labels[index];
    ledger->labels_stand[index] = label_is_signed(inventory, label);
    for (unsigned i = 0; i < inventory->partner_count; i++)
        ledger->labels_reach[index * inventory->partner_count + i] =
            label_names(label, inventory->partners[i].name);
    for (unsigned i = 0; i < label->derived_count; i++)
        derive(ledger, index,
               (unsigned)(config_find_label(inventory, label->derived_from[i]) - inventory->labels));
}

static bool add_labels(struct making *making)
{
    struct ledger *ledger = making->ledger;
    const size_t labels = ledger->inventory->label_count, partners = ledger->inventory->partner_count;
    ledger->labels_stand = calloc(labels + 1, sizeof *ledger->labels_stand);
    ledger->labels_reach = calloc(labels * partners + 1, sizeof *ledger->labels_reach);
    if (!ledger->labels_stand || !ledger->labels_reach)
        return no_memory(making);
    for (unsigned i = 0; i < labels; i++)
        add_label(ledger, i);
    return true;
}

/* --- all of it --- */

static bool add_sites(struct making *making)
{
    struct ledger *ledger = making->ledger;
    const struct config_inventory *inventory = ledger->inventory;
    const struct config_rows rows = {
        .context = making, .site = add_site, .memory = &ledger->texts, .report = making->report};
    bool good = true;
    for (unsigned i = 0; i < inventory->site_count; i++)
        good &= add_site(making, &inventory->sites[i], inventory->file,
                         config_line(inventory, &inventory->sites[i]));
    for (unsigned i = 0; i < inventory->sites_from_count; i++)
        good &= config_read_sites(inventory, inventory->sites_from[i], &rows);
    return good;
}

static bool begin_file(struct making *making, const char *path)
{
    struct ledger *ledger = making->ledger;
    const struct bytes kept = arena_copy(&ledger->texts, bytes_of(path, strlen(path) + 1));
    if (!ledger->files || !kept.len)
        return no_memory(making);
    ledger->files[ledger->file_count++] = (struct ledger_file){(const char *)kept.data, ledger->asset_count};
    return true;
}

static bool add_file(struct making *making, const char *name, const struct config_rows *rows)
{
    const struct config_inventory *inventory = making->ledger->inventory;
    struct config_error error;
    const struct config_part *part = config_bundle_take(inventory->bundle, CONFIG_PART_ROWS, name, &error);
    return begin_file(making, part ? part->path : name) && config_read_assets(inventory, name, rows);
}

static bool add_assets(struct making *making)
{
    struct ledger *ledger = making->ledger;
    const struct config_inventory *inventory = ledger->inventory;
    const struct config_rows rows = {
        .context = making, .asset = add_listed, .memory = &ledger->texts, .report = making->report};
    bool good = begin_file(making, inventory->file);
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        good &= add_gnb(making, &inventory->gnbs[i]);
    for (unsigned i = 0; i < inventory->asset_count; i++)
        good &= add_listed(making, &inventory->assets[i], inventory->file,
                           config_line(inventory, &inventory->assets[i]));
    for (unsigned i = 0; i < inventory->assets_from_count; i++)
        good &= add_file(making, inventory->assets_from[i], &rows);
    return good;
}

static bool begin(struct ledger *ledger, const struct config_inventory *inventory)
{
    ledger->inventory = inventory;
    ledger->vendor_gnbs = calloc(inventory->vendor_count, sizeof *ledger->vendor_gnbs);
    ledger->asset_names = (struct names){.name_of = asset_name, .owner = ledger};
    ledger->site_names = (struct names){.name_of = site_name, .owner = ledger};
    arena_init(&ledger->texts, TEXT_MOST);
    ledger->files = arena_array(&ledger->texts, inventory->assets_from_count + 1, sizeof *ledger->files);
    return ledger->vendor_gnbs != NULL;
}

struct ledger *ledger_new(const struct config_inventory *inventory, struct config_report *report)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    struct making making = {ledger, report};
    if (!ledger || !begin(ledger, inventory)) {
        no_memory(&making);
        ledger_free(ledger);
        return NULL;
    }
    bool good = add_sites(&making);
    good = add_assets(&making) && good;
    if (good && add_mitigations(&making) && add_protected(&making) && add_labels(&making))
        return ledger;
    ledger_free(ledger);
    return NULL;
}
