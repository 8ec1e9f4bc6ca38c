/* SPDX-License-Identifier: Apache-2.0 */
#include "duo.h"

#include <stdlib.h>

#include "../lab_config.h"
#include "core/smf/smf.h"

enum { AIR_BYTES = 32 * 1024, ASSOCIATION = 100, NEIGHBOUR, DELAY_US = 100 };

enum place { TO_CORE, TO_GNB, TO_AGENT, TO_SMF, TO_PLANE, TO_CELL, TO_SERVER, TO_CLIENT };

/* Something on its way to one of the sides. */
struct parcel {
    struct timer timer;
    struct parcel *next, *previous;
    struct side *side;
    enum place place;
    uint64_t token;       /* of SBI; or the association, of NGAP */
    struct ran_gnb *cell; /* of N3: who sends, or who is to have it */
    bool nothing;         /* no response */
    struct sbi_message message;
    char path[SBI_TEXT_BYTES], type[SBI_TEXT_BYTES];
    size_t length;
    uint8_t bytes[];
};

/* --- parcels --- */

static void parcel_free(struct parcel *parcel)
{
    struct duo *duo = parcel->side->duo;
    if (parcel->previous)
        parcel->previous->next = parcel->next;
    else
        duo->parcels = parcel->next;
    if (parcel->next)
        parcel->next->previous = parcel->previous;
    timer_stop(&duo->timers, &parcel->timer);
    free(parcel);
}

static void deliver(struct timer *timer);

static struct parcel *post(struct side *side, enum place place, struct bytes bytes)
{
    struct duo *duo = side->duo;
    struct parcel *parcel = calloc(1, sizeof *parcel + bytes.len);
    assert_non_null(parcel);
    parcel->side = side;
    parcel->place = place;
    parcel->length = bytes.len;
    parcel->timer.fire = deliver;
    if (bytes.len)
        memcpy(parcel->bytes, bytes.data, bytes.len);
    parcel->next = duo->parcels;
    if (parcel->next)
        parcel->next->previous = parcel;
    duo->parcels = parcel;
    timer_start(&duo->timers, &parcel->timer, (int64_t)DELAY_US * 1000);
    return parcel;
}

static void post_message(struct side *side, enum place place, uint64_t token,
                         const struct sbi_message *message)
{
    struct parcel *parcel = post(side, place, message ? message->body : (struct bytes){0});
    parcel->token = token;
    parcel->nothing = !message;
    if (!message)
        return;
    parcel->message = *message;
    snprintf(parcel->path, sizeof parcel->path, "%s", message->path);
    snprintf(parcel->type, sizeof parcel->type, "%s", message->type);
    parcel->message.path = parcel->path;
    parcel->message.type = parcel->type;
    parcel->message.location = "";
    parcel->message.body = bytes_of(parcel->bytes, parcel->length);
}

static struct side *other(const struct side *side)
{
    return &side->duo->sides[1 - side->number];
}

/* --- N3 and N6 --- */

static void to_cells(struct side *side, const union socket_address *to, struct bytes packet)
{
    for (struct ran_gnb *cell = side->duo->radio.gnbs; cell; cell = cell->next) {
        if (address_same_host(&cell->settings.address, to))
            post(side, TO_CELL, packet)->cell = cell;
    }
}

static void to_n3(void *context, struct packet *packet)
{
    to_cells(context, &packet->to, bytes_of(packet->data, packet->length));
}

static void from_n6(struct side *side, struct packet *packet)
{
    if (path_downlink(&side->plane, &side->plane.lanes[0], &side->network, packet) == PATH_TO_N3)
        to_n3(side, packet);
}

static void to_n6(void *context, struct packet *packet)
{
    uint8_t source[4];
    if (packet->length < 20)
        return;
    memcpy(source, packet->data + 12, 4);
    memcpy(packet->data + 12, packet->data + 16, 4);
    memcpy(packet->data + 16, source, 4);
    from_n6(context, packet);
}

