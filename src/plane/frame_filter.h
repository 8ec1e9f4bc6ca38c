/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an Ethernet packet filter (TS 29.244 7.5.2.2-3) asks of a frame. As in SDF filters the sides are the data network's and the phone's, whichever way a frame
 * goes: its source is the one or the other.
 */
#ifndef PLANE_FRAME_FILTER_H
#define PLANE_FRAME_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_MAC_MOST ((UINT64_C(1) << 48) - 1)

struct frame_macs {
    uint64_t low, high; /* 0 to FRAME_MAC_MOST: any */
};

/* A frame without such a tag does not match one that asks. */
struct frame_tag_filter {
    bool asks, has_vid;
    uint16_t vid;
    uint8_t priority, priority_mask; /* PCP, and DEI as the lowest of 4 bits */
};

struct frame_filter {
    struct frame_macs remote, local;
    struct frame_tag_filter c_tag, s_tag;
    uint16_t type; /* behind the tags */
    bool asks;     /* false: there is no such filter, and nothing else counts */
    bool has_type;
    bool
        has_packet; /* an IP packet is asked for, as an SDF filter goes with it; with has_type the type says so */
};

#endif
