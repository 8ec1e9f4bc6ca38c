/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N5: a gNB that misbehaves is fenced, and nobody else feels anything. */
#include "amf_world.h"

#include "core/amf/fence.h"
#include "core/amf/gmm.h"

#define STRICT                                              \
    "domains: [{name: test, listen: [127.0.0.5]}]\n"        \
    "gnbs:\n"                                               \
    "  - {name: pier, domain: test, id: 999/70-00000001}\n" \
    "  - {name: quay, domain: test, id: 999/70-00000002}\n"

static struct world world;

static int open_world(void **state)
{
    (void)state;
    world_open(&world);
    return 0;
}

static void begin(const char *inventory)
{
    world_configure_line(&world, inventory);
    world_ready(&world);
    world_set_up_gnb(&world, 1);
    world_register(&world, 0);
}

static struct gnb *gnb(unsigned i)
{
    return gnb_find(world.core, 100 + i);
}

static void fence(unsigned i, int64_t time)
{
    assert_true(fence_begin(world.core, gnb_id_of(gnb(i)), time, "test"));
    world_run(&world);
    world_pass(&world, SECONDS(1));
}

static void stray(unsigned i)
{
    world_ngap(&world, i, NGAP_UE_CONTEXT_RELEASE_REQUEST,
               &(struct ngap_ue_context_release_request){
                   .amf_ue_ngap_id = 12345,
                   .ran_ue_ngap_id = 6789,
                   .cause = {.which = NGAP_CAUSE_RADIO_NETWORK,
                             .radio_network = NGAP_CAUSE_RADIO_NETWORK_USER_INACTIVITY}});
    world_run(&world);
}

static void its_phones_are_sent_away_and_no_other_gets_in(void **state)
{
    (void)state;
    begin(STRICT);
    assert_non_null(world_ue(&world, 0)->connection);
    fence(0, 0);
    assert_null(world_ue(&world, 0)->connection);
    assert_true(world_ue(&world, 0)->registered);
    assert_int_equal(gnb(0)->connections.count, 0);
    assert_int_equal(world.sent[NGAP_OVERLOAD_START], 1);
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.phones[1].state == PHONE_ON, false);
    assert_int_equal(world.core->provisional, 0);
}

static void others_feel_nothing(void **state)
{
    (void)state;
    begin(STRICT);
    fence(0, 0);
    phone_camp(&world.phones[2], &world.gnbs[1]);
    world_register(&world, 2);
    assert_non_null(world_ue(&world, 2)->connection);
    assert_false(gnb(1)->overload_told);
}

static void it_pages_nobody(void **state)
{
    (void)state;
    begin(STRICT);
    world_session(&world, 0, 5);
    world_idle(&world, 0);
    fence(0, 0);
    world.sent[NGAP_PAGING] = 0;
    world_data_waits(&world, 0, 5);
    world_run(&world);
    assert_int_equal(world.sent[NGAP_PAGING], 1); /* through the other gNB alone */
}

static void the_fence_opens_when_its_time_is_up(void **state)
{
    (void)state;
    begin(STRICT);
    fence(0, SECONDS(60));
    assert_true(gnb(0)->fenced);
    world_pass(&world, SECONDS(60));
    assert_false(gnb(0)->fenced);
    assert_int_equal(fence_count(world.core), 0);
    assert_int_equal(world.sent[NGAP_OVERLOAD_STOP], 1);
    world_register(&world, 1);
    assert_non_null(world_ue(&world, 1));
}

static void it_survives_a_restart_and_a_new_association(void **state)
{
    (void)state;
    begin(STRICT);
    fence(0, 0);
    world_restart(&world);
    world_announce(&world, 0);
    world_run(&world);
    assert_true(gnb(0)->fenced);
    assert_int_equal(world.sent[NGAP_OVERLOAD_STOP], 0);
    core_association_down(world.core, 100, "test");
    core_association_up(world.core, 100, &(struct core_peer){.edge = "test"});
    ran_gnb_setup(&world.gnbs[0]);
    world_run(&world);
    assert_true(world.gnb_ready[0]);
    assert_true(gnb(0)->fenced);
    assert_true(fence_lift(world.core, gnb_id_of(gnb(0))));
    assert_false(fence_lift(world.core, gnb_id_of(gnb(0))));
    world_run(&world);
    world_restart(&world);
    assert_int_equal(fence_count(world.core), 0);
}

