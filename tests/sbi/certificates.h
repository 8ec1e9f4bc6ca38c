/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for tests: an authority and what it signs, as PEM files in a folder of their own. */
#ifndef TESTS_SBI_CERTIFICATES_H
#define TESTS_SBI_CERTIFICATES_H

enum { CERTIFICATE_PATH = 64 };

struct certificate {
    char certificate[CERTIFICATE_PATH], key[CERTIFICATE_PATH];
};

/* Makes FOLDER/NAME.pem and FOLDER/NAME.key, for the DNS name or address, signed by `by` (NULL: by itself, as an authority). */
struct certificate certificate_make(const char *folder, const char *name, const struct certificate *by);

#endif
