/* SPDX-License-Identifier: Apache-2.0 */
#include "line/answer.h"

#include <string.h>

#include "line/enrolment.h"

/* An answer that is being worked out. */
struct asking {
    struct line_facts facts; /* with the partner's profile */
    const struct config_partner *partner;
    struct line_answer *answer;
    unsigned gnbs, planes; /* that the path has */
};

/* --- reasons --- */

static struct line_answer_reason *place_for(struct line_answer *answer, bool worse)
{
    if (answer->reason_count < LINE_ANSWER_REASONS)
        return &answer->reasons[answer->reason_count++];
    answer->reasons_more++;
    return worse ? &answer->reasons[LINE_ANSWER_REASONS - 1] : NULL;
}

static void add(struct line_answer *answer, const struct line_answer_reason *reason)
{
    const enum line_verdict verdict = reason->reason.verdict;
    const bool worse = verdict > answer->verdict;
    if (verdict == LINE_ALLOW)
        return;
    struct line_answer_reason *place = place_for(answer, worse);
    if (place)
        *place = *reason;
    if (worse)
        answer->verdict = verdict;
}

static void say(struct line_answer *answer, enum config_rule rule, enum line_verdict verdict,
                enum line_why why, const char *name)
{
    add(answer,
        &(struct line_answer_reason){.reason = {.rule = rule, .verdict = verdict, .why = why, .name = name}});
}

/* --- the label --- */

static unsigned index_of(const struct config_inventory *inventory, const struct config_label *label)
{
    return (unsigned)(label - inventory->labels);
}

static void judge_label(const struct asking *asking, const char *name)
{
    const struct ledger *ledger = asking->facts.ledger;
    const struct config_inventory *inventory = ledger_inventory(ledger);
    const struct config_label *label = config_find_label(inventory, name);
    struct line_answer_reason reason = {
        .reason = {.rule = CONFIG_OF_LABEL, .verdict = LINE_UNKNOWN, .why = LINE_NO_SUCH_LABEL},
        .name = name};
    if (label &&
        (!asking->partner || !ledger_label_reaches(ledger, index_of(inventory, label),
                                                   (unsigned)(asking->partner - inventory->partners)))) {
        reason.reason.verdict = LINE_REFUSE;
        reason.reason.why = LINE_NOT_RELEASABLE;
    } else if (label && !ledger_label_stands(ledger, index_of(inventory, label))) {
        reason.reason.why = LINE_NOT_SIGNED;
    } else if (label) {
        return;
    }
    add(asking->answer, &reason);
}

/* What has no label is not released to anybody. */
static void judge_labels(const struct asking *asking, const struct line_question *question)
{
    if (!question->label_count || !asking->partner)
        say(asking->answer, CONFIG_OF_LABEL, LINE_REFUSE, LINE_NOT_RELEASABLE, NULL);
    for (unsigned i = 0; i < question->label_count; i++)
        judge_label(asking, question->labels[i]);
}

/* --- the network as a whole --- */

static void judge_facts(const struct asking *asking, enum line_taken taken)
{
    const struct config_profile *profile = &asking->partner->thresholds;
    const struct config_date date = asking->facts.date;
    struct line_answer *answer = asking->answer;
    if (line_date_in_doubt(&asking->facts))
        add(answer, &(struct line_answer_reason){.reason = {.rule = CONFIG_OF_DATE,
                                                            .verdict = LINE_UNKNOWN,
                                                            .why = LINE_DATE_IN_DOUBT,
                                                            .date = date}});
    if (profile->expires.days && date.days >= profile->expires.days)
        add(answer, &(struct line_answer_reason){.reason = {.rule = CONFIG_OF_PROFILE,
                                                            .verdict = LINE_UNKNOWN,
                                                            .why = LINE_EXPIRED,
                                                            .date = profile->expires}});
    if (taken == LINE_TAKEN_NOT)
        say(answer, CONFIG_OF_EVIDENCE, LINE_UNKNOWN, LINE_NO_EVIDENCE, NULL);
    else if (taken == LINE_WORKED_OUT)
        say(answer, CONFIG_OF_EVIDENCE, LINE_CONDITIONS, LINE_FROM_FILES, NULL);
}

/* Protection from end to end makes it bearable that equipment is high-risk, and nothing else that is wrong with it; a function of the core
 * it does not, nor what manages one. */
