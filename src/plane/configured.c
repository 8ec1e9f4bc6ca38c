/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/configured.h"

#include <arpa/inet.h>
#include <unistd.h>

void network_describe(struct network *network, const struct config_dnn *dnn,
                      const struct config_plane_network *own)
{
    const bool v4 = own && own->ipv4.family, v6 = own && own->ipv6.family;
    *network = (struct network){
        .name = dnn->name,
        .pool_v4 = v4 ? own->ipv4 : dnn->ipv4,
        .pool_v6 = v6 ? own->ipv6 : dnn->ipv6,
        .gateway_v4 = v4 ? own->ipv4_gateway : dnn->ipv4_gateway,
        .bridge = dnn->bridge,
        .encapsulation = dnn->encapsulation,
        .mtu = (uint16_t)dnn->mtu,
    };
    unsigned servers = 0;
    for (unsigned i = 0; i < dnn->dns_count && servers < 2; i++)
        if (dnn->dns[i].family == AF_INET6)
            network->dns6[servers++] = dnn->dns[i];
}

unsigned plane_gnbs_most(const struct config *config)
{
    enum { ADDRESSES = 4 };
    return config->limits.gnbs * ADDRESSES;
}

unsigned plane_workers(const struct config_plane *own)
{
    return own->workers ? own->workers : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}
