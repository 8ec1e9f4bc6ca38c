/* SPDX-License-Identifier: Apache-2.0 */
#include "captured.h"

#include <stdio.h>
#include <stdlib.h>

#include "../lab_config.h"
#include "../lab_radio.h"
#include "core/amf/amf.h"
#include "damage.h"
#include "inside.h"
#include "kit/co.h"

enum { AIR_BYTES = 32 * 1024, FLAT_BYTES = 64 * 1024 };

enum address_of_letter { TO_CONTROL, TO_GNB, TO_PLANE, TO_SMF };

struct captured_letter {
    struct captured_letter *next;
    enum address_of_letter to;
    struct site *site;
    uint16_t stream;
    size_t length;
    uint8_t bytes[];
};

static const char yaml[] = "log: {level: error}\n"
                           "data_networks: [{name: internet, type: ipv4, ipv4: 10.55.0.0/16}]\n"
                           "planes: [{name: default, n4: 127.0.1.7, n3: [127.0.1.7]}]\n";
static const char inventory[] = "profile: lab\n"
                                "domains: [{name: one, listen: ['::1']}, {name: two, listen: ['::2']}]\n";

const char *captured_imsi(enum captured_phone phone)
{
    static const char *const imsis[PHONES] = {"999700000000001", "999700000000002", "999700000000003",
                                              "999700000000004"};
    return imsis[phone];
}

/* --- Letters --- */

static void post(struct captured *captured, enum address_of_letter to, struct site *site, uint16_t stream,
                 struct bytes bytes)
{
    struct captured_letter *letter = malloc(sizeof *letter + bytes.len);
    if (!letter)
        abort();
    *letter = (struct captured_letter){.to = to, .site = site, .stream = stream, .length = bytes.len};
    memcpy(letter->bytes, bytes.data, bytes.len);
    *captured->last = letter;
    captured->last = &letter->next;
}

static void say(struct site *site, struct bytes message)
{
    const char *why;
    if (gate_heard(&site->edge, message, &why))
        return;
    if (site == &site->captured->sites[HONEST])
        abort();
    captured_replaced(site->captured);
}

static const uint8_t no_digest[WICKET_DIGEST_BYTES];

static void say_ngap(struct site *site, uint16_t stream, struct bytes ngap)
{
    struct captured *captured = site->captured;
    static uint8_t room[FLAT_BYTES];
    struct writer w = writer_of(room, sizeof room);
    struct fault fault = {0};
    struct ngap_pdu pdu;
    arena_reset(&captured->arena);
    size_t mark = wicket_open(&w, WICKET_NGAP, site->association, stream);
    write_bytes(&w, BYTES(no_digest));
    if (ngap_decode(ngap, &captured->arena, NGAP_STRICT_ORDER, &pdu) <= NGAP_NOTIFY &&
        ngap_flatten(&w, &pdu, &fault) && wicket_close(&w, mark))
        say(site, writer_bytes(&w));
}

static void hand_over(struct captured *captured, const struct captured_letter *letter)
{
    const struct bytes bytes = bytes_of(letter->bytes, letter->length);
    if (letter->to == TO_CONTROL)
        say_ngap(letter->site, letter->stream, bytes);
    else if (letter->to == TO_GNB)
        ran_gnb_on_ngap(&letter->site->gnb, bytes);
    else if (letter->to == TO_PLANE)
        agent_receive(captured->agent, &captured->config->smf.n4, bytes);
    else
        core_pfcp(captured->core, &captured->config->planes[0].n4, bytes);
}

static void deliver_all(struct captured *captured)
{
    core_settle(captured->core);
    while (captured->first) {
        struct captured_letter *letter = captured->first;
        captured->first = letter->next;
        if (!captured->first)
            captured->last = &captured->first;
        hand_over(captured, letter);
        free(letter);
        agent_poll(captured->agent);
        core_settle(captured->core);
    }
}

void captured_pass(struct captured *captured, int64_t time)
{
    const int64_t end = captured->timers.now + time;
    deliver_all(captured);
    while (timers_next(&captured->timers) <= end) {
        timers_run(&captured->timers, timers_next(&captured->timers));
        agent_poll(captured->agent);
        deliver_all(captured);
    }
    timers_run(&captured->timers, end);
}

