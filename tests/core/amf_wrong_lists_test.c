/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every list of sessions that a gNB can send: doubled, strange, another phone's, out of range and as long as can be. What names a
 * session of the phone counts, once; the rest is answered where TS 38.413 names an answer, and changes nothing of anybody.
 */
#include "amf_states.h"

#include <stddef.h>

#include "core/amf/handover.h"
#include "inside_amf.h"

enum {
    MOST = 256,
    OURS_1 = 1,
    OURS_2 = 2,
    BYSTANDERS = 3,
    STRANGE = 9,
    MESSAGE_BYTES = 2048,
    NEW_RAN_ID = 77
};

enum shape { ONE, BOTH, DOUBLED, STRANGERS, ANOTHERS, OUT_OF_RANGE, ALL, ALL_THE_SAME, SHAPES };

static const char *const shape_names[] = {
    "one", "both", "doubled", "a strange one", "another phone's", "out of range", "of all", "all the same"};

/* All items begin like this. */
struct item {
    uint8_t pdu_session_id;
    struct bytes transfer;
};

struct list {
    const void *items;
    size_t count;
};

enum rule {
    SILENCE,     /* class 2, or an answer: nothing is said */
    RELEASED,    /* the gNB wants the phone's connection to end, whatever it lists */
    PREPARATION, /* 8.4.1: goes on with the sessions that there are, else fails */
    ADMISSION,   /* 8.4.2: the same */
    PATH_SWITCH, /* 8.4.4.4: doubled ones are a failure */
    INDICATION,  /* 8.2.5: each is confirmed or refused, once */
};

struct listing {
    enum ngap_message_type message;
    size_t list; /* where it has one */
    enum phone_stage stage;
    enum sender sender;
    enum rule rule;
};

#define ROW(TYPE, type, list, ...)                                   \
    {                                                                \
        NGAP_##TYPE, offsetof(struct ngap_##type, list), __VA_ARGS__ \
    }

static const struct listing rows[] = {
    ROW(HANDOVER_REQUIRED, handover_required, pdu_session_resource_list_ho_rqd, CONNECTED, SOURCE,
        PREPARATION),
    ROW(HANDOVER_REQUEST_ACKNOWLEDGE, handover_request_acknowledge, pdu_session_resource_admitted_list,
        PREPARING, TARGET, ADMISSION),
    ROW(PATH_SWITCH_REQUEST, path_switch_request, pdu_session_resource_to_be_switched_dl_list, CONNECTED,
        TARGET, PATH_SWITCH),
    ROW(PDU_SESSION_RESOURCE_MODIFY_INDICATION, pdu_session_resource_modify_indication,
        pdu_session_resource_modify_list_mod_ind, CONNECTED, SOURCE, INDICATION),
    ROW(PDU_SESSION_RESOURCE_SETUP_RESPONSE, pdu_session_resource_setup_response,
        pdu_session_resource_setup_list_su_res, CONNECTED, SOURCE, SILENCE),
    ROW(PDU_SESSION_RESOURCE_SETUP_RESPONSE, pdu_session_resource_setup_response,
        pdu_session_resource_failed_to_setup_list_su_res, CONNECTED, SOURCE, SILENCE),
    ROW(PDU_SESSION_RESOURCE_MODIFY_RESPONSE, pdu_session_resource_modify_response,
        pdu_session_resource_modify_list_mod_res, CONNECTED, SOURCE, SILENCE),
    ROW(PDU_SESSION_RESOURCE_MODIFY_RESPONSE, pdu_session_resource_modify_response,
        pdu_session_resource_failed_to_modify_list_mod_res, CONNECTED, SOURCE, SILENCE),
    ROW(PDU_SESSION_RESOURCE_RELEASE_RESPONSE, pdu_session_resource_release_response,
        pdu_session_resource_released_list_rel_res, CONNECTED, SOURCE, SILENCE),
    ROW(PDU_SESSION_RESOURCE_NOTIFY, pdu_session_resource_notify, pdu_session_resource_notify_list, CONNECTED,
        SOURCE, SILENCE),
    ROW(PDU_SESSION_RESOURCE_NOTIFY, pdu_session_resource_notify, pdu_session_resource_released_list_not,
        CONNECTED, SOURCE, SILENCE),
    ROW(SECONDARY_RAT_DATA_USAGE_REPORT, secondary_rat_data_usage_report,
        pdu_session_resource_secondary_rat_usage_list, CONNECTED, SOURCE, SILENCE),
    ROW(INITIAL_CONTEXT_SETUP_RESPONSE, initial_context_setup_response,
        pdu_session_resource_setup_list_cxt_res, CONNECTED, SOURCE, SILENCE),
    ROW(INITIAL_CONTEXT_SETUP_RESPONSE, initial_context_setup_response,
        pdu_session_resource_failed_to_setup_list_cxt_res, CONNECTED, SOURCE, SILENCE),
    ROW(INITIAL_CONTEXT_SETUP_FAILURE, initial_context_setup_failure,
        pdu_session_resource_failed_to_setup_list_cxt_fail, CONNECTED, SOURCE, SILENCE),
    ROW(UE_CONTEXT_RELEASE_REQUEST, ue_context_release_request, pdu_session_resource_list_cxt_rel_req,
        CONNECTED, SOURCE, RELEASED),
    ROW(UE_CONTEXT_RELEASE_COMPLETE, ue_context_release_complete, pdu_session_resource_list_cxt_rel_cpl,
        RELEASING, SOURCE, SILENCE),
};

