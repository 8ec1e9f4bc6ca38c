/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the inventory's keys: the only place that names one. line.yaml is printed from it (config_print_inventory). */
#include "config/schema.h"
#include "kit/timers.h"

#define SECOND ((uint64_t)SECONDS(1))
#define HOUR   (3600 * SECOND)

static const struct choice isolations[] = {
    {"vendor", CONFIG_ISOLATION_VENDOR}, {"gnb", CONFIG_ISOLATION_GNB}, {"none", CONFIG_ISOLATION_NONE}, {0}};
static const struct choice risks[] = {{"trusted", CONFIG_TRUSTED}, {"high", CONFIG_HIGH_RISK}, {0}};

static const struct choice fenced_phones[] = {
    {"release", CONFIG_FENCED_RELEASE}, {"move", CONFIG_FENCED_MOVE}, {0}};

static const struct key person_keys[] = {
    {"name", &type_text, MEMBER(struct config_person, name), RANGE(1, 64), .once = true},
    {"key", &type_text, MEMBER(struct config_person, key), RANGE(1, 200), .once = true},
    {0},
};

static const struct key vendor_keys[] = {
    {"name", &type_name, MEMBER(struct config_vendor, name), RANGE(1, 32), .once = true},
    {"risk", &type_choice, MEMBER(struct config_vendor, risk), .choices = risks, .initial = "high",
     .help = "trusted or high. Equipment of unknown make is high risk."},
    {0},
};

static const struct key domain_keys[] = {
    {"name", &type_name, MEMBER(struct config_domain, name), RANGE(1, 32), .once = true,
     .help = "Names its process, socket and log lines."},
    {"vendor", &type_name, MEMBER(struct config_domain, vendor), RANGE(1, 32), .initial = "any"},
    {"listen", &type_endpoint, ITEMS(struct config_domain, listen, listen_count), .least = 1, .high = 38412,
     .help = "N2: addresses where this domain's gNBs connect; the port is 38412 where none is given. For "
             "radio outside\n"
             "this host, put an address that it can reach, for example 192.0.2.5 or [2001:db8::5]:38412."},
    {0},
};

static const struct key gnb_keys[] = {
    {"name", &type_name, MEMBER(struct config_gnb, name), RANGE(1, 32), .once = true,
     .help = "For people and for log lines."},
    {"domain", &type_name, MEMBER(struct config_gnb, domain), RANGE(1, 32)},
    {"id", &type_gnb_id, MEMBER(struct config_gnb, id),
     .help = "What it says at NG Setup: 999/70-00000001, or 999/70-3fffff/22 where it has 22 bits."},
    {"n2", &type_prefix, ITEMS(struct config_gnb, n2, n2_count), .initial = "[]",
     .help = "Where its association comes from: [192.0.2.11/32]. This and the lists below set no bounds "
             "where they are empty."},
    {"n3", &type_prefix, ITEMS(struct config_gnb, n3, n3_count), .initial = "[]",
     .help = "Where its GTP-U tunnels may end."},
    {"xn", &type_prefix, ITEMS(struct config_gnb, xn, xn_count), .initial = "[]",
     .help = "Where its neighbours may be told to reach it over Xn, besides n2 and n3."},
    {"areas", &type_area, ITEMS(struct config_gnb, areas, area_count), .initial = "[]",
     .help = "Tracking areas (999/70-1) or whole networks (999/70) that it may broadcast."},
    {"slices", &type_slice, ITEMS(struct config_gnb, slices, slice_count), .initial = "[]",
     .help = "Slices that it may offer: [1, 1-010203]."},
    {"certificates", &type_text, ITEMS(struct config_gnb, certificates, certificate_count), .initial = "[]",
     RANGE(1, 500),
     .help = "With a security_gateway: whose certificate has to be behind its N2 address, its subject or the "
             "name in it, as\n"
             "`swanctl --list-sas` prints it: [\"C=NO, O=Vendor, CN=gnb-0001\"]. Two while one replaces the "
             "other."},
    {"listen", &type_endpoint, ITEMS(struct config_gnb, listen, listen_count), .initial = "[]", .high = 38412,
     .help = "With `isolation: gnb`: where it connects, in place of its domain's address."},
    {"site", &type_text, MEMBER(struct config_gnb, site), RANGE(0, 64), .initial = "",
     .help = "Where it stands, one of sites; empty: a site of its own, which is nowhere."},
    {"class", &type_choice, MEMBER(struct config_gnb, classified.class), .choices = asset_classes,
     .initial = "access", .help = "access, or core if its place or weight make it that; and why."},
    {"reason", &type_text, MEMBER(struct config_gnb, classified.reason), RANGE(0, 500), .initial = ""},
    {"reviewed", &type_date, MEMBER(struct config_gnb, classified.reviewed), .initial = "",
     .help = "When that was last looked at: 2026-11-22."},
    {"since", &type_date, MEMBER(struct config_gnb, since), .initial = "",
     .help = "Registered since. Without it, high-risk equipment counts as new."},
    {"covers", &type_name, ITEMS(struct config_gnb, covers, cover_count), .initial = "[]", RANGE(1, 64),
     .once = true,
     .help = "Sensitive places that its cells reach; also those within so many metres of its site."},
    {"radius", &type_uint, MEMBER(struct config_gnb, radius), RANGE(0, 200000), .initial = "0"},
    {0},
};

