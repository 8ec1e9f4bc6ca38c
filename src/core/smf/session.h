/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SMF knows: PDU sessions, the planes (UPFs) they live on, and the data networks whose addresses they
 * have. Private to core/smf; others see a session through smf.h.
 *
 * The plane is told of a session in two ways only: by an establishment that states all of it (n4_establish), and by
 * n4_sync, which states where downlink packets go now. At most one request per session is under way; a change
 * meanwhile is sent when it is answered, so that requests cannot overtake each other.
 */
#ifndef CORE_SMF_SESSION_H
#define CORE_SMF_SESSION_H

#include "core/amf/amf.h"
#include "core/cause.h"
#include "core/core.h"
#include "core/procedure.h"
#include "core/smf/network.h"
#include "core/smf/qos.h"
#include "core/smf/smf.h"
#include "wire/aper/aper.h"
#include "wire/nas/nas.h"
#include "wire/pfcp/pfcp.h"

struct forwarding;
struct prepared;
struct upf;
struct n4_request;
struct partner_watch;
struct peer_request;
struct sm_n2;

/* Planes that have refused a session, though not for want of resources. */
enum { PLANES_TRIED = 4 };
struct planes_refused {
    const struct upf *list[PLANES_TRIED];
    unsigned count;
};

/* Which PDRs and QERs of flows beside the default one: bit n is for place n (qos.h). */
struct n4_places {
    uint16_t uplinks, downlinks, flows;
};

/* User-plane security of a session (protection.c). */
struct protection {
    uint8_t integrity, ciphering; /* wanted: enum config_protection */
    uint8_t performed;            /* as its gNB said last: set of PROTECTION_... */
};

enum { PROTECTION_TOLD = 1, PROTECTION_INTEGRITY = 2, PROTECTION_CIPHERING = 4 };

enum session_state {
    SESSION_NEW,      /* being established: not yet promised to the phone */
    SESSION_INACTIVE, /* no user-plane connection: the plane buffers downlink */
    SESSION_ACTIVATING,
    SESSION_ACTIVE,
};

/* All that is held for an idle session: no procedure, no arena. */
struct session {
    struct row row;
    struct session *next; /* of the same UE */
    struct session *upf_next, *upf_previous;
    struct ue *ue;
    struct upf *upf;
    struct network *network;
    struct procedure *procedure;
    struct n4_request *n4;         /* under way */
    struct forwarding *forwarding; /* during handovers and a while after (n4_forward.c), the newest first */
    struct prepared *prepared;     /* for a handover that another core leads (nsmf_handover.c) */
    uint64_t seid, up_seid;        /* own and the plane's; up_seid 0: not established there */
    struct tunnel n3, gnb;         /* the plane's end and the gNB's */
    struct config_gnb_id
        abroad; /* where another core that serves the phone says that it is; bits 0: nowhere, or not told */
    struct qos *qos;        /* flows beside the default one; NULL: none */
    struct qos *qos_before; /* while the phone has not confirmed a change: what it may still have */
    struct config_slice slice;
    uint64_t ambr_uplink, ambr_downlink;   /* bits per second */
    uint64_t bytes_uplink, bytes_downlink; /* as the plane reported them */
    int64_t since;                         /* wall clock */
    struct config_prefix *routes;          /* networks behind the phone, of the families that it has */
    uint8_t (*macs)[MAC_OCTETS];           /* of devices behind the phone, in a session of Ethernet frames */
    uint16_t mac_count;
    uint8_t route_count;
    uint8_t ipv4[4];
    uint8_t prefix[8]; /* IPv6 /64 */
    uint8_t interface_id[8];
    uint32_t usage_next; /* the number (UR-SEQN) that its next usage report has at least; 0: there was none */
    uint32_t ambr_id;    /* the UE's, by which its sessions share the UE-AMBR in the plane */
    struct n4_places n4_has, n4_sent; /* in the plane; in the request under way */
    uint16_t packet_filters;          /* most that the phone supports; 0: it has not said */
    struct nas_integrity_rate integrity_rate;
    struct protection protection;
    uint8_t asked, asked_pti; /* the command that the phone was sent last: enum nas_message_type */
    uint8_t qos_pti;          /* of the change that the phone has not confirmed; 0: the network's own */
    uint8_t psi, pti, type, fiveqi, arp; /* type: enum nas_session_type */
    uint8_t state;                       /* enum session_state */
    uint8_t answered; /* to its partner, last (partner.h): enum line_verdict plus 1; 0: nothing yet */
    bool may_preempt, preemptable;
    bool has_ipv4, has_prefix;          /* taken, to be given back */
    bool always_on, reflective_qos;     /* the second: the phone supports it */
    uint8_t put_off;                    /* times that the gNB put off what was sent last (put_off.c) */
    bool data_waits;                    /* the plane reported downlink data for an idle phone */
    bool n4_stale;                      /* changed since the request under way was built */
    bool n4_lost;                       /* the plane has forgotten it; restored when it is associated */
    bool n4_flows_stale, n4_flows_sent; /* the same for flows beside the default one */
    bool n4_restate; /* what it has of flows is not known: it is told all when it is associated */
    bool leaves_gnb; /* its gNB is to give its resources back, once the plane holds packets (inactivity.c) */
    bool end_marker; /* the next update moves a live tunnel */
    bool drop_buffered;
    bool told;     /* the core that serves the phone knows of its end */
    bool forwards; /* the plane may have forwarding tunnels of it, of this process or of the one before */
    uint8_t
        n4_cause; /* of the plane's last refusal (TS 29.244 8.2.1); 0: of an answer that is of no use, or of none */
    bool n4_refused;           /* the plane did not take the last change, and is asked once more */
    uint8_t forwarding_place;  /* the newest one's (n4_forward.c) */
    bool subscription_changed; /* while it was being established */
};

