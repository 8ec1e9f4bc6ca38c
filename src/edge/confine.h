/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edge process gives up all that it does not need before it hears the first byte from the radio, so that code which takes
 * it over finds nothing: no file, no new socket, no other process, no program to start. What remains are the descriptors that
 * it holds. Twice, because a thread of the SCTP stack comes between: the place is left before it is made, the calls after.
 *
 * What a host does not offer is left out and logged; `demarc status` shows what is in force.
 */
#ifndef EDGE_CONFINE_H
#define EDGE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct confinement {
    bool user;    /* a user of its own, no group, no capability, no way to more */
    bool network; /* a network namespace with no interface; IPC and host name, too */
    bool root;    /* an empty root folder */
    bool files;   /* Landlock: no file, no TCP port, no signal or abstract socket out of here */
    bool calls;   /* seccomp: the calls of confine_calls.c and no other */
};

/* id: user and group to become, or 0 to stay. memory: bytes of address space at most. */
struct confinement confine_place(uint32_t id, size_t memory);

/* In force for all threads. Afterwards nothing can be opened, bound or connected. */
void confine_calls(struct confinement *confinement);

/* One line that says what is in force, and one for each part that is not. */
void confine_report(const struct confinement *confinement);

/* The words for `demarc status`; NULL at the end. */
enum { CONFINE_PARTS = 5 };
const char *confine_part(const struct confinement *confinement, unsigned i, bool *in_force);

#endif
