/* SPDX-License-Identifier: Apache-2.0 */
/* Where the packet program sits: at the driver of an interface, or behind it (generic XDP), by a link that is pinned beside its maps. */
#ifndef PLANE_FAST_PORTS_H
#define PLANE_FAST_PORTS_H

#include "config/config.h"
#include "plane/fast/fast.h"

/* At the interfaces with the N3 addresses, and at those of the configuration, where the default route leads, or (with NAT) at the ends of the passages; fast->seats says
 * what came of it. What sits there already is replaced by this program in one moment. False: nowhere, and `why` says why. */
bool fast_attach_all(struct fast *fast, const struct config_plane *config, char why[FAST_WHY_BYTES]);

/* At one more interface, or at one of those with these flags, too (enum fast_port_flags). False: `why` says why not. */
bool fast_attach(struct fast *fast, const char *device, unsigned flags, enum config_fast mode,
                 char why[FAST_WHY_BYTES]);

/* At the device by which the slow path of that data network sends and gets frames. */
bool fast_attach_slow(struct fast *fast, const char *device, unsigned network, enum config_fast mode,
                      char why[FAST_WHY_BYTES]);

/* The interface that had that index, whatever its name is now, is gone, or in another namespace: nothing of this plane stays there. */
void fast_detach(struct fast *fast, unsigned index);

/* Whether the program sits at the driver, and not behind it. */
bool fast_is_native(unsigned index);

/* Takes the program and its maps out of the kernel: packets are the slow path's alone. */
void fast_remove(struct fast *fast);

/* Makes the folder, in a BPF file system that is mounted if need be. */
bool fast_make_folder(const char *folder, char why[FAST_WHY_BYTES]);

#endif
