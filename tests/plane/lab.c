/* SPDX-License-Identifier: Apache-2.0 */
#include "lab.h"

#include <arpa/inet.h>
#include <stdlib.h>

static uint64_t draw(void *context)
{
    struct lab *lab = context;
    uint64_t number = random_u64(&lab->random.random);
    return lab->narrow ? number & lab->narrow : number;
}

static void keep(struct caught *caught, unsigned *count, const union socket_address *to, struct bytes data)
{
    assert_true(*count < LAB_CAUGHT && data.len <= LAB_PACKET);
    caught[*count].to = *to;
    caught[*count].length = data.len;
    memcpy(caught[*count].data, data.data, data.len);
    ++*count;
}

static void send_n4(void *context, const union socket_address *to, struct bytes message)
{
    struct lab *lab = context;
    keep(lab->n4, &lab->n4_count, to, message);
}

static void send_n3(void *context, struct packet *packet)
{
    struct lab *lab = context;
    keep(lab->n3, &lab->n3_count, &packet->to, bytes_of(packet->data, packet->length));
}

static void send_n6(void *context, struct packet *packet)
{
    struct lab *lab = context;
    (void)packet;
    lab->n6_count++;
}

static void lead(void *context, const struct network *network, const struct config_prefix *route, bool there)
{
    struct lab *lab = context;
    for (unsigned i = lab->led_count; i-- > 0;) {
        const struct led *led = &lab->led[i];
        if (there)
            assert_false(config_prefix_overlaps(&led->route, route));
        else if (led->network == network && memcmp(&led->route, route, sizeof *route) == 0)
            lab->led[i] = lab->led[--lab->led_count];
    }
    assert_true(lab->led_count < LAB_LED);
    if (there)
        lab->led[lab->led_count++] = (struct led){network, *route};
}

static void set_up_network(struct network *network, const struct lan_settings *settings)
{
    *network = (struct network){.name = "internet", .mtu = 1400};
    if (settings) {
        network->lan = lan_new(settings, 9);
        assert_non_null(network->lan);
        return;
    }
    assert_true(config_prefix_parse("10.45.0.0/16", &network->pool_v4));
    assert_true(config_prefix_parse("2001:db8:cafe::/48", &network->pool_v6));
    assert_true(config_ip_parse("10.45.0.1", &network->gateway_v4));
}

void lab_associate(struct lab *lab)
{
    struct pfcp_message request = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                      .recovery_time_stamp = 1000,
                                      .has_session_retention = true},
    };
    assert_int_equal(lab_ask(lab, &request).association_setup_response.cause, PFCP_ACCEPTED);
}

static struct lab *open_lab(const struct lan_settings *lan)
{
    static const struct config_prefix infrastructure = {AF_INET, 8, {192}};
    struct lab *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    random_seed(&lab->random, 42);
    address_parse(&lab->smf, "127.0.0.4", PFCP_PORT);
    address_parse(&lab->gnb, "127.0.0.20", GTPU_PORT);
    address_parse(&lab->other_gnb, "127.0.0.21", GTPU_PORT);
    set_up_network(&lab->networks[0], lan);
    timers_init(&lab->timers, SECONDS(1));
    arena_init(&lab->arena, 0);
    assert_true(plane_init(&lab->plane, lab->networks, 1, 1, 7));
    assert_true(config_ip_parse("127.0.0.7", &lab->plane.n3_v4));
    lab->plane.policy = (struct policy){
        .infrastructure = &infrastructure,
        .infrastructure_count = 1,
        .tunnel_mtu = 1456,
        .buffer_per_session = 8,
        .buffer_total = 12,
        .gnbs = 4,
        .shaping_delay = MILLISECONDS(100),
        .shaping_packets = 8,
    };
    struct agent_settings settings = {
        .plane = &lab->plane,
        .timers = &lab->timers,
        .node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}},
        .n4 = {.has_v4 = true, .v4 = {127, 0, 0, 7}},
        .smfs = &lab->smf,
        .smf_count = 1,
        .recovery_time_stamp = 77,
        .t1 = SECONDS(3),
        .n1 = 3,
        .sessions = 5,
        .echo_period = SECONDS(60),
        .echo_timeout = SECONDS(3),
        .echo_tries = 5,
        .random = draw,
        .send_n4 = send_n4,
        .send_n3 = send_n3,
        .send_n6 = send_n6,
        .lead = lead,
        .context = lab,
    };
    lab->agent = agent_new(&settings);
    assert_non_null(lab->agent);
    lab_associate(lab);
    return lab;
}

