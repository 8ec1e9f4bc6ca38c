/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include "kit/map.h"
#include "plane/agent_state.h"
#include "wire/pfcp/bundle.h"

static int set_up(void **state)
{
    *state = lab_new();
    return 0;
}

static int tear_down(void **state)
{
    lab_free(*state);
    return 0;
}

/* One phone, whose session the SMF has not asked for. */
static int set_up_bench(void **state)
{
    *state = bench_new();
    return 0;
}

static uint8_t ask_cause(struct lab *lab, struct lab_session *session)
{
    return lab_ask(lab, &session->request).session_establishment_response.cause;
}

static struct pfcp_message deletion(uint64_t seid)
{
    return (struct pfcp_message){.type = PFCP_SESSION_DELETION_REQUEST, .seid = seid};
}

static void a_session_gets_a_random_tunnel_and_is_found_by_its_addresses(void **state)
{
    struct lab *lab = *state;
    struct lab_session one, two;
    uint32_t teid = 0, other = 0;
    lab_describe(&one, 2);
    lab_describe(&two, 3);
    uint64_t seid = lab_establish(lab, &one, &teid), seid2 = lab_establish(lab, &two, &other);
    assert_true(teid && other && teid != other && seid != seid2);
    assert_int_equal(agent_sessions(lab->agent), 2);
    assert_non_null(table_get(&lab->plane.teids, teid));
    assert_non_null(table_get(&lab->networks[0].by_v4, 0x0a2d0002));
    assert_non_null(table_get(&lab->networks[0].by_v6, 0x20010db8cafe0002));
}

static void a_repeated_request_gets_the_same_answer_and_has_no_second_effect(void **state)
{
    struct lab *lab = *state;
    struct lab_session session;
    uint32_t teid = 0, again = 0;
    lab_describe(&session, 2);
    uint64_t seid = lab_establish(lab, &session, &teid);
    assert_int_equal(lab_establish(lab, &session, &again), seid);
    assert_int_equal(teid, again);
    assert_int_equal(agent_sessions(lab->agent), 1);
}

static void requests_that_share_a_datagram_are_answered_in_one(void **state)
{
    struct lab *lab = *state;
    static struct pfcp_bundle bundle;
    uint8_t buffer[256];
    struct pfcp_message setup = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = 1000,
                                      .has_cp_features = true,
                                      .cp_features = PFCP_CP_BUNDL},
    };
    assert_true(lab_ask(lab, &setup).association_setup_response.up_features & PFCP_UP_BUNDL);
    for (unsigned i = 0; i < 3; i++) {
        struct pfcp_message beat = {.type = PFCP_HEARTBEAT_REQUEST, .sequence = 500 + i};
        size_t size = pfcp_encode(&beat, buffer, sizeof buffer);
        assert_true(pfcp_bundle_add(&bundle, bytes_of(buffer, size)));
    }
    lab->n4_count = 0;
    agent_receive(lab->agent, &lab->smf, pfcp_bundle_take(&bundle));
    assert_int_equal(lab->n4_count, 1);
    struct bytes datagram = bytes_of(lab->n4[0].data, lab->n4[0].length);
    for (unsigned i = 0; i < 3; i++) {
        struct pfcp_message answer;
        struct pfcp_problem problem;
        assert_true(pfcp_decode(&lab->arena, pfcp_bundle_next(&datagram), &answer, &problem));
        assert_int_equal(answer.type, PFCP_HEARTBEAT_RESPONSE);
        assert_int_equal(answer.sequence, 500 + i);
    }
    assert_int_equal(datagram.len, 0);
}

static void a_new_request_for_the_same_cp_seid_replaces_the_session(void **state)
{
    struct lab *lab = *state;
    struct lab_session session;
    uint32_t teid = 0, again = 0;
    lab_describe(&session, 2);
    uint64_t seid = lab_establish(lab, &session, &teid);
    session.request.sequence = 0;
    assert_int_not_equal(lab_establish(lab, &session, &again), seid);
    assert_int_equal(agent_sessions(lab->agent), 1);
    assert_null(table_get(&lab->plane.teids, teid));
    assert_non_null(table_get(&lab->plane.teids, again));
}

