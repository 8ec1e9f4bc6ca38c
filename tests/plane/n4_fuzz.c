/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any PFCP, one request after the other, to a plane with two sessions that carry packets. Whatever is asked, what the tables lead
 * to is what the rules of the sessions say; a stranger's words change nothing; and when the association ends, nothing is left.
 *
 * If the first step says so, the data network is one of Ethernet frames, and so are the sessions.
 *
 * An input is a row of steps: an octet that says who speaks and of which session, as SEIDs cannot be guessed, two octets of length,
 * and the message.
 */

#include "../fuzz/must.h"
#include "kit/log.h"
#include "lab.h"
#include "plane/agent_state.h"
#include "plane/switch.h"

enum {
    FROM_STRANGER = 1,
    OF_SESSION = 2,
    OF_SECOND = 4,
    FIRST_PACKETS = 8,   /* go up and down, so that there is something to report and to hold */
    FIRST_WAIT = 16,     /* so that timers fire */
    ANEW = 32,           /* with a sequence number that was not used before */
    FIRST_ANSWERED = 64, /* the latest request of the plane's own is accepted */
    OF_FRAMES = 128,     /* the first step: all of the input */
};
enum {
    INPUTS = 256,
    FORGOTTEN_S = 60,
    PHONES = 2,
    STEPS = 24,
    SEID_AT = 4,
    SEQUENCE_AT = 12,
    NODE_SEQUENCE_AT = 4,
    WAIT_S = 5
};

static struct lab *lab; /* that of packets, or that of frames */
static bool frames;
static uint64_t seids[PHONES];
static uint32_t teids[PHONES];
static union socket_address stranger;

/* Its SMF wants to know of MAC addresses. */
static void describe(struct lab_session *session, uint8_t number)
{
    static uint32_t urr_id = 1;
    (frames ? lab_describe_ethernet : lab_describe)(session, number);
    if (!frames)
        return;
    session->urr.reporting_triggers |= PFCP_REPORT_MACAR;
    session->urr.has_ethernet_inactivity_timer = true;
    session->urr.ethernet_inactivity_timer = 2 * WAIT_S;
    session->pdrs[0].urr_ids = &urr_id;
}

static struct lab *new_lab(void)
{
    return frames ? lab_new_ethernet(&(struct lan_settings){4, SECONDS(300), true}) : lab_new();
}

/* With a plane that others have used before, but for every so many inputs. */
static void begin(bool of_frames)
{
    static struct {
        struct lab *lab;
        unsigned inputs;
    } kinds[2] = {{NULL, INPUTS}, {NULL, INPUTS}};
    static FILE *nowhere;
    frames = of_frames;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    log_setup((struct log_settings){.level = LOG_ERROR, .to = nowhere, .name = "n4"});
    address_parse(&stranger, "127.0.0.66", PFCP_PORT);
    lab = kinds[frames].lab;
    if (kinds[frames].inputs++ < INPUTS) {
        lab_associate(lab);
    } else {
        if (lab)
            lab_free(lab);
        lab = kinds[frames].lab = new_lab();
        kinds[frames].inputs = 1;
    }
    for (uint8_t i = 0; i < PHONES; i++) {
        struct lab_session session;
        describe(&session, (uint8_t)(i + 2));
        seids[i] = lab_establish(lab, &session, &teids[i]);
        lab_switch(lab, seids[i], &lab->gnb, i ? 0 : 0x55, false);
    }
}

/* --- What must be so --- */

static uint64_t add(uint64_t digest, const void *value, size_t size)
{
    const uint8_t *octets = value;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ octets[i]) * 0x100000001b3;
    return digest;
}

/* Rules as they were installed: they do not change but as a whole. */
static uint64_t digest(void)
{
    uint64_t sum = 0, seid;
    size_t cursor = 0;
    for (void *value; map_next(&lab->agent->sessions, &cursor, &seid, &value);) {
        const struct session *session = value;
        uint64_t one = add(0xcbf29ce484222325, &seid, sizeof seid);
        one = add(one, &session->rules, sizeof session->rules);
        one = add(one, &session->gnb, sizeof session->gnb);
        sum += add(one, &session->cp_seid, sizeof session->cp_seid);
    }
    return sum;
}

