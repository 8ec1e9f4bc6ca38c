/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule H4 of the line, at phones: who may not be seen by the radio he stands at. Protected subscribers, slices and data networks are
 * never served through high-risk cells; elsewhere they keep what they have, so that a trusted cell serves them as if nothing had been.
 * That a gNB is trusted costs a branch, and that nothing is protected little more. Private to core/amf; SMF asks amf_admits_session.
 *
 * Nobody is asked about before he has proved who he is: what a stranger is told does not depend on whom he claims to be.
 */
#ifndef CORE_AMF_SHELTER_H
#define CORE_AMF_SHELTER_H

#include "core/amf/context.h"
#include "line/decide.h"

/* A subscriber, or a session of his. */
struct shelter_question {
    enum line_request_kind kind; /* of those about phones */
    supi_t supi;
    const struct config_slice *slice; /* NULL: it is not about a session */
    const char *dnn;                  /* or NULL */
};

/* Is it kept off high-risk cells? Nobody is told that it was asked. */
bool shelter_covers(struct core *core, const struct shelter_question *question);

/* The same at a high-risk gNB: a refusal, and what is let through on conditions, is an event, and refusals are counted. */
bool shelter_refuses_there(const struct gnb *gnb, const struct shelter_question *question);

static inline bool shelter_refuses(const struct gnb *gnb, const struct shelter_question *question)
{
    return gnb->risk != CONFIG_TRUSTED && shelter_refuses_there(gnb, question);
}

static inline bool shelter_refuses_subscriber(const struct gnb *gnb, enum line_request_kind kind, supi_t supi)
{
    return shelter_refuses(gnb, &(struct shelter_question){.kind = kind, .supi = supi});
}

/* Those of the UE's sessions (bit n is PDU session identity n) that the gNB may not carry. */
uint16_t shelter_withheld(const struct ue *ue, const struct gnb *gnb, enum line_request_kind kind,
                          uint16_t sessions);

/* The slices that the gNB offers a subscriber there: of protected ones those that a trusted gNB offers in the same tracking area, too.
 * In `memory`; returns how many. */
unsigned shelter_slices(const struct gnb *gnb, struct tai tai, supi_t supi, struct arena *memory,
                        const struct config_slice **slices);

/* --- tracking areas that only high-risk cells serve, now or by their enrolment (shelter_areas.c) --- */

/* Those that the UE may not enter; 0 if it is not protected. They last until the next call of shelter_forget_areas. */
unsigned shelter_areas(const struct ue *ue, const struct config_area **areas);
/* Tells one such list from another; 0: none. */
uint32_t shelter_areas_digest(const struct ue *ue);
/* gNBs or the inventory have changed. */
void shelter_forget_areas(struct core *core);

/* --- phones that are where they may not be any more (shelter_sweep.c) --- */

/* They are looked for soon, portion by portion, and released, or lose the user planes that may not be there. At trusted gNBs who is protected
 * is told, and his gNB too, where he may not go, if that is no more what they were told. */
void shelter_look(struct gnb *gnb);
void shelter_look_everywhere(struct core *core);

#endif
