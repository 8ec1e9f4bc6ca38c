/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/usim.h"

#include "crypt/kdf.h"
#include "crypt/primitive.h"

enum { IND_BITS = 5, SEPARATION_BIT = 0x80 };

#define DEFAULT_DELTA (1ull << 28)

void usim_init(struct usim *usim, const struct aka_key *key)
{
    *usim = (struct usim){.key = *key};
}

/* The IND under which the highest SEQ was accepted. */
static unsigned highest(const struct usim *usim)
{
    unsigned best = 0;
    for (unsigned i = 1; i < USIM_INDEXES; i++)
        if (usim->seq[i] > usim->seq[best])
            best = i;
    return best;
}

/* TS 33.102 C.2.2 */
static bool is_fresh(const struct usim *usim, uint64_t sqn)
{
    uint64_t seq = sqn >> IND_BITS, seq_ms = usim->seq[highest(usim)];
    uint64_t delta = usim->delta ? usim->delta : DEFAULT_DELTA;
    return seq > usim->seq[sqn % USIM_INDEXES] && (seq <= seq_ms || seq - seq_ms <= delta);
}

static void answer_resynchronisation(const struct usim *usim, const struct aka_keys *keys,
                                     const uint8_t rand[16], struct usim_answer *answer)
{
    unsigned ind = highest(usim);
    uint8_t sqn_ms[6];
    aka_sqn_bytes(usim->seq[ind] << IND_BITS | ind, sqn_ms);
    aka_auts(&usim->key, keys, rand, sqn_ms, answer->auts);
}

static void answer_challenge(const struct usim *usim, const struct aka_keys *keys, const uint8_t rand[16],
                             const uint8_t autn[16], struct bytes snn, struct usim_answer *answer)
{
    struct bytes ck = aka_ck(&usim->key, keys), ik = aka_ik(&usim->key, keys);
    kdf_res_star(ck, ik, snn, rand, aka_res(&usim->key, keys), answer->res_star);
    kdf_kausf(ck, ik, snn, autn, answer->kausf);
    kdf_kseaf(answer->kausf, snn, answer->kseaf);
}

static enum usim_verdict judge(struct usim *usim, const struct aka_keys *keys, const uint8_t rand[16],
                               const uint8_t autn[16], struct bytes snn, struct usim_answer *answer)
{
    const uint8_t *amf = autn + 6;
    uint8_t sqn_bytes[6], mac_a[8];
    for (unsigned i = 0; i < sizeof sqn_bytes; i++)
        sqn_bytes[i] = autn[i] ^ keys->ak[i];
    aka_f1(&usim->key, rand, sqn_bytes, amf, mac_a, NULL);
    if (!secret_equal(mac_a, autn + 8, sizeof mac_a))
        return USIM_MAC_FAILURE;
    if (!(amf[0] & SEPARATION_BIT))
        return USIM_NOT_5G;
    uint64_t sqn = aka_sqn_value(sqn_bytes);
    if (!is_fresh(usim, sqn)) {
        answer_resynchronisation(usim, keys, rand, answer);
        return USIM_SYNCH_FAILURE;
    }
    usim->seq[sqn % USIM_INDEXES] = sqn >> IND_BITS;
    answer_challenge(usim, keys, rand, autn, snn, answer);
    return USIM_OK;
}

enum usim_verdict usim_authenticate(struct usim *usim, const uint8_t rand[16], const uint8_t autn[16],
                                    struct bytes snn, struct usim_answer *answer)
{
    struct aka_keys keys;
    aka_f2345(&usim->key, rand, &keys);
    enum usim_verdict verdict = judge(usim, &keys, rand, autn, snn, answer);
    secret_clear(&keys, sizeof keys);
    return verdict;
}
