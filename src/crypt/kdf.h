/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key derivation: the generic function of TS 33.220 B.2 and the 5G keys of TS 33.501 Annex A.
 * Keys are 32 bytes unless their type says otherwise. `snn` is the serving network name, for example
 * "5G:mnc070.mcc999.3gppnetwork.org" (TS 24.501 9.12.1), without a terminating NUL.
 */
#ifndef CRYPT_KDF_H
#define CRYPT_KDF_H

#include "kit/bytes.h"

#define KDF_KEY_SIZE 32

/* HMAC-SHA-256(key, FC || P0 || L0 || P1 || L1 ...). */
void kdf(struct bytes key, uint8_t fc, const struct bytes *params, size_t count, uint8_t out[32]);

/* A.2. CK and IK are 16 bytes each, with TUAK also 32. */
void kdf_kausf(struct bytes ck, struct bytes ik, struct bytes snn, const uint8_t sqn_xor_ak[6],
               uint8_t kausf[32]);

/* A.3: CK' and IK' of EAP-AKA'. */
void kdf_ck_ik_prime(struct bytes ck, struct bytes ik, struct bytes network_name, const uint8_t sqn_xor_ak[6],
                     uint8_t ck_prime[16], uint8_t ik_prime[16]);

/* A.4: RES* and XRES*; res is 4 to 16 bytes, with TUAK also 32. */
void kdf_res_star(struct bytes ck, struct bytes ik, struct bytes snn, const uint8_t rand[16],
                  struct bytes res, uint8_t res_star[16]);

/* A.5: HRES* and HXRES*. */
void kdf_hres_star(const uint8_t rand[16], const uint8_t res_star[16], uint8_t hres_star[16]);

/* A.6 */
void kdf_kseaf(const uint8_t kausf[32], struct bytes snn, uint8_t kseaf[32]);

/* A.7: supi is the IMSI's digits ("999700000000001"), or the NAI. abba is usually two zero bytes (A.7.1). */
void kdf_kamf(const uint8_t kseaf[32], struct bytes supi, struct bytes abba, uint8_t kamf[32]);

/* A.8: algorithm type distinguishers. */
enum kdf_algorithm {
    KDF_NAS_ENC = 1,
    KDF_NAS_INT = 2,
    KDF_RRC_ENC = 3,
    KDF_RRC_INT = 4,
    KDF_UP_ENC = 5,
    KDF_UP_INT = 6,
};

void kdf_algorithm_key(const uint8_t key[32], enum kdf_algorithm type, uint8_t algorithm_id, uint8_t out[16]);

/* A.9: access 1 is 3GPP, 2 is non-3GPP (then the key is K_N3IWF). */
void kdf_kgnb(const uint8_t kamf[32], uint32_t uplink_nas_count, uint8_t access, uint8_t kgnb[32]);

/* A.10: sync is K_gNB for the first NH, the previous NH from then on. */
void kdf_nh(const uint8_t kamf[32], const uint8_t sync[32], uint8_t nh[32]);

/* A.11: K_NG-RAN* for a target gNB; arfcn_dl is 24 bits. */
void kdf_kng_ran_star(const uint8_t key[32], uint16_t pci, uint32_t arfcn_dl, uint8_t out[32]);

/* A.12: the same for a target ng-eNB. */
void kdf_kng_ran_star_eutra(const uint8_t key[32], uint16_t pci, uint32_t earfcn_dl, uint8_t out[32]);

/* A.13: K_AMF' of horizontal derivation; direction 0: idle mode mobility with the uplink NAS COUNT, 1:
 * handover with the downlink NAS COUNT. */
enum { KDF_IDLE_MOBILITY = 0, KDF_HANDOVER = 1 };
void kdf_kamf_prime(const uint8_t kamf[32], uint8_t direction, uint32_t nas_count, uint8_t out[32]);

#endif