static void uplink(struct side *side, const struct parcel *parcel)
{
    uint8_t room[PATH_HEADROOM + 4096];
    struct packet packet = {.data = room + PATH_HEADROOM,
                            .length = parcel->length,
                            .end = room + sizeof room,
                            .now = side->duo->timers.now};
    union socket_address from = parcel->cell->settings.address;
    memcpy(packet.data, parcel->bytes, parcel->length);
    enum verdict verdict = path_uplink(&side->plane, &side->plane.lanes[0], &from, &packet);
    if (verdict == PATH_TO_N6)
        to_n6(side, &packet);
    else if (verdict == PATH_TO_N3)
        to_n3(side, &packet);
}

/* --- delivery --- */

static void to_core(struct side *side, const struct parcel *parcel)
{
    struct ngap_pdu pdu;
    arena_reset(&side->duo->arena);
    assert_true(ngap_decode(bytes_of(parcel->bytes, parcel->length), &side->duo->arena, NGAP_STRICT_ORDER,
                            &pdu) <= NGAP_NOTIFY);
    if (side->duo->air)
        side->duo->air(side->duo, side->number, &pdu);
    core_ngap(side->core, parcel->token, 1, &pdu);
}

static void to_server(struct side *side, struct parcel *parcel)
{
    if (side->duo->cut || !side->core)
        post_message(other(side), TO_CLIENT, parcel->token, NULL);
    else
        core_sbi_request(side->core, 0, parcel->token, &parcel->message);
}

static void hand_over(struct parcel *parcel)
{
    struct side *side = parcel->side;
    struct bytes bytes = bytes_of(parcel->bytes, parcel->length);
    union socket_address own = side->config->smf.n4, plane = side->config->planes[0].n4;
    switch (parcel->place) {
    case TO_CORE:
        to_core(side, parcel);
        break;
    case TO_GNB:
        ran_gnb_on_ngap(parcel->token == NEIGHBOUR ? &side->neighbour : &side->gnb, bytes);
        break;
    case TO_AGENT:
        agent_receive(side->agent, &own, bytes);
        break;
    case TO_SMF:
        core_pfcp(side->core, &plane, bytes);
        break;
    case TO_PLANE:
        uplink(side, parcel);
        break;
    case TO_CELL:
        ran_gnb_on_n3(parcel->cell, &side->config->planes[0].n3[0], bytes);
        break;
    case TO_SERVER:
        to_server(side, parcel);
        break;
    case TO_CLIENT:
        core_sbi_response(side->core, parcel->token, parcel->nothing ? NULL : &parcel->message);
        break;
    }
}

static void deliver(struct timer *timer)
{
    struct parcel *parcel = (struct parcel *)((char *)timer - offsetof(struct parcel, timer));
    hand_over(parcel);
    parcel_free(parcel);
}

void duo_pass(struct duo *duo, int64_t time)
{
    int64_t end = duo->timers.now + time;
    while (timers_next(&duo->timers) <= end) {
        timers_run(&duo->timers, timers_next(&duo->timers));
        for (unsigned i = 0; i < 2; i++) {
            agent_poll(duo->sides[i].agent);
            core_settle(duo->sides[i].core);
        }
    }
    timers_run(&duo->timers, end);
}

/* --- ports of a core and its plane --- */

static void core_says(void *context, uint64_t association, uint16_t stream, struct bytes flat)
{
    struct side *side = context;
    uint8_t air[AIR_BYTES];
    struct writer writer = writer_of(air, sizeof air);
    struct ngap_pdu pdu;
    struct fault fault = {0};
    (void)stream;
    arena_reset(&side->duo->arena);
    assert_true(ngap_unflatten(flat, &side->duo->arena, &pdu, &fault));
    if (side->duo->air)
        side->duo->air(side->duo, side->number, &pdu);
    assert_true(ngap_encode(&writer, pdu.message, pdu.value.any, &fault));
    post(side, TO_GNB, writer_bytes(&writer))->token = association;
}

static void core_closes(void *context, uint64_t association)
{
    (void)context, (void)association;
}

static void core_sends_pfcp(void *context, const union socket_address *peer, struct bytes datagram)
{
    (void)peer;
    post(context, TO_AGENT, datagram);
}

