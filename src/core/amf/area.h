/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registration areas: the tracking areas that a registered UE may cross without a word, and where it is paged
 * (TS 23.501 5.3.2.3). Private to core/amf.
 */
#ifndef CORE_AMF_AREA_H
#define CORE_AMF_AREA_H

#include "core/amf/context.h"

struct area {
    struct tai tais[CONFIG_AREA_TAIS]; /* the first is where the UE is */
    unsigned count;
};

/* For a UE where it is now: what the configuration puts around it, without what the subscriber may not enter and without
 * what would mix areas of service with areas of none, or lead into another trust domain (docs/line.md). `visited`: the
 * last visited registered TAI as the phone tells it (TS 24.501 9.11.3.8), which joins if it may; NULL: not told. */
void area_choose(const struct ue *ue, const struct tai *visited, struct area *area);

/* Becomes the UE's. False, and nothing changed: out of memory. */
bool area_keep(struct ue *ue, const struct area *area);

/* Do two configurations differ in their registration areas? */
bool area_differs(const struct config *old, const struct config *new);
/* All phones are to learn their registration areas anew. */
void area_tell_all(struct core *core);

/* The trust domain that serves the UE, or served it last, as the cell tells it was in; NULL: not known. */
const char *area_domain(const struct ue *ue);
/* Is there more than one trust domain, so that a UE may be on the wrong side of the line? */
bool area_has_sides(const struct core *core);

bool area_holds(const struct ue *ue, struct tai tai);

/* Where the gNB is to page the UE: the tracking areas of its registration area that are the gNB's. Returns how many; 0: the
 * gNB covers none of it, or is not ready. */
unsigned area_at_gnb(const struct ue *ue, const struct gnb *gnb, struct tai tais[CONFIG_AREA_TAIS]);

#endif
