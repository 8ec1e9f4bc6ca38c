/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the networks behind a subscriber's phones (framed routes) can be served: a plane refuses a session with addresses that are a pool's, the infrastructure's or another
 * phone's, and who writes the subscriber is to know at once.
 */
#ifndef STORE_ROUTES_CHECK_H
#define STORE_ROUTES_CHECK_H

#include "store/store.h"

/* By the configuration alone, and, with a store (NULL: none), by what other subscribers have. False: what[] says "KEY: found X, expected Y", and
 * owner[] (NULL: not asked for) who has it, "" if no other subscriber does. */
bool store_routes_fit(struct store *store, const struct config *config,
                      const struct store_subscriber *subscriber, char *what, size_t what_size,
                      char owner[STORE_SUPI_BYTES]);

#endif
