/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paging (TS 24.501 5.6.2, TS 23.502 4.2.3.3, TS 38.413 8.5): an idle UE is called in areas that widen step by step.
 */
#include "core/amf/area.h"
#include "core/amf/away.h"
#include "core/amf/gmm.h"
#include "core/amf/relay.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"
#include "kit/log.h"

enum { TAIS = CONFIG_AREA_TAIS, CELL_BITS = 36 };

/* One transmission: where the UE is called, and what is said to every gNB there. */
struct call {
    const struct ue *ue;
    enum config_paging_area area;
    struct tai tais[TAIS];
    unsigned tai_count;
    const char *domain; /* the line: gNBs of no other trust domain hear of it; NULL: of none */
    bool sheltered;     /* by rule H4: trusted gNBs only, */
    bool displaced;     /* and of any domain, as that one is high-risk by now */
};

/* --- where --- */

static bool is_trusted(const struct core *core, const char *domain)
{
    const struct config_domain *found = domain ? config_find_domain(&core->config->inventory, domain) : NULL;
    return found && found->risk == CONFIG_TRUSTED;
}

/* For a session, or for the UE itself (0). */
static struct shelter_question question_of(const struct ue *ue, uint8_t pdu_session_id,
                                           struct smf_session_view *session)
{
    struct shelter_question question = {.kind = LINE_PAGING, .supi = ue->supi};
    if (pdu_session_id && smf_view(ue, pdu_session_id, session)) {
        question.slice = &session->slice;
        question.dnn = session->dnn;
    }
    return question;
}

static struct call call_of(const struct ue *ue, enum config_paging_area area, uint8_t pdu_session_id)
{
    struct smf_session_view session;
    const struct shelter_question question = question_of(ue, pdu_session_id, &session);
    struct call call = {.ue = ue, .area = area, .tais = {ue->tai}, .tai_count = 1, .domain = area_domain(ue)};
    call.sheltered = shelter_covers(ue->core, &question);
    call.displaced = call.sheltered && !is_trusted(ue->core, call.domain);
    if (area == CONFIG_PAGE_TAI || !ue->area_count)
        return call;
    memcpy(call.tais, ue->area, ue->area_count * sizeof *ue->area);
    call.tai_count = ue->area_count;
    return call;
}

static bool in_area(const struct gnb *gnb, const struct call *call)
{
    struct tai tais[CONFIG_AREA_TAIS];
    return call->area == CONFIG_PAGE_TAI ? gnb_area_of(gnb, call->ue->tai) != NULL
                                         : area_at_gnb(call->ue, gnb, tais) != 0;
}

static bool in_network(const struct gnb *gnb, struct config_plmn plmn)
{
    for (unsigned i = 0; i < gnb->area_count; i++) {
        if (plmn_equal(gnb->areas[i].tai.plmn, plmn))
            return true;
    }
    return false;
}

/* A cell's identity begins with that of its gNB (TS 38.413 9.3.1.7). */
static bool has_cell(const struct gnb *gnb, uint64_t cell)
{
    return gnb->identity.bits && cell >> (CELL_BITS - gnb->identity.bits) == gnb->identity.value;
}

static bool has_likely_cell(const struct gnb *gnb, const struct ue *ue)
{
    for (unsigned i = 0; ue->hint && i < ue->hint->count; i++) {
        if (has_cell(gnb, ue->hint->cells[i].cell))
            return true;
    }
    return has_cell(gnb, ue->cell);
}

static bool this_side(const struct gnb *gnb, const struct call *call)
{
    return !area_has_sides(gnb->core) || (call->domain && strcmp(gnb->domain->name, call->domain) == 0) ||
           (call->displaced && gnb->risk == CONFIG_TRUSTED);
}

static bool reaches(const struct gnb *gnb, const struct call *call)
{
    if (!gnb->ready || gnb_is_shut(gnb) || !this_side(gnb, call))
        return false;
    if (call->area == CONFIG_PAGE_NETWORK)
        return in_network(gnb, call->ue->tai.plmn);
    return in_area(gnb, call) && (call->area != CONFIG_PAGE_CELLS || has_likely_cell(gnb, call->ue));
}

static bool covers(const struct gnb *gnb, const struct call *call)
{
    return reaches(gnb, call) && !(call->sheltered && gnb->risk != CONFIG_TRUSTED);
}

