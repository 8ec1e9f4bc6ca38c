/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PFCP side of the plane (TS 29.244): takes messages, a clock and an outbox, never a socket, so that it runs in a process
 * and in a simulation alike. All calls come from one thread, which is also the one that drives the timers.
 *
 * Sessions outlive a loss of the association: packets flow on while the SMF is away (TS 23.527 4.2), and it finds them when
 * it is back. Only SMFs named in the settings are heard.
 */
#ifndef PLANE_AGENT_H
#define PLANE_AGENT_H

#include "kit/timers.h"
#include "plane/path.h"
#include "wire/pfcp/pfcp.h"

struct agent;

/* Of a packet worker since it began: time spent (ns), and packets that were lost before it came to them. */
struct agent_effort {
    int64_t cpu;
    uint64_t dropped;
    bool dropped_is_known; /* it could be read */
};

struct agent_settings {
    struct plane *plane;
    struct timers *timers;
    struct pfcp_node_id node_id;
    struct pfcp_ip n4;                /* own address, for the F-SEID */
    const union socket_address *smfs; /* with port; copied */
    unsigned smf_count;
    uint32_t recovery_time_stamp; /* seconds since 1900 */
    int64_t wall;                 /* seconds since 1900 at time 0 of the timers' clock */
    int64_t t1;                   /* ns between retransmissions */
    unsigned n1;                  /* sendings of a request at most */
    int64_t heartbeat;            /* ns between heartbeats; 0: none are sent */
    unsigned sessions;            /* at most; 0: no limit */
    int64_t echo_period;  /* ns between echo requests to a gNB that carries sessions; 0: none are sent */
    int64_t echo_timeout; /* ns an answer is waited for */
    unsigned echo_tries;  /* requests without an answer after which the path has failed */

    uint64_t (*random)(void *context);
    /* False: another looks after the RAN port (rule L2). NULL: as if. */
    bool (*ran_port)(void *context, bool *in_force);
    void (*send_n4)(void *context, const union socket_address *to, struct bytes message);
    void (*send_n3)(void *context, struct packet *packet); /* PATH_TO_N3 */
    void (*send_n6)(void *context, struct packet *packet); /* PATH_TO_N6 */
    /* What the worker of that lane has done; false: it has none. NULL: nobody knows. */
    bool (*effort)(void *context, unsigned lane, struct agent_effort *effort);
    /* The host is to send packets for a network behind a phone to the data network's device, or not any more. NULL: as if. */
    void (*lead)(void *context, const struct network *network, const struct config_prefix *route, bool there);
    /* A PFCP message was refused or dropped; may be NULL. */
    void (*refused)(void *context, const union socket_address *from, const char *message, const char *why,
                    struct bytes octets);
    void *context;
};

/* NULL: out of memory. */
struct agent *agent_new(const struct agent_settings *settings);
void agent_free(struct agent *agent);

/* Offers an association to every SMF, again and again until one side has set it up. */
void agent_start(struct agent *agent);

/* No worker runs any more: what SMFs have not heard yet of what was carried is told them. */
void agent_end(struct agent *agent);

void agent_receive(struct agent *agent, const union socket_address *from, struct bytes datagram);

/* Handles what the packet workers left: to be called after plane->wake, and at the end of a batch. */
void agent_poll(struct agent *agent);

size_t agent_sessions(const struct agent *agent);

#endif
