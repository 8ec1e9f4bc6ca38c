/* SPDX-License-Identifier: Apache-2.0 */
#include "amf_world.h"

static void a_gnb_with_our_plmn_is_accepted(void **state)
{
    struct world world;
    (void)state;
    world_open(&world);
    world_ready(&world);
    assert_int_equal(world.sent[NGAP_NG_SETUP_RESPONSE], 1);
    world_close(&world);
}

static void a_phone_registers_with_its_suci(void **state)
{
    struct world world;
    (void)state;
    world_open(&world);
    world_ready(&world);
    world_register(&world, 0);
    struct ue *ue = world_ue(&world, 0);
    assert_non_null(ue);
    assert_true(ue->registered);
    assert_true(ue->connection->context_up);
    assert_null(ue->procedure);
    assert_int_equal(ue->former_tmsi, 0);
    assert_int_equal(world.events[0][PHONE_NETWORK_NAME], 1);
    assert_int_equal(world.core->provisional, 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gnb_with_our_plmn_is_accepted),
        cmocka_unit_test(a_phone_registers_with_its_suci),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
