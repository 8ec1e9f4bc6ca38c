/* SPDX-License-Identifier: Apache-2.0 */
#include "home.h"

struct subscription {
    enum store_algorithm algorithm;
    const char *imsi;
};

static const struct subscription subscriptions[] = {{STORE_MILENAGE, milenage_imsi}, {STORE_TUAK, tuak_imsi}};

static enum usim_verdict put_before(struct usim *usim, const struct udm_vector *v, struct usim_answer *answer)
{
    return usim_authenticate(usim, v->rand, v->autn, home_network_name(), answer);
}

static void a_usim_accepts_each_vector_and_answers_as_expected(void **state)
{
    (void)state;
    for (unsigned s = 0; s < 2; s++) {
        struct usim usim = home_usim(subscriptions[s].algorithm);
        supi_t supi = supi_of_text(subscriptions[s].imsi);
        for (unsigned i = 0; i < 100; i++) {
            struct udm_vector vector;
            struct usim_answer answer;
            assert_int_equal(udm_authenticate(home.udm, supi, home_network_name(), &vector), UDM_OK);
            assert_int_equal(put_before(&usim, &vector, &answer), USIM_OK);
            assert_memory_equal(answer.res_star, vector.xres_star, 16);
            assert_memory_equal(answer.kausf, vector.kausf, 32);
        }
    }
}

static void a_usim_with_other_sizes_of_tuak_answers_as_expected(void **state)
{
    (void)state;
    static const uint8_t res_sizes[] = {4, 8, 16, 32}, key_sizes[] = {16, 32};
    struct store_subscriber subscriber;
    struct udm_vector vector;
    struct usim_answer answer;
    uint64_t sqn = home_sqn(&home, tuak_imsi);
    assert_int_equal(store_subscriber_get(home.store, "imsi-999700000000002", &home.arena, &subscriber),
                     STORE_OK);
    for (unsigned i = 0; i < 16; i++) {
        subscriber.tuak =
            (struct store_tuak){res_sizes[i % 4], key_sizes[i / 4 % 2], key_sizes[i / 8], (uint8_t)(1 + i)};
        subscriber.sqn = sqn;
        assert_int_equal(store_subscriber_put(home.store, &subscriber), STORE_OK);
        struct usim usim = home_usim(STORE_TUAK);
        usim.key.res_size = subscriber.tuak.res_size;
        usim.key.ck_size = subscriber.tuak.ck_size;
        usim.key.ik_size = subscriber.tuak.ik_size;
        usim.key.keccak_iterations = subscriber.tuak.keccak_iterations;
        aka_derive_opc(&usim.key, subscriber.op);
        assert_int_equal(udm_authenticate(home.udm, supi_of_text(tuak_imsi), home_network_name(), &vector),
                         UDM_OK);
        assert_int_equal(put_before(&usim, &vector, &answer), USIM_OK);
        assert_memory_equal(answer.res_star, vector.xres_star, 16);
        assert_memory_equal(answer.kausf, vector.kausf, 32);
    }
}

static void an_op_is_turned_into_the_subscriber_s_opc(void **state)
{
    (void)state;
    struct store_subscriber subscriber;
    struct usim usim = home_usim(STORE_MILENAGE);
    struct udm_vector vector;
    struct usim_answer answer;
    assert_int_equal(store_subscriber_get(home.store, "imsi-999700000000001", &home.arena, &subscriber),
                     STORE_OK);
    subscriber.op_is_derived = false;
    assert_int_equal(store_subscriber_put(home.store, &subscriber), STORE_OK);
    aka_derive_opc(&usim.key, subscriber.op);
    assert_int_equal(udm_authenticate(home.udm, supi_of_text(milenage_imsi), home_network_name(), &vector),
                     UDM_OK);
    assert_int_equal(put_before(&usim, &vector, &answer), USIM_OK);
}

static void sequence_numbers_are_stored_and_go_round_the_slots(void **state)
{
    (void)state;
    struct udm_vector vector;
    uint64_t last = home_sqn(&home, milenage_imsi);
    for (unsigned i = 0; i < 40; i++) {
        assert_int_equal(
            udm_authenticate(home.udm, supi_of_text(milenage_imsi), home_network_name(), &vector), UDM_OK);
        uint64_t sqn = home_sqn(&home, milenage_imsi);
        assert_true(sqn >> 5 == (last >> 5) + 1);
        assert_true((sqn & 31) == ((last + 1) & 31));
        last = sqn;
    }
}

