/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PFCP may do to the packet program's maps: what is refused, or comes from a stranger, leaves every octet of them as it was; a plane whose maps are full says so;
 * and when all sessions have gone, nothing of them is left.
 */
#include <stdlib.h>

#include "fast_lab.h"
#include "plane/fast/rules.h"
#include "plane/show.h"
#include "plane/status.h"

enum { SESSIONS = 4, ROUNDS = 6000, SESSION_HEADER = 16, CORRELATION = 9 };

/* --- the maps, octet for octet --- */

struct copy {
    uint8_t *octets[FAST_MAPS];
};

static void take_copy(const struct fast *fast, struct copy *copy)
{
    for (unsigned i = 0; i < fast->mapped_count; i++) {
        if (!copy->octets[i])
            copy->octets[i] = test_malloc(fast->mapped[i].bytes);
        memcpy(copy->octets[i], fast->mapped[i].at, fast->mapped[i].bytes);
    }
}

static bool is_as_copied(const struct fast *fast, const struct copy *copy)
{
    for (unsigned i = 0; i < fast->mapped_count; i++)
        if (memcmp(copy->octets[i], fast->mapped[i].at, fast->mapped[i].bytes) != 0)
            return false;
    return true;
}

static void free_copy(struct copy *copy)
{
    for (unsigned i = 0; i < FAST_MAPS; i++)
        if (copy->octets[i])
            test_free(copy->octets[i]);
}

static void nothing_is_left(const struct bench *bench)
{
    const struct fast *fast = &bench->fast;
    for (unsigned i = 0; i < fast->tunnels; i++)
        assert_int_equal(fast->places[i].teid, 0);
    for (unsigned i = 0; i < fast->sizes.addresses; i++)
        assert_int_equal(fast->addresses[i / 2].session[i % 2], 0);
    for (unsigned i = 1; i <= fast->sizes.sessions; i++)
        assert_false(fast->sessions[i].known);
    assert_int_equal(fast->free_count, fast->sizes.sessions);
    assert_int_equal(fast->free_rate_count, fast->sizes.sessions);
}

/* --- requests --- */

/* The phones of a few sessions have a rate in common. */
static void describe(struct lab_session *session, uint8_t number)
{
    lab_describe(session, number);
    session->qer.has_mbr = session->qer.has_correlation_id = true;
    session->qer.mbr = (struct pfcp_bit_rate){1000, 2000};
    session->qer.correlation_id = CORRELATION + number % 2;
}

static uint8_t ask_for(struct bench *bench, uint8_t number)
{
    struct lab_session session;
    describe(&session, number);
    return lab_ask(bench->lab, &session.request).session_establishment_response.cause;
}

static size_t encode_establishment(struct lab *lab, uint8_t number, uint8_t *room, size_t size)
{
    struct lab_session session;
    describe(&session, number);
    session.request.sequence = ++lab->sequence;
    return pfcp_encode(&session.request, room, size);
}

static size_t encode_modification(struct lab *lab, uint64_t seid, uint64_t chance, uint8_t *room, size_t size)
{
    static uint32_t qer = 1;
    struct pfcp_update_far far = {
        .far_id = 2,
        .has_apply_action = true,
        .apply_action = PFCP_FORW,
        .has_forwarding = true,
        .forwarding = {.has_destination_interface = true,
                       .has_outer_header_creation = true,
                       .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4,
                                                 .teid = (uint32_t)chance | 1,
                                                 .ip = {.has_v4 = true, .v4 = {127, 0, 0, 20}}}}};
    struct pfcp_qer update = {.qer_id = 1, .has_mbr = true, .mbr = {chance % 5000, 1 + chance % 7000}};
    struct pfcp_update_pdr pdr = {
        .pdr_id = 1 + chance % 2, .qer_ids = &qer, .qer_ids_count = chance % 3 == 0};
    struct pfcp_message request = {.type = PFCP_SESSION_MODIFICATION_REQUEST,
                                   .seid = seid,
                                   .sequence = ++lab->sequence,
                                   .session_modification_request = {
                                       .update_fars = &far,
                                       .update_fars_count = 1,
                                       .update_qers = &update,
                                       .update_qers_count = chance % 2,
                                       .update_pdrs = &pdr,
                                       .update_pdrs_count = chance % 5 == 0,
                                   }};
    return pfcp_encode(&request, room, size);
}

/* Behind the header, as that alone would be refused; its length is made to fit what has been cut off, or not. */
static size_t mutate(struct lab *lab, uint8_t *message, size_t length)
{
    const uint64_t chance = random_u64(&lab->random.random);
    for (unsigned n = chance % 4; n > 0; n--) {
        const uint64_t one = random_u64(&lab->random.random);
        message[SESSION_HEADER + one % (length - SESSION_HEADER)] = (uint8_t)(one >> 32);
    }
    if (chance >> 8 & 7)
        return length;
    length = SESSION_HEADER + (chance >> 16) % (length - SESSION_HEADER);
    message[2] = (uint8_t)((length - 4) >> 8);
    message[3] = (uint8_t)(length - 4);
    return length;
}

