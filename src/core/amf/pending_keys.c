/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that the phone was commanded to take, and has not confirmed (TS 24.501 5.4.2). The phone takes them before the core hears of it,
 * so whatever becomes of the procedure, the connection or this process: it has these or the former ones, and the next message that
 * proves itself tells which.
 */
#include <openssl/crypto.h>
#include <stdlib.h>

#include "core/amf/handover.h"
#include "crypt/kdf.h"

bool pending_keys_set(struct ue *ue, const struct nas_security *security, const uint8_t kamf[32])
{
    pending_keys_drop(ue);
    ue->pending = malloc(sizeof *ue->pending);
    if (!ue->pending)
        return false;
    ue->pending->security = *security;
    memcpy(ue->pending->kamf, kamf, sizeof ue->pending->kamf);
    return true;
}

void pending_keys_drop(struct ue *ue)
{
    if (!ue->pending)
        return;
    OPENSSL_cleanse(ue->pending, sizeof *ue->pending);
    free(ue->pending);
    ue->pending = NULL;
}

/* The gNB goes on with keys of the former K_AMF until a handover gives it this one (TS 33.501 6.9.2.3.2). */
static void renew_as_keys(struct ue *ue, uint32_t count)
{
    kdf_kgnb(ue->kamf, count, NAS_CONNECTION_3GPP, ue->nh);
    ue->ncc = NCC_NEW_KAMF;
}

void pending_keys_take(struct ue *ue, uint32_t count)
{
    struct nas_security former = ue->security;
    ue->security = ue->pending->security;
    ue->downlink_reserved = ue->security.downlink;
    memcpy(ue->kamf, ue->pending->kamf, sizeof ue->kamf);
    ue->keyed = core_wall(ue->core);
    if (ue->connection && ue->connection->context_up)
        renew_as_keys(ue, count);
    held_nas_seal_anew(ue, &former);
    OPENSSL_cleanse(&former, sizeof former);
    pending_keys_drop(ue);
    if (ue->registered)
        core_dirty(ue->core, &ue->row);
}

/* --- in the stored row --- */

void pending_keys_write(struct writer *w, const struct ue *ue)
{
    const struct pending_keys *pending = ue->pending;
    write_u8(w, pending != NULL);
    if (!pending)
        return;
    write_bytes(w, BYTES(pending->kamf));
    write_u8(w, pending->security.ngksi);
    write_u8(w, pending->security.nia);
    write_u8(w, pending->security.nea);
}

/* The command may have been sent as often as it is repeated. */
bool pending_keys_read(struct reader *r, struct ue *ue)
{
    struct nas_security security;
    uint8_t kamf[32] = {0};
    if (!read_u8(r))
        return true;
    struct bytes stored = read_bytes(r, sizeof kamf);
    if (stored.len)
        memcpy(kamf, stored.data, sizeof kamf);
    uint8_t ngksi = read_u8(r), nia = read_u8(r), nea = read_u8(r);
    nas_security_start(&security, NAS_NETWORK, kamf, nia & 3, nea & 3, ngksi);
    security.downlink = NAS_TRANSMISSIONS;
    bool kept = pending_keys_set(ue, &security, kamf);
    OPENSSL_cleanse(kamf, sizeof kamf);
    OPENSSL_cleanse(&security, sizeof security);
    return kept;
}
