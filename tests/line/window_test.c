/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H2's arithmetic: sums of the last slots, and whose an address is. */
#include "../check.h"

#include <string.h>

#include "../lab_config.h"
#include "line/tunnel_ends.h"
#include "line/window.h"

enum { LATEST = 1000, STEPS = 20000 };

static uint64_t state = 7;

static uint64_t dice(uint64_t sides)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % sides;
}

/* Beside each window stands a list of all slots there ever were. */
static void the_sum_is_that_of_the_slots_within_to_the_octet(void **unused)
{
    static struct octets all[LATEST];
    struct window window = {0};
    uint64_t now = 100;
    (void)unused;
    for (unsigned step = 0; step < STEPS && now < LATEST - 100; step++) {
        const uint64_t late = dice(60), slot = now > late ? now - late : 0;
        const struct octets octets = {dice(1 << 20), dice(1 << 20)};
        const bool within = slot + WINDOW_SLOTS > window.newest;
        if (slot > window.newest || within) {
            all[slot].uplink += octets.uplink;
            all[slot].downlink += octets.downlink;
        }
        assert_int_equal(window_add(&window, slot, octets), slot >= window.newest || within);
        if (dice(30) == 0)
            window_advance(&window, now += dice(10) ? dice(4) : dice(100));
        struct octets sum = {0};
        for (uint64_t i = 0; i < WINDOW_SLOTS; i++) {
            const uint64_t at = window.newest - i;
            sum.uplink += all[at].uplink;
            sum.downlink += all[at].downlink;
            assert_int_equal(window_at(&window, at).uplink, all[at].uplink);
        }
        assert_int_equal(window.sum.uplink, sum.uplink);
        assert_int_equal(window.sum.downlink, sum.downlink);
    }
}

static void windows_join_slot_by_slot(void **unused)
{
    struct window one = {0}, other = {0}, both = {0};
    (void)unused;
    for (unsigned i = 0; i < 1000; i++) {
        struct window *to = dice(2) ? &one : &other;
        const uint64_t slot = 200 + dice(100);
        const struct octets octets = {dice(1000), dice(1000)};
        window_add(to, slot, octets);
    }
    window_join(&both, &one);
    window_join(&both, &other);
    for (uint64_t slot = both.newest - WINDOW_SLOTS + 1; slot <= both.newest; slot++)
        assert_int_equal(window_at(&both, slot).uplink,
                         window_at(&one, slot).uplink + window_at(&other, slot).uplink);
}

#define GNBS                                                                                        \
    "vendors: [{name: own, risk: trusted}, {name: far}]\n"                                          \
    "domains: [{name: o, vendor: own, listen: ['::1']}, {name: f, vendor: far, listen: ['::2']}]\n" \
    "gnbs:\n"                                                                                       \
    "  - {name: near, domain: o, id: 999/70-00000001, n3: [10.1.0.0/16, '2001:db8:1::/48']}\n"      \
    "  - {name: mast, domain: o, id: 999/70-00000002, n3: [10.1.2.3/32]}\n"                         \
    "  - {name: away, domain: f, id: 999/70-00000003, n3: [10.2.0.0/15, '2001:db8:1:2::/64']}\n"    \
    "  - {name: both, domain: o, id: 999/70-00000004, n3: [10.3.0.1/32]}\n"

static const char *at(const struct tunnel_ends *ends, const char *address)
{
    struct config_ip ip;
    assert_true(config_ip_parse(address, &ip));
    const struct config_gnb *gnb = tunnel_ends_find(ends, &ip);
    return gnb ? gnb->name : "nobody";
}

static void an_address_is_of_the_longest_prefix_but_of_high_risk_first(void **unused)
{
    struct config_error error;
    (void)unused;
    struct config *config = lab_config("", GNBS, &error);
    if (!config)
        fail_msg("%s", error.text);
    struct tunnel_ends *ends = tunnel_ends_new(&config->inventory, 3);
    assert_string_equal(at(ends, "10.1.9.9"), "near");
    assert_string_equal(at(ends, "10.1.2.3"), "mast");
    assert_string_equal(at(ends, "10.3.0.1"), "away");
    assert_string_equal(at(ends, "2001:db8:1::5"), "near");
    assert_string_equal(at(ends, "2001:db8:1:2::5"), "away");
    assert_string_equal(at(ends, "10.4.0.1"), "nobody");
    assert_string_equal(at(ends, "::a01:203"), "nobody");
    tunnel_ends_free(ends);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sum_is_that_of_the_slots_within_to_the_octet),
        cmocka_unit_test(windows_join_slot_by_slot),
        cmocka_unit_test(an_address_is_of_the_longest_prefix_but_of_high_risk_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
