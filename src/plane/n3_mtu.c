/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/n3_mtu.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit/log.h"
#include "plane/fast/fast.h"
#include "plane/host.h"
#include "plane/netlink.h"
#include "wire/gtpu/gtpu.h"

enum { OVERHEAD_V4 = 20 + 8 + GTPU_HEADER_CONTAINER, OVERHEAD_V6 = OVERHEAD_V4 + 20 };

struct n3_mtu {
    struct watch watch;
    struct loop *loop;
    struct plane *plane;
    const struct config_plane *own;
};

static unsigned less(unsigned least, unsigned mtu, unsigned overhead)
{
    return mtu > overhead && mtu - overhead < least ? mtu - overhead : least;
}

uint16_t n3_mtu_inside(const struct config_plane *own)
{
    unsigned least = UINT16_MAX, most_overhead = OVERHEAD_V4;
    for (unsigned i = 0; i < own->n3_count; i++) {
        const unsigned overhead = own->n3[i].any.sa_family == AF_INET ? OVERHEAD_V4 : OVERHEAD_V6;
        least = less(least, host_mtu(&own->n3[i]), overhead);
        most_overhead = overhead > most_overhead ? overhead : most_overhead;
    }
    for (unsigned i = 0; i < own->n3_interface_count; i++)
        least = less(least, host_device_mtu(own->n3_interfaces[i]), most_overhead);
    return (uint16_t)least;
}

/* What the program remembers of ways to gNBs has the length that held before. */
static void tell_program(struct fast *fast, uint16_t mtu)
{
    __atomic_store_n(&fast->settings->mtu, mtu, __ATOMIC_RELAXED);
    __atomic_fetch_add(&fast->settings->routes, 1, __ATOMIC_RELEASE);
}

static void look_again(const struct n3_mtu *n3_mtu)
{
    _Atomic uint16_t *holds = &n3_mtu->plane->policy.tunnel_mtu;
    const uint16_t before = atomic_load(holds), now = n3_mtu_inside(n3_mtu->own);
    if (now == before)
        return;
    log_info("plane", NULL, "N3 takes packets of %u octets from now on, was %u", now, before);
    atomic_store(holds, now);
    if (n3_mtu->plane->fast)
        tell_program(n3_mtu->plane->fast, now);
}

/* Whatever it was that changed. */
static void ready(struct watch *watch, uint32_t events)
{
    struct n3_mtu *n3_mtu = (struct n3_mtu *)((char *)watch - offsetof(struct n3_mtu, watch));
    enum { BATCH = 64 };
    char ignored[1];
    (void)events;
    for (unsigned i = 0; i < BATCH; i++)
        if (recv(watch->fd, ignored, sizeof ignored, MSG_DONTWAIT) < 0 && errno != ENOBUFS)
            break;
    look_again(n3_mtu);
}

struct n3_mtu *n3_mtu_follow(struct loop *loop, struct plane *plane, const struct config_plane *own)
{
    const unsigned groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    struct n3_mtu *n3_mtu = calloc(1, sizeof *n3_mtu);
    if (!n3_mtu)
        return NULL;
    *n3_mtu =
        (struct n3_mtu){.watch = {netlink_hear(groups), ready}, .loop = loop, .plane = plane, .own = own};
    if (n3_mtu->watch.fd >= 0 && loop_watch(loop, &n3_mtu->watch, EPOLLIN)) {
        look_again(n3_mtu); /* what changed between the first look and now */
        return n3_mtu;
    }
    log_warning("plane", NULL, "the kernel does not tell of interfaces: a new MTU of N3 is not followed");
    n3_mtu_free(n3_mtu);
    return NULL;
}

void n3_mtu_free(struct n3_mtu *n3_mtu)
{
    if (!n3_mtu)
        return;
    if (n3_mtu->watch.fd >= 0) {
        loop_forget(n3_mtu->loop, &n3_mtu->watch);
        close(n3_mtu->watch.fd);
    }
    free(n3_mtu);
}
