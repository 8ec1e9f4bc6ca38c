/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/flows.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/classifier.h"
#include "plane/fast/actions.h"
#include "plane/fast/counts.h"
#include "plane/fast/grace.h"
#include "plane/fast/rules.h"

static struct fast_session *session_at(const struct fast *fast, const struct session *session)
{
    return &fast->sessions[session->place];
}

static struct fast_action *actions_at(const struct fast *fast, unsigned place)
{
    return &fast->actions[(size_t)place * FAST_PDRS];
}

static struct fast_booked *books_at(const struct fast *fast, unsigned place)
{
    return &fast->books[fast->tunnels + fast->sizes.sessions + 1 + (size_t)place * FAST_PDRS];
}

/* --- places: the one that has been free for longest is given out first, and none by which a packet in hand may still be judged --- */

static void give_back(struct fast *fast, unsigned place)
{
    const unsigned last = (fast->first_free_flows + fast->free_flow_count++) % fast->sizes.flows;
    fast->free_flows[last] = (struct fast_resting){grace_mark(fast->grace), place};
}

static unsigned take(struct fast *fast)
{
    const struct fast_resting *first = &fast->free_flows[fast->first_free_flows];
    if (fast->free_flow_count == 0 || !grace_passed(fast->grace, first->mark))
        return 0;
    const unsigned place = first->place;
    fast->first_free_flows = (fast->first_free_flows + 1) % fast->sizes.flows;
    fast->free_flow_count--;
    return place;
}

static bool *list_taken(const struct fast *fast)
{
    bool *taken = calloc(fast->sizes.flows + 1u, sizeof *taken);
    for (unsigned i = 1; taken && i <= fast->sizes.sessions; i++)
        if (fast->sessions[i].own_flows <= fast->sizes.flows)
            taken[fast->sessions[i].own_flows] = true;
    return taken;
}

bool fast_list_flows(struct fast *fast)
{
    bool *taken = list_taken(fast);
    fast->free_flows = calloc(fast->sizes.flows + 1u, sizeof *fast->free_flows);
    for (unsigned place = 1; taken && fast->free_flows && place <= fast->sizes.flows; place++)
        if (!taken[place])
            give_back(fast, place);
    const bool listed = taken && fast->free_flows;
    free(taken);
    return listed;
}

/* What has been counted there for others is not this session's. */
static void open_books(const struct fast *fast, unsigned place)
{
    for (unsigned i = 0; i < FAST_PDRS; i++) {
        struct fast_action *action = &actions_at(fast, place)[i];
        fast_open_book(&books_at(fast, place)[i], action);
        fast_clear_action(action);
    }
}

static void warn_once(struct fast *fast)
{
    if (fast->flows_refused++ == 0)
        log_warning("plane", NULL,
                    "fast path: all %u places for sessions of several flows are taken (fast_flows): the slow "
                    "path serves the others",
                    fast->sizes.flows);
}

static unsigned own_place(struct fast *fast, struct fast_session *to)
{
    if (to->own_flows && to->own_flows <= fast->sizes.flows)
        return to->own_flows;
    to->own_flows = take(fast);
    if (to->own_flows)
        open_books(fast, to->own_flows);
    else
        warn_once(fast);
    return to->own_flows;
}

static unsigned leave_place(struct fast_session *session)
{
    const unsigned place = session->own_flows;
    session->flows = session->own_flows = 0;
    return place;
}

void fast_give_flows_back(struct fast *fast, unsigned place)
{
    if (place && place <= fast->sizes.flows)
        give_back(fast, place);
}

void fast_release_flows(struct fast *fast, struct fast_session *session)
{
    fast_give_flows_back(fast, leave_place(session));
}

/* --- records --- */

static bool fits(const struct ruleset *rules)
{
    for (unsigned i = 0; i < 2; i++)
        if (rules->classifiers[i] && rules->classifiers[i]->count > 1)
            return false;
    return true;
}