/* Rule H4: what high-risk gNBs would have heard is an event. */
static void note_withheld(const struct ue *ue, uint8_t pdu_session_id)
{
    const struct call call = call_of(ue, CONFIG_PAGE_NETWORK, pdu_session_id);
    struct smf_session_view session;
    const struct shelter_question question = question_of(ue, pdu_session_id, &session);
    size_t cursor = 0;
    for (void *gnb; call.sheltered && map_next(&ue->core->gnbs, &cursor, NULL, &gnb);)
        if (reaches(gnb, &call))
            shelter_refuses(gnb, &question);
}

static bool covered(const struct ue *ue, uint8_t pdu_session_id)
{
    const struct call call = call_of(ue, CONFIG_PAGE_NETWORK, pdu_session_id);
    size_t cursor = 0;
    void *gnb;
    while (map_next(&ue->core->gnbs, &cursor, NULL, &gnb)) {
        if (covers(gnb, &call))
            return true;
    }
    return false;
}

/* --- what --- */

static void write_tai(struct ngap_tai_list_for_paging_item *item, struct tai tai)
{
    memcpy(item->tai.plmn_identity, tai.plmn.octets, sizeof item->tai.plmn_identity);
    item->tai.tac = tai.tac;
}

/* In the network at large there is no list that fits everywhere: each gNB gets its own tracking areas. */
static size_t write_own_tais(struct ngap_tai_list_for_paging_item items[TAIS], const struct gnb *gnb,
                             struct config_plmn plmn)
{
    size_t count = 0;
    for (unsigned i = 0; i < gnb->area_count && count < TAIS; i++) {
        if (plmn_equal(gnb->areas[i].tai.plmn, plmn))
            write_tai(&items[count++], gnb->areas[i].tai);
    }
    return count;
}

/* The cycle that the phone asked for, where it did (TS 24.501 9.11.3.2A: 32 frames, and doubles of it). */
static void set_drx(struct ngap_paging *paging, const struct ue *ue)
{
    if (ue->drx < 1 || ue->drx > 4)
        return;
    paging->has_paging_drx = true;
    paging->paging_drx = (enum ngap_paging_drx)(NGAP_PAGING_DRX_V32 + ue->drx - 1);
}

/* TS 23.502 4.2.3.3: urgent sessions may overtake others at the gNB. */
static void set_priority(struct ngap_paging *paging, const struct ue *ue, uint8_t pdu_session_id)
{
    struct smf_session_view session;
    if (!ue->core->config->amf.paging.priority || !smf_view(ue, pdu_session_id, &session) || !session.arp ||
        session.arp > ue->core->config->amf.paging.priority)
        return;
    paging->has_paging_priority = true;
    paging->paging_priority = (enum ngap_paging_priority)(NGAP_PAGING_PRIORITY_PRIOLEVEL1 + session.arp - 1);
}

/* Encoded once for all gNBs of the step, but in the network at large. Returns how many were asked. */
static unsigned send_to_all(const struct call *call, const struct ngap_paging *whole,
                            struct ngap_tai_list_for_paging_item items[TAIS])
{
    struct core *core = call->ue->core;
    struct ngap_paging paging = *whole;
    struct ngap_assistance_data_for_paging own = *whole->assistance_data_for_paging;
    struct bytes shared[2] = {0}; /* without and with what other gNBs have said of the phone */
    unsigned asked = 0;
    size_t cursor = 0;
    void *value;
    own.assistance_data_for_recommended_cells = NULL;
    while (map_next(&core->gnbs, &cursor, NULL, &value)) {
        const struct gnb *gnb = value;
        if (!covers(gnb, call))
            continue;
        if (call->area == CONFIG_PAGE_NETWORK)
            paging.tai_list_for_paging.count = write_own_tais(items, gnb, call->ue->tai.plmn);
        const bool hints = relay_lets_hints(call->ue, gnb);
        paging.ue_radio_capability_for_paging = hints ? whole->ue_radio_capability_for_paging : NULL;
        paging.assistance_data_for_paging = hints ? whole->assistance_data_for_paging : &own;
        if (call->area == CONFIG_PAGE_NETWORK || !shared[hints].len)
            shared[hints] = core_flatten(core, NGAP_PAGING, &paging);
        asked += core_post_ngap(core, gnb->association, 0, shared[hints]);
    }
    return asked;
}

