/* SPDX-License-Identifier: Apache-2.0 */
/* What the ledger is made of; for ledger.c and ledger_new.c only. */
#ifndef LINE_LEDGER_INSIDE_H
#define LINE_LEDGER_INSIDE_H

#include "kit/arena.h"
#include "line/ledger.h"
#include "line/names.h"

struct ledger_site {
    const char *name;
    struct config_position position;
    uint32_t gnbs, high_risk; /* that are counted */
    uint32_t first_end;       /* of links; LEDGER_NONE: none */
};

/* In the chain of an asset's mitigations. */
struct ledger_link {
    uint32_t mitigation, next; /* index in the inventory; LEDGER_NONE ends */
};

/* Where a link ends. */
struct ledger_end {
    uint32_t asset, next; /* the link; among ends, at the same site */
};

/* Assets from the first one on come from there. */
struct ledger_file {
    const char *path;
    uint32_t first;
};

/* A gNB by its identity; those that are enrolled have their N3 in the inventory. */
struct ledger_gnb {
    uint32_t asset;
    struct config_prefix n3;
};

struct ledger {
    const struct config_inventory *inventory;
    struct arena texts; /* of the inventory's files */
    struct ledger_asset *assets;
    struct ledger_site *sites;
    struct ledger_link *links;
    struct ledger_end *ends;
    struct ledger_file *files; /* the inventory, then its assets_from, as far as they have been read */
    uint32_t *vendor_gnbs;     /* by vendor: that are counted */
    bool *labels_stand;        /* by label */
    bool *labels_reach;        /* by label, and in it by partner */
    struct ledger_gnb *gnbs;
    struct map gnb_ids; /* index of one plus 1, by ledger_gnb_key */
    uint32_t asset_count, asset_room, site_count, site_room, link_count, link_room, end_count, end_room,
        gnb_count, gnb_room;
    unsigned file_count;
    struct names asset_names, site_names;
    struct map imsis; /* protected ranges, by ledger_imsi_key */
    uint32_t imsi_lengths;
    struct ledger_counts counts;
};

static inline uint64_t ledger_gnb_key(struct config_gnb_id id)
{
    return (uint64_t)id.plmn.octets[0] << 56 | (uint64_t)id.plmn.octets[1] << 48 |
           (uint64_t)id.plmn.octets[2] << 40 | (uint64_t)id.bits << 32 | id.value;
}

static inline uint64_t ledger_imsi_key(struct config_imsi_range range)
{
    return range.digits << 5 | (uint64_t)range.length << 1 | range.prefix;
}

#endif