struct lab *lab_new(void)
{
    return open_lab(NULL);
}

struct lab *lab_new_ethernet(const struct lan_settings *settings)
{
    return open_lab(settings);
}

void lab_free(struct lab *lab)
{
    agent_free(lab->agent);
    plane_free(&lab->plane);
    timers_free(&lab->timers);
    arena_free(&lab->arena);
    free(lab);
}

int lab_tear_down(void **state)
{
    lab_free(*(struct lab **)*state);
    test_free(*state);
    return 0;
}

void lab_sleep(struct lab *lab, int64_t ns)
{
    timers_run(&lab->timers, lab->timers.now + ns);
    agent_poll(lab->agent);
}

struct pfcp_message lab_last(struct lab *lab)
{
    struct pfcp_message message = {0};
    struct pfcp_problem problem = {0};
    assert_true(lab->n4_count > 0);
    const struct caught *last = &lab->n4[lab->n4_count - 1];
    arena_reset(&lab->arena);
    assert_true(pfcp_decode(&lab->arena, bytes_of(last->data, last->length), &message, &problem));
    return message;
}

struct pfcp_message lab_ask(struct lab *lab, struct pfcp_message *request)
{
    uint8_t buffer[16384];
    if (request->sequence == 0)
        request->sequence = ++lab->sequence;
    size_t length = pfcp_encode(request, buffer, sizeof buffer);
    assert_true(length > 0);
    lab->n4_count = 0;
    agent_receive(lab->agent, &lab->smf, bytes_of(buffer, length));
    assert_true(lab->n4_count > 0);
    struct caught answer = lab->n4[0];
    lab->n4[lab->n4_count++] = answer;
    struct pfcp_message message = lab_last(lab);
    lab->n4_count--;
    return message;
}

void lab_answer_with(struct lab *lab, uint64_t seid, uint32_t sequence,
                     const struct pfcp_session_report_response *response)
{
    uint8_t buffer[64];
    const struct pfcp_message answer = {.type = PFCP_SESSION_REPORT_RESPONSE,
                                        .seid = seid,
                                        .sequence = sequence,
                                        .session_report_response = *response};
    agent_receive(lab->agent, &lab->smf, bytes_of(buffer, pfcp_encode(&answer, buffer, sizeof buffer)));
}

void lab_answer(struct lab *lab, uint64_t seid, uint32_t sequence, uint8_t cause)
{
    lab_answer_with(lab, seid, sequence, &(struct pfcp_session_report_response){.cause = cause});
}

uint64_t lab_establish(struct lab *lab, struct lab_session *session, uint32_t *teid)
{
    struct pfcp_message answer = lab_ask(lab, &session->request);
    const struct pfcp_session_establishment_response *response = &answer.session_establishment_response;
    assert_int_equal(answer.type, PFCP_SESSION_ESTABLISHMENT_RESPONSE);
    assert_int_equal(response->cause, PFCP_ACCEPTED);
    assert_true(response->has_up_f_seid);
    if (response->created_pdrs_count)
        *teid = response->created_pdrs[0].f_teid.teid;
    return response->up_f_seid.seid;
}

uint8_t lab_switch(struct lab *lab, uint64_t seid, const union socket_address *gnb, uint32_t teid,
                   bool end_marker)
{
    struct pfcp_update_far far = {
        .far_id = 2, .has_apply_action = true, .apply_action = PFCP_BUFF | PFCP_NOCP};
    if (teid) {
        far.apply_action = PFCP_FORW;
        far.has_forwarding = true;
        far.forwarding = (struct pfcp_forwarding){
            .has_destination_interface = true,
            .destination_interface = PFCP_ACCESS,
            .has_outer_header_creation = true,
            .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4,
                                      .teid = teid,
                                      .ip.has_v4 = true},
            .has_smreq_flags = end_marker,
            .smreq_flags = PFCP_SNDEM,
        };
        memcpy(far.forwarding.outer_header_creation.ip.v4, &gnb->v4.sin_addr, 4);
    }
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = seid,
        .session_modification_request = {.update_fars = &far, .update_fars_count = 1},
    };
    return lab_ask(lab, &request).session_modification_response.cause;
}

