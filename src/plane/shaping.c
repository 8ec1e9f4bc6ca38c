/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/shaping.h"

#include <string.h>

#include "plane/checksum.h"
#include "plane/enforce.h"

enum { ECN = 0x03, V6_ECN_SHIFT = 4, V4_CHECKSUM = 10 };

/* The header's checksum is mended, not made anew: a wrong one stays wrong (RFC 1624 3). */
static void mark_v4(uint8_t *ip)
{
    uint16_t before, after, check;
    memcpy(&before, ip, sizeof before);
    ip[1] |= ECN;
    memcpy(&after, ip, sizeof after);
    memcpy(&check, ip + V4_CHECKSUM, sizeof check);
    check = (uint16_t)~checksum_fold((uint64_t)(uint16_t)~check + (uint16_t)~before + after);
    memcpy(ip + V4_CHECKSUM, &check, sizeof check);
}

bool shaping_mark(uint8_t *ip)
{
    const bool v4 = ip[0] >> 4 == 4;
    if (!(v4 ? ip[1] & ECN : ip[1] >> V6_ECN_SHIFT & ECN))
        return false;
    if (v4)
        mark_v4(ip);
    else
        ip[1] |= ECN << V6_ECN_SHIFT;
    return true;
}

/* What would have to wait too long takes nothing of the rate, so that no debt is left when a flood is over. */
static int64_t book(struct shaping *shaping, unsigned direction, int64_t now, size_t bytes, uint64_t kbps,
                    int64_t patience)
{
    int64_t booked = atomic_load_explicit(&shaping->booked[direction], memory_order_relaxed), wait;
    struct bucket bucket;
    do {
        bucket.booked = booked;
        wait = bucket_wait(&bucket, now, bytes, kbps);
        if (wait > patience)
            return INT64_MAX;
        bucket_take(&bucket, now, bytes, kbps);
    } while (!atomic_compare_exchange_weak_explicit(&shaping->booked[direction], &booked, bucket.booked,
                                                    memory_order_relaxed, memory_order_relaxed));
    return now + wait;
}

void shaping_schedule(struct lane *lane, struct gnb *gnb, unsigned direction, struct packet *packet)
{
    struct shaping *shaping = &gnb->shaping;
    const uint64_t kbps = atomic_load_explicit(&shaping->kbps[direction], memory_order_relaxed);
    const int64_t patience = atomic_load_explicit(&shaping->patience, memory_order_relaxed);
    const size_t bytes = segments_bytes(packet, packet->segments);
    packet->shaped = gnb;
    packet->due = kbps ? book(shaping, direction, packet->now, bytes, kbps, patience) : packet->now;
    if (packet->due == packet->now)
        return;
    if (packet->due == INT64_MAX) {
        packet->due = packet->now + patience;
        count(&lane->counters.hurried[HURRIED_LATE], packet->segments);
    }
    count(&lane->counters.shaped[0], packet->segments);
    count(&lane->counters.shaped[1], bytes);
    if (shaping_mark(packet->data))
        count(&lane->counters.marked, packet->segments);
}
