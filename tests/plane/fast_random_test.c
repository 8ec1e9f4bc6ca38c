/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet program beside the slow path, on packets of every make to sessions of every make: what it forwards the slow path forwards, with the same octets to
 * the same place, and counts the same; what it drops the slow path drops. What it leaves to that path is nobody's difference. DEMARC_SEED and DEMARC_ROUNDS: others than
 * these, and more.
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include "fast_lab.h"
#include "plane/fast/networks.h"
#include "plane/fast/queue.h"

enum { PHONES = 3, ROUNDS = 60, PACKETS = 150, INNER_MOST = 1600, UPF_TEID = 0x4567, V6 = 40 };

struct subscriber {
    struct lab_session session;
    struct pfcp_create_pdr pdrs[4];
    struct pfcp_qer qers[2];
    uint32_t qer_ids[2];
    uint8_t qfis[2];
    struct pfcp_sdf_filter filter;
    char text[96];
    uint32_t teid, core_teid; /* 0: no other UPF is behind this one */
    uint64_t seid;
    struct session *at;
};

struct ground {
    struct bench *bench;
    struct subscriber subscribers[PHONES];
    union socket_address upf;
    uint8_t inner[INNER_MOST];
    size_t length;
    unsigned phone; /* whose turn it is */
    unsigned verdicts[2][5];
};

static unsigned chance(struct ground *ground, unsigned of)
{
    return (unsigned)(random_u64(&ground->bench->lab->random.random) % of);
}

/* --- sessions --- */

static void forward(struct pfcp_create_far *far, uint8_t interface, const union socket_address *to,
                    uint32_t teid)
{
    far->apply_action = PFCP_FORW;
    far->has_forwarding = true;
    far->forwarding = (struct pfcp_forwarding){
        .has_destination_interface = true,
        .destination_interface = interface,
        .has_outer_header_creation = to != NULL,
        .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4, .teid = teid, .ip.has_v4 = true}};
    if (to)
        memcpy(far->forwarding.outer_header_creation.ip.v4, &to->v4.sin_addr, 4);
}

static void draw_filter(struct ground *ground, struct subscriber *of)
{
    static const char *const texts[] = {
        "permit out 17 from any 53 to assigned",        "permit out ip from 203.0.113.0/24 to assigned",
        "permit out 6 from any to assigned 1000-40000", "permit out ip from 2001:db8:9::/48 to assigned",
        "permit out ip from !203.0.113.9 to any",       "permit out 58 from any to assigned",
        "permit out 50 from any to assigned",           "permit out ip from any to assigned"};
    strcpy(of->text, texts[chance(ground, sizeof texts / sizeof *texts)]);
    of->filter = (struct pfcp_sdf_filter){.flow_description = bytes_of(of->text, strlen(of->text)),
                                          .has_tos = chance(ground, 8) == 0,
                                          .tos = 0x20fc,
                                          .has_flow_label = chance(ground, 8) == 0,
                                          .flow_label = 5};
}

/* A second flow with a filter, before the one without. */
static void add_flow(struct ground *ground, struct subscriber *of)
{
    struct pfcp_session_establishment_request *request = &of->session.request.session_establishment_request;
    draw_filter(ground, of);
    of->pdrs[0].pdi.f_teid.has_choose_id = true;
    of->qfis[1] = (uint8_t)chance(ground, 4);
    of->qers[1] = (struct pfcp_qer){.qer_id = 2,
                                    .has_gate = true,
                                    .gate = {chance(ground, 5) == 0, chance(ground, 5) == 0},
                                    .has_qfi = true,
                                    .qfi = of->qfis[1]};
    of->qer_ids[1] = 2;
    for (unsigned i = 0; i < 2; i++) {
        struct pfcp_create_pdr *pdr = &of->pdrs[2 + i];
        *pdr = of->pdrs[i];
        pdr->pdr_id = (uint16_t)(10 + i);
        pdr->precedence = 1;
        pdr->pdi.sdf_filters = &of->filter;
        pdr->pdi.sdf_filters_count = 1;
        pdr->qer_ids = &of->qer_ids[1];
        if (i == 0)
            pdr->pdi.qfis = &of->qfis[1];
    }
    request->create_pdrs_count = 4;
    request->create_qers_count = 2;
}

