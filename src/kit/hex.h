/* SPDX-License-Identifier: Apache-2.0 */
/* Octets written as hexadecimal digits, as people give keys and identifiers. */
#ifndef KIT_HEX_H
#define KIT_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0 to 15, or -1 for what is no hexadecimal digit. */
int hex_digit(char c);

/* Reads a text of exactly 2 * size digits of either case. False leaves octets unspecified. */
bool hex_read(const char *text, uint8_t *octets, size_t size);

#endif
