/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports and answers on N4 in every stage of a session, from its plane, from another and from a stranger, under the right SEID
 * and others: who does not have the session says nothing about it (TS 29.244 7.2.2.4.2, TS 23.527 5.3.3).
 */
#include "core/smf/n4.h"
#include "smf_states.h"

enum { STRANGE_SEID = 4711 };

enum sender { PLANE, ANOTHER, STRANGER, SENDERS };

enum seid { OWN, STRANGE, ZERO, SEIDS };

enum report { DATA, USAGE, TUNNEL_UNKNOWN, ANOTHERS_TUNNEL, STRANGE_TUNNEL, DELETED, REPORTS };

static const char *const sender_names[] = {"its plane", "another plane", "a stranger"};
static const char *const seid_names[] = {"its SEID", "a strange SEID", "no SEID"};
static const char *const report_names[] = {"downlink data",
                                           "usage",
                                           "an error of the tunnel",
                                           "an error of another's tunnel",
                                           "an error of a strange tunnel",
                                           "the session's end"};

static const char two_planes[] = "planes:\n"
                                 "  - {name: here, n4: 127.0.0.7, n3: [127.0.0.7]}\n"
                                 "  - {name: there, n4: 127.0.0.8, n3: [127.0.0.8]}\n";

struct cell {
    enum session_stage state;
    enum sender sender;
    enum seid seid;
    enum report report;
};

static struct world world;
static unsigned long cells, wrong_cells;

static const union socket_address *address_of(enum sender sender)
{
    static const union socket_address stranger = {
        .v4 = {.sin_family = AF_INET, .sin_addr.s_addr = 0x0100000a}};
    return sender == STRANGER ? &stranger : &world.config->planes[sender].n4;
}

static const struct session *ours(void)
{
    return session_find(&world.ue, OURS);
}

/* --- reports --- */

static uint64_t seid_in(const struct cell *cell)
{
    return cell->seid == STRANGE ? STRANGE_SEID : cell->seid == OWN && ours() ? ours()->seid : 0;
}

static void say(const struct cell *cell)
{
    const struct session *session = ours();
    static uint16_t pdr = 2;
    struct pfcp_f_teid remote = {.teid = session ? session->gnb.teid : 1,
                                 .ip = {.has_v4 = true, .v4 = {10, 0, 0, 9}}};
    struct pfcp_error_indication_report error = {.remote_f_teids = &remote, .remote_f_teids_count = 1};
    struct pfcp_usage_report usage = {
        .urr_id = 1, .has_volume = true, .volume = {.flags = PFCP_ULVOL, .uplink = 100}};
    struct pfcp_message message = {.type = PFCP_SESSION_REPORT_REQUEST, .seid = seid_in(cell)};
    struct pfcp_session_report_request *request = &message.session_report_request;
    remote.ip.v4[3] ^= cell->report == ANOTHERS_TUNNEL;
    remote.teid ^= cell->report == STRANGE_TUNNEL;
    switch (cell->report) {
    case DATA:
        *request =
            (struct pfcp_session_report_request){.report_type = PFCP_DLDR,
                                                 .has_downlink_data = true,
                                                 .downlink_data = {.pdr_ids = &pdr, .pdr_ids_count = 1}};
        break;
    case USAGE:
        *request = (struct pfcp_session_report_request){
            .report_type = PFCP_USAR, .usage_reports = &usage, .usage_reports_count = 1};
        break;
    case DELETED:
        *request = (struct pfcp_session_report_request){.report_type = PFCP_USAR,
                                                        .usage_reports = &usage,
                                                        .usage_reports_count = 1,
                                                        .has_srreq_flags = true,
                                                        .srreq_flags = PFCP_PSDBU};
        break;
    default:
        *request = (struct pfcp_session_report_request){
            .report_type = PFCP_ERIR, .has_error_indication = true, .error_indication = error};
    }
    world_from_peer(&world, address_of(cell->sender), &message);
}

/* --- what is expected --- */

static bool in_plane(enum session_stage stage)
{
    return stage != STAGE_NONE && stage != STAGE_RELEASING && stage != STAGE_RELEASING_ASKED;
}

