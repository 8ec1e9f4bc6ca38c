/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/pfcp/address.h"

#include <arpa/inet.h>
#include <string.h>

struct pfcp_ip pfcp_ip_of(const union socket_address *address)
{
    struct pfcp_ip ip = {.has_v4 = address->any.sa_family == AF_INET,
                         .has_v6 = address->any.sa_family == AF_INET6};
    if (ip.has_v4)
        memcpy(ip.v4, &address->v4.sin_addr, sizeof ip.v4);
    if (ip.has_v6)
        memcpy(ip.v6, &address->v6.sin6_addr, sizeof ip.v6);
    return ip;
}

union socket_address pfcp_ip_address(const struct pfcp_ip *ip)
{
    union socket_address address = {0};
    if (ip->has_v4) {
        address.v4 = (struct sockaddr_in){.sin_family = AF_INET};
        memcpy(&address.v4.sin_addr, ip->v4, sizeof ip->v4);
    } else if (ip->has_v6) {
        address.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
        memcpy(&address.v6.sin6_addr, ip->v6, sizeof ip->v6);
    }
    return address;
}
