/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/reroute.h"

#include "kit/log.h"
#include "wire/ngap/ngap_calls.h"

enum { MESSAGE_BYTES = 4096 };

/* --- where to --- */

struct slices {
    struct config_slice items[NSSF_SLICES];
    unsigned count;
};

static bool lists(const struct config_slice *slices, unsigned count, struct config_slice slice)
{
    for (unsigned i = 0; i < count; i++) {
        if (config_slice_equal(slices[i], slice))
            return true;
    }
    return false;
}

static bool asks_for(const struct nas_nssai *requested, struct config_slice slice)
{
    for (size_t i = 0; requested && i < requested->count; i++) {
        if (config_slice_equal((struct config_slice){requested->items[i].sst, requested->items[i].sd}, slice))
            return true;
    }
    return false;
}

/* What it asks for and is entitled to; else what it has by default (TS 23.501 5.15.5.2.1). */
static struct slices wanted(const struct nas_nssai *requested, const struct udm_access *subscription)
{
    struct slices asked = {.count = 0}, initial = {.count = 0};
    for (unsigned i = 0; i < subscription->slice_count; i++) {
        const struct store_slice *slice = &subscription->slices[i];
        if (asks_for(requested, slice->slice) && asked.count < NSSF_SLICES)
            asked.items[asked.count++] = slice->slice;
        if (slice->is_default && initial.count < NSSF_SLICES)
            initial.items[initial.count++] = slice->slice;
    }
    return asked.count ? asked : initial;
}

static struct slices served(const struct slices *wanted, const struct config_slice *offered, unsigned count)
{
    struct slices served = {.count = 0};
    for (unsigned i = 0; i < wanted->count; i++) {
        if (lists(offered, count, wanted->items[i]))
            served.items[served.count++] = wanted->items[i];
    }
    return served;
}

static bool covers(const struct config_peer *peer, uint32_t tac)
{
    for (unsigned i = 0; i < peer->tac_count; i++) {
        if (peer->tacs[i] == tac)
            return true;
    }
    return false;
}

/* The one that serves the most of it; NO_PEER: none serves more than this core. */
static int choose_peer(const struct ue *ue, const struct slices *wanted, struct slices *allowed)
{
    const struct config *config = ue->core->config;
    const struct gnb_area *area = gnb_area_of(ue->connection->gnb, ue->tai);
    int chosen = NO_PEER;
    *allowed = served(wanted, area ? area->slices : NULL, area ? area->slice_count : 0);
    for (unsigned i = 0; i < config->peer_count; i++) {
        const struct config_peer *peer = &config->peers[i];
        struct slices there = served(wanted, peer->slices, peer->slice_count);
        if (peer->amf_set == config->network.amf_set || !covers(peer, ue->tai.tac) ||
            there.count <= allowed->count)
            continue;
        *allowed = there;
        chosen = (int)i;
    }
    return chosen;
}

/* --- Reroute NAS Request (TS 38.413 8.6.5) --- */

/* The Initial UE Message again, from what is known of it. Empty: it does not fit. */
static struct bytes initial_ue_message(const struct ue *ue, struct bytes pdu)
{
    const struct connection *connection = ue->connection;
    struct ngap_initial_ue_message message = {
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .nas_pdu = pdu,
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR},
        .rrc_establishment_cause = (enum ngap_rrc_establishment_cause)connection->establishment_cause,
        .has_ue_context_request = true,
        .has_selected_plmn_identity = true,
    };
    struct ngap_user_location_information_nr *nr =
        &message.user_location_information.user_location_information_nr;
    uint8_t *room = arena_alloc(&ue->core->batch, MESSAGE_BYTES);
    struct writer w = writer_of(room, room ? MESSAGE_BYTES : 0);
    memcpy(nr->tai.plmn_identity, ue->tai.plmn.octets, sizeof nr->tai.plmn_identity);
    memcpy(nr->nr_cgi.plmn_identity, ue->tai.plmn.octets, sizeof nr->nr_cgi.plmn_identity);
    nr->tai.tac = ue->tai.tac;
    nr->nr_cgi.nr_cell_identity = ue->cell;
    memcpy(message.selected_plmn_identity, connection->selected.octets,
           sizeof message.selected_plmn_identity);
    return ngap_encode_initial_ue_message(&w, &message, NULL) ? writer_bytes(&w) : (struct bytes){0};
}

static bool ask_gnb(struct ue *ue, unsigned peer, const struct slices *allowed, struct bytes pdu)
{
    struct connection *connection = ue->connection;
    struct ngap_allowed_nssai_item items[NSSF_SLICES];
    const struct ngap_reroute_nas_request request = {
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .has_amf_ue_ngap_id = true,
        .ngap_message = initial_ue_message(ue, pdu),
        .amf_set_id = ue->core->config->peers[peer].amf_set,
        .allowed_nssai = {items, allowed->count},
    };
    for (unsigned i = 0; i < allowed->count; i++)
        items[i] = (struct ngap_allowed_nssai_item){.s_nssai = slice_to_ngap(allowed->items[i])};
    return request.ngap_message.len && n2_send_ue(connection, NGAP_REROUTE_NAS_REQUEST, &request);
}

bool reroute(struct procedure *p, const struct reroute *question)
{
    struct ue *ue = p->owner;
    char context[UE_CONTEXT_TEXT];
    struct slices all = wanted(question->requested, question->subscription), allowed;
    int peer =
        ue->connection->rerouted || ue->connection->context_up ? NO_PEER : choose_peer(ue, &all, &allowed);
    if (peer == NO_PEER)
        return false;
    const char *name = peer_name(ue->core, (unsigned)peer);
    if (!peer_answers(p, (unsigned)peer)) {
        log_warning("amf", ue_context_text(ue, context), "stays: %s, which has its slices, does not answer",
                    name);
        return false;
    }
    if (!ask_gnb(ue, (unsigned)peer, &allowed, question->pdu))
        return false;
    log_info("amf", ue_context_text(ue, context), "is sent to %s, which has its slices", name);
    ue->core->metrics.registrations_rerouted++;
    connection_free(ue->connection);
    return true;
}
