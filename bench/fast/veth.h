/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the programs at the far ends of the plane's interfaces (veth.bpf.c) and who runs them (veth.c) agree upon. */
#ifndef BENCH_VETH_H
#define BENCH_VETH_H

#include "fast.h"

enum { RAN, NETWORK, SIDES };

/* What a frame is like, and what makes it its session's. */
enum veth_kind {
    TUNNELLED, /* uplink: TEID, address and port of the phone */
    ROUTED,    /* the same without a tunnel */
    TO_PHONE,  /* downlink: the phone's address */
    TO_HOST,   /* downlink, to be translated back: the port that the phone's is translated to */
    KINDS
};

enum { TUNNELLED_BYTES = 122, PLAIN_BYTES = 78, FIRST_PORT = 10000, PACED = 64 };

struct veth_sending {
    __u64 seed, sent;
    __u32 sessions, places, first_phone; /* places: for TEIDs, less one */
    __u32 kind;
    __u64 pace, due; /* ns: for PACED frames, and until which the next ones wait; 0: as fast as they go */
    __u8 frame[FRAME_BYTES];
};

struct veth_settings {
    __u32 expected; /* octets of a frame that counts */
    __u32 way_out;  /* the bare redirect's */
};

#endif
