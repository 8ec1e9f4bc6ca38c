/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal to kit/sctp*.c: what is kept from libusrsctp. An INIT proves nothing of who sent it, and so may not touch an
 * association that is there (RFC 9260 5.2.2); but one that the library takes for an error makes it end that association.
 */
#ifndef KIT_SCTP_SCREEN_H
#define KIT_SCTP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* False: the packet is to be dropped. *length may become less: of an INIT only what every INIT has goes on, as nothing that it may
 * hold besides is in use here. */
bool sctp_screen(uint8_t *packet, size_t *length);

#pragma GCC visibility pop
#endif
