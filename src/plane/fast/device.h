/* SPDX-License-Identifier: Apache-2.0 */
/* What a network interface can do, and is to do, that matters to the packet program. */
#ifndef PLANE_FAST_DEVICE_H
#define PLANE_FAST_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

/* DEVICE_TAKES: other interfaces' programs may send through it at its driver. DEVICE_SILENT: the kernel does not say (Linux before 6.3). */
enum device_redirect { DEVICE_TAKES, DEVICE_DOES_NOT_TAKE, DEVICE_SILENT };
enum device_redirect device_redirect(unsigned index);

/* One end of a virtual Ethernet pair. */
bool device_is_veth(const char *name);
bool device_is_loopback(const char *name);

/* Its MAC address (kit/mac.h); 0: it has none. */
uint64_t device_mac(const char *name);

/* Off: what goes out is cut up and summed here, as nobody behind it does. */
bool device_finish_packets(const char *name);
/* VLAN tags are written into the frames that go out, and not left to the device. */
bool device_write_tags(const char *name);
/* What comes in is put together into larger packets; also, its driver takes what is redirected to its other end. */
bool device_gather_packets(const char *name);

#endif
