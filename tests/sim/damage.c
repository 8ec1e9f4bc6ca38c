/* SPDX-License-Identifier: Apache-2.0 */
#include "damage.h"

enum { IES = 32, AMF_UE_NGAP_ID = 10, RAN_UE_NGAP_ID = 85, SOURCE_AMF_UE_NGAP_ID = 100 };

/* An information element as it is framed: identifier, criticality, open type. */
struct ie {
    uint16_t id;
    uint8_t criticality;
    struct bytes value;
};

/* Choice, procedure code, criticality, length; then a sequence's extension bit and its list of elements. */
struct message {
    uint8_t choice, procedure, criticality, extension;
    struct ie ies[IES];
    size_t count;
};

static size_t read_length(struct reader *r)
{
    uint8_t first = read_u8(r);
    return first & 0x80 ? (size_t)(first & 0x3f) << 8 | read_u8(r) : first;
}

static bool take_apart(struct bytes ngap, struct message *message)
{
    struct reader r = reader_of(ngap);
    message->choice = read_u8(&r);
    message->procedure = read_u8(&r);
    message->criticality = read_u8(&r);
    read_length(&r);
    message->extension = read_u8(&r);
    message->count = read_u16(&r);
    for (size_t i = 0; i < message->count && message->count <= IES; i++) {
        struct ie *ie = &message->ies[i];
        ie->id = read_u16(&r);
        ie->criticality = read_u8(&r);
        ie->value = read_bytes(&r, read_length(&r));
    }
    return message->count <= IES && reader_ok(&r);
}

static void write_open_length(struct writer *w, size_t length)
{
    if (length < 0x80)
        write_u8(w, (uint8_t)length);
    else
        write_u16(w, (uint16_t)(0x8000 | length));
}

static size_t framed(size_t length)
{
    return length + (length < 0x80 ? 1 : 2);
}

static struct bytes put_together(const struct message *message, uint8_t room[DAMAGE_BYTES])
{
    struct writer w = writer_of(room, DAMAGE_BYTES);
    size_t length = 3;
    for (size_t i = 0; i < message->count; i++)
        length += 3 + framed(message->ies[i].value.len);
    write_u8(&w, message->choice);
    write_u8(&w, message->procedure);
    write_u8(&w, message->criticality);
    write_open_length(&w, length);
    write_u8(&w, message->extension);
    write_u16(&w, (uint16_t)message->count);
    for (size_t i = 0; i < message->count; i++) {
        write_u16(&w, message->ies[i].id);
        write_u8(&w, message->ies[i].criticality);
        write_open_length(&w, message->ies[i].value.len);
        write_bytes(&w, message->ies[i].value);
    }
    return writer_bytes(&w);
}

static unsigned dice(struct random *random, size_t sides)
{
    return (unsigned)(random_u64(random) % (sides ? sides : 1));
}

static void damage_elements(struct random *random, struct message *message)
{
    struct ie *one = &message->ies[dice(random, message->count)];
    struct ie *other = &message->ies[dice(random, message->count)];
    struct ie swapped = *one;
    switch (dice(random, 7)) {
    case 0: /* left out */
        *one = message->ies[--message->count];
        break;
    case 1: /* doubled */
        if (message->count < IES)
            message->ies[message->count++] = *one;
        break;
    case 2: /* out of order */
        *one = *other;
        *other = swapped;
        break;
    case 3: /* another's value */
        one->value = other->value;
        break;
    case 4: /* unknown, of any criticality */
        one->id = (uint16_t)random_u64(random);
        one->criticality = (uint8_t)(dice(random, 4) << 6);
        break;
    case 5: /* shortened */
        one->value.len = dice(random, one->value.len + 1);
        break;
    default: /* another procedure, or another kind of message */
        message->procedure = (uint8_t)dice(random, 66);
        message->choice = (uint8_t)(dice(random, 4) << 5);
    }
}

static struct bytes damage_octets(struct random *random, struct bytes ngap, uint8_t room[DAMAGE_BYTES])
{
    size_t length = ngap.len < DAMAGE_BYTES ? ngap.len : DAMAGE_BYTES;
    memcpy(room, ngap.data, length);
    switch (dice(random, 3)) {
    case 0:
        return bytes_of(room, dice(random, length + 1));
    case 1:
        for (; length < DAMAGE_BYTES && dice(random, 20); length++)
            room[length] = (uint8_t)random_u64(random);
        return bytes_of(room, length);
    default:
        for (unsigned i = dice(random, 4) + 1; length && i > 0; i--)
            room[dice(random, length)] ^= (uint8_t)(1 << dice(random, 8));
        return bytes_of(room, length);
    }
}

struct bytes damage(struct random *random, struct bytes ngap, uint8_t room[DAMAGE_BYTES])
{
    struct message message;
    if (dice(random, 3) == 0 || !take_apart(ngap, &message) || message.count == 0)
        return damage_octets(random, ngap, room);
    damage_elements(random, &message);
    return put_together(&message, room);
}

struct bytes damage_ids(struct bytes ngap, struct damage_ids ids, uint8_t room[DAMAGE_BYTES])
{
    struct message message;
    /* TS 38.413 9.3.3.1, 9.3.3.2 in aligned PER: how many octets, then these. */
    uint8_t amf[6] = {4 << 5,
                      (uint8_t)(ids.amf >> 32),
                      (uint8_t)(ids.amf >> 24),
                      (uint8_t)(ids.amf >> 16),
                      (uint8_t)(ids.amf >> 8),
                      (uint8_t)ids.amf};
    uint8_t ran[5] = {3 << 6, (uint8_t)(ids.ran >> 24), (uint8_t)(ids.ran >> 16), (uint8_t)(ids.ran >> 8),
                      (uint8_t)ids.ran};
    if (!take_apart(ngap, &message))
        return (struct bytes){room, 0};
    for (size_t i = 0; i < message.count; i++) {
        if (message.ies[i].id == AMF_UE_NGAP_ID || message.ies[i].id == SOURCE_AMF_UE_NGAP_ID)
            message.ies[i].value = BYTES(amf);
        else if (message.ies[i].id == RAN_UE_NGAP_ID)
            message.ies[i].value = BYTES(ran);
    }
    return put_together(&message, room);
}
