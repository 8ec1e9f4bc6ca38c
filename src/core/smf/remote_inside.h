/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to core/smf/remote*.c: one session that another core anchors. */
#ifndef CORE_SMF_REMOTE_INSIDE_H
#define CORE_SMF_REMOTE_INSIDE_H

#include "core/smf/remote.h"
#include "store/store.h"

enum { REMOTE_REF_BYTES = 64 };

struct remote {
    struct row row;
    struct remote *next; /* of the same UE */
    struct ue *ue;
    unsigned peer;
    uint8_t psi;
    bool active, activating;
    bool data_waits; /* the peer's plane has packets for the phone */
    bool has_kept;
    struct bytes said;        /* by the phone, until the peer has answered; owned */
    struct n1n2_message kept; /* until the phone can be reached; its bytes are owned */
    struct config_slice slice;
    struct config_gnb_id told; /* the peer: where the phone is connected */
    char ref[REMOTE_REF_BYTES], dnn[MOVED_DNN_BYTES];
};

/* --- remote.c --- */

struct remote *remote_first(const struct ue *ue);
struct remote *remote_find(const struct ue *ue, uint8_t psi);
/* Whose answer a peer gives; NULL: it is gone, or another peer's by now. */
struct remote *remote_at(struct core *core, unsigned peer, uint64_t supi, unsigned psi);
uint16_t remote_bit(const struct remote *remote);
/* With its row. */
void remote_end(struct remote *remote);

/* The newest message counts: the peer's SMF has one procedure at a time. */
void remote_keep(struct remote *remote, const struct n1n2_message *message);
void remote_drop_kept(struct remote *remote);
/* For the caller to free(). False: out of memory. */
bool remote_copy(struct bytes *to, struct bytes from);

/* --- remote_modify.c: what the peer's SMF is told --- */

/* UpdateSMContext, without waiting; takes over the content. False: not asked, no call follows. */
bool remote_modify(struct remote *remote, struct sbi_content *content, peer_answered *answered);
/* Adds where the phone is; the anchor's sessions to partners depend on it. */
void remote_say_place(struct remote *remote, const struct sbi_content *content);
/* A peer_answered: it says nothing more than whether the peer still has the session. */
void remote_taken(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                  const struct sbi_message *response);
/* To the phone, or kept for when it can be delivered; a user plane that never can be does not stay asked for. */
void remote_pass_on(struct remote *remote, const struct n1n2_message *message);
/* Packets of the peer's plane wait for a connected phone: its user plane is asked for. */
void remote_wake(struct remote *remote);

#endif
