/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edge at work on a loop: N2's sockets, its admin socket and its copies for `demarc trace`. A process of its own has one
 * (process.c); with `isolation: none` control has them all.
 */
#ifndef EDGE_POST_H
#define EDGE_POST_H

#include "edge/confine.h"
#include "edge/edge.h"
#include "kit/loop.h"
#include "wire/wicket/charter.h"

struct post;

/* Most associations at each of its addresses. */
unsigned post_associations(const struct charter_terms *terms);

struct post_settings {
    struct loop *loop;                     /* borrowed; as are the next two */
    const struct charter *charter;         /* whose it is, and its terms */
    const struct confinement *confinement; /* NULL: none */
    unsigned first_socket;                 /* its N2 sockets are inherited as n2.N from this one on */
    bool (*to_control)(void *context, struct bytes message); /* false: not taken */
    void *context;
};

/* Opens what has a name in the file system. NULL: out of memory. */
struct post *post_new(struct post_settings settings);
/* Opens N2. False: cannot be done (logged). */
bool post_open(struct post *post);
void post_free(struct post *post);

/* The charter's terms have changed, as far as they can while it works. */
void post_renew(struct post *post);

/* In the settle hook: gates_serve, until it is less, then what is to be sent. */
unsigned post_serve(struct post *post, unsigned most);
void post_flush(struct post *post);

/* Once it is open. */
struct edge *post_edge(const struct post *post);

#endif
