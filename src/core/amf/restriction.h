/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mobility restrictions of a subscriber (TS 23.501 5.3.4.1, TS 24.501 5.3.5): whether he is let in where he is, whether he
 * finds service there, and what phone and gNB are told of it. Private to core/amf.
 *
 * `access` may be NULL everywhere: no restriction.
 */
#ifndef CORE_AMF_RESTRICTION_H
#define CORE_AMF_RESTRICTION_H

#include "core/amf/context.h"
#include "store/subscriber.h"
#include "wire/ngap/ngap.h"

/* Forbidden area: nothing but an emergency call. */
bool restriction_forbids(const struct store_access *access, struct tai tai);
/* Not so in a non-allowed area: registered there, but without service. */
bool restriction_serves(const struct store_access *access, struct tai tai);

/* 0, or the 5GMM cause (TS 24.501 A.2) to refuse the subscriber with where the UE is. */
uint8_t restriction_cause(const struct ue *ue, const struct store_access *access);

/* May the UE have user plane and signalling of its own where it is (TS 24.501 5.3.5)? */
bool restriction_lets_serve(const struct ue *ue);
/* 0, or cause #28 for a service request of that type: who calls for help, has priority or was called is served. */
uint8_t restriction_service_cause(const struct ue *ue, uint8_t service_type);

/* The UE's own copy of his subscription's. False, and nothing changed: out of memory. */
bool restriction_keep(struct ue *ue, const struct store_access *access);

/* For Initial Context Setup, Downlink NAS Transport, Handover Request and the like (TS 38.413 9.3.1.85), in `memory`. NULL:
 * there is nothing to restrict, or no memory. */
const struct ngap_mobility_restriction_list *restriction_list(const struct ue *ue, struct config_plmn serving,
                                                              struct arena *memory);

/* Service area list for the phone (TS 24.501 9.11.3.49); empty: none. */
struct nas_service_area_list restriction_service_areas(const struct ue *ue,
                                                       struct nas_tai tais[STORE_SERVICE_AREAS]);

#endif
