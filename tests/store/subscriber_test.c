/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"

static struct arena arena;
static char what[200];

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static bool read_text(const char *text, struct store_subscriber *subscriber)
{
    json_t *document = json_loads(text, 0, NULL);
    assert_non_null(document);
    bool ok = store_subscriber_from_json(document, &arena, subscriber, what, sizeof what);
    json_decref(document);
    return ok;
}

#define SECURITY \
    "\"security\":{\"k\":\"465B5CE8B199B49FAA5F0A2EE238A6BC\",\"opc\":\"E8ED289DEBA952E4283B54E88E6183CA\"}"

static void the_least_document_has_the_demo_profile(void **state)
{
    (void)state;
    struct store_subscriber s;
    assert_true(read_text("{\"imsi\":\"999700000000001\"," SECURITY "}", &s));
    assert_string_equal(s.supi, "imsi-999700000000001");
    assert_int_equal(s.k[0], 0x46);
    assert_true(s.op_is_derived);
    assert_memory_equal(s.amf, "\x80\x00", 2);
    assert_int_equal(s.slice_count, 1);
    assert_int_equal(s.slices[0].slice.sst, 1);
    assert_int_equal(s.slices[0].slice.sd, CONFIG_NO_SD);
    assert_true(s.slices[0].is_default);
    assert_string_equal(s.slices[0].dnns[0].name, "internet");
    assert_int_equal(s.slices[0].dnns[0].fiveqi, 9);
    assert_int_equal(s.slices[0].dnns[0].arp, 8);
    assert_int_equal(s.ambr_downlink, 1000000000);
}

static void a_document_of_the_usual_tools_is_read(void **state)
{
    (void)state;
    struct store_subscriber s;
    assert_true(read_text(
        "{\"_id\":{\"$oid\":\"x\"},\"imsi\":\"001010000000001\",\"msisdn\":[],\"subscriber_status\":1,"
        "\"security\":{\"k\":\"465B5CE8 B199B49F AA5F0A2E E238A6BC\",\"op\":\"E8ED289D EBA952E4 283B54E8 "
        "8E6183CA\","
        "\"opc\":null,\"amf\":\"9001\",\"sqn\":{\"$numberLong\":\"1184\"}},"
        "\"ambr\":{\"downlink\":{\"value\":2,\"unit\":3},\"uplink\":{\"value\":500,\"unit\":2}},"
        "\"slice\":[{\"sst\":2,\"sd\":\"010203\",\"default_indicator\":true,\"session\":[{\"name\":\"ims\","
        "\"type\":1,"
        "\"qos\":{\"index\":5,\"arp\":{\"priority_level\":1,\"pre_emption_capability\":2,\"pre_emption_"
        "vulnerability\":1}},"
        "\"ambr\":{\"downlink\":{\"value\":64,\"unit\":1},\"uplink\":\"32 kbps\"},"
        "\"ue\":{\"ipv4\":\"10.46.0.9\",\"ipv6\":\"2001:db8:babe:9::\"}}]}]}",
        &s));
    const struct store_dnn *dnn = s.slices[0].dnns;
    assert_true(s.barred);
    assert_false(s.op_is_derived);
    assert_int_equal(s.sqn, 1184);
    assert_int_equal(s.amf[0], 0x90);
    assert_int_equal(s.ambr_downlink, 2000000000);
    assert_int_equal(s.ambr_uplink, 500000000);
    assert_int_equal(s.slices[0].slice.sd, 0x010203);
    assert_string_equal(dnn->name, "ims");
    assert_int_equal(dnn->type, STORE_IPV4);
    assert_int_equal(dnn->fiveqi, 5);
    assert_true(dnn->may_preempt);
    assert_false(dnn->preemptable);
    assert_int_equal(dnn->ambr_uplink, 32000);
    assert_int_equal(dnn->ipv4.address[3], 9);
    assert_int_equal(dnn->ipv6.family, AF_INET6);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    struct store_subscriber s, again;
    assert_true(read_text(
        "{\"imsi\":\"999700000000001\",\"name\":\"Ada \\\"L\\\"\",\"status\":\"barred\",\"security\":{"
        "\"algorithm\":\"tuak\",\"sqn\":281474976710655,"
        "\"k\":\"000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\","
        "\"top\":\"f00102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\"},"
        "\"slice\":[{\"sst\":1},{\"sst\":1,\"sd\":\"000001\",\"session\":[]}]}",
        &s));
    json_t *first = store_subscriber_to_json(&s, true);
    assert_true(store_subscriber_from_json(first, &arena, &again, what, sizeof what));
    json_t *second = store_subscriber_to_json(&again, true);
    assert_true(json_equal(first, second));
    assert_int_equal(again.k_length, 32);
    assert_int_equal(again.slices[1].dnn_count, 0);
    json_decref(first);
    json_decref(second);
}

