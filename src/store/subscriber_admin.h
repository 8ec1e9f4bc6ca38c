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

json_t *store_admin_get(struct store *store, const json_t *request);
json_t *store_admin_list(struct store *store, const json_t *request);
json_t *store_admin_add(struct store *store, const json_t *request);
json_t *store_admin_put(struct store *store, const json_t *request);
json_t *store_admin_remove(struct store *store, const json_t *request);

#endif
