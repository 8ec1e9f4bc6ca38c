/* SPDX-License-Identifier: Apache-2.0 */
#include "amf_world.h"
#include "core/gate.h"

static struct world world;
static struct gate gate;
static struct gate_edge mine, others;
static const char *why;

static const char inventory[] = "domains: [{name: one, listen: ['::1']}, {name: two, listen: ['::2']}]";

static struct gate_edge named(const char *name)
{
    struct gate_edge edge = {.gate = &gate};
    snprintf(edge.name, sizeof edge.name, "%s", name);
    return edge;
}

static bool says(struct gate_edge *edge, const struct wicket_message *message)
{
    uint8_t space[256];
    struct writer w = writer_of(space, sizeof space);
    assert_true(wicket_encode(&w, message));
    bool good = gate_heard(edge, writer_bytes(&w), &why);
    assert_int_equal(good, why == NULL);
    return good;
}

static bool says_hello(struct gate_edge *edge, const char *name, uint8_t version, uint32_t tables)
{
    return says(edge, &(struct wicket_message){.kind = WICKET_HELLO,
                                               .version = version,
                                               .tables = tables,
                                               .body = bytes_of(name, strlen(name))});
}

static bool says_up(struct gate_edge *edge, uint64_t association)
{
    struct wicket_message message = {.kind = WICKET_UP, .association = association};
    address_parse(&message.peer, "10.9.0.1", 38412);
    return says(edge, &message);
}

static bool says_down(struct gate_edge *edge, uint64_t association)
{
    return says(edge, &(struct wicket_message){
                          .kind = WICKET_DOWN, .association = association, .body = bytes_of("gone", 4)});
}

static int open_gate(void **state)
{
    (void)state;
    world_open(&world);
    world_configure_line(&world, inventory);
    gate_init(&gate, world.core, 1);
    mine = named("one");
    others = named("two");
    assert_true(says_hello(&mine, "one", WICKET_VERSION, ngap_description_version));
    assert_true(says_hello(&others, "two", WICKET_VERSION, ngap_description_version));
    return 0;
}

static int close_gate(void **state)
{
    gate_free(&gate);
    return world_tear_down(state);
}

static void an_edge_of_another_build_is_told_so(void **state)
{
    (void)state;
    gate_edge_gone(&mine, "for the test");
    struct gate_edge late = named("one");
    assert_false(says_hello(&late, "one", WICKET_VERSION + 1, ngap_description_version));
    assert_string_equal(why, "is of another build");
    assert_false(says_hello(&late, "one", WICKET_VERSION, ngap_description_version ^ 1));
    assert_string_equal(why, "is of another build");
    assert_true(says_hello(&late, "one", WICKET_VERSION, ngap_description_version));
}

static void an_edge_has_the_name_that_the_keeper_gave_it(void **state)
{
    (void)state;
    struct gate_edge stranger = named("three");
    assert_false(says_hello(&mine, "one", WICKET_VERSION, ngap_description_version));
    assert_false(says_hello(&stranger, "two", WICKET_VERSION, ngap_description_version));
    assert_false(says_hello(&stranger, "thre", WICKET_VERSION, ngap_description_version));
    assert_false(says_hello(&stranger, "three3", WICKET_VERSION, ngap_description_version));
    assert_false(says_up(&stranger, 7));
    assert_null(gate_owner(&gate, 7));
}

static void an_edge_is_not_heard_on_anothers_association(void **state)
{
    (void)state;
    assert_true(says_up(&mine, 7));
    assert_false(says_up(&others, 7));
    assert_false(says_down(&others, 7));
    assert_ptr_equal(gate_owner(&gate, 7), &mine);
    assert_non_null(gnb_find(world.core, 7));
    gate_edge_gone(&others, "cut off");
    assert_non_null(gnb_find(world.core, 7));
}

static void what_crossed_a_close_is_nobodys_fault(void **state)
{
    (void)state;
    assert_true(says_up(&mine, 7));
    gate_forget(&gate, 7);
    assert_int_equal(mine.associations, 0);
    assert_true(says_down(&mine, 7));
}

static void with_an_edge_go_its_associations_and_no_others(void **state)
{
    (void)state;
    for (uint64_t association = 1; association <= 20; association++)
        assert_true(says_up(association % 2 ? &mine : &others, association));
    gate_edge_gone(&mine, "for the test");
    for (uint64_t association = 1; association <= 20; association++)
        assert_int_equal(gnb_find(world.core, association) != NULL, association % 2 == 0);
}

static void flat_ngap_of_other_tables_is_refused(void **state)
{
    (void)state;
    uint8_t flat[64] = {0};
    assert_true(says_up(&mine, 7));
    assert_false(says(&mine, &(struct wicket_message){.kind = WICKET_NGAP,
                                                      .association = 7,
                                                      .digest = flat,
                                                      .body = bytes_of(flat, sizeof flat)}));
    assert_string_equal(why, "made by another build");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_gate, close_gate)
    const struct CMUnitTest tests[] = {
        TEST(an_edge_of_another_build_is_told_so),
        TEST(an_edge_has_the_name_that_the_keeper_gave_it),
        TEST(an_edge_is_not_heard_on_anothers_association),
        TEST(what_crossed_a_close_is_nobodys_fault),
        TEST(with_an_edge_go_its_associations_and_no_others),
        TEST(flat_ngap_of_other_tables_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
