/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every message that a gNB can send, in every state of a phone, from every gNB, under every kind of ids: what 38.413 clause 10
 * makes of it is told by a few rules, and what is refused changes nothing of anybody.
 */
#include "amf_states.h"

#include "core/amf/handover.h"
#include "inside_amf.h"

/* The phone's at its gNB, its at the target; each half another phone's; another phone's; nobody's. */
enum ids { OWN, TARGETS, FOREIGN_AMF, FOREIGN_RAN, BYSTANDERS, NOBODYS, IDS };

static const char *const sender_names[] = {"its gNB", "the target", "another gNB", "another domain",
                                           "no NG Setup"};
static const char *const ids_names[] = {"its ids",          "the target's ids", "a foreign AMF id",
                                        "a foreign RAN id", "a bystander's",    "nobody's"};

struct cell {
    enum phone_stage state;
    enum sender sender;
    enum ids ids;
    enum ngap_message_type message;
};

enum answer {
    NOTHING,
    ERROR, /* Error Indication of the cause */
    REPLY, /* that message, to the sender */
    TAKEN, /* the procedure goes on */
};

struct expected {
    enum answer answer;
    struct ngap_cause cause;
    enum ngap_message_type reply;
    bool touches;       /* the phone that is meant may change; else nothing does */
    bool all_of_sender; /* and so may others at that gNB */
};

static struct world world;
static unsigned long cells, wrong_cells;

/* What the core has said since the cell began. */
static struct {
    unsigned count, gnb;
    enum ngap_message_type first;
    bool any[SENDERS][NGAP_MESSAGES];
    struct ngap_cause cause;
    struct gnb_ids ids; /* of an Error Indication */
    bool has_amf, has_ran;
} said;

static struct phone_ids at;

/* --- the world --- */

static void note_error(const struct ngap_error_indication *error)
{
    said.cause = error->cause ? *error->cause : (struct ngap_cause){0};
    said.ids = (struct gnb_ids){error->amf_ue_ngap_id, error->ran_ue_ngap_id};
    said.has_amf = error->has_amf_ue_ngap_id;
    said.has_ran = error->has_ran_ue_ngap_id;
}

static bool note(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w;
    said.any[gnb][pdu->message] = true;
    if (!said.count++) {
        said.first = pdu->message;
        said.gnb = gnb;
        if (pdu->message == NGAP_ERROR_INDICATION)
            note_error(pdu->value.error_indication);
    }
    return false;
}

static void open_world(enum phone_stage state)
{
    at = world_open_in(&world, state);
    world.downlink_filter = note;
}

/* --- what is expected --- */

static const struct expected nothing = {.answer = NOTHING}, taken = {.answer = TAKEN, .touches = true};

static struct expected error(struct ngap_cause cause)
{
    return (struct expected){.answer = ERROR, .cause = cause};
}

static struct expected reply(enum ngap_message_type message)
{
    return (struct expected){.answer = REPLY, .reply = message};
}

/* 10.4 */
static struct expected not_compatible(void)
{
    return error(N2_PROTOCOL(MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE));
}

static struct gnb_ids ids_in(const struct cell *cell)
{
    switch (cell->ids) {
    case OWN:
        return at.own;
    case TARGETS:
        return at.target;
    case FOREIGN_AMF:
        return (struct gnb_ids){at.bystander.amf, at.own.ran};
    case FOREIGN_RAN:
        return (struct gnb_ids){at.own.amf, at.bystander.ran};
    case BYSTANDERS:
        return at.bystander;
    default:
        return (struct gnb_ids){STRANGE_ID, STRANGE_ID};
    }
}

static bool in_handover(enum phone_stage state)
{
    return state == PREPARING || state == COMMANDED;
}

/* The gNB whose connection the AMF id names; SENDERS: no gNB's. */
static enum sender owner(const struct cell *cell)
{
    bool connected = cell->state != UNKNOWN && cell->state != IDLE && cell->state != PAGED;
    switch (cell->ids) {
    case OWN:
    case FOREIGN_RAN:
        return connected ? SOURCE : SENDERS;
    case TARGETS:
        return in_handover(cell->state) ? TARGET : SENDERS;
    case FOREIGN_AMF:
    case BYSTANDERS:
        return SOURCE;
    default:
        return SENDERS;
    }
}

