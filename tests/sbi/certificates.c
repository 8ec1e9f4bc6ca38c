/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"

#include <assert.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "kit/address.h"

static void extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static X509 *read_certificate(const char *path)
{
    FILE *file = fopen(path, "r");
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    return certificate;
}

static EVP_PKEY *read_key(const char *path)
{
    FILE *file = fopen(path, "r");
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    return key;
}

static void name_it(X509 *certificate, const char *name)
{
    static long serial;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
}

static void write_files(const struct certificate *paths, X509 *certificate, EVP_PKEY *key)
{
    FILE *file = fopen(paths->certificate, "w");
    PEM_write_X509(file, certificate);
    fclose(file);
    file = fopen(paths->key, "w");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
}

struct certificate certificate_make(const char *folder, const char *name, const struct certificate *by)
{
    struct certificate paths;
    char names[CERTIFICATE_PATH];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    snprintf(paths.certificate, sizeof paths.certificate, "%s/%s.pem", folder, name);
    snprintf(paths.key, sizeof paths.key, "%s/%s.key", folder, name);
    union socket_address address;
    snprintf(names, sizeof names, "%s:%s", address_parse(&address, name, 0) ? "IP" : "DNS", name);
    name_it(certificate, name);
    X509_set_pubkey(certificate, key);
    X509 *issuer = by ? read_certificate(by->certificate) : certificate;
    EVP_PKEY *signer = by ? read_key(by->key) : key;
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    extend(certificate, issuer, NID_basic_constraints, by ? "CA:FALSE" : "critical,CA:TRUE");
    extend(certificate, issuer, NID_subject_alt_name, names);
    X509_sign(certificate, signer, EVP_sha256());
    write_files(&paths, certificate, key);
    if (by) {
        X509_free(issuer);
        EVP_PKEY_free(signer);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return paths;
}
