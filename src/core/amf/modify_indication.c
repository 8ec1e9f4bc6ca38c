/* SPDX-License-Identifier: Apache-2.0 */
/* PDU Session Resource Modify Indication: a gNB changes its end of sessions, and is told which of them follow (TS 38.413 8.2.5). */
#include "core/amf/n2.h"
#include "core/smf/smf.h"

enum { SESSIONS = 256 };

struct answers {
    struct ngap_pdu_session_resource_modify_item_mod_cfm confirmed[SMF_SESSIONS_PER_UE];
    struct ngap_pdu_session_resource_failed_to_modify_item_mod_cfm failed[SESSIONS];
    size_t confirmed_count, failed_count;
};

/* Whose identity stands there more than once is in none of its places what is meant. */
static unsigned times_named(const struct ngap_pdu_session_resource_modify_list_mod_ind *list, size_t at,
                            bool *before)
{
    unsigned times = 0;
    *before = false;
    for (size_t i = 0; i < list->count; i++) {
        bool same = list->items[i].pdu_session_id == list->items[at].pdu_session_id;
        times += same;
        *before |= same && i < at;
    }
    return times;
}

static void answer(struct ue *ue, const struct ngap_pdu_session_resource_modify_item_mod_ind *item,
                   bool doubled, struct answers *answers)
{
    struct bytes transfer = {0};
    if (doubled)
        transfer = smf_modify_indication_unsuccessful(ue->core, N2_RADIO(MULTIPLE_PDU_SESSION_ID_INSTANCES));
    else if (smf_modify_indicated(ue, item->pdu_session_id,
                                  item->pdu_session_resource_modify_indication_transfer, &transfer)) {
        answers->confirmed[answers->confirmed_count++] =
            (struct ngap_pdu_session_resource_modify_item_mod_cfm){item->pdu_session_id, transfer};
        return;
    }
    answers->failed[answers->failed_count++] =
        (struct ngap_pdu_session_resource_failed_to_modify_item_mod_cfm){item->pdu_session_id, transfer};
}

void modify_indication(struct ue *ue, const struct ngap_pdu_session_resource_modify_indication *indication)
{
    const struct ngap_pdu_session_resource_modify_list_mod_ind *list =
        &indication->pdu_session_resource_modify_list_mod_ind;
    struct connection *connection = ue->connection;
    struct answers answers = {0};
    for (size_t i = 0; i < list->count; i++) {
        bool before;
        bool doubled = times_named(list, i, &before) > 1;
        if (!before)
            answer(ue, &list->items[i], doubled, &answers);
    }
    struct ngap_pdu_session_resource_modify_confirm message = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .pdu_session_resource_modify_list_mod_cfm = {answers.confirmed_count ? answers.confirmed : NULL,
                                                     answers.confirmed_count},
        .pdu_session_resource_failed_to_modify_list_mod_cfm = {answers.failed_count ? answers.failed : NULL,
                                                               answers.failed_count},
    };
    n2_send_ue(connection, NGAP_PDU_SESSION_RESOURCE_MODIFY_CONFIRM, &message);
}
