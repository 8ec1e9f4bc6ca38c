/* SPDX-License-Identifier: Apache-2.0 */
/* What shares of sites and traffic were: an hour is kept once, whatever clocks do, for thirteen months. */
#include "core/share_history.h"

#include "traffic_world.h"

static int set_up(void **state)
{
    (void)state;
    world_open(NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close();
    return 0;
}

static json_t *hours(void)
{
    json_t *none = json_object(), *reply = share_history_reply(&world.core, none);
    json_t *items = json_incref(json_object_get(reply, "items"));
    json_decref(none);
    json_decref(reply);
    return items;
}

static json_int_t of_hour(size_t i, const char *key)
{
    json_t *all = hours();
    const json_int_t value = json_integer_value(json_object_get(json_array_get(all, i), key));
    json_decref(all);
    return value;
}

static size_t hour_count(void)
{
    json_t *all = hours();
    const size_t count = json_array_size(all);
    json_decref(all);
    return count;
}

static void shares_are_kept_once_an_hour_over_restarts_and_clocks_that_jump(void **state)
{
    (void)state;
    world.plane.uplink[0] = 100; /* through a high-risk one */
    world.plane.uplink[ADDRESSES - 1] = 300;
    assert_true(tell_all());
    assert_true(settle());
    world.plane.uplink[0] = 1000;
    restart_control();
    assert_true(tell_all());
    assert_true(settle());
    assert_int_equal(hour_count(), 1);
    assert_int_equal(of_hour(0, "octets"), 400);
    assert_int_equal(of_hour(0, "high_risk_octets"), 100);
    assert_int_equal(of_hour(0, "high_risk_sites"), 1);
    assert_int_equal(of_hour(0, "sites"), 3);
    world.core.wall_offset -= SECONDS(24 * 3600);
    assert_true(tell_all());
    world.core.wall_offset += SECONDS(24 * 3600 * 5000ll);
    assert_true(tell_all());
    assert_true(settle());
    world.core.wall_offset = world.wall;
    assert_true(tell_all());
    assert_true(settle());
    assert_int_equal(hour_count(), 2);
    assert_int_equal(of_hour(0, "high_risk_octets"), 100);
}

/* The oldest make room. */
static void shares_of_thirteen_months_are_kept(void **state)
{
    (void)state;
    enum { KEPT = 396 * 24, WRITTEN = KEPT + 30 };
    for (int64_t hour = 1; hour <= WRITTEN; hour++)
        store_share_put(world.store, &(struct store_share){.hour = hour});
    world.core.wall_offset = SECONDS(3600 * (WRITTEN + 1ll)) - world.timers.now;
    assert_true(tell_all());
    assert_true(settle());
    assert_int_equal(of_hour(0, "time"), 3600 * (WRITTEN + 2 - KEPT));
    assert_int_equal(hour_count(), 100);
}

static void while_shares_are_unknown_nothing_is_kept(void **state)
{
    (void)state;
    traffic_expected(&world.core, "p");
    share_history_look(&world.core);
    assert_true(settle());
    assert_int_equal(hour_count(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shares_are_kept_once_an_hour_over_restarts_and_clocks_that_jump),
        TEST(shares_of_thirteen_months_are_kept),
        TEST(while_shares_are_unknown_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
