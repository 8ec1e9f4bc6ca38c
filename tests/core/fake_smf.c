/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the SMF where only the AMF is looked at: sessions exist as soon as a phone asks, and have no plane. */
#include <stdlib.h>

#include "amf_world.h"
#include "core/cause.h"
#include "core/peer/services.h"
#include "core/smf/nsmf.h"
#include "core/smf/remote_tunnel.h"
#include "core/smf/smf.h"

struct session {
    uint16_t exist, active, pending;
};

static const uint8_t octet[] = {0};

static struct session *sessions_of(struct ue *ue)
{
    if (!ue->sessions)
        ue->sessions = calloc(1, sizeof *ue->sessions);
    return ue->sessions;
}

enum smf_verdict smf_n1_message(struct ue *ue, const struct smf_n1 *message)
{
    sessions_of(ue)->exist |= (uint16_t)(1u << message->pdu_session_id);
    sessions_of(ue)->active |= (uint16_t)(1u << message->pdu_session_id);
    world_now->transfers++;
    return SMF_TAKEN;
}

void world_session(struct world *world, unsigned phone, uint8_t pdu_session_id)
{
    assert_int_equal(
        smf_n1_message(world_ue(world, phone), &(struct smf_n1){.pdu_session_id = pdu_session_id}),
        SMF_TAKEN);
}

void smf_subscriber_noted(struct core *core, const char *supi)
{
    (void)core, (void)supi;
}

void smf_n2_response(struct ue *ue, uint8_t pdu_session_id, enum n2_answer kind, struct bytes transfer)
{
    (void)ue, (void)pdu_session_id, (void)kind, (void)transfer;
    world_now->answers++;
}

struct bytes smf_modify_indication_unsuccessful(struct core *core, struct ngap_cause cause)
{
    (void)core, (void)cause;
    return BYTES(octet);
}

bool smf_modify_indicated(struct ue *ue, uint8_t pdu_session_id, struct bytes transfer, struct bytes *answer)
{
    bool active = pdu_session_id < 16 && smf_active(ue) >> pdu_session_id & 1;
    (void)transfer;
    *answer = BYTES(octet);
    world_now->answers += active;
    return active;
}

bool smf_switch_path(struct ue *ue, struct bytes transfer, struct smf_switch *item)
{
    item->policy_differs = transfer.len && transfer.data[0] == FAKE_OTHER_POLICY;
    bool active = item->pdu_session_id < 16 && sessions_of(ue)->active >> item->pdu_session_id & 1;
    item->answer =
        active ? BYTES(octet)
               : smf_path_switch_unsuccessful(
                     ue->core,
                     (struct ngap_cause){.which = NGAP_CAUSE_RADIO_NETWORK,
                                         .radio_network = NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_PDU_SESSION_ID});
    return active;
}

void smf_switch_end(struct ue *ue, const struct smf_switch *items, unsigned count, bool done)
{
    (void)ue, (void)items;
    world_now->switched += done ? count : 0;
}

struct bytes smf_resource_release(struct core *core)
{
    static const uint8_t transfer[] = {0x10};
    (void)core;
    return BYTES(transfer);
}

struct bytes smf_path_switch_unsuccessful(struct core *core, struct ngap_cause cause)
{
    uint8_t buffer[16];
    struct writer writer = writer_of(buffer, sizeof buffer);
    struct fault fault;
    struct ngap_path_switch_request_unsuccessful_transfer transfer = {cause};
    assert_true(ngap_encode_path_switch_request_unsuccessful_transfer(&writer, &transfer, &fault));
    return arena_copy(&core->batch, writer_bytes(&writer));
}

unsigned smf_activate(struct ue *ue, uint16_t wanted, struct smf_setup_item items[SMF_SESSIONS_PER_UE])
{
    (void)items;
    sessions_of(ue)->active |= wanted & sessions_of(ue)->exist;
    sessions_of(ue)->pending = 0;
    world_now->activations++;
    return 0;
}

void smf_deactivate(struct ue *ue, uint16_t which)
{
    sessions_of(ue)->active &= (uint16_t)~which;
}

uint16_t smf_sessions(const struct ue *ue)
{
    return ue->sessions ? ue->sessions->exist : 0;
}

uint16_t smf_active(const struct ue *ue)
{
    return ue->sessions ? ue->sessions->active : 0;
}

uint16_t smf_pending(const struct ue *ue)
{
    return ue->sessions ? ue->sessions->pending : 0;
}

void smf_keep_only(struct ue *ue, uint16_t existing)
{
    sessions_of(ue)->exist &= existing;
}

void smf_release_all(struct ue *ue)
{
    free(ue->sessions);
    ue->sessions = NULL;
    world_now->releases++;
}

void smf_reachable(struct ue *ue)
{
    (void)ue;
    world_now->reachable++;
}

