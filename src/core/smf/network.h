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

/* What one plane gives out, or (plane "") the data network's own pools, for planes that have none of theirs. */
struct pools {
    struct pools *next;
    struct pool ipv4, ipv6;
    char plane[];
};

struct network {
    struct network *next;
    struct pools *pools; /* the data network's own are the last */
    unsigned sessions;   /* that refer to it */
    unsigned resting;    /* addresses that do (address_rest.h) */
    char name[];
};

struct networks {
    struct network *first;
};

/* The network of that name with the pools the configuration has for it now; made when new. NULL: out of memory. */
struct network *network_get(struct networks *networks, const char *name, const struct config *config);
void networks_free(struct networks *networks);

/* Of what that plane gives out. False: the pool is used up (or there is none). */
bool network_take_ipv4(struct network *network, const char *plane, uint8_t address[4]);
bool network_take_ipv6(struct network *network, const char *plane, uint8_t prefix[8]);
/* A given one, outside the pools or in one. False: it is taken. */
bool network_claim_ipv4(struct network *network, const uint8_t address[4]);
bool network_claim_ipv6(struct network *network, const uint8_t prefix[8]);
/* Keeps a subscriber's own address from being taken; outside the pools there is nothing to keep. */
void network_reserve_ipv4(struct network *network, const uint8_t address[4]);
void network_reserve_ipv6(struct network *network, const uint8_t prefix[8]);
/* Is it for a pool to give out: in it, and no subscriber's own? octets: 4 of an IPv4 address, 8 of an IPv6 prefix. */
bool network_draws(const struct network *network, const uint8_t *address, size_t octets);
/* Is it in the pool that this plane gives out? */
bool network_gives(const struct network *network, const char *plane, const uint8_t *address, size_t octets);
void network_release_ipv4(struct network *network, const uint8_t address[4]);
void network_release_ipv6(struct network *network, const uint8_t prefix[8]);

#endif
