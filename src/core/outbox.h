/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the core says, held back until the batch is durable.
 */
#ifndef CORE_OUTBOX_H
#define CORE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ids.h"
#include "kit/bytes.h"
#include "kit/sctp.h"
#include "sbi/message.h"

/* The outside, as the control process, a test or the simulation provides it. Bytes are borrowed. */
struct core_ports {
    void *context;
    /* A message in the flat form (wire/ngap), for the edge that holds the association. */
    void (*ngap)(void *context, uint64_t association, uint16_t stream, struct bytes flat);
    /* End the association; no core_association_down follows. */
    void (*close)(void *context, uint64_t association);
    void (*pfcp)(void *context, const union socket_address *peer, struct bytes datagram);
    /* Towards another core and back; NULL: there are none. core_sbi_response follows a request, though not within the call. */
    void (*sbi_request)(void *context, unsigned peer, uint64_t token, const struct sbi_message *request);
    void (*sbi_response)(void *context, uint64_t token, const struct sbi_message *response);
    /* What does the security gateway let through, and whose certificates are behind it? core_gateway follows with the question's
     * number or a higher one, though not within the call; NULL: there is no gateway. */
    void (*gateway)(void *context, uint64_t question);
    /* A NAS message without its security, as it came or before it goes; NULL: nobody wants to see them. */
    void (*nas)(void *context, const struct core_peer *gnb, bool uplink, struct bytes plain);
};

enum outbox_kind { OUTBOX_NGAP, OUTBOX_CLOSE, OUTBOX_PFCP, OUTBOX_SBI_REQUEST, OUTBOX_SBI_RESPONSE };

struct outbox_item {
    enum outbox_kind kind;
    struct bytes bytes;   /* in the core's batch arena */
    uint64_t association; /* or the token of a message to or from another core */
    uint16_t stream;
    union socket_address peer;
    bool joins; /* the peer takes several PFCP messages in a datagram */
    unsigned sbi_peer;
    const struct sbi_message *sbi; /* in the batch arena, with what it points to */
};

struct outbox {
    struct outbox_item *items;
    size_t count, room;
};

/* False: out of memory; nothing queued. The bytes must live until the flush. */
bool outbox_put(struct outbox *outbox, const struct outbox_item *item);

/* Hands everything to the ports, in order, and is then empty. What other cores are answered is a promise: if the batch is not
 * durable, they are told to come again. */
void outbox_flush(struct outbox *outbox, const struct core_ports *ports, bool durable);

void outbox_free(struct outbox *outbox);

#endif
