/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of tunnels: nobody can tell one from another, and none is another phone's soon after it was one's. */
#include "../uniform.h"
#include "lab.h"

enum { TEIDS = 16384, TEID_OCTETS = 4, ROUNDS = 400, NARROW = 0x3f };

static struct lab *lab;
static struct lab_session session;

static int set_up(void **state)
{
    (void)state;
    lab = lab_new();
    lab_describe(&session, 2);
    lab->plane.resting.time = SECONDS(30);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lab_free(lab);
    return 0;
}

/* The tunnel of a session that comes and goes. */
static uint32_t come_and_go(void)
{
    uint32_t teid = 0;
    session.request.sequence = 0;
    struct pfcp_message deletion = {.type = PFCP_SESSION_DELETION_REQUEST,
                                    .seid = lab_establish(lab, &session, &teid)};
    lab_ask(lab, &deletion);
    assert_true(teid != 0);
    return teid;
}

static void teids_are_drawn_evenly_from_32_bits(void **state)
{
    static uint64_t teids[TEIDS];
    (void)state;
    for (unsigned i = 0; i < TEIDS; i++)
        teids[i] = come_and_go();
    assert_true(uniform(teids, TEIDS, TEID_OCTETS));
}

/* With a source that says the same few numbers over and over. */
static void no_teid_is_given_out_before_it_has_rested(void **state)
{
    int64_t given_back[NARROW + 1] = {0};
    unsigned again = 0;
    (void)state;
    lab->narrow = NARROW;
    for (unsigned i = 0; i < ROUNDS; i++) {
        lab_sleep(lab, MILLISECONDS(600));
        uint32_t teid = come_and_go();
        assert_in_range(teid, 1, NARROW);
        if (given_back[teid]) {
            assert_true(lab->timers.now - given_back[teid] >= SECONDS(30));
            again++;
        }
        given_back[teid] = lab->timers.now;
    }
    assert_true(again > ROUNDS / 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(teids_are_drawn_evenly_from_32_bits),
        TEST(no_teid_is_given_out_before_it_has_rested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
