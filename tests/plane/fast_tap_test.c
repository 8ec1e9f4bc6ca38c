/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of frames for captures, from the packet program to who waits for them. */
#include <sys/epoll.h>
#include <unistd.h>

#include "fast_lab.h"
#include "plane/fast/rules.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_reaches_who_waits_though_no_other_follows),
        cmocka_unit_test(a_session_that_is_established_again_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
