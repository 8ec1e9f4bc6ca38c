/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data networks and their address pools. An address that was given back (after its rest, address_rest.h) is not given out again
 * until the pool has been gone through. One that a subscriber has for his own is not given out at all: it is for him to claim.
 */
#ifndef CORE_SMF_NETWORK_H
#define CORE_SMF_NETWORK_H

#include "config/config.h"

/* Numbers 0 to size-1 of which some are taken. */
struct pool {
    struct config_prefix prefix; /* family 0: none */
    uint64_t *taken, *reserved;  /* bitmaps, got when first needed */
    uint32_t size, cursor, count;
};

struct network {
    struct network *next;
    struct pool ipv4, ipv6;
    unsigned sessions; /* that refer to it */
    unsigned resting;  /* addresses that do (address_rest.h) */
    char name[];
};

struct networks {
    struct network *first;
};

/* The network of that name with the pools the configuration has for it now; made when new. NULL: out of memory. */
struct network *network_get(struct networks *networks, const char *name, const struct config_dnn *dnn);
void networks_free(struct networks *networks);

/* False: the pool is used up (or there is none). */
bool network_take_ipv4(struct network *network, uint8_t address[4]);
bool network_take_ipv6(struct network *network, uint8_t prefix[8]);
/* A given one, outside the pool or in it. False: it is taken. */
bool network_claim_ipv4(struct network *network, const uint8_t address[4]);
bool network_claim_ipv6(struct network *network, const uint8_t prefix[8]);
/* Keeps a subscriber's own address from being taken; outside the pool there is nothing to keep. */
void network_reserve_ipv4(struct network *network, const uint8_t address[4]);
void network_reserve_ipv6(struct network *network, const uint8_t prefix[8]);
/* Is it for the pool to give out: in it, and no subscriber's own? octets: 4 of an IPv4 address, 8 of an IPv6 prefix. */
bool network_draws(const struct network *network, const uint8_t *address, size_t octets);
void network_release_ipv4(struct network *network, const uint8_t address[4]);
void network_release_ipv6(struct network *network, const uint8_t prefix[8]);

#endif
