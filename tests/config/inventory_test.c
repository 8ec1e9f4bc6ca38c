/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>

#include "../lab_config.h"
#include "config/schema.h"
#include "kit/timers.h"

static struct config_error error;

static struct config *parse(const char *inventory)
{
    return lab_config("", inventory, &error);
}

static void without_an_inventory_nobody_is_enrolled(void **state)
{
    (void)state;
    struct config *config = config_parse("", 0, "test", &error);
    assert_string_equal(config->inventory.profile.name, "zero");
    assert_false(config->inventory.profile.records_only);
    assert_int_equal(config->inventory.gnb_count, 0);
    assert_int_equal(config->inventory.vendors[0].risk, CONFIG_HIGH_RISK);
    assert_int_equal(config->edge_count, 1);
    assert_string_equal(config->edges[0].name, "default");
    assert_string_equal(config->edges[0].domain->vendor, "any");
    config_free(config);
}

static void the_example_file_shows_every_key(void **state)
{
    (void)state;
    struct config *config = config_load(SOURCE "/demarc.yaml", &error);
    assert_non_null(config);
    assert_true(config->inventory.profile.records_only);
    char *text, file[65536];
    size_t size;
    FILE *to = open_memstream(&text, &size), *from = fopen(SOURCE "/line.yaml", "r");
    config_print_inventory(config, to);
    fclose(to);
    assert_non_null(from);
    file[fread(file, 1, sizeof file - 1, from)] = '\0';
    fclose(from);
    assert_string_equal(text, file);
    free(text);
    config_free(config);
}

static void a_gnb_each_has_an_edge_where_they_are_isolated(void **state)
{
    (void)state;
    struct config *config =
        parse("isolation: gnb\n"
              "gnbs:\n"
              "  - {name: pier, domain: default, id: 999/70-1, listen: [127.0.0.8]}\n"
              "  - {name: quay, domain: default, id: 999/70-3fffff/22, listen: ['::1']}\n");
    assert_non_null(config);
    assert_int_equal(config->edge_count, 2);
    assert_string_equal(config->edges[1].name, "quay");
    assert_ptr_equal(config->edges[1].domain, &config->inventory.domains[0]);
    assert_int_equal(address_port(config->edges[1].listen), 38412);
    assert_int_equal(config->inventory.gnbs[1].id.bits, 22);
    config_free(config);
}

#define TWO_GNBS "gnbs: [{name: a, domain: default, id: 999/70-1}, "

