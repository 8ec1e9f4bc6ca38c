/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two endpoints in one process talk over loopback. Which stack: the argument "kernel" or "user" (default).
 * Needs raw sockets (or the kernel's SCTP); without them every test says that it is skipped.
 */
#include "sctp_sides.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit/log.h"
#include "kit/sctp_raw.h"

enum { MANY = 40 };

static struct side crowd[MANY];

static bool never(void)
{
    return false;
}

static void open_both(const char *host, struct sctp_settings server_settings)
{
    server_settings.listen = true;
    open_side(&server, host, 0, server_settings);
    open_side(&client, host, 0, (struct sctp_settings){.streams = 8});
    connect_side(&client, host);
}

static int teardown(void **state)
{
    for (int i = 0; i < MANY; i++) {
        sctp_close(crowd[i].endpoint);
        crowd[i].endpoint = NULL;
    }
    return sides_teardown(state);
}

/* What must come at once, as a heartbeat would bring it about too, has less time. */
enum { ROUNDS = 3000, PATIENCE_MS = 20000 };

static uint32_t sent;

static bool all_came_back(void)
{
    for (; sent < ROUNDS && sent - client.messages < 200; sent++)
        assert_true(send_number(client.last, (uint16_t)(sent % 2), sent / 2, 20 + sent % 700));
    return client.messages == ROUNDS;
}

static void talk(const char *host, int milliseconds)
{
    open_both(host, (struct sctp_settings){.streams = 8});
    server.echo = true;
    assert_true(run_until(both_up, PATIENCE_MS));
    assert_true(address_same_host(&server.last->peer, &client.last->peer));
    assert_int_equal(client.last->outbound_streams, 8);
    sent = 0;
    assert_true(run_until(all_came_back, milliseconds));
    assert_int_equal(client.out_of_order + client.wrong + server.wrong, 0);
}

static void thousands_of_messages_go_both_ways_in_order(void **state)
{
    (void)state;
    talk("127.0.0.1", 10000);
}

static void ipv6_works_the_same(void **state)
{
    (void)state;
    talk("::1", 10000);
}

static bool one_in_fifty(void)
{
    static uint32_t x = 1;
    x = x * 1664525 + 1013904223;
    return (x >> 16) % 50 == 0;
}

static void loss_is_made_good(void **state)
{
    (void)state;
    if (usual_stack == SCTP_KERNEL)
        skip();
    sctp_lose_packet = one_in_fifty;
    talk("127.0.0.1", 60000);
}

static void meet(void)
{
    open_both("127.0.0.1", (struct sctp_settings){0});
    assert_true(run_until(both_up, PATIENCE_MS));
}

static void a_shutdown_delivers_what_was_sent_before(void **state)
{
    (void)state;
    meet();
    for (uint32_t i = 0; i < 100; i++)
        assert_true(send_number(client.last, 0, i, 100));
    sctp_shutdown(client.last, false);
    assert_false(send_number(client.last, 0, 0, 100));
    assert_true(run_until(both_down, PATIENCE_MS));
    assert_int_equal(server.messages, 100);
}

static void an_abort_is_seen_by_the_other_side(void **state)
{
    (void)state;
    meet();
    sctp_shutdown(client.last, true);
    assert_true(run_until(both_down, 3000));
}

static bool server_down(void)
{
    return server.downs;
}

static void closing_an_endpoint_aborts_its_associations(void **state)
{
    (void)state;
    meet();
    sctp_close(client.endpoint);
    client.endpoint = NULL;
    assert_true(run_until(server_down, 3000));
}

static void a_message_too_long_costs_the_association(void **state)
{
    (void)state;
    open_both("127.0.0.1", (struct sctp_settings){.message_bytes = 1000});
    assert_true(run_until(both_up, PATIENCE_MS));
    assert_true(send_number(client.last, 0, 0, 1000));
    assert_true(send_number(client.last, 0, 1, 1001));
    assert_true(run_until(both_down, PATIENCE_MS));
    assert_int_equal(server.messages, 1);
}

static void an_endless_message_costs_the_association(void **state)
{
    (void)state;
    meet();
    assert_true(send_number(client.last, 0, 0, 99999));
    assert_true(run_until(both_down, 5000));
    assert_int_equal(server.messages, 0);
}

static bool crowd_is_served(void)
{
    unsigned messages = 0;
    for (int i = 0; i < MANY; i++) {
        sctp_flush(crowd[i].endpoint);
        if (crowd[i].ups && !crowd[i].restarts) {
            crowd[i].restarts = 1; /* marks that it has spoken */
            send_number(crowd[i].last, 0, 0, 50);
        }
        messages += crowd[i].messages;
    }
    return messages == MANY;
}

static void many_peers_are_told_apart(void **state)
{
    (void)state;
    open_side(&server, "0.0.0.0", 0, (struct sctp_settings){.listen = true});
    server.echo = true;
    for (int i = 0; i < MANY; i++) {
        char host[32];
        snprintf(host, sizeof host, "127.0.1.%d", i / 2 + 1);
        open_side(&crowd[i], host, i % 2 ? 0 : 36412, (struct sctp_settings){0});
        /* The kernel answers for all of 127.0.0.0/8 but lists only the first as its own. */
        snprintf(host, sizeof host, "127.0.0.%d", usual_stack == SCTP_KERNEL ? 1 : i % 3 + 1);
        connect_side(&crowd[i], host);
    }
    assert_true(run_until(crowd_is_served, 10000));
    assert_int_equal(server.ups, MANY);
}

static bool three_settled(void)
{
    unsigned downs = 0;
    for (int i = 0; i < 3; i++) {
        sctp_flush(crowd[i].endpoint);
        downs += crowd[i].downs;
    }
    return server.ups == 2 && downs == 1;
}

static void one_association_too_many_is_aborted(void **state)
{
    (void)state;
    open_side(&server, "127.0.0.1", 0, (struct sctp_settings){.listen = true, .associations = 2});
    for (int i = 0; i < 3; i++) {
        open_side(&crowd[i], "127.0.0.1", 0, (struct sctp_settings){0});
        connect_side(&crowd[i], "127.0.0.1");
    }
    assert_true(run_until(three_settled, 5000));
}

static bool restarted(void)
{
    return server.restarts == 1 && client.ups == 1;
}

static bool lose_all(void)
{
    return true;
}

static void a_peer_that_comes_back_on_its_port_restarts_the_association(void **state)
{
    (void)state;
    if (usual_stack == SCTP_KERNEL)
        skip();
    open_side(&server, "127.0.0.1", 0, (struct sctp_settings){.listen = true});
    open_side(&client, "127.0.0.1", 36413, (struct sctp_settings){0});
    connect_side(&client, "127.0.0.1");
    assert_true(run_until(both_up, PATIENCE_MS));
    sctp_lose_packet = lose_all; /* dies without a word */
    sctp_close(client.endpoint);
    sctp_lose_packet = NULL;
    open_side(&client, "127.0.0.1", 36413, (struct sctp_settings){0});
    connect_side(&client, "127.0.0.1");
    assert_true(run_until(restarted, 5000));
    assert_int_equal(server.ups, 1);
    assert_int_equal(server.downs, 0);
}

static bool a_hundred_heard(void)
{
    return server.messages == 100;
}

static void who_is_held_off_says_it_again(void **state)
{
    (void)state;
    if (usual_stack == SCTP_KERNEL)
        skip();
    meet();
    sctp_hold_off(server.last, SECONDS(1000));
    for (uint32_t i = 0; i < 100; i++)
        assert_true(send_number(client.last, 0, i, 20));
    sctp_flush(client.endpoint);
    assert_false(run_until(a_hundred_heard, 150));
    assert_int_equal(server.messages, 0);
    sctp_hold_off(server.last, 0);
    assert_true(run_until(a_hundred_heard, 30000));
    assert_int_equal(server.out_of_order, 0);
}

static void who_is_held_off_may_leave(void **state)
{
    (void)state;
    if (usual_stack == SCTP_KERNEL)
        skip();
    meet();
    sctp_hold_off(server.last, SECONDS(1000));
    sctp_shutdown(client.last, true);
    assert_true(run_until(server_down, 3000));
}

static bool client_down(void)
{
    return client.downs;
}

static void nobody_there_is_a_refusal_in_time(void **state)
{
    (void)state;
    open_side(&server, "127.0.0.1", 0, (struct sctp_settings){0}); /* does not listen: answers ABORT */
    open_side(&client, "127.0.0.1", 0, (struct sctp_settings){0});
    connect_side(&client, "127.0.0.1");
    assert_true(run_until(client_down, 30000));
    assert_int_equal(client.ups, 0);
}

static void a_port_in_use_is_refused(void **state)
{
    (void)state;
    const char *why = NULL;
    open_side(&server, "127.0.0.1", 38499, (struct sctp_settings){.listen = true});
    struct sctp_settings second = {.stack = usual_stack, .listen = true, .socket = -1};
    address_parse(&second.local, "127.0.0.1", 38499);
    assert_null(sctp_open(loop, second, &side_events, &client, &why));
    assert_non_null(why);
}

static void a_socket_handed_down_without_a_port_gets_one(void **state)
{
    (void)state;
    const char *why = NULL;
    struct sctp_settings own = {.stack = usual_stack};
    assert_true(address_parse(&own.local, "127.0.0.1", 0));
    own.socket = sctp_socket(&own);
    assert_true(own.socket >= 0);
    open_side(&server, "127.0.0.1", 0, (struct sctp_settings){.listen = true});
    client = (struct side){.endpoint = sctp_open(loop, own, &side_events, &client, &why)};
    assert_non_null(client.endpoint);
    const union socket_address at = sctp_local(client.endpoint);
    assert_true(address_port(&at) != 0);
    connect_side(&client, "127.0.0.1");
    assert_true(run_until(both_up, PATIENCE_MS));
}

static void junk_packets_do_no_harm(void **state)
{
    (void)state;
    if (usual_stack == SCTP_KERNEL)
        skip();
    open_both("127.0.0.1", (struct sctp_settings){.streams = 8});
    assert_true(run_until(both_up, PATIENCE_MS));
    union socket_address at = sctp_local(server.endpoint), from;
    const uint16_t port = htons(address_port(&at));
    address_parse(&from, "127.0.0.1", 0);
    int fd = raw_socket(&from);
    assert_true(fd >= 0);
    srand(1);
    for (int i = 0; i < 2000; i++) {
        uint8_t junk[200];
        size_t length = (size_t)rand() % sizeof junk;
        for (size_t k = 0; k < length; k++)
            junk[k] = (uint8_t)rand();
        if (length >= 4)
            memcpy(junk + 2, &port, sizeof port);
        address_set_port(&at, 0);
        sendto(fd, junk, length, 0, &at.any, address_length(&at));
    }
    close(fd);
    run_until(never, 50);
    server.echo = true;
    sent = 0;
    assert_true(run_until(all_came_back, 10000));
    assert_int_equal(server.ups + client.ups, 2);
}

static bool can_open(void)
{
    struct sctp_settings probe = {.stack = usual_stack, .socket = -1};
    address_parse(&probe.local, "127.0.0.1", 0);
    int fd = sctp_socket(&probe);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sides_setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "kernel") == 0)
        usual_stack = SCTP_KERNEL;
    log_setup((struct log_settings){.level = LOG_WARNING});
    if (!can_open()) {
        printf("1..0 # SKIP no SCTP socket here: %s\n", strerror(errno));
        return 0;
    }
    const struct CMUnitTest tests[] = {
        TEST(thousands_of_messages_go_both_ways_in_order),
        TEST(ipv6_works_the_same),
        TEST(loss_is_made_good),
        TEST(a_shutdown_delivers_what_was_sent_before),
        TEST(an_abort_is_seen_by_the_other_side),
        TEST(closing_an_endpoint_aborts_its_associations),
        TEST(a_message_too_long_costs_the_association),
        TEST(an_endless_message_costs_the_association),
        TEST(many_peers_are_told_apart),
        TEST(one_association_too_many_is_aborted),
        TEST(a_peer_that_comes_back_on_its_port_restarts_the_association),
        TEST(who_is_held_off_says_it_again),
        TEST(who_is_held_off_may_leave),
        TEST(nobody_there_is_a_refusal_in_time),
        TEST(a_port_in_use_is_refused),
        TEST(a_socket_handed_down_without_a_port_gets_one),
        TEST(junk_packets_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
