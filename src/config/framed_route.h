/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks behind a phone (framed routes, TS 23.501 5.6.14): which prefixes can be one, and how PFCP writes them (TS 29.244 8.2.109, 8.2.111: the
 * text of RADIUS attributes, RFC 2865 5.22 and RFC 3162 2.5).
 */
#ifndef CONFIG_FRAMED_ROUTE_H
#define CONFIG_FRAMED_ROUTE_H

#include "config/values.h"
#include "kit/bytes.h"

struct config;

enum {
    FRAMED_ROUTES_MOST =
        16, /* of a session: the slow path compares a packet's source with each, and each PDR of a PFCP message names all */
    FRAMED_ROUTE_TEXT_BYTES = 96,
};

/* NULL, or why no phone can have it. What the host itself or the whole world is behind no phone. */
const char *framed_route_wrong(const struct config_prefix *route);

/* True, and whose they are ("the pool 10.45.0.0/16 of internet"), if a plane that serves the data network knows some of its addresses as another's: a
 * session with it would be refused there. */
enum { FRAMED_ROUTE_OWNER_BYTES = 256 };
bool framed_route_has_owner(const struct config *config, const char *dnn, const struct config_prefix *route,
                            char owner[FRAMED_ROUTE_OWNER_BYTES]);

/* Is there a plane that serves both? No address may be behind phones of one and the other then. Those that the configuration does not know share none but by their name. */
bool framed_routes_meet(const struct config *config, const char *dnn, const char *other);

/* "192.0.2.0/24 0.0.0.0 1": prefix, and maybe a gateway and metrics, which are checked and left, as the phone is the only way. False: *wrong says what. */
bool framed_route_read(struct bytes text, uint8_t family, struct config_prefix *route, const char **wrong);

/* The same with the phone as the gateway (RFC 2865 5.22: "0.0.0.0"). */
struct bytes framed_route_write(const struct config_prefix *route, char text[FRAMED_ROUTE_TEXT_BYTES]);

#endif
