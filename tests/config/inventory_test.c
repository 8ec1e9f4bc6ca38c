/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>

#include "../lab_config.h"

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

static void every_error_says_what_was_expected(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"profile: none", "profile: found none, expected zero, uk-2020-01, uk-dvd-2022, de-2024, enrolled, "
                          "lab, trusted-path, or "},
        {"profile: ./none", "none:1: file: found No such file"},
        {"sites: [{name: s, position: 91 5}]",
         "sites[0].position: found 91 5, expected degrees north and east"},
        {"sites: [{name: s}, {name: s}]", "sites[1]: found the name s twice"},
        {"sensitive: [{name: s, corners: [1 1, 2 2]}]", "sensitive[0]"},
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
        {"suspensions: [{rule: N1, by: me, reason: why, until: 2026-01-02}]",
         "suspensions[0].rule: found N1"},
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
        {"isolation: gnb\n" TWO_GNBS "]",
         "gnbs[0]: found a without listen, expected an N2 address of its own"},
        {TWO_GNBS "]\nneighbourhoods: [{name: n, gnbs: [a, b]}]",
         "neighbourhoods[0]: found gNB b, expected names of gnbs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(parse(cases[i][0]));
        if (!strstr(error.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][1], error.text);
    }
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
        cmocka_unit_test(the_inventory_lies_beside_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
