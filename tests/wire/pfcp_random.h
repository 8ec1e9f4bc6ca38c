/* SPDX-License-Identifier: Apache-2.0 */
/* Random but valid PFCP messages, made by walking the codec's own tables. */
#ifndef TESTS_WIRE_PFCP_RANDOM_H
#define TESTS_WIRE_PFCP_RANDOM_H

#include "wire/pfcp/table.h"

/* The same seed and type give the same message. Lists and views are in the arena. */
void pfcp_random_message(struct arena *arena, uint64_t seed, uint8_t type, struct pfcp_message *message);

/* Every message type there is: fills `types`, returns how many. */
unsigned pfcp_every_type(uint8_t types[256]);

#endif
