/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Which PDR of a session of several flows a packet matches (plane/bpf/classify.h), and what is done with its packets. */
#ifndef PLANE_BPF_DETECT_H
#define PLANE_BPF_DETECT_H

#include "plane/bpf/count.h"
#include "plane/protocols.h"

/* A PDR's number, or one of these. */
enum { NO_PDR = CLASSIFIER_NONE, UNSURE = 0xfe };

INLINE bool has_ports(__u8 protocol)
{
    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_SCTP ||
           protocol == PROTOCOL_UDPLITE;
}

INLINE __u32 v4_number(const struct fast_address *address)
{
    return bpf_ntohl(address->half[1] >> 32);
}

INLINE void set_v6(__u64 to[2], const struct fast_address *address)
{
    to[0] = bpf_be64_to_cpu(address->half[0]);
    to[1] = bpf_be64_to_cpu(address->half[1]);
}

INLINE __u32 flow_label(const struct flow *flow)
{
    return flow->version == 6 ? bpf_ntohl(*(const __be32 *)flow->header) & 0xfffff : 0;
}

/* All but the tunnel's number and the QFI. */
INLINE void look_at(struct classified *packet, const struct flow *flow, enum direction direction)
{
    const struct fast_address *remote = direction == UPLINK ? &flow->destination : &flow->source;
    const struct fast_address *local = direction == UPLINK ? &flow->source : &flow->destination;
    const __u16 remote_port = direction == UPLINK ? flow->destination_port : flow->source_port;
    const __u16 local_port = direction == UPLINK ? flow->source_port : flow->destination_port;
    const bool ports = has_ports(flow->protocol);
    packet->version = flow->version;
    packet->protocol = flow->protocol;
    packet->traffic_class = flow->marking;
    packet->value[CLASSIFY_REMOTE_PORT] = ports ? bpf_ntohs(remote_port) : CLASSIFIER_NO_PORT;
    packet->value[CLASSIFY_LOCAL_PORT] = ports ? bpf_ntohs(local_port) : CLASSIFIER_NO_PORT;
    packet->value[CLASSIFY_FLOW_LABEL] = flow_label(flow);
    if (flow->version == 4) {
        packet->value[CLASSIFY_REMOTE_V4] = v4_number(remote);
        packet->value[CLASSIFY_LOCAL_V4] = v4_number(local);
    } else {
        set_v6(packet->remote, remote);
        set_v6(packet->local, local);
    }
}

/* Global, so that the kernel checks it once and not for each way to it. */
__attribute__((noinline)) int match(const struct classifier *classifier, const struct classified *packet)
{
    return classifier && packet ? (int)classify(classifier, packet) : UNSURE;
}

/* UNSURE: the rules are being changed, or ask for the SPI, which the slow path reads. In a function of its own for the stack's sake. */
static __attribute__((noinline)) __u32 detect(const struct classifier *classifier, const struct flow *flow,
                                              __u32 teid, __u32 qfi, enum direction direction)
{
    struct classified packet = {.value[CLASSIFY_TEID] = teid, .value[CLASSIFY_QFI] = qfi};
    if (!classifier || !flow)
        return UNSURE;
    const __u32 version = *(const volatile __u32 *)&classifier->version;
    if ((version & 1) || (flow->protocol == PROTOCOL_ESP && classifier->lists[CLASSIFY_SPI].count))
        return UNSURE;
    look_at(&packet, flow, direction);
    const __u32 pdr = (__u32)match(classifier, &packet);
    return *(const volatile __u32 *)&classifier->version == version ? pdr : UNSURE;
}

/* DROP_NONE and the action, DROP_NO_RULE, or TO_SLOW_PATH. */
INLINE __u32 find_action(__u32 flows, const struct flow *flow, __u32 teid, __u32 qfi,
                         enum direction direction, struct fast_action **action)
{
    const struct classifier *classifier = AT(classifiers, 2 * flows + direction);
    if (!classifier)
        return TO_SLOW_PATH;
    const __u32 pdr = detect(classifier, flow, teid, qfi, direction);
    if (pdr == NO_PDR)
        return DROP_NO_RULE;
    *action = pdr < FAST_PDRS ? AT(actions, flows * FAST_PDRS + pdr) : 0;
    return *action ? DROP_NONE : TO_SLOW_PATH;
}

#endif
