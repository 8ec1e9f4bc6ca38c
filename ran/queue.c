/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/queue.h"

#include <stdlib.h>

bool queue_put(struct queue *queue, struct bytes content)
{
    struct queued *queued = malloc(sizeof *queued + content.len);
    if (!queued)
        return false;
    *queued = (struct queued){.length = content.len};
    memcpy(queued->content, content.data, content.len);
    if (queue->last)
        queue->last->next = queued;
    else
        queue->first = queued;
    queue->last = queued;
    queue->count++;
    return true;
}

struct queued *queue_take(struct queue *queue)
{
    struct queued *queued = queue->first;
    if (!queued)
        return NULL;
    queue->first = queued->next;
    if (!queue->first)
        queue->last = NULL;
    queue->count--;
    return queued;
}

void queue_free(struct queue *queue)
{
    for (struct queued *queued; (queued = queue_take(queue)) != NULL;)
        free(queued);
}
