/* SPDX-License-Identifier: Apache-2.0 */
/* A phone that comes to a core without its slices is sent to the one that has them (TS 23.502 4.2.2.2.3). */
#include "duo.h"

#include "core/amf/amf.h"
#include "core/smf/smf.h"
#include "duo_inside.h"

enum { A, B };

#define SUPI "imsi-999700000000001"

static struct duo duo;

/* What it may have; the first by default. */
static void subscribe(uint8_t first, uint8_t second)
{
    for (unsigned i = 0; i < 2; i++) {
        struct store *store = duo.sides[i].store;
        struct store_subscriber subscriber;
        struct store_slice slices[2];
        assert_int_equal(store_subscriber_get(store, SUPI, &duo.arena, &subscriber), STORE_OK);
        slices[0] = slices[1] = subscriber.slices[0];
        slices[0].slice.sst = first;
        slices[1].slice.sst = second;
        slices[1].is_default = false;
        subscriber.slices = slices;
        subscriber.slice_count = second ? 2 : 1;
        assert_int_equal(store_subscriber_put(store, &subscriber), STORE_OK);
        assert_int_equal(store_commit(store), STORE_OK);
    }
}

/* One gNB, in the cell of which two AMFs offer slice 1 and slice 2. */
static void open_cores(const char *network)
{
    duo_open_apart(&duo, ", amf_set: 2, slices: [{sst: 2}]", network);
    duo.sides[A].gnb.other = &duo.sides[B].gnb;
    duo.sides[B].gnb.other = &duo.sides[A].gnb;
}

static int set_up(void **state)
{
    (void)state;
    open_cores(", amf_set: 2, plmns: [{plmn: 999/70, slices: [{sst: 1}, {sst: 2}]}]");
    duo.sides[B].gnb.settings.slice.sst = 2;
    ran_gnb_setup(&duo.sides[B].gnb);
    duo_pass(&duo, SECONDS(1));
    return 0;
}

static int set_up_promising(void **state)
{
    (void)state;
    open_cores(", amf_set: 2");
    return 0;
}

static void come(void)
{
    phone_register(&duo.phone, NAS_INITIAL_REGISTRATION);
    duo_pass(&duo, SECONDS(3));
}

static void expect_nobody(unsigned side)
{
    assert_null(duo_ue(&duo, side));
    assert_int_equal(duo.sides[side].core->ues_by_tmsi.count, 0);
    assert_int_equal(duo.sides[side].gnb.connections.count, 0);
}

static void a_new_phone_is_sent_on_when_it_has_proved_who_it_is(void **state)
{
    (void)state;
    subscribe(2, 0);
    duo.model.slice.sst = 2;
    come();
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_ptr_equal(duo.phone.gnb, &duo.sides[B].gnb);
    assert_int_equal(duo.phone.guti.s_tmsi.amf_set_id, 2);
    assert_true(inside_registered(duo_ue(&duo, B)));
    expect_nobody(A);
    assert_int_equal(duo.sides[A].core->metrics.registrations_rerouted, 1);
    phone_open_session(&duo.phone, 1, NULL, 0);
    duo_pass(&duo, SECONDS(1));
    assert_true(duo_ping(&duo));
}

static void a_phone_of_this_core_takes_its_keys_along(void **state)
{
    (void)state;
    subscribe(1, 2);
    duo_begin(&duo);
    duo_rest(&duo);
    unsigned challenges = duo.heard[NAS_AUTHENTICATION_REQUEST];
    duo.model.slice.sst = 2;
    phone_register(&duo.phone, NAS_MOBILITY_REGISTRATION);
    duo_pass(&duo, SECONDS(3));
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_int_equal(duo.phone.guti.s_tmsi.amf_set_id, 2);
    assert_int_equal(duo.heard[NAS_AUTHENTICATION_REQUEST], challenges);
    assert_true(inside_registered(duo_ue(&duo, B)));
    expect_nobody(A); /* its session was one of slice 1, which it has not any more */
}

static void who_is_served_here_stays(void **state)
{
    (void)state;
    subscribe(1, 2);
    come();
    assert_true(inside_registered(duo_ue(&duo, A)));
    expect_nobody(B);
    assert_int_equal(duo.sides[B].requests, 0);
}

static void when_nobody_is_there_the_phone_gets_what_there_is_here(void **state)
{
    (void)state;
    subscribe(1, 2);
    come();
    duo_rest(&duo);
    duo.cut = true;
    duo.model.slice.sst = 2;
    phone_register(&duo.phone, NAS_MOBILITY_REGISTRATION);
    duo_pass(&duo, SECONDS(3));
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_true(inside_registered(duo_ue(&duo, A)));
    assert_int_equal(duo.sides[A].core->metrics.registrations_rerouted, 0);
}

static void when_nobody_is_there_and_nothing_here_it_is_refused(void **state)
{
    (void)state;
    subscribe(2, 0);
    duo.cut = true;
    come();
    assert_int_equal(duo.sides[A].core->metrics.registrations_failed[NAS_GMM_NO_NETWORK_SLICES_AVAILABLE], 1);
    expect_nobody(A);
}

static void who_was_sent_is_not_sent_on(void **state)
{
    (void)state;
    subscribe(2, 0);
    come();
    assert_int_equal(duo.sides[A].core->metrics.registrations_rerouted, 1);
    assert_int_equal(duo.sides[B].core->metrics.registrations_failed[NAS_GMM_NO_NETWORK_SLICES_AVAILABLE], 1);
    expect_nobody(A);
    expect_nobody(B);
}

static void a_gnb_that_cannot_reach_the_other_core_leaves_nothing_behind(void **state)
{
    (void)state;
    subscribe(1, 2);
    duo_begin(&duo);
    duo_rest(&duo);
    duo.sides[A].gnb.other = NULL;
    duo.model.slice.sst = 2;
    phone_register(&duo.phone, NAS_MOBILITY_REGISTRATION);
    duo_pass(&duo, SECONDS(3));
    assert_true(inside_registered(duo_ue(&duo, A)));
    assert_false(amf_connected(duo_ue(&duo, A)));
    duo.model.slice.sst = 1;
    duo_pass(&duo, SECONDS(60));
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_true(duo_ping(&duo));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, duo_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_new_phone_is_sent_on_when_it_has_proved_who_it_is),
        CASE(a_phone_of_this_core_takes_its_keys_along),
        CASE(who_is_served_here_stays),
        CASE(when_nobody_is_there_the_phone_gets_what_there_is_here),
        CASE(when_nobody_is_there_and_nothing_here_it_is_refused),
        cmocka_unit_test_setup_teardown(who_was_sent_is_not_sent_on, set_up_promising, duo_tear_down),
        CASE(a_gnb_that_cannot_reach_the_other_core_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
