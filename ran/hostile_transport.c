/* SPDX-License-Identifier: Apache-2.0 */
/* Classes 1 to 6: transport and framing. */
#include <stdio.h>

#include "ran/hostile_attack.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- 1: what is no NGAP at all --- */

struct foreign {
    const char *name;
    struct bytes content;
};

#define TEXT(text)                                \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static uint8_t letters[60000];

static const struct foreign foreigners[] = {
    {"HTTP", TEXT("GET / HTTP/1.1\r\nHost: core\r\n\r\n")},
    {"HTTP/2", TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")},
    {"SSH", TEXT("SSH-2.0-OpenSSH_9.2\r\n")},
    {"SMTP", TEXT("EHLO gnb\r\n")},
    {"SIP", TEXT("REGISTER sip:core SIP/2.0\r\n\r\n")},
    {"JSON", TEXT("{\"procedureCode\": 21}\n")},
    {"a line break", TEXT("\r\n")},
    {"one zero octet", TEXT("\0")},
    {"TLS", TEXT("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03")},
    {"Diameter", TEXT("\x01\x00\x00\x14\x80\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01")},
    {"GTP-U", TEXT("\x30\xff\x00\x04\x00\x00\x00\x01\x45\x00\x00\x00")},
    {"PFCP", TEXT("\x20\x05\x00\x0c\x00\x00\x01\x00\x00\x3c\x00\x05\x00\x7f\x00\x00\x01")},
    {"S1 Setup", TEXT("\x00\x11\x00\x1d\x00\x00\x02\x00\x3b\x40\x08\x00\x99\xf9\x07\x00\x00\x00\x10")},
    {"NAS", TEXT("\x7e\x00\x41\x79\x00\x0d\x01\x99\xf9\x07\x00\x00\x00\x00\x00\x00\x00\x00\x10")},
    {"60000 letters", {letters, sizeof letters}},
};

void hostile_plain_text(struct attack *attack)
{
    memset(letters, 'A', sizeof letters);
    for (size_t i = 0; i < COUNT(foreigners); i++)
        if (attack_variant(attack, "%s first", foreigners[i].name) && attack_associate(attack))
            attack_send(attack, 0, foreigners[i].content);
    for (size_t i = 0; i < COUNT(foreigners); i++)
        if (attack_variant(attack, "%s after NG Setup", foreigners[i].name) && attack_set_up(attack))
            attack_send(attack, 0, foreigners[i].content);
}

/* --- 2: before NG Setup --- */

static void say_before_setup(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    if (type == NGAP_NG_SETUP_REQUEST || !attack_variant(attack, "%s", ngap_message_name(type)))
        return;
    struct ids ids = attack_victims_ids(attack);
    if (!attack->station->gnb.ready && attack->station->association)
        attack_send_raw(attack, raw, ids);
    else if (attack_associate(attack))
        attack_send_raw(attack, raw, ids);
    attack_forbid(attack, NGAP_DOWNLINK_NAS_TRANSPORT);
}

void hostile_before_setup(struct attack *attack)
{
    attack_messages(attack, say_before_setup);
}

/* --- 3: procedure codes and kinds --- */

void hostile_wrong_kinds(struct attack *attack)
{
    static const char *const kinds[] = {"an initiating message", "a successful outcome",
                                        "an unsuccessful outcome"};
    for (unsigned kind = 0; kind < COUNT(kinds); kind++)
        for (unsigned code = 0; code < 256; code++) {
            const uint8_t empty[] = {(uint8_t)(kind << 5), (uint8_t)code, 0, 3, 0, 0, 0};
            if (attack_variant(attack, "procedure %u as %s", code, kinds[kind]) && attack_set_up(attack))
                attack_send(attack, 0, BYTES(empty));
        }
    for (unsigned criticality = 1; criticality < 4; criticality++)
        for (unsigned kind = 0; kind < 4; kind++) {
            const uint8_t unknown[] = {(uint8_t)(kind << 5), 250, (uint8_t)(criticality << 6), 3, 0, 0, 0};
            if (attack_variant(attack, "an unknown procedure of kind %u, criticality %u", kind,
                               criticality) &&
                attack_set_up(attack))
                attack_send(attack, 0, BYTES(unknown));
        }
}

/* --- 4: encoding --- */

enum { CUTS = 5, OUTER_LENGTH_AT = 3 };

static struct bytes copy_with_room(struct attack *attack, struct bytes whole, size_t more)
{
    uint8_t *room = arena_alloc(&attack->arena, whole.len + more);
    if (room)
        memcpy(room, whole.data, whole.len);
    return bytes_of(room, room ? whole.len + more : 0);
}

struct lie {
    const char *name;
    uint8_t length[3];
    size_t octets;
};

static const struct lie lies[] = {
    {"no content", {0}, 1},
    {"one octet more than there is", {0x80, 0xff}, 2},
    {"as long as can be said", {0xbf, 0xff}, 2},
    {"a fragment of 64K", {0xc4}, 1},
    {"a fragment of none", {0xc0}, 1},
    {"fragments without end", {0xc1, 0xc1, 0xc1}, 3},
    {"a fragment of 63 units", {0xff}, 1},
};

static void lie_about_length(struct attack *attack, struct bytes whole, const struct lie *lie)
{
    size_t header = whole.data[OUTER_LENGTH_AT] & 0x80 ? 2 : 1;
    uint8_t *room = arena_alloc(&attack->arena, whole.len + sizeof lie->length);
    struct writer w = writer_of(room, room ? whole.len + sizeof lie->length : 0);
    write_bytes(&w, bytes_of(whole.data, OUTER_LENGTH_AT));
    write_bytes(&w, bytes_of(lie->length, lie->octets));
    write_bytes(&w, bytes_of(whole.data + OUTER_LENGTH_AT + header, whole.len - OUTER_LENGTH_AT - header));
    attack_send(attack, 0, writer_bytes(&w));
}

static void lie_about_count(struct attack *attack, struct bytes whole)
{
    struct bytes copy = copy_with_room(attack, whole, 0);
    size_t header = whole.data[OUTER_LENGTH_AT] & 0x80 ? 2 : 1;
    memset((uint8_t *)copy.data + OUTER_LENGTH_AT + header + 1, 0xff, 2);
    attack_send(attack, 0, copy);
}

/* Where the length of an IE's open type stands in the message. */
static size_t length_at(const struct raw_pdu *raw, struct bytes whole, unsigned place)
{
    enum { COUNT_BYTES = 3, BEFORE_LENGTH = 3 };
    size_t at = OUTER_LENGTH_AT + (whole.data[OUTER_LENGTH_AT] & 0x80 ? 2 : 1) + COUNT_BYTES;
    for (unsigned i = 0; i < place; i++)
        at += BEFORE_LENGTH + (raw->fields[i].content.len < 128 ? 1 : 2) + raw->fields[i].content.len;
    return at + BEFORE_LENGTH;
}

static void lie_within(struct attack *attack, enum ngap_message_type type, const struct raw_pdu *raw,
                       struct bytes whole)
{
    static const struct {
        const char *words;
        uint8_t octet;
    } said[] = {{"has no octet", 0}, {"has 127", 0x7f}, {"has some 16000", 0xbf}, {"is a fragment", 0xc4}};
    for (unsigned i = 0; i < raw->count; i++)
        for (size_t j = 0; j < COUNT(said); j++) {
            if (!attack_variant(attack, "%s that says that %s %s", ngap_message_name(type),
                                attack_ie_name(type, raw->fields[i].id), said[j].words) ||
                !attack_set_up(attack))
                continue;
            struct bytes copy = copy_with_room(attack, whole, 0);
            const size_t at = length_at(raw, whole, i);
            if (at < copy.len)
                ((uint8_t *)copy.data)[at] = said[j].octet;
            attack_send(attack, 0, copy);
        }
}

static void break_encoding(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    const char *name = ngap_message_name(type);
    struct bytes whole = attack_whole(attack, raw);
    if (!whole.len)
        return;
    for (unsigned i = 1; i <= CUTS; i++)
        if (attack_variant(attack, "%s cut at %u/%u", name, i, CUTS + 1) && attack_set_up(attack))
            attack_send(attack, 0, bytes_of(whole.data, whole.len * i / (CUTS + 1)));
    if (attack_variant(attack, "%s with 200 octets behind it", name) && attack_set_up(attack))
        attack_send(attack, 0, copy_with_room(attack, whole, 200));
    for (size_t i = 0; i < COUNT(lies); i++)
        if (attack_variant(attack, "%s of a length that says: %s", name, lies[i].name) &&
            attack_set_up(attack))
            lie_about_length(attack, whole, &lies[i]);
    if (attack_variant(attack, "%s that announces 65535 IEs", name) && attack_set_up(attack))
        lie_about_count(attack, whole);
    lie_within(attack, type, raw, whole);
}

void hostile_broken_encoding(struct attack *attack)
{
    attack_messages(attack, break_encoding);
}

/* --- 5: connections --- */

static void connect_often(struct attack *attack, bool abort, bool say_something)
{
    static const uint8_t octet[] = {0};
    for (unsigned i = 0; i < attack->options->connects && !attack->waiter.interrupted; i++) {
        if (!attack_associate(attack))
            return;
        if (say_something)
            attack_send(attack, 0, BYTES(octet));
        attack_leave(attack, abort);
    }
}

void hostile_connections(struct attack *attack)
{
    if (attack_variant(attack, "connect and abort"))
        connect_often(attack, true, false);
    if (attack_variant(attack, "connect and shut down"))
        connect_often(attack, false, false);
    if (attack_variant(attack, "connect, say one octet, abort"))
        connect_often(attack, true, true);
    for (unsigned octet = 0; octet < 256; octet++) {
        const uint8_t pdu[] = {(uint8_t)octet};
        if (attack_variant(attack, "a PDU of the octet %02x", octet) && attack_set_up(attack))
            attack_send(attack, 0, BYTES(pdu));
    }
}

/* --- 6: streams and protocol identifiers --- */

static void say_setup(struct attack *attack, uint16_t stream, uint32_t ppid)
{
    struct raw_pdu raw;
    if (attack_message(attack, NGAP_NG_SETUP_REQUEST, &raw) && attack_associate(attack))
        attack_send_as(attack, stream, ppid, attack_whole(attack, &raw));
}

static void say_on_wrong_stream(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    bool of_phone = attack_is_of_phone(type);
    if (attack_variant(attack, "%s on the stream of %s", ngap_message_name(type),
                       of_phone ? "the interface" : "phones") &&
        attack_set_up(attack))
        attack_send(attack, of_phone ? 0 : 1, attack_whole(attack, raw));
}

void hostile_streams(struct attack *attack)
{
    static const uint32_t others[] = {0, 18, 46, 59, 61, 64, 66, 0x3c000000, UINT32_MAX};
    for (size_t i = 0; i < COUNT(others); i++)
        if (attack_variant(attack, "NG Setup with protocol identifier %u", others[i]))
            say_setup(attack, 0, others[i]);
    for (uint16_t stream = 1; stream < 4; stream++)
        if (attack_variant(attack, "NG Setup on stream %u", stream))
            say_setup(attack, stream, NGAP_PPID);
    if (attack->playing)
        attack_leave(attack, true);
    attack_messages(attack, say_on_wrong_stream);
    hostile_restarts(attack);
}
