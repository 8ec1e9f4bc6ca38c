/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMF as the AMF and the control process see it (Nsmf_PDUSession, TS 23.502 5.2.8). Calls come from
 * inside and outside of procedures and never wait; answers that take time go out later through
 * amf_n1n2_transfer.
 */
#ifndef CORE_SMF_SMF_H
#define CORE_SMF_SMF_H

#include "core/core.h"
#include "kit/mac.h"
#include "line/path.h"

struct gnb;
struct ue;
struct smf;

/* TS 24.501 9.11.3.47 */
enum smf_request_type {
    SMF_REQUEST_ABSENT = 0,
    SMF_REQUEST_INITIAL = 1,
    SMF_REQUEST_EXISTING = 2,
    SMF_REQUEST_INITIAL_EMERGENCY = 3,
    SMF_REQUEST_EXISTING_EMERGENCY = 4,
    SMF_REQUEST_MODIFICATION = 5,
};

/* An uplink 5GSM message as it came in UL NAS TRANSPORT, after the AMF's own checks (TS 24.501 5.4.5.2.3). */
struct smf_n1 {
    uint8_t pdu_session_id; /* 1 to 15 */
    enum smf_request_type request_type;
    const char *dnn; /* NUL-terminated, in labels with dots; NULL: the subscriber's default */
    bool has_slice;
    struct config_slice slice; /* an allowed one */
    struct bytes payload;      /* borrowed */
};

/* What the AMF answers a phone whose message found no SMF (5GMM causes, TS 24.501 9.11.3.2). */
enum smf_verdict {
    SMF_TAKEN = 0,
    SMF_NOT_FORWARDED = 90,          /* payload was not forwarded */
    SMF_DNN_NOT_SUPPORTED = 91,      /* DNN not supported or not subscribed in the slice */
    SMF_INSUFFICIENT_RESOURCES = 92, /* insufficient user-plane resources for the PDU session */
    SMF_CONGESTION = 22,
    SMF_MAXIMUM_SESSIONS = 65,
};

enum smf_verdict smf_n1_message(struct ue *ue, const struct smf_n1 *message);

/* Which NGAP message brought the N2 SM information. */
enum n2_answer {
    N2_SETUP_RESPONSE,     /* also from Initial Context Setup Response */
    N2_SETUP_UNSUCCESSFUL, /* also from Initial Context Setup Failure */
    N2_MODIFY_RESPONSE,
    N2_MODIFY_UNSUCCESSFUL,
    N2_RELEASE_RESPONSE,
    N2_NOTIFY,
    N2_NOTIFY_RELEASED,
    N2_PATH_SWITCHED, /* nothing came: the session is at another gNB now */
    N2_PATH_SWITCH_SETUP_FAILED,
};

/* `transfer`: the encoded PDUSession...Transfer. Sessions that are not the UE's are ignored with a log line.
 */
void smf_n2_response(struct ue *ue, uint8_t pdu_session_id, enum n2_answer kind, struct bytes transfer);

/* PDU Session Resource Modify Indication Transfer: true, and downlink goes to the gNB's new end; or false, and nothing has
 * changed. The answer, in core->batch, is the Modify Confirm Transfer or the Modify Indication Unsuccessful Transfer. */
bool smf_modify_indicated(struct ue *ue, uint8_t pdu_session_id, struct bytes transfer, struct bytes *answer);
struct bytes smf_modify_indication_unsuccessful(struct core *core, struct ngap_cause cause);

/* A session whose user plane is to be set up with the context (Initial Context Setup or PDU Session Resource
 * Setup). */
struct smf_setup_item {
    uint8_t pdu_session_id;
    struct config_slice slice;
    struct bytes transfer; /* PDUSessionResourceSetupRequestTransfer, in core->batch */
};

enum { SMF_SESSIONS_PER_UE = 15 };

/* Sets of sessions: bit n is PDU session identity n (1 to 15). */

/* Nsmf_PDUSession_UpdateSMContext, upCnxState ACTIVATING: fills items for those of `wanted` that exist and
 * have downlink or uplink to carry; returns how many. Of sessions anchored here; for others see remote_activate. */
unsigned smf_activate(struct ue *ue, uint16_t wanted, struct smf_setup_item items[SMF_SESSIONS_PER_UE]);
/* upCnxState DEACTIVATED: the plane buffers downlink and reports it. All of `which` that are active. */
void smf_deactivate(struct ue *ue, uint16_t which);

/* PDU Session Resource Release Command Transfer, in core->batch: of user planes that go, or of sessions. */
struct bytes smf_resource_release(struct core *core);

uint16_t smf_sessions(const struct ue *ue); /* that exist */
uint16_t smf_active(const struct ue *ue);   /* whose user plane is up or being set up */
uint16_t smf_pending(const struct ue *ue);  /* for which downlink data or signalling waits */

/* The phone has these only: the others are released locally, without signalling to the phone (PDU session
 * status, TS 24.501 5.5.1.3.4, 5.6.1.4.1). */
