/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way between the packet program and the host, where the host translates addresses: a virtual Ethernet pair for each data network. Uplink packets are put in at
 * the program's end, come out at the host's, and are routed and translated as any other's. Downlink ones that the host has translated back are routed to its end, and
 * the program meets them at its own; what it leaves to the slow path goes on from there to the TUN device.
 *
 *     N3 -> [program] -> program's end = host's end -> translation -> data network
 *     N3 <- [program] <- program's end = host's end <- translation <- data network
 *                             |-> TUN -> slow path
 *
 * Towards a data network of frames the host's bridge is in place of the translation: its end is one of the bridge's ports. The program's end is nobody else's there: what
 * the slow path is to have the program sends to its TAP device, and to the bridge what comes from that.
 *
 * Pairs, routes and rules outlive the process as the program does, and are adopted.
 */
#ifndef PLANE_PASSAGE_H
#define PLANE_PASSAGE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "plane/plane.h"

enum passage_end { PASSAGE_PROGRAM, PASSAGE_HOST };

enum { PASSAGE_NAME_BYTES = IFNAMSIZ, PASSAGE_WHY_BYTES = 256 };

/* Both ends have it, so that each takes what is bound for the other. */
extern const uint8_t passage_mac[6];

const char *passage_name(const struct config_plane *config, unsigned network, enum passage_end end,
                         char name[PASSAGE_NAME_BYTES]);

/* The routing table that leads phones' packets into it; as long as it is open. */
uint32_t passage_table(const struct config_plane *config, unsigned network);

/* False: there is none, `why` says why not, and what was made of it is gone. */
bool passage_open(const struct config_plane *config, const struct network *network,
                  char why[PASSAGE_WHY_BYTES]);
void passage_close(const struct config_plane *config, const struct network *network);

#endif
