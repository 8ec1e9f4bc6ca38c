/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind phones (framed routes): in documents, in rows, and between subscribers. */
#include "samples.h"
#include "store/subscriber_admin.h"

static struct arena arena;
static struct store *store;
static char what[240];

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    store = open_store(":memory:");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    arena_free(&arena);
    return 0;
}

/* A subscriber with the members in the only session of the document. */
static bool read_with(unsigned number, const char *members, struct store_subscriber *subscriber)
{
    char text[1024];
    snprintf(
        text, sizeof text,
        "{\"imsi\":\"99970000000000%u\",\"security\":{\"k\":\"465B5CE8B199B49FAA5F0A2EE238A6BC\",\"opc\":"
        "\"E8ED289DEBA952E4283B54E88E6183CA\"},\"slice\":[{\"session\":[{\"name\":\"internet\",%s}]}]}",
        number, members);
    json_t *document = json_loads(text, 0, NULL);
    assert_non_null(document);
    const bool ok = store_subscriber_from_json(document, &arena, subscriber, what, sizeof what);
    json_decref(document);
    return ok;
}

static struct store_subscriber with_route(unsigned number, const char *route)
{
    struct store_subscriber subscriber;
    char members[128];
    snprintf(members, sizeof members, "\"ipv4FrameRouteList\":\"%s\"", route);
    assert_true(read_with(number, members, &subscriber));
    return subscriber;
}

static void every_form_of_a_network_is_read_and_one_is_written(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "\"ipv4FrameRouteList\":[{\"ipv4Mask\":\"192.0.2.0/24\"},{\"ipv4Mask\":\"10.9.0.0/16\"}],"
        "\"ipv6FrameRouteList\":[{\"ipv6Prefix\":\"2001:db8:5::/48\"}]",
        "\"ipv4FrameRouteList\":[\"192.0.2.0/24\",\"10.9.0.0/16\"],\"ipv6FrameRouteList\":[\"2001:db8:5::/"
        "48\"]",
        "\"ipv4FrameRouteList\":\"192.0.2.0/24 10.9.0.0/16\",\"ipv6FrameRouteList\":\"2001:db8:5::/48\"",
        "\"ipv4_framed_routes\":[\"192.0.2.0/24\",\"10.9.0.0/16\"],\"ipv6_framed_routes\":[\"2001:db8:5::/"
        "48\"]"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct store_subscriber s;
        assert_true(read_with(1, forms[i], &s));
        assert_int_equal(s.slices[0].dnns[0].route_count, 3);
        json_t *document = store_subscriber_to_json(&s, true);
        char *text = json_dumps(document, JSON_COMPACT);
        assert_non_null(
            strstr(text, "\"ipv4FrameRouteList\":[{\"ipv4Mask\":\"192.0.2.0/24\"},{\"ipv4Mask\":"
                         "\"10.9.0.0/16\"}],\"ipv6FrameRouteList\":[{\"ipv6Prefix\":\"2001:db8:5::/48\"}]"));
        free(text);
        json_decref(document);
    }
}

static void what_is_no_network_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "\"ipv4FrameRouteList\":\"192.0.2.1/24\"",
        "\"ipv4FrameRouteList\":\"192.0.2.0\"",
        "\"ipv4FrameRouteList\":\"2001:db8:5::/48\"",
        "\"ipv4FrameRouteList\":\"0.0.0.0/0\"",
        "\"ipv4FrameRouteList\":\"127.0.0.0/24\"",
        "\"ipv4FrameRouteList\":\"192.0.2.0/24 192.0.2.128/25\"",
        "\"ipv4FrameRouteList\":[{\"ipv6Prefix\":\"192.0.2.0/24\"}]",
        "\"ipv4FrameRouteList\":[7]",
        "\"ipv4FrameRouteList\":{}",
        "\"ipv4FrameRouteList\":\"192.0.2.0/24\",\"ue\":{\"ipv4\":\"192.0.2.7\"}",
        "\"ipv6FrameRouteList\":\"2001:db8:5:1:8000::/64\"",
        "\"ipv6FrameRouteList\":\"2001:db8:5:1:7::/96\",\"ue\":{\"ipv6\":\"2001:db8:5:1::\"}",
        "\"ipv6FrameRouteList\":\"2001:db8:5::/48\",\"ue\":{\"ipv6\":\"2001:db8:5:9::\"}",
        "\"ipv4FrameRouteList\":\"10.0.0.0/24 10.0.1.0/24 10.0.2.0/24 10.0.3.0/24 10.0.4.0/24 10.0.5.0/24 "
        "10.0.6.0/24 10.0.7.0/24 10.0.8.0/24 10.0.9.0/24 10.0.10.0/24 10.0.11.0/24 10.0.12.0/24 10.0.13.0/24 "
        "10.0.14.0/24 10.0.15.0/24 10.0.16.0/24\""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct store_subscriber s;
        assert_false(read_with(1, wrong[i], &s));
        assert_non_null(strstr(what, "FrameRouteList: found "));
    }
}

