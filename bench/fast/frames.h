/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that the packet program is measured with: UDP, 64 octets inside. Inner checksums of UDP are none (RFC 768). */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <stdint.h>

enum { INNER_BYTES = 64, INNER_PORT = 4000 }; /* both ports */

/* Ethernet, and in a tunnel IPv4, UDP, GTP-U with a PDU session container; the inner packet comes behind. Length of the whole frame. `frame` has FRAME_BYTES
 * of zeros; MAC addresses are left to the caller. */
uint32_t frame_tunnelled(uint8_t *frame, const char *from, const char *to, uint8_t qfi);
uint32_t frame_plain(uint8_t *frame);

void frame_inner(uint8_t *ip, const char *from, const char *to);

#endif
