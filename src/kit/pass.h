/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that may carry a descriptor, for what the keeper hands to a running process. Between its two ends there is a
 * SOCK_SEQPACKET socket pair that nobody else can reach.
 */
#ifndef KIT_PASS_H
#define KIT_PASS_H

#include <stdbool.h>
#include <sys/types.h>

#include "kit/bytes.h"

/* Two ends, closed on exec, that do not block; with room for a burst as far as the caller may ask for it. False with errno. */
bool pass_pair(int ends[2]);

/* descriptor: -1, or one that the other end gets a copy of. False with errno: nothing was taken. */
bool pass_send(int end, struct bytes message, int descriptor);

/* How long the message is; 0: the other end is closed; -1 with errno. *descriptor is -1 or the caller's to close. */
ssize_t pass_receive(int end, void *space, size_t size, int *descriptor);

#endif
