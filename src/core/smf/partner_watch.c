/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts that answers to partners rest on beside the path. They are looked at every second; sessions are asked about when one of them says
 * something else, not when only its numbers move: octets do so all the time.
 */
#include <stdlib.h>

#include "core/sharing.h"
#include "core/smf/n4.h"
#include "core/smf/partner.h"
#include "line/event.h"

/* What the network as a whole is to a partner. */
struct outlook {
    struct line_decision
        shares; /* of what is counted and measured, which alone changes from one second to the next */
    struct line_answer standing;
};

struct partner_watch {
    struct smf *smf;
    struct timer timer, sweep;
    int64_t started;         /* by timers->now */
    struct line_facts facts; /* when all sessions were last to be asked about */
    bool in_doubt;           /* the date was */
    enum line_taken taken;
    struct outlook *outlooks; /* by partner of the inventory; NULL: none are known */
    struct session *next;     /* to be asked about, along each plane's sessions; NULL: all have been */
    const char *why;
    bool again; /* from the first one on, when there may be stacks */
};

static const int64_t LOOK_PERIOD = SECONDS(1);

enum { PORTION = 128 };

/* In the moment after a start the recorder has not said yet how it stands: sessions of before are not to end for that. */
enum line_taken partner_taken(const struct smf *smf)
{
    const struct core *core = smf->core;
    const bool begins = core->timers->now - smf->partners->started < core->config->recorder.patience;
    return begins && line_is_recorded() ? LINE_TAKEN : sharing_taken();
}

const struct line_answer *partner_standing(const struct smf *smf, const char *partner)
{
    const struct config_inventory *inventory = &smf->core->config->inventory;
    const struct config_partner *known = config_find_partner(inventory, partner);
    return known && smf->partners->outlooks ? &smf->partners->outlooks[known - inventory->partners].standing
                                            : NULL;
}

/* --- sessions, portion by portion --- */

static struct session *first_from(const struct upf *upf)
{
    while (upf && !upf->sessions)
        upf = upf->next;
    return upf ? upf->sessions : NULL;
}

static struct session *after(const struct session *session)
{
    return session->upf_next ? session->upf_next : first_from(session->upf->next);
}

void partner_forget(const struct session *session)
{
    struct partner_watch *watch = session_smf(session)->partners;
    if (watch && watch->next == session)
        watch->next = after(session);
}

/* A release may end the session, and others with it, at once: what is next is known beforehand, and kept up to date. */
static void ask_some(struct timer *timer)
{
    struct partner_watch *watch =
        (struct partner_watch *)((char *)timer - offsetof(struct partner_watch, sweep));
    for (unsigned i = 0; watch->next && i < PORTION; i++) {
        struct session *session = watch->next;
        watch->next = after(session);
        partner_keeps(session, watch->why);
    }
    if (watch->next)
        timer_start(watch->smf->core->timers, timer, MILLISECONDS(1));
}

void partner_ask_again(struct smf *smf)
{
    smf->partners->again = true;
}

static void ask_about_all(struct partner_watch *watch, const char *why)
{
    watch->again = false;
    watch->next = first_from(watch->smf->upfs);
    watch->why = why;
    ask_some(&watch->sweep);
}

/* --- facts --- */

static bool any_network(const struct config *config)
{
    for (unsigned i = 0; i < config->smf.dnn_count; i++)
        if (*config->smf.dnns[i].partner)
            return true;
    return false;
}

static void judge_shares(const struct line_facts *facts, const struct config_partner *partner,
                         struct line_decision *shares)
{
    struct line_facts theirs = *facts;
    theirs.profile = &partner->thresholds;
    line_decide(&theirs, &(struct line_request){.kind = LINE_STANDING}, shares);
}

static bool say_the_same(const struct line_decision *a, const struct line_decision *b)
{
    bool same = a->count == b->count;
    for (unsigned i = 0; same && i < a->count; i++)
        same = a->reasons[i].rule == b->reasons[i].rule && a->reasons[i].verdict == b->reasons[i].verdict &&
               a->reasons[i].why == b->reasons[i].why;
    return same;
}

static bool shares_stand(const struct partner_watch *watch, const struct line_facts *facts)
{
    const struct config_inventory *inventory = &watch->smf->core->config->inventory;
    struct line_decision now;
    for (unsigned i = 0; watch->outlooks && i < inventory->partner_count; i++) {
        judge_shares(facts, &inventory->partners[i], &now);
        if (!say_the_same(&now, &watch->outlooks[i].shares))
            return false;
    }
    return watch->outlooks != NULL;
}

static bool all_stands(const struct partner_watch *watch, const struct line_facts *facts)
{
    return watch->facts.ledger == facts->ledger && watch->facts.date.days == facts->date.days &&
           watch->in_doubt == line_date_in_doubt(facts) && watch->taken == partner_taken(watch->smf) &&
           shares_stand(watch, facts);
}

static void look(struct partner_watch *watch, const char *why)
{
    const struct smf *smf = watch->smf;
    const struct config_inventory *inventory = &smf->core->config->inventory;
    watch->facts = amf_line_facts(smf->core);
    watch->in_doubt = line_date_in_doubt(&watch->facts);
    watch->taken = partner_taken(smf);
    amf_note_day(smf->core, &watch->facts);
    free(watch->outlooks);
    watch->outlooks = calloc(inventory->partner_count + 1, sizeof *watch->outlooks);
    for (unsigned i = 0; watch->outlooks && i < inventory->partner_count; i++) {
        judge_shares(&watch->facts, &inventory->partners[i], &watch->outlooks[i].shares);
        line_standing(&watch->facts, watch->taken, &inventory->partners[i], &watch->outlooks[i].standing);
    }
    ask_about_all(watch, why);
}

static void tick(struct timer *timer)
{
    struct partner_watch *watch =
        (struct partner_watch *)((char *)timer - offsetof(struct partner_watch, timer));
    const struct line_facts facts = amf_line_facts(watch->smf->core);
    timer_start(watch->smf->core->timers, timer, LOOK_PERIOD);
    if (!all_stands(watch, &facts))
        look(watch, watch->facts.date.days == facts.date.days ? "facts changed" : "another day");
    else if (watch->again && !watch->next)
        ask_about_all(watch, watch->why ? watch->why : "mobility");
}

/* --- life --- */

static void watch_facts(struct smf *smf)
{
    struct partner_watch *watch = smf->partners;
    if (any_network(smf->core->config)) {
        timer_start(smf->core->timers, &watch->timer, LOOK_PERIOD);
        return;
    }
    timer_stop(smf->core->timers, &watch->timer);
    free(watch->outlooks);
    watch->outlooks = NULL;
}

bool partner_start(struct smf *smf)
{
    struct partner_watch *watch = smf->partners = calloc(1, sizeof *smf->partners);
    if (!watch)
        return false;
    watch->smf = smf;
    watch->started = smf->core->timers->now;
    watch->timer.fire = tick;
    watch->sweep.fire = ask_some;
    watch_facts(smf);
    return true;
}

void partner_stop(struct smf *smf)
{
    if (!smf->partners)
        return;
    timer_stop(smf->core->timers, &smf->partners->timer);
    timer_stop(smf->core->timers, &smf->partners->sweep);
    free(smf->partners->outlooks);
    free(smf->partners);
    smf->partners = NULL;
}

void partner_reload(struct smf *smf)
{
    watch_facts(smf);
    if (any_network(smf->core->config))
        look(smf->partners, "reload");
}
