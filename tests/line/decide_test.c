/* SPDX-License-Identifier: Apache-2.0 */
/* What the line decides: examples for each rule, and properties over generated networks. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lab_config.h"
#include "line/decide.h"

enum { CASES = 10000, CASES_A_NETWORK = 50, TEXT_BYTES = 16384 };

/* A network with its ledger. */
struct network {
    struct config *config;
    struct ledger *ledger;
};

static struct network network_of(const char *inventory)
{
    struct config_error error;
    struct config_report report = {0};
    struct network network = {.config = lab_config("", inventory, &error)};
    if (!network.config)
        fail_msg("%s", error.text);
    network.ledger = ledger_new(&network.config->inventory, &report);
    if (!network.ledger)
        fail_msg("%s", report.first);
    return network;
}

static void network_free(struct network *network)
{
    ledger_free(network->ledger);
    config_free(network->config);
}

static struct config_date day(const char *text)
{
    struct config_date date;
    assert_true(config_date_parse(text, &date));
    return date;
}

static struct line_facts facts_on(const struct network *network, struct config_date date)
{
    return (struct line_facts){.ledger = network->ledger,
                               .profile = &network->config->inventory.profile,
                               .measured = {.traffic_known = true, .bytes = 1000, .high_risk_bytes = 100},
                               .date = date};
}

/* --- examples --- */

#define VENDORS                                                                                    \
    "vendors: [{name: own, risk: trusted}, {name: far}, {name: farther}]\n"                        \
    "domains: [{name: o, vendor: own, listen: ['::1']}, {name: f, vendor: far, listen: ['::2']}, " \
    "{name: g, vendor: farther, listen: ['::3']}]\n"                                               \
    "sites: [{name: quay, position: 60.5 5.5}, {name: hill, position: 61.5 5.5}]\n"
#define CLASSED ", reason: why, reviewed: 2026-06-01, since: 2019-01-01"

static bool says(const struct line_decision *decision, const char *rule, enum line_verdict verdict)
{
    for (unsigned i = 0; i < decision->count; i++)
        if (strcmp(config_rule_text(decision->reasons[i].rule), rule) == 0 &&
            decision->reasons[i].verdict == verdict)
            return true;
    return false;
}

/* The verdict about the gNB, and a rule (NULL: none) that says so. */
static void decides(const char *inventory, const char *date, const char *gnb, enum line_request_kind kind,
                    enum line_verdict verdict, const char *rule)
{
    struct network network = network_of(inventory);
    const struct line_facts facts = facts_on(&network, day(date));
    const struct line_request request = {
        .kind = kind, .asset = ledger_find(network.ledger, gnb), .imsi = "999700000000001"};
    struct line_decision decision;
    char text[LINE_REASON_BYTES];
    line_decide(&facts, &request, &decision);
    if (decision.verdict != verdict || (rule && !says(&decision, rule, verdict)))
        fail_msg("%s: %s of %s on %s, by %s: %s", line_verdict_text(decision.verdict),
                 line_request_text(kind), gnb, date,
                 decision.worst ? config_rule_text(decision.worst->rule) : "nothing",
                 decision.worst ? line_reason_text(decision.worst, text) : "");
    network_free(&network);
}

static void each_rule_refuses_what_breaks_it(void **state)
{
    static const struct {
        const char *rest, *gnb, *date, *rule;
        enum line_verdict verdict;
    } cases[] = {
        {"gnbs: [{name: a, domain: f, id: 999/70-1, class: core" CLASSED "}]", "a", "2026-11-01", "L1",
         LINE_REFUSE},
        {"gnbs: [{name: a, domain: f, id: 999/70-1" CLASSED "}]", "a", "2026-11-01", "H1", LINE_REFUSE},
        {"gnbs: [{name: a, domain: f, id: 999/70-1, since: 2022-10-13}]", "a", "2026-11-01", "H7",
         LINE_REFUSE},
        {"gnbs: [{name: a, domain: f, id: 999/70-1, covers: [port]}]\n"
         "sensitive: [{name: port, corners: [60 5, 61 5, 61 6, 60 6]}]",
         "a", "2026-11-01", "H7", LINE_REFUSE},
        {"gnbs: [{name: a, domain: o, id: 999/70-1}]", "a", "2026-11-01", "L5", LINE_CONDITIONS},
        {"gnbs: [{name: a, domain: o, id: 999/70-1" CLASSED "}]", "a", "2026-11-01", NULL, LINE_ALLOW},
        {"gnbs: [{name: a, domain: o, id: 999/70-1" CLASSED "}]", "a", "2027-06-02", "L5", LINE_CONDITIONS},
        {"gnbs: [{name: a, domain: o, id: 999/70-1" CLASSED "}]", "a", "2029-01-01", "profile",
         LINE_CONDITIONS},
        {"gnbs: [{name: a, domain: o, id: 999/70-1" CLASSED "}]", "a", "2026-05-31", "date", LINE_CONDITIONS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TEXT_BYTES];
        snprintf(text, sizeof text, "profile: uk-dvd-2022\nran_port: {interfaces: [eth9]}\n%s%s", VENDORS,
                 cases[i].rest);
        decides(text, cases[i].date, cases[i].gnb, LINE_NG_SETUP, cases[i].verdict, cases[i].rule);
    }
}

