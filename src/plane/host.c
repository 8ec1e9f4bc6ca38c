/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kit/log.h"
#include "plane/nat.h"
#include "plane/netlink.h"
#include "plane/setting.h"

/* What SIOCSIFADDR takes for IPv6 (linux/ipv6.h, which cannot be included beside netinet/in.h). */
struct in6_address_request {
    struct in6_addr address;
    uint32_t prefix_length;
    int index;
};

static void name_request(struct ifreq *request, const char *device)
{
    memset(request, 0, sizeof *request);
    strncpy(request->ifr_name, device, IFNAMSIZ - 1);
}

static struct in_addr netmask(unsigned length)
{
    return (struct in_addr){length ? htonl(~UINT32_C(0) << (32 - length)) : 0};
}

static bool set_v4(int fd, const char *device, const struct network *network)
{
    struct ifreq request;
    struct sockaddr_in address = {.sin_family = AF_INET};
    name_request(&request, device);
    memcpy(&address.sin_addr, network->gateway_v4.address, 4);
    memcpy(&request.ifr_addr, &address, sizeof address);
    if (ioctl(fd, SIOCSIFADDR, &request) != 0)
        return false;
    address.sin_addr = netmask(network->pool_v4.length);
    memcpy(&request.ifr_netmask, &address, sizeof address);
    return ioctl(fd, SIOCSIFNETMASK, &request) == 0;
}

static bool set_v6(const char *device, const struct network *network)
{
    struct in6_address_request request = {.prefix_length = network->pool_v6.length,
                                          .index = (int)if_nametoindex(device)};
    memcpy(&request.address, network->pool_v6.address, 16);
    request.address.s6_addr[15] |= 1;
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool done = fd >= 0 && (ioctl(fd, SIOCSIFADDR, &request) == 0 || errno == EEXIST);
    int reason = errno;
    if (fd >= 0)
        close(fd);
    errno = reason;
    return done;
}

static bool set_mtu_and_up(int fd, const char *device, unsigned mtu, short flags)
{
    struct ifreq request;
    name_request(&request, device);
    request.ifr_mtu = (int)mtu;
    if (ioctl(fd, SIOCSIFMTU, &request) != 0)
        return false;
    name_request(&request, device);
    request.ifr_flags = (short)(IFF_UP | IFF_RUNNING | flags);
    return ioctl(fd, SIOCSIFFLAGS, &request) == 0;
}

static bool fail(char *why, size_t size, const char *device, const char *what, const char *remedy)
{
    snprintf(why, size, "%s: cannot %s: %s; %s", device, what, strerror(errno), remedy);
    return false;
}

bool host_set(const char *device, const char *setting, char value)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/%s", device, setting);
    return setting_write(path, value);
}

static bool set_v6_setting(const char *device, const char *setting, char value)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/%s", device, setting);
    return setting_write(path, value);
}

bool host_set_up_device(const char *device, const struct network *network, char *why, size_t size)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(why, size, device, "open a socket", "raise the limit of open files");
    bool done = true;
    if (!set_mtu_and_up(fd, device, network->mtu, IFF_NOARP | IFF_POINTOPOINT))
        done = fail(why, size, device, "set MTU and state", "CAP_NET_ADMIN is needed: run as root");
    else if (network->pool_v4.family && !set_v4(fd, device, network))
        done = fail(why, size, device, "set the IPv4 gateway address",
                    "check that no other device has the pool's network (ip route)");
    else if (network->pool_v6.family && !set_v6(device, network))
        done = fail(why, size, device, "set the IPv6 gateway address",
                    "check that IPv6 is not disabled (sysctl net.ipv6.conf.all.disable_ipv6)");
    host_set(device, "rp_filter", '2'); /* routes may lead into the passage instead (plane/passage.h) */
    host_set(device, "accept_local",
             '1'); /* what the gateway says of packets that are too long (plane/answer.h) */
    close(fd);
    return done;
}

bool host_put_into_bridge(const char *device, const char *bridge)
{
    const struct ifinfomsg header = {.ifi_index = (int)if_nametoindex(device)};
    const uint32_t index = if_nametoindex(bridge);
    struct netlink_request request;
    if (index == 0)
        return false;
    netlink_begin(&request, RTM_SETLINK, 0, &header, sizeof header);
    netlink_put_u32(&request, IFLA_MASTER, index);
    return netlink_do(&request, NETLINK_ROUTE);
}

