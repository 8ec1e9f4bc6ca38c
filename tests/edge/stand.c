/* SPDX-License-Identifier: Apache-2.0 */
#include "stand.h"
#include "setup.h"

#include <string.h>

#include "kit/log.h"

struct stand stand;

static bool to_gnb(void *context, void *link, uint16_t stream, struct bytes ngap)
{
    static uint8_t copy[STAND_BYTES];
    (void)context;
    (void)link;
    (void)stream;
    memcpy(copy, ngap.data, ngap.len);
    assert_int_equal(ngap_decode(bytes_of(copy, ngap.len), &stand.arena, NGAP_STRICT_ORDER, &stand.answer),
                     NGAP_OK);
    stand.answers++;
    return !stand.gnb_queue_full;
}

static void end_gnb(void *context, void *link)
{
    (void)context;
    (void)link;
    stand.ended++;
}

static bool to_control(void *context, struct bytes message)
{
    struct fault fault = {0};
    (void)context;
    if (stand.control_queue_full)
        return false;
    assert_true(message.len <= STAND_BYTES && stand.passed_count < STAND_PASSED);
    memcpy(stand.passed_space[stand.passed_count], message.data, message.len);
    assert_true(wicket_decode(bytes_of(stand.passed_space[stand.passed_count], message.len), WICKET_FROM_EDGE,
                              &stand.passed[stand.passed_count], &fault));
    stand.passed_count++;
    return true;
}

static void hold_off(void *context, void *link, int64_t time)
{
    (void)context, (void)link;
    assert_true(time > 0);
    stand.held_off++;
}

static uint64_t counting(void *context)
{
    (void)context;
    return ++stand.last_random;
}

void stand_forget_output(void)
{
    stand.answers = stand.passed_count = stand.ended = stand.held_off = 0;
    stand.answer = (struct ngap_pdu){0};
    arena_reset(&stand.arena);
}

int stand_setup(void **state)
{
    (void)state;
    log_setup((struct log_settings){.level = LOG_ERROR});
    timers_init(&stand.timers, 0);
    arena_init(&stand.arena, 0);
    stand.last_random = 100;
    stand.gnb_queue_full = stand.control_queue_full = false;
    stand.edge = edge_new(
        (struct edge_settings){.name = "default",
                               .timers = &stand.timers,
                               .budget = {.messages = 50, .bytes = 20000, .arrivals = 3, .log_bytes = 500},
                               .ports = {.to_gnb = to_gnb,
                                         .end_gnb = end_gnb,
                                         .hold_off = hold_off,
                                         .to_control = to_control,
                                         .random = counting}});
    edge_control_open(stand.edge);
    union socket_address peer;
    address_parse(&peer, "192.0.2.1", 38412);
    stand.gnb = edge_gnb_up(stand.edge, &peer, &peer, 2);
    return stand.gnb ? 0 : -1;
}

int stand_teardown(void **state)
{
    (void)state;
    edge_free(stand.edge);
    arena_free(&stand.arena);
    timers_free(&stand.timers);
    return 0;
}

/* --- What a gNB says --- */

void stand_gnb_says(struct bytes ngap)
{
    edge_gnb_message(stand.edge, stand.gnb, 0, PPID, ngap);
}

struct bytes stand_encoded(enum ngap_message_type message, const void *value)
{
    static uint8_t space[STAND_BYTES];
    struct fault fault = {0};
    struct writer w = writer_of(space, sizeof space);
    assert_true(ngap_encode(&w, message, value, &fault));
    return writer_bytes(&w);
}

struct bytes stand_setup_request(void)
{
    const struct ngap_ng_setup_request request = setup_request();
    return stand_encoded(NGAP_NG_SETUP_REQUEST, &request);
}

struct bytes stand_update(void)
{
    struct ngap_ran_configuration_update message = {.ran_node_name = bytes_of("new name", 8)};
    return stand_encoded(NGAP_RAN_CONFIGURATION_UPDATE, &message);
}

struct bytes stand_uplink(void)
{
    static const uint8_t nas[] = {0x7e, 0x00, 0x64};
    struct ngap_uplink_nas_transport message = {
        .amf_ue_ngap_id = 5,
        .ran_ue_ngap_id = 6,
        .nas_pdu = BYTES(nas),
        .user_location_information = {
            .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
            .user_location_information_nr = {
                .nr_cgi = {.plmn_identity = {0x99, 0xf9, 0x07}, .nr_cell_identity = 16},
                .tai = {.plmn_identity = {0x99, 0xf9, 0x07}, .tac = 1}}}};
    return stand_encoded(NGAP_UPLINK_NAS_TRANSPORT, &message);
}

/* --- What control says --- */

void stand_control_says(enum ngap_message_type message, struct bytes ngap)
{
    static uint8_t space[STAND_BYTES];
    struct ngap_pdu pdu;
    struct fault fault = {0};
    assert_int_equal(ngap_decode(ngap, &stand.arena, NGAP_STRICT_ORDER, &pdu), NGAP_OK);
    assert_int_equal(pdu.message, message);
    struct writer w = writer_of(space, sizeof space);
    size_t mark = wicket_open(&w, WICKET_NGAP, stand.last_random, 0);
    assert_true(ngap_flatten(&w, &pdu, &fault));
    assert_true(wicket_close(&w, mark));
    assert_true(edge_control_message(stand.edge, writer_bytes(&w)));
}

void stand_accept_setup(void)
{
    const struct ngap_ng_setup_response response = setup_response();
    stand_control_says(NGAP_NG_SETUP_RESPONSE, stand_encoded(NGAP_NG_SETUP_RESPONSE, &response));
}

void stand_set_up(void)
{
    stand_gnb_says(stand_setup_request());
    stand_accept_setup();
    stand_forget_output();
}

enum ngap_cause_protocol stand_protocol_cause(void)
{
    assert_int_equal(stand.answer.message, NGAP_ERROR_INDICATION);
    const struct ngap_cause *cause = stand.answer.value.error_indication->cause;
    assert_non_null(cause);
    assert_int_equal(cause->which, NGAP_CAUSE_PROTOCOL);
    return cause->protocol;
}
