/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/held.h"

#include <stdlib.h>

#include "plane/enforce.h"

struct held {
    struct held *next;
    uint32_t length;
    uint16_t segment_bytes, header_bytes;
    uint16_t pieces; /* counted against the limits */
    bool copied;
    uint8_t data[];
};

struct held_queue {
    struct held *first, **last;
    unsigned pieces;
};

static bool reserve(struct plane *plane, unsigned pieces)
{
    if (atomic_fetch_add(&plane->held_total, pieces) + pieces <= plane->policy.buffer_total)
        return true;
    atomic_fetch_sub(&plane->held_total, pieces);
    return false;
}

static struct held_queue *queue_of(struct session *session)
{
    if (!session->held) {
        session->held = calloc(1, sizeof *session->held);
        if (session->held)
            session->held->last = &session->held->first;
    }
    return session->held;
}

bool held_push(struct plane *plane, struct session *session, const struct packet *packet, unsigned most)
{
    unsigned pieces = segments_of(packet);
    unsigned now = session->held ? session->held->pieces : 0;
    if (now + pieces > most || !reserve(plane, pieces))
        return false;
    struct held *held = malloc(sizeof *held + packet->length);
    struct held_queue *queue = held ? queue_of(session) : NULL;
    if (!queue) {
        free(held);
        atomic_fetch_sub(&plane->held_total, pieces);
        return false;
    }
    *held = (struct held){
        .length = (uint32_t)packet->length,
        .segment_bytes = packet->segment_bytes,
        .header_bytes = packet->header_bytes,
        .pieces = (uint16_t)pieces,
        .copied = packet->copied,
    };
    memcpy(held->data, packet->data, packet->length);
    *queue->last = held;
    queue->last = &held->next;
    queue->pieces += pieces;
    return true;
}

const struct held *held_first(const struct session *session)
{
    return session->held ? session->held->first : NULL;
}

unsigned held_pieces(const struct session *session)
{
    return session->held ? session->held->pieces : 0;
}

struct bytes held_bytes(const struct held *held)
{
    return bytes_of(held->data, held->length);
}

static void drop_first(struct plane *plane, struct session *session)
{
    struct held_queue *queue = session->held;
    struct held *held = queue->first;
    queue->first = held->next;
    queue->pieces -= held->pieces;
    atomic_fetch_sub(&plane->held_total, held->pieces);
    free(held);
    if (!queue->first)
        queue->last = &queue->first;
}

void held_pop(struct plane *plane, struct session *session, struct packet *packet)
{
    const struct held *held = session->held->first;
    memcpy(packet->data, held->data, held->length);
    packet->length = held->length;
    packet->segment_bytes = held->segment_bytes;
    packet->header_bytes = held->header_bytes;
    packet->copied = held->copied;
    drop_first(plane, session);
}

void held_discard(struct plane *plane, struct session *session)
{
    while (session->held && session->held->first)
        drop_first(plane, session);
    free(session->held);
    session->held = NULL;
}
