/* SPDX-License-Identifier: Apache-2.0 */
/* Rule L2: what is let in where radio equipment is connected, and who is seen there. */
#include "../check.h"

#include <stdlib.h>

#include "../lab_config.h"
#include "plane/ran_port.h"

#define PORT "ran_port:\n  interfaces: [ran0, ran0.5]\n  sources: 100\n  forget: 2m\n"

#define RULES PORT "  management: [{name: m, source: 10.0.0.0/8, destination: 10.0.0.1/32}]\n"

static struct config_error error;

static char *rules_of(const char *inventory)
{
    struct config *config = lab_config(
        "planes:\n  - {name: default, n4: 127.0.0.7, n3: [192.0.2.7, '2001:db8::7']}\n", inventory, &error);
    char *text;
    size_t size;
    assert_non_null(config);
    FILE *to = open_memstream(&text, &size);
    ran_port_write_rules(to, config);
    fclose(to);
    config_free(config);
    return text;
}

static void has(const char *rules, const char *line)
{
    if (!strstr(rules, line))
        fail_msg("no `%s` in:\n%s", line, rules);
}

static void without_interfaces_the_table_goes(void **state)
{
    (void)state;
    char *rules = rules_of("profile: lab");
    assert_string_equal(rules, "add table netdev demarc_ran_port\ndelete table netdev demarc_ran_port\n");
    free(rules);
}

static void only_n2_n3_and_neighbours_come_in(void **state)
{
    (void)state;
    char *rules = rules_of("domains: [{name: d, listen: [192.0.2.5, '[2001:db8::5]:38413']}]\n" PORT);
    has(rules, "hook ingress devices = { \"ran0\", \"ran0.5\" } priority -500; policy drop;");
    has(rules, "  ip daddr 192.0.2.5 sctp dport 38412 counter name n2 accept\n");
    has(rules, "  ip6 daddr 2001:db8::5 sctp dport 38413 counter name n2 accept\n");
    has(rules, "  ip daddr 192.0.2.7 udp dport 2152 counter name n3 accept\n");
    has(rules, "  ip6 daddr 2001:db8::7 udp dport 2152 counter name n3 accept\n");
    has(rules, "set sources_v4 { type ipv4_addr; size 100; flags dynamic,timeout; timeout 120s; counter; }");
    has(rules, "  ip frag-off & 0x1fff == 0 icmp type destination-unreachable icmp code frag-needed counter "
               "name too_big\n");
    has(rules, "  icmpv6 type packet-too-big counter name too_big\n");
    assert_null(strstr(rules, "hop0"));
    unsigned accepted = 0;
    for (const char *at = rules; (at = strstr(at, "accept\n")); at++)
        accepted++;
    assert_int_equal(accepted, 2 * 4 + 2); /* each endpoint with its fragments; ARP; neighbour discovery */
    free(rules);
}

static void management_hops_are_let_in_by_name(void **state)
{
    (void)state;
    char *rules = rules_of(
        PORT "  management:\n"
             "    - {name: upgrades, source: 192.0.2.0/24, destination: 198.51.100.7/32, protocol: tcp, "
             "port: 443}\n"
             "    - {name: logins, source: 192.0.2.0/24, destination: 198.51.100.8/32, protocol: tcp, "
             "source_port: 22}\n"
             "    - {name: pings, source: 2001:db8::/64, destination: 2001:db8::1/128, protocol: icmp}\n");
    has(rules, " counter hop2 {}\n");
    has(rules, "  ip saddr 192.0.2.0/24 ip daddr 198.51.100.7/32 meta l4proto tcp ip frag-off & 0x1fff "
               "== 0 th dport 443 counter name "
               "hop0 accept\n");
    has(rules, "  ip saddr 192.0.2.0/24 ip daddr 198.51.100.8/32 meta l4proto tcp ip frag-off & 0x1fff "
               "== 0 th sport 22 counter name "
               "hop1 accept\n");
    has(rules, "  ip6 saddr 2001:db8::/64 ip6 daddr 2001:db8::1/128 meta l4proto ipv6-icmp counter name hop2 "
               "accept\n");
    free(rules);
}

