/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Usage (TS 29.244 5.2.2) of a session that two paths carry: limits are met at the packet at which the slow path alone would meet them, and reports have each
 * packet and octet once. Two planes get the same packets, one of them with the packet program in front of it.
 */
#include "fast_lab.h"

enum { MOST = 1400, HEADERS = 28, MEBIBYTE = 1 << 20 };

/* A plane with the program, and one without. */
struct pair {
    struct bench *both;
    struct lab *alone;
    struct session *session;
    uint32_t teid;
    uint64_t seid;
    struct random_seeded random;
    unsigned fast; /* packets that the program forwarded */
};

static void attach(struct pair *pair, const struct pfcp_urr *urr)
{
    struct lab_session session;
    lab_describe(&session, UE);
    session.urr = *urr;
    session.urr.urr_id = 1;
    bench_establish(pair->both, &session);
    lab_describe(&session, UE);
    session.urr = *urr;
    session.urr.urr_id = 1;
    pair->seid = lab_establish(pair->alone, &session, &pair->teid);
    assert_int_equal(lab_switch(pair->alone, pair->seid, &pair->alone->gnb, 0x1234, false), PFCP_ACCEPTED);
    pair->session = table_get(&pair->alone->plane.teids, pair->teid);
    pair->both->fast.settings->jiffy = 0;
    pair->both->fast.settings->epoch = (uint64_t)pair->both->lab->timers.now;
}

static struct pair *pair_new(const struct pfcp_urr *urr)
{
    struct bench *both = bench_open(8);
    struct pair *pair = test_calloc(1, sizeof *pair);
    pair->both = both;
    pair->alone = lab_new();
    random_seed(&pair->random, 7);
    attach(pair, urr);
    return pair;
}

static void pair_free(struct pair *pair)
{
    bench_free(pair->both);
    lab_free(pair->alone);
    test_free(pair);
}

/* True: the packet went on its way, by whichever path. */
static bool pass_both(struct pair *pair, enum direction direction, size_t size)
{
    struct bench *bench = pair->both;
    struct packet packet;
    if (direction == UPLINK)
        set_tunnelled(bench, PHONE, OUTSIDE, 53, size - HEADERS);
    else
        set_downlink(bench, PHONE, size - HEADERS);
    const uint32_t verdict = run(bench);
    pair->fast += verdict == XDP_REDIRECT;
    if (verdict != XDP_PASS)
        return verdict == XDP_REDIRECT;
    if (direction == UPLINK)
        return run_slow(bench, &bench->lab->gnb, &packet) == PATH_TO_N6;
    const enum verdict slow = lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, size), &packet);
    done_with(&packet);
    return slow == PATH_TO_N3;
}

static bool pass_alone(struct pair *pair, enum direction direction, size_t size)
{
    uint8_t inner[FRAME];
    struct packet packet;
    const size_t length = direction == UPLINK ? set_inner(inner, PHONE, OUTSIDE, 53, size - HEADERS)
                                              : set_inner(inner, OUTSIDE, PHONE, 5000, size - HEADERS);
    if (direction == UPLINK)
        return lab_uplink(pair->alone, &pair->alone->gnb, pair->teid, QFI, bytes_of(inner, length),
                          &packet) == PATH_TO_N6;
    return lab_downlink(pair->alone, bytes_of(inner, length), &packet) == PATH_TO_N3;
}

/* The last message of a plane, if it is a usage report: what it reports. */
static struct pfcp_usage_report last_report(struct lab *lab)
{
    const struct pfcp_message message = lab_last(lab);
    assert_int_equal(message.type, PFCP_SESSION_REPORT_REQUEST);
    assert_int_equal(message.session_report_request.usage_reports_count, 1);
    return message.session_report_request.usage_reports[0];
}

static void are_alike(const struct pfcp_usage_report *one, const struct pfcp_usage_report *other)
{
    assert_int_equal(one->trigger, other->trigger);
    assert_int_equal(one->sequence, other->sequence);
    assert_memory_equal(&one->volume, &other->volume, sizeof one->volume);
    assert_int_equal(one->has_first_packet, other->has_first_packet);
    assert_int_equal(one->first_packet, other->first_packet);
    assert_int_equal(one->last_packet, other->last_packet);
    assert_int_equal(one->start_time, other->start_time);
    assert_int_equal(one->end_time, other->end_time);
}

/* What a plane wants to say it says; the number of its messages is forgotten. */
static unsigned told(struct lab *lab)
{
    const unsigned before = lab->n4_count;
    agent_poll(lab->agent);
    return lab->n4_count - before;
}

