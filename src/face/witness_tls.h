/* SPDX-License-Identifier: Apache-2.0 */
/* TLS 1.3 at the witness's door. libmicrohttpd speaks it through GnuTLS; here is what it is told, and who may come. */
#ifndef FACE_WITNESS_TLS_H
#define FACE_WITNESS_TLS_H

#include <microhttpd.h>
#include <stdbool.h>

/* PEM, as the files have it. */
struct witness_tls {
    char *certificate, *key;
    char *
        authorities; /* who may sign a client's certificate, without which nobody comes in; NULL: whoever comes */
};

enum { WITNESS_TLS_OPTIONS = 5 };

/* Reads the files and tries them; authorities may be NULL. False: said why. */
bool witness_tls_load(struct witness_tls *tls, const char *certificate, const char *key,
                      const char *authorities);
void witness_tls_free(struct witness_tls *tls);

/* What libmicrohttpd is to be told, with its end. It borrows the texts. */
void witness_tls_options(const struct witness_tls *tls, struct MHD_OptionItem items[WITNESS_TLS_OPTIONS]);

/* To be called as each connection begins: who shows no good certificate does not get through the handshake. */
void witness_tls_demand(struct MHD_Connection *connection);

#endif
