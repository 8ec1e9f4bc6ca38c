/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/pass.h"

#include <errno.h>
#include <stdalign.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1024 * 1024 };

/* Room for one descriptor. */
struct control {
    alignas(struct cmsghdr) uint8_t space[CMSG_SPACE(sizeof(int))];
};

bool pass_pair(int ends[2])
{
    const int size = BUFFER_BYTES;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        return false;
    for (int i = 0; i < 2; i++) {
        (void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        (void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    }
    return true;
}

bool pass_send(int end, struct bytes message, int descriptor)
{
    struct control control = {0};
    struct iovec space = {(void *)message.data, message.len};
    struct msghdr header = {.msg_iov = &space, .msg_iovlen = 1};
    if (descriptor >= 0) {
        struct cmsghdr *c = (struct cmsghdr *)control.space;
        *c = (struct cmsghdr){CMSG_LEN(sizeof descriptor), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(c), &descriptor, sizeof descriptor);
        header.msg_control = control.space;
        header.msg_controllen = sizeof control.space;
    }
    return sendmsg(end, &header, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)message.len;
}

ssize_t pass_receive(int end, void *space, size_t size, int *descriptor)
{
    struct control control = {0};
    struct iovec view = {space, size};
    struct msghdr header = {.msg_iov = &view,
                            .msg_iovlen = 1,
                            .msg_control = control.space,
                            .msg_controllen = sizeof control.space};
    ssize_t length = recvmsg(end, &header, MSG_CMSG_CLOEXEC);
    *descriptor = -1;
    for (struct cmsghdr *c = length > 0 ? CMSG_FIRSTHDR(&header) : NULL; c; c = CMSG_NXTHDR(&header, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            memcpy(descriptor, CMSG_DATA(c), sizeof *descriptor);
    if (length <= 0 || !(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return length;
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
    errno = EMSGSIZE;
    return -1;
}
