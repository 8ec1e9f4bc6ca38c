/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: TS 35.217 (SNOW 3G, UEA2, UIA2), TS 33.401 Annex C (128-EEA1, 2 and EIA1, 2), TS 35.223 (ZUC,
 * 128-EEA3, 128-EIA3). */
#include "hex.h"

#include "crypt/bits.h"
#include "crypt/nea.h"
#include "crypt/nia.h"
#include "crypt/snow3g.h"
#include "crypt/zuc.h"

struct cipher_vector {
    uint8_t algorithm;
    const char *key;
    struct crypt_stream stream;
    unsigned bits;
    const char *plain, *cipher;
};

struct f9_vector {
    const char *key;
    uint32_t count, fresh;
    enum crypt_direction direction;
    unsigned bits;
    const char *message, *mac;
};

struct mac_vector {
    uint8_t algorithm;
    const char *key;
    struct crypt_stream stream;
    unsigned bits;
    const char *message, *mac;
};

static const struct cipher_vector cipher_vectors[] = {
    {1,
     "2bd6459f82c5b300952c49104881ff48",
     {0x72a4f20f, 12, 1},
     798,
     "7ec61272743bf1614726446a6c38ced166f6ca76eb5430044286346cef130f92"
     "922b03450d3a9975e5bd2ea0eb55ad8e1b199e3ec4316020e9a1b285e7627953"
     "59b7bdfd39bef4b2484583d5afe082aee638bf5fd5a606193901a08f4ab41aab"
     "9b134880",
     "8ceba62943dced3a0990b06ea1b0a2c4fb3cedc71b369f42ba64c1eb6665e72a"
     "a1c9bb0deaa20fe86058b8baee2c2e7f0becce48b52932a53c9d5f931a3a7c53"
     "2259af4325e2a65e3084ad5f6a513b7bddc1b65f0aa0d97a053db55a88c4c4f9"
     "605e4140"},
    {1,
     "efa8b2229e720c2a7c36ea55e9605695",
     {0xe28bcf7b, 24, 0},
     510,
     "10111231e060253a43fd3f57e37607ab2827b599b6b1bbda37a8abcc5a8c550d"
     "1bfb2f494624fb50367fa36ce3bc68f11cf93b1510376b02130f812a9fa169d8",
     "e0da15ca8e2554f5e56c9468dc6c7c129c568aa5032317e04e0729646cabefa6"
     "89864c410f24f919e61e3dfdfad77e560db0a9cd36c34ae4181490b29f5fa2fc"},
    {1,
     "5acb1d644c0d51204ea5f1451010d852",
     {0xfa556b26, 3, 1},
     120,
     "ad9c441f890b38c457a49d421407e8",
     "ba0f31300334c56b52a7497cbac046"},
    {1,
     "d3c5d592327fb11c4035c6680af8c6d1",
     {0x398a59b4, 5, 1},
     253,
     "981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66b1f0",
     "989b719cdc33ceb7cf276a52827cef94a56c40c0ab9d81f7a2a9bac60e11c4b0"},
    {2,
     "d3c5d592327fb11c4035c6680af8c6d1",
     {0x398a59b4, 21, 1},
     253,
     "981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66b1f0",
     "e9fed8a63d155304d71df20bf3e82214b20ed7dad2f233dc3c22d7bdeeed8e78"},
    {2,
     "2bd6459f82c440e0952c49104805ff48",
     {0xc675a64b, 12, 1},
     798,
     "7ec61272743bf1614726446a6c38ced166f6ca76eb5430044286346cef130f92"
     "922b03450d3a9975e5bd2ea0eb55ad8e1b199e3ec4316020e9a1b285e7627953"
     "59b7bdfd39bef4b2484583d5afe082aee638bf5fd5a606193901a08f4ab41aab"
     "9b134880",
     "5961605353c64bdca15b195e288553a910632506d6200aa790c4c806c99904cf"
     "2445cc50bb1cf168a49673734e081b57e324ce5259c0e78d4cd97b870976503c"
     "0943f2cb5ae8f052c7b7d392239587b8956086bcab18836042e2e6ce42432a17"
     "105c53d0"},
    {2,
     "0a8b6bd8d9b08b08d64e32d1817777fb",
     {0x544d49cd, 4, 0},
     310,
     "fd40a41d370a1f65745095687d47ba1d36d2349e23f644392c8ea9c49d40c132"
     "71aff264d0f248",
     "75750d37b4bba2a4dedb34235bd68c6645acdaaca48138a3b0c471e2a7041a57"
     "6423d2927287f0"},
    {3,
     "173d14ba5003731d7a60049470f00a29",
     {0x66035492, 15, 0},
     193,
     "6cf65340735552ab0c9752fa6f9025fe0bd675d9005875b200",
     "a6c85fc66afb8533aafc2518dfe784940ee1e4b030238cc800"},
    {3,
     "e5bd3ea0eb55ade866c6ac58bd54302a",
     {0x00056823, 24, 1},
     800,
     "14a8ef693d678507bbe7270a7f67ff5006c3525b9807e467c4e56000ba338f5d"
     "429559036751822246c80d3b38f07f4be2d8ff5805f5132229bde93bbbdcaf38"
     "2bf1ee972fbf9977bada8945847a2a6c9ad34a667554e04d1f7fa2c33241bd8f"
     "01ba220d",
     "131d43e0dea1be5c5a1bfd971d852cbf712d7b4f57961fea3208afa8bca433f4"
     "56ad09c7417e58bc69cf8866d1353f74865e80781d202dfb3ecff7fcbc3b190f"
     "e82a204ed0e350fc0f6f2613b2f2bca6df5a473a57a4a00d985ebad880d6f238"
     "64a07b01"},
};

