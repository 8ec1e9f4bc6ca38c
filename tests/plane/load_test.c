/* SPDX-License-Identifier: Apache-2.0 */
/* What the plane tells of its load and of too much of it (TS 29.244 6.2.3, 6.2.4). */
#include "lab.h"
#include "plane/agent_state.h"

enum { ROOM = 5, WALL = 1000000 }; /* sessions that the lab's plane may have; seconds */

static struct lab *lab;
static struct agent_effort effort;
static bool unreadable;

static bool effort_of(void *context, unsigned number, struct agent_effort *given)
{
    (void)context;
    *given = effort;
    given->dropped_is_known = !unreadable;
    given->dropped = unreadable ? 0 : effort.dropped;
    return number == 0;
}

static void associate(uint64_t features)
{
    struct pfcp_message request = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = 5,
                                      .has_cp_features = true,
                                      .cp_features = features,
                                      .has_session_retention = true},
    };
    assert_int_equal(lab_ask(lab, &request).association_setup_response.cause, PFCP_ACCEPTED);
}

static int set_up(void **state)
{
    (void)state;
    lab = lab_new();
    lab->agent->settings.wall = WALL;
    lab->agent->settings.effort = effort_of;
    effort = (struct agent_effort){0};
    unreadable = false;
    associate(PFCP_CP_LOAD | PFCP_CP_OVRL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lab_free(lab);
    return 0;
}

static struct pfcp_session_establishment_response establish(unsigned number)
{
    struct lab_session session;
    lab_describe(&session, (uint8_t)(2 + number));
    return lab_ask(lab, &session.request).session_establishment_response;
}

/* A modification that changes nothing. */
static struct pfcp_session_modification_response ask(uint64_t seid)
{
    struct pfcp_message request = {.type = PFCP_SESSION_MODIFICATION_REQUEST, .seid = seid};
    return lab_ask(lab, &request).session_modification_response;
}

static struct pfcp_session_deletion_response end(uint64_t seid)
{
    struct pfcp_message request = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = seid};
    return lab_ask(lab, &request).session_deletion_response;
}

static void who_does_not_understand_it_is_told_nothing(void **state)
{
    (void)state;
    associate(PFCP_CP_BUNDL);
    for (unsigned i = 0; i < ROOM; i++) {
        const struct pfcp_session_establishment_response said = establish(i);
        assert_false(said.has_load_control || said.has_overload_control);
    }
}

static void who_understands_one_of_them_is_told_that(void **state)
{
    (void)state;
    associate(PFCP_CP_LOAD);
    for (unsigned i = 0; i < ROOM; i++) {
        const struct pfcp_session_establishment_response said = establish(i);
        assert_true(said.has_load_control && !said.has_overload_control);
    }
}

static void load_is_the_part_of_the_sessions_that_it_may_have(void **state)
{
    uint32_t before = WALL - 1;
    (void)state;
    for (unsigned i = 0; i < ROOM; i++) {
        const struct pfcp_session_establishment_response said = establish(i);
        assert_true(said.has_load_control);
        assert_int_equal(said.load_control.metric, 100 * (i + 1) / ROOM);
        assert_true(said.load_control.sequence > before);
        before = said.load_control.sequence;
    }
}

static void what_has_been_told_is_told_again_only_when_it_has_changed(void **state)
{
    (void)state;
    const uint64_t seid = establish(0).up_f_seid.seid;
    assert_false(ask(seid).has_load_control);
    effort.cpu = MILLISECONDS(240); /* of a second: four percent more */
    lab_sleep(lab, SECONDS(1));
    assert_false(ask(seid).has_load_control);
    effort.cpu += MILLISECONDS(250);
    lab_sleep(lab, SECONDS(1));
    const struct pfcp_session_modification_response said = ask(seid);
    assert_true(said.has_load_control);
    assert_int_equal(said.load_control.metric, 25);
    assert_false(ask(seid).has_load_control);
}

static void a_new_association_is_told_it_anew(void **state)
{
    (void)state;
    const uint64_t seid = establish(0).up_f_seid.seid;
    assert_false(ask(seid).has_load_control);
    associate(PFCP_CP_LOAD);
    assert_true(ask(seid).has_load_control);
}

