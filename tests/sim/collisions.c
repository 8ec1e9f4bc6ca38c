/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two procedures of one phone at once. For every pair the second begins after each message that the first causes, in a world
 * of its own; when all has come to rest, phone and core must agree, what they agree on must be one of the outcomes that
 * docs/collisions.md names for the pair, and nothing may be left.
 */
#include "collisions.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/amf/amf.h"
#include "core/smf/smf.h"
#include "world.h"

enum { FIRST_SESSION = 1, SECOND_SESSION = 2, GNBS = 2, MOST_STEPS = 64 };

#define CONFIGURATION(name)                                                               \
    "network: {full_name: " name "}\n"                                                    \
    "smf: {pfcp_t1: 500ms, pfcp_heartbeat: 1s}\n"                                         \
    "data_networks: [{name: internet, ipv4: 10.45.0.0/16, ipv6: '2001:db8:cafe::/48'}]\n" \
    "log: {level: error}\n"

/* What the phone has in the end; bits. */
enum state {
    OFF = 0,
    ON = 1,
    HAS_FIRST = 2,
    HAS_SECOND = 4,
};

/* --- The procedures --- */

static struct ue *ue_of(const struct inhabitant *inhabitant)
{
    char supi[STORE_SUPI_BYTES];
    world_supi(inhabitant->number, supi);
    return inhabitant->world->core ? amf_find(inhabitant->world->core, supi_of_text(supi)) : NULL;
}

static void initial_registration(struct inhabitant *inhabitant)
{
    phone_register(&inhabitant->phone, NAS_INITIAL_REGISTRATION);
}

/* A phone that is not registered (any more) can only do it from the beginning. */
static void register_again(struct phone *phone, enum nas_registration_kind kind)
{
    phone_register(phone, phone->state == PHONE_ON ? kind : NAS_INITIAL_REGISTRATION);
}

static void mobility_registration(struct inhabitant *inhabitant)
{
    register_again(&inhabitant->phone, NAS_MOBILITY_REGISTRATION);
}

static void periodic_registration(struct inhabitant *inhabitant)
{
    register_again(&inhabitant->phone, NAS_PERIODIC_REGISTRATION);
}

static struct ran_gnb *other_cell(const struct inhabitant *inhabitant)
{
    struct world *world = inhabitant->world;
    return &world->masts[inhabitant->phone.gnb == &world->masts[0].gnb].gnb;
}

static void reappearance(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    phone_camp(phone, other_cell(inhabitant));
    register_again(phone, NAS_MOBILITY_REGISTRATION);
}

static void xn_handover(struct inhabitant *inhabitant)
{
    if (inhabitant->phone.connection)
        ran_gnb_xn_handover(inhabitant->phone.connection, other_cell(inhabitant));
}

static void n2_handover(struct inhabitant *inhabitant)
{
    if (inhabitant->phone.connection)
        ran_gnb_n2_handover(inhabitant->phone.connection, other_cell(inhabitant), false);
}

static void service_request(struct inhabitant *inhabitant)
{
    phone_request_service(&inhabitant->phone, NAS_SERVICE_DATA);
}

static void deregistration(struct inhabitant *inhabitant)
{
    phone_deregister(&inhabitant->phone, false);
}

static void switch_off(struct inhabitant *inhabitant)
{
    phone_deregister(&inhabitant->phone, true);
}

/* Only a connected phone can ask. */
static void session_establishment(struct inhabitant *inhabitant)
{
    if (inhabitant->phone.secured)
        phone_open_session(&inhabitant->phone, SECOND_SESSION, NULL, 0);
}

static void session_release(struct inhabitant *inhabitant)
{
    struct phone_session *session = phone_session(&inhabitant->phone, FIRST_SESSION);
    if (session && session->up)
        phone_close_session(&inhabitant->phone, session);
}

static void network_deregistration(struct inhabitant *inhabitant)
{
    struct ue *ue = ue_of(inhabitant);
    if (ue)
        amf_deregister(ue, 0, false);
}