bool host_reserve_mac(const char *device, struct lan *lan)
{
    struct ifreq request;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    name_request(&request, device);
    const bool done = fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0 &&
                      lan_reserve(lan, (const uint8_t *)request.ifr_hwaddr.sa_data);
    if (fd >= 0)
        close(fd);
    return done;
}

/* What the host says to its neighbours over a bridge it says at the bridge; at the port it would wake phones for nothing. */
void host_silence(const char *device)
{
    set_v6_setting(device, "disable_ipv6", '1');
}

bool host_let_route(const char *device)
{
    set_v6_setting(device, "forwarding", '1'); /* a host may have no IPv6 */
    return host_set(device, "forwarding", '1');
}

/* Kept apart, it has room for a tag more: a bridge counts one less. */
bool host_set_up_port(const char *device, bool apart, const struct network *network, char *why, size_t size)
{
    const char *bridge = network->bridge;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(why, size, device, "open a socket", "raise the limit of open files");
    bool done = true;
    if (*bridge)
        host_silence(device);
    if (*bridge && !apart && !host_put_into_bridge(device, bridge))
        done = fail(why, size, device, "be put into the bridge of its data network",
                    "make it first (ip link add NAME type bridge), or correct `bridge`");
    else if (!set_mtu_and_up(fd, device, network->mtu + (apart ? FRAME_TAG : 0), apart ? IFF_NOARP : 0))
        done = fail(why, size, device, "set MTU and state", "CAP_NET_ADMIN is needed: run as root");
    else if (!host_reserve_mac(device, network->lan) || (*bridge && !host_reserve_mac(bridge, network->lan)))
        done = fail(why, size, device, "reserve its MAC address", "more memory is needed");
    close(fd);
    return done;
}

void host_open_internet(struct host *host, const struct config_plane *config, const struct plane *plane,
                        const char *note)
{
    bool v4 = false, v6 = false;
    for (unsigned i = 0; i < plane->network_count; i++) {
        v4 |= plane->networks[i].pool_v4.family != 0;
        v6 |= plane->networks[i].pool_v6.family != 0;
    }
    forwarding_need(&host->forwarding, v4, v6, note);
    host->nat = nat_install(config, plane) ? config : NULL;
}

void host_restore(struct host *host)
{
    if (host->nat)
        nat_remove(host->nat);
    forwarding_leave(&host->forwarding);
    *host = (struct host){0};
}

void host_remove_device(const char *device)
{
    const struct ifinfomsg header = {.ifi_index = (int)if_nametoindex(device)};
    struct netlink_request request;
    if (header.ifi_index == 0)
        return;
    netlink_begin(&request, RTM_DELLINK, 0, &header, sizeof header);
    netlink_do(&request, NETLINK_ROUTE);
}

static bool has_address(const struct ifaddrs *entry, const union socket_address *address)
{
    union socket_address own;
    if (!entry->ifa_addr || entry->ifa_addr->sa_family != address->any.sa_family)
        return false;
    memcpy(&own, entry->ifa_addr, address->any.sa_family == AF_INET ? sizeof own.v4 : sizeof own.v6);
    return address_same_host(&own, address);
}

unsigned host_device_mtu(const char *device)
{
    struct ifreq request;
    name_request(&request, device);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool known = fd >= 0 && ioctl(fd, SIOCGIFMTU, &request) == 0;
    if (fd >= 0)
        close(fd);
    return known ? (unsigned)request.ifr_mtu : 0;
}

bool host_device(const union socket_address *address, char name[IF_NAMESIZE])
{
    struct ifaddrs *list = NULL;
    bool found = false;
    if (getifaddrs(&list) != 0)
        return false;
    for (const struct ifaddrs *entry = list; entry && !found; entry = entry->ifa_next) {
        found = has_address(entry, address);
        if (found)
            snprintf(name, IF_NAMESIZE, "%s", entry->ifa_name);
    }
    freeifaddrs(list);
    return found;
}

unsigned host_mtu(const union socket_address *address)
{
    enum { ETHERNET = 1500 };
    char device[IF_NAMESIZE];
    const unsigned mtu = host_device(address, device) ? host_device_mtu(device) : 0;
    return mtu ? mtu : ETHERNET;
}