static void draw_session(struct ground *ground, struct subscriber *of, uint8_t number)
{
    struct lab *lab = ground->bench->lab;
    struct pfcp_session_establishment_request *request = &of->session.request.session_establishment_request;
    const bool far_core = chance(ground, 4) == 0;
    *of = (struct subscriber){.qers = {{.qer_id = 1,
                                        .has_gate = true,
                                        .gate = {chance(ground, 6) == 0, chance(ground, 6) == 0},
                                        .has_qfi = true,
                                        .qfi = (uint8_t)chance(ground, 64),
                                        .has_rqi = true,
                                        .rqi = (uint8_t)chance(ground, 2)}}};
    lab_describe(&of->session, number);
    of->session.fars[1].far_id = 2;
    forward(&of->session.fars[1], PFCP_ACCESS, &lab->gnb, 0x1000u + number);
    of->session.fars[1].forwarding.has_transport_level_marking = chance(ground, 2);
    of->session.fars[1].forwarding.transport_level_marking = 0xb8fc;
    memcpy(of->pdrs, of->session.pdrs, 2 * sizeof *of->pdrs);
    of->pdrs[0].pdi.qfis_count = chance(ground, 2);
    if (far_core) {
        forward(&of->session.fars[0], PFCP_CORE, &ground->upf, UPF_TEID);
        of->pdrs[1].pdi.has_f_teid = true;
        of->pdrs[1].pdi.f_teid = (struct pfcp_f_teid){.choose = true, .ip.has_v4 = true};
    }
    for (unsigned i = 0; i < 2; i++)
        if (chance(ground, 8) == 0)
            of->session.fars[i].apply_action = PFCP_DROP;
    if (of->session.fars[0].apply_action == PFCP_DROP)
        of->session.fars[0].has_forwarding = chance(ground, 2);
    request->create_pdrs = of->pdrs;
    request->create_qers = of->qers;
    if (!far_core && chance(ground, 2))
        add_flow(ground, of);
    of->seid = lab_establish(lab, &of->session, &of->teid);
    of->at = table_get(&lab->plane.teids, of->teid);
    of->core_teid = ruleset_core_teid(of->at->rules);
    for (unsigned i = 0; i < of->at->rules->far_count; i++)
        if (of->at->rules->fars[i].gnb)
            remember_gnb(ground->bench, of->at->rules->fars[i].gnb);
}

/* --- packets --- */

/* The one whose packet it is to be, mostly. */
static uint8_t draw_phone(struct ground *ground)
{
    return (uint8_t)(UE + (chance(ground, 8) ? ground->phone : chance(ground, PHONES)));
}

static void draw_v4_address(struct ground *ground, uint8_t to[4], bool own)
{
    static const uint8_t others[][4] = {{203, 0, 113, 9},     {10, 45, 0, 1},   {10, 45, 0, 8},
                                        {10, 45, 0, 99},      {192, 0, 2, 1},   {127, 0, 0, 1},
                                        {224, 0, 0, 5},       {239, 1, 1, 1},   {0, 0, 0, 0},
                                        {255, 255, 255, 255}, {169, 254, 9, 9}, {8, 8, 8, 8}};
    memcpy(to, others[chance(ground, chance(ground, 2) ? 1 : sizeof others / 4)], 4);
    if (own)
        memcpy(to, (const uint8_t[]){10, 45, 0, draw_phone(ground)}, 4);
}

static void draw_v6_address(struct ground *ground, uint8_t to[16], bool own)
{
    static const uint8_t others[][16] = {{0x20, 1, 0xd, 0xb8, 0, 9, [15] = 7},
                                         {0x20, 1, 0xd, 0xb8, 0xca, 0xfe, [15] = 1},
                                         {0x20, 1, 0xd, 0xb8, 0xca, 0xfe, 0, 0x63, [15] = 3},
                                         {0xfe, 0x80, [15] = 2},
                                         {0xff, 2, [15] = 1},
                                         {0xff, 0x0e, [15] = 1},
                                         {[10] = 0xff, [11] = 0xff, [12] = 8, 8, 8, 8},
                                         {0},
                                         {[15] = 1},
                                         {0, 0x64, 0xff, 0x9b, [12] = 8, 8, 8, 8}};
    memcpy(to, others[chance(ground, chance(ground, 2) ? 1 : sizeof others / 16)], 16);
    if (own)
        memcpy(to, (const uint8_t[16]){0x20, 1, 0xd, 0xb8, 0xca, 0xfe, 0, draw_phone(ground), [15] = 5}, 16);
}