static struct world world;
static struct phone_ids at;
static unsigned long cells, wrong_cells;

/* What the core has said since the cell began. */
static struct {
    unsigned count, gnb;
    enum ngap_message_type first;
    size_t good, bad; /* sessions in it */
    struct ngap_cause cause;
} said;

static bool note(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    const union ngap_value value = pdu->value;
    (void)w;
    if (said.count++)
        return false;
    said.first = pdu->message;
    said.gnb = gnb;
    switch (pdu->message) {
    case NGAP_HANDOVER_REQUEST:
        said.good = value.handover_request->pdu_session_resource_setup_list_ho_req.count;
        break;
    case NGAP_HANDOVER_COMMAND:
        said.good = value.handover_command->pdu_session_resource_handover_list.count;
        said.bad = value.handover_command->pdu_session_resource_to_release_list_ho_cmd.count;
        break;
    case NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE:
        said.good = value.path_switch_request_acknowledge->pdu_session_resource_switched_list.count;
        said.bad = value.path_switch_request_acknowledge->pdu_session_resource_released_list_ps_ack.count;
        break;
    case NGAP_PATH_SWITCH_REQUEST_FAILURE:
        said.bad = value.path_switch_request_failure->pdu_session_resource_released_list_ps_fail.count;
        break;
    case NGAP_PDU_SESSION_RESOURCE_MODIFY_CONFIRM:
        said.good = value.pdu_session_resource_modify_confirm->pdu_session_resource_modify_list_mod_cfm.count;
        said.bad = value.pdu_session_resource_modify_confirm
                       ->pdu_session_resource_failed_to_modify_list_mod_cfm.count;
        break;
    default:
        break;
    }
    return false;
}

static void open_world(enum phone_stage stage)
{
    at = world_open_in(&world, stage);
    world.downlink_filter = note;
}

/* --- lists --- */

static size_t fill(enum shape shape, uint8_t ids[MOST])
{
    static const uint8_t few[SHAPES][3] = {
        [ONE] = {OURS_1},        [BOTH] = {OURS_1, OURS_2}, [DOUBLED] = {OURS_1, OURS_1},
        [STRANGERS] = {STRANGE}, [ANOTHERS] = {BYSTANDERS}, [OUT_OF_RANGE] = {16, 255, 0},
    };
    static const size_t counts[SHAPES] = {
        [ONE] = 1, [BOTH] = 2, [DOUBLED] = 2, [STRANGERS] = 1, [ANOTHERS] = 1, [OUT_OF_RANGE] = 3};
    memcpy(ids, few[shape], counts[shape]);
    for (size_t i = 0; i < MOST && !counts[shape]; i++)
        ids[i] = shape == ALL ? (uint8_t)i : OURS_1;
    return counts[shape] ? counts[shape] : MOST;
}

