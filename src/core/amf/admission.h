/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits of the line (line/decide.h) where a gNB asks to be let in or changes what it serves, and as long as it is there: an admission is
 * a lease that ends when what it rests on does (rule H8), or when there is to be nothing high-risk any more (H7).
 */
#ifndef CORE_AMF_ADMISSION_H
#define CORE_AMF_ADMISSION_H

#include "core/amf/n2.h"
#include "line/decide.h"

#define ADMISSION_DAY "line-day" /* the store's name for core->last_decision */

/* What the line says to it today, which is remembered as the latest day that it decided on. */
void line_says(struct core *core, const struct line_request *request, struct line_decision *decision);

/* The verdict, and what it would be if the profile did not only record, before the words; for events. In a buffer of LINE_SAID_BYTES,
 * which it returns. */
enum { LINE_SAID_BYTES = LINE_REASON_BYTES + 64 };
const char *line_said(const struct line_decision *decision, const char *words, char *buffer);

/* May the gNB in, as the enrolment (NULL: a stranger in a lab) that it fits? If so, an event says on what. */
bool admission_allows(struct gnb *gnb, const struct config_gnb *enrolled, enum line_request_kind kind,
                      struct gnb_refusal *refusal);

/* Does what it was admitted on still hold? */
bool admission_lasts(const struct gnb *gnb, struct gnb_refusal *refusal);

/* With what the process before this one knew of the day. In the first turn of the loop leases and suspensions are looked at. */
void admission_begin(struct core *core);
/* Those who may change the line say that it is today, whatever the last decision was made on. */
void admission_trust_clock(struct core *core);

/* Leases are looked at every hour and when a day begins, suspensions with them (leases.c). */
void admission_watch(struct core *core);
void admission_stop(struct core *core);

#endif