/* Any of the sessions that there are; 0: there is none. */
static uint64_t some_session(struct bench *bench, uint64_t chance)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        const struct session *session =
            table_get(&bench->lab->networks[0].by_v4, 0x0a2d0002u + (chance + i) % SESSIONS);
        if (session)
            return session->seid;
    }
    return 0;
}

static bool was_accepted(struct lab *lab)
{
    if (lab->n4_count == 0)
        return false;
    const struct pfcp_message answer = lab_last(lab);
    switch (answer.type) {
    case PFCP_SESSION_ESTABLISHMENT_RESPONSE:
        return answer.session_establishment_response.cause == PFCP_ACCEPTED;
    case PFCP_SESSION_MODIFICATION_RESPONSE:
        return answer.session_modification_response.cause == PFCP_ACCEPTED;
    default:
        return false;
    }
}

/* One request, as it is or mutated, from the SMF or a stranger. True: it was accepted. */
static bool take_step(struct bench *bench)
{
    struct lab *lab = bench->lab;
    uint8_t room[2048];
    union socket_address stranger;
    const uint64_t chance = random_u64(&lab->random.random), seid = some_session(bench, chance >> 8);
    const bool establish = seid == 0 || chance % 3 == 0, from_stranger = chance >> 60 == 0;
    size_t length =
        establish ? encode_establishment(lab, (uint8_t)(2 + (chance >> 16) % SESSIONS), room, sizeof room)
                  : encode_modification(lab, seid, chance >> 24, room, sizeof room);
    assert_true(length > 0);
    length = mutate(lab, room, length);
    address_parse(&stranger, "127.0.0.66", PFCP_PORT);
    lab->n4_count = 0;
    agent_receive(lab->agent, from_stranger ? &stranger : &lab->smf, bytes_of(room, length));
    assert_true(!from_stranger || lab->n4_count == 0);
    return was_accepted(lab);
}

static void what_is_refused_leaves_the_maps_as_they_were(void **state)
{
    struct bench *bench = bench_open(8);
    struct copy copy = {0};
    unsigned accepted = 0;
    (void)state;
    take_copy(&bench->fast, &copy);
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (take_step(bench)) {
            accepted++;
            take_copy(&bench->fast, &copy);
        }
        assert_true(is_as_copied(&bench->fast, &copy));
    }
    print_message("# %u of %u requests were accepted\n", accepted, ROUNDS);
    assert_true(accepted > ROUNDS / 10 && accepted < ROUNDS * 9 / 10);
    struct pfcp_message release = {
        .type = PFCP_ASSOCIATION_RELEASE_REQUEST,
        .association_release_request.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}}};
    lab_ask(bench->lab, &release);
    lab_sleep(bench->lab, SECONDS(1));
    nothing_is_left(bench);
    free_copy(&copy);
    bench_free(bench);
}

static unsigned free_places(const struct bench *bench)
{
    const struct config_plane config = {.name = "default"};
    json_t *status = status_reply(bench->lab->agent, &config);
    json_t *fast = json_object_get(status, "fast");
    const unsigned count = (unsigned)json_integer_value(json_object_get(fast, "free"));
    assert_int_equal(json_integer_value(json_object_get(fast, "sessions")), bench->fast.sizes.sessions);
    assert_in_range(json_integer_value(json_object_get(fast, "memory")), 1 << 20, 1 << 30);
    json_decref(status);
    return count;
}

static void a_plane_whose_maps_are_full_says_so(void **state)
{
    struct bench *bench = bench_open(2);
    struct copy copy = {0};
    (void)state;
    assert_int_equal(ask_for(bench, 2), PFCP_ACCEPTED);
    assert_int_equal(free_places(bench), 1);
    assert_int_equal(ask_for(bench, 3), PFCP_ACCEPTED);
    assert_int_equal(free_places(bench), 0);
    take_copy(&bench->fast, &copy);
    assert_int_equal(ask_for(bench, 4), PFCP_NO_RESOURCES_AVAILABLE);
    assert_true(is_as_copied(&bench->fast, &copy));
    assert_int_equal(ask_for(bench, 3), PFCP_ACCEPTED); /* it takes its own place */
    struct pfcp_message deletion = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = some_session(bench, 0)};
    assert_int_equal(lab_ask(bench->lab, &deletion).session_deletion_response.cause, PFCP_ACCEPTED);
    assert_int_equal(ask_for(bench, 4), PFCP_ACCEPTED);
    free_copy(&copy);
    bench_free(bench);
}

