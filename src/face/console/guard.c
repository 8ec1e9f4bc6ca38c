/* SPDX-License-Identifier: Apache-2.0 */
#include "face/console/guard.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kit/address.h"

bool token_read(const char *path, char token[TOKEN_BYTES], const char **why)
{
    FILE *file = fopen(path, "re");
    const bool read = file && fgets(token, TOKEN_BYTES, file);
    if (file)
        fclose(file);
    *why = "it cannot be read";
    if (!read)
        return false;
    token[strcspn(token, "\r\n")] = '\0';
    *why = "its first line has fewer than sixteen characters";
    return strlen(token) >= TOKEN_LEAST;
}

bool token_fits(const char *token, const char *authorization)
{
    static const char scheme[] = "Bearer ";
    if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *said = authorization + sizeof scheme - 1;
    return strlen(said) == strlen(token) && CRYPTO_memcmp(said, token, strlen(token)) == 0;
}

/* Without its port and brackets. */
static bool host_name(const char *host, char name[ADDRESS_TEXT])
{
    const bool bracketed = *host == '[';
    const char *from = host + bracketed;
    const size_t length = strcspn(from, bracketed ? "]" : ":");
    if (length >= ADDRESS_TEXT || (bracketed && from[length] != ']'))
        return false;
    memcpy(name, from, length);
    name[length] = '\0';
    return true;
}

bool host_is_here(const char *host)
{
    char name[ADDRESS_TEXT];
    union socket_address address;
    return host && host_name(host, name) &&
           (strcasecmp(name, "localhost") == 0 || address_parse(&address, name, 0));
}

bool site_is_own(const char *site)
{
    return !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}
