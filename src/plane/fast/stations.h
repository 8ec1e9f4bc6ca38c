/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is where in data networks of frames, as the packet program knows it. What is told here is plane/lan.h's to say: under its lock, any thread.
 */
#ifndef PLANE_FAST_STATIONS_H
#define PLANE_FAST_STATIONS_H

#include "plane/fast/fast.h"

/* The MAC address (the first octet highest) is behind the session of that place, or (0) in the data network, since that time; `seen`: when it last sent. False: no room. */
bool fast_put_station(const struct fast *fast, unsigned network, uint64_t mac, unsigned place, int64_t since,
                      int64_t seen);
void fast_take_station(const struct fast *fast, unsigned network, uint64_t mac);
/* When it last sent, as far as the program knows, and no later than now; 0: it does not know it. */
int64_t fast_station_seen(const struct fast *fast, unsigned network, uint64_t mac, int64_t now);

typedef void fast_station_visit(void *context, uint64_t mac, unsigned place, int64_t seen);

/* All of the network, each of which may be taken out meanwhile. What is behind no session that is there goes. */
void fast_each_station(const struct fast *fast, unsigned network, fast_station_visit *visit, void *context);
/* All of a network, and all. */
void fast_forget_stations(const struct fast *fast, unsigned network);
void fast_clear_stations(const struct fast *fast);

#endif
