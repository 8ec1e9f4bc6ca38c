/* SPDX-License-Identifier: Apache-2.0 */
/* A session in each of the stages of its life, beside another of the same phone that has no part in anything. */
#ifndef TESTS_CORE_SMF_STATES_H
#define TESTS_CORE_SMF_STATES_H

#include "smf_world.h"

#include "core/smf/session.h"

enum { OURS = 1, BYSTANDERS = 3 /* sessions */, PHONES = 5 /* the transaction of what the phone asked */ };

enum session_stage {
    STAGE_NONE,
    STAGE_ASKED,    /* the plane has not answered */
    STAGE_ACCEPTED, /* the gNB has not */
    STAGE_ACTIVE,
    STAGE_INACTIVE,
    STAGE_ACTIVATING, /* with a service request */
    STAGE_RESTARTED,  /* active, and the core died and came back */
    STAGE_CHANGING,   /* by the network's wish */
    STAGE_CHANGING_ASKED,
    STAGE_UNCONFIRMED, /* the core died while the network changed it */
    STAGE_RELEASING,
    STAGE_RELEASING_ASKED,
    SESSION_STAGES,
};

extern const char *const session_stage_names[SESSION_STAGES];

/* world_open, and the sessions are in it. */
void world_open_in(struct world *world, const char *yaml, enum session_stage stage);
/* A digest of all that the SMF has of a session, but for its neighbours. */
uint64_t inside_session(const struct world *world, uint8_t pdu_session_id);

#endif
