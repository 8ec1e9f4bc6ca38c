/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the plane sets up on its host and takes down again: a TUN device a data network with addresses and MTU, forwarding
 * between it and the rest, and an nftables table, called as TUN devices are, that translates addresses. What a killed predecessor has left
 * is replaced.
 */
#ifndef PLANE_HOST_H
#define PLANE_HOST_H

#include <net/if.h>

#include "config/config.h"
#include "plane/forwarding.h"
#include "plane/plane.h"

struct host {
    const struct config_plane *nat; /* the table that is there; NULL: none is */
    struct forwarding forwarding;
};

/* Sets address, MTU and state of the device of a data network. False: `why` says what, why and what to do. */
bool host_set_up_device(const char *device, const struct network *network, char *why, size_t size);

/* The same of the TAP device of an Ethernet network, which is put into its bridge, if there is one and it is not kept `apart`, as the packet program is between the two. Its
 * MAC address, and the bridge's, are nobody else's. */
bool host_set_up_port(const char *device, bool apart, const struct network *network, char *why, size_t size);
bool host_put_into_bridge(const char *device, const char *bridge);
/* Its MAC address is nobody else's there. */
bool host_reserve_mac(const char *device, struct lan *lan);
/* The host itself says nothing there of its own accord. */
void host_silence(const char *device);
/* The kernel tells the packet program where what comes in there goes: it does so only where it would forward. */
bool host_let_route(const char *device);

/* A setting of the device's IPv4 (net.ipv4.conf.DEVICE.SETTING). False: errno. */
bool host_set(const char *device, const char *setting, char value);

/* note: a file in the runtime directory. Forwarding and NAT for all data networks. Failure here leaves phones without
 * the internet but is no reason to stop: it is logged. */
void host_open_internet(struct host *host, const struct config_plane *config, const struct plane *plane,
                        const char *note);

void host_restore(struct host *host);

/* One that is not there is no fault. */
void host_remove_device(const char *device);

/* The device that has this address. */
bool host_device(const union socket_address *address, char name[IF_NAMESIZE]);
/* 0: there is no such device. */
unsigned host_device_mtu(const char *device);
/* The MTU of the device that has this address; 1500 when none can be found. */
unsigned host_mtu(const union socket_address *address);

#endif