/* Addresses that were given back a short while ago (address_rest.h), in the order in which they may be taken again. */
struct address_rests {
    struct address_rest *first, **last;
    struct row sweep; /* whose rest has ended is to leave the store */
};

struct smf {
    struct core *core;
    struct upf *upfs;    /* a list */
    struct map sessions; /* by own SEID */
    struct map requests; /* struct n4_request by sequence number */
    struct map ambr_ids; /* struct ue by what its sessions have as ambr_id */
    struct networks networks;
    struct address_rests rests;
    struct partner_watch *partners; /* partner.h */
    uint32_t recovery_time_stamp;   /* of the first start: state is durable, so a restart loses nothing */
    uint32_t sequence;
};

/* --- sessions (session.c) --- */

struct session *session_find(const struct ue *ue, uint8_t psi);
/* NULL: out of memory. In state SESSION_NEW, in the UE's list. */
struct session *session_new(struct ue *ue, uint8_t psi);
/* Before its end, for a session that does not need them any more. */
void session_give_back_addresses(struct session *session);
/* Only the memory. */
void session_destroy(struct session *session);
/* Ends it here and in the plane: cancels its procedure, gives addresses back, removes the row. */
void session_free(struct session *session, const char *why);
/* "supi=imsi-... psi=1", for log lines. */
enum { SESSION_TEXT = 48, SESSION_MACS = 1024 /* as `macs` of a data network has it */ };
const char *session_text(const struct session *session, char *buffer);

static inline struct smf *session_smf(const struct session *session)
{
    return amf_core(session->ue)->smf;
}

/* --- authorisation (authorise.c, TS 23.502 4.3.2.2.1 steps 4 to 7) --- */

struct verdict {
    uint8_t cause;  /* enum nas_gsm_cause; 0: granted */
    uint8_t notice; /* cause to tell in the accept: another type than asked for */
    const char *what;
    bool later; /* a plane that fits may be associated in a moment */
};

/* Fills type, QoS, AMBR and slice of the session from subscription and configuration, gives it a plane, none of `refused_by`, and
 * takes addresses. `patient`: the verdict may be `later`. */
struct verdict session_authorise(struct session *session, const struct smf_n1 *n1,
                                 const struct nas_session_establishment_request *request,
                                 const struct planes_refused *refused_by, bool patient);

/* The networks behind the phone are these from now on, where its type has their family. False: out of memory. */
bool session_take_routes(struct session *session, const struct config_prefix *routes, unsigned count);

/* Does the plane give the phone its addresses (TS 29.244 5.21)? */
bool session_plane_allocates(const struct session *session);

/* It has been authorised, and is to be once more: for another plane. */
void session_leave_plane(struct session *session);

/* What the session may ask for, by subscription and configuration; in the arena. False: not subscribed any more. */
bool session_qos_policy(const struct session *session, struct arena *arena, struct qos_policy *policy);

/* Bit rates and the default flow are as subscribed and configured now. False: not subscribed any more. */
struct session_changes {
    bool qos;
    bool
        place; /* other addresses, or other networks behind the phone, which only another session can have (TS 23.501 5.6.14) */
};
bool session_refresh(struct session *session, struct session_changes *changes);