static void no_vector_leaves_without_its_sequence_number_stored(void **state)
{
    (void)state;
    struct udm_vector vector, untouched;
    memset(&vector, 0x5a, sizeof vector);
    untouched = vector;
    store_inject(home.store, STORE_FULL, 0);
    assert_int_equal(udm_authenticate(home.udm, supi_of_text(milenage_imsi), home_network_name(), &vector),
                     UDM_STORE_FAILED);
    assert_memory_equal(&vector, &untouched, sizeof vector);
}

static void the_last_sequence_number_is_refused(void **state)
{
    (void)state;
    struct udm_vector vector;
    assert_int_equal(store_sqn_put(home.store, "imsi-999700000000001", (1ull << 48) - 1), STORE_OK);
    assert_int_equal(udm_authenticate(home.udm, supi_of_text(milenage_imsi), home_network_name(), &vector),
                     UDM_SQN_EXHAUSTED);
}

static void strangers_get_no_vector(void **state)
{
    (void)state;
    struct udm_vector vector;
    assert_int_equal(
        udm_authenticate(home.udm, supi_of_text("999700000000009"), home_network_name(), &vector),
        UDM_UNKNOWN_SUBSCRIBER);
    assert_int_equal(udm_authenticate(home.udm, 0, home_network_name(), &vector), UDM_UNKNOWN_SUBSCRIBER);
}

/* A USIM at `sqn` refuses the network's vector; its AUTS is handed back and the next vector must please it. */
static void resynchronise(const struct subscription *subscription, uint64_t usim_seq)
{
    struct usim usim = home_usim(subscription->algorithm);
    struct udm_vector vector;
    struct usim_answer answer;
    supi_t supi = supi_of_text(subscription->imsi);
    usim.seq[9] = usim_seq;
    assert_int_equal(udm_authenticate(home.udm, supi, home_network_name(), &vector), UDM_OK);
    assert_int_equal(put_before(&usim, &vector, &answer), USIM_SYNCH_FAILURE);
    assert_int_equal(udm_resynchronise(home.udm, supi, vector.rand, answer.auts), UDM_OK);
    assert_int_equal(udm_authenticate(home.udm, supi, home_network_name(), &vector), UDM_OK);
    assert_int_equal(put_before(&usim, &vector, &answer), USIM_OK);
    assert_memory_equal(answer.res_star, vector.xres_star, 16);
}

static void a_usim_that_is_ahead_is_followed(void **state)
{
    (void)state;
    for (unsigned s = 0; s < 2; s++) {
        uint64_t before = home_sqn(&home, subscriptions[s].imsi);
        /* slot 9 holds what the network will only reach later, so the vector that lands there is stale */
        assert_int_equal(
            store_sqn_put(home.store, s ? "imsi-999700000000002" : "imsi-999700000000001", before | 8),
            STORE_OK);
        resynchronise(&subscriptions[s], 1000000);
        assert_true(home_sqn(&home, subscriptions[s].imsi) >> 5 == 1000001);
    }
}

static void a_usim_that_fell_far_behind_is_followed_down(void **state)
{
    (void)state;
    assert_int_equal(store_sqn_put(home.store, "imsi-999700000000001", (1ull << 40) << 5), STORE_OK);
    resynchronise(&subscriptions[0], 77);
    assert_true(home_sqn(&home, milenage_imsi) >> 5 == 78);
}

static void a_forged_auts_changes_nothing(void **state)
{
    (void)state;
    struct udm_vector vector;
    struct usim_answer answer;
    struct usim usim = home_usim(STORE_MILENAGE);
    supi_t supi = supi_of_text(milenage_imsi);
    usim.seq[0] = 500;
    usim.seq[1] = 500;
    assert_int_equal(udm_authenticate(home.udm, supi, home_network_name(), &vector), UDM_OK);
    assert_int_equal(put_before(&usim, &vector, &answer), USIM_SYNCH_FAILURE);
    uint64_t before = home_sqn(&home, milenage_imsi);
    uint8_t other_rand[16] = {0};
    assert_int_equal(udm_resynchronise(home.udm, supi, other_rand, answer.auts), UDM_BAD_AUTS);
    answer.auts[13] ^= 1;
    assert_int_equal(udm_resynchronise(home.udm, supi, vector.rand, answer.auts), UDM_BAD_AUTS);
    assert_true(home_sqn(&home, milenage_imsi) == before);
}