/* A packet of any size, either way, through both planes; afterwards they have said the same. */
static bool pass(struct pair *pair)
{
    const uint64_t chance = random_u64(&pair->random.random);
    const enum direction direction = chance % 3 ? DOWNLINK : UPLINK;
    const size_t size = HEADERS + (chance >> 32) % (MOST - HEADERS + 1);
    const bool passed = pass_both(pair, direction, size);
    pair->both->lab->n4_count = pair->alone->n4_count = 0;
    assert_int_equal(passed, pass_alone(pair, direction, size));
    const unsigned messages = told(pair->both->lab);
    assert_int_equal(messages, told(pair->alone));
    if (messages) {
        const struct pfcp_usage_report one = last_report(pair->both->lab), other = last_report(pair->alone);
        are_alike(&one, &other);
    }
    return passed;
}

static unsigned pass_until_exhausted(struct pair *pair)
{
    unsigned packets = 0;
    while (pass(pair))
        packets++;
    assert_true(pair->session->rules->urrs[0].exhausted);
    assert_true(pair->both->session->rules->urrs[0].exhausted);
    return packets;
}

static struct pfcp_urr volume_urr(uint32_t triggers)
{
    return (struct pfcp_urr){.has_measurement_method = true,
                             .measurement_method = PFCP_VOLUM,
                             .has_reporting_triggers = true,
                             .reporting_triggers = triggers};
}

static void a_quota_is_met_to_the_packet(void **state)
{
    static const struct pfcp_volume quotas[] = {
        {.flags = PFCP_TOVOL, .total = 3 * MEBIBYTE},
        {.flags = PFCP_ULVOL, .uplink = MEBIBYTE},
        {.flags = PFCP_ULVOL | PFCP_DLVOL, .uplink = 4 * MEBIBYTE, .downlink = MEBIBYTE},
        {.flags = PFCP_TOVOL, .total = 1},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof quotas / sizeof *quotas; i++) {
        struct pfcp_urr urr = volume_urr(PFCP_REPORT_VOLQU);
        urr.has_volume_quota = true;
        urr.volume_quota = quotas[i];
        struct pair *pair = pair_new(&urr);
        const unsigned packets = pass_until_exhausted(pair);
        assert_false(pass(pair));
        print_message("# %u of %u packets were the program's\n", pair->fast, packets);
        assert_true(packets < 100 || pair->fast > packets / 2);
        pair_free(pair);
    }
}

static void a_threshold_is_reported_with_the_packet_that_reaches_it(void **state)
{
    enum { PACKETS = 12000 };
    struct pfcp_urr urr = volume_urr(PFCP_REPORT_VOLTH);
    (void)state;
    urr.has_volume_threshold = true;
    urr.volume_threshold = (struct pfcp_volume){.flags = PFCP_TOVOL, .total = 2 * MEBIBYTE};
    urr.has_measurement_information = true;
    urr.measurement_information = 1 << 4; /* packets, too */
    struct pair *pair = pair_new(&urr);
    for (unsigned i = 0; i < PACKETS; i++)
        assert_true(pass(pair));
    print_message("# %u of %u packets were the program's, %u reports\n", pair->fast, PACKETS,
                  pair->session->rules->urrs[0].sequence);
    assert_true(pair->session->rules->urrs[0].sequence > 3 && pair->fast > PACKETS / 2);
    pair_free(pair);
}

static void traffic_that_begins_is_reported_with_its_first_packet(void **state)
{
    const struct pfcp_urr urr = volume_urr(PFCP_REPORT_START);
    struct pair *pair = pair_new(&urr);
    (void)state;
    assert_true(pass(pair));
    assert_int_equal(pair->session->rules->urrs[0].sequence, 1);
    pair_free(pair);
}

/* The time passes for both planes, and the program's clock goes with it. */
static void wait(struct pair *pair, int64_t ns)
{
    pair->both->lab->n4_count = pair->alone->n4_count = 0;
    lab_sleep(pair->both->lab, ns);
    lab_sleep(pair->alone, ns);
    pair->both->fast.settings->epoch = (uint64_t)pair->both->lab->timers.now;
}

