/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Setting up the gNB's context of a UE: AS key, algorithms, sessions (TS 38.413 8.3.1, 8.2.1; TS 33.501 6.8.1.2).
 */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "core/amf/relay.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"
#include "core/smf/remote.h"
#include "crypt/kdf.h"
#include "kit/log.h"

bool context_setup_anchors(struct procedure *p, struct context_setup *setup)
{
    const struct ue *ue = p->owner;
    uint16_t wanted = (uint16_t)(setup->sessions & ~smf_active(ue));
    if (!ue->target)
        setup->count = remote_activate(p, wanted, setup->items);
    return !procedure_cancelled(p);
}

void context_setup_prepare(struct ue *ue, struct context_setup *setup)
{
    uint16_t active = smf_active(ue), wanted = (uint16_t)(setup->sessions & ~active);
    setup->activated = (uint16_t)(setup->sessions & active); /* a connected phone asks for what it has, too */
    if (wanted && !ue->target)
        setup->count += smf_activate(ue, wanted, setup->items + setup->count);
    for (unsigned i = 0; i < setup->count; i++)
        setup->activated |= (uint16_t)(1u << setup->items[i].pdu_session_id);
}

/* NGAP leaves out the null algorithm, which NAS has as the top bit (TS 38.413 9.3.1.86). */
struct ngap_ue_security_capabilities n2_security_capabilities(const struct ue *ue)
{
    const struct nas_ue_security_capability *c = &ue->security_capability;
    return (struct ngap_ue_security_capabilities){
        .n_rencryption_algorithms = (uint16_t)((c->ea & 0x7f) << 9),
        .n_rintegrity_protection_algorithms = (uint16_t)((c->ia & 0x7f) << 9),
        .eutr_aencryption_algorithms = c->length > 2 ? (uint16_t)((c->eea & 0x7f) << 9) : 0,
        .eutr_aintegrity_protection_algorithms = c->length > 2 ? (uint16_t)((c->eia & 0x7f) << 9) : 0,
    };
}

struct ngap_allowed_nssai n2_allowed_nssai(const struct ue *ue, struct ngap_allowed_nssai_item *items)
{
    for (unsigned i = 0; i < ue->allowed_count; i++)
        items[i] = (struct ngap_allowed_nssai_item){.s_nssai = slice_to_ngap(ue->allowed[i])};
    return (struct ngap_allowed_nssai){items, ue->allowed_count};
}

struct ngap_allowed_nssai n2_allowed_nssai_at(const struct ue *ue, const struct gnb *gnb,
                                              struct ngap_allowed_nssai_item *items)
{
    struct ngap_allowed_nssai list = {items, 0};
    for (unsigned i = 0; i < ue->allowed_count; i++) {
        const struct shelter_question question = {LINE_HANDOVER, ue->supi, &ue->allowed[i], NULL};
        if (gnb->risk == CONFIG_TRUSTED || !shelter_covers(ue->core, &question))
            items[list.count++] = (struct ngap_allowed_nssai_item){.s_nssai = slice_to_ngap(ue->allowed[i])};
    }
    return list;
}

/* TS 38.413 9.3.1.54: the last four digits of the serial number and the software version are masked. */
bool n2_masked_imeisv(const struct ue *ue, uint64_t *masked)
{
    const char *digits = ue->imeisv;
    *masked = 0;
    for (unsigned i = 0; i < 16; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return false;
        *masked = *masked << 4 | (i >= 10 && i < 14 ? 0xf : (uint64_t)(digits[i] - '0'));
    }
    return true;
}

struct ngap_guami n2_guami(const struct core *core, struct config_plmn plmn)
{
    const struct config_network *network = &core->config->network;
    struct ngap_guami guami = {
        .amf_region_id = network->amf_region,
        .amf_set_id = network->amf_set,
        .amf_pointer = network->amf_pointer,
    };
    memcpy(guami.plmn_identity, plmn.octets, sizeof guami.plmn_identity);
    return guami;
}

static bool initial_context(struct ue *ue, const struct context_setup *setup, struct bytes nas)
{
    struct connection *connection = ue->connection;
    struct ngap_allowed_nssai_item allowed[UE_SLICES];
    struct ngap_pdu_session_resource_setup_item_cxt_req items[SMF_SESSIONS_PER_UE] = {0};
    struct ngap_ue_aggregate_maximum_bit_rate ambr = {ue->ambr_downlink, ue->ambr_uplink};
    struct ngap_initial_context_setup_request request = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .ue_aggregate_maximum_bit_rate = setup->count ? &ambr : NULL,
        .guami = n2_guami(ue->core, connection->selected),
        .allowed_nssai = n2_allowed_nssai(ue, allowed),
        .ue_security_capabilities = n2_security_capabilities(ue),
        .mobility_restriction_list = restriction_list(ue, connection->selected, &ue->core->batch),
        .ue_radio_capability = relay_capability(ue, connection->gnb->domain->name),
        .nas_pdu = nas,
    };
    for (unsigned i = 0; i < setup->count; i++) {
        items[i].pdu_session_id = setup->items[i].pdu_session_id;
        items[i].s_nssai = slice_to_ngap(setup->items[i].slice);
        items[i].pdu_session_resource_setup_request_transfer = setup->items[i].transfer;
    }
    if (setup->count)
        request.pdu_session_resource_setup_list_cxt_req.items = items;
    request.pdu_session_resource_setup_list_cxt_req.count = setup->count;
    request.has_masked_imeisv = n2_masked_imeisv(ue, &request.masked_imeisv);
    kdf_kgnb(ue->kamf, connection->kgnb_count, NAS_CONNECTION_3GPP, request.security_key);
    next_hop_begin(ue, request.security_key);
    core_dirty(ue->core, &ue->row);
    ue->areas_told = shelter_areas_digest(ue);
    bool sent = n2_send_ue(connection, NGAP_INITIAL_CONTEXT_SETUP_REQUEST, &request);
    OPENSSL_cleanse(request.security_key, sizeof request.security_key);
    connection->context_asked = sent;
    return sent;
}

static bool sessions_only(struct ue *ue, const struct context_setup *setup, struct bytes nas)
{
    struct connection *connection = ue->connection;
    struct ngap_pdu_session_resource_setup_item_su_req items[SMF_SESSIONS_PER_UE] = {0};
    struct ngap_ue_aggregate_maximum_bit_rate ambr = {ue->ambr_downlink, ue->ambr_uplink};
    struct ngap_pdu_session_resource_setup_request request = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .nas_pdu = nas,
        .pdu_session_resource_setup_list_su_req = {items, setup->count},
        .ue_aggregate_maximum_bit_rate = &ambr,
    };
    for (unsigned i = 0; i < setup->count; i++) {
        items[i].pdu_session_id = setup->items[i].pdu_session_id;
        items[i].s_nssai = slice_to_ngap(setup->items[i].slice);
        items[i].pdu_session_resource_setup_request_transfer = setup->items[i].transfer;
    }
    return n2_send_ue(connection, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST, &request);
}

bool context_setup_send(struct ue *ue, const struct context_setup *setup, struct bytes nas)
{
    if (!ue->connection || !nas.len)
        return false;
    if (!ue->connection->context_up)
        return initial_context(ue, setup, nas);
    return setup->count ? sessions_only(ue, setup, nas) : gmm_send_sealed(ue, nas);
}
