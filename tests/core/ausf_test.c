/* SPDX-License-Identifier: Apache-2.0 */
#include "home.h"

static void serving_network_names_have_three_digits_each(void **state)
{
    (void)state;
    char text[AUSF_SNN_BYTES];
    assert_string_equal(ausf_serving_network_name(home_plmn, text), home_snn);
    assert_string_equal(ausf_serving_network_name((struct config_plmn){{0x13, 0x00, 0x14}}, text),
                        "5G:mnc410.mcc310.3gppnetwork.org");
    assert_string_equal(ausf_serving_network_name((struct config_plmn){{0x00, 0xf1, 0x10}}, text),
                        "5G:mnc001.mcc001.3gppnetwork.org");
}

static void phone_and_network_end_up_with_the_same_kseaf(void **state)
{
    (void)state;
    struct usim usim = home_usim(STORE_TUAK);
    struct ausf_authentication authentication;
    struct ausf_challenge challenge;
    struct usim_answer answer;
    uint8_t kseaf[32];
    supi_t supi = supi_of_text(tuak_imsi);
    assert_int_equal(ausf_authenticate(home.udm, supi, home_plmn, &authentication, &challenge), UDM_OK);
    assert_int_equal(usim_authenticate(&usim, challenge.rand, challenge.autn, home_network_name(), &answer),
                     USIM_OK);
    assert_true(ausf_hres_is_right(&challenge, answer.res_star));
    assert_true(ausf_confirm(home.udm, &authentication, answer.res_star, 5, kseaf));
    assert_memory_equal(kseaf, answer.kseaf, 32);
    const struct udm_event *event = udm_last_authentication(home.udm, supi);
    assert_non_null(event);
    assert_true(event->success && event->wall == 5);
}

static void a_wrong_answer_yields_no_key(void **state)
{
    (void)state;
    struct ausf_authentication authentication;
    struct ausf_challenge challenge;
    uint8_t kseaf[32] = {0}, untouched[32] = {0};
    supi_t supi = supi_of_text(milenage_imsi);
    assert_null(udm_last_authentication(home.udm, supi));
    assert_int_equal(ausf_authenticate(home.udm, supi, home_plmn, &authentication, &challenge), UDM_OK);
    for (unsigned bit = 0; bit < 128; bit++) {
        uint8_t res_star[16];
        memcpy(res_star, authentication.xres_star, 16);
        res_star[bit / 8] ^= 1 << bit % 8;
        assert_false(ausf_hres_is_right(&challenge, res_star));
        assert_false(ausf_confirm(home.udm, &authentication, res_star, 0, kseaf));
    }
    assert_memory_equal(kseaf, untouched, 32);
    assert_false(udm_last_authentication(home.udm, supi)->success);
}

static void a_network_that_we_do_not_serve_is_not_authorized(void **state)
{
    (void)state;
    struct ausf_authentication authentication;
    struct ausf_challenge challenge;
    uint64_t before = home_sqn(&home, milenage_imsi);
    assert_int_equal(ausf_authenticate(home.udm, supi_of_text(milenage_imsi),
                                       (struct config_plmn){{0x00, 0xf1, 0x10}}, &authentication, &challenge),
                     UDM_NETWORK_NOT_AUTHORIZED);
    assert_true(home_sqn(&home, milenage_imsi) == before);
}

static void a_usim_out_of_step_registers_with_the_second_challenge(void **state)
{
    (void)state;
    struct usim usim = home_usim(STORE_MILENAGE);
    struct ausf_authentication authentication;
    struct ausf_challenge challenge;
    struct usim_answer answer;
    uint8_t kseaf[32];
    for (unsigned i = 0; i < USIM_INDEXES; i++)
        usim.seq[i] = 4711;
    assert_int_equal(
        ausf_authenticate(home.udm, supi_of_text(milenage_imsi), home_plmn, &authentication, &challenge),
        UDM_OK);
    assert_int_equal(usim_authenticate(&usim, challenge.rand, challenge.autn, home_network_name(), &answer),
                     USIM_SYNCH_FAILURE);
    assert_int_equal(ausf_resynchronise(home.udm, answer.auts, &authentication, &challenge), UDM_OK);
    assert_int_equal(usim_authenticate(&usim, challenge.rand, challenge.autn, home_network_name(), &answer),
                     USIM_OK);
    assert_true(ausf_confirm(home.udm, &authentication, answer.res_star, 0, kseaf));
    assert_memory_equal(kseaf, answer.kseaf, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_HOME(serving_network_names_have_three_digits_each),
        AT_HOME(phone_and_network_end_up_with_the_same_kseaf),
        AT_HOME(a_wrong_answer_yields_no_key),
        AT_HOME(a_network_that_we_do_not_serve_is_not_authorized),
        AT_HOME(a_usim_out_of_step_registers_with_the_second_challenge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
