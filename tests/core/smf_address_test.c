/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribers' own addresses, and addresses of sessions that end and begin at once. */
#include "smf_world.h"

static const char small_pool[] =
    "data_networks:\n  - name: internet\n    type: ipv4\n    ipv4: 10.45.0.0/29\n";

static struct world world;

/* The demo subscriber, or another one, has 10.45.0.`last` for his own; 0: none. */
static void give_address(const char *supi, uint8_t last)
{
    struct store_subscriber subscriber;
    struct arena memory;
    arena_init(&memory, 0);
    assert_true(
        store_subscriber_defaults(&subscriber, &memory, (struct config_slice){1, CONFIG_NO_SD}, "internet"));
    assert_true(store_supi_parse(supi, subscriber.supi));
    subscriber.k_length = 16;
    if (last)
        ((struct store_dnn *)subscriber.slices[0].dnns)->ipv4 =
            (struct config_ip){.family = AF_INET, .address = {10, 45, 0, last}};
    assert_int_equal(store_subscriber_put(world.store, &subscriber), STORE_OK);
    assert_int_equal(store_commit(world.store), STORE_OK);
    arena_free(&memory);
    smf_subscriber_noted(&world.core, subscriber.supi);
}

static void nobody_else_gets_a_subscribers_own_address(void **state)
{
    (void)state;
    world_open(&world, small_pool);
    give_address("999700000000002", 3);
    for (unsigned start = 0; start < 2; start++) { /* known by the change, and by the next start */
        for (uint8_t psi = 1; psi <= 4; psi++)
            assert_int_not_equal(world_session(&world, psi)->ipv4[3], 3);
        world_establish(&world, 5, 5, NAS_SESSION_IPV4);
        assert_int_equal(world_n1(&world)->session_establishment_reject.cause,
                         NAS_GSM_INSUFFICIENT_RESOURCES);
        smf_release_all(&world.ue);
        world_pump(&world);
        world_restart_core(&world);
    }
    world_close(&world);
}

/* The pool has five to give. Neither a release nor a restart puts one into another's hands before its time. */
static void an_address_rests_before_another_phone_has_it(void **state)
{
    struct ue *const own = &world.ue;
    (void)state;
    world_open(&world, small_pool);
    give_address("999700000000002", 0);
    const int64_t rest = world.config->smf.address_rest;
    for (uint8_t psi = 1; psi <= 5; psi++)
        world_session(&world, psi);
    smf_release_all(own);
    world_pump(&world);
    assert_int_equal(smf_addresses_resting(&world.core), 5);
    world_session(&world, 1); /* it may have one of its own again */
    assert_int_equal(smf_addresses_resting(&world.core), 4);
    smf_release_all(own);
    world_pump(&world);
    for (unsigned start = 0; start < 2; start++) {
        own->supi = supi_of_text("999700000000002");
        world_establish(&world, 1, 1, NAS_SESSION_IPV4);
        assert_int_equal(world_n1(&world)->session_establishment_reject.cause,
                         NAS_GSM_INSUFFICIENT_RESOURCES);
        own->supi = supi_of_text("999700000000001");
        world_restart_core(&world);
    }
    world_wait(&world, rest);
    own->supi = supi_of_text("999700000000002");
    world_session(&world, 1);
    own->supi = supi_of_text("999700000000001");
    assert_int_equal(smf_addresses_resting(&world.core), 0);
    world_close(&world);
}

static void he_gets_it_each_time(void **state)
{
    (void)state;
    world_open(&world, small_pool);
    give_address("999700000000001", 5);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(world_session(&world, 1)->ipv4[3], 5);
        smf_release_all(&world.ue);
        world_pump(&world);
    }
    world_close(&world);
}

static void who_is_given_another_address_is_told_to_come_for_it(void **state)
{
    (void)state;
    world_open(&world, small_pool);
    give_address("999700000000001", 5);
    world_session(&world, 1);
    const unsigned sent = world.ue.sent;
    give_address("999700000000001", 0); /* which is as good as one of the pool */
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world.ue.sent, sent);
    give_address("999700000000001", 4);
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(world.n1.session_release_command.cause, NAS_GSM_REACTIVATION_REQUESTED);
    assert_int_equal(world_session(&world, 1)->ipv4[3], 4);
    world_close(&world);
}

/* The release is not confirmed, and the phone opens the session again, or another one with the same address. */
static void a_session_opened_while_the_former_ends_has_its_address(void **state)
{
    (void)state;
    for (uint8_t again = 1; again <= 2; again++) {
        struct nas_message release = {.type = NAS_SESSION_RELEASE_REQUEST, .pdu_session_id = 1, .pti = 4};
        world_open(&world, small_pool);
        give_address("999700000000001", 5);
        world_session(&world, 1);
        world_ask(&world, 1, SMF_REQUEST_ABSENT, NULL, &release);
        assert_non_null(session_find(&world.ue, 1)->procedure);
        assert_int_equal(world_session(&world, again)->ipv4[3], 5);
        world_close(&world);
    }
}

static void a_plane_that_has_not_heard_of_the_end_is_asked_again(void **state)
{
    (void)state;
    world_open(&world, small_pool);
    world_session(&world, 1);
    world.plane.silent = true;
    smf_release_all(&world.ue);
    world_pump(&world);
    world.plane.silent = false;
    world.plane.refuses = true;
    world_establish(&world, 2, 2, NAS_SESSION_IPV4);
    world.plane.refuses = false;
    world_wait(&world, 3 * world.config->smf.pfcp_t1);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_else_gets_a_subscribers_own_address),
        cmocka_unit_test(an_address_rests_before_another_phone_has_it),
        cmocka_unit_test(he_gets_it_each_time),
        cmocka_unit_test(who_is_given_another_address_is_told_to_come_for_it),
        cmocka_unit_test(a_session_opened_while_the_former_ends_has_its_address),
        cmocka_unit_test(a_plane_that_has_not_heard_of_the_end_is_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
