/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Copies of frames for `demarc plane capture`: of one session or one gNB, as they came in, with what became of them. Whether a frame is wanted stands in records
 * that it needs anyway. What is left to the slow path is seen there (plane/tap.h).
 */
#ifndef PLANE_BPF_CAPTURE_H
#define PLANE_BPF_CAPTURE_H

#include "plane/bpf/packet.h"

/* Global functions are verified once, and not with each state of each caller. marks: QFI, and reflective QoS in the bit behind it. */
int capture(struct xdp_md *context, __u32 captured, __u32 reason, __u64 tunnel, __u32 marks);
__attribute__((noinline)) int capture(struct xdp_md *context, __u32 captured, __u32 reason, __u64 tunnel,
                                      __u32 marks)
{
    enum { IS_DOWNLINK = 2, QFI = 0x3f, REFLECTIVE = 0x40 };
    const struct fast_captured head = {.at = bpf_ktime_get_ns(),
                                       .gnb = (__u32)tunnel,
                                       .teid = (__u32)(tunnel >> 32),
                                       .frame = (__u32)(context->data_end - context->data),
                                       .downlink = captured >= IS_DOWNLINK,
                                       .reason = (__u8)reason,
                                       .qfi = marks & QFI,
                                       .reflective = (marks & REFLECTIVE) != 0};
    return (int)bpf_perf_event_output(context, &captures, (__u64)head.frame << 32 | BPF_F_CURRENT_CPU,
                                      (void *)&head, sizeof head);
}

INLINE void capture_as(const struct frame *frame, __u32 reason)
{
    capture(frame->context, frame->captured, reason, 0, 0);
}

/* Refused packets may come from anybody. */
INLINE bool sender_is_captured(const struct fast_address *sender)
{
    const struct fast_settings *plane = AT(settings, 0);
    return plane && same_address(sender, &plane->captured);
}

#endif