/* What is written, and what is said of it. */
static const char *const wrong[][2] = {
    {"profile: none", "profile: found none, expected zero, uk-2020-01, uk-dvd-2022, de-2024, enrolled, "
                      "lab, trusted-path, or "},
    {"profile: ./none", "none:1: file: found No such file"},
    {"sites: [{name: s, position: 91 5}]", "sites[0].position: found 91 5, expected degrees north and east"},
    {"sites: [{name: s}, {name: s}]", "sites[1]: found the name s twice"},
    {"sensitive: [{name: s, corners: [1 1, 2 2]}]", "sensitive[0]"},
    {"sensitive: [{name: s, corners: [1 1, 2 2, 3 3, 2 2]}]",
     "sensitive[0]: found s, whose corners lie in a line"},
    {"sensitive: [{name: s, corners: [1 1, 2 2, 3 1]}, {name: s, corners: [1 1, 2 2, 3 1]}]",
     "sensitive[1]: found the name s twice"},
    {"vendors: [{name: v}, {name: v, risk: trusted}]", "vendors[1]: found the name v twice"},
    {"partners: [{name: p}, {name: p}]", "partners[1]: found the name p twice"},
    {"recipients: [{name: r}, {name: r}]", "recipients[1]: found the name r twice"},
    {"recipients: [{name: r, partner: p}]", "recipients[0]: found partner p, expected one of partners"},
    {"authorised: [{name: j, key: a+00000000+A}, {name: j, key: b+00000000+A}]",
     "authorised[1]: found the name j twice"},
    {"authorised: [{name: j, key: a+00000000+A}, {name: k, key: a+00000000+A}]",
     "authorised[1]: found the key a+00000000+A twice, expected a key of its own for each"},
    {"sites_from: [a.csv, a.csv]", "sites_from[1]: found the name a.csv twice, expected each once"},
    {"ran_port: {management: [{name: m, source: 192.0.2.0/24, destination: '::1/128'}]}",
     "found m from one family to another"},
    {"assets: [{name: a, kind: host, vendor: any, class: core, site: s, to: t}]",
     "assets[0]: found a, which is no link, with another end"},
    {"assets: [{name: a, kind: link, vendor: any, class: transport, to: t}]",
     "assets[0]: found a with one end"},
    {"assets: [{name: a, kind: link, vendor: any, class: transport, site: t, to: t}]",
     "assets[0]: found a with one end"},
    {"assets: [{name: a, kind: link, vendor: any, class: core}, {name: a, kind: host, vendor: any, "
     "class: "
     "core}]",
     "assets[1]: found the name a twice"},
    {"mitigations: [{name: m, domains: [default, default], approved_by: me, approved: 2026-01-01, "
     "expires: "
     "2026-01-02}]",
     "mitigations[0].domains[1]: found the name default twice"},
    {"assets: [{name: a, kind: link, vendor: who, class: core}]", "assets[0]: found vendor who"},
    {"assets: [{name: a, kind: link, vendor: any, class: core, reviewed: 2026-02-29}]",
     "assets[0].reviewed: found 2026-02-29, expected a day"},
    {TWO_GNBS "]\nassets: [{name: a, kind: gnb, vendor: any, class: core}]",
     "assets[0]: found a, which is a gNB"},
    {"protected: {subscribers: [99970x]}", "found 99970x, expected an IMSI"},
    {"mitigations: [{name: m, domains: [default], approved_by: me, approved: 2026-01-02, expires: "
     "2026-01-02}]",
     "mitigations[0]: found m, which expires before it is approved"},
    {"mitigations: [{name: m, approved_by: me, approved: 2026-01-02, expires: 2026-02-02}]",
     "mitigations[0]: found m, which is for nothing"},
    {"labels: [{name: l, originator: us, releasable_to: [them]}]", "labels[0]: found partner them"},
    {"labels: [{name: l, originator: us, releasable_to: [], withheld_from: [them]}]",
     "labels[0]: found partner them"},
    {"labels: [{name: l, originator: us, releasable_to: [], derived_from: [l]}]",
     "labels[0]: found l, expected labels before it"},
    {"partners: [{name: p, profile: none}]", "partners[0].profile: found none"},
    {"suspensions: [{rule: N1, by: me, reason: why, until: 2026-01-02}]", "suspensions[0].rule: found N1"},
    {"suspensions: [{rule: H1, by: me, reason: why}]", "suspensions[0].until: found nothing"},
    {"domains: [{name: a, vendor: who, listen: ['::1']}]",
     "domains[0]: found vendor who, expected one of vendors"},
    {"domains: [{name: a, listen: ['::1']}, {name: b, listen: ['::1']}]",
     "domains[1]: found [::1]:38412 twice, expected an N2 address of its own for each"},
    {TWO_GNBS "{name: a, domain: default, id: 999/70-2}]",
     "gnbs[1]: found the name a twice, expected a name of its own for each"},
    {TWO_GNBS "{name: b, domain: default, id: 999/70-00000001}]",
     "gnbs[1]: found 999/70-00000001 twice, expected an identity of its own for each"},
    {"gnbs: [{name: a, domain: default, id: 999/70-1, certificates: [CN=a]}]",
     "gnbs[0]: found certificates of a, expected security_gateway.vici, which tells whose certificate "
     "there is"},
    {"security_gateway: {vici: /run/v, required: true}\n" TWO_GNBS
     "{name: b, domain: default, id: 999/70-2}]",
     "gnbs[0]: found a without certificates, expected them, as security_gateway.required is true"},
    {TWO_GNBS "{name: b, domain: north, id: 999/70-2}]",
     "gnbs[1]: found domain north, expected one of domains"},
    {TWO_GNBS "{name: b, domain: default, id: 999/70-400000/22}]",
     "gnbs[1].id: found 999/70-400000/22, expected MCC/MNC and gNB ID"},
    {"isolation: gnb\n" TWO_GNBS "]", "gnbs[0]: found a without listen, expected an N2 address of its own"},
    {TWO_GNBS "{name: b, domain: default, id: 999/70-2, covers: [s, s]}]",
     "gnbs[1].covers[1]: found the name s twice"},
    {TWO_GNBS "]\nneighbourhoods: [{name: n, gnbs: [a, a]}]",
     "neighbourhoods[0].gnbs[1]: found the name a twice"},
    {TWO_GNBS "]\nneighbourhoods: [{name: n, gnbs: [a, b]}]",
     "neighbourhoods[0]: found gNB b, expected names of gnbs"},
};

