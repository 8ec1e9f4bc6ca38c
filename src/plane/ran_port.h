/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule L2 of the line on this host: what comes in where radio equipment is connected is dropped, unless it is N2 to an edge, GTP-U
 * to a plane or a management hop that the inventory names. It is dropped at the interface's ingress, in nftables, so that nothing
 * of the host is reachable; who sends it is counted there, and told here. Where there is a packet program it does the same before (plane/fast/ran_port.h), so
 * that a flood costs next to nothing. The rules of nftables stay when this process ends, in whatever way:
 * what is behind the port is no less hostile then.
 */
#ifndef PLANE_RAN_PORT_H
#define PLANE_RAN_PORT_H

#include <jansson.h>
#include <stdio.h>

#include "config/config.h"
#include "kit/timers.h"

#define RAN_PORT_TABLE "demarc_ran_port"

struct ran_port;
struct fast;

/* All outlive it. fast NULL: nftables is alone. NULL: out of memory. */
struct ran_port *ran_port_new(const struct config *config, struct timers *timers, struct fast *fast);
/* Puts the rules up (takes them down where the inventory names no interface), and looks after them from then on. What is not in
 * force is said loudly and tried again. */
void ran_port_hold(struct ran_port *port);
/* After a reload: other rules are put up at once, and its texts are used from now on. N2 and N3 stay as the processes have them until
 * a restart. False: out of memory, and nothing has changed. */
bool ran_port_follow(struct ran_port *port, const struct config_ran_port *own);
/* Were all rules found in force at the last look, a moment ago? */
bool ran_port_in_force(const struct ran_port *port);
/* The rules stay. NULL is harmless. */
void ran_port_free(struct ran_port *port);

/* The reply of docs/admin.md to `ran_port`; and its counters, added to the list of `metrics`. New references; NULL: out of memory. */
json_t *ran_port_reply(const struct ran_port *port);
void ran_port_metrics(const struct ran_port *port, json_t *metrics);

/* The nftables script. For ran_port.c and tests. */
void ran_port_write_rules(FILE *to, const struct config *config);
/* Takes over what "list table" says, and tells of new sources. Likewise. */
void ran_port_take(struct ran_port *port, const json_t *list);
/* Does it list the rules as they were the first time? Likewise. */
bool ran_port_untouched(struct ran_port *port, const json_t *list);

#endif