static void the_sizes_of_tuak_read_back_the_same(void **state)
{
    (void)state;
    struct store_subscriber s, again;
    assert_true(read_text("{\"imsi\":\"99970\",\"security\":{\"algorithm\":\"tuak\",\"res_length\":256,"
                          "\"ck_length\":256,\"ik_length\":128,\"mac_length\":64,\"keccak_iterations\":2,"
                          "\"k\":\"000102030405060708090a0b0c0d0e0f\","
                          "\"topc\":\"f00102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\"}}",
                          &s));
    json_t *document = store_subscriber_to_json(&s, true);
    assert_true(store_subscriber_from_json(document, &arena, &again, what, sizeof what));
    json_decref(document);
    struct store *store = open_store(":memory:");
    assert_int_equal(store_subscriber_add(store, &again), STORE_OK);
    assert_int_equal(store_subscriber_get(store, "imsi-99970", NULL, &s), STORE_OK);
    assert_int_equal(s.tuak.res_size, 32);
    assert_int_equal(s.tuak.ck_size, 32);
    assert_int_equal(s.tuak.ik_size, 16);
    assert_int_equal(s.tuak.keccak_iterations, 2);
    store_close(store);
}

static void secrets_are_written_only_when_asked_for(void **state)
{
    (void)state;
    struct store_subscriber s;
    assert_true(read_text("{\"imsi\":\"999700000000001\"," SECURITY "}", &s));
    json_t *document = store_subscriber_to_json(&s, false);
    char *text = json_dumps(document, 0);
    assert_null(strstr(text, "465b"));
    assert_null(strstr(text, "e8ed"));
    assert_null(strstr(text, "sqn"));
    free(text);
    json_decref(document);
}

static void access_restrictions_read_back_the_same(void **state)
{
    (void)state;
    static const char access[] =
        "{\"forbidden_areas\":\"999/70-7 999/71\",\"non_allowed_areas\":\"999/70-3\","
        "\"rat_restrictions\":\"eutra nr\",\"core_network_type_restrictions\":\"epc\"}";
    struct store_subscriber s, again;
    char text[512];
    snprintf(text, sizeof text, "{\"imsi\":\"99970\"," SECURITY ",\"access\":%s}", access);
    assert_true(read_text(text, &s));
    assert_int_equal(s.access.forbidden_count, 2);
    assert_int_equal(s.access.forbidden[1].tac, CONFIG_ALL_TACS);
    assert_true(s.access.service_not_allowed);
    assert_int_equal(s.access.rats, STORE_RAT_EUTRA | STORE_RAT_NR);
    json_t *document = store_subscriber_to_json(&s, true), *expected = json_loads(access, 0, NULL);
    assert_true(json_equal(json_object_get(document, "access"), expected));
    json_decref(expected);
    json_decref(document);
    struct store *store = open_store(":memory:");
    assert_int_equal(store_subscriber_add(store, &s), STORE_OK);
    assert_int_equal(store_subscriber_get(store, "imsi-99970", &arena, &again), STORE_OK);
    assert_true(store_access_equal(&s.access, &again.access));
    store_close(store);
    struct store_access *copy = store_access_copy(&s.access);
    assert_true(store_access_equal(&s.access, copy));
    copy->service_not_allowed = false;
    assert_false(store_access_equal(&s.access, copy));
    free(copy);
}

