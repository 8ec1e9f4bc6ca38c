/* SPDX-License-Identifier: Apache-2.0 */
/* What answers to partners promise, over generated networks; and what the shipped thresholds say of a few by hand. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lab_config.h"
#include "answer_network.h"

/* --- saying what is wrong --- */

static const char *words(const struct answer_case *one)
{
    static char text[512];
    snprintf(text, sizeof text, "asked for %s, %s%s%s, over %s%s%s", one->question.partner, one->labels[0],
             one->question.label_count > 1 ? " and " : "",
             one->question.label_count > 1 ? one->labels[1] : "", one->path.cells ? "cells, " : "",
             one->path.count ? one->hops[0].name : "",
             one->question.end_to_end ? ", protected from end to end" : "");
    return text;
}

static bool wrong(const struct answer_case *one, const struct line_answer *after, const char *what)
{
    json_t *forms[2] = {line_answer_json(&one->answer), line_answer_json(after)};
    char *texts[2] = {line_answer_text(forms[0]), line_answer_text(forms[1])};
    snprintf(one->why, WHY_BYTES, "%s; %s:\n%s\nbecame\n%s", what, words(one), texts[0], texts[1]);
    for (unsigned i = 0; i < 2; i++) {
        free(texts[i]);
        json_decref(forms[i]);
    }
    return false;
}

static char *bytes_of_answer(const struct line_answer *answer)
{
    json_t *form = line_answer_json(answer);
    char *text = line_answer_text(form);
    json_decref(form);
    return text;
}

/* How often something came of what was done: a property that is never put to the test proves nothing. */
static unsigned told;

/* --- it fails closed --- */

static bool shares_not(const struct answer_case *one)
{
    const struct line_answer after = answered(one);
    told += line_shares(one->answer.verdict);
    return !line_shares(after.verdict) || wrong(one, &after, "shared without a fact that it rests on");
}

static bool without_a_date(struct answer_case *one)
{
    if (dice(3) == 0)
        one->facts.date.days = -(int32_t)dice(1000);
    else if (dice(2))
        one->facts.measured.last.days = one->facts.date.days + 1 + (int32_t)dice(100);
    else
        one->facts.date.days = ledger_counts(one->ledger)->newest.days - 1;
    return shares_not(one);
}

static bool without_evidence(struct answer_case *one)
{
    one->taken = LINE_TAKEN_NOT;
    return shares_not(one);
}

static bool under_an_expired_profile(struct answer_case *one)
{
    for (unsigned i = 0; i < one->config->inventory.partner_count; i++)
        partner_of(one, i)->thresholds.expires.days = one->facts.date.days - (int32_t)dice(100);
    return shares_not(one);
}

static bool over_a_path_with_a_stranger(struct answer_case *one)
{
    one->hops[dice(one->path.count)].name = dice(2) ? "nobody" : NULL;
    return shares_not(one);
}

static bool over_half_a_path(struct answer_case *one)
{
    const bool cells = one->path.cells != PATH_NAMED_CELLS;
    if (cells || dice(2)) /* all planes, or all gNBs */
        one->hops[!cells].name = "core0", one->hops[!cells].part = PATH_FUNCTION;
    else
        one->path.hops++, one->path.count--;
    return shares_not(one);
}

static bool over_something_else(struct answer_case *one)
{
    const unsigned index = dice(one->path.count);
    one->hops[index].name = one->hops[index].part == PATH_GNB ? "upf0" : "abroad0";
    return shares_not(one);
}

static bool asks_for_reviews(const struct answer_case *one)
{
    const struct config_partner *partner =
        config_find_partner(&one->config->inventory, one->question.partner);
    for (unsigned i = 0; partner && i < partner->thresholds.limit_count; i++)
        if (partner->thresholds.limits[i].rule == CONFIG_L5)
            return true;
    return false;
}

static bool over_something_long_not_reviewed(struct answer_case *one)
{
    if (!asks_for_reviews(one))
        return true;
    for (uint32_t i = 0; i < ledger_size(one->ledger); i++) {
        struct ledger_asset *asset = (struct ledger_asset *)(uintptr_t)ledger_at(one->ledger, i);
        asset->reviewed.days = dice(2) ? 0 : one->facts.date.days - 366 - (int32_t)dice(100);
    }
    return shares_not(one);
}

