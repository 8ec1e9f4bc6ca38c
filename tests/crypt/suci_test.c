/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: TS 33.501 C.4.3 and C.4.4. */
#include "hex.h"

#include "crypt/suci.h"

static const char private_a[] = "c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d";
static const char public_a[] = "5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650";
static const char ephemeral_a[] = "c80949f13ebe61af4ebdbd293ea4f942696b9e815d7e8f0096bbf6ed7de62256";
static const char output_a[] =
    "b2e92f836055a255837debf850b528997ce0201cb82adfe4be1f587d07d8457dcb02352410cddd9e730ef3fa87";

static const char private_b[] = "f1ab1074477ebcc7f554ea1c5fc368b1616730155e0041ac447d6301975fecda";
static const char public_b[] = "0272da71976234ce833a6907425867b82e074d44ef907dfb4b3e21c1c2256ebcd1";
static const char ephemeral_b[] = "99798858a1dc6a2c68637149a4b1dbfd1fdff5addd62a2142f06699ed7602529";
static const char output_b[] =
    "039aab8376597021e855679a9778ea0b67396e68c66df32c0f41e9acca2da9b9d146a33fc2716ac7dae96aa30a4d";
static const char output_b_uncompressed[] = "049aab8376597021e855679a9778ea0b67396e68c66df32c0f41e9acca2da9b9"
                                            "d1d1f44ea1c87aa7478b954537bde79951e748a432"
                                            "94a4f4cf86eaff1789c9c81f46a33fc2716ac7dae96aa30a4d";

static const char msin[] = "00012080f6";

struct profile {
    enum suci_scheme scheme;
    const char *private_key, *public_key, *ephemeral, *output;
};

static const struct profile profiles[] = {
    {SUCI_PROFILE_A, private_a, public_a, ephemeral_a, output_a},
    {SUCI_PROFILE_B, private_b, public_b, ephemeral_b, output_b},
};

/* SUCI_OK only if the MSIN of the specification is what comes out. */
static enum suci_verdict open_output(const struct profile *profile, struct bytes output)
{
    struct suci_home_key *key = suci_home_key_new(profile->scheme, hex(profile->private_key));
    uint8_t plain[64];
    size_t length = 0;
    assert_non_null(key);
    enum suci_verdict verdict = suci_deconceal(key, output, plain, sizeof plain, &length);
    if (verdict == SUCI_OK)
        assert_true(bytes_equal(bytes_of(plain, length), hex(msin)));
    suci_home_key_free(key);
    return verdict;
}

static void the_specification_s_outputs_open(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(open_output(&profiles[i], hex(profiles[i].output)), SUCI_OK);
    }
    assert_int_equal(open_output(&profiles[1], hex(output_b_uncompressed)), SUCI_OK);
}

static void the_specification_s_phones_make_those_outputs(void **state)
{
    (void)state;
    uint8_t buffer[128];
    for (unsigned i = 0; i < 2; i++) {
        const struct profile *p = &profiles[i];
        struct writer w = writer_of(buffer, sizeof buffer);
        assert_true(
            suci_conceal_with(p->scheme, hex(p->public_key), hex(p->ephemeral).data, true, hex(msin), &w));
        assert_true(bytes_equal(writer_bytes(&w), hex(p->output)));
    }
    struct writer w = writer_of(buffer, sizeof buffer);
    assert_true(
        suci_conceal_with(SUCI_PROFILE_B, hex(public_b), hex(ephemeral_b).data, false, hex(msin), &w));
    assert_true(bytes_equal(writer_bytes(&w), hex(output_b_uncompressed)));
}

static void public_keys_follow_from_private_ones(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct suci_home_key *key = suci_home_key_new(profiles[i].scheme, hex(profiles[i].private_key));
        uint8_t point[33];
        assert_int_equal(suci_home_key_public(key, point), hex(profiles[i].public_key).len);
        assert_hex(point, profiles[i].public_key);
        assert_int_equal(suci_home_key_scheme(key), profiles[i].scheme);
        suci_home_key_free(key);
    }
}

