/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's SCTP and libusrsctp against each other: one in each of two network namespaces, a cable (veth) between
 * them. For init of a machine of its own whose kernel has SCTP: it takes the network apart.
 */
#include "sctp_sides.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>

#include "kit/log.h"

#define KERNEL_HOST "10.9.8.1"
#define USER_HOST   "10.9.8.2"
#define USER_MAC    "02:00:00:09:08:02"

enum { PORT = 38412, CLIENT_PORT = 36413, MESSAGES = 400, LONGEST = 60000, IN_FLIGHT = 8 };

static int kernel_side, user_side; /* network namespaces */
static enum sctp_stack listener;

/* --- the two namespaces and the cable --- */

static bool enter(int space)
{
    return setns(space, CLONE_NEWNET) == 0;
}

/* The kernel of the user-space stack's namespace would abort what it knows nothing of: what no process sent is dropped. */
static const char *const user_network[] = {
    "ip link set lo up",
    "ip link add user type veth peer name kernel netns 1",
    "ip link add bridge address " USER_MAC " type bridge",
    "ip link set user master bridge up",
    "ip addr add " USER_HOST "/24 dev bridge",
    "ip addr add fd98::2/64 dev bridge nodad",
    "ip link set bridge up",
    "nft add table bridge quiet",
    "nft 'add chain bridge quiet out { type filter hook output priority 0; }'",
    "nft add rule bridge quiet out meta l4proto sctp meta skuid 0 accept",
    "nft add rule bridge quiet out meta l4proto sctp drop",
};

/* The neighbour is known for good: what is sent while the cable is out shall be lost, not wait for ARP. */
static const char *const kernel_network[] = {
    "ip addr add " KERNEL_HOST "/24 dev kernel",
    "ip addr add 10.9.8.3/24 dev kernel",
    "ip addr add fd98::1/64 dev kernel nodad",
    "ip link set kernel up",
    "ip neigh add " USER_HOST " lladdr " USER_MAC " dev kernel nud permanent",
};

static bool run_all(const char *const *commands, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (system(commands[i]) != 0) { // NOLINT(cert-env33-c): a test's own words
            fprintf(stderr, "failed: %s\n", commands[i]);
            return false;
        }
    return true;
}

static bool interface_call(unsigned long call, struct ifreq *request)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bool ok = fd >= 0 && ioctl(fd, call, request) == 0;
    close(fd);
    return ok;
}

/* A veth leaves checksums out and segments unsplit where both its ends are the kernel's, and here one is not. */
static bool without_offload(void)
{
    struct ethtool_value checksum = {.cmd = ETHTOOL_STXCSUM}, segments = {.cmd = ETHTOOL_SGSO};
    struct ifreq request = {.ifr_name = "kernel", .ifr_data = (void *)&checksum};
    struct ifreq second = {.ifr_name = "kernel", .ifr_data = (void *)&segments};
    return interface_call(SIOCETHTOOL, &request) && interface_call(SIOCETHTOOL, &second);
}

static int open_networks(void **state)
{
    (void)state;
    kernel_side = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (kernel_side < 0 || unshare(CLONE_NEWNET) != 0)
        return -1;
    user_side = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (user_side < 0 || !run_all(user_network, sizeof user_network / sizeof *user_network))
        return -1;
    bool ok = enter(kernel_side) && run_all(kernel_network, sizeof kernel_network / sizeof *kernel_network) &&
              without_offload();
    return ok && enter(user_side) ? 0 : -1;
}

/* The far end learns of it from a worker thread. */
static bool far_end_up(void)
{
    struct ifreq request = {.ifr_name = "kernel"};
    assert_true(enter(kernel_side));
    assert_true(interface_call(SIOCGIFFLAGS, &request));
    assert_true(enter(user_side));
    return request.ifr_flags & IFF_RUNNING;
}

