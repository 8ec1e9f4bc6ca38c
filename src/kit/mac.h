/* SPDX-License-Identifier: Apache-2.0 */
/* MAC addresses (IEEE 802) as people write them: 02:00:00:00:00:01. */
#ifndef KIT_MAC_H
#define KIT_MAC_H

#include <stdbool.h>
#include <stdint.h>

enum { MAC_OCTETS = 6, MAC_TEXT = 18 };

/* Digits of either case. False leaves the address unspecified. */
bool mac_read(const char *text, uint8_t mac[MAC_OCTETS]);

/* Returns `text`. */
const char *mac_write(const uint8_t mac[MAC_OCTETS], char text[MAC_TEXT]);

/* The first octet is the highest. */
uint64_t mac_number(const uint8_t mac[MAC_OCTETS]);

#endif
