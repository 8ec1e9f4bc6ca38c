/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/framed.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/fast/networks.h"

struct fast_found_route {
    struct fast_prefix prefix;
    unsigned place;
};

enum { MAPPED_BITS = 96, BLOCK_BITS = 16 };

bool fast_is_v4(const struct fast_prefix *prefix)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    return prefix->length >= MAPPED_BITS && memcmp(&prefix->address, mapped, sizeof mapped) == 0;
}

static bool overlap(const struct fast_prefix *a, const struct fast_prefix *b)
{
    const uint8_t *left = (const uint8_t *)&a->address, *right = (const uint8_t *)&b->address;
    const unsigned bits = a->length < b->length ? a->length : b->length, whole = bits / 8, rest = bits % 8;
    return fast_is_v4(a) == fast_is_v4(b) && memcmp(left, right, whole) == 0 &&
           (rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0);
}

/* --- blocks --- */

/* The IPv4 addresses by their upper 16 bits that it has some of; none of IPv6. */
static unsigned blocks_of(const struct fast_prefix *prefix, unsigned *first)
{
    const uint8_t *octets = (const uint8_t *)&prefix->address + 12;
    const unsigned length = prefix->length - MAPPED_BITS;
    if (!fast_is_v4(prefix))
        return 0;
    *first = (unsigned)octets[0] << 8 | octets[1];
    return length < BLOCK_BITS ? 1u << (BLOCK_BITS - length) : 1;
}

/* Behind the prefix, and before it goes. */
static void mix(struct fast *fast, const struct fast_prefix *prefix)
{
    unsigned first = 0;
    const unsigned count = blocks_of(prefix, &first);
    for (unsigned block = first; block < first + count; block++)
        if (fast->mixed[block]++ == 0)
            __atomic_store_n(&fast->blocks[block / 8].place[block % 8], FAST_MIXED, __ATOMIC_RELEASE);
}

static void unmix(struct fast *fast, const struct fast_prefix *prefix)
{
    unsigned first = 0;
    const unsigned count = blocks_of(prefix, &first);
    for (unsigned block = first; block < first + count; block++)
        if (--fast->mixed[block] == 0)
            __atomic_store_n(&fast->blocks[block / 8].place[block % 8], FAST_ELSEWHERE, __ATOMIC_RELEASE);
}

static void take(struct fast *fast, const struct fast_prefix *prefix)
{
    fast_take_prefix(fast, prefix);
    unmix(fast, prefix);
    fast->framed--;
}

/* --- what was found --- */

/* Whoever led packets for it here is to know. */
static void give_up(struct fast *fast, const struct fast_found_route *found)
{
    take(fast, &found->prefix);
    if (fast->unlead)
        fast->unlead(fast->unlead_context, fast->sessions[found->place].network, &found->prefix);
}

struct finding {
    struct fast *fast;
    const struct fast_prefix *prefixes;
    const __u32 *places;
    unsigned count;
    __u8 *blocks;
    bool listing; /* no session of this process has any */
};

static bool is_sound(const struct finding *finding, const struct fast_prefix *prefix, unsigned place)
{
    const struct fast *fast = finding->fast;
    if (place == 0 || place > fast->sizes.sessions || !fast->sessions[place].known)
        return false;
    for (unsigned i = 0; i < finding->count; i++)
        if (finding->places[i] != FAST_ELSEWHERE && overlap(prefix, &finding->prefixes[i]))
            return false;
    return true;
}

static void find(void *context, const struct fast_prefix *prefix, uint32_t place)
{
    struct finding *finding = context;
    struct fast *fast = finding->fast;
    unsigned first = 0;
    if (!(place & FAST_FRAMED))
        return;
    if (!is_sound(finding, prefix, place & ~FAST_FRAMED) || fast->framed == FAST_FRAMED_MOST) {
        fast_take_prefix(fast, prefix);
        return;
    }
    if (finding->listing)
        fast->found[fast->found_count++] = (struct fast_found_route){*prefix, place & ~FAST_FRAMED};
    fast->framed++;
    const unsigned count = blocks_of(prefix, &first);
    for (unsigned block = first; block < first + count; block++) {
        fast->mixed[block]++;
        finding->blocks[block] = FAST_MIXED;
    }
}

bool fast_find_routes(struct fast *fast, const struct fast_prefix *prefixes, const __u32 *places,
                      unsigned count, __u8 blocks[FAST_BLOCKS])
{
    struct finding finding = {fast, prefixes, places, count, blocks, !fast->mixed};
    if (finding.listing) {
        fast->mixed = calloc(FAST_BLOCKS, sizeof *fast->mixed);
        fast->found = calloc(FAST_FRAMED_MOST, sizeof *fast->found);
    }
    if (!fast->mixed || !fast->found)
        return false;
    for (unsigned block = 0; block < FAST_BLOCKS; block++)
        fast->mixed[block] = blocks[block] == FAST_MIXED;
    fast->framed = 0;
    fast_each_prefix(fast, find, &finding);
    return true;
}

void fast_forget_routes(struct fast *fast)
{
    free(fast->mixed);
    free(fast->found);
    fast->mixed = NULL;
    fast->found = NULL;
    fast->found_count = 0;
}

void fast_drop_found_routes(struct fast *fast, unsigned place)
{
    for (unsigned i = fast->found_count; i-- > 0;) {
        if (fast->found[i].place != place)
            continue;
        give_up(fast, &fast->found[i]);
        fast->found[i] = fast->found[--fast->found_count];
    }
}

/* The session's own among them has been spoken of; others' give way, as they would take its packets. */
static void settle_found(struct fast *fast, const struct fast_prefix *prefix, unsigned place)
{
    for (unsigned i = fast->found_count; i-- > 0;) {
        const struct fast_found_route *found = &fast->found[i];
        const bool own = found->place == place && memcmp(&found->prefix, prefix, sizeof *prefix) == 0;
        if (!own && !overlap(&found->prefix, prefix))
            continue;
        if (!own)
            give_up(fast, found);
        fast->found[i] = fast->found[--fast->found_count];
    }
}

/* --- of a session --- */

bool fast_has_room_for_routes(const struct plane *plane, const struct ruleset *rules)
{
    return !plane->fast || plane->fast->framed + rules->route_count <= FAST_FRAMED_MOST;
}

static void put_route(struct fast *fast, unsigned place, const struct config_prefix *route)
{
    const struct fast_prefix prefix = fast_prefix_of(route);
    settle_found(fast, &prefix, place);
    if (fast_prefix_place(fast, &prefix) == (FAST_FRAMED | place))
        return;
    if (!fast_put_prefix(fast, &prefix, FAST_FRAMED | place)) {
        log_error("plane", NULL, "fast path: the kernel has no memory for a framed route");
        return;
    }
    mix(fast, &prefix);
    fast->framed++;
}

void fast_put_routes(struct fast *fast, const struct session *session, bool on_n6)
{
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; on_n6 && i < rules->route_count; i++)
        put_route(fast, session->place, &rules->routes[i]);
    if (!on_n6)
        fast_withdraw_routes(fast, session, rules, NULL);
    fast_drop_found_routes(fast, session->place);
}

void fast_withdraw_routes(struct fast *fast, const struct session *session, const struct ruleset *rules,
                          const struct ruleset *kept)
{
    for (unsigned i = 0; i < rules->route_count; i++) {
        const struct fast_prefix prefix = fast_prefix_of(&rules->routes[i]);
        if (!(kept && ruleset_has_route(kept, &rules->routes[i])) &&
            fast_prefix_place(fast, &prefix) == (FAST_FRAMED | session->place))
            take(fast, &prefix);
    }
}