static void an_address_or_tunnel_of_another_session_is_refused(void **state)
{
    struct lab *lab = *state;
    struct lab_session one, two;
    uint32_t teid = 0;
    lab_describe(&one, 2);
    lab_establish(lab, &one, &teid);
    lab_describe(&two, 3);
    two.ue_ip.ip.v4[3] = 2;
    assert_int_equal(ask_cause(lab, &two), PFCP_RULE_FAILURE);
    lab_describe(&two, 3);
    two.pdrs[0].pdi.f_teid = (struct pfcp_f_teid){.teid = teid, .ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}};
    assert_int_equal(ask_cause(lab, &two), PFCP_RULE_FAILURE);
    assert_int_equal(agent_sessions(lab->agent), 1);
    assert_null(table_get(&lab->networks[0].by_v4, 0x0a2d0003));
}

static void nothing_comes_from_a_phone_that_is_idle(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    bench_connect(b);
    assert_int_equal(lab_switch(lab, b->seid, &lab->gnb, 0, false), PFCP_ACCEPTED);
    assert_int_equal(bench_up(b, &lab->other_gnb, ue, server, 53), PATH_DROP);
    assert_int_equal(lab_drops(lab, DROP_WRONG_PEER), 1);
}

/* The SMF died before it had stored the session, and gives the address to another one. */
static void a_session_that_the_smf_has_forgotten_gives_way(void **state)
{
    struct lab *lab = *state;
    struct lab_session one, two;
    uint32_t teid = 0;
    struct pfcp_message association = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .has_session_retention = true},
    };
    lab_describe(&one, 2);
    lab_establish(lab, &one, &teid);
    lab_ask(lab, &association);
    lab_describe(&two, 3);
    two.ue_ip.ip.v4[3] = 2;
    assert_int_equal(ask_cause(lab, &two), PFCP_ACCEPTED);
    assert_int_equal(agent_sessions(lab->agent), 1);
    assert_null(table_get(&lab->plane.teids, teid));
}

/* The tunnel's holder would give way; the address's has been spoken of. */
static void a_refused_request_takes_nothing_from_those_that_would_give_way(void **state)
{
    struct lab *lab = *state;
    struct lab_session forgotten, known, next;
    uint32_t teid = 0, other = 0;
    struct pfcp_message association = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .has_session_retention = true},
    };
    lab_describe(&forgotten, 2);
    lab_establish(lab, &forgotten, &teid);
    lab_ask(lab, &association);
    lab_describe(&known, 3);
    lab_establish(lab, &known, &other);
    lab_describe(&next, 4);
    next.ue_ip.ip.v4[3] = 3;
    next.pdrs[0].pdi.f_teid =
        (struct pfcp_f_teid){.teid = teid, .ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}};
    assert_int_equal(ask_cause(lab, &next), PFCP_RULE_FAILURE);
    assert_int_equal(agent_sessions(lab->agent), 2);
    assert_non_null(table_get(&lab->plane.teids, teid));
}

/* Which another session's number has refused. */
static void a_refused_change_of_number_takes_nothing_from_those_that_would_give_way(void **state)
{
    struct lab *lab = *state;
    struct lab_session forgotten, known, changed;
    uint32_t teid = 0, other = 0;
    lab_describe(&forgotten, 2);
    lab_establish(lab, &forgotten, &teid);
    lab_associate(lab);
    lab_describe(&known, 3);
    lab_establish(lab, &known, &other);
    lab_describe(&changed, 4);
    struct pfcp_update_pdr pdr = {
        .pdr_id = 1,
        .has_pdi = true,
        .pdi = {.source_interface = PFCP_ACCESS,
                .has_f_teid = true,
                .f_teid = {.teid = teid, .ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}}}};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = lab_establish(lab, &changed, &other),
        .session_modification_request = {
            .update_pdrs = &pdr, .update_pdrs_count = 1, .has_cp_f_seid = true, .cp_f_seid.seid = 3}};
    request.session_modification_request.cp_f_seid.ip =
        (struct pfcp_ip){.has_v4 = true, .v4 = {127, 0, 0, 4}};
    const struct pfcp_message answer = lab_ask(lab, &request);
    assert_int_equal(answer.session_modification_response.cause, PFCP_MANDATORY_IE_INCORRECT);
    assert_int_equal(answer.session_modification_response.offending_ie, PFCP_IE_F_SEID);
    assert_int_equal(agent_sessions(lab->agent), 3);
    assert_non_null(table_get(&lab->plane.teids, teid));
    request.sequence = 0;
    request.session_modification_request.cp_f_seid.seid = 5;
    assert_int_equal(lab_ask(lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
    assert_int_equal(agent_sessions(lab->agent), 2);
}

static struct pfcp_message beginning(uint32_t sequence, uint32_t recovery_time_stamp)
{
    return (struct pfcp_message){
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .sequence = sequence,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = recovery_time_stamp}};
}

