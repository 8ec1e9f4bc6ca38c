/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session to a partner's data network, anchored at core A, while core B serves its phone: A judges the path by what its own inventory knows
 * of B's gNBs. B's first gNB may be crossed, its neighbour may not.
 */
#include "duo.h"

#include "core/smf/smf.h"
#include "duo_inside.h"
#include "line/answer.h"
#include "plane/agent_state.h"

enum { A, B };

#define TO_ALLY \
    "data_networks: [{name: internet, type: ipv4, ipv4: 10.45.0.0/16, partner: ally, label: secret}]\n"
#define KNOWN ", reason: why, reviewed: 2026-09-01"
#define LINE_OF(first, first_n3)                                                                         \
    "profile: enrolled\n"                                                                                \
    "vendors: [{name: one, risk: trusted}, {name: two, risk: high}]\n"                                   \
    "domains: [{name: test, vendor: one, listen: [127.0.0.5]}]\n"                                        \
    "gnbs: [{name: north, domain: test, id: 999/70-00000001, n3: [10.9.0.1/32]" KNOWN "}]\n"             \
    "assets:\n"                                                                                          \
    "  - {name: default, kind: function, vendor: one, class: core" KNOWN "}\n"                           \
    "  - {name: demarc, kind: function, vendor: one, class: core" KNOWN "}\n"                            \
    "  - {name: b, kind: function, vendor: one, class: core" KNOWN "}\n"                                 \
    "  - {name: south, kind: gnb, id: 999/70-00000002, n3: " first_n3 ", vendor: " first                 \
    ", class: access" KNOWN "}\n"                                                                        \
    "  - {name: quay, kind: gnb, id: 999/70-00000004, n3: 10.9.0.4/32, vendor: two, class: access" KNOWN \
    "}\n"                                                                                                \
    "partners: [{name: ally, profile: trusted-path}]\n"                                                  \
    "labels: [{name: secret, originator: us, releasable_to: [ally]}]\n"

static const char line[] = LINE_OF("one", "10.9.0.2/32");
static const char turned[] = LINE_OF("two", "10.9.0.2/32");
static const char elsewhere[] = LINE_OF("one", "10.9.9.9/32");

static struct duo duo;

static void begin_under(const char *inventory)
{
    duo_open(&duo, "");
    duo_configure(&duo, A, TO_ALLY, inventory);
    duo_begin(&duo);
    duo_add_neighbour(&duo, B);
}

static int set_up(void **state)
{
    (void)state;
    begin_under(line);
    return 0;
}

/* --- what A has, and may do --- */

static enum line_verdict answer_now(void)
{
    struct smf_crossing crossing;
    struct line_answer answer;
    assert_true(smf_crossing(duo_ue(&duo, A), 1, &crossing));
    const char *label = crossing.label;
    const struct line_facts facts = amf_line_facts(duo.sides[A].core);
    const struct line_question question = {
        .partner = crossing.partner, .labels = &label, .label_count = 1, .path = &crossing.path};
    line_answer(&facts, LINE_TAKEN, &question, &answer);
    return answer.verdict;
}

static bool has_session(void)
{
    return phone_session(&duo.phone, 1) && phone_session(&duo.phone, 1)->ipv4;
}

static void expect_none_at_cores(void)
{
    assert_true(!duo_ue(&duo, A) || !smf_sessions(duo_ue(&duo, A)));
    assert_true(!duo_ue(&duo, B) || !smf_sessions(duo_ue(&duo, B)));
}

static void expect_none(void)
{
    assert_false(has_session());
    expect_none_at_cores();
}

static void expect_lives_at_b(void)
{
    assert_true(inside_registered(duo_ue(&duo, B)));
    assert_int_equal(smf_sessions(duo_ue(&duo, A)), 1u << 1);
    assert_true(duo_ping(&duo));
    assert_int_equal(answer_now(), LINE_ALLOW);
}

static void hand_over(struct ran_gnb *to)
{
    assert_true(ran_gnb_n2_handover(duo.phone.connection, to, false));
    duo_pass(&duo, SECONDS(3));
}

