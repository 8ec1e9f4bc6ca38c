/* SPDX-License-Identifier: Apache-2.0 */
/* Every cause with which a plane may refuse (TS 29.244 8.2.1), of every request about a session: nothing waits for ever, nothing is left over, and
 * the phone hears what it may act upon. */
#include "smf_world.h"

#define NETWORKS                                                                                \
    "data_networks: [{name: internet, ipv4: 10.45.0.0/16, type: ipv4, requested_fiveqis: [1], " \
    "requested_gbr_uplink: 1 Mbps, requested_gbr_downlink: 1 Mbps}]\n"
#define ONE NETWORKS "planes:\n- {name: a, n4: 127.0.0.7, n3: [127.0.0.7]}\n"
#define TWO ONE "- {name: b, n4: 127.0.0.8, n3: [127.0.0.8]}\n"

static const uint8_t causes[] = {PFCP_REJECTED,
                                 PFCP_SESSION_CONTEXT_NOT_FOUND,
                                 PFCP_MANDATORY_IE_MISSING,
                                 PFCP_CONDITIONAL_IE_MISSING,
                                 PFCP_INVALID_LENGTH,
                                 PFCP_MANDATORY_IE_INCORRECT,
                                 PFCP_INVALID_FORWARDING_POLICY,
                                 PFCP_INVALID_F_TEID_ALLOCATION,
                                 PFCP_RULE_FAILURE,
                                 PFCP_CONGESTION,
                                 PFCP_NO_RESOURCES_AVAILABLE,
                                 PFCP_SERVICE_NOT_SUPPORTED,
                                 PFCP_SYSTEM_FAILURE,
                                 PFCP_REDIRECTION_REQUESTED,
                                 PFCP_ALL_DYNAMIC_ADDRESSES_OCCUPIED,
                                 80,
                                 81,
                                 255};

enum { CAUSES = sizeof causes };

static struct world world;

static void open_world(const char *yaml)
{
    world_open(&world, yaml);
    world.others[0] = (struct plane){.present = true, .time_stamp = 2000};
    world_wait(&world, 5 * world.config->smf.pfcp_t1);
}

static unsigned heard(uint8_t type)
{
    return world.plane.heard[type];
}

static void a_heartbeat_later(void)
{
    world_pump(&world);
    world_wait(&world, world.config->smf.pfcp_heartbeat + world.config->smf.pfcp_t1);
}

static void assert_nothing_is_left(void)
{
    for (const struct upf *upf = world.core.smf->upfs; upf; upf = upf->next) {
        assert_int_equal(upf->session_count, 0);
        assert_int_equal(upf->teids.count, 0);
    }
    for (const struct network *network = world.core.smf->networks.first; network; network = network->next)
        assert_int_equal(network->sessions, 0);
    assert_int_equal(world.core.smf->sessions.count, 0);
    assert_null(world.ue.sessions);
}

/* --- establishment --- */

static uint8_t refusal_of_a_session(void)
{
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    world_wait(&world, world.config->smf.plane_wait + SECONDS(1));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    return world_n1(&world)->session_establishment_reject.cause;
}

static void a_refused_session_is_refused_to_the_phone(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CAUSES; i++) {
        const bool resources = causes[i] == PFCP_CONGESTION || causes[i] == PFCP_NO_RESOURCES_AVAILABLE ||
                               causes[i] == PFCP_ALL_DYNAMIC_ADDRESSES_OCCUPIED;
        open_world(ONE);
        world.plane.causes[PFCP_SESSION_ESTABLISHMENT_REQUEST] = causes[i];
        assert_int_equal(refusal_of_a_session(),
                         resources ? NAS_GSM_INSUFFICIENT_RESOURCES : NAS_GSM_NETWORK_FAILURE);
        assert_int_equal(heard(PFCP_SESSION_ESTABLISHMENT_REQUEST), 1);
        assert_nothing_is_left();
        world.plane.causes[PFCP_SESSION_ESTABLISHMENT_REQUEST] = 0;
        a_heartbeat_later();
        world_session(&world, 1);
        world_close(&world);
    }
}

static void another_plane_is_asked_whatever_the_cause(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CAUSES; i++) {
        open_world(TWO);
        world.plane.causes[PFCP_SESSION_ESTABLISHMENT_REQUEST] = causes[i];
        assert_string_equal(world_session(&world, 1)->upf->name, "b");
        assert_int_equal(heard(PFCP_SESSION_ESTABLISHMENT_REQUEST), 1);
        smf_release_all(&world.ue);
        world_pump(&world);
        assert_nothing_is_left();
        world_close(&world);
    }
}