/* Its numbers begin anew, before the answers to those before have been forgotten. */
static void requests_of_an_smf_that_has_restarted_are_no_repetitions(void **state)
{
    struct lab *lab = *state;
    struct lab_session one, two;
    struct pfcp_message first = beginning(1, 2000), again = beginning(1, 2001);
    uint32_t teid = 0, other = 0;
    lab_ask(lab, &first);
    lab_describe(&one, 2);
    one.request.sequence = 2;
    const uint64_t seid = lab_establish(lab, &one, &teid);
    lab_ask(lab, &again);
    assert_int_equal(agent_sessions(lab->agent), 0);
    lab_describe(&two, 3);
    two.request.sequence = 2;
    assert_int_not_equal(lab_establish(lab, &two, &other), seid);
    assert_int_not_equal(other, teid);
    assert_int_equal(agent_sessions(lab->agent), 1);
    lab_ask(lab, &again); /* which is one */
    assert_int_equal(agent_sessions(lab->agent), 1);
}

static void a_given_tunnel_is_restored(void **state)
{
    struct lab *lab = *state;
    struct lab_session session;
    uint32_t teid = 0;
    lab_describe(&session, 2);
    session.pdrs[0].pdi.f_teid =
        (struct pfcp_f_teid){.teid = 0x1234, .ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}};
    session.request.session_establishment_request.has_sereq_flags = true;
    session.request.session_establishment_request.sereq_flags = PFCP_RESTI;
    lab_establish(lab, &session, &teid);
    assert_non_null(table_get(&lab->plane.teids, 0x1234));
    session.pdrs[0].pdi.f_teid.ip.v4[3] = 8;
    session.request.sequence = 0;
    assert_int_equal(ask_cause(lab, &session), PFCP_INVALID_F_TEID_ALLOCATION);
}

static void a_refused_modification_changes_nothing(void **state)
{
    struct lab *lab = *state;
    struct lab_session session;
    uint32_t teid = 0;
    lab_describe(&session, 2);
    uint64_t seid = lab_establish(lab, &session, &teid);
    assert_int_equal(lab_switch(lab, seid, &lab->gnb, 0x55, false), PFCP_ACCEPTED);
    const struct session *held = table_get(&lab->plane.teids, teid);
    const struct ruleset *before = held->rules;
    struct pfcp_update_far fars[2] = {
        {.far_id = 1, .has_apply_action = true, .apply_action = PFCP_DROP},
        {.far_id = 99, .has_apply_action = true, .apply_action = PFCP_DROP},
    };
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = seid,
        .session_modification_request = {.update_fars = fars, .update_fars_count = 2},
    };
    struct pfcp_message answer = lab_ask(lab, &request);
    assert_int_equal(answer.session_modification_response.cause, PFCP_RULE_FAILURE);
    assert_int_equal(answer.session_modification_response.failed_rule.id, 99);
    assert_int_equal(answer.seid, 2);
    assert_ptr_equal(held->rules, before);
    assert_int_equal(held->rules->fars[0].action, PFCP_FORW);
}

static void a_foreign_seid_is_not_found(void **state)
{
    struct lab *lab = *state;
    struct pfcp_message request = deletion(4711);
    assert_int_equal(lab_ask(lab, &request).session_deletion_response.cause, PFCP_SESSION_CONTEXT_NOT_FOUND);
    assert_int_equal(lab_switch(lab, 4711, &lab->gnb, 1, false), PFCP_SESSION_CONTEXT_NOT_FOUND);
}

static void a_peer_that_is_not_configured_gets_silence(void **state)
{
    struct lab *lab = *state;
    struct pfcp_message request = {.type = PFCP_HEARTBEAT_REQUEST, .sequence = 9};
    uint8_t buffer[64];
    union socket_address stranger;
    address_parse(&stranger, "127.0.0.66", PFCP_PORT);
    size_t length = pfcp_encode(&request, buffer, sizeof buffer);
    lab->n4_count = 0;
    agent_receive(lab->agent, &stranger, bytes_of(buffer, length));
    assert_int_equal(lab->n4_count, 0);
}