static void hops_that_make_no_sense_are_refused(void **state)
{
    static const char *const hops[] = {
        "{name: a, source: 192.0.2.0/24, destination: 2001:db8::/64}",
        "{name: a, source: 192.0.2.0/24, destination: 192.0.2.0/24, port: 22}",
        "{name: a, source: 192.0.2.0/24, destination: 192.0.2.0/24, protocol: icmp, source_port: 22}",
        "{name: a, source: 192.0.2.0/24, destination: 192.0.2.1/32}, {name: a, source: 192.0.2.0/24, "
        "destination: "
        "192.0.2.2/32}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof hops / sizeof *hops; i++) {
        char text[256];
        snprintf(text, sizeof text, "ran_port: {interfaces: [ran0], management: [%s]}", hops[i]);
        if (lab_config("", text, &error))
            fail_msg("accepted: %s", text);
    }
    assert_null(lab_config("", "ran_port: {interfaces: ['a\" } drop']}", &error));
}

/* --- who is seen --- */

static struct config *config;
static struct timers timers;
static struct ran_port *port;

static int open_port(void **state)
{
    (void)state;
    config = lab_config("", RULES, &error);
    assert_non_null(config);
    timers_init(&timers, 0);
    port = ran_port_new(config, &timers, NULL);
    assert_non_null(port);
    return 0;
}

static int close_port(void **state)
{
    (void)state;
    ran_port_free(port);
    timers_free(&timers);
    config_free(config);
    return 0;
}

static void kernel_says(const char *text)
{
    json_t *list = json_loads(text, 0, NULL);
    assert_non_null(list);
    ran_port_take(port, list);
    json_decref(list);
}

#define COUNTER(name, packets) \
    "{\"counter\": {\"name\": \"" name "\", \"packets\": " #packets ", \"bytes\": 100}}"
#define SET(elements) "{\"set\": {\"name\": \"x\", \"elem\": [" elements "]}}"
#define ELEMENT(value, packets)                                                                            \
    "{\"elem\": {\"val\": " value ", \"expires\": 9, \"counter\": {\"packets\": " #packets ", \"bytes\": " \
    "7}}}"

static uint64_t metric(const char *name, const char *what)
{
    json_t *metrics = json_array(), *item;
    uint64_t value = UINT64_MAX;
    size_t i;
    ran_port_metrics(port, metrics);
    json_array_foreach(metrics, i, item)
    {
        const char *label = json_string_value(json_object_get(json_object_get(item, "labels"), "what"));
        if (strcmp(json_string_value(json_object_get(item, "name")), name) == 0 &&
            (!what || (label && strcmp(label, what) == 0)))
            value = (uint64_t)json_integer_value(json_object_get(item, "value"));
    }
    json_decref(metrics);
    return value;
}

static void each_sender_is_told_once_and_counted_on(void **state)
{
    (void)state;
    kernel_says("[" COUNTER("denied", 5) "," COUNTER("n3", 9) "," COUNTER("hop0", 3) "," COUNTER(
        "hop7", 1) "," SET(ELEMENT("\"10.0.0.66\"", 2)) "]");
    assert_int_equal(metric("demarc_ran_port_sources_told", NULL), 1);
    assert_int_equal(metric("demarc_ran_port_packets", "denied"), 5);
    assert_int_equal(metric("demarc_ran_port_packets", "n3"), 9);
    assert_int_equal(metric("demarc_ran_port_packets", "m"), 3);
    kernel_says("[" COUNTER("denied", 9) "," COUNTER("too_big", 2) "," SET(
        ELEMENT("\"10.0.0.66\"", 4)) "," SET(ELEMENT("{\"concat\": [\"02:00:00:00:00:66\", 35020]}", 1)) "]");
    assert_int_equal(metric("demarc_ran_port_sources_told", NULL), 2);
    json_t *reply = ran_port_reply(port), *items = json_object_get(reply, "items");
    assert_int_equal(json_array_size(items), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(items, 0), "source")),
                        "02:00:00:00:00:66 type 0x88cc");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(items, 1), "packets")), 4);
    assert_int_equal(json_integer_value(json_object_get(reply, "denied_packets")), 9);
    assert_int_equal(json_integer_value(json_object_get(reply, "too_big_packets")), 2);
    json_decref(reply);
}