static const struct f9_vector f9_vectors[] = {
    {"2bd6459f82c5b300952c49104881ff48", 0x38a6f056, 0x05d2ec49, 0, 189,
     "6b227737296f393c8079353edc87e2e805d2ec49a4f2d8e0", "2bce1820"},
    {"d42f682428201cafcd9f97945e6de7b7", 0x3edc87e2, 0xa4f2d8e2, 1, 254,
     "b5924384328a4ae00b737109f8b6c8dd2b4db63dd533981ceb19aad52a5b2bc0", "fc7b18bd"},
    {"fdb9cfdf28936cc483a31869d81b8fab", 0x36af6144, 0x9838f03a, 1, 319,
     "5932bc0ace2b0aba33d8ac188ac54f346fad10bf9dee2920b43bd0c53a915cb7"
     "df6caa72053abff2",
     "02f1faaf"},
    {"c736c6aab22bfff91e2698d2e22ad57e", 0x14793e41, 0x0397e8fd, 1, 384,
     "d0a7d463df9fb2b278833fa02e235aa172bd970c1473e12907fb648b6599aaa0"
     "b24a038665422b20a499276a50427009",
     "38b554c0"},
};

static const struct mac_vector mac_vectors[] = {
    {1, "2bd6459f82c5b300952c49104881ff48", {0x38a6f056, 31, 0}, 88, "3332346263393861373479", "731f1165"},
    {1,
     "7e5e94431e11d73828d739cc6ced4573",
     {0x36af6144, 24, 1},
     254,
     "b3d3c9170a4e1632f60f861013d22d84b726b6a278d802d1eeaf1321ba5929dc",
     "e3259f6f"},
    {1,
     "d3419be821087acd02123a9248033359",
     {0xc7590ea9, 23, 0},
     511,
     "bbb057038809496bcff86d6fbc8ce5b135a06b166054f2d565be8ace75dc851e"
     "0bcdd8f07141c495872fb5d8c0c66a8b6da556663e4e461205d84580bee5bc7e",
     "9a16c77d"},
    {1,
     "83fd23a244a74cf358da3019f1722635",
     {0x36af6144, 15, 1},
     768,
     "35c68716633c66fb750c266865d53c11ea05b1e9fa49c8398d48e1efa5909d39"
     "47902837f5ae96d5a05bc8d61ca8dbef1b13a4b4abfe4fb1006045b674bb5472"
     "9304c382be53a5af05556176f6eaa2ef1d05e4b083181ee674cda5a485f74d7a",
     "bba74492"},
    {2, "d3c5d592327fb11c4035c6680af8c6d1", {0x398a59b4, 26, 1}, 64, "484583d5afe082ae", "b93787e6"},
    {2,
     "83fd23a244a74cf358da3019f1722635",
     {0x36af6144, 15, 1},
     768,
     "35c68716633c66fb750c266865d53c11ea05b1e9fa49c8398d48e1efa5909d39"
     "47902837f5ae96d5a05bc8d61ca8dbef1b13a4b4abfe4fb1006045b674bb5472"
     "9304c382be53a5af05556176f6eaa2ef1d05e4b083181ee674cda5a485f74d7a",
     "e657e182"},
    {3, "00000000000000000000000000000000", {0x00000000, 0, 0}, 1, "00", "c8a9595e"},
    {3, "47054125561eb2dda94059da05097850", {0x561eb2dd, 20, 0}, 90, "000000000000000000000000", "6719a088"},
    {3,
     "c9e6cec4607c72db000aefa88385ab0a",
     {0xa94059da, 10, 1},
     577,
     "983b41d47d780c9e1ad11d7eb70391b1de0b35da2dc62f83e7b78d6306ca0ea0"
     "7e941b7be91348f9fcb170e2217fecd97f9f68adb16e5d7d21e569d280ed775c"
     "ebde3f4093c5388100",
     "fae8ff0b"},
};

