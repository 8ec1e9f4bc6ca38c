/* SPDX-License-Identifier: Apache-2.0 */
#include "home.h"

struct concealed {
    struct nas_suci suci;
    uint8_t output[64];
};

/* What a phone with this IMSI sends under the key with this identifier (0: null scheme). */
static void conceal(struct concealed *c, enum suci_scheme scheme, uint8_t key_id, const char *msin)
{
    uint8_t point[33], packed[8];
    struct bytes public_key = {0};
    struct writer plain = writer_of(packed, sizeof packed), out = writer_of(c->output, sizeof c->output);
    assert_true(nas_bcd_write(&plain, msin));
    if (scheme != SUCI_NULL) {
        struct suci_home_key *key = suci_home_key_new(scheme, BYTES(home_keys[scheme - 1].private_key));
        public_key = bytes_of(point, suci_home_key_public(key, point));
        suci_home_key_free(key);
    }
    assert_true(suci_conceal(scheme, public_key, &home.random.random, writer_bytes(&plain), &out));
    c->suci = (struct nas_suci){.supi_format = NAS_SUPI_IMSI,
                                .scheme = (uint8_t)scheme,
                                .key_id = key_id,
                                .plmn = {{0x99, 0xf9, 0x07}},
                                .routing_indicator = "0000",
                                .scheme_output = writer_bytes(&out)};
}

static enum udm_result open_suci(const struct concealed *c, const char *imsi)
{
    supi_t supi = 0;
    enum udm_result result = udm_deconceal(home.udm, &c->suci, &supi);
    assert_true(supi == (imsi ? supi_of_text(imsi) : 0));
    return result;
}

static void each_scheme_leads_to_the_imsi(void **state)
{
    (void)state;
    struct concealed c;
    for (uint8_t scheme = 0; scheme < 3; scheme++) {
        conceal(&c, scheme, scheme, "0000000001");
        assert_int_equal(open_suci(&c, milenage_imsi), UDM_OK);
        conceal(&c, scheme, scheme, "123456789");
        assert_int_equal(open_suci(&c, "99970123456789"), UDM_OK);
    }
}

static void a_key_of_another_identifier_or_scheme_is_unknown(void **state)
{
    (void)state;
    struct concealed c;
    conceal(&c, SUCI_PROFILE_A, 9, "0000000001");
    assert_int_equal(open_suci(&c, NULL), UDM_UNKNOWN_KEY);
    conceal(&c, SUCI_PROFILE_A, 2, "0000000001");
    assert_int_equal(open_suci(&c, NULL), UDM_UNKNOWN_KEY);
}

static void forged_outputs_are_told_apart(void **state)
{
    (void)state;
    struct concealed c;
    conceal(&c, SUCI_PROFILE_A, 1, "0000000001");
    c.output[34] ^= 1;
    assert_int_equal(open_suci(&c, NULL), UDM_BAD_MAC);
    memset(c.output, 0, 32);
    assert_int_equal(open_suci(&c, NULL), UDM_BAD_PUBLIC_KEY);
    c.suci.scheme_output.len = 20;
    assert_int_equal(open_suci(&c, NULL), UDM_MALFORMED_SUCI);
    c.suci.scheme_output.len = 0;
    assert_int_equal(open_suci(&c, NULL), UDM_MALFORMED_SUCI);
    conceal(&c, SUCI_PROFILE_B, 2, "0000000001");
    c.output[0] = 5;
    assert_int_equal(open_suci(&c, NULL), UDM_BAD_PUBLIC_KEY);
}

static void what_is_inside_must_be_digits(void **state)
{
    (void)state;
    struct concealed c;
    static const uint8_t letters[] = {0xab, 0xcd};
    conceal(&c, SUCI_NULL, 0, "1");
    c.suci.scheme_output = BYTES(letters);
    assert_int_equal(open_suci(&c, NULL), UDM_MALFORMED_SUCI);
    static const uint8_t filler[] = {0xff};
    c.suci.scheme_output = BYTES(filler);
    assert_int_equal(open_suci(&c, NULL), UDM_MALFORMED_SUCI);
}

static void foreign_networks_routings_and_identities_are_refused(void **state)
{
    (void)state;
    struct concealed c;
    conceal(&c, SUCI_NULL, 0, "0000000001");
    strcpy(c.suci.routing_indicator, "678");
    assert_int_equal(open_suci(&c, milenage_imsi), UDM_OK);
    strcpy(c.suci.routing_indicator, "67");
    assert_int_equal(open_suci(&c, NULL), UDM_FOREIGN_ROUTING);
    home.config.network.routing_indicator_count = 0;
    assert_int_equal(open_suci(&c, milenage_imsi), UDM_OK);
    c.suci.plmn.octets[2] = 0x10;
    assert_int_equal(open_suci(&c, NULL), UDM_FOREIGN_NETWORK);
    c.suci.scheme = 12;
    assert_int_equal(open_suci(&c, NULL), UDM_UNSUPPORTED_IDENTITY);
    c.suci.scheme = 0;
    c.suci.supi_format = NAS_SUPI_NAI;
    assert_int_equal(open_suci(&c, NULL), UDM_UNSUPPORTED_IDENTITY);
}

static void a_reload_with_a_bad_key_changes_nothing(void **state)
{
    (void)state;
    struct concealed c;
    const char *why;
    struct config_home_key zero = {.id = 2, .profile = 'B'};
    struct config config = home.config;
    config.home_keys = &zero;
    config.home_key_count = 1;
    assert_false(udm_reload(home.udm, &config, &why));
    conceal(&c, SUCI_PROFILE_B, 2, "0000000001");
    assert_int_equal(open_suci(&c, milenage_imsi), UDM_OK);
    config.home_key_count = 0;
    assert_true(udm_reload(home.udm, &config, &why));
    assert_int_equal(open_suci(&c, NULL), UDM_UNKNOWN_KEY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_HOME(each_scheme_leads_to_the_imsi),
        AT_HOME(a_key_of_another_identifier_or_scheme_is_unknown),
        AT_HOME(forged_outputs_are_told_apart),
        AT_HOME(what_is_inside_must_be_digits),
        AT_HOME(foreign_networks_routings_and_identities_are_refused),
        AT_HOME(a_reload_with_a_bad_key_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