/* Two trusted sites to each high-risk one, of one vendor, with all that the profile asks for. */
#define MIXED                                                                                            \
    "profile: uk-2020-01\n" VENDORS "gnbs: [{name: a, domain: f, site: hill, id: 999/70-1" CLASSED       \
    "}, {name: b, domain: o, id: 999/70-2" CLASSED "}, {name: c, domain: o, id: 999/70-3" CLASSED "}]\n" \
    "sensitive: [{name: port, corners: [60 5, 61 5, 61 6, 60 6]}]\n"                                     \
    "mitigations: [{name: m, domains: [f], approved_by: us, approved: 2026-01-01, expires: 2027-01-01}]\n"

static void high_risk_equipment_within_all_limits_is_admitted_on_conditions(void **state)
{
    (void)state;
    decides(MIXED, "2026-11-01", "a", LINE_NG_SETUP, LINE_CONDITIONS, "H8");
    decides(MIXED, "2026-11-01", "b", LINE_NG_SETUP, LINE_ALLOW, NULL);
    decides(MIXED, "2027-01-01", "a", LINE_NG_SETUP, LINE_REFUSE, "H8");
    decides(MIXED, "2027-01-01", "a", LINE_LEASE, LINE_REFUSE, "H8");
    decides(MIXED, "2029-01-01", "a", LINE_LEASE, LINE_CONDITIONS, "profile");
    decides(MIXED "suspensions: [{rule: H8, by: me, reason: why, until: 2027-02-01}]", "2027-01-31", "a",
            LINE_NG_SETUP, LINE_CONDITIONS, "H8");
    decides(MIXED "suspensions: [{rule: H8, by: me, reason: why, until: 2027-02-01}]", "2027-02-01", "a",
            LINE_NG_SETUP, LINE_REFUSE, "H8");
}

static void who_is_protected_is_served_by_trusted_cells_only(void **state)
{
    static const char *const protected[] = {"subscribers: [999700000000001]", "subscribers: [99970*]",
                                            "subscribers: [123*, 9*]", "subscribers: [999700000000001*]"};
    (void)state;
    for (size_t i = 0; i < sizeof protected / sizeof *protected; i++) {
        char text[TEXT_BYTES];
        snprintf(text, sizeof text, "%sprotected: {%s}\n", MIXED, protected[i]);
        for (enum line_request_kind kind = LINE_REGISTRATION; kind <= LINE_SESSION_ESTABLISHMENT; kind++) {
            decides(text, "2026-11-01", "a", kind, LINE_REFUSE, "H4");
            decides(text, "2026-11-01", "b", kind, LINE_ALLOW, NULL);
            decides(text, "2026-11-01", "nobody", kind, LINE_REFUSE, "H4");
        }
    }
    decides(MIXED "protected: {subscribers: [99970000000000, 99971*]}", "2026-11-01", "a", LINE_PAGING,
            LINE_ALLOW, NULL);
}

/* What an expired profile leaves: the gNBs that are there serve those whom no limit is about. */
static void doubt_keeps_the_protected_away_and_nobody_else(void **state)
{
    (void)state;
    decides(MIXED, "2029-01-01", "a", LINE_REGISTRATION, LINE_CONDITIONS, "profile");
    decides(MIXED, "2025-01-01", "a", LINE_REGISTRATION, LINE_CONDITIONS, "date");
    decides(MIXED "protected: {subscribers: [9*]}\n", "2029-01-01", "a", LINE_REGISTRATION, LINE_REFUSE,
            "H4");
    decides(MIXED "protected: {subscribers: [9*]}\n", "2029-01-01", "b", LINE_REGISTRATION, LINE_CONDITIONS,
            "profile");
}

