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
    bool settled; /* spoken of, or gone */
};

/* --- blocks --- */

/* Behind the prefix, and before it goes. */
static void mix(struct fast *fast, const struct fast_prefix *prefix)
{
    unsigned first = 0;
    const unsigned count = fast_blocks_of(prefix, &first);
    for (unsigned block = first; block < first + count; block++)
        if (fast->mixed[block]++ == 0)
            __atomic_store_n(&fast->blocks[block / 8].place[block % 8], FAST_MIXED, __ATOMIC_RELEASE);
}

static void unmix(struct fast *fast, const struct fast_prefix *prefix)
{
    unsigned first = 0;
    const unsigned count = fast_blocks_of(prefix, &first);
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
    struct fast_prefix *taken; /* what the maps will say other things of: in order, none within another */
    unsigned taken_count;
};

static void find(void *context, const struct fast_prefix *prefix, uint32_t place)
{
    const struct finding *finding = context;
    struct fast *fast = finding->fast;
    const unsigned of = place & ~(uint32_t)FAST_FRAMED;
    if (!(place & FAST_FRAMED))
        return;
    if (of == 0 || of > fast->sizes.sessions || !fast->sessions[of].known ||
        fast->found_count == fast->sizes.routes ||
        fast_first_overlap(finding->taken, sizeof *finding->taken, finding->taken_count, prefix) <
            finding->taken_count)
        fast_take_prefix(fast, prefix);
    else
        fast->found[fast->found_count++] = (struct fast_found_route){*prefix, of, false};
}

/* Those that stand. Of one that a death has left within another nothing was promised. */
static void leave_out_nested(struct fast *fast)
{
    unsigned left = 0;
    qsort(fast->found, fast->found_count, sizeof *fast->found, fast_prefix_order);
    for (unsigned i = 0; i < fast->found_count; i++) {
        if (left && fast_prefixes_overlap(&fast->found[left - 1].prefix, &fast->found[i].prefix))
            fast_take_prefix(fast, &fast->found[i].prefix);
        else
            fast->found[left++] = fast->found[i];
    }
    fast->found_count = fast->found_left = fast->framed = left;
}

static int place_order(const void *a, const void *b)
{
    const struct fast_found_route *one = *(struct fast_found_route *const *)a,
                                  *two = *(struct fast_found_route *const *)b;
    return (one->place > two->place) - (one->place < two->place);
}

static void list_by_place(struct fast *fast)
{
    for (unsigned i = 0; i < fast->found_count; i++)
        fast->found_by_place[i] = &fast->found[i];
    qsort(fast->found_by_place, fast->found_count, sizeof *fast->found_by_place, place_order);
}

static void describe_blocks(struct fast *fast, __u8 blocks[FAST_BLOCKS])
{
    for (unsigned block = 0; block < FAST_BLOCKS; block++)
        fast->mixed[block] = blocks[block] == FAST_MIXED;
    for (unsigned i = 0; i < fast->found_count; i++) {
        unsigned first = 0;
        const unsigned count = fast_blocks_of(&fast->found[i].prefix, &first);
        for (unsigned block = first; block < first + count; block++) {
            fast->mixed[block]++;
            blocks[block] = FAST_MIXED;
        }
    }
}

static unsigned list_taken(const struct fast_prefix *prefixes, const __u32 *places, unsigned count,
                           struct fast_prefix *taken)
{
    unsigned left = 0;
    for (unsigned i = 0; i < count; i++)
        if (places[i] != FAST_ELSEWHERE)
            taken[left++] = prefixes[i];
    return fast_outermost(taken, left);
}

bool fast_find_routes(struct fast *fast, const struct fast_prefix *prefixes, const __u32 *places,
                      unsigned count, __u8 blocks[FAST_BLOCKS])
{
    fast_forget_routes(fast);
    struct finding finding = {.fast = fast, .taken = calloc(count + 1u, sizeof *finding.taken)};
    fast->mixed = calloc(FAST_BLOCKS, sizeof *fast->mixed);
    fast->found = calloc(fast->sizes.routes + 1u, sizeof *fast->found);
    fast->found_by_place = calloc(fast->sizes.routes + 1u, sizeof(struct fast_found_route *));
    const bool ok = finding.taken && fast->mixed && fast->found && fast->found_by_place;
    if (ok) {
        finding.taken_count = list_taken(prefixes, places, count, finding.taken);
        fast_each_prefix(fast, find, &finding);
        leave_out_nested(fast);
        list_by_place(fast);
        describe_blocks(fast, blocks);
    }
    free(finding.taken);
    return ok;
}