static void one_that_is_not_associated_is_lost_and_found(void **state)
{
    (void)state;
    open_world(ONE);
    world.plane.causes[PFCP_SESSION_ESTABLISHMENT_REQUEST] = PFCP_NO_ESTABLISHED_ASSOCIATION;
    assert_int_equal(refusal_of_a_session(), NAS_GSM_NETWORK_FAILURE);
    assert_nothing_is_left();
    world.plane.causes[PFCP_SESSION_ESTABLISHMENT_REQUEST] = 0;
    a_heartbeat_later();
    world_session(&world, 1);
    world_close(&world);
}

/* Whoever says yes and gives no SEID has made nothing that could be used, or deleted. */
static void a_yes_without_what_belongs_to_it_is_a_no(void **state)
{
    (void)state;
    open_world(ONE);
    world.plane.causes[PFCP_SESSION_ESTABLISHMENT_REQUEST] = PFCP_ACCEPTED;
    assert_int_equal(refusal_of_a_session(), NAS_GSM_NETWORK_FAILURE);
    assert_nothing_is_left();
    world_close(&world);
}

/* --- modification --- */

static struct session *refuses_changes(uint8_t cause)
{
    open_world(ONE);
    struct session *session = world_session(&world, 1);
    world.plane.causes[PFCP_SESSION_MODIFICATION_REQUEST] = cause;
    return session;
}

static void assert_moves_on(void)
{
    const struct nas_message complete = {.type = NAS_SESSION_RELEASE_COMPLETE, .pdu_session_id = 1, .pti = 0};
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(world_n1(&world)->session_release_command.cause, NAS_GSM_REACTIVATION_REQUESTED);
    assert_int_equal(heard(PFCP_SESSION_DELETION_REQUEST), 1);
    world_ask(&world, 1, SMF_REQUEST_ABSENT, NULL, &complete);
    world_pump(&world);
    assert_nothing_is_left();
    assert_int_equal(refusal_of_a_session(), NAS_GSM_INSUFFICIENT_RESOURCES); /* not there again, for now */
}

static void who_refuses_a_change_for_good_has_the_session_no_more(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CAUSES; i++) {
        if (n4_cause_passes(causes[i]) || causes[i] == PFCP_SESSION_CONTEXT_NOT_FOUND)
            continue;
        refuses_changes(causes[i]);
        smf_deactivate(&world.ue, 1 << 1);
        world_pump(&world);
        assert_moves_on();
        world_close(&world);
    }
}

static void who_cannot_take_a_change_now_is_told_it_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CAUSES; i++) {
        if (!n4_cause_passes(causes[i]))
            continue;
        const struct session *session = refuses_changes(causes[i]);
        smf_deactivate(&world.ue, 1 << 1);
        world_pump(&world);
        assert_int_equal(world.plane.action, PFCP_FORW);
        world.plane.causes[PFCP_SESSION_MODIFICATION_REQUEST] = 0;
        a_heartbeat_later();
        assert_ptr_equal(session_find(&world.ue, 1), session);
        assert_int_equal(world.plane.action & (PFCP_BUFF | PFCP_NOCP), PFCP_BUFF | PFCP_NOCP);
        const unsigned told = heard(PFCP_SESSION_MODIFICATION_REQUEST);
        a_heartbeat_later();
        assert_int_equal(heard(PFCP_SESSION_MODIFICATION_REQUEST), told);
        world_close(&world);
    }
}

static void a_change_is_told_again_only_once(void **state)
{
    (void)state;
    refuses_changes(PFCP_CONGESTION);
    smf_deactivate(&world.ue, 1 << 1);
    a_heartbeat_later();
    assert_int_equal(heard(PFCP_SESSION_MODIFICATION_REQUEST),
                     3); /* two of this change, after the session's own */
    assert_moves_on();
    world_close(&world);
}

static void a_session_that_the_plane_does_not_know_is_made_anew(void **state)
{
    (void)state;
    const struct session *session = refuses_changes(PFCP_SESSION_CONTEXT_NOT_FOUND);
    const uint32_t teid = session->n3.teid;
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    assert_int_equal(heard(PFCP_SESSION_ESTABLISHMENT_REQUEST), 2);
    assert_int_equal(session_find(&world.ue, 1)->n3.teid, teid);
    assert_int_equal(world.plane.action & PFCP_BUFF, PFCP_BUFF);
    world_close(&world);
}

static void with_another_tunnel_where_the_plane_takes_none_back(void **state)
{
    (void)state;
    open_world(ONE);
    world.plane.lacks = PFCP_UP_RESPS;
    world.plane.time_stamp++;
    a_heartbeat_later();
    const uint32_t teid = world_session(&world, 1)->n3.teid;
    world.plane.causes[PFCP_SESSION_MODIFICATION_REQUEST] = PFCP_SESSION_CONTEXT_NOT_FOUND;
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    assert_true(world.plane.uplink.pdi.f_teid.choose);
    assert_int_not_equal(session_find(&world.ue, 1)->n3.teid, teid);
    world_close(&world);
}