static bool without_knowing_the_traffic(struct answer_case *one)
{
    struct ledger_asset *asset = NULL;
    const struct config_partner *partner =
        config_find_partner(&one->config->inventory, one->question.partner);
    bool limited = false;
    for (unsigned i = 0; partner && i < partner->thresholds.limit_count; i++)
        limited |= partner->thresholds.limits[i].rule == CONFIG_H2;
    if (!limited)
        return true;
    ledger_count(one->ledger, 0, false);
    asset = (struct ledger_asset *)(uintptr_t)ledger_at(one->ledger, 0);
    asset->high_risk = true;
    ledger_count(one->ledger, 0, true);
    one->facts.measured.traffic_known = false;
    return shares_not(one);
}

static bool of_an_unknown_label(struct answer_case *one)
{
    one->labels[dice(one->question.label_count)] = "nothing";
    return shares_not(one);
}

static bool to_nobody(struct answer_case *one)
{
    one->question.partner = "nobody";
    return shares_not(one);
}

static void it_fails_closed(void **state)
{
    static property *const ways[] = {without_a_date,
                                     without_evidence,
                                     under_an_expired_profile,
                                     over_a_path_with_a_stranger,
                                     over_half_a_path,
                                     over_something_else,
                                     over_something_long_not_reviewed,
                                     without_knowing_the_traffic,
                                     of_an_unknown_label,
                                     to_nobody};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        told = 0;
        for_all(ways[i]);
        if (!told)
            fail_msg("way %zu was never about anything that is shared", i);
    }
}

/* --- it is monotone --- */

/* Nor from withhold to unknown: what is known to stand against it stays known. */
static bool not_better(const struct answer_case *one)
{
    const struct line_answer after = answered(one);
    told += after.verdict > one->answer.verdict;
    return after.verdict >= one->answer.verdict || wrong(one, &after, "moved towards share");
}

static bool turn_high_risk(struct answer_case *one)
{
    uint32_t index;
    struct ledger_asset *asset = any_asset(one, &index);
    if (asset->high_risk)
        return true;
    ledger_count(one->ledger, index, false);
    asset->high_risk = true;
    asset->vendor = (uint16_t)(1 + dice(2));
    ledger_count(one->ledger, index, true);
    return not_better(one);
}

static bool is_on_path(const struct answer_case *one, const struct ledger_asset *asset)
{
    for (unsigned i = 0; i < one->answer.known_count; i++)
        if (one->answer.known[i].asset == asset)
            return true;
    return false;
}

/* One that is elsewhere was not there before. */
static bool add_high_risk(struct answer_case *one)
{
    uint32_t index;
    const struct ledger_asset *asset = any_asset(one, &index);
    if (!asset->high_risk || is_on_path(one, asset))
        return true;
    ledger_count(one->ledger, index, false);
    one->answer = answered(one);
    ledger_count(one->ledger, index, true);
    return not_better(one);
}

static bool raise_share(struct answer_case *one)
{
    struct line_measured *measured = &one->facts.measured;
    measured->high_risk_bytes += dice((unsigned)(measured->bytes - measured->high_risk_bytes) + 1);
    measured->traffic_known = measured->traffic_known && dice(4);
    return not_better(one);
}

static bool lose_mitigations(struct answer_case *one)
{
    uint32_t index;
    any_asset(one, &index)->mitigation = LEDGER_NONE;
    return not_better(one);
}

static bool age_evidence(struct answer_case *one)
{
    uint32_t index;
    struct ledger_asset *asset = any_asset(one, &index);
    asset->reviewed.days -= (int32_t)dice(600);
    asset->reasoned = asset->reasoned && dice(4);
    one->taken = dice(8) ? one->taken : LINE_TAKEN_NOT;
    return not_better(one);
}

/* All mitigations of these networks were approved before the days that are asked about. */
static bool wait_for_days(struct answer_case *one)
{
    if (one->facts.date.days >= ledger_counts(one->ledger)->newest.days)
        one->facts.date.days += (int32_t)dice(2000);
    return not_better(one);
}

static bool break_rules(struct answer_case *one)
{
    one->hops[dice(one->path.count)].misfits |= LINE_BIT(CONFIG_N1 + dice(6));
    one->facts.measured.lapsed |= LINE_BIT(CONFIG_L2);
    return not_better(one);
}

static bool lengthen_path(struct answer_case *one)
{
    one->hops[one->path.count++] = (struct path_hop){.part = PATH_LINK, .name = "link0"};
    if (dice(2))
        one->hops[one->path.count++] = (struct path_hop){.part = PATH_GNB, .name = "abroad0"};
    return not_better(one);
}

