/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H4: where phones are served, found and called, who learns of it, and what changes. */
#include "amf_shelter_world.h"

#include "core/amf/area.h"
#include "core/amf/shelter.h"

enum { CAPTURED_BYTES = 512 };

/* --- registration and service --- */

static void it_registers_at_a_trusted_cell_only(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    is_refused();
    assert_null(shelter_ue());
    assert_int_equal(world.core->metrics.sheltered[LINE_REGISTRATION], 1);
    enter(0, NAS_INITIAL_REGISTRATION);
    assert_int_equal(world.phones[0].state, PHONE_ON);
    assert_int_equal(seen.events, 0);
}

static void others_register_everywhere(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    phone_camp(&world.phones[1], &world.gnbs[ROUGH]);
    world_register(&world, 1);
    assert_ptr_equal(world_ue(&world, 1)->connection->gnb, shelter_gnb(ROUGH));
    assert_int_equal(seen.events, 0);
}

/* The phone is connected to a trusted cell, and turns up at another: whatever it says, what it has there is as it was. */
static void what_it_has_elsewhere_is_not_touched(void **state)
{
    static const enum nas_registration_kind kinds[] = {NAS_MOBILITY_REGISTRATION, NAS_PERIODIC_REGISTRATION,
                                                       NAS_INITIAL_REGISTRATION};
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    have_session(1);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct connection *connection = shelter_ue()->connection;
        const uint16_t active = smf_active(shelter_ue());
        const struct tai tai = shelter_ue()->tai;
        world.phones[0].connection = NULL; /* its cell has not noticed that it went */
        enter(ROUGH, kinds[i]);
        is_refused();
        assert_ptr_equal(shelter_ue()->connection, connection);
        assert_ptr_equal(connection->gnb, shelter_gnb(0));
        assert_true(shelter_ue()->registered && tai_equal(shelter_ue()->tai, tai));
        assert_int_equal(smf_active(shelter_ue()), active);
    }
}

static void a_phone_that_proves_itself_late_leaves_its_context_as_it_is(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    const struct connection *connection = shelter_ue()->connection;
    world.phones[0].connection = NULL;
    world.phones[0].has_guti = world.phones[0].secured = false;
    world.phones[0].security.ngksi = NAS_NO_KEY;
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    is_refused();
    assert_ptr_equal(shelter_ue()->connection, connection);
    assert_true(shelter_ue()->registered);
}

static void it_is_served_where_a_trusted_cell_is(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    have_session(1);
    world_idle(&world, 0);
    at(ROUGH);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    is_refused();
    assert_true(shelter_ue()->registered && smf_sessions(shelter_ue()));
    assert_int_equal(world.core->metrics.sheltered[LINE_SERVICE_REQUEST], 1);
    at(OTHER);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    assert_ptr_equal(shelter_ue()->connection->gnb, shelter_gnb(OTHER));
    assert_true(smf_active(shelter_ue()) != 0);
}

static void it_may_leave_from_anywhere(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    world_idle(&world, 0);
    at(ROUGH);
    phone_deregister(&world.phones[0], false);
    world_run(&world);
    assert_null(shelter_ue());
    assert_int_equal(world.phones[0].state, PHONE_OFF);
}

/* --- strangers and replays --- */

/* What a stranger hears does not tell who is protected. */
static void a_stranger_learns_nothing(void **state)
{
    unsigned heard[2][256];
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    for (unsigned i = 0; i < 2;
         i++) { /* the first is protected, the second is not; neither has the right key */
        memset(world.heard, 0, sizeof world.heard);
        memset(world.phones[i].usim.key.k, 0x11, 16);
        phone_camp(&world.phones[i], &world.gnbs[ROUGH]);
        phone_register(&world.phones[i], NAS_INITIAL_REGISTRATION);
        world_run(&world);
        memcpy(heard[i], world.heard, sizeof world.heard);
        assert_int_equal(world.phones[i].state, PHONE_OFF);
    }
    assert_memory_equal(heard[0], heard[1], sizeof *heard);
    assert_int_equal(seen.events, 0);
}

static uint8_t captured[CAPTURED_BYTES];
static size_t captured_length;

static bool captures(struct world *w, struct ngap_pdu *pdu)
{
    (void)w;
    if (pdu->message == NGAP_INITIAL_UE_MESSAGE) {
        captured_length = pdu->value.initial_ue_message->nas_pdu.len;
        assert_true(captured_length <= sizeof captured);
        memcpy(captured, pdu->value.initial_ue_message->nas_pdu.data, captured_length);
    }
    return true;
}

static void replay(unsigned cell, uint32_t ran_id)
{
    struct ngap_initial_ue_message message = {
        .ran_ue_ngap_id = ran_id,
        .nas_pdu = bytes_of(captured, captured_length),
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                      .user_location_information_nr = {.nr_cgi = {{0x99, 0xf9, 0x07},
                                                                                  0x300000000 >> 4},
                                                                       .tai = {{0x99, 0xf9, 0x07}, 1}}},
        .rrc_establishment_cause = NGAP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING,
    };
    world_ngap(&world, cell, NGAP_INITIAL_UE_MESSAGE, &message);
}

