/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>

#include "kit/timers.h"
#include "plane/lan.h"
#include "plane/session.h"

enum { MOST = 4 };

#define AGEING SECONDS(300)

struct stage {
    struct lan *lan;
    struct session one, other;
};

static int set_up(void **state)
{
    struct stage *stage = test_calloc(1, sizeof *stage);
    stage->lan = lan_new(&(struct lan_settings){MOST, AGEING, false}, 3);
    assert_non_null(stage->lan);
    assert_true(lan_join(stage->lan, &stage->one, NULL) && lan_join(stage->lan, &stage->other, NULL));
    *state = stage;
    return 0;
}

static void end_session(struct stage *stage, struct session *session)
{
    if (!session->port)
        return;
    lan_leave(stage->lan, session);
    free(session->port);
    session->port = NULL;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    end_session(stage, &stage->one);
    end_session(stage, &stage->other);
    lan_free(stage->lan);
    test_free(stage);
    return 0;
}

static const uint8_t *mac(uint8_t number)
{
    static uint8_t octets[FRAME_MAC] = {2, 0, 0, 0, 0};
    octets[5] = number;
    return octets;
}

static struct session *holder(struct stage *stage, uint8_t number, int64_t now)
{
    bool outside;
    return lan_find(stage->lan, mac(number), now, &outside);
}

static void an_address_is_its_first_senders(void **state)
{
    struct stage *s = *state;
    assert_int_equal(lan_learn(s->lan, mac(1), &s->one, 1), DROP_NONE);
    assert_int_equal(lan_learn(s->lan, mac(1), &s->one, 2), DROP_NONE);
    assert_int_equal(lan_learn(s->lan, mac(1), &s->other, 3), DROP_SPOOFED_SOURCE);
    assert_ptr_equal(holder(s, 1, 3), &s->one);
    assert_null(holder(s, 2, 3));
}

static void an_address_of_the_data_network_is_no_sessions(void **state)
{
    struct stage *s = *state;
    bool outside;
    lan_learn_outside(s->lan, mac(1), 1);
    assert_int_equal(lan_learn(s->lan, mac(1), &s->one, 2), DROP_SPOOFED_SOURCE);
    assert_null(lan_find(s->lan, mac(1), 2, &outside));
    assert_true(outside);
    assert_int_equal(lan_learn(s->lan, mac(2), &s->one, 3), DROP_NONE);
    lan_learn_outside(s->lan, mac(2), 4);
    assert_ptr_equal(holder(s, 2, 4), &s->one);
}

static void one_that_was_silent_for_the_ageing_time_may_be_anothers(void **state)
{
    struct stage *s = *state;
    assert_int_equal(lan_learn(s->lan, mac(1), &s->one, 1), DROP_NONE);
    assert_int_equal(lan_learn(s->lan, mac(1), &s->other, 1 + AGEING), DROP_SPOOFED_SOURCE);
    assert_int_equal(lan_learn(s->lan, mac(1), &s->other, 2 + AGEING), DROP_NONE);
    assert_ptr_equal(holder(s, 1, 3 + AGEING), &s->other);
    lan_learn_outside(s->lan, mac(2), 1);
    assert_int_equal(lan_learn(s->lan, mac(2), &s->one, 2 + AGEING), DROP_NONE);
}

static void the_hosts_own_address_never_becomes_a_sessions(void **state)
{
    struct stage *s = *state;
    assert_true(lan_reserve(s->lan, mac(1)));
    lan_learn_outside(s->lan, mac(1), 5);
    assert_int_equal(lan_learn(s->lan, mac(1), &s->one, 1000 * AGEING), DROP_SPOOFED_SOURCE);
}

static void a_session_has_as_many_as_it_may_and_old_ones_give_way(void **state)
{
    struct stage *s = *state;
    uint8_t macs[MOST + 1][FRAME_MAC];
    for (unsigned i = 0; i < MOST; i++)
        assert_int_equal(lan_learn(s->lan, mac((uint8_t)i), &s->one, i), DROP_NONE);
    assert_int_equal(lan_learn(s->lan, mac(MOST), &s->one, MOST), DROP_MANY_MACS);
    assert_int_equal(lan_learn(s->lan, mac(MOST), &s->other, MOST), DROP_NONE);
    assert_int_equal(lan_macs(s->lan, &s->one, macs, MOST + 1, MOST), MOST);
    assert_int_equal(lan_learn(s->lan, mac(MOST + 1), &s->one, AGEING + 2), DROP_NONE);
    assert_int_equal(lan_macs(s->lan, &s->one, macs, MOST + 1, AGEING + 2), MOST - 1);
}

static void with_its_session_an_address_is_free(void **state)
{
    struct stage *s = *state;
    assert_int_equal(lan_learn(s->lan, mac(1), &s->one, 1), DROP_NONE);
    end_session(s, &s->one);
    assert_null(holder(s, 1, 2));
    assert_int_equal(lan_learn(s->lan, mac(1), &s->other, 2), DROP_NONE);
}

static void a_session_that_replaces_another_has_its_addresses(void **state)
{
    struct stage *s = *state;
    static struct session next;
    assert_int_equal(lan_learn(s->lan, mac(1), &s->one, 1), DROP_NONE);
    assert_true(lan_join(s->lan, &next, &s->one));
    end_session(s, &s->one);
    assert_ptr_equal(holder(s, 1, 2), &next);
    end_session(s, &next);
}

static unsigned seen(const struct lan *lan)
{
    unsigned count = 0;
    for (const struct lan_port *port = lan_next(lan, NULL); port; port = lan_next(lan, port))
        count++;
    return count;
}

static void sessions_come_and_go_from_anywhere_in_the_list(void **state)
{
    struct stage *s = *state;
    static struct session more[3];
    for (unsigned i = 0; i < 3; i++)
        assert_true(lan_join(s->lan, &more[i], NULL));
    assert_int_equal(seen(s->lan), 5);
    end_session(s, &more[1]);
    end_session(s, &s->one);
    end_session(s, &more[2]);
    assert_int_equal(seen(s->lan), 2);
    end_session(s, &more[0]);
    assert_ptr_equal(lan_next(s->lan, NULL)->session, &s->other);
}

static void the_data_networks_addresses_are_bounded(void **state)
{
    struct stage *s = *state;
    uint8_t octets[FRAME_MAC] = {2, 1};
    bool outside;
    for (unsigned i = 0; i <= LAN_OUTSIDE; i++) {
        octets[4] = (uint8_t)(i >> 8);
        octets[5] = (uint8_t)i;
        octets[3] = (uint8_t)(i >> 16);
        lan_learn_outside(s->lan, octets, 1);
    }
    lan_find(s->lan, octets, 1, &outside);
    assert_false(outside);
    lan_learn_outside(s->lan, octets, 2 + AGEING);
    lan_find(s->lan, octets, 2 + AGEING, &outside);
    assert_true(outside);
}

int main(void)
{
#define STAGED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STAGED(an_address_is_its_first_senders),
        STAGED(an_address_of_the_data_network_is_no_sessions),
        STAGED(one_that_was_silent_for_the_ageing_time_may_be_anothers),
        STAGED(the_hosts_own_address_never_becomes_a_sessions),
        STAGED(a_session_has_as_many_as_it_may_and_old_ones_give_way),
        STAGED(with_its_session_an_address_is_free),
        STAGED(a_session_that_replaces_another_has_its_addresses),
        STAGED(sessions_come_and_go_from_anywhere_in_the_list),
        STAGED(the_data_networks_addresses_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