static bool add_label(struct answer_case *one)
{
    one->labels[1] = "l3";
    one->labels[0] = "l0";
    one->question.label_count = 1;
    one->answer = answered(one);
    one->question.label_count = 2;
    return not_better(one);
}

static bool lose_protection(struct answer_case *one)
{
    one->question.end_to_end = false;
    return not_better(one);
}

static void it_is_monotone(void **state)
{
    static property *const ways[] = {turn_high_risk, add_high_risk,  raise_share, lose_mitigations,
                                     age_evidence,   wait_for_days,  break_rules, lengthen_path,
                                     add_label,      lose_protection};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        told = 0;
        for_all(ways[i]);
        if (!told)
            fail_msg("way %zu makes nothing worse", i);
    }
}

/* --- the label comes first --- */

/* Whatever the network: none at all says the same, and nothing of it is told. */
static bool the_label_first(struct answer_case *one)
{
    bool released = true;
    for (unsigned i = 0; i < one->question.label_count; i++) {
        const struct config_inventory *inventory = &one->config->inventory;
        released &= ledger_label_reaches(
            one->ledger, (unsigned)(config_find_label(inventory, one->labels[i]) - inventory->labels),
            (unsigned)(config_find_partner(inventory, one->question.partner) - inventory->partners));
    }
    if (released)
        return one->answer.profile || wrong(one, &one->answer, "the network was not looked at");
    char *before = bytes_of_answer(&one->answer);
    one->path = (struct path){0};
    one->taken = LINE_TAKEN_NOT;
    const struct line_answer after = answered(one);
    char *now = bytes_of_answer(&after);
    const bool same = strcmp(before, now) == 0 && after.verdict == LINE_REFUSE && !one->answer.parts;
    told++;
    free(before);
    free(now);
    return same || wrong(one, &after, "the network had a say in what the label forbids");
}

static void whom_a_label_is_not_released_to_gets_nothing_whatever_the_network(void **state)
{
    (void)state;
    told = 0;
    for_all(the_label_first);
    assert_int_not_equal(told, 0);
}

/* --- only the originator widens a label --- */

static bool names(const char **list, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

/* Somebody who holds the inventory but not the key puts all partners on all lists: with what p0 originates, nothing comes of it. */
static bool widen_without_the_key(struct answer_case *one)
{
    static const char *everybody[] = {"p0", "p1", "p2"};
    const unsigned labels = one->config->inventory.label_count;
    if (strcmp(label_of(one, labels - 1)->originator, "p0") != 0)
        return true;
    for (unsigned i = 0; i < labels; i++) {
        struct config_label *label = label_of(one, i);
        if (strcmp(label->originator, "p0") != 0)
            continue;
        if (label->releasable_count == 3)
            return true;
        label->releasable_to = everybody;
        label->releasable_count = 3;
    }
    count_again(one);
    const struct line_answer after = answered(one);
    bool of_p0 = false;
    for (unsigned i = 0; i < one->question.label_count; i++)
        of_p0 |= strcmp(config_find_label(&one->config->inventory, one->labels[i])->originator, "p0") == 0;
    told += of_p0;
    return !of_p0 || !line_shares(after.verdict) || wrong(one, &after, "shared by another's word");
}

/* Nor by saying that it originates from somebody else who has no key. */
static bool sign_with_nothing(struct answer_case *one)
{
    struct config_label *label = label_of(one, (unsigned)dice(one->config->inventory.label_count));
    label->originator = dice(2) ? "p1" : "p0";
    label->signature = dice(2) ? "" : label->signature;
    count_again(one);
    one->labels[0] = label->name;
    one->question.label_count = 1;
    const struct line_answer after = answered(one);
    const bool forged = strcmp(label->originator, "p1") == 0 || !*label->signature;
    told += forged;
    return !forged || !line_shares(after.verdict) || wrong(one, &after, "shared without a signature");
}

/* Others may narrow, without a signature. */
static bool narrow(struct answer_case *one)
{
    static const char *partner[1];
    struct config_label *label = label_of(one, (unsigned)dice(one->config->inventory.label_count));
    partner[0] = one->question.partner;
    label->withheld_from = partner;
    label->withheld_count = 1;
    count_again(one);
    if (!names((const char **)one->labels, one->question.label_count, label->name))
        return not_better(one);
    const struct line_answer after = answered(one);
    told++;
    return after.verdict == LINE_REFUSE || wrong(one, &after, "shared with whom it is withheld from");
}

/* To whom one of its sources does not go, what is derived does not go. */
static bool derive(struct answer_case *one)
{
    for (unsigned i = 0; i < one->config->inventory.label_count; i++) {
        const struct config_label *label = label_of(one, i);
        for (unsigned k = 0; k < label->derived_count; k++) {
            one->question.label_count = 1;
            one->labels[0] = label->derived_from[k];
            one->answer = answered(one);
            one->labels[0] = label->name;
            told++;
            if (!not_better(one))
                return false;
        }
    }
    return true;
}

static void only_its_originator_widens_a_label(void **state)
{
    static property *const ways[] = {widen_without_the_key, sign_with_nothing, narrow, derive};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        told = 0;
        for_all(ways[i]);
        if (!told)
            fail_msg("way %zu widens nothing", i);
    }
}

