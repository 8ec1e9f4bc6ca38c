/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AMF's end of N2 (TS 38.413): dispatch of what comes in, and the small change of what goes out. Private to core/amf.
 */
#ifndef CORE_AMF_N2_H
#define CORE_AMF_N2_H

#include "core/amf/context.h"
#include "core/cause.h"
#include "wire/ngap/ngap.h"

/* Non-UE-associated signalling goes on stream 0 (TS 38.412 7). */
bool n2_send(struct gnb *gnb, enum ngap_message_type message, const void *value);
bool n2_send_ue(struct connection *connection, enum ngap_message_type message, const void *value);

/* Error Indication (8.7.4). Ids are left out where the pointer is NULL. */
void n2_error(struct gnb *gnb, struct ngap_cause cause, const uint64_t *amf_id, const uint32_t *ran_id);

/* The same with evidence, by that rule of the line or "" (refusal.c). */
void n2_refuse(struct gnb *gnb, const char *rule, const char *reason, struct ngap_cause cause,
               const uint64_t *amf_id, const uint32_t *ran_id);

/* UE Context Release Command (8.3.3); the connection is given up when the gNB answers or a timer runs out, and is
 * separated from its UE at once. */
void n2_release(struct connection *connection, struct ngap_cause cause);

/* AN release (TS 23.502 4.2.6): the connection, if any, is released, sessions are deactivated, what runs is cancelled.
 * The UE may be gone afterwards, if it was provisional. */
void an_release(struct ue *ue, struct ngap_cause cause, const char *why);

struct tai tai_from_ngap(const struct ngap_tai *tai);
struct config_slice slice_from_ngap(const struct ngap_s_nssai *slice);
struct ngap_s_nssai slice_to_ngap(struct config_slice slice);
struct config_plmn plmn_from_octets(const uint8_t octets[3]);
/* "RadioNetwork", 20 and the like, for logs. */
const char *n2_cause_text(const struct ngap_cause *cause, char *buffer, size_t size);

/* Why a gNB is refused: for the gNB, words for the operator, and the rule of the line; NULL: none asked for it. */
struct gnb_refusal {
    struct ngap_cause cause;
    const char *words;
    const char *rule;
};

/* Evidence of what concerns the gNB: time, association, name and the digest of the message at hand are filled in here. */
struct line_event;
void gnb_event(const struct gnb *gnb, struct line_event event);

struct gnb_identity gnb_identity_of(const struct ngap_global_ran_node_id *id);

/* The enrolment of who comes from there with that identity (enrolment.c); NULL: none, and why. */
const struct config_gnb *gnb_enrolment(const struct gnb *gnb, struct gnb_identity identity,
                                       const char **words);

/* Is the gNB what the inventory says (enrolment.c)? Sets its risk. Again: with what it broadcasts already. */
bool gnb_enrol_again(struct gnb *gnb, struct gnb_refusal *refusal);
bool gnb_enrol(struct gnb *gnb, struct gnb_identity identity, const struct ngap_supported_ta_list *offers,
               struct gnb_refusal *refusal);

/* Whose enrolment is withdrawn, or does not cover any more what it was admitted with, is turned out: false, and it is gone. */
bool gnb_reconsider(struct gnb *gnb);
/* The same of all that are ready, a portion at once and the others in turns of the loop (reconsider.c). also: for those who stay, or NULL.
 * Then who may not be where he is any more (shelter.h) is released. */
void gnbs_reconsider(struct core *core, void (*also)(struct gnb *gnb));
void gnbs_reconsider_stop(struct core *core);
/* Does its enrolment, as it is now, have the Transport Layer Address (TS 38.413 9.3.2.4)? Also if there is none. */
bool gnb_admits_address(const struct gnb *gnb, const struct aper_bit_string *address);

/* Interface management (ng_setup.c, ng_reset.c) */
void ng_setup(struct gnb *gnb, const struct ngap_ng_setup_request *request);
void ran_configuration_update(struct gnb *gnb, const struct ngap_ran_configuration_update *update);
/* The gNB of that Global RAN Node ID that is up now, or NULL. */
struct gnb *gnb_by_identity(const struct core *core, const struct ngap_global_ran_node_id *id);
void amf_configuration_update(struct gnb *gnb); /* after a reload */
void ng_reset(struct gnb *gnb, const struct ngap_ng_reset *reset);
/* The gNB has not answered the release: it is told to forget this one (8.7.4.2.2). */
void ng_reset_connection(const struct connection *connection);
void ng_reset_send(struct gnb *gnb, struct ngap_cause cause);
void error_indication(struct gnb *gnb, const struct ngap_error_indication *indication);
void modify_indication(struct ue *ue, const struct ngap_pdu_session_resource_modify_indication *indication);
void path_switch_request(struct gnb *gnb, uint16_t stream, const struct ngap_path_switch_request *request);
/* The process before this one may have asked it to hold back: it may go on, unless there is a reason now. */
void amf_forgot_overload(struct gnb *gnb);
/* Asks all gNBs to hold new signalling back for a while (overload.c). */
void amf_overloaded(struct core *core);
/* The same of one gNB; one that is shut holds back until amf_let_go. */
void amf_hold_back(struct gnb *gnb);
void amf_let_go(struct gnb *gnb);

#endif
