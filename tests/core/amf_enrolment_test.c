/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N1: a gNB is who its enrolment says. */
#include "amf_world.h"

#include "core/amf/amf.h"
#include "core/amf/n2.h"

#define DOMAIN   "domains: [{name: test, listen: [127.0.0.5]}]\n"
#define ENROLLED "id: 999/70-00000001, n2: [192.0.2.0/24], areas: [999/70-1], slices: [1]"

#define DOMAIN_ELSEWHERE "domains: [{name: test, listen: ['::1']}, {name: other, listen: ['::2']}]\n"

static struct world world;

/* gNB 0 comes anew from the address, under the inventory. */
static bool comes(const char *inventory, const char *from)
{
    struct core_peer peer = {.edge = "test"};
    world_open(&world);
    world_configure_line(&world, inventory);
    core_association_down(world.core, 100, "test");
    assert_true(address_parse(&peer.address, from, 38412));
    core_association_up(world.core, 100, &peer);
    ran_gnb_setup(&world.gnbs[0]);
    world_run(&world);
    assert_int_not_equal(world.gnb_ready[0], world.gnb_refused[0]);
    return world.gnb_ready[0];
}

static bool admitted(const char *inventory, const char *from)
{
    bool in = comes(inventory, from);
    world_close(&world);
    return in;
}

static void an_enrolled_gnb_is_admitted(void **state)
{
    (void)state;
    assert_true(admitted(DOMAIN "gnbs: [{name: g, domain: test, " ENROLLED "}]", "192.0.2.7"));
    assert_true(admitted(DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1}]", "10.0.0.1"));
    assert_true(
        admitted(DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, areas: [999/70]}]", "10.0.0.1"));
}

static void whoever_is_not_as_enrolled_is_refused(void **state)
{
    static const char *const inventories[] = {
        DOMAIN,
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-00000002}]",
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-000001/24}]",
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/71-00000001}]",
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, n2: [192.0.3.0/24]}]",
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, areas: [999/70-2]}]",
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, areas: [001/01]}]",
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, slices: [2, 1-010203]}]",
        DOMAIN_ELSEWHERE "gnbs: [{name: g, domain: other, id: 999/70-1}]",
        "domains: [{name: other, listen: ['::2']}]\ngnbs: [{name: g, domain: other, id: 999/70-1}]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof inventories / sizeof *inventories; i++)
        if (admitted(inventories[i], "192.0.2.7"))
            fail_msg("admitted: %s", inventories[i]);
}

static void a_lab_lets_strangers_in_as_high_risk(void **state)
{
    (void)state;
    assert_true(comes("profile: lab\nvendors: [{name: any, risk: trusted}]\n" DOMAIN, "192.0.2.7"));
    const struct gnb *gnb = gnb_find(world.core, 100);
    assert_false(gnb->enrolled);
    assert_int_equal(gnb->risk, CONFIG_HIGH_RISK);
    world_close(&world);
    assert_true(comes("profile: lab\nvendors: [{name: any, risk: trusted}]\n" DOMAIN
                      "gnbs: [{name: g, domain: test, " ENROLLED "}]",
                      "192.0.2.7"));
    gnb = gnb_find(world.core, 100);
    assert_true(gnb->enrolled);
    assert_int_equal(gnb->risk, CONFIG_TRUSTED);
    world_close(&world);
}

#define TRUSTED "vendors: [{name: any, risk: trusted}]\n"
#define GNB     "gnbs: [{name: g, domain: test, " ENROLLED "}]\n"

static void the_profile_limits_who_is_admitted(void **state)
{
    (void)state;
    assert_false(admitted("profile: zero\n" DOMAIN GNB, "192.0.2.7"));
    assert_true(admitted("profile: zero\n" TRUSTED DOMAIN GNB, "192.0.2.7"));
    assert_false(admitted("profile: uk-dvd-2022\n" DOMAIN GNB, "192.0.2.7"));
    assert_true(admitted("profile: uk-dvd-2022\n" TRUSTED DOMAIN GNB, "192.0.2.7"));
}

static void who_was_admitted_goes_when_his_lease_ends(void **state)
{
    (void)state;
    assert_true(comes("profile: enrolled\n" DOMAIN GNB, "192.0.2.7"));
    world_configure_line(&world, "profile: zero\n" TRUSTED DOMAIN GNB);
    assert_non_null(gnb_find(world.core, 100));
    world_configure_line(&world, "profile: zero\n" DOMAIN GNB);
    assert_null(gnb_find(world.core, 100));
    world_close(&world);
}