bool world_data_waits(struct world *world, unsigned phone, uint8_t pdu_session_id)
{
    struct ue *ue = world_ue(world, phone);
    sessions_of(ue)->exist |= (uint16_t)(1u << pdu_session_id);
    sessions_of(ue)->pending |= (uint16_t)(1u << pdu_session_id);
    bool paged = amf_page(ue, pdu_session_id);
    world_run(world);
    return paged;
}

void smf_unreachable(struct ue *ue)
{
    sessions_of(ue)->pending = 0;
    world_now->unreachable++;
}

bool smf_view(const struct ue *ue, uint8_t pdu_session_id, struct smf_session_view *view)
{
    *view = (struct smf_session_view){.arp = pdu_session_id,
                                      .slice = world_now->session_slice,
                                      .dnn = pdu_session_id == world_now->police ? "police" : "internet"};
    return smf_sessions(ue) & (1u << pdu_session_id);
}

bool smf_start(struct core *core, const char **why)
{
    (void)core, (void)why;
    return true;
}

void smf_stop(struct core *core)
{
    size_t cursor = 0;
    void *ue;
    uint64_t supi;
    while (map_next(&core->ues_by_supi, &cursor, &supi, &ue)) {
        free(((struct ue *)ue)->sessions);
        ((struct ue *)ue)->sessions = NULL;
    }
}

bool remote_admits_handover(const struct ue *ue, const struct gnb *gnb, struct bytes acknowledge)
{
    (void)ue, (void)gnb, (void)acknowledge;
    return true;
}

bool remote_admits_switch(const struct ue *ue, const struct gnb *gnb, struct bytes transfer)
{
    (void)ue, (void)gnb, (void)transfer;
    return true;
}

void remote_check_answer(const struct ue *ue, enum n2_answer *kind, struct bytes *transfer)
{
    (void)ue, (void)kind, (void)transfer;
}

unsigned smf_addresses_resting(const struct core *core)
{
    (void)core;
    return 0;
}

void smf_reload(struct core *core)
{
    (void)core;
}

void smf_pfcp(struct core *core, const union socket_address *peer, struct bytes datagram)
{
    (void)core, (void)peer, (void)datagram;
}

void smf_subscription_changed(struct ue *ue)
{
    (void)ue;
}

/* --- there are no other cores --- */

unsigned nsmf_list(struct ue *ue, struct moved_context *context)
{
    (void)ue, (void)context;
    return 0;
}

void nsmf_pdu_session(struct peer_request *request)
{
    peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
}

void nsmf_n1n2_failure(struct peer_request *request)
{
    peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
}

/* --- handover --- */

struct bytes smf_handover_unsuccessful(struct core *core, struct ngap_cause cause)
{
    uint8_t buffer[16];
    struct writer writer = writer_of(buffer, sizeof buffer);
    struct fault fault;
    struct ngap_handover_preparation_unsuccessful_transfer transfer = {cause};
    assert_true(ngap_encode_handover_preparation_unsuccessful_transfer(&writer, &transfer, &fault));
    return arena_copy(&core->batch, writer_bytes(&writer));
}

struct bytes smf_transfer_anew(struct core *core, const struct aper_type *type, struct bytes transfer)
{
    (void)core, (void)type;
    return transfer;
}

bool smf_handover_prepare(struct ue *ue, struct bytes required, struct smf_handover *item)
{
    (void)required;
    bool active = item->pdu_session_id < 16 && sessions_of(ue)->active >> item->pdu_session_id & 1;
    item->slice = (struct config_slice){1, CONFIG_NO_SD};
    item->transfer =
        active ? BYTES(octet) : smf_handover_unsuccessful(ue->core, N2_RADIO(UNKNOWN_PDU_SESSION_ID));
    return active;
}

bool smf_handover_admitted(struct ue *ue, struct bytes acknowledge, struct smf_handover *item)
{
    (void)ue, (void)acknowledge;
    item->admitted = true;
    item->forwards = world_now->forwarding_waits;
    return true;
}

bool smf_handover_ready(const struct ue *ue, const struct smf_handover *item)
{
    (void)ue, (void)item;
    return !world_now->forwarding_waits;
}

struct bytes smf_handover_command(const struct ue *ue, const struct smf_handover *item)
{
    (void)ue, (void)item;
    return BYTES(octet);
}

void smf_handover_complete(struct ue *ue, const struct smf_handover *item)
{
    (void)ue, (void)item;
    world_now->switched++;
}

void smf_handover_away(struct ue *ue)
{
    smf_deactivate(ue, smf_active(ue));
}

void smf_handover_stayed(struct ue *ue)
{
    (void)ue;
}

void smf_handover_cancelled(struct ue *ue, const struct smf_handover *item)
{
    (void)ue, (void)item;
    world_now->cancelled++;
}
