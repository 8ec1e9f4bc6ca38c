/* SPDX-License-Identifier: Apache-2.0 */
#include "line/decide.h"

enum { LEAP_DAYS = 730, DAYS_A_YEAR = 365, MONTHS = 12, PERCENT = 100 };

/* What the rules are asked about. */
struct question {
    const struct line_facts *facts;
    const struct line_request *request;
    bool high_risk, date_in_doubt, expired;
    struct ledger_counts counts; /* with what asks */
};

static void say(struct line_reason *reason, enum line_verdict verdict, enum line_why why)
{
    reason->verdict = verdict;
    reason->why = why;
}

/* --- the rules: each says what it is about, and whether that is kept --- */

static void judge_class(const struct question *q, const struct config_limit *limit,
                        struct line_reason *reason)
{
    const unsigned stranger = q->request->kind == LINE_NF_REGISTRATION ? CONFIG_CORE : CONFIG_ACCESS;
    const unsigned class = q->request->asset ? q->request->asset->class : stranger;
    bool meant = limit->class_count == 0 && class == CONFIG_CORE;
    for (unsigned i = 0; i < limit->class_count; i++)
        meant |= limit->classes[i] == class;
    reason->value = class;
    if (meant)
        say(reason, LINE_REFUSE, LINE_WRONG_CLASS);
}

/* Held where radio equipment is connected (plane/ran_port.h); here it is heard whether it is. */
static void judge_held(const struct question *q, const struct config_limit *limit, struct line_reason *reason)
{
    if (q->facts->measured.lapsed & LINE_BIT(limit->rule))
        say(reason, LINE_REFUSE, LINE_LAPSED);
    else if (q->facts->measured.unchecked & LINE_BIT(limit->rule))
        say(reason, LINE_UNKNOWN, LINE_UNCHECKED);
}

/* Of trusted equipment only that it is overdue is said; who is given an answer is not to rest on it. */
static void judge_review(const struct question *q, const struct config_limit *limit,
                         struct line_reason *reason)
{
    const struct ledger_asset *asset = q->request->asset;
    const bool of_trust = !q->high_risk && q->request->kind != LINE_CROSSING;
    const enum line_verdict worse = of_trust ? LINE_CONDITIONS : LINE_UNKNOWN;
    const int64_t most = (int64_t)limit->most * DAYS_A_YEAR / MONTHS;
    reason->limit = limit->most;
    if (!asset) {
        say(reason, LINE_UNKNOWN, LINE_UNKNOWN_WHO);
        return;
    }
    reason->date = asset->reviewed;
    if (!asset->reasoned)
        say(reason, worse, LINE_NO_REASON);
    else if (!asset->reviewed.days || q->facts->date.days - asset->reviewed.days > most)
        say(reason, worse, LINE_NO_REVIEW);
}

static void judge_sites(const struct question *q, const struct config_limit *limit,
                        struct line_reason *reason)
{
    reason->value = q->counts.high_risk_sites;
    reason->all = q->counts.sites;
    reason->limit = limit->most;
    if (reason->value * PERCENT > reason->all * limit->most)
        say(reason, LINE_REFUSE, LINE_TOO_MANY_SITES);
}

/* Bytes of any number fit: shares of a counter of 64 bits, times a percentage, need more than that. */
static void judge_traffic(const struct question *q, const struct config_limit *limit,
                          struct line_reason *reason)
{
    const struct line_measured *measured = &q->facts->measured;
    reason->value = measured->high_risk_bytes;
    reason->all = measured->bytes;
    reason->limit = limit->most;
    if (!measured->traffic_known || measured->high_risk_bytes > measured->bytes)
        say(reason, LINE_UNKNOWN, LINE_TRAFFIC_UNKNOWN);
    else if ((unsigned __int128)reason->value * PERCENT > (unsigned __int128)reason->all * limit->most)
        say(reason, LINE_REFUSE, LINE_TOO_MUCH_TRAFFIC);
}

static void judge_place(const struct question *q, const struct config_limit *limit,
                        struct line_reason *reason)
{
    const struct ledger_asset *asset = q->request->asset;
    const bool any = ledger_inventory(q->facts->ledger)->sensitive_count != 0;
    (void)limit;
    if (asset && asset->exposure == LEDGER_SENSITIVE)
        say(reason, LINE_REFUSE, LINE_AT_SENSITIVE_PLACE);
    else if (any && (!asset || asset->exposure == LEDGER_UNPLACED))
        say(reason, LINE_UNKNOWN, LINE_PLACE_UNKNOWN);
}

static bool is_protected(const struct ledger *ledger, const struct line_request *request)
{
    return ledger_protects_subscriber(ledger, request->imsi) ||
           ledger_protects_data_network(ledger, request->dnn) ||
           (request->slice && ledger_protects_slice(ledger, *request->slice));
}

