/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of the host that lead to a device, by rtnetlink(7). */
#ifndef PLANE_ROUTE_H
#define PLANE_ROUTE_H

#include "config/values.h"

enum route_manner {
    ROUTE_ONLY,
    ROUTE_INSTEAD
}; /* there is none to the prefix yet; or it takes that one's place */

/* from: the host's own address towards there; family 0: it finds one. False: errno. */
bool route_put(const struct config_prefix *to, const struct config_ip *from, const char *device,
               uint32_t table, enum route_manner manner);
bool route_remove(const struct config_prefix *to, const char *device, uint32_t table);

/* Those of a family that lead to the device in that table; in heap, to be freed. NULL: none, or errno. */
struct config_prefix *route_list(uint8_t family, const char *device, uint32_t table, size_t *count);

#endif
