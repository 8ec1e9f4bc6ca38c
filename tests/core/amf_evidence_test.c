/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the AMF tells the recorder: each refusal once, of the message that asked, without a word about who the phone is; and what becomes of
 * suspensions and of the day, over restarts.
 */
#include "amf_world.h"

#include <string.h>

#include "core/amf/gmm.h"
#include "gnb_play.h"
#include "line/event.h"

enum { ENTRIES = 128, ROUGH = 1 };

#define LINE                                                                               \
    "vendors: [{name: ours, risk: trusted}, {name: theirs, risk: high}]\n"                 \
    "domains:\n"                                                                           \
    "  - {name: test, vendor: ours, listen: [127.0.0.5]}\n"                                \
    "  - {name: rough, vendor: theirs, listen: [127.0.0.6]}\n"                             \
    "gnbs: [{name: g1, domain: test, id: 999/70-00000001}, {name: g2, domain: rough, id: " \
    "999/70-00000002}]\n"
/* The world begins on 2027-01-15 at eight o'clock. */
#define SUSPENSION "suspensions: [{rule: H4, by: J. Doe, reason: storm, until: 2027-01-16}]\n"

static const int64_t DAY = SECONDS(86400);

static struct world world;
static struct evidence_entry entries[ENTRIES];
static unsigned count;
static uint8_t asked[WICKET_DIGEST_BYTES]; /* the last Initial UE Message */

static void take(void *context, const struct evidence_entry *entry)
{
    (void)context;
    assert_true(count < ENTRIES);
    entries[count++] = *entry;
}

static bool notes_the_request(struct world *w, struct ngap_pdu *pdu)
{
    if (pdu->message == NGAP_INITIAL_UE_MESSAGE)
        memcpy(asked, w->digest, sizeof asked);
    return true;
}

static int open_world(void **state)
{
    static const struct line_recorder recorder = {.take = take};
    (void)state;
    world = (struct world){0};
    world_open(&world);
    world.uplink_filter = notes_the_request;
    line_record(&recorder);
    count = 0;
    return 0;
}

static int close_world(void **state)
{
    line_record(NULL);
    return world_tear_down(state);
}

/* The only one of that procedure; nothing in it names the phone. */
static const struct evidence_entry *only(const char *procedure)
{
    const struct evidence_entry *found = NULL;
    for (unsigned i = 0; i < count; i++) {
        assert_null(strstr(entries[i].reason, "99970000000"));
        assert_null(strstr(entries[i].procedure, "99970000000"));
        if (strcmp(entries[i].procedure, procedure) != 0)
            continue;
        assert_null(found);
        found = &entries[i];
    }
    assert_non_null(found);
    return found;
}

static unsigned number_of(enum evidence_kind kind, enum evidence_step step)
{
    unsigned number = 0;
    for (unsigned i = 0; i < count; i++)
        number += entries[i].kind == kind && entries[i].step == step;
    return number;
}

static void is_about_the_request(const struct evidence_entry *entry)
{
    assert_int_equal(entry->kind, EVIDENCE_REFUSAL);
    assert_true(entry->has_digest && entry->association);
    assert_memory_equal(entry->digest, asked, sizeof asked);
    assert_false(entry->victim_touched);
}

static void a_registration_that_is_rejected_is_an_entry(void **state)
{
    static const struct config_routing_indicator ours = {"678"};
    (void)state;
    world_ready(&world);
    world.config->network.routing_indicators = &ours;
    world.config->network.routing_indicator_count = 1;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    const struct evidence_entry *entry = only("Registration reject");
    assert_string_equal(entry->reason, "5GMM cause 3, Illegal UE");
    assert_string_equal(entry->rule, "");
    is_about_the_request(entry);
}

static void answers_wrong(struct world *w, struct nas_message *message, bool up)
{
    static uint8_t wrong[16];
    (void)w;
    if (up && message->type == NAS_AUTHENTICATION_RESPONSE)
        message->authentication_response.response = BYTES(wrong);
}

/* Of the message that began it, not of the one that was wrong. */
static void who_answers_the_challenge_wrong_is_an_entry(void **state)
{
    (void)state;
    world_ready(&world);
    world.nas_filter = answers_wrong;
    phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
    world_run(&world);
    assert_null(world_ue(&world, 0));
    is_about_the_request(only("Authentication reject"));
}

static void a_service_request_of_nobody_is_an_entry(void **state)
{
    (void)state;
    world_ready(&world);
    world_register(&world, 0);
    world_idle(&world, 0);
    ue_discard(world_ue(&world, 0), N2_NAS(UNSPECIFIED));
    core_settle(world.core);
    count = 0;
    phone_request_service(&world.phones[0], NAS_SERVICE_DATA);
    world_run(&world);
    const struct evidence_entry *entry = only("Service reject");
    is_about_the_request(entry);
    assert_non_null(strstr(entry->reason, "5GMM cause 9"));
}

