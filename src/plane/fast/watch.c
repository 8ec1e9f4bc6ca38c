/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/watch.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit/log.h"
#include "kit/mac.h"
#include "plane/fast/ports.h"
#include "plane/netlink.h"

enum {
    MESSAGES_BYTES = 32768,
    VOID_AGAIN_MS = 10,   /* what is remembered is void at most so often */
    ATTACH_AFTER_MS = 50, /* an interface comes in several messages */
    CLOCK_S = 60,         /* jiffies and the monotonic clock drift apart */
};

struct fast_watch {
    struct watch watch;
    struct loop *loop;
    struct fast *fast;
    const struct config_plane *config;
    struct timer rest, attach, clock;
    bool changed; /* while it rests */
};

/* --- what the program remembers --- */

static void make_void(struct fast_watch *watch)
{
    watch->changed = timer_armed(&watch->rest);
    if (watch->changed)
        return;
    __atomic_fetch_add(&watch->fast->settings->routes, 1, __ATOMIC_RELEASE);
    timer_start(loop_timers(watch->loop), &watch->rest, MILLISECONDS(VOID_AGAIN_MS));
}

static void rest_over(struct timer *timer)
{
    struct fast_watch *watch = (struct fast_watch *)((char *)timer - offsetof(struct fast_watch, rest));
    if (watch->changed)
        make_void(watch);
}

static void set_clock_again(struct timer *timer)
{
    struct fast_watch *watch = (struct fast_watch *)((char *)timer - offsetof(struct fast_watch, clock));
    fast_set_clock(watch->fast);
    timer_start(loop_timers(watch->loop), timer, SECONDS(CLOCK_S));
}

/* --- messages --- */

static struct fast_port *port_at(const struct fast_watch *watch, int index)
{
    struct fast_port *port = index > 0 && index < FAST_PORTS ? &watch->fast->ports[index] : NULL;
    return port && port->flags ? port : NULL;
}

static void attach_soon(struct fast_watch *watch)
{
    if (!timer_armed(&watch->attach))
        timer_start(loop_timers(watch->loop), &watch->attach, MILLISECONDS(ATTACH_AFTER_MS));
}

static void attach_again(struct timer *timer)
{
    struct fast_watch *watch = (struct fast_watch *)((char *)timer - offsetof(struct fast_watch, attach));
    char why[FAST_WHY_BYTES];
    if (!fast_attach_all(watch->fast, watch->config, why))
        log_warning("plane", NULL, "fast path: at no interface any more: %s", why);
    make_void(watch);
}

static bool is_wanted(const struct fast_watch *watch, const char *device)
{
    const struct config_plane *config = watch->config;
    for (unsigned i = 0; i < watch->fast->seat_count; i++) /* that it had once */
        if (strncmp(watch->fast->seats[i].device, device, IF_NAMESIZE) == 0)
            return true;
    for (unsigned i = 0; i < config->fast_interface_count; i++)
        if (strncmp(config->fast_interfaces[i], device, IF_NAMESIZE) == 0)
            return true;
    for (unsigned i = 0; i < config->n3_interface_count; i++)
        if (strncmp(config->n3_interfaces[i], device, IF_NAMESIZE) == 0)
            return true;
    return strncmp(config->egress, device, IF_NAMESIZE) == 0;
}

/* NULL: that has not. */
static void port_changed(struct fast_port *port, const unsigned *mtu, const void *mac)
{
    if (mtu)
        port->mtu = (__u16)(*mtu < UINT16_MAX ? *mtu : UINT16_MAX);
    if (mac && !(port->flags & FAST_HOST))
        port->mac = mac_number(mac);
}

static void link_told(struct fast_watch *watch, const struct nlmsghdr *message)
{
    const struct ifinfomsg *link = NLMSG_DATA(message);
    struct fast_port *port = port_at(watch, link->ifi_index);
    const unsigned *mtu = netlink_attribute(message, sizeof *link, IFLA_MTU, sizeof *mtu);
    const char *name = netlink_attribute(message, sizeof *link, IFLA_IFNAME, 1);
    const void *mac = netlink_attribute(message, sizeof *link, IFLA_ADDRESS, ETH_ALEN);
    if (port && message->nlmsg_type == RTM_DELLINK && link->ifi_family == AF_UNSPEC) /* not a bridge's */
        fast_detach(watch->fast, (unsigned)link->ifi_index); /* it may be in another namespace now */
    else if (port)
        port_changed(port, mtu, mac);
    else if (!port && name && message->nlmsg_type == RTM_NEWLINK && is_wanted(watch, name))
        attach_soon(watch);
}

static void address_told(struct fast_watch *watch, const struct nlmsghdr *message)
{
    const struct ifaddrmsg *told = NLMSG_DATA(message);
    const size_t size = told->ifa_family == AF_INET ? 4 : 16;
    const void *own = netlink_attribute(message, sizeof *told, IFA_LOCAL, size);
    if (!own)
        own = netlink_attribute(message, sizeof *told, IFA_ADDRESS, size);
    for (unsigned i = 0; own && i < watch->config->n3_count; i++) {
        const union socket_address *n3 = &watch->config->n3[i];
        const void *its = n3->any.sa_family == AF_INET ? (const void *)&n3->v4.sin_addr : &n3->v6.sin6_addr;
        if (n3->any.sa_family == told->ifa_family && memcmp(own, its, size) == 0 &&
            !port_at(watch, (int)told->ifa_index))
            attach_soon(watch);
    }
}