static void core_asks(void *context, unsigned peer, uint64_t token, const struct sbi_message *request)
{
    struct side *side = context;
    assert_int_equal(peer, 0);
    other(side)->requests++;
    snprintf(side->duo->last_path, sizeof side->duo->last_path, "%s", request->path);
    post_message(other(side), TO_SERVER, token, request);
}

static void core_answers(void *context, uint64_t token, const struct sbi_message *response)
{
    struct side *side = context;
    struct duo *duo = side->duo;
    struct sbi_message told = *response;
    duo->status = response->status;
    if (duo->spoil)
        duo->spoil(duo, &told);
    if (token < UINT32_MAX)
        post_message(other(side), TO_CLIENT, token, duo->cut ? NULL : &told);
}

static void agent_says(void *context, const union socket_address *to, struct bytes message)
{
    (void)to;
    post(context, TO_SMF, message);
}

static uint64_t agent_random(void *context)
{
    struct side *side = context;
    return random_u64(&side->duo->random.random);
}

/* --- ports of the radio --- */

static struct side *side_of(struct duo *duo, const struct ran_gnb *gnb)
{
    const struct side *first = &duo->sides[0];
    return gnb == &first->gnb || gnb == &first->neighbour ? &duo->sides[0] : &duo->sides[1];
}

static uint64_t association_of(const struct side *side, const struct ran_gnb *gnb)
{
    return gnb == &side->neighbour ? NEIGHBOUR : ASSOCIATION;
}

static void gnb_says(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    (void)stream;
    struct side *side = side_of(context, gnb);
    post(side, TO_CORE, message)->token = association_of(side, gnb);
}

static void gnb_sends_packet(void *context, struct ran_gnb *gnb, const union socket_address *upf,
                             struct bytes packet)
{
    struct duo *duo = context;
    for (unsigned i = 0; i < 2; i++) {
        if (address_same_host(upf, &duo->sides[i].config->planes[0].n3[0]))
            post(&duo->sides[i], TO_PLANE, packet)->cell = gnb;
    }
    to_cells(side_of(duo, gnb), upf, packet);
}

static void phone_receives(void *context, struct phone *phone, struct phone_session *session,
                           struct bytes packet)
{
    struct duo *duo = context;
    (void)phone, (void)session, (void)packet;
    duo->answers++;
}

static void phone_happened(void *context, struct phone *phone, enum phone_event event,
                           struct phone_session *session, uint8_t cause)
{
    struct duo *duo = context;
    (void)phone, (void)session, (void)cause;
    duo->events[event]++;
}

static void gnb_answered(void *context, struct ran_gnb *gnb, bool accepted)
{
    (void)context, (void)gnb;
    assert_true(accepted);
}

static void nas_seen(void *context, struct phone *phone, bool up, const struct nas_message *message)
{
    struct duo *duo = context;
    const struct nas_service_accept *accept = &message->service_accept;
    (void)phone;
    if (up)
        return;
    duo->heard[message->type]++;
    if (message->type != NAS_SERVICE_ACCEPT)
        return;
    duo->not_reactivated = accept->has.reactivation_result ? accept->reactivation_result : 0;
    duo->reactivation_cause =
        accept->has.reactivation_causes ? accept->reactivation_causes.items[0].cause : 0;
}

static const struct radio_ports radio_ports = {
    .ngap = gnb_says,
    .n3 = gnb_sends_packet,
    .packet = phone_receives,
    .event = phone_happened,
    .gnb_ready = gnb_answered,
    .saw_nas = nas_seen,
};

/* --- beginning and end --- */

static const uint8_t k[16] = {1, 2, 3}, opc[16] = {4, 5, 6};

static void subscribe(struct side *side)
{
    struct store_subscriber subscriber;
    assert_true(store_subscriber_defaults(&subscriber, &side->duo->arena,
                                          (struct config_slice){1, CONFIG_NO_SD}, "internet"));
    assert_true(store_supi_parse("999700000000001", subscriber.supi));
    subscriber.k_length = 16;
    memcpy(subscriber.k, k, sizeof k);
    memcpy(subscriber.op, opc, sizeof opc);
    subscriber.op_is_derived = true;
    assert_int_equal(store_subscriber_add(side->store, &subscriber), STORE_OK);
    assert_int_equal(store_commit(side->store), STORE_OK);
}

