/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of PFCP elements as those of sockets. */
#ifndef WIRE_PFCP_ADDRESS_H
#define WIRE_PFCP_ADDRESS_H

#include "kit/address.h"
#include "wire/pfcp/ie.h"

/* Of its family; neither: the address has none. */
struct pfcp_ip pfcp_ip_of(const union socket_address *address);
/* Without a port. An IPv6 address only if there is no IPv4 address; no family: there is none. */
union socket_address pfcp_ip_address(const struct pfcp_ip *ip);

#endif