static void every_error_says_what_was_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (parse(wrong[i][0]))
            fail_msg("taken: %s", wrong[i][0]);
        if (!strstr(error.text, wrong[i][1]))
            fail_msg("%s: %s", wrong[i][1], error.text);
    }
}

static void who_is_protected_from_nothing_is_named(void **state)
{
    static const char *const cases[][2] = {
        {"\n\nprotected: {slices: [1, 2-010203]}",
         ":4: protected.slices: found 2-010203, expected a slice of network.plmns or of one of gnbs"},
        {"protected: {data_networks: [Internet, police]}",
         "protected.data_networks: found police, expected one of data_networks"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config_report report = {0};
        struct config *config = parse(cases[i][0]);
        assert_non_null(config);
        assert_false(config_agrees(config, &report));
        assert_int_equal(report.errors, 1);
        if (!strstr(report.first, cases[i][1]))
            fail_msg("%s: %s", cases[i][1], report.first);
        config_free(config);
    }
}

static void what_other_cores_have_may_be_protected(void **state)
{
    struct config_report report = {0};
    (void)state;
    struct config *config = lab_config("peers: [{name: b, address: 10.0.0.2, amf_pointer: 1}]\n",
                                       "protected: {slices: [2], data_networks: [police]}\n", &error);
    assert_non_null(config);
    assert_true(config_agrees(config, &report));
    assert_int_equal(report.warnings, 2);
    assert_non_null(strstr(report.warned, "found police, expected one of data_networks, if no other core's"));
    config_free(config);
    config =
        parse(TWO_GNBS "{name: b, domain: default, id: 999/70-2, slices: [2]}]\nprotected: {slices: [2]}");
    assert_non_null(config); /* a gNB offers it */
    config_free(config);
}

static void a_profile_is_held_to_what_its_rules_know(void **state)
{
    static const char *const cases[][2] = {
        {"{rule: H3, most: 1}", "rules[0]: found most of rule H3"},
        {"{rule: H1, most: 101}", "rules[0]: found more than 100 percent of rule H1"},
        {"{rule: H1, classes: [core]}", "rules[0]: found classes of rule H1"},
        {"{rule: H5, age: new, from: 2026-01-01}", "rules[0]: found age of rule H5"},
        {"{rule: H7, age: new}", "rules[0]: found age: new without from"},
        {"{rule: H2, scope: path}", "rules[0]: found scope of rule H2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        struct config_profile profile;
        struct arena memory;
        arena_init(&memory, 0);
        const int length = snprintf(text, sizeof text, "title: t\nrules: [%s]\n", cases[i][0]);
        const struct config_part part = {.name = "t", .path = "t", .text = text, .length = (size_t)length};
        assert_false(config_read_profile_part(&part, &profile, &memory, &error));
        if (!strstr(error.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][1], error.text);
        arena_free(&memory);
    }
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void the_stricter_quorum_holds(void **state)
{
    static const struct {
        const char *yaml, *profile;
        unsigned quorum;
        int64_t within;
    } cases[] = {
        {"", "", 0, SECONDS(60)},
        {"", "quorum: 2\n", 2, SECONDS(60)},
        {"recorder: {quorum: 3, quorum_within: 10s}\n", "quorum: 2\nquorum_within: 30s\n", 3, SECONDS(10)},
        {"recorder: {quorum: 1}\n", "quorum: 2\nquorum_within: 30s\n", 2, SECONDS(30)},
    };
    char folder[] = "/tmp/demarc-quorum-XXXXXX", profile[64], text[128], inventory[128];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(profile, sizeof profile, "%s/own.yaml", folder);
    snprintf(inventory, sizeof inventory, "profile: %s\n", profile);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "title: own\n%s", cases[i].profile);
        write_text(profile, text);
        struct config *config = lab_config(cases[i].yaml, inventory, &error);
        if (!config)
            fail_msg("%s", error.text);
        assert_int_equal(config->recorder.quorum, cases[i].quorum);
        assert_int_equal(config->recorder.quorum_within, cases[i].within);
        struct config_report report = {0};
        assert_true(config_agrees(config, &report));
        assert_int_equal(report.warnings, cases[i].quorum > 0); /* there are no witnesses */
        config_free(config);
    }
    remove(profile);
    remove(folder);
}

static void the_inventory_lies_beside_the_configuration(void **state)
{
    (void)state;
    char folder[] = "/tmp/demarc-inventory-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/demarc.yaml", folder);
    FILE *file = fopen(path, "w");
    fputs("line: {inventory: other.yaml}\n", file);
    fclose(file);
    assert_null(config_load(path, &error));
    assert_non_null(strstr(error.text, "/other.yaml:1: file: found No such file"));
    char other[64];
    snprintf(other, sizeof other, "%s/other.yaml", folder);
    file = fopen(other, "w");
    fputs("profile: lab\n", file);
    fclose(file);
    struct config *config = config_load(path, &error);
    assert_non_null(config);
    assert_true(config->inventory.profile.records_only);
    config_free(config);
    remove(other);
    remove(path);
    remove(folder);
}

