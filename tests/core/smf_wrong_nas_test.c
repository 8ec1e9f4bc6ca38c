/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every 5GSM message type, bare and whole, in every state of a session, under every kind of procedure transaction identity and
 * PDU session identity: the answer that TS 24.501 6.3 to 7.5 name, and what is refused changes nothing.
 */
#include "core/smf/n4.h"
#include "smf_states.h"

enum { NOBODYS = 2, RESERVED_PSI = 200 };
enum { UNASSIGNED = 0, STRANGE = 9, RESERVED_PTI = 255 };
enum { FIRST_TYPE = 0xc0, LAST_TYPE = 0xff, NAS_BYTES = 64 };

static const uint8_t psis[] = {OURS, NOBODYS, BYSTANDERS, 0, RESERVED_PSI};
static const uint8_t ptis[] = {UNASSIGNED, PHONES, STRANGE, RESERVED_PTI};

/* The least that each uplink message needs, and the reports that end something. */
struct content {
    uint8_t type, cause;
};

static const struct content contents[] = {
    {NAS_SESSION_ESTABLISHMENT_REQUEST, 0},
    {NAS_SESSION_AUTHENTICATION_COMPLETE, 0},
    {NAS_SESSION_MODIFICATION_REQUEST, 0},
    {NAS_SESSION_MODIFICATION_COMPLETE, 0},
    {NAS_SESSION_MODIFICATION_COMMAND_REJECT, NAS_GSM_SEMANTIC_ERROR_QOS},
    {NAS_SESSION_RELEASE_REQUEST, 0},
    {NAS_SESSION_RELEASE_COMPLETE, 0},
    {NAS_GSM_STATUS, NAS_MESSAGE_TYPE_NOT_COMPATIBLE},
    {NAS_GSM_STATUS, NAS_GSM_INVALID_SESSION_IDENTITY},
    {NAS_GSM_STATUS, NAS_GSM_PTI_MISMATCH},
};

struct cell {
    enum session_stage state;
    enum smf_request_type request;
    struct content content;
    bool bare; /* the header alone */
    uint8_t pti, psi;
};

enum answer { NOTHING, REPLY, TAKEN /* the procedure begins or goes on */ };

struct expected {
    enum answer answer;
    uint8_t type, cause;
};

static struct world world;
static unsigned long cells, wrong_cells;

/* --- what is said --- */

static struct bytes encode(const struct cell *cell, uint8_t room[NAS_BYTES])
{
    static const uint8_t eap[] = {2, 1, 0, 4};
    struct writer w = writer_of(room, NAS_BYTES);
    struct nas_message message = {.type = cell->content.type, .pdu_session_id = cell->psi, .pti = cell->pti};
    if (message.type == NAS_SESSION_AUTHENTICATION_COMPLETE)
        message.session_authentication_complete.eap_message = BYTES(eap);
    if (message.type == NAS_SESSION_MODIFICATION_COMMAND_REJECT)
        message.session_modification_command_reject.cause = cell->content.cause;
    if (message.type == NAS_GSM_STATUS)
        message.gsm_status.cause = cell->content.cause;
    if (!cell->bare)
        assert_true(nas_encode(&message, &w));
    else
        write_bytes(&w, bytes_of((const uint8_t[]){NAS_EPD_5GSM, cell->psi, cell->pti, message.type}, 4));
    return writer_bytes(&w);
}

static void say(const struct cell *cell)
{
    uint8_t room[NAS_BYTES];
    struct smf_n1 n1 = {.pdu_session_id = OURS, .request_type = cell->request, .payload = encode(cell, room)};
    assert_int_equal(smf_n1_message(&world.ue, &n1), SMF_TAKEN);
    world_pump(&world);
}

/* --- what is expected --- */

static const struct expected nothing = {.answer = NOTHING}, taken = {.answer = TAKEN};

static struct expected reply(uint8_t type, uint8_t cause)
{
    return (struct expected){REPLY, type, cause};
}

static struct expected status(uint8_t cause)
{
    return reply(NAS_GSM_STATUS, cause);
}

static bool is_content(const struct cell *cell)
{
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        if (contents[i].type == cell->content.type)
            return true;
    }
    return false;
}

static bool is_request(uint8_t type)
{
    return type == NAS_SESSION_ESTABLISHMENT_REQUEST || type == NAS_SESSION_MODIFICATION_REQUEST ||
           type == NAS_SESSION_RELEASE_REQUEST;
}

static bool needs_content(uint8_t type)
{
    return type == NAS_SESSION_ESTABLISHMENT_REQUEST || type == NAS_SESSION_AUTHENTICATION_COMPLETE ||
           type == NAS_SESSION_MODIFICATION_COMMAND_REJECT || type == NAS_GSM_STATUS;
}

static uint8_t reject_of(uint8_t request)
{
    return request == NAS_SESSION_ESTABLISHMENT_REQUEST  ? NAS_SESSION_ESTABLISHMENT_REJECT
           : request == NAS_SESSION_MODIFICATION_REQUEST ? NAS_SESSION_MODIFICATION_REJECT
                                                         : NAS_SESSION_RELEASE_REJECT;
}