/* How many sessions of the phone it names, and how many numbers that are no such, each once. */
static size_t ours_in(enum shape shape)
{
    return shape == ONE || shape == DOUBLED || shape == ALL_THE_SAME ? 1
           : shape == BOTH || shape == ALL                           ? 2
                                                                     : 0;
}

static bool is_doubled(enum shape shape)
{
    return shape == DOUBLED || shape == ALL_THE_SAME;
}

/* --- messages --- */

static const uint8_t octet[] = {0};

static void write_path_switch(uint8_t *room)
{
    struct ngap_path_switch_request request = {
        .ran_ue_ngap_id = NEW_RAN_ID,
        .source_amf_ue_ngap_id = at.own.amf,
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
                                      .user_location_information_nr = {.tai = {{0x99, 0xf9, 0x07}, 1}}},
        .ue_security_capabilities = n2_security_capabilities(world_ue(&world, 1)),
    };
    memcpy(room, &request, sizeof request);
}

static void write_message(const struct listing *row, uint8_t *room)
{
    if (row->message == NGAP_PATH_SWITCH_REQUEST)
        write_path_switch(room);
    for (size_t i = 0; i < gnb_message_count; i++) {
        if (gnb_messages[i].type == row->message)
            gnb_message_of(&gnb_messages[i], row->sender == TARGET ? at.target : at.own, room);
    }
}

static void say(const struct listing *row, enum shape shape)
{
    _Alignas(max_align_t) uint8_t room[MESSAGE_BYTES];
    struct item items[MOST];
    uint8_t ids[MOST];
    size_t count = fill(shape, ids);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct item){ids[i], BYTES(octet)};
    const bool bare = row->message == NGAP_UE_CONTEXT_RELEASE_REQUEST;
    struct list list = {bare ? (const void *)ids : items, count};
    write_message(row, room);
    memcpy(room + row->list, &list, sizeof list);
    world_ngap(&world, row->sender, row->message, room);
}

/* --- what is expected --- */

static bool is_said(enum ngap_message_type message, size_t good, size_t bad)
{
    return said.count && said.first == message && said.good == good && said.bad == bad;
}

static bool answered(const struct listing *row, enum shape shape)
{
    uint8_t ids[MOST];
    size_t count = fill(shape, ids), ours = ours_in(shape), named = is_doubled(shape) ? 1 : count;
    switch (row->rule) {
    case PREPARATION:
        return ours ? is_said(NGAP_HANDOVER_REQUEST, ours, 0)
                    : is_said(NGAP_HANDOVER_PREPARATION_FAILURE, 0, 0);
    case ADMISSION: /* session 1 was asked for */
        return ours ? is_said(NGAP_HANDOVER_COMMAND, 1, 0)
                    : said.count == 2 && (said.first == NGAP_UE_CONTEXT_RELEASE_COMMAND ||
                                          said.first == NGAP_HANDOVER_PREPARATION_FAILURE);
    case PATH_SWITCH:
        return ours && !is_doubled(shape) ? is_said(NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE, ours, count - ours)
                                          : is_said(NGAP_PATH_SWITCH_REQUEST_FAILURE, 0, count);
    case INDICATION:
        ours = is_doubled(shape) ? 0 : ours;
        return said.count == 1 && is_said(NGAP_PDU_SESSION_RESOURCE_MODIFY_CONFIRM, ours, named - ours);
    case RELEASED:
        return said.count == 1 && said.first == NGAP_UE_CONTEXT_RELEASE_COMMAND;
    default:
        return said.count == 0;
    }
}

/* May anything of the phone that is meant be different now? */
static bool may_change(const struct listing *row, enum shape shape)
{
    switch (row->rule) {
    case SILENCE:
        return false;
    case INDICATION:
        return false; /* of the AMF's own, nothing */
    case PREPARATION:
        return ours_in(shape);
    case PATH_SWITCH:
        return ours_in(shape) && !is_doubled(shape);
    default:
        return true;
    }
}

