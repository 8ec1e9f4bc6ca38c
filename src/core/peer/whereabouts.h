/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a phone is, or is to be, as one core tells it to another: the gNB's identity, the tracking area, and the cell. NgRanTargetId
 * (TS 29.518 6.1.6.2.43), UserLocation (TS 29.571 5.4.4.7). Readers return false, and change nothing, where it is not said.
 */
#ifndef CORE_PEER_WHEREABOUTS_H
#define CORE_PEER_WHEREABOUTS_H

#include <jansson.h>

#include "core/ids.h"
#include "wire/ngap/ngap.h"

struct whereabouts {
    struct config_gnb_id gnb; /* bits 0: nobody has said */
    struct tai tai;
    uint64_t cell; /* NR Cell Identity, 36 bits; of a target it is not known */
};

struct whereabouts whereabouts_of_ngap(const struct ngap_target_ran_node_id *target);
struct ngap_target_ran_node_id whereabouts_to_ngap(struct whereabouts place);

/* New references; NULL: out of memory. */
json_t *json_target(struct whereabouts place);
json_t *json_location(struct whereabouts place);

bool field_target(const json_t *object, const char *name, struct whereabouts *place);
/* With a globalGnbId, which a location may be without. */
bool field_location(const json_t *object, const char *name, struct whereabouts *place);

#endif