void smf_keep_only(struct ue *ue, uint16_t existing);
/* All of the UE's sessions end, locally. Afterwards no session refers to the UE, which may be freed. */
void smf_release_all(struct ue *ue);

/* --- handover (TS 23.502 4.9.1); path_switch.c --- */

/* A GTP-U tunnel endpoint. */
struct tunnel {
    uint32_t teid;
    uint8_t family; /* AF_INET, AF_INET6; 0: none */
    uint8_t address[16];
};

/* A gNB that a session goes through, or is to: one of this core's, or of another's, which says which one it is. */
struct smf_cell {
    const struct gnb *gnb;   /* of this core's; NULL: another core's */
    uint32_t amf;            /* that core, by its AMF identifier; 0: none is known */
    struct config_gnb_id id; /* there; bits 0: it has not said */
};

/* A session in a path switch. */
struct smf_switch {
    struct smf_cell target; /* that asks */
    uint8_t pdu_session_id;
    struct bytes answer; /* Path Switch Request Acknowledge or Unsuccessful Transfer, in core->batch */
    bool
        policy_differs; /* the gNB has another user-plane security policy than the session's; the answer tells it */
    uint8_t former_performed; /* as in struct protection */
    struct tunnel former;
};

/* Path Switch Request Transfer for item->pdu_session_id: true, and the session is at the new tunnel, but the plane not told
 * before smf_switch_end; or false, and nothing has changed. item->answer says which. */
bool smf_switch_path(struct ue *ue, struct bytes transfer, struct smf_switch *item);
/* The move is durable: downlink goes there, with end markers on the old path; or it was not to be, and all is as before. */
void smf_switch_end(struct ue *ue, const struct smf_switch *items, unsigned count, bool done);
/* Path Switch Request Unsuccessful Transfer, in core->batch. */
struct bytes smf_path_switch_unsuccessful(struct core *core, struct ngap_cause cause);

/* A session in an N2 handover (handover.c). Before the phone has arrived nothing of the session itself changes. */
struct smf_handover {
    struct smf_cell target; /* one of this core's may be gone when it has answered */
    uint8_t pdu_session_id;
    bool admitted;     /* the target has resources for it */
    bool direct;       /* the source reaches the target without the plane */
    bool forwards;     /* indirectly: a tunnel in the plane is asked for */
    uint64_t flows;    /* QoS flow identifiers to be forwarded, a bit each */
    uint8_t performed; /* by the target, as in struct protection */
    struct tunnel gnb; /* the target's, once admitted */
    struct config_slice slice;
    struct bytes transfer; /* to be passed on next; in core->batch */
};

/* Handover Required Transfer: true, and item->transfer is the PDU Session Resource Setup Request Transfer for the target; or
 * false, and it is the Handover Preparation Unsuccessful Transfer for the source. */
bool smf_handover_prepare(struct ue *ue, struct bytes required, struct smf_handover *item);
/* Handover Request Acknowledge Transfer. False: not decodable, or the session is gone. */
bool smf_handover_admitted(struct ue *ue, struct bytes acknowledge, struct smf_handover *item);
/* Has the plane answered for the forwarding tunnel, if there is to be one? If not, amf_handover_forwarding() follows. */
bool smf_handover_ready(const struct ue *ue, const struct smf_handover *item);
/* Handover Command Transfer */
struct bytes smf_handover_command(const struct ue *ue, const struct smf_handover *item);
/* The phone has arrived: downlink goes there, end markers on the old path; forwarding ends after a while. */
void smf_handover_complete(struct ue *ue, const struct smf_handover *item);
/* It was not to be: forwarding ends now. */
void smf_handover_cancelled(struct ue *ue, const struct smf_handover *item);
/* It has gone to another core: sessions that are on their way there follow, the others have no user plane any more. */
void smf_handover_away(struct ue *ue);
/* It has not: what was prepared for the other core ends, forwarding too. */
void smf_handover_stayed(struct ue *ue);
/* Handover Preparation Unsuccessful Transfer, in core->batch. */
struct bytes smf_handover_unsuccessful(struct core *core, struct ngap_cause cause);
/* A transfer that another core has made and a gNB of this one is told: decoded, and written anew in core->batch. Empty: it cannot be
 * read. */
struct bytes smf_transfer_anew(struct core *core, const struct aper_type *type, struct bytes transfer);

/* The paged UE is connected and secured / could not be reached. */
void smf_reachable(struct ue *ue);
void smf_unreachable(struct ue *ue);

/* From the control process. */
bool smf_start(struct core *core,
               const char **why); /* sets core->smf; loads sessions of loaded UEs; associates planes */
void smf_stop(struct core *core);
void smf_reload(struct core *core);
/* How many addresses rest before another phone may have them. */
unsigned smf_addresses_resting(const struct core *core);
void smf_pfcp(struct core *core, const union socket_address *peer, struct bytes datagram);

