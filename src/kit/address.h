/* SPDX-License-Identifier: Apache-2.0 */
/* Internet socket addresses of both families as one type, and as text. */
#ifndef KIT_ADDRESS_H
#define KIT_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "kit/bytes.h"

union socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

enum { ADDRESS_TEXT = 64 };

socklen_t address_length(const union socket_address *address);

/* Host byte order. */
uint16_t address_port(const union socket_address *address);
void address_set_port(union socket_address *address, uint16_t port);

/* Of this host alone: 127.0.0.0/8 or ::1. */
bool address_is_loopback(const union socket_address *address);
bool address_is_any(const union socket_address *address);

/* Same host, whatever the port. */
bool address_same_host(const union socket_address *a, const union socket_address *b);

/* From "127.0.0.5" or "2001:db8::5", without a name lookup. False: not an address. */
bool address_parse(union socket_address *address, const char *host, uint16_t port);

/* "127.0.0.5:38412" or "[2001:db8::5]:38412"; returns text. */
const char *address_print(const union socket_address *address, char text[static ADDRESS_TEXT]);

/* As it is told from one process of the house to another: version 1 | port 2 | host 4 or 16. */
void address_write(struct writer *w, const union socket_address *address);
void address_read(struct reader *r, union socket_address *address);

#endif
