/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: fast-packets N3 N6 SESSIONS[/FLOWS]...     What the packet program takes for a packet (BPF_PROG_TEST_RUN), between two interfaces of this network namespace.
 *
 * 64-byte inner packets, sessions with a rate that is not reached, a volume threshold and a quota, all checks and counters on, spread over 256 gNBs; the host's
 * own routes and neighbours. `drawn`: each packet from another session, uniformly drawn over all, so that nothing of it is in a cache that
 * does not hold all; or from the same one again. At last there are as many sessions as there may be, while some are taken out and set up anew, so many
 * a second (`set_ups`; the agent's part of it, without PFCP). A value is what the run took, less the wrapper that makes the packet anew (`wrapper`), with an
 * empty program's part (`floor`). `one_read`: of one record of a session drawn in the same way, and nothing else.
 * With flows: as many PDRs more in each direction, each with a filter for another server, and packets that match the last PDR.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fast.h"
#include "frames.h"
#include "kit/loop.h"
#include "plane/fast/fast.h"
#include "plane/fast/networks.h"
#include "plane/fast/rules.h"

enum {
    MOST = 1000000,
    GNBS = 256,
    RUNS = 15,
    REPEAT = 1000000, /* caches come to hold what they would of a plane at work */
    REST_NS = 60000000,
    QFI = 9,
    GNB_TEID = 0x1000,
    RATE_KBPS = 100000000,
    SOME = 1000, /* sessions of several flows, at most */
};

struct bench {
    struct fast fast;
    struct network network;
    struct plane plane;
    struct gnb *gnbs[GNBS];
    unsigned device[2]; /* where packets come in, by enum direction */
    struct round rounds[2];
};

static void fail(const char *what)
{
    perror(what);
    exit(77);
}

/* --- what there is --- */

/* With PDRs for other servers in front of the last two. */
static void describe_pdrs(struct ruleset *rules, unsigned flows)
{
    for (unsigned i = 0; i < 2 * (flows + 1); i++) {
        const bool filtered = i < 2 * flows;
        rules->pdrs[i] = (struct pdr){.source = i % 2 ? PFCP_CORE : PFCP_ACCESS,
                                      .id = (uint16_t)(i + 1),
                                      .far = i % 2,
                                      .qers = 1,
                                      .urrs = 1,
                                      .qfis = UINT64_C(1) << QFI,
                                      .first_filter = (uint16_t)(filtered ? i : 0),
                                      .filter_count = filtered};
        if (!filtered)
            continue;
        const uint16_t port = (uint16_t)(5000 + i / 2);
        rules->filters[i] = (struct sdf_filter){.protocol = 17,
                                                .remote = {.family = AF_INET,
                                                           .length = 24,
                                                           .address = {203, 0, (uint8_t)(i / 2)},
                                                           .range_count = 1,
                                                           .ranges = {{port, port}}}};
    }
}

static struct ruleset *describe(unsigned flows)
{
    struct ruleset *rules = ruleset_new(&(struct ruleset){.pdr_count = (uint8_t)(2 * (flows + 1)),
                                                          .filter_count = (uint16_t)(2 * flows),
                                                          .far_count = 2,
                                                          .qer_count = 1,
                                                          .urr_count = 1,
                                                          .has_v4 = true});
    if (!rules)
        fail("rules");
    describe_pdrs(rules, flows);
    rules->fars[0] = (struct far){.id = 1, .action = PFCP_FORW, .destination = PFCP_CORE, .bar = RULES_NONE};
    rules->fars[1] = (struct far){
        .id = 2, .action = PFCP_FORW, .destination = PFCP_ACCESS, .bar = RULES_NONE, .has_outer = true};
    rules->qers[0] =
        (struct qer){.id = 1, .has_mbr = true, .mbr = {RATE_KBPS, RATE_KBPS}, .has_qfi = true, .qfi = QFI};
    rules->urrs[0] = (struct urr){.id = 1,
                                  .triggers = PFCP_REPORT_VOLTH,
                                  .method = PFCP_VOLUM,
                                  .threshold_flags = PFCP_TOVOL,
                                  .threshold = {UINT64_C(1) << 50},
                                  .quota_flags = PFCP_TOVOL,
                                  .quota = {UINT64_C(1) << 51}};
    if (!ruleset_compile(rules))
        fail("rules");
    return rules;
}

static struct session session_of(struct bench *bench, struct ruleset *rules, unsigned i)
{
    const struct session session = {.network = &bench->network, .rules = rules, .gnb = bench->gnbs[i % GNBS]};
    const uint32_t address = htonl(FIRST_PHONE + i);
    memcpy(rules->v4, &address, sizeof address);
    for (unsigned n = 0; n < rules->pdr_count; n += 2)
        rules->pdrs[n].teid = teid_of(i, bench->fast.tunnels - 1);
    rules->fars[1].gnb = session.gnb;
    rules->fars[1].to = session.gnb->address;
    rules->fars[1].teid = GNB_TEID + i;
    if (!ruleset_compile(rules))
        fail("rules");
    return session;
}

static void programme(struct bench *bench, struct ruleset *rules, unsigned i)
{
    struct session session = session_of(bench, rules, i);
    if (!fast_admit(&bench->plane, &session, NULL, 0))
        fail("fast_admit");
    fast_update(&bench->plane, &session);
}

static void make_gnbs(struct bench *bench)
{
    for (unsigned i = 0; i < GNBS; i++) {
        char text[32];
        union socket_address address;
        snprintf(text, sizeof text, "198.18.1.%u", i);
        address_parse(&address, text, 2152);
        bench->gnbs[i] = plane_gnb_make(&bench->plane, &address);
        if (!bench->gnbs[i])
            fail("gNB");
    }
}

static void set_up(struct bench *bench, unsigned sessions)
{
    char why[FAST_WHY_BYTES];
    const struct fast_sizes sizes = {.sessions = sessions,
                                     .flows = SOME,
                                     .addresses = 1 << 20,
                                     .gnbs = GNBS,
                                     .processors = (unsigned)sysconf(_SC_NPROCESSORS_CONF)};
    if (!fast_open(&bench->fast, &sizes, NULL, why)) {
        fprintf(stderr, "%s\n", why);
        exit(77);
    }
    bench->network = (struct network){.name = "internet", .mtu = 1400};
    config_prefix_parse("10.0.0.0/12", &bench->network.pool_v4);
    config_ip_parse("10.15.255.254", &bench->network.gateway_v4);
    if (!plane_init(&bench->plane, &bench->network, 1, 1, 1))
        fail("plane");
    bench->plane.policy = (struct policy){.tunnel_mtu = 1446, .gnbs = GNBS};
    bench->plane.fast = &bench->fast;
    config_ip_parse("198.18.0.1", &bench->plane.n3_v4);
    if (!fast_describe(&bench->fast, &bench->plane))
        fail("fast_describe");
    make_gnbs(bench);
}

/* The empty program at it makes the driver ready for what is run as if it had come in there. */
static void open_port(struct bench *bench, enum direction direction, const char *name, unsigned flags)
{
    const unsigned device = if_nametoindex(name);
    const struct bpf_program *empty = bpf_object__find_program_by_name(bench->fast.object, "bench_empty");
    if (device == 0 || device >= FAST_PORTS ||
        bpf_xdp_attach((int)device, bpf_program__fd(empty), XDP_FLAGS_DRV_MODE, NULL) != 0)
        fail(name);
    bench->device[direction] = device;
    bench->fast.ports[device] = (struct fast_port){.flags = flags | FAST_OUT, .mtu = 1500};
}

/* --- packets --- */

static void make_frames(struct bench *bench)
{
    struct round *up = &bench->rounds[UPLINK], *down = &bench->rounds[DOWNLINK];
    up->length = frame_tunnelled(up->frame, "198.18.1.0", "198.18.0.1", QFI);
    frame_inner(up->frame + up->length - INNER_BYTES, "10.0.0.0", "203.0.113.9");
    down->length = frame_plain(down->frame);
    frame_inner(down->frame + down->length - INNER_BYTES, "203.0.113.9", "10.0.0.0");
}

/* --- measuring --- */

static const char *const whole_programs[] = {"bench_uplink", "bench_downlink"};

static int compare(const void *a, const void *b)
{
    const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

static unsigned run(struct bench *bench, const char *program, enum direction direction)
{
    static uint8_t out[4096];
    const struct round *round = &bench->rounds[direction];
    struct xdp_md context = {.data_end = round->length, .ingress_ifindex = bench->device[direction]};
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = round->frame, .data_size_in = round->length,
                .data_out = out, .data_size_out = sizeof out, .ctx_in = &context,
                .ctx_size_in = sizeof context, .repeat = REPEAT);
    if (bpf_prog_test_run_opts(bpf_program__fd(bpf_object__find_program_by_name(bench->fast.object, program)),
                               &options) != 0)
        fail(program);
    return options.duration;
}

/* The sessions to draw from are put back before each run; returns how many packets of all runs the program has forwarded. */
static unsigned long prepare(struct bench *bench, enum direction direction, unsigned sessions)
{
    const int map = bpf_object__find_map_fd_by_name(bench->fast.object, "rounds");
    const uint32_t index = direction;
    struct round last;
    bpf_map_lookup_elem(map, &index, &last);
    struct round *round = &bench->rounds[direction];
    round->seed = last.seed + 1;
    round->sessions = sessions;
    round->places = bench->fast.tunnels - 1;
    bpf_map_update_elem(map, &index, round, BPF_ANY);
    return last.taken;
}

/* What is measured, and what its runs took, ns: the least first. */
struct timing {
    const char *program;
    enum direction direction;
    unsigned sessions; /* that are drawn from */
    unsigned runs[RUNS];
    unsigned long forwarded;
};

static struct timing timing_of(const char *program, enum direction direction, unsigned sessions)
{
    return (struct timing){.program = program, .direction = direction, .sessions = sessions};
}

static unsigned median(const struct timing *timing)
{
    return timing->runs[RUNS / 2];
}

/* By turns, so that all of them meet what else the host is at; which has the processor in between, as the kernel would give it a part of each second anyhow. */
static void measure_all(struct bench *bench, struct timing *timings, unsigned count)
{
    for (unsigned i = 0; i < RUNS * count; i++) {
        struct timing *of = &timings[i % count];
        prepare(bench, of->direction, of->sessions);
        of->runs[i / count] = run(bench, of->program, of->direction);
        of->forwarded += prepare(bench, of->direction, of->sessions);
        if (i % count == count - 1)
            nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL);
    }
    for (unsigned i = 0; i < count; i++)
        qsort(timings[i].runs, RUNS, sizeof *timings[i].runs, compare);
}