/* What a session crosses (line/answer.h), and to whom it leads; partner and label are "" where that is nobody in particular. Not to be
 * copied: the path points into it. */
enum { SMF_HOPS = 5 };
struct smf_crossing {
    const char *partner, *label;
    bool end_to_end;
    struct path path;
    struct path_hop hops[SMF_HOPS];
};
/* False: there is no such session. */
bool smf_crossing(const struct ue *ue, uint8_t pdu_session_id, struct smf_crossing *crossing);

/* Administration: release with signalling to the phone. False: no such session. */
bool smf_admin_release(struct ue *ue, uint8_t pdu_session_id);

/* QoS flows beside the default one, by the network's own wish (TS 23.502 4.3.3.2). */
enum smf_flow_verdict {
    SMF_FLOW_BEGUN,
    SMF_FLOW_NO_SESSION,
    SMF_FLOW_UNKNOWN, /* no such flow */
    SMF_FLOW_BUSY,    /* another procedure of the session is under way */
    SMF_FLOW_REFUSED, /* what is asked cannot be */
};

/* A packet filter in the terms of IPFilterRule; family 0 and port 0: any. */
struct smf_flow_filter {
    struct config_prefix remote;
    uint16_t remote_port, local_port;
    uint8_t protocol; /* 0: any */

    /* in sessions of Ethernet frames */
    bool has_remote_mac, has_local_mac, has_vlan;
    uint8_t remote_mac[MAC_OCTETS], local_mac[MAC_OCTETS];
    uint16_t vlan;      /* of the customer tag */
    uint16_t ethertype; /* 0: any */
};

/* A new flow and a rule that leads into it; precedence 1 to 254. `why` says what cannot be. */
struct smf_flow_order {
    uint8_t fiveqi, precedence;
    uint64_t gfbr_uplink, gfbr_downlink, mfbr_uplink, mfbr_downlink; /* bits per second, of a GBR flow */
    struct smf_flow_filter filter;
};

enum smf_flow_verdict smf_admin_add_flow(struct ue *ue, uint8_t pdu_session_id,
                                         const struct smf_flow_order *order, const char **why);
enum smf_flow_verdict smf_admin_release_flow(struct ue *ue, uint8_t pdu_session_id, uint8_t qfi);

/* A subscriber was added or changed, registered or not: an address of his own is nobody else's from now on. */
void smf_subscriber_noted(struct core *core, const char *supi);

/* The subscriber was changed: rates and the default flow of his sessions follow, what he may not have any more ends. */
void smf_subscription_changed(struct ue *ue);

/* --- for status displays (view.c) --- */

struct smf_session_view {
    uint8_t pdu_session_id;
    uint8_t type; /* enum nas_session_type */
    uint8_t fiveqi, arp;
    bool active, has_ipv4, has_prefix;
    uint8_t ipv4[4], prefix[8];
    const struct config_prefix *routes; /* networks behind the phone; as long as it does */
    unsigned route_count;
    const uint8_t (*macs)[MAC_OCTETS]; /* likewise, of an Ethernet session */
    unsigned mac_count;
    const char *dnn, *plane;
    struct config_slice slice;
    uint64_t ambr_uplink, ambr_downlink; /* bits per second */
    uint64_t plane_seid;
    bool external;                               /* its plane is another maker's */
    uint64_t reported_uplink, reported_downlink; /* octets, by its plane's usage reports */
    int64_t since;                               /* wall clock, nanoseconds */
};

/* A QoS flow beside the default one. */
struct smf_flow_view {
    uint8_t qfi, fiveqi;
    unsigned rules;
    uint64_t gfbr_uplink, gfbr_downlink, mfbr_uplink, mfbr_downlink; /* bits per second; 0: none */
};

/* The nth one; false: there are fewer. */
bool smf_view_flow(const struct ue *ue, uint8_t pdu_session_id, unsigned n, struct smf_flow_view *view);

/* False: no such session. Texts live as long as it does. */
bool smf_view(const struct ue *ue, uint8_t pdu_session_id, struct smf_session_view *view);

struct smf_plane_view {
    const char *name;
    union socket_address address;
    bool associated, external, drained;
    unsigned sessions, sessions_most; /* the second: 0: no limit */
    unsigned load;                    /* percent */
    unsigned reduction;               /* percent of new sessions that it wants no more, for too much load */
    unsigned failed_paths;            /* gNBs that do not answer GTP-U echo requests */
    int64_t lost_for;                 /* nanoseconds; 0: it is not lost */
    const char *closed;               /* why it gets no new sessions now; "": it does */
};

/* No new sessions for the plane from now on, or again; and those that it has are to move. False: there is no such plane. */
bool smf_plane_drain(struct core *core, const char *plane, bool drained, bool move_sessions);

/* The nth plane; false: there are fewer. */
bool smf_plane(const struct core *core, unsigned n, struct smf_plane_view *view);

#endif
