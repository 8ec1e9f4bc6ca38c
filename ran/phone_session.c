/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated phone's PDU sessions (TS 24.501 clause 6, the UE's side) and the packets on them. */
#include <string.h>

#include "ran/phone.h"

#define T3580 SECONDS(16)
#define T3582 SECONDS(16)

enum {
    REPETITIONS = 4,
    IPV6_HEADER = 40,
    ICMPV6 = 58,
    ROUTER_SOLICITATION = 133,
    ROUTER_ADVERTISEMENT = 134
};
enum { OPTION_PREFIX = 3, OPTION_MTU = 5 };

struct phone_session *phone_session(struct phone *phone, uint8_t id)
{
    for (unsigned i = 0; id && i < PHONE_SESSIONS; i++)
        if (phone->sessions[i].id == id)
            return &phone->sessions[i];
    return NULL;
}

nas_session_set phone_session_set(const struct phone *phone)
{
    nas_session_set set = 0;
    for (unsigned i = 0; i < PHONE_SESSIONS; i++)
        if (phone->sessions[i].id)
            set |= (nas_session_set)(1u << phone->sessions[i].id);
    return set;
}

nas_session_set phone_sessions_up(const struct phone *phone)
{
    nas_session_set set = 0;
    for (unsigned i = 0; i < PHONE_SESSIONS; i++)
        if (phone->sessions[i].up)
            set |= (nas_session_set)(1u << phone->sessions[i].id);
    return set;
}

/* Wraps a 5GSM message into UL NAS TRANSPORT. */
static void say_gsm(struct phone *phone, const struct nas_message *inner, const char *dnn, bool establishing)
{
    uint8_t room[PHONE_NAS_BYTES];
    struct writer w = writer_of(room, sizeof room);
    struct nas_message outer = {.type = NAS_UL_NAS_TRANSPORT};
    struct nas_ul_nas_transport *transport = &outer.ul_nas_transport;
    if (!nas_encode(inner, &w))
        return;
    if (phone->radio->ports->saw_nas)
        phone->radio->ports->saw_nas(phone->radio->context, phone, true, inner);
    transport->payload_container_type = NAS_PAYLOAD_N1_SM;
    transport->payload_container = writer_bytes(&w);
    transport->pdu_session_id = inner->pdu_session_id;
    transport->has.pdu_session_id = true;
    if (establishing) {
        transport->request_type = NAS_REQUEST_INITIAL;
        transport->has.request_type = true;
        transport->s_nssai = phone->model->slice;
        transport->has.s_nssai = true;
        transport->dnn = dnn;
        transport->has.dnn = dnn != NULL;
    }
    phone_say(phone, &outer);
}

void phone_say_gsm(struct phone *phone, const struct nas_message *message)
{
    say_gsm(phone, message, NULL, false);
}

static void forget(struct phone_session *session)
{
    timer_stop(session->phone->radio->timers, &session->guard);
    *session = (struct phone_session){0};
}

static struct phone_session *free_place(struct phone *phone)
{
    for (unsigned i = 0; i < PHONE_SESSIONS; i++)
        if (!phone->sessions[i].id)
            return &phone->sessions[i];
    return NULL;
}

static void ask_for_options(struct nas_session_establishment_request *request, struct nas_pco_unit units[3])
{
    const bool ethernet = request->session_type == NAS_SESSION_ETHERNET;
    units[0] = (struct nas_pco_unit){.id = NAS_PCO_DNS_IPV4};
    units[1] = (struct nas_pco_unit){.id = NAS_PCO_DNS_IPV6};
    units[2] = (struct nas_pco_unit){.id = ethernet ? NAS_PCO_ETHERNET_MTU : NAS_PCO_IPV4_MTU};
    request->pco = (struct nas_pco){.items = units, .count = 3};
    request->has.pco = true;
}

static void ask_to_establish(struct phone_session *session)
{
    struct phone *phone = session->phone;
    struct nas_pco_unit units[3];
    struct nas_message message = {
        .type = NAS_SESSION_ESTABLISHMENT_REQUEST, .pdu_session_id = session->id, .pti = session->pti};
    struct nas_session_establishment_request *request = &message.session_establishment_request;
    request->integrity_rate = (struct nas_integrity_rate){0xff, 0xff};
    request->session_type = session->type;
    request->has.session_type = true;
    request->ssc_mode = 1;
    request->has.ssc_mode = true;
    ask_for_options(request, units);
    arena_reset(&phone->radio->scratch);
    say_gsm(phone, &message, session->dnn, true);
    timer_start(phone->radio->timers, &session->guard, T3580);
}

