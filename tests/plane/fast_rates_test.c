/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates and rates (TS 29.244 5.4.3, 5.4.4) in the packet program, on a virtual clock: what passes is the configured rate, whichever paths the packets of
 * however many sessions take.
 */
#include "fast_lab.h"
#include "fast_pins.h"
#include "plane/fast/adopt.h"

enum { KBPS = 8000, SIZE = 1000, UE_AMBR = 5, SESSION_AMBR = 6, CORRELATION = 77, JIFFY_MS = 4 };

/* A phone's session, with as many rates as it is given. */
struct phone {
    uint8_t address[4];
    uint32_t teid, qer_ids[3];
    uint64_t seid;
    struct pfcp_qer qers[3];
    struct lab_session session;
};

/* The program's clock stands until it is set again; it knows the time to a jiffy. */
static void set_clock(struct bench *bench)
{
    const int64_t now = bench->lab->timers.now;
    bench->fast.settings->jiffy = 0;
    bench->fast.settings->epoch = (uint64_t)(now - now % MILLISECONDS(JIFFY_MS));
}

static void sleep_ns(struct bench *bench, int64_t ns)
{
    bench->lab->timers.now += ns;
    set_clock(bench);
}

static struct phone phone_of(uint8_t number)
{
    return (struct phone){.address = {10, 45, 0, number}};
}

static void add_rate(struct phone *phone, uint32_t id, uint64_t kbps, uint32_t correlation)
{
    unsigned n = 0;
    while (phone->qer_ids[n])
        n++;
    phone->qer_ids[n] = id;
    phone->qers[n] = (struct pfcp_qer){.qer_id = id,
                                       .has_gate = true,
                                       .has_mbr = true,
                                       .mbr = {kbps, kbps},
                                       .has_correlation_id = correlation != 0,
                                       .correlation_id = correlation};
}

static void attach(struct bench *bench, struct phone *phone)
{
    struct lab_session *session = &phone->session;
    struct pfcp_session_establishment_request *request = &session->request.session_establishment_request;
    lab_describe(session, phone->address[3]);
    while (request->create_qers_count <= 3 && phone->qer_ids[request->create_qers_count - 1])
        request->create_qers_count++;
    request->create_qers_count--;
    request->create_qers = phone->qers;
    for (unsigned i = 0; i < 2; i++) {
        session->pdrs[i].qer_ids = phone->qer_ids;
        session->pdrs[i].qer_ids_count = request->create_qers_count;
    }
    if (phone->teid) { /* as an SMF does that knows it from before */
        session->pdrs[0].pdi.f_teid = (struct pfcp_f_teid){.teid = phone->teid, .ip.has_v4 = true};
        memcpy(session->pdrs[0].pdi.f_teid.ip.v4, bench->lab->plane.n3_v4.address, 4);
        bench->teid = phone->teid;
    }
    bench_establish(bench, session);
    phone->teid = bench->teid;
    phone->seid = bench->seid;
    set_clock(bench);
}

static void detach(struct bench *bench, const struct phone *phone)
{
    struct pfcp_message request = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = phone->seid};
    assert_int_equal(lab_ask(bench->lab, &request).session_deletion_response.cause, PFCP_ACCEPTED);
}

/* A packet of that many octets goes through the program, or is dropped by it. */
static bool pass(struct bench *bench, const struct phone *phone, enum direction direction, size_t size)
{
    bench->teid = phone->teid;
    if (direction == UPLINK)
        set_tunnelled(bench, phone->address, OUTSIDE, 53, size - 28);
    else
        set_downlink(bench, phone->address, size - 28);
    const uint32_t verdict = run(bench);
    assert_true(verdict == XDP_REDIRECT || verdict == XDP_DROP);
    return verdict == XDP_REDIRECT;
}

