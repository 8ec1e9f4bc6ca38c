/* SPDX-License-Identifier: Apache-2.0 */
/* Classes 7 to 10: the structure of NGAP messages. Those of phones speak of the attacker's own, so that they get as far as can be. */
#include <stdio.h>

#include "ran/hostile_attack.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- 7 --- */

static bool is_mandatory(enum ngap_message_type type, uint16_t id)
{
    const struct aper_type *message = ngap_messages[type].type;
    for (unsigned i = 0; i < message->count; i++)
        if (message->parts[i].id == id)
            return message->parts[i].presence == APER_MANDATORY;
    return false;
}

static struct raw_pdu without(const struct raw_pdu *whole, unsigned place)
{
    struct raw_pdu less = *whole;
    less.count--;
    for (unsigned i = place; i < less.count; i++)
        less.fields[i] = less.fields[i + 1];
    return less;
}

static void leave_out(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    for (unsigned i = 0; i < raw->count; i++) {
        uint16_t id = raw->fields[i].id;
        if (!is_mandatory(type, id) ||
            !attack_variant(attack, "%s without %s", ngap_message_name(type), attack_ie_name(type, id)))
            continue;
        struct raw_pdu less = without(raw, i);
        attack_send_raw(attack, &less, attack_own(attack));
    }
    if (attack_variant(attack, "%s without any IE", ngap_message_name(type)) && attack_set_up(attack)) {
        struct raw_pdu none = *raw;
        none.count = 0;
        attack_send_raw(attack, &none, (struct ids){0});
    }
}

void hostile_missing(struct attack *attack)
{
    attack_messages(attack, leave_out);
}

/* --- 8 --- */

enum { UNKNOWN_ID = 60000, PRIVATE_ID = 65535, PRIVATE_MESSAGE = 31 };

static void repeat_ies(struct attack *attack, enum ngap_message_type type, const struct raw_pdu *raw)
{
    for (unsigned i = 0; i < raw->count && raw->count < MOST_FIELDS; i++) {
        if (!attack_variant(attack, "%s with %s twice", ngap_message_name(type),
                            attack_ie_name(type, raw->fields[i].id)))
            continue;
        struct raw_pdu more = *raw;
        more.fields[more.count++] = raw->fields[i];
        attack_send_raw(attack, &more, attack_own(attack));
    }
}

static void turn_round(struct attack *attack, enum ngap_message_type type, const struct raw_pdu *raw)
{
    if (raw->count < 2 || !attack_variant(attack, "%s back to front", ngap_message_name(type)))
        return;
    struct raw_pdu turned = *raw;
    for (unsigned i = 0; i < raw->count; i++)
        turned.fields[i] = raw->fields[raw->count - 1 - i];
    attack_send_raw(attack, &turned, attack_own(attack));
}

static void add_unknown(struct attack *attack, enum ngap_message_type type, const struct raw_pdu *raw)
{
    static const char *const criticalities[] = {"reject", "ignore", "notify"};
    static const uint16_t ids[] = {UNKNOWN_ID, PRIVATE_ID};
    static const uint8_t content[] = {0xde, 0xad};
    for (unsigned i = 0; i < COUNT(ids); i++)
        for (unsigned criticality = 0; criticality < COUNT(criticalities); criticality++) {
            if (raw->count >= MOST_FIELDS ||
                !attack_variant(attack, "%s with an IE %u of criticality %s", ngap_message_name(type), ids[i],
                                criticalities[criticality]))
                continue;
            struct raw_pdu more = *raw;
            more.fields[more.count++] =
                (struct raw_field){ids[i], (uint8_t)(criticality << 6), BYTES(content)};
            attack_send_raw(attack, &more, attack_own(attack));
        }
}

static void disorder(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    repeat_ies(attack, type, raw);
    turn_round(attack, type, raw);
    add_unknown(attack, type, raw);
}

/* Private Message (TS 38.413 9.4.4), which nobody has described to us: an IE with a number or an object identifier of its own. */
static void private_messages(struct attack *attack)
{
    static const struct {
        const char *name;
        uint8_t octets[12];
        uint8_t length;
    } names[] = {{"a number", {0, 0, 0, 0, 0x12, 0x34}, 6},
                 {"an object identifier", {0, 0, 0, 0x80, 3, 0x2b, 6, 1}, 8},
                 {"an object identifier of no octets", {0, 0, 0, 0x80, 0}, 5},
                 {"one that never ends", {0, 0, 0, 0x80, 0xff, 0xff}, 6},
                 {"65535 of them announced", {0, 0xff, 0xfe, 0, 0x12, 0x34}, 6}};
    for (size_t i = 0; i < COUNT(names); i++)
        for (unsigned criticality = 0; criticality < 3; criticality++) {
            uint8_t message[32] = {0, PRIVATE_MESSAGE, 0x40};
            struct writer w = writer_of(message + 3, sizeof message - 3);
            if (!attack_variant(attack, "a private message with %s, criticality %u", names[i].name,
                                criticality) ||
                !attack_set_up(attack))
                continue;
            write_u8(&w, (uint8_t)(names[i].length + 4));
            write_bytes(&w, bytes_of(names[i].octets, names[i].length));
            write_u8(&w, (uint8_t)(criticality << 6));
            write_u8(&w, 2);
            write_u16(&w, 0xdead);
            attack_send(attack, 0, bytes_of(message, 3 + writer_length(&w)));
        }
}