static void network_session_release(struct inhabitant *inhabitant)
{
    struct ue *ue = ue_of(inhabitant);
    if (ue)
        smf_admin_release(ue, FIRST_SESSION);
}

static void session_modification(struct inhabitant *inhabitant)
{
    struct store_subscriber subscriber;
    struct arena arena;
    char supi[STORE_SUPI_BYTES];
    arena_init(&arena, 0);
    world_supi(inhabitant->number, supi);
    if (store_subscriber_get(inhabitant->world->store, supi, &arena, &subscriber) == STORE_OK) {
        struct store_slice slice = subscriber.slices[0];
        struct store_dnn dnn = slice.dnns[0];
        dnn.ambr_downlink += 1000000;
        slice.dnns = &dnn;
        slice.dnn_count = 1;
        subscriber.slices = &slice;
        subscriber.slice_count = 1;
        store_subscriber_put(inhabitant->world->store, &subscriber);
    }
    arena_free(&arena);
}

static void downlink_data(struct inhabitant *inhabitant)
{
    world_downlink(inhabitant);
}

static void an_release(struct inhabitant *inhabitant)
{
    if (inhabitant->phone.connection)
        ran_gnb_release_request(inhabitant->phone.connection);
}

static void radio_link_failure(struct inhabitant *inhabitant)
{
    ran_gnb_lose(inhabitant->phone.connection);
}

static void ng_reset(struct inhabitant *inhabitant)
{
    ran_gnb_reset(inhabitant->phone.gnb);
}

static void gnb_lost(struct inhabitant *inhabitant)
{
    world_cut(inhabitant->phone.gnb->user);
}

static void control_killed(struct inhabitant *inhabitant)
{
    world_kill_core(inhabitant->world);
}

struct act {
    const char *name;
    void (*begin)(struct inhabitant *inhabitant);
    bool idle, connected;  /* where the phone may be when it is the first */
    unsigned takes, gives; /* of the state, when it succeeds */
};

static const struct act acts[] = {
    {"initial registration", initial_registration, true, true, HAS_FIRST | HAS_SECOND, ON},
    {"mobility registration", mobility_registration, true, true, 0, ON},
    {"periodic registration", periodic_registration, true, true, 0, ON},
    {"registration at another gNB", reappearance, true, true, 0, ON},
    {"service request", service_request, true, false, 0, 0},
    {"deregistration", deregistration, true, true, ON | HAS_FIRST | HAS_SECOND, 0},
    {"switch-off", switch_off, true, true, ON | HAS_FIRST | HAS_SECOND, 0},
    {"session establishment", session_establishment, false, true, 0, HAS_SECOND},
    {"session release", session_release, false, true, HAS_FIRST, 0},
    {"network deregistration", network_deregistration, true, true, ON | HAS_FIRST | HAS_SECOND, 0},
    {"network session release", network_session_release, true, true, HAS_FIRST, 0},
    {"session modification", session_modification, true, true, 0, 0},
    {"downlink data", downlink_data, true, true, 0, 0},
    {"AN release", an_release, false, true, 0, 0},
    {"radio link failure", radio_link_failure, false, true, 0, 0},
    {"NG reset", ng_reset, false, true, 0, 0},
    {"gNB lost", gnb_lost, false, true, 0, 0},
    {"control killed", control_killed, true, true, 0, 0},
    {"Xn handover", xn_handover, false, true, 0, 0},
    {"N2 handover", n2_handover, false, true, 0, 0},
};

enum { ACTS = sizeof acts / sizeof acts[0] };

/* --- One meeting --- */

struct meeting {
    const struct act *first, *second;
    bool connected;
    unsigned step; /* the second begins when the first has caused so many messages */
};

static bool settle(struct world *world, int64_t time)
{
    world_run(world, world->timers.now + time);
    return true;
}

