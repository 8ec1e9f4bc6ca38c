/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/senders.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static void lock(struct senders *senders)
{
    while (atomic_flag_test_and_set_explicit(&senders->lock, memory_order_acquire))
        sched_yield();
}

static void unlock(struct senders *senders)
{
    atomic_flag_clear_explicit(&senders->lock, memory_order_release);
}

static unsigned set_of(const union socket_address *address)
{
    uint32_t words[4] = {0}, mixed = 0;
    if (address->any.sa_family == AF_INET)
        memcpy(words, &address->v4.sin_addr, sizeof address->v4.sin_addr);
    else
        memcpy(words, &address->v6.sin6_addr, sizeof address->v6.sin6_addr);
    for (unsigned i = 0; i < 4; i++)
        mixed = (mixed ^ words[i]) * 0x9e3779b1;
    return (mixed >> 16) % SENDER_SETS;
}

static bool is(const struct sender *sender, const union socket_address *address)
{
    return sender->address.any.sa_family && address_same_host(&sender->address, address);
}

/* Its place, or the one that it takes over. */
static struct sender *place_of(struct senders *senders, const union socket_address *address)
{
    struct sender *set = &senders->sender[(size_t)set_of(address) * SENDER_WAYS], *least = set;
    for (unsigned i = 0; i < SENDER_WAYS; i++) {
        if (is(&set[i], address))
            return &set[i];
        if (set[i].packets < least->packets)
            least = &set[i];
    }
    senders->forgotten += least->packets != 0;
    *least = (struct sender){.address = *address};
    return least;
}

void senders_count(struct senders *senders, const union socket_address *address, enum drop reason)
{
    if (reason == DROP_NONE || reason > DROP_UE_TO_UE)
        return;
    lock(senders);
    struct sender *sender = place_of(senders, address);
    sender->packets++;
    sender->reasons[reason]++;
    unlock(senders);
}

static struct sender *find(struct sender *list, unsigned count, const union socket_address *address)
{
    for (unsigned i = 0; i < count; i++)
        if (is(&list[i], address))
            return &list[i];
    return NULL;
}

static void add(struct sender *to, const struct sender *from)
{
    to->packets += from->packets;
    for (unsigned i = 0; i <= DROP_UE_TO_UE; i++)
        to->reasons[i] += from->reasons[i];
}

void senders_take(struct senders *senders, const struct sender *counted)
{
    lock(senders);
    add(place_of(senders, &counted->address), counted);
    unlock(senders);
}

unsigned senders_gather(struct senders *senders, struct sender *list, unsigned count, unsigned most)
{
    lock(senders);
    for (unsigned i = 0; i < SENDERS; i++) {
        const struct sender *sender = &senders->sender[i];
        struct sender *known = sender->packets ? find(list, count, &sender->address) : NULL;
        if (known)
            add(known, sender);
        else if (sender->packets && count < most)
            list[count++] = *sender;
    }
    unlock(senders);
    return count;
}

const char *sender_text(const union socket_address *address, char text[SENDER_TEXT])
{
    const bool v4 = address->any.sa_family == AF_INET;
    const void *host = v4 ? (const void *)&address->v4.sin_addr : &address->v6.sin6_addr;
    return inet_ntop(v4 ? AF_INET : AF_INET6, host, text, SENDER_TEXT);
}

static int by_packets(const void *a, const void *b)
{
    const struct sender *left = a, *right = b;
    return (left->packets < right->packets) - (left->packets > right->packets);
}

void senders_sort(struct sender *list, unsigned count)
{
    qsort(list, count, sizeof *list, by_packets);
}