static void start_core(struct side *side)
{
    const char *why = NULL;
    side->core = core_new(
        (struct core_settings){
            .config = side->config,
            .store = side->store,
            .timers = &side->duo->timers,
            .random = &side->duo->random.random,
            .wall = INT64_C(1800000000) * SECONDS(1) + side->duo->timers.now,
            .ports = {.context = side,
                      .ngap = core_says,
                      .close = core_closes,
                      .pfcp = core_sends_pfcp,
                      .sbi_request = core_asks,
                      .sbi_response = core_answers},
        },
        &why);
    if (!side->core)
        fail_msg("%s", why);
}

static void start_plane(struct side *side)
{
    const struct config_dnn *dnn = &side->config->smf.dnns[0];
    struct pfcp_ip n4 = {.has_v4 = true};
    side->network = (struct network){
        .name = dnn->name, .pool_v4 = dnn->ipv4, .gateway_v4 = dnn->ipv4_gateway, .mtu = (uint16_t)dnn->mtu};
    assert_true(plane_init(&side->plane, &side->network, 1, 1, 7));
    side->plane.policy =
        (struct policy){.tunnel_mtu = 1400, .buffer_per_session = 16, .buffer_total = 64, .gnbs = 8};
    side->plane.n3_v4.family = AF_INET;
    memcpy(side->plane.n3_v4.address, &side->config->planes[0].n3[0].v4.sin_addr, 4);
    memcpy(n4.v4, &side->config->planes[0].n4.v4.sin_addr, 4);
    side->agent = agent_new(&(struct agent_settings){.plane = &side->plane,
                                                     .timers = &side->duo->timers,
                                                     .node_id.ip = n4,
                                                     .n4 = n4,
                                                     .smfs = &side->config->smf.n4,
                                                     .smf_count = 1,
                                                     .recovery_time_stamp = 1,
                                                     .t1 = MILLISECONDS(500),
                                                     .n1 = 3,
                                                     .heartbeat = SECONDS(2),
                                                     .random = agent_random,
                                                     .send_n4 = agent_says,
                                                     .send_n3 = to_n3,
                                                     .send_n6 = to_n6,
                                                     .context = side});
    assert_non_null(side->agent);
    agent_start(side->agent);
}

static void start_gnb(struct side *side, struct ran_gnb *gnb)
{
    uint64_t association = association_of(side, gnb);
    struct ran_gnb_settings settings = {.id = side->number + 1 + 2 * (association - ASSOCIATION),
                                        .plmn = side->duo->model.plmn,
                                        .tac = 1,
                                        .slice = side->duo->model.slice,
                                        .name = "gnb"};
    char address[16];
    snprintf(address, sizeof address, "10.9.0.%u", settings.id);
    address_parse(&settings.address, address, 2152);
    ran_gnb_init(gnb, &side->duo->radio, &settings);
    core_association_up(side->core, association, &(struct core_peer){.edge = "test"});
    ran_gnb_setup(gnb);
}

void duo_add_neighbour(struct duo *duo, unsigned number)
{
    struct side *side = &duo->sides[number];
    start_gnb(side, &side->neighbour);
    side->has_neighbour = true;
    duo_pass(duo, SECONDS(1));
    assert_true(side->neighbour.ready);
}

static const char *const yaml[2] = {
    "network: {amf_pointer: 0}\n"
    "sbi: {listen: 10.0.0.1}\n"
    "peers: [{name: b, address: 10.0.0.2, amf_pointer: 1, tacs: [1]%s}]\n",
    "network: {amf_pointer: 1%s}\n"
    "sbi: {listen: 10.0.0.2}\n"
    "peers: [{name: a, address: 10.0.0.1, amf_pointer: 0, tacs: [1], slices: [{sst: 2}]}]\n"
    "data_networks: [{name: internet, type: ipv4, ipv4: 10.55.0.0/16}]\n"
    "planes: [{name: default, n4: 127.0.1.7, n3: [127.0.1.7]}]\n",
};

