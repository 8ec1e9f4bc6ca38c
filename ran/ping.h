/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP echo (RFC 792) as a phone sends it. Addresses in host order. */
#ifndef RAN_PING_H
#define RAN_PING_H

#include "kit/bytes.h"

enum { PING_BYTES = 64 };

struct ping {
    uint32_t from, to;
    uint16_t sequence;
};

void ping_write(uint8_t packet[PING_BYTES], struct ping ping);

/* Is it an answer to one of them, and to which? */
bool ping_is_reply(struct bytes packet);
uint16_t ping_sequence(struct bytes reply);

/* The Internet checksum (RFC 1071) of `size` octets, put among them at `at`, where zero stood. */
void ping_put_checksum(uint8_t *data, size_t size, size_t at);

#endif
