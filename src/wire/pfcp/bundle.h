/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several PFCP messages in one datagram (TS 29.244 6.5), for peers that have announced BUNDL: each but the last says in its
 * header that another follows (FO, 7.2.2.1).
 */
#ifndef WIRE_PFCP_BUNDLE_H
#define WIRE_PFCP_BUNDLE_H

#include "kit/bytes.h"

enum { PFCP_BUNDLE_BYTES = 1400 }; /* a datagram that is not fragmented on its way */

/* All zero: empty. */
struct pfcp_bundle {
    size_t length, last; /* bytes used; where the last message begins */
    uint8_t bytes[PFCP_BUNDLE_BYTES];
};

/* False and unchanged: no room. */
bool pfcp_bundle_add(struct pfcp_bundle *bundle, struct bytes message);

/* The datagram, valid until the next add; the bundle is empty afterwards. */
struct bytes pfcp_bundle_take(struct pfcp_bundle *bundle);

/* Takes the first message off the datagram. A length that cannot be true leaves all in one piece, for the decoder to refuse. */
struct bytes pfcp_bundle_next(struct bytes *datagram);

#endif