static void assert_words(const uint32_t *words, const char *expected)
{
    struct bytes wanted = hex(expected);
    for (size_t i = 0; i < wanted.len / 4; i++)
        assert_int_equal(words[i], bits_word(wanted.data + 4 * i));
}

static void snow_stream(const char *key, const char *iv, uint32_t *words, unsigned count)
{
    struct bytes k = hex(key), v = hex(iv);
    uint32_t key_words[4], iv_words[4];
    for (unsigned i = 0; i < 4; i++) {
        key_words[i] = bits_word(k.data + 4 * i);
        iv_words[i] = bits_word(v.data + 4 * i);
    }
    struct snow3g snow;
    snow3g_init(&snow, key_words, iv_words);
    for (unsigned i = 0; i < count; i++)
        words[i] = snow3g_next(&snow);
}

static void snow3g_makes_the_key_streams_of_the_specification(void **state)
{
    (void)state;
    uint32_t z[2500];
    snow_stream("2bd6459f82c5b300952c49104881ff48", "ea024714ad5c4d84df1f9b251c0bf45f", z, 2);
    assert_words(z, "abee97047ac31373");
    snow_stream("8ce33e2cc3c0b5fc1f3de8a6dc66b1f3", "d3c5d592327fb11cde551988ceb2f9b7", z, 2);
    assert_words(z, "eff8a342f751480f");
    snow_stream("4035c6680af8c6d1a8ff8667b1714013", "62a540981ba6f9b74592b0e78690f71b", z, 2);
    assert_words(z, "a8c874a97ae7c4f8");
    snow_stream("0ded7263109cf92e3352255a140e0f76", "6b68079a41a7c4c91befd79f7fdcc233", z, 2500);
    assert_words(z, "d712c05ca937c2a6eb7eaae3");
    assert_words(z + 2499, "9c0db3aa");
}

static void zuc_stream(const char *key, const char *iv, uint32_t *words, unsigned count)
{
    struct zuc zuc;
    zuc_init(&zuc, hex(key).data, hex(iv).data);
    for (unsigned i = 0; i < count; i++)
        words[i] = zuc_next(&zuc);
}

static void zuc_makes_the_key_streams_of_the_specification(void **state)
{
    (void)state;
    uint32_t z[2000];
    zuc_stream("00000000000000000000000000000000", "00000000000000000000000000000000", z, 2);
    assert_words(z, "27bede74018082da");
    zuc_stream("ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", z, 2);
    assert_words(z, "0657cfa07096398b");
    zuc_stream("3d4c4be96a82fdaeb58f641db17b455b", "84319aa8de6915ca1f6bda6bfbd8c766", z, 2);
    assert_words(z, "14f1c2723279c419");
    zuc_stream("4d320bfad4c285bfd6b8bd00f39d8b41", "52959daba0bf176ece2dc315049eb574", z, 2000);
    assert_words(z, "ed4400e70633e5c5");
    assert_words(z + 1999, "7a574cdb");
}

