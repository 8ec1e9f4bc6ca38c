/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N1 of the line: a gNB is who its enrolment says. What it claims is compared with the inventory here. */
#ifndef LINE_ENROLMENT_H
#define LINE_ENROLMENT_H

#include "config/config.h"

struct enrolment_claim {
    struct config_gnb_id id;
    const char *domain; /* whose edge the association came to */
    const union socket_address *from;
};

/* The enrolment that the claim fits; NULL: there is none, and *reason says what stands in the way (static text). */
const struct config_gnb *enrolment_find(const struct config_inventory *inventory,
                                        const struct enrolment_claim *claim, const char **reason);

/* Rule N3: may a phone be handed over between them over Xn? Always where the inventory has no neighbourhoods. */
bool enrolment_neighbours(const struct config_inventory *inventory, struct config_gnb_id one,
                          struct config_gnb_id other);

/* Does the enrolment let it broadcast the tracking area, offer the slice there, end tunnels at the address? */
bool enrolment_admits_area(const struct config_gnb *gnb, struct config_area area);
bool enrolment_admits_slice(const struct config_gnb *gnb, struct config_slice slice);
bool enrolment_admits_tunnel(const struct config_gnb *gnb, const struct config_ip *end);
/* May its neighbours be told to reach it there over Xn? */
bool enrolment_admits_neighbour(const struct config_gnb *gnb, const struct config_ip *ip);

#endif
