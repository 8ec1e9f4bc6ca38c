/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "wire/dns/dns.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443 };

static const char *behind_scheme(const char *text, bool *secure)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < 2; i++)
        if (strncmp(text, schemes[i], strlen(schemes[i])) == 0) {
            *secure = i == 1;
            return text + strlen(schemes[i]);
        }
    return NULL;
}

/* A name that ends in a number is an address that was mistyped (RFC 3696 2). */
static bool is_name(const char *host)
{
    const char *last = strrchr(host, '.');
    last = last ? last + 1 : host;
    return dns_name_is_valid(host) && strspn(last, "0123456789") != strlen(last);
}

bool config_url_parse(const char *text, struct config_url *url)
{
    const char *begin = behind_scheme(text, &url->secure);
    if (!begin || text[strcspn(text, " ?#@\\")])
        return false;
    const size_t length = strcspn(begin, "/");
    if (!length || length >= sizeof url->authority)
        return false;
    snprintf(url->authority, sizeof url->authority, "%.*s", (int)length, begin);
    url->prefix = strcmp(begin + length, "/") == 0 ? "" : begin + length;
    url->port = url->secure ? PORT_HTTPS : PORT_HTTP;
    if (!config_endpoint_split(url->authority, url->host, sizeof url->host, &url->port) || !url->port)
        return false;
    url->named = !address_parse(&url->address, url->host, url->port);
    return !url->named || is_name(url->host);
}
