/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks behind a phone (framed routes, TS 23.501 5.6.14): which prefixes can be one, and how PFCP writes them (TS 29.244 8.2.109, 8.2.111: the
 * text of RADIUS attributes, RFC 2865 5.22 and RFC 3162 2.5).
 */
#ifndef CONFIG_FRAMED_ROUTE_H
#define CONFIG_FRAMED_ROUTE_H

#include "config/values.h"
#include "kit/bytes.h"

enum {
    FRAMED_ROUTES_MOST =
        16, /* of a session: the slow path compares a packet's source with each, and each PDR of a PFCP message names all */
    FRAMED_ROUTE_TEXT_BYTES = 96,
};

/* NULL, or why no phone can have it. What the host itself or the whole world is behind no phone. */
const char *framed_route_wrong(const struct config_prefix *route);

/* "192.0.2.0/24 0.0.0.0 1": prefix, and maybe a gateway and metrics, which are checked and left, as the phone is the only way. False: *wrong says what. */
bool framed_route_read(struct bytes text, uint8_t family, struct config_prefix *route, const char **wrong);

/* The same with the phone as the gateway (RFC 2865 5.22: "0.0.0.0"). */
struct bytes framed_route_write(const struct config_prefix *route, char text[FRAMED_ROUTE_TEXT_BYTES]);

#endif