/* 6.4.1.6: four repetitions; whatever broke the connection in between, it takes a new one. */
static void guard_expired(struct timer *timer)
{
    struct phone_session *session =
        (struct phone_session *)((char *)timer - offsetof(struct phone_session, guard));
    struct phone *phone = session->phone;
    if (session->up || phone->state != PHONE_ON || session->repetitions == REPETITIONS) {
        phone_event(phone, session->up ? PHONE_SESSION_DOWN : PHONE_SESSION_FAILED, session, 0);
        forget(session);
    } else if (phone->secured) {
        session->repetitions++;
        ask_to_establish(session);
    } else {
        if (!phone->connection && phone->gnb->ready)
            phone_request_service(phone, NAS_SERVICE_SIGNALLING);
        timer_start(phone->radio->timers, &session->guard, SECONDS(1));
    }
}

struct phone_session *phone_open_session(struct phone *phone, uint8_t id, const char *dnn, uint8_t type)
{
    struct phone_session *session = phone_session(phone, id) ? NULL : free_place(phone);
    if (!session)
        return NULL;
    *session = (struct phone_session){.id = id,
                                      .pti = id,
                                      .type = type ? type : phone->model->session_type,
                                      .dnn = dnn ? dnn : phone->model->dnn,
                                      .phone = phone,
                                      .guard.fire = guard_expired};
    phone->began = phone->radio->timers->now;
    ask_to_establish(session);
    return session;
}

void phone_close_session(struct phone *phone, struct phone_session *session)
{
    arena_reset(&phone->radio->scratch);
    session->pti = (uint8_t)(session->id + PHONE_SESSIONS);
    say_gsm(phone,
            &(struct nas_message){
                .type = NAS_SESSION_RELEASE_REQUEST, .pdu_session_id = session->id, .pti = session->pti},
            NULL, false);
    timer_start(phone->radio->timers, &session->guard, T3582);
}

void phone_forget_sessions(struct phone *phone)
{
    for (unsigned i = 0; i < PHONE_SESSIONS; i++)
        if (phone->sessions[i].id) {
            phone_event(phone, PHONE_SESSION_DOWN, &phone->sessions[i], 0);
            forget(&phone->sessions[i]);
        }
}

void phone_keep_sessions(struct phone *phone, nas_session_set existing)
{
    for (unsigned i = 0; i < PHONE_SESSIONS; i++)
        if (phone->sessions[i].up && !(existing & 1u << phone->sessions[i].id)) {
            phone_event(phone, PHONE_SESSION_DOWN, &phone->sessions[i], 0);
            forget(&phone->sessions[i]);
        }
}

/* --- What the network says --- */

static uint32_t ipv4_value(const uint8_t octets[4])
{
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
}

static void take_options(struct phone_session *session, const struct nas_pco *pco)
{
    const struct nas_pco_unit *dns = nas_pco_find(pco, NAS_PCO_DNS_IPV4);
    const struct nas_pco_unit *mtu =
        nas_pco_find(pco, session->type == NAS_SESSION_ETHERNET ? NAS_PCO_ETHERNET_MTU : NAS_PCO_IPV4_MTU);
    if (dns && dns->content.len == 4)
        session->dns = ipv4_value(dns->content.data);
    if (mtu && mtu->content.len == 2)
        session->mtu = (uint16_t)(mtu->content.data[0] << 8 | mtu->content.data[1]);
}

/* Asks for the router advertisement that carries the prefix (TS 23.501 5.8.2.2.3, RFC 4861 4.1). */
static void solicit_router(struct phone_session *session)
{
    uint8_t packet[IPV6_HEADER + 8] = {
        0x60,       [5] = 8,     [6] = ICMPV6, [7] = 255, [8] = 0xfe,
        [9] = 0x80, [24] = 0xff, [25] = 2,     [39] = 2,  [40] = ROUTER_SOLICITATION};
    memcpy(packet + 16, session->ipv6_interface, 8);
    uint32_t sum = 8 + ICMPV6;
    for (unsigned i = 8; i < sizeof packet; i += 2)
        sum += (uint32_t)(packet[i] << 8 | packet[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16));
    packet[42] = (uint8_t)(sum >> 8);
    packet[43] = (uint8_t)sum;
    phone_send_packet(session->phone, session, BYTES(packet));
}

static void on_accept(struct phone *phone, struct phone_session *session,
                      const struct nas_session_establishment_accept *accept)
{
    const struct nas_pdu_address *address = &accept->pdu_address;
    timer_stop(phone->radio->timers, &session->guard);
    session->type = accept->session_type;
    session->up = true;
    if (accept->has.pdu_address && address->type != NAS_SESSION_IPV6)
        session->ipv4 = ipv4_value(address->ipv4);
    if (accept->has.pdu_address && address->type != NAS_SESSION_IPV4)
        memcpy(session->ipv6_interface, address->interface_id, 8);
    if (accept->has.pco)
        take_options(session, &accept->pco);
    phone_event(phone, PHONE_SESSION_UP, session, 0);
}

