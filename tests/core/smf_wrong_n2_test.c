/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of N2 SM information, readable and not, for every session, in every stage of a session: what nobody waits for and
 * what cannot be read changes nothing (TS 38.413 10.4), and a Modify Indication has its answer always (8.2.5).
 */
#include "core/smf/n4.h"
#include "smf_states.h"

enum { TRANSFER_BYTES = 256, GNB_TEID = 0x777, STRANGE_QFI = 60 };

enum content { RIGHT, EMPTY, CUT, NOISE, ENDLESS, CONTENTS };

static const char *const content_names[] = {"right", "empty", "cut off", "noise", "endless"};
static const uint8_t psis[] = {OURS, 0, 2, 15, 16, 255};

struct cell {
    enum session_stage state;
    enum n2_answer kind;
    enum content content;
    uint8_t psi;
};

static struct world world;
static unsigned long cells, wrong_cells;

/* --- transfers --- */

static const struct ngap_associated_qos_flow_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
static const struct ngap_qos_flow_with_cause_item strange = {
    STRANGE_QFI, {.which = NGAP_CAUSE_NAS, .nas = NGAP_CAUSE_NAS_UNSPECIFIED}};
static const uint8_t address[] = {10, 0, 0, 77};
static const struct ngap_qos_flow_per_tnl_information tunnel = {
    .up_transport_layer_information = {.which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
                                       .gtp_tunnel = {{address, 32}, GNB_TEID}},
    .associated_qos_flow_list = {&flow, 1}};

static void write_right(enum n2_answer kind, struct writer *w)
{
    const struct ngap_cause cause = N2_NAS(UNSPECIFIED);
    const struct ngap_pdu_session_resource_setup_response_transfer set_up = {
        .dl_qos_flow_per_tnl_information = tunnel};
    const struct ngap_pdu_session_resource_setup_unsuccessful_transfer not_set_up = {.cause = cause};
    const struct ngap_pdu_session_resource_modify_response_transfer modified = {
        .qos_flow_failed_to_add_or_modify_list = {&strange, 1}};
    const struct ngap_pdu_session_resource_modify_unsuccessful_transfer not_modified = {.cause = cause};
    const struct ngap_pdu_session_resource_release_response_transfer released = {0};
    const struct ngap_pdu_session_resource_notify_transfer notify = {.qos_flow_released_list = {&strange, 1}};
    const struct ngap_pdu_session_resource_notify_released_transfer gone = {.cause = cause};
    struct fault fault;
    switch (kind) {
    case N2_SETUP_RESPONSE:
        assert_true(ngap_encode_pdu_session_resource_setup_response_transfer(w, &set_up, &fault));
        break;
    case N2_SETUP_UNSUCCESSFUL:
        assert_true(ngap_encode_pdu_session_resource_setup_unsuccessful_transfer(w, &not_set_up, &fault));
        break;
    case N2_MODIFY_RESPONSE:
        assert_true(ngap_encode_pdu_session_resource_modify_response_transfer(w, &modified, &fault));
        break;
    case N2_MODIFY_UNSUCCESSFUL:
        assert_true(ngap_encode_pdu_session_resource_modify_unsuccessful_transfer(w, &not_modified, &fault));
        break;
    case N2_RELEASE_RESPONSE:
        assert_true(ngap_encode_pdu_session_resource_release_response_transfer(w, &released, &fault));
        break;
    case N2_NOTIFY:
        assert_true(ngap_encode_pdu_session_resource_notify_transfer(w, &notify, &fault));
        break;
    default:
        assert_true(ngap_encode_pdu_session_resource_notify_released_transfer(w, &gone, &fault));
    }
}

static struct bytes transfer_of(const struct cell *cell, uint8_t room[TRANSFER_BYTES])
{
    struct writer w = writer_of(room, TRANSFER_BYTES);
    switch (cell->content) {
    case EMPTY:
        return (struct bytes){0};
    case NOISE:
        memset(room, 0xa5, 24);
        return bytes_of(room, 24);
    case ENDLESS:
        memset(room, 0xff, TRANSFER_BYTES);
        return bytes_of(room, TRANSFER_BYTES);
    default:
        write_right(cell->kind, &w);
    }
    struct bytes whole = writer_bytes(&w);
    return bytes_of(room, cell->content == CUT ? whole.len / 2 : whole.len);
}

/* --- what is expected --- */

static bool awaits_setup(enum session_stage stage)
{
    return stage == STAGE_ACCEPTED || stage == STAGE_ACTIVATING;
}

static bool has_user_plane(enum session_stage stage)
{
    return awaits_setup(stage) || stage == STAGE_ACTIVE || stage == STAGE_RESTARTED ||
           stage == STAGE_CHANGING || stage == STAGE_CHANGING_ASKED || stage == STAGE_UNCONFIRMED;
}

/* What a message says by its type alone holds, whatever is inside. */
static bool may_change(const struct cell *cell)
{
    if (cell->psi != OURS)
        return false;
    switch (cell->kind) {
    case N2_SETUP_RESPONSE: /* one that cannot be read is as good as a failure */
    case N2_SETUP_UNSUCCESSFUL:
        return awaits_setup(cell->state);
    case N2_MODIFY_UNSUCCESSFUL:
        return cell->state == STAGE_CHANGING;
    case N2_NOTIFY_RELEASED:
        return has_user_plane(cell->state);
    default:
        return false;
    }
}

/* --- the walk --- */

static void complain(const struct cell *cell, const char *wrong)
{
    wrong_cells++;
    print_error("N2 SM information %d (%s) for session %u, session %s: %s\n", (int)cell->kind,
                content_names[cell->content], cell->psi, session_stage_names[cell->state], wrong);
}

