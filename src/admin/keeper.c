/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/keeper.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kit/inherit.h"
#include "kit/log.h"
#include "kit/pass.h"

int keeper_socket(void)
{
    return inherited("charter");
}

static bool brings_descriptor(enum charter_kind kind)
{
    return kind == CHARTER_WICKET || kind == CHARTER_EVIDENCE;
}

int keeper_read(int socket, struct charter *charter, int *fd)
{
    uint8_t space[CHARTER_BYTES];
    struct fault fault = {0};
    const ssize_t length = pass_receive(socket, space, sizeof space, fd);
    if (length < 0 && errno == EAGAIN)
        return 0;
    if (length > 0 && charter_decode(bytes_of(space, (size_t)length), charter, &fault) &&
        brings_descriptor(charter->kind) == (*fd >= 0))
        return 1;
    if (length != 0)
        log_error("charter", NULL, "the keeper's word is not understood: %s %s",
                  fault.where ? fault.where : "charter", fault.what ? fault.what : strerror(errno));
    if (length > 0 && *fd >= 0)
        close(*fd);
    return -1;
}

static void speaks(struct watch *watch, uint32_t events)
{
    struct keeper_ear *ear = (struct keeper_ear *)((char *)watch - offsetof(struct keeper_ear, watch));
    struct charter charter;
    int fd, got;
    (void)events;
    while ((got = keeper_read(watch->fd, &charter, &fd)) == 1)
        ear->said(ear->context, &charter, fd);
    if (got == 0)
        return;
    loop_forget(ear->loop, watch);
    ear->gone(ear->context);
}

bool keeper_listen(struct keeper_ear *ear)
{
    ear->watch.ready = speaks;
    return loop_watch(ear->loop, &ear->watch, EPOLLIN);
}

bool keeper_tell(const struct keeper_ear *ear, enum charter_kind kind, const char *name)
{
    struct charter charter = {.kind = kind};
    uint8_t space[CHARTER_BYTES];
    struct writer w = writer_of(space, sizeof space);
    snprintf(charter.name, sizeof charter.name, "%s", name);
    return ear->watch.fd >= 0 && charter_encode(&w, &charter) &&
           pass_send(ear->watch.fd, writer_bytes(&w), -1);
}

void keeper_shut(struct keeper_ear *ear)
{
    if (ear->watch.fd >= 0)
        close(ear->watch.fd);
    ear->watch.fd = -1;
}