/* --- it is about the path --- */

/* Under limits that are about the path, what becomes of the rest of the network changes not a byte. */
static bool change_elsewhere(struct answer_case *one)
{
    uint32_t index;
    struct ledger_asset *asset = any_asset(one, &index);
    const struct config_partner *partner =
        config_find_partner(&one->config->inventory, one->question.partner);
    if (strcmp(partner->thresholds.name, "trusted-path") != 0 || is_on_path(one, asset))
        return true;
    ledger_count(one->ledger, index, false);
    asset->high_risk = !asset->high_risk;
    asset->reviewed.days = 0;
    if (dice(2))
        ledger_count(one->ledger, index, true);
    const struct line_answer after = answered(one);
    char *before = bytes_of_answer(&one->answer), *now = bytes_of_answer(&after);
    const bool same = strcmp(before, now) == 0;
    told++;
    free(before);
    free(now);
    return same || wrong(one, &after, "what is not on the path had a say");
}

/* A planned path is as good as through the worst of the cells that could serve it. */
static bool plan(struct answer_case *one)
{
    enum line_verdict worst = LINE_ALLOW;
    one->hops[0] = (struct path_hop){.part = PATH_GNB};
    one->hops[1] = (struct path_hop){.part = PATH_PLANE, .name = "upf0"};
    one->path.cells = PATH_NAMED_CELLS;
    one->path.count = 2;
    for (uint32_t i = 0; i < ledger_size(one->ledger); i++) {
        const struct ledger_asset *asset = ledger_at(one->ledger, i);
        if (asset->kind != CONFIG_GNB)
            continue;
        one->hops[0].name = asset->name;
        one->answer = answered(one);
        worst = one->answer.verdict > worst ? one->answer.verdict : worst;
    }
    one->path = (struct path){.hops = one->hops + 1, .count = 1, .cells = PATH_ANY_CELLS};
    const struct line_answer after = answered(one);
    told += worst != LINE_ALLOW;
    return after.verdict == worst || wrong(one, &after, "not the worst of its cells");
}

static void it_is_about_the_path(void **state)
{
    (void)state;
    told = 0;
    for_all(change_elsewhere);
    assert_int_not_equal(told, 0);
    told = 0;
    for_all(plan);
    assert_int_not_equal(told, 0);
}

/* --- end to end --- */

static bool protect(struct answer_case *one)
{
    struct config_partner *partner = (struct config_partner *)(uintptr_t)config_find_partner(
        &one->config->inventory, one->question.partner);
    one->question.end_to_end = false;
    one->answer = answered(one);
    one->question.end_to_end = true;
    const struct line_answer after = answered(one);
    if (!partner->end_to_end)
        return after.verdict == one->answer.verdict ||
               wrong(one, &after, "lifted without the partner's word");
    told += after.verdict != one->answer.verdict;
    for (unsigned i = 0; i < after.reason_count; i++) {
        const struct line_answer_reason *reason = &after.reasons[i];
        const struct ledger_asset *asset = reason->name ? ledger_find(one->ledger, reason->name) : NULL;
        if (reason->reason.why == LINE_END_TO_END &&
            (reason->elsewhere || !asset || asset->class == CONFIG_CORE ||
             asset->class == CONFIG_MANAGEMENT || reason->reason.scope != CONFIG_PATH))
            return wrong(one, &after, "lifted what it cannot");
    }
    return after.verdict <= one->answer.verdict || wrong(one, &after, "protection made it worse");
}