/* Has the phone been told of the session, and not of its end? */
static bool promised(enum session_stage state)
{
    return state != STAGE_NONE && state != STAGE_ASKED;
}

/* The command that waits for the phone's answer, and its PTI. 0: none. */
static uint8_t command_in(enum session_stage state, uint8_t *pti)
{
    *pti = state == STAGE_CHANGING_ASKED || state == STAGE_RELEASING_ASKED ? PHONES : UNASSIGNED;
    switch (state) {
    case STAGE_CHANGING:
    case STAGE_CHANGING_ASKED:
    case STAGE_UNCONFIRMED:
        return NAS_SESSION_MODIFICATION_COMMAND;
    case STAGE_RELEASING:
    case STAGE_RELEASING_ASKED:
        return NAS_SESSION_RELEASE_COMMAND;
    default:
        return 0;
    }
}

/* 6.4.1.7: an initial request makes the session anew, an existing one moves what is there. */
static struct expected of_establishment(const struct cell *cell)
{
    bool underway = cell->state == STAGE_ASKED || cell->state == STAGE_ACCEPTED;
    bool there =
        cell->state != STAGE_NONE && cell->state != STAGE_RELEASING && cell->state != STAGE_RELEASING_ASKED;
    if (underway && cell->pti == PHONES)
        return nothing; /* sent again */
    switch (cell->request) {
    case SMF_REQUEST_EXISTING:
        return there ? taken : reply(NAS_SESSION_ESTABLISHMENT_REJECT, NAS_GSM_SESSION_DOES_NOT_EXIST);
    case SMF_REQUEST_EXISTING_EMERGENCY:
        return reply(NAS_SESSION_ESTABLISHMENT_REJECT, NAS_GSM_SESSION_DOES_NOT_EXIST);
    case SMF_REQUEST_INITIAL_EMERGENCY:
        return reply(NAS_SESSION_ESTABLISHMENT_REJECT, NAS_GSM_SERVICE_OPTION_NOT_SUPPORTED);
    default:
        return taken;
    }
}

/* 6.3.2.5, 6.3.3.5, 6.4.2.6: what runs already goes first. */
static struct expected of_modification(enum session_stage state)
{
    bool busy = state == STAGE_ACCEPTED || state == STAGE_CHANGING || state == STAGE_CHANGING_ASKED ||
                state == STAGE_RELEASING || state == STAGE_RELEASING_ASKED;
    if (!promised(state))
        return reply(NAS_SESSION_MODIFICATION_REJECT, NAS_GSM_INVALID_SESSION_IDENTITY);
    return busy ? nothing : taken;
}

/* 7.3.1 a, then 7.4 */
static struct expected of_answer(const struct cell *cell)
{
    uint8_t pti, command = command_in(cell->state, &pti);
    bool modification = cell->content.type != NAS_SESSION_RELEASE_COMPLETE;
    if (!command || pti != cell->pti)
        return status(NAS_GSM_PTI_MISMATCH);
    if (modification == (command == NAS_SESSION_MODIFICATION_COMMAND))
        return taken;
    return status(cell->state == STAGE_UNCONFIRMED ? NAS_GSM_PTI_MISMATCH : NAS_MESSAGE_TYPE_NOT_COMPATIBLE);
}

/* 6.5.3 */
static struct expected of_status(const struct cell *cell)
{
    uint8_t pti, command = command_in(cell->state, &pti);
    if (promised(cell->state) && cell->content.cause == NAS_GSM_INVALID_SESSION_IDENTITY)
        return taken;
    if (cell->state == STAGE_ACCEPTED && cell->content.cause == NAS_GSM_PTI_MISMATCH && cell->pti == PHONES)
        return taken;
    return command && pti == cell->pti && cell->state != STAGE_UNCONFIRMED ? taken : nothing;
}

static struct expected in_state(const struct cell *cell)
{
    switch (cell->content.type) {
    case NAS_SESSION_ESTABLISHMENT_REQUEST:
        return of_establishment(cell);
    case NAS_SESSION_MODIFICATION_REQUEST:
        return of_modification(cell->state);
    case NAS_SESSION_RELEASE_REQUEST:
        return promised(cell->state) ? taken
                                     : reply(NAS_SESSION_RELEASE_REJECT, NAS_GSM_INVALID_SESSION_IDENTITY);
    case NAS_SESSION_AUTHENTICATION_COMPLETE:
        return status(NAS_MESSAGE_TYPE_NOT_COMPATIBLE);
    case NAS_GSM_STATUS:
        return of_status(cell);
    default:
        return of_answer(cell);
    }
}

/* 7.3.2 */
static struct expected of_wrong_session(const struct cell *cell)
{
    bool refused = cell->psi != BYSTANDERS && is_request(cell->content.type) &&
                   cell->content.type != NAS_SESSION_ESTABLISHMENT_REQUEST;
    return refused ? reply(reject_of(cell->content.type), NAS_GSM_INVALID_SESSION_IDENTITY) : nothing;
}