/* True: it was answered. */
static bool greets(struct lab *lab, const char *host, uint16_t port)
{
    struct pfcp_message request = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .sequence = ++lab->sequence,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = port},
    };
    union socket_address from;
    uint8_t buffer[64];
    address_parse(&from, host, port);
    const size_t length = pfcp_encode(&request, buffer, sizeof buffer);
    lab->n4_count = 0;
    agent_receive(lab->agent, &from, bytes_of(buffer, length));
    return lab->n4_count && lab_last(lab).type == PFCP_ASSOCIATION_SETUP_RESPONSE &&
           address_port(&lab->n4[lab->n4_count - 1].to) == port;
}

static void smfs_that_share_a_host_are_told_apart_by_their_ports(void **state)
{
    struct lab *lab = *state;
    union socket_address smfs[3];
    struct agent_settings settings = lab->agent->settings;
    const struct agent *agent;
    address_parse(&smfs[0], "127.0.0.4", PFCP_PORT);
    address_parse(&smfs[1], "127.0.0.4", 9000);
    address_parse(&smfs[2], "127.0.0.5", PFCP_PORT);
    settings.smfs = smfs;
    settings.smf_count = 3;
    agent_free(lab->agent);
    agent = lab->agent = agent_new(&settings);
    assert_true(greets(lab, "127.0.0.4", 9000));
    assert_true(!agent->smfs[0].associated && agent->smfs[1].associated);
    assert_true(greets(lab, "127.0.0.4", PFCP_PORT));
    assert_true(greets(lab, "127.0.0.5", 4711)); /* alone there */
    for (unsigned i = 0; i < 3; i++)
        assert_true(agent->smfs[i].associated);
    assert_int_equal(agent->smfs[1].recovery_time_stamp, 9000);
    assert_false(greets(lab, "127.0.0.4", 4711)); /* it could be either */
}

static void without_an_association_sessions_are_refused(void **state)
{
    struct lab *lab = *state;
    struct lab_session session;
    struct pfcp_message release = {
        .type = PFCP_ASSOCIATION_RELEASE_REQUEST,
        .association_release_request.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
    };
    assert_int_equal(lab_ask(lab, &release).association_release_response.cause, PFCP_ACCEPTED);
    lab_describe(&session, 2);
    assert_int_equal(ask_cause(lab, &session), PFCP_NO_ESTABLISHED_ASSOCIATION);
}

static void who_has_been_asked_meanwhile_asks_for_no_association(void **state)
{
    struct lab *lab = *state;
    struct pfcp_message release = {
        .type = PFCP_ASSOCIATION_RELEASE_REQUEST,
        .association_release_request.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
    };
    lab_ask(lab, &release);
    agent_start(lab->agent);
    assert_int_equal(lab_last(lab).type, PFCP_ASSOCIATION_SETUP_REQUEST);
    lab_associate(lab);
    lab->n4_count = 0;
    lab_sleep(lab, SECONDS(30));
    assert_int_equal(lab->n4_count, 0);
}

static void the_limit_of_sessions_is_a_refusal(void **state)
{
    struct lab *lab = *state;
    struct lab_session session;
    uint32_t teid;
    for (uint8_t i = 2; i < 7; i++) {
        lab_describe(&session, i);
        lab_establish(lab, &session, &teid);
    }
    lab_describe(&session, 7);
    assert_int_equal(ask_cause(lab, &session), PFCP_NO_RESOURCES_AVAILABLE);
}

static void deletion_brings_the_final_report(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    bench_connect(b);
    assert_int_equal(bench_up(b, &lab->gnb, ue, server, 53), PATH_TO_N6);
    struct pfcp_message request = deletion(b->seid);
    struct pfcp_message answer = lab_ask(lab, &request);
    assert_int_equal(answer.session_deletion_response.cause, PFCP_ACCEPTED);
    assert_int_equal(answer.session_deletion_response.usage_reports_count, 1);
    assert_int_equal(answer.session_deletion_response.usage_reports[0].volume.uplink, 128);
    assert_int_equal(answer.session_deletion_response.usage_reports[0].trigger, PFCP_USAGE_TERMR);
    assert_int_equal(agent_sessions(lab->agent), 0);
    assert_null(table_get(&lab->plane.teids, b->teid));
}