/* Emergency service is there for everybody, everywhere, and is recorded as an exception. */
static void judge_service(const struct question *q, const struct config_limit *limit,
                          struct line_reason *reason)
{
    (void)limit;
    if (!is_protected(q->facts->ledger, q->request))
        reason->why = LINE_NOT_PROTECTED;
    else if (q->request->emergency)
        say(reason, LINE_CONDITIONS, LINE_EMERGENCY);
    else
        say(reason, LINE_REFUSE, LINE_PROTECTED);
}

static void judge_vendors(const struct question *q, const struct config_limit *limit,
                          struct line_reason *reason)
{
    reason->value = q->counts.high_risk_vendors;
    reason->limit = limit->most;
    if (reason->value > limit->most)
        say(reason, LINE_REFUSE, LINE_TOO_MANY_VENDORS);
}

/* Who has no day of registration is new. */
static void judge_age(const struct question *q, const struct config_limit *limit, struct line_reason *reason)
{
    const struct ledger_asset *asset = q->request->asset;
    reason->date = limit->from;
    if (limit->age == CONFIG_ANY_AGE)
        say(reason, LINE_REFUSE, LINE_TOO_LATE);
    else if (!asset || !asset->since.days || asset->since.days >= limit->from.days)
        say(reason, LINE_REFUSE, LINE_TOO_NEW);
}

static void judge_mitigation(const struct question *q, const struct config_limit *limit,
                             struct line_reason *reason)
{
    const struct ledger_asset *asset = q->request->asset;
    const struct config_mitigation *mitigation =
        asset && !q->date_in_doubt ? ledger_mitigated(q->facts->ledger, asset, q->facts->date) : NULL;
    (void)limit;
    if (!mitigation) {
        say(reason, LINE_REFUSE, LINE_NOT_MITIGATED);
        return;
    }
    say(reason, LINE_CONDITIONS, LINE_MITIGATED);
    reason->name = mitigation->name;
    reason->date = mitigation->expires;
}

/* --- which rules have a say in what --- */

#define KIND(request) (1u << (request))
enum {
    RADIO = KIND(LINE_NG_SETUP) | KIND(LINE_RAN_CONFIGURATION_UPDATE),
    FUNCTION = KIND(LINE_NF_REGISTRATION),
    LOADED = KIND(LINE_LOAD),
    LEASE = KIND(LINE_LEASE),
    SHARED = KIND(LINE_STANDING),
    CROSSED = KIND(LINE_CROSSING),
    PRESENT = KIND(LINE_CROSSING) | KIND(LINE_ELSEWHERE),
    ANSWER = SHARED | PRESENT,
    PHONE = KIND(LINE_REGISTRATION) | KIND(LINE_SERVICE_REQUEST) | KIND(LINE_PAGING) | KIND(LINE_HANDOVER) |
            KIND(LINE_SESSION_ESTABLISHMENT),
};

struct rule {
    unsigned requests;
    bool of_trusted; /* trusted equipment is asked too */
    void (*judge)(const struct question *q, const struct config_limit *limit, struct line_reason *reason);
};

/* Rule H6 is about what is left when a vendor has gone: it stands in reports. */
static const struct rule rules[CONFIG_RULES] = {
    [CONFIG_L1] = {RADIO | FUNCTION | LOADED | LEASE | PRESENT, false, judge_class},
    [CONFIG_L2] = {RADIO | SHARED, false, judge_held},
    [CONFIG_L5] = {RADIO | FUNCTION | LOADED | CROSSED, true, judge_review},
    [CONFIG_H1] = {RADIO | SHARED, false, judge_sites},
    [CONFIG_H2] = {RADIO | SHARED, false, judge_traffic},
    [CONFIG_H3] = {RADIO | LOADED | LEASE | PRESENT, false, judge_place},
    [CONFIG_H4] = {PHONE, false, judge_service},
    [CONFIG_H5] = {RADIO | SHARED, false, judge_vendors},
    [CONFIG_H7] = {RADIO | FUNCTION | LEASE | PRESENT, false, judge_age},
    [CONFIG_H8] = {RADIO | LEASE | PRESENT, false, judge_mitigation},
};

/* --- the decision --- */

/* A profile may have more limits than there is room: the worst reason is always kept. */
static void add(struct line_decision *decision, const struct line_reason *reason)
{
    const bool worst = !decision->worst || reason->verdict > decision->worst->verdict;
    if (decision->count == LINE_REASONS && !worst)
        return;
    if (decision->count == LINE_REASONS)
        decision->count--;
    decision->reasons[decision->count] = *reason;
    if (worst)
        decision->worst = &decision->reasons[decision->count];
    decision->count++;
}

const struct config_suspension *line_suspension(const struct config_inventory *inventory,
                                                enum config_rule rule, struct config_date day)
{
    const struct config_suspension *longest = NULL;
    for (unsigned i = 0; i < inventory->suspension_count; i++) {
        const struct config_suspension *suspension = &inventory->suspensions[i];
        if (suspension->rule == rule && day.days < suspension->until.days &&
            (!longest || suspension->until.days > longest->until.days))
            longest = suspension;
    }
    return longest;
}

/* The operator's suspensions are not the partner's. */
static bool of_answer(const struct line_request *request)
{
    return KIND(request->kind) & ANSWER;
}

