/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose is an address at which tunnels end? Found among the N3 prefixes of all enrolments at once (rule N1), by their length, so that it takes no
 * longer in a network of ten thousand gNBs. It borrows the inventory.
 */
#ifndef LINE_TUNNEL_ENDS_H
#define LINE_TUNNEL_ENDS_H

#include "config/inventory.h"

struct tunnel_ends;

/* seed: for the table, whose keys are the inventory's. NULL: out of memory. */
struct tunnel_ends *tunnel_ends_new(const struct config_inventory *inventory, uint64_t seed);
void tunnel_ends_free(struct tunnel_ends *ends);

/* The gNB that is enrolled there: the one with the longest prefix, but a high-risk one before all others. NULL: none is. */
const struct config_gnb *tunnel_ends_find(const struct tunnel_ends *ends, const struct config_ip *ip);

/* Of its trust domain. Who is in none is high risk. */
bool gnb_is_high_risk(const struct config_inventory *inventory, const struct config_gnb *gnb);

#endif
