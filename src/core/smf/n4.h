/* SPDX-License-Identifier: Apache-2.0 */
/*
 * N4 from the SMF's side (TS 29.244): planes and their associations, requests with retransmission, and what is said
 * about sessions. Private to core/smf.
 */
#ifndef CORE_SMF_N4_H
#define CORE_SMF_N4_H

#include <netinet/in.h>

#include "core/function.h"
#include "core/smf/n4_select.h"
#include "core/smf/session.h"

enum upf_restoring {
    RESTORE_UPDATE,  /* the plane has its sessions; they may be out of date */
    RESTORE_CREATE,  /* it lost them */
    RESTORE_REFUSED, /* it has them; changes that it could not take are told again */
};

/* 8.2.1: 1 to 63 are the ways to say yes. */
static inline bool n4_cause_accepts(uint8_t cause)
{
    return cause > 0 && cause < PFCP_REJECTED;
}

/* It would, had it room, or less to do. */
static inline bool n4_cause_is_resources(uint8_t cause)
{
    return cause == PFCP_NO_RESOURCES_AVAILABLE || cause == PFCP_CONGESTION ||
           cause == PFCP_ALL_DYNAMIC_ADDRESSES_OCCUPIED;
}

/* The same may be taken in a moment. */
static inline bool n4_cause_passes(uint8_t cause)
{
    return n4_cause_is_resources(cause) || cause == PFCP_SYSTEM_FAILURE;
}

/* A GTP-U path of a plane that has failed (TS 23.527 5.2). */
struct failed_path {
    struct failed_path *next;
    struct pfcp_ip gnb;
};

/* Whose traffic the plane is told to shape. */
struct n4_shaping {
    struct pfcp_shaping_of_peer *list; /* of this round; those before `at` it has confirmed */
    size_t count, at;
    uint32_t round;
    bool told; /* all, under the present association */
    struct n4_request *request;
};

/* What it asks for while it has too much to do (TS 29.244 6.2.4). */
struct n4_overload {
    bool told;
    uint32_t sequence;
    unsigned reduction; /* percent */
    unsigned owed;      /* percent of a session that is to be left out */
    int64_t until;
};

/* A plane. */
struct upf {
    struct upf *next;
    struct smf *smf;
    const struct config_plane *config; /* NULL: removed */
    union socket_address address;
    char *name;
    bool associated;
    bool quiet;            /* lost a moment ago: requests that were given up may still be on their way */
    unsigned associations; /* so far */
    bool removed;          /* no longer configured: no new sessions */
    bool external;         /* not started by our keeper */
    bool refused;          /* by the line: likewise no new ones */
    bool drained;          /* by command: likewise */
    bool leaving;          /* it has asked to be released: likewise */
    struct function_told told;
    struct timer ending; /* refused: the next portion of its sessions ends */
    bool evicted;        /* drained: its sessions move */
    int64_t lost_at;     /* by timers->now; 0: it is not lost */
    struct timer moving; /* lost, evicted or leaving: the next portion of its sessions moves */
    struct session *move_at;
    bool move_idle; /* those of idle phones, too */
    bool n3_ipv6_only;
    uint32_t recovery_time_stamp; /* 0: never associated */
    uint64_t features;
    struct map teids;   /* struct session by TEID, where the plane does not allocate them (n4_teid.c) */
    bool plain;         /* it takes no elements of our own */
    bool elsewhere;     /* it has named another address for its sessions (TS 29.244 5.6.2): told once */
    struct timer timer; /* associated: next heartbeat; else: next attempt */
    struct n4_request *request; /* association setup or heartbeat under way */
    struct session *sessions;
    unsigned session_count, session_most; /* the second as configured; 0: no limit */
    bool load_told;
    uint32_t load_sequence;
    unsigned load; /* percent */
    struct n4_overload overload;
    int64_t full_until; /* it has refused a session for want of resources */
    struct failed_path *failed_paths;
    bool refused_changes;       /* some of its sessions' are to be told again */
    struct session *restore_at; /* next to be restored */
    enum upf_restoring restore;
    unsigned restoring;  /* under way */
    uint64_t *deletions; /* SEIDs of ended sessions that the plane may still have */
    size_t deletion_count, deletion_room;
    unsigned deleting; /* requests under way */
    struct n4_shaping shaping;
};