static const struct key security_gateway_keys[] = {
    {"vici", &type_text, ROOT(inventory.security_gateway.vici), RANGE(0, 100), .initial = "", .live = true,
     .help = "The socket where charon answers, for example /run/charon.vici. Empty: IPsec is not in use."},
    {"required", &type_bool, ROOT(inventory.security_gateway.required), .initial = "false", .live = true,
     .help = "true: every gNB must have certificates. false: those that have none come without."},
    {"answer", &type_duration, ROOT(inventory.security_gateway.answer), RANGE(MILLISECONDS(100), SECONDS(30)),
     .initial = "2s", .live = true,
     .help = "A gNB that comes is refused if the gateway has not answered after this time."},
    {"period", &type_duration, ROOT(inventory.security_gateway.period), RANGE(SECOND, SECONDS(300)),
     .initial = "5s", .live = true, .help = "So often the gateway is asked about those that are there."},
    {"grace", &type_duration, ROOT(inventory.security_gateway.grace), RANGE(0, HOUR), .initial = "15s",
     .live = true,
     .help = "One without a tunnel is dropped after this time, and all of them if the gateway has not "
             "answered for so long;\n"
             "one behind another's certificate at once."},
    {0},
};

static const struct key neighbourhood_keys[] = {
    {"name", &type_name, MEMBER(struct config_neighbourhood, name), RANGE(1, 32), .once = true,
     .help = "For people."},
    {"gnbs", &type_name, ITEMS(struct config_neighbourhood, gnbs, gnb_count), .least = 2, RANGE(1, 32),
     .once = true},
    {0},
};

static const struct choice hop_protocols[] = {{"any", CONFIG_HOP_ANY},   {"icmp", CONFIG_HOP_ICMP},
                                              {"tcp", CONFIG_HOP_TCP},   {"udp", CONFIG_HOP_UDP},
                                              {"sctp", CONFIG_HOP_SCTP}, {0}};

static const struct key hop_keys[] = {
    {"name", &type_name, MEMBER(struct config_hop, name), RANGE(1, 32), .once = true},
    {"source", &type_prefix, MEMBER(struct config_hop, source)},
    {"destination", &type_prefix, MEMBER(struct config_hop, destination)},
    {"protocol", &type_choice, MEMBER(struct config_hop, protocol), .choices = hop_protocols,
     .initial = "any"},
    {"port", &type_uint, MEMBER(struct config_hop, port), RANGE(0, 65535), .initial = "0"},
    {"source_port", &type_uint, MEMBER(struct config_hop, source_port), RANGE(0, 65535), .initial = "0"},
    {0},
};