static void lift(const struct asking *asking, const struct ledger_asset *asset, struct line_reason *reason)
{
    const bool of_risk = reason->rule == CONFIG_L1 || reason->rule == CONFIG_H3 ||
                         reason->rule == CONFIG_H7 || reason->rule == CONFIG_H8;
    if (!of_risk || reason->verdict != LINE_REFUSE || reason->scope != CONFIG_PATH ||
        !asking->partner->end_to_end || !asking->answer->question->end_to_end ||
        asset->class == CONFIG_CORE || asset->class == CONFIG_MANAGEMENT)
        return;
    *reason = (struct line_reason){
        .rule = reason->rule, .verdict = LINE_CONDITIONS, .why = LINE_END_TO_END, .scope = CONFIG_PATH};
}

static void judge(const struct asking *asking, const struct line_request *request, enum path_part part)
{
    struct line_decision decision;
    line_decide(&asking->facts, request, &decision);
    for (unsigned i = 0; i < decision.count; i++) {
        struct line_answer_reason reason = {.reason = decision.reasons[i],
                                            .part = part,
                                            .name = request->asset ? request->asset->name : NULL,
                                            .elsewhere = request->kind == LINE_ELSEWHERE};
        if (request->kind == LINE_CROSSING)
            lift(asking, request->asset, &reason.reason);
        add(asking->answer, &reason);
    }
}

static bool asks_elsewhere(const struct config_profile *profile)
{
    for (unsigned i = 0; i < profile->limit_count; i++)
        if (profile->limits[i].scope == CONFIG_WHOLE_NETWORK)
            return true;
    return false;
}

/* The first that is not borne says enough: it cannot get worse, and how many there are rules H1 and H5 say. */
static void judge_elsewhere(const struct asking *asking)
{
    const struct ledger *ledger = asking->facts.ledger;
    if (!ledger_counts(ledger)->high_risk || !asks_elsewhere(asking->facts.profile))
        return;
    for (uint32_t i = 0; i < ledger_size(ledger) && asking->answer->verdict < LINE_REFUSE; i++) {
        const struct ledger_asset *asset = ledger_at(ledger, i);
        if (asset->high_risk && asset->counted)
            judge(asking, &(struct line_request){.kind = LINE_ELSEWHERE, .asset = asset}, PATH_PARTS);
    }
}

static void judge_network(const struct asking *asking, enum line_taken taken)
{
    judge_facts(asking, taken);
    judge(asking, &(struct line_request){.kind = LINE_STANDING}, PATH_PARTS);
    judge_elsewhere(asking);
}

/* --- the path --- */

static void know(struct line_answer *answer, enum path_part part, const struct ledger_asset *asset)
{
    if (answer->known_count < LINE_ANSWER_FACTS)
        answer->known[answer->known_count++] = (struct line_answer_fact){part, asset};
    else
        answer->known_more++;
}

static bool fits(enum path_part part, const struct ledger_asset *asset)
{
    switch (part) {
    case PATH_GNB:
        return asset->kind == CONFIG_GNB;
    case PATH_LINK:
        return asset->kind == CONFIG_LINK;
    default:
        return asset->kind == CONFIG_FUNCTION || asset->kind == CONFIG_HOST;
    }
}

static void cross(struct asking *asking, enum path_part part, const struct ledger_asset *asset,
                  uint32_t misfits)
{
    asking->answer->parts++;
    know(asking->answer, part, asset);
    judge(asking, &(struct line_request){.kind = LINE_CROSSING, .asset = asset, .misfits = misfits}, part);
}

static void cross_gnb(struct asking *asking, const struct ledger_asset *gnb, uint32_t misfits)
{
    const struct ledger *ledger = asking->facts.ledger;
    asking->gnbs++;
    cross(asking, PATH_GNB, gnb, misfits);
    for (uint32_t end = ledger_first_end(ledger, gnb); end != LEDGER_NONE; end = ledger_next_end(ledger, end))
        if (ledger_link_of(ledger, end)->counted)
            cross(asking, PATH_LINK, ledger_link_of(ledger, end), 0);
}

static void doubt(const struct asking *asking, const struct path_hop *hop, enum line_why why)
{
    add(asking->answer, &(struct line_answer_reason){
                            .reason = {.rule = CONFIG_OF_PATH, .verdict = LINE_UNKNOWN, .why = why},
                            .part = hop->part,
                            .name = hop->name ? hop->name : "?",
                        });
}