static bool pass_slow(struct bench *bench, const struct phone *phone, enum direction direction, size_t size)
{
    struct packet packet;
    bench->teid = phone->teid;
    if (direction == UPLINK) {
        set_tunnelled(bench, phone->address, OUTSIDE, 53, size - 28);
        return run_slow(bench, &bench->lab->gnb, &packet) == PATH_TO_N6;
    }
    const size_t inner = set_downlink(bench, phone->address, size - 28);
    return lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet) == PATH_TO_N3;
}

typedef bool passer(struct bench *bench, const struct phone *phone, enum direction direction, size_t size);

/* Who offers what, and on which path. */
struct offer {
    const struct phone *phone;
    passer *path;
};

/* Each offers the rate for that long; the octets that passed over all of them. */
static uint64_t offer(struct bench *bench, const struct offer *offers, unsigned count,
                      enum direction direction, size_t size, int64_t time)
{
    const int64_t step = (int64_t)size * 8 * 1000000 / KBPS, end = bench->lab->timers.now + time;
    uint64_t passed = 0;
    while (bench->lab->timers.now < end) {
        for (unsigned i = 0; i < count; i++)
            passed += offers[i].path(bench, offers[i].phone, direction, size) ? size : 0;
        sleep_ns(bench, step / 2);
    }
    return passed;
}

static void is_rate(uint64_t octets, uint64_t kbps, int64_t time)
{
    const uint64_t expected = kbps * (uint64_t)(time / MILLISECONDS(1)) / 8;
    assert_in_range(octets, expected * 98 / 100, expected * 102 / 100);
}

/* What passes once the burst is over. */
static void offers_are_limited(struct bench *bench, const struct offer *offers, unsigned count,
                               enum direction direction, size_t size, uint64_t kbps)
{
    offer(bench, offers, count, direction, size, MILLISECONDS(200));
    is_rate(offer(bench, offers, count, direction, size, SECONDS(2)), kbps, SECONDS(2));
}

static void a_rate_is_kept_at_every_size(void **state)
{
    static const size_t sizes[] = {64, 512, 1400};
    struct bench *bench = bench_open(8);
    struct phone phone = phone_of(UE);
    const struct offer fast = {&phone, pass};
    (void)state;
    add_rate(&phone, SESSION_AMBR, KBPS, 0);
    attach(bench, &phone);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        offers_are_limited(bench, &fast, 1, UPLINK, sizes[i], KBPS);
        offers_are_limited(bench, &fast, 1, DOWNLINK, sizes[i], KBPS);
    }
    bench_free(bench);
}

/* Packets that the program leaves to the slow path (with options, in fragments) are no second rate. */
static void both_paths_take_from_one_bucket(void **state)
{
    struct bench *bench = bench_open(8);
    struct phone phone = phone_of(UE);
    const struct offer both[] = {{&phone, pass}, {&phone, pass_slow}};
    (void)state;
    add_rate(&phone, SESSION_AMBR, KBPS, 0);
    attach(bench, &phone);
    offers_are_limited(bench, both, 2, UPLINK, SIZE, KBPS);
    assert_int_equal(lab_switch(bench->lab, phone.seid, &bench->lab->gnb, 0x77, false), PFCP_ACCEPTED);
    is_rate(offer(bench, both, 2, UPLINK, SIZE, SECONDS(2)), KBPS, SECONDS(2)); /* not even a burst */
    offers_are_limited(bench, both, 2, DOWNLINK, SIZE, KBPS);
    bench_free(bench);
}

/* As our SMF asks: Session-AMBR and UE-AMBR. */
static void the_lesser_of_two_rates_counts(void **state)
{
    struct bench *bench = bench_open(8);
    struct phone phone = phone_of(UE);
    const struct offer fast = {&phone, pass};
    (void)state;
    add_rate(&phone, UE_AMBR, 2 * KBPS, CORRELATION);
    add_rate(&phone, SESSION_AMBR, KBPS, 0);
    attach(bench, &phone);
    assert_int_equal(bench->fast.sessions[bench->session->place].action.rates[0], 0);
    offers_are_limited(bench, &fast, 1, UPLINK, SIZE, KBPS);
    offers_are_limited(bench, &fast, 1, DOWNLINK, SIZE, KBPS);
    bench_free(bench);
}

