/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Intra N1 mode NAS transparent container (TS 24.501 9.11.2.6): what a handover that changes K_AMF says to the phone. NGAP and
 * RRC carry its value part:
 *
 *     MAC (4) | ciphering, integrity | K_AMF change flag, ngKSI | sequence number of the downlink NAS COUNT
 */
#ifndef WIRE_NAS_INTRA_N1_H
#define WIRE_NAS_INTRA_N1_H

#include "kit/bytes.h"

enum { NAS_INTRA_N1_BYTES = 7, NAS_INTRA_N1_MAC_BYTES = 4 };

struct nas_intra_n1 {
    uint8_t mac[NAS_INTRA_N1_MAC_BYTES];
    uint8_t nea, nia;
    bool kamf_changed; /* horizontal derivation (TS 33.501 6.9.2.3.3) */
    uint8_t ngksi;     /* of a native security context */
    uint8_t sequence;
};

void nas_intra_n1_write(struct writer *w, const struct nas_intra_n1 *container);
/* False: its length is wrong, an algorithm is unknown, or the context is a mapped one. */
bool nas_intra_n1_read(struct bytes value, struct nas_intra_n1 *container);

/* What the MAC covers: all that follows it. */
static inline struct bytes nas_intra_n1_covered(struct bytes value)
{
    return bytes_of(value.data + NAS_INTRA_N1_MAC_BYTES, value.len - NAS_INTRA_N1_MAC_BYTES);
}

#endif