static void a_row_keeps_its_networks(void **state)
{
    (void)state;
    struct store_subscriber s, again;
    assert_true(read_with(1,
                          "\"ipv4FrameRouteList\":\"192.0.2.0/24 192.0.3.1/32\",\"ipv6FrameRouteList\":"
                          "\"2001:e00::/24 2001:db8:5:6::/64 2001:db8:5:7::/65 2001:db8:5:8::9/128\"",
                          &s));
    assert_int_equal(store_subscriber_add(store, &s), STORE_OK);
    assert_int_equal(store_subscriber_get(store, s.supi, &arena, &again), STORE_OK);
    const struct store_dnn *dnn = &again.slices[0].dnns[0];
    assert_int_equal(dnn->route_count, 6);
    assert_memory_equal(dnn->routes, s.slices[0].dnns[0].routes, 6 * sizeof *dnn->routes);
}

static void no_network_is_behind_two_subscribers(void **state)
{
    (void)state;
    static const char *const taken[] = {"10.2.0.0/16", "10.2.3.0/24", "10.0.0.0/8", "10.2.255.255/32",
                                        "10.2.0.0/32"};
    struct store_subscriber first = with_route(1, "10.2.0.0/16 10.4.0.0/16"), other;
    assert_int_equal(store_subscriber_add(store, &first), STORE_OK);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        other = with_route(2, taken[i]);
        assert_int_equal(store_subscriber_add(store, &other), STORE_TAKEN);
        assert_int_equal(store_subscriber_put(store, &other), STORE_TAKEN);
        assert_int_equal(store_subscriber_get(store, other.supi, &arena, &other), STORE_NOT_FOUND);
    }
    other = with_route(2, "10.3.0.0/16");
    assert_int_equal(store_subscriber_add(store, &other), STORE_OK);
    assert_int_equal(store_subscriber_put(store, &other), STORE_OK); /* his own are no hindrance */
    (void)read_with(3, "\"name\":\"ims\",\"ipv4FrameRouteList\":\"10.2.0.0/16\"", &other);
    assert_int_equal(store_subscriber_add(store, &other), STORE_OK); /* of another data network */
}

static void a_network_that_is_given_up_is_free(void **state)
{
    (void)state;
    struct store_subscriber first = with_route(1, "10.2.0.0/16"), other = with_route(2, "10.2.3.0/24"),
                            changed = with_route(1, "10.9.0.0/16");
    assert_int_equal(store_subscriber_add(store, &first), STORE_OK);
    assert_int_equal(store_subscriber_put(store, &changed), STORE_OK);
    assert_int_equal(store_subscriber_add(store, &other), STORE_OK);
    assert_int_equal(store_subscriber_put(store, &first), STORE_TAKEN);
    assert_int_equal(store_subscriber_remove(store, other.supi), STORE_OK);
    assert_int_equal(store_subscriber_put(store, &first), STORE_OK);
}

/* --- as the administrator writes them --- */

static const char configured[] =
    "data_networks:\n"
    "  - {name: internet, ipv4: 10.45.0.0/16, ipv6: '2001:db8:cafe::/48'}\n"
    "  - {name: ims, ipv4: 10.46.0.0/16, ipv6: '2001:db8:beef::/48'}\n"
    "  - {name: far, ipv4: 10.47.0.0/16, ipv6: '2001:db8:fade::/48'}\n"
    "planes:\n"
    "  - {name: near, n4: 127.0.0.7, n3: [192.168.7.1], infrastructure: [192.168.8.0/24],\n"
    "     data_networks: [{name: internet}, {name: ims, ipv4: 10.48.0.0/16}]}\n"
    "  - {name: distant, n4: 127.0.0.8, n3: [192.168.9.1], data_networks: [{name: far}]}\n";

static struct config *config;

static void open_configured(void)
{
    struct config_error error;
    config = config_parse(configured, strlen(configured), "test", &error);
    if (!config)
        fail_msg("%s", error.text);
}

static json_t *document_with(unsigned number, const char *dnn, const char *routes)
{
    char imsi[16];
    snprintf(imsi, sizeof imsi, "99970000000000%u", number);
    return json_pack("{s:s, s:{s:s, s:s}, s:[{s:[{s:s, s:s}]}]}", "imsi", imsi, "security", "k",
                     "465B5CE8B199B49FAA5F0A2EE238A6BC", "opc", "E8ED289DEBA952E4283B54E88E6183CA", "slice",
                     "session", "name", dnn, "ipv4FrameRouteList", routes);
}

/* NULL: done; else the error, which lasts until the next call. */
static const char *put(json_t *list)
{
    static json_t *reply;
    const struct store_desk desk = {store, config};
    json_t *request = json_pack("{s:o}", "subscribers", list);
    json_decref(reply);
    reply = store_admin_put(&desk, request);
    json_decref(request);
    return json_string_value(json_object_get(reply, "error"));
}