static void slices_and_data_networks_are_protected_too(void **state)
{
    struct network network = network_of(MIXED "protected: {slices: [2-010203], data_networks: [Police]}");
    const struct line_facts facts = facts_on(&network, day("2026-11-01"));
    const struct config_slice slice = {2, 0x010203}, other = {2, CONFIG_NO_SD};
    struct line_request request = {.kind = LINE_SESSION_ESTABLISHMENT,
                                   .asset = ledger_find(network.ledger, "a")};
    struct line_decision decision;
    (void)state;
    request.slice = &slice;
    line_decide(&facts, &request, &decision);
    assert_int_equal(decision.verdict, LINE_REFUSE);
    request.emergency = true;
    line_decide(&facts, &request, &decision);
    assert_int_equal(decision.verdict, LINE_CONDITIONS);
    assert_int_equal(decision.worst->why, LINE_EMERGENCY);
    request =
        (struct line_request){.kind = request.kind, .asset = request.asset, .slice = &other, .dnn = "police"};
    line_decide(&facts, &request, &decision);
    assert_int_equal(decision.verdict, LINE_REFUSE);
    request.dnn = "policeman";
    line_decide(&facts, &request, &decision);
    assert_int_equal(decision.verdict, LINE_ALLOW);
    network_free(&network);
}

static void a_cell_in_a_sensitive_place_is_refused_unless_it_is_trusted(void **state)
{
    static const char *const gnbs[][2] = {{"site: quay", "H3"}, {"site: hill, radius: 60000", "H3"}};
    (void)state;
    for (size_t i = 0; i < sizeof gnbs / sizeof *gnbs; i++) {
        char text[TEXT_BYTES];
        snprintf(text, sizeof text,
                 "profile: enrolled\n%sgnbs: [{name: a, domain: f, id: 999/70-1, %s}, {name: b, domain: o, "
                 "id: 999/70-2, "
                 "site: quay}, {name: c, domain: f, id: 999/70-3, site: hill, radius: 50000}, {name: d, "
                 "domain: f, id: "
                 "999/70-4}]\nsensitive: [{name: port, corners: [60 5, 61 5, 61 6, 60 6]}]",
                 VENDORS, gnbs[i][0]);
        decides(text, "2026-11-01", "a", LINE_NG_SETUP, LINE_REFUSE, gnbs[i][1]);
        decides(text, "2026-11-01", "b", LINE_NG_SETUP, LINE_ALLOW, NULL);
        decides(text, "2026-11-01", "c", LINE_NG_SETUP, LINE_ALLOW, NULL);
        decides(text, "2026-11-01", "d", LINE_NG_SETUP, LINE_UNKNOWN, "H3");
    }
}

static void a_lab_says_what_it_would_refuse(void **state)
{
    struct network network = network_of("profile: lab");
    const struct line_facts facts = facts_on(&network, day("2026-11-01"));
    struct line_decision decision;
    (void)state;
    line_decide(&facts, &(struct line_request){.kind = LINE_NG_SETUP}, &decision);
    assert_int_equal(decision.verdict, LINE_CONDITIONS);
    assert_int_equal(decision.recorded, LINE_REFUSE);
    network_free(&network);
}

static void a_clock_that_jumps_makes_the_answer_unknown(void **state)
{
    struct network network = network_of(MIXED);
    static const char *const last[] = {"2026-11-02", "2024-10-01"};
    struct line_facts facts = facts_on(&network, day("2026-11-01"));
    struct line_decision decision;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        facts.measured.last = day(last[i]);
        line_decide(&facts, &(struct line_request){.asset = ledger_find(network.ledger, "a")}, &decision);
        assert_false(line_allows(&decision));
        assert_int_equal(decision.reasons[0].rule, CONFIG_OF_DATE);
        line_decide(&facts, &(struct line_request){.asset = ledger_find(network.ledger, "b")}, &decision);
        assert_int_equal(decision.verdict, LINE_CONDITIONS);
    }
    network_free(&network);
}

/* --- properties over generated networks --- */

static uint64_t dice_state;

static unsigned dice(unsigned sides)
{
    dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice_state >> 33) % sides;
}

