/* SPDX-License-Identifier: Apache-2.0 */
/* gNBs that put a session's procedure off because they hand the phone over (TS 23.502 4.9.1.2.1, 4.9.1.3.1). */
#include "smf_world.h"

static const char plain[] =
    "data_networks:\n  - name: internet\n    type: ipv4\n    ipv4: 10.45.0.0/16\n    ambr_downlink: 1 Gbps\n";

static struct world world;

static void gnb_refuses(enum n2_answer kind, struct ngap_cause cause)
{
    uint8_t room[32];
    struct writer w = writer_of(room, sizeof room);
    const struct ngap_pdu_session_resource_setup_unsuccessful_transfer setup = {.cause = cause};
    const struct ngap_pdu_session_resource_modify_unsuccessful_transfer modify = {.cause = cause};
    assert_true(kind == N2_SETUP_UNSUCCESSFUL
                    ? ngap_encode_pdu_session_resource_setup_unsuccessful_transfer(&w, &setup, NULL)
                    : ngap_encode_pdu_session_resource_modify_unsuccessful_transfer(&w, &modify, NULL));
    smf_n2_response(&world.ue, 1, kind, writer_bytes(&w));
    world_pump(&world);
}

static void arrive(void)
{
    smf_reachable(&world.ue);
    world_pump(&world);
}

static void a_setup_goes_out_again_when_the_phone_has_arrived(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    unsigned sent = world.ue.sent;
    size_t accept = world.ue.n1_size;
    gnb_refuses(N2_SETUP_UNSUCCESSFUL, N2_RADIO(XN_HANDOVER_TRIGGERED));
    assert_int_equal(world.ue.sent, sent);
    assert_int_equal(smf_pending(&world.ue), 1 << 1);
    arrive();
    assert_int_equal(world.ue.sent, sent + 1);
    assert_int_equal(world.ue.n2, N2_SETUP_REQUEST);
    assert_int_equal(world.ue.n1_size, accept);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    world_gnb_accepts(&world, 1, 0x901);
    assert_int_equal(session_find(&world.ue, 1)->state, SESSION_ACTIVE);
    world_close(&world);
}

static void without_a_handover_the_same_gnb_is_asked_again(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    unsigned sent = world.ue.sent;
    gnb_refuses(N2_SETUP_UNSUCCESSFUL, N2_RADIO(NG_INTRA_SYSTEM_HANDOVER_TRIGGERED));
    world_wait(&world, world.config->amf.timers.handover);
    assert_int_equal(world.ue.sent, sent + 1);
    world_gnb_accepts(&world, 1, 0x901);
    assert_int_equal(session_find(&world.ue, 1)->state, SESSION_ACTIVE);
    world_close(&world);
}

static void not_for_ever(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    for (unsigned i = 0; i < 2; i++) {
        gnb_refuses(N2_SETUP_UNSUCCESSFUL, N2_RADIO(NG_INTER_SYSTEM_HANDOVER_TRIGGERED));
        arrive();
        assert_int_equal(world.ue.n2, N2_SETUP_REQUEST);
    }
    gnb_refuses(N2_SETUP_UNSUCCESSFUL, N2_RADIO(NG_INTER_SYSTEM_HANDOVER_TRIGGERED));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_null(world.ue.sessions);
    world_close(&world);
}

static void other_refusals_count_at_once(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    gnb_refuses(N2_SETUP_UNSUCCESSFUL, N2_RADIO(RADIO_RESOURCES_NOT_AVAILABLE));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    world_close(&world);
}

static void a_phone_that_is_lost_on_the_way_ends_it(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    gnb_refuses(N2_SETUP_UNSUCCESSFUL, N2_RADIO(XN_HANDOVER_TRIGGERED));
    smf_unreachable(&world.ue);
    world_pump(&world);
    struct session *session = session_find(&world.ue, 1);
    assert_true(!session || !session->procedure);
    world_close(&world);
}

static void a_modification_goes_out_again_too(void **state)
{
    (void)state;
    world_open(&world, plain);
    struct session *session = world_session(&world, 1);
    world_change_rate(&world, 5000000);
    unsigned sent = world.ue.sent;
    assert_int_equal(world.ue.n2, N2_MODIFY_REQUEST);
    gnb_refuses(N2_MODIFY_UNSUCCESSFUL, N2_RADIO(XN_HANDOVER_TRIGGERED));
    assert_int_equal(world.ue.sent, sent);
    arrive();
    assert_int_equal(world.ue.sent, sent + 1);
    assert_int_equal(world.ue.n2, N2_MODIFY_REQUEST);
    assert_non_null(session->procedure);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_setup_goes_out_again_when_the_phone_has_arrived),
        cmocka_unit_test(without_a_handover_the_same_gnb_is_asked_again),
        cmocka_unit_test(not_for_ever),
        cmocka_unit_test(other_refusals_count_at_once),
        cmocka_unit_test(a_phone_that_is_lost_on_the_way_ends_it),
        cmocka_unit_test(a_modification_goes_out_again_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
