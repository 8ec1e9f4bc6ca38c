/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/passage.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plane/fast/device.h"
#include "plane/host.h"
#include "plane/netlink.h"
#include "plane/route.h"

enum { FIRST_TABLE = 2152 };

const uint8_t passage_mac[6] = {0x02, 0x64, 0x65, 0x6d, 0x61, 0x72};

const char *passage_name(const struct config_plane *config, unsigned network, enum passage_end end,
                         char name[PASSAGE_NAME_BYTES])
{
    snprintf(name, PASSAGE_NAME_BYTES, "%s%u%c", config->tun, network, end == PASSAGE_HOST ? 'h' : 'x');
    return name;
}

/* --- the pair --- */

/* mac: NULL: the kernel's choice. */
static void put_device(struct netlink_request *request, const char *name, unsigned mtu, const uint8_t *mac)
{
    const uint32_t queues = (uint32_t)sysconf(_SC_NPROCESSORS_CONF);
    netlink_put_text(request, IFLA_IFNAME, name);
    if (mac)
        netlink_put(request, IFLA_ADDRESS, mac, sizeof passage_mac);
    netlink_put_u32(request, IFLA_MTU, mtu);
    netlink_put_u32(request, IFLA_NUM_RX_QUEUES, queues);
    netlink_put_u32(request, IFLA_NUM_TX_QUEUES, queues);
}

/* Neighbours are not asked for: whatever is sent is for the other end. */
static bool make_pair(const char *program, const char *host, unsigned mtu, const uint8_t *mac)
{
    const struct ifinfomsg header = {.ifi_flags = IFF_NOARP, .ifi_change = IFF_NOARP};
    struct netlink_request request;
    netlink_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
    put_device(&request, program, mtu, mac);
    const size_t information = netlink_open_nest(&request, IFLA_LINKINFO);
    netlink_put_text(&request, IFLA_INFO_KIND, "veth");
    const size_t data = netlink_open_nest(&request, IFLA_INFO_DATA);
    const size_t peer = netlink_open_nest(&request, VETH_INFO_PEER);
    netlink_put_raw(&request, &header, sizeof header);
    put_device(&request, host, mtu, mac);
    netlink_close_nest(&request, peer);
    netlink_close_nest(&request, data);
    netlink_close_nest(&request, information);
    return netlink_do(&request, NETLINK_ROUTE) ||
           (errno == EEXIST && device_is_veth(program) && device_is_veth(host));
}

