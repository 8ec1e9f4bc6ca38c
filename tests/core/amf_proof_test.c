/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N1 where N2 comes through IPsec: a gNB has the certificate that it is enrolled with. A stand-in plays the gateway. */
#include "amf_world.h"

#include "line/gateway.h"

#define GATEWAY "security_gateway: {vici: /run/v, grace: 12s}\n"
#define DOMAIN  "domains: [{name: test, listen: [127.0.0.5]}]\n"
#define GNB     "gnbs: [{name: g, domain: test, id: 999/70-1, certificates: [CN=g]}]\n"

enum { ASSOCIATION = 100 };

static struct world world;
static struct arena arena;
static uint64_t asked;
static unsigned questions;

static void note_question(void *context, uint64_t question)
{
    (void)context;
    asked = question;
    questions++;
}

static struct bytes text(const char *from)
{
    return bytes_of(from, strlen(from));
}

/* The gateway answers the question: behind 192.0.2.7 there is that certificate; "": nobody. */
static void answer(uint64_t question, const char *identity)
{
    struct vici_selector here = {.text = text("127.0.0.5/32")}, there = {.text = text("192.0.2.7/32")};
    struct vici_child child = {.state = text("INSTALLED"), .local = &here, .remote = &there};
    const struct vici_sa sa = {.state = text("ESTABLISHED"), .remote_id = text(identity), .children = &child};
    struct gateway_view view = {0};
    arena_reset(&arena);
    if (*identity)
        assert_true(gateway_take(&view, &arena, &sa));
    core_gateway(world.core, question, &view);
    world_run(&world);
}

/* gNB 0 comes from 192.0.2.7 and asks for NG Setup. */
static void comes(const char *inventory)
{
    struct core_peer peer = {.edge = "test"};
    world_open(&world);
    world.core->ports.gateway = note_question;
    questions = 0;
    world_configure_line(&world, inventory);
    core_association_down(world.core, ASSOCIATION, "test");
    assert_true(address_parse(&peer.address, "192.0.2.7", 38412));
    core_association_up(world.core, ASSOCIATION, &peer);
    ran_gnb_setup(&world.gnbs[0]);
    world_run(&world);
}

static void is_there(void)
{
    comes(GATEWAY DOMAIN GNB);
    answer(asked, "CN=g");
    assert_true(world.gnb_ready[0]);
}

static void ng_setup_waits_for_the_gateway(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN GNB);
    assert_false(world.gnb_ready[0]);
    assert_false(world.gnb_refused[0]);
    assert_int_equal(questions, 1);
    answer(asked, "CN=g");
    assert_true(world.gnb_ready[0]);
    assert_int_equal(world.core->metrics.unproved, 0);
}

static void whoever_has_another_certificate_or_none_is_refused(void **state)
{
    static const char *const found[] = {"CN=h", ""};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        comes(GATEWAY DOMAIN GNB);
        answer(asked, found[i]);
        assert_true(world.gnb_refused[0]);
        assert_int_equal(world.last_cause.which, NGAP_CAUSE_MISC);
        assert_int_equal(world.core->metrics.unproved, 1);
        if (i == 0)
            world_close(&world);
    }
}

static void without_an_answer_in_time_it_is_refused(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN GNB);
    world_pass(&world, SECONDS(1));
    assert_false(world.gnb_refused[0]);
    world_pass(&world, SECONDS(2));
    assert_true(world.gnb_refused[0]);
    answer(asked, "CN=g");
    assert_false(world.gnb_ready[0]);
}

static void a_gateway_that_cannot_answer_refuses_too(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN GNB);
    core_gateway(world.core, asked, NULL);
    world_run(&world);
    assert_true(world.gnb_refused[0]);
}

static void an_answer_to_an_earlier_question_does_not_count(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN GNB);
    answer(asked - 1, "");
    assert_false(world.gnb_refused[0]);
    answer(asked, "CN=g");
    assert_true(world.gnb_ready[0]);
}

static void who_does_not_fit_otherwise_is_refused_unasked(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN
          "gnbs: [{name: g, domain: test, id: 999/70-1, n2: [10.0.0.0/8], certificates: [CN=g]}]");
    assert_true(world.gnb_refused[0]);
    assert_int_equal(questions, 0);
}

