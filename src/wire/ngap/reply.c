/* SPDX-License-Identifier: Apache-2.0 */
/* What answers a message that clause 10 finds fault with. */
#include "wire/ngap/ngap.h"

struct ngap_cause ngap_verdict_cause(enum ngap_verdict verdict)
{
    struct ngap_cause cause = {.which = NGAP_CAUSE_PROTOCOL};
    switch (verdict) {
    case NGAP_TRANSFER_SYNTAX_ERROR:
        cause.protocol = NGAP_CAUSE_PROTOCOL_TRANSFER_SYNTAX_ERROR;
        break;
    case NGAP_NOTIFY:
        cause.protocol = NGAP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY;
        break;
    case NGAP_FALSELY_CONSTRUCTED:
        cause.protocol = NGAP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE;
        break;
    case NGAP_REJECT:
    case NGAP_UNKNOWN_PROCEDURE:
        cause.protocol = NGAP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT;
        break;
    case NGAP_OK:
        cause.protocol = NGAP_CAUSE_PROTOCOL_UNSPECIFIED;
        break;
    }
    return cause;
}

/* Problems of criticality ignore are nobody's business (TS 38.413 10.3.4.2, 10.3.5). */
static struct ngap_criticality_diagnostics_ie_list problems_of(const struct aper_diagnostics *found,
                                                               struct arena *arena)
{
    struct ngap_criticality_diagnostics_ie_item *items = arena_array(arena, APER_PROBLEMS, sizeof *items);
    size_t count = 0;
    for (unsigned i = 0; items && i < found->count; i++) {
        const struct aper_problem *problem = &found->problems[i];
        if (problem->criticality != APER_IGNORE)
            items[count++] = (struct ngap_criticality_diagnostics_ie_item){
                .ie_criticality = problem->criticality,
                .ie_id = problem->id,
                .type_of_error =
                    problem->missing ? NGAP_TYPE_OF_ERROR_MISSING : NGAP_TYPE_OF_ERROR_NOT_UNDERSTOOD,
            };
    }
    return (struct ngap_criticality_diagnostics_ie_list){count ? items : NULL, count};
}

const struct ngap_criticality_diagnostics *ngap_criticality_diagnostics_of(const struct ngap_pdu *pdu,
                                                                           struct arena *arena)
{
    struct ngap_criticality_diagnostics *diagnostics = ARENA_NEW(arena, struct ngap_criticality_diagnostics);
    if (!diagnostics)
        return NULL;
    *diagnostics = (struct ngap_criticality_diagnostics){
        .procedure_code = pdu->procedure_code,
        .triggering_message = (enum ngap_triggering_message)pdu->kind,
        .procedure_criticality = pdu->criticality,
        .has_procedure_code = true,
        .has_triggering_message = true,
        .has_procedure_criticality = true,
        .ies_criticality_diagnostics = problems_of(&pdu->diagnostics, arena),
    };
    return diagnostics;
}

struct ngap_error_indication ngap_error_indication_for(const struct ngap_pdu *pdu, enum ngap_verdict verdict,
                                                       struct arena *arena)
{
    struct ngap_cause *cause = ARENA_NEW(arena, struct ngap_cause);
    if (cause)
        *cause = ngap_verdict_cause(verdict);
    return (struct ngap_error_indication){
        .amf_ue_ngap_id = pdu->amf_ue_ngap_id,
        .ran_ue_ngap_id = pdu->ran_ue_ngap_id,
        .has_amf_ue_ngap_id = pdu->has_amf_ue_ngap_id,
        .has_ran_ue_ngap_id = pdu->has_ran_ue_ngap_id,
        .cause = cause,
        .criticality_diagnostics = pdu->has_header ? ngap_criticality_diagnostics_of(pdu, arena) : NULL,
    };
}
