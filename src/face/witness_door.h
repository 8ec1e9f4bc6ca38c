/* SPDX-License-Identifier: Apache-2.0 */
/* Where a witness is asked: C2SP's add-checkpoint over HTTP or HTTPS, without what it answers. */
#ifndef FACE_WITNESS_DOOR_H
#define FACE_WITNESS_DOOR_H

#include "face/witness_tls.h"
#include "kit/address.h"
#include "kit/bytes.h"

struct witness_door {
    int fd;                        /* witness_door_open */
    const struct witness_tls *tls; /* NULL: cleartext */
    /* Answers a submission with a status code of HTTP; one at a time, on the door's thread. */
    unsigned (*decide)(void *context, struct bytes body, struct writer *answer);
    void *context;
    struct MHD_Daemon *daemon;
};

/* It listens before the process gives up what it needs for that. -1 with errno. */
int witness_door_open(const union socket_address *address);

/* Serves on a thread, which is made in the cage. The door stays where it is. False with errno. */
bool witness_door_serve(struct witness_door *door);
void witness_door_close(struct witness_door *door);

#endif
