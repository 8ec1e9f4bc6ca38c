/* SPDX-License-Identifier: Apache-2.0 */
/* Who the peers are, and what cores tell each other in JSON. */
#include "../check.h"

#include <string.h>

#include "core/peer/fields.h"
#include "core/peer/peer.h"
#include "core/peer/ue_context.h"

static const char yaml[] =
    "sbi: {listen: 10.0.0.1}\n"
    "peers: [{name: b, address: 10.0.0.2, amf_pointer: 1},\n"
    "        {name: c, address: '[2001:db8::3]:80', amf_region: 255, amf_set: 1023}]\n";

static struct core core;

static int set_up(void **state)
{
    struct config_error error;
    (void)state;
    core.config = config_parse(yaml, strlen(yaml), "test", &error);
    return core.config ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    config_free((struct config *)core.config);
    return 0;
}

static void a_guti_names_the_peer_that_gave_it(void **state)
{
    struct nas_guti guti = {.plmn = {{0x99, 0xf9, 0x07}}, .amf_region_id = 2, .s_tmsi = {1, 1, 7}};
    (void)state;
    assert_int_equal(peer_of_guti(&core, &guti), 0);
    guti.s_tmsi.amf_pointer = 0;
    assert_int_equal(peer_of_guti(&core, &guti), NO_PEER); /* our own */
    guti.s_tmsi.amf_pointer = 2;
    assert_int_equal(peer_of_guti(&core, &guti), NO_PEER);
    guti = (struct nas_guti){.plmn = {{0x99, 0xf9, 0x07}}, .amf_region_id = 255, .s_tmsi = {1023, 0, 7}};
    assert_int_equal(peer_of_guti(&core, &guti), 1);
    guti.plmn.octets[0] = 0;
    assert_int_equal(peer_of_guti(&core, &guti), NO_PEER);
}

static void only_configured_roots_are_resolved(void **state)
{
    char uri[SBI_TEXT_BYTES];
    const char *path;
    bool own;
    (void)state;
    assert_int_equal(peer_of_uri(&core, "http://10.0.0.2:7777/x/y", &own, &path), 0);
    assert_false(own);
    assert_string_equal(path, "/x/y");
    assert_int_equal(peer_of_uri(&core, "https://[2001:db8::3]/x", &own, &path), 1);
    assert_int_equal(peer_of_uri(&core, peer_own_uri(&core, "/z", uri), &own, &path), NO_PEER);
    assert_true(own);
    assert_int_equal(peer_of_uri(&core, "http://10.0.0.2:22/x", &own, &path), NO_PEER);
    assert_false(own);
    assert_int_equal(peer_of_uri(&core, "http://b/x", &own, &path), NO_PEER);
    assert_int_equal(peer_of_uri(&core, "10.0.0.2", &own, &path), NO_PEER);
}

static void a_context_identifier_reads_back_as_its_guti(void **state)
{
    const struct nas_guti guti = {
        .plmn = {{0x99, 0xf9, 0x07}}, .amf_region_id = 0xca, .s_tmsi = {1023, 63, 0xdeadbeef}};
    struct nas_guti read;
    char text[UE_CONTEXT_ID_BYTES];
    (void)state;
    assert_string_equal(ue_context_id_of_guti(&guti, text), "5g-guti-99970caffffdeadbeef");
    assert_true(guti_of_ue_context_id(text, &read));
    assert_int_equal(read.s_tmsi.tmsi, guti.s_tmsi.tmsi);
    assert_int_equal(read.s_tmsi.amf_set_id, 1023);
    assert_int_equal(read.s_tmsi.amf_pointer, 63);
    assert_true(nas_plmn_equal(read.plmn, guti.plmn));
    assert_false(guti_of_ue_context_id("5g-guti-9997caffffdeadbeef", &read));
    assert_false(guti_of_ue_context_id("5g-guti-99970caffffdeadbeeg", &read));
    assert_false(guti_of_ue_context_id("imsi-999700000000001", &read));
}

static struct moved_context example(void)
{
    struct moved_context context = {
        .supi = supi_of_text("imsi-999700000000001"),
        .pei = "4370816125816151",
        .ambr_uplink = 5000000,
        .ambr_downlink = 1000000001,
        .has_keys = true,
        .keys = {.kamf = {1, 2, 3}, .ngksi = 6, .nia = 2, .nea = 0, .uplink = 77, .downlink = 0xffffff},
        .capability = {.length = 4, .octets = {0xe0, 0xe0, 1, 2}},
        .allowed = {{1, CONFIG_NO_SD}, {2, 0x010203}},
        .allowed_count = 2,
        .sessions = {{.psi = 15, .slice = {1, CONFIG_NO_SD}, .dnn = "internet", .uri = "http://a/b"}},
        .session_count = 1,
    };
    return context;
}

static void a_context_reads_back_as_it_was_written(void **state)
{
    const struct moved_context context = example();
    struct moved_context read;
    const char *why;
    (void)state;
    json_t *json = ue_context_write(&context);
    assert_non_null(json);
    assert_true(ue_context_read(json, &read, &why));
    assert_memory_equal(&read.keys, &context.keys, sizeof read.keys);
    assert_memory_equal(read.allowed, context.allowed, sizeof read.allowed);
    assert_memory_equal(read.capability.octets, context.capability.octets, 4);
    assert_string_equal(read.sessions[0].dnn, "internet");
    assert_string_equal(read.pei, context.pei);
    assert_true(read.ambr_downlink == context.ambr_downlink && read.supi == context.supi);
    json_decref(json);
}

static void refused_without(json_t *json, const char *member)
{
    struct moved_context read;
    const char *why;
    json_t *without = json_deep_copy(json);
    json_object_del(without, member);
    assert_false(ue_context_read(without, &read, &why));
    assert_non_null(why);
    assert_int_equal(read.session_count, 0);
    json_decref(without);
}

static void what_is_missing_or_doubled_is_refused(void **state)
{
    const struct moved_context context = example();
    struct moved_context read;
    const char *why;
    (void)state;
    json_t *json = ue_context_write(&context);
    refused_without(json, "supi");
    refused_without(json, "mmContextList"); /* there are keys, and no algorithms */
    json_t *sessions = json_object_get(json, "sessionContextList");
    json_array_append(sessions, json_array_get(sessions, 0));
    assert_false(ue_context_read(json, &read, &why));
    assert_string_equal(why, "sessions that cannot be read");
    json_decref(json);
    assert_false(ue_context_read(NULL, &read, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guti_names_the_peer_that_gave_it),
        cmocka_unit_test(only_configured_roots_are_resolved),
        cmocka_unit_test(a_context_identifier_reads_back_as_its_guti),
        cmocka_unit_test(a_context_reads_back_as_it_was_written),
        cmocka_unit_test(what_is_missing_or_doubled_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
