/* SPDX-License-Identifier: Apache-2.0 */
/* Rule K1: a vendor is barred, its phones go elsewhere, and it is known what became of each. */
#include "amf_world.h"

#include "core/amf/bar.h"
#include "core/amf/fence.h"
#include "core/amf/gmm.h"

#define TWO_VENDORS                                           \
    "vendors: [{name: acme, risk: high}, {name: house}]\n"    \
    "domains:\n"                                              \
    "  - {name: test, vendor: acme, listen: [127.0.0.5]}\n"   \
    "  - {name: other, vendor: house, listen: [127.0.0.6]}\n" \
    "gnbs:\n"                                                 \
    "  - {name: pier, domain: test, id: 999/70-00000001}\n"   \
    "  - {name: quay, domain: test, id: 999/70-00000002}\n"   \
    "  - {name: tower, domain: other, id: 999/70-00000003}\n" \
    "protected: {subscribers: [999700000000002]}\n"

enum { TOWER = 2 };

static struct world world;

static int open_world(void **state)
{
    (void)state;
    world_open(&world);
    world_configure_line(&world, "profile: lab\n" TWO_VENDORS);
    world_ready(&world);
    world_set_up_gnb(&world, 1);
    core_association_down(world.core, 100 + TOWER, "test");
    core_association_up(world.core, 100 + TOWER, &(struct core_peer){.edge = "other"});
    world_set_up_gnb(&world, TOWER);
    return 0;
}

static struct gnb *gnb(unsigned i)
{
    return gnb_find(world.core, 100 + i);
}

static struct bar_order order(const char *vendor, bool drill, int64_t time)
{
    return (struct bar_order){
        .vendor = vendor, .by = "a test", .reason = "to see", .drill = drill, .time = time};
}

static void order_bar(struct bar_order wanted)
{
    const char *why;
    assert_true(bar_begin(world.core, &wanted, &why));
    world_run(&world);
    world_pass(&world, SECONDS(1));
}

static struct drill_area report(const char *vendor)
{
    struct drill_areas areas;
    const struct bar *bar = world.core->bars;
    while (strcmp(bar->vendor, vendor) != 0)
        bar = bar->next;
    assert_true(drill_report(bar, &areas));
    const struct drill_area total = areas.total;
    drill_areas_free(&areas);
    return total;
}

static unsigned fate(enum drill_fate fate)
{
    return report("acme").count.fates[fate];
}

static void goes_to(unsigned phone, unsigned at)
{
    phone_camp(&world.phones[phone], &world.gnbs[at]);
    phone_register(&world.phones[phone], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    world_pass(&world, SECONDS(1));
}

static void its_phones_are_released_and_found_again_elsewhere(void **state)
{
    (void)state;
    world_register(&world, 0);
    world_register(&world, 1);
    world_session(&world, 0, 5);
    order_bar(order("acme", false, 0));
    assert_null(world_ue(&world, 0)->connection);
    assert_int_equal(gnb(0)->connections.count, 0);
    assert_int_equal(world.last_cause.which, NGAP_CAUSE_MISC);
    assert_int_equal(world.last_cause.misc, NGAP_CAUSE_MISC_OM_INTERVENTION);
    assert_int_equal(report("acme").count.phones, 2);
    assert_int_equal(fate(DRILL_RELEASED), 2);
    goes_to(0, TOWER);
    assert_int_equal(fate(DRILL_RETURNED), 1);
    assert_int_equal(fate(DRILL_RELEASED), 1);
    assert_int_equal(report("acme").count.sessions, 1);
    assert_int_equal(report("acme").count.sessions_lost,
                     1); /* the stand-in SMF's, of which the phone knows nothing */
    assert_int_equal(report("acme").count.protected, 1);
    assert_int_equal(report("acme").count.protected_settled, 0);
    assert_int_not_equal(world.core->bars->cleared, 0);
}

static void nobody_gets_in_and_nobody_is_called_there(void **state)
{
    (void)state;
    world_register(&world, 0);
    world_session(&world, 0, 5);
    world_idle(&world, 0);
    order_bar(order("acme", false, 0));
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_not_equal(world.phones[1].state, PHONE_ON);
    assert_int_equal(world.core->provisional, 0);
    world.sent[NGAP_PAGING] = 0;
    world_data_waits(&world, 0, 5);
    world_run(&world);
    assert_int_equal(world.sent[NGAP_PAGING], 0);
    phone_camp(&world.phones[2], &world.gnbs[TOWER]);
    world_register(&world, 2);
    assert_non_null(world_ue(&world, 2)->connection);
    assert_false(gnb(TOWER)->overload_told);
}

static void a_gnb_that_comes_later_is_refused_by_rule_k1(void **state)
{
    (void)state;
    order_bar(order("acme", false, 0));
    ran_gnb_setup(&world.gnbs[3]);
    world_run(&world);
    assert_true(world.gnb_refused[3]);
    assert_int_equal(world.last_cause.misc, NGAP_CAUSE_MISC_OM_INTERVENTION);
    assert_true(bar_lift(world.core, "acme"));
    assert_false(bar_lift(world.core, "acme"));
    world_set_up_gnb(&world, 3);
}

static void protected_phones_go_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        world_register(&world, i);
    order_bar(order("acme", false, 0));
    const struct bar *bar = bar_of(world.core, "acme");
    assert_int_equal(bar->count, WORLD_PHONES);
    assert_int_equal(bar->phones[0]->supi, supi_of_text(world.phones[1].imsi));
    assert_true(bar->phones[0]->protected);
    assert_false(bar->phones[1]->protected);
}