/* A phone that has used up its quota, and what the SMF is told of it. */
static struct pfcp_message use_up_quota(struct lab *lab, uint64_t *seid)
{
    struct lab_session session;
    struct packet packet;
    uint32_t teid = 0;
    uint8_t inner[200];
    lab_describe(&session, 2);
    session.urr.reporting_triggers = PFCP_REPORT_VOLQU;
    session.urr.has_volume_quota = true;
    session.urr.volume_quota = (struct pfcp_volume){.flags = PFCP_TOVOL, .total = 100};
    *seid = lab_establish(lab, &session, &teid);
    assert_int_equal(lab_switch(lab, *seid, &lab->gnb, 0x55, false), PFCP_ACCEPTED);
    const size_t length = lab_udp(inner, (uint8_t[]){8, 8, 8, 8}, (uint8_t[]){10, 45, 0, 2}, 53, 100);
    assert_int_equal(lab_downlink(lab, bytes_of(inner, length), &packet), PATH_TO_N3);
    lab->n4_count = 0;
    lab_sleep(lab, MILLISECONDS(1));
    const struct pfcp_message told = lab_last(lab);
    assert_int_equal(told.session_report_request.usage_reports->volume.total, length);
    return told;
}

/* The last message reports the same, with another number. */
static void expect_again(struct lab *lab, const struct pfcp_usage_report *unheard)
{
    const struct pfcp_message again = lab_last(lab);
    assert_int_equal(again.session_report_request.report_type, PFCP_USAR);
    const struct pfcp_usage_report *report = again.session_report_request.usage_reports;
    assert_int_equal(report->trigger, PFCP_USAGE_VOLQU);
    assert_int_equal(report->sequence, unheard->sequence + 1);
    assert_int_equal(report->volume.total, unheard->volume.total);
    assert_int_equal(report->start_time, unheard->start_time);
    assert_int_equal(report->first_packet, unheard->first_packet);
}

/* Else a phone whose quota the SMF never heard the end of would have no service, and nobody would pay for what it had. */
static void usage_that_no_smf_has_heard_of_is_reported_again(void **state)
{
    struct lab *lab = *state;
    uint64_t seid;
    const struct pfcp_message first = use_up_quota(lab, &seid);
    const struct pfcp_usage_report unheard = first.session_report_request.usage_reports[0];
    for (unsigned i = 0; i < 10; i++)
        lab_sleep(lab, SECONDS(1));
    assert_int_not_equal(lab_last(lab).sequence, first.sequence);
    expect_again(lab, &unheard);
}

/* But not without end: an SMF that says no to everything would hear of nothing else. */
static void usage_that_an_smf_refuses_is_reported_again_after_a_time(void **state)
{
    enum { LEAST = 20, MOST = 40 };
    struct lab *lab = *state;
    uint64_t seid;
    const struct pfcp_message first = use_up_quota(lab, &seid);
    const struct pfcp_usage_report unheard = first.session_report_request.usage_reports[0];
    lab_answer(lab, seid, first.sequence, PFCP_NO_ESTABLISHED_ASSOCIATION);
    lab->n4_count = 0;
    for (unsigned i = 0; i < LEAST; i++)
        lab_sleep(lab, SECONDS(1));
    assert_int_equal(lab->n4_count, 0);
    for (unsigned i = LEAST; i < MOST && lab->n4_count == 0; i++)
        lab_sleep(lab, SECONDS(1));
    expect_again(lab, &unheard);
}

static void usage_that_an_smf_has_refused_is_reported_once_it_speaks_of_the_session(void **state)
{
    struct lab *lab = *state;
    uint64_t seid;
    const struct pfcp_message first = use_up_quota(lab, &seid);
    const struct pfcp_usage_report unheard = first.session_report_request.usage_reports[0];
    lab_answer(lab, seid, first.sequence, PFCP_NO_ESTABLISHED_ASSOCIATION);
    assert_int_equal(lab_switch(lab, seid, &lab->gnb, 0x56, false), PFCP_ACCEPTED);
    lab_sleep(lab, MILLISECONDS(1));
    expect_again(lab, &unheard);
}

