/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the kernel over netlink: built attribute by attribute, sent, and waited for. One at a time; what does not fit fails with EMSGSIZE.
 */
#ifndef PLANE_NETLINK_H
#define PLANE_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NETLINK_BYTES = 2048 };

struct netlink_request {
    _Alignas(NLMSG_ALIGNTO) uint8_t octets[NETLINK_BYTES];
    size_t length; /* more than there is room for: it has not fitted */
};

/* flags: besides NLM_F_REQUEST; header: the family's own, of that many octets. */
void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, const void *header,
                   size_t size);
void netlink_put(struct netlink_request *request, uint16_t type, const void *value, size_t size);
void netlink_put_u32(struct netlink_request *request, uint16_t type, uint32_t value);
void netlink_put_text(struct netlink_request *request, uint16_t type, const char *text);
/* Attributes that follow are inside this one until it is closed. */
size_t netlink_open_nest(struct netlink_request *request, uint16_t type);
void netlink_close_nest(struct netlink_request *request, size_t nest);
/* Octets that are no attribute, in a nest. */
void netlink_put_raw(struct netlink_request *request, const void *value, size_t size);

/* Sends it, and waits for the acknowledgement. protocol: NETLINK_ROUTE and the like. False: errno. */
bool netlink_do(struct netlink_request *request, int protocol);

/* Sends it, and reads the first message that answers. Its length; -1: errno. */
int netlink_ask(struct netlink_request *request, int protocol, void *answer, size_t size);

/* Sends it, and hands over each message of a list that answers (NLM_F_DUMP). False: errno; some may have been handed over. */
bool netlink_list(struct netlink_request *request, int protocol,
                  void (*visit)(void *context, const struct nlmsghdr *message), void *context);

/* A socket that does not block, to which the kernel tells what changes of those groups (RTMGRP_...); -1: errno. */
int netlink_hear(unsigned groups);

/* The value of an attribute behind a message's headers of that many octets, if it has at least `size` octets; NULL: there is none. */
const void *netlink_attribute(const void *message, size_t headers, uint16_t type, size_t size);

#endif
