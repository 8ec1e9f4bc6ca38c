/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts that answers to partners rest on: sessions are asked about when these say something else, and not for octets that move; a portion
 * a turn, and again where no stack was free.
 */
#include "smf_world.h"

#include <sys/socket.h>

#include "core/smf/partner.h"

#define TO_ALLY \
    "data_networks: [{name: internet, type: ipv4, ipv4: 10.45.0.0/16, partner: ally, label: secret}]\n"
#define KNOWN ", reason: why, reviewed: 2023-09-01"
#define GNB(name, domain, id) \
    "  - {name: " name ", domain: " domain ", id: 999/70-0000000" id ", since: 2020-01-01" KNOWN "}\n"

/* A quarter of the sites is high-risk, and mitigated: what the partner bears. */
static const char line[] =
    "profile: enrolled\n"
    "vendors: [{name: one, risk: trusted}, {name: two, risk: high}]\n"
    "domains:\n"
    "  - {name: home, vendor: one, listen: [127.0.0.5]}\n"
    "  - {name: strange, vendor: two, listen: [127.0.0.6]}\n"
    "gnbs:\n" GNB("north", "home", "1") GNB("south", "home", "2") GNB("west", "home", "3")
        GNB("far", "strange",
            "4") "assets:\n"
                 "  - {name: default, kind: function, vendor: one, class: core" KNOWN "}\n"
                 "  - {name: demarc, kind: function, vendor: one, class: core" KNOWN "}\n"
                 "mitigations: [{name: m1, domains: [strange], assets: [], approved_by: J. Doe, "
                 "approved: 2023-01-01, expires: 2029-01-01}]\n"
                 "partners: [{name: ally, profile: uk-2020-01}]\n"
                 "labels: [{name: secret, originator: us, releasable_to: [ally]}]\n";

enum { LITTLE = 20, MUCH = 40 /* percent of traffic through high-risk gNBs; 35 are borne */, CROWD = 300 };

static const struct gnb north = {.name = "north", .n3 = {.family = AF_INET, .length = 8, .address = {10}}};
static struct world world;
static struct ue crowd[CROWD];

static void share(unsigned percent, uint64_t octets)
{
    world.measured = (struct line_measured){
        .traffic_known = true, .bytes = octets, .high_risk_bytes = octets / 100 * percent};
}

static int set_up(void **state)
{
    (void)state;
    world_open(&world, TO_ALLY);
    world.ue.serving = &north;
    share(LITTLE, 100000);
    world_enrol(&world, line);
    world_session(&world, 1);
    assert_int_equal(smf_sessions(&world.ue), 1u << 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* What is asked about costs a look at the facts each. */
static unsigned asked_in_a_second(void)
{
    const unsigned before = world.facts_asked;
    world_wait(&world, SECONDS(1));
    return world.facts_asked - before;
}

/* Facts are asked for by others, too: as often as when nothing moves. */
static void octets_that_move_ask_nobody(void **state)
{
    enum { LOOKS = 10 };
    unsigned still = 0, moving = 0;
    (void)state;
    asked_in_a_second();
    for (unsigned i = 0; i < LOOKS; i++)
        still += asked_in_a_second();
    for (unsigned i = 1; i <= LOOKS; i++) {
        share(LITTLE, 100000 + i * 1000);
        moving += asked_in_a_second();
    }
    assert_int_equal(moving, still);
    assert_int_equal(smf_active(&world.ue), 1u << 1);
}

static void a_share_that_passes_its_limit_releases_it(void **state)
{
    (void)state;
    share(MUCH, 100000);
    assert_true(asked_in_a_second() > 1);
    assert_int_equal(smf_active(&world.ue), 0);
    const struct nas_message *message = world_n1(&world);
    assert_non_null(message);
    assert_int_equal(message->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(message->session_release_command.cause, NAS_GSM_USER_AUTHENTICATION_FAILED);
}

static void and_lets_it_in_again_when_it_falls(void **state)
{
    (void)state;
    share(MUCH, 100000);
    world_wait(&world, SECONDS(120));
    assert_int_equal(smf_sessions(&world.ue), 0);
    assert_int_equal(world_establish(&world, 1, 7, NAS_SESSION_IPV4), SMF_TAKEN);
    assert_int_equal(smf_sessions(&world.ue), 0);
    share(LITTLE, 100000);
    world_wait(&world, SECONDS(1));
    world_session(&world, 1);
    assert_int_equal(smf_active(&world.ue), 1u << 1);
}

/* --- many of them --- */

static void gather(void)
{
    struct upf *upf = world.ue.sessions->upf;
    for (unsigned i = 0; i < CROWD; i++) {
        crowd[i] = (struct ue){
            .core = &world.core, .supi = world.ue.supi + 1 + i, .serving = &north, .connected = true};
        struct session *session = session_new(&crowd[i], 1);
        assert_non_null(session);
        session->network = world.ue.sessions->network;
        session->network->sessions++;
        session->state = SESSION_ACTIVE;
        session->type = NAS_SESSION_IPV4;
        n4_join(session, upf);
    }
}

static unsigned count(uint16_t (*sessions)(const struct ue *ue))
{
    unsigned there = 0;
    for (unsigned i = 0; i < CROWD; i++)
        there += sessions(&crowd[i]) != 0;
    return there;
}

static void the_inventory_turns(void)
{
    share(MUCH, 100000);
    smf_reload(&world.core);
}

static void they_are_asked_a_portion_a_turn(void **state)
{
    (void)state;
    gather();
    the_inventory_turns();
    const unsigned first = count(smf_active);
    assert_true(first > 0 && first < CROWD);
    world_wait(&world, SECONDS(1));
    assert_int_equal(count(smf_active), 0);
    smf_release_all(&world.ue);
    for (unsigned i = 0; i < CROWD; i++)
        smf_release_all(&crowd[i]);
}

/* There are fewer stacks than sessions, and no phone answers. */
static void whoever_finds_no_stack_is_released_later(void **state)
{
    (void)state;
    gather();
    the_inventory_turns();
    world_wait(&world, SECONDS(5));
    assert_int_equal(count(smf_active), 0);
    assert_true(count(smf_sessions) > 0);
    for (unsigned minutes = 0; count(smf_sessions) && minutes < 60; minutes++)
        world_wait(&world, SECONDS(60));
    assert_int_equal(count(smf_sessions), 0);
}

/* Whose turn it would be next. */
static void those_that_end_meanwhile_are_passed_over(void **state)
{
    (void)state;
    gather();
    smf_reload(&world.core);
    for (unsigned i = 0; i < CROWD; i++)
        smf_release_all(&crowd[i]);
    world_wait(&world, SECONDS(2));
    assert_int_equal(smf_active(&world.ue), 1u << 1);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_WORLD(octets_that_move_ask_nobody),
        IN_WORLD(a_share_that_passes_its_limit_releases_it),
        IN_WORLD(and_lets_it_in_again_when_it_falls),
        IN_WORLD(they_are_asked_a_portion_a_turn),
        IN_WORLD(whoever_finds_no_stack_is_released_later),
        IN_WORLD(those_that_end_meanwhile_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