/* --- the walk --- */

static void complain(const struct listing *row, enum shape shape, const char *wrong)
{
    wrong_cells++;
    print_error("%s with a list (at %zu) that is %s: %s (said %u, first %s, %zu good, %zu bad)\n",
                ngap_message_name(row->message), row->list, shape_names[shape], wrong, said.count,
                ngap_message_name(said.first), said.good, said.bad);
}

static void step(const struct listing *row, enum shape shape)
{
    open_world(row->stage);
    const uint64_t phone = inside_ue(world_ue(&world, 0)), bystander = inside_ue(world_ue(&world, 1));
    memset(&said, 0, sizeof said);
    cells++;
    say(row, shape);
    if (!answered(row, shape))
        complain(row, shape, "another answer");
    if (inside_ue(world_ue(&world, 1)) != bystander)
        complain(row, shape, "the bystander has changed");
    if (!may_change(row, shape) && inside_ue(world_ue(&world, 0)) != phone)
        complain(row, shape, "the phone has changed");
    world_close(&world);
}

static void every_list_in_every_shape(void **state)
{
    (void)state;
    cells = wrong_cells = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (enum shape shape = 0; shape < SHAPES; shape++)
            step(&rows[i], shape);
    }
    print_message("# %lu cells walked\n", cells);
    assert_int_equal(wrong_cells, 0);
}

/* --- NG Reset (8.7.4.2.2.2): acknowledged item by item, known or not --- */

enum { RESET_ITEMS = 1000 };

static void a_reset_of_many_strangers_and_one_phone_twice(void **state)
{
    static struct ngap_ue_associated_logical_ng_connection_item items[RESET_ITEMS];
    const struct ngap_ng_reset reset = {.cause = N2_RADIO(UNSPECIFIED),
                                        .reset_type = {.which = NGAP_RESET_TYPE_PART_OF_NG_INTERFACE,
                                                       .part_of_ng_interface = {items, RESET_ITEMS}}};
    (void)state;
    open_world(CONNECTED);
    for (uint32_t i = 0; i < RESET_ITEMS; i++)
        items[i] = (struct ngap_ue_associated_logical_ng_connection_item){STRANGE_ID + i, STRANGE_ID + i,
                                                                          i & 1, i & 2};
    items[1] = items[RESET_ITEMS - 1] =
        (struct ngap_ue_associated_logical_ng_connection_item){at.own.amf, at.own.ran, true, true};
    const uint64_t bystander = inside_ue(world_ue(&world, 1));
    memset(&said, 0, sizeof said);
    world_ngap(&world, SOURCE, NGAP_NG_RESET, &reset);
    assert_int_equal(said.count, 1);
    assert_int_equal(said.first, NGAP_NG_RESET_ACKNOWLEDGE);
    assert_null(world_ue(&world, 0)->connection);
    assert_true(inside_ue(world_ue(&world, 1)) == bystander);
    world_close(&world);
}

/* --- containers that the core passes on (9.3.1.20, 9.3.1.21): what is in them is for the gNBs --- */

static void a_target_that_sends_no_container_has_admitted_nothing(void **state)
{
    static const struct item admitted = {OURS_1, BYTES(octet)};
    const struct list list = {&admitted, 1};
    struct ngap_handover_request_acknowledge answer = {.ran_ue_ngap_id = TARGETS_ID};
    (void)state;
    open_world(PREPARING);
    answer.amf_ue_ngap_id = at.target.amf;
    memcpy(&answer.pdu_session_resource_admitted_list, &list, sizeof list);
    memset(&said, 0, sizeof said);
    world_ngap(&world, TARGET, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, &answer);
    assert_int_equal(said.count, 2);
    assert_null(world_ue(&world, 0)->target);
    assert_non_null(world_ue(&world, 0)->connection);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_list_in_every_shape),
        cmocka_unit_test(a_reset_of_many_strangers_and_one_phone_twice),
        cmocka_unit_test(a_target_that_sends_no_container_has_admitted_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
