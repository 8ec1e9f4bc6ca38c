/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: TS 35.207 and 35.208 (Milenage), TS 35.232 (Keccak-f[1600]), TS 35.233 (TUAK). */
#include "hex.h"

#include "crypt/aka.h"
#include "crypt/keccak.h"
#include "crypt/milenage.h"
#include "crypt/tuak.h"

struct milenage_vector {
    const char *k, *rand, *sqn, *amf, *op, *opc, *f1, *f1_star, *f2, *f3, *f4, *f5, *f5_star;
};

struct tuak_vector {
    uint8_t iterations;
    const char *k, *rand, *sqn, *amf, *top, *topc, *f1, *f1_star, *f2, *f3, *f4, *f5, *f5_star;
};

static const struct milenage_vector milenage_vectors[] = {
    {"465b5ce8b199b49faa5f0a2ee238a6bc", "23553cbe9637a89d218ae64dae47bf35", "ff9bb4d0b607", "b9b9",
     "cdc202d5123e20f62b6d676ac72cb318", "cd63cb71954a9f4e48a5994e37a02baf", "4a9ffac354dfafb3",
     "01cfaf9ec4e871e9", "a54211d5e3ba50bf", "b40ba9a3c58b2a05bbf0d987b21bf8cb",
     "f769bcd751044604127672711c6d3441", "aa689c648370", "451e8beca43b"},
    {"0396eb317b6d1c36f19c1c84cd6ffd16", "c00d603103dcee52c4478119494202e8", "fd8eef40df7d", "af17",
     "ff53bade17df5d4e793073ce9d7579fa", "53c15671c60a4b731c55b4a441c0bde2", "5df5b31807e258b0",
     "a8c016e51ef4a343", "d3a628ed988620f0", "58c433ff7a7082acd424220f2b67c556",
     "21a8c1f929702adb3e738488b9f5c5da", "c47783995f72", "30f1197061c1"},
    {"fec86ba6eb707ed08905757b1bb44b8f", "9f7c8d021accf4db213ccff0c7f71a6a", "9d0277595ffc", "725c",
     "dbc59adcb6f9a0ef735477b7fadf8374", "1006020f0a478bf6b699f15c062e42b3", "9cabc3e99baf7281",
     "95814ba2b3044324", "8011c48c0c214ed2", "5dbdbb2954e8f3cde665b046179a5098",
     "59a92d3b476a0443487055cf88b2307b", "33484dc2136b", "deacdd848cc6"},
    {"9e5944aea94b81165c82fbf9f32db751", "ce83dbc54ac0274a157c17f80d017bd6", "0b604a81eca8", "9e09",
     "223014c5806694c007ca1eeef57f004f", "a64a507ae1a2a98bb88eb4210135dc87", "74a58220cba84c49",
     "ac2cc74a96871837", "f365cd683cd92e96", "e203edb3971574f5a94b0d61b816345d",
     "0c4524adeac041c4dd830d20854fc46b", "f0b9c08ad02e", "6085a86c6f63"},
    {"4ab1deb05ca6ceb051fc98e77d026a84", "74b0cd6031a1c8339b2b6ce2b8c4a186", "e880a1b580b6", "9f07",
     "2d16c5cd1fdf6b22383584e3bef2a8d8", "dcf07cbd51855290b92a07a9891e523e", "49e785dd12626ef2",
     "9e85790336bb3fa2", "5860fc1bce351e7e", "7657766b373d1c2138f307e3de9242f9",
     "1c42e960d89b8fa99f2744e0708ccb53", "31e11a609118", "fe2555e54aa9"},
    {"6c38a116ac280c454f59332ee35c8c4f", "ee6466bc96202c5a557abbeff8babf63", "414b98222181", "4464",
     "1ba00a1a7c6700ac8c3ff3e96ad08725", "3803ef5363b947c6aaa225e58fae3934", "078adfb488241a57",
     "80246b8d0186bcf1", "16c8233f05a0ac28", "3f8c7587fe8e4b233af676aede30ba3b",
     "a7466cc1e6b2a1337d49d3b66e95d7b4", "45b0f69ab06c", "1f53cd2b1113"},
};

