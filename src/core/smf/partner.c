/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/partner.h"

#include <stdlib.h>
#include <string.h>

#include "core/sharing.h"
#include "core/smf/n4.h"
#include "line/event.h"

/* The facts when all sessions were last asked about, and what the network as a whole was to each partner then. */
struct partner_watch {
    struct smf *smf;
    struct timer timer;
    int64_t started; /* by timers->now */
    struct line_facts facts;
    enum line_taken taken;
    struct line_answer *standings; /* by partner of the inventory */
};

static const int64_t LOOK_PERIOD = SECONDS(1);

/* --- what a session is about --- */

static const struct config_dnn *dnn_of(const struct session *session)
{
    const struct config_dnn *dnn =
        session->network ? config_find_dnn(session_smf(session)->core->config, session->network->name) : NULL;
    return dnn && *dnn->partner ? dnn : NULL;
}

static void add_hop(struct smf_crossing *crossing, enum path_part part, const char *name, uint32_t misfits)
{
    crossing->hops[crossing->path.count++] = (struct path_hop){part, name, misfits};
}

static void begin_path(const struct session *session, struct smf_crossing *crossing)
{
    const struct core *core = session_smf(session)->core;
    const struct config_dnn *dnn = dnn_of(session);
    *crossing = (struct smf_crossing){.partner = dnn ? dnn->partner : "",
                                      .label = dnn ? dnn->label : "",
                                      .end_to_end = dnn && dnn->end_to_end};
    crossing->path.hops = crossing->hops;
    add_hop(crossing, PATH_FUNCTION, core->config->network.amf_name, 0);
    add_hop(crossing, PATH_PLANE, session->upf ? session->upf->name : NULL, 0);
}

static void add_radio(struct smf_crossing *crossing, const struct ue *ue, const struct gnb *gnb)
{
    if (gnb) {
        add_hop(crossing, PATH_GNB, amf_gnb_name(gnb), amf_gnb_misfits(gnb));
        return;
    }
    add_hop(crossing, PATH_PEER, amf_away_at(ue), 0);
    crossing->path.cells = PATH_ABROAD_CELLS;
}

/* Whose phone is not connected crosses no cell. */
static void describe_here(const struct session *session, struct smf_crossing *crossing)
{
    begin_path(session, crossing);
    if (amf_serving_gnb(session->ue) || amf_away_at(session->ue))
        add_radio(crossing, session->ue, amf_serving_gnb(session->ue));
    else
        crossing->path.cells = PATH_NO_CELLS;
}

bool smf_crossing(const struct ue *ue, uint8_t pdu_session_id, struct smf_crossing *crossing)
{
    const struct session *session = session_find(ue, pdu_session_id);
    if (!session || session->state == SESSION_NEW)
        return false;
    describe_here(session, crossing);
    return true;
}

/* --- the answer about it --- */

/* In the moment after a start the recorder has not said yet how it stands: sessions of before are not to end for that. */
static enum line_taken taken_now(const struct smf *smf)
{
    const struct core *core = smf->core;
    const bool begins = core->timers->now - smf->partners->started < core->config->recorder.patience;
    return begins && line_is_recorded() ? LINE_TAKEN : sharing_taken();
}

static const struct line_answer *standing_of(const struct smf *smf, const char *partner)
{
    const struct config_inventory *inventory = &smf->core->config->inventory;
    const struct config_partner *known = config_find_partner(inventory, partner);
    return known && smf->partners->standings ? &smf->partners->standings[known - inventory->partners] : NULL;
}

/* It is evidence when it is the first, or turns; of what would be elsewhere a no is, and turns nothing. */
static void tell(struct session *session, const struct line_answer *answer, const char *procedure, bool here)
{
    struct core *core = session_smf(session)->core;
    const uint8_t before = session->answered, now = (uint8_t)(answer->verdict + 1);
    const struct gnb *gnb = amf_serving_gnb(session->ue);
    const char *name = gnb ? amf_gnb_name(gnb) : NULL;
    struct sharing_proof proof;
    char why[SESSION_TEXT + 32], which[SESSION_TEXT];
    if (here ? before == now : line_shares(answer->verdict))
        return;
    snprintf(why, sizeof why, "%s, %s", procedure, session_text(session, which));
    sharing_record(core, answer, name ? name : "", why, &proof);
    if (here && before && before != now)
        sharing_flipped(core, answer, (enum line_verdict)(before - 1), name ? name : "", why, proof.entry);
    if (here)
        session->answered = now;
    sharing_forget(&proof);
}

static bool ask(struct session *session, const struct smf_crossing *crossing, const char *procedure,
                bool here)
{
    struct smf *smf = session_smf(session);
    const struct line_facts facts = amf_line_facts(smf->core);
    const struct line_question question = {.partner = crossing->partner,
                                           .labels = &crossing->label,
                                           .label_count = 1,
                                           .path = &crossing->path,
                                           .end_to_end = crossing->end_to_end,
                                           .standing = standing_of(smf, crossing->partner)};
    struct line_answer answer;
    line_answer(&facts, taken_now(smf), &question, &answer);
    tell(session, &answer, procedure, here);
    return line_shares(answer.verdict);
}

