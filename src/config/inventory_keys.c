/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the inventory's keys: the only place that names one. line.yaml is printed from it (config_print_inventory). */
#include "config/schema.h"

static const struct choice profiles[] = {
    {"enrolled", CONFIG_PROFILE_ENROLLED}, {"lab", CONFIG_PROFILE_LAB}, {0}};
static const struct choice isolations[] = {
    {"vendor", CONFIG_ISOLATION_VENDOR}, {"gnb", CONFIG_ISOLATION_GNB}, {0}};
static const struct choice risks[] = {{"trusted", CONFIG_TRUSTED}, {"high", CONFIG_HIGH_RISK}, {0}};

static const struct key vendor_keys[] = {
    {"name", &type_name, MEMBER(struct config_vendor, name), RANGE(1, 32)},
    {"risk", &type_choice, MEMBER(struct config_vendor, risk), .choices = risks, .initial = "high",
     .help = "trusted or high. Equipment of unknown make is high risk."},
    {0},
};

static const struct key domain_keys[] = {
    {"name", &type_name, MEMBER(struct config_domain, name), RANGE(1, 32),
     .help = "Names its process, socket and log lines."},
    {"vendor", &type_name, MEMBER(struct config_domain, vendor), RANGE(1, 32), .initial = "any"},
    {"listen", &type_endpoint, ITEMS(struct config_domain, listen, listen_count), .least = 1, .high = 38412,
     .help = "N2: addresses where this domain's gNBs connect; the port is 38412 where none is given. For "
             "radio outside\n"
             "this host, put an address that it can reach, for example 192.0.2.5 or [2001:db8::5]:38412."},
    {0},
};

static const struct key gnb_keys[] = {
    {"name", &type_name, MEMBER(struct config_gnb, name), RANGE(1, 32),
     .help = "For people and for log lines."},
    {"domain", &type_name, MEMBER(struct config_gnb, domain), RANGE(1, 32)},
    {"id", &type_gnb_id, MEMBER(struct config_gnb, id),
     .help = "What it says at NG Setup: 999/70-00000001, or 999/70-3fffff/22 where it has 22 bits."},
    {"n2", &type_prefix, ITEMS(struct config_gnb, n2, n2_count), .initial = "[]",
     .help = "Where its association comes from: [192.0.2.11/32]. This and the lists below set no bounds "
             "where they are empty."},
    {"n3", &type_prefix, ITEMS(struct config_gnb, n3, n3_count), .initial = "[]",
     .help = "Where its GTP-U tunnels may end."},
    {"areas", &type_area, ITEMS(struct config_gnb, areas, area_count), .initial = "[]",
     .help = "Tracking areas (999/70-1) or whole networks (999/70) that it may broadcast."},
    {"slices", &type_slice, ITEMS(struct config_gnb, slices, slice_count), .initial = "[]",
     .help = "Slices that it may offer: [1, 1-010203]."},
    {"listen", &type_endpoint, ITEMS(struct config_gnb, listen, listen_count), .initial = "[]", .high = 38412,
     .help = "With `isolation: gnb`: where it connects, in place of its domain's address."},
    {0},
};

static const struct key neighbourhood_keys[] = {
    {"name", &type_name, MEMBER(struct config_neighbourhood, name), RANGE(1, 32), .help = "For people."},
    {"gnbs", &type_name, ITEMS(struct config_neighbourhood, gnbs, gnb_count), .least = 2, RANGE(1, 32)},
    {0},
};

const struct key inventory_keys[] = {
    {"profile", &type_choice, ROOT(inventory.profile), .choices = profiles, .initial = "enrolled",
     .live = true,
     .help = "enrolled: a gNB that is not below, or is not as it says there, is refused. lab: it is let in "
             "as high risk, and\n"
             "recorded."},
    {"isolation", &type_choice, ROOT(inventory.isolation), .choices = isolations, .initial = "vendor",
     .help = "What has a process of its own, which holds no key, no subscriber and nothing of the others: "
             "vendor (each trust\n"
             "domain) or gnb (each gNB; then each needs an N2 address of its own)."},
    {"vendors", .fields = vendor_keys, ROOT_ITEMS(inventory.vendors, inventory.vendor_count), .least = 1,
     .initial = "[{name: any}]", .live = true, .check = check_vendor, .help = "Who makes the equipment."},
    {"domains", .fields = domain_keys, ROOT_ITEMS(inventory.domains, inventory.domain_count), .least = 1,
     .initial = "[{name: default, listen: [127.0.0.5]}]", .check = check_domain,
     .help = "Trust domains: equipment that stands or falls together, one for each vendor or more."},
    {"gnbs", .fields = gnb_keys, ROOT_ITEMS(inventory.gnbs, inventory.gnb_count), .initial = "[]",
     .live = true, .check = check_gnb, .help = "The gNBs that are known, each with what it may claim."},
    {"neighbourhoods", .fields = neighbourhood_keys,
     ROOT_ITEMS(inventory.neighbourhoods, inventory.neighbourhood_count), .initial = "[]", .live = true,
     .check = check_neighbourhood,
     .help = "gNBs that are neighbours: Xn handover goes between them only. Where there is none, it goes "
             "anywhere within a\n"
             "trust domain: [{name: harbour, gnbs: [pier, quay]}]."},
    {0},
};
