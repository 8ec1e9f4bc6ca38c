/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/rates.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "plane/fast/rules.h"
#include "plane/shared_rate.h"

/* --- places --- */

static struct fast_rate *rate_at(const struct fast *fast, unsigned place, enum direction direction)
{
    return &fast->rates[2 * place + direction];
}

bool fast_list_rates(struct fast *fast)
{
    const unsigned count = fast->sizes.sessions;
    fast->free_rates = calloc(count + 1u, sizeof *fast->free_rates);
    fast->claimed_rates = calloc(count + 1u, sizeof *fast->claimed_rates);
    if (!fast->free_rates || !fast->claimed_rates)
        return false;
    for (unsigned place = count; place > 0; place--)
        if (rate_at(fast, place, UPLINK)->price == 0 && rate_at(fast, place, DOWNLINK)->price == 0)
            fast->free_rates[fast->free_rate_count++] = place;
    return true;
}

static void free_place(struct fast *fast, unsigned place)
{
    *rate_at(fast, place, UPLINK) = *rate_at(fast, place, DOWNLINK) = (struct fast_rate){0};
    fast->free_rates[fast->free_rate_count++] = place;
}

void fast_release_rate(struct fast *fast, unsigned place)
{
    if (place == 0 || !fast->claimed_rates || !fast->claimed_rates[place])
        return;
    fast->claimed_rates[place] = false;
    free_place(fast, place);
}

/* 0: all are taken. */
static unsigned take_place(struct fast *fast)
{
    const unsigned place = fast->free_rate_count ? fast->free_rates[--fast->free_rate_count] : 0;
    fast->claimed_rates[place] = place != 0;
    fast->rates_short |= place == 0;
    return place;
}

/* --- buckets --- */

static _Atomic int64_t *bucket_at(__u64 *booked)
{
    return (_Atomic int64_t *)booked;
}

/* What has been taken from a bucket stays taken when it moves, and nobody gets a second burst. */
static void move_bucket(_Atomic int64_t *to, const _Atomic int64_t *from)
{
    const int64_t booked = atomic_load_explicit(from, memory_order_relaxed);
    int64_t there = atomic_load_explicit(to, memory_order_relaxed);
    while (there < booked && !atomic_compare_exchange_weak_explicit(to, &there, booked, memory_order_relaxed,
                                                                    memory_order_relaxed))
        ;
}

/* NULL: to the books of the QER or of the rate itself. */
static void keep_bucket(struct qer *qer, enum direction direction, _Atomic int64_t *at)
{
    struct shared_rate *shared = qer->shared;
    _Atomic int64_t *own = shared ? &shared->booked[direction] : &qer->booked[direction];
    _Atomic int64_t *from = shared ? shared->elsewhere[direction] : qer->elsewhere[direction];
    if (from == at)
        return;
    move_bucket(at ? at : own, from ? from : own);
    if (shared)
        shared->elsewhere[direction] = at;
    else
        qer->elsewhere[direction] = at;
}

static unsigned place_of(const struct qer *qer)
{
    return qer->shared ? qer->shared->place : qer->place;
}

/* False: all places are taken. */
static bool give_place(struct fast *fast, struct qer *qer)
{
    if (place_of(qer))
        return true;
    const unsigned place = take_place(fast);
    if (place == 0)
        return false;
    if (qer->shared) {
        qer->shared->place = place;
        qer->shared->fast = fast;
    } else {
        qer->place = place;
    }
    for (enum direction direction = UPLINK; direction <= DOWNLINK; direction++)
        keep_bucket(qer, direction, bucket_at(&rate_at(fast, place, direction)->booked));
    return true;
}

/* --- sessions --- */

/* True: it is the second one, and the first one's actions know nothing of others. */
static bool join(struct session *session, struct shared_rate *shared, struct session **first)
{
    if (!shared || shared->common || shared->sole == session)
        return false;
    *first = shared->sole;
    shared->common = shared->sole != NULL;
    shared->sole = shared->common ? NULL : session;
    return shared->common;
}

/* No thread but the agent's ever holds the locks of two sessions. */
static void write_anew(struct plane *plane, struct session *session)
{
    session_lock(session);
    fast_update(plane, session);
    session_unlock(session);
}

void fast_begin_rates(struct plane *plane, struct session *session)
{
    struct session *first;
    for (unsigned i = 0; i < session->rules->qer_count; i++) {
        struct qer *qer = &session->rules->qers[i];
        for (enum direction direction = UPLINK; direction <= DOWNLINK && !place_of(qer); direction++)
            keep_bucket(qer, direction, NULL);
        if (join(session, qer->shared, &first))
            write_anew(plane, first);
    }
}

