/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/shelter.h"

#include <stdio.h>

#include "core/amf/admission.h"
#include "core/smf/smf.h"
#include "line/event.h"

enum { EVENTS_A_SECOND = 8 }; /* of a trust domain; those beyond are counted in the next one */

static const struct config_protected *protected_of(const struct core *core)
{
    return &core->config->inventory.protected;
}

static bool protects_sessions(const struct core *core)
{
    return protected_of(core)->slice_count || protected_of(core)->data_network_count;
}

static bool is_protected(const struct core *core, const struct shelter_question *question)
{
    char imsi[SUPI_TEXT_BYTES];
    if (protected_of(core)->subscriber_count &&
        ledger_protects_subscriber(core->ledger, supi_digits(question->supi, imsi)))
        return true;
    return (question->slice && ledger_protects_slice(core->ledger, *question->slice)) ||
           ledger_protects_data_network(core->ledger, question->dnn);
}

/* Of whichever high-risk gNB: the rule asks no more of it. */
static void decide(struct core *core, const struct shelter_question *question, struct line_decision *decision)
{
    char imsi[SUPI_TEXT_BYTES];
    const struct line_request request = {.kind = question->kind,
                                         .imsi = supi_digits(question->supi, imsi),
                                         .slice = question->slice,
                                         .dnn = question->dnn};
    line_says(core, &request, decision);
}

bool shelter_covers(struct core *core, const struct shelter_question *question)
{
    struct line_decision decision;
    if (!is_protected(core, question))
        return false;
    decide(core, question, &decision);
    return !line_allows(&decision);
}

/* --- events --- */

static const char *words_of(const struct line_decision *decision, unsigned untold, char *words)
{
    char reason[LINE_REASON_BYTES];
    line_reason_text(decision->worst, reason);
    if (untold)
        snprintf(words, LINE_SAID_BYTES, "%.*s, and %u times more since the last event", LINE_REASON_BYTES,
                 reason, untold);
    else
        snprintf(words, LINE_SAID_BYTES, "%s", reason);
    return words;
}

/* Who is refused is not in it: those who may read evidence need not know who is protected. */
static void tell(const struct gnb *gnb, const struct line_decision *decision, enum line_request_kind kind)
{
    struct domain *domain = gnb->domain;
    char words[LINE_SAID_BYTES], said[LINE_SAID_BYTES];
    if (!budget_spend(&domain->sheltered, gnb->core->timers->now, 1, EVENTS_A_SECOND)) {
        domain->untold++;
        return;
    }
    words_of(decision, domain->untold, words);
    domain->untold = 0;
    gnb_event(gnb, (struct line_event){.kind = line_allows(decision) ? EVIDENCE_EXCEPTION : EVIDENCE_REFUSAL,
                                       .procedure = line_request_text(kind),
                                       .rule = config_rule_text(decision->worst->rule),
                                       .reason = line_said(decision, words, said)});
}

bool shelter_refuses_there(const struct gnb *gnb, const struct shelter_question *question)
{
    struct core *core = gnb->core;
    struct line_decision decision;
    if (!is_protected(core, question))
        return false;
    decide(core, question, &decision);
    const bool refused = !line_allows(&decision);
    core->metrics.sheltered[question->kind] += refused;
    if (decision.verdict > LINE_ALLOW)
        tell(gnb, &decision, question->kind);
    return refused;
}

/* --- sessions and slices --- */

uint16_t shelter_withheld(const struct ue *ue, const struct gnb *gnb, enum line_request_kind kind,
                          uint16_t sessions)
{
    struct smf_session_view view;
    uint16_t withheld = 0;
    if (gnb->risk == CONFIG_TRUSTED || !protects_sessions(gnb->core))
        return 0;
    for (unsigned psi = 1; psi <= SMF_SESSIONS_PER_UE; psi++) {
        if (!(sessions >> psi & 1) || !smf_view(ue, (uint8_t)psi, &view))
            continue;
        const struct shelter_question question = {kind, ue->supi, &view.slice, view.dnn};
        if (shelter_refuses(gnb, &question))
            withheld |= (uint16_t)(1u << psi);
    }
    return withheld;
}

bool amf_admits_session(const struct ue *ue, struct config_slice slice, const char *dnn)
{
    const struct shelter_question question = {LINE_SESSION_ESTABLISHMENT, ue->supi, &slice, dnn};
    return !ue->connection || !shelter_refuses(ue->connection->gnb, &question);
}

static bool offers(const struct gnb_area *area, struct config_slice slice)
{
    for (unsigned i = 0; i < area->slice_count; i++)
        if (config_slice_equal(area->slices[i], slice))
            return true;
    return false;
}

static bool trusted_offers(const struct core *core, struct tai tai, struct config_slice slice)
{
    size_t cursor = 0;
    for (void *value; map_next(&core->gnbs, &cursor, NULL, &value);) {
        const struct gnb *gnb = value;
        const struct gnb_area *area =
            gnb->ready && gnb->risk == CONFIG_TRUSTED ? gnb_area_of(gnb, tai) : NULL;
        if (area && offers(area, slice))
            return true;
    }
    return false;
}

static bool out_of_reach(struct core *core, struct tai tai, supi_t supi, struct config_slice slice)
{
    const struct shelter_question question = {LINE_REGISTRATION, supi, &slice, NULL};
    return shelter_covers(core, &question) && !trusted_offers(core, tai, slice);
}

unsigned shelter_slices(const struct gnb *gnb, struct tai tai, supi_t supi, struct arena *memory,
                        const struct config_slice **slices)
{
    const struct gnb_area *area = gnb_area_of(gnb, tai);
    unsigned count = 0;
    *slices = area ? area->slices : NULL;
    if (!area || gnb->risk == CONFIG_TRUSTED || !protected_of(gnb->core)->slice_count)
        return area ? area->slice_count : 0;
    struct config_slice *left = arena_array(memory, area->slice_count, sizeof *left);
    for (unsigned i = 0; left && i < area->slice_count; i++)
        if (!out_of_reach(gnb->core, tai, supi, area->slices[i]))
            left[count++] = area->slices[i];
    *slices = left;
    return count;
}
