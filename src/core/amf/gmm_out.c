/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>

#include "core/amf/gmm.h"
#include "crypt/random.h"
#include "kit/log.h"

enum { MESSAGE_BYTES = 4096, COUNT_MARGIN = 64, SEQUENCE_NUMBERS = 256 };

static struct bytes encode(struct ue *ue, const struct nas_message *message)
{
    uint8_t *buffer = arena_alloc(&ue->core->batch, MESSAGE_BYTES);
    struct writer writer = writer_of(buffer, buffer ? MESSAGE_BYTES : 0);
    if (buffer && nas_encode(message, &writer)) {
        if (ue->connection)
            gmm_show(ue->connection->gnb, false, writer_bytes(&writer));
        return writer_bytes(&writer);
    }
    log_error("amf", NULL, "%s cannot be encoded", nas_message_name(message->type));
    return (struct bytes){0};
}

/* The stored row promises that no COUNT below downlink_reserved is used again with these keys. */
static void reserve_count(struct ue *ue, const struct nas_security *security)
{
    if (security != &ue->security || security->downlink + COUNT_MARGIN / 2 < ue->downlink_reserved)
        return;
    ue->downlink_reserved = security->downlink + COUNT_MARGIN;
    core_dirty(ue->core, &ue->row);
}

uint32_t gmm_use_count(struct ue *ue)
{
    reserve_count(ue, &ue->security);
    return ue->security.downlink++;
}

static struct bytes protect(struct ue *ue, struct nas_security *security, uint8_t header, struct bytes plain)
{
    size_t size = plain.len + NAS_ENVELOPE_BYTES;
    uint8_t *buffer = plain.len ? arena_alloc(&ue->core->batch, size) : NULL;
    struct writer writer = writer_of(buffer, buffer ? size : 0);
    if (!buffer)
        return (struct bytes){0};
    reserve_count(ue, security);
    enum nas_verdict verdict = nas_protect(security, header, plain, &writer);
    if (verdict == NAS_ACCEPTED)
        return writer_bytes(&writer);
    log_error("amf", NULL, "%s cannot be protected: %s", nas_message_name(nas_peek(plain)),
              nas_verdict_name(verdict));
    return (struct bytes){0};
}

struct bytes gmm_seal_with(struct ue *ue, struct nas_security *security, uint8_t header,
                           const struct nas_message *message)
{
    return protect(ue, security, header, encode(ue, message));
}

/* It is opened as the phone would have done. What is held is among the last 256 messages, in any order. */
struct bytes gmm_seal_anew(struct ue *ue, const struct nas_security *former, struct bytes pdu)
{
    struct nas_security phone = *former;
    struct nas_opened opened = {0};
    uint8_t *buffer = arena_alloc(&ue->core->batch, pdu.len);
    phone.side = NAS_UE;
    phone.downlink -= phone.downlink < SEQUENCE_NUMBERS ? phone.downlink : SEQUENCE_NUMBERS;
    bool open = buffer && nas_unprotect(&phone, pdu, buffer, pdu.len, &opened) == NAS_ACCEPTED;
    OPENSSL_cleanse(&phone, sizeof phone);
    return open ? protect(ue, &ue->security, opened.header, opened.message) : (struct bytes){0};
}

struct bytes gmm_seal(struct ue *ue, const struct nas_message *message)
{
    const struct connection *connection = ue->connection ? ue->connection : ue->target;
    if (connection && connection->secured)
        return gmm_seal_with(ue, &ue->security, NAS_INTEGRITY_CIPHERED, message);
    return encode(ue, message);
}

/* Behind a Security mode command the phone reads nothing under its former keys, and nothing under the new ones is right before it
 * has confirmed them. Only the command itself goes out. */
bool gmm_keys_change(const struct ue *ue)
{
    const struct connection *connection = ue->connection;
    return ue->pending && connection && connection->secured;
}

bool gmm_must_wait(const struct ue *ue, struct bytes pdu)
{
    return gmm_keys_change(ue) && !(pdu.len > 1 && pdu.data[1] == NAS_INTEGRITY_NEW);
}

bool gmm_send_sealed(struct ue *ue, struct bytes pdu)
{
    struct connection *connection = ue->connection;
    if (!pdu.len || (!connection && !ue->target))
        return false;
    if (!connection || connection->holding || gmm_must_wait(ue, pdu))
        return held_nas_keep(ue, pdu);
    struct ngap_downlink_nas_transport transport = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .nas_pdu = pdu,
    };
    return n2_send_ue(connection, NGAP_DOWNLINK_NAS_TRANSPORT, &transport);
}

bool gmm_send(struct ue *ue, const struct nas_message *message)
{
    return (ue->connection || ue->target) && gmm_send_sealed(ue, gmm_seal(ue, message));
}

uint32_t gmm_back_off(struct core *core)
{
    uint64_t least = (uint64_t)(core->config->amf.timers.t3346 / SECONDS(1));
    return (uint32_t)(least + random_u64(core->random) % (least / 2 + 1));
}

void gmm_status(struct ue *ue, uint8_t cause)
{
    gmm_refuse(ue, &(struct nas_message){.type = NAS_GMM_STATUS, .gmm_status = {.cause = cause}});
}

struct nas_tai_list gmm_area(const struct ue *ue, struct nas_tai *tais)
{
    for (unsigned i = 0; i < ue->area_count; i++) {
        memcpy(tais[i].plmn.octets, ue->area[i].plmn.octets, sizeof tais[i].plmn.octets);
        tais[i].tac = ue->area[i].tac;
    }
    return (struct nas_tai_list){tais, ue->area_count};
}

struct nas_nssai gmm_allowed_nssai(const struct ue *ue, struct nas_s_nssai *slices)
{
    for (unsigned i = 0; i < ue->allowed_count; i++)
        slices[i] = (struct nas_s_nssai){.sst = ue->allowed[i].sst, .sd = ue->allowed[i].sd};
    return (struct nas_nssai){slices, ue->allowed_count};
}

struct nas_mobile_identity gmm_guti(const struct ue *ue)
{
    const struct config_network *network = &ue->core->config->network;
    struct nas_mobile_identity identity = {
        .type = NAS_GUTI,
        .guti = {.amf_region_id = network->amf_region,
                 .s_tmsi = {.amf_set_id = network->amf_set,
                            .amf_pointer = network->amf_pointer,
                            .tmsi = ue->tmsi}},
    };
    memcpy(identity.guti.plmn.octets, ue->connection->selected.octets, sizeof identity.guti.plmn.octets);
    return identity;
}
