/* SPDX-License-Identifier: Apache-2.0 */
#include "line/ledger_inside.h"

#include <stdlib.h>
#include <string.h>

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    map_free(&ledger->asset_names.map);
    map_free(&ledger->site_names.map);
    map_free(&ledger->imsis);
    map_free(&ledger->gnb_ids);
    free(ledger->assets);
    free(ledger->sites);
    free(ledger->links);
    free(ledger->ends);
    free(ledger->gnbs);
    free(ledger->vendor_gnbs);
    free(ledger->labels_stand);
    free(ledger->labels_reach);
    arena_free(&ledger->texts);
    free(ledger);
}

const struct config_inventory *ledger_inventory(const struct ledger *ledger)
{
    return ledger->inventory;
}

const struct ledger_counts *ledger_counts(const struct ledger *ledger)
{
    return &ledger->counts;
}

uint32_t ledger_size(const struct ledger *ledger)
{
    return ledger->asset_count;
}

const struct ledger_asset *ledger_at(const struct ledger *ledger, uint32_t index)
{
    return &ledger->assets[index];
}

const struct ledger_asset *ledger_find(const struct ledger *ledger, const char *name)
{
    const uint32_t index = names_find(&ledger->asset_names, name);
    return index == NAMES_NONE ? NULL : &ledger->assets[index];
}

const struct config_vendor *ledger_vendor(const struct ledger *ledger, const struct ledger_asset *asset)
{
    return &ledger->inventory->vendors[asset->vendor];
}

const char *ledger_file_of(const struct ledger *ledger, const struct ledger_asset *asset)
{
    const uint32_t index = (uint32_t)(asset - ledger->assets);
    unsigned file = ledger->file_count - 1;
    while (file && index < ledger->files[file].first)
        file--;
    return ledger->files[file].path;
}

uint32_t ledger_first_end(const struct ledger *ledger, const struct ledger_asset *asset)
{
    return asset->site == LEDGER_NONE ? LEDGER_NONE : ledger->sites[asset->site].first_end;
}

uint32_t ledger_next_end(const struct ledger *ledger, uint32_t end)
{
    return ledger->ends[end].next;
}

const struct ledger_asset *ledger_link_of(const struct ledger *ledger, uint32_t end)
{
    return &ledger->assets[ledger->ends[end].asset];
}

uint32_t ledger_place_count(const struct ledger *ledger)
{
    return ledger->site_count;
}

struct ledger_place ledger_place_at(const struct ledger *ledger, uint32_t index)
{
    const struct ledger_site *site = &ledger->sites[index];
    return (struct ledger_place){site->name, site->position, site->gnbs, site->high_risk};
}

bool ledger_label_stands(const struct ledger *ledger, unsigned label)
{
    return ledger->labels_stand[label];
}

bool ledger_label_reaches(const struct ledger *ledger, unsigned label, unsigned partner)
{
    return ledger->labels_reach[label * ledger->inventory->partner_count + partner];
}

/* --- counting --- */

/* A gNB comes to (by = 1) a site, or leaves it (by = -1): what of the counts changes with it. */
static void count_site(struct ledger_counts *counts, struct ledger_site site, bool high_risk, int by)
{
    const uint32_t others = site.gnbs - (by < 0), high_risk_others = site.high_risk - (by < 0 && high_risk);
    if (others == 0)
        counts->sites += (uint32_t)by;
    if (high_risk && high_risk_others == 0)
        counts->high_risk_sites += (uint32_t)by;
}

static void count_vendor(struct ledger_counts *counts, uint32_t gnbs, bool high_risk, int by)
{
    if (gnbs - (by < 0) > 0)
        return;
    counts->ran_vendors += (uint32_t)by;
    if (high_risk)
        counts->high_risk_vendors += (uint32_t)by;
}

static void count(const struct ledger *ledger, struct ledger_counts *counts, const struct ledger_asset *asset,
                  int by)
{
    counts->assets += (uint32_t)by;
    counts->high_risk += asset->high_risk ? (uint32_t)by : 0;
    counts->high_risk_of_class[asset->class] += asset->high_risk ? (uint32_t)by : 0;
    if (asset->kind != CONFIG_GNB)
        return;
    const struct ledger_site alone = {.gnbs = by < 0, .high_risk = by < 0 && asset->high_risk};
    count_site(counts, asset->site == LEDGER_NONE ? alone : ledger->sites[asset->site], asset->high_risk, by);
    count_vendor(counts, ledger->vendor_gnbs[asset->vendor], asset->high_risk, by);
}

void ledger_count(struct ledger *ledger, uint32_t index, bool counted)
{
    struct ledger_asset *asset = &ledger->assets[index];
    const int by = counted ? 1 : -1;
    if (asset->counted == counted)
        return;
    count(ledger, &ledger->counts, asset, by);
    asset->counted = counted;
    if (asset->kind != CONFIG_GNB)
        return;
    ledger->vendor_gnbs[asset->vendor] += (uint32_t)by;
    if (asset->site == LEDGER_NONE)
        return;
    ledger->sites[asset->site].gnbs += (uint32_t)by;
    ledger->sites[asset->site].high_risk += asset->high_risk ? (uint32_t)by : 0;
}

struct ledger_counts ledger_with(const struct ledger *ledger, const struct ledger_asset *asset)
{
    struct ledger_counts counts = ledger->counts;
    if (asset && !asset->counted)
        count(ledger, &counts, asset, 1);
    if (!asset) {
        counts.assets++, counts.high_risk++, counts.high_risk_of_class[CONFIG_ACCESS]++;
        counts.sites++, counts.high_risk_sites++;
        counts.ran_vendors++, counts.high_risk_vendors++;
    }
    return counts;
}

/* --- rules H8 and H4 --- */

const struct config_mitigation *ledger_mitigated(const struct ledger *ledger,
                                                 const struct ledger_asset *asset, struct config_date day)
{
    for (uint32_t at = asset->mitigation; at != LEDGER_NONE; at = ledger->links[at].next) {
        const struct config_mitigation *mitigation =
            &ledger->inventory->mitigations[ledger->links[at].mitigation];
        if (mitigation->approved.days <= day.days && day.days < mitigation->expires.days)
            return mitigation;
    }
    return NULL;
}

/* Each length that ranges have is looked up once. */
bool ledger_protects_subscriber(const struct ledger *ledger, const char *imsi)
{
    struct config_imsi_range range = {.prefix = true};
    for (; imsi && imsi[range.length]; range.length++) {
        if (ledger->imsi_lengths >> range.length & 1 && map_get(&ledger->imsis, ledger_imsi_key(range)))
            return true;
        range.digits = range.digits * 10 + (uint64_t)(imsi[range.length] - '0');
    }
    if (range.length == 0)
        return false;
    const bool begins = map_get(&ledger->imsis, ledger_imsi_key(range));
    range.prefix = false;
    return begins || map_get(&ledger->imsis, ledger_imsi_key(range));
}

bool ledger_protects_slice(const struct ledger *ledger, struct config_slice slice)
{
    const struct config_protected *protected = &ledger->inventory->protected;
    for (unsigned i = 0; i < protected->slice_count; i++)
        if (config_slice_equal(protected->slices[i], slice))
            return true;
    return false;
}

/* DNNs do not tell capitals from small letters (TS 23.003 9.1, RFC 1035). */
bool ledger_protects_data_network(const struct ledger *ledger, const char *dnn)
{
    const struct config_protected *protected = &ledger->inventory->protected;
    for (unsigned i = 0; dnn && i < protected->data_network_count; i++)
        if (strcasecmp(protected->data_networks[i], dnn) == 0)
            return true;
    return false;
}