/* --- Ports --- */

static void core_says(void *context, uint64_t association, uint16_t stream, struct bytes flat)
{
    struct captured *captured = context;
    static uint8_t air[AIR_BYTES];
    struct writer w = writer_of(air, sizeof air);
    struct fault fault = {0};
    struct ngap_pdu pdu;
    arena_reset(&captured->arena);
    if (!ngap_unflatten(flat, &captured->arena, &pdu, &fault) ||
        !ngap_encode(&w, pdu.message, pdu.value.any, &fault))
        abort();
    for (unsigned i = 0; i < SITES; i++)
        if (captured->sites[i].association == association)
            post(captured, TO_GNB, &captured->sites[i], stream, writer_bytes(&w));
}

static void core_closes(void *context, uint64_t association)
{
    struct captured *captured = context;
    gate_forget(&captured->gate, association);
}

static void core_sends_pfcp(void *context, const union socket_address *peer, struct bytes datagram)
{
    (void)peer;
    post(context, TO_PLANE, NULL, 0, datagram);
}

static void agent_says(void *context, const union socket_address *to, struct bytes message)
{
    (void)to;
    post(context, TO_SMF, NULL, 0, message);
}

static void no_user_packet(void *context, struct packet *packet)
{
    (void)context, (void)packet;
}

static uint64_t agent_random(void *context)
{
    struct captured *captured = context;
    return random_u64(&captured->random.random);
}

static void gnb_says(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    struct captured *captured = context;
    struct site *site = (struct site *)((char *)gnb - offsetof(struct site, gnb));
    uint8_t room[DAMAGE_BYTES];
    if (site == &captured->sites[CAPTURED] && captured->garble && message.len <= sizeof room) {
        captured->garble--;
        message = damage(&captured->random.random, message, room);
    }
    post(captured, TO_CONTROL, site, stream, message);
}

static void no_event(void *context, struct phone *phone, enum phone_event event,
                     struct phone_session *session, uint8_t cause)
{
    (void)context, (void)phone, (void)event, (void)session, (void)cause;
}

static void no_answer(void *context, struct ran_gnb *gnb, bool accepted)
{
    (void)context, (void)gnb, (void)accepted;
}

static const struct radio_ports radio_ports = {
    .ngap = gnb_says, .n3 = lab_no_n3, .packet = lab_no_packet, .event = no_event, .gnb_ready = no_answer};

/* --- Phones --- */

static void make_phone(struct captured *captured, enum captured_phone phone)
{
    phone_init(&captured->phones[phone], &captured->radio, &captured->model, captured_imsi(phone),
               &captured->key);
    phone_camp(&captured->phones[phone], &captured->sites[phone == ATTACKER ? CAPTURED : HONEST].gnb);
}

static bool subscribe(struct captured *captured, enum captured_phone phone)
{
    const struct aka_key *key = &captured->key;
    struct store_subscriber subscriber;
    if (!store_subscriber_defaults(&subscriber, &captured->arena,
                                   captured->config->network.serving[0].slices[0], "internet") ||
        !store_supi_parse(captured_imsi(phone), subscriber.supi))
        return false;
    memcpy(subscriber.k, key->k, sizeof key->opc);
    memcpy(subscriber.op, key->opc, sizeof key->opc);
    subscriber.k_length = sizeof key->opc;
    subscriber.op_is_derived = true;
    return store_subscriber_add(captured->store, &subscriber) == STORE_OK;
}

static void make_phones(struct captured *captured)
{
    captured->key =
        (struct aka_key){.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8, .k = {1}, .opc = {2}};
    for (unsigned i = 0; i < PHONES; i++) {
        if (!subscribe(captured, i))
            abort();
        make_phone(captured, i);
    }
    store_commit(captured->store);
}

/* --- The edges --- */

