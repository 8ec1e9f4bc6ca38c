/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Whether there is a slow path. A process that was killed has lost the port of N3, and one that has only begun has it, but does not know the sessions that it
 * has found. Meanwhile what the program would leave to it is lost; so it leaves no more than it must, and what follows does not follow there.
 */
#ifndef PLANE_BPF_SERVED_H
#define PLANE_BPF_SERVED_H

#include "plane/bpf/packet.h"

/* Asked for only where a packet is about to leave the fast path. Global: see look_up(). */
int is_served(struct xdp_md *context);
__attribute__((noinline)) int is_served(struct xdp_md *context)
{
    const struct fast_settings *plane = AT(settings, 0);
    struct bpf_sock_tuple tuple = {};
    __u32 size = sizeof tuple.ipv4;
    if (!context || !plane || !plane->knows)
        return 0;
    if (is_v4(&plane->n3[0])) {
        tuple.ipv4.daddr = plane->n3[0].half[1] >> 32;
        tuple.ipv4.dport = bpf_htons(GTPU_PORT);
    } else {
        __builtin_memcpy(tuple.ipv6.daddr, &plane->n3[1], sizeof tuple.ipv6.daddr);
        tuple.ipv6.dport = bpf_htons(GTPU_PORT);
        size = sizeof tuple.ipv6;
    }
    struct bpf_sock *socket = bpf_sk_lookup_udp(context, &tuple, size, BPF_F_CURRENT_NETNS, 0);
    if (!socket)
        return 0;
    bpf_sk_release(socket);
    return 1;
}

#endif