static const char *generated_profile(void)
{
    static const char *const names[] = {"zero", "uk-2020-01", "uk-dvd-2022", "de-2024", "enrolled"};
    return names[dice(3) ? 1 : dice(5)];
}

static void generate_day(FILE *to, const char *key, unsigned year)
{
    if (dice(10))
        fprintf(to, ", %s: 20%02u-%02u-%02u", key, year + dice(26 - year), 1 + dice(12), 1 + dice(28));
}

static void generate_gnb(FILE *to, unsigned index)
{
    static const char *const classes[] = {"access", "access", "access", "access",
                                          "access", "access", "core",   "management"};
    fprintf(to, "  - {name: g%u, domain: %c, id: 999/70-%x, class: %s", index, "ooooofg"[dice(7)], index + 1,
            classes[dice(8)]);
    if (dice(3))
        fprintf(to, ", site: %s", dice(2) ? "quay" : "hill");
    if (dice(10))
        fputs(", reason: why", to);
    generate_day(to, "reviewed", 25);
    generate_day(to, "since", 18);
    fputs("}\n", to);
}

/* The same seed, the same network. */
static struct network generated(unsigned seed, unsigned *gnbs)
{
    static char text[TEXT_BYTES];
    FILE *to = fmemopen(text, sizeof text, "w");
    dice_state = seed * 2654435761u + 1;
    fprintf(to, "profile: %s\n%s", generated_profile(), VENDORS);
    *gnbs = 1 + dice(12);
    fputs("gnbs:\n", to);
    for (unsigned i = 0; i < *gnbs; i++)
        generate_gnb(to, i);
    if (dice(2))
        fputs("sensitive: [{name: port, corners: [60 5, 61 5, 61 6, 60 6]}]\n", to);
    if (dice(3))
        fprintf(to,
                "mitigations: [{name: m, domains: [f], approved_by: us, approved: 2020-01-01, expires: "
                "20%u-01-01}]\n",
                22 + dice(10));
    if (dice(4) == 0)
        fprintf(to, "suspensions: [{rule: H%u, by: me, reason: why, until: 20%u-01-01}]\n", 1 + dice(8),
                22 + dice(10));
    fputs("protected: {subscribers: [99970*]}\n", to);
    fclose(to);
    return network_of(text);
}

static struct line_facts generated_facts(const struct network *network)
{
    const uint64_t bytes = dice(1000);
    struct line_facts facts = facts_on(network, (struct config_date){(int32_t)(20460 + dice(250))});
    facts.measured = (struct line_measured){.traffic_known = dice(8),
                                            .bytes = bytes,
                                            .high_risk_bytes = dice((unsigned)bytes / 2 + 1),
                                            .lapsed = dice(6) ? 0 : LINE_BIT(CONFIG_L2)};
    return facts;
}

static struct line_request generated_request(const struct network *network, unsigned gnbs)
{
    static const char *const imsis[] = {"999700000000001", "001010000000001", NULL};
    const unsigned index = dice(gnbs + 1);
    return (struct line_request){.kind = dice(LINE_LEASE),
                                 .asset = index < gnbs ? ledger_at(network->ledger, index) : NULL,
                                 .misfits = dice(5) ? 0 : LINE_BIT(CONFIG_N1),
                                 .imsi = imsis[dice(3)]};
}

/* A no is a no, whether for want of knowledge or not. */
static int rank(const struct line_decision *decision)
{
    return decision->verdict > LINE_UNKNOWN ? LINE_UNKNOWN : (int)decision->verdict;
}

/* What the properties are asked about: a network, and one after the other what is measured and asked there. */
struct generated_case {
    struct network network;
    struct line_facts facts;
    struct line_request request;
    unsigned gnbs, seed;
};

static void for_all(void (*property)(struct generated_case *one))
{
    struct generated_case one;
    for (one.seed = 0; one.seed < CASES; one.seed++) {
        if (one.seed % CASES_A_NETWORK == 0)
            one.network = generated(one.seed, &one.gnbs);
        one.facts = generated_facts(&one.network);
        one.request = generated_request(&one.network, one.gnbs);
        property(&one);
        if (one.seed % CASES_A_NETWORK == CASES_A_NETWORK - 1)
            network_free(&one.network);
    }
}

static struct line_decision decided(const struct generated_case *one)
{
    struct line_decision decision;
    line_decide(&one->facts, &one->request, &decision);
    return decision;
}

static unsigned worse;