static void a_wrong_value_is_named_and_a_secret_is_not_shown(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[]", "subscriber: found something else, expected an object"},
        {"{}", "imsi: found nothing, expected 5 to 15 digits in quotes"},
        {"{\"imsi\":\"12x45\"}", "imsi: found 12x45, expected 5 to 15 digits in quotes"},
        {"{\"imsi\":\"99970\"}", "security.k: found nothing, expected 32 hexadecimal digits"},
        {"{\"imsi\":\"99970\",\"security\":{\"k\":\"00\"}}",
         "security.k: found another length, expected 32 hexadecimal digits"},
        {"{\"imsi\":\"99970\",\"security\":{\"k\":\"secret\"}}",
         "security.k: found another character, expected hexadecimal digits"},
        {"{\"imsi\":\"99970\",\"security\":{\"k\":\"465B5CE8B199B49FAA5F0A2EE238A6BC\"}}",
         "security.op: found nothing, expected 32 hexadecimal digits (op or opc)"},
        {"{\"imsi\":\"99970\",\"security\":{\"k\":\"465B5CE8B199B49FAA5F0A2EE238A6BC\",\"res_length\":64}}",
         "security.res_length: found 64, expected it with algorithm tuak only"},
        {"{\"imsi\":\"99970\",\"security\":{\"algorithm\":\"tuak\",\"k\":"
         "\"465B5CE8B199B49FAA5F0A2EE238A6BC\","
         "\"res_length\":48}}",
         "security.res_length: found 48, expected 32, 64, 128 or 256 (bits)"},
        {"{\"imsi\":\"99970\",\"security\":{\"algorithm\":\"tuak\",\"k\":"
         "\"465B5CE8B199B49FAA5F0A2EE238A6BC\","
         "\"mac_length\":128}}",
         "security.mac_length: found 128, expected 64 (bits): AUTN has room for no other"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"slice\":[]}",
         "slice: found an empty list, expected one slice at least"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"slice\":[{\"sst\":1},{\"sst\":1,\"sd\":\"FFFFFF\"}]}",
         "slice: found the same item twice, expected each once"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"slice\":[{\"sst\":256}]}",
         "slice[0].sst: found 256, expected a number from 0 to 255"},
        {"{\"imsi\":\"99970\"," SECURITY
         ",\"slice\":[{\"sst\":1,\"session\":[{\"ue\":{\"ipv4\":\"::1\"}}]}]}",
         "slice[0].session[0].ue.ipv4: found ::1, expected an IPv4 address"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"slice\":[{\"sst\":1,\"session\":[{\"type\":\"ppp\"}]}]}",
         "slice[0].session[0].type: found ppp, expected one of ipv4 ipv6 ipv4v6 ethernet"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"ambr\":{\"uplink\":\"fast\"}}",
         "ambr.uplink: found fast, expected a bit rate such as \"1 Gbps\" or {\"value\": 1, \"unit\": 3}"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"access\":{\"forbidden_areas\":\"999/70-1 here\"}}",
         "access.forbidden_areas: found here, expected tracking areas such as 999/70-1"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"access\":{\"forbidden_areas\":[1]}}",
         "access.forbidden_areas: found a list, expected text"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"access\":{\"allowed_areas\":\"999/70\"}}",
         "access.allowed_areas: found 999/70, expected tracking areas such as 999/70-1"},
        {"{\"imsi\":\"99970\"," SECURITY
         ",\"access\":{\"allowed_areas\":\"99970-1\",\"non_allowed_areas\":\"99970-2\"}}",
         "access.non_allowed_areas: found allowed_areas too, expected one of the two"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"access\":{\"allowed_areas\":\"99970-1 99970-2 99970-3 99970-4 "
         "99970-5 99970-6 99970-7 99970-8 99970-9 99970-10 99970-11 99970-12 99970-13 99970-14 99970-15 "
         "99970-16 99970-17\"}}",
         "access.allowed_areas: found a long list, expected a shorter one"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"access\":{\"rat_restrictions\":\"wlan\"}}",
         "access.rat_restrictions: found wlan, expected eutra, nr, nr_unlicensed"},
        {"{\"imsi\":\"99970\"," SECURITY ",\"name\":\"a\\u0000b\"}", "name: found a, expected text"},
    };
    struct store_subscriber s;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *document = json_loads(cases[i][0], JSON_ALLOW_NUL, NULL);
        assert_false(store_subscriber_from_json(document, &arena, &s, what, sizeof what));
        assert_string_equal(what, cases[i][1]);
        json_decref(document);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_least_document_has_the_demo_profile),
        TEST(a_document_of_the_usual_tools_is_read),
        TEST(what_is_written_reads_back_the_same),
        TEST(the_sizes_of_tuak_read_back_the_same),
        TEST(secrets_are_written_only_when_asked_for),
        TEST(access_restrictions_read_back_the_same),
        TEST(a_wrong_value_is_named_and_a_secret_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
