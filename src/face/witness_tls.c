/* SPDX-License-Identifier: Apache-2.0 */
#include "face/witness_tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/command.h"

enum { FILE_BYTES = 256 * 1024 };

static char *read_pem(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = file ? malloc(FILE_BYTES) : NULL;
    const size_t length = text ? fread(text, 1, FILE_BYTES - 1, file) : 0;
    if (file)
        fclose(file);
    if (length) {
        text[length] = '\0';
        return text;
    }
    free(text);
    failed("%s: %s", path, file ? "is empty" : strerror(errno));
    return NULL;
}

static gnutls_datum_t datum_of(char *text)
{
    return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)};
}

/* Once with nobody there: libmicrohttpd would say no more than that it cannot begin. */
static bool try_out(const struct witness_tls *tls, const char *certificate, const char *authorities)
{
    gnutls_certificate_credentials_t credentials;
    const gnutls_datum_t own = datum_of(tls->certificate), key = datum_of(tls->key);
    if (gnutls_certificate_allocate_credentials(&credentials) != GNUTLS_E_SUCCESS)
        return failed("out of memory") == EXIT_DONE;
    const int loaded = gnutls_certificate_set_x509_key_mem(credentials, &own, &key, GNUTLS_X509_FMT_PEM);
    int trusted = 1;
    if (tls->authorities) {
        const gnutls_datum_t theirs = datum_of(tls->authorities);
        trusted = gnutls_certificate_set_x509_trust_mem(credentials, &theirs, GNUTLS_X509_FMT_PEM);
    }
    gnutls_certificate_free_credentials(credentials);
    if (loaded < 0)
        return failed("%s, and its key: %s", certificate, gnutls_strerror(loaded)) == EXIT_DONE;
    return trusted > 0 || failed("%s: no authority is in it", authorities) == EXIT_DONE;
}

bool witness_tls_load(struct witness_tls *tls, const char *certificate, const char *key,
                      const char *authorities)
{
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return failed("this libmicrohttpd was built without TLS") == EXIT_DONE;
    *tls = (struct witness_tls){.certificate = read_pem(certificate)};
    tls->key = tls->certificate ? read_pem(key) : NULL;
    if (!tls->key)
        return false;
    tls->authorities = authorities ? read_pem(authorities) : NULL;
    return (tls->authorities || !authorities) && try_out(tls, certificate, authorities);
}

void witness_tls_free(struct witness_tls *tls)
{
    if (tls->key)
        gnutls_memset(tls->key, 0, strlen(tls->key));
    free(tls->certificate);
    free(tls->key);
    free(tls->authorities);
}

void witness_tls_options(const struct witness_tls *tls, struct MHD_OptionItem items[WITNESS_TLS_OPTIONS])
{
    static char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
    size_t count = 0;
    items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, tls->certificate};
    items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, tls->key};
    items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, priorities};
    if (tls->authorities)
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, tls->authorities};
    items[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
}

void witness_tls_demand(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info || !info->tls_session)
        return;
    gnutls_certificate_server_set_request(info->tls_session, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_cert(info->tls_session, NULL, 0);
}
