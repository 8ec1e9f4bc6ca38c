/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both kinds of handover have in common (TS 23.502 4.9.1): keys, permission, comparison with the core's own copies.
 * Private to core/amf.
 */
#ifndef CORE_AMF_HANDOVER_H
#define CORE_AMF_HANDOVER_H

#include "core/amf/gmm.h"
#include "wire/nas/intra_n1.h"

/* The plane's answer is not worth more of the phone's time at a failing cell. */
#define HANDOVER_FORWARDING_TIME SECONDS(1)

/* The value of ue->ncc that says: ue->nh is the K_gNB of a K_AMF that no gNB has been given a key of yet. */
enum { NCC_NEW_KAMF = 0x80 };

/* The chain begins with K_gNB: NH of NCC 1 is kept (TS 33.501 6.9.2.1.1). */
void next_hop_begin(struct ue *ue, const uint8_t kgnb[32]);
/* One step further (6.9.2.3.2, 6.9.2.3.3). True: a new K_AMF is behind it, so that the New Security Context Indicator goes
 * along. Wipe the context when it has been sent. */
bool next_hop(struct ue *ue, struct ngap_security_context *context);
/* The serving gNB has it; the phone, which came by Xn, has what the gNB before had. */
void next_hop_switched(struct ue *ue, uint8_t ncc);
/* Steps were taken for handovers that came to nothing. The counter has three bits, and a phone that is eight steps behind takes
 * the next hop for the present one: another handover needs a new K_AMF, so that a path switch has a step left. */
bool next_hop_is_far(const struct ue *ue);

/* --- keys of an N2 handover (handover_keys.c) --- */

enum handover_key_kind {
    HANDOVER_NEXT_HOP,
    HANDOVER_NEW_KGNB, /* of the K_AMF in use, which no gNB has been given a key of yet */
    HANDOVER_NEW_KAMF, /* by horizontal derivation: NAS messages are held until the phone has it */
};

/* Wiped by who holds it. */
struct handover_keys {
    enum handover_key_kind kind;
    uint8_t kgnb[32];
    /* of a new K_AMF */
    uint8_t kamf[32];
    struct nas_security security;
    uint8_t container[NAS_INTRA_N1_BYTES]; /* for the phone */
};

/* A K_AMF that was derived from the phone's present one with a downlink NAS COUNT. */
struct derived_kamf {
    uint8_t kamf[32];
    uint8_t nia, nea, ngksi;
    uint32_t count;
};

/* Do policy, NAS COUNTs or a long chain ask for a new K_AMF? */
bool handover_renews_kamf(const struct ue *ue);
/* The count, which no message will have, goes to the phone with the handover. */
void handover_keys_derive(struct ue *ue, uint8_t kamf[32], uint32_t *count);
/* Everything that follows from such a K_AMF, whichever AMF has derived it. Wipe the context when it has been sent. */
void handover_keys_of(const struct derived_kamf *derived, struct handover_keys *keys,
                      struct ngap_security_context *context);
/* What policy, NAS COUNTs and the chain ask for. Anything but a next hop goes along with the New Security Context Indicator. Wipe
 * the context when it has been sent. */
void handover_keys_choose(struct ue *ue, struct handover_keys *keys, struct ngap_security_context *context);
/* The phone is at the target. */
void handover_keys_take(struct ue *ue, const struct handover_keys *keys);

/* May the phone be moved there? which is 0, or the cause why not. */
struct ngap_cause handover_permitted(const struct ue *ue, const struct gnb *target, struct tai tai);

/* The phone's algorithms as NGAP has them, from the core's memory (context_setup.c). */
struct ngap_ue_security_capabilities n2_security_capabilities(const struct ue *ue);
/* In the PLMN that the phone is served in. */
struct ngap_guami n2_guami(const struct core *core, struct config_plmn plmn);
/* False: the core does not know the equipment. */
bool n2_masked_imeisv(const struct ue *ue, uint64_t *masked);
/* items of UE_SLICES */
struct ngap_allowed_nssai n2_allowed_nssai(const struct ue *ue, struct ngap_allowed_nssai_item *items);
/* For a gNB that the phone comes to in a handover: by rule H4 a high-risk one hears of no slice that is protected. */
struct ngap_allowed_nssai n2_allowed_nssai_at(const struct ue *ue, const struct gnb *gnb,
                                              struct ngap_allowed_nssai_item *items);

/* PDU sessions that the source wants handed over: bit n is session n. */
uint16_t handover_sessions(const struct ngap_pdu_session_resource_list_ho_rqd *list);

/* --- what the source of an N2 handover is told (handover_source.c) --- */

/* Sessions that are not handed over, in the memory of the procedure; as many as a message can name. */
struct handover_refusals {
    struct ngap_pdu_session_resource_to_release_item_ho_cmd items[256];
    size_t count;
};
void handover_refuse_session(struct procedure *p, struct handover_refusals *refused, uint8_t pdu_session_id,
                             struct bytes unsuccessful);
/* Handover Preparation Failure, if the source is still there. container: from the target, or empty. */
void handover_tell_failure(const struct ue *ue, struct ngap_cause cause, struct bytes container);
/* Handover Command; from then on the phone is on its way, and NAS messages are held. */
void handover_send_command(struct ue *ue, struct ngap_pdu_session_resource_handover_item *items,
                           unsigned count, struct handover_refusals *refused, struct bytes container);

/* --- what its target is asked (handover_target.c) --- */

struct handover_order {
    struct tai tai; /* where the phone will be */
    struct ngap_cause cause;
    struct bytes container;            /* from the source */
    struct ngap_security_context keys; /* wipe */
    bool new_keys;                     /* New Security Context Indicator */
    struct bytes nasc;                 /* for the phone, or empty */
    const struct smf_handover *sessions[SMF_SESSIONS_PER_UE];
    unsigned count;
};
/* Handover Request to ue->target. */
bool handover_send_request(struct ue *ue, const struct handover_order *order);

/* --- N2 handover (n2_handover.c): runs in ue->handover; argument: struct ngap_handover_required --- */
void n2_handover(struct procedure *p);

/* --- messages (handover_in.c). False: the message does not fit the state. --- */
void handover_required(struct connection *connection, const struct ngap_handover_required *required);
void handover_cancel(struct connection *connection);
bool handover_status(const struct connection *connection,
                     const struct ngap_uplink_ran_status_transfer *status);
bool handover_early_status(const struct connection *connection,
                           const struct ngap_uplink_ran_early_status_transfer *status);
bool handover_answer(struct connection *target, uint16_t stream,
                     const struct ngap_handover_request_acknowledge *answer);
/* Names the phone by the AMF's number only. */
void handover_failure(struct gnb *gnb, const struct ngap_handover_failure *failure);
/* Any other message on a connection that is a handover's target. */
bool handover_target_message(struct connection *target, const struct ngap_pdu *pdu);

#endif
