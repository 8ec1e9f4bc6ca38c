/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit/channel.h"

static struct loop *loop;
static struct channel *left, *right;
static uint32_t next;
static unsigned closed, stop_after;
static bool free_on_message;

static void on_message(void *context, struct channel *channel, struct bytes message)
{
    (void)context;
    uint32_t number;
    assert_true(message.len >= sizeof number);
    memcpy(&number, message.data, sizeof number);
    assert_int_equal(number, next++);
    if (next == stop_after)
        loop_stop(loop, 0);
    if (free_on_message) {
        channel_free(channel);
        right = NULL;
        loop_stop(loop, 0);
    }
}

static void on_closed(void *context, struct channel *channel)
{
    struct channel **owner = context;
    assert_ptr_equal(*owner, channel);
    *owner = NULL;
    closed++;
    loop_stop(loop, 0);
}

static const struct channel_events events = {.message = on_message, .closed = on_closed};
static const struct channel_events packed_events = {
    .message = on_message, .closed = on_closed, .packed = true};

static int open_pair(const struct channel_events *both)
{
    int fds[2];
    next = closed = stop_after = 0;
    free_on_message = false;
    loop = loop_new();
    if (!loop || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) < 0)
        return -1;
    left = channel_new(loop, fds[0], both, &left);
    right = channel_new(loop, fds[1], both, &right);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    return open_pair(&events);
}

static int setup_packed(void **state)
{
    (void)state;
    return open_pair(&packed_events);
}

static int teardown(void **state)
{
    (void)state;
    channel_free(left);
    channel_free(right);
    loop_free(loop);
    return 0;
}

static bool send_number(uint32_t number, size_t length)
{
    static uint8_t message[CHANNEL_MESSAGE_BYTES + 1];
    memcpy(message, &number, sizeof number);
    return channel_send(left, bytes_of(message, length));
}

static void messages_arrive_whole_and_in_order_though_the_reader_is_slow(void **state)
{
    (void)state;
    stop_after = 5000; /* far more than the socket holds */
    for (uint32_t i = 0; i < stop_after; i++)
        assert_true(send_number(i, 1000));
    channel_flush(left);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(next, 5000);
}

static void the_longest_message_passes_and_a_longer_one_is_refused(void **state)
{
    (void)state;
    stop_after = 1;
    assert_false(send_number(0, CHANNEL_MESSAGE_BYTES + 1));
    assert_false(send_number(0, 0));
    assert_true(send_number(0, CHANNEL_MESSAGE_BYTES));
    channel_flush(left);
    loop_run(loop);
    assert_int_equal(next, 1);
}

static void a_reader_that_never_reads_fills_the_queue(void **state)
{
    (void)state;
    unsigned taken = 0;
    while (taken < 100000 && send_number(taken, 1000))
        taken++;
    assert_in_range(taken, 1000, 99999);
}

static void the_end_of_the_other_side_is_told_once(void **state)
{
    (void)state;
    channel_free(left);
    left = NULL;
    loop_run(loop);
    assert_int_equal(closed, 1);
    assert_null(right);
}

static void an_owner_may_free_the_channel_from_its_callback(void **state)
{
    (void)state;
    free_on_message = true;
    send_number(0, 10);
    send_number(1, 10);
    channel_flush(left);
    loop_run(loop);
    assert_int_equal(next, 1);
    assert_int_equal(closed, 0);
}

static void a_named_endpoint_replaces_a_stale_file_but_not_a_living_one(void **state)
{
    (void)state;
    char path[] = "/tmp/channel-test-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(channel_connect(path), -1);
    int listening = channel_listen(path);
    assert_true(listening >= 0);
    assert_int_equal(channel_listen(path), -1);
    assert_int_equal(errno, EADDRINUSE);
    int fd = channel_connect(path);
    assert_true(fd >= 0);
    close(fd);
    close(listening);
    unlink(path);
}

static void a_packet_that_no_channel_packs_ends_it(void **state)
{
    static const uint32_t packets[][3] = {{8, 0, 1}, {0, 0, 0}, {UINT32_MAX, 0, 0}, {9, 0, 0}};
    channel_free(left);
    left = NULL;
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        int fds[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
        channel_free(right);
        next = closed = 0;
        right = channel_new(loop, fds[1], &packed_events, &right);
        assert_int_equal(send(fds[0], packets[i], i == 0 ? 6 : sizeof packets[i], 0),
                         i == 0 ? 6 : sizeof packets[i]);
        loop_run(loop);
        assert_int_equal(closed, 1);
        assert_int_equal(next, 0);
        close(fds[0]);
    }
    (void)state;
}

#define PACKED(name)                                         \
    {                                                        \
#name ", packed", name, setup_packed, teardown, NULL \
    }
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_arrive_whole_and_in_order_though_the_reader_is_slow),
        TEST(the_longest_message_passes_and_a_longer_one_is_refused),
        TEST(a_reader_that_never_reads_fills_the_queue),
        TEST(the_end_of_the_other_side_is_told_once),
        TEST(an_owner_may_free_the_channel_from_its_callback),
        TEST(a_named_endpoint_replaces_a_stale_file_but_not_a_living_one),
        PACKED(messages_arrive_whole_and_in_order_though_the_reader_is_slow),
        PACKED(the_longest_message_passes_and_a_longer_one_is_refused),
        PACKED(the_end_of_the_other_side_is_told_once),
        PACKED(an_owner_may_free_the_channel_from_its_callback),
        PACKED(a_packet_that_no_channel_packs_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
