/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: every asset of the inventory once, gNBs and what its files name included, with what rules count kept up to date at each
 * entry, so that a decision looks at sums and never through the book. Immutable while decisions are made from it; a reload makes another.
 * It borrows the inventory, and each keeps what it points to.
 */
#ifndef LINE_LEDGER_H
#define LINE_LEDGER_H

#include "config/inventory.h"
#include "config/report.h"

struct ledger;

enum { LEDGER_NONE = UINT32_MAX };

/* Rule H3. Worked out for high-risk gNBs only; of others nothing is asked. */
enum ledger_exposure {
    LEDGER_APART,     /* from all sensitive places */
    LEDGER_UNPLACED,  /* nobody said where it is, and there are sensitive places */
    LEDGER_SENSITIVE, /* at or over one */
};

struct ledger_asset {
    const char *name;
    uint32_t site, mitigation; /* LEDGER_NONE; the latter of a chain (ledger_mitigated) */
    uint32_t line;             /* of the file that it comes from (ledger_file_of) */
    uint16_t vendor;
    uint8_t kind, class, exposure; /* enum config_asset_kind, config_asset_class, ledger_exposure */
    bool high_risk, reasoned, counted;
    struct config_date reviewed, since;
};

/* Sites are those with gNBs: a site without radio dilutes nothing. One high-risk gNB makes a site high-risk. */
struct ledger_counts {
    uint32_t assets, high_risk;
    uint32_t sites, high_risk_sites;
    uint32_t ran_vendors, high_risk_vendors;     /* of gNBs */
    uint32_t high_risk_of_class[CONFIG_CLASSES]; /* assets */
    struct config_date newest;                   /* review or registration: the clock cannot be behind it */
};

/* Reads the rows of the inventory's files too, which must not be forgotten yet. NULL: what is wrong is in the report. */
struct ledger *ledger_new(const struct config_inventory *inventory, struct config_report *report);
void ledger_free(struct ledger *ledger);

const struct config_inventory *ledger_inventory(const struct ledger *ledger);
const struct ledger_counts *ledger_counts(const struct ledger *ledger);
uint32_t ledger_size(const struct ledger *ledger);
const struct ledger_asset *ledger_at(const struct ledger *ledger, uint32_t index);
const struct ledger_asset *ledger_find(const struct ledger *ledger, const char *name); /* NULL: none */
const struct config_vendor *ledger_vendor(const struct ledger *ledger, const struct ledger_asset *asset);

/* What the counts will be with it; without a change if it is counted. NULL: somebody unknown, of a vendor and a site of his own. */
struct ledger_counts ledger_with(const struct ledger *ledger, const struct ledger_asset *asset);

/* Sites, with those of the inventory's files, for pictures of them. */
struct ledger_place {
    const char *name;
    struct config_position position;
    uint32_t gnbs, high_risk; /* gNBs that are counted, and those of them that are high-risk */
};
uint32_t ledger_place_count(const struct ledger *ledger);
struct ledger_place ledger_place_at(const struct ledger *ledger, uint32_t index);

/* For questions of the kind what-if, on a ledger that nobody decides by: it is counted, or not any more. */
void ledger_count(struct ledger *ledger, uint32_t index, bool counted);

/* The file of the inventory that says it is there. */
const char *ledger_file_of(const struct ledger *ledger, const struct ledger_asset *asset);

/* Ends of transport links at the asset's site, one after the other; LEDGER_NONE: there is none. */
uint32_t ledger_first_end(const struct ledger *ledger, const struct ledger_asset *asset);
uint32_t ledger_next_end(const struct ledger *ledger, uint32_t end);
const struct ledger_asset *ledger_link_of(const struct ledger *ledger, uint32_t end);

/* By their indexes in the inventory: are the lists of the label, and of all that it is derived from, those of their originators
 * (line/label.h); and is the partner on all of them? */
bool ledger_label_stands(const struct ledger *ledger, unsigned label);
bool ledger_label_reaches(const struct ledger *ledger, unsigned label, unsigned partner);

/* By what a gNB says of itself (ledger_gnbs.c): one that is enrolled here, or an asset of another core's. NULL: nobody has that identity. */
const struct ledger_asset *ledger_gnb(const struct ledger *ledger, struct config_gnb_id id);
/* Is that gNB known to end tunnels there? Not, if nobody has said where it does. */
bool ledger_gnb_ends(const struct ledger *ledger, struct config_gnb_id id, const struct config_ip *end);

/* Rule H8: the mitigation for it that is in force that day; NULL: none. */
const struct config_mitigation *ledger_mitigated(const struct ledger *ledger,
                                                 const struct ledger_asset *asset, struct config_date day);

/* Rule H4: is who has this IMSI (digits, or NULL) protected? */
bool ledger_protects_subscriber(const struct ledger *ledger, const char *imsi);
bool ledger_protects_slice(const struct ledger *ledger, struct config_slice slice);
bool ledger_protects_data_network(const struct ledger *ledger, const char *dnn);

#endif
