/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>
#include <unistd.h>

#include "config/config.h"
#include "kit/timers.h"

static struct config_error error;

static struct config *parse(const char *text)
{
    return config_parse(text, strlen(text), "t.yaml", &error);
}

static char *printed(const struct config *config)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    config_print(config, to);
    fclose(to);
    return text;
}

static char *content(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void an_empty_address_turns_the_console_off(void **state)
{
    (void)state;
    struct config *c = parse("metrics: {listen: \"\"}\n");
    assert_non_null(c);
    assert_int_equal(c->metrics.any.sa_family, 0);
    config_free(c);
}

#define WITNESS "recorder: {witnesses: [{key: \"w.example+01234567+BA==\", url: \""

static void a_witness_is_a_place_and_whom_to_believe_there(void **state)
{
    static const struct {
        const char *text, *host, *prefix;
        bool secure, named;
        uint16_t port;
    } good[] = {
        {WITNESS "http://192.0.2.7:7380\"}]}\n", "192.0.2.7", "", false, false, 7380},
        {WITNESS "http://witness.example\"}]}\n", "witness.example", "", false, true, 80},
        {WITNESS "https://witness.example/w\", authorities: ca.pem}]}\n", "witness.example", "/w", true, true,
         443},
        {WITNESS "https://[2001:db8::7]:7380/\", certificate: w.pem}]}\n", "2001:db8::7", "", true, false,
         7380},
        {WITNESS "https://a\", certificate: w.pem, client_certificate: c, client_key: k}]}\n", "a", "", true,
         true, 443},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct config *c = parse(good[i].text);
        assert_non_null(c);
        const struct config_url *place = &c->recorder.witnesses[0].place;
        assert_string_equal(place->host, good[i].host);
        assert_string_equal(place->prefix, good[i].prefix);
        assert_int_equal(place->port, good[i].port);
        assert_true(place->secure == good[i].secure && place->named == good[i].named);
        assert_true(place->named || address_port(&place->address) == good[i].port);
        config_free(c);
    }
}

static void a_witness_that_nobody_could_ask_or_believe_is_refused(void **state)
{
    static const char *const wrong[] = {
        WITNESS "ftp://192.0.2.7\"}]}\n",
        WITNESS "http://\"}]}\n",
        WITNESS "http://:80\"}]}\n",
        WITNESS "http://192.0.2.256\"}]}\n",
        WITNESS "http://a b\"}]}\n",
        WITNESS "http://me@witness.example\"}]}\n",
        WITNESS "http://witness.example:99999\"}]}\n",
        WITNESS "http://witness.example:0\"}]}\n",
        WITNESS "http://witness.example?x\"}]}\n",
        WITNESS "https://witness.example\"}]}\n",
        WITNESS "https://witness.example\", authorities: a, certificate: b}]}\n",
        WITNESS "http://witness.example\", authorities: a}]}\n",
        WITNESS "http://witness.example\", client_certificate: a, client_key: b}]}\n",
        WITNESS "https://witness.example\", authorities: a, client_certificate: b}]}\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_null(parse(wrong[i]));
}

static void the_defaults_are_the_conventions(void **state)
{
    (void)state;
    struct config *c = parse("");
    char text[VALUE_TEXT_BYTES];
    assert_non_null(c);
    assert_string_equal(config_plmn_text(c->network.serving[0].plmn, text), "999/70");
    assert_int_equal(c->network.serving[0].tacs[0], 1);
    assert_int_equal(c->network.serving[0].slices[0].sst, 1);
    assert_int_equal(c->network.serving[0].slices[0].sd, CONFIG_NO_SD);
    assert_string_equal(config_endpoint_text(&c->edges[0].listen[0], text), "127.0.0.5:38412");
    assert_string_equal(config_endpoint_text(&c->planes[0].n3[0], text), "127.0.0.7:2152");
    assert_int_equal(c->amf.security.integrity[0], 2);
    assert_true(c->amf.timers.t3512 == SECONDS(54 * 60));
    assert_string_equal(c->smf.dnns[0].name, "internet");
    assert_string_equal(config_ip_text(&c->smf.dnns[0].ipv4_gateway, text), "10.45.0.1");
    assert_string_equal(c->store_path, "/var/lib/demarc/demarc.db");
    assert_int_equal(c->home_key_count, 2);
    assert_true(c->home_keys[0].published && c->home_keys[1].published);
    assert_ptr_equal(config_find_dnn(c, "IMS"), &c->smf.dnns[1]);
    assert_null(config_find_dnn(c, "none"));
    config_free(c);
}

static void the_example_file_is_the_defaults(void **state)
{
    (void)state;
    struct config *c = parse("");
    char *text = printed(c);
    assert_string_equal(text, content(SOURCE "/demarc.yaml"));
    free(text);
    config_free(c);
}

static void peers_have_names_addresses_and_identifiers_of_their_own(void **state)
{
    const char *const twice[] = {
        "peers: [{name: a, address: 10.0.0.1}, {name: a, address: 10.0.0.2, amf_set: 2}]",
        "peers: [{name: a, address: 10.0.0.1}, {name: b, address: 10.0.0.1:80, amf_set: 2}]",
        "peers: [{name: a, address: 10.0.0.1}, {name: b, address: 10.0.0.2}]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++)
        assert_null(config_parse(twice[i], strlen(twice[i]), "test", &error));
    struct config *c =
        parse("peers: [{name: a, address: 10.0.0.1}, {name: b, address: '::1', amf_pointer: 63}]");
    assert_int_equal(c->peer_count, 2);
    assert_int_equal(address_port(&c->peers[0].address), 7777);
    config_free(c);
}

static void what_is_printed_reads_back_the_same(void **state)
{
    (void)state;
    struct config *c =
        parse("network:\n"
              "  full_name: 'say \"hi\": \\o/'\n"
              "  plmns:\n"
              "    - {plmn: 001/01, tacs: [7, 8], slices: [{sst: 1}, {sst: 2, sd: 010203}]}\n"
              "smf: {n4: '::1'}\n"
              "data_networks: [{name: x, type: ipv4, ipv4: 10.0.0.0/8, ambr_uplink: 5 Mbps}]\n");
    assert_non_null(c);
    char *once = printed(c);
    struct config *again = parse(once);
    assert_non_null(again);
    char *twice = printed(again);
    assert_string_equal(once, twice);
    free(once);
    free(twice);
    config_free(c);
    config_free(again);
}

/* A file, and what is said of it. */
static const char *const errors[][2] = {
    {"limits:\n  gnbs: many\n", "t.yaml:2: limits.gnbs: found many, expected a number from 1 to 100000"},
    {"limits:\n  gnbs: -1\n", "t.yaml:2: limits.gnbs: found -1, expected a number from 1 to 100000"},
    {"limits: 3\n", "t.yaml:1: limits: found 3, expected a mapping of keys"},
    {"limits:\n  gnbz: 1\n",
     "t.yaml:2: limits.gnbz: found an unknown key, expected a known one (did you mean gnbs?)"},
    {"log:\n  volume: 11\n", "t.yaml:2: log.volume: found an unknown key, expected one of level, format"},
    {"log:\n  level: info\n  level: info\n", "t.yaml:3: log.level: found the key twice, expected it once"},
    {"log:\n  level: loud\n", "t.yaml:2: log.level: found loud, expected error, warning, info or debug"},
    {"timers: {t3512: 5 years}", "t.yaml:1: timers.t3512: found 5 years, expected a time from 100ms to 310h"},
    {"security:\n  integrity: [nia0]\n",
     "t.yaml:2: security.integrity[0]: found nia0, expected nia1, nia2 or nia3"},
    {"security:\n  integrity: []\n",
     "t.yaml:2: security.integrity: found an empty list, expected one item at least"},
    {"planes:\n  - {name: show, n4: 127.0.0.1, n3: [127.0.0.1]}\n",
     "t.yaml:2: planes[0]: found show, expected a name that is no command of `demarc plane`"},
    {"planes:\n  - {name: p, n4: 127.0.0.1, n3: [127.0.0.1], data_networks: [{name: moon}]}\n",
     "t.yaml:2: planes[0]: found data network moon, expected one of data_networks"},
    {"planes:\n  - {name: p, n4: 127.0.0.1, n3: [127.0.0.1], data_networks: [{name: ims, ipv4: "
     "10.45.0.0/24}]}\n",
     "t.yaml:2: planes[0]: found a pool that overlaps with one of internet, expected pools apart from "
     "each "
     "other"},
    {"planes:\n  - {name: p, n4: 127.0.0.1, n3: [127.0.0.1], data_networks: [{name: ims, ipv4: "
     "10.46.0.0/17}]}\n  - {name: q, n4: 127.0.0.2, n3: [127.0.0.2]}\n",
     "t.yaml:3: planes[1]: found q with a part of a pool that another gives out as a whole, expected "
     "pools "
     "of their own for both"},
    {"planes:\n  - {name: p, n4: 127.0.0.1, n3: [127.0.0.1], data_networks: [{name: ims, addresses: "
     "plane}]}\n",
     "t.yaml:2: planes[0].data_networks[0]: found ims with addresses: plane, expected that of an "
     "external "
     "plane only"},
    {"planes:\n  - name: p\n    n3: [127.0.0.1]\n",
     "t.yaml:2: planes[0].n4: found nothing, expected a value: this key has no default"},
    {"data_networks: [{name: x, ipv4: 10.0.0.0/8, type: ipv6}]",
     "t.yaml:1: data_networks[0]: found x without an IPv6 pool in ipv6, expected one, such as "
     "2001:db8:cafe::/48, or "
     "type: ipv4"},
    {"data_networks: [{name: x, type: ethernet, ipv4: 10.0.0.0/8}]",
     "t.yaml:1: data_networks[0]: found x of type ethernet with ipv4, ipv6 or dns, expected none of "
     "them: "
     "phones are given no addresses there"},
    {"data_networks: [{name: x, type: ipv4, ipv4: 10.0.0.0/8, bridge: br0}]",
     "t.yaml:1: data_networks[0]: found x with a bridge, and of another type than ethernet, expected "
     "type: "
     "ethernet, or no bridge"},
    {"data_networks: [{name: x, type: ipv4, ipv4: 10.0.0.0/8, partner: p}]",
     "t.yaml:1: data_networks[0]: found x with one of partner and label, expected both of them or none"},
    {"data_networks:\n- {name: x, type: ipv4, ipv4: 10.0.0.0/8}\n- {name: y, type: ipv4, ipv4: "
     "10.45.0.0/16}",
     "t.yaml:3: data_networks[1]: found a pool that overlaps with that of x, expected pools apart from "
     "each other"},
    {"data_networks: [{name: x, type: ipv4, ipv4: 10.45.0.0/16, ipv4_gateway: 10.46.0.1}]",
     "t.yaml:1: data_networks[0]: found a gateway 10.46.0.1, expected one within 10.45.0.0/16"},
    {"home_network_keys: [{id: 1, profile: A, private_key: 00ff}]",
     "t.yaml:1: home_network_keys[0].private_key: found something else, expected 64 hexadecimal digits, "
     "or the absolute "
     "path of a file that holds them"},
    {"home_network_keys: [{id: 1, profile: A, private_key: /nowhere/at/all}]",
     "t.yaml:1: home_network_keys[0].private_key: found /nowhere/at/all (No such file or directory), "
     "expected a readable "
     "file of 64 hexadecimal digits"},
    {"home_network_keys:\n- {id: 2, profile: B, private_key: "
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff}",
     "t.yaml:2: home_network_keys[0]: found a private key beyond its curve, expected one of the "
     "profile's "
     "curve: openssl rand -hex 32 makes one"},
    {"network: {routing_indicators: [0, 12345]}", "t.yaml:1: network.routing_indicators[1]: found 12345, "
                                                  "expected one to four digits such as 0 or 678"},
    {"network: {registration_areas: [{name: a, tais: [999/70]}]}",
     "t.yaml:1: network.registration_areas[0].tais[0]: found 999/70, expected MCC/MNC and TAC such as "
     "999/70-1"},
    {"network: {registration_areas: [{name: a, tais: []}]}",
     "t.yaml:1: network.registration_areas[0].tais: found an empty list, expected one item at least"},
    {"network: {registration_areas: [{name: a, tais: [999/70-1]}, {name: a, tais: [999/70-2]}]}",
     "t.yaml:1: network.registration_areas[1]: found the name a twice, expected a name of its own for "
     "each"},
    {"log: [\n", "t.yaml:2: file: found did not find expected node content, expected YAML"},
    {"network: {amf_name: \"a\\nb\"}",
     "t.yaml:1: network.amf_name: found a?b, expected text without control characters"},
    {"network: {amf_name: \"a\\x85b\"}", "t.yaml:1: network.amf_name: found a\xc2\x85"
                                         "b, expected text without control characters"},
    {"network: {amf_name: \"a\\u2028b\"}", "t.yaml:1: network.amf_name: found a\xe2\x80\xa8"
                                           "b, expected text without control characters"},
};

static void every_error_names_line_key_and_what_was_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        assert_null(parse(errors[i][0]));
        assert_string_equal(error.text, errors[i][1]);
    }
}