static void a_gnb_without_certificates_comes_unasked(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1}]");
    assert_true(world.gnb_ready[0]);
    assert_int_equal(questions, 0);
}

static void a_lab_lets_it_in_as_high_risk(void **state)
{
    (void)state;
    comes("profile: lab\nvendors: [{name: any, risk: trusted}]\n" GATEWAY DOMAIN GNB);
    answer(asked, "CN=h");
    assert_true(world.gnb_ready[0]);
    assert_int_equal(gnb_find(world.core, ASSOCIATION)->risk, CONFIG_HIGH_RISK);
    assert_false(gnb_find(world.core, ASSOCIATION)->enrolled);
}

static void another_certificate_later_ends_the_association_at_once(void **state)
{
    (void)state;
    is_there();
    const uint64_t before = asked;
    world_pass(&world, SECONDS(5));
    assert_true(asked > before);
    answer(asked, "CN=g");
    assert_non_null(gnb_find(world.core, ASSOCIATION));
    answer(asked, "CN=h");
    assert_null(gnb_find(world.core, ASSOCIATION));
    assert_true(world.closed[0]);
}

static void a_tunnel_may_be_away_for_the_grace_only(void **state)
{
    (void)state;
    is_there();
    for (unsigned i = 0; i < 2; i++) {
        world_pass(&world, SECONDS(5));
        answer(asked, "");
        assert_false(world.closed[0]);
    }
    world_pass(&world, SECONDS(5));
    answer(asked, "");
    assert_true(world.closed[0]);
}

static void a_gateway_may_be_silent_for_the_grace_only(void **state)
{
    (void)state;
    is_there();
    world_pass(&world, SECONDS(11));
    assert_false(world.closed[0]);
    world_pass(&world, SECONDS(10));
    assert_true(world.closed[0]);
}

static void a_lab_records_a_loss_once(void **state)
{
    (void)state;
    comes("profile: lab\n" GATEWAY DOMAIN GNB);
    answer(asked, "CN=g");
    assert_int_equal(world.core->metrics.unproved, 0);
    answer(asked, "CN=h");
    answer(asked, "CN=h");
    assert_false(world.closed[0]);
    assert_int_equal(world.core->metrics.unproved, 1);
    assert_int_equal(gnb_find(world.core, ASSOCIATION)->risk, CONFIG_HIGH_RISK);
}

static const struct ngap_slice_support_item slice = {.s_nssai = {.sst = 1}};
static const struct ngap_broadcast_plmn_item plmn = {.plmn_identity = {0x99, 0xf9, 0x07},
                                                     .tai_slice_support_list = {&slice, 1}};
static const struct ngap_supported_ta_item areas[] = {{.tac = 1, .broadcast_plmn_list = {&plmn, 1}}};
static const struct ngap_ran_configuration_update update = {.supported_ta_list = {areas, 1}};

static void an_update_waits_too(void **state)
{
    (void)state;
    is_there();
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &update);
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE], 0);
    answer(asked, "CN=g");
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE], 1);
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &update);
    world_pass(&world, SECONDS(3));
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_FAILURE], 1);
}

/* Whatever it changes: its name here. */
static void an_update_without_areas_needs_the_proof_as_well(void **state)
{
    const struct ngap_ran_configuration_update renaming = {.ran_node_name = text("renamed")};
    const struct gnb *gnb;
    (void)state;
    is_there();
    gnb = gnb_find(world.core, ASSOCIATION);
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &renaming);
    world_pass(&world, SECONDS(3));
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_FAILURE], 1);
    assert_string_not_equal(gnb->name, "renamed");
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &renaming);
    answer(asked, "CN=g");
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE], 1);
    assert_string_equal(gnb->name, "renamed");
}

/* In a lab it does not make a gNB trusted that broadcasts what it may not. */
static void an_update_without_areas_leaves_a_stranger_one(void **state)
{
    const struct ngap_ran_configuration_update renaming = {.ran_node_name = text("renamed")};
    (void)state;
    comes("profile: lab\nvendors: [{name: any, risk: trusted}]\n" DOMAIN
          "gnbs: [{name: g, domain: test, id: 999/70-1, areas: [999/70-2]}]");
    assert_int_equal(gnb_find(world.core, ASSOCIATION)->risk, CONFIG_HIGH_RISK);
    world_ngap(&world, 0, NGAP_RAN_CONFIGURATION_UPDATE, &renaming);
    assert_int_equal(world.sent[NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE], 1);
    assert_int_equal(gnb_find(world.core, ASSOCIATION)->risk, CONFIG_HIGH_RISK);
}