void fast_leave_rates(const struct session *session)
{
    for (unsigned i = 0; i < session->rules->qer_count; i++) {
        struct qer *qer = &session->rules->qers[i];
        if (!qer->shared || qer->shared->sole != session)
            continue;
        for (enum direction direction = UPLINK; direction <= DOWNLINK && !place_of(qer); direction++)
            keep_bucket(qer, direction, NULL);
        qer->shared->sole = NULL;
    }
}

static bool has_place(const struct ruleset *rules, unsigned place)
{
    for (unsigned i = 0; rules && i < rules->qer_count; i++)
        if (rules->qers[i].place == place)
            return true;
    return false;
}

void fast_withdraw_rates(struct fast *fast, struct ruleset *rules, const struct ruleset *kept)
{
    for (unsigned i = 0; i < rules->qer_count; i++) {
        if (!has_place(kept, rules->qers[i].place))
            fast_release_rate(fast, rules->qers[i].place);
        rules->qers[i].place = 0;
    }
}

/* --- actions --- */

/* A byte's price; a bucket's ticks for a byte at that rate (plane/bucket.h), in fixed point. */
static uint64_t price_of(uint64_t kbps)
{
    enum { NS_A_BIT_KBPS = 1000000 };
    return (UINT64_C(8) * NS_A_BIT_KBPS * BUCKET_TICKS << FAST_RATE_SHIFT) / kbps;
}

/* Whether others than the PDR take from it in that direction. */
static bool is_common(const struct ruleset *rules, unsigned qer, enum direction direction)
{
    const uint8_t source = direction == UPLINK ? PFCP_ACCESS : PFCP_CORE;
    const struct shared_rate *shared = rules->qers[qer].shared;
    unsigned takers = 0;
    for (unsigned i = 0; i < rules->pdr_count; i++)
        takers += rules->pdrs[i].source == source && (rules->pdrs[i].qers >> qer & 1);
    return takers > 1 || place_of(&rules->qers[qer]) || (shared && shared->common);
}

static bool take_from(struct fast *fast, struct qer *qer, enum direction direction,
                      struct fast_action *action)
{
    unsigned n = 0;
    while (n < FAST_RATES && action->rates[n])
        n++;
    if (n == FAST_RATES || !give_place(fast, qer))
        return false;
    rate_at(fast, place_of(qer), direction)->price = price_of(qer->mbr[direction]);
    action->rates[n] = 2 * place_of(qer) + direction;
    return true;
}

/*
 * Of the rates that are the PDR's alone the least one is enough. A bucket of rate r passes in any time t at most b(r) + r t octets, where b(r) is 50 ms at
 * that rate and at least ten packets (plane/bucket.h). Neither grows smaller with r: what a bucket passes, one of a greater rate passes, too.
 */
bool fast_set_rates(struct fast *fast, struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                    struct fast_action *live, struct fast_action *action)
{
    struct qer *least = NULL;
    for (unsigned i = 0; i < rules->qer_count; i++) {
        struct qer *qer = &rules->qers[i];
        if (!(pdr->qers >> i & 1) || !qer->has_mbr)
            continue;
        if (is_common(rules, i, direction)) {
            if (!take_from(fast, qer, direction, action))
                return false;
        } else if (!least || qer->mbr[direction] < least->mbr[direction]) {
            least = qer;
        }
    }
    if (least) {
        action->price = price_of(least->mbr[direction]);
        keep_bucket(least, direction, bucket_at(&live->booked));
    }
    return true;
}

/* --- what was found --- */

static bool wants_places(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->qer_count; i++)
        if (rules->qers[i].has_mbr && (is_common(rules, i, UPLINK) || is_common(rules, i, DOWNLINK)))
            return true;
    return false;
}

void fast_sweep_rates(struct plane *plane)
{
    struct fast *fast = plane->fast;
    for (unsigned place = 1; place <= fast->sizes.sessions; place++)
        if (!fast->claimed_rates[place] &&
            (rate_at(fast, place, UPLINK)->price || rate_at(fast, place, DOWNLINK)->price))
            free_place(fast, place);
    size_t cursor = 0;
    uint64_t teid;
    for (void *session; fast->rates_short && table_next(&plane->teids, &cursor, &teid, &session);)
        if (wants_places(((struct session *)session)->rules))
            write_anew(plane, session);
}
