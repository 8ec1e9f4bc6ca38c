/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS 1.3 with certificates on both sides (TS 33.210, TS 33.310, TS 33.501 13.1) without its socket: what the wire says goes
 * in, plain bytes come out, and the other way round.
 */
#ifndef SBI_TLS_H
#define SBI_TLS_H

#include <stdbool.h>

#include "kit/bytes.h"

struct sbi_tls_identity;
struct sbi_tls;

/* PEM files: own certificate chain, its key, and who may sign a peer's. NULL with *why (static text) if one of them cannot be used. */
struct sbi_tls_identity *sbi_tls_identity_new(const char *certificate, const char *key,
                                              const char *authorities, const char **why);
void sbi_tls_identity_free(struct sbi_tls_identity *identity);

/* A connection; for a client, `peer` is the DNS name that the server's certificate must bear. NULL: out of memory. */
struct sbi_tls *sbi_tls_new(struct sbi_tls_identity *identity, bool server, const char *peer);
void sbi_tls_free(struct sbi_tls *tls);

/* From the wire. False: the connection is of no use (forged, refused, closed); output may still be waiting. */
bool sbi_tls_receive(struct sbi_tls *tls, struct bytes wire);
/* Up to `size` plain bytes, moved into the buffer; 0: none for now. */
size_t sbi_tls_read(struct sbi_tls *tls, void *buffer, size_t size);

/* Only once established. False: out of memory. */
bool sbi_tls_write(struct sbi_tls *tls, struct bytes plain);
/* Up to `size` bytes for the wire, moved into the buffer; 0: none for now. */
size_t sbi_tls_output(struct sbi_tls *tls, void *buffer, size_t size);

/* The handshake is done, HTTP/2 is agreed on, the peer's certificate is good. */
bool sbi_tls_established(const struct sbi_tls *tls);
/* Does the established peer's certificate bear the DNS name? */
bool sbi_tls_peer_is(const struct sbi_tls *tls, const char *name);

#endif