/* A request that waits for its answer (6.4). */
struct n4_request {
    struct timer timer;
    struct smf *smf;
    struct upf *upf;
    struct session *session; /* NULL: about the node, or the session is gone */
    uint32_t sequence;
    uint64_t up_seid;     /* as in its header */
    unsigned association; /* upf->associations when it was sent */
    uint8_t type;
    bool restores;
    unsigned transmissions;
    /* NULL: none came. The request is freed afterwards. */
    void (*answered)(struct n4_request *request, const struct pfcp_message *answer);
    size_t size;
    uint8_t bytes[];
};

/* Sets the sequence number and sends; NULL: out of memory, or too long. */
struct n4_request *n4_request_send(struct upf *upf, struct session *session, struct pfcp_message *message,
                                   void (*answered)(struct n4_request *, const struct pfcp_message *));
/* The answer to a request, if there is one from that plane. */
void n4_request_answer(struct smf *smf, const struct upf *upf, const struct pfcp_message *answer);
/* Nobody waits for the answer any more. */
void n4_request_forget(struct n4_request *request);
/* The plane has begun anew: those that name a session of its former life are not sent any more. Those that still have a session end
 * without an answer. */
void n4_requests_void(struct upf *upf);
void n4_requests_free(struct smf *smf);

/* --- planes (n4_node.c) --- */

bool n4_start(struct smf *smf);
void n4_stop(struct smf *smf);
void n4_reload(struct smf *smf);
struct upf *n4_find(const struct smf *smf, const char *name);
struct upf *n4_of_peer(const struct smf *smf, const union socket_address *peer);
struct pfcp_node_id n4_node_id(const struct smf *smf);
struct pfcp_ip n4_own_ip(const struct smf *smf);
/* A number by that name, beside the plane's, over restarts of our own; 0: there is none. */
void n4_remember(const struct upf *upf, const char *what, int64_t value);
int64_t n4_remembered(const struct upf *upf, const char *what);
void n4_lost(struct upf *upf, const char *why);
/* A heartbeat or setup told the plane's time stamp. */
void n4_heard(struct upf *upf, uint32_t recovery_time_stamp);
void n4_associated(struct upf *upf, uint32_t recovery_time_stamp, uint64_t features, bool retained);
void n4_restore_next(struct upf *upf);
void n4_answer(struct smf *smf, const union socket_address *peer, const struct pfcp_message *request,
               struct pfcp_message *answer);

/* --- what the line says (n4_admission.c) --- */

/* May the plane be used? `asks`: it wants to be associated. */
bool n4_admitted(struct upf *upf, bool asks);
/* The same for one that may be in use: if not any more, it comes out of it. */
void n4_reconsider(struct upf *upf);
void n4_unadmit(struct timer *timer);

/* Its association is released (TS 29.244 6.2.8). */
void n4_part(struct upf *upf, const char *why);

/* --- loss, and planes that are to be left (n4_loss.c) --- */

void n4_loss_begins(struct upf *upf, const char *why);
void n4_loss_ends(struct upf *upf);
/* Control begins: planes that have sessions have as long to come back as those that were lost while it was there. */
void n4_loss_feared(struct smf *smf);
void n4_move(struct timer *timer);
/* It has asked for it. */
void n4_leaves(struct upf *upf);
/* As it was when the process before this one ended. */
void n4_drained_load(struct upf *upf);

/* --- paths (n4_path.c) --- */

/* The IPv4 address, if there is one. */
const char *n4_ip_text(const struct pfcp_ip *ip, char text[INET6_ADDRSTRLEN]);

void n4_path_report(struct upf *upf, const struct pfcp_node_report_request *report);
void n4_forget_paths(struct upf *upf);
unsigned n4_failed_paths(const struct upf *upf);

