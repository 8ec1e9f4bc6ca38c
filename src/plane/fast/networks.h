/* SPDX-License-Identifier: Apache-2.0 */
/* Where packets may go: pools, what no phone may send to, and which session has an address. */
#ifndef PLANE_FAST_NETWORKS_H
#define PLANE_FAST_NETWORKS_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* The data networks' pools, what no phone may send to, and the plane's own addresses. Once, before any session. False: they do not fit. */
bool fast_describe(struct fast *fast, const struct plane *plane);

/* The network's uplink packets are put into its passage, at this end of it: the host translates. 0: the program finds their way. */
void fast_lead_to_host(struct fast *fast, const struct network *network, unsigned device);

/* Addresses of a pool (bits 32), or its prefixes of that many bits. */
uint32_t fast_pool_size(const struct config_prefix *pool, unsigned bits);

struct fast_address fast_address_of(const union socket_address *address);
/* The other way round, without a port. */
union socket_address fast_address_as_socket(const struct fast_address *mapped);
struct fast_address fast_address_of_prefix(const struct config_prefix *prefix);
/* IPv4 prefixes as IPv4-mapped ones. */
struct fast_prefix fast_prefix_of(const struct config_prefix *prefix);
/* The way back. */
struct config_prefix fast_prefix_as_configured(const struct fast_prefix *prefix);
/* Zero where there is none. */
struct fast_address fast_address_of_ip(const struct config_ip *ip);

#endif