static void a_phones_sessions_share_its_rate(void **state)
{
    struct bench *bench = bench_open(8);
    struct phone phones[2] = {phone_of(UE), phone_of(UE + 1)};
    const struct offer all[] = {
        {&phones[0], pass}, {&phones[1], pass}, {&phones[0], pass_slow}, {&phones[1], pass_slow}};
    const unsigned places = bench->fast.free_rate_count;
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        add_rate(&phones[i], UE_AMBR, KBPS, CORRELATION);
        add_rate(&phones[i], SESSION_AMBR, 3 * KBPS, 0);
    }
    attach(bench, &phones[0]);
    offers_are_limited(bench, all, 1, UPLINK, SIZE, KBPS);
    attach(bench, &phones[1]);
    assert_int_equal(bench->fast.free_rate_count, places - 1);
    is_rate(offer(bench, all, 2, UPLINK, SIZE, SECONDS(2)), KBPS,
            SECONDS(2)); /* the first one's burst is gone */
    offers_are_limited(bench, all, 2, DOWNLINK, SIZE, KBPS);
    offers_are_limited(bench, all, 4, UPLINK, SIZE, KBPS);
    detach(bench, &phones[0]);
    offers_are_limited(bench, all + 1, 1, UPLINK, SIZE, KBPS);
    detach(bench, &phones[1]);
    lab_sleep(bench->lab, SECONDS(1));
    assert_int_equal(bench->fast.free_rate_count, places);
    bench_free(bench);
}

/* A session that the program does not serve takes from the same rate. */
static void a_session_without_a_place_shares_it_too(void **state)
{
    struct bench *bench = bench_open(8);
    struct phone phones[2] = {phone_of(UE), phone_of(UE + 1)};
    const struct offer both[] = {{&phones[0], pass}, {&phones[1], pass_slow}};
    (void)state;
    for (unsigned i = 0; i < 2; i++)
        add_rate(&phones[i], UE_AMBR, KBPS, CORRELATION);
    attach(bench, &phones[1]);
    attach(bench, &phones[0]);
    offers_are_limited(bench, both, 2, UPLINK, SIZE, KBPS);
    offers_are_limited(bench, both, 2, DOWNLINK, SIZE, KBPS);
    bench_free(bench);
}

/* A phone with more rates than the program takes from, and one for which there is no place, are served by the slow path. */
static void what_finds_no_place_is_left_to_the_slow_path(void **state)
{
    struct bench *bench = bench_open(8);
    struct phone phones[2] = {phone_of(UE), phone_of(UE + 1)};
    const struct offer both[] = {{&phones[0], pass_slow}, {&phones[1], pass_slow}};
    (void)state;
    for (unsigned i = 0; i < 2; i++)
        add_rate(&phones[i], UE_AMBR, KBPS, CORRELATION);
    bench->fast.free_rate_count = 0;
    attach(bench, &phones[0]);
    assert_true(pass(bench, &phones[0], UPLINK, SIZE));
    attach(bench, &phones[1]);
    for (unsigned i = 0; i < 2; i++) {
        bench->teid = phones[i].teid;
        set_tunnelled(bench, phones[i].address, OUTSIDE, 53, 100);
        assert_int_equal(run(bench), XDP_PASS);
    }
    offers_are_limited(bench, both, 2, UPLINK, SIZE, KBPS);
    bench_free(bench);
}

static void is_the_slow_paths(struct bench *bench, const struct phone *phone)
{
    struct packet packet;
    bench->teid = phone->teid;
    set_tunnelled(bench, phone->address, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_TO_N6);
}