static void a_file_that_refers_to_itself_is_refused(void **state)
{
    (void)state;
    assert_null(parse("data_networks: &a [*a]\n"));
    assert_null(parse("&a {log: *a}\n"));
}

static void a_key_may_come_from_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/demarc-key-XXXXXX", text[200];
    int fd = mkstemp(path);
    assert_true(write(fd, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", 65) == 65);
    close(fd);
    snprintf(text, sizeof text, "home_network_keys: [{id: 9, profile: B, private_key: %s}]", path);
    struct config *c = parse(text);
    unlink(path);
    assert_non_null(c);
    assert_int_equal(c->home_keys[0].private_key[31], 0xff);
    assert_false(c->home_keys[0].published);
    char *out = printed(c);
    assert_null(strstr(out, "00112233"));
    free(out);
    config_free(c);
}

static void note_change(void *context, const char *key, bool needs_restart)
{
    char *notes = context;
    strcat(notes, key);
    strcat(notes, needs_restart ? "! " : " ");
}

static void a_comparison_names_what_changed_and_what_needs_a_restart(void **state)
{
    (void)state;
    char notes[256] = "";
    struct config *old = parse("");
    struct config *new = parse("log: {level: debug}\nn2: {sctp: kernel}\ntimers: {t3512: 10m}\n"
                               "home_network_keys: [{id: 1, profile: A, private_key: "
                               "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff}]\n");
    assert_non_null(new);
    config_compare(old, new, note_change, notes);
    assert_string_equal(notes, "n2.sctp! timers.t3512 home_network_keys log.level ");
    notes[0] = '\0';
    config_compare(old, old, note_change, notes);
    assert_string_equal(notes, "");
    config_free(old);
    config_free(new);
}

static void a_reload_keeps_what_needs_a_restart_as_it_runs(void **state)
{
    (void)state;
    char notes[256] = "";
    struct config *running = parse("network: {plmns: [{plmn: 001/01}]}\n");
    struct config *new =
        parse("network: {amf_name: other, amf_set: 9, plmns: [{plmn: 001/01}, {plmn: 999/70}]}\n"
              "limits: {ues: 7, procedures: 99}\nstate_dir: /elsewhere\n");
    config_keep(new, running);
    assert_string_equal(new->network.amf_name, "other");
    assert_int_equal(new->limits.ues, 7);
    assert_int_equal(new->network.amf_set, 1);
    assert_int_equal(new->network.serving_count, 1);
    assert_int_equal(new->limits.procedures, 20000);
    assert_string_equal(new->store_path, "/var/lib/demarc/demarc.db");
    config_compare(running, new, note_change, notes);
    assert_string_equal(notes, "network.amf_name limits.ues ");
    config_free(new);
    config_free(running);
}

static void a_file_that_cannot_be_read_is_an_error_and_not_the_defaults(void **state)
{
    (void)state;
    assert_null(config_load("/nowhere/demarc.yaml", &error));
    assert_non_null(strstr(error.text, "/nowhere/demarc.yaml:1: file: found No such file or directory"));
    assert_null(config_load("/", &error));
}

static void note_t3512(void *context, const struct config_timer *timer)
{
    if (strcmp(timer->name, "T3512") != 0)
        return;
    assert_string_equal(timer->specified, "54m");
    assert_string_equal(timer->value, "10m");
    assert_string_equal(timer->key, "timers.t3512");
    ++*(unsigned *)context;
}

static void each_timer_is_listed_beside_what_the_specification_says(void **state)
{
    unsigned found = 0;
    (void)state;
    struct config *config = parse("timers: {t3512: 10m}\n");
    config_each_timer(config, note_t3512, &found);
    assert_int_equal(found, 1);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_address_turns_the_console_off),
        cmocka_unit_test(a_witness_is_a_place_and_whom_to_believe_there),
        cmocka_unit_test(a_witness_that_nobody_could_ask_or_believe_is_refused),
        cmocka_unit_test(the_defaults_are_the_conventions),
        cmocka_unit_test(the_example_file_is_the_defaults),
        cmocka_unit_test(peers_have_names_addresses_and_identifiers_of_their_own),
        cmocka_unit_test(what_is_printed_reads_back_the_same),
        cmocka_unit_test(every_error_names_line_key_and_what_was_expected),
        cmocka_unit_test(a_file_that_refers_to_itself_is_refused),
        cmocka_unit_test(a_key_may_come_from_a_file),
        cmocka_unit_test(a_comparison_names_what_changed_and_what_needs_a_restart),
        cmocka_unit_test(a_reload_keeps_what_needs_a_restart_as_it_runs),
        cmocka_unit_test(a_file_that_cannot_be_read_is_an_error_and_not_the_defaults),
        cmocka_unit_test(each_timer_is_listed_beside_what_the_specification_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
