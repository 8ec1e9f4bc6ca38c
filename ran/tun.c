/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/route.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int in_netns(const char *netns, int (*function)(void *argument), void *argument)
{
    if (!netns || !*netns)
        return function(argument);
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", netns);
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = open(path, O_RDONLY | O_CLOEXEC);
    int result = -1;
    if (home >= 0 && there >= 0 && setns(there, CLONE_NEWNET) == 0) {
        result = function(argument);
        int kept = errno;
        if (setns(home, CLONE_NEWNET) != 0)
            result = -1;
        errno = kept;
    }
    if (home >= 0)
        close(home);
    if (there >= 0)
        close(there);
    return result;
}

static struct ifreq request_for(const char *name)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    return request;
}

static struct sockaddr ipv4_of(uint32_t address)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    struct sockaddr any;
    memcpy(&any, &in, sizeof any);
    return any;
}

static bool has_ipv6(const struct tun_settings *settings)
{
    static const uint8_t none[16];
    return memcmp(settings->ipv6, none, sizeof none) != 0;
}

static bool set_ipv4(int control, const struct tun_settings *settings)
{
    struct ifreq request = request_for(settings->name);
    request.ifr_addr = ipv4_of(settings->ipv4);
    if (ioctl(control, SIOCSIFADDR, &request) < 0)
        return false;
    request.ifr_netmask = ipv4_of(UINT32_MAX);
    return ioctl(control, SIOCSIFNETMASK, &request) == 0;
}

static bool route_ipv4(int control, const struct tun_settings *settings)
{
    struct rtentry route = {.rt_flags = RTF_UP, .rt_dev = (char *)settings->name};
    route.rt_dst = route.rt_genmask = ipv4_of(0);
    return ioctl(control, SIOCADDRT, &route) == 0 || errno == EEXIST;
}

static int set_ipv6(void *argument)
{
    const struct tun_settings *settings = argument;
    int control = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0)
        return -1;
    struct in6_ifreq request = {.ifr6_prefixlen = 64, .ifr6_ifindex = (int)if_nametoindex(settings->name)};
    memcpy(&request.ifr6_addr, settings->ipv6, sizeof settings->ipv6);
    struct in6_rtmsg route = {
        .rtmsg_flags = RTF_UP, .rtmsg_metric = 1, .rtmsg_ifindex = (int)if_nametoindex(settings->name)};
    bool done = ioctl(control, SIOCSIFADDR, &request) == 0 || errno == EEXIST;
    if (done && settings->default_route)
        done = ioctl(control, SIOCADDRT, &route) == 0 || errno == EEXIST;
    close(control);
    return done ? 0 : -1;
}

static bool bring_up(int control, const struct tun_settings *settings)
{
    struct ifreq request = request_for(settings->name);
    request.ifr_mtu = (int)settings->mtu;
    if (settings->mtu && ioctl(control, SIOCSIFMTU, &request) < 0)
        return false;
    if (settings->ipv4 && !set_ipv4(control, settings))
        return false;
    request = request_for(settings->name);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (ioctl(control, SIOCSIFFLAGS, &request) < 0)
        return false;
    return !settings->ipv4 || !settings->default_route || route_ipv4(control, settings);
}

static int create(void *argument)
{
    const struct tun_settings *settings = argument;
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = request_for(settings->name);
    request.ifr_flags = (short)((settings->frames ? IFF_TAP : IFF_TUN) | IFF_NO_PI);
    bool done = tun >= 0 && control >= 0 && ioctl(tun, TUNSETIFF, &request) == 0 &&
                bring_up(control, settings) && (!has_ipv6(settings) || set_ipv6(argument) == 0);
    int kept = errno;
    if (control >= 0)
        close(control);
    if (!done && tun >= 0)
        close(tun);
    errno = kept;
    return done ? tun : -1;
}

int tun_open(const struct tun_settings *settings, const char **why)
{
    int tun = in_netns(settings->netns, create, (void *)settings);
    if (tun >= 0)
        return tun;
    if (errno == ENOENT)
        *why = "no /dev/net/tun, or no such network namespace: load the module tun (modprobe tun), check `ip "
               "netns`";
    else if (errno == EPERM || errno == EACCES)
        *why = "a TUN device needs CAP_NET_ADMIN: run as root";
    else if (errno == EBUSY)
        *why = "the TUN device is in use by another process";
    else
        *why = "the TUN device could not be created";
    return -1;
}

bool tun_add_ipv6(const struct tun_settings *settings)
{
    return in_netns(settings->netns, set_ipv6, (void *)settings) == 0;
}