static void greet(struct site *site)
{
    const char *name = site == &site->captured->sites[HONEST] ? "one" : "two", *why;
    uint8_t room[64];
    struct writer w = writer_of(room, sizeof room);
    site->edge = (struct gate_edge){.gate = &site->captured->gate};
    snprintf(site->edge.name, sizeof site->edge.name, "%s", name);
    if (!wicket_encode(&w, &(struct wicket_message){.kind = WICKET_HELLO,
                                                    .version = WICKET_VERSION,
                                                    .tables = ngap_description_version,
                                                    .body = bytes_of(name, strlen(name))}) ||
        !gate_heard(&site->edge, writer_bytes(&w), &why))
        abort();
}

static void come_up(struct site *site)
{
    uint8_t room[64];
    struct writer w = writer_of(room, sizeof room);
    struct wicket_message message = {.kind = WICKET_UP, .association = site->association};
    address_parse(&message.peer, "10.9.0.1", 38412);
    if (wicket_encode(&w, &message))
        say(site, writer_bytes(&w));
}

void captured_replaced(struct captured *captured)
{
    struct site *site = &captured->sites[CAPTURED];
    gate_edge_gone(&site->edge, "cut off");
    ran_gnb_lost(&site->gnb);
    greet(site);
}

void captured_connects(struct captured *captured)
{
    struct site *site = &captured->sites[CAPTURED];
    come_up(site);
    ran_gnb_setup(&site->gnb);
    deliver_all(captured);
}

void captured_forgets(struct captured *captured)
{
    struct phone *phone = &captured->phones[ATTACKER];
    phone_free(phone);
    make_phone(captured, ATTACKER);
}

void captured_says(struct captured *captured, struct bytes message)
{
    say(&captured->sites[CAPTURED], message);
    deliver_all(captured);
}

uint64_t captured_association(const struct captured *captured, enum captured_name name)
{
    if (name == OF_THE_VICTIM)
        return captured->sites[HONEST].association;
    return name == OF_NOBODY ? 99 : captured->sites[CAPTURED].association + name;
}

/* --- Seeing --- */

static uint64_t mix(uint64_t digest, uint64_t value)
{
    return (digest ^ value) * 0x9e3779b97f4a7c15;
}

uint64_t captured_digest(struct captured *captured)
{
    uint64_t digest = 1;
    for (unsigned i = VICTIM_CONNECTED; i <= VICTIM_IDLE; i++)
        digest = mix(digest, inside_digest(captured->core, supi_of_text(captured_imsi(i))));
    const struct site *honest = &captured->sites[HONEST];
    digest = mix(digest, gate_owner(&captured->gate, honest->association) == &honest->edge);
    return mix(digest, honest->gnb.ready);
}

bool captured_newcomer(struct captured *captured)
{
    struct phone *phone = &captured->phones[NEWCOMER];
    phone_register(phone, NAS_INITIAL_REGISTRATION);
    captured_pass(captured, MILLISECONDS(10));
    const bool registered = phone->state == PHONE_ON;
    phone_deregister(phone, true);
    captured_pass(captured, MILLISECONDS(10));
    return registered;
}

/* --- Beginning and end --- */

static bool make_core(struct captured *captured)
{
    const char *why;
    captured->core = core_new(
        (struct core_settings){
            .config = captured->config,
            .store = captured->store,
            .timers = &captured->timers,
            .random = &captured->random.random,
            .wall = SECONDS(1800000000),
            .ports = {.context = captured, .ngap = core_says, .close = core_closes, .pfcp = core_sends_pfcp}},
        &why);
    gate_init(&captured->gate, captured->core, 1);
    return captured->core;
}

