/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of an Ethernet frame as it stands in a G-PDU (TS 29.281, TS 23.501 5.6.10.2): from the destination's MAC address on, without preamble and frame
 * check sequence, and shorter than a frame on a wire may be.
 */
#ifndef PLANE_FRAME_H
#define PLANE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/bytes.h"

enum {
    FRAME_MAC = 6,
    FRAME_HEADER = 14,
    FRAME_TAG = 4,
    FRAME_TAGS = 2,
    FRAME_NO_TAG = 1 << 16,
    FRAME_TYPE_LEAST = 0x600,
    FRAME_IPV4 = 0x0800,
    FRAME_IPV6 = 0x86dd,
    FRAME_CUSTOMER_TAG = 0x8100,
    FRAME_SERVICE_TAG = 0x88a8
};

struct frame {
    const uint8_t *destination, *source; /* into the frame */
    uint32_t c_tag,
        s_tag;     /* control information (IEEE 802.1Q 9.6) of the first tag of the kind, or FRAME_NO_TAG */
    uint16_t type; /* behind all tags; below FRAME_TYPE_LEAST it is an IEEE 802.3 length */
    uint16_t payload; /* where it begins */
};

/* NULL: well-formed; else a static text that says what is wrong. */
const char *frame_parse(struct bytes octets, struct frame *frame);

/* For several: multicast and broadcast. */
static inline bool frame_is_group(const struct frame *frame)
{
    return frame->destination[0] & 1;
}

static inline bool frame_is_ip(const struct frame *frame)
{
    return frame->type == FRAME_IPV4 || frame->type == FRAME_IPV6;
}

/* From one station to another, with one tag at most: what the packet program reads, too (plane/bpf/frames.h). */
static inline bool frame_is_plain(const struct frame *frame)
{
    return !frame_is_group(frame) && frame->type >= FRAME_TYPE_LEAST &&
           frame->payload <= FRAME_HEADER + FRAME_TAG;
}

/* Between neighbours on a wire: spanning tree, link aggregation, port authentication, pause (IEEE 802.1Q 8.6.3). No bridge hands them on. */
bool frame_is_link_local(const struct frame *frame);

#endif
