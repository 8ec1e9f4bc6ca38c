/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/counts.h"

#include "plane/fast/flows.h"
#include "plane/usage.h"

/* Before a limit this much is the slow path's: it decides packet by packet, and all processors together are never that far ahead of what they have counted. */
enum { LAST_OCTETS = 64 * 1024 };

/* When the last packet went, or up to a unit later. */
static int64_t seen_at(const struct fast_action *action, int64_t now)
{
    const int64_t seen = (int64_t)(action->seen + 1) << FAST_SEEN_SHIFT;
    return seen < now ? seen : now;
}

static enum direction direction_of(const struct pdr *pdr)
{
    return pdr->source == PFCP_ACCESS ? UPLINK : DOWNLINK;
}

/* What has been carried since the last time is counted; true: a URR is due. */
static bool absorb(struct session *session, const struct pdr *pdr, enum direction direction,
                   const struct fast_action *action, struct fast_booked *book, int64_t now)
{
    const uint64_t bytes = __atomic_load_n(&action->bytes, __ATOMIC_RELAXED) - book->bytes;
    const uint64_t packets = __atomic_load_n(&action->packets, __ATOMIC_RELAXED) - book->packets;
    bool due = false;
    if (bytes == 0 && packets == 0)
        return false;
    book->bytes += bytes;
    book->packets += packets;
    session->counters.passed.bytes[direction] += bytes;
    session->counters.passed.packets[direction] += packets;
    if (seen_at(action, now) > session->counters.last_packet)
        session->counters.last_packet = seen_at(action, now);
    for (unsigned i = 0; i < session->rules->urr_count; i++)
        if (pdr->urrs >> i & 1)
            due |= usage_count(&session->rules->urrs[i], direction, bytes, packets, seen_at(action, now));
    return due;
}

bool fast_absorb(struct plane *plane, struct session *session, int64_t now)
{
    const struct ruleset *rules = session->rules;
    bool due = false;
    for (unsigned i = 0; session->place && i < rules->pdr_count; i++) {
        struct fast_booked *book;
        const struct pdr *pdr = &rules->pdrs[i];
        const struct fast_action *action = fast_action_of(plane->fast, session, pdr, &book);
        if (action)
            due |= absorb(session, pdr, direction_of(pdr), action, book, now);
    }
    return due;
}

/* --- credit --- */

static uint64_t left_of(uint64_t limit, uint64_t used)
{
    return limit > used ? limit - used : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Octets until the first of the limits that the flags name is reached by packets of that direction. */
static uint64_t until_limit(const struct volume *volume, uint8_t flags, const uint64_t limit[3],
                            enum direction direction)
{
    const uint8_t own = direction == UPLINK ? PFCP_ULVOL : PFCP_DLVOL;
    uint64_t left = UINT64_MAX;
    if (flags & PFCP_TOVOL) /* both directions draw on it */
        left = left_of(limit[0], volume->bytes[UPLINK] + volume->bytes[DOWNLINK]) / 2;
    if (flags & own)
        left = least(left, left_of(limit[1 + direction], volume->bytes[direction]));
    return left;
}

static uint64_t until_due(const struct urr *urr, enum direction direction)
{
    uint64_t left = UINT64_MAX;
    if (urr->exhausted || ((urr->triggers & PFCP_REPORT_START) && !urr->first_packet))
        return 0;
    if ((urr->triggers & PFCP_REPORT_VOLTH) && !(urr->due & PFCP_USAGE_VOLTH))
        left = until_limit(&urr->volume, urr->threshold_flags, urr->threshold, direction);
    if (urr->quota_flags)
        left = least(left, until_limit(&urr->spent, urr->quota_flags, urr->quota, direction));
    return left;
}

/* PDRs that count for the same URR share what is left of it. */
static uint64_t credit_of(const struct ruleset *rules, const struct pdr *pdr, enum direction direction)
{
    uint64_t left = UINT64_MAX;
    for (unsigned i = 0; i < rules->urr_count; i++)
        if (pdr->urrs >> i & 1)
            left = least(left, until_due(&rules->urrs[i], direction));
    if (left != UINT64_MAX && rules->pdr_count)
        left /= rules->pdr_count;
    return left == UINT64_MAX ? left : left_of(left, LAST_OCTETS);
}

static void grant(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                  struct fast_action *action, const struct fast_booked *book)
{
    const uint64_t credit = credit_of(rules, pdr, direction);
    const uint64_t end = credit > UINT64_MAX - book->bytes ? UINT64_MAX : book->bytes + credit;
    __atomic_store_n(&action->credit, credit ? end : 0, __ATOMIC_RELEASE);
}

void fast_grant(struct plane *plane, const struct session *session)
{
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; session->place && i < rules->pdr_count; i++) {
        struct fast_booked *book;
        const struct pdr *pdr = &rules->pdrs[i];
        struct fast_action *action = fast_action_of(plane->fast, session, pdr, &book);
        if (action)
            grant(rules, pdr, direction_of(pdr), action, book);
    }
}

