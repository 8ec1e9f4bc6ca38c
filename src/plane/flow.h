/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules look at in a subscriber's IP packet. Parsing is strict: a packet whose lengths, options or extension headers
 * do not add up is refused with a reason, never guessed at.
 */
#ifndef PLANE_FLOW_H
#define PLANE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/bytes.h"

struct flow {
    const uint8_t *source, *destination; /* into the packet; 4 or 16 bytes */
    uint32_t spi;                        /* of ESP or AH, else 0 */
    uint32_t flow_label;
    uint16_t length;    /* of the IP packet by its own header */
    uint16_t transport; /* where the transport header begins */
    uint16_t source_port, destination_port;
    uint8_t version;       /* 4 or 6 */
    uint8_t protocol;      /* behind all extension headers, AH among them */
    uint8_t traffic_class; /* or TOS */
    bool has_ports;
    bool fragment; /* any part of a fragmented packet */
};

enum { FLOW_EXTENSION_HEADERS = 8 }; /* longer chains are refused */

/* NULL: well-formed; else a static text that says what is wrong. Bytes behind flow->length are padding. */
const char *flow_parse(struct bytes packet, struct flow *flow);

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

#endif