static void a_plane_without_room_wants_no_new_sessions_until_it_has_some(void **state)
{
    uint64_t seid = 0;
    (void)state;
    for (unsigned i = 0; i < ROOM; i++) {
        const struct pfcp_session_establishment_response said = establish(i);
        assert_int_equal(said.has_overload_control, i == ROOM - 1);
        assert_int_equal(said.overload_control.metric, i == ROOM - 1 ? 100 : 0);
        seid = said.up_f_seid.seid;
    }
    const struct pfcp_session_establishment_response refused = establish(ROOM);
    assert_int_equal(refused.cause, PFCP_NO_RESOURCES_AVAILABLE);
    const struct pfcp_session_deletion_response said = end(seid);
    assert_true(said.has_overload_control);
    assert_int_equal(said.overload_control.metric, 0);
    assert_int_equal(said.load_control.metric, 100 * (ROOM - 1) / ROOM);
}

static void what_is_lost_before_the_workers_is_too_much(void **state)
{
    (void)state;
    const uint64_t seid = establish(0).up_f_seid.seid;
    effort.dropped = 300;
    count(&lab->plane.lanes[0].counters.packets[UPLINK], 700);
    lab_sleep(lab, SECONDS(1));
    struct pfcp_session_modification_response said = ask(seid);
    assert_true(said.has_overload_control);
    assert_int_equal(said.overload_control.metric, 30);
    assert_int_equal(said.overload_control.period, 5); /* ten seconds */
    const uint32_t first = said.overload_control.sequence;
    assert_false(ask(seid).has_overload_control);
    for (unsigned second = 0; second < 6; second++) { /* it goes on */
        effort.dropped += 300;
        count(&lab->plane.lanes[0].counters.packets[UPLINK], 700);
        lab_sleep(lab, SECONDS(1));
        said = ask(seid);
        assert_int_equal(said.has_overload_control, second == 5);
    }
    assert_true(said.overload_control.sequence > first);
    lab_sleep(lab, SECONDS(1));
    said = ask(seid);
    assert_true(said.has_overload_control);
    assert_int_equal(said.overload_control.metric, 0);
}

static void what_was_lost_before_it_began_is_not_told(void **state)
{
    (void)state;
    effort.dropped = 300;
    lab_sleep(lab, SECONDS(2));
    const struct pfcp_session_establishment_response said = establish(0);
    assert_true(said.has_load_control);
    assert_false(said.has_overload_control);
}

static void what_cannot_be_read_once_is_no_loss(void **state)
{
    (void)state;
    effort.dropped = 300;
    const uint64_t seid = establish(0).up_f_seid.seid;
    for (unsigned second = 0; second < 3; second++) {
        unreadable = second == 1;
        effort.cpu += MILLISECONDS(300);
        lab_sleep(lab, SECONDS(1));
        const struct pfcp_session_modification_response said = ask(seid);
        assert_false(said.has_overload_control);
        assert_false(said.has_load_control && said.load_control.metric > 30);
    }
}

static void a_count_that_begins_anew_is_no_loss(void **state)
{
    (void)state;
    effort.dropped = 300;
    const uint64_t seid = establish(0).up_f_seid.seid;
    effort.dropped = 10;
    lab_sleep(lab, SECONDS(1));
    assert_false(ask(seid).has_overload_control);
}

static void it_is_told_with_reports_too(void **state)
{
    struct packet packet;
    uint8_t data[200];
    uint32_t teid;
    struct lab_session session;
    (void)state;
    lab_describe(&session, 2);
    const uint64_t seid = lab_establish(lab, &session, &teid);
    assert_int_equal(lab_switch(lab, seid, NULL, 0, false), PFCP_ACCEPTED);
    effort.cpu = SECONDS(1);
    lab_sleep(lab, SECONDS(1));
    const size_t length =
        lab_udp(data, (const uint8_t[]){8, 8, 8, 8}, (const uint8_t[]){10, 45, 0, 2}, 1, 10);
    lab_downlink(lab, bytes_of(data, length), &packet);
    agent_poll(lab->agent);
    const struct pfcp_message report = lab_last(lab);
    assert_int_equal(report.type, PFCP_SESSION_REPORT_REQUEST);
    assert_true(report.session_report_request.has_load_control);
    assert_true(report.session_report_request.load_control.metric > 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_does_not_understand_it_is_told_nothing),
        TEST(who_understands_one_of_them_is_told_that),
        TEST(load_is_the_part_of_the_sessions_that_it_may_have),
        TEST(what_has_been_told_is_told_again_only_when_it_has_changed),
        TEST(a_new_association_is_told_it_anew),
        TEST(a_plane_without_room_wants_no_new_sessions_until_it_has_some),
        TEST(what_is_lost_before_the_workers_is_too_much),
        TEST(what_was_lost_before_it_began_is_not_told),
        TEST(what_cannot_be_read_once_is_no_loss),
        TEST(a_count_that_begins_anew_is_no_loss),
        TEST(it_is_told_with_reports_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
