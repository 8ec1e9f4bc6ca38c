/* SPDX-License-Identifier: Apache-2.0 */
/* Classes 33 to 36: packets on N3 that are not the attacker's to send, and N4 where it has no business. */
#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#include "ran/hostile_attack.h"
#include "ran/ping.h"
#include "wire/gtpu/gtpu.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { SESSION = 1, PACKET_ROOM = 1500, LONGEST_CHAIN = 150, MOMENT_MS = 5, ANSWER_MS = 20, IP_HEADER = 20 };

/* --- Tunnels, the attacker's own and a victim's --- */

static const struct ran_gnb_tunnel *own_tunnel(struct attack *attack)
{
    attack_own_with_session(attack);
    return attack_tunnel_of(attack->phone.connection);
}

static uint32_t address_of(struct phone *phone)
{
    const struct phone_session *session = phone_session(phone, SESSION);
    return session ? session->ipv4 : 0;
}

static void emit(struct attack *attack, struct bytes packet)
{
    const union socket_address *upf = &attack_victims_tunnel(attack)->upf;
    size_t kept = packet.len < sizeof attack->latest ? packet.len : sizeof attack->latest;
    memcpy(attack->latest, packet.data, kept);
    attack->latest_length = kept;
    if (upf->any.sa_family)
        attack->ports.n3(attack, &attack->station->gnb, upf, packet);
}

static void emit_in_tunnel(struct attack *attack, uint32_t teid, struct bytes inner)
{
    uint8_t packet[PACKET_ROOM];
    if (inner.len + GTPU_HEADER_CONTAINER > sizeof packet)
        return;
    size_t header = gtpu_g_pdu_header(packet, teid, GTPU_UPLINK, 1, false, inner.len);
    memcpy(packet + header, inner.data, inner.len);
    emit(attack, bytes_of(packet, header + inner.len));
}

static void ping_through(struct attack *attack, uint32_t teid, uint32_t from, uint32_t to)
{
    uint8_t packet[PING_BYTES];
    ping_write(packet, (struct ping){.from = from, .to = to, .sequence = 0x6666});
    emit_in_tunnel(attack, teid, BYTES(packet));
}

static void let_it_work(struct attack *attack)
{
    waiter_rest(&attack->waiter, MILLISECONDS(MOMENT_MS));
}

/* --- 33 --- */

static void scan(struct attack *attack, uint32_t first, uint32_t step, unsigned count)
{
    uint32_t victim = address_of(&attack->victims[0].phone);
    for (unsigned i = 0; i < count; i++) {
        ping_through(attack, first + i * step, victim, (victim & 0xffff0000) | 1);
        if (i % 64 == 63)
            let_it_work(attack);
    }
}

static void say_without_content(struct attack *attack, uint8_t type, uint32_t teid)
{
    uint8_t packet[GTPU_HEADER_BYTES] = {0x30, type};
    struct writer w = writer_of(packet + 4, 4);
    write_u32(&w, teid);
    emit(attack, BYTES(packet));
}

static void forge_error(struct attack *attack, uint32_t teid, const union socket_address *peer)
{
    uint8_t packet[32] = {0x30, GTPU_ERROR_INDICATION, 0, 12};
    struct writer w = writer_of(packet + 8, sizeof packet - 8);
    write_u8(&w, 16); /* TEID Data I */
    write_u32(&w, teid);
    write_u8(&w, 133); /* GTP-U Peer Address */
    write_u16(&w, 4);
    write_bytes(&w, bytes_of(&peer->v4.sin_addr, 4));
    emit(attack, BYTES(packet));
}