static const struct tuak_vector tuak_vectors[] = {
    {1, "abababababababababababababababab", "42424242424242424242424242424242", "111111111111", "ffff",
     "5555555555555555555555555555555555555555555555555555555555555555",
     "bd04d9530e87513c5d837ac2ad954623a8e2330c115305a73eb45d1f40cccbff", "f9a54e6aeaa8618d",
     "e94b4dc6c7297df3", "657acd64", "d71a1e5c6caffe986a26f783e5c78be1", "be849fa2564f869aecee6f62d4337e72",
     "719f1e9b9054", "e7af6b3d0e38"},
    {1, "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0",
     "0123456789abcdef0123456789abcdef", "0123456789ab", "abcd",
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "305425427e18c503c8a4b294ea72c95d0c36c6c6b29d0c65de5974d5977f8524", "c0b8c2d4148ec7aa5f1d78a97e4d1d58",
     "ef81af7290f7842c6ceafa537fa0745b", "e9d749dc4eea0035", "a4cb6f6529ab17f8337f27baa8234d47",
     "2274155ccf4199d5e2abcbf621907f90", "480a9345cc1e", "f84eb338848c"},
    {1, "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0",
     "0123456789abcdef0123456789abcdef", "0123456789ab", "abcd",
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "305425427e18c503c8a4b294ea72c95d0c36c6c6b29d0c65de5974d5977f8524",
     "d97b75a1776065271b1e212bc3b1bf173f438b21e6c64a55a96c372e085e5cc5",
     "427bbf07c6e3a86c54f8c5216499f3909a6fd4a164c9fe235b1550258111b821", "07021c73e7635c7d",
     "4d59ac796834eb85d11fa148a5058c3c", "126d47500136fdc5ddfd14f19ebf16749ce4b6435323fbb5715a3a796a6082bd",
     "1d6622c4e59a", "f84eb338848c"},
    {1, "b8da837a50652d6ac7c97da14f6acc61", "6887e55425a966bd86c9661a5fa72be8", "0dea2ee2c5af", "df1e",
     "0952be13556c32ebc58195d9dd930493e12a9003669988ffde5fa1f0fe35cc01",
     "2bc16eb657a68e1f446f08f57c0efb1d493527a2e652ce281eb6ca0e4487760a", "749214087958dd8f58bfcdf869d8ae3f",
     "619e865afe80e382aee13063f9dfb56d", "4041ce438e3e38e8aa96562eed83ac43",
     "3e3bc01bea0cd914c4c2c83ce2d92757", "666a8e6f577b1aa77b7fd53cebb8a3d6", "1f880d005119", "45e617d77fe5"},
    {1, "1574ca56881d05c189c82880f789c9cd4244955f4426aa2b69c29f15770e5aa5",
     "c570aac68cde651fb1e3088322498bef", "c89bb71f3a41", "297d",
     "e59f6eb10ea406813f4991b0b9e02f181edf4c7e17b480f66d34da35ee88c95e",
     "3c6052e41532a28a47aa3cbb89f223e8f3aaa976aecd48bc3e7d6165a55eff62", "d7340dad02b4cb01",
     "c6021e2e66accb15", "84d89b41db1867ffd4c7ba1d82163f4d526a20fbae5418fbb526940b1eeb905c",
     "d419676afe5ab58c1d8bee0d43523a4d2f52ef0b31a4676a0c334427a988fe65", "205533e505661b61d05cc0eac87818f4",
     "d7b3d2d4980a", "ca9655264986"},
    {2, "1574ca56881d05c189c82880f789c9cd4244955f4426aa2b69c29f15770e5aa5",
     "c570aac68cde651fb1e3088322498bef", "c89bb71f3a41", "297d",
     "e59f6eb10ea406813f4991b0b9e02f181edf4c7e17b480f66d34da35ee88c95e",
     "b04a66f26c62fcd6c82de22a179ab65506ecf47f56245cd149966cfa9cec7a51",
     "90d2289ed1ca1c3dbc2247bb480d431ac71d2e4a7677f6e997cfddb0cbad88b7",
     "427355dbac30e825063aba61b556e87583abac638e3ab01c4c884ad9d458dc2f",
     "d67e6e64590d22eecba7324afa4af4460c93f01b24506d6e12047d789a94c867",
     "ede57edfc57cdffe1aae75066a1b7479bbc3837438e88d37a801cccc9f972b89",
     "48ed9299126e5057402fe01f9201cf25249f9c5c0ed2afcf084755daff1d3999", "6aae8d18c448", "8c5f33b61f4e"},
};