static void the_first_budget_that_fits_holds(void **state)
{
    (void)state;
    struct config *config = parse("profile: enrolled\n"
                                  "budgets: [{domain: default, messages: 7}, {domain: any, messages: 9}]\n");
    assert_non_null(config);
    assert_int_equal(config_budget_of(&config->inventory, "default").messages, 7);
    assert_int_equal(config_budget_of(&config->inventory, "other").messages, 9);
    config_free(config);
    config = parse("budgets: []\n");
    assert_int_equal(config_budget_of(&config->inventory, "default").messages, 0);
    config_free(config);
    config = parse("profile: lab\nbudgets: [{domain: any, arrivals: 7, transactions: 8}]\n");
    assert_int_equal(config_budget_of(&config->inventory, "default").arrivals, 0);
    assert_int_equal(config_budget_of(&config->inventory, "default").transactions, 8);
    config_free(config);
    assert_null(parse("budgets: [{domain: nobody}]\n"));
    assert_null(parse("budgets: [{domain: any}, {domain: any}]\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_budget_that_fits_holds),
        cmocka_unit_test(without_an_inventory_nobody_is_enrolled),
        cmocka_unit_test(the_example_file_shows_every_key),
        cmocka_unit_test(a_gnb_each_has_an_edge_where_they_are_isolated),
        cmocka_unit_test(every_error_says_what_was_expected),
        cmocka_unit_test(who_is_protected_from_nothing_is_named),
        cmocka_unit_test(what_other_cores_have_may_be_protected),
        cmocka_unit_test(a_profile_is_held_to_what_its_rules_know),
        cmocka_unit_test(the_stricter_quorum_holds),
        cmocka_unit_test(the_inventory_lies_beside_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
