/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal to kit/sctp*.c: what a stack (kernel, user space) does for an endpoint, and what it tells of its
 * associations, which both stacks name by a 32-bit id.
 */
#ifndef KIT_SCTP_STACK_H
#define KIT_SCTP_STACK_H

#include "kit/map.h"
#include "kit/sctp.h"

#pragma GCC visibility push(hidden)

/* RFC 9260 timing for a link between neighbours, where its defaults (up to a minute) would let a phone wait.
 * A peer may delay its SACK by 200 ms, so the shortest timeout stays above that. */
enum {
    SCTP_RTO_INITIAL_MS = 1000,
    SCTP_RTO_MIN_MS = 500,
    SCTP_RTO_MAX_MS = 5000,
    SCTP_HEARTBEAT_MS = 5000,
    SCTP_RETRANSMISSIONS = 4, /* per path and per association: a silent peer is lost after about 12 s */
    SCTP_INIT_ATTEMPTS = 4,
    SCTP_SEND_QUEUE_BYTES = 1024 * 1024, /* an association that lets more pile up is refused more */
    SCTP_RECEIVE_WINDOW_BYTES = 512 * 1024,
};

struct association;

struct sctp_stack_calls {
    enum sctp_stack stack;
    void (*close)(struct sctp_endpoint *endpoint); /* aborts all associations; frees the endpoint */
    bool (*connect)(struct sctp_endpoint *endpoint, const union socket_address *peer, uint32_t *id);
    bool (*send)(struct association *association, uint16_t stream, uint32_t ppid, struct bytes message);
    void (*end)(struct sctp_endpoint *endpoint, uint32_t id, bool abort);
    void (*hold_off)(struct association *association, int64_t time); /* may be NULL */
    void (*forget)(struct association *association); /* it is about to be freed; may be NULL */
    void (*flush)(struct sctp_endpoint *endpoint);
};

/* The newest message of a batch, which the user-space stack holds back until the flush: what goes before it may wait
 * and share packets, it may not. */
struct held {
    struct association *next, **place; /* among those that hold one; place is NULL when this one does not */
    uint8_t *data;
    size_t length, room;
    uint16_t stream;
    uint32_t ppid;
};

struct association {
    struct sctp_association shown; /* first: the owner's pointer is ours */
    struct sctp_endpoint *endpoint;
    struct association *next_ended;
    struct held held;
    uint32_t id;
    bool up;
    bool ending; /* nothing more is sent or delivered */
};

struct sctp_endpoint {
    const struct sctp_stack_calls *calls;
    struct loop *loop;
    struct sctp_settings settings; /* without zeros that mean a default */
    const struct sctp_events *events;
    void *context;
    struct map associations;   /* id -> struct association */
    struct association *ended; /* aborted by the owner, who is told from the loop */
    struct timer end_timer;
};

/* Each opens an endpoint of its stack; NULL with *why. They take over settings->socket unless it is -1. */
struct sctp_endpoint *sctp_kernel_open(struct loop *loop, const struct sctp_settings *settings,
                                       const char **why);
struct sctp_endpoint *sctp_user_open(struct loop *loop, const struct sctp_settings *settings,
                                     const char **why);
int sctp_kernel_socket(const struct sctp_settings *settings);

/* What happens to an association, told by its stack. Unknown ids are ignored. */
void sctp_came_up(struct sctp_endpoint *endpoint, uint32_t id, const union socket_address *peer,
                  uint16_t outbound_streams);
void sctp_got_message(struct sctp_endpoint *endpoint, uint32_t id, uint16_t stream, uint32_t ppid,
                      struct bytes message);
void sctp_got_too_much(struct sctp_endpoint *endpoint, uint32_t id);
void sctp_went_down(struct sctp_endpoint *endpoint, uint32_t id, const char *reason);
void sctp_was_restarted(struct sctp_endpoint *endpoint, uint32_t id);

/* A hook for tests: true loses the packet that the user-space stack is about to send. */
extern bool (*sctp_lose_packet)(void);

#pragma GCC visibility pop
#endif
