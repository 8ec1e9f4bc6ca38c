/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/context_transfer.h"

#include <stdio.h>

#include "core/amf/relay.h"
#include "core/peer/fields.h"
#include "core/peer/services.h"
#include "core/smf/remote.h"
#include "crypt/nas_security.h"
#include "kit/log.h"

static bool request_transfer(struct core *core, const struct context_transfer *transfer, struct bytes pdu,
                             struct sbi_message *request)
{
    struct sbi_content content = {0};
    char path[PEER_PATH_BYTES];
    snprintf(path, sizeof path, NAMF_CONTEXTS "%s/transfer", transfer->id);
    content.json = json_pack("{s:s, s:s, s:{s:s, s:o}}", "reason", "MOBI_REG", "accessType", "3GPP_ACCESS",
                             "regRequest", "n1MessageClass", "5GMM", "n1MessageContent",
                             sbi_content_add(&content, &core->batch, SBI_5GNAS, pdu));
    return peer_request(core, path, &content, request);
}

static bool take_answer(struct procedure *p, struct context_transfer *transfer,
                        const struct sbi_message *response)
{
    const char *peer = peer_name(p->core, transfer->peer);
    struct sbi_content content = {0};
    struct fault fault = {.what = "no answer"};
    const char *why = NULL;
    char cause[64];
    if (response && !sbi_succeeded(response)) {
        log_info("amf", NULL, "%s does not give the phone's context: %u %s", peer, response->status,
                 sbi_problem_cause(response, cause, sizeof cause));
        return false;
    }
    if (!response || !sbi_content_read(response, &p->memory, &content, &fault)) {
        log_warning("amf", NULL, "%s does not give the phone's context: %s", peer, fault.what);
        return false;
    }
    bool read = ue_context_read(json_object_get(content.json, "ueContext"), &transfer->context, &why);
    if (!read)
        log_warning("amf", NULL, "%s gives no context of the phone: %s", peer, why);
    struct bytes capability =
        sbi_content_part(&content, json_object_get(content.json, "ueRadioCapability"), "ngapData");
    if (read)
        relay_keep_capability(p->owner, NULL, peer, capability, (struct bytes){0});
    sbi_content_free(&content);
    return read;
}

struct context_transfer *context_transfer(struct procedure *p, const struct nas_mobile_identity *identity,
                                          struct bytes pdu)
{
    struct sbi_message request;
    int peer = identity->type == NAS_GUTI ? peer_of_guti(p->core, &identity->guti) : NO_PEER;
    struct context_transfer *transfer =
        peer == NO_PEER ? NULL : ARENA_NEW(&p->memory, struct context_transfer);
    if (!transfer)
        return NULL;
    transfer->peer = (unsigned)peer;
    ue_context_id_of_guti(&identity->guti, transfer->id);
    if (!request_transfer(p->core, transfer, pdu, &request) ||
        !take_answer(p, transfer, peer_ask(p, transfer->peer, &request)))
        return NULL;
    return transfer;
}

static bool configured(const uint8_t *algorithms, unsigned count, uint8_t algorithm)
{
    return count && memchr(algorithms, algorithm, count) != NULL;
}

static bool good_enough(const struct core *core, const struct moved_keys *keys)
{
    const struct config_security *allowed = &core->config->amf.security;
    return !keys->derived && keys->uplink != 0 && keys->uplink < NAS_COUNT_RENEW &&
           keys->downlink < NAS_COUNT_RENEW &&
           configured(allowed->integrity, allowed->integrity_count, keys->nia) &&
           configured(allowed->ciphering, allowed->ciphering_count, keys->nea);
}

/* The registration request was the last message that the old core has counted. */
static bool phone_has(const struct ue *ue, struct nas_security *security, struct bytes pdu)
{
    struct nas_opened opened;
    uint8_t *buffer = arena_alloc(&ue->core->batch, pdu.len);
    return buffer && nas_unprotect(security, pdu, buffer, pdu.len, &opened) == NAS_ACCEPTED;
}

bool context_transfer_take_keys(struct ue *ue, const struct context_transfer *transfer, struct bytes pdu)
{
    const struct moved_keys *keys = &transfer->context.keys;
    struct nas_security security;
    if (!transfer->context.has_keys || !good_enough(ue->core, keys))
        return false;
    nas_security_start(&security, NAS_NETWORK, keys->kamf, keys->nia, keys->nea, keys->ngksi);
    security.uplink = keys->uplink - 1;
    security.downlink = keys->downlink;
    if (!phone_has(ue, &security, pdu)) {
        log_warning("amf", NULL, "%s gives keys that the phone does not have",
                    peer_name(ue->core, transfer->peer));
        return false;
    }
    ue->security = security;
    ue->downlink_reserved = keys->downlink;
    memcpy(ue->kamf, keys->kamf, sizeof ue->kamf);
    ue->keyed = core_wall(ue->core);
    memcpy(ue->imeisv, transfer->context.pei, sizeof ue->imeisv);
    ue->security_capability = transfer->context.capability;
    ue->connection->secured = true;
    ue->connection->kgnb_count = security.uplink - 1;
    return true;
}

bool context_transfer_new_key(const struct context_transfer *transfer, struct proof *proof)
{
    const struct moved_keys *keys = &transfer->context.keys;
    if (!transfer->context.has_keys || !keys->derived)
        return false;
    *proof = (struct proof){.supi = transfer->context.supi, .ngksi = keys->ngksi, .derived = true};
    memcpy(proof->kamf, keys->kamf, sizeof proof->kamf);
    return true;
}

static void take_session(struct ue *ue, const struct context_transfer *transfer,
                         const struct moved_session *session)
{
    char context[UE_CONTEXT_TEXT];
    const char *path;
    bool own;
    int peer = peer_of_uri(ue->core, session->uri, &own, &path);
    size_t prefix = strlen(NSMF_CONTEXTS);
    if (own)
        return; /* it has been here all the time */
    if (peer == NO_PEER || strncmp(path, NSMF_CONTEXTS, prefix) != 0 ||
        !remote_add(ue, (unsigned)peer, session, path + prefix))
        log_warning("amf", ue_context_text(ue, context), "PDU session %u of %s cannot be taken over",
                    session->psi, peer_name(ue->core, transfer->peer));
}

void context_transfer_take_sessions(struct ue *ue, const struct context_transfer *transfer)
{
    for (unsigned i = 0; i < transfer->context.session_count; i++)
        take_session(ue, transfer, &transfer->context.sessions[i]);
}

static void tell_status(struct core *core, const struct context_transfer *transfer, const char *status)
{
    struct sbi_content content = {.json = json_pack("{s:s}", "transferStatus", status)};
    struct sbi_message request;
    char path[PEER_PATH_BYTES];
    snprintf(path, sizeof path, NAMF_CONTEXTS "%s/transfer-update", transfer->id);
    if (peer_request(core, path, &content, &request))
        peer_tell(core, transfer->peer, &request);
}

void context_transfer_done(struct core *core, const struct context_transfer *transfer)
{
    tell_status(core, transfer, "TRANSFERRED");
}

void context_transfer_refuse(struct core *core, const struct context_transfer *transfer)
{
    tell_status(core, transfer, "NOT_TRANSFERRED");
}
