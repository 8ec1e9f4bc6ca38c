/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP request that never waits (HTTP/1.0, so that the answer ends with the connection), over TLS if that is asked for. */
#ifndef RECORDER_HTTP_H
#define RECORDER_HTTP_H

#include "crypt/tls.h"
#include "kit/address.h"
#include "kit/bytes.h"
#include "kit/loop.h"

enum { HTTP_ANSWER_BYTES = 32 * 1024 };

struct http_request;

/* Whom it is for. Texts are looked at by http_post only. */
struct http_target {
    union socket_address address;
    const char *authority, *path;  /* "witness.example:7380", "/add-checkpoint" */
    struct tls_identity *identity; /* borrowed; NULL: cleartext */
    const char *host;              /* that the certificate must bear */
};

/* POSTs the body (copied). `done` is called once, from the loop: with the status code and the body, or with 0 and why as text.
 * NULL with errno: it could not even begin. */
struct http_request *http_post(struct loop *loop, const struct http_target *target, struct bytes body,
                               int64_t patience,
                               void (*done)(void *context, unsigned status, struct bytes body),
                               void *context);
/* `done` is not called any more. */
void http_cancel(struct http_request *request);

/* An answer in its parts. False: it is none. */
bool http_answer(struct bytes in, unsigned *status, struct bytes *body);

#endif
