/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device of a data network: one queue a worker. A TUN device has virtio headers so that TCP and UDP super-packets cross it whole; the TAP device of an
 * Ethernet network takes and gives frames as they are.
 */
#ifndef PLANE_TUN_H
#define PLANE_TUN_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>

enum { TUN_HEADER_BYTES = sizeof(struct virtio_net_hdr), TUN_PACKET_BYTES = 65536 };

/* Opens a non-blocking queue of the device, which is made with the first and vanishes with the last. -1 with errno.
 * *udp_segments: the kernel takes and gives UDP super-packets, too (Linux 6.2). */
int tun_open(const char *name, bool *udp_segments);

/* The same of a TAP device. */
int tun_open_frames(const char *name);

#endif