static struct config *config_of(unsigned number, const char *more, const char *rest, const char *inventory)
{
    struct config_error error;
    char text[1000];
    const int length = snprintf(text, sizeof text, yaml[number], more);
    snprintf(text + length, sizeof text - (size_t)length, "%s", rest);
    struct config *config = lab_config(text, inventory, &error);
    if (!config)
        fail_msg("%s", error.text);
    return config;
}

void duo_configure(struct duo *duo, unsigned number, const char *rest, const char *inventory)
{
    struct side *side = &duo->sides[number];
    struct config *former = side->config;
    const char *why;
    side->config = config_of(number, "", rest, inventory);
    assert_true(core_reload(side->core, side->config, &why));
    side->network.name = side->config->smf.dnns[0].name;
    config_free(former);
    duo_pass(duo, SECONDS(1));
}

void duo_draw_line(struct duo *duo, unsigned number, const char *inventory)
{
    duo_configure(duo, number, "", inventory);
}

static void open_side(struct duo *duo, unsigned number, const char *more)
{
    struct side *side = &duo->sides[number];
    enum store_result result;
    const char *why;
    *side = (struct side){.duo = duo, .number = number, .config = config_of(number, more, "", NULL)};
    side->store = store_open((struct store_settings){.path = ":memory:"}, &result, &why);
    assert_non_null(side->store);
    subscribe(side);
    start_plane(side);
    start_core(side);
    start_gnb(side, &side->gnb);
}

void duo_open(struct duo *duo, const char *peer)
{
    duo_open_apart(duo, peer, "");
}

static struct duo *duo_now;

void duo_open_apart(struct duo *duo, const char *peer, const char *network)
{
    duo_now = duo;
    struct aka_key key = {.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8};
    *duo = (struct duo){0};
    timers_init(&duo->timers, SECONDS(1));
    random_seed(&duo->random, 7);
    arena_init(&duo->arena, 0);
    duo->radio = (struct radio){
        .timers = &duo->timers, .random = &duo->random.random, .ports = &radio_ports, .context = duo};
    arena_init(&duo->radio.scratch, 0);
    duo->model = (struct phone_model){.plmn = {{0x99, 0xf9, 0x07}},
                                      .slice = {.sst = 1, .sd = NAS_NO_SD},
                                      .dnn = "internet",
                                      .session_type = NAS_SESSION_IPV4,
                                      .ea = 0xf0,
                                      .ia = 0x70};
    for (unsigned i = 0; i < 2; i++)
        open_side(duo, i, i ? network : peer);
    memcpy(key.k, k, sizeof k);
    memcpy(key.opc, opc, sizeof opc);
    phone_init(&duo->phone, &duo->radio, &duo->model, "999700000000001", &key);
    duo_pass(duo, SECONDS(3));
    phone_camp(&duo->phone, &duo->sides[0].gnb);
}

void duo_close(struct duo *duo)
{
    while (duo->parcels)
        parcel_free(duo->parcels);
    phone_free(&duo->phone);
    for (unsigned i = 0; i < 2; i++) {
        struct side *side = &duo->sides[i];
        ran_gnb_free(&side->gnb);
        if (side->has_neighbour)
            ran_gnb_free(&side->neighbour);
        core_free(side->core);
        agent_free(side->agent);
        plane_free(&side->plane);
        store_close(side->store);
        config_free(side->config);
    }
    while (duo->parcels)
        parcel_free(duo->parcels);
    arena_free(&duo->arena);
    arena_free(&duo->radio.scratch);
    timers_free(&duo->timers);
}

int duo_tear_down(void **state)
{
    (void)state;
    assert_int_equal(duo_now->events[PHONE_KEYS_DIFFER], 0);
    duo_close(duo_now);
    return 0;
}

/* --- what happens --- */

struct ue *duo_ue(struct duo *duo, unsigned side)
{
    return amf_find(duo->sides[side].core, supi_of_text(duo->phone.imsi));
}

uint64_t duo_association(struct duo *duo, const struct ran_gnb *gnb)
{
    return association_of(side_of(duo, gnb), gnb);
}

static void associate_anew(struct side *side, struct ran_gnb *gnb)
{
    core_association_up(side->core, association_of(side, gnb), &(struct core_peer){.edge = "test"});
    ran_gnb_lost(gnb);
    ran_gnb_setup(gnb);
}

