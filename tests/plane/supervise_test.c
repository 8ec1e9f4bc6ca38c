/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U paths: echo requests, failure, recovery (TS 29.281 4.3.1, TS 29.244 5.9). */
#include "lab.h"

#define PERIOD  SECONDS(60)
#define TIMEOUT SECONDS(3)

enum { TRIES = 5 };

static int set_up(void **state)
{
    struct lab *lab = lab_new();
    struct lab_session session;
    uint32_t teid = 0;
    lab_describe(&session, 2);
    uint64_t seid = lab_establish(lab, &session, &teid);
    assert_int_equal(lab_switch(lab, seid, &lab->gnb, 0x55, false), PFCP_ACCEPTED);
    lab->n3_count = lab->n4_count = 0;
    *state = lab;
    return 0;
}

static int tear_down(void **state)
{
    lab_free(*state);
    return 0;
}

static uint64_t seid_of(const struct lab *lab)
{
    const struct session *session = table_get(&lab->networks[0].by_v4, 0x0a2d0002);
    return session->seid;
}

/* The gNB's answer to the last message on N3, from that address and with another sequence number if asked for. */
static void answer_echo(struct lab *lab, const union socket_address *from, uint16_t difference)
{
    struct gtpu_packet gtpu;
    struct fault fault;
    uint8_t *at = lab->buffer + PATH_HEADROOM;
    struct packet packet = {.data = at, .end = at + 2048};
    const struct caught *last = &lab->n3[lab->n3_count - 1];
    assert_true(gtpu_parse(bytes_of(last->data, last->length), &gtpu, &fault));
    assert_int_equal(gtpu.type, GTPU_ECHO_REQUEST);
    assert_true(address_same_host(&last->to, &lab->gnb));
    packet.length = gtpu_echo_response(at, 256, (uint16_t)(gtpu.sequence + difference));
    assert_int_equal(path_uplink(&lab->plane, &lab->plane.lanes[0], from, &packet), PATH_DROP);
}

/* The answer of the SMF to the last report, so that it is not repeated. */
static void take_report(struct lab *lab)
{
    uint8_t buffer[128];
    struct pfcp_message report = lab_last(lab);
    struct pfcp_message answer = {
        .type = PFCP_NODE_REPORT_RESPONSE,
        .sequence = report.sequence,
        .node_report_response = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                 .cause = PFCP_ACCEPTED},
    };
    size_t length = pfcp_encode(&answer, buffer, sizeof buffer);
    agent_receive(lab->agent, &lab->smf, bytes_of(buffer, length));
    lab->n4_count = 0;
}

static void fail_path(struct lab *lab)
{
    lab_sleep(lab, PERIOD);
    for (unsigned i = 0; i < TRIES; i++)
        lab_sleep(lab, TIMEOUT);
}

static void a_gnb_that_answers_is_left_in_peace(void **state)
{
    struct lab *lab = *state;
    for (unsigned i = 1; i <= 3; i++) {
        lab_sleep(lab, PERIOD);
        assert_int_equal(lab->n3_count, i);
        answer_echo(lab, &lab->gnb, 0);
        lab_sleep(lab, TIMEOUT);
    }
    assert_int_equal(lab->n3_count, 3);
    assert_int_equal(lab->n4_count, 0);
}

static void silence_is_reported_once_and_so_is_the_end_of_it(void **state)
{
    struct lab *lab = *state;
    fail_path(lab);
    assert_int_equal(lab->n3_count, TRIES);
    assert_int_equal(lab->n4_count, 1);
    struct pfcp_message report = lab_last(lab);
    assert_int_equal(report.type, PFCP_NODE_REPORT_REQUEST);
    assert_int_equal(report.node_report_request.report_type, PFCP_UPFR);
    assert_memory_equal(report.node_report_request.path_failure.peers[0].ip.v4, &lab->gnb.v4.sin_addr, 4);
    take_report(lab);
    fail_path(lab);
    assert_int_equal(lab->n4_count, 0);
    lab_sleep(lab, PERIOD);
    answer_echo(lab, &lab->gnb, 0);
    lab_sleep(lab, TIMEOUT);
    assert_int_equal(lab->n4_count, 1);
    report = lab_last(lab);
    assert_int_equal(report.node_report_request.report_type, PFCP_UPRR);
    assert_memory_equal(report.node_report_request.path_recovery.peers[0].ip.v4, &lab->gnb.v4.sin_addr, 4);
}

static void an_answer_that_does_not_fit_is_none(void **state)
{
    struct lab *lab = *state;
    lab_sleep(lab, PERIOD);
    for (unsigned i = 0; i < TRIES; i++) {
        answer_echo(lab, &lab->other_gnb, 0);
        answer_echo(lab, &lab->gnb, 1);
        lab_sleep(lab, TIMEOUT);
    }
    assert_int_equal(lab->n4_count, 1);
    assert_int_equal(lab_drops(lab, DROP_WRONG_PEER), TRIES);
}

static void a_gnb_without_sessions_is_not_asked(void **state)
{
    struct lab *lab = *state;
    assert_int_equal(lab_switch(lab, seid_of(lab), NULL, 0, false), PFCP_ACCEPTED);
    lab_sleep(lab, 2 * PERIOD);
    assert_int_equal(lab->n3_count, 0);
    assert_int_equal(lab_switch(lab, seid_of(lab), &lab->gnb, 0x66, false), PFCP_ACCEPTED);
    lab->n3_count = 0;
    lab_sleep(lab, PERIOD);
    assert_int_equal(lab->n3_count, 1);
    struct pfcp_message deletion = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = seid_of(lab)};
    lab_ask(lab, &deletion);
    lab_sleep(lab, 2 * PERIOD);
    assert_int_equal(lab->n3_count, 1);
}

static void a_failure_is_told_again_to_an_smf_that_was_away(void **state)
{
    struct lab *lab = *state;
    fail_path(lab);
    take_report(lab);
    struct pfcp_message release = {.type = PFCP_HEARTBEAT_REQUEST,
                                   .heartbeat_request.recovery_time_stamp = 2000};
    lab_ask(lab, &release); /* the SMF has restarted */
    struct pfcp_message setup = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = 2000,
                                      .has_session_retention = true},
    };
    lab_ask(lab, &setup);
    unsigned reports = 0;
    for (unsigned i = 0; i < lab->n4_count; i++)
        reports += lab->n4[i].data[1] == PFCP_NODE_REPORT_REQUEST;
    assert_int_equal(reports, 1);
}

int main(void)
{
#define BENCH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        BENCH(a_gnb_that_answers_is_left_in_peace),
        BENCH(silence_is_reported_once_and_so_is_the_end_of_it),
        BENCH(an_answer_that_does_not_fit_is_none),
        BENCH(a_gnb_without_sessions_is_not_asked),
        BENCH(a_failure_is_told_again_to_an_smf_that_was_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
