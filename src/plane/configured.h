/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration says of a plane, in the plane's own words. */
#ifndef PLANE_CONFIGURED_H
#define PLANE_CONFIGURED_H

#include "config/config.h"
#include "plane/plane.h"

/* A data network; own: as this plane serves it, or NULL. What is not configured is zero. */
void network_describe(struct network *network, const struct config_dnn *dnn,
                      const struct config_plane_network *own);

/* How many gNBs it knows at most: one may have several addresses, and change them. */
unsigned plane_gnbs_most(const struct config *config);

/* Threads of its slow path. */
unsigned plane_workers(const struct config_plane *own);

#endif