static void misdeeds_trip_it_at_the_threshold(void **state)
{
    (void)state;
    begin(STRICT "fence: {foreign_ids: 3, undecodable: 5}\n");
    stray(0);
    stray(0);
    assert_false(gnb(0)->fenced);
    stray(0);
    assert_true(gnb(0)->fenced);
    assert_false(gnb(1)->fenced);
    assert_int_equal(world.core->metrics.misdeeds[MISDEED_FOREIGN_ID], 3);
    core_conduct(world.core, 101, (const uint32_t[WICKET_MISDEEDS]){[WICKET_UNDECODABLE] = 5});
    assert_true(gnb(1)->fenced);
}

static void a_lab_only_records(void **state)
{
    (void)state;
    begin("profile: lab\n" STRICT "fence: {foreign_ids: 1}\n");
    stray(0);
    assert_false(gnb(0)->fenced);
    assert_int_equal(gnb(0)->conduct.counts[MISDEED_FOREIGN_ID], 1);
}

static void with_time_to_move_phones_stay_for_a_while(void **state)
{
    (void)state;
    begin(STRICT "fence: {phones: move, grace: 20s}\n");
    fence(0, 0);
    assert_non_null(world_ue(&world, 0)->connection);
    world_pass(&world, SECONDS(20));
    assert_null(world_ue(&world, 0)->connection);
}

static void who_spends_too_much_is_told_to_wait(void **state)
{
    (void)state;
    begin(STRICT "budgets: [{domain: any, deconcealments: 1}]\n");
    world_pass(&world, SECONDS(2));
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    phone_register(&world.phones[2], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.phones[1].state, PHONE_ON);
    assert_int_not_equal(world.phones[2].state, PHONE_ON);
    assert_int_equal(world.cause[2], NAS_GMM_CONGESTION);
    assert_true(gnb(0)->overload_told);
    assert_false(gnb(1)->overload_told);
    phone_camp(&world.phones[3], &world.gnbs[1]);
    phone_register(&world.phones[3], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.phones[3].state, PHONE_ON);
}

static void begin_with_a_vector_a_second(void)
{
    begin(STRICT "budgets: [{domain: any, vectors: 1}]\n");
    world_pass(&world, SECONDS(2));
}

/* The phone is told to wait, and not that it is nobody's. */
static void a_resynchronisation_is_paid_for_like_the_vector_it_brings(void **state)
{
    (void)state;
    begin_with_a_vector_a_second();
    for (unsigned i = 0; i < USIM_INDEXES; i++)
        world.phones[1].usim.seq[i] = 100000;
    phone_register(&world.phones[1], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REJECT], 0);
    assert_int_equal(world.cause[1], NAS_GMM_CONGESTION);
    assert_int_equal(world.core->metrics.misdeeds[MISDEED_OVERRUN], 1);
}

static void say_something(void)
{
    static const uint8_t some[] = {0};
    const struct nas_message message = {
        .type = NAS_UL_NAS_TRANSPORT,
        .ul_nas_transport = {.payload_container_type = NAS_PAYLOAD_SMS, .payload_container = BYTES(some)}};
    assert_true(phone_say(&world.phones[0], &message));
    world_run(&world);
}

static void a_new_authentication_of_a_registered_phone_is_paid_for_too_and_waits(void **state)
{
    (void)state;
    begin_with_a_vector_a_second();
    world_ue(&world, 0)->security.uplink = world.phones[0].security.uplink = NAS_COUNT_RENEW;
    world_register(&world, 1);
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 2);
    say_something();
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 2);
    assert_true(world_ue(&world, 0)->registered);
    world_pass(&world, SECONDS(2));
    say_something();
    assert_int_equal(world.heard[NAS_AUTHENTICATION_REQUEST], 3);
}

