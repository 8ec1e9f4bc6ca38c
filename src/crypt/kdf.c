/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/kdf.h"

#include <assert.h>

#include "crypt/primitive.h"

/* TS 33.501 Annex A: the FC of each derivation. */
enum {
    FC_CK_IK_PRIME = 0x20,
    FC_ALGORITHM_KEY = 0x69,
    FC_KAUSF = 0x6a,
    FC_RES_STAR = 0x6b,
    FC_KSEAF = 0x6c,
    FC_KAMF = 0x6d,
    FC_KGNB = 0x6e,
    FC_NH = 0x6f,
    FC_KNG_RAN_STAR = 0x70,
    FC_KNG_RAN_STAR_EUTRA = 0x71,
    FC_KAMF_PRIME = 0x72,
};

enum { MOST_PARAMS = 4 };

void kdf(struct bytes key, uint8_t fc, const struct bytes *params, size_t count, uint8_t out[32])
{
    struct bytes parts[1 + 2 * MOST_PARAMS] = {{&fc, 1}};
    uint8_t lengths[MOST_PARAMS][2];
    assert(count <= MOST_PARAMS);
    for (size_t i = 0; i < count; i++) {
        lengths[i][0] = (uint8_t)(params[i].len >> 8);
        lengths[i][1] = (uint8_t)params[i].len;
        parts[1 + 2 * i] = params[i];
        parts[2 + 2 * i] = BYTES(lengths[i]);
    }
    hmac_sha256(key, parts, 1 + 2 * count, out);
}

static void from_ck_ik(struct bytes ck, struct bytes ik, uint8_t fc, const struct bytes *params, size_t count,
                       uint8_t out[32])
{
    uint8_t key[64];
    struct writer w = writer_of(key, sizeof key);
    write_bytes(&w, ck);
    write_bytes(&w, ik);
    kdf(writer_bytes(&w), fc, params, count, out);
    secret_clear(key, sizeof key);
}

void kdf_kausf(struct bytes ck, struct bytes ik, struct bytes snn, const uint8_t sqn_xor_ak[6],
               uint8_t kausf[32])
{
    const struct bytes params[] = {snn, bytes_of(sqn_xor_ak, 6)};
    from_ck_ik(ck, ik, FC_KAUSF, params, 2, kausf);
}

void kdf_ck_ik_prime(struct bytes ck, struct bytes ik, struct bytes network_name, const uint8_t sqn_xor_ak[6],
                     uint8_t ck_prime[16], uint8_t ik_prime[16])
{
    const struct bytes params[] = {network_name, bytes_of(sqn_xor_ak, 6)};
    uint8_t out[32];
    from_ck_ik(ck, ik, FC_CK_IK_PRIME, params, 2, out);
    memcpy(ck_prime, out, 16);
    memcpy(ik_prime, out + 16, 16);
    secret_clear(out, sizeof out);
}

void kdf_res_star(struct bytes ck, struct bytes ik, struct bytes snn, const uint8_t rand[16],
                  struct bytes res, uint8_t res_star[16])
{
    const struct bytes params[] = {snn, bytes_of(rand, 16), res};
    uint8_t out[32];
    from_ck_ik(ck, ik, FC_RES_STAR, params, 3, out);
    memcpy(res_star, out + 16, 16);
}

void kdf_hres_star(const uint8_t rand[16], const uint8_t res_star[16], uint8_t hres_star[16])
{
    const struct bytes parts[] = {bytes_of(rand, 16), bytes_of(res_star, 16)};
    uint8_t out[32];
    sha256(parts, 2, out);
    memcpy(hres_star, out + 16, 16);
}

void kdf_kseaf(const uint8_t kausf[32], struct bytes snn, uint8_t kseaf[32])
{
    kdf(bytes_of(kausf, 32), FC_KSEAF, &snn, 1, kseaf);
}

void kdf_kamf(const uint8_t kseaf[32], struct bytes supi, struct bytes abba, uint8_t kamf[32])
{
    const struct bytes params[] = {supi, abba};
    kdf(bytes_of(kseaf, 32), FC_KAMF, params, 2, kamf);
}

void kdf_algorithm_key(const uint8_t key[32], enum kdf_algorithm type, uint8_t algorithm_id, uint8_t out[16])
{
    const uint8_t distinguisher = (uint8_t)type;
    const struct bytes params[] = {{&distinguisher, 1}, {&algorithm_id, 1}};
    uint8_t whole[32];
    kdf(bytes_of(key, 32), FC_ALGORITHM_KEY, params, 2, whole);
    memcpy(out, whole + 16, 16);
    secret_clear(whole, sizeof whole);
}

/* A big-endian number as a parameter of its own. */
static void big_endian(uint32_t value, uint8_t *out, size_t size)
{
    for (size_t i = size; i-- > 0; value >>= 8)
        out[i] = (uint8_t)value;
}

void kdf_kgnb(const uint8_t kamf[32], uint32_t uplink_nas_count, uint8_t access, uint8_t kgnb[32])
{
    uint8_t count[4];
    big_endian(uplink_nas_count, count, sizeof count);
    const struct bytes params[] = {BYTES(count), {&access, 1}};
    kdf(bytes_of(kamf, 32), FC_KGNB, params, 2, kgnb);
}

void kdf_nh(const uint8_t kamf[32], const uint8_t sync[32], uint8_t nh[32])
{
    const struct bytes param = bytes_of(sync, 32);
    kdf(bytes_of(kamf, 32), FC_NH, &param, 1, nh);
}

static void from_cell(const uint8_t key[32], uint8_t fc, uint16_t pci, uint32_t arfcn, uint8_t out[32])
{
    uint8_t cell[2], frequency[3];
    big_endian(pci, cell, sizeof cell);
    big_endian(arfcn, frequency, sizeof frequency);
    const struct bytes params[] = {BYTES(cell), BYTES(frequency)};
    kdf(bytes_of(key, 32), fc, params, 2, out);
}

void kdf_kng_ran_star(const uint8_t key[32], uint16_t pci, uint32_t arfcn_dl, uint8_t out[32])
{
    from_cell(key, FC_KNG_RAN_STAR, pci, arfcn_dl, out);
}

void kdf_kng_ran_star_eutra(const uint8_t key[32], uint16_t pci, uint32_t earfcn_dl, uint8_t out[32])
{
    from_cell(key, FC_KNG_RAN_STAR_EUTRA, pci, earfcn_dl, out);
}

void kdf_kamf_prime(const uint8_t kamf[32], uint8_t direction, uint32_t nas_count, uint8_t out[32])
{
    uint8_t count[4];
    big_endian(nas_count, count, sizeof count);
    const struct bytes params[] = {{&direction, 1}, BYTES(count)};
    kdf(bytes_of(kamf, 32), FC_KAMF_PRIME, params, 2, out);
}