static void a_quota_of_time_ends_also_while_an_smf_refuses_reports(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    struct pfcp_urr *urr = &b->session.urr;
    urr->reporting_triggers = PFCP_REPORT_VOLTH;
    urr->has_volume_threshold = urr->has_time_quota = true;
    urr->volume_threshold = (struct pfcp_volume){.flags = PFCP_TOVOL, .total = 1};
    urr->time_quota = 5;
    bench_connect(b);
    assert_int_equal(bench_down(b, 100), PATH_TO_N3);
    lab_sleep(lab, MILLISECONDS(1));
    lab_answer(lab, b->seid, lab_last(lab).sequence, PFCP_REJECTED);
    lab_sleep(lab, SECONDS(4));
    assert_int_equal(bench_down(b, 100), PATH_TO_N3);
    lab_sleep(lab, SECONDS(2));
    assert_int_equal(bench_down(b, 100), PATH_DROP);
}

static void an_unanswered_report_is_repeated_and_given_up(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    lab_establish(lab, &b->session, &b->teid);
    lab->n4_count = 0;
    assert_int_equal(bench_down(b, 100), PATH_HELD);
    assert_int_equal(bench_down(b, 100), PATH_HELD);
    for (unsigned i = 0; i < 20; i++)
        lab_sleep(lab, SECONDS(1));
    assert_int_equal(lab->n4_count, 3);
    struct pfcp_message report = lab_last(lab);
    assert_int_equal(report.type, PFCP_SESSION_REPORT_REQUEST);
    assert_int_equal(report.session_report_request.report_type, PFCP_DLDR);
    assert_int_equal(report.session_report_request.downlink_data.pdr_ids[0], 2);
    assert_int_equal(report.seid, 2);
}

static void held_packets_are_reported_again_when_nobody_came_for_them(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    uint64_t seid = lab_establish(lab, &b->session, &b->teid);
    assert_int_equal(bench_down(b, 100), PATH_HELD);
    lab_sleep(lab, MILLISECONDS(1));
    lab->n4_count = 0;
    assert_int_equal(lab_switch(lab, seid, NULL, 0, false), PFCP_ACCEPTED);
    lab_sleep(lab, MILLISECONDS(1));
    assert_int_equal(lab_last(lab).type, PFCP_SESSION_REPORT_REQUEST);
    lab->n4_count = 0;
    struct pfcp_message drop = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = seid,
        .session_modification_request = {.has_smreq_flags = true, .smreq_flags = PFCP_DROBU}};
    lab_ask(lab, &drop);
    assert_int_equal(atomic_load(&lab->plane.held_total), 0);
    lab->n4_count = 0;
    lab_switch(lab, seid, NULL, 0, false);
    lab_sleep(lab, MILLISECONDS(1));
    assert_int_equal(lab->n4_count, 1); /* the answer alone */
}

enum { BAR = 1, BAR_UNIT_MS = 50 /* 8.2.28 */ };

/* An idle phone, whose packets wait as the BAR says. */
static uint64_t establish_with_bar(struct bench *b, struct pfcp_bar bar)
{
    struct pfcp_session_establishment_request *request = &b->session.request.session_establishment_request;
    bar.bar_id = BAR;
    request->has_create_bar = true;
    request->create_bar = bar;
    b->session.fars[1].has_bar_id = true;
    b->session.fars[1].bar_id = BAR;
    return lab_establish(b->lab, &b->session, &b->teid);
}

/* A packet comes for it, and the SMF is told after so many units of time. */
static void expect_report_after(struct bench *b, unsigned units)
{
    b->lab->n4_count = 0;
    assert_int_equal(bench_down(b, 100), PATH_HELD);
    agent_poll(b->lab->agent);
    lab_sleep(b->lab, MILLISECONDS(BAR_UNIT_MS * units - 1));
    assert_int_equal(b->lab->n4_count, 0);
    lab_sleep(b->lab, MILLISECONDS(2));
    assert_int_equal(b->lab->n4_count, 1);
}

