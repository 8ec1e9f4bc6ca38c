/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of frames for captures, from the packet program to who waits for them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fast_lab.h"
#include "kit/loop.h"
#include "plane/capture.h"
#include "plane/fast/rules.h"
#include "plane/fast/shown.h"
#include "plane/fast/tap.h"

enum { LONGEST_WAIT_MS = 5000, FRAMES = 40 };

static void count_one(void *context, const struct fast_captured *captured, struct bytes frame)
{
    (void)captured;
    (void)frame;
    ++*(unsigned *)context;
}

static bool is_ready(int set)
{
    struct epoll_event event;
    return epoll_wait(set, &event, 1, LONGEST_WAIT_MS) == 1;
}

/* A loop's look at the descriptor takes the kernel's note that there is a frame. */
static void each_frame_reaches_who_waits_though_no_other_follows(void **state)
{
    struct bench *bench = bench_new();
    unsigned seen = 0;
    (void)state;
    struct fast_tap *tap = fast_tap_new(&bench->fast, count_one, &seen);
    assert_non_null(tap);
    const int set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, fast_tap_descriptor(tap), &event), 0);
    fast_show(&bench->lab->plane, bench->session, true);
    for (unsigned i = 1; i <= FRAMES; i++) {
        set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
        assert_int_equal(run(bench), XDP_REDIRECT);
        while (seen < i && is_ready(set))
            fast_tap_drain(tap);
        assert_int_equal(seen, i);
    }
    close(set);
    fast_tap_free(tap);
    bench_free(bench);
}

/* Its SMF's answer was lost, or it forgot: the capture is of a session that is no more. */
static void a_session_that_is_established_again_is_not_shown(void **state)
{
    struct bench *bench = bench_new();
    struct lab_session again;
    unsigned seen = 0;
    (void)state;
    fast_show(&bench->lab->plane, bench->session, true);
    const unsigned place = bench->session->place;
    lab_describe(&again, UE);
    bench_establish(bench, &again);
    assert_int_equal(bench->session->place, place);
    struct fast_tap *tap = fast_tap_new(&bench->fast, count_one, &seen);
    assert_non_null(tap);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_downlink(bench, PHONE, 80);
    assert_int_equal(run(bench), XDP_REDIRECT);
    fast_tap_drain(tap);
    assert_int_equal(seen, 0);
    fast_tap_free(tap);
    bench_free(bench);
}

static void ask_for(struct capture *capture, const struct bench *bench, const char *kind, const char *whose)
{
    json_t *request = json_pack("{s:s}", kind, whose);
    json_t *reply = capture_reply(capture, bench->lab->agent, getuid(), request);
    assert_true(json_is_true(json_object_get(reply, "fast")));
    json_decref(request);
    json_decref(reply);
}

/* Whatever has left a mark behind. */
static void a_capture_shows_what_was_asked_for_and_nothing_else(void **state)
{
    struct bench *bench = bench_new();
    struct session *other = bench->session;
    struct lab_session session;
    struct loop *loop = loop_new();
    char folder[] = "/tmp/demarc-tap-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct capture *capture = capture_new(loop, &bench->lab->plane, folder, "tap");
    assert_non_null(capture);
    fast_show(&bench->lab->plane, other, true);
    fast_show_gnb(&bench->lab->plane, other->gnb, true);
    lab_describe(&session, UE + 1);
    bench_establish(bench, &session);
    ask_for(capture, bench, "session", "10.45.0.8");
    assert_int_equal(bench->fast.sessions[bench->session->place].captured, 1);
    assert_int_equal(bench->fast.sessions[other->place].captured, 0);
    assert_int_equal(fast_tunnel_at(&bench->fast, other->rules->pdrs[0].teid)->flags & FAST_CAPTURED, 0);
    assert_int_equal(bench->fast.gnbs[other->gnb->id].captured, 0);
    capture_free(capture);
    loop_free(loop);
    rmdir(folder);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_reaches_who_waits_though_no_other_follows),
        cmocka_unit_test(a_session_that_is_established_again_is_not_shown),
        cmocka_unit_test(a_capture_shows_what_was_asked_for_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
