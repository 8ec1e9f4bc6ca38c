/* SPDX-License-Identifier: Apache-2.0 */
/* What can only be seen with the core's private headers, whose names meet those of the plane. */
#ifndef SIM_INSIDE_H
#define SIM_INSIDE_H

#include <stdint.h>

struct core;

/* Addresses and prefixes that the SMF holds as given out. */
unsigned inside_addresses(const struct core *core);

/* Of everything the core knows about a phone and its sessions, and its gNB says nothing about. 0: it does not know it. */
uint64_t inside_digest(struct core *core, uint64_t supi);

#endif
