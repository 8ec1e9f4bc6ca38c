/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of the agent; nobody else's. */
#ifndef PLANE_AGENT_STATE_H
#define PLANE_AGENT_STATE_H

#include "kit/arena.h"
#include "kit/map.h"
#include "plane/agent.h"
#include "plane/agent_load.h"
#include "plane/plan.h"
#include "plane/supervise.h"
#include "plane/tally.h"
#include "wire/pfcp/bundle.h"

/* A request of ours that waits for its response. */
struct request {
    struct timer timer;
    struct smf *smf;
    uint64_t seid; /* of the session it is about; 0: none */
    uint32_t sequence;
    uint8_t type;
    uint8_t report_type; /* of a session report */
    unsigned tries;
    size_t length;
    uint8_t message[];
};

/* A response that is kept for when its request comes again. */
struct answered {
    struct answered *next;
    int64_t expires;
    uint32_t sequence;
    uint8_t request_type;
    size_t length;
    uint8_t message[];
};

struct smf {
    struct agent *agent;
    union socket_address address;
    uint32_t number; /* made of its address */
    bool associated;
    bool bundles; /* takes several messages in a datagram */
    bool hears_load, hears_overload;
    uint32_t load_told, overload_told; /* sequence numbers of what it has heard last; 0: nothing */
    uint32_t recovery_time_stamp;
    uint32_t next_sequence;
    struct timer timer;    /* next heartbeat, or next offer of an association */
    struct map requests;   /* sequence -> struct request */
    struct map by_cp_seid; /* -> struct session */
    uint8_t claim;         /* counts associations */
    int64_t claimed;       /* when the present one began */
    int64_t audit_at;      /* when sessions not claimed under the present one are asked about */
    struct map answers;    /* sequence -> struct answered */
    struct answered *oldest, **newest;
    struct tally tally;
};

enum { AGENT_BUFFER_BYTES = 65536 + 256 };

struct agent {
    struct agent_settings settings;
    struct smf *smfs;
    unsigned smf_count;
    struct map sessions; /* by our SEID */
    struct arena arena;  /* of the message in hand */
    struct bytes octets; /* the message in hand, while it is */
    uint64_t instance;   /* tells the counters of this process from those of another */
    uint64_t refused_peers, refused_messages;
    uint64_t echo_requests, path_failures;
    struct waiting_markers *markers, **last_markers; /* end_markers.c */
    struct timer markers_due;
    struct timer shaping_ends; /* agent_shaping.c */
    struct agent_load load;
    struct lane *lane;                  /* the plane's last: no worker's but where there is only one */
    struct pfcp_bundle answers;         /* to the datagram in hand */
    uint8_t out[PFCP_MESSAGE_BYTES];    /* message being built */
    uint8_t buffer[AGENT_BUFFER_BYTES]; /* packet being sent */
};

static inline int64_t agent_now(const struct agent *agent)
{
    return agent->settings.timers->now;
}

/* agent_request.c: our requests and kept answers. */
void smf_send(struct smf *smf, const struct pfcp_message *message);
/* Sends until answered or given up; false: no memory or no encoding. */
bool smf_request(struct smf *smf, struct pfcp_message *message, uint64_t seid);
/* The request that this response ends, for the caller to free(); NULL: none is waiting. */
struct request *smf_answered(struct smf *smf, uint32_t sequence);
void smf_forget_requests(struct smf *smf);
void smf_keep_answer(struct smf *smf, uint8_t request_type, uint32_t sequence, struct bytes message);
const struct answered *smf_find_answer(struct smf *smf, uint8_t request_type, uint32_t sequence);
void smf_forget_answers(struct smf *smf);
void smf_given_up(struct request *request); /* agent.c; the request is freed afterwards */

/* agent_session.c: transactions. The answer's header is set by the caller. */
void agent_establish(struct smf *smf, const struct pfcp_message *request, struct pfcp_message *answer);
void agent_modify(struct smf *smf, const struct pfcp_message *request, struct pfcp_message *answer);
void session_delete(struct smf *smf, const struct pfcp_message *request, struct pfcp_message *answer);
/* Takes the session out of all tables; it is freed when no worker can see it any more. */
void session_remove(struct agent *agent, struct session *session);

/* What its SMF has not spoken of since they are associated gives way to what it says now. */
bool session_may_give_way(const struct smf *smf, const struct session *holder);

/* agent_routes.c: networks behind phones. False: one is another's that stays, or there is no room; the plan says so. Nothing is changed. */
bool agent_routes_admit(struct smf *smf, struct plan *plan, const struct ruleset *rules,
                        const struct session *own);
/* Removes those that give way to what was admitted. */
void agent_routes_clear(struct smf *smf, const struct ruleset *rules, const struct session *own);
/* Of what was admitted, with the session's addresses; agent_routes_lead() is to follow. False: out of memory. */
bool agent_routes_put(struct agent *agent, struct session *session, const struct ruleset *rules);
/* The host leads those that are not also in `had` (NULL: none) from now on: when what goes has gone, as it has no route within another one. */
void agent_routes_lead(const struct agent *agent, const struct session *session, const struct ruleset *had);
/* All that are not also in `kept` (NULL: none is kept). */
void agent_routes_remove(struct agent *agent, struct session *session, const struct ruleset *rules,
                         const struct ruleset *kept);

/* agent_report.c: what the plane has to say about a session. */
void session_news(struct agent *agent, struct session *session, uint8_t news);
void session_timer(struct timer *timer);
void session_reschedule(struct agent *agent, struct session *session);
/* Its SMF has spoken of it. The first time in an association: it may have forgotten what it was told before. */
void session_claimed(struct agent *agent, struct session *session);
/* From now on; 0: not any more. */
void session_watch_activity(struct agent *agent, struct session *session, uint32_t seconds);
void session_report_answered(struct agent *agent, const struct request *request,
                             const struct pfcp_session_report_response *response);
void session_report_lost(struct agent *agent, const struct request *request);
void session_drain(struct agent *agent, struct session *session);
/* Asks the SMF about sessions that it has not spoken of since the association began: it may have died before it had stored
 * them, or could not tell of their end. What it does not know is deleted. */
void smf_audit(struct smf *smf);
void session_tunnel_error(struct agent *agent, const struct tunnel_error *error);

#endif
