/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated phone's network interface: a TUN device, or of an Ethernet session a TAP device; if asked in a network namespace of the phone's own. */
#ifndef RAN_TUN_H
#define RAN_TUN_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct tun_settings {
    const char *netns; /* name as in `ip netns`; NULL or "": where we are */
    const char *name;  /* interface name, shorter than IFNAMSIZ */
    uint32_t ipv4;     /* host order; 0: none */
    uint8_t ipv6[16];  /* all zero: none */
    unsigned mtu;      /* 0: the kernel's default */
    bool default_route;
    bool frames; /* a TAP device */
};

/* A non-blocking descriptor that reads and writes bare IP packets, or Ethernet frames; or -1 and *why (static text; errno tells more). */
int tun_open(const struct tun_settings *settings, const char **why);

/* Adds an IPv6 address (and default route) that became known later. */
bool tun_add_ipv6(const struct tun_settings *settings);

/*
 * Runs a function inside a network namespace; the thread comes back to its own afterwards. Returns what the function
 * returned, or -1 with errno when the namespace cannot be entered.
 */
int in_netns(const char *netns, int (*function)(void *argument), void *argument);

#endif