static void an_old_auts_never_takes_the_number_back(void **state)
{
    (void)state;
    struct udm_vector vector;
    struct usim_answer answer;
    struct usim usim = home_usim(STORE_MILENAGE);
    supi_t supi = supi_of_text(milenage_imsi);
    for (unsigned i = 0; i < USIM_INDEXES; i++)
        usim.seq[i] = 40;
    assert_int_equal(udm_authenticate(home.udm, supi, home_network_name(), &vector), UDM_OK);
    assert_int_equal(put_before(&usim, &vector, &answer), USIM_SYNCH_FAILURE);
    assert_int_equal(store_sqn_put(home.store, "imsi-999700000000001", 90 << 5), STORE_OK);
    assert_int_equal(udm_resynchronise(home.udm, supi, vector.rand, answer.auts), UDM_OK);
    assert_true(home_sqn(&home, milenage_imsi) == 90 << 5);
}

static void subscription_data_is_told_without_credentials_asked(void **state)
{
    (void)state;
    struct udm_access access;
    const struct store_dnn *dnn;
    const struct config_slice slice = {1, CONFIG_NO_SD}, other = {1, 5};
    supi_t supi = supi_of_text(milenage_imsi);
    assert_int_equal(udm_access_data(home.udm, supi, &home.arena, &access), UDM_OK);
    assert_false(access.barred);
    assert_int_equal(access.slice_count, 1);
    assert_true(config_slice_equal(access.slices[0].slice, slice));
    assert_true(access.ambr_uplink > 0 && access.ambr_downlink > 0);
    assert_int_equal(udm_session_data(home.udm, supi, slice, "Internet", &home.arena, &dnn), UDM_OK);
    assert_string_equal(dnn->name, "internet");
    assert_int_equal(udm_session_data(home.udm, supi, slice, NULL, &home.arena, &dnn), UDM_OK);
    assert_int_equal(udm_session_data(home.udm, supi, slice, "ims", &home.arena, &dnn), UDM_NOT_SUBSCRIBED);
    assert_int_equal(udm_session_data(home.udm, supi, other, "internet", &home.arena, &dnn),
                     UDM_NOT_SUBSCRIBED);
}

static void a_barred_subscriber_has_no_sessions(void **state)
{
    (void)state;
    struct store_subscriber subscriber;
    struct udm_access access;
    const struct store_dnn *dnn;
    supi_t supi = supi_of_text(milenage_imsi);
    assert_int_equal(store_subscriber_get(home.store, "imsi-999700000000001", &home.arena, &subscriber),
                     STORE_OK);
    subscriber.barred = true;
    assert_int_equal(store_subscriber_put(home.store, &subscriber), STORE_OK);
    assert_int_equal(udm_access_data(home.udm, supi, &home.arena, &access), UDM_OK);
    assert_true(access.barred);
    assert_int_equal(
        udm_session_data(home.udm, supi, (struct config_slice){1, CONFIG_NO_SD}, NULL, &home.arena, &dnn),
        UDM_NOT_SUBSCRIBED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_HOME(a_usim_accepts_each_vector_and_answers_as_expected),
        AT_HOME(a_usim_with_other_sizes_of_tuak_answers_as_expected),
        AT_HOME(an_op_is_turned_into_the_subscriber_s_opc),
        AT_HOME(sequence_numbers_are_stored_and_go_round_the_slots),
        AT_HOME(no_vector_leaves_without_its_sequence_number_stored),
        AT_HOME(the_last_sequence_number_is_refused),
        AT_HOME(strangers_get_no_vector),
        AT_HOME(a_usim_that_is_ahead_is_followed),
        AT_HOME(a_usim_that_fell_far_behind_is_followed_down),
        AT_HOME(a_forged_auts_changes_nothing),
        AT_HOME(an_old_auts_never_takes_the_number_back),
        AT_HOME(subscription_data_is_told_without_credentials_asked),
        AT_HOME(a_barred_subscriber_has_no_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
