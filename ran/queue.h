/* SPDX-License-Identifier: Apache-2.0 */
/* Messages or packets that wait, in their order. A zeroed queue is empty. */
#ifndef RAN_QUEUE_H
#define RAN_QUEUE_H

#include "kit/bytes.h"

struct queued {
    struct queued *next;
    size_t length;
    uint8_t content[];
};

struct queue {
    struct queued *first, *last;
    unsigned count;
};

/* Copies. False: out of memory. */
bool queue_put(struct queue *queue, struct bytes content);
/* The oldest, which the caller frees; NULL: none. */
struct queued *queue_take(struct queue *queue);
void queue_free(struct queue *queue);

#endif
