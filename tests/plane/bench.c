/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

const uint8_t ue[4] = {10, 45, 0, 2}, neighbour[4] = {10, 45, 0, 9}, server[4] = {8, 8, 8, 8};

struct bench *bench_new(void)
{
    struct bench *b = test_calloc(1, sizeof *b);
    b->lab = lab_new();
    lab_describe(&b->session, 2);
    return b;
}

void bench_connect(struct bench *b)
{
    b->seid = lab_establish(b->lab, &b->session, &b->teid);
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->gnb, BENCH_TEID, false), PFCP_ACCEPTED);
}

int bench_set_up(void **state)
{
    *state = bench_new();
    bench_connect(*state);
    return 0;
}

enum verdict bench_up(struct bench *b, const union socket_address *gnb, const uint8_t from[4],
                      const uint8_t to[4], uint16_t port)
{
    const size_t length = lab_udp(b->inner, from, to, port, 100);
    return lab_uplink(b->lab, gnb, b->teid, 1, bytes_of(b->inner, length), &b->packet);
}

enum verdict bench_down(struct bench *b, size_t payload)
{
    const size_t length = lab_udp(b->inner, server, ue, 99, payload);
    return lab_downlink(b->lab, bytes_of(b->inner, length), &b->packet);
}