/* Overheard at the trusted cell, and said again from a high-risk one: the phone goes on as if nobody had spoken. */
static void replays_from_a_high_risk_cell_change_nothing(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    world.uplink_filter = captures;
    world_register(&world, 0);
    have_session(1);
    replay(ROUGH, 900); /* the SUCI: a challenge that only the phone can answer */
    assert_true(shelter_ue()->registered && shelter_ue()->connection->gnb == shelter_gnb(0));
    world_idle(&world, 0);
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    replay(ROUGH, 901); /* its COUNT has been used */
    assert_ptr_equal(shelter_ue()->connection->gnb, shelter_gnb(0));
    phone_register(&world.phones[0], NAS_MOBILITY_REGISTRATION);
    world_run(&world);
    replay(ROUGH, 902);
    assert_true(shelter_ue()->registered);
    world_pass(&world, SECONDS(60));
    assert_true(shelter_ue()->registered &&
                (!shelter_ue()->connection || shelter_ue()->connection->gnb == shelter_gnb(0)));
    assert_int_equal(shelter_gnb(ROUGH)->connections.count, 0);
}

/* --- paging --- */

static void it_is_paged_through_trusted_cells_only(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    world_register(&world, 0);
    world_idle(&world, 0);
    assert_true(world_data_waits(&world, 0, 1));
    assert_true(seen.paged[0] != 0);
    assert_int_equal(seen.paged[ROUGH] + seen.paged[ROUGHER], 0);
}

/* Idle since before it was protected, where high-risk and trusted cells are. */
static void it_is_found_after_it_became_protected(void **state)
{
    (void)state;
    shelter_begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    world_idle(&world, 0);
    world_configure_line(&world, LINE SUBSCRIBER);
    at(0);
    assert_true(world_data_waits(&world, 0, 1));
    assert_true(seen.paged[0] && seen.paged[OTHER]);
    assert_int_equal(seen.paged[ROUGH] + seen.paged[ROUGHER], 0);
    assert_int_equal(world.core->metrics.sheltered[LINE_PAGING], 2);
    assert_int_equal(world.events[0][PHONE_PAGED], 1);
}

static void without_a_trusted_cell_nobody_is_paged(void **state)
{
    (void)state;
    shelter_begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    world_idle(&world, 0);
    world_configure_line(&world, LINE SUBSCRIBER);
    core_association_down(world.core, ASSOCIATION, "test");
    core_association_down(world.core, ASSOCIATION + OTHER, "test");
    assert_false(world_data_waits(&world, 0, 1));
    assert_int_equal(world.sent[NGAP_PAGING], 0);
}

static void data_of_a_protected_network_pages_trusted_cells_only(void **state)
{
    (void)state;
    shelter_begin(LINE NETWORK);
    at(ROUGH);
    world_register(&world, 0);
    world.police = POLICE;
    have_session(1);
    have_session(POLICE);
    world_idle(&world, 0);
    assert_true(world_data_waits(&world, 0, POLICE));
    assert_int_equal(seen.paged[ROUGH] + seen.paged[ROUGHER], 0);
    world_pass(&world, SECONDS(60)); /* nobody answers */
    memset(seen.paged, 0, sizeof seen.paged);
    assert_true(world_data_waits(&world, 0, 1));
    assert_true(seen.paged[ROUGH] != 0);
}

/* --- changes --- */

static void who_becomes_protected_is_released(void **state)
{
    (void)state;
    shelter_begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    phone_camp(&world.phones[1], &world.gnbs[ROUGH]);
    world_register(&world, 1);
    world_configure_line(&world, LINE SUBSCRIBER);
    world_pass(&world, SECONDS(1));
    assert_null(shelter_ue()->connection);
    assert_true(shelter_ue()->registered);
    assert_non_null(world_ue(&world, 1)->connection);
    assert_int_equal(seen.events, 1);
    assert_non_null(strstr(seen.last_reason, "1 phones"));
}

static void a_session_that_becomes_protected_loses_its_user_plane_there(void **state)
{
    (void)state;
    shelter_begin_at_rough();
    world_pass(&world, SECONDS(1));
    assert_non_null(shelter_ue()->connection);
    assert_int_equal(smf_active(shelter_ue()), 1u << 1);
    assert_int_equal(world.sent[NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND], 1);
}

static void after_a_restart_it_is_looked_at_again(void **state)
{
    (void)state;
    shelter_begin(LINE);
    at(ROUGH);
    world_register(&world, 0);
    world_run(&world);
    world_configure_line(&world, LINE SUBSCRIBER);
    world_restart(&world);
    world_announce(&world, ROUGH);
    world_pass(&world, SECONDS(1));
    assert_non_null(shelter_ue());
    assert_null(shelter_ue()->connection);
}

static void a_suspension_lets_it_in_and_is_on_record(void **state)
{
    (void)state;
    shelter_begin(LINE SUBSCRIBER
                  "suspensions: [{rule: H4, by: J. Doe, reason: storm, until: 2027-01-16}]\n");
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_int_equal(world.phones[0].state, PHONE_ON);
    assert_true(seen.events > 0);
    assert_non_null(strstr(seen.last_reason, "J. Doe"));
    assert_non_null(shelter_ue()->connection);
    world_pass(&world, SECONDS(17 * 3600)); /* past midnight it is not in force any more */
    assert_true(shelter_ue()->registered);
    assert_null(shelter_ue()->connection);
}