uint32_t lab_lead_on(struct lab *lab, uint64_t seid)
{
    enum { RULE = 3, NEXT_TUNNEL = 0x77 };
    struct pfcp_create_pdr pdr = {.pdr_id = RULE,
                                  .precedence = 10,
                                  .pdi = {.source_interface = PFCP_ACCESS,
                                          .has_f_teid = true,
                                          .f_teid = {.choose = true, .ip.has_v4 = true}},
                                  .has_far_id = true,
                                  .far_id = RULE,
                                  .has_outer_header_removal = true};
    struct pfcp_create_far far = {
        .far_id = RULE,
        .apply_action = PFCP_FORW,
        .has_forwarding = true,
        .forwarding = {.has_destination_interface = true,
                       .destination_interface = PFCP_ACCESS,
                       .has_outer_header_creation = true,
                       .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4,
                                                 .teid = NEXT_TUNNEL,
                                                 .ip.has_v4 = true}}};
    memcpy(far.forwarding.outer_header_creation.ip.v4, &lab->other_gnb.v4.sin_addr, 4);
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = seid,
        .session_modification_request = {
            .create_pdrs = &pdr, .create_pdrs_count = 1, .create_fars = &far, .create_fars_count = 1}};
    const struct pfcp_message answer = lab_ask(lab, &request);
    assert_int_equal(answer.session_modification_response.created_pdrs_count, 1);
    return answer.session_modification_response.created_pdrs[0].f_teid.teid;
}

size_t lab_udp(uint8_t *to, const uint8_t from[4], const uint8_t dest[4], uint16_t port, size_t payload)
{
    struct writer w = writer_of(to, 28 + payload);
    write_u16(&w, 0x4500);
    write_u16(&w, (uint16_t)(28 + payload));
    write_u32(&w, 0x00014000);
    write_u32(&w, 0x40110000);
    write_bytes(&w, bytes_of(from, 4));
    write_bytes(&w, bytes_of(dest, 4));
    write_u16(&w, 4000);
    write_u16(&w, port);
    write_u16(&w, (uint16_t)(8 + payload));
    write_u16(&w, 0);
    memset(write_room(&w, payload), 'x', payload);
    return 28 + payload;
}

static void load(struct lab *lab, struct packet *packet)
{
    *packet = (struct packet){
        .data = lab->buffer + PATH_HEADROOM,
        .end = lab->buffer + sizeof lab->buffer,
        .now = lab->timers.now,
    };
}

/* As some simulated gNBs send: without sequence number or extension. */
static size_t bare_header(uint8_t *room, uint32_t teid, size_t payload_bytes)
{
    struct writer w = writer_of(room, GTPU_HEADER_BYTES);
    write_u8(&w, 0x30);
    write_u8(&w, GTPU_G_PDU);
    write_u16(&w, (uint16_t)payload_bytes);
    write_u32(&w, teid);
    return GTPU_HEADER_BYTES;
}

enum verdict lab_uplink(struct lab *lab, const union socket_address *peer, uint32_t teid, uint8_t qfi,
                        struct bytes inner, struct packet *packet)
{
    load(lab, packet);
    size_t header = qfi == LAB_NO_QFI
                        ? bare_header(packet->data, teid, inner.len)
                        : gtpu_g_pdu_header(packet->data, teid, GTPU_UPLINK, qfi, false, inner.len);
    memcpy(packet->data + header, inner.data, inner.len);
    packet->length = header + inner.len;
    return path_uplink(&lab->plane, &lab->plane.lanes[0], peer, packet);
}

void lab_load(struct lab *lab, struct bytes inner, struct packet *packet)
{
    load(lab, packet);
    memcpy(packet->data, inner.data, inner.len);
    packet->length = inner.len;
}

enum verdict lab_downlink(struct lab *lab, struct bytes inner, struct packet *packet)
{
    lab_load(lab, inner, packet);
    return path_downlink(&lab->plane, &lab->plane.lanes[0], &lab->networks[0], packet);
}

uint64_t lab_drops(const struct lab *lab, enum drop reason)
{
    return counted(&lab->plane.lanes[0].counters.drops[reason]);
}