void hostile_forged_packets(struct attack *attack)
{
    if (attack_variant(attack, "packets into a victim's tunnel from another gNB"))
        scan(attack, attack_victims_tunnel(attack)->uplink_teid, 0, 64);
    for (unsigned bit = 0; bit < 32; bit++)
        if (attack_variant(attack, "TEIDs around a victim's, from bit %u on", bit))
            scan(attack, attack_victims_tunnel(attack)->uplink_teid + 1, 1U << bit, 64);
    if (attack_variant(attack, "the first thousand TEIDs"))
        scan(attack, 0, 1, 1000);
    if (attack_variant(attack, "an end marker for a victim's uplink tunnel"))
        say_without_content(attack, GTPU_END_MARKER, attack_victims_tunnel(attack)->uplink_teid);
    if (attack_variant(attack, "an error indication about a victim's downlink tunnel, as of the honest gNB"))
        forge_error(attack, attack_victims_tunnel(attack)->downlink_teid,
                    &attack->honest->gnb.settings.address);
    if (attack_variant(attack, "an error indication about a victim's downlink tunnel, as its own"))
        forge_error(attack, attack_victims_tunnel(attack)->downlink_teid,
                    &attack->station->gnb.settings.address);
    if (attack_variant(attack, "an error indication about a victim's uplink tunnel"))
        forge_error(attack, attack_victims_tunnel(attack)->uplink_teid, &attack_victims_tunnel(attack)->upf);
    for (unsigned type = 0; type < 255; type++)
        if (attack_variant(attack, "an empty GTP-U message of type %u for a victim's tunnel", type))
            say_without_content(attack, (uint8_t)type, attack_victims_tunnel(attack)->uplink_teid);
}

/* --- 34 --- */

static uint32_t gateway_of(struct attack *attack)
{
    attack_own_with_session(attack);
    const struct phone_session *session = phone_session(&attack->phone, SESSION);
    return session ? victims_target(attack, session) : 0;
}

/* Packets that came back to the phone. */
static unsigned ping_from_own(struct attack *attack, uint32_t from, uint32_t to)
{
    const struct ran_gnb_tunnel *own = own_tunnel(attack);
    const unsigned before = attack->packets;
    for (unsigned i = 0; own->uplink_teid && i < 10; i++)
        ping_through(attack, own->uplink_teid, from ? from : address_of(&attack->phone), to);
    waiter_rest(&attack->waiter, MILLISECONDS(ANSWER_MS));
    return attack->packets - before;
}

/* The measure for the other variants: a phone's own packets are answered where nothing is wrong with them. */
static void ping_rightly(struct attack *attack)
{
    if (!ping_from_own(attack, 0, gateway_of(attack)) &&
        attack_tunnel_of(attack->phone.connection)->uplink_teid)
        attack_fail(attack, "the gateway does not answer the attacker's phone: the others show nothing");
}

static void ping_wrongly(struct attack *attack, uint32_t from, uint32_t to)
{
    const unsigned answers = ping_from_own(attack, from, to);
    if (answers)
        attack_fail(attack, "%u packets came back", answers);
}

static void tunnel_in_tunnel(struct attack *attack, uint32_t to)
{
    const struct ran_gnb_tunnel *own = own_tunnel(attack);
    uint8_t packet[IP_HEADER + 8 + GTPU_HEADER_CONTAINER + PING_BYTES] = {
        0x45, [3] = sizeof packet, [8] = 64, [9] = 17};
    uint8_t *udp = packet + IP_HEADER, *inner = udp + 8;
    uint32_t from = htonl(address_of(&attack->phone)), victim = address_of(&attack->victims[0].phone);
    uint32_t destination = htonl(to);
    const uint16_t ports[] = {htons(GTPU_PORT), htons(GTPU_PORT), htons(sizeof packet - IP_HEADER)};
    memcpy(packet + 12, &from, 4);
    memcpy(packet + 16, &destination, 4);
    ping_put_checksum(packet, IP_HEADER, 10);
    memcpy(udp, ports, sizeof ports);
    size_t header = gtpu_g_pdu_header(inner, attack_victims_tunnel(attack)->uplink_teid, GTPU_UPLINK, 1,
                                      false, PING_BYTES);
    ping_write(inner + header, (struct ping){.from = victim, .to = (victim & 0xffff0000) | 1});
    if (own->uplink_teid)
        emit_in_tunnel(attack, own->uplink_teid, BYTES(packet));
    let_it_work(attack);
}

/* What hides a packet in another that is no GTP-U: the outer protocol, and what stands between the two IP headers. */
struct wrapping {
    const char *name;
    uint8_t protocol;
    uint8_t header[24];
    size_t length;
};

