/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the measuring programs in the kernel (fast.bpf.c) and who runs them (fast_packets.c) agree upon. */
#ifndef BENCH_FAST_H
#define BENCH_FAST_H

#include <linux/types.h>

enum { FRAME_BYTES = 128, FIRST_PHONE = 0x0a000000 };

/* The packets of one direction: all alike but for the session that they are drawn for. */
struct round {
    __u64 seed;
    __u32 sessions; /* to draw from */
    __u32 places;   /* for TEIDs, less one */
    __s32 moved;    /* how far the last run has moved the packet's beginning */
    __u32 length;
    __u64 taken;
    __u8 frame[FRAME_BYTES];
};

/* TEIDs scattered as random ones are, each at a place of its own. */
static inline __u32 teid_of(__u32 session, __u32 places)
{
    return 0xa5000000u | (session * 0x9e3779b1u & places);
}

static inline __u32 draw_session(__u64 *seed, __u32 sessions)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (__u32)((*seed >> 32) * sessions >> 32);
}

#endif
