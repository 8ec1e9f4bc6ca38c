/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS 1.3 (RFC 8446; TS 33.210, TS 33.310) without its socket: what the wire says goes in, plain bytes come out, and the other way
 * round. The files are read when the identity is made, and never again: what follows can be done in a cage.
 */
#ifndef CRYPT_TLS_H
#define CRYPT_TLS_H

#include <stdbool.h>

#include "kit/bytes.h"

struct tls_identity;
struct tls;

/* PEM files; NULL or empty: none. */
struct tls_terms {
    const char *certificate, *key; /* own chain and its key; a client without them shows nothing */
    const char *authorities;       /* who may sign a peer's certificate; a server with them asks for one */
    const char *pinned;            /* instead: the peer's very certificate, whatever its name is */
    const char *protocol;          /* that must be agreed on (ALPN), such as "h2"; NULL: that is not asked */
};

/* NULL with *why (static text) if one of the files cannot be used. `protocol` is borrowed. */
struct tls_identity *tls_identity_new(const struct tls_terms *terms, const char **why);
void tls_identity_free(struct tls_identity *identity);

/* A connection; for a client, `peer` is the DNS name or the address that the server's certificate must bear. NULL: out of memory. */
struct tls *tls_new(struct tls_identity *identity, bool server, const char *peer);
void tls_free(struct tls *tls);

/* From the wire. False: the connection is of no use (forged, refused, closed); output may still be waiting. */
bool tls_receive(struct tls *tls, struct bytes wire);
/* Up to `size` plain bytes, moved into the buffer; 0: none for now. */
size_t tls_read(struct tls *tls, void *buffer, size_t size);

/* Only once established. False: out of memory. */
bool tls_write(struct tls *tls, struct bytes plain);
/* Up to `size` bytes for the wire, moved into the buffer; 0: none for now. */
size_t tls_output(struct tls *tls, void *buffer, size_t size);

/* The handshake is done, the protocol is agreed on, the peer's certificate is good. */
bool tls_established(const struct tls *tls);
/* Does the established peer's certificate bear the DNS name? */
bool tls_peer_is(const struct tls *tls, const char *name);
/* Nothing more will come: broken, refused or closed; why, as static text. */
bool tls_failed(const struct tls *tls);
const char *tls_why(const struct tls *tls);

#endif
