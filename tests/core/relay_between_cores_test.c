/* SPDX-License-Identifier: Apache-2.0 */
/* Relay control where a phone is handed over between two cores: each looks at what the gNBs say to each other through both. */
#include "duo.h"

#include <limits.h>

#include "line/relay.h"

enum { A, B, CELLS = 3, CELL_BITS = 4, CONTAINER_BYTES = 512 };

#define SOURCE_CONTAINER struct ngap_source_ngran_node_to_target_ngran_node_transparent_container

static struct duo duo;

/* What the target gNB is asked with, and the source gNB is told. */
static struct {
    unsigned asked, commanded, failed;
    size_t cells;
    bool index_to_rfsp;
    struct ngap_cause cause;
} told;

/* --- the source gNB says more than it has to --- */

static struct bytes with_history(struct bytes from)
{
    static uint8_t room[CONTAINER_BYTES];
    static struct ngap_last_visited_cell_item cells[CELLS];
    struct writer w = writer_of(room, sizeof room);
    const SOURCE_CONTAINER *read;
    struct aper_diagnostics diagnostics;
    assert_int_equal(ngap_decode_source_ngran_node_to_target_ngran_node_transparent_container(
                         from, &duo.arena, &read, &diagnostics),
                     NGAP_OK);
    SOURCE_CONTAINER own = *read;
    for (size_t i = 0; i < CELLS; i++)
        cells[i].last_visited_cell_information = (struct ngap_last_visited_cell_information){
            .which = NGAP_LAST_VISITED_CELL_INFORMATION_NGRAN_CELL,
            .ngran_cell.global_cell_id = {.which = NGAP_NGRAN_CGI_NR_CGI,
                                          .nr_cgi = {{0x99, 0xf9, 0x07}, (i + 1) << CELL_BITS}}};
    own.ue_history_information = (struct ngap_ue_history_information){cells, CELLS};
    own.has_index_to_rfsp = true;
    own.index_to_rfsp = 3;
    assert_true(ngap_encode_source_ngran_node_to_target_ngran_node_transparent_container(&w, &own, NULL));
    return writer_bytes(&w);
}

static void say_more(struct ngap_pdu *pdu)
{
    static struct ngap_handover_required required;
    required = *pdu->value.handover_required;
    required.source_to_target_transparent_container =
        with_history(required.source_to_target_transparent_container);
    pdu->value.handover_required = &required;
}

static void note_request(const struct ngap_handover_request *request)
{
    const SOURCE_CONTAINER *read;
    struct aper_diagnostics diagnostics;
    assert_int_equal(ngap_decode_source_ngran_node_to_target_ngran_node_transparent_container(
                         request->source_to_target_transparent_container, &duo.arena, &read, &diagnostics),
                     NGAP_OK);
    told.asked++;
    told.cells = read->ue_history_information.count;
    told.index_to_rfsp = read->has_index_to_rfsp;
}

static void listen_in(struct duo *now, unsigned side, struct ngap_pdu *pdu)
{
    (void)now;
    if (side == A && pdu->message == NGAP_HANDOVER_REQUIRED) {
        say_more(pdu);
    } else if (side == B && pdu->message == NGAP_HANDOVER_REQUEST) {
        note_request(pdu->value.handover_request);
    } else if (side == A && pdu->message == NGAP_HANDOVER_COMMAND) {
        told.commanded++;
    } else if (side == A && pdu->message == NGAP_HANDOVER_PREPARATION_FAILURE) {
        told.failed++;
        told.cause = pdu->value.handover_preparation_failure->cause;
    }
}

/* --- rules --- */

static const uint8_t nothing[1], handover[] = {CONFIG_RELAY_HANDOVER},
                                 history[] = {CONFIG_RELAY_HANDOVER, CONFIG_RELAY_HISTORY};

/* The side lets these pass between anybody and anybody. */
static void let(unsigned side, const uint8_t *kinds, unsigned count)
{
    static struct config_relay_rule rules[2];
    rules[side] =
        (struct config_relay_rule){.from = CONFIG_ANY, .to = CONFIG_ANY, .pass = kinds, .pass_count = count};
    duo.sides[side].config->inventory.relay.rules = &rules[side];
    duo.sides[side].config->inventory.relay.rule_count = 1;
}

static uint64_t noted(unsigned side, enum relay_verdict verdict)
{
    return duo.sides[side].core->metrics.relayed[CONFIG_RELAY_HANDOVER][verdict];
}

static int set_up(void **state)
{
    (void)state;
    memset(&told, 0, sizeof told);
    duo_open(&duo, "");
    duo_begin(&duo);
    duo.air = listen_in;
    return 0;
}

static void hand_over(void)
{
    assert_true(ran_gnb_n2_handover(duo.phone.connection, &duo.sides[B].gnb, false));
    duo_pass(&duo, SECONDS(3));
}

static void it_is_over_there(void)
{
    assert_int_equal(told.asked, 1);
    assert_int_equal(told.commanded, 1);
    assert_int_equal(duo.events[PHONE_HANDED_OVER], 1);
    assert_true(duo_ping(&duo));
}

