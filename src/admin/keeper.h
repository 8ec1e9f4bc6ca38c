/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper's word as a process of the house hears it: charters (wire/wicket/charter.h) over the socket that it was started with. */
#ifndef ADMIN_KEEPER_H
#define ADMIN_KEEPER_H

#include "kit/loop.h"
#include "wire/wicket/charter.h"

struct keeper_ear {
    struct watch watch; /* fd -1: there is no keeper */
    struct loop *loop;
    /* fd: the other end's, which is the callee's to close, with what brings one (WICKET, EVIDENCE); else -1. */
    void (*said)(void *context, const struct charter *charter, int fd);
    /* There is no keeper any more, or none of this build; nothing is heard from now on. */
    void (*gone)(void *context);
    void *context;
};

/* The socket that was inherited; closed on exec. -1: there is none. */
int keeper_socket(void);

/* 1: a charter; 0: none waits; -1: there will be none (logged, if it is not the socket's end). */
int keeper_read(int socket, struct charter *charter, int *fd);

/* Listens on the socket in ear->watch.fd; loop, said, gone and context are set. False with errno. */
bool keeper_listen(struct keeper_ear *ear);
/* Says that word about NAME to the keeper. False: nobody heard it (errno), or there is no keeper. */
bool keeper_tell(const struct keeper_ear *ear, enum charter_kind kind, const char *name);
/* Closes. */
void keeper_shut(struct keeper_ear *ear);

#endif
