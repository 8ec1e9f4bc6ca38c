/* SPDX-License-Identifier: Apache-2.0 */
/* Rules L1 and L5 where an inventory is loaded. */
#include "../check.h"

#include <string.h>

#include "../lab_config.h"
#include "config/bundle.h"
#include "line/audit.h"

#define VENDORS                                                                                     \
    "vendors: [{name: own, risk: trusted}, {name: far}]\n"                                          \
    "domains: [{name: o, vendor: own, listen: ['::1']}, {name: f, vendor: far, listen: ['::2']}]\n" \
    "sites: [{name: quay}]\n"
#define KNOWN ", reason: why, reviewed: 2026-06-01, since: 2019-01-01"

struct audited {
    struct config_report report;
    uint32_t broken;
    char first[64]; /* of the broken */
};

static struct audited audited(const char *inventory, const char *date, bool refuses)
{
    struct config_error error;
    struct audited found = {0};
    struct config *config = lab_config("", inventory, &error);
    if (!config)
        fail_msg("%s", error.text);
    struct ledger *ledger = ledger_new(&config->inventory, &found.report);
    struct line_facts facts = {.ledger = ledger, .profile = &config->inventory.profile};
    assert_true(config_date_parse(date, &facts.date));
    const struct line_audit audit = line_audit(&facts, refuses, &found.report);
    found.broken = audit.broken;
    snprintf(found.first, sizeof found.first, "%s", audit.first ? audit.first->name : "");
    ledger_free(ledger);
    config_free(config);
    return found;
}

