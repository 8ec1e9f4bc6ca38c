/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subscriber verbs of the admin protocol (docs/admin.md) over a store. The owner of the store enters them
 * in its table of verbs and hears of each change through store_on_change; the change is durable when the
 * owner's batch commits.
 */
#ifndef STORE_SUBSCRIBER_ADMIN_H
#define STORE_SUBSCRIBER_ADMIN_H

#include <jansson.h>

#include "store/store.h"

/* Where they are asked. */
struct store_desk {
    struct store *store;
    const struct config *config; /* what subscribers have has to fit */
};

json_t *store_admin_get(const struct store_desk *desk, const json_t *request);
json_t *store_admin_list(const struct store_desk *desk, const json_t *request);
json_t *store_admin_add(const struct store_desk *desk, const json_t *request);
json_t *store_admin_put(const struct store_desk *desk, const json_t *request); /* all of them or none */
json_t *store_admin_remove(const struct store_desk *desk, const json_t *request);

#endif
