/* SPDX-License-Identifier: Apache-2.0 */
/* What can only be seen with the core's private headers, whose names meet those of the plane. */
#ifndef SIM_INSIDE_H
#define SIM_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct core;

/* When no phone is there, and so many planes are dead: NULL, or what the core still holds. */
const char *inside_left(const struct core *core, unsigned away);

/* Of everything the core knows about a phone and its sessions, and its gNB says nothing about. 0: it does not know it. */
uint64_t inside_digest(struct core *core, uint64_t supi);

/* Is it in the middle of something with the phone, which has yet to change that? */
bool inside_busy(struct core *core, uint64_t supi);

/* A session as the plane should have it. */
struct inside_session {
    uint64_t plane_seid, supi;
    const char *plane;
    unsigned pdrs;
    uint8_t psi;
    bool active; /* it has a user plane at the phone's gNB */
};

/* The next one that is not in the middle of something; cursor 0 at first. False: there are no more. */
bool inside_next_session(const struct core *core, size_t *cursor, struct inside_session *session);

/* An IPv4 address that a session has, in host order; cursor 0 at first. False: there are no more. */
struct inside_address {
    uint64_t supi;
    uint32_t ipv4;
    uint8_t psi;
};
bool inside_next_address(const struct core *core, size_t *cursor, struct inside_address *address);

/* Who or what is protected by rule H4 and at a high-risk gNB that nobody is being sent away from; NULL: nobody. */
const char *inside_unsheltered(const struct core *core);

/* The gNB of that identity (32 bits) is fenced for so long, as by command. */
void inside_fence(struct core *core, uint32_t gnb, int64_t time);
/* The vendor is barred for so long, as a drill. */
void inside_bar(struct core *core, const char *vendor, int64_t time);
/* The phone's PDU sessions, a bit each, if the phone or one of them is protected by rule H4; else 0. */
uint16_t inside_protected(struct core *core, uint64_t supi);
/* Phones that are served by fenced gNBs, or those of barred vendors, which have had all theirs sent away. */
unsigned inside_fenced_phones(const struct core *core);

#endif
