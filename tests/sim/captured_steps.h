/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a captured edge does, as bytes: steps, each kind 1 | length 2 | content. A step that makes no sense is skipped.
 */
#ifndef SIM_CAPTURED_STEPS_H
#define SIM_CAPTURED_STEPS_H

#include "captured.h"

enum step_kind {
    STEP_RAW,     /* into the wicket as it is */
    STEP_MESSAGE, /* wicket kind 1, enum captured_name 1, stream 1, body */
    STEP_AIR,     /* enum captured_name 1, NGAP as a gNB sends it */
    STEP_VALUE, /* message of gnb_messages 1, enum captured_name 1, enum step_ids 1, then damage to the flat form: offset 2, xor 1 */
    STEP_PHONE, /* enum step_act 1, how many of the messages that follow are damaged 1 */
    STEP_TIME,  /* seconds 1 */
    STEP_ANEW,  /* the edge is replaced, and its gNB connects */
    STEP_KINDS,
};

/* The UE NGAP ids in a message: of the connected victim, of the own phone, or half of each; or nobody's. */
enum step_ids { IDS_VICTIM, IDS_OWN, IDS_VICTIMS_AMF, IDS_VICTIMS_RAN, IDS_ZERO, IDS_TOO_HIGH, STEP_IDS };

/* What the captured edge's phone does. STEAL: it takes the idle victim's 5G-GUTI for its own. */
enum step_act {
    ACT_REGISTER,
    ACT_UPDATE,
    ACT_SERVICE,
    ACT_SESSION,
    ACT_DEREGISTER,
    ACT_REST,
    ACT_HANDOVER,
    ACT_STEAL,
    ACT_STEAL_CONNECTED,
    ACT_RESET,
    STEP_ACTS
};

void captured_plays(struct captured *captured, struct bytes steps);

/* A part of the whole mutated, doubled, moved, dropped, or a new step put in. Returns the new length. */
size_t steps_mutate(uint8_t *data, size_t size, size_t room, unsigned seed,
                    size_t (*mutate)(uint8_t *data, size_t size, size_t room));

#endif