static void every_report_of_a_packet_waits_as_long_as_was_asked_for(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    const uint64_t seid =
        establish_with_bar(b, (struct pfcp_bar){.has_notification_delay = true, .notification_delay = 4});
    for (unsigned times = 0; times < 2; times++) {
        expect_report_after(b, 4);
        lab_answer(lab, seid, lab_last(lab).sequence, PFCP_ACCEPTED);
        assert_int_equal(lab_switch(lab, seid, &lab->gnb, 0x66, false), PFCP_ACCEPTED);
        assert_int_equal(lab_switch(lab, seid, NULL, 0, false), PFCP_ACCEPTED);
    }
}

static void the_answer_to_a_report_may_change_how_packets_wait(void **state)
{
    struct bench *b = *state;
    struct lab *lab = b->lab;
    const uint64_t seid = establish_with_bar(b, (struct pfcp_bar){0});
    assert_int_equal(bench_down(b, 100), PATH_HELD);
    lab_sleep(lab, MILLISECONDS(1));
    lab_answer_with(lab, seid, lab_last(lab).sequence,
                    &(struct pfcp_session_report_response){.cause = PFCP_ACCEPTED,
                                                           .has_update_bar = true,
                                                           .update_bar = {.bar_id = BAR,
                                                                          .has_notification_delay = true,
                                                                          .notification_delay = 4,
                                                                          .has_buffering_packets = true,
                                                                          .buffering_packets = 2}});
    assert_int_equal(bench_down(b, 100), PATH_HELD);
    assert_int_equal(bench_down(b, 100), PATH_DROP);
    assert_int_equal(lab_switch(lab, seid, &lab->gnb, 0x66, false), PFCP_ACCEPTED);
    assert_int_equal(lab_switch(lab, seid, NULL, 0, false), PFCP_ACCEPTED);
    expect_report_after(b, 4);
}

static void an_idle_session_takes_little_memory(void **state)
{
    (void)state;
    size_t rules = sizeof(struct ruleset) + 2 * (sizeof(struct pdr) + sizeof(struct far)) +
                   sizeof(struct qer) + sizeof(struct urr);
    size_t tables = 3 * 2 * sizeof(struct table_slot) + 2 * 2 * sizeof(struct map_slot);
    assert_true(sizeof(struct session) + rules + tables <= 1228);
}

int main(void)
{
#define LAB(name)   cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define BENCH(name) cmocka_unit_test_setup_teardown(name, set_up_bench, lab_tear_down)
    const struct CMUnitTest tests[] = {
        LAB(a_session_gets_a_random_tunnel_and_is_found_by_its_addresses),
        LAB(a_repeated_request_gets_the_same_answer_and_has_no_second_effect),
        LAB(requests_that_share_a_datagram_are_answered_in_one),
        LAB(a_new_request_for_the_same_cp_seid_replaces_the_session),
        LAB(an_address_or_tunnel_of_another_session_is_refused),
        BENCH(nothing_comes_from_a_phone_that_is_idle),
        LAB(a_session_that_the_smf_has_forgotten_gives_way),
        LAB(a_refused_request_takes_nothing_from_those_that_would_give_way),
        LAB(a_refused_change_of_number_takes_nothing_from_those_that_would_give_way),
        LAB(requests_of_an_smf_that_has_restarted_are_no_repetitions),
        LAB(a_given_tunnel_is_restored),
        LAB(a_refused_modification_changes_nothing),
        LAB(a_foreign_seid_is_not_found),
        LAB(a_peer_that_is_not_configured_gets_silence),
        LAB(smfs_that_share_a_host_are_told_apart_by_their_ports),
        LAB(without_an_association_sessions_are_refused),
        LAB(who_has_been_asked_meanwhile_asks_for_no_association),
        LAB(the_limit_of_sessions_is_a_refusal),
        BENCH(deletion_brings_the_final_report),
        LAB(usage_that_no_smf_has_heard_of_is_reported_again),
        LAB(usage_that_an_smf_refuses_is_reported_again_after_a_time),
        LAB(usage_that_an_smf_has_refused_is_reported_once_it_speaks_of_the_session),
        BENCH(a_quota_of_time_ends_also_while_an_smf_refuses_reports),
        BENCH(an_unanswered_report_is_repeated_and_given_up),
        BENCH(held_packets_are_reported_again_when_nobody_came_for_them),
        BENCH(every_report_of_a_packet_waits_as_long_as_was_asked_for),
        BENCH(the_answer_to_a_report_may_change_how_packets_wait),
        cmocka_unit_test(an_idle_session_takes_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
