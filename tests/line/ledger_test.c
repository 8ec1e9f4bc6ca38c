/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger: counted as it is entered, from the inventory and from files. */
#include "../check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lab_config.h"
#include "line/ledger.h"

#define VENDORS                                                                                     \
    "vendors: [{name: own, risk: trusted}, {name: far}]\n"                                          \
    "domains: [{name: o, vendor: own, listen: ['::1']}, {name: f, vendor: far, listen: ['::2']}]\n" \
    "sites: [{name: quay}, {name: pier}]\n"

static char folder[] = "/tmp/demarc-ledger-XXXXXX", file[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(file, sizeof file, "%s/assets.csv", mkdtemp(folder) ? folder : "");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

static void write_assets(const char *text)
{
    FILE *to = fopen(file, "w");
    assert_non_null(to);
    fputs(text, to);
    fclose(to);
}

/* With the file of assets; NULL: the first complaint is in the report. */
static struct ledger *ledger_from(const char *inventory, struct config **config, struct config_report *report)
{
    char text[2048];
    struct config_error error;
    snprintf(text, sizeof text, "profile: lab\nassets_from: [%s]\n%s%s", file, VENDORS, inventory);
    *config = lab_config("", text, &error);
    if (!*config)
        fail_msg("%s", error.text);
    *report = (struct config_report){0};
    return ledger_new(&(*config)->inventory, report);
}

static void rows_and_enrolments_are_counted_alike(void **state)
{
    struct config *config;
    struct config_report report;
    (void)state;
    write_assets("name,kind,vendor,class,site,reason\r\n"
                 "far1,gnb,far,access,quay,\"in plain, and \"\"quoted\"\"\"\n"
                 "\n# a remark\n"
                 "far2,gnb,far,access,,\n"
                 "brain,function,far,core,,\n");
    struct ledger *ledger =
        ledger_from("gnbs: [{name: a, domain: o, id: 999/70-1, site: quay}]\n", &config, &report);
    if (!ledger)
        fail_msg("%s", report.first);
    const struct ledger_counts *counts = ledger_counts(ledger);
    assert_int_equal(counts->assets, 4);
    assert_int_equal(counts->high_risk, 3);
    assert_int_equal(counts->sites, 2);
    assert_int_equal(counts->high_risk_sites, 2);
    assert_int_equal(counts->ran_vendors, 2);
    assert_int_equal(counts->high_risk_of_class[CONFIG_CORE], 1);
    assert_true(ledger_find(ledger, "far1")->reasoned);
    assert_false(ledger_find(ledger, "far2")->reasoned);
    assert_null(ledger_find(ledger, "nobody"));
    ledger_free(ledger);
    config_free(config);
}

static void leaving_takes_back_what_entering_counted(void **state)
{
    struct config *config;
    struct config_report report;
    struct ledger_counts with[2];
    (void)state;
    write_assets(
        "name,kind,vendor,class,site\nx,gnb,far,access,quay\ny,gnb,own,access,quay\nz,gnb,far,access,\n");
    struct ledger *ledger = ledger_from("", &config, &report);
    assert_non_null(ledger);
    for (uint32_t i = 0; i < ledger_size(ledger); i++) {
        const struct ledger_counts before = *ledger_counts(ledger);
        with[0] = ledger_with(ledger, ledger_at(ledger, i));
        ledger_count(ledger, i, false);
        with[1] = ledger_with(ledger, ledger_at(ledger, i));
        assert_int_equal(ledger_counts(ledger)->assets, before.assets - 1);
        ledger_count(ledger, i, true);
        assert_memory_equal(&before, ledger_counts(ledger), sizeof before);
        assert_memory_equal(&with[0], &before, sizeof before);
        assert_memory_equal(&with[1], &before, sizeof before);
    }
    ledger_count(ledger, 0, false);
    assert_int_equal(ledger_counts(ledger)->sites, 2);
    assert_int_equal(ledger_counts(ledger)->high_risk_sites, 1);
    ledger_free(ledger);
    config_free(config);
}

static void what_contradicts_itself_is_named_with_file_and_line(void **state)
{
    static const char *const cases[][2] = {
        {"name,kind,vendor,class\nx,gnb,far,access\nx,link,own,core\n",
         "assets.csv:3: name: found the asset x twice"},
        {"name,kind,vendor,class\nx,gnb,who,access\n",
         "assets.csv:2: vendor: found who, expected one of vendors"},
        {"name,kind,vendor,class,site\nx,gnb,far,access,hill\n",
         "assets.csv:2: site: found hill, expected one of sites"},
        {"name,kind,vendor,class,site,to\nx,link,far,transport,quay,hill\n",
         "assets.csv:2: to: found hill, expected one of sites"},
        {"name,kind,vendor,class,site,to\nx,link,far,transport,quay,quay\n",
         "assets.csv:2: to: found x with one end"},
        {"name,kind,vendor,class,site,to\nx,host,far,transport,quay,pier\n",
         "assets.csv:2: to: found x, which is no link, with another end"},
        {"name,kind,vendor,class\nx,gnb,far\n", "assets.csv:2: row: found fewer cells"},
        {"name,kind,vendor,klass\n", "assets.csv:1: file: found klass, expected columns named as the keys"},
        {"name,kind,vendor\n", "assets.csv:1: class: found no such column"},
        {"name,kind,vendor,class,reviewed\nx,gnb,far,access,soon\n",
         "assets.csv:2: reviewed: found soon, expected a day"},
        {"name,kind,vendor,class\na,gnb,far,access\n", "assets.csv:2: name: found the asset a twice"},
        {"name,kind,vendor,class,id\nx,gnb,far,access,999/70-1\n",
         "assets.csv:2: id: found 999/70-00000001 twice, expected an identity of its own"},
        {"name,kind,vendor,class,n3\nx,link,far,access,192.0.2.0/24\n",
         "assets.csv:2: id: found x, which is no gNB"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *config;
        struct config_report report;
        write_assets(cases[i][0]);
        assert_null(ledger_from("gnbs: [{name: a, domain: o, id: 999/70-1}]\n", &config, &report));
        if (!strstr(report.first, cases[i][1]))
            fail_msg("%s: %s", cases[i][1], report.first);
        config_free(config);
    }
}

static unsigned links_at(const struct ledger *ledger, const char *gnb)
{
    unsigned count = 0;
    for (uint32_t end = ledger_first_end(ledger, ledger_find(ledger, gnb)); end != LEDGER_NONE;
         end = ledger_next_end(ledger, end)) {
        assert_int_equal(ledger_link_of(ledger, end)->kind, CONFIG_LINK);
        count++;
    }
    return count;
}

static void a_link_is_at_both_its_ends(void **state)
{
    struct config *config;
    struct config_report report;
    (void)state;
    write_assets("name,kind,vendor,class,site,to\nspan,link,far,transport,quay,pier\n"
                 "uplink,link,own,transport,pier,\nloose,link,own,transport,,\nx,gnb,far,access,pier,\n");
    struct ledger *ledger =
        ledger_from("gnbs: [{name: a, domain: o, id: 999/70-1, site: quay}]\n", &config, &report);
    if (!ledger)
        fail_msg("%s", report.first);
    assert_int_equal(links_at(ledger, "a"), 1);
    assert_int_equal(links_at(ledger, "x"), 2);
    ledger_free(ledger);
    config_free(config);
}

static void each_asset_tells_where_it_is_written(void **state)
{
    struct config *config;
    struct config_report report;
    (void)state;
    write_assets("name,kind,vendor,class\n\nx,host,own,core\n");
    struct ledger *ledger = ledger_from("gnbs:\n  - {name: a, domain: o, id: 999/70-1}\n", &config, &report);
    assert_non_null(ledger);
    assert_string_equal(ledger_file_of(ledger, ledger_find(ledger, "a")), "inventory");
    assert_int_equal(ledger_find(ledger, "a")->line, 7);
    assert_string_equal(ledger_file_of(ledger, ledger_find(ledger, "x")), file);
    assert_int_equal(ledger_find(ledger, "x")->line, 3);
    ledger_free(ledger);
    config_free(config);
}

static void each_of_several_errors_is_reported(void **state)
{
    struct config *config;
    struct config_report report;
    (void)state;
    write_assets("name,kind,vendor,class\nx,gnb,who,access\ny,gnb,far,access\nz,what,far,access\n");
    assert_null(
        ledger_from("mitigations: [{name: m, assets: [w], approved_by: me, approved: 2026-01-01, expires: "
                    "2027-01-01}]\n",
                    &config, &report));
    assert_int_equal(report.errors, 2);
    config_free(config);
}

static bool ends(const struct ledger *ledger, const char *id, const char *address)
{
    struct config_gnb_id gnb;
    struct config_ip ip;
    return config_gnb_id_parse(id, &gnb) && config_ip_parse(address, &ip) &&
           ledger_gnb_ends(ledger, gnb, &ip);
}

static const char *called(const struct ledger *ledger, const char *id)
{
    struct config_gnb_id gnb;
    const struct ledger_asset *asset = config_gnb_id_parse(id, &gnb) ? ledger_gnb(ledger, gnb) : NULL;
    return asset ? asset->name : "nobody";
}

static void gnbs_are_known_by_their_identity_and_end_tunnels_where_it_is_said(void **state)
{
    struct config *config;
    struct config_report report;
    (void)state;
    write_assets("name,kind,vendor,class,id,n3\n"
                 "x,gnb,far,access,999/70-2,192.0.2.0/28\n"
                 "y,gnb,far,access,999/70-3,\n"
                 "z,gnb,far,access,,192.0.2.0/24\n");
    struct ledger *ledger =
        ledger_from("gnbs:\n  - {name: a, domain: o, id: 999/70-1, n3: [192.0.2.32/32, '2001:db8::/64']}\n"
                    "  - {name: b, domain: o, id: 999/70-4}\n",
                    &config, &report);
    assert_non_null(ledger);
    assert_string_equal(called(ledger, "999/70-1"), "a");
    assert_string_equal(called(ledger, "999/70-2"), "x");
    assert_string_equal(called(ledger, "999/70-2/22"), "nobody");
    assert_string_equal(called(ledger, "999/71-2"), "nobody");
    assert_true(ends(ledger, "999/70-1", "192.0.2.32") && ends(ledger, "999/70-1", "2001:db8::7"));
    assert_false(ends(ledger, "999/70-1", "192.0.2.33"));
    assert_true(ends(ledger, "999/70-2", "192.0.2.15"));
    assert_false(ends(ledger, "999/70-2", "192.0.2.16"));
    /* nobody has said where: no bounds is not anywhere */
    assert_false(ends(ledger, "999/70-3", "192.0.2.1") || ends(ledger, "999/70-4", "192.0.2.1") ||
                 ends(ledger, "999/70-5", "192.0.2.1"));
    ledger_free(ledger);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_enrolments_are_counted_alike),
        cmocka_unit_test(leaving_takes_back_what_entering_counted),
        cmocka_unit_test(what_contradicts_itself_is_named_with_file_and_line),
        cmocka_unit_test(a_link_is_at_both_its_ends),
        cmocka_unit_test(each_asset_tells_where_it_is_written),
        cmocka_unit_test(each_of_several_errors_is_reported),
        cmocka_unit_test(gnbs_are_known_by_their_identity_and_end_tunnels_where_it_is_said),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
