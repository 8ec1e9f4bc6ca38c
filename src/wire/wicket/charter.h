/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the keeper tells an edge, control and the recorder, over a socket that it made for each of them (kit/pass.h). An edge
 * reads no file: all that it knows of the configuration is its terms. And it reaches control through no name: for each pair of
 * edge and control that live the keeper makes a wicket and hands each its end, to control with the edge's name beside. So control
 * knows by the keeper's word who speaks.
 *
 *     version 1 | kind 1 | name 1+n | terms
 */
#ifndef WIRE_WICKET_CHARTER_H
#define WIRE_WICKET_CHARTER_H

#include "kit/address.h"
#include "kit/bytes.h"
#include "kit/log.h"
#include "wire/wicket/wicket.h"

enum charter_kind {
    CHARTER_TERMS = 1, /* keeper to edge: first of all, and anew at each reload */
    CHARTER_WICKET,    /* keeper to edge and to control, with a descriptor: the other one is there */
    CHARTER_REPLACE, /* control to keeper: this edge broke the wicket's rules; recorder to keeper: this source those of its channel */
    CHARTER_RELOAD,  /* control to keeper: the configuration has changed */
    CHARTER_EVIDENCE, /* keeper to the recorder and to a source of evidence, with a descriptor: the other one is there */
    CHARTER_SOURCE, /* keeper to the recorder: this source of evidence is to be heard, whether it is there or not */
};

enum {
    CHARTER_VERSION = 1,
    CHARTER_LISTEN = 16,
    CHARTER_NAME_BYTES = WICKET_NAME_BYTES + 8, /* with the end mark: "plane-" and a name */
    CHARTER_PATH_BYTES = 64,
    CHARTER_BYTES = 1024, /* the longest message */
};

/* What each association may spend in a second before control hears of it; 0: any amount. */
struct charter_budget {
    uint32_t messages, bytes; /* NGAP */
    uint32_t arrivals;        /* of the messages, Initial UE Messages */
    uint32_t log_bytes;
};

/* What an edge is to do, and as whom. */
struct charter_terms {
    char vendor[WICKET_NAME_BYTES + 1];
    char runtime_dir[CHARTER_PATH_BYTES]; /* for the sockets that it is asked through */
    uint32_t id;                          /* user and group of its own; 0: as it was started */
    enum log_level log_level;
    bool log_json;
    struct charter_budget budget;
    uint32_t gnbs;                               /* over all edges */
    union socket_address listen[CHARTER_LISTEN]; /* N2; the sockets are inherited as n2.N */
    unsigned listen_count;
};

struct charter {
    enum charter_kind kind;
    char name[CHARTER_NAME_BYTES]; /* the edge's, or the source's; "" for RELOAD */
    struct charter_terms terms;
};

/* False: no room, or more than may be said. */
bool charter_encode(struct writer *w, const struct charter *charter);
bool charter_decode(struct bytes in, struct charter *charter, struct fault *fault);

#endif
