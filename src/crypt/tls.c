/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "kit/address.h"

enum { PROTOCOL_BYTES = 32 };

struct tls_identity {
    SSL_CTX *context;
    bool asks;                              /* as a server, for a certificate */
    X509 *pinned;                           /* NULL: names and authorities count */
    unsigned char protocol[PROTOCOL_BYTES]; /* behind its length, as ALPN has it; 0: any */
};

struct tls {
    SSL *ssl;
    const struct tls_identity *identity;
    BIO *wire_in, *wire_out; /* owned by ssl */
    bool established, failed;
    const char *why;
};

static bool is_given(const char *path)
{
    return path && *path;
}

/* --- Identity --- */

/* RFC 9113 3.2: the protocol is agreed on by ALPN, or not spoken. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *offered, unsigned length, void *context)
{
    const struct tls_identity *identity = context;
    (void)ssl;
    if (SSL_select_next_proto((unsigned char **)out, out_length, identity->protocol,
                              identity->protocol[0] + 1U, offered, length) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    return SSL_TLSEXT_ERR_OK;
}

static X509 *read_certificate(const char *path)
{
    BIO *file = BIO_new_file(path, "r");
    X509 *certificate = file ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    BIO_free(file);
    return certificate;
}

/* The one certificate is its own authority then, whoever else has signed it. */
static bool pin(struct tls_identity *identity, const char *path)
{
    X509_STORE *store = SSL_CTX_get_cert_store(identity->context);
    identity->pinned = read_certificate(path);
    return identity->pinned && X509_STORE_add_cert(store, identity->pinned) == 1 &&
           X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(identity->context), X509_V_FLAG_PARTIAL_CHAIN) == 1;
}

static const char *load(struct tls_identity *identity, const struct tls_terms *terms)
{
    SSL_CTX *context = identity->context;
    if (is_given(terms->certificate) && SSL_CTX_use_certificate_chain_file(context, terms->certificate) != 1)
        return "the certificate cannot be used";
    if (is_given(terms->certificate) &&
        SSL_CTX_use_PrivateKey_file(context, terms->key, SSL_FILETYPE_PEM) != 1)
        return "the key cannot be used, or is not the certificate's";
    if (is_given(terms->pinned))
        return pin(identity, terms->pinned) ? NULL : "the peer's certificate cannot be read";
    if (is_given(terms->authorities) && SSL_CTX_load_verify_file(context, terms->authorities) != 1)
        return "the authorities cannot be read";
    return NULL;
}

static void ask_for_protocol(struct tls_identity *identity, const char *protocol)
{
    const size_t length = strnlen(protocol, PROTOCOL_BYTES - 1);
    identity->protocol[0] = (unsigned char)length;
    memcpy(identity->protocol + 1, protocol, length);
    SSL_CTX_set_alpn_select_cb(identity->context, choose_protocol, identity);
    SSL_CTX_set_alpn_protos(identity->context, identity->protocol, (unsigned)length + 1);
}