/* An asset (behind line 5 of the inventory), and what is said of it as an error or as a warning; "": nothing. */
static void each_asset_is_judged_with_its_line(void **state)
{
    static const struct {
        const char *profile, *asset, *date, *error, *warning;
    } cases[] = {
        {"uk-2020-01", "{name: x, kind: host, vendor: far, class: core" KNOWN "}", "2026-11-01",
         "inventory:6: class: found x, expected what rule L1 of uk-2020-01 allows: high-risk equipment may "
         "not be of "
         "class core",
         ""},
        {"uk-2020-01", "{name: x, kind: management, vendor: far, class: management" KNOWN "}", "2026-11-01",
         "", ""},
        {"de-2024", "{name: x, kind: management, vendor: far, class: management" KNOWN "}", "2026-11-01", "",
         "class: found x, expected what rule L1 of de-2024 allows: high-risk equipment may not be of class "
         "management; "
         "refused from 2029-12-31 on"},
        {"zero", "{name: x, kind: link, vendor: far, class: transport" KNOWN "}", "2026-11-01",
         "high-risk equipment may not be of class transport", ""},
        {"zero", "{name: x, kind: link, vendor: own, class: transport" KNOWN "}", "2026-11-01", "", ""},
        {"lab", "{name: x, kind: host, vendor: far, class: core" KNOWN "}", "2026-11-01", "",
         "expected what rule L1 of lab allows"},
        {"enrolled", "{name: x, kind: host, vendor: far, class: core}", "2026-11-01", "", ""},
        {"uk-2020-01", "{name: x, kind: host, vendor: far, class: access}", "2026-11-01",
         "reason: found x, expected what rule L5 of uk-2020-01 allows: no reason is given for its class", ""},
        {"uk-2020-01", "{name: x, kind: host, vendor: far, class: access" KNOWN "}", "2027-07-01",
         "reviewed: found x, expected what rule L5", ""},
        {"uk-2020-01", "{name: x, kind: host, vendor: own, class: core}", "2026-11-01", "",
         "reason: found x, expected what rule L5"},
        {"uk-2020-01", "{name: x, kind: host, vendor: own, class: core" KNOWN "}", "2027-07-01", "",
         "was not reviewed within 12 months (last: 2026-06-01)"},
        {"uk-2020-01", "{name: x, kind: gnb, vendor: far, class: core" KNOWN "}", "2026-11-01",
         "class: found x, expected what rule L1", ""},
        {"uk-2020-01", "{name: x, kind: gnb, vendor: far, class: access}", "2026-11-01", "",
         "reason: found x, expected what rule L5"},
        {"enrolled", "{name: x, kind: host, vendor: own, class: core, reason: why, reviewed: 2027-01-01}",
         "2026-11-01", "", "reviewed: found x, of a day to come"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        snprintf(text, sizeof text, "profile: %s\n" VENDORS "assets:\n  - %s\n", cases[i].profile,
                 cases[i].asset);
        const struct audited found = audited(text, cases[i].date, true);
        if (!strstr(found.report.first, cases[i].error) || !*cases[i].error != !found.report.errors ||
            !strstr(found.report.warned, cases[i].warning) || !*cases[i].warning != !found.report.warnings)
            fail_msg("case %zu: %u %s; %s", i, found.report.errors, found.report.first, found.report.warned);
        assert_int_equal(found.broken, found.report.errors != 0);
    }
}

static void what_was_accepted_is_only_warned_of(void **state)
{
    (void)state;
    const struct audited found = audited("profile: uk-2020-01\n" VENDORS
                                         "assets: [{name: x, kind: host, vendor: far, class: core" KNOWN
                                         "}, {name: y, kind: host, vendor: "
                                         "far, class: core" KNOWN "}]\n",
                                         "2026-11-01", false);
    assert_int_equal(found.report.errors, 0);
    assert_int_equal(found.report.warnings, 2);
    assert_int_equal(found.broken, 2);
    assert_string_equal(found.first, "x");
}

static void a_suspension_lets_it_by_and_one_that_is_over_is_told(void **state)
{
    static const char text[] =
        "profile: uk-2020-01\n" VENDORS "assets: [{name: x, kind: host, vendor: far, class: core" KNOWN "}]\n"
        "suspensions: [{rule: L1, by: me, reason: why, until: 2026-12-01}]\n";
    (void)state;
    struct audited found = audited(text, "2026-11-30", true);
    assert_int_equal(found.report.errors, 0);
    assert_non_null(strstr(found.report.warned, "suspended (K2) until 2026-12-01 by me: why"));
    found = audited(text, "2026-12-01", true);
    assert_int_equal(found.report.errors, 1);
    assert_non_null(strstr(found.report.warned, "inventory:6: suspensions[0].until: found 2026-12-01"));
}

static void who_is_nowhere_is_named_where_there_are_sensitive_places(void **state)
{
    (void)state;
    const struct audited found =
        audited("profile: enrolled\n" VENDORS "sensitive: [{name: s, corners: [1 1, 2 2, 3 1]}]\n"
                "gnbs:\n  - {name: a, domain: f, id: 999/70-1, site: quay}\n  - {name: b, domain: o, id: "
                "999/70-2}\n",
                "2026-11-01", true);
    assert_int_equal(found.report.errors, 0);
    assert_string_equal(
        found.report.warned,
        "inventory:7: site: found a, expected what rule H3 of enrolled allows: where it is is not "
        "known, and there are sensitive places\n");
}

static void of_many_the_first_are_named_and_the_others_counted(void **state)
{
    char text[8192] = "profile: zero\n" VENDORS "assets:\n";
    (void)state;
    for (unsigned i = 0; i < 50; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "  - {name: x%u, kind: host, vendor: far, class: core" KNOWN "}\n", i);
    const struct audited found = audited(text, "2026-11-01", true);
    assert_int_equal(found.broken, 50);
    assert_true(found.report.errors > 20 && found.report.errors < 25);
}

/* A base station that is core by its place is loaded until the regulation is in force, and not from then on; another one stays. */
static void the_example_of_critical_parts_says_what_it_is_to_show(void **state)
{
    struct config_error error;
    struct config *config = config_parse("", 0, "test", &error);
    struct config_bundle *bundle = config_bundle_open(SOURCE "/share/examples/finland-line.yaml", &error);
    struct config_report before = {0}, after = {0};
    (void)state;
    assert_non_null(config);
    if (!bundle || !config_take_inventory(config, bundle, &error))
        fail_msg("%s", error.text);
    struct ledger *ledger = ledger_new(&config->inventory, &before);
    struct line_facts facts = {.ledger = ledger, .profile = &config->inventory.profile};
    assert_true(config_date_parse("2026-12-18", &facts.date));
    assert_int_equal(line_audit(&facts, true, &before).broken, 0);
    assert_int_equal(before.warnings, 1);
    assert_non_null(strstr(before.warned, "found harbour-1, expected what rule L1 of ./finland.yaml allows"));
    facts.date.days++;
    assert_int_equal(line_audit(&facts, true, &after).broken, 1);
    assert_int_equal(after.errors, 1);
    assert_int_equal(after.warnings, 0);
    ledger_free(ledger);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_asset_is_judged_with_its_line),
        cmocka_unit_test(the_example_of_critical_parts_says_what_it_is_to_show),
        cmocka_unit_test(what_was_accepted_is_only_warned_of),
        cmocka_unit_test(a_suspension_lets_it_by_and_one_that_is_over_is_told),
        cmocka_unit_test(who_is_nowhere_is_named_where_there_are_sensitive_places),
        cmocka_unit_test(of_many_the_first_are_named_and_the_others_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