static bool raise_end(const char *name)
{
    const struct ifinfomsg header = {
        .ifi_index = (int)if_nametoindex(name), .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    struct netlink_request request;
    netlink_begin(&request, RTM_SETLINK, 0, &header, sizeof header);
    return netlink_do(&request, NETLINK_ROUTE);
}

/* --- routes and rules --- */

/* Each passage of the host has one of its own, whichever plane's it is: a rule that has met its own end's packets must not send them where another's go. */
uint32_t passage_table(const struct config_plane *config, unsigned network)
{
    char program[PASSAGE_NAME_BYTES];
    return FIRST_TABLE + if_nametoindex(passage_name(config, network, PASSAGE_PROGRAM, program));
}

/* Whatever is for a phone takes the passage, unless it has come out of it. table: 0 for whichever it is. */
static bool change_rule(uint16_t what, uint16_t flags, uint8_t family, const char *program, uint32_t table)
{
    const struct fib_rule_hdr header = {.family = family, .action = FR_ACT_TO_TBL, .flags = FIB_RULE_INVERT};
    struct netlink_request request;
    netlink_begin(&request, what, flags, &header, sizeof header);
    netlink_put_text(&request, FRA_IIFNAME, program);
    if (table)
        netlink_put_u32(&request, FRA_TABLE, table);
    netlink_put_u32(&request, FRA_PRIORITY, FIRST_TABLE);
    return netlink_do(&request, NETLINK_ROUTE);
}

static bool lead_pool(const struct network *network, const struct config_prefix *pool, const char *program,
                      const char *host, uint32_t table)
{
    if (pool->family == 0)
        return true;
    return route_put(pool, &network->gateway_v4, host, table, ROUTE_INSTEAD) &&
           (change_rule(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, pool->family, program, table) ||
            errno == EEXIST);
}

/* --- the whole --- */

/* The gateway's, which the TUN device has, too: of a device without one the host takes nothing from elsewhere. */
static bool give_address(const struct network *network, const char *program)
{
    const struct ifaddrmsg header = {.ifa_family = AF_INET,
                                     .ifa_prefixlen = 32,
                                     .ifa_scope = RT_SCOPE_HOST,
                                     .ifa_index = if_nametoindex(program)};
    struct netlink_request request;
    if (network->gateway_v4.family != AF_INET)
        return true;
    netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
    netlink_put(&request, IFA_LOCAL, network->gateway_v4.address, 4);
    return netlink_do(&request, NETLINK_ROUTE) || errno == EEXIST;
}

/* Packets come in at one device and are answered through another, and the host's own come out of the passage, too. Who may send what is the packet program's to judge. */
static bool admit_all(const struct network *network, const char *program, const char *host)
{
    return give_address(network, program) && host_set(program, "rp_filter", '2') &&
           host_set(program, "accept_local", '1') && host_set(host, "rp_filter", '2');
}

static bool open_all(const struct config_plane *config, const struct network *network, const char *program,
                     const char *host)
{
    if (host_device_mtu(program) != network->mtu) /* another configuration's */
        passage_close(config, network);
    if (!make_pair(program, host, network->mtu, passage_mac))
        return false;
    const uint32_t table = passage_table(config, network->index);
    return admit_all(network, program, host) && raise_end(program) && raise_end(host) &&
           device_finish_packets(host) && device_finish_packets(program) && device_gather_packets(host) &&
           lead_pool(network, &network->pool_v4, program, host, table) &&
           lead_pool(network, &network->pool_v6, program, host, table);
}

static const char *remedy_for(int reason)
{
    switch (reason) {
    case EROFS:
        return "; /proc/sys has to be mounted for writing";
    case EACCES:
    case EPERM:
        return "; CAP_NET_ADMIN is needed, and IPv6 where the data network has it (sysctl "
               "net.ipv6.conf.all.disable_ipv6)";
    case EOPNOTSUPP:
        return "; does the kernel have veth (modprobe veth), and policy routing?";
    default:
        return "; see ip link, ip rule";
    }
}

/* A tag more than the bridge counts has room, and none is left for a device to put in, or to be taken out by one: the program would not see it. */
static bool open_to_bridge(const struct network *network, const char *program, const char *host)
{
    const unsigned mtu = network->mtu + FRAME_TAG;
    if (host_device_mtu(program) != mtu)
        host_remove_device(program);
    if (!make_pair(program, host, mtu, NULL))
        return false;
    host_silence(program);
    host_silence(host);
    return host_let_route(program) && device_finish_packets(host) && device_finish_packets(program) &&
           device_write_tags(host) && raise_end(program) && raise_end(host) && device_gather_packets(host) &&
           host_reserve_mac(host, network->lan) && host_put_into_bridge(host, network->bridge);
}

bool passage_open(const struct config_plane *config, const struct network *network,
                  char why[PASSAGE_WHY_BYTES])
{
    char program[PASSAGE_NAME_BYTES], host[PASSAGE_NAME_BYTES];
    passage_name(config, network->index, PASSAGE_PROGRAM, program);
    passage_name(config, network->index, PASSAGE_HOST, host);
    if (network->lan ? open_to_bridge(network, program, host) : open_all(config, network, program, host))
        return true;
    const int reason = errno;
    snprintf(why, PASSAGE_WHY_BYTES, "no passage %s to the host's %s: %s%s", program,
             network->lan ? "bridge" : "translation", strerror(reason), remedy_for(reason));
    passage_close(config, network);
    return false;
}

void passage_close(const struct config_plane *config, const struct network *network)
{
    char program[PASSAGE_NAME_BYTES];
    passage_name(config, network->index, PASSAGE_PROGRAM, program);
    for (const uint8_t *family = (const uint8_t[]){AF_INET, AF_INET6, 0}; *family; family++)
        while (change_rule(RTM_DELRULE, 0, *family, program, 0))
            continue; /* also those of a pair that is no more */
    host_remove_device(program);
}
