/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NG Reset and Error Indication (TS 38.413 8.7.4, 8.7.5). Whatever these name is looked up among the
 * association's own connections only.
 */
#include "core/amf/n2.h"
#include "kit/log.h"

/* The procedure code (9.4.7). */
enum { INITIAL_CONTEXT_SETUP = 14 };

static struct connection *named(struct gnb *gnb,
                                const struct ngap_ue_associated_logical_ng_connection_item *item)
{
    struct connection *connection = NULL;
    if (item->has_amf_ue_ngap_id)
        connection = connection_by_amf_id(gnb, item->amf_ue_ngap_id);
    else if (item->has_ran_ue_ngap_id)
        connection = connection_by_ran_id(gnb, item->ran_ue_ngap_id);
    if (connection && item->has_ran_ue_ngap_id && connection->ran_ue_ngap_id != item->ran_ue_ngap_id)
        return NULL;
    return connection;
}

/* 8.7.4.2.2.2: the acknowledgement lists what was asked for, known or not. */
static void partial_reset(struct gnb *gnb, const struct ngap_ue_associated_logical_ng_connection_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct connection *connection = named(gnb, &list->items[i]);
        if (connection)
            connection_lost(connection, "NG Reset");
    }
    n2_send(gnb, NGAP_NG_RESET_ACKNOWLEDGE,
            &(struct ngap_ng_reset_acknowledge){.ue_associated_logical_ng_connection_list = *list});
}

void ng_reset(struct gnb *gnb, const struct ngap_ng_reset *reset)
{
    log_info("amf", NULL, "gNB %s resets %s", gnb->name,
             reset->reset_type.which == NGAP_RESET_TYPE_NG_INTERFACE ? "the interface" : "some UEs");
    if (reset->reset_type.which == NGAP_RESET_TYPE_PART_OF_NG_INTERFACE) {
        partial_reset(gnb, &reset->reset_type.part_of_ng_interface);
        return;
    }
    gnb_release_connections(gnb, "NG Reset");
    n2_send(gnb, NGAP_NG_RESET_ACKNOWLEDGE, &(struct ngap_ng_reset_acknowledge){0});
}

void ng_reset_send(struct gnb *gnb, struct ngap_cause cause)
{
    struct ngap_ng_reset reset = {
        .cause = cause,
        .reset_type = {.which = NGAP_RESET_TYPE_NG_INTERFACE, .ng_interface = NGAP_RESET_ALL_RESET_ALL},
    };
    gnb_release_connections(gnb, "NG Reset by the AMF");
    n2_send(gnb, NGAP_NG_RESET, &reset);
}

void ng_reset_connection(const struct connection *connection)
{
    const struct ngap_ue_associated_logical_ng_connection_item item = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .has_amf_ue_ngap_id = true,
        .has_ran_ue_ngap_id = true,
    };
    const struct ngap_ng_reset reset = {
        .cause = N2_RADIO(RELEASE_DUE_TO_NGRAN_GENERATED_REASON),
        .reset_type = {.which = NGAP_RESET_TYPE_PART_OF_NG_INTERFACE, .part_of_ng_interface = {&item, 1}},
    };
    n2_send(connection->gnb, NGAP_NG_RESET, &reset);
}

/* The gNB does not know the connection (any more): so it is lost. Other errors are noted. */
static bool forgotten(const struct ngap_cause *cause)
{
    return cause && cause->which == NGAP_CAUSE_RADIO_NETWORK &&
           (cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_LOCAL_UE_NGAP_ID ||
            cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_INCONSISTENT_REMOTE_UE_NGAP_ID);
}

/* It will not answer what it could not read: who waits for the answer need not. */
static void give_up_waiting(struct ue *ue, const struct ngap_criticality_diagnostics *diagnostics)
{
    if (diagnostics && diagnostics->has_procedure_code &&
        diagnostics->procedure_code == INITIAL_CONTEXT_SETUP)
        procedure_offer(ue->procedure, EV_INITIAL_CONTEXT_SETUP_FAILURE, NULL);
}

void error_indication(struct gnb *gnb, const struct ngap_error_indication *indication)
{
    char text[32] = "";
    if (indication->cause)
        n2_cause_text(indication->cause, text, sizeof text);
    log_warning("amf", NULL, "gNB %s indicates an error: %s", gnb->name, text);
    if (!indication->has_amf_ue_ngap_id || !indication->has_ran_ue_ngap_id)
        return;
    struct connection *connection = connection_by_amf_id(gnb, indication->amf_ue_ngap_id);
    if (!connection || connection->ran_ue_ngap_id != indication->ran_ue_ngap_id)
        return;
    if (forgotten(indication->cause))
        connection_lost(connection, "the gNB does not know it");
    else if (connection->ue)
        give_up_waiting(connection->ue, indication->criticality_diagnostics);
}