static void milenage_matches_the_vectors(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof milenage_vectors / sizeof *milenage_vectors; i++) {
        const struct milenage_vector *v = milenage_vectors + i;
        const uint8_t *k = hex(v->k).data, *rand = hex(v->rand).data;
        uint8_t opc[16], mac_a[8], mac_s[8], res[8], ck[16], ik[16], ak[6], ak_star[6];
        milenage_opc(k, hex(v->op).data, opc);
        assert_hex(opc, v->opc);
        milenage_f1(k, opc, rand, hex(v->sqn).data, hex(v->amf).data, mac_a, mac_s);
        assert_hex(mac_a, v->f1);
        assert_hex(mac_s, v->f1_star);
        milenage_f2345(k, opc, rand, res, ck, ik, ak, ak_star);
        assert_hex(res, v->f2);
        assert_hex(ck, v->f3);
        assert_hex(ik, v->f4);
        assert_hex(ak, v->f5);
        assert_hex(ak_star, v->f5_star);
    }
}

static struct tuak_key tuak_key_of(const struct tuak_vector *v, uint8_t topc[32])
{
    struct bytes k = hex(v->k);
    struct tuak_key key = {
        .k = k.data,
        .topc = topc,
        .k_size = (uint8_t)k.len,
        .res_size = (uint8_t)hex(v->f2).len,
        .mac_size = (uint8_t)hex(v->f1).len,
        .ck_size = (uint8_t)hex(v->f3).len,
        .ik_size = (uint8_t)hex(v->f4).len,
        .iterations = v->iterations,
    };
    tuak_topc(&key, hex(v->top).data, topc);
    return key;
}

static void tuak_matches_the_vectors(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof tuak_vectors / sizeof *tuak_vectors; i++) {
        const struct tuak_vector *v = tuak_vectors + i;
        uint8_t topc[32], mac_a[32], mac_s[32], res[32], ck[32], ik[32], ak[6], ak_star[6];
        struct tuak_key key = tuak_key_of(v, topc);
        const uint8_t *rand = hex(v->rand).data;
        assert_hex(topc, v->topc);
        tuak_f1(&key, rand, hex(v->sqn).data, hex(v->amf).data, mac_a, mac_s);
        assert_hex(mac_a, v->f1);
        assert_hex(mac_s, v->f1_star);
        tuak_f2345(&key, rand, res, ck, ik, ak);
        assert_hex(res, v->f2);
        assert_hex(ck, v->f3);
        assert_hex(ik, v->f4);
        assert_hex(ak, v->f5);
        tuak_f5_star(&key, rand, ak_star);
        assert_hex(ak_star, v->f5_star);
    }
}

/* The same through the functions that the home network and the USIM call, where sizes are the subscriber's. */
static void aka_takes_tuak_s_sizes_from_the_subscription(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof tuak_vectors / sizeof *tuak_vectors; i++) {
        const struct tuak_vector *v = tuak_vectors + i;
        struct bytes k = hex(v->k), f2 = hex(v->f2), f3 = hex(v->f3), f4 = hex(v->f4);
        struct aka_key key = {.algorithm = AKA_TUAK,
                              .k_size = (uint8_t)k.len,
                              .res_size = (uint8_t)f2.len,
                              .ck_size = (uint8_t)f3.len,
                              .ik_size = (uint8_t)f4.len,
                              .keccak_iterations = v->iterations};
        struct aka_keys keys;
        memcpy(key.k, k.data, k.len);
        aka_derive_opc(&key, hex(v->top).data);
        aka_f2345(&key, hex(v->rand).data, &keys);
        assert_true(bytes_equal(aka_res(&key, &keys), f2));
        assert_true(bytes_equal(aka_ck(&key, &keys), f3));
        assert_true(bytes_equal(aka_ik(&key, &keys), f4));
    }
}

