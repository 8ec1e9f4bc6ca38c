/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule L2 of the line in the packet program (plane/bpf/ran_port.h): the agent's side of it. plane/ran_port.c has nftables do the same beneath, and adds up
 * what both have counted.
 */
#ifndef PLANE_FAST_RAN_PORT_H
#define PLANE_FAST_RAN_PORT_H

#include "config/config.h"
#include "plane/fast/fast.h"

/* Puts what the configuration says in force, in one moment, at the interfaces that it names and at no others. May be asked again and again: what is so already
 * stays. False: at some interface it is not in force, and `why` says why not. */
bool fast_hold_ran_port(struct fast *fast, const struct config *config, char why[FAST_WHY_BYTES]);

/* Packets, and octets behind the Ethernet header, since the maps were made. */
struct fast_ended {
    uint64_t packets, bytes;
};
void fast_ran_ended(const struct fast *fast, struct fast_ended ended[FAST_RAN_ENDS]);

/* Who was denied what since the last time, as far as the table had room; returns how many. */
unsigned fast_strangers(const struct fast *fast, struct fast_stranger *strangers, struct fast_denied *denied,
                        unsigned most);

#endif
