/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that a gNB gets for a phone say nothing of those that others got (rule N2 of the line). */
#include "../uniform.h"
#include "amf_world.h"

enum { IDS = 32768, AMF_ID_OCTETS = 5, TMSI_OCTETS = 4, NARROW_BITS = 12 };

static struct world world;
static uint64_t ids[IDS];

static int set_up(void **state)
{
    (void)state;
    world_open_registered(&world);
    world_set_up_gnb(&world, 1);
    return 0;
}

static struct gnb *target(void)
{
    size_t cursor = 0;
    void *gnb = NULL;
    assert_true(map_next(&world.core->gnbs, &cursor, NULL, &gnb));
    return gnb;
}

static void draw_amf_ids(void)
{
    struct gnb *gnb = target();
    struct ue *ue = world_ue(&world, 0);
    for (unsigned i = 0; i < IDS; i++) {
        struct connection *connection = connection_for_target(gnb, ue);
        assert_non_null(connection);
        ids[i] = connection->amf_ue_ngap_id;
        connection_free(connection);
    }
}

static void amf_ue_ngap_ids_are_drawn_evenly_from_40_bits(void **state)
{
    (void)state;
    draw_amf_ids();
    for (unsigned i = 0; i < IDS; i++)
        assert_true(ids[i] > 0 && ids[i] >> 40 == 0);
    assert_true(uniform(ids, IDS, AMF_ID_OCTETS));
}

/* Of fewer bits, so that it can be seen how long it takes until one comes again. */
static void an_id_that_was_given_back_comes_last_of_all(void **state)
{
    static unsigned latest[1 << NARROW_BITS];
    (void)state;
    sequence_init(&world.core->amf_ids, world.core->random, NARROW_BITS);
    draw_amf_ids();
    for (unsigned i = 0; i < IDS; i++) {
        assert_in_range(ids[i], 1, (1 << NARROW_BITS) - 1);
        assert_true(latest[ids[i]] == 0 || i + 1 - latest[ids[i]] == (1 << NARROW_BITS) - 1);
        latest[ids[i]] = i + 1;
    }
}

/* A sequence that begins anew says the same numbers again. */
static void two_connections_never_share_a_number(void **state)
{
    const struct sequence beginning = world.core->amf_ids;
    struct connection *first, *second;
    (void)state;
    first = connection_for_target(target(), world_ue(&world, 0));
    world_ue(&world, 0)->target = NULL;
    world.core->amf_ids = beginning;
    second = connection_for_target(target(), world_ue(&world, 0));
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first->amf_ue_ngap_id != second->amf_ue_ngap_id);
    connection_free(second);
    first->ue = NULL;
    connection_free(first);
}

static void tmsis_are_drawn_evenly(void **state)
{
    struct ue *ue = world_ue(&world, 0);
    (void)state;
    world.core->random = random_system();
    for (unsigned i = 0; i < IDS; i++) {
        assert_true(ue_new_tmsi(ue));
        ids[i] = ue->tmsi;
    }
    assert_true(uniform(ids, IDS, TMSI_OCTETS));
    world.core->random = &world.random.random;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(amf_ue_ngap_ids_are_drawn_evenly_from_40_bits),
        TEST(an_id_that_was_given_back_comes_last_of_all),
        TEST(two_connections_never_share_a_number),
        TEST(tmsis_are_drawn_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