static unsigned tunnels_of(const struct session *session)
{
    const struct ruleset *rules = session->rules;
    unsigned count = 0;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        bool counted = rules->pdrs[i].teid == 0;
        must(counted || table_get(&lab->plane.teids, rules->pdrs[i].teid) == session);
        for (unsigned k = 0; k < i; k++)
            counted |= rules->pdrs[k].teid == rules->pdrs[i].teid;
        count += !counted;
    }
    return count;
}

static size_t routes_of(const struct session *session)
{
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; i < rules->route_count; i++)
        must(routes_find(&lab->plane.routes, rules->routes[i].family == AF_INET ? 4 : 6,
                         rules->routes[i].address) == session);
    return rules->route_count;
}

static size_t all_routes(void)
{
    const struct routes *routes = &lab->plane.routes;
    size_t count = 0;
    for (unsigned i = 0; i < ROUTES_V4; i++)
        count += routes->v4[i].count;
    for (unsigned i = 0; i < ROUTES_V6; i++)
        count += routes->v6[i].count;
    return count;
}

static void tables_lead_to_sessions(void)
{
    size_t cursor = 0, tunnels = 0, v4 = 0, v6 = 0, routes = 0;
    for (void *value; map_next(&lab->agent->sessions, &cursor, NULL, &value);) {
        const struct session *session = value;
        must(!session->gone);
        tunnels += tunnels_of(session);
        v4 += session->rules->has_v4;
        v6 += session->rules->has_v6;
        routes += routes_of(session);
    }
    must(all_routes() == routes);
    must(lab->plane.teids.count == tunnels);
    must(lab->networks[0].by_v4.count == v4 && lab->networks[0].by_v6.count == v6);
}

static void nothing_is_left(void)
{
    const struct plane *plane = &lab->plane;
    must(agent_sessions(lab->agent) == 0 && lab->agent->smfs[0].by_cp_seid.count == 0);
    must(plane->teids.count == 0 && plane->networks[0].by_v4.count == 0 &&
         plane->networks[0].by_v6.count == 0);
    must(plane->shared_rates.count == 0);
    must(plane->routes.v4_lengths == 0 && (plane->routes.v6_lengths[0] | plane->routes.v6_lengths[1]) == 0 &&
         plane->networks[0].outside_v4.count == 0 && plane->networks[0].outside_v6.count == 0);
    must(!frames || !lan_next(lab->networks[0].lan, NULL));
    must(atomic_load(&lab->plane.held_total) == 0 && atomic_load(&lab->plane.early_total) == 0);
}

/* --- Steps --- */

/* Copies go nowhere that phones are, nor to the plane itself. */
static void check_copy(void *context, struct packet *copy)
{
    const struct config_ip to = config_ip_of(&copy->to);
    const struct packet *packet = context;
    must(copy->data >= packet->data - PATH_HEADROOM && copy->data + copy->length <= packet->end);
    must(!plane_is_phones(&lab->plane, &to) && memcmp(to.address, lab->plane.n3_v4.address, 4) != 0);
}

static void check_copies(struct packet *packet)
{
    must(packet->copies.count <= DUPLICATING_MOST);
    path_send_copies(&lab->plane.lanes[0], packet, check_copy, packet);
}

static void look_at_copy(void *context, enum verdict verdict, struct packet *copy)
{
    (void)context;
    if (verdict == PATH_TO_N3)
        must(copy->data >= lab->buffer && copy->data + copy->length <= copy->end);
    if (verdict != PATH_HELD)
        check_copies(copy);
}

/* Up and down again, with a tag and an IP packet, so that filters have something to look at. */
static void carry_frames(void)
{
    uint8_t frame[256] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x81, 0, 0xa0, 100, 8, 0};
    struct packet packet;
    const size_t length =
        18 + lab_udp(frame + 18, (uint8_t[]){192, 168, 7, 2}, (uint8_t[]){8, 8, 8, 8}, 53, 20);
    for (uint8_t i = 0; i < PHONES; i++) {
        frame[5] = 9;
        frame[11] = i + 1;
        if (lab_uplink(lab, &lab->gnb, teids[i], 1, bytes_of(frame, length), &packet) == PATH_TO_N6)
            must(packet.length == length);
        check_copies(&packet);
        frame[5] = i + 1;
        frame[11] = 9;
        lab_load(lab, bytes_of(frame, length), &packet);
        switch_inward(&lab->plane, &lab->plane.lanes[0], &lab->networks[0], &packet, look_at_copy, NULL);
    }
    agent_poll(lab->agent);
}

