/* SPDX-License-Identifier: Apache-2.0 */
/* RAN configuration transfer (TS 38.413 8.8.1, 8.8.2): what gNBs tell each other of themselves, of no phone. */
#include "core/amf/fence.h"
#include "core/amf/relay.h"
#include "kit/log.h"
#include "line/enrolment.h"
#include "wire/ngap/ngap_calls.h"

/* --- is it true? --- */

static bool all_admitted(const struct gnb *gnb, const struct aper_bit_string *addresses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!gnb_admits_address(gnb, &addresses[i]))
            return false;
    return true;
}

/* Where the gNB may be reached over Xn. */
static bool addresses_fit(const struct gnb *gnb, const struct ngap_xn_tnl_configuration_info *info)
{
    const struct ngap_xn_ext_tlas *extended = info ? &info->xn_extended_transport_layer_addresses : NULL;
    if (!info)
        return true;
    if (!all_admitted(gnb, info->xn_transport_layer_addresses.items,
                      info->xn_transport_layer_addresses.count))
        return false;
    for (size_t i = 0; i < extended->count; i++) {
        const struct ngap_xn_ext_tla_item *item = &extended->items[i];
        if (!gnb_admits_address(gnb, &item->ipsec_tla) ||
            !all_admitted(gnb, item->gtp_tlas.items, item->gtp_tlas.count) ||
            !all_admitted(gnb, item->sctp_tlas.items, item->sctp_tlas.count))
            return false;
    }
    return true;
}

/* The gNB may speak for itself only, from where it is. */
static bool speaks_for_itself(const struct gnb *gnb, const struct ngap_son_configuration_transfer *son)
{
    const struct ngap_source_ran_node_id *source = &son->source_ran_node_id;
    return gnb_by_identity(gnb->core, &source->global_ran_node_id) == gnb &&
           gnb_area_of(gnb, tai_from_ngap(&source->selected_tai));
}

static bool tells_the_truth(const struct gnb *gnb, const struct ngap_son_configuration_transfer *son)
{
    const struct ngap_son_information *information = &son->son_information;
    return addresses_fit(gnb, son->xn_tnl_configuration_info) &&
           (information->which != NGAP_SON_INFORMATION_SON_INFORMATION_REPLY ||
            addresses_fit(gnb, information->son_information_reply.xn_tnl_configuration_info));
}

static bool neighbours(const struct gnb *one, const struct gnb *other)
{
    return enrolment_neighbours(&one->core->config->inventory, gnb_id_of(one), gnb_id_of(other));
}

/* --- how much of it? --- */

static size_t octets_of(struct core *core, const struct ngap_son_configuration_transfer *son)
{
    const size_t most = core->config->inventory.relay.configuration;
    uint8_t *room = arena_alloc(&core->batch, most);
    struct writer w = writer_of(room, room ? most : 0);
    struct fault fault;
    const struct ngap_downlink_ran_configuration_transfer message = {.son_configuration_transfer_dl = son};
    return ngap_encode_downlink_ran_configuration_transfer(&w, &message, &fault) ? writer_bytes(&w).len
                                                                                 : most + 1;
}

static enum relay_verdict decide(struct gnb *from, const struct gnb *to,
                                 const struct ngap_son_configuration_transfer *son)
{
    struct core *core = from->core;
    const struct config_relay *relay = &core->config->inventory.relay;
    if (!budget_spend(&from->configurations, core->timers->now, 1, relay->configurations))
        return RELAY_TOO_OFTEN;
    enum relay_verdict verdict =
        relay_decide(relay, relay_between(from, to), CONFIG_RELAY_CONFIGURATION, octets_of(core, son));
    if (!relay_dropped(verdict) && !neighbours(from, to))
        verdict = RELAY_BY_RULE;
    if (!relay_dropped(verdict) && !tells_the_truth(from, son))
        verdict = RELAY_UNTRUE;
    return verdict;
}

/* --- the procedure --- */

static void pass(struct gnb *from, const struct ngap_son_configuration_transfer *son)
{
    struct gnb *target = gnb_by_identity(from->core, &son->target_ran_node_id.global_ran_node_id);
    if (!target) {
        log_info("amf", NULL, "gNB %s: configuration transfer to a gNB that is not there", from->name);
        return;
    }
    enum relay_verdict verdict = decide(from, target, son);
    relay_note(from->core, from, relay_between(from, target), CONFIG_RELAY_CONFIGURATION, verdict);
    if (!relay_dropped(verdict))
        n2_send(target, NGAP_DOWNLINK_RAN_CONFIGURATION_TRANSFER,
                &(struct ngap_downlink_ran_configuration_transfer){.son_configuration_transfer_dl = son});
}

void ran_configuration_transfer(struct gnb *gnb,
                                const struct ngap_uplink_ran_configuration_transfer *transfer)
{
    const struct ngap_son_configuration_transfer *son = transfer->son_configuration_transfer_ul;
    if (!son)
        return;
    if (speaks_for_itself(gnb, son))
        pass(gnb, son);
    else
        n2_refuse(gnb, "", "speaks for another gNB", N2_PROTOCOL(SEMANTIC_ERROR), NULL, NULL);
}
