/* SPDX-License-Identifier: Apache-2.0 */
#include "line/tunnel_ends.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "kit/map.h"

struct entry {
    struct entry *next; /* with the same key */
    struct config_prefix prefix;
    const struct config_gnb *gnb;
    bool high_risk;
};

enum { LONGEST = 128 };

struct tunnel_ends {
    struct map map;               /* struct entry by prefix */
    bool lengths[2][LONGEST + 1]; /* that there are, of IPv4 and IPv6 */
    struct entry *entries;
};

static struct config_prefix cut(const struct config_ip *ip, unsigned length)
{
    struct config_prefix prefix = {.family = ip->family, .length = (uint8_t)length};
    memcpy(prefix.address, ip->address, (length + 7) / 8);
    if (length % 8)
        prefix.address[length / 8] &= (uint8_t)(0xff00 >> (length % 8));
    return prefix;
}

static bool same(const struct config_prefix *a, const struct config_prefix *b)
{
    return a->family == b->family && a->length == b->length &&
           memcmp(a->address, b->address, sizeof a->address) == 0;
}

/* Whatever collides is told apart by the entries. */
static uint64_t key_of(const struct config_prefix *prefix)
{
    uint64_t upper, lower;
    memcpy(&upper, prefix->address, sizeof upper);
    memcpy(&lower, prefix->address + sizeof upper, sizeof lower);
    return (upper ^ (lower * 0x9e3779b97f4a7c15) ^ prefix->length) << 1 | (prefix->family == AF_INET6);
}

bool gnb_is_high_risk(const struct config_inventory *inventory, const struct config_gnb *gnb)
{
    const struct config_domain *domain = gnb ? config_find_domain(inventory, gnb->domain) : NULL;
    return !domain || domain->risk == CONFIG_HIGH_RISK;
}

static bool add(struct tunnel_ends *ends, struct entry *entry)
{
    const uint64_t key = key_of(&entry->prefix);
    entry->next = map_get(&ends->map, key);
    ends->lengths[entry->prefix.family == AF_INET6][entry->prefix.length] = true;
    return map_put(&ends->map, key, entry);
}

static size_t count_prefixes(const struct config_inventory *inventory)
{
    size_t count = 0;
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        count += inventory->gnbs[i].n3_count;
    return count;
}

static bool fill(struct tunnel_ends *ends, const struct config_inventory *inventory)
{
    struct entry *entry = ends->entries = calloc(count_prefixes(inventory) + 1, sizeof *ends->entries);
    for (unsigned i = 0; entry && i < inventory->gnb_count; i++) {
        const struct config_gnb *gnb = &inventory->gnbs[i];
        const bool high_risk = gnb_is_high_risk(inventory, gnb);
        for (unsigned k = 0; k < gnb->n3_count; k++, entry++) {
            *entry = (struct entry){.prefix = gnb->n3[k], .gnb = gnb, .high_risk = high_risk};
            if (!add(ends, entry))
                return false;
        }
    }
    return entry != NULL;
}

struct tunnel_ends *tunnel_ends_new(const struct config_inventory *inventory, uint64_t seed)
{
    struct tunnel_ends *ends = calloc(1, sizeof *ends);
    if (!ends)
        return NULL;
    map_init(&ends->map, seed);
    if (fill(ends, inventory))
        return ends;
    tunnel_ends_free(ends);
    return NULL;
}

void tunnel_ends_free(struct tunnel_ends *ends)
{
    if (!ends)
        return;
    map_free(&ends->map);
    free(ends->entries);
    free(ends);
}

static const struct entry *better(const struct entry *one, const struct entry *other)
{
    if (!one || !other)
        return one ? one : other;
    if (one->high_risk != other->high_risk)
        return one->high_risk ? one : other;
    return one->prefix.length >= other->prefix.length ? one : other;
}

const struct config_gnb *tunnel_ends_find(const struct tunnel_ends *ends, const struct config_ip *ip)
{
    const unsigned longest = ip->family == AF_INET6 ? LONGEST : 32;
    const bool *lengths = ends->lengths[ip->family == AF_INET6];
    const struct entry *best = NULL;
    for (unsigned length = 0; length <= longest; length++) {
        const struct config_prefix prefix = cut(ip, length);
        const struct entry *entry = lengths[length] ? map_get(&ends->map, key_of(&prefix)) : NULL;
        for (; entry; entry = entry->next)
            if (same(&entry->prefix, &prefix))
                best = better(best, entry);
    }
    return best ? best->gnb : NULL;
}