enum { MOST_SOURCES = 65536, SECONDS_A_DAY = 86400 };

static const struct key ran_port_keys[] = {
    {"interfaces", &type_name,
     ITEMS(struct config, inventory.ran_port.interfaces, inventory.ran_port.interface_count), .live = true,
     .initial = "[]", RANGE(1, 15),
     .help = "Interfaces of this host behind which there is radio equipment and nothing else: [enp2s0]. What "
             "comes in there "
             "is dropped\n"
             "but N2 to the addresses of domains, GTP-U to n3 of planes, ARP and IPv6 neighbour discovery. "
             "Where none is "
             "named, nothing\n"
             "is held back. Do not name the one that you are logged in through."},
    {"management", .fields = hop_keys, ROOT_ITEMS(inventory.ran_port.hops, inventory.ran_port.hop_count),
     .live = true, .initial = "[]", .inline_items = true, .check = check_hop,
     .help = "What else may come in there: [{name: upgrades, source: 192.0.2.0/24, destination: "
             "198.51.100.7/32, protocol: "
             "tcp,\n"
             "port: 443}]. protocol: any, icmp, tcp, udp or sctp; port, source_port: 0 is any. Answers to "
             "those who log in "
             "to\n"
             "equipment have a source_port."},
    {"sources", &type_uint, ROOT(inventory.ran_port.sources), RANGE(16, MOST_SOURCES), .live = true,
     .initial = "1024",
     .help =
         "Who sends what is dropped is told apart up to so many senders, each until this long after its last "
         "packet."},
    {"forget", &type_duration, ROOT(inventory.ran_port.forget), RANGE(SECONDS(60), SECONDS(SECONDS_A_DAY)),
     .live = true, .initial = "10m"},
    {0},
};

#define BUDGET(member, initially, words)                                                 \
    {                                                                                    \
#member, &type_uint, MEMBER(struct config_budget, member), RANGE(0, 4000000000), \
            .initial = initially, .help = words                                          \
    }

static const struct key budget_keys[] = {
    {"domain", &type_name, MEMBER(struct config_budget, domain), RANGE(1, 32), .once = true,
     .initial = CONFIG_ANY, .help = "Whose gNBs: a trust domain, or any."},
    BUDGET(messages, "10000", "NGAP messages a second; those above are dropped undecoded."),
    BUDGET(bytes, "16000000", "And their bytes."),
    BUDGET(
        arrivals, "500",
        "Of the messages, those that bring a phone (Initial UE Message). A gNB that sends more is asked to "
        "hold back; each above counts as ten messages."),
    BUDGET(deconcealments, "500", "SUCIs opened a second; phones above are told to wait (congestion)."),
    BUDGET(vectors, "500",
           "Authentications begun a second, resynchronisations and new keys for registered phones included; "
           "likewise."),
    BUDGET(unproven, "2000",
           "Phones at once that have not proved yet who they are, until it has let go of them; never "
           "more than a quarter of limits.procedures."),
    BUDGET(transactions, "5000",
           "Procedures at once that its messages have begun, each with its timer; never more than half of "
           "limits.procedures."),
    BUDGET(log_bytes, "20000",
           "Bytes a second that its messages may put into the log; lines above are counted."),
    {0},
};

#define MISDEEDS(member, initially, words)                                                                   \
    {                                                                                                        \
#member, &type_uint, ROOT(inventory.fence.member), RANGE(0, 4000000000), .initial = initially,       \
                                                                                 .live = true, .help = words \
    }

