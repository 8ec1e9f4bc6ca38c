/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N5 of the line: what a gNB may spend of what is everybody's. What its edge can count is spent there (edge/conduct.c). Private to
 * core/amf. */
#ifndef CORE_AMF_BUDGET_H
#define CORE_AMF_BUDGET_H

#include "core/amf/context.h"

struct config_budget gnb_budget(const struct gnb *gnb);

/* Cryptographic work for a phone that has proved nothing. False: the gNB has spent its share, and is asked to hold back. */
bool gnb_affords_deconcealment(struct gnb *gnb);
bool gnb_affords_vector(struct gnb *gnb);

/* Is there room among the gNB's phones that have proved nothing, and connections of such that it has not let go of (config_budget.unproven,
 * and at most a quarter of config_limits.procedures, so that one gNB cannot use up the procedures of all)? The second one asks it to hold
 * back if there is none. */
bool gnb_has_room_for_stranger(const struct gnb *gnb);
bool gnb_affords_stranger(struct gnb *gnb);

/* The lesser of a budget (0: any) and of a share of something that all use. */
static inline unsigned gnb_share(unsigned budget, unsigned share)
{
    return budget && budget < share ? budget : share;
}

#endif