static void the_place_of_a_phone_is_that_of_its_address_or_another(void **state)
{
    static const uint8_t phones[] = {7, 4, 2}; /* the first has none of its own, and takes the second one's */
    static const unsigned places[] = {4, 3, 2};
    struct bench *bench = bench_open(4);
    struct lab_session sessions[3];
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        lab_describe(&sessions[i], phones[i]);
        bench_establish(bench, &sessions[i]);
        remember_gnb(bench, bench->session->gnb);
        assert_int_equal(bench->session->place, places[i]);
        assert_int_equal(bench->fast.sessions[places[i]].at_home, phones[i] == places[i]);
    }
    for (unsigned i = 0; i < 3; i++) {
        const uint64_t before = bench->fast.sessions[places[i]].action.packets;
        set_downlink(bench, (const uint8_t[]){10, 45, 0, phones[i]}, 100);
        assert_int_equal(run(bench), XDP_REDIRECT);
        assert_int_equal(bench->fast.sessions[places[i]].action.packets, before + 1);
    }
    set_downlink(bench, (const uint8_t[]){10, 45, 0, 3}, 100); /* nobody's, though its place is somebody's */
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

static void a_teid_is_drawn_even_where_no_tunnel_has_room(void **state)
{
    struct bench *bench = bench_open(8);
    struct lab_session session;
    struct packet packet;
    (void)state;
    for (unsigned i = 0; i < bench->fast.tunnels; i++)
        bench->fast.places[i].teid = UINT32_MAX;
    lab_describe(&session, UE);
    bench_establish(bench, &session);
    assert_true(bench->teid != 0);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_TO_N6);
    bench_free(bench);
}

/* An SMF that chooses TEIDs itself knows nothing of places: who finds his taken is served by the slow path. */
static void a_tunnel_without_a_place_is_the_slow_paths(void **state)
{
    struct bench *bench = bench_open(8);
    struct lab_session sessions[2];
    uint32_t teids[2] = {0x1000, 0};
    struct packet packet;
    (void)state;
    teids[1] = teids[0] + bench->fast.tunnels;
    for (unsigned i = 0; i < 2; i++) {
        lab_describe(&sessions[i], (uint8_t)(UE + i));
        sessions[i].pdrs[0].pdi.f_teid =
            (struct pfcp_f_teid){.teid = teids[i], .ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}};
        bench->teid = teids[i];
        bench_establish(bench, &sessions[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
        const uint8_t phone[4] = {10, 45, 0, (uint8_t)(UE + i)};
        bench->teid = teids[i];
        set_tunnelled(bench, phone, OUTSIDE, 53, 100);
        assert_int_equal(run(bench), i ? XDP_PASS : XDP_REDIRECT);
        assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_TO_N6);
        set_downlink(bench, phone, 100);
        assert_int_equal(run(bench), XDP_REDIRECT);
    }
    bench_free(bench);
}

static void assert_shown(const struct bench *bench, const char *key, const char *expected)
{
    json_t *request = json_pack("{s:s}", "session", "10.45.0.7"),
           *reply = rules_reply(bench->lab->agent, request);
    assert_string_equal(json_string_value(json_object_get(reply, key)), expected);
    json_decref(reply);
    json_decref(request);
}

/* The program makes no copies, whatever becomes of the packet itself. */
static void what_is_duplicated_is_the_slow_paths_and_the_other_direction_is_not(void **state)
{
    static const uint16_t actions[] = {PFCP_FORW, PFCP_DROP};
    struct pfcp_duplicating set = {.destination_interface = PFCP_LI_FUNCTION,
                                   .has_outer_header_creation = true,
                                   .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4,
                                                             .teid = 9,
                                                             .ip = {.has_v4 = true, .v4 = {127, 0, 0, 40}}}};
    (void)state;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        struct bench *bench = bench_open(8);
        struct lab_session session;
        struct packet packet;
        lab_describe(&session, UE);
        session.fars[0].apply_action = actions[i] | PFCP_DUPL;
        session.fars[0].duplicating = &set;
        session.fars[0].duplicating_count = 1;
        bench_establish(bench, &session);
        set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
        assert_int_equal(run(bench), XDP_PASS);
        assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet),
                         actions[i] == PFCP_FORW ? PATH_TO_N6 : PATH_DROP);
        assert_int_equal(packet.copies.count, 1);
        set_downlink(bench, PHONE, 100);
        assert_int_equal(run(bench), XDP_REDIRECT);
        assert_shown(bench, "uplink_path", "slow");
        assert_shown(bench, "uplink_why", "its packets are duplicated");
        assert_shown(bench, "downlink_path", "fast");
        bench_free(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused_leaves_the_maps_as_they_were),
        cmocka_unit_test(a_plane_whose_maps_are_full_says_so),
        cmocka_unit_test(the_place_of_a_phone_is_that_of_its_address_or_another),
        cmocka_unit_test(a_teid_is_drawn_even_where_no_tunnel_has_room),
        cmocka_unit_test(a_tunnel_without_a_place_is_the_slow_paths),
        cmocka_unit_test(what_is_duplicated_is_the_slow_paths_and_the_other_direction_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
