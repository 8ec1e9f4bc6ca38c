/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AMF as the SMF sees it (Namf_Communication, TS 23.502 5.2.2).
 */
#ifndef CORE_AMF_AMF_H
#define CORE_AMF_AMF_H

#include <stdint.h>

#include "core/core.h"
#include "line/decide.h"

struct config_ip;
struct gnb;
struct whereabouts;
struct remote;
struct ue;

/* N2 SM information: which NGAP message carries the transfer (TS 29.502 6.1.6.3.6). */
enum n2_request {
    N2_NONE, /* N1 only: Downlink NAS Transport */
    N2_SETUP_REQUEST,
    N2_MODIFY_REQUEST,
    N2_RELEASE_COMMAND,
};

struct n1n2_message {
    uint8_t pdu_session_id;
    struct bytes n1; /* a plain 5GSM message, or empty; amf wraps, protects and sends it */
    enum n2_request n2;
    struct bytes n2_transfer;  /* the encoded PDUSession...Transfer */
    struct config_slice slice; /* for N2_SETUP_REQUEST */
};

enum amf_delivery {
    AMF_SENT, /* on its way with this batch */
    AMF_PAGING, /* not sent and not kept: the UE is idle, in a 5GMM procedure or in a handover. smf_reachable() or
                      * smf_unreachable() follows, then transfer again */
    AMF_UNREACHABLE, /* not sent, and no call will follow */
};

/* Namf_Communication_N1N2MessageTransfer. Bytes are copied. */
enum amf_delivery amf_n1n2_transfer(struct ue *ue, const struct n1n2_message *message);

/* What the phone had to say about a session has reached no SMF: it gets it back with cause #90. */
void amf_n1_not_forwarded(struct ue *ue, uint8_t pdu_session_id, struct bytes payload);

/* The plane has answered for the forwarding tunnel of one of the sessions that are handed over. */
void amf_handover_forwarding(struct ue *ue);

/* The gNB has a user plane that leads nowhere: the UE is released, and comes back with a service request. */
void amf_lost_user_plane(struct ue *ue);

/* Downlink data waits for an idle UE: page it. When it answers, smf_activate is asked for this session among
 * others. False: it cannot be paged (gone, or no gNB covers its registration area). */
bool amf_page(struct ue *ue, uint8_t pdu_session_id);

/* Evidence of what the UE was not granted, by that rule of the line or ""; its own line in the log is the caller's. */
void amf_refused(const struct ue *ue, const char *rule, const char *procedure, const char *reason);
/* The same by a NAS message of that type (0: there is none to say so), "5GMM" or "5GSM", with its cause and the cause's name or NULL. */
void amf_refused_by(const struct ue *ue, uint8_t message, const char *sublayer, uint8_t cause,
                    const char *name);

/* For logs, accounting and subscription look-ups. */
supi_t amf_supi(const struct ue *ue);
uint64_t amf_ue_ambr(const struct ue *ue, bool uplink);
struct core *amf_core(const struct ue *ue);
bool amf_connected(const struct ue *ue);
struct tai amf_last_tai(const struct ue *ue);
/* Where it is connected, in the words for other cores (core/peer/whereabouts.h). False: it is not. */
bool amf_whereabouts(const struct ue *ue, struct whereabouts *place);
/* Over whose N2 the UE is served, and over whose it is to be after an N2 handover; NULL: no gNB of this core's. */
const struct gnb *amf_serving_gnb(const struct ue *ue);
const struct gnb *amf_target_gnb(const struct ue *ue);
/* Rule N1 of the line: may tunnels for the UE that this gNB (NULL: another core's) asks for end there? False is logged and
 * counted. */
bool amf_admits_tunnel(const struct ue *ue, const struct gnb *gnb, const struct config_ip *end);
/* Rule H4 of the line: may the UE have a session of that slice and data network where it is? False is an event. */
bool amf_admits_session(const struct ue *ue, struct config_slice slice, const char *dnn);
/* What answers to partners (line/answer.h) need: the gNB's name in the inventory (NULL: it is not enrolled), rules that it does not keep
 * (line_request), the AMF identifier of the other core that serves the UE (0: none), and the facts as they are now. */
const char *amf_gnb_name(const struct gnb *gnb);
uint32_t amf_gnb_misfits(const struct gnb *gnb);
uint32_t amf_identity_misfits(const struct core *core, struct config_gnb_id id);
uint32_t amf_away(const struct ue *ue);
struct line_facts amf_line_facts(const struct core *core);
/* Something was decided on these facts: their day is remembered. */
void amf_note_day(struct core *core, const struct line_facts *facts);
/* SMF's list of this UE's sessions hangs here; the SMF owns what it points to. */
struct session **amf_sessions(struct ue *ue);
/* The same for those that other cores anchor (smf/remote.h). */
struct remote **amf_remotes(struct ue *ue);
struct ue *amf_find(struct core *core, supi_t supi);

/* Its subscription is looked at (again) when the batch ends; smf_subscription_changed follows. */
void amf_subscription_changed(struct ue *ue);

/* --- a phone that another core serves (amf/away.h) --- */

/* Does that peer serve it? */
bool amf_is_away(const struct ue *ue, unsigned peer);
/* That peer speaks for its sessions: it serves it from now on. */
void amf_take_away(struct ue *ue, unsigned peer);
/* Part of the references by which another core speaks for its sessions; 0: none is given out. */
uint32_t amf_nonce(const struct ue *ue);
/* One of its sessions has ended here; `tell`: the core that serves it does not know yet. */
void amf_session_ended(struct ue *ue, uint8_t pdu_session_id, bool tell);

/* Begins a deregistration by the network (TS 24.501 5.5.2.3). cause: 5GMM, or 0. False: no stack is free. */
bool amf_deregister(struct ue *ue, uint8_t cause, bool reregister);

#endif