static void one_that_was_silent_for_long_is_told_again(void **state)
{
    (void)state;
    kernel_says("[" SET(ELEMENT("\"10.0.0.66\"", 2)) "]");
    kernel_says("[]");
    assert_int_equal(metric("demarc_ran_port_sources", NULL), 0);
    kernel_says("[" SET(ELEMENT("\"10.0.0.66\"", 1)) "]");
    assert_int_equal(metric("demarc_ran_port_sources_told", NULL), 2);
}

static void what_is_not_understood_harms_nothing(void **state)
{
    (void)state;
    kernel_says("[1, {}, {\"counter\": 7}, {\"counter\": {\"name\": 3}}, {\"set\": {\"elem\": [1, {\"elem\": "
                "{}}]}}]");
    assert_int_equal(metric("demarc_ran_port_packets", "denied"), 0);
    kernel_says("{}");
}

static bool untouched(const char *text)
{
    json_t *list = json_loads(text, 0, NULL);
    assert_non_null(list);
    const bool same = ran_port_untouched(port, list);
    json_decref(list);
    return same;
}

#define RULE(handle, what) "{\"rule\": {\"handle\": " #handle ", \"expr\": \"" what "\"}}"

/* What the first look finds is what was put up; counters go on without being another hand's doing. */
static void another_hand_is_seen_by_what_it_leaves(void **state)
{
    (void)state;
    assert_true(untouched("[{\"chain\": {\"handle\": 1}}," RULE(2, "accept") "," COUNTER("denied", 1) "]"));
    assert_true(untouched("[{\"chain\": {\"handle\": 1}}," RULE(2, "accept") "," COUNTER("denied", 7) "]"));
    assert_false(untouched("[{\"chain\": {\"handle\": 1}}," RULE(2, "accept") "," RULE(9, "accept") "]"));
    assert_false(
        untouched("[{\"chain\": {\"handle\": 1}}," RULE(3, "accept") "]")); /* taken away and put back */
    assert_false(untouched("[{\"chain\": {\"handle\": 1}}]"));
    assert_false(untouched("[]"));
    assert_true(untouched("[{\"chain\": {\"handle\": 1}}," RULE(2, "accept") "]"));
}

/* What did not change is not put up again, but nothing of the former configuration is used any more. */
static void a_reload_without_other_rules_leaves_them_alone(void **state)
{
    struct config *reloaded[2];
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        reloaded[i] = lab_config("", RULES, &error);
        assert_non_null(reloaded[i]);
        assert_true(ran_port_follow(port, &reloaded[i]->inventory.ran_port));
    }
    config_free(reloaded[0]);
    json_t *reply = ran_port_reply(port);
    const json_t *passed = json_object_get(reply, "passed");
    const json_t *hop = json_array_get(passed, json_array_size(passed) - 1);
    assert_string_equal(json_string_value(json_object_get(hop, "what")), "m");
    json_decref(reply);
    assert_true(ran_port_follow(port, &config->inventory.ran_port));
    config_free(reloaded[1]);
}

int main(void)
{
#define SEEN(name) cmocka_unit_test_setup_teardown(name, open_port, close_port)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_interfaces_the_table_goes),
        cmocka_unit_test(only_n2_n3_and_neighbours_come_in),
        cmocka_unit_test(management_hops_are_let_in_by_name),
        cmocka_unit_test(hops_that_make_no_sense_are_refused),
        SEEN(each_sender_is_told_once_and_counted_on),
        SEEN(one_that_was_silent_for_long_is_told_again),
        SEEN(what_is_not_understood_harms_nothing),
        SEEN(another_hand_is_seen_by_what_it_leaves),
        SEEN(a_reload_without_other_rules_leaves_them_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