static void step(const struct cell *cell)
{
    uint8_t room[TRANSFER_BYTES];
    const uint64_t session = inside_session(&world, OURS), bystander = inside_session(&world, BYSTANDERS);
    const unsigned sent = world.ue.sent;
    const bool may = may_change(cell);
    cells++;
    smf_n2_response(&world.ue, cell->psi, cell->kind, transfer_of(cell, room));
    world_pump(&world);
    bool changed = inside_session(&world, OURS) != session || world.ue.sent != sent;
    if (inside_session(&world, BYSTANDERS) != bystander)
        complain(cell, "the bystander has changed");
    if (changed != may)
        complain(cell, changed ? "changed something" : "changed nothing");
    if (!changed && !may)
        return;
    world_close(&world);
    world_open_in(&world, "", cell->state);
}

static void every_kind_in_every_stage(void **state)
{
    static const enum n2_answer kinds[] = {N2_SETUP_RESPONSE,      N2_SETUP_UNSUCCESSFUL, N2_MODIFY_RESPONSE,
                                           N2_MODIFY_UNSUCCESSFUL, N2_RELEASE_RESPONSE,   N2_NOTIFY,
                                           N2_NOTIFY_RELEASED};
    struct cell cell;
    (void)state;
    cells = wrong_cells = 0;
    for (cell.state = 0; cell.state < SESSION_STAGES; cell.state++) {
        world_open_in(&world, "", cell.state);
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] * CONTENTS * sizeof psis; i++) {
            cell.psi = psis[i % sizeof psis];
            cell.content = i / sizeof psis % CONTENTS;
            cell.kind = kinds[i / sizeof psis / CONTENTS];
            step(&cell);
        }
        world_close(&world);
    }
    print_message("# %lu cells walked\n", cells);
    assert_int_equal(wrong_cells, 0);
}

/* --- PDU Session Resource Modify Indication --- */

static struct bytes indication_of(enum content content, uint8_t room[TRANSFER_BYTES])
{
    const struct ngap_pdu_session_resource_modify_indication_transfer indication = {
        .dl_qos_flow_per_tnl_information = tunnel};
    struct writer w = writer_of(room, TRANSFER_BYTES);
    struct fault fault;
    struct cell cell = {.content = content, .kind = N2_NOTIFY_RELEASED};
    if (content == EMPTY || content == NOISE || content == ENDLESS)
        return transfer_of(&cell, room);
    assert_true(ngap_encode_pdu_session_resource_modify_indication_transfer(&w, &indication, &fault));
    return bytes_of(room, content == CUT ? writer_bytes(&w).len / 2 : writer_bytes(&w).len);
}

static struct ngap_cause refusal_in(struct bytes answer)
{
    const struct ngap_pdu_session_resource_modify_indication_unsuccessful_transfer *unsuccessful;
    struct aper_diagnostics diagnostics;
    assert_true(ngap_decode_pdu_session_resource_modify_indication_unsuccessful_transfer(
                    answer, &world.core.batch, &unsuccessful, &diagnostics) <= NGAP_NOTIFY);
    return unsuccessful->cause;
}

static bool confirms(struct bytes answer)
{
    const struct ngap_pdu_session_resource_modify_confirm_transfer *confirm;
    struct aper_diagnostics diagnostics;
    struct tunnel n3;
    return ngap_decode_pdu_session_resource_modify_confirm_transfer(answer, &world.core.batch, &confirm,
                                                                    &diagnostics) <= NGAP_NOTIFY &&
           n2_read_tunnel(&confirm->ulngu_up_tnl_information, &n3) &&
           n3.teid == session_find(&world.ue, OURS)->n3.teid &&
           confirm->qos_flow_modify_confirm_list.count == 1 &&
           confirm->qos_flow_modify_confirm_list.items[0].qos_flow_identifier == SMF_DEFAULT_QFI;
}

static void indicate(const struct cell *cell)
{
    uint8_t room[TRANSFER_BYTES];
    const uint64_t session = inside_session(&world, OURS);
    const bool known = cell->psi == OURS && has_user_plane(cell->state) && !awaits_setup(cell->state);
    struct bytes answer = {0};
    cells++;
    bool done = smf_modify_indicated(&world.ue, cell->psi, indication_of(cell->content, room), &answer);
    bool changed = inside_session(&world, OURS) != session;
    if (done != (known && cell->content == RIGHT) || changed != done)
        complain(cell, done ? "is taken" : "is not taken");
    else if (done && !confirms(answer))
        complain(cell, "is not confirmed");
    else if (!done && known && refusal_in(answer).which != NGAP_CAUSE_PROTOCOL)
        complain(cell, "is refused with another cause");
    else if (!done && !known &&
             refusal_in(answer).radio_network != NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_PDU_SESSION_ID)
        complain(cell, "is refused with another cause");
    world_pump(&world);
    if (!changed)
        return;
    assert_int_equal(world.plane.header.teid, GNB_TEID);
    world_close(&world);
    world_open_in(&world, "", cell->state);
}

static void an_indication_has_its_answer_always(void **state)
{
    struct cell cell = {0};
    (void)state;
    cells = wrong_cells = 0;
    for (cell.state = 0; cell.state < SESSION_STAGES; cell.state++) {
        world_open_in(&world, "", cell.state);
        for (size_t i = 0; i < CONTENTS * sizeof psis; i++) {
            cell.psi = psis[i % sizeof psis];
            cell.content = i / sizeof psis;
            indicate(&cell);
        }
        world_close(&world);
    }
    print_message("# %lu cells walked\n", cells);
    assert_int_equal(wrong_cells, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_in_every_stage),
        cmocka_unit_test(an_indication_has_its_answer_always),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