static void which_certificate_it_was_is_known(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1, certificates: [CN=g, CN=new]}]");
    assert_null(gnb_find(world.core, ASSOCIATION)->certificate);
    answer(asked, "CN=g");
    assert_string_equal(gnb_find(world.core, ASSOCIATION)->certificate, "CN=g");
    world_pass(&world, SECONDS(5));
    answer(asked, "CN=new");
    assert_string_equal(gnb_find(world.core, ASSOCIATION)->certificate, "CN=new");
}

static void one_that_goes_while_it_waits_is_forgotten(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN GNB);
    core_association_down(world.core, ASSOCIATION, "test");
    answer(asked, "CN=g");
    assert_int_equal(world.sent[NGAP_NG_SETUP_RESPONSE], 0);
}

/* The edge tells of it as it was accepted; it goes on until the gateway has been asked, and no longer. */
static void restart(void)
{
    struct core_peer peer = {.edge = "test"};
    struct ngap_ng_setup_request request = {
        .global_ran_node_id = {.which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
                               .global_gnb_id = {.plmn_identity = {0x99, 0xf9, 0x07},
                                                 .gnb_id = {.which = NGAP_GNB_ID_GNB_ID,
                                                            .gnb_id = {.value = 1, .length = 32}}}},
        .supported_ta_list = {areas, 1},
    };
    const struct ngap_pdu pdu = {.message = NGAP_NG_SETUP_REQUEST, .value.ng_setup_request = &request};
    is_there();
    world_restart(&world);
    world.core->ports.gateway = note_question;
    questions = 0;
    assert_true(address_parse(&peer.address, "192.0.2.7", 38412));
    core_association_kept(world.core, ASSOCIATION, &peer);
    core_replay(world.core, ASSOCIATION, &pdu);
    world_run(&world);
    assert_true(gnb_find(world.core, ASSOCIATION)->ready);
    assert_int_equal(questions, 1);
}

static void after_a_restart_it_is_asked_at_once(void **state)
{
    (void)state;
    restart();
    answer(asked, "CN=g");
    assert_false(world.closed[0]);
    world_close(&world);
    restart();
    answer(asked, "");
    assert_true(world.closed[0]);
}

static void a_certificate_that_a_reload_demands_is_asked_for(void **state)
{
    (void)state;
    comes(GATEWAY DOMAIN "gnbs: [{name: g, domain: test, id: 999/70-1}]");
    world_configure_line(&world, GATEWAY DOMAIN GNB);
    assert_int_equal(questions, 1);
    answer(asked, "");
    assert_true(world.closed[0]);
}

#define TEST(name) cmocka_unit_test_teardown(name, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ng_setup_waits_for_the_gateway),
        TEST(whoever_has_another_certificate_or_none_is_refused),
        TEST(without_an_answer_in_time_it_is_refused),
        TEST(a_gateway_that_cannot_answer_refuses_too),
        TEST(an_answer_to_an_earlier_question_does_not_count),
        TEST(who_does_not_fit_otherwise_is_refused_unasked),
        TEST(a_gnb_without_certificates_comes_unasked),
        TEST(a_lab_lets_it_in_as_high_risk),
        TEST(another_certificate_later_ends_the_association_at_once),
        TEST(a_tunnel_may_be_away_for_the_grace_only),
        TEST(a_gateway_may_be_silent_for_the_grace_only),
        TEST(a_lab_records_a_loss_once),
        TEST(an_update_waits_too),
        TEST(an_update_without_areas_needs_the_proof_as_well),
        TEST(an_update_without_areas_leaves_a_stranger_one),
        TEST(which_certificate_it_was_is_known),
        TEST(one_that_goes_while_it_waits_is_forgotten),
        TEST(after_a_restart_it_is_asked_at_once),
        TEST(a_certificate_that_a_reload_demands_is_asked_for),
    };
    arena_init(&arena, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
