/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

socklen_t address_length(const union socket_address *address)
{
    return address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4;
}

uint16_t address_port(const union socket_address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

void address_set_port(union socket_address *address, uint16_t port)
{
    if (address->any.sa_family == AF_INET6)
        address->v6.sin6_port = htons(port);
    else
        address->v4.sin_port = htons(port);
}

bool address_is_loopback(const union socket_address *address)
{
    if (address->any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
    return address->any.sa_family == AF_INET && ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool address_is_any(const union socket_address *address)
{
    if (address->any.sa_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
    return address->v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

bool address_same_host(const union socket_address *a, const union socket_address *b)
{
    if (a->any.sa_family != b->any.sa_family)
        return false;
    if (a->any.sa_family == AF_INET6)
        return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
    return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

bool address_parse(union socket_address *address, const char *host, uint16_t port)
{
    *address = (union socket_address){0};
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1)
        address->any.sa_family = AF_INET;
    else if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1)
        address->any.sa_family = AF_INET6;
    else
        return false;
    address_set_port(address, port);
    return true;
}

const char *address_print(const union socket_address *address, char text[static ADDRESS_TEXT])
{
    char host[INET6_ADDRSTRLEN];
    bool v6 = address->any.sa_family == AF_INET6;
    if (!inet_ntop(v6 ? AF_INET6 : AF_INET,
                   v6 ? (const void *)&address->v6.sin6_addr : (const void *)&address->v4.sin_addr, host,
                   sizeof host))
        host[0] = '\0';
    snprintf(text, ADDRESS_TEXT, v6 ? "[%s]:%u" : "%s:%u", host, address_port(address));
    return text;
}

enum { IPV4 = 4, IPV6 = 6 };

void address_write(struct writer *w, const union socket_address *address)
{
    bool v6 = address->any.sa_family == AF_INET6;
    write_u8(w, v6 ? IPV6 : IPV4);
    write_u16(w, address_port(address));
    write_bytes(w, v6 ? BYTES(address->v6.sin6_addr.s6_addr)
                      : bytes_of(&address->v4.sin_addr, sizeof address->v4.sin_addr));
}

void address_read(struct reader *r, union socket_address *address)
{
    uint8_t version = read_u8(r);
    uint16_t port = read_u16(r);
    *address = (union socket_address){0};
    struct bytes host = read_bytes(r, version == IPV6 ? 16 : 4);
    if (version != IPV4 && version != IPV6)
        reader_fail(r, "address", "IP version is neither 4 nor 6");
    if (!reader_ok(r) || !host.data)
        return;
    address->any.sa_family = version == IPV6 ? AF_INET6 : AF_INET;
    memcpy(version == IPV6 ? (void *)&address->v6.sin6_addr : (void *)&address->v4.sin_addr, host.data,
           host.len);
    address_set_port(address, port);
}
