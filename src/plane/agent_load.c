/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/agent_load.h"

#include <stdlib.h>

#include "plane/agent_state.h"
#include "plane/fast/fast.h"

enum {
    PERCENT = 100,
    NOTICEABLE = 5,       /* percent; what differs by less is not worth a word */
    REDUCTION_LEAST = 10, /* percent, as soon as anything is lost */
    PERIOD = 5,           /* 8.2.35: of two seconds each */
};

#define LOOK_AGAIN SECONDS(1)
#define VALID      SECONDS(10)

bool load_init(struct agent *agent)
{
    agent->load.workers = calloc(agent->settings.plane->lane_count, sizeof *agent->load.workers);
    return agent->load.workers != NULL;
}

void load_free(struct agent *agent)
{
    free(agent->load.workers);
}

void load_begin(struct smf *smf, uint64_t cp_features)
{
    smf->hears_load = cp_features & PFCP_CP_LOAD;
    smf->hears_overload = cp_features & PFCP_CP_OVRL;
    smf->load_told = smf->overload_told = 0;
}

static unsigned most(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static unsigned share(uint64_t part, uint64_t whole)
{
    const uint64_t percent = whole ? part * PERCENT / whole : 0;
    return percent < PERCENT ? (unsigned)percent : PERCENT;
}

/* Places that rest are free in a moment. */
static unsigned room_taken(const struct agent *agent)
{
    const struct fast *fast = agent->settings.plane->fast;
    const unsigned sessions = share(agent->sessions.count, agent->settings.sessions);
    if (!fast)
        return sessions;
    return most(sessions,
                share(fast->sizes.sessions - fast->free_count - fast->resting_count, fast->sizes.sessions));
}

static uint64_t carried_by(const struct plane *plane)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < plane->lane_count; i++)
        sum += counted(&plane->lanes[i].counters.packets[0]) + counted(&plane->lanes[i].counters.packets[1]);
    return sum;
}

/* What it has lost since that could be read last: nothing of what a predecessor had, or a device before it began anew. */
static uint64_t look_at_worker(struct agent *agent, unsigned number, int64_t since)
{
    const struct agent_settings *settings = &agent->settings;
    struct agent_effort *known = &agent->load.workers[number], before = *known, now;
    if (!settings->effort(settings->context, number, &now))
        return 0;
    agent->load.busy = most(agent->load.busy, share((uint64_t)(now.cpu - before.cpu), (uint64_t)since));
    known->cpu = now.cpu;
    if (!now.dropped_is_known)
        return 0;
    *known = now;
    return before.dropped_is_known && now.dropped > before.dropped ? now.dropped - before.dropped : 0;
}

static void look_at_workers(struct agent *agent)
{
    struct agent_load *load = &agent->load;
    const int64_t since = agent_now(agent) - load->looked_at;
    const uint64_t carried = load->carried;
    uint64_t lost = 0;
    load->busy = 0;
    for (unsigned i = 0; i < agent->settings.plane->lane_count; i++)
        lost += look_at_worker(agent, i, since);
    load->carried = carried_by(agent->settings.plane);
    load->lost = lost ? most(REDUCTION_LEAST, share(lost, lost + load->carried - carried)) : 0;
    load->looked_at = agent_now(agent);
}

/* Newer than any before, also than those of an earlier process (6.2.3.3.2): the wall clock, or the next number. */
static uint32_t next_sequence(const struct agent *agent, uint32_t last)
{
    const uint32_t stamp = (uint32_t)(agent->settings.wall + agent_now(agent) / SECONDS(1));
    return (int32_t)(stamp - last) > 0 || !last ? stamp : last + 1;
}

static bool is_noticeable(unsigned before, unsigned now)
{
    const unsigned difference = before > now ? before - now : now - before;
    return difference >= NOTICEABLE || (difference && (now == PERCENT || before == PERCENT));
}

static void consider_load(struct agent *agent, unsigned metric)
{
    struct agent_load *load = &agent->load;
    if (load->metric_sequence && !is_noticeable(load->metric, metric))
        return;
    load->metric = metric;
    load->metric_sequence = next_sequence(agent, load->metric_sequence);
}

/* What goes on is said again before it would be over. */
static void consider_overload(struct agent *agent, unsigned reduction)
{
    struct agent_load *load = &agent->load;
    const bool again = reduction && agent_now(agent) > load->valid_until - VALID / 2;
    if (!again && !is_noticeable(load->reduction, reduction))
        return;
    load->reduction = reduction;
    load->valid_until = agent_now(agent) + VALID;
    load->reduction_sequence = next_sequence(agent, load->reduction_sequence);
}

static void consider(struct agent *agent)
{
    const unsigned taken = room_taken(agent);
    if (agent->settings.effort && agent_now(agent) - agent->load.looked_at >= LOOK_AGAIN)
        look_at_workers(agent);
    consider_load(agent, most(taken, agent->load.busy));
    consider_overload(agent, taken == PERCENT ? PERCENT : agent->load.lost);
}

struct place {
    struct pfcp_load_control *load;
    struct pfcp_overload_control *overload;
    bool *has_load, *has_overload;
};

#define PLACE(body)                                                               \
    (struct place)                                                                \
    {                                                                             \
        &(body).load_control, &(body).overload_control, &(body).has_load_control, \
            &(body).has_overload_control                                          \
    }

static struct place place_in(struct pfcp_message *message)
{
    switch (message->type) {
    case PFCP_SESSION_ESTABLISHMENT_RESPONSE:
        return PLACE(message->session_establishment_response);
    case PFCP_SESSION_MODIFICATION_RESPONSE:
        return PLACE(message->session_modification_response);
    case PFCP_SESSION_DELETION_RESPONSE:
        return PLACE(message->session_deletion_response);
    case PFCP_SESSION_REPORT_REQUEST:
        return PLACE(message->session_report_request);
    default:
        return (struct place){0};
    }
}

void load_tell(struct smf *smf, struct pfcp_message *message)
{
    const struct agent_load *load = &smf->agent->load;
    const struct place place = place_in(message);
    if (!place.load || !(smf->hears_load || smf->hears_overload))
        return;
    consider(smf->agent);
    *place.has_load = smf->hears_load && smf->load_told != load->metric_sequence;
    *place.has_overload = smf->hears_overload && smf->overload_told != load->reduction_sequence;
    *place.load = (struct pfcp_load_control){load->metric_sequence, (uint8_t)load->metric};
    *place.overload = (struct pfcp_overload_control){
        .sequence = load->reduction_sequence, .metric = (uint8_t)load->reduction, .period = PERIOD};
    smf->load_told = load->metric_sequence;
    smf->overload_told = load->reduction_sequence;
}