/* The specifications count in bits; what stands behind the last bit is nobody's business. */
static void assert_equal_bits(const uint8_t *actual, struct bytes wanted, unsigned bits)
{
    uint8_t mask = bits % 8 ? (uint8_t)(0xff << (8 - bits % 8)) : 0xff;
    assert_memory_equal(actual, wanted.data, wanted.len - 1);
    assert_int_equal(actual[wanted.len - 1] & mask, wanted.data[wanted.len - 1] & mask);
}

static void ciphering_matches_the_vectors_both_ways(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof cipher_vectors / sizeof *cipher_vectors; i++) {
        const struct cipher_vector *v = cipher_vectors + i;
        uint8_t out[256], back[256];
        struct bytes plain = hex(v->plain), key = hex(v->key);
        assert_true(nea_crypt(v->algorithm, key.data, v->stream, plain, out));
        assert_equal_bits(out, hex(v->cipher), v->bits);
        assert_true(nea_crypt(v->algorithm, key.data, v->stream, bytes_of(out, plain.len), back));
        assert_memory_equal(back, plain.data, plain.len);
    }
}

static void ciphering_works_in_place(void **state)
{
    (void)state;
    const struct crypt_stream stream = {7, 1, CRYPT_DOWNLINK};
    const uint8_t key[16] = {1, 2, 3};
    for (uint8_t algorithm = 0; algorithm < 4; algorithm++) {
        uint8_t there[33] = "a message of no round length", apart[33];
        assert_true(nea_crypt(algorithm, key, stream, BYTES(there), apart));
        assert_true(nea_crypt(algorithm, key, stream, BYTES(there), there));
        assert_memory_equal(there, apart, sizeof there);
    }
}

static void uia2_matches_the_vectors(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof f9_vectors / sizeof *f9_vectors; i++) {
        const struct f9_vector *v = f9_vectors + i;
        uint32_t mac =
            snow3g_f9(hex(v->key).data, v->count, v->fresh, v->direction, hex(v->message).data, v->bits);
        assert_words(&mac, v->mac);
    }
}

static uint32_t mac_in_bits(const struct mac_vector *v)
{
    struct bytes key = hex(v->key), message = hex(v->message);
    if (v->algorithm == 1)
        return snow3g_f9(key.data, v->stream.count, (uint32_t)v->stream.bearer << 27, v->stream.direction,
                         message.data, v->bits);
    return zuc_eia3(key.data, v->stream, message.data, v->bits);
}

static void integrity_matches_the_vectors(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof mac_vectors / sizeof *mac_vectors; i++) {
        const struct mac_vector *v = mac_vectors + i;
        if (v->algorithm != 2) {
            uint32_t mac = mac_in_bits(v);
            assert_words(&mac, v->mac);
        }
        uint8_t mac[4];
        if (v->bits % 8 == 0) {
            assert_true(nia_mac(v->algorithm, hex(v->key).data, v->stream, hex(v->message), mac));
            assert_hex(mac, v->mac);
        }
    }
}

static void unknown_algorithms_are_refused(void **state)
{
    (void)state;
    const uint8_t key[16] = {0};
    uint8_t out[4] = {0};
    const struct crypt_stream stream = {0};
    assert_false(nea_crypt(4, key, stream, BYTES(out), out));
    assert_false(nia_mac(4, key, stream, BYTES(out), out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snow3g_makes_the_key_streams_of_the_specification),
        cmocka_unit_test(zuc_makes_the_key_streams_of_the_specification),
        cmocka_unit_test(ciphering_matches_the_vectors_both_ways),
        cmocka_unit_test(ciphering_works_in_place),
        cmocka_unit_test(uia2_matches_the_vectors),
        cmocka_unit_test(integrity_matches_the_vectors),
        cmocka_unit_test(unknown_algorithms_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