/* A phone with a session, in the stance that the first procedure wants. */
static bool prepare(struct inhabitant *inhabitant, bool connected)
{
    struct world *world = inhabitant->world;
    struct phone *phone = &inhabitant->phone;
    phone_camp(phone, &world->masts[0].gnb);
    initial_registration(inhabitant);
    settle(world, SECONDS(1));
    phone_open_session(phone, FIRST_SESSION, NULL, 0);
    settle(world, SECONDS(1));
    if (!connected && phone->connection)
        ran_gnb_release_request(phone->connection);
    settle(world, SECONDS(1));
    const struct phone_session *session = phone_session(phone, FIRST_SESSION);
    return session && session->up && connected == (phone->connection != NULL);
}

/* False: the first procedure had ended, with all that it caused, before that many messages. */
static bool run_steps(struct world *world, unsigned steps)
{
    uint64_t goal = world->delivered + steps;
    int64_t patience = world->timers.now + SECONDS(1);
    while (world->delivered < goal) {
        int64_t next = timers_next(&world->timers);
        if (next > patience)
            return false;
        world_run(world, next);
    }
    return true;
}

/* What the network did behind its back the phone learns when it next speaks. */
static void learn(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    if (phone->connection)
        ran_gnb_release_request(phone->connection);
    settle(inhabitant->world, SECONDS(5));
    inhabitant->refusable = true;
    if (phone->state == PHONE_ON && !phone->connection)
        service_request(inhabitant);
    settle(inhabitant->world, SECONDS(5));
}

static unsigned state_of(const struct phone *phone)
{
    nas_session_set sessions = phone_sessions_up(phone);
    if (phone->state != PHONE_ON)
        return OFF;
    return ON | (sessions & 1u << FIRST_SESSION ? HAS_FIRST : 0) |
           (sessions & 1u << SECOND_SESSION ? HAS_SECOND : 0);
}

static unsigned after(const struct act *act, unsigned state)
{
    unsigned then = (state & ~act->takes) | act->gives;
    return then & ON ? then : OFF;
}

struct outcome {
    bool met;          /* the second began while the first was under way */
    const char *wrong; /* NULL: nothing */
    unsigned state;
};

static struct outcome meet(const struct meeting *meeting)
{
    struct outcome outcome = {0};
    struct world *world = calloc(1, sizeof *world);
    struct world_plan plan = {.seed = 1 + meeting->step,
                              .gnbs = GNBS,
                              .phones = 1,
                              .configurations = {CONFIGURATION("Before"), CONFIGURATION("After")}};
    if (!world || !world_init(world, &plan)) {
        free(world);
        return (struct outcome){.wrong = "the world cannot be made"};
    }
    struct inhabitant *inhabitant = &world->inhabitants[0];
    inhabitant->refusable = true;
    if (!prepare(inhabitant, meeting->connected)) {
        outcome.wrong = "the phone cannot be prepared";
    } else {
        meeting->first->begin(inhabitant);
        outcome.met = run_steps(world, meeting->step);
        if (outcome.met) {
            meeting->second->begin(inhabitant);
            settle(world, SECONDS(100));
            learn(inhabitant);
            outcome.state = state_of(&inhabitant->phone);
            outcome.wrong = world_holds(world);
        }
    }
    world_free(world);
    free(world);
    return outcome;
}

/* --- What docs/collisions.md says --- */

/* A row of its matrix: an outcome for each second procedure, letters. */
struct expectation {
    char outcomes[ACTS][4];
};

static bool read_row(char *line, struct expectation expected[ACTS])
{
    char *rest = NULL;
    unsigned column = 0;
    strtok_r(line, "|", &rest);
    char *end;
    unsigned long number = strtoul(line + 1, &end, 10);
    if (number < 1 || number > ACTS ||
        strncmp(end + 1, acts[number - 1].name, strlen(acts[number - 1].name)) != 0)
        return false;
    for (char *cell; (cell = strtok_r(NULL, "|", &rest)) && column < ACTS; column++)
        sscanf(cell, " %3[b12o-]", expected[number - 1].outcomes[column]);
    return column == ACTS;
}