static uint8_t draw_protocol(struct ground *ground)
{
    static const uint8_t some[] = {6,  17,  1,   58,  132, 136, 50, 51, 0,  43,  44,
                                   60, 135, 139, 140, 4,   41,  47, 59, 97, 115, 137};
    const unsigned n = chance(ground, 6);
    return n < 2 ? 6 : n < 4 ? 17 : n == 4 ? some[chance(ground, sizeof some)] : (uint8_t)chance(ground, 256);
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* Ports, or whatever is behind the headers, of `length` octets. */
static void draw_transport(struct ground *ground, uint8_t *at)
{
    static const uint16_t ports[] = {53, 443, 2152, 2123, 8805, 38412, 4000, 0, 65535};
    for (unsigned i = 0; i < 64; i++)
        at[i] = (uint8_t)chance(ground, 256);
    put16(at, ports[chance(ground, 9)]);
    put16(at + 2, ports[chance(ground, 3) ? 1 : chance(ground, 9)]);
}

/* A chain of extension headers from `at` on, the first of that type; returns its length, and the type of what follows. */
static size_t draw_chain(struct ground *ground, uint8_t *at, uint8_t *type)
{
    size_t length = 0;
    *type = draw_protocol(ground);
    uint8_t *slot = type;
    for (unsigned n = chance(ground, 5) ? 0 : chance(ground, 10); n > 0; n--) {
        static const uint8_t types[] = {0, 43, 44, 51, 60, 135};
        const uint8_t last = *slot;
        memset(at + length, 0, 16);
        *slot = types[chance(ground, sizeof types)];
        at[length] = last;
        at[length + 1] = (uint8_t)(*slot == 51 ? chance(ground, 3) : chance(ground, 2));
        if (*slot == 44)
            put16(at + length + 2, chance(ground, 3) ? 0 : chance(ground, 65536));
        slot = &at[length];
        length += chance(ground, 12) ? 8u * (at[length + 1] + 1u) : 4;
    }
    return length;
}

static void draw_v4(struct ground *ground, bool uplink)
{
    uint8_t *ip = ground->inner;
    const unsigned header = chance(ground, 8) ? 20 : 4 * chance(ground, 16);
    const unsigned payload = chance(ground, 4) ? chance(ground, 80) : chance(ground, 1480);
    memset(ip, 0, 20);
    ip[0] = (uint8_t)(0x40 | header / 4);
    ip[1] = (uint8_t)chance(ground, 256);
    for (unsigned i = 20; i < header; i++)
        ip[i] = (uint8_t)(chance(ground, 2) ? 1 : chance(ground, 256));
    put16(ip + 6, chance(ground, 8) ? 0x4000 * chance(ground, 2) : chance(ground, 65536));
    ip[8] = (uint8_t)(chance(ground, 6) ? 64 : chance(ground, 3));
    ip[9] = draw_protocol(ground);
    draw_v4_address(ground, ip + 12, uplink && chance(ground, 12));
    draw_v4_address(ground, ip + 16, !uplink || chance(ground, 8) == 0);
    draw_transport(ground, ip + (header < 20 ? 20 : header));
    ground->length = (header < 20 ? 20 : header) + payload;
    put16(ip + 2, chance(ground, 12) ? (unsigned)ground->length
                                     : (unsigned)chance(ground, (unsigned)ground->length + 8));
    set_ip_checksum(ip);
}

static void draw_v6(struct ground *ground, bool uplink)
{
    uint8_t *ip = ground->inner;
    const unsigned payload = chance(ground, 4) ? chance(ground, 80) : chance(ground, 1300);
    memset(ip, 0, V6);
    ip[0] = (uint8_t)(0x60 | chance(ground, 16));
    ip[1] = (uint8_t)(chance(ground, 16) << 4);
    ip[3] = (uint8_t)chance(ground, 8);
    const size_t chain = draw_chain(ground, ip + V6, ip + 6);
    ip[7] = (uint8_t)(chance(ground, 6) ? 64 : chance(ground, 3));
    draw_v6_address(ground, ip + 8, uplink && chance(ground, 12));
    draw_v6_address(ground, ip + 24, !uplink || chance(ground, 8) == 0);
    draw_transport(ground, ip + V6 + chain);
    ground->length = V6 + chain + payload;
    put16(ip + 4,
          chance(ground, 12) ? (unsigned)(chain + payload) : chance(ground, (unsigned)(chain + payload) + 8));
}

static void draw_inner(struct ground *ground, bool uplink)
{
    (chance(ground, 2) ? draw_v4 : draw_v6)(ground, uplink);
    if (chance(ground, 24) == 0)
        ground->inner[0] = (uint8_t)chance(ground, 256);
    if (chance(ground, 12) == 0) /* what is behind the packet is none of it, or some of it is missing */
        ground->length = ground->length + chance(ground, 9) - (ground->length > 4 ? 4 : 0);
}

/* --- both paths --- */

static void let_return(const struct ground *ground)
{
    for (unsigned i = 0; i < PHONES; i++) {
        const struct plane *plane = &ground->bench->lab->plane;
        struct fast_queue *const queues[] = {fast_queue_downlink(plane, ground->subscribers[i].at),
                                             fast_queue_uplink(plane, ground->subscribers[i].teid)};
        for (unsigned n = 0; n < 2; n++)
            if (queues[n])
                queues[n]->done = queues[n]->given;
    }
}

/* What all sessions have passed so far, the packet program's share taken over. */
static struct volume passed(struct ground *ground)
{
    struct volume sum = {0};
    for (unsigned i = 0; i < PHONES; i++) {
        ground->bench->session = ground->subscribers[i].at;
        absorb(ground->bench);
        for (unsigned d = 0; d < 2; d++) {
            sum.bytes[d] += ground->bench->session->counters.passed.bytes[d];
            sum.packets[d] += ground->bench->session->counters.passed.packets[d];
        }
    }
    return sum;
}

static void counts_alike(const struct volume *before, const struct volume *between,
                         const struct volume *after)
{
    for (unsigned d = 0; d < 2; d++) {
        assert_int_equal(between->packets[d] - before->packets[d], after->packets[d] - between->packets[d]);
        assert_int_equal(between->bytes[d] - before->bytes[d], after->bytes[d] - between->bytes[d]);
    }
}

static void forget_drops(const struct bench *bench)
{
    for (unsigned i = 0; i < bench->fast.sizes.processors; i++)
        memset(bench->fast.lanes[i].drops, 0, sizeof bench->fast.lanes[i].drops);
}

/* For the same reason; of a tunnel that is unknown the slow path says so to its sender. */
static void drops_alike(const struct bench *bench, enum verdict slow)
{
    const enum drop reason = bench->lab->plane.lanes[0].reason;
    uint64_t alike = 0;
    for (unsigned i = 0; i < bench->fast.sizes.processors; i++)
        alike += bench->fast.lanes[i].drops[reason];
    assert_true(slow == PATH_DROP || reason == DROP_UNKNOWN_TEID);
    assert_true(alike == 1);
}

static void judge_alike(struct ground *ground, const struct volume *before, const struct volume *between,
                        enum verdict slow, const struct packet *packet)
{
    const struct bench *bench = ground->bench;
    const size_t headers = ETHERNET + (slow == PATH_TO_N3 ? OUTER : 0);
    if (bench->verdict == XDP_DROP)
        drops_alike(bench, slow);
    if (bench->verdict != XDP_REDIRECT)
        return;
    const struct volume after = passed(ground);
    assert_true(slow == PATH_TO_N6 || slow == PATH_TO_N3);
    assert_int_equal(bench->out_length, headers + packet->length);
    assert_memory_equal(bench->out + headers, packet->data, packet->length);
    if (slow == PATH_TO_N3) {
        assert_memory_equal(bench->out + ETHERNET + 16, &packet->to.v4.sin_addr, 4);
        assert_int_equal(bench->out[ETHERNET + 1], packet->marking);
    }
    counts_alike(before, between, &after);
}

/* The tunnel, its header, and who sends. */
static void send_up(struct ground *ground)
{
    struct bench *bench = ground->bench;
    const struct subscriber *of = &ground->subscribers[ground->phone];
    const bool from_core = of->core_teid && chance(ground, 2);
    const union socket_address *const senders[] = {&bench->lab->gnb, &bench->lab->other_gnb, &ground->upf};
    const union socket_address *from =
        chance(ground, 12) ? senders[from_core ? 2 : 0] : senders[chance(ground, 3)];
    const uint32_t teid = chance(ground, 30) == 0 ? chance(ground, 1 << 30)
                          : from_core             ? of->core_teid
                                                  : of->teid;
    uint8_t *gtpu = bench->frame + ETHERNET + OUTER;
    draw_inner(ground, !from_core);
    const bool bare = chance(ground, 6) == 0;
    size_t header = GTPU_HEADER_BYTES;
    if (bare)
        memcpy(gtpu, (const uint8_t[]){0x30, GTPU_G_PDU}, 2);
    else
        header = gtpu_g_pdu_header(gtpu, teid, from_core ? GTPU_DOWNLINK : GTPU_UPLINK,
                                   (uint8_t)chance(ground, 4), false, ground->length);
    put16(gtpu + 2, (unsigned)(ground->length + header - GTPU_HEADER_BYTES));
    const uint32_t number = htonl(teid);
    memcpy(gtpu + 4, &number, 4);
    memcpy(gtpu + header, ground->inner, ground->length);
    if (chance(ground, 10) == 0)
        gtpu[chance(ground, (unsigned)header)] ^= (uint8_t)(1u << chance(ground, 8));
    set_outer(bench, from, header + ground->length);
    const struct volume before = passed(ground);
    forget_drops(bench);
    run(bench);
    const struct volume between = passed(ground);
    struct packet packet;
    const enum verdict slow = run_slow(bench, from, &packet);
    ground->verdicts[UPLINK][bench->verdict]++;
    judge_alike(ground, &before, &between, slow, &packet);
}

static void send_down(struct ground *ground)
{
    struct bench *bench = ground->bench;
    struct packet packet;
    draw_inner(ground, false);
    set_ethernet(bench->frame, ground->inner[0] >> 4 == 6 ? 0x86dd : 0x0800);
    memcpy(bench->frame + ETHERNET, ground->inner, ground->length);
    bench->length = ETHERNET + ground->length;
    const struct volume before = passed(ground);
    forget_drops(bench);
    run(bench);
    const struct volume between = passed(ground);
    ground->verdicts[DOWNLINK][bench->verdict]++;
    const enum verdict slow = lab_downlink(bench->lab, bytes_of(ground->inner, ground->length), &packet);
    judge_alike(ground, &before, &between, slow, &packet);
}

static void play(struct ground *ground)
{
    ground->bench->lab->n3_count = 0;
    for (unsigned i = 0; i < PHONES; i++)
        draw_session(ground, &ground->subscribers[i], (uint8_t)(UE + i));
    for (unsigned n = 0; n < PACKETS; n++) {
        ground->phone = chance(ground, PHONES);
        (n % 2 ? send_up : send_down)(ground);
        let_return(ground);
    }
    for (unsigned i = 0; i < PHONES; i++) {
        struct pfcp_message over = {.type = PFCP_SESSION_DELETION_REQUEST,
                                    .seid = ground->subscribers[i].seid};
        assert_int_equal(lab_ask(ground->bench->lab, &over).session_deletion_response.cause, PFCP_ACCEPTED);
    }
}

static void what_the_program_does_the_slow_path_would_have_done(void **state)
{
    const char *seed = getenv("DEMARC_SEED"), *rounds = getenv("DEMARC_ROUNDS");
    struct ground ground = {.bench = bench_open(8)};
    (void)state;
    address_parse(&ground.upf, "127.0.0.30", GTPU_PORT);
    random_seed(&ground.bench->lab->random, seed ? strtoull(seed, NULL, 10) : 11);
    fast_lead_to_host(&ground.bench->fast, &ground.bench->lab->networks[0], LOOPBACK);
    ground.bench->fast.ports[LOOPBACK].flags |= FAST_HOST; /* which counts the hops */
    for (unsigned long n = rounds ? strtoul(rounds, NULL, 10) : ROUNDS; n > 0; n--)
        play(&ground);
    for (unsigned d = 0; d < 2; d++) {
        const unsigned *of = ground.verdicts[d];
        print_message("# %s: %u forwarded, %u dropped, %u left to the slow path\n", d ? "downlink" : "uplink",
                      of[XDP_REDIRECT], of[XDP_DROP], of[XDP_PASS]);
        assert_true(of[XDP_REDIRECT] > 300 && of[XDP_DROP] > 100 && of[XDP_PASS] > 500);
    }
    bench_free(ground.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_program_does_the_slow_path_would_have_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
