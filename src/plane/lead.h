/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's part of networks behind phones (framed routes): it is to send what is bound for one of them where it sends the phones' own packets, and to translate
 * as theirs what their hosts begin, if it does so at all.
 */
#ifndef PLANE_LEAD_H
#define PLANE_LEAD_H

#include "config/config.h"
#include "plane/plane.h"

struct lead {
    const struct config_plane *config;
    bool passages, nat; /* there are passages (plane/passage.h); the nftables table is there */
};

/* The TUN device of a data network, IFNAMSIZ octets. */
const char *lead_device(const struct config_plane *config, unsigned network, char *name);

/* What cannot be done is logged: the phone itself is served all the same. */
void lead_route(const struct lead *lead, const struct network *network, const struct config_prefix *route);
/* What planes that were killed have left in passages, where this one has found no session with it. */
void lead_settle(const struct lead *lead, const struct plane *plane);
/* From a session, or from what a plane that was killed has left (TUN devices have taken their routes along). */
void lead_away(const struct lead *lead, const struct network *network, const struct config_prefix *route);

#endif
