/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64 of RFC 4648 clause 4 in its one canonical form: padded, nothing between, unused bits zero. */
#ifndef EVIDENCE_BASE64_H
#define EVIDENCE_BASE64_H

#include "kit/bytes.h"

#define BASE64_LENGTH(octets) (((octets) + 2) / 3 * 4)

void base64_write(struct writer *w, struct bytes octets);

/* How many octets the text stands for; 0: it is not canonical, says nothing, or more than `most` octets. */
size_t base64_read(struct bytes text, uint8_t *octets, size_t most);

#endif
