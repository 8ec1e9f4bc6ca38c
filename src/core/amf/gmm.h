/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 5GMM (TS 24.501 clause 5): messages in and out, and the procedures. Private to core/amf.
 */
#ifndef CORE_AMF_GMM_H
#define CORE_AMF_GMM_H

#include "core/amf/n2.h"
#include "core/nssf/nssf.h"
#include "core/smf/smf.h"
#include "core/udm/udm.h"
#include "wire/nas/nas.h"

/* An uplink message, decoded; what it points to lives until the end of the batch. */
struct uplink {
    struct nas_message message;
    struct bytes pdu; /* as it came */
    struct bytes plain;
    uint32_t count; /* NAS COUNT it came with, if proven */
    bool proven;    /* its MAC is right under the security context of the UE */
    bool failed;    /* there is such a context, and it is not */
};

/* --- in (gmm_in.c) --- */
void gmm_initial(struct gnb *gnb, uint16_t stream, const struct ngap_initial_ue_message *message);
void gmm_uplink(struct connection *connection, struct bytes pdu);
/* 0: the identity is no TMSI of this core's. */
uint32_t gmm_own_tmsi(const struct core *core, const struct nas_mobile_identity *identity);
/* The message within a NAS message container, decoded into memory; NULL if it is none of that type. */
const struct nas_message *gmm_contained(struct bytes container, uint8_t type, struct arena *memory);
/* A copy for `demarc trace`, without security. */
void gmm_show(const struct gnb *gnb, bool uplink, struct bytes plain);
/* Where the gNB says the UE is; false (and nothing changed) when that is no tracking area of the gNB. */
bool gmm_locate(struct ue *ue, const struct gnb *gnb, const struct ngap_user_location_information *location);

/* --- out (gmm_out.c) --- */
/* Protected once the connection is secured, else plain. Empty: it cannot be said (logged). In core->batch. */
struct bytes gmm_seal(struct ue *ue, const struct nas_message *message);
/* Under another security context than the UE's own, with its header: for Security mode command. */
struct bytes gmm_seal_with(struct ue *ue, struct nas_security *security, uint8_t header,
                           const struct nas_message *message);
/* What was sealed under a former context of the UE, under the present one. Empty: it was not, or cannot be said. In core->batch. */
struct bytes gmm_seal_anew(struct ue *ue, const struct nas_security *former, struct bytes pdu);
/* A downlink NAS COUNT that no message will have. */
uint32_t gmm_use_count(struct ue *ue);
/* In Downlink NAS Transport; nothing if the UE is idle. */
bool gmm_send(struct ue *ue, const struct nas_message *message);
bool gmm_send_sealed(struct ue *ue, struct bytes pdu); /* or held until the phone can read it (held.c) */
/* Sends what refuses: a reject, a status, what was not forwarded; with evidence (refusal.c). */
void gmm_refuse(struct ue *ue, const struct nas_message *message);
void gmm_status(struct ue *ue, uint8_t cause);
/* Is a security mode control under way (TS 24.501 5.4.2)? And has this sealed message to wait for its end? */
bool gmm_keys_change(const struct ue *ue);
bool gmm_must_wait(const struct ue *ue, struct bytes pdu);

/* --- procedures: each runs in ue->procedure; argument: struct uplink --- */
void registration(struct procedure *p);
void service_request(struct procedure *p);
void deregistration_by_ue(struct procedure *p);
void deregistration_by_network(struct procedure *p); /* argument: struct deregistration */

/* Calls the idle UE step by step (5.6.2) and waits, at most for `events`; EV_TIMEOUT: it has not answered. An answer is a
 * procedure of its own, which cancels this one unless EV_PAGING_ANSWERED is among the events. */
enum procedure_event page_and_wait(struct procedure *p, uint8_t pdu_session_id, uint64_t events);
/* Idle, not given up, within the limit, and somewhere where there is a gNB to call it through, for that session or for itself (0). */
bool ue_can_be_paged(const struct ue *ue, uint8_t pdu_session_id);
/* In core->batch; NULL: nothing is known. */
const struct ngap_assistance_data_for_recommended_cells *paging_recommended(const struct ue *ue);
/* What the gNB recommends with the end of a connection (TS 38.413 8.3.3.2). */
void paging_learn(struct gnb *gnb, supi_t supi, const struct ngap_ue_context_release_complete *complete);

/* Why a 5GMM procedure was cancelled: the phone began to register anew, and the context goes on with that. */
extern const char gmm_superseded[];

struct deregistration {
    uint8_t cause; /* 5GMM cause to tell, or 0 */
    bool reregister;
};

/* T3346 that goes with cause #22, seconds: as configured and up to half as much again, so that those who were told to wait do not
 * come back as one (TS 23.501 5.19.7.2). */
uint32_t gmm_back_off(struct core *core);

/* Common steps of procedures */

/* Asks for a SUCI (5.4.3). NULL: no usable answer. The identity is in p->memory. */
const struct nas_suci *identification(struct procedure *p);

