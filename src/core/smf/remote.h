/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of phones served here that other cores anchor: this core speaks Nsmf_PDUSession (TS 29.502) to their SMF. They stand
 * behind smf.h beside the local ones; AMF procedures cannot tell them apart. Nothing here waits: a user plane that is asked for
 * comes later, by amf_n1n2_transfer.
 */
#ifndef CORE_SMF_REMOTE_H
#define CORE_SMF_REMOTE_H

#include "core/amf/amf.h"
#include "core/peer/peer.h"
#include "core/peer/ue_context.h"
#include "core/procedure.h"
#include "core/smf/smf.h"

struct remote;

/* A session that has moved here with its phone; ref: its SM context at the peer. False: out of memory, or its number is taken. */
bool remote_add(struct ue *ue, unsigned peer, const struct moved_session *session, const char *ref);
/* The same at the end of a handover. `follows`: the gNB has its user plane, and the anchor is told to send there; if it does not,
 * the phone's connection is released, so that it asks anew. */
bool remote_arrived(struct ue *ue, unsigned peer, const struct moved_session *session, const char *ref,
                    bool follows);
/* Is this what a reference may look like? It becomes part of a path. */
bool remote_ref_is_plain(const char *ref);
/* They have moved on with their phone. */
void remote_forget_all(struct ue *ue);
/* Memory only, at the end of the core. */
void remote_free_all(struct ue *ue);
/* Adds them to the context's sessions. */
void remote_list(const struct ue *ue, struct moved_context *context);

/* As the functions of smf.h that are called the same; those with a session identity return false if it is none of these. */
uint16_t remote_sessions(const struct ue *ue);
uint16_t remote_active(const struct ue *ue);
uint16_t remote_pending(const struct ue *ue);
void remote_deactivate(struct ue *ue, uint16_t which);
void remote_keep_only(struct ue *ue, uint16_t existing);
void remote_reachable(struct ue *ue);
void remote_unreachable(struct ue *ue);
bool remote_n1_message(struct ue *ue, const struct smf_n1 *message);
bool remote_n2_response(struct ue *ue, uint8_t pdu_session_id, enum n2_answer kind, struct bytes transfer);
bool remote_view(const struct ue *ue, uint8_t pdu_session_id, struct smf_session_view *view);

/* Nsmf_PDUSession_UpdateSMContext, upCnxState ACTIVATING, for those of `wanted` that are idle: fills items as smf_activate does, with
 * transfers in the procedure's memory; returns how many. Waits, but not long for each: who does not answer has no user plane. */
unsigned remote_activate(struct procedure *p, uint16_t wanted, struct smf_setup_item *items);

/* A gNB's words for the SMF that has the SM context `ref`. */
struct remote_words {
    unsigned peer;
    const char *ref, *state, *type; /* state: hoState, or NULL; type: n2SmInfoType */
    struct bytes transfer;
    const struct whereabouts *target, *here;  /* where the phone is to be, where it is; or NULL */
    const struct aper_type *answer, *refusal; /* what the SMF says to that: a transfer for the gNB */
};
/* Hands them over and brings the answer, written anew, in the procedure's memory. Waits, unless something more urgent comes (peer.h). False: the
 * SMF refuses (the answer may say more), or there is no answer. */
bool remote_exchange(struct procedure *p, const struct remote_words *words, struct meanwhile *meanwhile,
                     struct bytes *answer);
/* Where a session is anchored, and its SM context there. False: it is none of these. */
bool remote_anchor(const struct ue *ue, uint8_t pdu_session_id, unsigned *peer, const char **ref);
/* The phone is at another gNB of this core, which has the session's user plane: the anchor is told, as in remote_arrived. False: it
 * is gone. */
bool remote_follows(struct ue *ue, uint8_t pdu_session_id);
/* smf_switch_path and smf_switch_end in one, for a UE whose procedure it is: the anchor's plane sends there when it has answered.
 * Waits; answers are in the procedure's memory. */
bool remote_switch_path(struct procedure *p, struct bytes transfer, struct smf_switch *item);

/* From the peer's SMF by N1N2MessageTransfer; a message without N1 and N2 says that downlink data waits. What cannot be delivered
 * at once is kept for when the phone can be reached. AMF_UNREACHABLE also when the session is none of that peer's. */
enum amf_delivery remote_transfer(struct ue *ue, unsigned peer, const struct n1n2_message *message);

/* False: the row is not that of such a session. */
bool remote_load(struct ue *ue, uint8_t psi, struct bytes blob);

#endif