static void cross_hop(struct asking *asking, const struct path_hop *hop)
{
    const struct ledger_asset *asset = hop->name ? ledger_find(asking->facts.ledger, hop->name) : NULL;
    asking->planes += hop->part == PATH_PLANE;
    asking->gnbs += hop->part == PATH_GNB && !asset;
    if (!asset || !asset->counted)
        doubt(asking, hop, LINE_UNKNOWN_WHO);
    else if (!fits(hop->part, asset))
        doubt(asking, hop, LINE_OTHER_KIND);
    else if (hop->part == PATH_GNB)
        cross_gnb(asking, asset, hop->misfits);
    else
        cross(asking, hop->part, asset, hop->misfits);
}

/* gNBs of the inventory come first in the ledger, in its order; those of other cores are among its assets. */
static bool could_serve(const struct asking *asking, const struct path *path, uint32_t index)
{
    const struct config_inventory *inventory = ledger_inventory(asking->facts.ledger);
    const struct ledger_asset *asset = ledger_at(asking->facts.ledger, index);
    const bool enrolled = index < inventory->gnb_count;
    if (asset->kind != CONFIG_GNB || !asset->counted)
        return false;
    switch (path->cells) {
    case PATH_ANY_CELLS:
        return true;
    case PATH_AREA_CELLS:
        return enrolled && enrolment_admits_area(&inventory->gnbs[index], path->area);
    case PATH_DOMAIN_CELLS:
        return enrolled && strcmp(inventory->gnbs[index].domain, path->domain) == 0;
    default:
        return false;
    }
}

static void cross_cells(struct asking *asking, const struct path *path)
{
    const unsigned before = asking->gnbs;
    for (uint32_t i = 0; i < ledger_size(asking->facts.ledger); i++)
        if (could_serve(asking, path, i))
            cross_gnb(asking, ledger_at(asking->facts.ledger, i), 0);
    if (asking->gnbs == before) {
        asking->gnbs++;
        say(asking->answer, CONFIG_OF_PATH, LINE_UNKNOWN, LINE_NO_CELL, NULL);
    }
}

static void judge_path(struct asking *asking, const struct path *path)
{
    for (unsigned i = 0; i < path->count; i++)
        cross_hop(asking, &path->hops[i]);
    if (path->cells != PATH_NAMED_CELLS && path->cells != PATH_NO_CELLS)
        cross_cells(asking, path);
    if (!asking->gnbs && path->cells != PATH_NO_CELLS)
        say(asking->answer, CONFIG_OF_PATH, LINE_UNKNOWN, LINE_PATH_INCOMPLETE, path_part_text(PATH_GNB));
    if (!asking->planes)
        say(asking->answer, CONFIG_OF_PATH, LINE_UNKNOWN, LINE_PATH_INCOMPLETE, path_part_text(PATH_PLANE));
}

/* --- the answer --- */

const struct line_answer_reason *line_answer_worst(const struct line_answer *answer)
{
    for (unsigned i = 0; i < answer->reason_count; i++)
        if (answer->reasons[i].reason.verdict == answer->verdict)
            return &answer->reasons[i];
    return NULL;
}

static void begin(struct asking *asking, const struct line_facts *facts, const struct config_partner *partner,
                  struct line_answer *answer)
{
    *asking = (struct asking){.facts = *facts, .partner = partner, .answer = answer};
    *answer = (struct line_answer){.facts = facts};
    if (partner)
        asking->facts.profile = &partner->thresholds;
}

void line_standing(const struct line_facts *facts, enum line_taken taken,
                   const struct config_partner *partner, struct line_answer *standing)
{
    struct asking asking;
    begin(&asking, facts, partner, standing);
    judge_network(&asking, taken);
}

static void take_standing(struct line_answer *answer, const struct line_answer *standing)
{
    answer->verdict = standing->verdict;
    memcpy(answer->reasons, standing->reasons, standing->reason_count * sizeof *answer->reasons);
    answer->reason_count = standing->reason_count;
    answer->reasons_more = standing->reasons_more;
}

void line_answer(const struct line_facts *facts, enum line_taken taken, const struct line_question *question,
                 struct line_answer *answer)
{
    struct asking asking;
    begin(&asking, facts, config_find_partner(ledger_inventory(facts->ledger), question->partner), answer);
    answer->question = question;
    judge_labels(&asking, question);
    if (answer->verdict != LINE_ALLOW)
        return;
    answer->profile = asking.facts.profile;
    if (question->standing)
        take_standing(answer, question->standing);
    else
        judge_network(&asking, taken);
    judge_path(&asking, question->path);
}