static struct ran_gnb *south(void)
{
    return &duo.sides[B].gnb;
}

static struct ran_gnb *quay(void)
{
    return &duo.sides[B].neighbour;
}

/* --- it goes where it may cross --- */

static void it_is_handed_over_to_another_cores_gnb_that_may_be_crossed_and_back(void **state)
{
    (void)state;
    hand_over(south());
    assert_int_equal(duo.events[PHONE_HANDED_OVER], 1);
    expect_lives_at_b();
    hand_over(&duo.sides[A].gnb);
    assert_true(duo_ping(&duo));
    assert_int_equal(answer_now(), LINE_ALLOW);
}

static void it_follows_a_phone_that_was_idle(void **state)
{
    (void)state;
    duo_rest(&duo);
    duo_move(&duo, B);
    expect_lives_at_b();
    duo_rest(&duo);
    assert_int_equal(answer_now(), LINE_ALLOW); /* nowhere */
    duo_downlink(&duo, A);
    assert_true(duo_ping(&duo));
}

static void it_is_what_it_was_after_a_restart_of_its_anchor(void **state)
{
    (void)state;
    hand_over(south());
    duo_restart(&duo, A);
    duo_configure(&duo, A, TO_ALLY, line);
    expect_lives_at_b();
}

/* --- and nowhere else --- */

static void it_is_not_handed_over_to_another_cores_gnb_that_may_not(void **state)
{
    (void)state;
    hand_over(quay());
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1); /* it was the only one */
    assert_true(inside_registered(duo_ue(&duo, A)));
    assert_true(duo_ping(&duo));
}

static void nor_within_the_other_core(void **state)
{
    (void)state;
    hand_over(south());
    hand_over(quay());
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    expect_lives_at_b();
}

static void nor_to_a_gnb_that_nobody_knows(void **state)
{
    (void)state;
    duo_draw_line(&duo, B, "domains: [{name: test, listen: [127.0.0.5]}]\nprofile: lab\n");
    duo_configure(&duo, A, TO_ALLY,
                  elsewhere); /* whatever B says, its tunnel does not end where south has its own */
    hand_over(south());
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    assert_true(duo_ping(&duo));
}

static void an_xn_handover_within_the_other_core_releases_it_and_the_way_back_brings_it_again(void **state)
{
    (void)state;
    hand_over(south());
    assert_true(ran_gnb_xn_handover(duo.phone.connection, quay()));
    duo_pass(&duo, SECONDS(60)); /* who was to hear of it is nowhere: T3592, twice */
    expect_none_at_cores();
    duo_move(&duo, A);
    expect_none();
    phone_request_service(&duo.phone, NAS_SERVICE_SIGNALLING);
    duo_pass(&duo, SECONDS(1));
    phone_open_session(&duo.phone, 1, NULL, 0);
    duo_pass(&duo, SECONDS(1));
    assert_true(duo_ping(&duo));
    assert_int_equal(answer_now(), LINE_ALLOW);
}

static void a_phone_that_wakes_there_loses_it_before_its_gnb_is_told_of_it(void **state)
{
    (void)state;
    hand_over(south());
    duo_rest(&duo);
    phone_camp(&duo.phone, quay());
    phone_request_service(&duo.phone, NAS_SERVICE_DATA);
    duo_pass(&duo, SECONDS(3));
    expect_none();
    assert_int_equal(duo.heard[NAS_SESSION_RELEASE_COMMAND], 1);
}

static void facts_that_turn_release_it_where_the_other_core_serves_it(void **state)
{
    (void)state;
    hand_over(south());
    duo_configure(&duo, A, TO_ALLY, turned);
    duo_pass(&duo, SECONDS(3));
    expect_none();
    assert_int_equal(duo.heard[NAS_SESSION_RELEASE_COMMAND], 1);
}