static void protection_from_end_to_end_lifts_a_hop_only_by_the_partners_word(void **state)
{
    (void)state;
    told = 0;
    for_all(protect);
    assert_int_not_equal(told, 0);
}

/* --- it can be replayed --- */

/* From the inventory anew, into memory that held something else, with the standing worked out before. */
static bool replay(struct answer_case *one)
{
    struct line_answer standing, again;
    char *before = bytes_of_answer(&one->answer);
    count_again(one);
    memset(&again, 0xa5, sizeof again);
    memset(&standing, 0x5a, sizeof standing);
    line_standing(&one->facts, one->taken,
                  config_find_partner(&one->config->inventory, one->question.partner), &standing);
    one->question.standing = dice(2) ? &standing : NULL;
    line_answer(&one->facts, one->taken, &one->question, &again);
    char *now = bytes_of_answer(&again);
    const bool same = strcmp(before, now) == 0;
    free(before);
    free(now);
    const bool good = same || wrong(one, &again, "other bytes for the same");
    return good;
}

static void the_same_in_gives_the_same_bytes_out(void **state)
{
    (void)state;
    for_all(replay);
}

/* --- it is private --- */

/* What others' thresholds are, and what they may have, changes not a byte, and so not the length either. */
static bool change_others(struct answer_case *one)
{
    char *before = bytes_of_answer(&one->answer);
    for (unsigned i = 0; i < one->config->inventory.partner_count; i++) {
        struct config_partner *other = partner_of(one, i), *next = partner_of(one, (i + 1) % 3);
        if (strcmp(other->name, one->question.partner) == 0)
            continue;
        other->end_to_end = !other->end_to_end;
        other->thresholds = next->thresholds;
        other->profile = next->profile;
    }
    for (unsigned i = 0; i < one->config->inventory.label_count; i++) {
        struct config_label *label = label_of(one, i);
        if (label->releasable_count > 1 && strcmp(one->question.partner, "p0") == 0 &&
            strcmp(label->originator, "us") == 0)
            label->releasable_count = 1;
    }
    count_again(one);
    const struct line_answer after = answered(one);
    char *now = bytes_of_answer(&after);
    const bool same = strcmp(before, now) == 0;
    free(before);
    free(now);
    told++;
    return same || wrong(one, &after, "it tells of another partner");
}

static void an_answer_tells_nothing_of_other_partners(void **state)
{
    (void)state;
    told = 0;
    for_all(change_others);
    assert_int_not_equal(told, 0);
}

/* --- by hand --- */

#define NETWORK                                                                                          \
    "profile: enrolled\n"                                                                                \
    "vendors: [{name: own, risk: trusted}, {name: far}]\n"                                               \
    "domains: [{name: o, vendor: own, listen: ['::1']}, {name: f, vendor: far, listen: ['::2']}]\n"      \
    "sites: [{name: quay}]\n"                                                                            \
    "gnbs: [{name: home, domain: o, id: 999/70-1, site: quay" KNOWN "}, {name: strange, domain: f, id: " \
    "999/70-2" KNOWN "}]\n"                                                                              \
    "assets: [{name: upf, kind: function, vendor: own, class: core" KNOWN "}, {name: demarc, kind: "     \
    "function, vendor: own, class: core" KNOWN                                                           \
    "}, {name: north, kind: function, vendor: far, class: core" KNOWN "}]\n"                             \
    "partners: [{name: near, profile: trusted-path}, {name: strict, profile: zero}, {name: sealed, "     \
    "profile: trusted-path, end_to_end: true}]\n"                                                        \
    "labels: [{name: secret, originator: us, releasable_to: [near, strict, sealed]}]\n"
#define KNOWN ", reason: why, reviewed: 2026-06-01, since: 2019-01-01"

static void says(const char *inventory, const char *partner, const char *path_text, bool end_to_end,
                 enum line_verdict verdict)
{
    struct config_error error;
    struct config_report report = {0};
    struct arena memory;
    struct path path;
    struct line_answer answer;
    const char *why, *label = "secret";
    struct config *config = lab_config("", inventory, &error);
    if (!config)
        fail_msg("%s", error.text);
    arena_init(&memory, 0);
    struct line_facts facts = {.ledger = ledger_new(&config->inventory, &report),
                               .measured = {.lapsed = LINE_BIT(CONFIG_L2)}};
    assert_true(config_date_parse("2026-11-22", &facts.date));
    if (!path_parse(path_text, "demarc", &memory, &path, &why))
        fail_msg("%s: %s", path_text, why);
    line_answer(
        &facts, LINE_TAKEN,
        &(struct line_question){
            .partner = partner, .labels = &label, .label_count = 1, .path = &path, .end_to_end = end_to_end},
        &answer);
    if (answer.verdict != verdict) {
        char *text = bytes_of_answer(&answer);
        fail_msg("%s over %s: %s", partner, path_text, text);
    }
    ledger_free((struct ledger *)(uintptr_t)facts.ledger);
    arena_free(&memory);
    config_free(config);
}