/* What is done to the case between the two must not move the verdict towards allow. */
static void not_better(const struct generated_case *one, const struct line_decision *before)
{
    const struct line_decision after = decided(one);
    if (rank(&after) < rank(before))
        fail_msg("case %u: %s became %s", one->seed, line_verdict_text(before->verdict),
                 line_verdict_text(after.verdict));
    worse += rank(&after) > rank(before);
}

static struct ledger_asset *changeable(const struct ledger_asset *asset)
{
    return (struct ledger_asset *)(uintptr_t)asset;
}

/* A trusted gNB is from now on of one of the high-risk vendors. */
static void turn_high_risk(struct generated_case *one)
{
    const struct line_decision before = decided(one);
    const uint32_t index = dice(one->gnbs);
    struct ledger_asset *asset = changeable(ledger_at(one->network.ledger, index));
    if (asset->high_risk)
        return;
    ledger_count(one->network.ledger, index, false);
    asset->high_risk = true;
    asset->vendor = (uint16_t)(1 + dice(2));
    ledger_count(one->network.ledger, index, true);
    not_better(one, &before);
}

static void count_others(const struct generated_case *one, bool counted)
{
    for (unsigned i = 0; i < one->gnbs; i++) {
        const struct ledger_asset *asset = ledger_at(one->network.ledger, i);
        if (asset->high_risk && asset != one->request.asset)
            ledger_count(one->network.ledger, i, counted);
    }
}

/* They were not counted so far, and are not the one that asks. */
static void add_high_risk(struct generated_case *one)
{
    one->request.kind = LINE_NG_SETUP;
    count_others(one, false);
    const struct line_decision before = decided(one);
    count_others(one, true);
    not_better(one, &before);
}

static void raise_share(struct generated_case *one)
{
    if (dice(2))
        one->request.kind = LINE_NG_SETUP;
    const struct line_decision before = decided(one);
    struct line_measured *measured = &one->facts.measured;
    measured->high_risk_bytes += dice((unsigned)(measured->bytes - measured->high_risk_bytes) + 1);
    measured->traffic_known = measured->traffic_known && dice(4);
    not_better(one, &before);
}

static void lose_mitigation(struct generated_case *one)
{
    one->request.kind = dice(2) ? LINE_NG_SETUP : LINE_LEASE;
    const struct line_decision before = decided(one);
    struct ledger_asset *asset = changeable(one->request.asset), kept;
    if (!asset)
        return;
    kept = *asset;
    asset->mitigation = LEDGER_NONE;
    not_better(one, &before);
    *asset = kept;
}

static void age_evidence(struct generated_case *one)
{
    one->request.kind = LINE_NG_SETUP;
    const struct line_decision before = decided(one);
    struct ledger_asset *asset = changeable(one->request.asset), kept;
    if (!asset)
        return;
    kept = *asset;
    asset->reviewed.days -= (int32_t)dice(1000);
    asset->reasoned = asset->reasoned && dice(4);
    not_better(one, &before);
    *asset = kept;
}

/* All mitigations of these networks were approved before the days that are asked about. */
static void wait_for_days(struct generated_case *one)
{
    const struct line_decision before = decided(one);
    if (one->facts.date.days >= ledger_counts(one->network.ledger)->newest.days)
        one->facts.date.days += (int32_t)dice(2000);
    not_better(one, &before);
}

static void break_rules(struct generated_case *one)
{
    const struct line_decision before = decided(one);
    one->request.misfits |= LINE_BIT(CONFIG_N1 + dice(6));
    one->facts.measured.lapsed |= LINE_BIT(CONFIG_L2);
    not_better(one, &before);
}

static void it_is_monotone(void **state)
{
    static void (*const ways[])(struct generated_case *) = {turn_high_risk,  add_high_risk, raise_share,
                                                            lose_mitigation, age_evidence,  wait_for_days,
                                                            break_rules};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        worse = 0;
        for_all(ways[i]);
        if (!worse)
            fail_msg("way %zu makes nothing worse", i);
    }
}

static void closed_without_a_date(struct generated_case *one)
{
    one->request.kind = LINE_NG_SETUP;
    if (dice(2))
        one->facts.date.days = -(int32_t)dice(1000);
    else
        one->facts.measured.last.days = one->facts.date.days + 1 + (int32_t)dice(100);
    const struct line_decision decision = decided(one);
    if (line_allows(&decision) && (!one->request.asset || one->request.asset->high_risk))
        fail_msg("case %u: %s", one->seed, line_verdict_text(decision.verdict));
    assert_int_not_equal(decision.verdict, LINE_ALLOW);
}

