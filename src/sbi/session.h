/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP/2 connection (RFC 9113, TS 29.500 5.2.1) without its socket: bytes in, bytes out, whole messages between. The
 * framing is libnghttp2's; what a peer may take of our memory and time is decided here.
 */
#ifndef SBI_SESSION_H
#define SBI_SESSION_H

#include <stdint.h>

#include "sbi/message.h"

struct sbi_session;

/* What one peer may use of a connection; a zero takes the default. */
struct sbi_limits {
    unsigned streams;    /* at once; 0: 100 */
    size_t header_bytes; /* of one message's fields, 32 for each on top (RFC 9113 6.5.2); 0: 8 KiB */
    size_t body_bytes;   /* of one message; 0: 256 KiB */
    unsigned
        idle_frames; /* frames in a row that bring no whole message, refused streams among them; 0: 1000 */
};

struct sbi_session_events {
    /* A whole request came. The answer may be given now or later, by its stream. */
    void (*request)(void *context, int32_t stream, const struct sbi_message *request);
    /* The answer to an own request. NULL: there will be none. `unseen`: the peer has not begun to work on the request, which
     * may be sent again elsewhere (RFC 9113 8.7). */
    void (*response)(void *context, int32_t stream, const struct sbi_message *response, bool unseen);
};

struct sbi_session_settings {
    bool server;
    bool secure;           /* a client's requests say https */
    const char *authority; /* a client's: host and port of the server; borrowed */
    struct sbi_limits limits;
};

/* NULL: out of memory. */
struct sbi_session *sbi_session_new(const struct sbi_session_settings *settings,
                                    const struct sbi_session_events *events, void *context);
/* Own requests that are under way are answered NULL first. */
void sbi_session_free(struct sbi_session *session);

/* Bytes from the peer. False: the connection is of no use any more; *why says why. Output may still be waiting: the reason
 * for the peer. */
bool sbi_session_receive(struct sbi_session *session, struct bytes bytes, const char **why);

/* The next bytes for the peer, valid until the next call; empty: none for now. */
struct bytes sbi_session_output(struct sbi_session *session);

/* Sends a request; its stream, or 0: the connection takes no more. The message is copied. */
int32_t sbi_session_request(struct sbi_session *session, const struct sbi_message *request);
/* Gives an own request up; no event follows. */
void sbi_session_cancel(struct sbi_session *session, int32_t stream);

/* Answers a request; nothing happens if the peer has given it up. The message is copied. */
void sbi_session_respond(struct sbi_session *session, int32_t stream, const struct sbi_message *response);

/* Messages that the peer has begun and not finished. */
unsigned sbi_session_owed(const struct sbi_session *session);
/* False when the peer is ending the connection: no more requests. */
bool sbi_session_usable(const struct sbi_session *session);

#endif
