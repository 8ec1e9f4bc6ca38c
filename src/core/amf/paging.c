/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paging (TS 24.501 5.6.2, TS 23.502 4.2.3.3, TS 38.413 8.5).
 */
#include "core/amf/gmm.h"
#include "kit/log.h"

enum { TAIS = 16 };

static bool covers(const struct gnb *gnb, struct config_plmn plmn)
{
    for (unsigned i = 0; gnb->ready && i < gnb->area_count; i++) {
        if (plmn_equal(gnb->areas[i].tai.plmn, plmn))
            return true;
    }
    return false;
}

/* The registration area is all the core serves of the PLMN; a gNB is told of its own part. */
static void page_through(struct gnb *gnb, const struct ue *ue)
{
    const struct config_network *network = &ue->core->config->network;
    struct ngap_tai_list_for_paging_item tais[TAIS];
    struct ngap_ue_radio_capability_for_paging capability = {.ue_radio_capability_for_paging_of_nr =
                                                                 ue->paging_capability};
    struct ngap_paging message = {
        .ue_paging_identity = {.which = NGAP_UE_PAGING_IDENTITY_FIVE_G_S_TMSI,
                               .five_g_s_tmsi = {network->amf_set, network->amf_pointer, ue->tmsi}},
        .tai_list_for_paging = {tais, 0},
        .ue_radio_capability_for_paging = ue->paging_capability.len ? &capability : NULL,
    };
    for (unsigned i = 0; i < gnb->area_count && message.tai_list_for_paging.count < TAIS; i++) {
        if (!plmn_equal(gnb->areas[i].tai.plmn, ue->tai.plmn))
            continue;
        struct ngap_tai *tai = &tais[message.tai_list_for_paging.count++].tai;
        memcpy(tai->plmn_identity, ue->tai.plmn.octets, sizeof tai->plmn_identity);
        tai->tac = gnb->areas[i].tai.tac;
    }
    n2_send(gnb, NGAP_PAGING, &message);
}

static void page(struct procedure *p, void *context)
{
    const struct ue *ue = p->owner;
    size_t cursor = 0;
    void *gnb;
    uint64_t association;
    (void)context;
    p->core->metrics.pagings++;
    while (map_next(&p->core->gnbs, &cursor, &association, &gnb)) {
        if (covers(gnb, ue->tai.plmn))
            page_through(gnb, ue);
    }
}

/* An answer is a procedure of its own, which cancels this one. */
void paging(struct procedure *p)
{
    struct ue *ue = p->owner;
    if (procedure_ask(p, page, NULL, 0, p->core->config->amf.timers.t3513) != EV_TIMEOUT)
        return;
    char context[UE_CONTEXT_TEXT];
    log_info("amf", ue_context_text(ue, context), "no answer to paging");
    p->core->metrics.pagings_failed++;
    procedure_leave(p);
    smf_unreachable(ue);
}

static bool covered(const struct ue *ue)
{
    size_t cursor = 0;
    void *gnb;
    uint64_t association;
    while (map_next(&ue->core->gnbs, &cursor, &association, &gnb)) {
        if (covers(gnb, ue->tai.plmn))
            return true;
    }
    return false;
}

bool amf_page(struct ue *ue, uint8_t pdu_session_id)
{
    (void)pdu_session_id;
    if (ue->procedure || ue->kept.association)
        return true; /* what ends this state tells the SMF whether the UE can be reached */
    if (ue->connection || ue->unreachable || !ue->registered || !covered(ue))
        return false;
    return procedure_start(ue->core, &ue->procedure, "paging", paging, ue, NULL);
}

void mobility_done(struct ue *ue)
{
    if (ue->connection && ue->connection->context_up)
        smf_reachable(ue);
    else
        smf_unreachable(ue);
}
