/* SPDX-License-Identifier: Apache-2.0 */
#include "hex.h"

#include "crypt/kdf.h"
#include "crypt/usim.h"

static const char network[] = "5G:mnc070.mcc999.3gppnetwork.org";
static const uint8_t rand_bytes[16] = {3, 1, 4, 1, 5};

static struct usim demo_usim(void)
{
    struct aka_key key = {.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8};
    struct usim usim;
    memcpy(key.k, hex("465b5ce8b199b49faa5f0a2ee238a6bc").data, 16);
    memcpy(key.opc, hex("e8ed289deba952e4283b54e88e6183ca").data, 16);
    usim_init(&usim, &key);
    return usim;
}

/* The network's challenge with this SQN and AMF, put before the USIM. */
static enum usim_verdict challenge(struct usim *usim, uint64_t sqn, uint8_t amf_high,
                                   struct usim_answer *answer)
{
    struct aka_keys keys;
    uint8_t autn[16], bytes[6], amf[2] = {amf_high, 0};
    aka_f2345(&usim->key, rand_bytes, &keys);
    aka_sqn_bytes(sqn, bytes);
    aka_autn(&usim->key, &keys, rand_bytes, bytes, amf, autn);
    return usim_authenticate(usim, rand_bytes, autn, bytes_of(network, strlen(network)), answer);
}

static uint64_t sqn_of(uint64_t seq, unsigned ind)
{
    return seq << 5 | ind;
}

static void a_fresh_challenge_is_answered_with_the_network_s_keys(void **state)
{
    (void)state;
    struct usim usim = demo_usim();
    struct usim_answer answer;
    struct aka_keys keys;
    uint8_t expected[16];
    assert_int_equal(challenge(&usim, sqn_of(1, 0), 0x80, &answer), USIM_OK);
    aka_f2345(&usim.key, rand_bytes, &keys);
    kdf_res_star(aka_ck(&usim.key, &keys), aka_ik(&usim.key, &keys), bytes_of(network, strlen(network)),
                 rand_bytes, aka_res(&usim.key, &keys), expected);
    assert_memory_equal(answer.res_star, expected, 16);
}

static void a_sequence_number_serves_once(void **state)
{
    (void)state;
    struct usim usim = demo_usim();
    struct usim_answer answer;
    assert_int_equal(challenge(&usim, sqn_of(5, 3), 0x80, &answer), USIM_OK);
    assert_int_equal(challenge(&usim, sqn_of(5, 3), 0x80, &answer), USIM_SYNCH_FAILURE);
    assert_int_equal(challenge(&usim, sqn_of(4, 3), 0x80, &answer), USIM_SYNCH_FAILURE);
    assert_int_equal(challenge(&usim, sqn_of(4, 4), 0x80, &answer), USIM_OK);
    assert_int_equal(challenge(&usim, sqn_of(6, 3), 0x80, &answer), USIM_OK);
}

static void auts_names_the_highest_sequence_number(void **state)
{
    (void)state;
    struct usim usim = demo_usim();
    struct usim_answer answer;
    uint8_t sqn_ms[6];
    assert_int_equal(challenge(&usim, sqn_of(90, 7), 0x80, &answer), USIM_OK);
    assert_int_equal(challenge(&usim, sqn_of(60, 8), 0x80, &answer), USIM_OK);
    assert_int_equal(challenge(&usim, sqn_of(60, 8), 0x80, &answer), USIM_SYNCH_FAILURE);
    assert_true(aka_open_auts(&usim.key, rand_bytes, answer.auts, sqn_ms));
    assert_int_equal(aka_sqn_value(sqn_ms), sqn_of(90, 7));
}

static void a_jump_beyond_delta_is_refused(void **state)
{
    (void)state;
    struct usim usim = demo_usim();
    struct usim_answer answer;
    assert_int_equal(challenge(&usim, sqn_of((1ull << 28) + 1, 0), 0x80, &answer), USIM_SYNCH_FAILURE);
    assert_int_equal(challenge(&usim, sqn_of(1ull << 28, 0), 0x80, &answer), USIM_OK);
}

static void refused_challenges_leave_the_usim_as_it_was(void **state)
{
    (void)state;
    struct usim usim = demo_usim();
    const struct usim before = usim;
    struct usim_answer answer;
    uint8_t autn[16] = {0};
    assert_int_equal(usim_authenticate(&usim, rand_bytes, autn, bytes_of(network, 5), &answer),
                     USIM_MAC_FAILURE);
    assert_int_equal(challenge(&usim, sqn_of(9, 0), 0x00, &answer), USIM_NOT_5G);
    assert_int_equal(challenge(&usim, sqn_of(0, 0), 0x80, &answer), USIM_SYNCH_FAILURE);
    assert_memory_equal(&usim, &before, sizeof before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_challenge_is_answered_with_the_network_s_keys),
        cmocka_unit_test(a_sequence_number_serves_once),
        cmocka_unit_test(auts_names_the_highest_sequence_number),
        cmocka_unit_test(a_jump_beyond_delta_is_refused),
        cmocka_unit_test(refused_challenges_leave_the_usim_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
