/* SPDX-License-Identifier: Apache-2.0 */
/* The plane's packet path without sockets: what matching, enforcing, counting and rewriting a 1400-byte packet takes, over
 * 10,000 sessions. */
#include <stdlib.h>
#include <string.h>

#include "../tests/plane/describe.h"
#include "kit/address.h"
#include "kit/log.h"
#include "measure.h"
#include "plane/agent.h"
#include "plane/pathway.h"
#include "wire/gtpu/gtpu.h"

enum { SESSIONS = 10000, INNER = 1400, GNBS = 1000 };

struct bench {
    struct network network;
    struct plane plane;
    struct timers timers;
    union socket_address smf, gnb;
    struct pfcp_message answer;
    struct arena arena;
    uint32_t teids[SESSIONS];
    unsigned next;
    uint64_t seed;
    uint8_t buffer[PATH_HEADROOM + 2048];
};

static uint64_t draw(void *context)
{
    struct bench *bench = context;
    bench->seed = bench->seed * 6364136223846793005u + 1442695040888963407u;
    return bench->seed >> 33 | bench->seed << 31;
}

static void take_answer(void *context, const union socket_address *to, struct bytes message)
{
    struct bench *bench = context;
    struct pfcp_problem problem;
    (void)to;
    arena_reset(&bench->arena);
    if (!pfcp_decode(&bench->arena, message, &bench->answer, &problem))
        exit(1);
}

static void ignore(void *context, struct packet *packet)
{
    (void)context;
    (void)packet;
}

static void ask(struct bench *bench, struct agent *agent, struct pfcp_message *request)
{
    static uint8_t out[4096];
    static uint32_t sequence;
    request->sequence = ++sequence;
    agent_receive(agent, &bench->smf, bytes_of(out, pfcp_encode(request, out, sizeof out)));
}

static void establish(struct bench *bench, struct agent *agent, unsigned i)
{
    struct lab_session session;
    lab_describe(&session, 1);
    session.request.session_establishment_request.cp_f_seid.seid = i + 1;
    session.ue_ip.ip.has_v6 = false;
    session.ue_ip.ip.v4[2] = (uint8_t)(i >> 8);
    session.ue_ip.ip.v4[3] = (uint8_t)i;
    session.fars[1].apply_action = PFCP_FORW;
    session.fars[1].has_forwarding = true;
    session.fars[1].forwarding = (struct pfcp_forwarding){
        .has_destination_interface = true,
        .has_outer_header_creation = true,
        .outer_header_creation = {PFCP_CREATE_GTPU_UDP_IPV4, i + 1, {.has_v4 = true, .v4 = {10, 0, 1, 2}}, 0},
    };
    session.qer.has_mbr = true;
    session.qer.mbr = (struct pfcp_bit_rate){1000000000, 1000000000};
    ask(bench, agent, &session.request);
    const struct pfcp_session_establishment_response *response =
        &bench->answer.session_establishment_response;
    if (response->cause != PFCP_ACCEPTED || response->created_pdrs_count == 0)
        exit(1);
    bench->teids[i] = response->created_pdrs[0].f_teid.teid;
}

static struct agent *set_up(struct bench *bench)
{
    bench->network.name = "internet";
    timers_init(&bench->timers, SECONDS(1));
    arena_init(&bench->arena, 0);
    address_parse(&bench->smf, "10.0.1.4", PFCP_PORT);
    address_parse(&bench->gnb, "10.0.1.2", GTPU_PORT);
    if (!plane_init(&bench->plane, &bench->network, 1, 1, 1))
        exit(1);
    config_ip_parse("10.0.1.1", &bench->plane.n3_v4);
    bench->plane.policy = (struct policy){.tunnel_mtu = 1456, .gnbs = GNBS + 1};
    struct agent_settings settings = {
        .plane = &bench->plane,
        .timers = &bench->timers,
        .node_id.ip = {.has_v4 = true, .v4 = {10, 0, 1, 1}},
        .n4 = {.has_v4 = true, .v4 = {10, 0, 1, 1}},
        .smfs = &bench->smf,
        .smf_count = 1,
        .t1 = SECONDS(3),
        .n1 = 3,
        .random = draw,
        .send_n4 = take_answer,
        .send_n3 = ignore,
        .send_n6 = ignore,
        .context = bench,
    };
    struct agent *agent = agent_new(&settings);
    struct pfcp_message association = {.type = PFCP_ASSOCIATION_SETUP_REQUEST};
    association.association_setup_request.node_id =
        (struct pfcp_node_id){.ip = {.has_v4 = true, .v4 = {10, 0, 1, 4}}};
    ask(bench, agent, &association);
    for (unsigned i = 0; i < SESSIONS; i++)
        establish(bench, agent, i);
    return agent;
}