static const struct key fence_keys[] = {
    {"window", &type_duration, ROOT(inventory.fence.window), RANGE(SECOND, 24 * HOUR), .initial = "1m",
     .live = true, .help = "Misdeeds are counted over. From so many of a kind on, 0 for any number:"},
    MISDEEDS(undecodable, "1000", "messages that are no NGAP,"),
    MISDEEDS(misplaced, "1000", "messages out of place in their direction or state,"),
    MISDEEDS(foreign_ids, "1000", "messages about phones that are not its own,"),
    MISDEEDS(failed_macs, "0", "NAS messages that fail their integrity check (phones can cause these too),"),
    MISDEEDS(overruns, "100000", "overruns of its budget."),
    {"time", &type_duration, ROOT(inventory.fence.time), RANGE(0, 10000 * HOUR), .initial = "10m",
     .live = true, .help = "The fence opens by itself after; 0: only by command."},
    {"phones", &type_choice, ROOT(inventory.fence.phones), .choices = fenced_phones, .initial = "release",
     .live = true,
     .help = "release: its phones are released at once. move: it may hand them over, and the others are "
             "released after"},
    {"grace", &type_duration, ROOT(inventory.fence.grace), RANGE(0, HOUR), .initial = "10s", .live = true},
    {0},
};

static const struct choice relayed[] = {{"handover", CONFIG_RELAY_HANDOVER},
                                        {"history", CONFIG_RELAY_HISTORY},
                                        {"capability", CONFIG_RELAY_CAPABILITY},
                                        {"configuration", CONFIG_RELAY_CONFIGURATION},
                                        {0}};

static const struct key relay_rule_keys[] = {
    {"from", &type_name, MEMBER(struct config_relay_rule, from), RANGE(1, 32), .initial = CONFIG_ANY,
     .help = "A trust domain, another core (one of peers), or any; two that differ. One named twice: what "
             "passes within it."},
    {"to", &type_name, MEMBER(struct config_relay_rule, to), RANGE(1, 32), .initial = CONFIG_ANY},
    {"pass", &type_choice, ITEMS(struct config_relay_rule, pass, pass_count), .choices = relayed,
     .help = "handover (what it cannot do without), history (what else its containers hold), capability (of "
             "a phone's radio;\n"
             "else the next gNB asks the phone), configuration (what gNBs tell each other of themselves)."},
    {0},
};

enum { MOST_OCTETS = 32768, MOST_HISTORY = 16, MOST_A_SECOND = 1000000 };

static const struct key relay_keys[] = {
    {"rules", .fields = relay_rule_keys, ROOT_ITEMS(inventory.relay.rules, inventory.relay.rule_count),
     .initial = "[{pass: [handover]}]", .live = true, .check = check_relay_rule,
     .help = "What passes from one trust domain to another; the first that fits counts, and without one "
             "nothing passes. Within a\n"
             "trust domain everything does."},
    {"container", &type_uint, ROOT(inventory.relay.container), RANGE(64, MOST_OCTETS), .initial = "16384",
     .live = true, .help = "Octets that a handover's transparent container may have,"},
    {"capability", &type_uint, ROOT(inventory.relay.capability), RANGE(64, MOST_OCTETS), .initial = "16384",
     .live = true, .help = "a phone's radio capability, which is kept for it,"},
    {"configuration", &type_uint, ROOT(inventory.relay.configuration), RANGE(64, MOST_OCTETS),
     .initial = "4096", .live = true, .help = "and a RAN configuration transfer."},
    {"configurations", &type_uint, ROOT(inventory.relay.configurations), RANGE(0, MOST_A_SECOND),
     .initial = "10", .live = true,
     .help = "RAN configuration transfers a second from one gNB, those above are dropped; 0: any number."},
    {"history", &type_uint, ROOT(inventory.relay.history), RANGE(1, MOST_HISTORY), .initial = "16",
     .live = true, .help = "Cells where the phone was before that a container may tell of."},
    {0},
};