static void in_its_grace_a_phone_may_move(void **state)
{
    (void)state;
    world_register(&world, 0);
    world_register(&world, 1);
    struct bar_order wanted = order("acme", false, 0);
    wanted.grace = SECONDS(3);
    order_bar(wanted);
    assert_non_null(world_ue(&world, 0)->connection);
    goes_to(0, TOWER);
    world_pass(&world, SECONDS(4));
    assert_int_equal(fate(DRILL_MOVED), 1);
    assert_int_equal(fate(DRILL_RELEASED), 1);
}

static void a_drill_ends_by_itself_and_everybody_may_come_back(void **state)
{
    (void)state;
    world_register(&world, 0);
    order_bar(order("acme", true, SECONDS(60)));
    assert_int_equal(bar_gnbs(world.core), 2);
    world_pass(&world, SECONDS(60));
    assert_null(bar_of(world.core, "acme"));
    assert_int_equal(bar_gnbs(world.core), 0);
    assert_int_equal(world.sent[NGAP_OVERLOAD_STOP], 2);
    world_register(&world, 2);
    assert_int_equal(fate(DRILL_RELEASED), 1); /* as it was when it ended */
    assert_false(timer_armed(&world.core->bars->step));
}

static void a_fence_outlasts_a_bar_and_a_bar_a_fence(void **state)
{
    (void)state;
    assert_true(fence_begin(world.core, gnb_id_of(gnb(0)), 0, "test"));
    order_bar(order("acme", false, 0));
    assert_true(fence_lift(world.core, gnb_id_of(gnb(0))));
    assert_true(gnb_is_shut(gnb(0)));
    assert_true(fence_begin(world.core, gnb_id_of(gnb(0)), 0, "test"));
    assert_true(bar_lift(world.core, "acme"));
    assert_true(gnb_is_shut(gnb(0)));
    assert_false(gnb_is_shut(gnb(1)));
}

static void it_survives_a_restart_in_the_midst_of_it(void **state)
{
    (void)state;
    world_register(&world, 0);
    world_register(&world, 1);
    struct bar_order wanted = order("acme", false, 0);
    wanted.grace = SECONDS(3);
    order_bar(wanted);
    world_restart(&world);
    assert_non_null(bar_of(world.core, "acme"));
    world_announce(&world, 0);
    world_run(&world);
    world_pass(&world, SECONDS(6));
    assert_true(gnb(0)->barred);
    assert_int_equal(gnb(0)->connections.count, 0);
    assert_int_equal(report("acme").count.phones, 2);
    assert_int_equal(fate(DRILL_RELEASED), 2);
    world_restart(&world);
    assert_int_equal(fate(DRILL_RELEASED), 2);
    world_announce(&world, 0);
    assert_true(bar_lift(world.core, "acme"));
    world_run(&world);
    world_restart(&world);
    assert_null(bar_of(world.core, "acme"));
    assert_int_equal(report("acme").count.phones, 2);
}

