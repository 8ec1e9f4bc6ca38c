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
#include "plane/frame.h"
#include "plane/protocols.h"

struct flow {
    struct frame frame;                  /* around the packet; destination NULL: none */
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
    bool headless; /* one that is not the first: where the transport header would be, there is anything */
};

enum { FLOW_EXTENSION_HEADERS = 8 }; /* longer chains are refused */

/* NULL: well-formed; else a static text that says what is wrong. Bytes behind flow->length are padding. Of one that is not, the addresses are
 * NULL if what is wrong comes before them. */
const char *flow_parse(struct bytes packet, struct flow *flow);

#endif
