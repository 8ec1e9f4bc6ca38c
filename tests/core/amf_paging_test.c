/* SPDX-License-Identifier: Apache-2.0 */
/* Where and how often an idle phone is called (TS 23.502 4.2.3.3, TS 38.413 8.5). */
#include "amf_world.h"
#include "gnb_play.h"

#include "core/amf/gmm.h"

enum { CELL_BITS = 4 }; /* below the gNB's 32 */

static struct world world;
static unsigned calls[WORLD_GNBS];
static struct ngap_paging last;
static uint64_t recommended;

static bool count_calls(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w;
    if (pdu->message != NGAP_PAGING)
        return true;
    calls[gnb]++;
    last = *pdu->value.paging;
    const struct ngap_assistance_data_for_recommended_cells *cells =
        last.assistance_data_for_paging->assistance_data_for_recommended_cells;
    recommended = cells ? cells->recommended_cells_for_paging.recommended_cell_list.items[0]
                              .ngran_cgi.nr_cgi.nr_cell_identity
                        : 0;
    return true;
}

/* Phone 0 is idle in gNB 0, tracking area 1, like gNB 1; gNB 2 is in tracking area 2. */
static int open_world(void **state)
{
    static const uint32_t tacs[] = {1, 2};
    static struct config_serving serving;
    (void)state;
    world_open(&world);
    serving = world.config->network.serving[0];
    serving.tacs = tacs;
    serving.tac_count = 2;
    world.config->network.serving = &serving;
    world.gnbs[2].settings.tac = 2;
    world_ready(&world);
    for (unsigned i = 1; i < WORLD_GNBS; i++)
        world_set_up_gnb(&world, i);
    world_register(&world, 0);
    memset(calls, 0, sizeof calls);
    world.downlink_filter = count_calls;
    return 0;
}

static void go_idle(void)
{
    world_idle(&world, 0);
    world.deaf = true;
}

static void step(void)
{
    world_pass(&world, world.config->amf.timers.t3513);
}

static void a_phone_is_called_in_areas_that_widen_and_then_given_up(void **state)
{
    (void)state;
    go_idle();
    assert_true(world_data_waits(&world, 0, 1));
    assert_int_equal(calls[0] << 8 | calls[1] << 4 | calls[2], 0x100);
    assert_int_equal(last.assistance_data_for_paging->paging_attempt_information->paging_attempt_count, 1);
    step();
    assert_int_equal(calls[0] << 8 | calls[1] << 4 | calls[2], 0x210);
    assert_int_equal(last.tai_list_for_paging.count, 1);
    step();
    assert_int_equal(calls[0] << 8 | calls[1] << 4 | calls[2], 0x321);
    assert_int_equal(last.tai_list_for_paging.count, 2);
    step();
    step();
    assert_int_equal(calls[0] << 8 | calls[1] << 4 | calls[2], 0x432);
    assert_int_equal(world.unreachable, 1);
    assert_int_equal(world.core->paged, 0);
    assert_null(world_ue(&world, 0)->procedure);
}

static void whoever_answers_is_not_called_any_more(void **state)
{
    (void)state;
    go_idle();
    world.deaf = false;
    assert_true(world_data_waits(&world, 0, 1));
    assert_non_null(world_ue(&world, 0)->connection);
    step();
    assert_int_equal(calls[0] + calls[1] + calls[2], 1);
    assert_int_equal(world.core->paged, 0);
}

static void a_phone_is_called_once_for_all_its_sessions(void **state)
{
    (void)state;
    go_idle();
    assert_true(world_data_waits(&world, 0, 1));
    assert_true(world_data_waits(&world, 0, 2));
    assert_int_equal(calls[0], 1);
    assert_int_equal(world.core->paged, 1);
}

static void the_cells_that_a_gnb_recommends_are_called_first(void **state)
{
    (void)state;
    const uint64_t cell = (uint64_t)world.gnbs[1].settings.id << CELL_BITS | 5;
    const struct ngap_ue_context_release_complete complete = play_released(world_ue(&world, 0), cell);
    world.deaf = true;
    an_release(world_ue(&world, 0), N2_RADIO(USER_INACTIVITY), "test");
    world_run(&world);
    world_ngap(&world, 0, NGAP_UE_CONTEXT_RELEASE_COMPLETE, &complete);
    assert_true(world_data_waits(&world, 0, 1));
    assert_int_equal(calls[0] << 8 | calls[1] << 4 | calls[2], 0x110);
    assert_true(recommended == cell);
}

static void a_step_that_reaches_nobody_is_passed_over(void **state)
{
    (void)state;
    go_idle();
    core_association_down(world.core, 100, "test");
    assert_true(world_data_waits(&world, 0, 1));
    assert_int_equal(calls[1] << 4 | calls[2], 0x10);
}

static void nobody_is_called_beyond_the_limit(void **state)
{
    (void)state;
    world_register(&world, 1);
    ran_gnb_release_request(world.phones[1].connection);
    go_idle();
    world.config->amf.paging.at_once = 1;
    assert_true(world_data_waits(&world, 0, 1));
    assert_false(world_data_waits(&world, 1, 1));
    assert_int_equal(calls[0], 1);
}

static void an_urgent_session_is_called_with_priority(void **state)
{
    (void)state;
    go_idle();
    world.config->amf.paging.priority = 2;
    assert_true(world_data_waits(&world, 0, 2)); /* the stand-in's ARP is the session's number */
    assert_true(last.has_paging_priority);
    assert_int_equal(last.paging_priority, NGAP_PAGING_PRIORITY_PRIOLEVEL2);
}

static void others_are_called_without(void **state)
{
    (void)state;
    go_idle();
    world.config->amf.paging.priority = 2;
    assert_true(world_data_waits(&world, 0, 3));
    assert_false(last.has_paging_priority);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_phone_is_called_in_areas_that_widen_and_then_given_up),
        TEST(whoever_answers_is_not_called_any_more),
        TEST(a_phone_is_called_once_for_all_its_sessions),
        TEST(the_cells_that_a_gnb_recommends_are_called_first),
        TEST(a_step_that_reaches_nobody_is_passed_over),
        TEST(nobody_is_called_beyond_the_limit),
        TEST(an_urgent_session_is_called_with_priority),
        TEST(others_are_called_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