enum { BEHIND = offsetof(struct classifier, version) + sizeof(__u32) };

/* The program believes nothing that it reads while the version is odd, or that changed under it. */
static void begin_record(struct classifier *to)
{
    __atomic_store_n(&to->version, to->version | 1, __ATOMIC_RELAXED);
    atomic_thread_fence(memory_order_seq_cst);
}

static void end_record(struct classifier *to, const struct classifier *from)
{
    memcpy((char *)to + BEHIND, (const char *)from + BEHIND, sizeof *to - BEHIND);
    __atomic_store_n(&to->version, to->version + 1, __ATOMIC_RELEASE);
}

static bool is_whole(const struct classifier *live, const struct classifier *wanted)
{
    return live->version % 2 == 0 &&
           memcmp((const char *)live + BEHIND, (const char *)wanted + BEHIND, sizeof *live - BEHIND) == 0;
}

static void describe(struct fast *fast, const struct session *session, const struct pdr *pdr,
                     struct fast_action *live, struct fast_action *wanted)
{
    const enum direction direction = pdr->source == PFCP_ACCESS ? UPLINK : DOWNLINK;
    *wanted = (struct fast_action){.verdict = FAST_SLOW};
    if (!session->rules->classifiers[direction])
        return;
    fast_describe_action(fast, session->rules, pdr, direction, live, wanted);
}

/* What is as it was stays in force all the while. */
static void put_records(struct fast *fast, const struct session *session, unsigned place)
{
    const struct ruleset *rules = session->rules;
    struct classifier *records = &fast->classifiers[2 * (size_t)place];
    struct fast_action *actions = actions_at(fast, place), wanted[FAST_PDRS];
    bool same = true;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        describe(fast, session, &rules->pdrs[i], &actions[i], &wanted[i]);
        same &= !fast_leads_elsewhere(&actions[i], &wanted[i]);
    }
    for (unsigned i = 0; i < 2; i++)
        same &= !rules->classifiers[i] || is_whole(&records[i], &rules->classifiers[i]->records[0]);
    for (unsigned i = 0; i < 2 && !same; i++)
        begin_record(&records[i]);
    for (unsigned i = 0; i < rules->pdr_count; i++)
        fast_put_action(&actions[i], &wanted[i]);
    for (unsigned i = 0; i < 2 && !same; i++)
        if (rules->classifiers[i])
            end_record(&records[i], &rules->classifiers[i]->records[0]);
}

unsigned fast_put_flows(struct fast *fast, struct session *session)
{
    const struct ruleset *rules = session->rules;
    struct fast_session *to = session_at(fast, session);
    if ((!rules->classifiers[UPLINK] && !rules->classifiers[DOWNLINK]) || !fits(rules))
        return leave_place(to);
    if (own_place(fast, to))
        put_records(fast, session, to->own_flows);
    return 0;
}

/* --- counters --- */

static struct fast_action *action_of_tunnel(const struct fast *fast, uint32_t teid, struct fast_booked **book)
{
    struct fast_tunnel *tunnel = fast_tunnel_at(fast, teid);
    *book = &fast->books[tunnel - fast->places];
    return fast_is_free(fast, teid) ? &tunnel->action : NULL;
}

struct fast_action *fast_action_of(const struct fast *fast, const struct session *session,
                                   const struct pdr *pdr, struct fast_booked **book)
{
    const enum direction direction = pdr->source == PFCP_ACCESS ? UPLINK : DOWNLINK;
    const unsigned number = (unsigned)(pdr - session->rules->pdrs);
    struct fast_session *at = session_at(fast, session);
    if (session->rules->classifiers[direction]) {
        *book = &books_at(fast, at->own_flows)[number];
        return at->own_flows ? &actions_at(fast, at->own_flows)[number] : NULL;
    }
    if (direction == UPLINK)
        return action_of_tunnel(fast, pdr->teid, book);
    *book = &fast->books[fast->tunnels + session->place];
    return &at->action;
}