bool partner_lets(struct session *session, const struct gnb *gnb, const char *procedure)
{
    struct smf_crossing crossing;
    if (!dnn_of(session))
        return true;
    begin_path(session, &crossing);
    add_radio(&crossing, session->ue, gnb);
    return ask(session, &crossing, procedure, false);
}

bool partner_lets_here(struct session *session, const char *procedure)
{
    struct smf_crossing crossing;
    if (!dnn_of(session))
        return true;
    describe_here(session, &crossing);
    return ask(session, &crossing, procedure, true);
}

bool partner_keeps(struct session *session, const char *procedure)
{
    struct release release = {.cause = NAS_GSM_USER_AUTHENTICATION_FAILED,
                              .why = "it may not cross where the phone is"};
    const bool released = !session->upf;
    if (session->state == SESSION_NEW || released || partner_lets_here(session, procedure))
        return true;
    procedure_start(session_smf(session)->core, &session->procedure, "session release", session_release,
                    session, &release);
    return false;
}

uint8_t partner_refusal(const struct session *session, uint8_t otherwise)
{
    const bool withheld = session->answered && !line_shares((enum line_verdict)(session->answered - 1));
    return withheld ? NAS_GSM_USER_AUTHENTICATION_FAILED : otherwise;
}

/* --- the facts --- */

static bool any_network(const struct config *config)
{
    for (unsigned i = 0; i < config->smf.dnn_count; i++)
        if (*config->smf.dnns[i].partner)
            return true;
    return false;
}

static bool same_facts(const struct partner_watch *watch, const struct line_facts *facts)
{
    const struct line_measured *a = &watch->facts.measured, *b = &facts->measured;
    return watch->facts.ledger == facts->ledger && watch->facts.date.days == facts->date.days &&
           watch->taken == taken_now(watch->smf) && a->lapsed == b->lapsed && a->unchecked == b->unchecked &&
           a->traffic_known == b->traffic_known && a->bytes == b->bytes &&
           a->high_risk_bytes == b->high_risk_bytes;
}

static bool end_one(struct smf *smf, const char *procedure)
{
    size_t cursor = 0;
    void *session = NULL;
    while (map_next(&smf->sessions, &cursor, NULL, &session))
        if (!partner_keeps(session, procedure))
            return true;
    return false;
}

/* A release may end the session at once, so that the map is another after each. */
static void ask_about_all(struct smf *smf, const char *procedure)
{
    while (end_one(smf, procedure))
        ;
}

static void look(struct partner_watch *watch, const char *procedure)
{
    struct smf *smf = watch->smf;
    const struct config_inventory *inventory = &smf->core->config->inventory;
    watch->facts = amf_line_facts(smf->core);
    amf_note_day(smf->core, &watch->facts);
    watch->taken = taken_now(smf);
    free(watch->standings);
    watch->standings = calloc(inventory->partner_count + 1, sizeof *watch->standings);
    for (unsigned i = 0; watch->standings && i < inventory->partner_count; i++)
        line_standing(&watch->facts, watch->taken, &inventory->partners[i], &watch->standings[i]);
    ask_about_all(smf, procedure);
}

static void tick(struct timer *timer)
{
    struct partner_watch *watch =
        (struct partner_watch *)((char *)timer - offsetof(struct partner_watch, timer));
    const struct line_facts facts = amf_line_facts(watch->smf->core);
    timer_start(watch->smf->core->timers, timer, LOOK_PERIOD);
    if (!same_facts(watch, &facts))
        look(watch, watch->facts.date.days == facts.date.days ? "facts changed" : "another day");
}

static void watch_facts(struct smf *smf)
{
    struct partner_watch *watch = smf->partners;
    if (any_network(smf->core->config)) {
        timer_start(smf->core->timers, &watch->timer, LOOK_PERIOD);
        return;
    }
    timer_stop(smf->core->timers, &watch->timer);
    free(watch->standings);
    watch->standings = NULL;
}

bool partner_start(struct smf *smf)
{
    smf->partners = calloc(1, sizeof *smf->partners);
    if (!smf->partners)
        return false;
    smf->partners->smf = smf;
    smf->partners->started = smf->core->timers->now;
    smf->partners->timer.fire = tick;
    watch_facts(smf);
    return true;
}

void partner_stop(struct smf *smf)
{
    if (!smf->partners)
        return;
    timer_stop(smf->core->timers, &smf->partners->timer);
    free(smf->partners->standings);
    free(smf->partners);
    smf->partners = NULL;
}

void partner_reload(struct smf *smf)
{
    watch_facts(smf);
    if (any_network(smf->core->config))
        look(smf->partners, "reload");
}