static bool pair_is_whole(const struct cell *cell)
{
    return cell->ids == OWN || cell->ids == BYSTANDERS || (cell->ids == TARGETS && cell->state == COMMANDED);
}

/* The right ids, from the phone's gNB. */
static struct expected from_source(enum phone_stage state, enum ngap_message_type message)
{
    struct expected expected = nothing;
    switch (message) {
    case NGAP_HANDOVER_REQUIRED:
        return state == CONNECTED || state == DEREGISTERING ? taken
                                                            : reply(NGAP_HANDOVER_PREPARATION_FAILURE);
    case NGAP_HANDOVER_CANCEL:
        expected = reply(NGAP_HANDOVER_CANCEL_ACKNOWLEDGE);
        expected.touches = in_handover(state);
        return expected;
    case NGAP_PDU_SESSION_RESOURCE_MODIFY_INDICATION:
        return reply(NGAP_PDU_SESSION_RESOURCE_MODIFY_CONFIRM);
    case NGAP_UPLINK_RAN_STATUS_TRANSFER:
    case NGAP_UPLINK_RAN_EARLY_STATUS_TRANSFER:
        expected.answer = TAKEN;
        return state == COMMANDED ? expected : not_compatible();
    case NGAP_INITIAL_CONTEXT_SETUP_RESPONSE:
    case NGAP_INITIAL_CONTEXT_SETUP_FAILURE:
        return state == SETTING_UP ? taken : nothing; /* 10.4: an answer that nobody waits for */
    case NGAP_UE_CONTEXT_RELEASE_REQUEST:
        return taken;
    case NGAP_UE_RADIO_CAPABILITY_INFO_INDICATION:
    case NGAP_UPLINK_NAS_TRANSPORT: /* where the phone is; unproven NAS is dropped */
        expected.touches = true;
        return expected;
    case NGAP_UE_CONTEXT_RELEASE_COMPLETE:
    case NGAP_HANDOVER_REQUEST_ACKNOWLEDGE:
    case NGAP_HANDOVER_NOTIFY:
    case NGAP_DOWNLINK_NAS_TRANSPORT:
    case NGAP_HANDOVER_CANCEL_ACKNOWLEDGE:
    case NGAP_HANDOVER_SUCCESS:
    case NGAP_HANDOVER_PREPARATION_FAILURE:
    case NGAP_UE_CONTEXT_MODIFICATION_REQUEST:
        return not_compatible();
    default: /* class 2, or an answer for the SMF to judge */
        return nothing;
    }
}

/* The right ids, from the target that has answered. */
static struct expected from_target(enum ngap_message_type message)
{
    return message == NGAP_HANDOVER_NOTIFY || message == NGAP_UE_CONTEXT_RELEASE_REQUEST ? taken
                                                                                         : not_compatible();
}

/* 10.6, then 10.4 */
static struct expected of_phone(const struct cell *cell)
{
    bool last = cell->message == NGAP_UE_CONTEXT_RELEASE_COMPLETE;
    bool first_answer = cell->message == NGAP_HANDOVER_REQUEST_ACKNOWLEDGE && cell->ids == TARGETS &&
                        cell->state == PREPARING;
    if (cell->sender == SILENT)
        return not_compatible();
    if (owner(cell) != cell->sender)
        return last ? nothing : error(N2_RADIO(UNKNOWN_LOCAL_UE_NGAP_ID));
    if (first_answer)
        return taken;
    if (!pair_is_whole(cell))
        return last ? nothing : error(N2_RADIO(INCONSISTENT_REMOTE_UE_NGAP_ID));
    if (cell->state == RELEASING)
        return last ? (struct expected){.answer = NOTHING, .touches = true} : nothing;
    return cell->sender == TARGET ? from_target(cell->message) : from_source(cell->state, cell->message);
}

/* --- one cell --- */

struct picture {
    uint64_t phones[WORLD_PHONES], gnbs[SENDERS];
    unsigned switched, cancelled, transfers, activations, releases;
};

/* A phone that has not proved itself is found by its connection alone. */
static const struct ue *phone(unsigned i)
{
    const struct connection *connection =
        i ? NULL : connection_by_amf_id(world_gnb(&world, SOURCE), at.own.amf);
    return connection && connection->ue ? connection->ue : world_ue(&world, i);
}