enum authentication_result {
    AUTHENTICATED,
    AUTHENTICATION_REFUSED,    /* the phone was told Authentication reject */
    AUTHENTICATION_UNKNOWN,    /* no such subscriber, or his SUCI cannot be opened */
    AUTHENTICATION_FOREIGN,    /* the subscriber of a network that is not ours */
    AUTHENTICATION_NOT_HERE,   /* the home network does not know this serving network */
    AUTHENTICATION_IMPOSSIBLE, /* the store failed, out of memory, or limits.ues is reached */
    AUTHENTICATION_UNANSWERED, /* timer, or cancelled */
};

/* What a 5G AKA run proves. */
struct proof {
    supi_t supi;
    uint8_t kamf[32];
    uint8_t ngksi;
    bool
        derived; /* not by an authentication, but from the phone's present K_AMF: it has to do the same (TS 33.501 6.9.3) */
};

/* 5G AKA (5.4.1.3, TS 33.501 6.1.3.2). */
enum authentication_result authentication(struct procedure *p, const struct nas_suci *suci,
                                          uint8_t ngksi_in_use, struct proof *proof);

/* The same for a subscriber whose identity needs no proof: the keys are to be new. */
enum authentication_result authentication_of(struct procedure *p, supi_t supi, uint8_t ngksi_in_use,
                                             struct proof *proof);
/* A connected phone whose keys are worn out, or older than they may be, gets new ones (reauthentication.c). */
void reauthentication_due(struct ue *ue);

/* Waits until the phone is at one gNB: new keys are not made while others are handed out (TS 33.501 6.9.5.1). False: cancelled. */
bool handover_over(struct procedure *p);

/* Security mode control (5.4.2): takes the new keys into use. 0, or the 5GMM cause to reject with; *complete views the
 * NAS message container of the answer, in p->memory, or is empty. 255: no answer, or cancelled. */
enum { GMM_NO_ANSWER = 255 };
uint8_t security_mode(struct procedure *p, const struct proof *proof,
                      const struct nas_ue_security_capability *capability, bool ask_again,
                      struct bytes *complete);

/* The gNB's context of the UE with the sessions to set up, and a NAS message on top (context_setup.c). */
struct context_setup {
    uint16_t sessions;  /* wanted */
    uint16_t activated; /* of these */
    unsigned count;
    struct smf_setup_item items[SMF_SESSIONS_PER_UE];
};

/* Asks the SMFs for the sessions' part, so that the NAS message can tell what came of it: those of other cores first, which takes
 * time (false: the procedure was cancelled meanwhile), then this core's own. */
bool context_setup_anchors(struct procedure *p, struct context_setup *setup);
void context_setup_prepare(struct ue *ue, struct context_setup *setup);
/* Initial Context Setup Request, or PDU Session Resource Setup or a mere transport where the gNB has the context. */
bool context_setup_send(struct ue *ue, const struct context_setup *setup, struct bytes nas);

/* --- UE Context Modification (context_modification.c) --- */
void context_modification_ambr(struct ue *ue);
/* K_gNB of a K_AMF that the gNB has been given no key of yet, if there is one. A gNB that does not take it keeps what it has. */
void context_modification_key(struct procedure *p);
void context_modification_response(struct ue *ue,
                                   const struct ngap_ue_context_modification_response *response);
void context_modification_failure(struct ue *ue, const struct ngap_ue_context_modification_failure *failure);

struct reactivation;

/* What Registration accept says (registration_accept.c); sealed, in core->batch. */
struct registration_answer {
    const struct nas_registration_request *request;
    const struct nssf_choice *slices;
    const struct udm_access *subscription;
    const struct reactivation *sessions;
    bool sessions_ended; /* without the phone's knowing */
};
struct bytes registration_accept(struct ue *ue, struct arena *memory,
                                 const struct registration_answer *answer);

/* Network name and time (5.4.4). */
void configuration_update(struct ue *ue);
/* If the subscription has changed since the phone was last told (ue->update_due), and it can be told now. */
void configuration_update_due(struct ue *ue);

/* As NAS has them. tais: CONFIG_AREA_TAIS; slices: UE_SLICES */
struct nas_tai_list gmm_area(const struct ue *ue, struct nas_tai *tais);
struct nas_mobile_identity gmm_guti(const struct ue *ue); /* of a connected UE */
struct nas_nssai gmm_allowed_nssai(const struct ue *ue, struct nas_s_nssai *slices);

/* After a procedure that leaves the UE connected, or not: tells the SMF what waits for the UE. */
void mobility_done(struct ue *ue);

/* The context goes, with its sessions and its connection. A procedure that calls it has left its slot. */
void ue_discard(struct ue *ue, struct ngap_cause cause);
/* The same for a UE that the store knows. */
void ue_remove(struct ue *ue, struct ngap_cause cause);
/* The known UE's context goes on with the keys, the connection and the place of the provisional one, which ends. */
void ue_take_over(struct ue *known, struct ue *provisional);

/* Is service allowed in the tracking area? 0, or the cause (11, 12). */
uint8_t location_cause(const struct connection *connection);

/* These of its active sessions are not served where the UE is connected: their user planes are taken down (service_area.c). */
void user_planes_go(struct ue *ue, uint16_t sessions);
/* The phone has been handed over: where there is no service for it, its user planes are taken down (service_area.c). */
void service_area_entered(struct ue *ue);

/* --- transport of 5GSM (transport.c) --- */
void ul_nas_transport(struct ue *ue, const struct nas_ul_nas_transport *message);

#endif