/* The default route leads elsewhere, where it is that which says where the data networks are. */
static void route_told(struct fast_watch *watch, const struct nlmsghdr *message)
{
    const struct rtmsg *route = NLMSG_DATA(message);
    const int *device = netlink_attribute(message, sizeof *route, RTA_OIF, sizeof *device);
    if (message->nlmsg_type == RTM_NEWROUTE && route->rtm_dst_len == 0 && device &&
        watch->config->fast_interface_count == 0 && !watch->config->nat && !port_at(watch, *device))
        attach_soon(watch);
}

/* As if a packet of the host's own were to go there: it asks the neighbour, and forgets it if there is no answer. */
static void ask_neighbour(const struct fast_watch *watch, const struct nlmsghdr *message)
{
    const struct ndmsg *told = NLMSG_DATA(message);
    const size_t size = told->ndm_family == AF_INET ? 4 : 16;
    const void *address = netlink_attribute(message, sizeof *told, NDA_DST, size);
    struct {
        struct nlmsghdr header;
        struct ndmsg neighbour;
        struct rtattr to;
        unsigned char address[16];
    } request = {.header = {.nlmsg_type = RTM_NEWNEIGH, .nlmsg_flags = NLM_F_REQUEST},
                 .neighbour = {.ndm_family = told->ndm_family,
                               .ndm_ifindex = told->ndm_ifindex,
                               .ndm_state = told->ndm_state,
                               .ndm_flags = NTF_USE},
                 .to = {.rta_len = (unsigned short)RTA_LENGTH(size), .rta_type = NDA_DST}};
    if (!address)
        return;
    memcpy(request.address, address, size);
    request.header.nlmsg_len = (unsigned)(offsetof(__typeof__(request), address) + size);
    send(watch->watch.fd, &request, request.header.nlmsg_len, MSG_DONTWAIT);
}

static void neighbour_told(struct fast_watch *watch, const struct nlmsghdr *message)
{
    const struct ndmsg *told = NLMSG_DATA(message);
    if (message->nlmsg_type == RTM_NEWNEIGH && (told->ndm_state & NUD_STALE) &&
        port_at(watch, told->ndm_ifindex))
        ask_neighbour(watch, message);
}

static void told(struct fast_watch *watch, const struct nlmsghdr *message)
{
    switch (message->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        link_told(watch, message);
        break;
    case RTM_NEWADDR:
        address_told(watch, message);
        break;
    case RTM_NEWROUTE:
        route_told(watch, message);
        break;
    case RTM_NEWNEIGH:
        neighbour_told(watch, message);
        break;
    case NLMSG_ERROR: /* the answer to what was asked */
        return;
    default:
        break;
    }
    make_void(watch);
}

/* What was told meanwhile is lost if too much was: then anything may be otherwise. */
static void ready(struct watch *fd, uint32_t events)
{
    struct fast_watch *watch = (struct fast_watch *)((char *)fd - offsetof(struct fast_watch, watch));
    _Alignas(struct nlmsghdr) static char messages[MESSAGES_BYTES];
    enum { BATCH = 64 };
    (void)events;
    for (unsigned i = 0; i < BATCH; i++) {
        const ssize_t length = recv(watch->watch.fd, messages, sizeof messages, MSG_DONTWAIT);
        if (length < 0 && errno == ENOBUFS) {
            make_void(watch);
            attach_soon(watch);
            continue;
        }
        if (length < 0)
            return;
        unsigned left = (unsigned)length;
        for (const struct nlmsghdr *at = (const struct nlmsghdr *)messages; NLMSG_OK(at, left);
             at = NLMSG_NEXT(at, left))
            told(watch, at);
    }
}

struct fast_watch *fast_watch_new(struct loop *loop, struct fast *fast, const struct config_plane *config)
{
    const unsigned groups = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE |
                            RTMGRP_IPV4_RULE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE |
                            1U << (RTNLGRP_IPV6_RULE - 1);
    struct fast_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    *watch = (struct fast_watch){.watch = {netlink_hear(groups), ready},
                                 .loop = loop,
                                 .fast = fast,
                                 .config = config,
                                 .rest.fire = rest_over,
                                 .attach.fire = attach_again,
                                 .clock.fire = set_clock_again};
    if (watch->watch.fd < 0 || !loop_watch(loop, &watch->watch, EPOLLIN)) {
        log_warning("plane", NULL,
                    "the kernel does not tell of routes: the fast path follows within a second");
        fast_watch_free(watch);
        return NULL;
    }
    timer_start(loop_timers(loop), &watch->clock, SECONDS(CLOCK_S));
    make_void(watch);
    return watch;
}

void fast_watch_free(struct fast_watch *watch)
{
    if (!watch)
        return;
    timer_stop(loop_timers(watch->loop), &watch->rest);
    timer_stop(loop_timers(watch->loop), &watch->attach);
    timer_stop(loop_timers(watch->loop), &watch->clock);
    if (watch->watch.fd >= 0) {
        loop_forget(watch->loop, &watch->watch);
        close(watch->watch.fd);
    }
    free(watch);
}
