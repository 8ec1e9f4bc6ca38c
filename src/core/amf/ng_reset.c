/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NG Reset, Error Indication and Overload (TS 38.413 8.7.4 to 8.7.7). Whatever these name is looked up among the
 * association's own connections only.
 */
#include "core/amf/n2.h"
#include "kit/log.h"

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

/* The gNB does not know the connection (any more): so it is lost. Other errors are noted. */
static bool forgotten(const struct ngap_cause *cause)
{
    return cause && cause->which == NGAP_CAUSE_RADIO_NETWORK &&
           (cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_LOCAL_UE_NGAP_ID ||
            cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_INCONSISTENT_REMOTE_UE_NGAP_ID);
}

void error_indication(struct gnb *gnb, const struct ngap_error_indication *indication)
{
    char text[32] = "";
    if (indication->cause)
        n2_cause_text(indication->cause, text, sizeof text);
    log_warning("amf", NULL, "gNB %s indicates an error: %s", gnb->name, text);
    if (!indication->has_amf_ue_ngap_id || !indication->has_ran_ue_ngap_id || !forgotten(indication->cause))
        return;
    struct connection *connection = connection_by_amf_id(gnb, indication->amf_ue_ngap_id);
    if (connection && connection->ran_ue_ngap_id == indication->ran_ue_ngap_id)
        connection_lost(connection, "the gNB does not know it");
}

static void overload_start(struct gnb *gnb)
{
    struct ngap_overload_response response = {
        .which = NGAP_OVERLOAD_RESPONSE_OVERLOAD_ACTION,
        .overload_action = NGAP_OVERLOAD_ACTION_REJECT_RRC_CR_SIGNALLING,
    };
    if (!gnb->overload_told && gnb->ready)
        gnb->overload_told = n2_send(gnb, NGAP_OVERLOAD_START,
                                     &(struct ngap_overload_start){.amf_overload_response = &response});
}

static void overload_stop(struct gnb *gnb)
{
    if (gnb->overload_told)
        n2_send(gnb, NGAP_OVERLOAD_STOP, &(struct ngap_overload_stop){0});
    gnb->overload_told = false;
}

static void each_gnb(struct core *core, void (*tell)(struct gnb *gnb))
{
    size_t cursor = 0;
    void *gnb;
    while (map_next(&core->gnbs, &cursor, NULL, &gnb))
        tell(gnb);
}

static void overload_ends(struct timer *timer)
{
    struct core *core = (struct core *)((char *)timer - offsetof(struct core, overload));
    each_gnb(core, overload_stop);
}

void amf_overloaded(struct core *core)
{
    core->overload.fire = overload_ends;
    if (timer_start(core->timers, &core->overload, SECONDS(10)))
        each_gnb(core, overload_start);
}