/* A phone that stops answering in the middle of its registration. */
static bool says_nothing(struct world *w, unsigned number, const struct ngap_pdu *pdu)
{
    (void)w, (void)pdu;
    return number != 0;
}

static void one_gnb_has_no_more_procedures_than_its_own(void **state)
{
    (void)state;
    begin(STRICT "budgets: [{domain: any, transactions: 2}]\n");
    const unsigned before = gnb(0)->transactions;
    world.downlink_filter = says_nothing;
    for (unsigned i = 1; i < 4; i++)
        phone_register(&world.phones[i], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_int_equal(before, 0);
    assert_int_equal(gnb(0)->transactions, 2);
    assert_int_equal(world.core->metrics.misdeeds[MISDEED_OVERRUN], 1);
    world.downlink_filter = NULL;
    world_pass(&world, SECONDS(120));
    assert_int_equal(gnb(0)->transactions, 0);
}

/* A registration with a SUCI that is nobody's. */
static void stranger(uint32_t ran_ue_ngap_id)
{
    static const uint8_t nas[] = {0x7e, 0, 0x41, 0x79, 0, 0x0d, 1,    0x99, 0xf9, 0x07, 0,   0,
                                  0,    0, 0,    0,    0, 0,    0x10, 0x2e, 2,    0xf0, 0x70};
    const struct ngap_initial_ue_message message = {
        .ran_ue_ngap_id = ran_ue_ngap_id,
        .nas_pdu = BYTES(nas),
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                      .user_location_information_nr = {.nr_cgi = {{0x99, 0xf9, 0x07}, 16},
                                                                       .tai = {{0x99, 0xf9, 0x07}, 1}}}};
    world_ngap(&world, 0, NGAP_INITIAL_UE_MESSAGE, &message);
}

/* Neither rejects nor releases reach it: what it never answers does not pile up. */
static void a_gnb_that_answers_nothing_has_no_more_timers_than_it_may_have_strangers(void **state)
{
    enum { UNPROVEN = 3, TRANSACTIONS = 2, OF_OVERLOAD = 1, SECONDS_LONG = 30 };
    (void)state;
    begin(STRICT "budgets: [{domain: any, unproven: 3, transactions: 2}]\n");
    const size_t timers = world.timers.count, connections = gnb(0)->connections.count;
    world.deaf = true;
    for (unsigned i = 0; i < 20 * SECONDS_LONG; i++) {
        stranger(1000 + i);
        world_run(&world);
        assert_in_range(world.timers.count, timers, timers + UNPROVEN + TRANSACTIONS + OF_OVERLOAD);
        assert_in_range(gnb(0)->connections.count, connections, connections + UNPROVEN);
        if (i % 20 == 0)
            world_pass(&world, SECONDS(1));
    }
    assert_true(gnb(0)->overload_told);
    world_pass(&world, SECONDS(120));
    assert_int_equal(gnb(0)->unproven, 0);
    assert_int_equal(gnb(0)->connections.count, connections);
    assert_in_range(world.timers.count, 0, timers + OF_OVERLOAD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_phones_are_sent_away_and_no_other_gets_in),
        TEST(others_feel_nothing),
        TEST(it_pages_nobody),
        TEST(the_fence_opens_when_its_time_is_up),
        TEST(it_survives_a_restart_and_a_new_association),
        TEST(misdeeds_trip_it_at_the_threshold),
        TEST(a_lab_only_records),
        TEST(with_time_to_move_phones_stay_for_a_while),
        TEST(who_spends_too_much_is_told_to_wait),
        TEST(a_resynchronisation_is_paid_for_like_the_vector_it_brings),
        TEST(a_new_authentication_of_a_registered_phone_is_paid_for_too_and_waits),
        TEST(a_gnb_that_answers_nothing_has_no_more_timers_than_it_may_have_strangers),
        TEST(one_gnb_has_no_more_procedures_than_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
