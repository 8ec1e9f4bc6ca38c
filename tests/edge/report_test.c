/* SPDX-License-Identifier: Apache-2.0 */
/* What an edge tells of itself. */
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "edge/report.h"
#include "stand.h"

static void status_counts_what_is_there(void **state)
{
    const struct confinement confinement = {0};
    struct charter charter = {
        .kind = CHARTER_TERMS, .name = "harbour", .terms = {.vendor = "any", .listen_count = 1}};
    (void)state;
    stand_set_up();
    address_parse(&charter.terms.listen[0], "192.0.2.5", 38412);
    json_t *status = edge_report_status(&(struct edge_report){
        .edge = stand.edge, .charter = &charter, .stack = SCTP_KERNEL, .confinement = &confinement});
    assert_non_null(status);
    assert_string_equal(json_string_value(json_object_get(status, "name")), "harbour");
    assert_int_equal(json_integer_value(json_object_get(status, "associations")), 1);
    assert_int_equal(json_integer_value(json_object_get(status, "gnbs")), 1);
    assert_true(json_is_true(json_object_get(status, "control")));
    assert_int_equal(json_array_size(json_object_get(status, "listen")), 1);
    assert_int_equal(json_array_size(json_object_get(status, "confined")), 0);
    json_decref(status);
}

static size_t page(const char *after, char *more, size_t size)
{
    json_t *request = json_pack("{s:s}", "after", after);
    json_t *reply = edge_report_gnbs(stand.edge, stand.timers.now, request);
    const size_t items = json_array_size(json_object_get(reply, "items"));
    const char *next = json_string_value(json_object_get(reply, "more"));
    snprintf(more, size, "%s", next ? next : "");
    json_decref(request);
    json_decref(reply);
    return items;
}

static void a_long_list_of_gnbs_comes_in_pages(void **state)
{
    union socket_address peer;
    char more[24];
    (void)state;
    address_parse(&peer, "192.0.2.2", 38412);
    edge_control_closed(stand.edge);
    for (unsigned i = 0; i < ADMIN_PAGE; i++)
        assert_non_null(edge_gnb_up(stand.edge, &peer, &peer, 2));
    assert_int_equal(page("0", more, sizeof more), ADMIN_PAGE);
    assert_string_not_equal(more, "");
    assert_int_equal(page(more, more, sizeof more), 1);
    assert_string_equal(more, "");
}

/* A name is the radio's to choose, and JSON has no place for octets that are no text. */
static void a_name_that_is_no_text_is_left_out(void **state)
{
    static const uint8_t name[] = {'m', 0xff, 'x'};
    struct ngap_ng_setup_request request;
    struct ngap_pdu pdu;
    (void)state;
    assert_int_equal(ngap_decode(stand_setup_request(), &stand.arena, NGAP_STRICT_ORDER, &pdu), NGAP_OK);
    request = *pdu.value.ng_setup_request;
    request.ran_node_name = BYTES(name);
    stand_gnb_says(stand_encoded(NGAP_NG_SETUP_REQUEST, &request));
    json_t *reply = edge_report_gnbs(stand.edge, stand.timers.now, NULL);
    const json_t *item = json_array_get(json_object_get(reply, "items"), 0);
    assert_non_null(item);
    assert_null(json_object_get(item, "name"));
    assert_string_equal(json_string_value(json_object_get(item, "id")), "999/70-00000001");
    json_decref(reply);
}

static void metrics_carry_the_edges_name(void **state)
{
    (void)state;
    json_t *reply = edge_report_metrics(stand.edge, "harbour");
    const json_t *metrics = json_object_get(reply, "metrics");
    assert_true(json_array_size(metrics) >= 4);
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json_t *labels = json_object_get(json_array_get(metrics, i), "labels");
        assert_string_equal(json_string_value(json_object_get(labels, "edge")), "harbour");
    }
    json_decref(reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stand_setup, stand_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(status_counts_what_is_there),
        TEST(a_long_list_of_gnbs_comes_in_pages),
        TEST(a_name_that_is_no_text_is_left_out),
        TEST(metrics_carry_the_edges_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
