/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The far ends of the plane's interfaces: who sends (BPF_PROG_TEST_RUN with live frames), and who counts what comes and drops it; and the bare redirects that
 * the plane is held against.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "veth.h"

#define INLINE static __attribute__((always_inline)) inline

enum { ETHERNET = 14, TUNNEL = 44, PORTS_AT = 20, PFCP_PORT = 8805 };

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct veth_sending);
} sendings SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct veth_settings);
} settings SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SIDES);
    __type(key, __u32);
    __type(value, __u64);
} came SEC(".maps");

static const __u32 first = 0;

/* The plane, and who takes frames back, have left them as they like. */
INLINE bool write_frame(struct xdp_md *context, const struct veth_sending *sending, __u32 bytes)
{
    __u8 *frame = (void *)(long)context->data;
    if (frame + bytes > (__u8 *)(long)context->data_end)
        return false;
    __builtin_memcpy(frame, sending->frame, bytes);
    return true;
}

/* With the IP header's checksum, which a host that routes looks at. */
INLINE void change_address(__u8 *ip, __u32 at, __u32 address)
{
    __be32 *to = (void *)(ip + at);
    const __be32 before = *to;
    *to = bpf_htonl(address);
    __u32 sum = (__u16) ~*(__u16 *)(ip + 10) + (__u16)~before + (__u16) ~(before >> 16) + (__u16)*to +
                (__u16)(*to >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    *(__u16 *)(ip + 10) = (__u16) ~((sum & 0xffff) + (sum >> 16));
}

INLINE bool write_tunnelled(struct xdp_md *context, const struct veth_sending *sending, __u32 session)
{
    __u8 *frame = (void *)(long)context->data;
    if (!write_frame(context, sending, TUNNELLED_BYTES) ||
        frame + TUNNELLED_BYTES > (__u8 *)(long)context->data_end)
        return false;
    *(__be32 *)(frame + ETHERNET + 20 + 8 + 4) = bpf_htonl(teid_of(session, sending->places));
    change_address(frame + ETHERNET + TUNNEL, 12, sending->first_phone + session);
    *(__be16 *)(frame + ETHERNET + TUNNEL + PORTS_AT) = bpf_htons((__u16)(FIRST_PORT + session));
    return true;
}

INLINE bool write_plain(struct xdp_md *context, const struct veth_sending *sending, __u32 session)
{
    __u8 *frame = (void *)(long)context->data;
    if (!write_frame(context, sending, PLAIN_BYTES) || frame + PLAIN_BYTES > (__u8 *)(long)context->data_end)
        return false;
    const __be16 port = bpf_htons((__u16)(FIRST_PORT + session));
    if (sending->kind == TO_HOST) {
        *(__be16 *)(frame + ETHERNET + PORTS_AT + 2) = port;
        return true;
    }
    if (sending->kind == ROUTED)
        *(__be16 *)(frame + ETHERNET + PORTS_AT) = port;
    change_address(frame + ETHERNET, sending->kind == ROUTED ? 12 : 16, sending->first_phone + session);
    return true;
}

/* Who has fallen behind does not catch up. */
INLINE void keep_pace(struct veth_sending *sending)
{
    enum { LOOKS = 2000 };
    if (sending->pace == 0 || sending->sent % PACED != 0)
        return;
    __u64 now = bpf_ktime_get_ns();
    for (int i = 0; i < LOOKS && now < sending->due; i++)
        now = bpf_ktime_get_ns();
    sending->due = now + sending->pace;
}

SEC("xdp")
int veth_send(struct xdp_md *context)
{
    struct veth_sending *sending = bpf_map_lookup_elem(&sendings, &first);
    if (!sending)
        return XDP_ABORTED;
    keep_pace(sending);
    const __u32 session = draw_session(&sending->seed, sending->sessions);
    const bool written = sending->kind == TUNNELLED ? write_tunnelled(context, sending, session)
                                                    : write_plain(context, sending, session);
    sending->sent++;
    return written ? XDP_TX : XDP_ABORTED;
}

INLINE int receive(struct xdp_md *context, __u32 side)
{
    const struct veth_settings *asked = bpf_map_lookup_elem(&settings, &first);
    const __u8 *frame = (void *)(long)context->data;
    __u64 *count = bpf_map_lookup_elem(&came, &side);
    if (!asked || !count || frame + PLAIN_BYTES > (__u8 *)(long)context->data_end ||
        *(const __be16 *)(frame + 12) != bpf_htons(ETH_P_IP) ||
        *(const __be16 *)(frame + ETHERNET + PORTS_AT + 2) == bpf_htons(PFCP_PORT))
        return XDP_PASS;
    *count += context->data_end - context->data == asked->expected;
    return XDP_DROP;
}

SEC("xdp")
int veth_ran(struct xdp_md *context)
{
    return receive(context, RAN);
}

SEC("xdp")
int veth_network(struct xdp_md *context)
{
    return receive(context, NETWORK);
}

INLINE int redirect(void)
{
    const struct veth_settings *asked = bpf_map_lookup_elem(&settings, &first);
    return asked ? (int)bpf_redirect(asked->way_out, 0) : XDP_ABORTED;
}

SEC("xdp")
int veth_bare(struct xdp_md *context)
{
    (void)context;
    return redirect();
}

/* With the least that makes the frame one that the next hop takes: MAC addresses. */
SEC("xdp")
int veth_swapping(struct xdp_md *context)
{
    __u16 *mac = (void *)(long)context->data;
    if ((__u8 *)mac + ETHERNET > (__u8 *)(long)context->data_end)
        return XDP_ABORTED;
#pragma unroll
    for (int i = 0; i < 3; i++) {
        const __u16 to = mac[i];
        mac[i] = mac[i + 3];
        mac[i + 3] = to;
    }
    return redirect();
}

char _license[] SEC("license") = "GPL";
