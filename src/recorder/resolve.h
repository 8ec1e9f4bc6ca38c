/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of names, for a process in a cage: where to ask is read from the host's files before, and asked is from the loop, one
 * datagram at a time, so that nothing waits. The C library would read files and wait for answers at each question.
 */
#ifndef RECORDER_RESOLVE_H
#define RECORDER_RESOLVE_H

#include "kit/address.h"
#include "kit/loop.h"

struct resolver;
struct lookup;

/* Files as resolv.conf(5), of which `nameserver` counts (with a port, if need be), and hosts(5). A file that cannot be read
 * is empty; without any server it is 127.0.0.1. NULL: out of memory. */
struct resolver *resolver_new(struct loop *loop, const char *servers, const char *hosts);
void resolver_free(struct resolver *resolver); /* no lookup is under way */

/* A name is asked for whole, without search domains; IPv4 first, then IPv6, each server twice. `done` is called once, from the
 * loop: with at least one address, the port being 0, or with none and why (static text). NULL: out of memory. */
struct lookup *resolver_ask(struct resolver *resolver, const char *name,
                            void (*done)(void *context, const union socket_address *addresses, unsigned count,
                                         const char *why),
                            void *context);
/* `done` is not called any more. */
void lookup_cancel(struct lookup *lookup);

#endif