static bool limits(const struct config_profile *profile, enum config_rule rule, int32_t today)
{
    for (unsigned i = 0; i < profile->limit_count; i++)
        if (profile->limits[i].rule == rule && profile->limits[i].from.days <= today)
            return true;
    return false;
}

/* Under a profile that limits traffic, nobody high-risk gets in while it is not known: unless the rule is suspended. */
static void closed_without_a_measurement(struct generated_case *one)
{
    one->request.kind = LINE_NG_SETUP;
    one->facts.measured.traffic_known = false;
    const struct config_inventory *inventory = &one->network.config->inventory;
    const struct line_decision decision = decided(one);
    const bool high_risk = !one->request.asset || one->request.asset->high_risk;
    if (line_allows(&decision) && high_risk && !inventory->suspension_count &&
        limits(&inventory->profile, CONFIG_H2, one->facts.date.days))
        fail_msg("case %u: %s", one->seed, line_verdict_text(decision.verdict));
}

static void it_fails_closed(void **state)
{
    (void)state;
    for_all(closed_without_a_date);
    for_all(closed_without_a_measurement);
}

static void append_reasons(const struct line_decision *decision, char *text)
{
    for (unsigned k = 0; k < decision->count; k++) {
        line_reason_text(&decision->reasons[k], text);
        text += strlen(text);
    }
}

static void replays(struct generated_case *one)
{
    char texts[2][LINE_REASONS * LINE_REASON_BYTES] = {0};
    struct line_decision decisions[2];
    unsigned gnbs;
    memset(decisions, 0xa5, sizeof decisions[0]);
    struct network again = one->seed % CASES_A_NETWORK ? one->network : generated(one->seed, &gnbs);
    struct line_facts facts = one->facts;
    struct line_request request = one->request;
    facts.ledger = again.ledger;
    facts.profile = &again.config->inventory.profile;
    request.asset = request.asset ? ledger_find(again.ledger, request.asset->name) : NULL;
    line_decide(&one->facts, &one->request, &decisions[0]);
    line_decide(&facts, &request, &decisions[1]);
    for (unsigned i = 0; i < 2; i++)
        append_reasons(&decisions[i], texts[i]);
    assert_int_equal(decisions[0].verdict, decisions[1].verdict);
    assert_memory_equal(texts[0], texts[1], sizeof texts[0]);
    if (again.ledger != one->network.ledger)
        network_free(&again);
}

static void the_same_in_gives_the_same_bytes_out(void **state)
{
    (void)state;
    for_all(replays);
}

/* All that is trusted is down: what is left of the traffic is high-risk, and what is registered is as it was. */
static void outage(struct generated_case *one)
{
    one->request.kind = LINE_NG_SETUP;
    const struct line_decision before = decided(one);
    one->facts.measured.bytes = one->facts.measured.high_risk_bytes;
    const struct line_decision after = decided(one);
    for (unsigned k = 0; k < before.count; k++)
        if (before.reasons[k].rule == CONFIG_H1) {
            assert_int_equal(before.reasons[k].value, after.reasons[k].value);
            assert_int_equal(before.reasons[k].all, after.reasons[k].all);
            assert_int_equal(before.reasons[k].verdict, after.reasons[k].verdict);
        }
}

static void an_outage_of_trusted_sites_does_not_change_the_ratio(void **state)
{
    (void)state;
    for_all(outage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_refuses_what_breaks_it),
        cmocka_unit_test(high_risk_equipment_within_all_limits_is_admitted_on_conditions),
        cmocka_unit_test(who_is_protected_is_served_by_trusted_cells_only),
        cmocka_unit_test(doubt_keeps_the_protected_away_and_nobody_else),
        cmocka_unit_test(slices_and_data_networks_are_protected_too),
        cmocka_unit_test(a_cell_in_a_sensitive_place_is_refused_unless_it_is_trusted),
        cmocka_unit_test(a_lab_says_what_it_would_refuse),
        cmocka_unit_test(a_clock_that_jumps_makes_the_answer_unknown),
        cmocka_unit_test(it_is_monotone),
        cmocka_unit_test(it_fails_closed),
        cmocka_unit_test(the_same_in_gives_the_same_bytes_out),
        cmocka_unit_test(an_outage_of_trusted_sites_does_not_change_the_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
