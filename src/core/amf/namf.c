/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Namf_Communication (TS 29.518) for other cores: a phone's context for the core to which it has moved (TS 23.502 4.2.2.2.2,
 * steps 4, 5 and 10), and messages for phones served here whose sessions are anchored there (4.2.3.3).
 */
#include <openssl/crypto.h>
#include <stdio.h>

#include "core/amf/away.h"
#include "core/amf/gmm.h"
#include "core/amf/namf.h"
#include "core/amf/relay.h"
#include "core/amf/relocation.h"
#include "core/peer/fields.h"
#include "core/peer/relocation.h"
#include "core/peer/services.h"
#include "core/smf/nsmf.h"
#include "core/smf/remote.h"
#include "core/smf/sm_names.h"
#include "crypt/kdf.h"
#include "crypt/nas_security.h"
#include "crypt/random.h"
#include "kit/log.h"

/* Whom UeContextId names: by a 5G-GUTI of ours, or by SUPI. */
static struct ue *ue_named(struct core *core, const char *id)
{
    const struct config_network *own = &core->config->network;
    struct nas_guti guti;
    if (!guti_of_ue_context_id(id, &guti))
        return amf_find(core, supi_of_text(id));
    if (guti.amf_region_id != own->amf_region || guti.s_tmsi.amf_set_id != own->amf_set ||
        guti.s_tmsi.amf_pointer != own->amf_pointer)
        return NULL;
    return ue_by_tmsi(core, guti.s_tmsi.tmsi);
}

/* --- UEContextTransfer --- */

/* The complete registration request, which only this phone can have protected, and which has not been heard before
 * (TS 33.501 6.9.3). */
static bool phone_asks(struct ue *ue, struct bytes pdu)
{
    struct nas_opened opened;
    uint8_t *buffer = arena_alloc(&ue->core->batch, pdu.len);
    if (!pdu.len || !buffer || ue->security.ngksi == NAS_KSI_NONE ||
        nas_unprotect(&ue->security, pdu, buffer, pdu.len, &opened) != NAS_ACCEPTED)
        return false;
    core_dirty(ue->core, &ue->row);
    return nas_peek(opened.message) == NAS_REGISTRATION_REQUEST;
}

static void tell_keys(const struct ue *ue, struct moved_context *context)
{
    context->has_keys = true;
    context->keys = (struct moved_keys){
        .ngksi = ue->security.ngksi,
        .nia = ue->security.nia,
        .nea = ue->security.nea,
        .uplink = ue->security.uplink,
        .downlink = ue->security.downlink,
    };
    memcpy(context->keys.kamf, ue->kamf, sizeof context->keys.kamf);
}

/* The peer gets a key from which this core's cannot be had; the phone derives the same (TS 33.501 6.9.3, A.13). */
static void derive_key(const struct ue *ue, struct moved_keys *keys)
{
    keys->derived = true;
    kdf_kamf_prime(ue->kamf, KDF_IDLE_MOBILITY, ue->security.uplink - 1, keys->kamf);
    keys->uplink = keys->downlink = 0;
}

static void tell(struct ue *ue, struct moved_context *context)
{
    context->supi = ue->supi;
    context->ambr_uplink = ue->ambr_uplink;
    context->ambr_downlink = ue->ambr_downlink;
    context->capability = ue->security_capability;
    memcpy(context->pei, ue->imeisv, sizeof context->pei);
    memcpy(context->allowed, ue->allowed, sizeof context->allowed);
    context->allowed_count = ue->allowed_count;
    nsmf_list(ue, context);
    remote_list(ue, context);
}

/* What is given out lets the asker speak for the phone's sessions, so it is given out under a number of its own. */
void context_give(struct ue *ue, unsigned peer, bool keys, struct moved_context *context)
{
    if (!ue->nonce)
        ue->nonce = (uint32_t)random_u64(ue->core->random) | 1;
    ue->asked_by = (int)peer;
    core_dirty(ue->core, &ue->row);
    *context = (struct moved_context){0};
    tell(ue, context);
    if (keys)
        tell_keys(ue, context);
}

static void give(struct peer_request *request, struct ue *ue, bool keys)
{
    struct moved_context context;
    struct sbi_content content = {0};
    context_give(ue, request->peer, keys, &context);
    if (keys && request->core->config->peers[request->peer].new_key)
        derive_key(ue, &context.keys);
    content.json = json_pack("{s:o}", "ueContext", ue_context_write(&context));
    struct bytes capability = relay_capability(ue, peer_name(ue->core, request->peer));
    if (capability.len)
        json_object_set_new(content.json, "ueRadioCapability",
                            json_n2_info(&content, &request->core->batch, "UE_RADIO_CAPABILITY", capability));
    peer_reply(request, &content);
    OPENSSL_cleanse(&context, sizeof context);
}

static void transfer(struct peer_request *request, struct ue *ue)
{
    const json_t *json = request->content.json;
    const char *reason = json_string_value(json_object_get(json, "reason"));
    const json_t *asked = json_object_get(json, "regRequest");
    if (!ue->registered)
        peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
    else if (reason && strcmp(reason, "MOBI_REG_UE_VALIDATED") == 0)
        give(request, ue, false);
    else if (phone_asks(ue, sbi_content_part(&request->content, asked, "n1MessageContent")))
        give(request, ue, true);
    else
        peer_refuse(request, 403, "INTEGRITY_CHECK_FAIL");
}

/* --- RegistrationStatusUpdate --- */

/* Again after it was done: the answer was lost. */
static bool already_there(const struct ue *ue, unsigned peer)
{
    return ue->away && amf_is_away(ue, peer);
}