static struct picture look(void)
{
    struct picture picture;
    memset(&picture, 0, sizeof picture);
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        picture.phones[i] = inside_ue(phone(i));
    for (unsigned i = 0; i < SENDERS; i++)
        picture.gnbs[i] = inside_gnb(world_gnb(&world, i));
    picture.switched = world.switched;
    picture.cancelled = world.cancelled;
    picture.transfers = world.transfers;
    picture.activations = world.activations;
    picture.releases = world.releases;
    return picture;
}

static bool unchanged(const struct cell *cell, const struct expected *expected, const struct picture *before,
                      const struct picture *after)
{
    if (!expected->touches)
        return memcmp(before, after, sizeof *before) == 0;
    for (unsigned i = 1; i < WORLD_PHONES; i++) {
        bool may_change = expected->all_of_sender && homes[i] == cell->sender;
        if (!may_change && before->phones[i] != after->phones[i])
            return false;
    }
    return true;
}

static bool same_cause(struct ngap_cause a, struct ngap_cause b)
{
    return a.which == b.which && a.radio_network == b.radio_network;
}

static bool answered(const struct cell *cell, const struct expected *expected)
{
    switch (expected->answer) {
    case NOTHING:
        return said.count == 0;
    case ERROR:
        return said.count == 1 && said.first == NGAP_ERROR_INDICATION && said.gnb == cell->sender &&
               same_cause(said.cause, expected->cause);
    case REPLY:
        return said.any[cell->sender][expected->reply];
    default:
        return !said.count || said.first != NGAP_ERROR_INDICATION;
    }
}

static void begin_cell(void)
{
    memset(&said, 0, sizeof said);
    cells++;
}

static void complain(const struct cell *cell, const char *wrong)
{
    wrong_cells++;
    print_error("%s in state \"%s\" from %s with %s: %s (said %u, first %s, cause %d/%d)\n",
                ngap_message_name(cell->message), phone_stage_names[cell->state], sender_names[cell->sender],
                ids_names[cell->ids], wrong, said.count, ngap_message_name(said.first), (int)said.cause.which,
                (int)said.cause.radio_network);
}

/* False: the world is not what it was. */
static bool end_cell(const struct cell *cell, const struct picture *before, const struct expected *expected)
{
    struct picture after = look();
    if (!answered(cell, expected))
        complain(cell, "another answer");
    if (!unchanged(cell, expected, before, &after))
        complain(cell, "something has changed");
    return memcmp(before, &after, sizeof after) == 0 && expected->answer != TAKEN;
}

typedef struct expected walk_rule(const struct cell *cell);
typedef void walk_say(const struct cell *cell);

static void step(const struct cell *cell, walk_rule *rule, walk_say *tell)
{
    struct picture before = look();
    struct expected expected = rule(cell);
    begin_cell();
    tell(cell);
    if (end_cell(cell, &before, &expected))
        return;
    world_close(&world);
    open_world(cell->state);
}

/* All senders and ids of a message in the state that the world is in. */
static void walk(struct cell cell, walk_rule *rule, walk_say *tell)
{
    for (cell.sender = 0; cell.sender < SENDERS; cell.sender++) {
        for (cell.ids = 0; cell.ids < IDS; cell.ids++) {
            if (cell.ids != BYSTANDERS || cell.sender != SOURCE) /* would be right */
                step(&cell, rule, tell);
        }
    }
}

/* --- the walks --- */

static void say_of_phone(const struct cell *cell)
{
    struct gnb_ids ids = ids_in(cell);
    world_say(&world, cell->sender, cell->message, ids);
    if (said.first != NGAP_ERROR_INDICATION || cell->sender == SILENT)
        return;
    assert_true(said.has_amf && said.has_ran && said.ids.amf == ids.amf && said.ids.ran == ids.ran);
}

static void in_every_state(walk_rule *rule, walk_say *tell, const enum ngap_message_type *messages,
                           size_t count)
{
    cells = wrong_cells = 0;
    for (enum phone_stage state = 0; state < PHONE_STAGES; state++) {
        open_world(state);
        for (size_t i = 0; i < count; i++)
            walk((struct cell){.state = state, .message = messages[i]}, rule, tell);
        world_close(&world);
    }
    print_message("# %lu cells walked\n", cells);
    assert_int_equal(wrong_cells, 0);
}