static void measure(struct bench *bench, enum direction direction, unsigned sessions, unsigned flows,
                    bool uniform)
{
    enum { EMPTY, MOVE, WRAPPER, WHOLE, READ, TIMINGS };
    static const char *const wrappers[] = {"bench_restore_uplink", "bench_restore_downlink"};
    const unsigned drawn = uniform ? sessions : 1;
    struct timing of[TIMINGS] = {[EMPTY] = timing_of("bench_empty", direction, 1),
                                 [MOVE] = timing_of("bench_move", direction, 1),
                                 [WRAPPER] = timing_of(wrappers[direction], direction, drawn),
                                 [WHOLE] = timing_of(whole_programs[direction], direction, drawn),
                                 [READ] = timing_of("bench_read", UPLINK, drawn)};
    measure_all(bench, of, TIMINGS);
    const int empty = (int)median(&of[EMPTY]), whole = (int)median(&of[WHOLE]),
              wrapper = (int)median(&of[WRAPPER]) - ((int)median(&of[MOVE]) - empty) / 2,
              least_empty = (int)of[EMPTY].runs[0],
              least_wrapper = (int)of[WRAPPER].runs[0] - ((int)of[MOVE].runs[0] - least_empty) / 2;
    printf("{\"name\": \"upf_%s_ns\", \"value\": %d, \"unit\": \"ns\", \"sessions\": %u, \"flows\": %u, "
           "\"drawn\": \"%s\", \"best\": %d, \"floor\": %d, \"wrapper\": %d, \"with_wrapper\": %d, "
           "\"one_read\": %d, \"forwarded\": %.3f}\n",
           direction == UPLINK ? "uplink" : "downlink", whole - wrapper + empty, sessions, flows,
           uniform ? "uniformly" : "the same", (int)of[WHOLE].runs[0] - least_wrapper + least_empty, empty,
           wrapper, whole, (int)median(&of[READ]) - empty,
           (double)of[WHOLE].forwarded / ((double)RUNS * REPEAT));
    fflush(stdout);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* --- beside sessions that come and go --- */

struct churn {
    struct bench *bench;
    struct ruleset *rules;
    unsigned sessions;
    atomic_bool ends;
    uint64_t set_ups;
};

/* Those that were set up first get their places again. */
static void *come_and_go(void *context)
{
    enum { A_SECOND = 10000, PAUSE_NS = 1000000, OF = 10000 };
    struct churn *churn = context;
    for (const int64_t began = clock_now(); !atomic_load(&churn->ends);) {
        const uint64_t due = (uint64_t)((clock_now() - began) / (SECONDS(1) / A_SECOND));
        for (; churn->set_ups < due; churn->set_ups++) {
            const unsigned i = (unsigned)(churn->set_ups % least(OF, churn->sessions));
            struct session session = session_of(churn->bench, churn->rules, i);
            session.place = fast_tunnel_at(&churn->bench->fast, session.rules->pdrs[0].teid)->session;
            fast_dismiss(&churn->bench->plane, &session);
            programme(churn->bench, churn->rules, i);
        }
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    return NULL;
}

static void measure_churn(struct bench *bench, struct ruleset *rules, unsigned sessions)
{
    struct churn churn = {.bench = bench, .rules = rules, .sessions = sessions};
    struct timing alone[2], beside[2];
    for (enum direction direction = UPLINK; direction <= DOWNLINK; direction++)
        alone[direction] = beside[direction] = timing_of(whole_programs[direction], direction, sessions);
    pthread_t thread;
    measure_all(bench, alone, 2);
    const int64_t began = clock_now();
    if (pthread_create(&thread, NULL, come_and_go, &churn) != 0)
        fail("thread");
    measure_all(bench, beside, 2);
    atomic_store(&churn.ends, true);
    pthread_join(thread, NULL);
    const double seconds = (double)(clock_now() - began) / 1e9;
    for (enum direction direction = UPLINK; direction <= DOWNLINK; direction++)
        printf("{\"name\": \"upf_%s_beside_setup_ns\", \"value\": %u, \"unit\": \"ns\", \"sessions\": %u, "
               "\"set_ups\": %.0f, \"alone\": %u, \"best\": %u, \"best_alone\": %u, \"forwarded\": %.4f}\n",
               direction == UPLINK ? "uplink" : "downlink", median(&beside[direction]), sessions,
               (double)churn.set_ups / seconds, median(&alone[direction]), beside[direction].runs[0],
               alone[direction].runs[0], (double)beside[direction].forwarded / ((double)RUNS * REPEAT));
}

/* The first ones become sessions of several flows. */
static void programme_flows(struct bench *bench, unsigned sessions, unsigned flows)
{
    for (unsigned i = 0; i < sessions; i++) {
        struct ruleset *rules = describe(flows);
        programme(bench, rules, i);
        ruleset_free(rules);
    }
}

/* The maps have room for so many, as an operator would have it. */
static unsigned most_of(const char *const *steps)
{
    unsigned most = SOME;
    bool flows = false;
    for (; *steps; steps++) {
        const unsigned sessions = least((unsigned)strtoul(*steps, NULL, 10), MOST);
        most = sessions > most ? sessions : most;
        flows |= strchr(*steps, '/') != NULL;
    }
    return flows ? most + SOME : most; /* those of several flows take other places */
}

static void measure_step(struct bench *bench, struct ruleset *rules, const char *step, unsigned *programmed)
{
    const char *slash = strchr(step, '/');
    const unsigned flows = slash ? (unsigned)strtoul(slash + 1, NULL, 10) : 0;
    const unsigned sessions = least((unsigned)strtoul(step, NULL, 10), flows ? SOME : MOST);
    while (*programmed < sessions)
        programme(bench, rules, (*programmed)++);
    if (flows)
        programme_flows(bench, sessions, flows);
    for (enum direction direction = UPLINK; direction <= DOWNLINK; direction++) {
        measure(bench, direction, sessions, flows, false);
        measure(bench, direction, sessions, flows, true);
    }
}

int main(int argc, char **argv)
{
    static struct bench bench;
    unsigned programmed = 0;
    bool plain = true;
    if (argc < 4)
        return 2;
    const char *const *steps = (const char *const *)argv + 3;
    set_up(&bench, most_of(steps));
    open_port(&bench, UPLINK, argv[1], FAST_N3);
    open_port(&bench, DOWNLINK, argv[2], FAST_N6);
    make_frames(&bench);
    struct ruleset *rules = describe(0);
    for (; *steps; steps++) {
        measure_step(&bench, rules, *steps, &programmed);
        plain &= strchr(*steps, '/') == NULL;
    }
    if (plain)
        measure_churn(&bench, rules, programmed);
    return 0;
}