/* Until then the places that a process has left are nobody's to take: its sessions may go on with them. */
static void rates_that_found_no_place_get_one_once_what_was_left_is_swept(void **state)
{
    struct bench *bench = begin(2);
    struct phone phones[2] = {phone_of(UE), phone_of(UE + 1)};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        add_rate(&phones[i], UE_AMBR, KBPS, CORRELATION);
        add_rate(&phones[i], SESSION_AMBR, 2 * KBPS, CORRELATION + 1);
        attach(bench, &phones[i]);
    }
    assert_int_equal(bench->fast.free_rate_count, 0);
    die(bench);
    bench = begin(2);
    for (unsigned i = 0; i < 2; i++)
        attach(bench, &phones[i]);
    for (unsigned i = 0; i < 2; i++)
        is_the_slow_paths(bench, &phones[i]);
    fast_sweep(&bench->lab->plane, INT64_MAX);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(pass(bench, &phones[i], UPLINK, 100));
        assert_true(pass(bench, &phones[i], DOWNLINK, 100));
    }
    assert_int_equal(bench->fast.free_rate_count, 0);
    end(bench);
}

static void nothing_passes_a_closed_gate_or_a_rate_of_nothing(void **state)
{
    struct bench *bench = bench_open(8);
    struct phone closed = phone_of(UE), nothing = phone_of(UE + 1), silenced = phone_of(UE + 2);
    (void)state;
    add_rate(&closed, SESSION_AMBR, KBPS, 0);
    closed.qers[0].gate.downlink_closed = true;
    attach(bench, &closed);
    assert_true(pass(bench, &closed, UPLINK, SIZE));
    assert_false(pass(bench, &closed, DOWNLINK, SIZE));
    assert_false(pass_slow(bench, &closed, DOWNLINK, SIZE));
    add_rate(&nothing, SESSION_AMBR, KBPS, 0);
    nothing.qers[0].mbr.downlink = 0;
    attach(bench, &nothing);
    assert_true(pass(bench, &nothing, UPLINK, SIZE));
    assert_false(pass(bench, &nothing, DOWNLINK, SIZE));
    assert_false(pass_slow(bench, &nothing, DOWNLINK, SIZE));
    add_rate(&silenced, SESSION_AMBR, KBPS, 0);
    silenced.qers[0].gate.uplink_closed = true;
    attach(bench, &silenced);
    assert_false(pass(bench, &silenced, UPLINK, SIZE)); /* and does not trouble the slow path */
    assert_false(pass_slow(bench, &silenced, UPLINK, SIZE));
    assert_true(pass(bench, &silenced, DOWNLINK, SIZE));
    bench_free(bench);
}

/* Who gets another's place does not wait for what that one had taken. */
static void a_place_is_given_on_without_what_was_taken(void **state)
{
    struct bench *bench = bench_open(1);
    struct phone slow = phone_of(UE), next = phone_of(UE + 1);
    (void)state;
    add_rate(&slow, SESSION_AMBR, 1, 0);
    attach(bench, &slow);
    while (pass(bench, &slow, DOWNLINK, SIZE))
        ;
    detach(bench, &slow);
    add_rate(&next, SESSION_AMBR, KBPS, 0);
    attach(bench, &next);
    assert_true(pass(bench, &next, DOWNLINK, SIZE));
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_is_kept_at_every_size),
        cmocka_unit_test(both_paths_take_from_one_bucket),
        cmocka_unit_test(the_lesser_of_two_rates_counts),
        cmocka_unit_test(a_phones_sessions_share_its_rate),
        cmocka_unit_test(a_session_without_a_place_shares_it_too),
        cmocka_unit_test(what_finds_no_place_is_left_to_the_slow_path),
        cmocka_unit_test(rates_that_found_no_place_get_one_once_what_was_left_is_swept),
        cmocka_unit_test(a_place_is_given_on_without_what_was_taken),
        cmocka_unit_test(nothing_passes_a_closed_gate_or_a_rate_of_nothing),
    };
    return cmocka_run_group_tests(tests, mount_pins, unmount_pins);
}
