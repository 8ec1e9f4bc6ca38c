/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/route.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include "plane/netlink.h"

static bool change(uint16_t what, uint16_t flags, const struct config_prefix *to,
                   const struct config_ip *from, const char *device, uint32_t table)
{
    const size_t octets = to->family == AF_INET ? 4 : 16;
    const struct rtmsg header = {.rtm_family = to->family,
                                 .rtm_dst_len = to->length,
                                 .rtm_protocol = RTPROT_STATIC,
                                 .rtm_scope = RT_SCOPE_LINK,
                                 .rtm_type = RTN_UNICAST};
    struct netlink_request request;
    netlink_begin(&request, what, flags, &header, sizeof header);
    netlink_put(&request, RTA_DST, to->address, octets);
    netlink_put_u32(&request, RTA_TABLE, table);
    netlink_put_u32(&request, RTA_OIF, if_nametoindex(device));
    if (from && from->family == to->family)
        netlink_put(&request, RTA_PREFSRC, from->address, octets);
    return netlink_do(&request, NETLINK_ROUTE);
}

bool route_put(const struct config_prefix *to, const struct config_ip *from, const char *device,
               uint32_t table, enum route_manner manner)
{
    return change(RTM_NEWROUTE, NLM_F_CREATE | (manner == ROUTE_INSTEAD ? NLM_F_REPLACE : NLM_F_EXCL), to,
                  from, device, table);
}

bool route_remove(const struct config_prefix *to, const char *device, uint32_t table)
{
    return change(RTM_DELROUTE, 0, to, NULL, device, table);
}
