/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind a phone within a subscriber's document: ipv4FrameRouteList and ipv6FrameRouteList of TS 29.503 6.1.6.2.9, of TS 29.571 FrameRouteInfo. */
#ifndef STORE_ROUTES_JSON_H
#define STORE_ROUTES_JSON_H

#include "store/document.h"
#include "store/subscriber.h"

/* Adds them to the object. */
void store_routes_to_json(json_t *object, const struct store_dnn *dnn);
/* A list of {"ipv4Mask": "192.0.2.0/24"}, {"ipv6Prefix": ...} or of texts, or one text of words; also under Open5GS's names. The arena keeps them. */
bool store_routes_from_json(const struct document *at, struct arena *arena, struct store_dnn *dnn);

#endif
