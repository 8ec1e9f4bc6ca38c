/* SPDX-License-Identifier: Apache-2.0 */
/* Phone 0 in each of the states that the AMF knows, among gNBs and phones that have no part in what happens to it. */
#ifndef TESTS_CORE_AMF_STATES_H
#define TESTS_CORE_AMF_STATES_H

#include "amf_world.h"

#include "gnb_messages.h"

enum { ASSOCIATION = 100, TARGETS_ID = 55, STRANGE_ID = 4711 };

/* A gNB: the phone's, a handover's target, another, one of another trust domain, one without NG Setup. */
enum sender { SOURCE, TARGET, OTHER, FOREIGN, SILENT, SENDERS };

/* Phones 1 to 3 are registered, in these places. */
static const enum sender homes[WORLD_PHONES] = {SOURCE, SOURCE, TARGET, FOREIGN};

enum phone_stage {
    UNKNOWN,
    REGISTERING, /* the authentication request is on its way */
    SECURING,    /* the security mode command is */
    SETTING_UP,  /* the gNB has not answered the context setup */
    CONNECTED,   /* with sessions 1 and 2 */
    DEREGISTERING,
    RELEASING,
    IDLE,
    PAGED,
    PREPARING, /* the target has not answered */
    COMMANDED, /* the phone has not arrived there */
    PHONE_STAGES,
};

extern const char *const phone_stage_names[PHONE_STAGES];

/* At its gNB, at the target, and of phone 1. */
struct phone_ids {
    struct gnb_ids own, target, bystander;
};

/* world_open, and the phones are there. What the core says to phone 0 from now on is lost. */
struct phone_ids world_open_in(struct world *world, enum phone_stage state);
struct gnb *world_gnb(const struct world *world, enum sender sender);
/* The message of gnb_messages with those ids. */
void world_say(struct world *world, enum sender sender, enum ngap_message_type type, struct gnb_ids ids);

#endif