static const struct wrapping wrappings[] = {
    {"IP in IP", 4, {0}, 0},
    {"IP in IP of the old number", 94, {0}, 0},
    {"IP in IP, said to be IPv6", 41, {0}, 0},
    {"GRE", 47, {0, 0, 8, 0}, 4},
    {"GRE with a key", 47, {0x20, 0, 8, 0, 0, 0, 0, 1}, 8},
    {"Ethernet in GRE", 47, {0, 0, 0x65, 0x58, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, 18},
    {"Ethernet in IP", 97, {0x30, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, 16},
    {"IP in IP behind an authentication header", 51, {4, 4}, 24},
};

/* A victim's ping, wrapped up in the attacker's phone's own packet. */
static void wrap_up(struct attack *attack, const struct wrapping *wrapping, uint32_t to)
{
    const struct ran_gnb_tunnel *own = own_tunnel(attack);
    uint8_t packet[IP_HEADER + sizeof wrapping->header + PING_BYTES] = {
        0x45, [8] = 64, [9] = wrapping->protocol};
    const size_t length = IP_HEADER + wrapping->length + PING_BYTES;
    const uint32_t from = htonl(address_of(&attack->phone)), destination = htonl(to),
                   victim = address_of(&attack->victims[0].phone);
    packet[3] = (uint8_t)length;
    memcpy(packet + 12, &from, 4);
    memcpy(packet + 16, &destination, 4);
    ping_put_checksum(packet, IP_HEADER, 10);
    memcpy(packet + IP_HEADER, wrapping->header, wrapping->length);
    ping_write(packet + IP_HEADER + wrapping->length,
               (struct ping){.from = victim, .to = (victim & 0xffff0000) | 1});
    if (own->uplink_teid)
        emit_in_tunnel(attack, own->uplink_teid, bytes_of(packet, length));
    let_it_work(attack);
}

static uint32_t host_of(const union socket_address *address)
{
    return address->any.sa_family == AF_INET ? ntohl(address->v4.sin_addr.s_addr) : 0;
}

void hostile_inner_addresses(struct attack *attack)
{
    static const uint32_t odd[] = {0, 0xffffffff, 0x7f000001, 0xe0000001, 0xa9fe0001, 0xa9fea9fe};
    static const char *const others[] = {"N2 of the core", "N3 of the core",   "the honest gNB",
                                         "its own gNB",    "a victim's phone", "a sleeping victim's phone"};
    if (attack_variant(attack, "nothing wrong: the phone's own address, to its gateway"))
        ping_rightly(attack);
    for (unsigned victim = 0; victim < VICTIMS; victim++)
        if (attack_variant(attack, "the inner source of victim %u", victim + 1)) {
            uint32_t from = address_of(&attack->victims[victim].phone);
            ping_wrongly(attack, from, (from & 0xffff0000) | 1);
        }
    for (size_t i = 0; i < COUNT(odd); i++) {
        if (attack_variant(attack, "the inner source %08x", odd[i]))
            ping_wrongly(attack, odd[i] ? odd[i] : 1, gateway_of(attack));
        if (attack_variant(attack, "the inner destination %08x", odd[i]))
            ping_wrongly(attack, 0, odd[i]);
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        bool chosen = attack_variant(attack, "the inner destination %s", others[i]);
        const uint32_t to[] = {chosen ? host_of(&attack->options->amf) : 0,
                               chosen ? host_of(&attack_victims_tunnel(attack)->upf) : 0,
                               chosen ? host_of(&attack->honest->gnb.settings.address) : 0,
                               chosen ? host_of(&attack->station->gnb.settings.address) : 0,
                               chosen ? address_of(&attack->victims[0].phone) : 0,
                               chosen ? address_of(&attack->victims[2].phone) : 0};
        if (chosen)
            ping_wrongly(attack, 0, to[i]);
        if (attack_variant(attack, "a tunnel in the tunnel, to %s", others[i]))
            tunnel_in_tunnel(attack, i == 1 ? host_of(&attack_victims_tunnel(attack)->upf) : to[i]);
    }
    for (size_t i = 0; i < COUNT(wrappings); i++) {
        if (attack_variant(attack, "%s, to the gateway", wrappings[i].name))
            wrap_up(attack, &wrappings[i], gateway_of(attack));
        if (attack_variant(attack, "%s, to N3 of the core", wrappings[i].name))
            wrap_up(attack, &wrappings[i], host_of(&attack_victims_tunnel(attack)->upf));
    }
}

/* --- 35 --- */

struct malformed {
    const char *name;
    uint8_t octets[40];
    size_t length;
};

/* Behind a header of the attacker's own tunnel. */
static const struct malformed inners[] = {
    {"no octets", {0}, 0},
    {"one octet", {0x45}, 1},
    {"IP version 0", {0x00, 0, 0, 20}, 20},
    {"IP version 15", {0xf5, 0, 0, 20}, 20},
    {"an IPv4 header length of 0", {0x40, 0, 0, 20}, 20},
    {"an IPv4 header length beyond the packet", {0x4f, 0, 0, 20}, 20},
    {"an IPv4 total length of 0", {0x45, 0, 0, 0}, 20},
    {"an IPv4 total length beyond the packet", {0x45, 0, 0xff, 0xff}, 20},
    {"IPv4 options cut short",
     {0x46, 0, 0, 24, 0, 0, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x83, 0xff},
     22},
    {"a source route",
     {0x47, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 32, 0, 2, 10, 32, 0, 1, 0x89, 7, 4, 10, 32, 0, 1, 0},
     28},
    {"an option of length 0",
     {0x46, 0, 0, 24, 0, 0, 0, 0, 64, 17, 0, 0, 10, 32, 0, 2, 10, 32, 0, 1, 0x07, 0},
     24},
    {"a last fragment far behind",
     {0x45, 0, 0, 28, 0, 1, 0x1f, 0xff, 64, 17, 0, 0, 10, 32, 0, 2, 10, 32, 0, 1},
     28},
    {"a first fragment too short for UDP",
     {0x45, 0, 0, 21, 0, 1, 0x20, 0, 64, 17, 0, 0, 10, 32, 0, 2, 10, 32, 0, 1},
     21},
    {"IPv6 cut short", {0x60, 0, 0, 0, 0, 0, 59, 64}, 8},
    {"an IPv6 payload beyond the packet", {0x60, 0, 0, 0, 0xff, 0xff, 17, 64}, 40},
    {"IPv6 hop-by-hop options beyond the packet", {0x60, 0, 0, 0, 0, 0, 0, 64}, 40},
    {"an IPv6 routing header beyond the packet", {0x60, 0, 0, 0, 0, 0, 43, 64}, 40},
    {"an IPv6 fragment header beyond the packet", {0x60, 0, 0, 0, 0, 0, 44, 64}, 40},
};

/* Headers of GTP-U; the TEID is put in at octet 4. */
static const struct malformed headers[] = {
    {"GTP version 0", {0x10, 255, 0, 4, 0, 0, 0, 0, 0x45}, 12},
    {"GTP version 2", {0x50, 255, 0, 4, 0, 0, 0, 0, 0x45}, 12},
    {"GTP prime", {0x20, 255, 0, 4, 0, 0, 0, 0, 0x45}, 12},
    {"a header cut short", {0x30, 255, 0}, 3},
    {"a length beyond the packet", {0x30, 255, 0xff, 0xff, 0, 0, 0, 0, 0x45}, 12},
    {"a length of 0", {0x30, 255, 0, 0, 0, 0, 0, 0}, 8},
    {"a sequence number that is not there", {0x32, 255, 0, 0, 0, 0, 0, 0}, 8},
    {"an extension of length 0", {0x34, 255, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x85, 0, 0, 0, 0}, 16},
    {"an extension beyond the packet", {0x34, 255, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x85, 255, 0, 0, 0}, 16},
    {"an extension that must be known and is not",
     {0x34, 255, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0xfe, 1, 0, 0, 0},
     16},
    {"a downlink container", {0x34, 255, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x85, 1, 0, 1, 0}, 16},
    {"a container of QFI 63", {0x34, 255, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x85, 1, 0x10, 63, 0}, 16},
    {"a container of type 15", {0x34, 255, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x85, 1, 0xf0, 1, 0}, 16},
    {"an echo request that asks for a restart", {0x32, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 14, 255}, 14},
};

static void chain_extensions(struct attack *attack, uint32_t teid)
{
    uint8_t packet[1000] = {0x34, 255, 0x03, 0xe0, [11] = 0xc0};
    struct writer w = writer_of(packet + 4, 4);
    write_u32(&w, teid);
    for (size_t at = 12; at + 4 <= sizeof packet; at += 4) {
        packet[at] = 1;
        packet[at + 3] = 0xc0;
    }
    emit(attack, BYTES(packet));
}

/* An IPv6 packet whose extension headers are all of one kind, each with a length field as told, and UDP behind them. */
static void chain_inner(struct attack *attack, uint8_t kind, uint8_t length, unsigned count)
{
    enum { HEADER = 40, EXTENSION = 8, UDP = 17 };
    uint8_t packet[HEADER + LONGEST_CHAIN * EXTENSION + EXTENSION] = {0x60, [6] = kind, [7] = 64, [8] = 0x20,
                                                                      1,    0x0d,       0xb8};
    const size_t size = HEADER + ((size_t)count + 1) * EXTENSION;
    packet[4] = (uint8_t)((size - HEADER) >> 8);
    packet[5] = (uint8_t)(size - HEADER);
    memcpy(packet + 24, packet + 8, 4);
    for (unsigned i = 0; i < count; i++) {
        packet[HEADER + i * EXTENSION] = i + 1 < count ? kind : UDP;
        packet[HEADER + i * EXTENSION + 1] = length;
    }
    emit_in_tunnel(attack, own_tunnel(attack)->uplink_teid, bytes_of(packet, size));
    let_it_work(attack);
}

static void play_chains(struct attack *attack)
{
    static const struct {
        const char *name;
        uint8_t kind;
    } kinds[] = {{"hop-by-hop options", 0},      {"routing headers", 43},     {"fragment headers", 44},
                 {"authentication headers", 51}, {"destination options", 60}, {"mobility headers", 135}};
    static const unsigned counts[] = {1, 8, 9, LONGEST_CHAIN};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        for (size_t j = 0; j < COUNT(counts); j++)
            if (attack_variant(attack, "a chain of %u %s", counts[j], kinds[i].name))
                chain_inner(attack, kinds[i].kind, 0, counts[j]);
        if (attack_variant(attack, "%s that reach beyond the packet", kinds[i].name))
            chain_inner(attack, kinds[i].kind, 255, 2);
    }
}

void hostile_malformed_packets(struct attack *attack)
{
    for (size_t i = 0; i < COUNT(inners); i++)
        if (attack_variant(attack, "in its own tunnel: %s", inners[i].name)) {
            emit_in_tunnel(attack, own_tunnel(attack)->uplink_teid,
                           bytes_of(inners[i].octets, inners[i].length));
            let_it_work(attack);
        }
    for (size_t i = 0; i < COUNT(headers); i++)
        for (unsigned whose = 0; whose < 2; whose++)
            if (attack_variant(attack, "with %s TEID: %s", whose ? "a victim's" : "its own",
                               headers[i].name)) {
                uint8_t packet[40];
                memcpy(packet, headers[i].octets, sizeof packet);
                struct writer w = writer_of(packet + 4, 4);
                write_u32(&w, (whose ? attack_victims_tunnel(attack) : own_tunnel(attack))->uplink_teid);
                emit(attack, bytes_of(packet, headers[i].length));
                let_it_work(attack);
            }
    if (attack_variant(attack, "extension headers without end"))
        chain_extensions(attack, own_tunnel(attack)->uplink_teid);
    play_chains(attack);
    if (attack->playing)
        attack_forget_phone(attack);
}

/* --- 36 --- */

/* From a socket of the attacker's address, which is in nobody's list of peers. */
static void send_n4(struct attack *attack, struct bytes message)
{
    union socket_address own = attack->options->attacker.address;
    int fd = socket(own.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    address_set_port(&own, 0);
    if (fd >= 0 && bind(fd, &own.any, address_length(&own)) == 0)
        sendto(fd, message.data, message.len, 0, &attack->options->n4.any,
               address_length(&attack->options->n4));
    if (fd >= 0)
        close(fd);
}

static void say_n4(struct attack *attack, uint8_t type, bool of_session, uint64_t seid)
{
    uint8_t packet[64];
    struct writer w = writer_of(packet, sizeof packet);
    write_u8(&w, of_session ? 0x21 : 0x20);
    write_u8(&w, type);
    size_t mark = write_length_open(&w, 2);
    if (of_session)
        write_u64(&w, seid);
    write_u32(&w, 0x00000100);
    write_bytes(&w, bytes_of("\x00\x3c\x00\x05\x00\x7f\x00\x01\x63", 9)); /* Node ID */
    write_length_close(&w, mark, 2);
    send_n4(attack, writer_bytes(&w));
    let_it_work(attack);
}

void hostile_n4(struct attack *attack)
{
    for (unsigned type = 0; type < 64; type++) {
        if (attack_variant(attack, "a node's message of type %u", type))
            say_n4(attack, (uint8_t)type, false, 0);
        for (uint64_t seid = 0; seid < 4; seid++)
            if (attack_variant(attack, "a session's message of type %u, SEID %u", type, (unsigned)seid))
                say_n4(attack, (uint8_t)type, true, seid == 3 ? UINT64_MAX : seid);
    }
}
