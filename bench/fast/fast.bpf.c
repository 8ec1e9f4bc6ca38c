/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The packet program between two halves of a wrapper that makes each packet anew: BPF_PROG_TEST_RUN runs a program many times over one buffer, and
 * this one changes what is in it. What the wrapper alone takes is measured by its side, and so is an empty program.
 */
#include "plane/bpf/plane.bpf.c"

#include "fast.h"

/* By enum direction. */
struct {
    MAPPED_ARRAY(struct round, 2);
} rounds SEC(".maps");

enum { REMOVED = 14 + 20 + 8 + 16 - 14, UPLINK_BYTES = 122, DOWNLINK_BYTES = 78 };

/* The packet as it was, `bytes` long, of a session drawn anew. */
INLINE bool restore(struct xdp_md *context, struct round *round, enum direction direction, __u32 bytes)
{
    if (round->moved && bpf_xdp_adjust_head(context, -round->moved) != 0)
        return false;
    __u8 *frame = (void *)(long)context->data;
    if (frame + bytes > (__u8 *)(long)context->data_end)
        return false;
    __builtin_memcpy(frame, round->frame, bytes);
    const __u32 session = draw_session(&round->seed, round->sessions);
    if (direction == UPLINK) {
        frame[14 + 15] = (__u8)session; /* its gNB's address, of 198.18.1.0/24 */
        *(__u32 *)(frame + 14 + 20 + 8 + 4) = bpf_htonl(teid_of(session, round->places));
        *(__u32 *)(frame + 14 + 44 + 12) = bpf_htonl(FIRST_PHONE + session);
    } else {
        *(__u32 *)(frame + 14 + 16) = bpf_htonl(FIRST_PHONE + session);
    }
    return true;
}

SEC("xdp")
int bench_empty(struct xdp_md *context)
{
    (void)context;
    return XDP_DROP;
}

/* Moves the beginning to and fro: twice what the program does once. */
SEC("xdp")
int bench_move(struct xdp_md *context)
{
    return bpf_xdp_adjust_head(context, REMOVED) == 0 && bpf_xdp_adjust_head(context, -REMOVED) == 0
               ? XDP_DROP
               : XDP_ABORTED;
}

/* One record of a session drawn anew, and the next one only when it is there: what memory takes for a packet that needs no other. */
SEC("xdp")
int bench_read(struct xdp_md *context)
{
    struct round *round = AT(rounds, UPLINK);
    (void)context;
    if (!round)
        return XDP_ABORTED;
    const struct fast_tunnel *tunnel =
        AT(tunnels, teid_of(draw_session(&round->seed, round->sessions), round->places) & round->places);
    round->seed += tunnel ? tunnel->settling : 0; /* nothing; but not known before it has been read */
    return XDP_DROP;
}

SEC("xdp")
int bench_restore_uplink(struct xdp_md *context)
{
    struct round *round = AT(rounds, UPLINK);
    if (!round || !restore(context, round, UPLINK, UPLINK_BYTES) ||
        bpf_xdp_adjust_head(context, REMOVED) != 0)
        return XDP_ABORTED;
    round->moved = REMOVED;
    return XDP_DROP;
}

SEC("xdp")
int bench_restore_downlink(struct xdp_md *context)
{
    struct round *round = AT(rounds, DOWNLINK);
    if (!round || !restore(context, round, DOWNLINK, DOWNLINK_BYTES) ||
        bpf_xdp_adjust_head(context, -REMOVED) != 0)
        return XDP_ABORTED;
    round->moved = -REMOVED;
    return XDP_DROP;
}

SEC("xdp")
__attribute__((flatten)) int bench_uplink(struct xdp_md *context)
{
    struct round *round = AT(rounds, UPLINK);
    if (!round || !restore(context, round, UPLINK, UPLINK_BYTES))
        return XDP_ABORTED;
    const int verdict = plane_packet(context);
    round->moved = verdict == XDP_REDIRECT ? REMOVED : 0;
    round->taken += verdict == XDP_REDIRECT;
    return verdict;
}

SEC("xdp")
__attribute__((flatten)) int bench_downlink(struct xdp_md *context)
{
    struct round *round = AT(rounds, DOWNLINK);
    if (!round || !restore(context, round, DOWNLINK, DOWNLINK_BYTES))
        return XDP_ABORTED;
    const int verdict = plane_packet(context);
    round->moved = verdict == XDP_REDIRECT ? -REMOVED : 0;
    round->taken += verdict == XDP_REDIRECT;
    return verdict;
}
