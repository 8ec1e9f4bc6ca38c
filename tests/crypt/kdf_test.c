/* SPDX-License-Identifier: Apache-2.0 */
/* TS 33.501 prints no vectors for Annex A. The expected values come from an independent implementation
 * (Python's hmac and hashlib), for the keys of the first test set of TS 35.208 on network 999/70. */
#include "hex.h"

#include "crypt/kdf.h"

static const char network[] = "5G:mnc070.mcc999.3gppnetwork.org";
static const char ck[] = "b40ba9a3c58b2a05bbf0d987b21bf8cb", ik[] = "f769bcd751044604127672711c6d3441";
static const char kausf[] = "75e57ab670ad4d0c1ee03b6e68250af7bd0e66ab2f9d74f5faccd126dc25d69c";
static const char kseaf[] = "5beb161059b19911976c78676691a98692312643257d3db7e07c6bb34dda59d9";
static const char kamf[] = "e6898699d34d65a3ca1142394d456eb2fa1c79b5b2404ae75e558d8f9dbed7cb";
static const char kgnb[] = "6e9d420c1e81e3503558ec5c1d112d0499c9db0999103fec7a35d8f361454dda";

static struct bytes snn(void)
{
    return bytes_of(network, strlen(network));
}

static void authentication_keys(void **state)
{
    (void)state;
    uint8_t key[32], first[16], second[16];
    kdf_kausf(hex(ck), hex(ik), snn(), hex("55f328b43577").data, key);
    assert_hex(key, kausf);
    kdf_ck_ik_prime(hex(ck), hex(ik), snn(), hex("55f328b43577").data, first, second);
    assert_hex(first, "cc6c548a06cb7b8debf1877862849a99");
    assert_hex(second, "18f6736eaa242b73cf62442f6e181fee");
    kdf_kseaf(hex(kausf).data, snn(), key);
    assert_hex(key, kseaf);
    kdf_kamf(hex(kseaf).data, bytes_of("999700000000001", 15), hex("0000"), key);
    assert_hex(key, kamf);
}

static void responses(void **state)
{
    (void)state;
    uint8_t out[16];
    struct bytes rand = hex("23553cbe9637a89d218ae64dae47bf35");
    kdf_res_star(hex(ck), hex(ik), snn(), rand.data, hex("a54211d5e3ba50bf"), out);
    assert_hex(out, "dd7ccf2eb8c36ef1f67062c553788357");
    kdf_hres_star(rand.data, out, out);
    assert_hex(out, "7da719c61657096d0725d6d975a53f3d");
}

static void nas_and_access_keys(void **state)
{
    (void)state;
    uint8_t key[32];
    kdf_algorithm_key(hex(kamf).data, KDF_NAS_ENC, 2, key);
    assert_hex(key, "c4fa0ad19c4bf4292cfb71c7536b8f1a");
    kdf_algorithm_key(hex(kamf).data, KDF_NAS_INT, 2, key);
    assert_hex(key, "336129bcfeef9ba5b630a6b2e296c4b5");
    kdf_kgnb(hex(kamf).data, 5, 1, key);
    assert_hex(key, kgnb);
    kdf_nh(hex(kamf).data, hex(kgnb).data, key);
    assert_hex(key, "4c2e3ff46fad03515be73ace9c6062fd20438d13aec7b76a627ff1f3105af7d7");
}

static void handover_keys(void **state)
{
    (void)state;
    uint8_t key[32];
    kdf_kng_ran_star(hex(kgnb).data, 0x12c, 0x098430, key);
    assert_hex(key, "b9be13455639d1bacc4b60a3b55b1278d8b13ceb2194fd0b6422f7927bdb95e6");
    kdf_kng_ran_star_eutra(hex(kgnb).data, 0x12c, 0x098430, key);
    assert_hex(key, "7c554fac294819bb1d0cd9d3bcc56169e381f20f432660c2c3d0c888d9d4c26e");
    kdf_kamf_prime(hex(kamf).data, 1, 7, key);
    assert_hex(key, "aec46a172831a0841039c61c791670c56e168ad541c9e1b1a988f70372a09c7c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(authentication_keys),
        cmocka_unit_test(responses),
        cmocka_unit_test(nas_and_access_keys),
        cmocka_unit_test(handover_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
