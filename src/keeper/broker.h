/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the keeper says to the others while they run (wire/wicket/charter.h): an edge gets its terms, each pair of an edge and
 * control the two ends of a wicket, and the recorder and each who has evidence to give the two ends of a channel. Who cannot be told is killed, and comes back.
 */
#ifndef KEEPER_BROKER_H
#define KEEPER_BROKER_H

#include "keeper/child.h"
#include "wire/wicket/charter.h"

/* Reserves the N2 addresses for as long as this process lives. False: one is taken (logged). */
bool broker_claim_addresses(const struct config *config);

/* id: the user that the edge becomes; 0: it stays what it is. */
void broker_give_terms(const struct child *edge, const struct config *config, uint32_t id);

/* Does nothing unless both run. */
void broker_introduce(const struct child *edge, const struct child *control);

/* The same for the recorder and one who has evidence to give: "control", "edge-north". */
void broker_introduce_source(const struct child *recorder, const struct child *source);
/* The recorder is to miss it when it says nothing. */
void broker_announce_source(const struct child *recorder, const struct child *source);

/* The name under which the recorder knows it: "control", "edge-north". Returns the buffer. */
const char *broker_source_name(const struct child *child, char name[CHARTER_NAME_BYTES]);

/* What control or the recorder says; false: nothing more waits. */
bool broker_hear(const struct child *speaker, struct charter *charter);

#endif
