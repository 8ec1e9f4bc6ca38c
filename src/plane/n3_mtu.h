/* SPDX-License-Identifier: Apache-2.0 */
/* How long a packet may be to fit into a tunnel, as the interfaces of N3 change (`ip link set mtu`, an address that moves). */
#ifndef PLANE_N3_MTU_H
#define PLANE_N3_MTU_H

#include "config/config.h"
#include "kit/loop.h"
#include "plane/plane.h"

/* Of a packet inside, by the interfaces that are there now: what the narrowest of them leaves. */
uint16_t n3_mtu_inside(const struct config_plane *own);

/* From now on the plane's policy, and the fast path's, say what holds. NULL: the kernel tells nothing, which is logged; what held at the start does. */
struct n3_mtu *n3_mtu_follow(struct loop *loop, struct plane *plane, const struct config_plane *own);
void n3_mtu_free(struct n3_mtu *n3_mtu);

#endif
