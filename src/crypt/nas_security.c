/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/nas_security.h"

#include "crypt/kdf.h"
#include "crypt/nea.h"
#include "crypt/nia.h"
#include "crypt/primitive.h"

enum { EPD_5GMM = 0x7e, HEADER_AT = 1 };

const char *nas_verdict_name(enum nas_verdict verdict)
{
    static const char *const names[] = {
        [NAS_ACCEPTED] = "accepted",
        [NAS_MALFORMED] = "no security protected message",
        [NAS_BAD_MAC] = "wrong MAC",
        [NAS_COUNT_EXHAUSTED] = "NAS COUNT exhausted",
        [NAS_NULL_INTEGRITY] = "null integrity outside emergency",
        [NAS_NO_ROOM] = "no room for the message",
    };
    return names[verdict];
}

void nas_security_rekey(struct nas_security *security, const uint8_t kamf[32], uint8_t nia, uint8_t nea)
{
    security->nia = nia;
    security->nea = nea;
    kdf_algorithm_key(kamf, KDF_NAS_INT, nia, security->knasint);
    kdf_algorithm_key(kamf, KDF_NAS_ENC, nea, security->knasenc);
}

void nas_security_start(struct nas_security *security, enum nas_side side, const uint8_t kamf[32],
                        uint8_t nia, uint8_t nea, uint8_t ngksi)
{
    *security = (struct nas_security){.ngksi = ngksi, .side = (uint8_t)side, .access = NAS_CONNECTION_3GPP};
    nas_security_rekey(security, kamf, nia, nea);
}

void nas_security_clear(struct nas_security *security)
{
    secret_clear(security, sizeof *security);
    security->ngksi = NAS_KSI_NONE;
}

bool nas_is_protected(struct bytes nas)
{
    return nas.len > NAS_ENVELOPE_BYTES && nas.data[0] == EPD_5GMM && nas.data[HEADER_AT] >= NAS_INTEGRITY &&
           nas.data[HEADER_AT] <= NAS_INTEGRITY_CIPHERED_NEW;
}

static bool is_ciphered(enum nas_security_header header)
{
    return header == NAS_INTEGRITY_CIPHERED || header == NAS_INTEGRITY_CIPHERED_NEW;
}

static bool null_refused(const struct nas_security *security)
{
    return security->nia == 0 && !security->emergency;
}

static uint32_t *next_count(struct nas_security *security, enum crypt_direction direction)
{
    return direction == CRYPT_UPLINK ? &security->uplink : &security->downlink;
}

static bool mac_of(const struct nas_security *security, struct crypt_stream stream, const uint8_t *envelope,
                   size_t size, uint8_t mac[4])
{
    struct bytes covered = {envelope + NAS_COVERED_AT, size - NAS_COVERED_AT};
    return nia_mac(security->nia, security->knasint, stream, covered, mac);
}

enum nas_verdict nas_protect(struct nas_security *security, enum nas_security_header header,
                             struct bytes message, struct writer *out)
{
    enum crypt_direction direction = security->side == NAS_UE ? CRYPT_UPLINK : CRYPT_DOWNLINK;
    uint32_t *next = next_count(security, direction);
    struct crypt_stream stream = {*next, security->access, direction};
    if (header == NAS_PLAIN || message.len == 0)
        return NAS_MALFORMED;
    if (null_refused(security))
        return NAS_NULL_INTEGRITY;
    if (*next > NAS_COUNT_MAX)
        return NAS_COUNT_EXHAUSTED;
    uint8_t *at = write_room(out, NAS_ENVELOPE_BYTES + message.len);
    if (!at)
        return NAS_NO_ROOM;
    at[0] = EPD_5GMM;
    at[HEADER_AT] = (uint8_t)header;
    at[NAS_COVERED_AT] = (uint8_t)stream.count;
    uint8_t cipher = is_ciphered(header) ? security->nea : 0;
    if (!nea_crypt(cipher, security->knasenc, stream, message, at + NAS_ENVELOPE_BYTES) ||
        !mac_of(security, stream, at, NAS_ENVELOPE_BYTES + message.len, at + NAS_MAC_AT))
        return NAS_MALFORMED;
    ++*next;
    return NAS_ACCEPTED;
}

uint32_t nas_estimate_count(uint32_t next, uint8_t sequence)
{
    uint32_t count = (next & ~0xffu) | sequence;
    return count < next ? count + 0x100 : count;
}

enum nas_verdict nas_unprotect(struct nas_security *security, struct bytes envelope, void *buffer,
                               size_t size, struct nas_opened *opened)
{
    enum crypt_direction direction = security->side == NAS_UE ? CRYPT_DOWNLINK : CRYPT_UPLINK;
    uint32_t *next = next_count(security, direction);
    if (!nas_is_protected(envelope))
        return NAS_MALFORMED;
    if (null_refused(security))
        return NAS_NULL_INTEGRITY;
    struct crypt_stream stream = {nas_estimate_count(*next, envelope.data[NAS_COVERED_AT]), security->access,
                                  direction};
    if (stream.count > NAS_COUNT_MAX)
        return NAS_COUNT_EXHAUSTED;
    uint8_t mac[4];
    if (!mac_of(security, stream, envelope.data, envelope.len, mac) ||
        !secret_equal(mac, envelope.data + NAS_MAC_AT, sizeof mac))
        return NAS_BAD_MAC;
    struct bytes inner = {envelope.data + NAS_ENVELOPE_BYTES, envelope.len - NAS_ENVELOPE_BYTES};
    enum nas_security_header header = envelope.data[HEADER_AT];
    if (inner.len > size)
        return NAS_NO_ROOM;
    nea_crypt(is_ciphered(header) ? security->nea : 0, security->knasenc, stream, inner, buffer);
    *next = stream.count + 1;
    *opened = (struct nas_opened){{buffer, inner.len}, stream.count, header};
    return NAS_ACCEPTED;
}

void nas_cipher_container(const struct nas_security *security, uint32_t count, void *content, size_t size)
{
    struct crypt_stream stream = {count, security->access, CRYPT_UPLINK};
    nea_crypt(security->nea, security->knasenc, stream, bytes_of(content, size), content);
}

void nas_handover_mac(const struct nas_security *security, struct bytes content, uint8_t mac[4])
{
    struct crypt_stream stream = {UINT32_MAX, security->access, CRYPT_DOWNLINK};
    nia_mac(security->nia, security->knasint, stream, content, mac);
}
