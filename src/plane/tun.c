/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "plane/host.h"
#include "plane/netlink.h"

/* By which a device is known, whatever it is called. */
#define ALIAS "data network of Demarc"

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static bool name_device(int fd, const char *name, short flags)
{
    struct ifreq request = {.ifr_flags = (short)(flags | IFF_NO_PI | IFF_MULTI_QUEUE)};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    return ioctl(fd, TUNSETIFF, &request) == 0;
}

static bool set_up(int fd, const char *name, bool *udp_segments)
{
    int header = TUN_HEADER_BYTES;
    unsigned offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
    if (!name_device(fd, name, IFF_TUN | IFF_VNET_HDR) || ioctl(fd, TUNSETVNETHDRSZ, &header) != 0)
        return false;
    *udp_segments = ioctl(fd, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6) == 0;
    return *udp_segments || ioctl(fd, TUNSETOFFLOAD, offloads) == 0;
}

/* -1 if it has not been set up; errno stays. */
static int keep_if(bool done, int fd)
{
    if (done || fd < 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static int open_queue(void)
{
    return open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

int tun_open(const char *name, bool *udp_segments)
{
    const int fd = open_queue();
    return keep_if(fd >= 0 && set_up(fd, name, udp_segments), fd);
}

int tun_open_frames(const char *name)
{
    const int fd = open_queue();
    return keep_if(fd >= 0 && name_device(fd, name, IFF_TAP), fd);
}

/* --- those that stay --- */

static bool mark(const char *name)
{
    const struct ifinfomsg header = {.ifi_index = (int)if_nametoindex(name)};
    struct netlink_request request;
    netlink_begin(&request, RTM_SETLINK, 0, &header, sizeof header);
    netlink_put(&request, IFLA_IFALIAS, ALIAS, sizeof ALIAS - 1);
    return netlink_do(&request, NETLINK_ROUTE);
}

/* One that would not be known again does not stay. */
void tun_stay(int fd, const char *name, bool stays)
{
    ioctl(fd, TUNSETPERSIST, stays && mark(name) ? 1UL : 0UL);
}

/* Without a queue there is no carrier. */
static bool is_left(unsigned index)
{
    static _Alignas(NLMSG_ALIGNTO) uint8_t answer[32768];
    const struct ifinfomsg header = {.ifi_index = (int)index};
    struct netlink_request request;
    netlink_begin(&request, RTM_GETLINK, 0, &header, sizeof header);
    const int length = netlink_ask(&request, NETLINK_ROUTE, answer, sizeof answer);
    if (length < 0 || (unsigned)length < ((const struct nlmsghdr *)(const void *)answer)->nlmsg_len)
        return false;
    const char *alias = netlink_attribute(answer, sizeof header, IFLA_IFALIAS, sizeof ALIAS);
    const uint8_t *carrier = netlink_attribute(answer, sizeof header, IFLA_CARRIER, 1);
    return alias && carrier && memcmp(alias, ALIAS, sizeof ALIAS) == 0 && !*carrier;
}

void tun_sweep(void)
{
    struct if_nameindex *devices = if_nameindex();
    for (const struct if_nameindex *one = devices; one && one->if_index; one++)
        if (is_left(one->if_index))
            host_remove_device(one->if_name);
    if (devices)
        if_freenameindex(devices);
}