static void a_later_bar_counts_anew(void **state)
{
    (void)state;
    world_register(&world, 0);
    order_bar(order("acme", false, 0));
    assert_true(bar_lift(world.core, "acme"));
    world_run(&world);
    order_bar(order("acme", true, SECONDS(60)));
    assert_int_equal(report("acme").count.phones, 0);
    world_restart(&world);
    assert_int_equal(report("acme").count.phones, 0);
}

static void a_drill_may_become_serious(void **state)
{
    (void)state;
    world_register(&world, 0);
    order_bar(order("acme", true, SECONDS(60)));
    order_bar(order("acme", false, 0));
    world_pass(&world, SECONDS(120));
    assert_non_null(bar_of(world.core, "acme"));
    assert_false(bar_of(world.core, "acme")->drill);
    assert_int_equal(report("acme").count.phones, 1);
}

static void a_phone_that_leaves_for_good_is_counted_with_its_sessions(void **state)
{
    (void)state;
    world_register(&world, 0);
    world_session(&world, 0, 5);
    order_bar(order("acme", false, 0));
    amf_deregister(world_ue(&world, 0), 0, false);
    world_run(&world);
    world_pass(&world, SECONDS(60));
    assert_int_equal(fate(DRILL_GONE), 1);
    assert_int_equal(report("acme").count.sessions_lost, 1);
}

static void nobody_is_barred_by_a_name_that_is_none(void **state)
{
    (void)state;
    const struct bar_order wanted = order("nobody", false, 0);
    const char *why;
    assert_false(bar_begin(world.core, &wanted, &why));
    assert_null(world.core->bars);
}

static void a_survey_counts_and_touches_nobody(void **state)
{
    (void)state;
    struct drill_areas areas;
    world_register(&world, 0);
    world_register(&world, 1);
    world_idle(&world, 1);
    assert_true(drill_survey(world.core, "acme", &areas));
    assert_int_equal(areas.count, 1);
    assert_int_equal(areas.areas[0].gnbs, 2);
    assert_int_equal(areas.areas[0].gnbs_left, 1);
    assert_int_equal(areas.areas[0].count.phones, 1);
    assert_int_equal(areas.areas[0].idle, 1);
    drill_areas_free(&areas);
    assert_true(drill_survey(world.core, "house", &areas));
    assert_int_equal(areas.total.count.phones, 0);
    assert_int_equal(areas.areas[0].gnbs_left, 2);
    drill_areas_free(&areas);
    assert_non_null(world_ue(&world, 0)->connection);
}

static void another_vendor_s_gnb_after_a_reload_is_open(void **state)
{
    (void)state;
    order_bar(order("acme", false, 0));
    world_configure_line(&world, "profile: lab\n"
                                 "vendors: [{name: acme}, {name: house}]\n"
                                 "domains:\n"
                                 "  - {name: test, vendor: house, listen: [127.0.0.5]}\n"
                                 "  - {name: other, vendor: acme, listen: [127.0.0.6]}\n");
    world_run(&world);
    assert_false(gnb(0)->barred);
    assert_true(gnb(TOWER)->barred);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_phones_are_released_and_found_again_elsewhere),
        TEST(nobody_gets_in_and_nobody_is_called_there),
        TEST(a_gnb_that_comes_later_is_refused_by_rule_k1),
        TEST(protected_phones_go_first),
        TEST(in_its_grace_a_phone_may_move),
        TEST(a_drill_ends_by_itself_and_everybody_may_come_back),
        TEST(a_fence_outlasts_a_bar_and_a_bar_a_fence),
        TEST(it_survives_a_restart_in_the_midst_of_it),
        TEST(a_later_bar_counts_anew),
        TEST(a_drill_may_become_serious),
        TEST(a_phone_that_leaves_for_good_is_counted_with_its_sessions),
        TEST(nobody_is_barred_by_a_name_that_is_none),
        TEST(a_survey_counts_and_touches_nobody),
        TEST(another_vendor_s_gnb_after_a_reload_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
