/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of an N2 handover (TS 33.501 6.9.2.3.3): the next hop of the chain, K_gNB of a K_AMF that no gNB has a key of
 * yet, or K_gNB of a K_AMF that is derived for the occasion. A new chain begins when the phone has arrived, not before.
 */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "crypt/kdf.h"

/* In place of an uplink NAS COUNT, which it can never be: no other K_gNB is derived with it. */
enum { NO_NAS_COUNT = UINT32_MAX };

/* A K_AMF that a security mode command has just proposed is new enough (6.9.5). */
bool handover_renews_kamf(const struct ue *ue)
{
    return !ue->pending && ue->security.downlink <= NAS_COUNT_MAX &&
           (ue->core->config->amf.security.new_key_at_handover || nas_security_worn_out(&ue->security) ||
            next_hop_is_far(ue));
}

static void write_container(struct handover_keys *keys, uint32_t count)
{
    const struct nas_security *security = &keys->security;
    struct nas_intra_n1 container = {.nea = security->nea,
                                     .nia = security->nia,
                                     .kamf_changed = true,
                                     .ngksi = security->ngksi,
                                     .sequence = (uint8_t)count};
    struct writer w = writer_of(keys->container, sizeof keys->container);
    nas_intra_n1_write(&w, &container);
    nas_handover_mac(security, nas_intra_n1_covered(BYTES(keys->container)), keys->container);
}

void handover_keys_derive(struct ue *ue, uint8_t kamf[32], uint32_t *count)
{
    *count = gmm_use_count(ue);
    kdf_kamf_prime(ue->kamf, KDF_HANDOVER, *count, kamf);
}

static void give_kgnb(const struct handover_keys *keys, struct ngap_security_context *context)
{
    context->next_hop_chaining_count = 0;
    memcpy(context->next_hop_nh, keys->kgnb, sizeof context->next_hop_nh);
}

void handover_keys_of(const struct derived_kamf *derived, struct handover_keys *keys,
                      struct ngap_security_context *context)
{
    keys->kind = HANDOVER_NEW_KAMF;
    memcpy(keys->kamf, derived->kamf, sizeof keys->kamf);
    nas_security_start(&keys->security, NAS_NETWORK, keys->kamf, derived->nia, derived->nea, derived->ngksi);
    kdf_kgnb(keys->kamf, (uint32_t)NO_NAS_COUNT, NAS_CONNECTION_3GPP, keys->kgnb);
    write_container(keys, derived->count);
    give_kgnb(keys, context);
}

static void renew_kamf(struct ue *ue, struct handover_keys *keys, struct ngap_security_context *context)
{
    const struct nas_security *present = &ue->security;
    struct derived_kamf derived = {.nia = present->nia, .nea = present->nea, .ngksi = present->ngksi};
    handover_keys_derive(ue, derived.kamf, &derived.count);
    handover_keys_of(&derived, keys, context);
    OPENSSL_cleanse(&derived, sizeof derived);
}

void handover_keys_choose(struct ue *ue, struct handover_keys *keys, struct ngap_security_context *context)
{
    keys->kind = HANDOVER_NEXT_HOP;
    if (handover_renews_kamf(ue)) {
        renew_kamf(ue, keys, context);
    } else if (ue->ncc == NCC_NEW_KAMF) {
        keys->kind = HANDOVER_NEW_KGNB;
        memcpy(keys->kgnb, ue->nh, sizeof keys->kgnb);
        give_kgnb(keys, context);
    } else {
        next_hop(ue, context);
    }
    core_dirty(ue->core, &ue->row);
}

static void take_kamf(struct ue *ue, const struct handover_keys *keys)
{
    struct nas_security former = ue->security;
    memcpy(ue->kamf, keys->kamf, sizeof ue->kamf);
    ue->security = keys->security;
    ue->downlink_reserved = 0;
    pending_keys_drop(ue);
    held_nas_seal_anew(ue, &former);
    OPENSSL_cleanse(&former, sizeof former);
}

/* Is K_gNB still that of the K_AMF in use? A security mode command may have been completed meanwhile. */
static bool begins_chain(const struct ue *ue, const struct handover_keys *keys)
{
    return keys->kind == HANDOVER_NEW_KAMF || (keys->kind == HANDOVER_NEW_KGNB && ue->ncc == NCC_NEW_KAMF &&
                                               CRYPTO_memcmp(ue->nh, keys->kgnb, sizeof ue->nh) == 0);
}

void handover_keys_take(struct ue *ue, const struct handover_keys *keys)
{
    if (keys->kind == HANDOVER_NEW_KAMF)
        take_kamf(ue, keys);
    if (begins_chain(ue, keys))
        next_hop_begin(ue, keys->kgnb);
    if (keys->kind == HANDOVER_NEXT_HOP)
        ue->ncc_gnb = ue->ncc_phone = ue->ncc;
    core_dirty(ue->core, &ue->row);
}