static void there_is_more_than_one_way_to_say_yes(void **state)
{
    static const uint8_t ways[] = {PFCP_ACCEPTED, PFCP_MORE_USAGE_REPORT_TO_SEND, PFCP_PARTIALLY_ACCEPTED,
                                   63};
    (void)state;
    for (unsigned i = 0; i < sizeof ways; i++) {
        refuses_changes(ways[i]);
        const unsigned told = heard(PFCP_SESSION_MODIFICATION_REQUEST);
        smf_deactivate(&world.ue, 1 << 1);
        a_heartbeat_later();
        assert_non_null(session_find(&world.ue, 1));
        assert_int_equal(heard(PFCP_SESSION_MODIFICATION_REQUEST), told + 1);
        world_close(&world);
    }
}

/* --- flows --- */

static void ask_for_voice(void)
{
    static const struct nas_filter_component udp = {NAS_FILTER_PROTOCOL, {(const uint8_t *)"\x11", 1}};
    static const struct nas_packet_filter filter = {
        .direction = NAS_FILTER_BOTH, .components = &udp, .count = 1};
    static const struct nas_qos_flow flow = {
        .operation = NAS_FLOW_CREATE,
        .complete = true,
        .five_qi = 1,
        .gfbr_uplink = 128000,
        .gfbr_downlink = 128000,
        .mfbr_uplink = 128000,
        .mfbr_downlink = 128000,
        .has = {.five_qi = true,
                .gfbr_uplink = true,
                .gfbr_downlink = true,
                .mfbr_uplink = true,
                .mfbr_downlink = true},
    };
    static const struct nas_qos_rule rule = {.operation = NAS_RULE_CREATE,
                                             .has_precedence = true,
                                             .precedence = 70,
                                             .has_qfi = true,
                                             .filters = &filter,
                                             .count = 1};
    struct nas_message message = {.type = NAS_SESSION_MODIFICATION_REQUEST, .pdu_session_id = 1, .pti = 9};
    message.session_modification_request.qos_flows = (struct nas_qos_flows){&flow, 1};
    message.session_modification_request.qos_rules = (struct nas_qos_rules){&rule, 1};
    message.session_modification_request.has.qos_flows = true;
    message.session_modification_request.has.qos_rules = true;
    assert_int_equal(world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &message), SMF_TAKEN);
}

static void flows_that_are_refused_are_refused_to_the_phone(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CAUSES; i++) {
        if (causes[i] == PFCP_SESSION_CONTEXT_NOT_FOUND)
            continue;
        const bool resources = n4_cause_is_resources(causes[i]);
        const struct session *session = refuses_changes(0);
        world.plane.flows_cause = causes[i];
        ask_for_voice();
        assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_REJECT);
        assert_int_equal(world_n1(&world)->session_modification_reject.cause,
                         resources ? NAS_GSM_INSUFFICIENT_RESOURCES : NAS_GSM_REQUEST_REJECTED);
        assert_ptr_equal(session_find(&world.ue, 1), session);
        assert_null(session->qos);
        assert_null(session->procedure);
        world_close(&world);
    }
}

/* --- deletion --- */

static void what_cannot_be_deleted_now_is_deleted_later(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CAUSES; i++) {
        open_world(ONE);
        world_session(&world, 1);
        world.plane.causes[PFCP_SESSION_DELETION_REQUEST] = causes[i];
        smf_release_all(&world.ue);
        a_heartbeat_later();
        assert_int_equal(heard(PFCP_SESSION_DELETION_REQUEST), n4_cause_passes(causes[i]) ? 2 : 1);
        world.plane.causes[PFCP_SESSION_DELETION_REQUEST] = 0;
        a_heartbeat_later();
        a_heartbeat_later();
        assert_int_equal(heard(PFCP_SESSION_DELETION_REQUEST), n4_cause_passes(causes[i]) ? 3 : 1);
        assert_nothing_is_left();
        world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_session_is_refused_to_the_phone),
        cmocka_unit_test(another_plane_is_asked_whatever_the_cause),
        cmocka_unit_test(one_that_is_not_associated_is_lost_and_found),
        cmocka_unit_test(a_yes_without_what_belongs_to_it_is_a_no),
        cmocka_unit_test(who_refuses_a_change_for_good_has_the_session_no_more),
        cmocka_unit_test(who_cannot_take_a_change_now_is_told_it_again),
        cmocka_unit_test(a_change_is_told_again_only_once),
        cmocka_unit_test(a_session_that_the_plane_does_not_know_is_made_anew),
        cmocka_unit_test(with_another_tunnel_where_the_plane_takes_none_back),
        cmocka_unit_test(there_is_more_than_one_way_to_say_yes),
        cmocka_unit_test(flows_that_are_refused_are_refused_to_the_phone),
        cmocka_unit_test(what_cannot_be_deleted_now_is_deleted_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
