/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication vectors and resynchronisation (TS 33.501 6.1.3, TS 33.102 6.3 and Annex C). */
#include "core/udm/state.h"
#include "crypt/aka.h"
#include "crypt/kdf.h"
#include "crypt/primitive.h"

/* SQN = SEQ || IND (TS 33.102 C.1.1.1), SEQ counts vectors and IND goes round the USIM's slots (C.1.2). */
enum { IND_BITS = 5, IND_MASK = 31 };

#define SQN_MAX ((1ull << 48) - 1)

/* How far SEQ may be ahead of the USIM's for it to be accepted (C.2.1). */
#define DELTA (1ull << 28)

/* Bit 0 of AMF tells a vector for 5G (and EPS) from one for older networks (TS 33.501 6.1.3.2.0). */
enum { SEPARATION_BIT = 0x80 };

static struct aka_key key_of(const struct store_subscriber *subscriber)
{
    const struct store_tuak *tuak = &subscriber->tuak;
    struct aka_key key = {.algorithm = AKA_MILENAGE, .k_size = subscriber->k_length, .res_size = 8};
    if (subscriber->algorithm == STORE_TUAK) {
        key.algorithm = AKA_TUAK;
        key.res_size = tuak->res_size;
        key.ck_size = tuak->ck_size;
        key.ik_size = tuak->ik_size;
        key.keccak_iterations = tuak->keccak_iterations;
    }
    memcpy(key.k, subscriber->k, sizeof key.k);
    if (subscriber->op_is_derived)
        memcpy(key.opc, subscriber->op, sizeof key.opc);
    else
        aka_derive_opc(&key, subscriber->op);
    return key;
}

/* The subscriber's key, SQN and AMF. */
struct credentials {
    struct aka_key key;
    uint64_t sqn;
    uint8_t amf[2];
};

static enum udm_result read_credentials(struct udm *udm, supi_t supi, struct credentials *credentials)
{
    struct store_subscriber subscriber;
    enum udm_result result = udm_read(udm, supi, NULL, &subscriber);
    if (result == UDM_OK) {
        *credentials = (struct credentials){
            .key = key_of(&subscriber),
            .sqn = subscriber.sqn,
            .amf = {subscriber.amf[0] | SEPARATION_BIT, subscriber.amf[1]},
        };
        store_subscriber_wipe(&subscriber);
    }
    return result;
}

static enum udm_result use_sqn(struct udm *udm, supi_t supi, uint64_t sqn)
{
    char text[SUPI_TEXT_BYTES];
    return udm_of_store(store_sqn_put(udm->settings.store, supi_text(supi, text), sqn));
}

/* The next SQN; above SQN_MAX when there is none left. */
static uint64_t next_sqn(uint64_t sqn)
{
    return ((sqn >> IND_BITS) + 1) << IND_BITS | ((sqn + 1) & IND_MASK);
}

static void make_vector(const struct credentials *credentials, uint64_t sqn, struct bytes snn,
                        struct udm_vector *vector)
{
    const struct aka_key *key = &credentials->key;
    struct aka_keys keys;
    uint8_t bytes[6];
    aka_sqn_bytes(sqn, bytes);
    aka_f2345(key, vector->rand, &keys);
    aka_autn(key, &keys, vector->rand, bytes, credentials->amf, vector->autn);
    struct bytes ck = aka_ck(key, &keys), ik = aka_ik(key, &keys);
    kdf_res_star(ck, ik, snn, vector->rand, aka_res(key, &keys), vector->xres_star);
    kdf_kausf(ck, ik, snn, vector->autn, vector->kausf);
    secret_clear(&keys, sizeof keys);
}

enum udm_result udm_authenticate(struct udm *udm, supi_t supi, struct bytes snn, struct udm_vector *vector)
{
    struct credentials credentials;
    enum udm_result result = read_credentials(udm, supi, &credentials);
    if (result != UDM_OK)
        return result;
    uint64_t sqn = next_sqn(credentials.sqn);
    result = sqn > SQN_MAX ? UDM_SQN_EXHAUSTED : use_sqn(udm, supi, sqn);
    if (result == UDM_OK) {
        random_fill(udm->settings.random, vector->rand, sizeof vector->rand);
        make_vector(&credentials, sqn, snn, vector);
    }
    secret_clear(&credentials, sizeof credentials);
    return result;
}

/* store_sqn_put only ever raises; going back to where the USIM is takes a rewrite of the subscriber. */
static enum udm_result lower_sqn(struct udm *udm, supi_t supi, uint64_t sqn)
{
    struct store_subscriber subscriber;
    enum udm_result result = udm_read(udm, supi, &udm->scratch, &subscriber);
    if (result == UDM_OK) {
        subscriber.sqn = sqn;
        result = udm_of_store(store_subscriber_put(udm->settings.store, &subscriber));
        store_subscriber_wipe(&subscriber);
    }
    arena_reset(&udm->scratch);
    return result;
}

/* TS 33.102 6.3.5: our SQN stays when the USIM would accept the next one, else the USIM's is adopted. */
static enum udm_result adopt_sqn(struct udm *udm, supi_t supi, uint64_t ours, uint64_t theirs)
{
    if (theirs >= ours)
        return use_sqn(udm, supi, theirs);
    uint64_t ahead = (next_sqn(ours) >> IND_BITS) - (theirs >> IND_BITS);
    return ahead > DELTA ? lower_sqn(udm, supi, theirs) : UDM_OK;
}

enum udm_result udm_resynchronise(struct udm *udm, supi_t supi, const uint8_t rand[16],
                                  const uint8_t auts[14])
{
    struct credentials credentials;
    uint8_t sqn_ms[6];
    enum udm_result result = read_credentials(udm, supi, &credentials);
    if (result != UDM_OK)
        return result;
    if (aka_open_auts(&credentials.key, rand, auts, sqn_ms))
        result = adopt_sqn(udm, supi, credentials.sqn, aka_sqn_value(sqn_ms));
    else
        result = UDM_BAD_AUTS;
    secret_clear(&credentials, sizeof credentials);
    return result;
}
