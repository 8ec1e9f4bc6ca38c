/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transparent containers of an N2 handover (TS 38.413 9.3.1.29, 9.3.1.30): NGAP's part is decoded, compared with the handover
 * that it is about, and written anew; RRC's part (TS 38.331) is between the phone and its gNBs and passes as it is.
 */
#include "core/amf/relay.h"
#include "core/smf/smf.h"
#include "wire/ngap/ngap_calls.h"

#define SOURCE_CONTAINER  struct ngap_source_ngran_node_to_target_ngran_node_transparent_container
#define TARGET_CONTAINER  struct ngap_target_ngran_node_to_source_ngran_node_transparent_container
#define FAILURE_CONTAINER struct ngap_target_ngran_node_to_source_ngran_node_failure_transparent_container

enum { NR_CELL_BITS = 36, CAUSE_BYTES = 32 };

/* --- is it true? --- */

/* A cell's identity begins with that of its gNB (9.3.1.7). Of other nodes it is not known. */
static bool cell_fits(const struct ngap_ngran_cgi *cell, const struct ngap_global_ran_node_id *node)
{
    const struct aper_bits *id = &node->global_gnb_id.gnb_id.gnb_id;
    if (node->which != NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID)
        return true;
    return cell->which == NGAP_NGRAN_CGI_NR_CGI && id->length && id->length <= NR_CELL_BITS &&
           cell->nr_cgi.nr_cell_identity >> (NR_CELL_BITS - id->length) == id->value;
}

static bool addresses_fit(const struct relay_handover *handover,
                          const struct ngap_qos_flow_information_list *flows)
{
    for (size_t i = 0; handover->from && i < flows->count; i++)
        if (!gnb_admits_address(handover->from, &flows->items[i].source_tnl_addr_info) ||
            !gnb_admits_address(handover->from, &flows->items[i].source_node_tnl_addr_info))
            return false;
    return true;
}

static bool sessions_fit(const struct relay_handover *handover,
                         const struct ngap_pdu_session_resource_information_list *sessions)
{
    for (size_t i = 0; i < sessions->count; i++)
        if (!addresses_fit(handover, &sessions->items[i].qos_flow_information_list))
            return false;
    return true;
}

static bool source_is_true(const struct relay_handover *handover, const SOURCE_CONTAINER *container)
{
    bool reference = !container->has_ue_context_reference_at_source || !handover->source ||
                     container->ue_context_reference_at_source == handover->source->ran_ue_ngap_id;
    return reference && cell_fits(&container->target_cell_id, &handover->node->global_ran_node_id) &&
           sessions_fit(handover, &container->pdu_session_resource_information_list);
}

/* --- what is left out --- */

static struct ngap_qos_flow_information_list without_addresses(
    struct arena *arena, const struct ngap_qos_flow_information_list *flows)
{
    struct ngap_qos_flow_information_item *items = arena_array(arena, flows->count, sizeof *items);
    for (size_t i = 0; items && i < flows->count; i++) {
        items[i] = flows->items[i];
        items[i].source_tnl_addr_info = items[i].source_node_tnl_addr_info = (struct aper_bit_string){0};
    }
    return (struct ngap_qos_flow_information_list){items, items ? flows->count : 0};
}

/* Sessions that are not handed over, and any that is named once more. */
static void keep_sessions(const struct relay_handover *handover, bool limited, SOURCE_CONTAINER *container)
{
    struct arena *arena = &handover->core->batch;
    const struct ngap_pdu_session_resource_information_list all =
        container->pdu_session_resource_information_list;
    struct ngap_pdu_session_resource_information_item *items = arena_array(arena, all.count, sizeof *items);
    uint16_t left = handover->sessions;
    size_t count = 0;
    for (size_t i = 0; items && i < all.count; i++) {
        uint8_t id = all.items[i].pdu_session_id;
        if (id > SMF_SESSIONS_PER_UE || !(left >> id & 1))
            continue;
        left &= (uint16_t) ~(1u << id);
        items[count] = all.items[i];
        if (limited)
            items[count].qos_flow_information_list =
                without_addresses(arena, &all.items[i].qos_flow_information_list);
        count++;
    }
    container->pdu_session_resource_information_list =
        (struct ngap_pdu_session_resource_information_list){count ? items : NULL, count};
}

/* E-RABs are for handovers with EPS. Limited, only the cell that the phone leaves is told of its history. */
static void trim_source(const struct relay_handover *handover, bool limited, SOURCE_CONTAINER *container)
{
    const size_t most = limited ? 1 : handover->core->config->inventory.relay.history;
    container->e_rab_information_list = (struct ngap_e_rab_information_list){0};
    keep_sessions(handover, limited, container);
    if (container->ue_history_information.count > most)
        container->ue_history_information.count = most;
    if (!limited)
        return;
    *container = (SOURCE_CONTAINER){
        .rrc_container = container->rrc_container,
        .pdu_session_resource_information_list = container->pdu_session_resource_information_list,
        .target_cell_id = container->target_cell_id,
        .ue_history_information = container->ue_history_information,
    };
}

/* --- written anew: the verdict on what was found --- */