static void carry_packets(void)
{
    uint8_t inner[256];
    struct packet packet;
    for (uint8_t i = 0; i < PHONES; i++) {
        const uint8_t phone[4] = {10, 45, 0, (uint8_t)(i + 2)}, server[4] = {8, 8, 8, 8};
        size_t length = lab_udp(inner, phone, server, 53, 100);
        lab_uplink(lab, &lab->gnb, teids[i], 1, bytes_of(inner, length), &packet);
        check_copies(&packet);
        length = lab_udp(inner, server, phone, 53, 100);
        lab_downlink(lab, bytes_of(inner, length), &packet);
        check_copies(&packet);
    }
    agent_poll(lab->agent);
}

static void answer_latest(void)
{
    struct bytes latest = lab->n4_count
                              ? bytes_of(lab->n4[lab->n4_count - 1].data, lab->n4[lab->n4_count - 1].length)
                              : (struct bytes){0};
    uint8_t room[64];
    struct pfcp_problem problem;
    struct pfcp_message asked, answer = {.type = PFCP_SESSION_REPORT_RESPONSE};
    arena_reset(&lab->arena);
    if (!latest.len || !pfcp_decode(&lab->arena, latest, &asked, &problem) ||
        asked.type != PFCP_SESSION_REPORT_REQUEST)
        return;
    answer.sequence = asked.sequence;
    answer.seid = seids[0];
    answer.session_report_response.cause = PFCP_ACCEPTED;
    const size_t length = pfcp_encode(&answer, room, sizeof room);
    agent_receive(lab->agent, &lab->smf, bytes_of(room, length));
}

/* The session that is meant, and a number of its own for the request. */
static void put_right(uint8_t choice, uint8_t *message, size_t length)
{
    const bool of_session = length > 0 && message[0] & 1;
    const size_t at = of_session ? SEQUENCE_AT : NODE_SEQUENCE_AT;
    struct writer w = writer_of(message + SEID_AT, 8);
    if (choice & OF_SESSION && of_session && length >= SEID_AT + 8)
        write_u64(&w, seids[choice & OF_SECOND ? 1 : 0]);
    w = writer_of(message + at, 3);
    if (choice & ANEW && length >= at + 3)
        write_uint(&w, ++lab->sequence, 3);
}

static void take_step(uint8_t choice, struct bytes message)
{
    uint8_t room[LAB_PACKET];
    if (choice & FIRST_PACKETS)
        (frames ? carry_frames : carry_packets)();
    if (choice & FIRST_ANSWERED)
        answer_latest();
    if (choice & FIRST_WAIT)
        lab_sleep(lab, SECONDS(WAIT_S));
    memcpy(room, message.data, message.len);
    put_right(choice, room, message.len);
    const uint64_t before = digest();
    lab->n4_count = lab->n3_count = 0;
    agent_receive(lab->agent, choice & FROM_STRANGER ? &stranger : &lab->smf, bytes_of(room, message.len));
    must(!(choice & FROM_STRANGER) || (digest() == before && lab->n4_count == 0));
    tables_lead_to_sessions();
}

static void release_all(void)
{
    const struct pfcp_message release = {
        .type = PFCP_ASSOCIATION_RELEASE_REQUEST,
        .sequence = ++lab->sequence,
        .association_release_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}}},
    };
    uint8_t room[64];
    agent_receive(lab->agent, &lab->smf, bytes_of(room, pfcp_encode(&release, room, sizeof room)));
    agent_poll(lab->agent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(bytes_of(data, size));
    begin(size && data[0] & OF_FRAMES);
    for (unsigned i = 0; i < STEPS && reader_left(&r) >= 3; i++) {
        const uint8_t choice = read_u8(&r);
        size_t length = read_u16(&r);
        length = length < reader_left(&r) ? length : reader_left(&r);
        if (length > LAB_PACKET)
            break;
        take_step(choice, read_bytes(&r, length));
    }
    release_all();
    nothing_is_left();
    lab_sleep(lab, SECONDS(FORGOTTEN_S)); /* and the answers that are kept */
    return 0;
}