/* False: not every procedure has its row with all its columns. */
static bool read_table(const char *path, struct expectation expected[ACTS])
{
    FILE *file = fopen(path, "re");
    char line[1024];
    unsigned rows = 0;
    while (file && fgets(line, sizeof line, file))
        if (line[0] == '|' && line[1] == ' ' && line[2] >= '1' && line[2] <= '9')
            rows += read_row(line, expected);
    if (file)
        fclose(file);
    return rows == ACTS;
}

/* The letter for what became of the two: as the legend of the table has it. */
static bool is_outcome(char letter, const struct act *first, const struct act *second, unsigned state)
{
    const unsigned before = ON | HAS_FIRST;
    switch (letter) {
    case 'b':
        return state == after(second, after(first, before)) || state == after(first, after(second, before));
    case '1':
        return state == after(first, before);
    case '2':
        return state == after(second, before);
    case 'o':
        return state == OFF;
    default:
        return letter == '-' && state == before;
    }
}

static bool is_expected(const char *outcomes, const struct act *first, const struct act *second,
                        unsigned state)
{
    for (; *outcomes; outcomes++)
        if (is_outcome(*outcomes, first, second, state))
            return true;
    return false;
}

/* --- The walk --- */

static unsigned meetings;

static unsigned number_of(const struct meeting *meeting)
{
    unsigned pair = (unsigned)(meeting->first - acts) * ACTS + (unsigned)(meeting->second - acts);
    return 1 + (pair * 2 + meeting->connected) * MOST_STEPS + meeting->step;
}

static struct meeting meeting_of(unsigned number)
{
    unsigned pair = (number - 1) / MOST_STEPS / 2;
    return (struct meeting){.first = &acts[pair / ACTS % ACTS],
                            .second = &acts[pair % ACTS],
                            .connected = (number - 1) / MOST_STEPS % 2,
                            .step = (number - 1) % MOST_STEPS};
}

static bool walk_pair(struct meeting meeting, const char *outcomes)
{
    bool well = true;
    for (; meeting.step < MOST_STEPS; meeting.step++) {
        struct outcome outcome = meet(&meeting);
        if (!outcome.met)
            break;
        meetings++;
        const char *wrong = outcome.wrong;
        if (!wrong && !is_expected(outcomes, meeting.first, meeting.second, outcome.state))
            wrong = "not what the table says";
        if (wrong)
            printf("# meeting %u: %s (%s), after %u messages %s: %s; the phone has %u\n", number_of(&meeting),
                   meeting.first->name, meeting.connected ? "connected" : "idle", meeting.step,
                   meeting.second->name, wrong, outcome.state);
        well = well && !wrong;
    }
    return well;
}

static bool walk_row(unsigned first, const struct expectation *expected)
{
    bool well = true;
    for (unsigned second = 0; second < ACTS; second++) {
        struct meeting meeting = {.first = &acts[first], .second = &acts[second]};
        if (acts[first].idle)
            well &= walk_pair(meeting, expected->outcomes[second]);
        meeting.connected = true;
        if (acts[first].connected)
            well &= walk_pair(meeting, expected->outcomes[second]);
    }
    return well;
}

const char *collisions_meet(unsigned number)
{
    struct meeting meeting = meeting_of(number);
    return meet(&meeting).wrong;
}

bool collisions_walk(const char *table)
{
    static struct expectation expected[ACTS];
    bool well = read_table(table, expected);
    printf("1..%u\n%s 1 - the table has a row and a column for every procedure\n", ACTS + 1,
           well ? "ok" : "not ok");
    for (unsigned first = 0; first < ACTS; first++) {
        bool row = walk_row(first, &expected[first]);
        printf("%s %u - %s meets the others\n", row ? "ok" : "not ok", first + 2, acts[first].name);
        fflush(stdout);
        well &= row;
    }
    printf("# %u meetings\n", meetings);
    return well;
}
