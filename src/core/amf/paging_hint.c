/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a gNB would look for a UE that it has just released (TS 38.413 8.3.3.2): kept with the UE, used to choose the first
 * gNBs that page it, and handed to them (9.3.1.69, 9.3.1.71).
 */
#include <stdlib.h>

#include "core/amf/gmm.h"

static void keep_cells(struct paging_hint *hint, const struct ngap_recommended_cell_list *list)
{
    for (size_t i = 0; i < list->count && hint->count < PAGING_CELLS; i++) {
        const struct ngap_recommended_cell_item *item = &list->items[i];
        const struct ngap_nr_cgi *cgi = &item->ngran_cgi.nr_cgi;
        if (item->ngran_cgi.which != NGAP_NGRAN_CGI_NR_CGI)
            continue;
        hint->cells[hint->count].plmn = plmn_from_octets(cgi->plmn_identity);
        hint->cells[hint->count].cell = cgi->nr_cell_identity;
        hint->cells[hint->count].stayed = item->time_stayed_in_cell;
        hint->cells[hint->count++].has_stayed = item->has_time_stayed_in_cell;
    }
}

static struct paging_hint *hint_from(const struct gnb *gnb,
                                     const struct ngap_ue_context_release_complete *complete)
{
    const struct ngap_info_on_recommended_cells_and_ran_nodes_for_paging *info =
        complete->info_on_recommended_cells_and_ran_nodes_for_paging;
    const struct ngap_recommended_cell_list *list =
        info ? &info->recommended_cells_for_paging.recommended_cell_list : NULL;
    size_t room = list && list->count < PAGING_CELLS ? list->count : PAGING_CELLS;
    struct paging_hint *hint = list ? calloc(1, sizeof *hint + room * sizeof hint->cells[0]) : NULL;
    if (hint) {
        snprintf(hint->domain, sizeof hint->domain, "%s", gnb->domain->name);
        keep_cells(hint, list);
    }
    if (hint && hint->count)
        return hint;
    free(hint);
    return NULL;
}

void paging_learn(struct gnb *gnb, supi_t supi, const struct ngap_ue_context_release_complete *complete)
{
    struct ue *ue = supi ? amf_find(gnb->core, supi) : NULL;
    if (!ue || ue->connection) /* gone, or on another connection already */
        return;
    free(ue->hint);
    ue->hint = hint_from(gnb, complete);
    if (complete->user_location_information && gmm_locate(ue, gnb, complete->user_location_information))
        core_dirty(ue->core, &ue->row);
}

const struct ngap_assistance_data_for_recommended_cells *paging_recommended(const struct ue *ue)
{
    struct arena *memory = &ue->core->batch;
    const struct paging_hint *hint = ue->hint;
    struct ngap_assistance_data_for_recommended_cells *data =
        hint ? ARENA_NEW(memory, struct ngap_assistance_data_for_recommended_cells) : NULL;
    struct ngap_recommended_cell_item *items = data ? arena_array(memory, hint->count, sizeof *items) : NULL;
    if (!items)
        return NULL;
    for (unsigned i = 0; i < hint->count; i++) {
        struct ngap_nr_cgi *cgi = &items[i].ngran_cgi.nr_cgi;
        items[i].ngran_cgi.which = NGAP_NGRAN_CGI_NR_CGI;
        memcpy(cgi->plmn_identity, hint->cells[i].plmn.octets, sizeof cgi->plmn_identity);
        cgi->nr_cell_identity = hint->cells[i].cell;
        items[i].time_stayed_in_cell = hint->cells[i].stayed;
        items[i].has_time_stayed_in_cell = hint->cells[i].has_stayed;
    }
    data->recommended_cells_for_paging.recommended_cell_list.items = items;
    data->recommended_cells_for_paging.recommended_cell_list.count = hint->count;
    return data;
}
