/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H2: planes are told whose traffic to shape, if they understand it, as long as it is so, and again when they may have forgotten. */
#include "smf_world.h"

static struct world world;

static void shape(unsigned gnbs, uint64_t kbps)
{
    world.shaped_count = gnbs;
    for (unsigned i = 0; i < gnbs; i++)
        world.shaped[i] = (struct pfcp_shaping_of_peer){
            .ip = {.has_v4 = true, .v4 = {10, 0, 0, (uint8_t)i}}, .uplink = kbps, .downlink = 10 * kbps};
}

static void look(void)
{
    n4_shaping_look(world.core.smf);
    world_pump(&world);
}

static unsigned updates(void)
{
    return world.plane.heard[PFCP_ASSOCIATION_UPDATE_REQUEST];
}

static int open_world(void **state)
{
    (void)state;
    world_open(&world, "");
    world.plane.shapes = true;
    look();
    assert_int_equal(updates(), 1);
    assert_true(world.plane.shaping_told);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    memset(&world, 0, sizeof world);
    return 0;
}

static void what_is_shaped_is_told_once_and_taken_away(void **state)
{
    (void)state;
    shape(3, 1000);
    look();
    look();
    assert_int_equal(updates(), 2);
    assert_int_equal(world.plane.shaped, 3);
    assert_int_equal(world.plane.shaped_uplink, 1000);
    shape(0, 0);
    look();
    assert_int_equal(updates(), 3);
    assert_int_equal(world.plane.shaped, 0);
}

static void a_rate_is_told_again_when_it_is_another(void **state)
{
    (void)state;
    shape(1, 1000);
    look();
    shape(1, 1050);
    look();
    assert_int_equal(world.plane.shaped_uplink, 1000);
    shape(1, 1500);
    look();
    assert_int_equal(world.plane.shaped_uplink, 1500);
}

static void many_are_told_in_several_messages(void **state)
{
    (void)state;
    shape(WORLD_SHAPED - 1, 1000);
    look();
    assert_int_equal(updates(), 3);
    assert_int_equal(world.plane.shaped, WORLD_SHAPED - 1);
    assert_true(world.plane.shaping_told);
}

static void a_plane_that_does_not_understand_is_told_nothing(void **state)
{
    (void)state;
    world.plane.shapes = false;
    shape(1, 1000);
    look();
    assert_int_equal(updates(), 1);
}

static void a_plane_that_was_lost_is_told_again(void **state)
{
    (void)state;
    shape(2, 1000);
    look();
    world.plane = (struct plane){.time_stamp = world.plane.time_stamp + 1, .shapes = true};
    world_wait(&world, 2 * world.config->smf.pfcp_heartbeat);
    assert_int_equal(world.plane.heard[PFCP_ASSOCIATION_SETUP_REQUEST], 1);
    assert_int_equal(updates(), 1);
    assert_int_equal(world.plane.shaped, 2);
}

static void what_is_refused_is_told_again_with_the_next_look(void **state)
{
    (void)state;
    world.plane.refuses_to_shape = true;
    shape(1, 1000);
    look();
    assert_int_equal(updates(), 2);
    world.plane.refuses_to_shape = false;
    look();
    assert_int_equal(updates(), 3);
    look();
    assert_int_equal(updates(), 3);
}

static void a_plane_that_does_not_answer_is_told_when_it_is_back(void **state)
{
    (void)state;
    world.plane.silent = true;
    shape(1, 1000);
    look();
    world_wait(&world, SECONDS(60));
    assert_int_equal(world.plane.shaped, 0);
    world.plane.silent = false;
    world_wait(&world, SECONDS(30));
    assert_int_equal(world.plane.shaped, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_shaped_is_told_once_and_taken_away),
        TEST(a_rate_is_told_again_when_it_is_another),
        TEST(many_are_told_in_several_messages),
        TEST(a_plane_that_does_not_understand_is_told_nothing),
        TEST(a_plane_that_was_lost_is_told_again),
        TEST(what_is_refused_is_told_again_with_the_next_look),
        TEST(a_plane_that_does_not_answer_is_told_when_it_is_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
