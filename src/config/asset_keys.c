/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of what the inventory says besides gNBs: sites, assets, who is protected, what is approved. */
#include "config/schema.h"
#include "kit/timers.h"

const struct choice asset_classes[] = {{"access", CONFIG_ACCESS},
                                       {"transport", CONFIG_TRANSPORT},
                                       {"management", CONFIG_MANAGEMENT},
                                       {"core", CONFIG_CORE},
                                       {0}};
static const struct choice kinds[] = {{"gnb", CONFIG_GNB},
                                      {"function", CONFIG_FUNCTION},
                                      {"host", CONFIG_HOST},
                                      {"link", CONFIG_LINK},
                                      {"site", CONFIG_SITE},
                                      {"management", CONFIG_MANAGER},
                                      {0}};
static const struct choice limited[] = {{"L1", CONFIG_L1}, {"L2", CONFIG_L2}, {"L5", CONFIG_L5},
                                        {"H1", CONFIG_H1}, {"H2", CONFIG_H2}, {"H3", CONFIG_H3},
                                        {"H4", CONFIG_H4}, {"H5", CONFIG_H5}, {"H6", CONFIG_H6},
                                        {"H7", CONFIG_H7}, {"H8", CONFIG_H8}, {0}};

#define NAME(record)                                                                 \
    {                                                                                \
        "name", &type_name, MEMBER(struct record, name), RANGE(1, 64), .once = true, \
    }
#define NAMES(record, key, member, many)                                                                  \
    {                                                                                                     \
        key, &type_name, ITEMS(struct record, member, many), .initial = "[]", RANGE(1, 64), .once = true, \
    }
#define WORDS(record, member, least)                                           \
    {                                                                          \
#member, &type_text, MEMBER(struct record, member), RANGE(least, 500), \
            .initial = (least) ? NULL : "",                                    \
    }
#define DAY(record, key, member)                                       \
    {                                                                  \
        key, &type_date, MEMBER(struct record, member), .initial = "", \
    }

const struct key site_keys[] = {
    NAME(config_site),
    {"position", &type_position, MEMBER(struct config_site, position), .initial = ""},
    {0},
};

const struct key asset_keys[] = {
    NAME(config_asset),
    {"kind", &type_choice, MEMBER(struct config_asset, kind), .choices = kinds},
    {"vendor", &type_name, MEMBER(struct config_asset, vendor), RANGE(1, 32)},
    {"class", &type_choice, MEMBER(struct config_asset, classified.class), .choices = asset_classes},
    {"reason", &type_text, MEMBER(struct config_asset, classified.reason), RANGE(0, 500), .initial = ""},
    DAY(config_asset, "reviewed", classified.reviewed),
    DAY(config_asset, "since", since),
    {"site", &type_text, MEMBER(struct config_asset, site), RANGE(0, 64), .initial = ""},
    {"to", &type_text, MEMBER(struct config_asset, to), RANGE(0, 64), .initial = ""},
    {"id", &type_gnb_id, MEMBER(struct config_asset, id), .initial = "", .optional = true},
    {"n3", &type_prefix, MEMBER(struct config_asset, n3), .initial = "", .optional = true},
    {0},
};

const struct key sensitive_keys[] = {
    NAME(config_sensitive),
    {"corners", &type_position, ITEMS(struct config_sensitive, corners, corner_count), .least = 3},
    {0},
};

const struct key protected_keys[] = {
    {"subscribers", &type_imsi_range,
     ITEMS(struct config, inventory.protected.subscribers, inventory.protected.subscriber_count),
     .initial = "[]", .live = true, .help = "IMSIs, or how they begin: [999700000000001, 99970123*]."},
    {"slices", &type_slice, ITEMS(struct config, inventory.protected.slices, inventory.protected.slice_count),
     .initial = "[]", .live = true},
    {"data_networks", &type_name,
     ITEMS(struct config, inventory.protected.data_networks, inventory.protected.data_network_count),
     .initial = "[]", RANGE(1, 64), .live = true, .once = true},
    {0},
};

const struct key mitigation_keys[] = {
    NAME(config_mitigation),
    NAMES(config_mitigation, "domains", domains, domain_count),
    NAMES(config_mitigation, "assets", assets, asset_count),
    WORDS(config_mitigation, approved_by, 1),
    {"approved", &type_date, MEMBER(struct config_mitigation, approved)},
    {"expires", &type_date, MEMBER(struct config_mitigation, expires)},
    {0},
};

const struct key partner_keys[] = {
    NAME(config_partner),
    {"profile", &type_profile, MEMBER(struct config_partner, profile), .initial = "zero"},
    {"end_to_end", &type_bool, MEMBER(struct config_partner, end_to_end), .initial = "false"},
    WORDS(config_partner, key, 0),
    {0},
};