void hostile_disorder(struct attack *attack)
{
    attack_messages(attack, disorder);
    private_messages(attack);
}

/* --- 9 --- */

struct encoded_id {
    const char *name;
    uint8_t octets[10];
    size_t length;
};

static const struct encoded_id amf_ids[] = {
    {"an AMF id of 2^40", {0xa0, 1, 0, 0, 0, 0, 0}, 7},
    {"an AMF id of 2^48-1", {0xa0, 255, 255, 255, 255, 255, 255}, 7},
    {"an AMF id of 2^64-1", {0xe0, 255, 255, 255, 255, 255, 255, 255, 255}, 9},
    {"an AMF id of 2^40-1", {0x80, 255, 255, 255, 255, 255}, 6},
    {"an AMF id of 0", {0, 0}, 2},
    {"an AMF id of no octets", {0x80}, 1},
    {"an empty AMF id", {0}, 0},
};
static const struct encoded_id ran_ids[] = {
    {"a RAN id of 2^32-1", {0xc0, 255, 255, 255, 255}, 5},
    {"a RAN id of 0", {0, 0}, 2},
    {"a RAN id that says four octets and has one", {0xc0, 1}, 2},
    {"a RAN id of nine octets", {0xc0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10},
    {"an empty RAN id", {0}, 0},
};

enum { ID_AMF_UE_NGAP_ID = 10, ID_RAN_UE_NGAP_ID = 85 };

static void put_strange(struct attack *attack, enum ngap_message_type type, const struct raw_pdu *raw,
                        uint16_t id, const struct encoded_id *strange)
{
    struct raw_pdu spoilt = *raw;
    struct raw_field *field = attack_field(&spoilt, id);
    if (!field || !attack_variant(attack, "%s with %s", ngap_message_name(type), strange->name))
        return;
    attack_put_ids(attack, &spoilt, attack_own(attack));
    field->content = bytes_of(strange->octets, strange->length);
    attack_send(attack, 1, attack_whole(attack, &spoilt));
}

static void exceed_ids(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    for (size_t i = 0; i < COUNT(amf_ids); i++)
        put_strange(attack, type, raw, ID_AMF_UE_NGAP_ID, &amf_ids[i]);
    for (size_t i = 0; i < COUNT(ran_ids); i++)
        put_strange(attack, type, raw, ID_RAN_UE_NGAP_ID, &ran_ids[i]);
}

void hostile_ids_out_of_range(struct attack *attack)
{
    attack_messages(attack, exceed_ids);
}

/* --- 10 --- */

/* PLMN, TEID, cell, key, capability: whatever an IE holds, it is an octet too short or too long. */
static void resize(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    for (unsigned i = 0; i < raw->count; i++)
        for (int more = -1; more <= 1; more += 2) {
            const char *ie = attack_ie_name(type, raw->fields[i].id);
            size_t length = raw->fields[i].content.len;
            if ((more < 0 && !length) ||
                !attack_variant(attack, "%s with %s an octet too %s", ngap_message_name(type), ie,
                                more < 0 ? "short" : "long"))
                continue;
            struct raw_pdu spoilt = *raw;
            attack_put_ids(attack, &spoilt, attack_own(attack));
            struct bytes content = spoilt.fields[i].content;
            uint8_t *room = arena_alloc(&attack->arena, content.len + 1);
            if (room)
                memcpy(room, content.data, content.len);
            spoilt.fields[i].content = bytes_of(room, content.len + (size_t)more);
            attack_send(attack, attack_is_of_phone(type) ? 1 : 0, attack_whole(attack, &spoilt));
        }
}

static void odd_addresses(struct attack *attack)
{
    static const enum ngap_message_type messages[] = {NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE,
                                                      NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE,
                                                      NGAP_PDU_SESSION_RESOURCE_MODIFY_INDICATION,
                                                      NGAP_INITIAL_CONTEXT_SETUP_RESPONSE,
                                                      NGAP_PATH_SWITCH_REQUEST,
                                                      NGAP_HANDOVER_REQUEST_ACKNOWLEDGE,
                                                      NGAP_CELL_TRAFFIC_TRACE};
    static const uint16_t sizes[] = {1, 8, 31, 33, 64, 96, 123, 127, 129, 159};
    for (size_t i = 0; i < COUNT(messages); i++)
        for (size_t j = 0; j < COUNT(sizes); j++) {
            struct raw_pdu raw;
            if (!attack_variant(attack, "%s with addresses of %u bits", ngap_message_name(messages[i]),
                                sizes[j]))
                continue;
            arena_reset(&attack->arena);
            attack->dice.address_bits = sizes[j];
            if (attack_message(attack, messages[i], &raw))
                attack_send_raw(attack, &raw, attack_own_with_session(attack));
            attack->dice.address_bits = 0;
        }
}

void hostile_wrong_sizes(struct attack *attack)
{
    attack_messages(attack, resize);
    odd_addresses(attack);
}
