/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N1 where N2 comes through IPsec: who stands behind an address. */
#include "../check.h"

#include "line/gateway.h"

static struct arena arena;
static struct gateway_view view;
static const char *proved_by;

static struct bytes text(const char *from)
{
    return bytes_of(from, strlen(from));
}

static bool take(const char *state, const char *identity, const char *child_state, const char *local,
                 const char *remote)
{
    struct vici_selector here = {.text = text(local)}, there = {.text = text(remote)};
    struct vici_child child = {.state = text(child_state), .local = &here, .remote = &there};
    const struct vici_sa sa = {.state = text(state), .remote_id = text(identity), .children = &child};
    return gateway_take(&view, &arena, &sa);
}

static void tunnel(const char *identity, const char *local, const char *remote)
{
    assert_true(take("ESTABLISHED", identity, "INSTALLED", local, remote));
}

static int set_up(void **state)
{
    (void)state;
    arena_reset(&arena);
    view = (struct gateway_view){0};
    return 0;
}

/* Who comes from the address to 10.91.0.1 and 2001:db8::1, enrolled with CN=gnb or CN=new? */
static enum gateway_verdict who(const char *from)
{
    static const char *certificates[] = {"CN=gnb", "CN=new"};
    const struct config_gnb enrolled = {.certificates = certificates, .certificate_count = 2};
    union socket_address listen[2], address;
    assert_true(address_parse(&listen[0], "10.91.0.1", 38412));
    assert_true(address_parse(&listen[1], "2001:db8::1", 38412));
    assert_true(address_parse(&address, from, 9));
    const struct config_edge edge = {.listen = listen, .listen_count = 2};
    return gateway_who(&view, &enrolled, &address, &edge, &proved_by);
}

static void its_own_certificate_behind_a_tunnel_is_a_proof(void **state)
{
    (void)state;
    tunnel("CN=gnb", "10.91.0.1/32", "10.91.1.1/32");
    assert_int_equal(who("10.91.1.1"), GATEWAY_PROVED);
    assert_string_equal(proved_by, "CN=gnb");
    assert_int_equal(who("10.91.1.2"), GATEWAY_NOBODY);
    tunnel("CN=new", "10.91.0.0/16", "10.91.1.0..10.91.1.9");
    assert_int_equal(who("10.91.1.9"), GATEWAY_PROVED);
    assert_string_equal(proved_by, "CN=new");
    assert_int_equal(who("10.91.1.10"), GATEWAY_NOBODY);
    tunnel("CN=gnb", "2001:db8::/64", "2001:db8:1::/48");
    assert_int_equal(who("2001:db8:1:ffff::9"), GATEWAY_PROVED);
    assert_int_equal(who("2001:db8:2::9"), GATEWAY_NOBODY);
}

static void another_certificate_is_never_outvoted(void **state)
{
    (void)state;
    tunnel("CN=gnb", "10.91.0.1/32", "10.91.1.1/32");
    tunnel("CN=gnb2", "10.0.0.0/8[udp]", "10.91.0.0/16");
    assert_int_equal(who("10.91.1.1"), GATEWAY_ANOTHER);
}

static void names_are_compared_as_a_whole(void **state)
{
    static const char *const others[] = {"CN=gn", "CN=gnb ", "CN=GNB", "CN=gnb, O=x", "%any"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        set_up(state);
        tunnel(others[i], "10.91.0.1/32", "10.91.1.1/32");
        assert_int_equal(who("10.91.1.1"), GATEWAY_ANOTHER);
    }
}

/* Through such a tunnel not all of SCTP to N2 passes, so that it may come from elsewhere beside it. */
static void a_tunnel_for_something_else_is_no_proof(void **state)
{
    static const char *const local[] = {"10.91.0.2/32", "10.91.0.1/32[udp]", "10.91.0.1/32[sctp/2905]",
                                        "2001:db8::1/128"};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        set_up(state);
        tunnel("CN=gnb", local[i], "10.91.1.1/32");
        assert_int_equal(who("10.91.1.1"), GATEWAY_NOBODY);
    }
    set_up(state);
    tunnel("CN=gnb", "10.91.0.1/32[sctp]", "10.91.1.1/32[132]");
    assert_int_equal(who("10.91.1.1"), GATEWAY_PROVED);
}

static void only_tunnels_in_use_count(void **state)
{
    static const char *const states[][2] = {{"CONNECTING", "INSTALLED"}, {"DELETING", "INSTALLED"},
                                            {"PASSIVE", "INSTALLED"},    {"ESTABLISHED", "CREATED"},
                                            {"ESTABLISHED", "DELETING"}, {"ESTABLISHED", ""}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        set_up(state);
        assert_true(take(states[i][0], "CN=gnb", states[i][1], "10.91.0.1/32", "10.91.1.1/32"));
        assert_int_equal(who("10.91.1.1"), GATEWAY_NOBODY);
    }
    assert_true(take("REKEYING", "CN=gnb", "REKEYING", "10.91.0.1/32", "10.91.1.1/32"));
    assert_int_equal(who("10.91.1.1"), GATEWAY_PROVED);
}

static void what_cannot_be_read_proves_nothing(void **state)
{
    static const char *const selectors[] = {
        "", "dynamic", "10.91.0.1", "10.91.0.1/33", "10.91.0.1..", "10.0.0.0..::1", "10.91.0.1/32/32"};
    (void)state;
    for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++)
        assert_false(take("ESTABLISHED", "CN=gnb", "INSTALLED", selectors[i], "10.91.1.1/32"));
    assert_false(take("ESTABLISHED", "", "INSTALLED", "10.91.0.1/32", "10.91.1.1/32"));
}

static void without_an_answer_nobody_is_proved(void **state)
{
    union socket_address address;
    (void)state;
    assert_true(address_parse(&address, "10.91.1.1", 9));
    assert_int_equal(
        gateway_who(NULL, &(struct config_gnb){0}, &address, &(struct config_edge){0}, &proved_by),
        GATEWAY_SILENT);
    assert_int_equal(
        gateway_who(&view, &(struct config_gnb){0}, &address, &(struct config_edge){0}, &proved_by),
        GATEWAY_NOBODY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(its_own_certificate_behind_a_tunnel_is_a_proof, set_up),
        cmocka_unit_test_setup(another_certificate_is_never_outvoted, set_up),
        cmocka_unit_test_setup(names_are_compared_as_a_whole, set_up),
        cmocka_unit_test_setup(a_tunnel_for_something_else_is_no_proof, set_up),
        cmocka_unit_test_setup(only_tunnels_in_use_count, set_up),
        cmocka_unit_test_setup(what_cannot_be_read_proves_nothing, set_up),
        cmocka_unit_test_setup(without_an_answer_nobody_is_proved, set_up),
    };
    arena_init(&arena, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