static void a_threshold_is_about_the_path_or_about_the_network(void **state)
{
    (void)state;
    says(NETWORK, "near", "gnb=home,upf=upf", false, LINE_ALLOW);
    says(NETWORK, "near", "gnb=strange,upf=upf", false, LINE_REFUSE);
    says(NETWORK, "near", "gnb=any,upf=upf", false, LINE_REFUSE);
    says(NETWORK, "near", "gnb=home,upf=upf,peer=north", false, LINE_REFUSE);
    says(NETWORK, "near", "gnb=home", false, LINE_UNKNOWN);
    says(NETWORK, "near", "gnb=home,upf=other", false, LINE_UNKNOWN);
    says(NETWORK, "strict", "gnb=home,upf=upf", false, LINE_REFUSE);
    says(NETWORK, "sealed", "gnb=strange,upf=upf", false, LINE_REFUSE);
    says(NETWORK, "sealed", "gnb=strange,upf=upf", true, LINE_CONDITIONS);
    says(NETWORK, "near", "gnb=strange,upf=upf", true, LINE_REFUSE);
}

static void a_path_is_read_as_it_is_written(void **state)
{
    static const char *const bad[] = {
        "", "gnb", "gnb=", "cell=x", "gnb=any,area=999/70-1", "area=x", "domain=a,domain=b"};
    struct arena memory;
    struct path path;
    const char *why;
    (void)state;
    arena_init(&memory, 0);
    for (size_t i = 1; i < sizeof bad / sizeof *bad; i++)
        assert_false(path_parse(bad[i], "demarc", &memory, &path, &why));
    assert_true(
        path_parse("area=999/70-1,upf=a,upf=b,peer=c,link=d,function=e", "demarc", &memory, &path, &why));
    assert_int_equal(path.count, 6);
    assert_int_equal(path.cells, PATH_AREA_CELLS);
    assert_string_equal(path.hops[5].name, "demarc");
    assert_int_equal(path.hops[2].part, PATH_PEER);
    assert_true(path_parse("domain=harbour,upf=a", "demarc", &memory, &path, &why));
    assert_int_equal(path.cells, PATH_DOMAIN_CELLS);
    assert_string_equal(path.domain, "harbour");
    arena_free(&memory);
}

static void the_links_at_a_gnbs_site_are_on_its_path(void **state)
{
    static const char link[] = NETWORK "assets_from: []\n";
    char text[4096];
    (void)state;
    snprintf(text, sizeof text, "%s", link);
    char *assets = strstr(text, "assets: [") + strlen("assets: [");
    char rest[4096];
    snprintf(rest, sizeof rest, "%s", assets);
    snprintf(assets, sizeof text - (size_t)(assets - text),
             "{name: fibre, kind: link, vendor: far, class: transport, site: quay" KNOWN "}, %s", rest);
    says(text, "near", "gnb=home,upf=upf", false, LINE_REFUSE);
    says(text, "sealed", "gnb=home,upf=upf", true, LINE_CONDITIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_threshold_is_about_the_path_or_about_the_network),
        cmocka_unit_test(a_path_is_read_as_it_is_written),
        cmocka_unit_test(the_links_at_a_gnbs_site_are_on_its_path),
        cmocka_unit_test(it_fails_closed),
        cmocka_unit_test(it_is_monotone),
        cmocka_unit_test(whom_a_label_is_not_released_to_gets_nothing_whatever_the_network),
        cmocka_unit_test(only_its_originator_widens_a_label),
        cmocka_unit_test(it_is_about_the_path),
        cmocka_unit_test(protection_from_end_to_end_lifts_a_hop_only_by_the_partners_word),
        cmocka_unit_test(the_same_in_gives_the_same_bytes_out),
        cmocka_unit_test(an_answer_tells_nothing_of_other_partners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
