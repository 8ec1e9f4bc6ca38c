/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N5: whom control listens to when edges and gNBs say more than it can hear at once. */
#include "amf_world.h"

#include "core/control.h"

enum { FLOODING = 7, BESIDE = 8, LATE = 9, FLOOD = 1000, TURN = 128 };

static struct world world;
static struct control control;
static struct edge_link *one, *two;

static const char *says(struct edge_link *link, const struct wicket_message *message)
{
    uint8_t space[512];
    struct writer w = writer_of(space, sizeof space);
    assert_true(wicket_encode(&w, message));
    return control_hear(link, writer_bytes(&w));
}

static struct edge_link *edge_called(const char *name)
{
    struct edge_link *link = control_link_new(&control, name);
    assert_null(says(link, &(struct wicket_message){.kind = WICKET_HELLO,
                                                    .version = WICKET_VERSION,
                                                    .tables = ngap_description_version,
                                                    .body = bytes_of(name, strlen(name))}));
    return link;
}

static void comes_up(struct edge_link *link, uint64_t association)
{
    struct wicket_message message = {.kind = WICKET_UP, .association = association};
    address_parse(&message.peer, "10.9.0.1", 38412);
    assert_null(says(link, &message));
}

/* A message that has no place before NG Setup, and is counted as such. */
static const char *says_something(struct edge_link *link, uint64_t association)
{
    struct ngap_ng_reset_acknowledge nothing = {0};
    const struct ngap_pdu pdu = {.message = NGAP_NG_RESET_ACKNOWLEDGE, .value.any = &nothing};
    uint8_t flat[256];
    struct fault fault = {0};
    struct writer w = writer_of(flat, sizeof flat);
    assert_true(ngap_flatten(&w, &pdu, &fault));
    return says(link, &(struct wicket_message){.kind = WICKET_NGAP,
                                               .association = association,
                                               .digest = (const uint8_t[WICKET_DIGEST_BYTES]){0},
                                               .body = writer_bytes(&w)});
}

static uint64_t heard(uint64_t association)
{
    return gnb_find(world.core, association)->conduct.counts[MISDEED_MISPLACED];
}

static void flood(struct edge_link *link)
{
    for (unsigned i = 0; i < FLOOD; i++)
        assert_null(says_something(link, FLOODING));
}

static void serve_all(void)
{
    do {
        timers_run(loop_timers(control.loop), clock_now());
        control_serve(&control);
    } while (timer_armed(&control.turn));
}

static int begin(void **state)
{
    (void)state;
    world_open(&world);
    control = (struct control){.core = world.core, .loop = loop_new(), .keeper.watch.fd = -1};
    assert_non_null(control.loop);
    gate_init(&control.gate, world.core, 1);
    one = edge_called("one");
    two = edge_called("two");
    comes_up(one, FLOODING);
    serve_all();
    return 0;
}

static int end(void **state)
{
    control_wicket_close(&control);
    gate_free(&control.gate);
    loop_free(control.loop);
    return world_tear_down(state);
}

static void a_flood_at_one_edge_holds_up_no_other(void **state)
{
    (void)state;
    comes_up(two, BESIDE);
    serve_all();
    flood(one);
    assert_null(says_something(two, BESIDE));
    control_serve(&control);
    assert_int_equal(heard(BESIDE), 1);
    assert_in_range(heard(FLOODING), 1, TURN);
}

static void nor_another_gnb_of_its_edge(void **state)
{
    (void)state;
    comes_up(one, BESIDE);
    serve_all();
    flood(one);
    for (unsigned i = 0; i < TURN / 2; i++)
        assert_null(says_something(one, BESIDE));
    for (uint64_t beside = 0; beside < TURN / 2; beside = heard(BESIDE)) {
        assert_in_range(heard(FLOODING), beside, beside + 1);
        control_serve(&control);
    }
}

static void what_is_left_is_listened_to_without_another_event(void **state)
{
    (void)state;
    assert_true(timers_next(loop_timers(control.loop)) == INT64_MAX);
    flood(one);
    for (uint64_t before; (before = heard(FLOODING)) < FLOOD;) {
        control_serve(&control);
        assert_in_range(heard(FLOODING), before + 1, before + TURN);
        assert_true(heard(FLOODING) == FLOOD || timer_armed(&control.turn));
    }
    serve_all();
    assert_true(timers_next(loop_timers(control.loop)) == INT64_MAX);
}

static void who_says_more_than_can_wait_loses_it_and_nobody_else_does(void **state)
{
    const struct conduct *conduct = &gnb_find(world.core, FLOODING)->conduct;
    (void)state;
    for (unsigned i = 0; i < 50 * FLOOD; i++)
        assert_null(says_something(one, FLOODING));
    assert_in_range(conduct->counts[MISDEED_OVERRUN], FLOOD, 50 * FLOOD);
    comes_up(one, LATE);
    assert_null(says_something(one, LATE));
    assert_null(says(one, &(struct wicket_message){
                              .kind = WICKET_DOWN, .association = FLOODING, .body = bytes_of("gone", 4)}));
    serve_all();
    assert_int_equal(heard(LATE), 1);
    assert_null(gnb_find(world.core, FLOODING));
}

static void an_edge_that_announces_without_end_is_cut_off(void **state)
{
    const char *why = NULL;
    (void)state;
    struct wicket_message message = {.kind = WICKET_CONDUCT, .association = FLOODING};
    for (unsigned i = 0; !why && i < 100 * FLOOD; i++)
        why = says(one, &message);
    assert_non_null(why);
    control_cut_off(one, why);
    assert_null(gnb_find(world.core, FLOODING));
    assert_ptr_equal(control.links, two);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_flood_at_one_edge_holds_up_no_other),
        TEST(nor_another_gnb_of_its_edge),
        TEST(what_is_left_is_listened_to_without_another_event),
        TEST(who_says_more_than_can_wait_loses_it_and_nobody_else_does),
        TEST(an_edge_that_announces_without_end_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