static void a_lab_records_and_refuses_nothing(void **state)
{
    (void)state;
    shelter_begin("profile: lab\n" LINE SUBSCRIBER);
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_int_equal(world.phones[0].state, PHONE_ON);
    assert_true(seen.events > 0);
    assert_non_null(strstr(seen.last_reason, "recorded only: refuse"));
}

static void a_flood_of_refusals_is_not_a_flood_of_events(void **state)
{
    enum { TRIES = 40 };
    (void)state;
    shelter_begin(LINE SUBSCRIBER);
    for (unsigned i = 0; i < TRIES; i++)
        enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_true(seen.events < TRIES);
    assert_int_equal(world.core->metrics.sheltered[LINE_REGISTRATION], TRIES);
    world_pass(&world, SECONDS(5));
    enter(ROUGH, NAS_INITIAL_REGISTRATION);
    assert_non_null(strstr(seen.last_reason, "times more since"));
}

/* --- property: trusted cells take nothing away --- */

static unsigned dice(unsigned sides)
{
    return (unsigned)(random_u64(&world.random.random) % sides);
}

/* What an idle phone finds: is it served at that gNB, where is it kept out, and would anybody call it? */
struct found {
    bool served;
    unsigned slices, forbidden;
    bool called;
};

static struct found look_at(unsigned number)
{
    const struct config_area *areas;
    const struct config_slice *slices;
    const struct gnb *there = shelter_gnb(number);
    return (struct found){
        .served = !shelter_refuses_subscriber(there, LINE_REGISTRATION, shelter_ue()->supi),
        .slices = shelter_slices(there, there->areas[0].tai, shelter_ue()->supi, &world.arena, &slices),
        .forbidden = shelter_areas(shelter_ue(), &areas),
        .called = ue_can_be_paged(shelter_ue(), 1),
    };
}

/* The others are away, somebody else is protected. */
static void begin_round(const char *protected)
{
    char text[1024];
    snprintf(text, sizeof text, "%s%s", LINE, protected);
    for (unsigned i = 0; i < ROUGHER; i++)
        world_move_gnb(&world, i, i < ROUGH ? "test" : "rough");
    world_configure_both(&world, TACS, text);
    for (unsigned i = 0; i < ROUGHER; i++)
        world.gnbs[i].settings.tac = 1 + dice(2);
}

static void more_trusted_cells_never_take_service_away(void **state)
{
    enum { ROUNDS = 200 };
    static const char *const protections[] = {"", SUBSCRIBER, SLICE, NETWORK,
                                              "protected: {subscribers: ['9*'], slices: [1]}\n"};
    (void)state;
    shelter_begin(LINE);
    at(ROUGHER);
    world_register(&world, 0);
    have_session(1);
    world_idle(&world, 0);
    world.police = (uint8_t)dice(2);
    for (unsigned round = 0; round < ROUNDS; round++) {
        begin_round(protections[dice(5)]);
        world_set_up_gnb(&world, ROUGH);
        struct found before = look_at(ROUGH);
        for (unsigned i = 0; i < ROUGH; i++) {
            world_set_up_gnb(&world, i);
            const struct found after = look_at(ROUGH), there = look_at(i);
            assert_true(there.served && there.slices);
            assert_true(after.served == before.served && after.slices >= before.slices);
            assert_true(after.forbidden <= before.forbidden && after.called >= before.called);
            before = after;
        }
    }
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, shelter_open, shelter_close)
    const struct CMUnitTest tests[] = {
        IN_WORLD(it_registers_at_a_trusted_cell_only),
        IN_WORLD(others_register_everywhere),
        IN_WORLD(what_it_has_elsewhere_is_not_touched),
        IN_WORLD(a_phone_that_proves_itself_late_leaves_its_context_as_it_is),
        IN_WORLD(it_is_served_where_a_trusted_cell_is),
        IN_WORLD(it_may_leave_from_anywhere),
        IN_WORLD(a_stranger_learns_nothing),
        IN_WORLD(replays_from_a_high_risk_cell_change_nothing),
        IN_WORLD(it_is_paged_through_trusted_cells_only),
        IN_WORLD(it_is_found_after_it_became_protected),
        IN_WORLD(without_a_trusted_cell_nobody_is_paged),
        IN_WORLD(data_of_a_protected_network_pages_trusted_cells_only),
        IN_WORLD(who_becomes_protected_is_released),
        IN_WORLD(a_session_that_becomes_protected_loses_its_user_plane_there),
        IN_WORLD(after_a_restart_it_is_looked_at_again),
        IN_WORLD(a_suspension_lets_it_in_and_is_on_record),
        IN_WORLD(a_lab_records_and_refuses_nothing),
        IN_WORLD(a_flood_of_refusals_is_not_a_flood_of_events),
        IN_WORLD(more_trusted_cells_never_take_service_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