const struct key inventory_keys[] = {
    {"profile", &type_profile, ROOT(inventory.profile_key), .initial = "zero", .live = true,
     .help =
         "The limits in force: zero (no high-risk equipment anywhere), uk-2020-01, uk-dvd-2022, de-2024, "
         "enrolled (none but "
         "that a\n"
         "gNB has to be below, as it is), or the path of a file of your own, with a slash in it. lab: "
         "nothing is refused but "
         "recorded,\n"
         "and gNBs that are not below are let in as high risk: that is for trying out, and must not stay."},
    {"serial", &type_uint, ROOT(inventory.serial), RANGE(0, 4000000000), .initial = "0", .live = true,
     .help = "Counted up with each change that is signed, so that an older state with good signatures is not "
             "taken for a new one."},
    {"authorised", .fields = person_keys, ROOT_ITEMS(inventory.authorised, inventory.authorised_count),
     .live = true, .initial = "[]", .inline_items = true, .check = check_person,
     .help = "Whose signatures the next change needs: of two of them, under the profile lab of one. `demarc "
             "line key` makes a key\n"
             "and prints its line: [{name: J. Doe, key: j.doe+1a2b3c4d+AQ...}]. Without anybody nothing is "
             "signed, and only the profile\n"
             "lab is taken."},
    {"isolation", &type_choice, ROOT(inventory.isolation), .choices = isolations, .initial = "vendor",
     .help = "What has a process of its own, which holds no key, no subscriber and nothing of the others: "
             "vendor (each trust\n"
             "domain) or gnb (each gNB; then each needs an N2 address of its own). none measures what that "
             "costs: "
             "radio equipment\n"
             "then speaks to the process that holds everything."},
    {"vendors", .fields = vendor_keys, ROOT_ITEMS(inventory.vendors, inventory.vendor_count), .least = 1,
     .initial = "[{name: any}]", .live = true, .help = "Who makes the equipment."},
    {"sites", .fields = site_keys, ROOT_ITEMS(inventory.sites, inventory.site_count), .live = true,
     .initial = "[]", .inline_items = true,
     .help = "Where equipment stands: [{name: quay, position: 60.3913 5.3221}]."},
    {"sites_from", &type_text, ROOT_ITEMS(inventory.sites_from, inventory.sites_from_count), RANGE(1, 500),
     .once = true, .live = true, .initial = "[]",
     .help = "Files of more of them: [sites.csv], with the columns name and position."},
    {"sensitive", .fields = sensitive_keys, ROOT_ITEMS(inventory.sensitive, inventory.sensitive_count),
     .live = true, .initial = "[]", .inline_items = true, .check = check_sensitive,
     .help = "Places that no high-risk cell may be at or reach: [{name: harbour, corners: [60.39 5.30, 60.40 "
             "5.30, 60.40 "
             "5.33]}]."},
    {"domains", .fields = domain_keys, ROOT_ITEMS(inventory.domains, inventory.domain_count), .least = 1,
     .initial = "[{name: default, listen: [127.0.0.5]}]", .check = check_domain,
     .help = "Trust domains: equipment that stands or falls together, one for each vendor or more."},
    {"security_gateway", .fields = security_gateway_keys,
     .help = "Where N2 comes through IPsec: strongSwan on this host, which ends the tunnels and tells whose "
             "certificates are\n"
             "behind them. What cannot be proved is refused; under the profile lab it is recorded."},
    {"gnbs", .fields = gnb_keys, ROOT_ITEMS(inventory.gnbs, inventory.gnb_count), .initial = "[]",
     .live = true, .check = check_gnb, .help = "The gNBs that are known, each with what it may claim."},
    {"assets", .fields = asset_keys, ROOT_ITEMS(inventory.assets, inventory.asset_count), .live = true,
     .initial = "[]", .inline_items = true, .check = check_asset,
     .help = "What else there is: [{name: amf-1, kind: function, vendor: any, class: core, reason: holds "
             "keys, reviewed: "
             "2026-11-22}].\n"
             "kind: gnb (of another core), function, host, link, site or management; class: access, "
             "transport, management or "
             "core;\n"
             "also since, site, and of a link `to`, the site of its other end. Other cores (peers), and "
             "planes that are "
             "external, have\n"
             "to be here by their names, as functions. Of a gNB also id and n3 (one prefix), by which it is "
             "known when another core\n"
             "says that a phone is there."},
    {"assets_from", &type_text, ROOT_ITEMS(inventory.assets_from, inventory.assets_from_count), RANGE(1, 500),
     .once = true, .live = true, .initial = "[]",
     .help = "Files of more of them: [assets.csv], with these keys as columns."},
    {"protected", .fields = protected_keys, .help = "Who is never served through high-risk cells."},
    {"mitigations", .fields = mitigation_keys, ROOT_ITEMS(inventory.mitigations, inventory.mitigation_count),
     .live = true, .initial = "[]", .inline_items = true, .check = check_mitigation,
     .help = "What makes high-risk equipment bearable: [{name: m1, domains: [default], assets: [], "
             "approved_by: who, approved: "
             "2026-01-01,\n"
             "expires: 2027-01-01}]."},
    {"partners", .fields = partner_keys, ROOT_ITEMS(inventory.partners, inventory.partner_count),
     .live = true, .initial = "[]", .inline_items = true,
     .help = "With whom information is shared: [{name: ally, profile: zero, end_to_end: false}]; profile: "
             "the thresholds, "
             "end_to_end: whether\n"
             "protection above the network lifts a high-risk hop, where a threshold is about the path; key: "
             "Ed25519, in base 64,\n"
             "which its labels are signed with."},
    {"labels", .fields = label_keys, ROOT_ITEMS(inventory.labels, inventory.label_count), .live = true,
     .initial = "[]", .inline_items = true, .check = check_label,
     .help = "What may be shared with whom: [{name: secret, originator: us, releasable_to: [ally]}]. "
             "derived_from: labels before\n"
             "it, of which it takes the intersection; withheld_from: partners that it is kept from all the "
             "same; signature: by the\n"
             "originator, if that is a partner."},
    {"recipients", .fields = recipient_keys, ROOT_ITEMS(inventory.recipients, inventory.recipient_count),
     .live = true, .initial = "[]", .inline_items = true, .check = check_recipient,
     .help = "Who gets reports: [{name: regulator}, {name: ally-desk, partner: ally, profile: uk-dvd-2022}]; "
             "profile: what the network "
             "is\n"
             "judged by. With a partner, its answers are in the report, and where sites and sensitive places "
             "are is not."},
    {"suspensions", .fields = suspension_keys, ROOT_ITEMS(inventory.suspensions, inventory.suspension_count),
     .live = true, .initial = "[]", .inline_items = true,
     .help = "Rules that do not refuse for a while: [{rule: H2, by: name, reason: why, until: 2026-12-24}]. "
             "They end by "
             "themselves."},
    {"neighbourhoods", .fields = neighbourhood_keys,
     ROOT_ITEMS(inventory.neighbourhoods, inventory.neighbourhood_count), .initial = "[]", .live = true,
     .check = check_neighbourhood,
     .help = "gNBs that are neighbours: Xn handover goes between them only. Where there is none, it goes "
             "anywhere within a\n"
             "trust domain: [{name: harbour, gnbs: [pier, quay]}]."},
    {"ran_port", .fields = ran_port_keys, .help = "Where radio equipment is connected to this host."},
    {"budgets", .fields = budget_keys, ROOT_ITEMS(inventory.budgets, inventory.budget_count),
     .initial = "[{domain: any}]", .live = true, .check = check_budget,
     .help = "What each gNB may spend at most, so that the others do not notice one that floods; 0: any "
             "amount. The first entry\n"
             "that fits holds. Under the profile lab only unproven, transactions and log_bytes do."},
    {"fence", .fields = fence_keys,
     .help = "A gNB that misbehaves is fenced: no phone gets in, none is paged through it, its own are sent "
             "away; all other gNBs\n"
             "go on undisturbed. Under the profile lab this is recorded only. `demarc gnb fence` does it by "
             "command."},
    {"relay", .fields = relay_keys,
     .help = "What radio equipment is told of what other radio equipment says. All of it is decoded, looked "
             "at and written anew\n"
             "where its form is known."},
    {0},
};
