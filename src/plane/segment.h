/* SPDX-License-Identifier: Apache-2.0 */
/* TCP and UDP super-packets as they come from a TUN device: completing their checksums, cutting them into tunnel packets. */
#ifndef PLANE_SEGMENT_H
#define PLANE_SEGMENT_H

#include "plane/path.h"
#include "plane/transmit.h"
#include "plane/tun.h"

/* From the virtio header to packet->segment_bytes and header_bytes; finishes the checksum of an ordinary packet. False: the
 * header makes no sense. */
bool segment_begin(const struct virtio_net_hdr *header, struct packet *packet);

/* Queues the admitted pieces, each with its own headers; the payload is sent from where it is. */
void segment_transmit(struct transmit *transmit, struct lane *lane, const struct packet *packet);

#endif
