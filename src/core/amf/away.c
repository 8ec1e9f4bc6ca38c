/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/away.h"

#include <openssl/crypto.h>

#include "core/amf/gmm.h"
#include "core/peer/fields.h"
#include "core/peer/services.h"
#include "core/smf/sm_names.h"
#include "kit/log.h"

/* --- whether it is away --- */

static void end_if_empty(struct timer *timer)
{
    struct ue *ue = (struct ue *)((char *)timer - offsetof(struct ue, timer));
    if (!smf_sessions(ue))
        ue_remove(ue, N2_NAS(UNSPECIFIED));
}

void ue_watch_away(struct ue *ue)
{
    ue->timer.fire = end_if_empty;
    timer_start(ue->core->timers, &ue->timer, 0);
}

void ue_goes_away(struct ue *ue, unsigned peer)
{
    struct core *core = ue->core;
    char context[UE_CONTEXT_TEXT];
    log_info("amf", ue_context_text(ue, context), "is served by %s from now on", peer_name(core, peer));
    procedure_cancel(ue->procedure, "another core serves the phone");
    if (ue->connection)
        n2_release(ue->connection, N2_RADIO(RELEASE_DUE_TO_CN_DETECTED_MOBILITY));
    ue->kept.association = 0;
    smf_handover_away(ue);
    ue_forget_tmsi(ue);
    ue->away = peer_amf_id(core, peer);
    ue->asked_by = NO_PEER;
    ue->registered = false;
    OPENSSL_cleanse(&ue->security, sizeof ue->security);
    OPENSSL_cleanse(ue->kamf, sizeof ue->kamf);
    OPENSSL_cleanse(ue->nh, sizeof ue->nh);
    ue->security.ngksi = NAS_KSI_NONE;
    held_nas_drop(ue);
    core_dirty(core, &ue->row);
    ue_watch_away(ue);
}

void ue_comes_back(struct ue *ue)
{
    ue->away = NOT_AWAY;
    ue->nonce = 0;
    ue->asked_by = NO_PEER;
}

bool ue_stays_away(struct ue *ue, struct absence before)
{
    int peer = before.away ? peer_of_amf(ue->core, before.away) : NO_PEER;
    if (peer == NO_PEER)
        return false;
    ue->nonce = before.nonce;
    ue_goes_away(ue, (unsigned)peer);
    return true;
}

uint32_t amf_nonce(const struct ue *ue)
{
    return ue->nonce;
}

bool amf_is_away(const struct ue *ue, unsigned peer)
{
    return ue->away == peer_amf_id(ue->core, peer);
}

void amf_take_away(struct ue *ue, unsigned peer)
{
    if (!amf_is_away(ue, peer))
        ue_goes_away(ue, peer);
}

/* --- what its sessions have to say --- */

static void delivered(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                      const struct sbi_message *response)
{
    struct ue *ue = amf_find(core, supi);
    (void)psi;
    if (ue && ue->away && amf_is_away(ue, peer) && (!response || !sbi_succeeded(response)))
        smf_unreachable(ue);
}

static json_t *sm_container(struct sbi_content *content, struct arena *arena,
                            const struct n1n2_message *message)
{
    const char *type = name_of_value(n2_request_names, (int)message->n2);
    return json_pack("{s:s, s:{s:i, s:o, s:{s:s, s:o}}}", "n2InformationClass", "SM", "smInfo",
                     "pduSessionId", message->pdu_session_id, "sNssai", json_slice(message->slice),
                     "n2InfoContent", "ngapIeType", type, "ngapData",
                     sbi_content_add(content, arena, SBI_NGAP, message->n2_transfer));
}

/* N1N2MessageTransferReqData (TS 29.518 6.1.6.2.18). Neither message: downlink data waits. */
static bool post(struct ue *ue, const struct n1n2_message *message)
{
    struct core *core = ue->core;
    struct arena *arena = &core->batch;
    struct sbi_content content = {.json = json_pack("{s:i}", "pduSessionId", message->pdu_session_id)};
    struct sbi_message request;
    char path[PEER_PATH_BYTES], supi[SUPI_TEXT_BYTES];
    int peer = peer_of_amf(core, ue->away);
    if (message->n1.len)
        json_object_set_new(content.json, "n1MessageContainer",
                            json_pack("{s:s, s:o}", "n1MessageClass", "SM", "n1MessageContent",
                                      sbi_content_add(&content, arena, SBI_5GNAS, message->n1)));
    if (message->n2 != N2_NONE)
        json_object_set_new(content.json, "n2InfoContainer", sm_container(&content, arena, message));
    snprintf(path, sizeof path, NAMF_CONTEXTS "%s/n1-n2-messages", supi_text(ue->supi, supi));
    return peer_request(core, path, &content, &request) && peer != NO_PEER &&
           peer_post(core, (unsigned)peer, &request, delivered, ue->supi, message->pdu_session_id);
}

enum amf_delivery away_transfer(struct ue *ue, const struct n1n2_message *message)
{
    return post(ue, message) ? AMF_SENT : AMF_UNREACHABLE;
}

bool away_page(struct ue *ue, uint8_t pdu_session_id)
{
    return post(ue, &(struct n1n2_message){.pdu_session_id = pdu_session_id});
}

/* SMContextStatusNotification (TS 29.502 6.1.6.2.8). */
void amf_session_ended(struct ue *ue, uint8_t pdu_session_id, bool tell)
{
    struct core *core = ue->core;
    if (!ue->away)
        return;
    struct sbi_content content = {.json = json_pack("{s:{s:s}}", "statusInfo", "resourceStatus", "RELEASED")};
    struct sbi_message request;
    char path[PEER_PATH_BYTES], supi[SUPI_TEXT_BYTES];
    int peer = peer_of_amf(core, ue->away);
    snprintf(path, sizeof path, STATUS_NOTIFY "%s/%u", supi_text(ue->supi, supi), pdu_session_id);
    if (peer_request(core, path, &content, &request) && tell && peer != NO_PEER)
        peer_tell(core, (unsigned)peer, &request);
    if (!ue->dead)
        ue_watch_away(ue);
}
