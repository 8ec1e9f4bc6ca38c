/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: RFC 4493 section 4 (AES-CMAC), RFC 4231 section 4 (HMAC-SHA-256); beyond them, libcrypto's own. */
#include "hex.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypt/primitive.h"
#include "crypt/random.h"

static void cmac_matches_the_vectors(void **state)
{
    (void)state;
    static const char message[] = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                                  "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
    static const struct {
        size_t length;
        const char *mac;
    } vectors[] = {{0, "bb1d6929e95937287fa37d129b756746"},
                   {16, "070a16b46b4d4144f79bdd9dd04a287c"},
                   {40, "dfa66747de9ae63030ca32611497c827"},
                   {64, "51f0bebf7e3b9d92fc49741779363cfe"}};
    for (unsigned i = 0; i < 4; i++) {
        struct bytes part = {hex(message).data, vectors[i].length};
        uint8_t mac[16];
        aes128_cmac(hex("2b7e151628aed2a6abf7158809cf4f3c").data, &part, 1, mac);
        assert_hex(mac, vectors[i].mac);
    }
}

static void hmac_matches_the_vectors(void **state)
{
    (void)state;
    uint8_t mac[32];
    struct bytes data = bytes_of("Hi There", 8);
    hmac_sha256(hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), &data, 1, mac);
    assert_hex(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    data = bytes_of("what do ya want for nothing?", 28);
    hmac_sha256(bytes_of("Jefe", 4), &data, 1, mac);
    assert_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* However the input is cut into parts, the result is libcrypto's for the whole. */
static void macs_do_not_depend_on_how_the_message_is_cut(void **state)
{
    (void)state;
    struct random_seeded seeded;
    uint8_t message[100], key[32];
    random_seed(&seeded, 7);
    random_fill(&seeded.random, message, sizeof message);
    random_fill(&seeded.random, key, sizeof key);
    for (size_t length = 0; length <= sizeof message; length++) {
        size_t first = length ? random_u64(&seeded.random) % length : 0;
        const struct bytes parts[] = {{message, first}, {0}, {message + first, length - first}};
        uint8_t mac[32], expected[32];
        size_t written;
        aes128_cmac(key, parts, 3, mac);
        assert_non_null(EVP_Q_mac(NULL, "CMAC", NULL, "AES-128-CBC", NULL, key, 16, message, length, expected,
                                  sizeof expected, &written));
        assert_memory_equal(mac, expected, 16);
        hmac_sha256(BYTES(key), parts, 3, mac);
        assert_non_null(HMAC(EVP_sha256(), key, sizeof key, message, length, expected, NULL));
        assert_memory_equal(mac, expected, 32);
    }
}

static void seeded_randomness_repeats_and_system_randomness_does_not(void **state)
{
    (void)state;
    struct random_seeded a, b;
    random_seed(&a, 99);
    random_seed(&b, 99);
    assert_true(random_u64(&a.random) == random_u64(&b.random));
    assert_true(random_u64(&a.random) != a.state);
    assert_true(random_u64(random_system()) != random_u64(random_system()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cmac_matches_the_vectors),
        cmocka_unit_test(hmac_matches_the_vectors),
        cmocka_unit_test(macs_do_not_depend_on_how_the_message_is_cut),
        cmocka_unit_test(seeded_randomness_repeats_and_system_randomness_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