/* Clause 7, in its order of precedence. */
static struct expected expect(const struct cell *cell)
{
    const uint8_t type = cell->content.type;
    if (cell->pti == RESERVED_PTI)
        return nothing;
    if (is_request(type) && cell->pti == UNASSIGNED)
        return status(NAS_GSM_INVALID_PTI);
    if (type == NAS_SESSION_AUTHENTICATION_COMPLETE && cell->pti != UNASSIGNED)
        return status(NAS_GSM_INVALID_PTI);
    if (cell->psi != OURS)
        return of_wrong_session(cell);
    if (!is_content(cell))
        return status(NAS_MESSAGE_TYPE_UNKNOWN);
    if (cell->bare && needs_content(type))
        return reply(is_request(type) ? reject_of(type) : NAS_GSM_STATUS, NAS_INVALID_MANDATORY_INFORMATION);
    return in_state(cell);
}

/* --- the walk --- */

static uint8_t cause_of(const struct nas_message *message)
{
    switch (message->type) {
    case NAS_SESSION_ESTABLISHMENT_REJECT:
        return message->session_establishment_reject.cause;
    case NAS_SESSION_MODIFICATION_REJECT:
        return message->session_modification_reject.cause;
    case NAS_SESSION_RELEASE_REJECT:
        return message->session_release_reject.cause;
    case NAS_GSM_STATUS:
        return message->gsm_status.cause;
    default:
        return 0;
    }
}

static bool answered(const struct cell *cell, const struct expected *expected, unsigned count)
{
    if (expected->answer == TAKEN)
        return true;
    if (expected->answer == NOTHING)
        return count == 0;
    const struct nas_message *n1 = world_n1(&world);
    return count == 1 && n1 && world.ue.n2 == N2_NONE && n1->type == expected->type &&
           cause_of(n1) == expected->cause && n1->pti == cell->pti;
}

static void complain(const struct cell *cell, const char *wrong)
{
    const char *name = nas_message_name(cell->content.type);
    const struct nas_message *n1 = world_n1(&world);
    wrong_cells++;
    print_error("%s (0x%02x, %s, cause %u) of session %u, PTI %u, session %s: %s (last 0x%02x, cause %u)\n",
                name ? name : "message", cell->content.type, cell->bare ? "bare" : "whole",
                cell->content.cause, cell->psi, cell->pti, session_stage_names[cell->state], wrong,
                n1 ? n1->type : 0, n1 ? cause_of(n1) : 0);
}

static void step(const struct cell *cell)
{
    const uint64_t session = inside_session(&world, OURS), bystander = inside_session(&world, BYSTANDERS);
    const unsigned sent = world.ue.sent;
    const struct expected expected = expect(cell);
    cells++;
    say(cell);
    bool changed = inside_session(&world, OURS) != session;
    if (!answered(cell, &expected, world.ue.sent - sent))
        complain(cell, "another answer");
    if (inside_session(&world, BYSTANDERS) != bystander)
        complain(cell, "the bystander has changed");
    if (changed && expected.answer != TAKEN)
        complain(cell, "changed something");
    if (expected.answer == TAKEN && !changed && world.ue.sent == sent)
        complain(cell, "had no effect");
    if (!changed && expected.answer != TAKEN)
        return;
    world_close(&world);
    world_open_in(&world, "", cell->state);
}

static void under_every_identity(struct cell cell)
{
    for (size_t i = 0; i < sizeof psis; i++) {
        for (size_t j = 0; j < sizeof ptis; j++) {
            cell.psi = psis[i];
            cell.pti = ptis[j];
            step(&cell);
        }
    }
}

static void in_every_state(void (*messages)(enum session_stage state))
{
    cells = wrong_cells = 0;
    for (enum session_stage state = 0; state < SESSION_STAGES; state++) {
        world_open_in(&world, "", state);
        messages(state);
        world_close(&world);
    }
    print_message("# %lu cells walked\n", cells);
    assert_int_equal(wrong_cells, 0);
}

static void bare_and_whole(enum session_stage state)
{
    struct cell cell = {.state = state, .request = SMF_REQUEST_INITIAL, .bare = true};
    for (unsigned type = FIRST_TYPE; type <= LAST_TYPE; type++) {
        cell.content.type = (uint8_t)type;
        under_every_identity(cell);
    }
    cell.bare = false;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        cell.content = contents[i];
        under_every_identity(cell);
    }
}

static void every_type_under_every_identity(void **state)
{
    (void)state;
    in_every_state(bare_and_whole);
}

static void requests_for_what_exists(enum session_stage state)
{
    static const enum smf_request_type types[] = {SMF_REQUEST_EXISTING, SMF_REQUEST_INITIAL_EMERGENCY,
                                                  SMF_REQUEST_EXISTING_EMERGENCY};
    struct cell cell = {.state = state, .content.type = NAS_SESSION_ESTABLISHMENT_REQUEST};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        cell.request = types[i];
        under_every_identity(cell);
    }
}

static void every_kind_of_establishment(void **state)
{
    (void)state;
    in_every_state(requests_for_what_exists);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_under_every_identity),
        cmocka_unit_test(every_kind_of_establishment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
