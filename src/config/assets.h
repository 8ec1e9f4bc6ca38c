/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the inventory says of a network besides its gNBs: where things stand, what else there is, who is protected, which places are
 * sensitive, what has been approved, who partners are. Lists are arrays with a count; an absent date or position is none.
 */
#ifndef CONFIG_ASSETS_H
#define CONFIG_ASSETS_H

#include "config/profile.h"

struct config_site {
    const char *name;
    struct config_position position;
};

enum config_asset_kind {
    CONFIG_GNB, /* one of another core of the operator: those here are enrolled */
    CONFIG_FUNCTION,
    CONFIG_HOST,
    CONFIG_LINK,
    CONFIG_SITE,
    CONFIG_MANAGER,
    CONFIG_KINDS
};

/* Why an asset is of its class, and when that was last looked at (rule L5). */
struct config_classification {
    enum config_asset_class class;
    const char *reason;
    struct config_date reviewed;
};

struct config_asset {
    const char *name;
    enum config_asset_kind kind;
    const char *vendor;
    struct config_classification classified;
    struct config_date since; /* registered since */
    const char *site;         /* "": none */
    const char *to;           /* of a link: the site of its other end; "": that is somewhere else */
    /* Of a gNB: by which it is told from others, and where its tunnels end. No bits, no family: nobody said. */
    struct config_gnb_id id;
    struct config_prefix n3;
};

/* Rule H3: a polygon, its last corner joined to the first. */
struct config_sensitive {
    const char *name;
    const struct config_position *corners; /* three at least */
    unsigned corner_count;
};

/* Rule H4. Subscribers are IMSIs, or prefixes of them that end with a star. */
struct config_protected {
    const struct config_imsi_range *subscribers;
    unsigned subscriber_count;
    const struct config_slice *slices;
    unsigned slice_count;
    const char **data_networks;
    unsigned data_network_count;
};

/* Rule H8. */
struct config_mitigation {
    const char *name;
    const char **domains; /* for all gNBs of these trust domains */
    unsigned domain_count;
    const char **assets; /* for these assets and gNBs */
    unsigned asset_count;
    const char *approved_by;
    struct config_date approved, expires; /* in force from the one day on, not any more from the other on */
};

struct config_partner {
    const char *name;
    const char *profile; /* its thresholds: the name of a profile */
    struct config_profile thresholds;
    bool
        end_to_end; /* protection from end to end lifts a high-risk hop, where a threshold is about the path */
    const char *key; /* Ed25519, in base 64, that it signs its labels with; "": it has none */
};

struct config_label {
    const char *name;
    const char *originator;
    const char **releasable_to; /* partners */
    unsigned releasable_count;
    const char **derived_from; /* labels before it in the list */
    unsigned derived_count;
    const char **withheld_from; /* partners: whoever holds the inventory may narrow */
    unsigned withheld_count;
    const char *signature; /* of the originator, if that is a partner (line/label.h), in base 64; "": none */
};

/* Who gets reports. */
struct config_recipient {
    const char *name;
    const char *partner; /* it gets this partner's answers, and no map; "": it oversees */
    const char *profile; /* that the network is judged by */
};

/* Rule K2. */
struct config_suspension {
    enum config_rule rule; /* L1 to H8 */
    const char *by;
    const char *reason;
    struct config_date until; /* the rule is in force again from this day on */
};

#endif