static void every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        uint8_t output[512];
        struct bytes good = hex(profiles[i].output);
        memcpy(output, good.data, good.len);
        for (unsigned bit = 0; bit < 8 * good.len; bit += 3) {
            output[bit / 8] ^= 1 << bit % 8;
            enum suci_verdict verdict = open_output(&profiles[i], bytes_of(output, good.len));
            /* X25519 ignores the top bit of a public key, so there only the MAC's input notices */
            assert_true(verdict == SUCI_BAD_MAC || verdict == SUCI_BAD_PUBLIC_KEY);
            output[bit / 8] ^= 1 << bit % 8;
        }
    }
}

static void truncated_outputs_are_malformed_or_without_a_key(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct bytes whole = hex(profiles[i].output);
        for (size_t length = 0; length < whole.len; length++)
            assert_int_not_equal(open_output(&profiles[i], bytes_of(whole.data, length)), SUCI_OK);
    }
}

static void points_off_the_curve_and_of_low_order_are_bad_keys(void **state)
{
    (void)state;
    uint8_t zero[45] = {0};
    assert_int_equal(open_output(&profiles[0], BYTES(zero)), SUCI_BAD_PUBLIC_KEY);
    uint8_t off[46] = {2, 0, 0, 0, 0, 1};
    memset(off + 6, 0xff, 27);
    off[1] = off[2] = off[3] = off[4] = 0xff; /* x above the field's prime */
    assert_int_equal(open_output(&profiles[1], BYTES(off)), SUCI_BAD_PUBLIC_KEY);
    uint8_t infinity[46] = {0};
    assert_int_equal(open_output(&profiles[1], BYTES(infinity)), SUCI_BAD_PUBLIC_KEY);
    uint8_t moved[78];
    memcpy(moved, hex(output_b_uncompressed).data, sizeof moved);
    moved[64] ^= 1;
    assert_int_equal(open_output(&profiles[1], BYTES(moved)), SUCI_BAD_PUBLIC_KEY);
}

static void fresh_concealments_differ_and_open(void **state)
{
    (void)state;
    struct random_seeded seeded;
    random_seed(&seeded, 42);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t buffers[2][128];
        struct writer w[2];
        for (unsigned j = 0; j < 2; j++) {
            w[j] = writer_of(buffers[j], sizeof buffers[j]);
            assert_true(suci_conceal(profiles[i].scheme, hex(profiles[i].public_key), &seeded.random,
                                     hex(msin), &w[j]));
            assert_int_equal(open_output(&profiles[i], writer_bytes(&w[j])), SUCI_OK);
        }
        assert_false(bytes_equal(writer_bytes(&w[0]), writer_bytes(&w[1])));
    }
}

static void the_null_scheme_hides_nothing(void **state)
{
    (void)state;
    uint8_t buffer[8], plain[8];
    size_t length;
    struct writer w = writer_of(buffer, sizeof buffer);
    assert_true(suci_conceal(SUCI_NULL, hex(""), random_system(), hex(msin), &w));
    assert_int_equal(suci_deconceal(NULL, writer_bytes(&w), plain, sizeof plain, &length), SUCI_OK);
    assert_true(bytes_equal(bytes_of(plain, length), hex(msin)));
    assert_int_equal(suci_deconceal(NULL, hex(""), plain, sizeof plain, &length), SUCI_MALFORMED);
    assert_int_equal(suci_deconceal(NULL, hex("112233445566778899"), plain, sizeof plain, &length),
                     SUCI_MALFORMED);
}

static void impossible_private_keys_are_refused(void **state)
{
    (void)state;
    uint8_t zeros[32] = {0}, ones[32];
    memset(ones, 0xff, sizeof ones);
    assert_null(suci_home_key_new(SUCI_PROFILE_B, BYTES(zeros)));
    assert_null(suci_home_key_new(SUCI_PROFILE_B, BYTES(ones)));
    assert_null(suci_home_key_new(SUCI_PROFILE_A, bytes_of(ones, 31)));
    assert_null(suci_home_key_new(SUCI_NULL, BYTES(ones)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_specification_s_outputs_open),
        cmocka_unit_test(the_specification_s_phones_make_those_outputs),
        cmocka_unit_test(public_keys_follow_from_private_ones),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(truncated_outputs_are_malformed_or_without_a_key),
        cmocka_unit_test(points_off_the_curve_and_of_low_order_are_bad_keys),
        cmocka_unit_test(fresh_concealments_differ_and_open),
        cmocka_unit_test(the_null_scheme_hides_nothing),
        cmocka_unit_test(impossible_private_keys_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