/* --- whose counts they are --- */

void fast_open_book(struct fast_booked *book, const struct fast_action *action)
{
    const uint64_t bytes = __atomic_load_n(&action->bytes, __ATOMIC_RELAXED);
    const uint64_t packets = __atomic_load_n(&action->packets, __ATOMIC_RELAXED);
    *book = (struct fast_booked){bytes, packets, bytes, packets};
}

void fast_open_tunnel_book(struct fast *fast, const struct fast_tunnel *tunnel)
{
    fast_open_book(&fast->books[tunnel - fast->places], &tunnel->action);
}

void fast_open_session_book(struct fast *fast, unsigned place)
{
    fast_open_book(&fast->books[fast->tunnels + place], &fast->sessions[place].action);
}

void fast_reported(struct plane *plane, const struct session *session)
{
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; session->place && i < rules->pdr_count; i++) {
        struct fast_booked *book;
        if (!fast_action_of(plane->fast, session, &rules->pdrs[i], &book))
            continue;
        book->reported_bytes = book->bytes;
        book->reported_packets = book->packets;
    }
}

void fast_inherit_books(struct fast *fast, const struct session *session)
{
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        struct fast_booked *book;
        if (!fast_action_of(fast, session, &rules->pdrs[i], &book))
            continue;
        book->bytes = book->reported_bytes;
        book->packets = book->reported_packets;
    }
}

/* --- sums --- */

void fast_count_gnb(const struct plane *plane, const struct gnb *gnb, uint64_t packets[2], uint64_t bytes[2])
{
    const struct fast *fast = plane->fast;
    for (unsigned i = 0; fast && i < fast->sizes.processors; i++) {
        const struct fast_gnb_count *of = &fast->gnb_counts[(size_t)gnb->id * fast->sizes.processors + i];
        for (unsigned d = UPLINK; d <= DOWNLINK; d++) {
            packets[d] += __atomic_load_n(&of->packets[d], __ATOMIC_RELAXED);
            bytes[d] += __atomic_load_n(&of->bytes[d], __ATOMIC_RELAXED);
        }
    }
}

uint64_t fast_drops(const struct plane *plane, enum drop reason)
{
    const struct fast *fast = plane->fast;
    uint64_t sum = 0;
    for (unsigned i = 0; fast && i < fast->sizes.processors; i++)
        sum += __atomic_load_n(&fast->lanes[i].drops[reason], __ATOMIC_RELAXED);
    return fast ? sum - fast->drops_before[reason] : 0;
}

struct fast_carried fast_carried(const struct plane *plane, enum direction direction)
{
    const struct fast *fast = plane->fast;
    struct fast_carried sum = {0, 0};
    for (unsigned i = 0; fast && i < fast->sizes.processors; i++) {
        sum.packets += __atomic_load_n(&fast->lanes[i].packets[direction], __ATOMIC_RELAXED);
        sum.passed += __atomic_load_n(&fast->lanes[i].passed[direction], __ATOMIC_RELAXED);
    }
    return sum;
}