static void plug_cable(bool in)
{
    struct ifreq request = {.ifr_name = "user"};
    assert_true(interface_call(SIOCGIFFLAGS, &request));
    request.ifr_flags = (short)(in ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
    assert_true(interface_call(SIOCSIFFLAGS, &request));
    for (unsigned tries = 0; far_end_up() != in && tries < 500; tries++)
        usleep(10000);
    assert_int_equal(far_end_up(), in);
}

/* --- endpoints, each in its namespace --- */

static void open_there(struct side *side, const char *host, uint16_t port, struct sctp_settings settings)
{
    assert_true(enter(settings.stack == SCTP_KERNEL ? kernel_side : user_side));
    open_side(side, host, port, settings);
    assert_true(enter(user_side));
}

static enum sctp_stack other(enum sctp_stack stack)
{
    return stack == SCTP_KERNEL ? SCTP_USERSPACE : SCTP_KERNEL;
}

static const char *host_of(enum sctp_stack stack)
{
    return stack == SCTP_KERNEL ? KERNEL_HOST : USER_HOST;
}

static void open_client(uint16_t port)
{
    struct sctp_settings settings = {.stack = other(listener), .streams = SIDE_STREAMS};
    open_there(&client, host_of(settings.stack), port, settings);
    connect_side(&client, host_of(listener));
}

static void open_pair(enum sctp_stack listens)
{
    listener = listens;
    struct sctp_settings settings = {.stack = listens, .listen = true, .streams = SIDE_STREAMS};
    open_there(&server, host_of(listens), PORT, settings);
    open_client(CLIENT_PORT);
    assert_true(run_until(both_up, 5000));
}

/* --- what is tried --- */

static uint32_t sent;

static bool all_came_back(void)
{
    for (; sent < MESSAGES && sent - client.messages < IN_FLIGHT; sent++) {
        size_t length = 20 + (size_t)sent * 7919 % (LONGEST - 19);
        assert_true(send_number(client.last, (uint16_t)(sent % SIDE_STREAMS), sent / SIDE_STREAMS, length));
    }
    return client.messages == MESSAGES;
}

static void talk(void)
{
    server.echo = true;
    sent = 0;
    assert_int_equal(client.last->outbound_streams, SIDE_STREAMS);
    assert_int_equal(server.last->outbound_streams, SIDE_STREAMS);
    assert_true(run_until(all_came_back, 20000));
    assert_int_equal(client.out_of_order + client.wrong + server.wrong, 0);
}

static void messages_of_every_length_go_both_ways_the_kernel_listening(void **state)
{
    (void)state;
    open_pair(SCTP_KERNEL);
    talk();
}

static void messages_of_every_length_go_both_ways_libusrsctp_listening(void **state)
{
    (void)state;
    open_pair(SCTP_USERSPACE);
    talk();
}

static void talk_ipv6(enum sctp_stack listens)
{
    const char *const hosts[] = {[SCTP_KERNEL] = "fd98::1", [SCTP_USERSPACE] = "fd98::2"};
    struct sctp_settings settings = {.stack = listens, .listen = true, .streams = SIDE_STREAMS};
    open_there(&server, hosts[listens], PORT, settings);
    settings = (struct sctp_settings){.stack = other(listens), .streams = SIDE_STREAMS};
    open_there(&client, hosts[settings.stack], 0, settings);
    connect_side(&client, hosts[listens]);
    assert_true(run_until(both_up, 5000));
    talk();
}

static void ipv6_works_the_same_in_both_roles(void **state)
{
    talk_ipv6(SCTP_KERNEL);
    sides_teardown(state);
    assert_int_equal(sides_setup(state), 0);
    talk_ipv6(SCTP_USERSPACE);
}

/* A gNB that binds to no address offers all that its host has (RFC 9260, 5.1.2). */
static void a_kernel_with_several_addresses_is_one_peer(void **state)
{
    (void)state;
    listener = SCTP_USERSPACE;
    open_there(&server, "0.0.0.0", PORT,
               (struct sctp_settings){.stack = listener, .listen = true, .streams = SIDE_STREAMS});
    open_there(&client, "0.0.0.0", 0, (struct sctp_settings){.stack = SCTP_KERNEL, .streams = SIDE_STREAMS});
    connect_side(&client, USER_HOST);
    assert_true(run_until(both_up, 5000));
    talk();
    assert_int_equal(server.ups, 1);
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
    open_pair(SCTP_USERSPACE);
    sctp_lose_packet = one_in_fifty;
    talk();
}

static void end_from(struct side *side, bool abort)
{
    assert_true(send_number(side->last, 0, 0, LONGEST));
    sctp_shutdown(side->last, abort);
    assert_true(run_until(both_down, 5000));
    struct side *far = side == &client ? &server : &client;
    if (!abort)
        assert_int_equal(far->messages, 1);
}

static void each_hears_the_end_that_the_other_makes(void **state)
{
    for (unsigned way = 0; way < 4; way++) {
        open_pair(SCTP_KERNEL);
        end_from(way & 1 ? &client : &server, way & 2);
        sides_teardown(state);
        assert_int_equal(sides_setup(state), 0);
    }
}

static void both_notice_that_the_cable_is_out(void **state)
{
    (void)state;
    open_pair(SCTP_KERNEL);
    plug_cable(false);
    assert_true(send_number(client.last, 0, 0, 1000));
    assert_true(send_number(server.last, 0, 0, 1000));
    assert_true(run_until(both_down, 25000));
    plug_cable(true);
}

static bool restarted(void)
{
    return server.restarts == 1 && client.ups == 1;
}

/* The client dies without a word, and comes back at its port. */
static void restart_client(enum sctp_stack listens)
{
    open_pair(listens);
    plug_cable(false);
    sctp_close(client.endpoint);
    plug_cable(true);
    open_client(CLIENT_PORT);
    assert_true(run_until(restarted, 10000));
    assert_int_equal(server.ups, 1);
    assert_int_equal(server.downs, 0);
    talk();
}

static void the_kernel_hears_of_a_restart(void **state)
{
    (void)state;
    restart_client(SCTP_KERNEL);
}

static void libusrsctp_hears_of_a_restart(void **state)
{
    (void)state;
    restart_client(SCTP_USERSPACE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sides_setup, sides_teardown)

int main(void)
{
    log_setup((struct log_settings){.level = LOG_WARNING});
    const struct CMUnitTest tests[] = {
        TEST(messages_of_every_length_go_both_ways_the_kernel_listening),
        TEST(messages_of_every_length_go_both_ways_libusrsctp_listening),
        TEST(ipv6_works_the_same_in_both_roles),
        TEST(a_kernel_with_several_addresses_is_one_peer),
        TEST(loss_is_made_good),
        TEST(each_hears_the_end_that_the_other_makes),
        TEST(both_notice_that_the_cable_is_out),
        TEST(the_kernel_hears_of_a_restart),
        TEST(libusrsctp_hears_of_a_restart),
    };
    return cmocka_run_group_tests(tests, open_networks, NULL);
}
