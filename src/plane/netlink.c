/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void netlink_put_raw(struct netlink_request *request, const void *value, size_t size)
{
    const size_t at = request->length, padded = NLMSG_ALIGN(size);
    request->length += padded;
    if (request->length > sizeof request->octets)
        return;
    memset(request->octets + at, 0, padded);
    memcpy(request->octets + at, value, size);
}

void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, const void *header,
                   size_t size)
{
    const struct nlmsghdr message = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags};
    request->length = 0;
    netlink_put_raw(request, &message, sizeof message);
    netlink_put_raw(request, header, size);
}

void netlink_put(struct netlink_request *request, uint16_t type, const void *value, size_t size)
{
    const struct nlattr attribute = {(uint16_t)(sizeof attribute + size), type};
    netlink_put_raw(request, &attribute, sizeof attribute);
    netlink_put_raw(request, value, size);
}

void netlink_put_u32(struct netlink_request *request, uint16_t type, uint32_t value)
{
    netlink_put(request, type, &value, sizeof value);
}

void netlink_put_text(struct netlink_request *request, uint16_t type, const char *text)
{
    netlink_put(request, type, text, strlen(text) + 1);
}

size_t netlink_open_nest(struct netlink_request *request, uint16_t type)
{
    const size_t nest = request->length;
    netlink_put(request, type, "", 0);
    return nest;
}

void netlink_close_nest(struct netlink_request *request, size_t nest)
{
    if (request->length <= sizeof request->octets)
        ((struct nlattr *)(void *)(request->octets + nest))->nla_len = (uint16_t)(request->length - nest);
}

static bool exchange(int fd, struct netlink_request *request, void *answer, size_t size, int *length)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    if (sendto(fd, request->octets, request->length, 0, (const struct sockaddr *)&kernel, sizeof kernel) < 0)
        return false;
    *length = (int)recv(fd, answer, size, 0);
    return *length >= (int)sizeof(struct nlmsghdr);
}

/* What the kernel refused is its errno. */
static bool is_good(const struct nlmsghdr *message, int length)
{
    if (message->nlmsg_type != NLMSG_ERROR || length < (int)NLMSG_LENGTH(sizeof(struct nlmsgerr)))
        return true;
    errno = -((const struct nlmsgerr *)NLMSG_DATA(message))->error;
    return errno == 0;
}

/* The socket of a request that fits; -1: errno. */
static int open_for(struct netlink_request *request, int protocol)
{
    if (request->length > sizeof request->octets) {
        errno = EMSGSIZE;
        return -1;
    }
    ((struct nlmsghdr *)(void *)request->octets)->nlmsg_len = (uint32_t)request->length;
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
}

static void close_with(int fd, int reason)
{
    close(fd);
    errno = reason;
}

int netlink_ask(struct netlink_request *request, int protocol, void *answer, size_t size)
{
    int length = -1;
    const int fd = open_for(request, protocol);
    if (fd < 0)
        return -1;
    const bool done = exchange(fd, request, answer, size, &length) && is_good(answer, length);
    close_with(fd, errno);
    return done ? length : -1;
}

/* True: there is more to come. */
static bool hand_over(const void *answer, int length,
                      void (*visit)(void *context, const struct nlmsghdr *message), void *context)
{
    for (const struct nlmsghdr *message = answer; NLMSG_OK(message, (unsigned)length);
         message = NLMSG_NEXT(message, length)) {
        if (message->nlmsg_type == NLMSG_DONE)
            return false;
        visit(context, message);
    }
    return true;
}

bool netlink_list(struct netlink_request *request, int protocol,
                  void (*visit)(void *context, const struct nlmsghdr *message), void *context)
{
    enum { LIST_BYTES = 32768 }; /* as the kernel fills at most */
    _Alignas(NLMSG_ALIGNTO) uint8_t answer[LIST_BYTES];
    int length = -1;
    const int fd = open_for(request, protocol);
    if (fd < 0)
        return false;
    ((struct nlmsghdr *)(void *)request->octets)->nlmsg_flags |= NLM_F_DUMP;
    bool good = exchange(fd, request, answer, sizeof answer, &length) && is_good((void *)answer, length);
    while (good && hand_over(answer, length, visit, context)) {
        length = (int)recv(fd, answer, sizeof answer, 0);
        good = length > 0 && is_good((void *)answer, length);
    }
    close_with(fd, errno);
    return good;
}

int netlink_hear(unsigned groups)
{
    const struct sockaddr_nl told = {.nl_family = AF_NETLINK, .nl_groups = groups};
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&told, sizeof told) == 0)
        return fd;
    close_with(fd, errno);
    return -1;
}

bool netlink_do(struct netlink_request *request, int protocol)
{
    _Alignas(NLMSG_ALIGNTO) uint8_t answer[NETLINK_BYTES];
    ((struct nlmsghdr *)(void *)request->octets)->nlmsg_flags |= NLM_F_ACK;
    return netlink_ask(request, protocol, answer, sizeof answer) >= 0;
}

const void *netlink_attribute(const void *message, size_t headers, uint16_t type, size_t size)
{
    const struct nlmsghdr *header = message;
    const uint8_t *at = (const uint8_t *)message + NLMSG_HDRLEN + NLMSG_ALIGN(headers);
    const uint8_t *end = (const uint8_t *)message + header->nlmsg_len;
    while (at + sizeof(struct nlattr) <= end) {
        const struct nlattr *attribute = (const void *)at;
        if (attribute->nla_len < sizeof *attribute || at + attribute->nla_len > end)
            return NULL;
        if ((attribute->nla_type & NLA_TYPE_MASK) == type && attribute->nla_len >= sizeof *attribute + size)
            return attribute + 1;
        at += NLMSG_ALIGN(attribute->nla_len);
    }
    return NULL;
}