/* --- shaping (n4_shaping.c) --- */

/* Tells planes what has changed of it. */
void n4_shaping_look(struct smf *smf);
/* The plane may have forgotten what it was told. */
void n4_shaping_forget(struct upf *upf);

/* --- F-TEIDs that the plane does not allocate (n4_teid.c) --- */

/* For planes without FTUP (TS 29.244 5.5.2): an end of a tunnel at its first address. False: no memory, or it allocates them. */
bool n4_teid_draw(struct session *session, struct tunnel *tunnel);
/* Does it take the F-TEIDs of sessions that it has lost? One that allocates them need not (RESPS, 5.22.2). */
bool n4_restores_tunnels(const struct upf *upf);
/* It is to have another: the gNB is told to leave the one it has, and the user plane is brought back when it is there. */
void n4_leave_tunnel(struct session *session);
void n4_teid_give_back(struct upf *upf, struct tunnel *tunnel);
/* The features are known now: what sessions have had since before is taken. */
void n4_teids_learn(struct upf *upf);
struct pfcp_outer_header_removal n4_header_removal(const struct pfcp_f_teid *f_teid);

/* --- sessions (n4_session.c) --- */

/* Puts the session on a plane's list; n4_leave takes it off and deletes it there. */
void n4_join(struct session *session, struct upf *upf);
void n4_leave(struct session *session);
/* The answer wakes the session's procedure with EV_PFCP_RESPONSE, data: const bool *accepted. False: not sent. */
bool n4_establish(struct session *session);
/* The same for a session whose plane has lost it: with another tunnel, if it takes the former one back no more. False: it could not be asked;
 * the session is on its way out, or gone. */
bool n4_establish_again(struct session *session);
/* An answer to a request about a session says that the plane is lost, or there is none (NULL); then so it is. */
bool n4_plane_lost(const struct n4_request *request, const struct pfcp_message *answer, uint8_t cause);
/* Tells the plane of all that ended while it could not be told, or did not listen. */
void n4_delete_ended(struct upf *upf);
/* Seconds without a packet after which the plane is to say so; 0: it is not (inactivity.c). */
uint32_t n4_inactivity_timer(const struct session *session);
/* Where downlink goes now, and the rates. The plane watches for packets anew. */
void n4_sync(struct session *session);
/* Flows and rules beside the default ones too; the answer wakes the procedure as that of n4_establish does. */
void n4_sync_flows(struct session *session);

/* As PFCP writes a tunnel endpoint, and the other way round. */
struct pfcp_outer_header_creation n4_outer_header(const struct tunnel *tunnel);
struct tunnel n4_tunnel_of(const struct pfcp_f_teid *f_teid);

/* --- indirect forwarding (n4_forward.c) --- */

/* A tunnel in the plane that leads to the handover's target. That of a handover that is done keeps its time, that of one that is not
 * ends. False: there is none to be had now. */
bool n4_forward_begin(struct session *session, const struct tunnel *to);
/* Of the handover under way: the plane has not answered yet. */
bool n4_forward_pending(const struct session *session);
/* The plane's end, or NULL. */
const struct tunnel *n4_forward_tunnel(const struct session *session);
/* That handover is done: its tunnel ends after a while (amf.timers.forwarding); is not to be: at once. */
void n4_forward_expire(struct session *session);
void n4_forward_end(struct session *session);
/* All of them, with their session. */
void n4_forward_forget(struct session *session);
/* The plane is associated anew, with the session's rules: what it may have of an earlier process's handovers is removed. */
void n4_forward_restored(struct session *session);
/* The plane has made the session anew, without them. */
void n4_forward_replaced(struct session *session);

/* --- reports (n4_report.c) --- */

void n4_session_report(struct upf *upf, const union socket_address *peer, const struct pfcp_message *request);
void n4_count_usage(struct session *session, const struct pfcp_usage_report *reports, size_t count);
/* (n4_macs.c) */
void n4_note_macs(struct session *session, const struct pfcp_usage_report *reports, size_t count);

#endif
