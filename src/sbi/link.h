/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP connection on the loop that carries an HTTP/2 session, over TLS if there is an identity. Internal to the room.
 */
#ifndef SBI_LINK_H
#define SBI_LINK_H

#include "crypt/tls.h"
#include "kit/loop.h"
#include "sbi/session.h"

struct sbi_link;

struct sbi_link_events {
    void (*request)(void *context, struct sbi_link *link, int32_t stream, const struct sbi_message *request);
    void (*response)(void *context, struct sbi_link *link, int32_t stream, const struct sbi_message *response,
                     bool unseen);
    /* The link is freed when the call returns; own requests under way have been answered NULL. */
    void (*closed)(void *context, struct sbi_link *link, const char *why);
};

struct sbi_link_settings {
    struct loop *loop;
    int fd; /* connected, or connecting; taken over on success */
    bool server;
    struct tls_identity *identity; /* borrowed; NULL: cleartext with prior knowledge */
    const char *peer;              /* of a client: the name in the server's certificate */
    const char *authority;         /* of a client: host and port of the server; borrowed */
    struct sbi_limits limits;
    int64_t patience; /* for a handshake, a message that has begun, output that is not taken; nanoseconds */
    int64_t idle;     /* a connection that carries nothing is closed after */
    const struct sbi_link_events *events;
    void *context;
};

/* NULL: out of memory or descriptors. */
struct sbi_link *sbi_link_new(const struct sbi_link_settings *settings);
/* Without a `closed` call; not from within the link's own calls. */
void sbi_link_free(struct sbi_link *link);

/* The HTTP/2 connection; use it freely, then flush. NULL once the link is closing. */
struct sbi_session *sbi_link_session(struct sbi_link *link);
const struct tls *sbi_link_tls(const struct sbi_link *link); /* NULL: cleartext */

/* Sends what waits. A connection that turns out to be dead is closed from the loop. */
void sbi_link_flush(struct sbi_link *link);

#endif
