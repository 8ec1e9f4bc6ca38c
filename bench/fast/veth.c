/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: plane-veth RAN NETWORK SESSIONS PLACES FIRST-PHONE RAN-MAC NETWORK-MAC     What comes through a plane between eth0 of the namespace RAN and eth0 of NETWORK.
 *
 * Puts programs at both that count what comes in and drop it, says that it is ready, and then obeys a line at a time:
 *
 *     KIND OCTETS MS PER-SECOND PID[,PID]... [LINK WAY-OUT PROGRAM]
 *
 * sends so many frames a second of the kind (tunnelled, routed, to-phone, to-host; 0: as fast as they go) for so many milliseconds, from the side where such come from, and
 * says as JSON how many were sent and how many of so many octets came out at the other side, and how many nanoseconds of a processor the threads PID
 * took. With LINK, the program that is linked there gives place to one that redirects to the interface of index WAY-OUT meanwhile:
 * veth_bare, or veth_swapping.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"
#include "plane/fast/program.h"
#include "veth.h"

enum { LIVE_FRAMES = 1 << 1, MOST = 20000000, DRAIN_US = 20000, QFI = 1, WORDS = 8, BARE_WORDS = 3 };

#define SERVER "203.0.113.9"

static const char *const kinds[KINDS] = {"tunnelled", "routed", "to-phone", "to-host"};

struct side {
    int netns;
    unsigned device;
    uint8_t mac[6]; /* of the plane's interface on this side */
};

struct bench {
    struct bpf_object *object;
    struct side sides[SIDES];
    struct veth_sending sending;
};

struct order {
    enum veth_kind kind;
    unsigned expected; /* octets */
    unsigned milliseconds, per_second;
    const char *pids, *link; /* link: NULL: the plane's own program */
    const char *program;
    unsigned way_out;
};

static void fail(const char *what)
{
    perror(what);
    exit(77);
}

static int program(const struct bench *bench, const char *name)
{
    return bpf_program__fd(bpf_object__find_program_by_name(bench->object, name));
}

static int map(const struct bench *bench, const char *name)
{
    return bpf_object__find_map_fd_by_name(bench->object, name);
}

static void put(const struct bench *bench, const char *name, const void *value)
{
    const uint32_t first = 0;
    if (bpf_map_update_elem(map(bench, name), &first, value, BPF_ANY) != 0)
        fail(name);
}

/* --- the far ends --- */

static void enter(const struct side *side)
{
    if (setns(side->netns, CLONE_NEWNET) != 0)
        fail("setns");
}

static void set_up_side(struct bench *bench, unsigned number, const char *name, const char *mac)
{
    static const char *const programs[SIDES] = {"veth_ran", "veth_network"};
    struct side *side = &bench->sides[number];
    unsigned octets[6];
    char path[128];
    snprintf(path, sizeof path, "/run/netns/%s", name);
    side->netns = open(path, O_RDONLY | O_CLOEXEC);
    if (side->netns < 0 || sscanf(mac, "%x:%x:%x:%x:%x:%x", &octets[0], &octets[1], &octets[2], &octets[3],
                                  &octets[4], &octets[5]) != 6)
        fail(name);
    for (unsigned i = 0; i < 6; i++)
        side->mac[i] = (uint8_t)octets[i];
    enter(side);
    side->device = if_nametoindex("eth0");
    if (bpf_xdp_attach((int)side->device, program(bench, programs[number]), XDP_FLAGS_DRV_MODE, NULL) != 0)
        fail("eth0");
}

static uint64_t count_of(const struct bench *bench, unsigned side)
{
    uint64_t counts[64] = {0}, sum = 0;
    const uint32_t key = side;
    const int processors = libbpf_num_possible_cpus();
    if (processors < 1 || processors > 64 || bpf_map_lookup_elem(map(bench, "came"), &key, counts) != 0)
        fail("came");
    for (int i = 0; i < processors; i++)
        sum += counts[i];
    return sum;
}

/* --- frames --- */

static uint32_t make_frame(struct bench *bench, enum veth_kind kind, unsigned per_second)
{
    static const char *const pairs[KINDS][2] = {[TUNNELLED] = {"100.64.0.0", SERVER},
                                                [ROUTED] = {"100.64.0.0", SERVER},
                                                [TO_PHONE] = {SERVER, "100.64.0.0"},
                                                [TO_HOST] = {SERVER, "10.0.2.1"}};
    struct veth_sending *sending = &bench->sending;
    const uint32_t first = 0;
    struct veth_sending last;
    bpf_map_lookup_elem(map(bench, "sendings"), &first, &last);
    memset(sending->frame, 0, sizeof sending->frame);
    const uint32_t bytes = kind == TUNNELLED ? frame_tunnelled(sending->frame, "10.0.1.2", "10.0.1.1", QFI)
                                             : frame_plain(sending->frame);
    memcpy(sending->frame, bench->sides[kind >= TO_PHONE ? NETWORK : RAN].mac, 6);
    sending->frame[6] = 2;
    frame_inner(sending->frame + bytes - INNER_BYTES, pairs[kind][0], pairs[kind][1]);
    sending->kind = kind;
    sending->seed = last.seed + 1;
    sending->sent = 0;
    sending->pace = per_second ? UINT64_C(1000000000) * PACED / per_second : 0;
    put(bench, "sendings", sending);
    return bytes;
}