static void keccak_matches_the_vectors(void **state)
{
    (void)state;
    uint8_t a[200] = {0x80};
    keccak_f1600(a);
    assert_hex(a, "44e0e58ca968975c4c2592a157f53f2124519b010b89e15e301ef58f76501db5");
    for (unsigned i = 0; i < sizeof a; i++)
        a[i] = (uint8_t)(i + 1);
    keccak_f1600(a);
    assert_hex(a, "5dd0e3dd9e46db2187a9e1a444427d7a832fef29913990e015ea8d1f3f1fa641");
    memset(a, 0xab, sizeof a);
    keccak_f1600(a);
    assert_hex(a, "0052f00eb409b5ce5f78e95320ee6a715f5b1a0a7e5bed0343d6911330abe2fc");
    memset(a, 0xcd, sizeof a);
    keccak_f1600(a);
    assert_hex(a, "c16ca06def3add45b20ccfd67aa8f91215c2e8751edd02a5103f61ba6f7bf3bb");
    for (unsigned i = 0; i < sizeof a; i++)
        a[i] = (uint8_t)(i % 8 ? 0 : i / 8 % 5);
    keccak_f1600(a);
    assert_hex(a, "560dbe41f6a75a7d33e15d6bfe0bdc647de554341ce0d061bbbdf1be757649de");
}

static struct aka_key milenage_key(void)
{
    struct aka_key key = {.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8};
    memcpy(key.k, hex(milenage_vectors[0].k).data, 16);
    aka_derive_opc(&key, hex(milenage_vectors[0].op).data);
    return key;
}

static struct aka_key tuak_key(void)
{
    struct aka_key key = {.algorithm = AKA_TUAK,
                          .k_size = 32,
                          .res_size = 16,
                          .ck_size = 32,
                          .ik_size = 32,
                          .keccak_iterations = 1};
    memcpy(key.k, hex(tuak_vectors[1].k).data, 32);
    aka_derive_opc(&key, hex(tuak_vectors[1].top).data);
    return key;
}

static void autn_hides_the_sequence_number_and_carries_the_mac(void **state)
{
    (void)state;
    const struct milenage_vector *v = milenage_vectors;
    struct aka_key key = milenage_key();
    struct aka_keys keys;
    uint8_t autn[16];
    aka_f2345(&key, hex(v->rand).data, &keys);
    aka_autn(&key, &keys, hex(v->rand).data, hex(v->sqn).data, hex(v->amf).data, autn);
    assert_hex(autn, "55f328b43577b9b94a9ffac354dfafb3");
}

static void auts_opens_only_unaltered(void **state)
{
    (void)state;
    struct aka_key sets[] = {milenage_key(), tuak_key()};
    for (unsigned i = 0; i < 2; i++) {
        const uint8_t rand[16] = {9, 8, 7};
        struct aka_keys keys;
        uint8_t sqn[6], auts[14], opened[6] = {0};
        aka_sqn_bytes(0x0123456789ab, sqn);
        aka_f2345(&sets[i], rand, &keys);
        aka_auts(&sets[i], &keys, rand, sqn, auts);
        for (unsigned bit = 0; bit < 8 * sizeof auts; bit++) {
            auts[bit / 8] ^= 1 << bit % 8;
            assert_false(aka_open_auts(&sets[i], rand, auts, opened));
            auts[bit / 8] ^= 1 << bit % 8;
        }
        assert_true(aka_open_auts(&sets[i], rand, auts, opened));
        assert_int_equal(aka_sqn_value(opened), 0x0123456789ab);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(milenage_matches_the_vectors),
        cmocka_unit_test(keccak_matches_the_vectors),
        cmocka_unit_test(tuak_matches_the_vectors),
        cmocka_unit_test(aka_takes_tuak_s_sizes_from_the_subscription),
        cmocka_unit_test(autn_hides_the_sequence_number_and_carries_the_mac),
        cmocka_unit_test(auts_opens_only_unaltered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