static bool make_plane(struct captured *captured)
{
    const struct config_dnn *dnn = &captured->config->smf.dnns[0];
    struct pfcp_ip n4 = {.has_v4 = true};
    captured->network = (struct network){
        .name = dnn->name, .pool_v4 = dnn->ipv4, .gateway_v4 = dnn->ipv4_gateway, .mtu = (uint16_t)dnn->mtu};
    if (!plane_init(&captured->plane, &captured->network, 1, 1, 7))
        return false;
    captured->plane.policy =
        (struct policy){.tunnel_mtu = 1400, .buffer_per_session = 16, .buffer_total = 64, .gnbs = 8};
    captured->plane.n3_v4.family = AF_INET;
    memcpy(captured->plane.n3_v4.address, &captured->config->planes[0].n3[0].v4.sin_addr, 4);
    memcpy(n4.v4, &captured->config->planes[0].n4.v4.sin_addr, 4);
    captured->agent = agent_new(&(struct agent_settings){.plane = &captured->plane,
                                                         .timers = &captured->timers,
                                                         .node_id.ip = n4,
                                                         .n4 = n4,
                                                         .smfs = &captured->config->smf.n4,
                                                         .smf_count = 1,
                                                         .recovery_time_stamp = 1,
                                                         .t1 = MILLISECONDS(500),
                                                         .n1 = 3,
                                                         .random = agent_random,
                                                         .send_n4 = agent_says,
                                                         .send_n3 = no_user_packet,
                                                         .send_n6 = no_user_packet,
                                                         .context = captured});
    return captured->agent;
}

static void make_site(struct captured *captured, enum captured_site which)
{
    struct site *site = &captured->sites[which];
    struct ran_gnb_settings settings = {.id = which + 1,
                                        .plmn = captured->model.plmn,
                                        .tac = 1,
                                        .slice = captured->model.slice,
                                        .name = "gnb"};
    address_parse(&settings.address, which == HONEST ? "10.9.0.1" : "10.9.0.2", 2152);
    site->captured = captured;
    site->association = which == HONEST ? 0x1234567890abcdef : 1;
    ran_gnb_init(&site->gnb, &captured->radio, &settings);
    greet(site);
}

static void settle_victims(struct captured *captured)
{
    for (unsigned i = VICTIM_CONNECTED; i <= VICTIM_IDLE; i++) {
        phone_register(&captured->phones[i], NAS_INITIAL_REGISTRATION);
        captured_pass(captured, MILLISECONDS(10));
        phone_open_session(&captured->phones[i], 1, NULL, 0);
        captured_pass(captured, MILLISECONDS(10));
        if (!captured->phones[i].sessions[0].up)
            abort();
    }
    ran_gnb_release_request(captured->phones[VICTIM_IDLE].connection);
    captured_pass(captured, MILLISECONDS(10));
}

bool captured_open(struct captured *captured)
{
    struct config_error error;
    enum store_result result;
    const char *why;
    *captured = (struct captured){.last = &captured->first};
    timers_init(&captured->timers, SECONDS(1));
    arena_init(&captured->arena, 0);
    random_seed(&captured->random, 1);
    captured->radio = (struct radio){.timers = &captured->timers,
                                     .random = &captured->random.random,
                                     .ports = &radio_ports,
                                     .context = captured};
    arena_init(&captured->radio.scratch, 0);
    captured->model = lab_phone_model();
    captured->config = lab_config(yaml, inventory, &error);
    captured->store = store_open(
        (struct store_settings){.path = ":memory:", .sync = CONFIG_SYNC_OFF, .busy_ms = 1}, &result, &why);
    if (!captured->config || !captured->store || !make_core(captured) || !make_plane(captured))
        return false;
    agent_start(captured->agent);
    captured_pass(captured, SECONDS(1));
    for (unsigned i = 0; i < SITES; i++)
        make_site(captured, i);
    make_phones(captured);
    come_up(&captured->sites[HONEST]);
    ran_gnb_setup(&captured->sites[HONEST].gnb);
    deliver_all(captured);
    settle_victims(captured);
    return true;
}

void captured_close(struct captured *captured)
{
    for (unsigned i = 0; i < PHONES; i++)
        phone_free(&captured->phones[i]);
    for (unsigned i = 0; i < SITES; i++)
        ran_gnb_free(&captured->sites[i].gnb);
    gate_free(&captured->gate);
    core_free(captured->core);
    agent_free(captured->agent);
    plane_free(&captured->plane);
    while (captured->first) {
        struct captured_letter *letter = captured->first;
        captured->first = letter->next;
        free(letter);
    }
    store_close(captured->store);
    config_free(captured->config);
    arena_free(&captured->arena);
    arena_free(&captured->radio.scratch);
    timers_free(&captured->timers);
}