void fast_forget_routes(struct fast *fast)
{
    free(fast->mixed);
    free(fast->found);
    free(fast->found_by_place);
    fast->mixed = NULL;
    fast->found = NULL;
    fast->found_by_place = NULL;
    fast->found_count = fast->found_left = 0;
}

static void settle(struct fast *fast, struct fast_found_route *found)
{
    found->settled = true;
    fast->found_left--;
}

/* The first one of the place, or of a later one. */
static unsigned first_of_place(const struct fast *fast, unsigned place)
{
    unsigned low = 0, high = fast->found_count;
    while (low < high) {
        const unsigned middle = low + (high - low) / 2;
        if (fast->found_by_place[middle]->place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void fast_drop_found_routes(struct fast *fast, unsigned place)
{
    if (fast->found_left == 0)
        return;
    for (unsigned i = first_of_place(fast, place); i < fast->found_count; i++) {
        struct fast_found_route *found = fast->found_by_place[i];
        if (found->place != place)
            return;
        if (found->settled)
            continue;
        give_up(fast, found);
        settle(fast, found);
    }
}

/* The session's own among them has been spoken of; others' give way, as they would take its packets. */
static void settle_found(struct fast *fast, const struct fast_prefix *prefix, unsigned place)
{
    if (fast->found_left == 0)
        return;
    for (unsigned i = fast_first_overlap(fast->found, sizeof *fast->found, fast->found_count, prefix);
         i < fast->found_count && fast_prefixes_overlap(&fast->found[i].prefix, prefix); i++) {
        struct fast_found_route *found = &fast->found[i];
        if (found->settled)
            continue;
        if (found->place != place || memcmp(&found->prefix, prefix, sizeof *prefix) != 0)
            give_up(fast, found);
        settle(fast, found);
    }
}

/* Just this one, that nobody has spoken of yet; NULL: it is not there. */
static const struct fast_found_route *found_route(const struct fast *fast, const struct config_prefix *route)
{
    const struct fast_prefix prefix = fast_prefix_of(route);
    if (fast->found_left == 0)
        return NULL;
    const struct fast_found_route *found =
        bsearch(&prefix, fast->found, fast->found_count, sizeof *fast->found, fast_prefix_order);
    return found && !found->settled ? found : NULL;
}

bool fast_has_found_route(const struct fast *fast, unsigned network, const struct config_prefix *route)
{
    const struct fast_found_route *found = found_route(fast, route);
    return found && fast->sessions[found->place].network == network;
}

void fast_each_found_route(const struct plane *plane,
                           void (*visit)(void *context, const struct config_prefix *route), void *context)
{
    const struct fast *fast = plane->fast;
    for (unsigned i = 0; fast && i < fast->found_count; i++) {
        const struct config_prefix route = fast_prefix_as_configured(&fast->found[i].prefix);
        if (!fast->found[i].settled)
            visit(context, &route);
    }
}

/* --- of a session --- */

static bool is_put(const struct plane *plane, const struct config_prefix *route)
{
    const struct session *holder = routes_holder(&plane->routes, route);
    const struct fast_prefix prefix = fast_prefix_of(route);
    return holder && fast_prefix_place(plane->fast, &prefix) == (FAST_FRAMED | holder->place);
}

/* What was found, and what is of a session that gives way, has an entry already. */
static bool needs_room(const struct plane *plane, const struct config_prefix *route,
                       const struct ruleset *had)
{
    return !(had && ruleset_has_route(had, route)) && !found_route(plane->fast, route) &&
           !is_put(plane, route);
}

bool fast_has_room_for_routes(const struct plane *plane, const struct ruleset *rules,
                              const struct ruleset *had)
{
    const struct fast *fast = plane->fast;
    unsigned more = 0;
    for (unsigned i = 0; fast && i < rules->route_count; i++)
        more += needs_room(plane, &rules->routes[i], had);
    return more == 0 || fast->framed + more <= fast->sizes.routes;
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
