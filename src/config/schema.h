/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the table of keys (keys.c) is made of. A key is a value, a section (a nested mapping over the same
 * struct), or a list of values or of records (structs of their own). Internal to this room.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include "config/config.h"
#include "config/report.h"

struct key;

/* Why a value was refused: what was found (NULL: its text) and what would have been right. */
struct complaint {
    char found[96];
    char expected[200];
};

__attribute__((format(printf, 2, 3))) bool complain(struct complaint *complaint, const char *expected, ...);

/* How a scalar is read, written and named. `place` is the member itself. */
struct key_type {
    const char *expected; /* NULL: `parse` complains by itself */
    bool (*parse)(const struct key *key, const char *text, struct arena *memory, void *place,
                  struct complaint *complaint);
    void (*print)(const struct key *key, const void *place, char *buffer, size_t size);
};

extern const struct key_type type_uint, type_bool, type_text, type_name, type_choice, type_duration,
    type_rate, type_ip, type_prefix, type_endpoint, type_plmn, type_tai, type_area, type_slice, type_gnb_id,
    type_sd, type_routing_indicator, type_private_key, type_date, type_position, type_imsi_range,
    type_profile, type_mss;

struct choice {
    const char *name; /* NULL ends the list */
    unsigned value;
};

struct key {
    const char *name;            /* NULL ends a table */
    const struct key_type *type; /* NULL: has fields */
    const struct key *fields;
    size_t offset, size; /* of the member */
    bool list;
    size_t count_offset, item_size; /* of a list; offset is that of the pointer */
    unsigned least;                 /* items a list must have */
    uint64_t low,
        high; /* range of numbers, lengths and durations; of an endpoint, high is the default port */
    const struct choice *choices;
    const char *initial; /* default, in YAML; NULL: the key must be there */
    bool optional;       /* an empty value leaves it unset, as an empty default does */
    bool live;           /* a reload takes it over; else a restart must */
    bool inline_items;   /* records are printed in one line */
    bool once; /* of a text in records: no two have the same; of a list of texts: none is in it twice */
    const char
        *specified; /* of a timer: the value that the specification gives; NULL: none, it is ours to choose */
    const char *help; /* what the manual says; lines separated by \n */
    /* Looks at the list's item `index` once it is read (and the ones before it), completes it, or complains. `base` is
     * the struct that the list is a member of; the keys before it are read. */
    bool (*check)(const void *base, void *items, unsigned index, struct complaint *complaint);
};

#define MEMBER(record, member) .offset = offsetof(record, member), .size = sizeof(((record *)0)->member)
#define ITEMS(record, member, many)                                                           \
    .list = true, .offset = offsetof(record, member), .count_offset = offsetof(record, many), \
    .item_size = sizeof(*((record *)0)->member)
#define ROOT(member)             MEMBER(struct config, member)
#define ROOT_ITEMS(member, many) ITEMS(struct config, member, many)
#define RANGE(from, to)          .low = (from), .high = (to)

/* All keys of the configuration and of the inventory; offsets are those of struct config. */
extern const struct key config_keys[], inventory_keys[];
/* Of the inventory's lists that are not about gNBs (asset_keys.c). */
extern const struct key site_keys[], asset_keys[], sensitive_keys[], protected_keys[], mitigation_keys[],
    partner_keys[], label_keys[], recipient_keys[], suspension_keys[];
extern const struct choice asset_classes[];
/* All keys of a profile; offsets are those of struct config_profile. */
extern const struct key profile_keys[];

/* --- Checks: what must hold within a record and between the records of a list --- */

/* Complains of `format` with `text` in it; returns false, so that complain() may follow behind ||. */
bool check_found(struct complaint *complaint, const char *format, const char *text);
/* Is what the list's keys say is there once nowhere in the items before this one? */
bool check_once(const struct key *list, const void *items, unsigned index, struct complaint *complaint);

bool check_serving(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_area(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_paging_step(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_dnn(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_witness(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_peer(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_pool_sizes(const char *name, const struct config_prefix *ipv4, const struct config_prefix *ipv6,
                      struct complaint *complaint);
/* One that is not said is the pool's first address. */
bool check_gateway(const struct config_prefix *pool, struct config_ip *gateway, struct complaint *complaint);
/* plane_check.c */
bool check_plane(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_plane_network(const void *base, void *items, unsigned index, struct complaint *complaint);
/* One of the test keys of TS 33.501 Annex C.4. */
bool home_key_is_published(const uint8_t private_key[32]);
bool check_home_key(const void *base, void *items, unsigned index, struct complaint *complaint);
/* inventory_check.c */
bool check_person(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_domain(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_gnb(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_hop(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_relay_rule(const void *base, void *items, unsigned index, struct complaint *complaint);
/* profile.c */
bool check_limit(const void *base, void *items, unsigned index, struct complaint *complaint);
/* asset_check.c */
/* Of an asset from wherever: a link may have two ends, and nothing else. */
bool config_link_ends(const struct config_asset *asset, struct complaint *complaint);
bool check_asset(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_sensitive(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_mitigation(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_recipient(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_label(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_neighbourhood(const void *base, void *items, unsigned index, struct complaint *complaint);
bool check_budget(const void *base, void *items, unsigned index, struct complaint *complaint);

/* Does the inventory name nothing that the configuration does not know, and the other way round (agree.c)? */
bool config_agrees(const struct config *config, struct config_report *report);
/* The same of planes: places are the inventory's. What leads no packet back is a warning (plane_check.c). */
bool config_planes_agree(const struct config *config, struct config_report *report);

#endif
