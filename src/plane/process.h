/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal to plane/main.c and plane/process_*.c: what the process `demarc plane` consists of, and the steps of its start. A step
 * that fails has told the log why, unless it says otherwise, and main.c takes down what there is by then.
 */
#ifndef PLANE_PROCESS_H
#define PLANE_PROCESS_H

#include "admin/admin.h"
#include "admin/keeper.h"
#include "line/reporter.h"
#include "plane/agent.h"
#include "plane/capture.h"
#include "plane/fast/start.h"
#include "plane/fast/watch.h"
#include "plane/host.h"
#include "plane/lead.h"
#include "plane/n3_mtu.h"
#include "plane/ran_port.h"
#include "plane/report.h"
#include "plane/worker.h"

#pragma GCC visibility push(hidden)

struct process {
    const struct config *config;
    const char *config_path; /* NULL: the default */
    const struct config_plane *own;
    struct loop *loop;
    struct plane plane;
    struct network *networks;
    struct config_prefix *infrastructure;
    struct agent *agent;
    struct admin *admin;
    struct capture *capture;
    struct host host;
    struct lead lead; /* without a configuration: not yet, or not any more */
    struct fast fast;
    struct fast_watch *fast_watch;
    struct n3_mtu *n3_mtu;
    struct keeper_ear keeper;
    struct reporter *evidence;
    struct plane_report *report;
    struct ran_port *ran_port; /* of the first plane only: a host has one */
    struct config *reloaded;   /* what it follows; NULL: config */
    struct worker **workers;
    unsigned worker_count;
    struct watch n4, news;
    struct transmit transmit; /* of the agent's thread */
    int *tun;                 /* queues, a row of networks a worker */
    int n3[2];                /* the first worker's sockets, which the agent sends through, too */
    bool leaves;              /* without taking the fast path down */
};

/* Logs what failed with errno, and what would help. False, for the caller to return. */
bool process_complain(const char *what, const char *remedy);

/* --- process_plane.c: data networks, policy, packet workers --- */

/* What the configuration says, without a socket. False, and nothing is logged: out of memory. */
bool process_set_up(struct process *process);
/* Opens TUN devices and N3. */
bool process_start_workers(struct process *process);

/* --- process_agent.c: PFCP, and what the agent is lent --- */

bool process_open_n4(struct process *process);
bool process_start_agent(struct process *process);
/* Takes away a route of a predecessor's of which no session has been heard (struct fast, unlead). */
void process_unlead(void *context, unsigned network, const struct fast_prefix *prefix);

/* --- process_admin.c: the verbs of docs/admin.md --- */

/* Without a socket there are no verbs: the log tells, and the plane goes on. */
void process_serve_admin(struct process *process);
/* Reads the configuration again, of which only the log and the RAN port can change under a running plane. False: it is wrong. */
bool process_reload(struct process *process);

#pragma GCC visibility pop
#endif
