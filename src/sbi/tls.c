/* SPDX-License-Identifier: Apache-2.0 */
#include "sbi/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

struct sbi_tls_identity {
    SSL_CTX *context;
};

struct sbi_tls {
    SSL *ssl;
    BIO *wire_in, *wire_out; /* owned by ssl */
    bool established, failed;
};

static const unsigned char h2[] = "\x02h2";

/* RFC 9113 3.2: HTTP/2 is agreed on by ALPN, or not spoken. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *offered, unsigned length, void *context)
{
    (void)ssl;
    (void)context;
    if (SSL_select_next_proto((unsigned char **)out, out_length, h2, sizeof h2 - 1, offered, length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    return SSL_TLSEXT_ERR_OK;
}

static const char *load(SSL_CTX *context, const char *certificate, const char *key, const char *authorities)
{
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return "the certificate cannot be used";
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return "the key cannot be used, or is not the certificate's";
    if (SSL_CTX_load_verify_file(context, authorities) != 1)
        return "the authorities cannot be read";
    return NULL;
}

struct sbi_tls_identity *sbi_tls_identity_new(const char *certificate, const char *key,
                                              const char *authorities, const char **why)
{
    struct sbi_tls_identity *identity = calloc(1, sizeof *identity);
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    *why = "out of memory";
    if (identity && context)
        *why = load(context, certificate, key, authorities);
    ERR_clear_error();
    if (*why) {
        SSL_CTX_free(context);
        free(identity);
        return NULL;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    SSL_CTX_set_alpn_protos(context, h2, sizeof h2 - 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    identity->context = context;
    return identity;
}

void sbi_tls_identity_free(struct sbi_tls_identity *identity)
{
    if (!identity)
        return;
    SSL_CTX_free(identity->context);
    free(identity);
}

static void shake_hands(struct sbi_tls *tls)
{
    int result = SSL_do_handshake(tls->ssl);
    const unsigned char *protocol;
    unsigned length;
    if (result != 1) {
        tls->failed = SSL_get_error(tls->ssl, result) != SSL_ERROR_WANT_READ;
        ERR_clear_error();
        return;
    }
    SSL_get0_alpn_selected(tls->ssl, &protocol, &length);
    tls->established = length == sizeof h2 - 2 && SSL_get_verify_result(tls->ssl) == X509_V_OK;
    tls->failed = !tls->established;
}

struct sbi_tls *sbi_tls_new(struct sbi_tls_identity *identity, bool server, const char *peer)
{
    struct sbi_tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return NULL;
    tls->ssl = SSL_new(identity->context);
    tls->wire_in = BIO_new(BIO_s_mem());
    tls->wire_out = BIO_new(BIO_s_mem());
    if (!tls->ssl || !tls->wire_in || !tls->wire_out || (!server && SSL_set1_host(tls->ssl, peer) != 1)) {
        BIO_free(tls->wire_in);
        BIO_free(tls->wire_out);
        SSL_free(tls->ssl);
        free(tls);
        return NULL;
    }
    SSL_set_bio(tls->ssl, tls->wire_in, tls->wire_out);
    if (server) {
        SSL_set_accept_state(tls->ssl);
    } else {
        SSL_set_tlsext_host_name(tls->ssl, peer);
        SSL_set_connect_state(tls->ssl);
        shake_hands(tls);
    }
    return tls;
}

void sbi_tls_free(struct sbi_tls *tls)
{
    if (!tls)
        return;
    SSL_free(tls->ssl);
    free(tls);
}

bool sbi_tls_receive(struct sbi_tls *tls, struct bytes wire)
{
    if (wire.len && BIO_write(tls->wire_in, wire.data, (int)wire.len) != (int)wire.len)
        return false;
    if (!tls->established && !tls->failed)
        shake_hands(tls);
    return !tls->failed;
}

size_t sbi_tls_read(struct sbi_tls *tls, void *buffer, size_t size)
{
    size_t count = 0;
    if (!tls->established || SSL_read_ex(tls->ssl, buffer, size, &count) == 1)
        return count;
    tls->failed = SSL_get_error(tls->ssl, 0) != SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return 0;
}

bool sbi_tls_write(struct sbi_tls *tls, struct bytes plain)
{
    size_t written;
    bool done = plain.len == 0 || SSL_write_ex(tls->ssl, plain.data, plain.len, &written) == 1;
    ERR_clear_error();
    return done;
}

size_t sbi_tls_output(struct sbi_tls *tls, void *buffer, size_t size)
{
    int count = BIO_read(tls->wire_out, buffer, (int)size);
    return count > 0 ? (size_t)count : 0;
}

bool sbi_tls_established(const struct sbi_tls *tls)
{
    return tls->established;
}

bool sbi_tls_peer_is(const struct sbi_tls *tls, const char *name)
{
    X509 *certificate = tls->established ? SSL_get0_peer_certificate(tls->ssl) : NULL;
    return certificate && X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NO_WILDCARDS, NULL) == 1;
}
