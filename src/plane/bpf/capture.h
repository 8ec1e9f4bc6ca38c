/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Copies of frames for `demarc plane capture`: of one session or one gNB, as they came in, with what became of them. Whether a frame is wanted stands in records
 * that it needs anyway. What is left to the slow path is seen there (plane/tap.h).
 */
#ifndef PLANE_BPF_CAPTURE_H
#define PLANE_BPF_CAPTURE_H

#include "plane/bpf/packet.h"

/* frame.captured: how a frame is shown. OUT: in the tunnel that it goes into, or by itself if it came without one and is dropped; otherwise as it came in, in its
 * tunnel. BY_SENDER: as it came in, wherever it goes, as the other UPF is captured that sent it. */
enum { CAPTURE_IN = 1, CAPTURE_OUT = 2, CAPTURE_BY_SENDER = 4 };

/* What a packet has in the tunnel that it goes into, and at which octet of the frame it begins. */
enum { MARK_QFI = 0x3f, MARK_REFLECTIVE = 0x40, MARK_UPLINK = 0x80, MARK_OFFSET_SHIFT = 8 };

/* Global functions are verified once, and not with each state of each caller. */
int capture(struct xdp_md *context, __u32 captured, __u32 reason, __u64 tunnel, __u32 marks);
__attribute__((noinline)) int capture(struct xdp_md *context, __u32 captured, __u32 reason, __u64 tunnel,
                                      __u32 marks)
{
    const struct fast_captured head = {.at = bpf_ktime_get_ns(),
                                       .gnb = (__u32)tunnel,
                                       .teid = (__u32)(tunnel >> 32),
                                       .frame = (__u32)(context->data_end - context->data),
                                       .offset = (__u16)(marks >> MARK_OFFSET_SHIFT),
                                       .outgoing = (captured & CAPTURE_OUT) != 0,
                                       .reason = (__u8)reason,
                                       .qfi = marks & MARK_QFI,
                                       .reflective = (marks & MARK_REFLECTIVE) != 0,
                                       .uplink = (marks & MARK_UPLINK) != 0};
    return (int)bpf_perf_event_output(context, &captures, (__u64)head.frame << 32 | BPF_F_CURRENT_CPU,
                                      (void *)&head, sizeof head);
}

INLINE void capture_as(const struct frame *frame, __u32 reason)
{
    capture(frame->context, frame->captured, reason, 0, 0);
}

/* What goes into a tunnel. */
INLINE void capture_sent(const struct frame *frame, __u64 tunnel, __u32 marks, __u32 offset)
{
    capture(frame->context, CAPTURE_OUT, DROP_NONE, tunnel, marks | offset << MARK_OFFSET_SHIFT);
}

/* Refused packets may come from anybody. */
INLINE bool sender_is_captured(const struct fast_address *sender)
{
    const struct fast_settings *plane = AT(settings, 0);
    return plane && same_address(sender, &plane->captured);
}

#endif