static void an_idle_one_is_released_when_its_phone_turns_up_there(void **state)
{
    (void)state;
    duo_rest(&duo);
    phone_camp(&duo.phone, quay());
    phone_register(&duo.phone, NAS_MOBILITY_REGISTRATION);
    duo_pass(&duo, SECONDS(3));
    assert_true(inside_registered(duo_ue(&duo, B)));
    phone_request_service(&duo.phone, NAS_SERVICE_SIGNALLING); /* idle, it crosses nothing */
    duo_pass(&duo, SECONDS(3));
    expect_none();
}

/* --- whatever it does --- */

static bool leads_to_quay(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->far_count; i++)
        if (rules->fars[i].has_outer && address_same_host(&rules->fars[i].to, &quay()->settings.address))
            return true;
    return false;
}

static void expect_no_tunnel_to_quay(void)
{
    size_t cursor = 0;
    void *session;
    while (map_next(&duo.sides[A].agent->sessions, &cursor, NULL, &session))
        assert_false(leads_to_quay(((const struct session *)session)->rules));
}

/* In small steps, each looked at. */
static void pass(int64_t time)
{
    for (const int64_t until = duo.timers.now + time; duo.timers.now < until;) {
        duo_pass(&duo, MILLISECONDS(1));
        expect_no_tunnel_to_quay();
    }
}

static unsigned dice(unsigned sides)
{
    return (unsigned)(random_u64(&duo.random.random) % sides);
}

static void walk(struct ran_gnb *to)
{
    if (duo.phone.connection && dice(3) == 0) {
        ran_gnb_n2_handover(duo.phone.connection, to, dice(2));
    } else if (duo.phone.connection && dice(2) && duo.phone.connection->gnb != to) {
        ran_gnb_xn_handover(duo.phone.connection, to);
    } else {
        if (duo.phone.connection)
            ran_gnb_release_request(duo.phone.connection);
        pass(MILLISECONDS(dice(50)));
        phone_camp(&duo.phone, to);
        phone_register(&duo.phone, NAS_MOBILITY_REGISTRATION);
    }
}

static void live(void)
{
    struct ran_gnb *const gnbs[] = {&duo.sides[A].gnb, south(), quay()};
    switch (dice(5)) {
    case 0:
        phone_request_service(&duo.phone, NAS_SERVICE_DATA);
        break;
    case 1:
        if (!has_session())
            phone_open_session(&duo.phone, 1, NULL, 0);
        else
            duo_downlink_now(&duo, A);
        break;
    default:
        walk(gnbs[dice(3)]);
    }
}

static void wherever_it_goes_no_tunnel_leads_where_it_may_not_cross(void **state)
{
    enum { STEPS = 400 };
    unsigned there = 0;
    (void)state;
    for (unsigned i = 0; i < STEPS; i++) {
        live();
        pass(MILLISECONDS(5 + dice(300)));
        there += duo_ue(&duo, B) && smf_active(duo_ue(&duo, B));
    }
    pass(SECONDS(60));
    print_message("# at the other core in %u of %u steps\n", there, STEPS);
    assert_true(there);
}

int main(void)
{
#define IN_DUO(test) cmocka_unit_test_setup_teardown(test, set_up, duo_tear_down)
    const struct CMUnitTest tests[] = {
        IN_DUO(it_is_handed_over_to_another_cores_gnb_that_may_be_crossed_and_back),
        IN_DUO(it_follows_a_phone_that_was_idle),
        IN_DUO(it_is_what_it_was_after_a_restart_of_its_anchor),
        IN_DUO(it_is_not_handed_over_to_another_cores_gnb_that_may_not),
        IN_DUO(nor_within_the_other_core),
        IN_DUO(nor_to_a_gnb_that_nobody_knows),
        IN_DUO(an_xn_handover_within_the_other_core_releases_it_and_the_way_back_brings_it_again),
        IN_DUO(a_phone_that_wakes_there_loses_it_before_its_gnb_is_told_of_it),
        IN_DUO(facts_that_turn_release_it_where_the_other_core_serves_it),
        IN_DUO(an_idle_one_is_released_when_its_phone_turns_up_there),
        IN_DUO(wherever_it_goes_no_tunnel_leads_where_it_may_not_cross),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