struct tls_identity *tls_identity_new(const struct tls_terms *terms, const char **why)
{
    struct tls_identity *identity = calloc(1, sizeof *identity);
    *why = "out of memory";
    if (!identity)
        return NULL;
    identity->context = SSL_CTX_new(TLS_method());
    if (identity->context)
        *why = load(identity, terms);
    ERR_clear_error();
    if (*why) {
        tls_identity_free(identity);
        return NULL;
    }
    SSL_CTX_set_min_proto_version(identity->context, TLS1_3_VERSION);
    SSL_CTX_set_verify(identity->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_cache_mode(identity->context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(identity->context, 0);
    identity->asks = is_given(terms->authorities) || is_given(terms->pinned);
    if (terms->protocol)
        ask_for_protocol(identity, terms->protocol);
    return identity;
}

void tls_identity_free(struct tls_identity *identity)
{
    if (!identity)
        return;
    X509_free(identity->pinned);
    SSL_CTX_free(identity->context);
    free(identity);
}

/* --- Handshake --- */

static bool fail(struct tls *tls, const char *why)
{
    tls->failed = true;
    tls->why = why;
    return false;
}

/* What the library met last, or the peer has said. */
static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return text ? text : "TLS is refused";
}

static bool protocol_is_agreed(const struct tls *tls)
{
    const unsigned char *protocol;
    unsigned length;
    SSL_get0_alpn_selected(tls->ssl, &protocol, &length);
    return !tls->identity->protocol[0] || length == tls->identity->protocol[0];
}

/* A certificate that the pinned one has signed is another one. */
static bool peer_is_pinned(const struct tls *tls)
{
    const X509 *pinned = tls->identity->pinned, *peer = SSL_get0_peer_certificate(tls->ssl);
    return !pinned || (peer && X509_cmp(peer, pinned) == 0);
}

static bool accept_peer(struct tls *tls)
{
    const long verdict = SSL_get_verify_result(tls->ssl);
    if (verdict != X509_V_OK)
        return fail(tls, X509_verify_cert_error_string(verdict));
    if (!peer_is_pinned(tls))
        return fail(tls, "its certificate is another one");
    return protocol_is_agreed(tls) || fail(tls, "it speaks another protocol");
}

static void shake_hands(struct tls *tls)
{
    const int result = SSL_do_handshake(tls->ssl);
    const long verdict = SSL_get_verify_result(tls->ssl);
    if (result == 1)
        tls->established = accept_peer(tls);
    else if (SSL_get_error(tls->ssl, result) != SSL_ERROR_WANT_READ)
        fail(tls, verdict == X509_V_OK ? reason() : X509_verify_cert_error_string(verdict));
    ERR_clear_error();
}

/* --- Connection --- */

static bool expect_peer(struct tls *tls, const char *peer)
{
    union socket_address address;
    if (tls->identity->pinned)
        return true;
    if (address_parse(&address, peer, 0))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls->ssl), peer) == 1;
    return SSL_set1_host(tls->ssl, peer) == 1 && SSL_set_tlsext_host_name(tls->ssl, peer) == 1;
}

struct tls *tls_new(struct tls_identity *identity, bool server, const char *peer)
{
    struct tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return NULL;
    tls->identity = identity;
    tls->ssl = SSL_new(identity->context);
    tls->wire_in = BIO_new(BIO_s_mem());
    tls->wire_out = BIO_new(BIO_s_mem());
    if (!tls->ssl || !tls->wire_in || !tls->wire_out || (!server && !expect_peer(tls, peer))) {
        BIO_free(tls->wire_in);
        BIO_free(tls->wire_out);
        SSL_free(tls->ssl);
        free(tls);
        return NULL;
    }
    SSL_set_bio(tls->ssl, tls->wire_in, tls->wire_out);
    if (server) {
        SSL_set_accept_state(tls->ssl);
        if (!identity->asks)
            SSL_set_verify(tls->ssl, SSL_VERIFY_NONE, NULL);
    } else {
        SSL_set_connect_state(tls->ssl);
        shake_hands(tls);
    }
    return tls;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    SSL_free(tls->ssl);
    free(tls);
}

bool tls_receive(struct tls *tls, struct bytes wire)
{
    if (wire.len && BIO_write(tls->wire_in, wire.data, (int)wire.len) != (int)wire.len)
        return false;
    if (!tls->established && !tls->failed)
        shake_hands(tls);
    return !tls->failed;
}

size_t tls_read(struct tls *tls, void *buffer, size_t size)
{
    size_t count = 0;
    if (!tls->established || SSL_read_ex(tls->ssl, buffer, size, &count) == 1)
        return count;
    if (SSL_get_error(tls->ssl, 0) != SSL_ERROR_WANT_READ)
        fail(tls, reason());
    ERR_clear_error();
    return 0;
}

bool tls_write(struct tls *tls, struct bytes plain)
{
    size_t written;
    bool done = plain.len == 0 || SSL_write_ex(tls->ssl, plain.data, plain.len, &written) == 1;
    ERR_clear_error();
    return done;
}

size_t tls_output(struct tls *tls, void *buffer, size_t size)
{
    int count = BIO_read(tls->wire_out, buffer, (int)size);
    return count > 0 ? (size_t)count : 0;
}

bool tls_established(const struct tls *tls)
{
    return tls->established;
}

bool tls_failed(const struct tls *tls)
{
    return tls->failed;
}

bool tls_peer_is(const struct tls *tls, const char *name)
{
    X509 *certificate = tls->established ? SSL_get0_peer_certificate(tls->ssl) : NULL;
    return certificate && X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NO_WILDCARDS, NULL) == 1;
}

const char *tls_why(const struct tls *tls)
{
    return tls->why ? tls->why : "TLS failed";
}
