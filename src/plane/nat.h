/* SPDX-License-Identifier: Apache-2.0 */
/* The nftables table `inet demarc_TUN`, one for each plane of the host, as planes.tun is its own: addresses of the pools are hidden behind the host's when they leave it. */
#ifndef PLANE_NAT_H
#define PLANE_NAT_H

#include "config/config.h"
#include "plane/plane.h"

#define NAT_TABLE "demarc_" /* and planes.tun */

/* Replaces a table of that name, in one transaction, which translates what is behind phones that were found, too. False: logged with reason and remedy. */
bool nat_install(const struct config_plane *config, const struct plane *plane);
void nat_remove(const struct config_plane *config);

#endif
