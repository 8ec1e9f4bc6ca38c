/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service-based interface on the loop: a server for the requests of configured peers, and a client that keeps one
 * connection to each of them. HTTP/2 with prior knowledge, or over TLS 1.3 with certificates on both sides (TS 29.500 5.2,
 * TS 33.501 13.1). A peer is who connects from its address, or, with TLS, whose certificate bears its name; all others are
 * turned away before they have said anything.
 */
#ifndef SBI_SBI_H
#define SBI_SBI_H

#include "kit/address.h"
#include "kit/loop.h"
#include "sbi/session.h"

struct sbi;

struct sbi_peer {
    const char *name;
    union socket_address address; /* with port */
};

struct sbi_settings {
    union socket_address listen;  /* also where own connections come from */
    const struct sbi_peer *peers; /* borrowed until sbi_close */
    unsigned peer_count;
    const char *certificate, *key, *authorities; /* PEM files; certificate "": no TLS */
    struct sbi_limits limits;
    int64_t patience; /* nanoseconds; 0: 10 s */
};

struct sbi_events {
    /* A request of peers[peer]; sbi_answer with the token is awaited. */
    void (*request)(void *context, unsigned peer, uint64_t token, const struct sbi_message *request);
    /* The answer to sbi_ask; NULL: there is none (peer down, time out). Never from within sbi_ask. */
    void (*response)(void *context, uint64_t token, const struct sbi_message *response);
    /* Who is no peer was not heard; NULL: nobody wants to know. */
    void (*turned_away)(void *context, const union socket_address *from, const char *why);
};

/* NULL with *why (static text). */
struct sbi *sbi_open(struct loop *loop, const struct sbi_settings *settings, const struct sbi_events *events,
                     void *context, const char **why);
void sbi_close(struct sbi *sbi); /* without further calls */

/* Sends a request to peers[peer], which has `time` nanoseconds to answer. token is the caller's. A request whose connection
 * breaks is sent once more, on another one, if the peer cannot have begun with it or `again` says that it does no harm.
 * False: there is no way to the peer now; no call follows. */
bool sbi_ask(struct sbi *sbi, unsigned peer, uint64_t token, const struct sbi_message *request, bool again,
             int64_t time);
/* Nothing happens when the peer has lost patience or its connection. */
void sbi_answer(struct sbi *sbi, uint64_t token, const struct sbi_message *response);

/* Sends what waits; for the process's settle hook. */
void sbi_flush(struct sbi *sbi);

/* Where it listens, with the port that the host chose if none was given. */
union socket_address sbi_local(const struct sbi *sbi);

#endif
