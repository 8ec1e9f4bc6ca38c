/* SPDX-License-Identifier: Apache-2.0 */
/* Access restrictions in the JSON form of a subscriber (docs/admin.md). */
#ifndef STORE_ACCESS_JSON_H
#define STORE_ACCESS_JSON_H

#include "store/document.h"
#include "store/subscriber.h"

json_t *store_access_to_json(const struct store_access *access);
/* at: the object "access". False with a refusal. */
bool store_access_from_json(const struct document *at, struct arena *arena, struct store_access *access);

#endif