static void it_stays(void)
{
    assert_int_equal(told.commanded, 0);
    assert_int_equal(told.failed, 1);
    assert_int_equal(duo.events[PHONE_HANDED_OVER], 0);
    assert_ptr_equal(duo.phone.connection->gnb, &duo.sides[A].gnb);
    assert_true(duo_ping(&duo));
    duo_pass(&duo, SECONDS(20));
    assert_null(duo_ue(&duo, B));
}

/* --- what passes --- */

static void by_default_what_a_handover_needs(void **state)
{
    (void)state;
    hand_over();
    it_is_over_there();
    assert_int_equal(told.cells, 1);
    assert_false(told.index_to_rfsp);
    assert_true(noted(A, RELAY_LIMITED) && noted(B, RELAY_LIMITED));
}

static void the_history_where_both_let_it(void **state)
{
    (void)state;
    let(A, history, 2);
    let(B, history, 2);
    hand_over();
    it_is_over_there();
    assert_int_equal(told.cells, CELLS);
    assert_true(told.index_to_rfsp);
    assert_int_equal(noted(A, RELAY_PASSES), 2);
    assert_int_equal(noted(B, RELAY_PASSES), 2);
}

static void not_where_one_of_them_does_not(void **state)
{
    for (unsigned stricter = A; stricter <= B; stricter++) {
        let(1 - stricter, history, 2);
        let(stricter, handover, 1);
        hand_over();
        it_is_over_there();
        assert_int_equal(told.cells, 1);
        assert_false(told.index_to_rfsp);
        duo_tear_down(state);
        set_up(state);
    }
}

static void nothing_where_the_source_s_core_lets_nothing(void **state)
{
    (void)state;
    let(A, nothing, 0);
    hand_over();
    it_stays();
    assert_int_equal(told.asked, 0);
    assert_int_equal(told.cause.radio_network, NGAP_CAUSE_RADIO_NETWORK_HO_TARGET_NOT_ALLOWED);
    assert_int_equal(noted(A, RELAY_BY_RULE), 1);
    assert_int_equal(duo.sides[B].requests, 0);
}

static void nothing_where_the_target_s_does(void **state)
{
    (void)state;
    let(B, nothing, 0);
    hand_over();
    it_stays();
    assert_int_equal(told.asked, 0);
    assert_int_equal(told.cause.radio_network, NGAP_CAUSE_RADIO_NETWORK_HO_TARGET_NOT_ALLOWED);
    assert_int_equal(noted(B, RELAY_BY_RULE), 1);
}

static void rules_may_name_the_other_core(void **state)
{
    static const struct config_relay_rule rules[] = {
        {.from = CONFIG_ANY, .to = "b"},
        {.from = CONFIG_ANY, .to = CONFIG_ANY, .pass = handover, .pass_count = 1}};
    (void)state;
    duo.sides[A].config->inventory.relay.rules = rules;
    duo.sides[A].config->inventory.relay.rule_count = 2;
    hand_over();
    it_stays();
    assert_int_equal(noted(A, RELAY_BY_RULE), 1);
}

/* --- what cannot be read does not reach a gNB --- */

static unsigned until_damage; /* answers with a transfer that are left alone first */

static size_t last_of(const uint8_t *octets, size_t length, const char *text)
{
    size_t at = length - strlen(text);
    while (at && memcmp(octets + at, text, strlen(text)) != 0)
        at--;
    return at;
}

/* The last part of an answer is a transfer. */
static void damage_transfer(struct duo *now, struct sbi_message *response)
{
    static const char head_ends[] = "\r\n\r\n", part_ends[] = "\r\n--";
    static uint8_t room[8192];
    (void)now;
    if (!response->body.len || response->body.len > sizeof room || !strstr(response->type, "multipart") ||
        until_damage-- != 0)
        return;
    memcpy(room, response->body.data, response->body.len);
    const size_t end = last_of(room, response->body.len, part_ends);
    const size_t begin = last_of(room, end, head_ends) + strlen(head_ends);
    memset(room + begin, 0xff, end - begin);
    response->body = bytes_of(room, response->body.len);
}

/* The anchor's request to the target, its command to the source, and this as the target's core tells it. */
static void a_transfer_that_cannot_be_read_ends_the_handover(void **state)
{
    for (unsigned i = 0; i < 3; i++) {
        until_damage = i;
        duo.spoil = damage_transfer;
        hand_over();
        duo.spoil = NULL;
        assert_int_equal(told.asked, i > 0);
        assert_true(until_damage == UINT_MAX);
        it_stays();
        duo_tear_down(state);
        set_up(state);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, duo_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(by_default_what_a_handover_needs),
        CASE(the_history_where_both_let_it),
        CASE(not_where_one_of_them_does_not),
        CASE(nothing_where_the_source_s_core_lets_nothing),
        CASE(nothing_where_the_target_s_does),
        CASE(rules_may_name_the_other_core),
        CASE(a_transfer_that_cannot_be_read_ends_the_handover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