static void a_phone_of_another_association_is_an_entry_of_rule_n2(void **state)
{
    (void)state;
    world_ready(&world);
    world_register(&world, 0);
    count = 0;
    const struct ngap_ue_context_release_request stolen = {
        .amf_ue_ngap_id = 12345, .ran_ue_ngap_id = 1, .cause = N2_RADIO(UNSPECIFIED)};
    world_ngap(&world, 0, NGAP_UE_CONTEXT_RELEASE_REQUEST, &stolen);
    assert_string_equal(only("NGAP message")->rule, "N2");
    assert_non_null(world_ue(&world, 0)->connection);
}

static void a_handover_that_cannot_be_is_an_entry(void **state)
{
    (void)state;
    world_ready(&world);
    world_register(&world, 0);
    world.config->limits.procedures = 0;
    count = 0;
    static const uint8_t container[] = {0};
    static struct ngap_pdu_session_resource_item_ho_rqd session;
    const struct ngap_handover_required required =
        play_required(world_ue(&world, 0), ROUGH, &session, 1, BYTES(container));
    world_ngap(&world, 0, NGAP_HANDOVER_REQUIRED, &required);
    only("Handover Required");
    assert_int_equal(world.sent[NGAP_HANDOVER_PREPARATION_FAILURE], 1);
}

/* --- rule K2 --- */

static void a_suspension_begins_and_ends_once(void **state)
{
    (void)state;
    world_configure_line(&world, "profile: enrolled\n" LINE SUSPENSION);
    world_run(&world);
    assert_int_equal(number_of(EVIDENCE_SUSPENSION, EVIDENCE_BEGINS), 1);
    assert_non_null(strstr(only("rule suspended")->reason, "J. Doe: storm"));
    assert_string_equal(only("rule suspended")->rule, "H4");
    world_restart(&world);
    world_pass(&world, SECONDS(3600));
    assert_int_equal(number_of(EVIDENCE_SUSPENSION, EVIDENCE_BEGINS), 1);
    assert_int_equal(number_of(EVIDENCE_SUSPENSION, EVIDENCE_ENDS), 0);
    world_pass(&world, DAY);
    assert_int_equal(number_of(EVIDENCE_SUSPENSION, EVIDENCE_ENDS), 1);
    world_pass(&world, 2 * DAY);
    assert_int_equal(number_of(EVIDENCE_SUSPENSION, EVIDENCE_ENDS), 1);
}

static void a_suspension_that_ended_while_no_core_ran_is_told_by_the_next(void **state)
{
    (void)state;
    world_configure_line(&world, "profile: enrolled\n" LINE SUSPENSION);
    world_run(&world);
    world.wall_ahead = 3 * DAY;
    world_restart(&world);
    world_pass(&world, SECONDS(1));
    assert_int_equal(number_of(EVIDENCE_SUSPENSION, EVIDENCE_ENDS), 1);
    assert_non_null(strstr(only("rule in force again")->reason, "until 2027-01-16 has ended"));
}

static void a_suspension_that_is_taken_back_has_ended(void **state)
{
    (void)state;
    world_configure_line(&world, "profile: enrolled\n" LINE SUSPENSION);
    world_run(&world);
    world_configure_line(&world, "profile: enrolled\n" LINE);
    world_run(&world);
    assert_non_null(strstr(only("rule in force again")->reason, "taken back"));
}

/* --- the clock --- */

static bool lets_in(unsigned gnb)
{
    world_move_gnb(&world, gnb, "rough");
    world.gnb_ready[gnb] = world.gnb_refused[gnb] = false;
    ran_gnb_setup(&world.gnbs[gnb]);
    world_run(&world);
    return world.gnb_ready[gnb];
}

/* The profile lets the vendor's radio in; a core that does not know the day does not. */
static void a_clock_behind_the_last_day_after_a_restart_leaves_what_the_strictest_would(void **state)
{
    (void)state;
    world_configure_line(&world, "profile: enrolled\n" LINE);
    assert_true(lets_in(ROUGH));
    world.wall_ahead = -2 * DAY;
    world_restart(&world);
    world_pass(&world, SECONDS(1));
    count = 0;
    assert_false(lets_in(ROUGH));
    const struct evidence_entry *entry = only("NG Setup");
    assert_int_equal(entry->kind, EVIDENCE_REFUSAL);
    assert_true(entry->has_digest);
    world.wall_ahead = 0;
    world_restart(&world);
    world_pass(&world, SECONDS(1));
    assert_true(lets_in(ROUGH));
}

int main(void)
{
#define IN_WORLD(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_registration_that_is_rejected_is_an_entry),
        IN_WORLD(who_answers_the_challenge_wrong_is_an_entry),
        IN_WORLD(a_service_request_of_nobody_is_an_entry),
        IN_WORLD(a_phone_of_another_association_is_an_entry_of_rule_n2),
        IN_WORLD(a_handover_that_cannot_be_is_an_entry),
        IN_WORLD(a_suspension_begins_and_ends_once),
        IN_WORLD(a_suspension_that_ended_while_no_core_ran_is_told_by_the_next),
        IN_WORLD(a_suspension_that_is_taken_back_has_ended),
        IN_WORLD(a_clock_behind_the_last_day_after_a_restart_leaves_what_the_strictest_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
