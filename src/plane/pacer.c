/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/pacer.h"

#include <stdlib.h>
#include <string.h>

struct kept {
    struct kept *next;
    struct queue *queue;
    enum verdict verdict;
    struct packet packet;
    uint8_t data[];
};

struct queue {
    struct timer timer; /* the first is due */
    struct pacer *pacer;
    struct gnb *gnb;
    enum direction direction;
    struct kept *first, **last;
    unsigned pieces;
};

struct pacer {
    struct pacer_settings settings;
    struct timers timers;
    struct map queues; /* by gNB and direction */
    struct kept *sent; /* not flushed yet */
};

static void due(struct timer *timer);

struct pacer *pacer_new(const struct pacer_settings *settings)
{
    struct pacer *pacer = calloc(1, sizeof *pacer);
    if (!pacer)
        return NULL;
    pacer->settings = *settings;
    timers_init(&pacer->timers, 0);
    map_init(&pacer->queues, settings->seed);
    return pacer;
}

static struct queue *new_queue(struct pacer *pacer, struct gnb *gnb, enum direction direction, uint64_t key)
{
    struct queue *queue = calloc(1, sizeof *queue);
    if (!queue || !map_put(&pacer->queues, key, queue)) {
        free(queue);
        return NULL;
    }
    *queue = (struct queue){.timer.fire = due, .pacer = pacer, .gnb = gnb, .direction = direction};
    queue->last = &queue->first;
    return queue;
}

static struct queue *queue_of(struct pacer *pacer, struct gnb *gnb, enum verdict verdict)
{
    const enum direction direction = verdict == PATH_TO_N6 ? UPLINK : DOWNLINK;
    const uint64_t key = (uint64_t)gnb->id << 1 | direction;
    struct queue *queue = map_get(&pacer->queues, key);
    return queue ? queue : new_queue(pacer, gnb, direction, key);
}

static void send_first(struct queue *queue)
{
    struct pacer *pacer = queue->pacer;
    struct kept *kept = queue->first;
    queue->first = kept->next;
    if (!queue->first)
        queue->last = &queue->first;
    queue->pieces -= kept->packet.segments;
    kept->next = pacer->sent;
    pacer->sent = kept;
    pacer->settings.send(pacer->settings.context, kept->verdict, &kept->packet);
}

static void send_all(struct queue *queue)
{
    timer_stop(&queue->pacer->timers, &queue->timer);
    while (queue->first)
        send_first(queue);
}

static void wait_for_first(struct queue *queue)
{
    struct timers *timers = &queue->pacer->timers;
    timer_stop(timers, &queue->timer);
    if (queue->first && !timer_start(timers, &queue->timer, queue->first->packet.due - timers->now))
        send_all(queue);
}

static void due(struct timer *timer)
{
    struct queue *queue = (struct queue *)((char *)timer - offsetof(struct queue, timer));
    while (queue->first && queue->first->packet.due <= queue->pacer->timers.now)
        send_first(queue);
    wait_for_first(queue);
}

static struct kept *copy_of(struct queue *queue, enum verdict verdict, const struct packet *packet)
{
    struct kept *kept = malloc(sizeof *kept + packet->length);
    if (!kept)
        return NULL;
    *kept = (struct kept){.queue = queue, .verdict = verdict, .packet = *packet};
    memcpy(kept->data, packet->data, packet->length);
    kept->packet.data = kept->data;
    kept->packet.end = kept->data + packet->length;
    return kept;
}

/* False: there is no place for it, whoever goes. */
static bool keep(struct queue *queue, enum verdict verdict, const struct packet *packet)
{
    const struct pacer_settings *settings = &queue->pacer->settings;
    struct kept *kept = packet->segments <= settings->most ? copy_of(queue, verdict, packet) : NULL;
    if (!kept)
        return false;
    while (queue->first && queue->pieces + packet->segments > settings->most) {
        count(&settings->lane->counters.hurried[HURRIED_FULL], queue->first->packet.segments);
        send_first(queue);
    }
    *queue->last = kept;
    queue->last = &kept->next;
    queue->pieces += packet->segments;
    atomic_fetch_add(&queue->gnb->shaping.waiting[queue->direction], 1);
    wait_for_first(queue);
    return true;
}

void pacer_take(struct pacer *pacer, enum verdict verdict, struct packet *packet)
{
    struct queue *queue = queue_of(pacer, packet->shaped, verdict);
    timers_run(&pacer->timers, packet->now);
    const bool at_once = !(queue && queue->first) && packet->due <= packet->now;
    if (!at_once && queue && keep(queue, verdict, packet))
        return;
    if (!at_once) {
        count(&pacer->settings.lane->counters.hurried[HURRIED_FULL], packet->segments);
        if (queue)
            send_all(queue);
    }
    pacer->settings.send(pacer->settings.context, verdict, packet);
}

int64_t pacer_next(const struct pacer *pacer)
{
    return timers_next(&pacer->timers);
}

void pacer_run(struct pacer *pacer, int64_t now)
{
    timers_run(&pacer->timers, now);
}

void pacer_drain(struct pacer *pacer)
{
    size_t cursor = 0;
    void *queue;
    while (map_next(&pacer->queues, &cursor, NULL, &queue))
        send_all(queue);
}

void pacer_flushed(struct pacer *pacer)
{
    for (struct kept *kept; (kept = pacer->sent) != NULL;) {
        pacer->sent = kept->next;
        atomic_fetch_sub(&kept->queue->gnb->shaping.waiting[kept->queue->direction], 1);
        free(kept);
    }
}

static void forget(struct queue *queue)
{
    timer_stop(&queue->pacer->timers, &queue->timer);
    for (struct kept *kept; (kept = queue->first) != NULL;) {
        queue->first = kept->next;
        free(kept);
    }
    free(queue);
}

void pacer_free(struct pacer *pacer)
{
    size_t cursor = 0;
    void *queue;
    if (!pacer)
        return;
    pacer_flushed(pacer);
    while (map_next(&pacer->queues, &cursor, NULL, &queue))
        forget(queue);
    map_free(&pacer->queues);
    timers_free(&pacer->timers);
    free(pacer);
}