void duo_associate_anew(struct duo *duo, struct ran_gnb *gnb)
{
    associate_anew(side_of(duo, gnb), gnb);
    duo_pass(duo, SECONDS(1));
    assert_true(gnb->ready);
}

void duo_restart(struct duo *duo, unsigned number)
{
    struct side *side = &duo->sides[number];
    core_free(side->core);
    store_rollback(side->store);
    start_core(side);
    associate_anew(side, &side->gnb);
    if (side->has_neighbour)
        associate_anew(side, &side->neighbour);
    duo_pass(duo, SECONDS(8));
}

void duo_begin(struct duo *duo)
{
    phone_register(&duo->phone, NAS_INITIAL_REGISTRATION);
    duo_pass(duo, SECONDS(1));
    assert_int_equal(duo->phone.state, PHONE_ON);
    phone_open_session(&duo->phone, 1, NULL, 0);
    duo_pass(duo, SECONDS(1));
    assert_true(duo->phone.sessions[0].up);
    assert_true(duo_ping(duo));
}

static void write_packet(uint8_t packet[40], uint32_t from, uint32_t to)
{
    const uint8_t header[] = {0x45, 0, 0, 40, 0, 0, 0, 0, 64, 17};
    struct writer w = writer_of(packet, 40);
    memset(packet, 0, 40);
    write_bytes(&w, BYTES(header));
    write_u16(&w, 0);
    write_u32(&w, from);
    write_u32(&w, to);
}

bool duo_ping(struct duo *duo)
{
    struct phone_session *session = phone_session(&duo->phone, 1);
    uint8_t packet[40];
    unsigned before = duo->answers;
    if (!session || !session->ipv4)
        return false;
    write_packet(packet, session->ipv4, 0xc0000201);
    phone_send_packet(&duo->phone, session, BYTES(packet));
    duo_pass(duo, SECONDS(1));
    if (duo->answers == before) { /* it was idle: the packet has woken it, the next one goes through */
        phone_send_packet(&duo->phone, session, BYTES(packet));
        duo_pass(duo, SECONDS(1));
    }
    return duo->answers > before;
}

void duo_downlink_now(struct duo *duo, unsigned side)
{
    uint8_t room[PATH_HEADROOM + 2048] = {0};
    struct packet packet = {
        .data = room + PATH_HEADROOM, .length = 40, .end = room + sizeof room, .now = duo->timers.now};
    write_packet(packet.data, 0xc0000201, phone_session(&duo->phone, 1)->ipv4);
    from_n6(&duo->sides[side], &packet);
}

void duo_downlink(struct duo *duo, unsigned side)
{
    duo_downlink_now(duo, side);
    duo_pass(duo, SECONDS(1));
}

void duo_rest(struct duo *duo)
{
    if (duo->phone.connection)
        ran_gnb_release_request(duo->phone.connection);
    duo_pass(duo, SECONDS(1));
    assert_null(duo->phone.connection);
}

void duo_move(struct duo *duo, unsigned side)
{
    phone_camp(&duo->phone, &duo->sides[side].gnb);
    phone_register(&duo->phone, NAS_MOBILITY_REGISTRATION);
    duo_pass(duo, SECONDS(2));
}

static unsigned ask(struct duo *duo, unsigned side, enum sbi_method method, const char *path,
                    const char *type, const char *body)
{
    const struct sbi_message request = {.method = method,
                                        .path = path,
                                        .type = type,
                                        .location = "",
                                        .body = {(const uint8_t *)body, strlen(body)}};
    duo->status = 0;
    core_sbi_request(duo->sides[side].core, 0, UINT64_MAX, &request);
    core_settle(duo->sides[side].core);
    return duo->status;
}

unsigned duo_ask(struct duo *duo, unsigned side, const char *path, const char *type, const char *body)
{
    return ask(duo, side, SBI_POST, path, type, body);
}

unsigned duo_put(struct duo *duo, unsigned side, const char *path, const char *type, const char *body)
{
    return ask(duo, side, SBI_PUT, path, type, body);
}
