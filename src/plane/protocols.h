/* SPDX-License-Identifier: Apache-2.0 */
/* IP protocol and extension header numbers (IANA) that rules look at; for the packet program, too. */
#ifndef PLANE_PROTOCOLS_H
#define PLANE_PROTOCOLS_H

#include <stdbool.h>

enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_ICMP = 1,
    PROTOCOL_IPV4 = 4, /* in IP */
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41, /* in IP */
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47,
    PROTOCOL_ESP = 50,
    PROTOCOL_AH = 51,
    PROTOCOL_MINIMAL_ENCAPSULATION = 55,
    PROTOCOL_ICMPV6 = 58,
    PROTOCOL_NONE = 59,
    PROTOCOL_DESTINATION_OPTIONS = 60,
    PROTOCOL_IPIP = 94,
    PROTOCOL_ETHERNET_IN_IP = 97,
    PROTOCOL_ENCAPSULATION = 98,
    PROTOCOL_L2TP = 115,
    PROTOCOL_SCTP = 132,
    PROTOCOL_UDPLITE = 136,
    PROTOCOL_MPLS_IN_IP = 137,
    PROTOCOL_ETHERNET = 143,
};

/* Another packet is inside, whose addresses nobody has compared with anything, and the host or a router behind it would take it out
 * and send it on. ESP is not among them: a phone's IPsec ends at a peer that knows it by its key, not by an address. */
static inline __attribute__((always_inline)) bool protocol_encapsulates(unsigned char protocol)
{
    switch (protocol) {
    case PROTOCOL_IPV4:
    case PROTOCOL_IPV6:
    case PROTOCOL_GRE:
    case PROTOCOL_MINIMAL_ENCAPSULATION:
    case PROTOCOL_IPIP:
    case PROTOCOL_ETHERNET_IN_IP:
    case PROTOCOL_ENCAPSULATION:
    case PROTOCOL_L2TP:
    case PROTOCOL_MPLS_IN_IP:
    case PROTOCOL_ETHERNET:
        return true;
    default:
        return false;
    }
}

/* GTP-U, GTP-C, PFCP and N2, wherever they are bound for: a phone has no business with any of them, and what it wraps up in them nobody has looked at. */
static inline __attribute__((always_inline)) bool protocol_tunnels(unsigned char protocol,
                                                                   unsigned short destination_port)
{
    enum { GTPU = 2152, GTP_C = 2123, PFCP = 8805, N2 = 38412 };
    if (protocol == PROTOCOL_UDP)
        return destination_port == GTPU || destination_port == GTP_C || destination_port == PFCP;
    return protocol == PROTOCOL_SCTP && destination_port == N2;
}

#endif