static uint64_t sent(const struct bench *bench)
{
    const uint32_t first = 0;
    struct veth_sending sending;
    bpf_map_lookup_elem(map(bench, "sendings"), &first, &sending);
    return sending.sent;
}

static void time_is_up(int signal)
{
    (void)signal;
}

/* In one call, as each waits for the kernel's RCU: until the alarm interrupts it. */
static void send_for(struct bench *bench, const struct side *side, uint32_t bytes, unsigned milliseconds)
{
    const struct sigaction action = {.sa_handler = time_is_up};
    const struct itimerval alarm = {
        .it_value = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000}};
    struct xdp_md context = {.data_end = bytes, .ingress_ifindex = side->device};
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = bench->sending.frame, .data_size_in = bytes,
                .ctx_in = &context, .ctx_size_in = sizeof context, .repeat = MOST, .flags = LIVE_FRAMES,
                .batch_size = PACED);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &alarm, NULL);
    if (bpf_prog_test_run_opts(program(bench, "veth_send"), &options) != 0 && errno != EINTR)
        fail("live frames");
}

/* --- the plane's end --- */

/* Nanoseconds of a processor that the threads have had. */
static uint64_t spent_by(const char *pids)
{
    uint64_t sum = 0;
    for (const char *at = pids; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char path[64];
        unsigned long long ns = 0;
        snprintf(path, sizeof path, "/proc/%d/schedstat", atoi(at));
        FILE *file = fopen(path, "re");
        if (!file || fscanf(file, "%llu", &ns) != 1)
            fail(path);
        fclose(file);
        sum += ns;
    }
    return sum;
}

/* Which program is linked there, to be put back. */
static int program_at(int link)
{
    struct bpf_link_info info = {0};
    unsigned size = sizeof info;
    if (link < 0 || bpf_obj_get_info_by_fd(link, &info, &size) != 0)
        fail("link");
    return bpf_prog_get_fd_by_id(info.prog_id);
}

/* --- orders --- */

static void send_all(struct bench *bench, const struct order *order, uint32_t bytes)
{
    const unsigned from = order->kind >= TO_PHONE ? NETWORK : RAN, to = SIDES - 1 - from;
    enter(&bench->sides[from]);
    const uint64_t came = count_of(bench, to), spent = spent_by(order->pids);
    send_for(bench, &bench->sides[from], bytes, order->milliseconds);
    usleep(DRAIN_US);
    printf("{\"sent\": %llu, \"came\": %llu, \"ns\": %llu}\n", (unsigned long long)sent(bench),
           (unsigned long long)(count_of(bench, to) - came),
           (unsigned long long)(spent_by(order->pids) - spent));
    fflush(stdout);
}

static void obey(struct bench *bench, const struct order *order)
{
    const struct veth_settings settings = {order->expected, order->way_out};
    const uint32_t bytes = make_frame(bench, order->kind, order->per_second);
    put(bench, "settings", &settings);
    if (!order->link) {
        send_all(bench, order, bytes);
        return;
    }
    const int link = bpf_obj_get(order->link), usual = program_at(link);
    if (bpf_link_update(link, program(bench, order->program), NULL) != 0)
        fail(order->program);
    send_all(bench, order, bytes);
    if (bpf_link_update(link, usual, NULL) != 0)
        fail("the plane's program");
    close(usual);
    close(link);
}

static bool understand(char *line, struct order *order)
{
    char *words[WORDS] = {NULL};
    unsigned count = 0;
    for (char *at = strtok(line, " \n"); at && count < WORDS; at = strtok(NULL, " \n"))
        words[count++] = at;
    if (count != WORDS && count != WORDS - BARE_WORDS)
        return false;
    *order = (struct order){.kind = KINDS,
                            .expected = (unsigned)atoi(words[1]),
                            .milliseconds = (unsigned)atoi(words[2]),
                            .per_second = (unsigned)atoi(words[3]),
                            .pids = words[4],
                            .link = words[5],
                            .way_out = words[6] ? (unsigned)atoi(words[6]) : 0,
                            .program = words[7]};
    for (unsigned i = 0; i < KINDS; i++)
        if (strcmp(words[0], kinds[i]) == 0)
            order->kind = (enum veth_kind)i;
    return order->kind != KINDS;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct order order;
    char line[1024];
    if (argc != 8)
        return 2;
    bench.object = bpf_object__open_mem(fast_program, fast_program_bytes, NULL);
    if (!bench.object || bpf_object__load(bench.object) != 0)
        fail("programs");
    bench.sending = (struct veth_sending){.sessions = (unsigned)atoi(argv[3]),
                                          .places = (unsigned)atoi(argv[4]) - 1,
                                          .first_phone = ntohl(inet_addr(argv[5]))};
    set_up_side(&bench, RAN, argv[1], argv[6]);
    set_up_side(&bench, NETWORK, argv[2], argv[7]);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (!understand(line, &order))
            return 2;
        obey(&bench, &order);
    }
    return 0;
}