static const char *put_one(unsigned number, const char *dnn, const char *routes)
{
    return put(json_pack("[o]", document_with(number, dnn, routes)));
}

static bool is_there(unsigned number)
{
    char supi[STORE_SUPI_BYTES];
    struct store_subscriber subscriber;
    snprintf(supi, sizeof supi, "imsi-99970000000000%u", number);
    return store_subscriber_get(store, supi, &arena, &subscriber) == STORE_OK;
}

static void what_no_plane_would_serve_is_refused_with_whose_it_is(void **state)
{
    static const struct {
        const char *dnn, *route, *said;
    } cases[] = {
        {"internet", "10.45.9.0/24", "expected a network apart from the pool 10.45.0.0/16 of internet"},
        {"internet", "10.40.0.0/13", "expected a network apart from the pool 10.45.0.0/16 of internet"},
        {"internet", "10.48.0.0/24", "the pool 10.48.0.0/16 of ims"},
        {"Internet", "192.168.8.128/25", "the infrastructure 192.168.8.0/24 of plane near"},
        {"ims", "192.168.7.0/24", "n3 192.168.7.1 of plane near"},
        {"far", "192.168.9.0/24", "n3 192.168.9.1 of plane distant"},
    };
    (void)state;
    open_configured();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *error = put_one(1, cases[i].dnn, cases[i].route);
        assert_non_null(error);
        assert_non_null(
            strstr(error, "imsi-999700000000001: slice[0].session[0].ipv4FrameRouteList: found "));
        assert_non_null(strstr(error, cases[i].route));
        assert_non_null(strstr(error, cases[i].said));
        assert_false(is_there(1));
    }
    assert_null(put_one(1, "internet", "10.46.0.0/24 192.168.9.0/24 10.47.0.0/16")); /* of other planes */
    config_free(config);
}

static void one_plane_has_no_address_behind_two_phones_whatever_their_data_networks(void **state)
{
    (void)state;
    open_configured();
    assert_null(put_one(1, "internet", "172.20.0.0/16"));
    const char *error = put_one(2, "ims", "172.20.3.0/24");
    assert_non_null(error);
    assert_non_null(strstr(error, "found 172.20.3.0/24, expected a network apart from those of "
                                  "imsi-999700000000001 in internet"));
    assert_null(put_one(2, "far", "172.20.3.0/24"));
    assert_null(put_one(3, "nowhere", "172.20.3.0/24"));
    assert_non_null(put_one(4, "nowhere", "172.20.3.0/25"));
    config_free(config);
}

static unsigned told;

static void count(void *context, const char *supi, enum store_change change)
{
    (void)context, (void)supi, (void)change;
    told++;
}

static void a_list_is_stored_as_a_whole_or_not_at_all(void **state)
{
    (void)state;
    open_configured();
    assert_null(put_one(1, "internet", "172.20.0.0/16"));
    store_on_change(store, count, NULL);
    told = 0;
    const char *error = put(json_pack("[o, o, o]", document_with(1, "internet", "172.30.0.0/16"),
                                      document_with(2, "internet", "172.21.0.0/16"),
                                      document_with(3, "internet", "172.21.3.0/24")));
    assert_non_null(strstr(error, "imsi-999700000000003: "));
    assert_non_null(strstr(error, "those of imsi-999700000000002"));
    assert_false(is_there(2) || is_there(3));
    assert_int_equal(told, 0);
    assert_non_null(put_one(4, "internet", "172.20.0.0/24")); /* the first one has kept what he had */
    assert_null(put_one(4, "internet", "172.30.0.0/16"));
    assert_int_equal(told, 1);
    assert_int_equal(store_commit(store), STORE_OK);
    assert_true(is_there(1) && is_there(4));
    config_free(config);
}

static void what_one_of_a_list_gives_up_another_may_have_whoever_comes_first(void **state)
{
    (void)state;
    open_configured();
    assert_null(put_one(1, "internet", "172.20.0.0/16"));
    assert_null(put_one(2, "internet", "172.21.0.0/16"));
    assert_null(put(json_pack("[o, o]", document_with(2, "internet", "172.20.0.0/16"),
                              document_with(1, "internet", "172.21.0.0/16"))));
    assert_non_null(put_one(3, "internet", "172.20.0.0/16"));
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(every_form_of_a_network_is_read_and_one_is_written),
        TEST(what_is_no_network_is_refused_by_name),
        TEST(a_row_keeps_its_networks),
        TEST(no_network_is_behind_two_subscribers),
        TEST(a_network_that_is_given_up_is_free),
        TEST(what_no_plane_would_serve_is_refused_with_whose_it_is),
        TEST(one_plane_has_no_address_behind_two_phones_whatever_their_data_networks),
        TEST(a_list_is_stored_as_a_whole_or_not_at_all),
        TEST(what_one_of_a_list_gives_up_another_may_have_whoever_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