static void complete_release(struct phone *phone, struct phone_session *session, uint8_t pti)
{
    say_gsm(phone,
            &(struct nas_message){
                .type = NAS_SESSION_RELEASE_COMPLETE, .pdu_session_id = session->id, .pti = pti},
            NULL, false);
    phone_event(phone, PHONE_SESSION_DOWN, session, 0);
    forget(session);
}

static void complete_modification(struct phone *phone, const struct nas_message *command)
{
    say_gsm(phone,
            &(struct nas_message){.type = NAS_SESSION_MODIFICATION_COMPLETE,
                                  .pdu_session_id = command->pdu_session_id,
                                  .pti = command->pti},
            NULL, false);
}

void phone_on_gsm(struct phone *phone, const struct nas_message *message)
{
    struct phone_session *session = phone_session(phone, message->pdu_session_id);
    if (phone->radio->ports->saw_nas)
        phone->radio->ports->saw_nas(phone->radio->context, phone, false, message);
    if (!session)
        return;
    switch (message->type) {
    case NAS_SESSION_ESTABLISHMENT_ACCEPT:
        on_accept(phone, session, &message->session_establishment_accept);
        break;
    case NAS_SESSION_ESTABLISHMENT_REJECT:
        phone_event(phone, PHONE_SESSION_FAILED, session, message->session_establishment_reject.cause);
        forget(session);
        break;
    case NAS_SESSION_MODIFICATION_COMMAND:
        phone_on_flows(session, &message->session_modification_command);
        complete_modification(phone, message);
        break;
    case NAS_SESSION_MODIFICATION_REJECT:
        phone_event(phone, PHONE_FLOW_REFUSED, session, message->session_modification_reject.cause);
        break;
    case NAS_SESSION_RELEASE_COMMAND:
        complete_release(phone, session, message->pti);
        break;
    default:
        break;
    }
}

/* --- Packets --- */

void phone_on_user_plane(struct phone *phone, uint8_t pdu_session_id)
{
    struct phone_session *session = phone_session(phone, pdu_session_id);
    if (!session || !session->up)
        return;
    phone_event(phone, PHONE_USER_PLANE_UP, session, 0);
    if (!phone_session_is_ready(session))
        solicit_router(session);
}

bool phone_send_packet(struct phone *phone, struct phone_session *session, struct bytes packet)
{
    if (phone->connection && ran_gnb_uplink_packet(phone->connection, session->id, packet))
        return true;
    if (phone->state == PHONE_ON && !timer_armed(&phone->guard))
        phone_request_service(phone, NAS_SERVICE_DATA);
    return false;
}

static bool is_router_advertisement(struct bytes packet)
{
    return packet.len >= IPV6_HEADER + 16 && packet.data[0] >> 4 == 6 && packet.data[6] == ICMPV6 &&
           packet.data[IPV6_HEADER] == ROUTER_ADVERTISEMENT;
}

static void on_router_advertisement(struct phone_session *session, struct bytes packet)
{
    struct reader r = reader_of(packet);
    bool had_prefix = session->has_prefix;
    read_bytes(&r, IPV6_HEADER + 16);
    while (reader_ok(&r) && reader_left(&r) >= 8) {
        size_t length = 8u * r.at[1];
        struct bytes option = read_bytes(&r, length ? length : SIZE_MAX);
        if (option.len >= 32 && option.data[0] == OPTION_PREFIX && option.data[2] == 64) {
            memcpy(session->ipv6_prefix, option.data + 16, 8);
            session->has_prefix = true;
        }
        if (option.len >= 8 && option.data[0] == OPTION_MTU && !session->mtu)
            session->mtu = (uint16_t)(option.data[6] << 8 | option.data[7]);
    }
    if (session->has_prefix && !had_prefix)
        phone_event(session->phone, PHONE_USER_PLANE_UP, session, 0);
}

void phone_on_packet(struct phone *phone, uint8_t pdu_session_id, struct bytes packet)
{
    struct phone_session *session = phone_session(phone, pdu_session_id);
    if (!session || !session->up)
        return;
    session->packets++;
    session->bytes += packet.len;
    if (session->type != NAS_SESSION_ETHERNET && is_router_advertisement(packet))
        on_router_advertisement(session, packet);
    else
        phone->radio->ports->packet(phone->radio->context, phone, session, packet);
}