static bool write(struct core *core, const struct aper_type *type, const void *value, size_t most,
                  struct bytes *written)
{
    uint8_t *room = arena_alloc(&core->batch, most);
    struct writer w = writer_of(room, room ? most : 0);
    struct fault fault;
    if (!room || !ngap_encode_type(type, &w, value, &fault))
        return false;
    *written = writer_bytes(&w);
    return true;
}

/* What is read takes no more octets when it is written anew, but for defaults of alignment. */
static size_t room_for(struct bytes container)
{
    return container.len + CAUSE_BYTES;
}

static enum relay_verdict rewrite_source(const struct relay_handover *handover, bool limited,
                                         struct bytes container, struct bytes *written)
{
    const SOURCE_CONTAINER *read;
    struct aper_diagnostics diagnostics;
    if (ngap_decode_source_ngran_node_to_target_ngran_node_transparent_container(
            container, &handover->core->batch, &read, &diagnostics) > NGAP_NOTIFY)
        return RELAY_UNREADABLE;
    if (!source_is_true(handover, read))
        return RELAY_UNTRUE;
    SOURCE_CONTAINER own = *read;
    trim_source(handover, limited, &own);
    return write(handover->core, &ngap_type_source_ngran_node_to_target_ngran_node_transparent_container,
                 &own, room_for(container), written)
               ? RELAY_PASSES
               : RELAY_UNREADABLE;
}

static enum relay_verdict rewrite_target(const struct relay_handover *handover, bool limited,
                                         struct bytes container, struct bytes *written)
{
    const TARGET_CONTAINER *read;
    struct aper_diagnostics diagnostics;
    if (ngap_decode_target_ngran_node_to_source_ngran_node_transparent_container(
            container, &handover->core->batch, &read, &diagnostics) > NGAP_NOTIFY)
        return RELAY_UNREADABLE;
    const TARGET_CONTAINER least = {.rrc_container = read->rrc_container};
    return write(handover->core, &ngap_type_target_ngran_node_to_source_ngran_node_transparent_container,
                 limited ? &least : read, room_for(container), written)
               ? RELAY_PASSES
               : RELAY_UNREADABLE;
}

/* Nothing in it is needed by a handover that has failed. */
static enum relay_verdict rewrite_failure(const struct relay_handover *handover, bool limited,
                                          struct bytes container, struct bytes *written)
{
    const FAILURE_CONTAINER *read;
    struct aper_diagnostics diagnostics;
    if (limited)
        return RELAY_BY_RULE;
    if (ngap_decode_target_ngran_node_to_source_ngran_node_failure_transparent_container(
            container, &handover->core->batch, &read, &diagnostics) > NGAP_NOTIFY)
        return RELAY_UNREADABLE;
    if (read->cell_cag_information &&
        !cell_fits(&read->cell_cag_information->ngran_cgi, &handover->node->global_ran_node_id))
        return RELAY_UNTRUE;
    return write(handover->core,
                 &ngap_type_target_ngran_node_to_source_ngran_node_failure_transparent_container, read,
                 room_for(container), written)
               ? RELAY_PASSES
               : RELAY_UNREADABLE;
}

/* --- the three kinds --- */

typedef enum relay_verdict rewrite(const struct relay_handover *handover, bool limited,
                                   struct bytes container, struct bytes *written);

/* Within a trust domain the profile lab lets through as it came what cannot be read or is not true. */
static enum relay_verdict pass(const struct relay_handover *handover, const struct gnb *from,
                               rewrite *rewritten, struct bytes *container)
{
    struct core *core = handover->core;
    struct bytes written = *container;
    enum relay_verdict allowed = relay_decide(&core->config->inventory.relay, handover->way,
                                              CONFIG_RELAY_HANDOVER, container->len),
                       verdict = allowed;
    if (!relay_dropped(allowed)) {
        enum relay_verdict found = rewritten(handover, allowed == RELAY_LIMITED, *container, &written);
        verdict = relay_dropped(found) ? found : allowed;
    }
    relay_note(core, from, handover->way, CONFIG_RELAY_HANDOVER, verdict);
    if (relay_dropped(verdict))
        return allowed == RELAY_PASSES && relay_records_only(core) ? RELAY_PASSES : verdict;
    *container = written;
    return verdict;
}

enum relay_verdict relay_source_container(const struct relay_handover *handover, struct bytes *container)
{
    return pass(handover, handover->from, rewrite_source, container);
}

enum relay_verdict relay_target_container(const struct relay_handover *handover, struct bytes *container)
{
    return pass(handover, handover->to, rewrite_target, container);
}

struct bytes relay_failure_container(const struct relay_handover *handover, struct bytes container)
{
    bool passed = container.len && !relay_dropped(pass(handover, handover->to, rewrite_failure, &container));
    return passed ? container : (struct bytes){0};
}

struct ngap_cause relay_cause(enum relay_verdict verdict)
{
    switch (verdict) {
    case RELAY_UNREADABLE:
        return N2_PROTOCOL(TRANSFER_SYNTAX_ERROR);
    case RELAY_UNTRUE:
    case RELAY_TOO_LONG:
        return N2_PROTOCOL(SEMANTIC_ERROR);
    default:
        return N2_RADIO(HO_TARGET_NOT_ALLOWED);
    }
}