/* --- the phone's side (n1.c) --- */

struct bytes n1_accept(const struct session *session, const struct nas_pco *asked, uint8_t notice);
/* In the batch's arena; empty when it cannot be encoded. */
struct bytes n1_encode(struct core *core, const struct nas_message *message);
void n1_reject_establishment(struct ue *ue, uint8_t psi, uint8_t pti, uint8_t cause);
void n1_reject_modification(struct ue *ue, uint8_t psi, uint8_t pti, uint8_t cause);
void n1_reject_release(struct ue *ue, uint8_t psi, uint8_t pti, uint8_t cause);
void n1_status(struct ue *ue, uint8_t psi, uint8_t pti, uint8_t cause);
/* Answers to what the phone asked in its protocol configuration options (pco.c). In the batch's arena. */
struct nas_pco pco_answer(const struct session *session, const struct nas_pco *asked);

/* --- the gNB's side (n2.c): transfers of TS 38.413 9.3.4 in the batch's arena; empty when they cannot be made --- */

struct bytes n2_transfer(struct core *core, const struct aper_type *type, const void *transfer);
struct bytes n2_setup_request(const struct session *session);
struct bytes n2_modify_request(const struct session *session);
/* Flows that come, change and go on the way from one to the other; empty too when that is none. */
struct bytes n2_modify_flows(const struct session *session, const struct qos *from, const struct qos *to);
/* `performed`: what the gNB says of user-plane security, as in struct protection. */
bool n2_read_setup_response(struct core *core, struct bytes transfer, struct tunnel *gnb, uint8_t *performed);
/* Setup Unsuccessful Transfer; false: cannot be read. */
bool n2_read_setup_cause(struct core *core, struct bytes transfer, struct ngap_cause *cause);
struct ngap_up_transport_layer_information n2_tunnel(const struct tunnel *tunnel);
/* Of a UP Transport Layer Information; false: no GTP tunnel, or no address. */
bool n2_read_tunnel(const struct ngap_up_transport_layer_information *information, struct tunnel *tunnel);
/* Rule N1 of the line: does that gNB have tunnels that end there? */
bool n2_admits_tunnel(const struct ue *ue, const struct gnb *gnb, const struct tunnel *end);
/* And all that data is to be forwarded to? */
bool n2_admits_forwarding(const struct ue *ue, const struct gnb *gnb,
                          const struct ngap_handover_request_acknowledge_transfer *target);
/* Bit n: the flow of QFI n could not be set up or changed, or is gone. */
uint64_t n2_read_failed_flows(struct core *core, const struct sm_n2 *n2);

/* --- user-plane security (protection.c, TS 33.501 6.6.1) --- */

/* Can the phone protect its rate, if that is required? */
bool protection_affordable(const struct session *session);
/* For the gNB (TS 38.413 9.3.1.27). */
struct ngap_security_indication protection_indication(const struct session *session);
/* Is what a gNB takes for the session's policy the policy? */
bool protection_agrees(const struct session *session, const struct ngap_security_indication *told);
/* As in struct protection; NULL: the gNB has said nothing. */
uint8_t protection_performed(const struct ngap_security_result *result);
/* False: something required is missing, which is logged and counted; the cause says what. */
bool protection_suffices(const struct session *session, uint8_t performed, struct ngap_cause *cause);
/* Why the phone cannot have a session that a gNB refuses so: a 5GSM cause; 0: not for its security. */
uint8_t protection_refusal(const struct ngap_cause *cause);

/* --- procedures --- */

void session_establish(struct procedure *p); /* establish.c; argument: struct establishment */
extern const char session_establishment[];   /* its name as a procedure */
bool session_establishing(const struct session *session);
void session_release(struct procedure *p); /* release.c; argument: struct release */
/* Here and at the gNB; the phone does not have it, or has it anew. */
void session_end_locally(struct session *session, const char *why);
void session_modify(struct procedure *p);       /* modify.c; argument: struct modification */
void session_modify_flows(struct procedure *p); /* modify_flows.c; argument: struct modification */

/* Downlink data waits for a connected phone: asks its gNB for the user plane (activate.c). */
void session_bring_back(struct session *session);

struct establishment {
    const struct smf_n1 *n1;
    const struct nas_session_establishment_request *request;
    uint8_t pti;
};

struct release {
    uint8_t pti; /* 0: the network's own wish */
    uint8_t cause;
    const char *why;
};