static unsigned page(const struct ue *ue, uint32_t tmsi, uint8_t pdu_session_id, unsigned step)
{
    const struct config_paging *config = &ue->core->config->amf.paging;
    const struct config_network *network = &ue->core->config->network;
    const struct call call = call_of(ue, (enum config_paging_area)config->steps[step], pdu_session_id);
    struct ngap_tai_list_for_paging_item items[TAIS];
    const struct ngap_ue_radio_capability_for_paging capability = {.ue_radio_capability_for_paging_of_nr =
                                                                       ue->paging_capability};
    const struct ngap_paging_attempt_information attempt = {
        .paging_attempt_count = (uint8_t)(step + 1),
        .intended_number_of_paging_attempts = (uint8_t)config->step_count,
        .next_paging_area_scope =
            step + 1 < config->step_count && config->steps[step + 1] != config->steps[step]
                ? NGAP_NEXT_PAGING_AREA_SCOPE_CHANGED
                : NGAP_NEXT_PAGING_AREA_SCOPE_SAME,
        .has_next_paging_area_scope = true,
    };
    const struct ngap_assistance_data_for_paging assistance = {
        .assistance_data_for_recommended_cells = paging_recommended(ue),
        .paging_attempt_information = &attempt,
    };
    struct ngap_paging paging = {
        .ue_paging_identity = {.which = NGAP_UE_PAGING_IDENTITY_FIVE_G_S_TMSI,
                               .five_g_s_tmsi = {network->amf_set, network->amf_pointer, tmsi}},
        .tai_list_for_paging = {items, call.tai_count},
        .ue_radio_capability_for_paging = ue->paging_capability.len ? &capability : NULL,
        .assistance_data_for_paging = &assistance,
    };
    for (unsigned i = 0; i < call.tai_count; i++)
        write_tai(&items[i], call.tais[i]);
    set_drx(&paging, ue);
    set_priority(&paging, ue, pdu_session_id);
    return send_to_all(&call, &paging, items);
}

/* A phone that has not confirmed its TMSI may listen to the former one. Returns how many gNBs were asked. */
static unsigned page_by_its_names(const struct ue *ue, uint8_t pdu_session_id, unsigned step)
{
    if (ue->former_tmsi)
        page(ue, ue->former_tmsi, pdu_session_id, step);
    return page(ue, ue->tmsi, pdu_session_id, step);
}

/* --- the procedure --- */

enum procedure_event page_and_wait(struct procedure *p, uint8_t pdu_session_id, uint64_t events)
{
    struct core *core = p->core;
    enum procedure_event woken = EV_TIMEOUT;
    core->paged++;
    for (unsigned step = 0; woken == EV_TIMEOUT && step < core->config->amf.paging.step_count; step++) {
        if (!page_by_its_names(p->owner, pdu_session_id, step))
            continue;
        core->metrics.pagings++;
        woken = procedure_wait(p, events, core->config->amf.timers.t3513);
    }
    core->paged--;
    if (woken == EV_TIMEOUT) {
        char context[UE_CONTEXT_TEXT];
        log_info("amf", ue_context_text(p->owner, context), "no answer to paging");
        core->metrics.pagings_failed++;
    }
    return woken;
}

static void paging(struct procedure *p)
{
    struct ue *ue = p->owner;
    uint8_t pdu_session_id = *(const uint8_t *)p->argument;
    if (page_and_wait(p, pdu_session_id, 0) != EV_TIMEOUT)
        return;
    procedure_leave(p);
    smf_unreachable(ue);
}

bool ue_can_be_paged(const struct ue *ue, uint8_t pdu_session_id)
{
    const struct core *core = ue->core;
    if (ue->connection || ue->unreachable || !ue->registered ||
        core->paged >= core->config->amf.paging.at_once)
        return false;
    note_withheld(ue, pdu_session_id);
    return covered(ue, pdu_session_id);
}

bool amf_page(struct ue *ue, uint8_t pdu_session_id)
{
    if (ue->away)
        return away_page(ue, pdu_session_id);
    if (ue->procedure || ue->kept.association || ue->target)
        return true; /* what ends this state tells the SMF whether the UE can be reached */
    return restriction_lets_serve(ue) && ue_can_be_paged(ue, pdu_session_id) &&
           procedure_start(ue->core, &ue->procedure, "paging", paging, ue, &pdu_session_id);
}

void mobility_done(struct ue *ue)
{
    if (ue->connection && ue->connection->context_up)
        smf_reachable(ue);
    else
        smf_unreachable(ue);
}
