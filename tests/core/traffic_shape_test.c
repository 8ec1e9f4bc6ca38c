/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H2: a share over its limit is one breach however often it is looked at; shaping begins before it and ends after it. */
#include "traffic_world.h"

#include "evidence/entry.h"
#include "line/event.h"

/* Of the kind breach, by what they are about. */
static struct {
    unsigned begun, ended;
    char reason[256];
} breaches, shapings;

static void take(void *context, const struct evidence_entry *entry)
{
    const bool shaping = strcmp(entry->procedure, "shaping") == 0;
    (void)context;
    assert_int_equal(entry->kind, EVIDENCE_BREACH);
    assert_string_equal(entry->rule, "H2");
    *(entry->step == EVIDENCE_BEGINS ? shaping ? &shapings.begun : &breaches.begun
      : shaping                      ? &shapings.ended
                                     : &breaches.ended) += 1;
    snprintf(shaping ? shapings.reason : breaches.reason, sizeof breaches.reason, "%s", entry->reason);
}

static void open_with(const char *profile)
{
    static const struct line_recorder recorder = {.take = take};
    line_record(&recorder);
    memset(&breaches, 0, sizeof breaches);
    memset(&shapings, 0, sizeof shapings);
    world_open(profile);
    world.plane.shapes = true;
}

static int set_up(void **state)
{
    (void)state;
    open_with("uk-2020-01");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close();
    line_record(NULL);
    return 0;
}

enum { FAR, OTHER_FAR, NEAR = HIGH_RISK };

/* Thousands of octets more, and ten seconds later they are told. */
static void carry(unsigned address, uint64_t uplink, uint64_t downlink)
{
    world.plane.uplink[address] += 1000 * uplink;
    world.plane.downlink[address] += 1000 * downlink;
    world.timers.now += SECONDS(10);
    assert_true(tell_all());
    assert_true(settle());
}

static void told(unsigned begun, unsigned ended, unsigned shaped, unsigned left)
{
    assert_int_equal(breaches.begun, begun);
    assert_int_equal(breaches.ended, ended);
    assert_int_equal(shapings.begun, shaped);
    assert_int_equal(shapings.ended, left);
}

static void a_breach_begins_and_ends_once_each(void **state)
{
    (void)state;
    carry(NEAR, 300, 350);
    carry(FAR, 330, 20); /* 35 % */
    told(0, 0, 1, 0);
    carry(FAR, 1, 0);
    told(1, 0, 1, 0);
    assert_non_null(strstr(breaches.reason, "351000 of 1001000 octets"));
    for (unsigned i = 0; i < 5; i++)
        carry(NEAR, i % 2, 0);
    told(1, 0, 1, 0);
    carry(NEAR, 6, 0); /* 34.8 %: it may be over again any moment */
    for (unsigned i = 0; i < 20; i++)
        carry(i % 2 ? FAR : NEAR, 3, 0);
    told(1, 0, 1, 0);
    carry(NEAR, 0, 70);
    told(1, 1, 1, 0);
    carry(NEAR, 0, 300);
    told(1, 1, 1, 1);
    carry(FAR, 0, 1000);
    told(2, 1, 2, 1);
}

static void restarts_of_control_say_nothing_again(void **state)
{
    (void)state;
    carry(NEAR, 100, 0);
    carry(FAR, 100, 0);
    told(1, 0, 1, 0);
    const int64_t since = world.wall;
    for (unsigned i = 0; i < 3; i++) {
        restart_control();
        assert_true(tell_all() && settle());
    }
    told(1, 0, 1, 0);
    json_t *summary = traffic_summary(&world.core);
    const json_t *shaping = json_object_get(summary, "shaping");
    assert_true(json_is_true(json_object_get(summary, "breached")));
    assert_true(json_integer_value(json_object_get(shaping, "since")) >= since / SECONDS(1));
    json_decref(summary);
}

static struct pfcp_shaping_of_peer *shaped(size_t count)
{
    static struct pfcp_shaping_of_peer copy[ADDRESSES];
    struct pfcp_shaping_of_peer *list;
    size_t found;
    assert_true(traffic_shaping(&world.core, "p", &list, &found));
    assert_int_equal(found, count);
    memcpy(copy, list, found * sizeof *list);
    free(list);
    return copy;
}