struct modification {
    const struct nas_session_modification_request *request; /* the phone's; NULL: the network's own wish */
    const struct qos *flows; /* for session_modify_flows: what is to be; borrowed until the first wait */
    uint8_t pti;
    bool always_on_asked;
    bool qos_changed; /* AMBR or default flow: gNB and plane are told too */
    bool gnb_knows;   /* flows are gone from the gNB already */
    bool resumed;     /* the change is in force, and the phone has not confirmed it */
};

/* --- what the phone answers (answer.c, TS 24.501 7.3.1) --- */

/* To a command. NULL: there is no such session. What answers nothing gets a 5GSM STATUS. */
void session_answer_came(struct ue *ue, struct session *session, const struct nas_message *message);
/* 5GSM STATUS (6.5.3). It may end the session. */
void session_status_came(struct session *session, const struct nas_message *message);

/* modify_request.c */
enum smf_verdict session_modification_asked(struct ue *ue, struct session *session,
                                            const struct nas_message *message, const struct nas_error *error);
/* filters: most that the phone supports; 0: it has not said. */
struct qos_terms session_qos_terms(const struct session *session, unsigned filters);
void session_take_capabilities(struct session *session,
                               const struct nas_session_modification_request *request);

/* modify_flows.c */
/* By the network. False: another procedure is running, or no stack is free. */
bool session_change_flows(struct session *session, const struct qos *to, bool gnb_knows);
/* Those flows and the rules that lead into them; bit n of the set is QFI n. False: also when there is none of them. */
bool session_drop_flows(struct session *session, uint64_t qfis, bool gnb_knows);
/* The phone has them. */
void session_confirm_flows(struct session *session);
/* The command for a change that is in force and not confirmed goes out once more. False: no stack is free. */
bool session_resume_flows(struct session *session);

/* EV_SM_MESSAGE carries a struct nas_message, EV_SM_N2 one of these. */
struct sm_n2 {
    enum n2_answer kind;
    struct bytes transfer;
};

/* Sends, waiting for the phone to become reachable if need be. What the message points to lives in p->memory afterwards. False: the
 * phone is not reachable, or the procedure was cancelled. */
bool session_send(struct procedure *p, struct n1n2_message *message);
/* The command (a struct bytes) again, for procedure_ask: by itself, as the gNB has had its part. */
void session_repeat(struct procedure *p, void *command);
/* Does the gNB refuse the message only because it hands the phone over? Then it has been sent again, once that was over, and
 * another answer comes. Not for ever. */
bool session_put_off(struct procedure *p, const struct sm_n2 *n2, struct n1n2_message *message);

/* What an N2 answer means by itself, whatever procedure runs. */
void session_take_n2(struct session *session, const struct sm_n2 *n2);
/* The gNB has set up the user plane towards `gnb`. */
void session_connected(struct session *session, const struct tunnel *gnb);
/* It has not, or has taken it down. */
void session_disconnected(struct session *session);
/* The plane has seen no packet for as long as the data network wants it to (inactivity.c). */
void session_inactive(struct session *session);
/* The plane does what the session's state says, or the phone is where it stays: its gNB follows if it is to. */
void session_settled(struct session *session);
/* Does the plane have it, and is no procedure about to send its own setup? */
bool session_can_be_activated(const struct session *session);
/* Nobody comes for the packets that wait in the plane: it drops them, and reports the next one anew. */
void session_drop_waiting(struct session *session);
/* A procedure waits until the phone can be reached. */
bool session_waits_for_phone(const struct session *session);
/* The phone moved, and its new gNB could not take the session over: Path Switch Request Setup Failed Transfer (path_switch.c). */
void session_left_behind(struct session *session, struct bytes transfer);

/* --- handover that another core leads (nsmf_handover.c) --- */

/* UpdateSMContext with a hoState (TS 29.502 5.2.2.3.4.3). False: it has none. */
bool nsmf_handover(struct peer_request *request, struct session *session);
/* The plane has answered for the session's forwarding tunnel. */
void nsmf_handover_forwarding(struct session *session);
/* What was prepared is worth nothing any more; forwarding is not touched. */
void nsmf_handover_forget(struct session *session);

/* --- subscribers' own addresses (statics.c) --- */

/* All of them; again when the pools may have changed. */
void statics_reserve(struct smf *smf);

/* --- stored form (row.c) --- */

bool session_row_write(struct core *core, struct row *row);
bool session_load_all(struct core *core, const char **why);

#endif
