/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/route.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

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

struct listing {
    uint32_t device, table;
    struct config_prefix *routes;
    size_t count, room;
};

static bool is_number(const struct nlmsghdr *message, uint16_t type, uint32_t number)
{
    const uint32_t *value = netlink_attribute(message, sizeof(struct rtmsg), type, sizeof *value);
    return value && *value == number;
}

static void list(void *context, const struct nlmsghdr *message)
{
    struct listing *listing = context;
    const struct rtmsg *route = NLMSG_DATA(message);
    const size_t octets = route->rtm_family == AF_INET ? 4 : 16;
    const void *to = netlink_attribute(message, sizeof *route, RTA_DST, octets);
    if (message->nlmsg_type != RTM_NEWROUTE || !to || !is_number(message, RTA_OIF, listing->device) ||
        !is_number(message, RTA_TABLE, listing->table))
        return;
    if (listing->count == listing->room) {
        const size_t room = listing->room ? 2 * listing->room : 64;
        struct config_prefix *grown = realloc(listing->routes, room * sizeof *grown);
        if (!grown)
            return;
        listing->routes = grown;
        listing->room = room;
    }
    struct config_prefix *at = &listing->routes[listing->count++];
    *at = (struct config_prefix){.family = route->rtm_family, .length = route->rtm_dst_len};
    memcpy(at->address, to, octets);
}

struct config_prefix *route_list(uint8_t family, const char *device, uint32_t table, size_t *count)
{
    const struct rtmsg header = {.rtm_family = family};
    struct listing listing = {.device = if_nametoindex(device), .table = table};
    struct netlink_request request;
    netlink_begin(&request, RTM_GETROUTE, 0, &header, sizeof header);
    netlink_list(&request, NETLINK_ROUTE, list, &listing);
    *count = listing.count;
    return listing.routes;
}