static void a_message_of_a_phone(void **state)
{
    enum ngap_message_type messages[64];
    (void)state;
    assert_in_range(gnb_message_count, 1, 64);
    for (size_t i = 0; i < gnb_message_count; i++)
        messages[i] = gnb_messages[i].type;
    in_every_state(of_phone, say_of_phone, messages, gnb_message_count);
}

/* 8.4.2.3: names the phone by the AMF's number only. */
static struct expected of_failure(const struct cell *cell)
{
    if (cell->sender == SILENT)
        return not_compatible();
    if (owner(cell) != cell->sender || (cell->state == RELEASING && cell->ids != FOREIGN_AMF))
        return error(N2_RADIO(UNKNOWN_LOCAL_UE_NGAP_ID));
    return cell->ids == TARGETS && cell->state == PREPARING ? taken : not_compatible();
}

static void say_failure(const struct cell *cell)
{
    struct ngap_handover_failure failure = {.amf_ue_ngap_id = ids_in(cell).amf,
                                            .cause = N2_RADIO(UNSPECIFIED)};
    world_ngap(&world, cell->sender, NGAP_HANDOVER_FAILURE, &failure);
}

/* 8.7.5, 10.5: an error in it is never answered. */
static struct expected of_error(const struct cell *cell)
{
    return cell->sender != SILENT && owner(cell) == cell->sender && pair_is_whole(cell) ? taken : nothing;
}

static void say_error(const struct cell *cell)
{
    struct gnb_ids ids = ids_in(cell);
    struct ngap_cause cause = N2_RADIO(UNKNOWN_LOCAL_UE_NGAP_ID);
    struct ngap_error_indication indication = {.amf_ue_ngap_id = ids.amf,
                                               .has_amf_ue_ngap_id = true,
                                               .ran_ue_ngap_id = ids.ran,
                                               .has_ran_ue_ngap_id = true,
                                               .cause = &cause};
    world_ngap(&world, cell->sender, NGAP_ERROR_INDICATION, &indication);
}

/* 8.7.4.2.2.2: acknowledged, known or not; doubled too. */
static struct expected of_reset(const struct cell *cell)
{
    struct expected expected = reply(NGAP_NG_RESET_ACKNOWLEDGE);
    if (cell->sender == SILENT)
        return not_compatible();
    return owner(cell) == cell->sender && pair_is_whole(cell) ? taken : expected;
}

static void say_reset(const struct cell *cell)
{
    struct gnb_ids ids = ids_in(cell);
    struct ngap_ue_associated_logical_ng_connection_item item = {ids.amf, ids.ran, true, true};
    const struct ngap_ue_associated_logical_ng_connection_item items[] = {item, item, {0}};
    struct ngap_ng_reset reset = {
        .cause = N2_RADIO(UNSPECIFIED),
        .reset_type = {.which = NGAP_RESET_TYPE_PART_OF_NG_INTERFACE, .part_of_ng_interface = {items, 3}}};
    world_ngap(&world, cell->sender, NGAP_NG_RESET, &reset);
}

/* Who it is was said before: a number that the gNB gives to a phone it has is no new phone's (10.6). */
static bool number_in_use(const struct cell *cell)
{
    return connection_by_ran_id(world_gnb(&world, cell->sender), ids_in(cell).ran);
}

/* 8.4.4: in the trust domain, of a phone that has a context and sessions; the bystander has none of these. */
static struct expected of_path_switch(const struct cell *cell)
{
    struct expected switched = reply(NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
    bool has_context = cell->state == CONNECTED || cell->state == DEREGISTERING || in_handover(cell->state);
    bool names_phone = cell->ids == OWN || cell->ids == FOREIGN_RAN;
    switched.touches = true;
    if (cell->sender == SILENT || number_in_use(cell))
        return not_compatible();
    if (cell->sender == FOREIGN || !names_phone || !has_context)
        return reply(NGAP_PATH_SWITCH_REQUEST_FAILURE);
    return switched;
}

static void say_path_switch(const struct cell *cell)
{
    static const uint8_t octet[] = {0};
    struct gnb_ids ids = ids_in(cell);
    struct ngap_pdu_session_resource_to_be_switched_dl_item item = {1, BYTES(octet)};
    struct ngap_path_switch_request request = {
        .ran_ue_ngap_id = ids.ran,
        .source_amf_ue_ngap_id = ids.amf,
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                      .user_location_information_nr = {.tai = {{0x99, 0xf9, 0x07}, 1}}},
        .ue_security_capabilities = n2_security_capabilities(world_ue(&world, 1)),
        .pdu_session_resource_to_be_switched_dl_list = {&item, 1}};
    world_ngap(&world, cell->sender, NGAP_PATH_SWITCH_REQUEST, &request);
}

