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

/* Opens a non-blocking queue of the device, which is made with the first and vanishes with the last, unless it is to stay. -1 with errno.
 * *udp_segments: the kernel takes and gives UDP super-packets, too (Linux 6.2). */
int tun_open(const char *name, bool *udp_segments);

/* The same of a TAP device. */
int tun_open_frames(const char *name);

/*
 * Whether the device, of which this is a queue, stays without any. Then a process that is killed leaves its addresses and routes: until the next one has begun,
 * packets for phones end there, and are neither refused nor sent where the default route leads, whence they would come again.
 */
void tun_stay(int fd, const char *name, bool stays);

/* Takes away what has stayed and nobody has open: the next process makes its own, as its configuration may be another. */
void tun_sweep(void);

#endif