const struct key label_keys[] = {
    NAME(config_label),
    WORDS(config_label, originator, 1),
    NAMES(config_label, "releasable_to", releasable_to, releasable_count),
    NAMES(config_label, "derived_from", derived_from, derived_count),
    NAMES(config_label, "withheld_from", withheld_from, withheld_count),
    WORDS(config_label, signature, 0),
    {0},
};

const struct key recipient_keys[] = {
    NAME(config_recipient),
    {"partner", &type_text, MEMBER(struct config_recipient, partner), RANGE(0, 64), .initial = ""},
    {"profile", &type_profile, MEMBER(struct config_recipient, profile), .initial = "zero"},
    {0},
};

const struct key suspension_keys[] = {
    {"rule", &type_choice, MEMBER(struct config_suspension, rule), .choices = limited},
    WORDS(config_suspension, by, 1),
    WORDS(config_suspension, reason, 1),
    {"until", &type_date, MEMBER(struct config_suspension, until)},
    {0},
};

/* --- profiles --- */

static const struct choice ages[] = {{"any", CONFIG_ANY_AGE}, {"new", CONFIG_NEW}, {0}};
static const struct choice scopes[] = {{"network", CONFIG_WHOLE_NETWORK}, {"path", CONFIG_PATH}, {0}};

static const struct key limit_keys[] = {
    {"rule", &type_choice, MEMBER(struct config_limit, rule), .choices = limited},
    DAY(config_limit, "from", from),
    {"most", &type_uint, MEMBER(struct config_limit, most), RANGE(0, 1000), .initial = "0"},
    {"window", &type_duration, MEMBER(struct config_limit, window),
     RANGE((uint64_t)SECONDS(60), (uint64_t)SECONDS(36000000)), .initial = "24h"},
    {"classes", &type_choice, ITEMS(struct config_limit, classes, class_count), .choices = asset_classes,
     .initial = "[]"},
    {"age", &type_choice, MEMBER(struct config_limit, age), .choices = ages, .initial = "any"},
    {"scope", &type_choice, MEMBER(struct config_limit, scope), .choices = scopes, .initial = "network"},
    {0},
};

const struct key profile_keys[] = {
    {"title", &type_text, MEMBER(struct config_profile, title), RANGE(1, 200),
     .help = "What it is, in a line."},
    {"sources", &type_text, ITEMS(struct config_profile, sources, source_count), RANGE(1, 500),
     .initial = "[]", .help = "Public documents that its numbers come from."},
    {"remark", &type_text, MEMBER(struct config_profile, remark), RANGE(0, 2000), .initial = "",
     .help = "What was read of them, and what was not."},
    {"records_only", &type_bool, MEMBER(struct config_profile, records_only), .initial = "false",
     .help = "true: nothing is refused, what would be is recorded. Strangers are let in as high risk."},
    {"signatures", &type_uint, MEMBER(struct config_profile, signatures), RANGE(2, 16), .initial = "2",
     .help = "Of how many authorised persons a change needs signatures; where nothing is refused, of one."},
    {"quorum", &type_uint, MEMBER(struct config_profile, quorum), RANGE(0, 64), .initial = "0",
     .help = "So many witnesses must have cosigned what is evidence, and within so long: with "
             "`recorder.quorum` and\n"
             "`quorum_within` of the configuration the stricter of both holds. 0 and empty: these."},
    {"quorum_within", &type_duration, MEMBER(struct config_profile, quorum_within),
     RANGE((uint64_t)SECONDS(1), (uint64_t)SECONDS(86400)), .initial = ""},
    DAY(config_profile, "expires", expires),
    {"rules", .fields = limit_keys, ITEMS(struct config_profile, limits, limit_count), .initial = "[]",
     .check = check_limit,
     .help =
         "The rules in force. from: the day from which what breaks it is refused; before, that is a "
         "condition. most: H1 "
         "and\n"
         "H2 percent, H5 vendors, L5 months; of H6 the fewest vendors. window: of H2. classes: of L1. age: "
         "of H7, new "
         "(registered on "
         "`from`\n"
         "or later) or any. scope: where this is a partner's threshold, network asks L1, H3, H7 and H8 of "
         "all equipment\n"
         "there is, path of what the information crosses."},
    {0},
};

static const char *const rule_names[CONFIG_RULES] = {
    "L1", "L2", "L5", "H1", "H2", "H3", "H4", "H5",   "H6",      "H7",    "H8",   "N1",
    "N2", "N3", "N4", "N5", "N6", "K1", "K2", "date", "profile", "label", "path", "evidence"};

const char *config_rule_text(enum config_rule rule)
{
    return rule_names[rule];
}