/* Of the interface: what a gNB resets is its own (8.7.4), and what only the core sends is not for it (10.4). */
static struct expected of_interface(const struct cell *cell)
{
    struct expected expected = reply(NGAP_NG_RESET_ACKNOWLEDGE);
    expected.touches = expected.all_of_sender = true;
    if (cell->sender == SILENT || cell->message == NGAP_OVERLOAD_STOP)
        return not_compatible();
    return cell->message == NGAP_NG_RESET ? expected : nothing;
}

static void say_of_interface(const struct cell *cell)
{
    static const struct ngap_ng_reset reset = {
        .cause = {.which = NGAP_CAUSE_MISC, .misc = NGAP_CAUSE_MISC_UNSPECIFIED},
        .reset_type = {.which = NGAP_RESET_TYPE_NG_INTERFACE, .ng_interface = NGAP_RESET_ALL_RESET_ALL}};
    static const struct ngap_overload_stop stop;
    static const struct ngap_ng_reset_acknowledge reset_done;
    static const struct ngap_amf_configuration_update_acknowledge update_done;
    const void *value = cell->message == NGAP_NG_RESET               ? (const void *)&reset
                        : cell->message == NGAP_OVERLOAD_STOP        ? (const void *)&stop
                        : cell->message == NGAP_NG_RESET_ACKNOWLEDGE ? (const void *)&reset_done
                                                                     : (const void *)&update_done;
    world_ngap(&world, cell->sender, cell->message, value);
}

/* 8.6.1: a phone's first message, which is noise here: the connection that it began ends at once. */
static struct expected of_first_message(const struct cell *cell)
{
    struct expected released = reply(NGAP_UE_CONTEXT_RELEASE_COMMAND);
    released.touches = true;
    return cell->sender == SILENT || number_in_use(cell) ? not_compatible() : released;
}

static void say_first_message(const struct cell *cell)
{
    static const uint8_t noise[] = {0x7e, 0, 0x64, 111};
    struct ngap_initial_ue_message message = {
        .ran_ue_ngap_id = ids_in(cell).ran,
        .nas_pdu = BYTES(noise),
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                      .user_location_information_nr = {.tai = {{0x99, 0xf9, 0x07}, 1}}}};
    world_ngap(&world, cell->sender, NGAP_INITIAL_UE_MESSAGE, &message);
}

#define ONE(name, rule, tell, ...)                                                  \
    static void name(void **state)                                                  \
    {                                                                               \
        static const enum ngap_message_type messages[] = {__VA_ARGS__};             \
        (void)state;                                                                \
        in_every_state(rule, tell, messages, sizeof messages / sizeof messages[0]); \
    }

ONE(a_handover_failure, of_failure, say_failure, NGAP_HANDOVER_FAILURE)
ONE(an_error_indication, of_error, say_error, NGAP_ERROR_INDICATION)
ONE(a_partial_reset, of_reset, say_reset, NGAP_NG_RESET)
ONE(a_path_switch_request, of_path_switch, say_path_switch, NGAP_PATH_SWITCH_REQUEST)
ONE(a_message_of_the_interface, of_interface, say_of_interface, NGAP_NG_RESET, NGAP_NG_RESET_ACKNOWLEDGE,
    NGAP_AMF_CONFIGURATION_UPDATE_ACKNOWLEDGE, NGAP_OVERLOAD_STOP)
ONE(a_first_message, of_first_message, say_first_message, NGAP_INITIAL_UE_MESSAGE)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_of_a_phone),  cmocka_unit_test(a_handover_failure),
        cmocka_unit_test(an_error_indication),   cmocka_unit_test(a_partial_reset),
        cmocka_unit_test(a_path_switch_request), cmocka_unit_test(a_message_of_the_interface),
        cmocka_unit_test(a_first_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