static bool is_active(enum session_stage stage)
{
    return stage == STAGE_ACTIVE || stage == STAGE_RESTARTED || stage == STAGE_CHANGING ||
           stage == STAGE_CHANGING_ASKED || stage == STAGE_UNCONFIRMED;
}

static bool is_known(const struct cell *cell)
{
    return cell->sender == PLANE && cell->seid == OWN && in_plane(cell->state);
}

static bool changes(const struct cell *cell)
{
    if (!is_known(cell))
        return false;
    switch (cell->report) {
    case DATA:
        return cell->state == STAGE_INACTIVE;
    case TUNNEL_UNKNOWN:
        return is_active(cell->state);
    case USAGE:
    case DELETED:
        return true;
    default:
        return false;
    }
}

/* --- the walk --- */

static void complain(const struct cell *cell, const char *wrong)
{
    wrong_cells++;
    print_error("%s from %s under %s, session %s: %s (cause %u)\n", report_names[cell->report],
                sender_names[cell->sender], seid_names[cell->seid], session_stage_names[cell->state], wrong,
                world.plane.report_cause);
}

static bool answered(const struct cell *cell, unsigned told)
{
    if (cell->sender == STRANGER)
        return told == 0;
    return told &&
           world.plane.report_cause == (is_known(cell) ? PFCP_ACCEPTED : PFCP_SESSION_CONTEXT_NOT_FOUND);
}

static void step(const struct cell *cell)
{
    const uint64_t session = inside_session(&world, OURS), bystander = inside_session(&world, BYSTANDERS);
    const unsigned told = world.plane.told;
    world.plane.report_cause = 0;
    cells++;
    say(cell);
    bool changed = inside_session(&world, OURS) != session;
    if (!answered(cell, world.plane.told - told))
        complain(cell, "another answer");
    if (inside_session(&world, BYSTANDERS) != bystander)
        complain(cell, "the bystander has changed");
    if (changed != changes(cell))
        complain(cell, changed ? "changed something" : "changed nothing");
    if (!changed)
        return;
    world_close(&world);
    world_open_in(&world, two_planes, cell->state);
}

static void every_report_in_every_stage(void **state)
{
    struct cell cell;
    (void)state;
    cells = wrong_cells = 0;
    for (cell.state = 0; cell.state < SESSION_STAGES; cell.state++) {
        world_open_in(&world, two_planes, cell.state);
        for (unsigned i = 0; i < SENDERS * SEIDS * REPORTS; i++) {
            cell.sender = i % SENDERS;
            cell.seid = i / SENDERS % SEIDS;
            cell.report = i / SENDERS / SEIDS;
            step(&cell);
        }
        world_close(&world);
    }
    print_message("# %lu cells walked\n", cells);
    assert_int_equal(wrong_cells, 0);
}

/* --- answers --- */

static struct pfcp_message refusal(void)
{
    return (struct pfcp_message){
        .type = PFCP_SESSION_ESTABLISHMENT_RESPONSE,
        .seid = ours()->seid,
        .sequence = ours()->n4->sequence,
        .session_establishment_response = {.node_id = {.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}},
                                           .cause = PFCP_NO_RESOURCES_AVAILABLE},
    };
}

static void an_answer_is_its_plane_s_own(void **state)
{
    (void)state;
    world_open_in(&world, two_planes, STAGE_ASKED);
    const uint64_t session = inside_session(&world, OURS);
    struct pfcp_message strange[3] = {refusal(), refusal(), refusal()};
    strange[0].sequence ^= 1;
    strange[1].seid = session_find(&world.ue, BYSTANDERS)->seid;
    strange[2].type = PFCP_SESSION_MODIFICATION_RESPONSE;
    strange[2].session_modification_response =
        (struct pfcp_session_modification_response){.cause = PFCP_ACCEPTED};
    for (unsigned i = 0; i < 3; i++)
        world_from_peer(&world, address_of(PLANE), &strange[i]);
    struct pfcp_message right = refusal();
    world_from_peer(&world, address_of(ANOTHER), &right);
    world_from_peer(&world, address_of(STRANGER), &right);
    assert_true(inside_session(&world, OURS) == session);
    world_from_peer(&world, address_of(PLANE), &right);
    assert_null(ours());
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_report_in_every_stage),
        cmocka_unit_test(an_answer_is_its_plane_s_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