/* What is not refused yet, or not for a while, is a condition. */
static void soften(const struct question *q, const struct config_limit *limit, struct line_reason *reason)
{
    if (reason->verdict <= LINE_CONDITIONS)
        return;
    if (limit->from.days > q->facts->date.days && !q->date_in_doubt) {
        reason->verdict = LINE_CONDITIONS;
        reason->from = limit->from;
        return;
    }
    if (!of_answer(q->request) && !q->date_in_doubt)
        reason->suspended = line_suspension(ledger_inventory(q->facts->ledger), limit->rule, q->facts->date);
    if (reason->suspended)
        reason->verdict = LINE_CONDITIONS;
}

/* New is who comes from the limit's day on: before it nobody is. */
static bool not_begun(const struct question *q, const struct config_limit *limit)
{
    return limit->rule == CONFIG_H7 && limit->age == CONFIG_NEW && limit->from.days > q->facts->date.days &&
           !q->date_in_doubt;
}

static void apply(const struct question *q, const struct config_limit *limit, struct line_decision *decision)
{
    const struct rule *rule = &rules[limit->rule];
    struct line_reason reason = {.rule = limit->rule, .why = LINE_KEPT, .scope = limit->scope};
    const bool beside_path = q->request->kind == LINE_ELSEWHERE && limit->scope == CONFIG_PATH;
    if (!(rule->requests & KIND(q->request->kind)) || beside_path)
        return;
    if (!q->high_risk && !rule->of_trusted)
        reason.why = LINE_TRUSTED;
    else if (!not_begun(q, limit))
        rule->judge(q, limit, &reason);
    soften(q, limit, &reason);
    add(decision, &reason);
}

/* Rules that are always in force and held elsewhere; what they found there counts here. */
static void apply_misfits(const struct question *q, struct line_decision *decision)
{
    for (enum config_rule rule = CONFIG_N1; rule <= CONFIG_K1; rule++)
        if (q->request->misfits & LINE_BIT(rule))
            add(decision, &(struct line_reason){.rule = rule,
                                                .verdict = LINE_REFUSE,
                                                .why = rule == CONFIG_K1 ? LINE_BARRED : LINE_MISFIT});
}

/* A phone that is not protected: no limit is about it, however strict; whether the gNB may be there is asked of that. */
static bool concerns_nobody(const struct question *q)
{
    return (KIND(q->request->kind) & PHONE) && !is_protected(q->facts->ledger, q->request);
}

static void apply_date(const struct question *q, struct line_decision *decision)
{
    const bool stays = !q->high_risk || q->request->kind == LINE_LEASE || concerns_nobody(q);
    const enum line_verdict verdict = stays ? LINE_CONDITIONS : LINE_UNKNOWN;
    if (q->date_in_doubt)
        add(decision, &(struct line_reason){.rule = CONFIG_OF_DATE,
                                            .verdict = verdict,
                                            .why = LINE_DATE_IN_DOUBT,
                                            .date = q->facts->date});
    if (q->expired)
        add(decision, &(struct line_reason){.rule = CONFIG_OF_PROFILE,
                                            .verdict = verdict,
                                            .why = LINE_EXPIRED,
                                            .date = q->facts->profile->expires});
}

bool line_date_in_doubt(const struct line_facts *facts)
{
    const int32_t last = facts->measured.last.days, day = facts->date.days;
    return day <= 0 || day < ledger_counts(facts->ledger)->newest.days ||
           (last && (day < last || day - last > LEAP_DAYS));
}

static bool is_high_risk(const struct line_facts *facts, const struct line_request *request)
{
    if (request->kind == LINE_STANDING)
        return ledger_counts(facts->ledger)->high_risk != 0;
    return !request->asset || request->asset->high_risk;
}

static struct ledger_counts counts_of(const struct line_facts *facts, const struct line_request *request)
{
    return request->kind == LINE_STANDING ? *ledger_counts(facts->ledger)
                                          : ledger_with(facts->ledger, request->asset);
}

void line_decide(const struct line_facts *facts, const struct line_request *request,
                 struct line_decision *decision)
{
    const struct config_profile *profile = facts->profile;
    const struct question q = {.facts = facts,
                               .request = request,
                               .high_risk = is_high_risk(facts, request),
                               .date_in_doubt = line_date_in_doubt(facts),
                               .expired = profile->expires.days && facts->date.days >= profile->expires.days,
                               .counts = counts_of(facts, request)};
    decision->count = 0;
    decision->worst = NULL;
    apply_misfits(&q, decision);
    if (!of_answer(request) && request->kind != LINE_LOAD)
        apply_date(&q, decision);
    const bool as_it_was = request->kind == LINE_LEASE && (q.date_in_doubt || q.expired);
    for (unsigned i = 0; i < profile->limit_count && !as_it_was; i++)
        apply(&q, &profile->limits[i], decision);
    decision->recorded = decision->worst ? decision->worst->verdict : LINE_ALLOW;
    decision->verdict =
        profile->records_only && decision->recorded > LINE_CONDITIONS ? LINE_CONDITIONS : decision->recorded;
}