/* Trusted gNBs carry 1000 kbit/s up and 10,000 down over the time that has been measured: 33 parts of them are for 67 of theirs. */
static void the_rate_is_what_keeps_the_share_and_goes_to_who_carries(void **state)
{
    enum { UP = 1000 * 33 / 67, DOWN = 10000 * 33 / 67 };
    (void)state;
    world.config->smf.shape_floor = 8000;
    for (unsigned i = 0; i < 60; i++)
        carry(NEAR, 1250, 12500);
    shaped(0);
    world.plane.uplink[FAR] = world.plane.downlink[FAR] = 300000000;
    world.plane.uplink[OTHER_FAR] = 100000000;
    assert_true(tell_all());
    const struct pfcp_shaping_of_peer *list = shaped(2);
    const unsigned far = list[0].ip.v4[3] == FAR ? 0 : 1;
    assert_in_range(list[far].uplink, UP * 3 / 4 - 2, UP * 3 / 4 + 2);
    assert_in_range(list[!far].uplink, UP / 4 - 2, UP / 4 + 2);
    assert_in_range(list[far].downlink, DOWN - 2, DOWN + 2);
    assert_int_equal(list[!far].downlink, 8); /* the floor */
}

static void nothing_is_shaped_when_the_share_is_low_again(void **state)
{
    (void)state;
    carry(NEAR, 100, 0);
    carry(FAR, 100, 0);
    shaped(1);
    world.timers.now += SECONDS(25 * 3600);
    carry(NEAR, 100, 0);
    shaped(0);
    told(1, 1, 1, 1);
}

static void a_suspended_rule_does_not_shape(void **state)
{
    static const struct config_suspension suspension = {.rule = CONFIG_H2, .until = {30000}};
    struct config_inventory *inventory = &world.config->inventory;
    (void)state;
    carry(NEAR, 100, 0);
    carry(FAR, 100, 0);
    inventory->suspensions = &suspension;
    inventory->suspension_count = 1;
    traffic_reload(&world.core);
    shaped(0);
    told(1, 0, 1, 1);
    inventory->suspension_count = 0;
    traffic_reload(&world.core);
    shaped(1);
    told(1, 0, 2, 1);
}

static void a_rule_that_is_not_in_force_yet_does_not_shape(void **state)
{
    (void)state;
    world.wall = SECONDS(1600000000);
    stop();
    start();
    carry(NEAR, 100, 0);
    carry(FAR, 100, 0);
    told(1, 0, 0, 0);
}

static void a_profile_that_only_records_does_not_shape(void **state)
{
    (void)state;
    open_with("lab");
    carry(NEAR, 100, 0);
    carry(FAR, 100, 0);
    shaped(0);
    assert_int_equal(shapings.begun, 0);
}

static void what_is_not_known_changes_nothing(void **state)
{
    (void)state;
    carry(NEAR, 100, 0);
    carry(FAR, 100, 0);
    world.plane.instance++;
    memset(world.plane.uplink, 0, sizeof world.plane.uplink);
    world.timers.now += world.config->smf.traffic_gap + SECONDS(1);
    carry(NEAR, 100000, 0);
    assert_false(measured().traffic_known);
    told(1, 0, 1, 0);
}

static void a_plane_that_does_not_know_how_is_named(void **state)
{
    (void)state;
    world.plane.shapes = false;
    carry(NEAR, 100, 0);
    carry(FAR, 100, 0);
    assert_false(traffic_plane_shapes(&world.core, "p"));
    json_t *summary = traffic_summary(&world.core);
    const json_t *without = json_object_get(json_object_get(summary, "shaping"), "without");
    assert_string_equal(json_string_value(json_array_get(without, 0)), "p");
    json_decref(summary);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_breach_begins_and_ends_once_each),
        TEST(restarts_of_control_say_nothing_again),
        TEST(the_rate_is_what_keeps_the_share_and_goes_to_who_carries),
        TEST(nothing_is_shaped_when_the_share_is_low_again),
        TEST(a_suspended_rule_does_not_shape),
        TEST(a_rule_that_is_not_in_force_yet_does_not_shape),
        cmocka_unit_test_teardown(a_profile_that_only_records_does_not_shape, tear_down),
        TEST(what_is_not_known_changes_nothing),
        TEST(a_plane_that_does_not_know_how_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