static void load(struct bench *bench, struct packet *packet, size_t header)
{
    static const uint8_t inner[20] = {0x45, 0, INNER >> 8, INNER & 0xff, 0, 1, 0x40, 0, 64, 17, 0, 0};
    *packet = (struct packet){.data = bench->buffer + PATH_HEADROOM, .now = bench->timers.now += 10000};
    packet->end = bench->buffer + sizeof bench->buffer;
    packet->length = header + INNER;
    memcpy(packet->data + header, inner, sizeof inner);
    bench->next = (bench->next + 7919) % SESSIONS;
}

static void address_inner(uint8_t *to, unsigned phone)
{
    memcpy(to, (uint8_t[]){10, 45, (uint8_t)(phone >> 8), (uint8_t)phone}, 4);
}

static void uplink(void *context)
{
    struct bench *bench = context;
    struct packet packet;
    load(bench, &packet, GTPU_HEADER_CONTAINER);
    gtpu_g_pdu_header(packet.data, bench->teids[bench->next], GTPU_UPLINK, 1, false, INNER);
    address_inner(packet.data + GTPU_HEADER_CONTAINER + 12, bench->next);
    memset(packet.data + GTPU_HEADER_CONTAINER + 16, 8, 4);
    if (path_uplink(&bench->plane, &bench->plane.lanes[0], &bench->gnb, &packet) != PATH_TO_N6)
        exit(1);
}

static void downlink(void *context)
{
    struct bench *bench = context;
    struct packet packet;
    load(bench, &packet, 0);
    memset(packet.data + 12, 8, 4);
    address_inner(packet.data + 16, bench->next);
    if (path_downlink(&bench->plane, &bench->plane.lanes[0], &bench->network, &packet) != PATH_TO_N3)
        exit(1);
}

/* --- rule H2: packets that have passed all rules, of a thousand gNBs --- */

struct passing {
    struct bench *bench;
    struct gnb *gnbs[GNBS];
    struct session sessions[GNBS];
    unsigned next;
};

static void make_gnbs(struct passing *passing)
{
    union socket_address address = passing->bench->gnb;
    for (unsigned i = 0; i < GNBS; i++) {
        address.v4.sin_addr.s_addr = htonl(0x0a010000u + i);
        passing->gnbs[i] = plane_gnb_make(&passing->bench->plane, &address);
        if (!passing->gnbs[i])
            exit(1);
    }
}

static void shape_all(struct passing *passing, uint64_t kbps)
{
    for (unsigned i = 0; i < GNBS; i++) {
        passing->gnbs[i]->shaping.kbps[DOWNLINK] = kbps;
        passing->gnbs[i]->shaping.patience = MILLISECONDS(100);
    }
}

static struct packet passed(struct passing *passing)
{
    passing->next = (passing->next + 379) % GNBS;
    return (struct packet){.data = passing->bench->buffer + PATH_HEADROOM,
                           .length = INNER,
                           .segments = 1,
                           .now = passing->bench->timers.now += 10000};
}

/* As much is read and written as for one counter: no gNB, nothing to ask. */
static void count_for_all(void *context)
{
    struct passing *passing = context;
    struct packet packet = passed(passing);
    count(&passing->bench->plane.lanes[0].counters.bytes[DOWNLINK], segments_bytes(&packet, packet.segments));
}

static void count_for_gnb(void *context)
{
    struct passing *passing = context;
    struct packet packet = passed(passing);
    path_pass(&passing->bench->plane.lanes[0], &passing->sessions[passing->next],
              passing->gnbs[passing->next], DOWNLINK, &packet);
}

static void measure_counting(struct bench *bench)
{
    static struct passing passing;
    passing.bench = bench;
    make_gnbs(&passing);
    measure_row("n3_count_floor_ns", measure_ns(count_for_all, &passing), "ns/packet");
    measure_row("n3_count_ns", measure_ns(count_for_gnb, &passing), "ns/packet");
    shape_all(&passing, 1000000000);
    measure_row("n3_count_shaped_ns", measure_ns(count_for_gnb, &passing), "ns/packet");
    shape_all(&passing, 0);
}

int main(void)
{
    static struct bench bench;
    log_setup((struct log_settings){.level = LOG_ERROR, .name = "bench"});
    struct agent *agent = set_up(&bench);
    measure_row("n3_path_uplink_ns", measure_ns(uplink, &bench), "ns/packet");
    measure_row("n3_path_downlink_ns", measure_ns(downlink, &bench), "ns/packet");
    measure_counting(&bench);
    agent_free(agent);
    plane_free(&bench.plane);
    timers_free(&bench.timers);
    arena_free(&bench.arena);
    return 0;
}