static void what_is_due_by_time_has_all_that_was_carried(void **state)
{
    struct pfcp_urr urr = volume_urr(PFCP_REPORT_PERIO | PFCP_REPORT_TIMQU);
    (void)state;
    urr.has_measurement_period = urr.has_time_quota = true;
    urr.measurement_period = 10;
    urr.time_quota = 25;
    urr.measurement_method = PFCP_VOLUM | PFCP_DURAT;
    struct pair *pair = pair_new(&urr);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 100; i++)
            assert_true(pass(pair));
        wait(pair, SECONDS(11));
        const struct pfcp_usage_report one = last_report(pair->both->lab), other = last_report(pair->alone);
        are_alike(&one, &other);
        assert_int_equal(one.trigger, PFCP_USAGE_PERIO);
        assert_true(one.volume.total > 0);
    }
    assert_true(pair->fast > 100);
    wait(pair, SECONDS(6));
    assert_false(pass(pair)); /* and the program does not carry on */
    pair_free(pair);
}

/* What the SMF gets when it asks, when it takes the URR away, and at the end. */
static struct pfcp_usage_report ask(struct lab *lab, uint64_t seid, struct pfcp_message request)
{
    request.seid = seid;
    const struct pfcp_message answer = lab_ask(lab, &request);
    if (request.type == PFCP_SESSION_DELETION_REQUEST) {
        assert_int_equal(answer.session_deletion_response.usage_reports_count, 1);
        return answer.session_deletion_response.usage_reports[0];
    }
    assert_int_equal(answer.session_modification_response.cause, PFCP_ACCEPTED);
    assert_int_equal(answer.session_modification_response.usage_reports_count, 1);
    return answer.session_modification_response.usage_reports[0];
}

static void ask_both(struct pair *pair, struct pfcp_message request, uint32_t trigger)
{
    for (unsigned i = 0; i < 100; i++)
        pass(pair);
    const struct pfcp_usage_report one = ask(pair->both->lab, pair->both->seid, request),
                                   other = ask(pair->alone, pair->seid, request);
    are_alike(&one, &other);
    assert_int_equal(one.trigger, trigger);
    assert_true(one.volume.total > 0);
}

static void who_asks_is_told_of_both_paths(void **state)
{
    const struct pfcp_urr urr = volume_urr(PFCP_REPORT_VOLTH);
    struct pfcp_remove_rule one = {.id = 1};
    (void)state;
    struct pair *pair = pair_new(&urr);
    ask_both(
        pair,
        (struct pfcp_message){.type = PFCP_SESSION_MODIFICATION_REQUEST,
                              .session_modification_request = {.query_urrs = &one, .query_urrs_count = 1}},
        PFCP_USAGE_IMMER);
    ask_both(pair, (struct pfcp_message){.type = PFCP_SESSION_DELETION_REQUEST}, PFCP_USAGE_TERMR);
    assert_int_equal(pair->fast, 200);
    pair_free(pair);
}

static bool tells_of_inactivity(struct lab *lab)
{
    if (lab->n4_count == 0)
        return false;
    const struct pfcp_message last = lab_last(lab);
    return last.type == PFCP_SESSION_REPORT_REQUEST && last.session_report_request.report_type == PFCP_UPIR;
}

/* To the unit in which the program knows the time of a packet. */
static void who_carries_a_packet_is_not_inactive_whichever_path_it_takes(void **state)
{
    enum { PERIOD = 30, PACKET_AT = 20 };
    const struct pfcp_urr urr = volume_urr(PFCP_REPORT_VOLTH);
    const int64_t unit = INT64_C(1) << FAST_SEEN_SHIFT;
    (void)state;
    struct pair *pair = pair_new(&urr);
    struct pfcp_message watch = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = pair->both->seid,
        .session_modification_request = {.has_inactivity_timer = true, .inactivity_timer = PERIOD}};
    assert_int_equal(lab_ask(pair->both->lab, &watch).session_modification_response.cause, PFCP_ACCEPTED);
    wait(pair, SECONDS(PACKET_AT));
    assert_true(pass(pair));
    assert_int_equal(pair->fast, 1);
    wait(pair, SECONDS(PERIOD - PACKET_AT)); /* when it is looked at first */
    assert_false(tells_of_inactivity(pair->both->lab));
    wait(pair, SECONDS(PACKET_AT) - unit);
    assert_false(tells_of_inactivity(pair->both->lab));
    wait(pair, 2 * unit);
    assert_true(tells_of_inactivity(pair->both->lab));
    pair_free(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quota_is_met_to_the_packet),
        cmocka_unit_test(a_threshold_is_reported_with_the_packet_that_reaches_it),
        cmocka_unit_test(traffic_that_begins_is_reported_with_its_first_packet),
        cmocka_unit_test(what_is_due_by_time_has_all_that_was_carried),
        cmocka_unit_test(who_asks_is_told_of_both_paths),
        cmocka_unit_test(who_carries_a_packet_is_not_inactive_whichever_path_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