static void an_update_stays_within_the_enrolment(void **state)
{
    static const struct ngap_slice_support_item slice = {.s_nssai = {.sst = 1}};
    static const struct ngap_broadcast_plmn_item plmn = {.plmn_identity = {0x99, 0xf9, 0x07},
                                                         .tai_slice_support_list = {&slice, 1}};
    static const struct ngap_supported_ta_item areas[] = {{.tac = 1, .broadcast_plmn_list = {&plmn, 1}},
                                                          {.tac = 2, .broadcast_plmn_list = {&plmn, 1}}};
    const struct ngap_ran_configuration_update neighbours = {.supported_ta_list = {areas, 2}},
                                               own = {.supported_ta_list = {areas, 1}};
    (void)state;
    assert_true(comes(DOMAIN "gnbs: [{name: g, domain: test, " ENROLLED "}]", "192.0.2.7"));
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &neighbours);
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_FAILURE], 1);
    assert_int_equal(gnb_find(world.core, 100)->area_count, 1);
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &own);
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE], 1);
    world_close(&world);
}

static bool ends_at(const char *address)
{
    struct config_ip end;
    const struct ue nobody = {0};
    assert_true(config_ip_parse(address, &end));
    return amf_admits_tunnel(&nobody, gnb_find(world.core, 100), &end);
}

static void tunnels_end_where_the_enrolment_says_as_it_is_now(void **state)
{
    (void)state;
    assert_true(
        comes(DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, n3: [192.0.2.0/28]}]", "192.0.2.7"));
    assert_true(ends_at("192.0.2.15"));
    assert_false(ends_at("192.0.2.16"));
    assert_false(ends_at("2001:db8::1"));
    assert_int_equal(world.core->metrics.foreign_tunnels, 2);
    world_configure_line(&world, DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1}]");
    assert_true(ends_at("192.0.2.16"));
    world_configure_line(&world, DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, n3: [192.0.3.1/32]}]");
    assert_false(ends_at("192.0.2.15"));
    world_configure_line(&world, "profile: lab\n" DOMAIN
                                 "gnbs: [{name: g, domain: test, id: 999/70-1, n3: [192.0.3.1/32]}]");
    assert_true(ends_at("192.0.2.15"));
    assert_int_equal(world.core->metrics.foreign_tunnels, 4);
    world_close(&world);
}

static bool stays_with(const char *inventory)
{
    world_configure_line(&world, inventory);
    world_run(&world);
    return gnb_find(world.core, 100) != NULL;
}

static void a_reload_that_withdraws_an_enrolment_turns_the_gnb_out(void **state)
{
    static const char *const withdrawn[] = {
        DOMAIN,
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, n2: [192.0.3.0/24]}]",
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, areas: [999/70-2]}]",
        DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, slices: [2]}]",
        DOMAIN_ELSEWHERE "gnbs: [{name: g, domain: other, id: 999/70-1}]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof withdrawn / sizeof *withdrawn; i++) {
        assert_true(comes(DOMAIN "gnbs: [{name: g, domain: test, " ENROLLED "}]", "192.0.2.7"));
        assert_true(stays_with(DOMAIN "gnbs: [{name: renamed, domain: test, " ENROLLED "}]"));
        unsigned told = world.sent[NGAP_ERROR_INDICATION];
        if (stays_with(withdrawn[i]))
            fail_msg("stays: %s", withdrawn[i]);
        assert_int_equal(world.sent[NGAP_ERROR_INDICATION], told + 1);
        assert_true(world.closed[0]);
        world_close(&world);
    }
}

static void a_reload_changes_how_far_a_gnb_is_trusted(void **state)
{
    (void)state;
    assert_true(comes(DOMAIN "gnbs: [{name: g, domain: test, " ENROLLED "}]", "192.0.2.7"));
    assert_true(stays_with("vendors: [{name: any, risk: trusted}]\n" DOMAIN
                           "gnbs: [{name: g, domain: test, " ENROLLED "}]"));
    assert_int_equal(gnb_find(world.core, 100)->risk, CONFIG_TRUSTED);
    assert_true(stays_with("profile: lab\n" DOMAIN));
    assert_int_equal(gnb_find(world.core, 100)->risk, CONFIG_HIGH_RISK);
    assert_false(gnb_find(world.core, 100)->enrolled);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_enrolled_gnb_is_admitted),
        cmocka_unit_test(whoever_is_not_as_enrolled_is_refused),
        cmocka_unit_test(a_lab_lets_strangers_in_as_high_risk),
        cmocka_unit_test(the_profile_limits_who_is_admitted),
        cmocka_unit_test(who_was_admitted_goes_when_his_lease_ends),
        cmocka_unit_test(an_update_stays_within_the_enrolment),
        cmocka_unit_test(tunnels_end_where_the_enrolment_says_as_it_is_now),
        cmocka_unit_test(a_reload_that_withdraws_an_enrolment_turns_the_gnb_out),
        cmocka_unit_test(a_reload_changes_how_far_a_gnb_is_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