bool context_given(const struct ue *ue, unsigned peer)
{
    return already_there(ue, peer) || ue->asked_by == (int)peer;
}

static uint16_t sessions_kept(const json_t *released)
{
    const json_t *item;
    uint16_t kept = UINT16_MAX;
    size_t i;
    json_array_foreach(released, i, item)
    {
        json_int_t psi = json_integer_value(item);
        if (psi > 0 && psi <= SMF_SESSIONS_PER_UE)
            kept &= (uint16_t) ~(1u << psi);
    }
    return kept;
}

void context_let_go(struct ue *ue, unsigned peer, const json_t *released)
{
    uint16_t kept = sessions_kept(released);
    if (already_there(ue, peer))
        return;
    remote_forget_all(ue);
    ue_goes_away(ue, peer);
    if (kept != UINT16_MAX)
        smf_keep_only(ue, kept);
}

static void transfer_update(struct peer_request *request, struct ue *ue)
{
    const char *status = json_string_value(json_object_get(request->content.json, "transferStatus"));
    struct sbi_content content = {0};
    bool transferred = status && strcmp(status, "TRANSFERRED") == 0;
    if (!context_given(ue, request->peer)) {
        peer_refuse(request, 403, "MODIFICATION_NOT_ALLOWED");
        return;
    }
    if (transferred) {
        procedure_cancel(ue->handover, "another core serves the phone");
        context_let_go(ue, request->peer, json_object_get(request->content.json, "toReleaseSessionList"));
    }
    ue->asked_by = NO_PEER;
    content.json = json_pack("{s:b}", "regStatusTransferComplete", transferred);
    peer_reply(request, &content);
}

/* --- N1N2MessageTransfer --- */

static bool read_n2(const struct peer_request *request, struct n1n2_message *message)
{
    const json_t *container = json_object_get(request->content.json, "n2InfoContainer");
    const json_t *sm = json_object_get(container, "smInfo");
    const json_t *info = json_object_get(sm, "n2InfoContent");
    int kind;
    if (!container)
        return true;
    if (!value_of_name(n2_request_names, json_string_value(json_object_get(info, "ngapIeType")), &kind) ||
        !field_slice(sm, "sNssai", &message->slice))
        return false;
    message->n2 = (enum n2_request)kind;
    message->n2_transfer = sbi_content_part(&request->content, info, "ngapData");
    return message->n2_transfer.len != 0;
}

static bool read_message(const struct peer_request *request, struct n1n2_message *message)
{
    const json_t *json = request->content.json;
    uint64_t psi;
    if (!field_uint(json, "pduSessionId", SMF_SESSIONS_PER_UE, &psi) || psi == 0 ||
        !read_n2(request, message))
        return false;
    message->pdu_session_id = (uint8_t)psi;
    message->n1 =
        sbi_content_part(&request->content, json_object_get(json, "n1MessageContainer"), "n1MessageContent");
    return true;
}

/* Of the phone, not of a session: what gNBs say to each other in a handover. */
static bool is_ran_information(const struct peer_request *request)
{
    const json_t *container = json_object_get(request->content.json, "n2InfoContainer");
    const char *class = json_string_value(json_object_get(container, "n2InformationClass"));
    return class && strcmp(class, "RAN") == 0;
}

static void n1_n2_messages(struct peer_request *request, struct ue *ue)
{
    struct n1n2_message message = {0};
    struct sbi_content content = {0};
    if (is_ran_information(request)) {
        relocation_status_take(request, ue);
        return;
    }
    if (!read_message(request, &message)) {
        peer_refuse(request, 400, "MANDATORY_IE_INCORRECT");
        return;
    }
    switch (remote_transfer(ue, request->peer, &message)) {
    case AMF_SENT:
        content.json = json_pack("{s:s}", "cause", "N1_N2_TRANSFER_INITIATED");
        break;
    case AMF_PAGING:
        content.json = json_pack("{s:s}", "cause", "ATTEMPTING_TO_REACH_UE");
        break;
    case AMF_UNREACHABLE:
        peer_refuse(request, 504, "UE_NOT_REACHABLE");
        return;
    }
    peer_reply(request, &content);
}

/* --- dispatch: POST NAMF_CONTEXTS {ueContextId}/{operation}, PUT NAMF_CONTEXTS {ueContextId} --- */

static const struct {
    const char *name;
    void (*serve)(struct peer_request *request, struct ue *ue);
} operations[] = {
    {"transfer", transfer},
    {"transfer-update", transfer_update},
    {"n1-n2-messages", n1_n2_messages},
    {"release", relocation_release},
};

static void serve(struct peer_request *request, struct ue *ue, const char *operation)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (strcmp(operations[i].name, operation) != 0)
            continue;
        if (ue)
            operations[i].serve(request, ue);
        else
            peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
        return;
    }
    peer_refuse(request, 404, "RESOURCE_URI_STRUCTURE_NOT_FOUND");
}

void namf_communication(struct peer_request *request)
{
    char id[UE_CONTEXT_ID_BYTES];
    bool creates = request->message->method == SBI_PUT;
    const char *slash = strchr(request->rest, '/');
    size_t length = slash ? (size_t)(slash - request->rest) : strlen(request->rest);
    if (creates == (slash != NULL) || length >= sizeof id) {
        peer_refuse(request, 404, "RESOURCE_URI_STRUCTURE_NOT_FOUND");
        return;
    }
    snprintf(id, sizeof id, "%.*s", (int)length, request->rest);
    if (creates)
        relocation_create(request, id);
    else
        serve(request, ue_named(request->core, id), slash + 1);
}
