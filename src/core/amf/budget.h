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

/* The lesser of a budget (0: any) and of a share of something that all use. */
static inline unsigned gnb_share(unsigned budget, unsigned share)
{
    return budget && budget < share ? budget : share;
}

#endif
