/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet sessions are the slow path's, whatever their frames look like. */
#include "fast_lab.h"

static void a_frame_is_left_to_the_slow_path_even_if_it_looks_like_a_packet(void **state)
{
    struct bench *bench = bench_open(8);
    struct lab_session session;
    (void)state;
    bench->lab->networks[0].lan = lan_new(&(struct lan_settings){16, SECONDS(300), false}, 5);
    assert_non_null(bench->lab->networks[0].lan);
    lab_describe_ethernet(&session, UE);
    bench_establish(bench, &session);
    for (unsigned i = 0; i < 3; i++) {
        struct packet packet;
        set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
        assert_int_equal(run(bench), XDP_PASS);
        assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_TO_N6);
    }
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_left_to_the_slow_path_even_if_it_looks_like_a_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
